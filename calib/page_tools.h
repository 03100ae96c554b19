// page_tools.h: what a page is written with: escaped text, embedded pictures, arrows.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_PAGE_TOOLS_H
#define RIM_CALIB_PAGE_TOOLS_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/doc.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct rim_calib_page {
    FILE *out;
    const char *scratch; // path of a file that may be written and removed
    rim_err err;         // the first error; later calls do nothing
} rim_calib_page;

// A row of a table: name, and a value by format.
void rim_calib_page_row(rim_calib_page *p, const char *name, const char *fmt, ...)
    RIM_PRINTF(3, 4);
void rim_calib_page_text(rim_calib_page *p, const char *text); // escaped

// How samples become a picture.
typedef struct rim_calib_page_scale {
    double low, high; // shown black and white (or both ends of the colours)
    bool colours;     // blue - white - red about the middle
} rim_calib_page_scale;

// From the 0.5 % darkest to the 0.5 % brightest samples.
rim_calib_page_scale rim_calib_page_stretch(const rim_frame *f);
// Embeds a GRAY16 picture, at most 480 px wide, with a caption.
void rim_calib_page_picture(rim_calib_page *p, const rim_frame *f,
                            rim_calib_page_scale scale, const char *caption);
// Embeds two GRAY16 pictures of one size as one: `a` green, `b` magenta; grey where
// they agree.
void rim_calib_page_pair(rim_calib_page *p, const rim_frame *a, const rim_frame *b,
                         const char *caption);
// Rows of x, y, dx, dy as arrows over an empty picture of width x height.
void rim_calib_page_arrows(rim_calib_page *p, const rim_doc_entry *rows, int width,
                           int height, const char *caption);
// Two lines over x: before and after.
void rim_calib_page_profile(rim_calib_page *p, const double *before,
                            const double *after, int count, const char *caption);

#endif
