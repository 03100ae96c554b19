// opencv_picture.cpp: frames made ready, and lesions measured, with OpenCV.
// SPDX-License-Identifier: MIT
#include "bench/opencv_reference.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace reference
{

double confidence_of(double contrast, double threshold)
{
    const double x = std::max(contrast - 1.0, 0.0) / (threshold - 1.0);
    return x / (1.0 + x);
}

// Gaussian of a picture that has holes: both it and its mask are blurred. Wide ones
// are made on a smaller picture.
static cv::Mat1f blur_valid(const cv::Mat1f &image, const cv::Mat1f &weight,
                            double sigma)
{
    const int step = std::max(1, int(sigma / 6.0));
    const cv::Size small((image.cols + step - 1) / step,
                         (image.rows + step - 1) / step);
    cv::Mat1f sum, mass;
    cv::resize(image.mul(weight), sum, small, 0, 0, cv::INTER_AREA);
    cv::resize(weight, mass, small, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(sum, sum, {}, sigma / step);
    cv::GaussianBlur(mass, mass, {}, sigma / step);
    cv::Mat1f out = sum / (mass + 1e-6f);
    cv::resize(out, out, image.size(), 0, 0, cv::INTER_LINEAR);
    return out;
}

static float quantile(std::vector<float> &v, double share)
{
    if (v.empty())
        return 0.0f;
    const auto at = v.begin() + std::ptrdiff_t(share * double(v.size() - 1));
    std::nth_element(v.begin(), at, v.end());
    return *at;
}

static void take_ratio(Picture &p, double sigma)
{
    cv::Mat1f weight;
    p.valid.convertTo(weight, CV_32F, 1.0 / 255);
    p.background = blur_valid(p.light, weight, sigma);
    // Once more without what stands out, so that a lesion is not its own background.
    for (int round = 0; round < 2; round++) {
        cv::Mat1f plain = weight.clone();
        plain.setTo(0, p.light > 1.2f * p.background);
        p.background = blur_valid(p.light, plain, sigma);
    }
    p.ratio = p.light / (p.background + 1e-3f);
    p.ratio.setTo(0, p.valid == 0);
}

static void take_slope(Picture &p)
{
    // Over the mask's edge there is no light to compare with: the ratio as it was.
    const cv::Mat1f ratio = p.light / (p.background + 1e-3f);
    cv::Mat1f gx, gy;
    cv::Scharr(ratio, gx, CV_32F, 1, 0, 1.0 / 32);
    cv::Scharr(ratio, gy, CV_32F, 0, 1, 1.0 / 32);
    cv::magnitude(gx, gy, p.slope);
}

double edge_mm(const std::vector<cv::Point> &contour, double contrast, const Picture &p)
{
    std::vector<float> v;
    for (const cv::Point &q : contour) {
        float steepest = 0;
        for (int dy = -2; dy <= 2; dy++)
            for (int dx = -2; dx <= 2; dx++) {
                const cv::Point r(std::clamp(q.x + dx, 0, p.slope.cols - 1),
                                  std::clamp(q.y + dy, 0, p.slope.rows - 1));
                steepest = std::max(steepest, p.slope(r));
            }
        v.push_back(steepest);
    }
    const float typical = quantile(v, 0.5);
    return typical > 0 ? contrast / double(typical) * p.mm_per_px : 1e9;
}

static double spread_on_tissue(const Picture &p)
{
    std::vector<float> v;
    for (int y = 0; y < p.ratio.rows; y += 3)
        for (int x = 0; x < p.ratio.cols; x += 3)
            if (p.valid(y, x))
                v.push_back(std::abs(p.ratio(y, x) - 1.0f));
    return 1.4826 * double(quantile(v, 0.5));
}

Picture prepare(const cv::Mat1w &frame, int bits, int black_level, double mm_per_px,
                const Settings &s)
{
    Picture p;
    const double full = double((1 << bits) - 1);
    p.factor = std::clamp(int(std::lround(0.2 / mm_per_px)), 1, 8);
    p.mm_per_px = mm_per_px * p.factor;
    const cv::Size size(std::max(frame.cols / p.factor, 1),
                        std::max(frame.rows / p.factor, 1));
    const cv::Rect whole(0, 0, size.width * p.factor, size.height * p.factor);
    cv::Mat1f light;
    frame(whole & cv::Rect(0, 0, frame.cols, frame.rows))
        .convertTo(light, CV_32F, 1.0, -black_level);
    light = cv::max(light, 0.0f);
    cv::resize(light, p.light, size, 0, 0, cv::INTER_AREA);
    cv::medianBlur(p.light, p.light, 3);
    cv::GaussianBlur(p.light, p.light, {}, s.smooth_mm / p.mm_per_px);
    p.full = p.light > 0.98 * (full - black_level);
    std::vector<float> v(p.light.begin(), p.light.end());
    const float dark = std::max(0.15f * quantile(v, 0.5), float(0.004 * full));
    p.valid = p.light > dark;
    // The outside of a round view and dark instruments, with their soft edge.
    cv::erode(p.valid, p.valid, cv::Mat(), {-1, -1}, 2);
    take_ratio(p, s.background_mm / p.mm_per_px);
    take_slope(p);
    p.noise = spread_on_tissue(p);
    return p;
}

static float sample(const cv::Mat1f &m, double x, double y)
{
    const int ix = int(std::floor(x)), iy = int(std::floor(y));
    if (ix < 0 || iy < 0 || ix + 1 >= m.cols || iy + 1 >= m.rows)
        return 0.0f;
    const float fx = float(x - ix), fy = float(y - iy);
    return (m(iy, ix) * (1 - fx) + m(iy, ix + 1) * fx) * (1 - fy) +
           (m(iy + 1, ix) * (1 - fx) + m(iy + 1, ix + 1) * fx) * fy;
}

static cv::Point2d on_ellipse(const rim_lesion &l, double t, double part)
{
    const double turn = l.angle * CV_PI / 180.0, u = part * l.a * std::cos(t),
                 v = part * l.b * std::sin(t);
    return {l.x + u * std::cos(turn) - v * std::sin(turn),
            l.y + u * std::sin(turn) + v * std::cos(turn)};
}

// Median of the light, or of the ratio, on an annulus around the lesion.
static float ring_median(const rim_lesion &l, const Picture &p, const cv::Mat1f &m)
{
    std::vector<float> v;
    for (int i = 0; i < 48; i++)
        for (double part = 1.6; part < 2.3; part += 0.2) {
            const cv::Point2d q = on_ellipse(l, i * CV_PI / 24, part);
            const cv::Point at(int(std::lround(q.x)), int(std::lround(q.y)));
            if (cv::Rect(0, 0, m.cols, m.rows).contains(at) && p.valid(at))
                v.push_back(m(at));
        }
    return quantile(v, 0.5);
}

struct Ray {
    float peak = 0;
    double width = 0; // full width at half maximum of the ring, px of the picture
};

static Ray cast(const rim_lesion &l, const cv::Mat1f &m, double t, float base)
{
    enum { STEPS = 48 };
    float v[STEPS];
    int top = 0;
    for (int i = 0; i < STEPS; i++) {
        const cv::Point2d q = on_ellipse(l, t, 1.3 * i / STEPS);
        v[i] = sample(m, q.x, q.y) - base;
        top = v[i] > v[top] ? i : top;
    }
    int in = top, out = top;
    while (in > 0 && v[in] > 0.5f * v[top])
        in--;
    while (out + 1 < STEPS && v[out] > 0.5f * v[top])
        out++;
    return {v[top], (out - in) * 1.3 * 0.5 * (l.a + l.b) / STEPS};
}

void measure(rim_lesion &l, const Picture &p, const Settings &s)
{
    std::vector<float> inside, widths;
    for (int i = 0; i < 48; i++)
        for (double part = 0.05; part <= 1.0; part += 0.05) {
            const cv::Point2d q = on_ellipse(l, i * CV_PI / 24, part);
            inside.push_back(sample(p.light, q.x, q.y));
        }
    const float base = ring_median(l, p, p.light);
    const float target = quantile(inside, 0.95);
    float centre = 0;
    for (int i = 0; i < 12; i++) {
        const cv::Point2d q = on_ellipse(l, i * CV_PI / 6, 0.15);
        centre += sample(p.light, q.x, q.y) / 12;
    }
    int stands_out = 0;
    for (int i = 0; i < 48; i++) {
        const Ray r = cast(l, p.light, i * CV_PI / 24, base);
        stands_out += r.peak > 0.5f * (target - base);
        widths.push_back(float(r.width));
    }
    l.target = double(target);
    l.background = double(base);
    l.sbr = base > 0 ? double(target / base) : double(NAN);
    l.cnr = p.noise > 0 ? (l.sbr - 1.0) / p.noise : double(NAN);
    l.core_ratio = target > 0 ? double(centre / target) : double(NAN);
    l.coverage = stands_out / 48.0;
    l.pattern = l.core_ratio > s.core ? RIM_PATTERN_TOTAL
                : l.coverage >= 0.8   ? RIM_PATTERN_RIM
                                      : RIM_PATTERN_PARTIAL;
    l.rim_width =
        l.pattern == RIM_PATTERN_TOTAL ? double(NAN) : double(quantile(widths, 0.5));
    l.diameter_mm = 2.0 * std::sqrt(l.a * l.b) * p.mm_per_px;
}

} // namespace reference
