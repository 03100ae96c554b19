// add_columns_neon.c: rows without their hot pixels, added up by columns.
//
// As in add_columns_x86.c a block is first taken to hold neither a hot nor a full pixel,
// and gone through again where that was not so.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

enum { BLOCK = 8 };

typedef struct limits {
    int rows, margin, full;
    ptrdiff_t stride;
} limits;

static inline uint16x8_t load(const char *p)
{
    return vld1q_u16((const uint16_t *)(const void *)p);
}

// Eight pixels of which both neighbours are there, one by one.
static void add_8(uint32_t *sum, const char *p, const limits *limit)
{
    const uint16x8_t margin = vdupq_n_u16((uint16_t)limit->margin);
    const uint16x8_t full = vdupq_n_u16((uint16_t)limit->full);
    uint32x4_t lo = vdupq_n_u32(0), hi = lo;
    uint16x8_t count = vdupq_n_u16(0);
    for (int y = 0; y < limit->rows; y++, p += limit->stride) {
        const uint16x8_t v = load(p), l = load(p - 2), r = load(p + 2);
        const uint16x8_t more = vqaddq_u16(vshrq_n_u16(vhaddq_u16(l, r), 2), margin);
        const uint16x8_t cut = vminq_u16(v, vqaddq_u16(vmaxq_u16(l, r), more));
        lo = vaddw_u16(lo, vget_low_u16(cut));
        hi = vaddw_high_u16(hi, cut);
        count = vsubq_u16(count, vcgeq_u16(cut, full));
    }
    vst1q_u32(sum, vaddq_u32(lo, vshlq_n_u32(vmovl_u16(vget_low_u16(count)),
                                             RIM_FULL_SHIFT)));
    vst1q_u32(sum + 4,
              vaddq_u32(hi, vshlq_n_u32(vmovl_high_u16(count), RIM_FULL_SHIFT)));
}

void rim_add_columns_neon(uint32_t *sum, const uint16_t *src, ptrdiff_t stride,
                          int rows, int width, int margin, int full)
{
    if (width < BLOCK + 2) {
        rim_add_columns_c(sum, src, stride, rows, width, margin, full);
        return;
    }
    const limits limit = {rows, margin, full, stride};
    const uint16x8_t most = vdupq_n_u16((uint16_t)margin);
    const uint16x8_t top = vdupq_n_u16((uint16_t)(full - 1));
    rim_add_columns_c(sum, src, stride, rows, 1, margin, full);
    rim_add_columns_c(sum + width - 1, src + width - 1, stride, rows, 1, margin, full);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < width - 1; x += BLOCK) {
        if (x > width - 1 - BLOCK)
            x = width - 1 - BLOCK;
        uint32x4_t lo = vdupq_n_u32(0), hi = lo;
        uint16x8_t above = vdupq_n_u16(0), up = above;
        const char *p = (const char *)(src + x);
        for (int y = 0; y < rows; y++, p += stride) {
            const uint16x8_t v = load(p), side = vmaxq_u16(load(p - 2), load(p + 2));
            above = vmaxq_u16(above, vqsubq_u16(v, side));
            up = vmaxq_u16(up, v);
            lo = vaddw_u16(lo, vget_low_u16(v));
            hi = vaddw_high_u16(hi, v);
            __builtin_prefetch(p + rows * stride);
        }
        const uint16x8_t odd = vorrq_u16(vcgtq_u16(above, most), vcgtq_u16(up, top));
        if (vmaxvq_u16(odd)) {
            add_8(sum + x, (const char *)(src + x), &limit);
        } else {
            vst1q_u32(sum + x, lo);
            vst1q_u32(sum + x + 4, hi);
        }
    }
}
