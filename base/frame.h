// frame.h: one plane of pixels on its way through the pipeline, and its pool.
//
// The pool owns the pixels. A frame is lent by rim_pool_acquire(), passed on by
// pointer, and given back once with rim_frame_release(). One thread holds it at
// a time, so its fields need no lock; the pool itself may be used by any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_FRAME_H
#define RIM_BASE_FRAME_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

// Larger frames are refused at the door: coordinates stay within 16.8 fixed point.
#define RIM_FRAME_SIDE_MAX 8192

typedef enum rim_fmt {
    RIM_FMT_NONE = 0, // a zeroed frame, not usable
    RIM_FMT_GRAY16,   // native endian, value in the low `bits` bits, rest zero
    RIM_FMT_BGRX8,    // blue, green, red, unused (255): 4 bytes, what displays take
} rim_fmt;

typedef struct rim_pool rim_pool;

typedef struct rim_frame {
    void *data;        // first pixel of the top row, 64-byte aligned
    ptrdiff_t stride;  // bytes from one row to the next, a multiple of 64
    int width, height; // pixels, 1..RIM_FRAME_SIDE_MAX
    rim_fmt fmt;
    int bits;            // bits of a sample that carry signal: 8 to 16
    uint64_t seq;        // frame number from its source; a gap is a lost frame
    int64_t captured_ns; // CLOCK_MONOTONIC at capture; in a replay the presentation
                         // time since the start of the recording. Never rewritten
    rim_pool *pool;      // owner, NULL for a frame that no pool lent
} rim_frame;

// First sample of row y.
static inline uint16_t *rim_frame_row16(const rim_frame *f, int y)
{
    return (uint16_t *)(void *)((char *)f->data + y * f->stride);
}
static inline uint8_t *rim_frame_row8(const rim_frame *f, int y)
{
    return (uint8_t *)f->data + y * f->stride;
}

// Bytes of one pixel, 0 for RIM_FMT_NONE.
size_t rim_fmt_bytes(rim_fmt fmt);

// Pixels for a frame whose width, height, fmt and bits the caller has set. The
// new pixels are zero. RIM_ERR_ARG: a size or depth out of range.
RIM_NODISCARD rim_err rim_frame_init(rim_frame *f);
// Frees what rim_frame_init() took. A zeroed frame is fine.
void rim_frame_uninit(rim_frame *f);
// Copies pixels and time stamps between frames of equal size and format.
void rim_frame_copy(rim_frame *dst, const rim_frame *src);

// Make `count` frames shaped like *shape (width, height, fmt, bits). All memory
// is taken here; acquiring a frame later cannot run out of it.
RIM_NODISCARD rim_err rim_pool_create(rim_pool **out, const rim_frame *shape,
                                      int count);
// Every frame must be back by now.
void rim_pool_destroy(rim_pool **pool);
// A free frame, or NULL if all are lent. Never waits.
rim_frame *rim_pool_acquire(rim_pool *pool);
// Gives a frame back to its pool. NULL is fine.
void rim_frame_release(rim_frame *frame);

#endif
