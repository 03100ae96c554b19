// correct.h: dark, gain and bad pixels of one frame, for calibration's own use.
//
// The chain has its own fused kernel (process/); this is the plain form, for boards
// before they are looked for, and for the before and after of a report.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_CORRECT_H
#define RIM_CALIB_CORRECT_H

#include "base/frame.h"
#include "calib/calib.h"

// frame (GRAY16, the calibration's size) in place: counts above the dark (black_level
// where there is no dark map), times gain, clamped to its bits; a bad pixel becomes the
// median of the good ones among its 8 neighbours. c NULL: nothing is done.
void rim_calib_correct(rim_frame *frame, const rim_calib *c, int black_level);

#endif
