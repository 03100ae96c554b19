// live_check.h: what can be seen of the calibration while the program runs.
//
// - Do the pictures still lie upon each other? See bump.h.
// - How much light of the excitation source leaks through the filter? Where the
//   calibration knows it (`rimlight calibrate leakage`) it is subtracted, and told is
//   its part of the light. Where not, highlights tell: dye does not mirror, so what a
//   highlight of the white light adds in NIR is leaked. Told is the part of it in NIR
//   light at highlights, in their median: where it is large, bright spots are not dye.
//
// A look takes RIM_LIVE_CHECK_EVERY pairs of frames, each a small part of the work.
// Nothing is allocated after creation. One thread owns a check.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_LIVE_CHECK_H
#define RIM_CALIB_LIVE_CHECK_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "calib/calib.h"

enum { RIM_LIVE_CHECK_EVERY = 8 };

typedef struct rim_live_check rim_live_check;

typedef struct rim_live_check_options {
    int nir_width, nir_height, bits, black_level;
    int visible_width, visible_height; // of the frames
} rim_live_check_options;

// c has a registration and must outlive the check. RIM_ERR_MEMORY, logged.
RIM_NODISCARD rim_err rim_live_check_create(rim_live_check **out, const rim_calib *c,
                                            const rim_live_check_options *o);
void rim_live_check_destroy(rim_live_check **c);

// The pair of one frame; then what is known by now, into q->calibration (shift_px,
// bumped), q->leakage and q->why. visible NULL: this frame has none.
void rim_live_check_frame(rim_live_check *c, rim_quality *q, const rim_frame *nir,
                          const rim_frame *visible);

// NIR pixels by which the pictures may part without an alarm.
double rim_live_check_limit_px(const rim_calib *c);

#endif
