// unpack.h: a camera's buffer, in any of its pixel formats, into a frame.
//
// Formats are named by V4L2's four characters, and documented by the kernel's
// pages on pixel formats. A GRAY16 frame gets the linear signal: the sample, the
// 2x2 mean of a Bayer mosaic, or the luma of a colour picture. A BGRX8 frame gets
// the picture as people see it. One thread owns an unpacker; memory is taken at
// creation (but for JPEG, where the decoder takes its own).
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_UNPACK_H
#define RIM_CAPTURE_UNPACK_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIM_FOURCC(a, b, c, d)                                                         \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define RIM_FOURCC_BE(a, b, c, d) (RIM_FOURCC(a, b, c, d) | UINT32_C(1) << 31)

// What a format carries, best for NIR first.
typedef enum rim_pixel_kind {
    RIM_PIXEL_NONE = 0,
    RIM_PIXEL_MONO,
    RIM_PIXEL_BAYER,
    RIM_PIXEL_YUV422, // interleaved luma and chroma
    RIM_PIXEL_YUV420, // a plane of luma, a plane of chroma pairs
    RIM_PIXEL_RGB,
    RIM_PIXEL_JPEG,
} rim_pixel_kind;

// How the samples of MONO and BAYER lie in memory.
typedef enum rim_packing {
    RIM_PACK_NONE = 0,
    RIM_PACK_8,
    RIM_PACK_16LE,
    RIM_PACK_16BE,
    RIM_PACK_MIPI10,
    RIM_PACK_MIPI12,
    RIM_PACK_MIPI14,
    RIM_PACK_10B,
} rim_packing;

// Where the bits of a sample lie in its 16-bit container.
typedef enum rim_justify {
    RIM_JUSTIFY_AUTO = 0, // as the format says, or as the samples show
    RIM_JUSTIFY_RIGHT,    // in the low bits
    RIM_JUSTIFY_LEFT,     // in the high bits
} rim_justify;

typedef struct rim_pixel_format {
    uint32_t fourcc;
    const char *name; // V4L2's: "Y12 ", "Y16 -BE", "pRAA"
    rim_pixel_kind kind;
    int bits; // of a sample, as the format says
    rim_packing packing;
    rim_justify justify; // RIGHT, LEFT; AUTO where samples have no container
    int layout[3];       // BAYER: column and row of the first red cell.
                         // YUV: bytes of luma, of U, of V. RGB: bytes of R, G, B
    int step;            // RGB: bytes of a pixel
} rim_pixel_format;

// NULL: a format that Rimlight cannot take.
const rim_pixel_format *rim_pixel_format_find(uint32_t fourcc);
// By the name that users type: "Y12", "Y16-BE", "MJPG", any case. NULL: none.
const rim_pixel_format *rim_pixel_format_named(const char *name);
// All of them, i from 0; NULL at the end.
const rim_pixel_format *rim_pixel_format_at(int i);

typedef enum rim_yuv_kind { // 0: BT.601, limited range, as most cameras
    RIM_YUV_BT601_LIMITED = 0,
    RIM_YUV_BT601_FULL,
    RIM_YUV_BT709_LIMITED,
    RIM_YUV_BT709_FULL,
} rim_yuv_kind;

typedef struct rim_unpack_options {
    uint32_t fourcc;
    int width, height; // px, 1..RIM_FRAME_SIDE_MAX; Bayer: 2 or more
    ptrdiff_t stride;  // bytes of a row in the buffer; 0: rows without padding
    int bits; // 8..16 that carry signal, in 16-bit containers; 0: as the format
    rim_justify justify; // of those containers
    rim_yuv_kind yuv;
    unsigned cpu; // RIM_CPU_* bits that kernels may use
} rim_unpack_options;

typedef struct rim_unpack rim_unpack;

// RIM_ERR_UNSUPPORTED: not a format we take. RIM_ERR_ARG: a value out of range.
RIM_NODISCARD rim_err rim_unpack_create(rim_unpack **out,
                                        const rim_unpack_options *options);
void rim_unpack_destroy(rim_unpack **u);

// Bits of the GRAY16 frames it makes, and the sample that means no light (16 for
// luma of limited range, else 0).
int rim_unpack_bits(const rim_unpack *u);
int rim_unpack_black_level(const rim_unpack *u);
// Bytes that a buffer must hold; 1 for JPEG.
size_t rim_unpack_bytes(const rim_unpack *u);

// Fills the pixels of *dst, GRAY16 or BGRX8 of the stated size, and its `bits`.
// RIM_ERR_DAMAGED: the buffer is too short, or not a JPEG of this size.
RIM_NODISCARD rim_err rim_unpack_frame(rim_unpack *u, rim_frame *dst, const void *src,
                                       size_t bytes);

#define RIM_THUMB_SIDE 16
// A small picture of the buffer, for telling one light from another: 16 x 16 single
// samples of GRAY16, scaled to 16 bits. RIM_ERR_UNSUPPORTED for JPEG.
RIM_NODISCARD rim_err rim_unpack_thumb(rim_unpack *u,
                                       uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE],
                                       const void *src, size_t bytes);

// All bits set in any sample of the buffer, as it lies in its 16-bit container;
// 0 for formats without one.
unsigned rim_unpack_bits_seen(const rim_unpack *u, const void *src, size_t bytes);

// What the samples say of their place in the container.
typedef struct rim_justify_guess {
    int bits;
    rim_justify justify;
    bool sure; // false: the picture was too dark or too uniform to tell
} rim_justify_guess;

// seen: bits over several frames of a format of nominally `bits` bits. A nominal 16
// may hide 10, 12 or 14: zeros below every sample tell left-justified ones; zeros
// above could as well be a dark scene, and are not taken for anything.
rim_justify_guess rim_justify_tell(int bits, unsigned seen);

#endif
