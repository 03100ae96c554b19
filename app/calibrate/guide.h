// guide.h: tells, while a board is shown, what is still missing.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CALIBRATE_GUIDE_H
#define RIM_APP_CALIBRATE_GUIDE_H

#include "calib/board.h"
#include "calib/coverage.h"

#include <stdbool.h>

typedef struct rim_cal_guide {
    rim_coverage coverage;
    rim_seen said; // what was last said of a frame that was not taken
    bool said_any;
    int taken;
} rim_cal_guide;

// Of pictures of this size, px.
void rim_cal_guide_init(rim_cal_guide *g, int width, int height);
// A view was taken: says what to show next, or that nothing is missing.
void rim_cal_guide_took(rim_cal_guide *g, const rim_view *view, const rim_board *board);
// A frame was not taken; said once until it is something else.
void rim_cal_guide_saw(rim_cal_guide *g, const char *name, rim_seen seen,
                       const char *where);
// Ten views, every part of the field, tilts to all sides.
bool rim_cal_guide_enough(const rim_cal_guide *g);

#endif
