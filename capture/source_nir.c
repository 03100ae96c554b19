// source_nir.c: NIR and visible frames cut out of recorded pictures.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"

#include <assert.h>
#include <string.h>

const char *const rim_nir_from_names[] = {"gray", "red",           "green",
                                          "blue", "green-overlay", NULL};

rim_err rim_nir_from_name(rim_nir_from *out, const char *name)
{
    for (int i = 0; rim_nir_from_names[i]; i++) {
        if (strcmp(name, rim_nir_from_names[i]) == 0) {
            *out = (rim_nir_from)i;
            return RIM_OK;
        }
    }
    return RIM_ERR_ARG;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

// ITU-R BT.709 luma in Q8, the weights of sRGB pictures; grey stays as it is.
static uint16_t luma(const uint8_t *bgrx)
{
    return (uint16_t)((19 * bgrx[0] + 183 * bgrx[1] + 54 * bgrx[2] + 128) >> 8);
}

static void extract_row(uint16_t *to, const uint8_t *from, int width, rim_nir_from what)
{
    static const int channel[] = {
        [RIM_NIR_FROM_BLUE] = 0, [RIM_NIR_FROM_GREEN] = 1, [RIM_NIR_FROM_RED] = 2};
    switch (what) {
    case RIM_NIR_FROM_GRAY:
        for (int x = 0; x < width; x++)
            to[x] = luma(from + 4 * (ptrdiff_t)x);
        break;
    case RIM_NIR_FROM_RED:
    case RIM_NIR_FROM_GREEN:
    case RIM_NIR_FROM_BLUE:
        for (int x = 0; x < width; x++)
            to[x] = from[4 * (ptrdiff_t)x + channel[what]];
        break;
    case RIM_NIR_FROM_GREEN_OVERLAY:
        for (int x = 0; x < width; x++) {
            const uint8_t *p = from + 4 * (ptrdiff_t)x;
            to[x] = (uint16_t)max_int(p[1] - max_int(p[0], p[2]), 0);
        }
        break;
    }
}

void rim_nir_extract(rim_frame *nir, const rim_frame *picture, const rim_crop *crop,
                     rim_nir_from from)
{
    assert(nir->fmt == RIM_FMT_GRAY16 && nir->width == crop->width &&
           nir->height == crop->height);
    for (int y = 0; y < crop->height; y++) {
        uint16_t *to = rim_frame_row16(nir, y);
        if (picture->fmt == RIM_FMT_GRAY16)
            memcpy(to, rim_frame_row16(picture, crop->y + y) + crop->x,
                   (size_t)crop->width * sizeof *to);
        else
            extract_row(to,
                        rim_frame_row8(picture, crop->y + y) + 4 * (ptrdiff_t)crop->x,
                        crop->width, from);
    }
}

void rim_visible_extract(rim_frame *visible, const rim_frame *picture,
                         const rim_crop *crop, rim_nir_from from)
{
    assert(visible->fmt == RIM_FMT_BGRX8 && visible->width == crop->width &&
           visible->height == crop->height);
    for (int y = 0; y < crop->height; y++) {
        uint8_t *to = rim_frame_row8(visible, y);
        memcpy(to, rim_frame_row8(picture, crop->y + y) + 4 * (ptrdiff_t)crop->x,
               (size_t)crop->width * 4);
        if (from != RIM_NIR_FROM_GREEN_OVERLAY)
            continue;
        for (int x = 0; x < crop->width; x++, to += 4) {
            const int limit = max_int(to[0], to[2]);
            to[1] = to[1] > limit ? (uint8_t)limit : to[1];
        }
    }
}
