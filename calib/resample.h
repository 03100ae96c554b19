// resample.h: a whole picture through a lens or a registration, for reports and tests.
//
// Bilinear; outside the source 0. The overlay has its own table look-up (render/).
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_RESAMPLE_H
#define RIM_CALIB_RESAMPLE_H

#include "base/frame.h"
#include "calib/calib.h"

// dst, src: GRAY16 of one size (asserted): what a perfect lens of the same camera matrix
// would have shown.
void rim_resample_undistorted(rim_frame *dst, const rim_frame *src,
                              const double camera_matrix[9],
                              const double distortion[5]);
// dst: GRAY16 of the NIR size; src: GRAY16 visible picture: as the NIR camera would
// show it. c has a registration.
void rim_resample_visible(rim_frame *dst, const rim_frame *src, const rim_calib *c);

#endif
