// opencv_reference.h: lesions and residuals the way one would find them with OpenCV.
//
// What the detector is compared with: background by a wide Gaussian, the ratio to
// it, and three usual ways on from there. Not part of the program. Single-threaded.
// SPDX-License-Identifier: MIT
#ifndef RIM_BENCH_OPENCV_REFERENCE_H
#define RIM_BENCH_OPENCV_REFERENCE_H

#include <opencv2/core.hpp>
#include <vector>

extern "C" {
#include "base/result.h"
}

namespace reference
{

// The numbers that were tuned, on scenes with seeds below 1000.
struct Settings {
    double background_mm = 16.0; // standard deviation of the wide Gaussian
    double smooth_mm = 0.25;     // of the denoising one
    double threshold = 1.5;      // ratio to the background
    double low_threshold = 1.12; // candidates below the threshold, for the FROC curve
    double close_mm = 1.2;       // gaps of a ring that are closed
    double size_min_mm = 1.5, size_max_mm = 60.0;
    double solidity = 0.45;     // area of the contour over that of its hull
    double aspect = 3.0;        // long over short axis
    double core = 0.85;         // centre over peak: below it is a ring
    double hough_votes = 0.35;  // part of a circle's edge that must be there
    double log_response = 0.04; // of the scale-normalised Laplacian
    double residual_threshold = 1.6;
    double sharp_mm = 1.3;        // edges narrower than this lie on the surface: bile
    double lesion_sharp_mm = 1.4; // the same for lesions: highlights, bile
};

// A frame made ready: averaged down to about 0.2 mm a pixel.
struct Picture {
    cv::Mat1f light; // counts above the black level, smoothed
    cv::Mat1b valid; // 255: neither dark nor outside the field of view
    cv::Mat1b full;  // 255: saturated
    cv::Mat1f ratio; // to the background; 0 where not valid
    cv::Mat1f background;
    cv::Mat1f slope;      // of the ratio, per pixel
    int factor = 1;       // frame pixels a side
    double mm_per_px = 0; // of this picture
    double noise = 0;     // spread of the ratio on plain tissue
};

Picture prepare(const cv::Mat1w &frame, int bits, int black_level, double mm_per_px,
                const Settings &s);

// In pixels of the picture, all with a contrast above the low threshold.
std::vector<rim_lesion> find_by_ratio(const Picture &p, const Settings &s);
std::vector<rim_lesion> find_by_hough(const Picture &p, const Settings &s);
std::vector<rim_lesion> find_by_log(const Picture &p, const Settings &s);

// Width of the edge along a contour in pixels of the picture: contrast over slope.
double edge_mm(const std::vector<cv::Point> &contour, double contrast,
               const Picture &p);

// Fills what is measured of a lesion whose ellipse is known.
void measure(rim_lesion &l, const Picture &p, const Settings &s);

// `polygon` in pixels of the picture. The residuals in *out are, too.
void judge_surface(rim_surface &out, const Picture &p,
                   const std::vector<cv::Point2f> &polygon, double min_confidence,
                   const Settings &s);

// Share of plain evidence, 0..1: a half at the threshold.
double confidence_of(double contrast, double threshold);

} // namespace reference

#endif
