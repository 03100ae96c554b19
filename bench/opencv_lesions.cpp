// opencv_lesions.cpp: three usual ways to lesions: threshold, circles, blobs.
// SPDX-License-Identifier: MIT
#include "bench/opencv_reference.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace reference
{

static cv::Mat disc(double radius_px)
{
    const int r = std::max(1, int(std::lround(radius_px)));
    return cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * r + 1, 2 * r + 1});
}

static bool size_fits(const rim_lesion &l, const Picture &p, const Settings &s)
{
    const double size_mm = 2.0 * std::sqrt(l.a * l.b) * p.mm_per_px;
    return l.b > 0 && size_mm >= s.size_min_mm && size_mm <= s.size_max_mm &&
           l.a <= s.aspect * l.b;
}

static rim_lesion from_box(const cv::RotatedRect &box)
{
    rim_lesion l = {};
    l.x = double(box.center.x);
    l.y = double(box.center.y);
    l.a = double(box.size.width) / 2;
    l.b = double(box.size.height) / 2;
    l.angle = double(box.angle);
    if (l.a < l.b) {
        std::swap(l.a, l.b);
        l.angle += 90.0;
    }
    l.angle -= 180.0 * std::round(l.angle / 180.0);
    return l;
}

static rim_lesion circle(double x, double y, double radius)
{
    rim_lesion l = {};
    l.x = x;
    l.y = y;
    l.a = l.b = radius;
    return l;
}

using Contour = std::vector<cv::Point>;

static std::vector<Contour> contours_above(const Picture &p, double level,
                                           const Settings &s)
{
    cv::Mat1b mask = p.ratio > level;
    cv::morphologyEx(mask, mask, cv::MORPH_OPEN, disc(1));
    cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, disc(s.close_mm / p.mm_per_px));
    std::vector<Contour> found;
    cv::findContours(mask, found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
    return found;
}

// Highest ratio inside, less the outermost hundredth.
static double peak_inside(const Contour &c, const Picture &p)
{
    const cv::Rect box = cv::boundingRect(c);
    cv::Mat1b mask(box.size(), uchar(0));
    cv::drawContours(mask, std::vector<Contour>{c}, 0, 255, cv::FILLED, cv::LINE_8,
                     cv::noArray(), 0, -box.tl());
    std::vector<float> v;
    for (int y = 0; y < box.height; y++)
        for (int x = 0; x < box.width; x++)
            if (mask(y, x))
                v.push_back(p.ratio(y + box.y, x + box.x));
    if (v.empty())
        return 0.0;
    const auto at = v.begin() + std::ptrdiff_t(0.98 * double(v.size() - 1));
    std::nth_element(v.begin(), at, v.end());
    return double(*at);
}

// The largest piece of `c` above half its peak: where the outline lies by definition.
static Contour half_level(const Contour &c, const Picture &p, double peak,
                          const Settings &s)
{
    const cv::Rect frame(0, 0, p.ratio.cols, p.ratio.rows);
    const int margin = 4;
    cv::Rect box = cv::boundingRect(c);
    box = cv::Rect(box.x - margin, box.y - margin, box.width + 2 * margin,
                   box.height + 2 * margin) &
          frame;
    cv::Mat1b mask = p.ratio(box) > 1.0 + 0.5 * (peak - 1.0);
    cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, disc(s.close_mm / p.mm_per_px));
    std::vector<Contour> found;
    cv::findContours(mask, found, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE, box.tl());
    const auto largest = std::max_element(
        found.begin(), found.end(), [](const Contour &a, const Contour &b) {
            return cv::contourArea(a) < cv::contourArea(b);
        });
    return largest == found.end() ? c : *largest;
}

// 1 for the soft edges of light out of tissue, 0 for those of highlights and bile.
static double softness(const Contour &c, double contrast, const Picture &p,
                       const Settings &s)
{
    return std::clamp(edge_mm(c, contrast, p) / s.lesion_sharp_mm - 0.5, 0.0, 1.0);
}

static Contour contour_of(const rim_lesion &l)
{
    Contour c;
    cv::ellipse2Poly({int(std::lround(l.x)), int(std::lround(l.y))},
                     {int(std::lround(l.a)), int(std::lround(l.b))}, 0, 0, 360, 8, c);
    return c;
}

static void add_contour(std::vector<rim_lesion> &list, const Contour &c,
                        const Picture &p, const Settings &s)
{
    const double peak = peak_inside(c, p);
    const Contour at_half = half_level(c, p, peak, s);
    Contour hull;
    cv::convexHull(at_half, hull);
    const double hull_area = cv::contourArea(hull);
    if (at_half.size() < 12 || hull.size() < 5 || hull_area <= 0)
        return;
    const double solidity = cv::contourArea(at_half) / hull_area;
    rim_lesion l = from_box(cv::fitEllipse(at_half));
    if (solidity < s.solidity || !size_fits(l, p, s))
        return;
    measure(l, p, s);
    l.confidence = confidence_of(std::min(peak, l.sbr), s.threshold) *
                   std::min(1.0, (solidity - s.solidity) / (0.9 - s.solidity) + 0.5) *
                   softness(at_half, peak - 1.0, p, s);
    l.confidence = std::clamp(l.confidence, 0.0, 1.0);
    list.push_back(l);
}

