// add_cells_neon.c: rows without their hot pixels, added up by cells.
//
// As in add_cells_x86.c a block is first taken to hold neither a hot nor a full pixel,
// which what its columns hold at most and at least tells, and gone through again where
// that was not so.
// SPDX-License-Identifier: MIT
#include "base/frame.h"
#include "process/kernels/reduce_rows.h"

#include <arm_neon.h>
#include <string.h>

enum { BLOCK = 8 };

typedef struct job {
    const uint16_t *src;
    ptrdiff_t stride;
    int rows, width, margin, full;
    uint32_t *columns, *full_columns;
    bool any; // some are full: full_columns are there
} job;

static inline uint16x8_t load(const char *p)
{
    return vld1q_u16((const uint16_t *)(const void *)p);
}

// Eight pixels of which both neighbours are there, one by one.
static void add_8(uint32_t *sum, uint32_t *count, const uint16_t *src, const job *j)
{
    const uint16x8_t margin = vdupq_n_u16((uint16_t)j->margin);
    const uint16x8_t full = vdupq_n_u16((uint16_t)j->full);
    uint32x4_t lo = vdupq_n_u32(0), hi = lo;
    uint16x8_t n = vdupq_n_u16(0);
    const char *p = (const char *)src;
    for (int y = 0; y < j->rows; y++, p += j->stride) {
        const uint16x8_t v = load(p), l = load(p - 2), r = load(p + 2);
        const uint16x8_t more = vqaddq_u16(vshrq_n_u16(vhaddq_u16(l, r), 2), margin);
        const uint16x8_t cut = vminq_u16(v, vqaddq_u16(vmaxq_u16(l, r), more));
        lo = vaddw_u16(lo, vget_low_u16(cut));
        hi = vaddw_high_u16(hi, cut);
        n = vsubq_u16(n, vcgeq_u16(cut, full));
    }
    vst1q_u32(sum, lo);
    vst1q_u32(sum + 4, hi);
    vst1q_u32(count, vmovl_u16(vget_low_u16(n)));
    vst1q_u32(count + 4, vmovl_high_u16(n));
}

// The first or last column, which stays as it is.
static void add_end(int x, const job *j)
{
    uint32_t sum = 0, count = 0;
    for (int y = 0; y < j->rows; y++) {
        const uint16_t v = row_at(j->src, j->stride, y)[x];
        sum += v;
        count += v >= j->full;
    }
    j->columns[x] = sum;
    j->full_columns[x] = count;
}

// A block from column x on, whatever is in it.
static void add_block(int x, job *j)
{
    const int last = j->width - 1;
    const int at = x < 1 ? 1 : x > last - BLOCK ? last - BLOCK : x; // off the ends
    if (!j->any)
        memset(j->full_columns, 0, (size_t)j->width * sizeof *j->full_columns);
    j->any = true;
    // One column more or less is another block's; that of an end is put right below.
    add_8(j->columns + at, j->full_columns + at, j->src + at, j);
    if (x == 0)
        add_end(0, j);
    if (x + BLOCK == j->width)
        add_end(last, j);
}

// Whether there may be a hot or a full pixel; an end has but one neighbour.
static inline bool is_odd(uint16x8_t most, uint16x8_t least, const job *j)
{
    const uint16x8_t left = vextq_u16(vextq_u16(least, least, 2), least, 7);
    const uint16x8_t right = vextq_u16(least, vextq_u16(least, least, 6), 1);
    const uint16x8_t above = vqsubq_u16(most, vmaxq_u16(left, right));
    return vmaxvq_u16(above) > j->margin || vmaxvq_u16(most) >= j->full;
}

static void add_blocks(job *j)
{
    // The last block may overlap the one before.
    for (int x = 0; x < j->width; x += BLOCK) {
        x = x < j->width - BLOCK ? x : j->width - BLOCK;
        uint32x4_t lo = vdupq_n_u32(0), hi = lo;
        uint16x8_t most = vdupq_n_u16(0), least = vdupq_n_u16(65535);
        const char *p = (const char *)(j->src + x);
        for (int y = 0; y < j->rows; y++, p += j->stride) {
            const uint16x8_t v = load(p);
            most = vmaxq_u16(most, v);
            least = vminq_u16(least, v);
            lo = vaddw_u16(lo, vget_low_u16(v));
            hi = vaddw_high_u16(hi, v);
            __builtin_prefetch(p + j->rows * j->stride);
        }
        if (is_odd(most, least, j)) {
            add_block(x, j);
        } else {
            vst1q_u32(j->columns + x, lo);
            vst1q_u32(j->columns + x + 4, hi);
        }
    }
}

void rim_add_cells_neon(uint32_t *sum, uint32_t *count, const uint16_t *src,
                        ptrdiff_t stride, int rows, int width, int scale, int shift,
                        int margin, int full)
{
    if (width < BLOCK + 2) {
        rim_add_cells_c(sum, count, src, stride, rows, width, scale, shift, margin,
                        full);
        return;
    }
    uint32_t columns[RIM_FRAME_SIDE_MAX], full_columns[RIM_FRAME_SIDE_MAX];
    job j = {.src = src,
             .stride = stride,
             .rows = rows,
             .width = width,
             .margin = margin,
             .full = full,
             .columns = columns,
             .full_columns = full_columns};
    const int cells = (width + scale - 1) / scale;
    add_blocks(&j);
    fold_columns(sum, columns, width, scale);
    if (j.any)
        fold_columns(count, full_columns, width, scale);
    else
        memset(count, 0, (size_t)cells * sizeof *count);
    for (int i = 0; i < cells; i++)
        sum[i] <<= shift;
}
