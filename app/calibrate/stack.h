// stack.h: all frames of an input into one stack.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CALIBRATE_STACK_H
#define RIM_APP_CALIBRATE_STACK_H

#include "app/calibrate/calibrate.h"
#include "calib/stack.h"

typedef struct rim_cal_stacked {
    rim_cal_shape shape;
    rim_stack stack;
    rim_frame last; // the last frame, for the report
} rim_cal_stacked;

RIM_NODISCARD rim_err rim_cal_stack(rim_cal_stacked *s, const char *input,
                                    const rim_cal_options *o, int frames);
void rim_cal_stacked_uninit(rim_cal_stacked *s);

#endif
