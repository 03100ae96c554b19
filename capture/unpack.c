// unpack.c: chooses the row functions for a format and walks the rows.
// SPDX-License-Identifier: MIT
#include "capture/unpack.h"

#include "capture/unpack_jpeg.h"
#include "capture/unpack_rows.h"

#include <assert.h>
#include <stdlib.h>

// Samples kept free on each side of a scratch row, for the mosaic's neighbours.
enum { MARGIN = 2 };

struct rim_unpack {
    const rim_pixel_format *format;
    rim_jpeg *jpeg;
    int width, height;
    ptrdiff_t stride;
    size_t bytes;    // that a buffer must hold
    int bits, shift; // of a sample; how far right it goes to reach the low bits
    const rim_yuv_matrix *matrix;
    rim_capture_kernels kernels;
    int black_level;
    // Samples of three rows of a mosaic: has[y % 3] == y + 1 when row y is there.
    uint16_t *row[3];
    int has[3];
    uint16_t *single; // a row of any other use
    uint16_t *scratch;
};

// Bytes of a row without padding; 0: not a format with rows.
static size_t row_bytes(const rim_pixel_format *f, int width)
{
    const size_t w = (size_t)width;
    switch (f->kind) {
    case RIM_PIXEL_MONO:
    case RIM_PIXEL_BAYER:
        switch (f->packing) {
        case RIM_PACK_8:
            return w;
        case RIM_PACK_16LE:
        case RIM_PACK_16BE:
            return 2 * w;
        case RIM_PACK_MIPI10:
            return (w + 3) / 4 * 5;
        case RIM_PACK_MIPI12:
            return (w + 1) / 2 * 3;
        case RIM_PACK_MIPI14:
            return (w + 3) / 4 * 7;
        case RIM_PACK_10B:
            return (w * 10 + 7) / 8;
        case RIM_PACK_NONE:
            break;
        }
        return 0;
    case RIM_PIXEL_YUV422:
        return (w + 1) / 2 * 4;
    case RIM_PIXEL_YUV420: // luma; the chroma rows are as wide
        return (w + 1) / 2 * 2;
    case RIM_PIXEL_RGB:
        return w * (size_t)f->step;
    case RIM_PIXEL_JPEG:
    case RIM_PIXEL_NONE:
        break;
    }
    return 0;
}

static bool in_container(const rim_pixel_format *f)
{
    return f->packing == RIM_PACK_16LE || f->packing == RIM_PACK_16BE;
}

static rim_err set_bits(rim_unpack *u, const rim_unpack_options *o)
{
    u->bits = u->format->bits;
    if (!in_container(u->format))
        return o->bits == 0 || o->bits == u->bits ? RIM_OK : RIM_ERR_ARG;
    if (o->bits != 0)
        u->bits = o->bits;
    if (u->bits < 8 || u->bits > 16)
        return RIM_ERR_ARG;
    const rim_justify justify =
        o->justify == RIM_JUSTIFY_AUTO ? u->format->justify : o->justify;
    u->shift = justify == RIM_JUSTIFY_LEFT ? 16 - u->bits : 0;
    return RIM_OK;
}

static rim_err set_layout(rim_unpack *u, const rim_unpack_options *o)
{
    const size_t tight = row_bytes(u->format, o->width);
    u->stride = o->stride ? o->stride : (ptrdiff_t)tight;
    if (u->stride < (ptrdiff_t)tight || u->stride > INT32_MAX / 2)
        return RIM_ERR_ARG;
    size_t rows = (size_t)o->height; // the last need not be padded
    if (u->format->kind == RIM_PIXEL_YUV420)
        rows += ((size_t)o->height + 1) / 2;
    u->bytes = (rows - 1) * (size_t)u->stride + tight;
    return RIM_OK;
}

static rim_err set_scratch(rim_unpack *u)
{
    const size_t row = (size_t)u->width + 2 * MARGIN;
    u->scratch = calloc(4 * row, sizeof *u->scratch);
    if (!u->scratch)
        return RIM_ERR_MEMORY;
    for (int i = 0; i < 3; i++)
        u->row[i] = u->scratch + (size_t)i * row + MARGIN;
    u->single = u->scratch + 3 * row + MARGIN;
    return RIM_OK;
}

