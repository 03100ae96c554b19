// unpack_formats.c: the table of pixel formats, after the kernel's videodev2.h.
// SPDX-License-Identifier: MIT
#include "capture/unpack.h"

#include <ctype.h>
#include <string.h>

#define F4 RIM_FOURCC
#define BE RIM_FOURCC_BE

#define MONO(code, name, bits, packing, justify)                                       \
    {                                                                                  \
        code, name, RIM_PIXEL_MONO, bits, packing, justify, {0, 0, 0}, 0               \
    }
#define BAYER(code, name, bits, packing, x, y)                                         \
    {                                                                                  \
        code, name, RIM_PIXEL_BAYER, bits, packing, RIM_JUSTIFY_RIGHT, {x, y, 0}, 0    \
    }
#define YUV(code, name, kind, luma, u, v)                                              \
    {                                                                                  \
        code, name, kind, 8, RIM_PACK_NONE, RIM_JUSTIFY_AUTO, {luma, u, v}, 0          \
    }
#define RGB(code, name, step, r, g, b)                                                 \
    {                                                                                  \
        code, name, RIM_PIXEL_RGB, 8, RIM_PACK_NONE, RIM_JUSTIFY_AUTO, {r, g, b}, step \
    }

#define RIGHT RIM_JUSTIFY_RIGHT
#define LEFT  RIM_JUSTIFY_LEFT

