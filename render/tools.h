// tools.h: what a window lays over its picture for the hands: the time line of a
// recording, a loupe of raw values, a measured region with its curve over time.
//
// Drawn with the brushes of the overlay, after it, at the picture's own size; files
// do not have it. One thread owns it; memory is taken at creation.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_TOOLS_H
#define RIM_RENDER_TOOLS_H

#include "base/result.h"
#include "render/canvas.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct rim_tools rim_tools;

// For pictures of this size. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_tools_create(rim_tools **out, int width, int height);
void rim_tools_destroy(rim_tools **t);

// A byte a frame.
enum {
    RIM_TIME_LESIONS = 15,    // how many, 15: or more
    RIM_TIME_STATE_SHIFT = 4, // rim_surface_state, two bits
    RIM_TIME_MARKED = 64,     // a surface was marked here
    RIM_TIME_SEEN = 128,      // the frame was processed
};
uint8_t rim_time_byte(const rim_result *r, bool marked);

typedef struct rim_timeline {
    const uint8_t *frame; // [known]
    int64_t known, total; // frames; total: -1 where nobody can tell
    int64_t at;           // the one that is shown
    int64_t t_ns, end_ns; // its time, and the recording's end; end_ns -1: not known
    bool loop;
} rim_timeline;

void rim_tools_draw_timeline(rim_tools *t, rim_frame *picture,
                             const rim_timeline *line);
// The part of the recording (0..1) under a pixel of the picture. slack: how far beside
// the line still counts, px. False: it is not on the line.
bool rim_tools_time_at(const rim_tools *t, double *part, rim_point at, int slack);

enum { RIM_LOUPE_SIDE = 13, RIM_LOUPE_LINES = 5, RIM_LOUPE_TEXT = 40 };

typedef struct rim_loupe {
    rim_point at;                                  // of the picture, px
    uint8_t grey[RIM_LOUPE_SIDE * RIM_LOUPE_SIDE]; // the NIR pixels around
    char line[RIM_LOUPE_LINES][RIM_LOUPE_TEXT];
    int lines;
} rim_loupe;

void rim_tools_draw_loupe(rim_tools *t, rim_frame *picture, const rim_loupe *loupe);

enum { RIM_CURVE_MAX = 600, RIM_REGION_LINES = 6 };

typedef struct rim_region {
    rim_pt corner[4]; // of the picture
    char line[RIM_REGION_LINES][48];
    int lines;
    const char *curve_name;     // "SBR"
    int samples;                // 0..RIM_CURVE_MAX
    float value[RIM_CURVE_MAX]; // from old to new; NAN: none
    double seconds;             // from the first to the last
} rim_region;

void rim_tools_draw_region(rim_tools *t, rim_frame *picture, const rim_region *region);

#endif