rim_err rim_unpack_create(rim_unpack **out, const rim_unpack_options *o)
{
    static const rim_yuv_matrix *const matrices[] = {
        &rim_yuv_bt601_limited, &rim_yuv_bt601_full, &rim_yuv_bt709_limited,
        &rim_yuv_bt709_full};
    *out = NULL;
    const rim_pixel_format *format = rim_pixel_format_find(o->fourcc);
    if (!format)
        return RIM_ERR_UNSUPPORTED;
    const int least = format->kind == RIM_PIXEL_BAYER ? 2 : 1;
    if (o->width < least || o->height < least || o->width > RIM_FRAME_SIDE_MAX ||
        o->height > RIM_FRAME_SIDE_MAX || (unsigned)o->yuv > RIM_YUV_BT709_FULL)
        return RIM_ERR_ARG;
    rim_unpack *u = calloc(1, sizeof *u);
    if (!u)
        return RIM_ERR_MEMORY;
    u->format = format;
    u->width = o->width;
    u->height = o->height;
    u->matrix = matrices[o->yuv];
    rim_capture_kernels_init(&u->kernels, o->cpu);
    if (format->kind == RIM_PIXEL_YUV422 || format->kind == RIM_PIXEL_YUV420)
        u->black_level = u->matrix->y0;
    rim_err err = set_bits(u, o);
    if (!err && format->kind == RIM_PIXEL_JPEG) {
        u->bytes = 1;
        err = rim_jpeg_create(&u->jpeg, o->width, o->height);
    } else if (!err) {
        err = set_layout(u, o);
        if (!err)
            err = set_scratch(u);
    }
    if (err)
        rim_unpack_destroy(&u);
    *out = u;
    return err;
}

void rim_unpack_destroy(rim_unpack **p)
{
    rim_unpack *u = *p;
    if (!u)
        return;
    rim_jpeg_destroy(&u->jpeg);
    free(u->scratch);
    free(u);
    *p = NULL;
}

int rim_unpack_bits(const rim_unpack *u)
{
    return u->bits;
}

int rim_unpack_black_level(const rim_unpack *u)
{
    return u->black_level;
}

size_t rim_unpack_bytes(const rim_unpack *u)
{
    return u->bytes;
}

static void samples(const rim_unpack *u, uint16_t *dst, const uint8_t *src)
{
    const int width = u->width, max = (1 << u->bits) - 1;
    switch (u->format->packing) {
    case RIM_PACK_8:
        rim_row_from_8(dst, src, width);
        break;
    case RIM_PACK_16LE:
        rim_row_from_16le(dst, src, width, u->shift, max);
        break;
    case RIM_PACK_16BE:
        rim_row_from_16be(dst, src, width, u->shift, max);
        break;
    case RIM_PACK_MIPI10:
        rim_row_from_mipi10(dst, src, width);
        break;
    case RIM_PACK_MIPI12:
        rim_row_from_mipi12(dst, src, width);
        break;
    case RIM_PACK_MIPI14:
        rim_row_from_mipi14(dst, src, width);
        break;
    case RIM_PACK_10B:
        rim_row_from_y10b(dst, src, width);
        break;
    case RIM_PACK_NONE:
        assert(false && "a format without samples");
    }
}

// Row y of a mosaic, -1..height: those beyond an edge mirror the second row from
// it, which has the same colours. A row is unpacked once while three rows pass by.
static const uint16_t *mosaic_row(rim_unpack *u, const uint8_t *src, int y)
{
    const int at = y < 0 ? 1 : y >= u->height ? u->height - 2 : y;
    uint16_t *row = u->row[at % 3];
    if (u->has[at % 3] != at + 1) {
        samples(u, row, src + at * u->stride);
        row[-1] = row[1];
        row[u->width] = row[u->width - 2];
        u->has[at % 3] = at + 1;
    }
    return row;
}

static void bayer_row(rim_unpack *u, rim_frame *dst, const uint8_t *src, int y)
{
    const int red_row = (y & 1) == u->format->layout[1];
    // Red is on every second column of its rows, blue on the others of its own.
    const int main_at = red_row ? u->format->layout[0] : !u->format->layout[0];
    const uint16_t *above = mosaic_row(u, src, y - 1);
    const uint16_t *row = mosaic_row(u, src, y), *below = mosaic_row(u, src, y + 1);
    if (dst->fmt == RIM_FMT_GRAY16)
        rim_row_bayer_gray(rim_frame_row16(dst, y), row, below, u->width);
    else
        rim_row_bayer_bgrx(rim_frame_row8(dst, y), above, row, below, u->width, u->bits,
                           main_at, red_row);
}

static void gray_row(rim_unpack *u, uint16_t *dst, const uint8_t *row)
{
    const rim_pixel_format *f = u->format;
    if (f->kind == RIM_PIXEL_MONO)
        samples(u, dst, row);
    else if (f->kind == RIM_PIXEL_YUV422)
        rim_row_luma422(dst, row, u->width, f->layout[0]);
    else if (f->kind == RIM_PIXEL_YUV420)
        rim_row_from_8(dst, row, u->width);
    else
        rim_row_luma_rgb(dst, row, u->width, f->step, f->layout);
}

