// page_part.h: what each part of a calibration's page has in hand, and writes with.
// Internal to calib/.
//
//     page.c            the door, the head, and what the calibration is good for
//     page_maps.c       dark, flat and leaked light
//     page_geometry.c   lens and registration
//     page_tools.c      rows, pictures, arrows
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_PAGE_PART_H
#define RIM_CALIB_PAGE_PART_H

#include "calib/calib.h"
#include "calib/doc.h"
#include "calib/page_tools.h"

typedef struct rim_calib_page_in {
    rim_calib_page p;
    const rim_doc *doc;
    const rim_calib *c;
    const char *file;
    int64_t now_s;
} rim_calib_page_in;

// NAN where the file has no such number.
double rim_calib_page_number(const rim_calib_page_in *g, const char *key);
void rim_calib_page_heading(rim_calib_page_in *g, const char *text);
void rim_calib_page_put(rim_calib_page_in *g, const char *html);
// Zeroed where there is none, or after an error.
rim_frame rim_calib_page_read_map(rim_calib_page_in *g, const char *key, int width,
                                  int height);
// A new frame of the same shape.
rim_frame rim_calib_page_like(rim_calib_page_in *g, const rim_frame *f);

#endif
