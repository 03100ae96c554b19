// lens_model.h: OpenCV's lens: five terms of distortion, both ways.
//
//     x' = x (1 + k1 r2 + k2 r4 + k3 r6) + 2 p1 x y + p2 (r2 + 2 x2)
//     y' = y (1 + k1 r2 + k2 r4 + k3 r6) + p1 (r2 + 2 y2) + 2 p2 x y
//     u = fx x' + cx, v = fy y' + cy
// (Brown 1966; Heikkila & Silven 1997; OpenCV's calib3d). Only sums, products and
// quotients: the same bits everywhere. Any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_LENS_MODEL_H
#define RIM_CALIB_LENS_MODEL_H

#include <stdbool.h>

// camera_matrix: row-major 3x3, px; distortion: k1, k2, p1, p2, k3.
// From the pixel that a perfect lens would give to the real one. false: so far out
// that the model folds over and gives a second point for the same pixel.
bool rim_lens_distort(const double camera_matrix[9], const double distortion[5],
                      double x, double y, double *u, double *v);
// And back, by Newton's steps to 1e-9 of the focal length. false: no such point.
bool rim_lens_undistort(const double camera_matrix[9], const double distortion[5],
                        double u, double v, double *x, double *y);

// Row-major 3x3. false: on or behind the horizon (w <= 0 for h[8] > 0).
bool rim_homography_apply(const double h[9], double x, double y, double *u, double *v);
// false: cannot be inverted. `out` may be `h`. Scaled so that out[8] is 1 if it can be.
bool rim_homography_invert(double out[9], const double h[9]);
// out = a b, row-major; `out` is neither.
void rim_homography_multiply(double out[9], const double a[9], const double b[9]);

#endif
