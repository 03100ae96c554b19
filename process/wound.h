// wound.h: what of the cut surface can be judged in this frame, and its plain light.
//
// The light that the surface would give is taken from the liver around it: a robust
// quadric through log2 light of the whole frame, where what lies in the polygon weighs
// little, drawn to a lamp that falls off to the corners. `excess` is the light over that. So a surface that is bled over as a whole is
// dark, not normal. From it follows which pixels show tissue:
//
//   not valid   too dark in this frame, or outside a round field of view
//   hidden      under 0.7 of the surface's own level: blood, instruments, char; or
//               woven: gauze, whose threads repeat within a millimetre or so
//   saturated   more than a quarter of the pixel's samples at full scale
//   a glint     bright and narrow, without a halo: highlights, ducts (glints.h)
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_WOUND_H
#define RIM_PROCESS_WOUND_H

#include "base/err.h"
#include "process/background.h"
#include "process/outline.h"
#include "process/planes.h"
#include "process/quadric.h"

#include <stdbool.h>
#include <stdint.h>

#define RIM_WOUND_SAMPLES 1024

// Bits of rim_wound.seen.
enum {
    RIM_WOUND_INSIDE = 1, // of the marked polygon
    RIM_WOUND_LIT = 2,    // valid and not saturated
    RIM_WOUND_HIDDEN = 4,
    RIM_WOUND_TISSUE = 8, // inside or near, and none of the above: can be judged
    RIM_WOUND_VALID = 16, // light enough
};

typedef struct rim_wound {
    const rim_grid *grid;
    int x0, y0, width, height; // window on the grid: the polygon and some mm around
    int16_t *excess;           // [window] Q10 log2 over the surroundings
    uint8_t *seen;             // [window] RIM_WOUND_* bits
    int inside, judged;        // pixels of the polygon in the frame; that can be judged
    int dark, full, hidden;    // and why the others cannot
    rim_quadric around;        // the surroundings' light, Q10 log2, grid coordinates
    int16_t *fine;   // [window] excess, smoothed over tissue; RIM_UNKNOWN off it
    int16_t *opened; // scratch from here on, but for woven
    uint8_t *flag;
    uint8_t *woven; // [patches of the grid] what is known of each (weave.h)
    int turn;       // which of them are looked at next
    int32_t *cell_sum, *cell_count; // [cells]
    rim_quadric_sample *sample;     // [RIM_WOUND_SAMPLES]
    float *line;                    // [4 * width + 128]
    rim_planes planes;
} rim_wound;

RIM_NODISCARD rim_err rim_wound_init(rim_wound *w, const rim_grid *grid);
void rim_wound_uninit(rim_wound *w);

// The next frame has nothing to do with the last.
void rim_wound_forget(rim_wound *w);
// mask: [grid] 1 inside the polygon. scene, b: of the frame under way.
void rim_wound_look(rim_wound *w, const uint8_t *mask, const rim_scene *scene,
                    const rim_background *b);

// dst: [grid] 1 where the polygon cannot be judged in this frame.
void rim_wound_copy_unjudged(uint8_t *dst, const rim_wound *w);
// Whether grid position (x, y) lies in the polygon under a cover.
bool rim_wound_covers(const rim_wound *w, double x, double y);

#endif