static const rim_pixel_format formats[] = {
    MONO(F4('G', 'R', 'E', 'Y'), "GREY", 8, RIM_PACK_8, RIM_JUSTIFY_AUTO),
    MONO(F4('Y', '1', '0', ' '), "Y10", 10, RIM_PACK_16LE, RIGHT),
    MONO(F4('Y', '1', '2', ' '), "Y12", 12, RIM_PACK_16LE, RIGHT),
    MONO(F4('Y', '1', '4', ' '), "Y14", 14, RIM_PACK_16LE, RIGHT),
    MONO(F4('Y', '1', '6', ' '), "Y16", 16, RIM_PACK_16LE, RIGHT),
    MONO(BE('Y', '1', '6', ' '), "Y16-BE", 16, RIM_PACK_16BE, RIGHT),
    MONO(F4('Y', '0', '1', '2'), "Y012", 12, RIM_PACK_16LE, LEFT),
    MONO(F4('Y', '1', '0', 'P'), "Y10P", 10, RIM_PACK_MIPI10, RIM_JUSTIFY_AUTO),
    MONO(F4('Y', '1', '2', 'P'), "Y12P", 12, RIM_PACK_MIPI12, RIM_JUSTIFY_AUTO),
    MONO(F4('Y', '1', '4', 'P'), "Y14P", 14, RIM_PACK_MIPI14, RIM_JUSTIFY_AUTO),
    MONO(F4('Y', '1', '0', 'B'), "Y10B", 10, RIM_PACK_10B, RIM_JUSTIFY_AUTO),

    BAYER(F4('B', 'A', '8', '1'), "BA81", 8, RIM_PACK_8, 1, 1),
    BAYER(F4('G', 'B', 'R', 'G'), "GBRG", 8, RIM_PACK_8, 0, 1),
    BAYER(F4('G', 'R', 'B', 'G'), "GRBG", 8, RIM_PACK_8, 1, 0),
    BAYER(F4('R', 'G', 'G', 'B'), "RGGB", 8, RIM_PACK_8, 0, 0),
    BAYER(F4('B', 'G', '1', '0'), "BG10", 10, RIM_PACK_16LE, 1, 1),
    BAYER(F4('G', 'B', '1', '0'), "GB10", 10, RIM_PACK_16LE, 0, 1),
    BAYER(F4('B', 'A', '1', '0'), "BA10", 10, RIM_PACK_16LE, 1, 0),
    BAYER(F4('R', 'G', '1', '0'), "RG10", 10, RIM_PACK_16LE, 0, 0),
    BAYER(F4('B', 'G', '1', '2'), "BG12", 12, RIM_PACK_16LE, 1, 1),
    BAYER(F4('G', 'B', '1', '2'), "GB12", 12, RIM_PACK_16LE, 0, 1),
    BAYER(F4('B', 'A', '1', '2'), "BA12", 12, RIM_PACK_16LE, 1, 0),
    BAYER(F4('R', 'G', '1', '2'), "RG12", 12, RIM_PACK_16LE, 0, 0),
    BAYER(F4('B', 'G', '1', '4'), "BG14", 14, RIM_PACK_16LE, 1, 1),
    BAYER(F4('G', 'B', '1', '4'), "GB14", 14, RIM_PACK_16LE, 0, 1),
    BAYER(F4('G', 'R', '1', '4'), "GR14", 14, RIM_PACK_16LE, 1, 0),
    BAYER(F4('R', 'G', '1', '4'), "RG14", 14, RIM_PACK_16LE, 0, 0),
    BAYER(F4('B', 'Y', 'R', '2'), "BYR2", 16, RIM_PACK_16LE, 1, 1),
    BAYER(F4('G', 'B', '1', '6'), "GB16", 16, RIM_PACK_16LE, 0, 1),
    BAYER(F4('G', 'R', '1', '6'), "GR16", 16, RIM_PACK_16LE, 1, 0),
    BAYER(F4('R', 'G', '1', '6'), "RG16", 16, RIM_PACK_16LE, 0, 0),
    BAYER(F4('p', 'B', 'A', 'A'), "pBAA", 10, RIM_PACK_MIPI10, 1, 1),
    BAYER(F4('p', 'G', 'A', 'A'), "pGAA", 10, RIM_PACK_MIPI10, 0, 1),
    BAYER(F4('p', 'g', 'A', 'A'), "pgAA", 10, RIM_PACK_MIPI10, 1, 0),
    BAYER(F4('p', 'R', 'A', 'A'), "pRAA", 10, RIM_PACK_MIPI10, 0, 0),
    BAYER(F4('p', 'B', 'C', 'C'), "pBCC", 12, RIM_PACK_MIPI12, 1, 1),
    BAYER(F4('p', 'G', 'C', 'C'), "pGCC", 12, RIM_PACK_MIPI12, 0, 1),
    BAYER(F4('p', 'g', 'C', 'C'), "pgCC", 12, RIM_PACK_MIPI12, 1, 0),
    BAYER(F4('p', 'R', 'C', 'C'), "pRCC", 12, RIM_PACK_MIPI12, 0, 0),
    BAYER(F4('p', 'B', 'E', 'E'), "pBEE", 14, RIM_PACK_MIPI14, 1, 1),
    BAYER(F4('p', 'G', 'E', 'E'), "pGEE", 14, RIM_PACK_MIPI14, 0, 1),
    BAYER(F4('p', 'g', 'E', 'E'), "pgEE", 14, RIM_PACK_MIPI14, 1, 0),
    BAYER(F4('p', 'R', 'E', 'E'), "pREE", 14, RIM_PACK_MIPI14, 0, 0),

    YUV(F4('Y', 'U', 'Y', 'V'), "YUYV", RIM_PIXEL_YUV422, 0, 1, 3),
    YUV(F4('Y', 'V', 'Y', 'U'), "YVYU", RIM_PIXEL_YUV422, 0, 3, 1),
    YUV(F4('U', 'Y', 'V', 'Y'), "UYVY", RIM_PIXEL_YUV422, 1, 0, 2),
    YUV(F4('V', 'Y', 'U', 'Y'), "VYUY", RIM_PIXEL_YUV422, 1, 2, 0),
    YUV(F4('N', 'V', '1', '2'), "NV12", RIM_PIXEL_YUV420, 0, 0, 1),
    YUV(F4('N', 'V', '2', '1'), "NV21", RIM_PIXEL_YUV420, 0, 1, 0),

    RGB(F4('R', 'G', 'B', '3'), "RGB3", 3, 0, 1, 2),
    RGB(F4('B', 'G', 'R', '3'), "BGR3", 3, 2, 1, 0),
    RGB(F4('X', 'R', '2', '4'), "XR24", 4, 2, 1, 0), // bytes B, G, R, X
    RGB(F4('A', 'R', '2', '4'), "AR24", 4, 2, 1, 0), // bytes B, G, R, A
    RGB(F4('B', 'G', 'R', '4'), "BGR4", 4, 2, 1, 0), // bytes B, G, R, X or A
    RGB(F4('B', 'X', '2', '4'), "BX24", 4, 1, 2, 3), // bytes X, R, G, B
    RGB(F4('B', 'A', '2', '4'), "BA24", 4, 1, 2, 3), // bytes A, R, G, B
    RGB(F4('R', 'G', 'B', '4'), "RGB4", 4, 1, 2, 3), // bytes X or A, R, G, B
    RGB(F4('X', 'B', '2', '4'), "XB24", 4, 0, 1, 2), // bytes R, G, B, X
    RGB(F4('A', 'B', '2', '4'), "AB24", 4, 0, 1, 2), // bytes R, G, B, A
    RGB(F4('R', 'X', '2', '4'), "RX24", 4, 3, 2, 1), // bytes X, B, G, R
    RGB(F4('R', 'A', '2', '4'), "RA24", 4, 3, 2, 1), // bytes A, B, G, R

    {F4('M', 'J', 'P', 'G'), "MJPG", RIM_PIXEL_JPEG, 8, 0, 0, {0, 0, 0}, 0},
    {F4('J', 'P', 'E', 'G'), "JPEG", RIM_PIXEL_JPEG, 8, 0, 0, {0, 0, 0}, 0},
};

enum { COUNT = sizeof formats / sizeof *formats };

const rim_pixel_format *rim_pixel_format_at(int i)
{
    return i >= 0 && i < COUNT ? &formats[i] : NULL;
}

const rim_pixel_format *rim_pixel_format_find(uint32_t fourcc)
{
    for (int i = 0; i < COUNT; i++)
        if (formats[i].fourcc == fourcc)
            return &formats[i];
    return NULL;
}

// Names differ in more than case ("pGAA", "pgAA"), so an exact match goes first.
static bool same(const char *a, const char *b, bool exact)
{
    for (; *a && *b; a++, b++)
        if (*a != *b &&
            (exact || toupper((unsigned char)*a) != toupper((unsigned char)*b)))
            return false;
    while (*b == ' ') // "Y16 ", as v4l2-ctl prints it
        b++;
    return !*a && !*b;
}

const rim_pixel_format *rim_pixel_format_named(const char *name)
{
    for (int exact = 1; exact >= 0; exact--)
        for (int i = 0; i < COUNT; i++)
            if (same(formats[i].name, name, exact))
                return &formats[i];
    return NULL;
}
