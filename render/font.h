// font.h: text of any size from embedded outlines (DejaVu Sans Condensed Bold).
//
// A font is made once for a size; drawing only copies coverage. The pixels are the
// same on every machine, since the outlines are in the program and are filled in
// integers. Immutable after creation, so any thread may read it.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_FONT_H
#define RIM_RENDER_FONT_H

#include "base/err.h"

#include <stdint.h>

typedef struct rim_glyph {
    int left, top;      // of its first pixel, from the pen; top is above the baseline
    int width, height;  // px
    int advance;        // px
    const uint8_t *cov; // [height][width], coverage 0..255
} rim_glyph;

typedef struct rim_font rim_font;

// cap_px: height of capitals, 4..256. Multiples of 4 look crispest: then the tops
// of small letters lie on pixel borders too.
RIM_NODISCARD rim_err rim_font_create(rim_font **out, int cap_px);
void rim_font_destroy(rim_font **f);

int rim_font_cap_px(const rim_font *f);
// Takes one character off *text (UTF-8) and returns its glyph; what the font does
// not have is shown as "?". NULL at the end of the text.
const rim_glyph *rim_font_next(const rim_font *f, const char **text);
// Sum of the advances, px.
int rim_font_text_width(const rim_font *f, const char *text);

#endif
