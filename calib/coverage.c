// coverage.c: ninths of the field, and tilts to four sides.
// SPDX-License-Identifier: MIT
#include "calib/coverage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// A tilt tells focal length from distance from here on; a region counts with as many
// points.
static const double TILT_DEG = 15;
enum { POINTS_MIN = 5 };

static const char *const region_name[9] = {"upper left", "top",    "upper right",
                                           "left",       "middle", "right",
                                           "lower left", "bottom", "lower right"};
static const char *const side_name[RIM_COVERAGE_SIDES] = {"left", "right", "upper",
                                                          "lower"};

void rim_coverage_init(rim_coverage *c, int width, int height)
{
    *c = (rim_coverage){.width = width, .height = height};
}

void rim_coverage_add(rim_coverage *c, const rim_view *view)
{
    for (int i = 0; i < view->count; i++) {
        int col = (int)(3 * (view->px[i].x + 0.5) / c->width);
        int row = (int)(3 * (view->px[i].y + 0.5) / c->height);
        col = col < 0 ? 0 : col > 2 ? 2 : col;
        row = row < 0 ? 0 : row > 2 ? 2 : row;
        c->points[3 * row + col]++;
    }
}

void rim_coverage_add_pose(rim_coverage *c, const rim_pose *pose)
{
    // The board's plane is z = z0 + a x + b y: a > 0 means that its left is nearer.
    const double *r = pose->rotation;
    const double nz = r[8] != 0 ? r[8] : 1e-9;
    const double degree = 57.29577951308232;
    const double a = atan(-r[2] / nz) * degree, b = atan(-r[5] / nz) * degree;
    const double tilt[RIM_COVERAGE_SIDES] = {a, -a, b, -b};
    for (int i = 0; i < RIM_COVERAGE_SIDES; i++)
        c->tilt[i] = fmax(c->tilt[i], tilt[i]);
    c->poses++;
}

static void append(char *words, size_t size, const char *what, bool first)
{
    const size_t used = strlen(words);
    (void)snprintf(words + used, size - used, "%s%s", first ? "" : ", ", what);
}

void rim_coverage_missing(char *words, size_t size, const rim_coverage *c)
{
    words[0] = '\0';
    bool first = true;
    for (int i = 0; i < 9; i++) {
        if (c->points[i] >= POINTS_MIN)
            continue;
        if (first)
            append(words, size, "the board in these parts of the picture: ", true);
        append(words, size, region_name[i], first);
        first = false;
    }
    bool first_tilt = true;
    for (int i = 0; c->poses > 0 && i < RIM_COVERAGE_SIDES; i++) {
        if (c->tilt[i] >= TILT_DEG)
            continue;
        if (first_tilt)
            append(
                words, size,
                "the board tilted by 20 to 40 degrees, with this side nearer: ", first);
        append(words, size, side_name[i], first_tilt);
        first_tilt = first = false;
    }
}