// Of two that overlap the surer one stays.
static std::vector<rim_lesion> without_doubles(std::vector<rim_lesion> list)
{
    std::stable_sort(list.begin(), list.end(),
                     [](const rim_lesion &a, const rim_lesion &b) {
                         return a.confidence > b.confidence;
                     });
    std::vector<rim_lesion> kept;
    for (const rim_lesion &l : list) {
        const bool twice =
            std::any_of(kept.begin(), kept.end(), [&](const rim_lesion &k) {
                return std::hypot(k.x - l.x, k.y - l.y) <
                       0.8 * std::max(std::sqrt(k.a * k.b), std::sqrt(l.a * l.b));
            });
        if (!twice && kept.size() < RIM_LESIONS_MAX)
            kept.push_back(l);
    }
    return kept;
}

std::vector<rim_lesion> find_by_ratio(const Picture &p, const Settings &s)
{
    std::vector<rim_lesion> list;
    for (const double level : {s.threshold, s.low_threshold})
        for (const Contour &c : contours_above(p, level, s))
            add_contour(list, c, p, s);
    return without_doubles(list);
}

std::vector<rim_lesion> find_by_hough(const Picture &p, const Settings &s)
{
    // The ratio on eight bits: 1 to 4 is 0 to 255.
    cv::Mat1b grey;
    p.ratio.convertTo(grey, CV_8U, 85.0, -85.0);
    const double edge = 30.0; // upper threshold of the edge detector inside
    std::vector<rim_lesion> list;
    // Small and large circles need different votes: three ranges of radius.
    const double radius_mm[] = {1.0, 2.5, 7.0, 25.0};
    for (int i = 0; i < 3; i++) {
        const double low = radius_mm[i] / p.mm_per_px,
                     high = radius_mm[i + 1] / p.mm_per_px;
        std::vector<cv::Vec4f> found; // x, y, radius, votes
        cv::HoughCircles(grey, found, cv::HOUGH_GRADIENT, 1.5, low, edge,
                         std::max(4.0, s.hough_votes * low), int(low), int(high));
        for (size_t k = 0; k < found.size() && k < 32; k++) {
            rim_lesion l =
                circle(double(found[k][0]), double(found[k][1]), double(found[k][2]));
            measure(l, p, s);
            if (!(l.sbr >= s.low_threshold))
                continue;
            const double round = double(found[k][3]) / (2.0 * CV_PI * l.a);
            l.confidence = confidence_of(l.sbr, s.threshold) *
                           std::min(1.0, 2.0 * round) *
                           softness(contour_of(l), l.sbr - 1.0, p, s);
            list.push_back(l);
        }
    }
    return without_doubles(list);
}

// One scale of the scale-normalised Laplacian: positive on bright blobs.
static cv::Mat1f blob_response(const cv::Mat1f &ratio, double sigma)
{
    const int step = std::max(1, int(sigma / 4.0));
    cv::Mat1f small, out;
    cv::resize(ratio, small, {}, 1.0 / step, 1.0 / step, cv::INTER_AREA);
    cv::GaussianBlur(small, small, {}, sigma / step);
    cv::Laplacian(small, out, CV_32F, 3);
    // The 3x3 operator of size 3 sums to four times the Laplacian.
    out *= -0.25 * (sigma / step) * (sigma / step);
    cv::resize(out, out, ratio.size(), 0, 0, cv::INTER_LINEAR);
    return out;
}

std::vector<rim_lesion> find_by_log(const Picture &p, const Settings &s)
{
    cv::Mat1f ratio = p.ratio.clone();
    ratio.setTo(1.0f, p.valid == 0);
    std::vector<cv::Mat1f> response;
    std::vector<double> sigmas;
    for (double mm = 0.7; mm < 18.0; mm *= 1.35) {
        sigmas.push_back(mm / p.mm_per_px);
        response.push_back(blob_response(ratio, sigmas.back()));
    }
    std::vector<rim_lesion> list;
    for (size_t i = 0; i < sigmas.size(); i++) {
        cv::Mat1f highest;
        cv::dilate(response[i], highest, disc(sigmas[i]));
        for (int y = 0; y < ratio.rows; y++)
            for (int x = 0; x < ratio.cols; x++) {
                const float v = response[i](y, x);
                if (v < s.log_response || v < highest(y, x) ||
                    (i > 0 && v < response[i - 1](y, x)) ||
                    (i + 1 < sigmas.size() && v < response[i + 1](y, x)))
                    continue;
                rim_lesion l = circle(x, y, 1.4142 * sigmas[i]);
                if (!size_fits(l, p, s))
                    continue;
                measure(l, p, s);
                l.confidence = confidence_of(1.0 + 2.0 * double(v), s.threshold) *
                               softness(contour_of(l), l.sbr - 1.0, p, s);
                list.push_back(l);
            }
    }
    return without_doubles(list);
}

} // namespace reference
