// opencv_reference.cpp: rimlight_opencv_reference INPUT --report FILE: what OpenCV
// finds, written as a report, to be scored beside ours.
// SPDX-License-Identifier: MIT
#include "bench/opencv_reference.h"

extern "C" {
#include "base/log.h"
#include "capture/source.h"
#include "report/report.h"
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>

using reference::Picture;
using reference::Settings;

namespace
{

enum class Method { ratio, hough, log };

struct Job {
    std::string input, report;
    Method method = Method::ratio;
    double mm_per_px = 0, min_confidence = 0;
    Settings settings;
};

const char usage[] =
    "rimlight_opencv_reference INPUT --report FILE [--method ratio|hough|log] "
    "[--mm-per-px X] [--min-confidence X] [--set NAME=VALUE]";

// The settings by name, for tuning.
bool set_setting(Settings &s, const std::string &text)
{
    const struct {
        const char *name;
        double &value;
    } list[] = {{"background_mm", s.background_mm},
                {"smooth_mm", s.smooth_mm},
                {"threshold", s.threshold},
                {"low_threshold", s.low_threshold},
                {"close_mm", s.close_mm},
                {"size_min_mm", s.size_min_mm},
                {"size_max_mm", s.size_max_mm},
                {"solidity", s.solidity},
                {"aspect", s.aspect},
                {"core", s.core},
                {"hough_votes", s.hough_votes},
                {"log_response", s.log_response},
                {"residual_threshold", s.residual_threshold},
                {"sharp_mm", s.sharp_mm},
                {"lesion_sharp_mm", s.lesion_sharp_mm}};
    const size_t equal = text.find('=');
    for (const auto &entry : list)
        if (equal != std::string::npos && text.substr(0, equal) == entry.name) {
            entry.value = std::atof(text.c_str() + equal + 1);
            return true;
        }
    return false;
}

// Also the settings that suit it; --set after --method overrules them.
bool set_method(Job &job, const std::string &name)
{
    job.method = name == "hough" ? Method::hough
                 : name == "log" ? Method::log
                                 : Method::ratio;
    if (job.method != Method::ratio)
        job.settings.smooth_mm = 0.5; // single pixels must not make circles or blobs
    return name == "ratio" || name == "hough" || name == "log";
}

bool read_arguments(Job &job, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const std::string word = argv[i];
        if (word.rfind("--", 0) != 0) {
            if (!job.input.empty())
                return false;
            job.input = word;
            continue;
        }
        if (++i >= argc)
            return false;
        const std::string value = argv[i];
        if (word == "--report")
            job.report = value;
        else if (word == "--mm-per-px")
            job.mm_per_px = std::atof(value.c_str());
        else if (word == "--min-confidence")
            job.min_confidence = std::atof(value.c_str());
        else if (!(word == "--method" && set_method(job, value)) &&
                 !(word == "--set" && set_setting(job.settings, value)))
            return false;
    }
    return !job.input.empty() && !job.report.empty();
}

// Ids from frame to frame: the nearest lesion of the last frame keeps its own.
class Ids
{
  public:
    void assign(std::vector<rim_lesion> &list, double reach_px)
    {
        std::vector<bool> taken(last_.size(), false);
        for (rim_lesion &l : list) {
            size_t best = last_.size();
            double gap = reach_px;
            for (size_t i = 0; i < last_.size(); i++) {
                const double d = std::hypot(last_[i].x - l.x, last_[i].y - l.y);
                if (!taken[i] && d < gap) {
                    gap = d;
                    best = i;
                }
            }
            if (best < last_.size())
                taken[best] = true;
            l.id = best < last_.size() ? last_[best].id : ++count_;
        }
        last_ = list;
    }

  private:
    std::vector<rim_lesion> last_;
    int count_ = 0;
};

// The marked surface, moved along by phase correlation of the whole picture.
class Surface
{
  public:
    void follow(const rim_source_info &info, uint64_t frame, const Picture &p)
    {
        for (int i = 0; i < info.mark_count; i++)
            if (info.mark[i].frame == frame) {
                corners_.clear();
                for (int k = 0; k < info.mark[i].count; k++)
                    corners_.push_back({float(info.mark[i].point[k].x / p.factor),
                                        float(info.mark[i].point[k].y / p.factor)});
                last_.release();
            }
        if (corners_.empty())
            return;
        cv::Mat1f now;
        cv::log(p.light + 1.0f, now);
        if (window_.empty())
            cv::createHanningWindow(window_, now.size(), CV_32F);
        if (!last_.empty()) {
            const cv::Point2d move = cv::phaseCorrelate(last_, now, window_);
            for (cv::Point2f &c : corners_)
                c += cv::Point2f(move);
        }
        last_ = now;
    }
    const std::vector<cv::Point2f> &corners() const
    {
        return corners_;
    }

  private:
    std::vector<cv::Point2f> corners_;
    cv::Mat1f last_, window_;
};

void to_frame(double &x, double &y, int factor)
{
    x = (x + 0.5) * factor - 0.5;
    y = (y + 0.5) * factor - 0.5;
}

void store_lesions(rim_result &out, const std::vector<rim_lesion> &list,
                   const Picture &p, double min_confidence, bool has_mm)
{
    for (rim_lesion l : list) {
        if (l.confidence < min_confidence || out.lesion_count == RIM_LESIONS_MAX)
            continue;
        to_frame(l.x, l.y, p.factor);
        l.a *= p.factor;
        l.b *= p.factor;
        l.rim_width *= p.factor;
        l.diameter_mm = has_mm ? l.diameter_mm : double(NAN);
        out.lesion[out.lesion_count++] = l;
    }
}

void scale_residuals(rim_surface &s, const Picture &p)
{
    for (int i = 0; i < s.residual_count; i++) {
        rim_residual &r = s.residual[i];
        to_frame(r.x, r.y, p.factor);
        r.area_px *= p.factor * p.factor;
        for (int k = 0; k < r.outline.count; k++)
            to_frame(r.outline.point[k].x, r.outline.point[k].y, p.factor);
    }
}

std::vector<rim_lesion> find_lesions(const Job &job, const Picture &p,
                                     const std::vector<cv::Point2f> &surface)
{
    std::vector<rim_lesion> list =
        job.method == Method::hough ? reference::find_by_hough(p, job.settings)
        : job.method == Method::log ? reference::find_by_log(p, job.settings)
                                    : reference::find_by_ratio(p, job.settings);
    if (surface.size() < 3)
        return list;
    // What lies on the cut surface is a residual or nothing.
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const rim_lesion &l) {
                                  return cv::pointPolygonTest(surface,
                                                              {float(l.x), float(l.y)},
                                                              false) > 0;
                              }),
               list.end());
    return list;
}

