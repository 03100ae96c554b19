// tools_internal.h: what the files of the window's tools share.
//
//     tools.c     creation, loupe, region
//     timeline.c  the time line
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_TOOLS_INTERNAL_H
#define RIM_RENDER_TOOLS_INTERNAL_H

#include "render/scene.h"
#include "render/tools.h"

struct rim_tools {
    int width, height; // of the pictures
    int unit_q8;       // px per 1/720 of the height, Q8
    rim_render_kernels kernels;
    rim_font *small;
    rim_scene scene;
    int32_t *rows; // scratch of the canvas
    rim_edges *edges;
    rim_rect track; // of the time line that was drawn last
};

// n 1/720 of the picture's height in px, rounded.
static inline int rim_tools_px(const rim_tools *t, int n)
{
    return (n * t->unit_q8 + 128) >> 8;
}

// What was planned, onto the picture.
void rim_tools_paint(rim_tools *t, rim_frame *picture);

#endif