static void bgrx_row(rim_unpack *u, uint8_t *dst, const uint8_t *src, int y)
{
    const rim_pixel_format *f = u->format;
    const uint8_t *row = src + y * u->stride;
    const int *at = f->layout;
    if (f->kind == RIM_PIXEL_MONO) {
        samples(u, u->single, row);
        rim_row_gray_bgrx(dst, u->single, u->width, u->bits);
    } else if (f->kind == RIM_PIXEL_YUV422) {
        const rim_yuv_row r = {row + at[0], row + at[1], row + at[2], 2, 4, 1};
        u->kernels.yuv_bgrx(dst, &r, u->width, u->matrix);
    } else if (f->kind == RIM_PIXEL_YUV420) {
        const uint8_t *chroma = src + (u->height + y / 2) * u->stride;
        const rim_yuv_row r = {row, chroma + at[1], chroma + at[2], 1, 2, 1};
        u->kernels.yuv_bgrx(dst, &r, u->width, u->matrix);
    } else {
        rim_row_rgb_bgrx(dst, row, u->width, f->step, f->layout);
    }
}

rim_err rim_unpack_frame(rim_unpack *u, rim_frame *dst, const void *src, size_t bytes)
{
    assert(dst->width == u->width && dst->height == u->height);
    assert(dst->fmt == RIM_FMT_GRAY16 || dst->fmt == RIM_FMT_BGRX8);
    if (bytes < u->bytes)
        return RIM_ERR_DAMAGED;
    if (u->jpeg)
        return rim_jpeg_frame(u->jpeg, dst, src, bytes);
    u->has[0] = u->has[1] = u->has[2] = 0;
    for (int y = 0; y < u->height; y++)
        if (u->format->kind == RIM_PIXEL_BAYER)
            bayer_row(u, dst, src, y);
        else if (dst->fmt == RIM_FMT_GRAY16)
            gray_row(u, rim_frame_row16(dst, y), (const uint8_t *)src + y * u->stride);
        else
            bgrx_row(u, rim_frame_row8(dst, y), src, y);
    dst->bits = dst->fmt == RIM_FMT_GRAY16 ? u->bits : 8;
    return RIM_OK;
}

rim_err rim_unpack_thumb(rim_unpack *u, uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE],
                         const void *src, size_t bytes)
{
    if (u->jpeg)
        return RIM_ERR_UNSUPPORTED;
    if (bytes < u->bytes)
        return RIM_ERR_DAMAGED;
    u->has[0] = u->has[1] = u->has[2] = 0;
    for (int j = 0; j < RIM_THUMB_SIDE; j++) {
        const int y = (2 * j + 1) * u->height / (2 * RIM_THUMB_SIDE);
        const uint8_t *row = (const uint8_t *)src + y * u->stride;
        if (u->format->kind == RIM_PIXEL_BAYER) {
            const uint16_t *a = mosaic_row(u, src, y), *b = mosaic_row(u, src, y + 1);
            rim_row_bayer_gray(u->single, a, b, u->width);
        } else {
            gray_row(u, u->single, row);
        }
        for (int i = 0; i < RIM_THUMB_SIDE; i++) {
            const int x = (2 * i + 1) * u->width / (2 * RIM_THUMB_SIDE);
            thumb[j * RIM_THUMB_SIDE + i] = (uint16_t)(u->single[x] << (16 - u->bits));
        }
    }
    return RIM_OK;
}

unsigned rim_unpack_bits_seen(const rim_unpack *u, const void *src, size_t bytes)
{
    if (!in_container(u->format) || bytes < u->bytes)
        return 0;
    const bool big = u->format->packing == RIM_PACK_16BE;
    unsigned seen = 0;
    for (int y = 0; y < u->height; y++) {
        const uint8_t *row = (const uint8_t *)src + y * u->stride;
        seen |= big ? rim_row_or16be(row, u->width) : rim_row_or16le(row, u->width);
    }
    return seen;
}

rim_justify_guess rim_justify_tell(int bits, unsigned seen)
{
    rim_justify_guess guess = {bits, RIM_JUSTIFY_RIGHT, false};
    int zeros = 0, ones = 0; // zeros below the lowest bit; bits that changed at all
    while (zeros < 16 && !(seen >> zeros & 1))
        zeros++;
    for (int i = 0; i < 16; i++)
        ones += (int)(seen >> i & 1);
    if (ones < 6) // black, or a test picture of few values
        return guess;
    if (bits < 16) {
        if (seen >> bits == 0) {
            guess.sure = true;
        } else if (zeros >= 16 - bits) {
            guess.justify = RIM_JUSTIFY_LEFT;
            guess.sure = true;
        } else { // more bits than the format promises
            guess.bits = 16;
        }
        return guess;
    }
    if (zeros >= 2 && zeros <= 6) {
        guess.bits = 16 - (zeros & ~1); // 10, 12 or 14
        guess.justify = RIM_JUSTIFY_LEFT;
        guess.sure = true;
    } else {
        guess.sure = seen >> 15 != 0; // it does use the top bit
    }
    return guess;
}
