// coverage.h: what the views of a board still leave out, in words.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_COVERAGE_H
#define RIM_CALIB_COVERAGE_H

#include "calib/cv_bridge.h"

#include <stdbool.h>

enum { RIM_COVERAGE_SIDES = 4 };

typedef struct rim_coverage {
    int width, height;
    int points[9];                   // seen in each ninth of the picture, row by row
    double tilt[RIM_COVERAGE_SIDES]; // largest tilt with the left, right, upper, lower
                                     // side of the board nearer, degrees
    int poses;
} rim_coverage;

void rim_coverage_init(rim_coverage *c, int width, int height);
void rim_coverage_add(rim_coverage *c, const rim_view *view);
void rim_coverage_add_pose(rim_coverage *c, const rim_pose *pose);

// One sentence of what to show next, "" when nothing is missing.
void rim_coverage_missing(char *words, size_t size, const rim_coverage *c);

#endif