struct State {
    Ids ids;
    Surface surface;
};

void process(rim_result &out, State &state, const Job &job, const rim_source_info &info,
             const rim_frame &nir)
{
    // Where mm are not known the sizes are taken as if at a usual distance.
    const double known = job.mm_per_px > 0 ? job.mm_per_px : info.mm_per_px;
    const cv::Mat1w frame(nir.height, nir.width, static_cast<ushort *>(nir.data),
                          size_t(nir.stride));
    const Picture p = reference::prepare(frame, info.bits, info.black_level,
                                         known > 0 ? known : 0.08, job.settings);
    state.surface.follow(info, nir.seq, p);
    out = {};
    out.frame = nir.seq;
    out.t_ns = nir.captured_ns;
    std::vector<rim_lesion> list = find_lesions(job, p, state.surface.corners());
    state.ids.assign(list, 4.0 / p.mm_per_px);
    store_lesions(out, list, p, job.min_confidence, known > 0);
    if (!state.surface.corners().empty()) {
        reference::judge_surface(out.surface, p, state.surface.corners(),
                                 job.min_confidence, job.settings);
        scale_residuals(out.surface, p);
    }
    const double pixels = double(p.light.total());
    out.quality.saturated = cv::countNonZero(p.full) / pixels;
    out.quality.dark = 1.0 - cv::countNonZero(p.valid) / pixels;
    out.quality.motion_px = double(NAN);
}

rim_err run(const Job &job, rim_source *source, rim_report_writer *report)
{
    const rim_source_info *info = rim_source_get_info(source);
    rim_frame nir = {};
    nir.width = info->width;
    nir.height = info->height;
    nir.fmt = RIM_FMT_GRAY16;
    nir.bits = info->bits;
    rim_err err = rim_frame_init(&nir);
    State state;
    auto result = std::make_unique<rim_result>();
    while (!err) {
        bool has_visible = false;
        err = rim_source_read(source, &nir, nullptr, &has_visible);
        if (err == RIM_ERR_DAMAGED) {
            err = RIM_OK;
            continue;
        }
        if (!err) {
            process(*result, state, job, *info, nir);
            err = rim_report_write(report, result.get());
        }
    }
    rim_frame_uninit(&nir);
    return err == RIM_END ? RIM_OK : err;
}

} // namespace

int main(int argc, char **argv)
{
    Job job;
    if (!read_arguments(job, argc, argv)) {
        rim_log_error("usage: %s", usage);
        return 2;
    }
    cv::setNumThreads(1);
    const rim_source_options options = {};
    rim_source *source = nullptr;
    rim_report_writer *report = nullptr;
    rim_err err = rim_source_open(&source, job.input.c_str(), &options);
    if (!err)
        err = rim_report_create(&report, job.report.c_str());
    if (!err)
        err = run(job, source, report);
    const rim_err closed = rim_report_close(&report);
    rim_source_close(&source);
    return err || closed ? 1 : 0;
}
