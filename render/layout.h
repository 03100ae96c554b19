// layout.h: finds room for labels.
//
// A coarse grid of the picture notes what must not be covered. A label tries a row
// of places around its object and takes the cheapest; the place it had in the last
// frame is favoured, so that labels do not jump. One thread owns a layout.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_LAYOUT_H
#define RIM_RENDER_LAYOUT_H

#include "render/canvas.h"

enum {
    RIM_TAKEN_LESION = 1,   // may be covered where nothing else is left
    RIM_TAKEN_RESIDUAL = 2, // must not be
    RIM_TAKEN_TEXT = 4,     // must not be
};

// Places to a ring around an object, and rings; place / RIM_LAYOUT_PLACES is the ring.
enum { RIM_LAYOUT_NOWHERE = -1, RIM_LAYOUT_PLACES = 8, RIM_LAYOUT_RINGS = 4 };

typedef struct rim_layout_wish {
    int width, height; // of the label, px
    int gap_px;        // at least this far from the object
    int rings;         // how far it may go, 1..RIM_LAYOUT_RINGS
    bool over_lesions; // may cover lesions other than a large object's own
    int last;          // its place in the last frame, or RIM_LAYOUT_NOWHERE
} rim_layout_wish;

typedef struct rim_layout {
    int width, height; // px
    int cell_px, cells_x, cells_y;
    uint8_t *cell;     // RIM_TAKEN_* bits
    int *left, *right; // [cells_y], scratch
} rim_layout;

RIM_NODISCARD rim_err rim_layout_init(rim_layout *l, int width, int height,
                                      int cell_px);
void rim_layout_uninit(rim_layout *l);
void rim_layout_clear(rim_layout *l);

void rim_layout_take_rect(rim_layout *l, rim_rect r, unsigned bits);
// The convex-by-rows area within a closed line.
void rim_layout_take_outline(rim_layout *l, const rim_pt *p, int count, unsigned bits);

// A place for a label beside `object`, wholly within the picture, not over text or a
// residual, and (over_lesions apart) over no lesion, but a sixth of a large object
// itself. Returns the place's number and sets *label, or returns RIM_LAYOUT_NOWHERE.
int rim_layout_find(const rim_layout *l, rim_rect *label, rim_rect object,
                    const rim_layout_wish *wish);

#endif
