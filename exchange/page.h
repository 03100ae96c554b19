// page.h: a case as one page of HTML, to be looked at, printed, and kept.
//
// The page needs nothing else: charts are inline SVG, pictures embedded PNG, no script,
// no address of any network. Every string is escaped. The bytes depend on nothing but
// what is given here.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_PAGE_H
#define RIM_EXCHANGE_PAGE_H

#include "base/frame.h"
#include "exchange/case.h"
#include "media/source_info.h"

#define RIM_PAGE_ROWS_MAX 64

// Names and values, under a heading; of lines with an empty value the name alone.
typedef struct rim_page_table {
    const char *heading;
    int count;
    struct {
        char name[64], value[512];
    } row[RIM_PAGE_ROWS_MAX];
} rim_page_table;

// Adds a row, cut where it is too long; what is beyond RIM_PAGE_ROWS_MAX is dropped.
void rim_page_add(rim_page_table *t, const char *name, const char *fmt, ...)
    RIM_PRINTF(3, 4);

// A frame of the case as it was seen. Frames with data NULL are not there.
typedef struct rim_page_picture {
    rim_frame shown;     // the overlay, BGRX8, of any size
    rim_frame nir;       // a part of the NIR frame: GRAY16 of 8 bits, for looking at
    double left, top;    // centre of its first pixel, px of the NIR frame
    double step;         // px of the NIR frame a pixel
    rim_outline surface; // as it was followed into this frame; count 0: not known
} rim_page_picture;

typedef struct rim_page {
    const char *title;
    const char *banner;     // what this must not be used for
    const char *made;       // by which program, when
    const char *no_picture; // why there are none, said in their place
    const rim_page_table *const *table;
    int table_count;
    // At the clearest sighting of each track; [lesion_track_count] and
    // [residual_track_count], or NULL.
    const rim_page_picture *lesion, *residual;
    int width, height;            // of a NIR frame; 0: not known
    const rim_surface_mark *mark; // of the cut surface, as it was given
    int mark_count;
} rim_page;

// Replaces an old file when the new one is whole. RIM_ERR_IO, RIM_ERR_MEMORY: logged.
RIM_NODISCARD rim_err rim_page_write(const char *path, const rim_case *c,
                                     const rim_page *page);

#endif
