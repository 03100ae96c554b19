// opencv_chain.cpp: the same job as the chain's, written with care in OpenCV, by the
// clock: what Rimlight's speed is compared with (bench/performance.sh).
//
//     rimlight_opencv_chain INPUT [--threads N] [--frames N]
//
// Everything is allocated beforehand; samples stay 16 bits wide where that serves;
// what needs no fine detail is done at half, a quarter or an eighth of the resolution.
// Frames are those that `rimlight bench INPUT` takes, held in memory, played to and
// fro. It finds less than Rimlight does (docs/performance.md); it is here to be fast.
// Prints one JSON object a row, with the picture and without.
// SPDX-License-Identifier: MIT
extern "C" {
#include "app/bench/bench.h"
#include "base/clock.h"
}

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace
{

constexpr int warm_up = 30;
constexpr int read_ahead = 3; // frames whose white light lies ready to be painted over

struct Chain {
    const rim_bench_scene &scene;
    const double mm; // of a half-resolution pixel
    const cv::Size full, half, quarter, eighth;
    cv::Mat1w corrected, light, now;     // full, half; now: denoised
    cv::Mat1f past, moved, light_f;      // half
    cv::Mat1f small, small_before, hann; // quarter
    cv::Mat1w coarse, opened;            // eighth
    cv::Mat1w background;                // half
    cv::Mat1w sbr;                       // half, Q8
    cv::Mat1b level, mask, level_quarter, mask_quarter;
    cv::Mat1i labels, stats;
    cv::Mat1d centroids;
    cv::Mat disc, lut;
    cv::Mat1b level_full, veil;
    cv::Mat3b colour;
    std::vector<std::vector<cv::Point>> contours;
    std::vector<cv::RotatedRect> lesions, before;
    std::vector<cv::Vec3f> circles;
    bool started = false;

    explicit Chain(const rim_bench_scene &s)
        : scene(s), mm((s.mm_per_px > 0 ? s.mm_per_px : 0.1) * 2),
          full(s.width, s.height), half(s.width / 2, s.height / 2),
          quarter(s.width / 4, s.height / 4), eighth(s.width / 8, s.height / 8)
    {
        past.create(half);
        moved.create(half);
        cv::createHanningWindow(hann, quarter, CV_32F);
        // What an opening must be wider than: a lesion, 20 mm across.
        const int side = std::max(3, int(20 / (mm * 4))) | 1;
        disc = cv::getStructuringElement(cv::MORPH_RECT, {side, side});
        make_colours();
    }

    void make_colours()
    {
        cv::Mat1b ramp(256, 1);
        for (int i = 0; i < 256; i++)
            ramp(i) = uchar(i);
        cv::applyColorMap(ramp, lut, cv::COLORMAP_VIRIDIS);
    }

    void correct(const cv::Mat1w &raw)
    {
        cv::subtract(raw, cv::Scalar(scene.black_level), corrected);
        cv::resize(corrected, light, half, 0, 0, cv::INTER_AREA);
        cv::medianBlur(light, light, 3); // hot pixels
    }

    // A shift, where the chain finds turn and zoom as well; then a running mean.
    void denoise()
    {
        light.convertTo(light_f, CV_32F);
        cv::resize(light_f, small, quarter, 0, 0, cv::INTER_AREA);
        if (!started) {
            light_f.copyTo(past);
        } else {
            const cv::Point2d shift = cv::phaseCorrelate(small_before, small, hann);
            const cv::Matx23d by(1, 0, 2 * shift.x, 0, 1, 2 * shift.y);
            cv::warpAffine(past, moved, by, half, cv::INTER_LINEAR,
                           cv::BORDER_REPLICATE);
            cv::addWeighted(moved, 0.75, light_f, 0.25, 0, past);
        }
        std::swap(small, small_before);
        past.convertTo(now, CV_16U);
        started = true;
    }

    void take_ratio()
    {
        cv::resize(now, coarse, eighth, 0, 0, cv::INTER_AREA);
        cv::morphologyEx(coarse, opened, cv::MORPH_OPEN, disc);
        cv::GaussianBlur(opened, opened, {}, 4 / (mm * 4));
        cv::resize(opened, background, half, 0, 0, cv::INTER_LINEAR);
        cv::divide(now, background, sbr, 256);
        // 1 .. 5 times the background to 0 .. 255.
        sbr.convertTo(level, CV_8U, 255.0 / 1024, -255.0 / 4);
        cv::resize(level, level_quarter, quarter, 0, 0, cv::INTER_AREA);
    }

    void find_components()
    {
        cv::Scalar mean, spread;
        cv::meanStdDev(level_quarter, mean, spread);
        cv::threshold(level_quarter, mask_quarter,
                      std::max(20.0, mean[0] + 2 * spread[0]), 255, cv::THRESH_BINARY);
        cv::connectedComponentsWithStats(mask_quarter, labels, stats, centroids);
        contours.clear();
        cv::findContours(mask_quarter, contours, cv::RETR_EXTERNAL,
                         cv::CHAIN_APPROX_NONE);
        for (const auto &c : contours)
            if (c.size() >= 12 && cv::contourArea(c) > 4 / (mm * mm * 4))
                lesions.push_back(cv::fitEllipse(c));
    }

    void find_rings()
    {
        circles.clear();
        cv::HoughCircles(level_quarter, circles, cv::HOUGH_GRADIENT, 2, 5 / (mm * 2),
                         60, 40, int(2.1 / (mm * 2)), int(30 / (mm * 2)));
        for (const auto &c : circles)
            if (lesions.size() < 64)
                lesions.push_back({{c[0], c[1]}, {2 * c[2], 2 * c[2]}, 0});
    }

    // The nearest of the last frame, and its place averaged with it.
    void follow()
    {
        for (auto &l : lesions) {
            const cv::RotatedRect *nearest = nullptr;
            double least = 3 / (mm * 2);
            for (const auto &b : before)
                if (const double d = cv::norm(b.center - l.center); d < least) {
                    least = d;
                    nearest = &b;
                }
            if (nearest)
                l.center = (l.center + nearest->center) * 0.5f;
        }
        std::swap(before, lesions);
        lesions.clear();
    }

    void process(const cv::Mat1w &raw)
    {
        correct(raw);
        denoise();
        take_ratio();
        find_components();
        find_rings();
        follow();
    }

    // Over the white light, where it lies.
    void draw(cv::Mat3b &shown)
    {
        cv::resize(level, level_full, full, 0, 0, cv::INTER_LINEAR);
        cv::threshold(level_full, veil, 19, 255, cv::THRESH_BINARY);
        // Colours only where there are any.
        if (const cv::Rect box = cv::boundingRect(veil); box.area() > 0) {
            cv::applyColorMap(level_full(box), colour, lut);
            cv::addWeighted(shown(box), 0.5, colour, 0.5, 0, colour);
            colour.copyTo(shown(box), veil(box));
        }
        for (const auto &l : before) {
            const cv::RotatedRect at(l.center * 4,
                                     {l.size.width * 4, l.size.height * 4}, l.angle);
            cv::ellipse(shown, at, {255, 255, 255}, 2, cv::LINE_AA);
            cv::putText(shown, "1.9", at.center, cv::FONT_HERSHEY_SIMPLEX, 0.7,
                        {255, 255, 255}, 2, cv::LINE_AA);
        }
    }
};

cv::Mat mat_of(const rim_frame &f)
{
    return {f.height, f.width, f.fmt == RIM_FMT_GRAY16 ? CV_16UC1 : CV_8UC4, f.data,
            size_t(f.stride)};
}

// Frame i of the scene played to and fro.
int place(const rim_bench_scene &s, int i)
{
    const int round = std::max(1, 2 * s.count - 2), k = i % round;
    return k < s.count ? k : round - k;
}

void time_chain(const rim_bench_scene &s, int threads, int frames, bool picture)
{
    Chain chain(s);
    cv::Mat3b shown[read_ahead + 1];
    std::vector<double> ms;
    ms.reserve(size_t(frames));
    for (int i = 0; i < warm_up + frames; i++) {
        if (picture) // in the form that OpenCV paints on
            cv::cvtColor(mat_of(s.visible[place(s, i + read_ahead)]),
                         shown[(i + read_ahead) % (read_ahead + 1)],
                         cv::COLOR_BGRA2BGR);
        const int64_t start = rim_clock_now_ns();
        chain.process(cv::Mat1w(mat_of(s.nir[place(s, i)])));
        if (picture && i >= read_ahead)
            chain.draw(shown[i % (read_ahead + 1)]);
        if (i >= warm_up)
            ms.push_back(double(rim_clock_now_ns() - start) / 1e6);
    }
    std::sort(ms.begin(), ms.end());
    std::printf("{\"width\":%d,\"height\":%d,\"threads\":%d,\"compositing\":%s,"
                "\"frames\":%d,\"median_ms\":%.4f,\"p99_ms\":%.4f,\"worst_ms\":%.4f,"
                "\"found\":%zu}\n",
                s.width, s.height, threads, picture ? "true" : "false", frames,
                ms[ms.size() / 2], ms[ms.size() * 99 / 100], ms.back(),
                chain.before.size());
}

} // namespace

int main(int argc, char **argv)
{
    int threads = 1, frames = 500;
    const char *input = nullptr;
    for (int i = 1; i < argc; i++)
        if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            threads = std::atoi(argv[++i]);
        else if (std::strcmp(argv[i], "--frames") == 0 && i + 1 < argc)
            frames = std::atoi(argv[++i]);
        else
            input = argv[i];
    if (!input || threads < 1 || frames < 1) {
        std::fputs("usage: rimlight_opencv_chain INPUT [--threads N] [--frames N]\n",
                   stderr);
        return 2;
    }
    cv::setNumThreads(threads);
    rim_bench_scene scene;
    if (rim_bench_scene_read(&scene, input))
        return 1;
    if (scene.visible)
        time_chain(scene, threads, frames, true);
    time_chain(scene, threads, frames, false);
    rim_bench_scene_uninit(&scene);
    return 0;
}
