// opencv_surface.cpp: residuals on a cut surface by threshold and sharpness of edge.
// SPDX-License-Identifier: MIT
#include "bench/opencv_reference.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace reference
{

using Contour = std::vector<cv::Point>;

static void add_residual(rim_surface &out, const Contour &c, const cv::Mat1f &ratio,
                         const Picture &p, const Settings &s)
{
    const cv::Moments m = cv::moments(c);
    const double area_mm2 = m.m00 * p.mm_per_px * p.mm_per_px;
    if (area_mm2 < 1.0 || out.residual_count == RIM_RESIDUALS_MAX)
        return;
    double peak = 0;
    cv::Mat1b mask(ratio.size(), uchar(0));
    cv::drawContours(mask, std::vector<Contour>{c}, 0, 255, cv::FILLED);
    cv::minMaxLoc(ratio, nullptr, &peak, nullptr, nullptr, mask);
    const double edge = edge_mm(c, peak - 1.0, p);
    rim_residual &r = out.residual[out.residual_count++];
    r = {};
    r.id = out.residual_count;
    r.x = m.m10 / m.m00;
    r.y = m.m01 / m.m00;
    r.area_px = m.m00;
    r.area_mm2 = area_mm2;
    r.sbr = peak;
    // Half the belief at the sharpness where bile and tissue meet.
    const double soft = std::clamp(edge / s.sharp_mm - 0.5, 0.0, 1.0);
    r.confidence = confidence_of(peak, s.residual_threshold) * soft;
    r.why = edge < s.sharp_mm ? unsigned(RIM_WHY_SHARP) : 0u;
    Contour hull;
    cv::approxPolyDP(c, hull, 1.0, true);
    r.outline.count = int(std::min(hull.size(), size_t(RIM_OUTLINE_MAX)));
    for (int i = 0; i < r.outline.count; i++)
        r.outline.point[i] = {double(hull[size_t(i)].x), double(hull[size_t(i)].y)};
}

// The ratio to the median of the surface's own neighbourhood, within the surface.
static cv::Mat1f surface_ratio(const Picture &p, const cv::Mat1b &inside)
{
    cv::Mat1f weight, sum, mass;
    cv::Mat1b use = inside & p.valid;
    const double sigma = 8.0 / p.mm_per_px;
    cv::Mat1f background = p.background.clone();
    for (int round = 0; round < 3; round++) {
        use.convertTo(weight, CV_32F, 1.0 / 255);
        cv::GaussianBlur(p.light.mul(weight), sum, {}, sigma);
        cv::GaussianBlur(weight, mass, {}, sigma);
        background = sum / (mass + 1e-6f);
        use = inside & p.valid & (p.light < 1.15f * background);
    }
    cv::Mat1f ratio = p.light / (background + 1e-3f);
    ratio.setTo(0, inside == 0);
    ratio.setTo(0, p.valid == 0);
    return ratio;
}

void judge_surface(rim_surface &out, const Picture &p,
                   const std::vector<cv::Point2f> &polygon, double min_confidence,
                   const Settings &s)
{
    std::vector<cv::Point> corners(polygon.begin(), polygon.end());
    cv::Mat1b inside(p.light.size(), uchar(0));
    cv::fillPoly(inside, std::vector<std::vector<cv::Point>>{corners}, 255);
    const double area = std::abs(cv::contourArea(polygon));
    const cv::Mat1b good = inside & p.valid & ~p.full;
    out.assessable = area > 0 ? std::min(1.0, cv::countNonZero(good) / area) : 0.0;
    out.visible_depth_mm = double(NAN);
    const cv::Mat1f ratio = surface_ratio(p, inside);
    cv::Mat1b mask = ratio > 1.0 + 0.5 * (s.residual_threshold - 1.0);
    cv::morphologyEx(mask, mask, cv::MORPH_OPEN, cv::Mat());
    std::vector<Contour> found;
    cv::findContours(mask, found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
    for (const Contour &c : found)
        add_residual(out, c, ratio, p, s);
    int kept = 0;
    bool flagged = false;
    for (int i = 0; i < out.residual_count; i++) {
        flagged |= out.residual[i].confidence >= 0.5;
        if (out.residual[i].confidence >= min_confidence)
            out.residual[kept++] = out.residual[i];
    }
    out.residual_count = kept;
    out.state = flagged                ? RIM_SURFACE_RESIDUAL
                : out.assessable < 0.5 ? RIM_SURFACE_CANNOT_ASSESS
                                       : RIM_SURFACE_NONE_DETECTED;
}

} // namespace reference
