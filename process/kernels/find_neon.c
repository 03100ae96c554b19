// find_neon.c: the rows of process/blobs and process/rings, eight pixels at a time.
//
// A last block that is not full overlaps the one before, where the row has that many.
// (spread_row is what compilers make of the C.)
// SPDX-License-Identifier: MIT
#include "process/kernels/find_rows.h"
#include "process/kernels/kernels.h"

#include <arm_neon.h>

static inline int16x8_t sum5(int16x8_t a, int16x8_t b, int16x8_t c, int16x8_t d,
                             int16x8_t e)
{
    const int16x8_t s = vaddq_s16(vaddq_s16(a, b), vaddq_s16(c, d));
    const int16x8_t rounded = vaddq_s16(vaddq_s16(s, e), vdupq_n_s16(2));
    const int16x4_t by = vdup_n_s16(13107);
    return vcombine_s16(vshrn_n_s32(vmull_s16(vget_low_s16(rounded), by), 16),
                        vshrn_n_s32(vmull_s16(vget_high_s16(rounded), by), 16));
}

// The next block's first pixel, 8 on but for the last; `width` when all are done.
static inline int next_block(int x, int width)
{
    return x + 16 <= width ? x + 8 : x + 8 < width ? width - 8 : width;
}

void rim_mean5_row_neon(int16_t *dst, int16_t *line, const int16_t *const row[5],
                        int width)
{
    if (width < 8) {
        rim_mean5_row_c(dst, line, row, width);
        return;
    }
    line += 2;
    for (int x = 0; x < width; x = next_block(x, width))
        vst1q_s16(line + x, sum5(vld1q_s16(row[0] + x), vld1q_s16(row[1] + x),
                                 vld1q_s16(row[2] + x), vld1q_s16(row[3] + x),
                                 vld1q_s16(row[4] + x)));
    line[-2] = line[-1] = line[0];
    line[width] = line[width + 1] = line[width - 1];
    for (int x = 0; x < width; x = next_block(x, width)) {
        const int16_t *l = line + x;
        vst1q_s16(dst + x, sum5(vld1q_s16(l - 2), vld1q_s16(l - 1), vld1q_s16(l),
                                vld1q_s16(l + 1), vld1q_s16(l + 2)));
    }
}

static inline int16x8_t binomial(int16x8_t a, int16x8_t b, int16x8_t c)
{
    return vrshrq_n_s16(vaddq_s16(vaddq_s16(a, c), vaddq_s16(b, b)), 2);
}

void rim_binomial_row_neon(int16_t *dst, int16_t *line, const int16_t *const row[3],
                           int width)
{
    if (width < 8) {
        rim_binomial_row_c(dst, line, row, width);
        return;
    }
    line += 1;
    for (int x = 0; x < width; x = next_block(x, width))
        vst1q_s16(line + x, binomial(vld1q_s16(row[0] + x), vld1q_s16(row[1] + x),
                                     vld1q_s16(row[2] + x)));
    line[-1] = line[0];
    line[width] = line[width - 1];
    for (int x = 0; x < width; x = next_block(x, width))
        vst1q_s16(dst + x, binomial(vld1q_s16(line + x - 1), vld1q_s16(line + x),
                                    vld1q_s16(line + x + 1)));
}

int rim_peak_row_neon(uint16_t *at, const int16_t *above, const int16_t *row,
                      const int16_t *below, int least, int width)
{
    const peak_rows rows = {above, row, below, least, width};
    const int16x8_t l = vdupq_n_s16((int16_t)least);
    int n = peaks_between(at, 0, &rows, 0, 1), x = 1;
    for (; x + 9 <= width; x += 8) {
        const int16x8_t v = vld1q_s16(row + x);
        const uint16x8_t high = vcgtq_s16(v, l);
        if (vmaxvq_u16(high) == 0)
            continue;
        const int16_t *a = above + x, *b = below + x;
        const int16x8_t up =
            vmaxq_s16(vmaxq_s16(vld1q_s16(a - 1), vld1q_s16(a)),
                      vmaxq_s16(vld1q_s16(a + 1), vld1q_s16(row + x - 1)));
        const int16x8_t down =
            vmaxq_s16(vmaxq_s16(vld1q_s16(b - 1), vld1q_s16(b)),
                      vmaxq_s16(vld1q_s16(b + 1), vld1q_s16(row + x + 1)));
        const uint16x8_t on =
            vandq_u16(high, vandq_u16(vcgtq_s16(v, up), vcgeq_s16(v, down)));
        // A byte for each pixel.
        uint64_t left = vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(on)), 0) &
                        UINT64_C(0x0101010101010101);
        for (; left; left &= left - 1)
            at[n++] = (uint16_t)(x + __builtin_ctzll(left) / 8);
    }
    return peaks_between(at, n, &rows, x, width);
}

typedef struct curved { // second differences of eight pixels
    int16x8_t xx, yy, xy;
} curved;

static inline curved curvature_8(const int16_t *p, ptrdiff_t stride)
{
    const int16_t *up = p - 2 * stride, *down = p + 2 * stride;
    const int16x8_t twice = vshlq_n_s16(vld1q_s16(p), 1);
    const int16x8_t s = vsubq_s16(vaddq_s16(vld1q_s16(down + 2), vld1q_s16(up - 2)),
                                  vaddq_s16(vld1q_s16(up + 2), vld1q_s16(down - 2)));
    // A quarter, towards zero.
    const int16x8_t round = vandq_s16(vshrq_n_s16(s, 15), vdupq_n_s16(3));
    return (curved){.xx =
                        vsubq_s16(vaddq_s16(vld1q_s16(p - 2), vld1q_s16(p + 2)), twice),
                    .yy = vsubq_s16(vaddq_s16(vld1q_s16(up), vld1q_s16(down)), twice),
                    .xy = vshrq_n_s16(vaddq_s16(s, round), 2)};
}

// A byte for each of eight pixels: 1 where the sharper curvature is below -least.
static inline uint64_t ridges_8(const curved *c, int16x8_t least)
{
    const int16x8_t a = vaddq_s16(c->xx, least), b = vaddq_s16(c->yy, least);
    int32x4_t lo = vmull_s16(vget_low_s16(a), vget_low_s16(b));
    int32x4_t hi = vmull_s16(vget_high_s16(a), vget_high_s16(b));
    lo = vmlsl_s16(lo, vget_low_s16(c->xy), vget_low_s16(c->xy));
    hi = vmlsl_s16(hi, vget_high_s16(c->xy), vget_high_s16(c->xy));
    const int16x8_t sign = vorrq_s16(
        vcombine_s16(vshrn_n_s32(lo, 16), vshrn_n_s32(hi, 16)), vorrq_s16(a, b));
    const uint8x8_t bit = vmovn_u16(vshrq_n_u16(vreinterpretq_u16_s16(sign), 15));
    return vget_lane_u64(vreinterpret_u64_u8(bit), 0);
}

// Unit normals of four pixels, Q8; returns where there is one.
static inline uint32x4_t normals_4(int32x4_t *nx, int32x4_t *ny, int16x4_t xx16,
                                   int16x4_t yy16, int16x4_t xy16)
{
    const int32x4_t xxi = vmovl_s16(xx16), yyi = vmovl_s16(yy16);
    const float32x4_t xx = vcvtq_f32_s32(xxi), yy = vcvtq_f32_s32(yyi);
    const float32x4_t xy = vcvtq_f32_s32(vmovl_s16(xy16)), h = vdupq_n_f32(0.5f);
    const float32x4_t half = vmulq_f32(h, vcvtq_f32_s32(vsubq_s32(xxi, yyi)));
    const float32x4_t root =
        vsqrtq_f32(vaddq_f32(vmulq_f32(half, half), vmulq_f32(xy, xy)));
    const float32x4_t low =
        vsubq_f32(vmulq_f32(h, vcvtq_f32_s32(vaddq_s32(xxi, yyi))), root);
    const float32x4_t to_x = vsubq_f32(low, xx), to_y = vsubq_f32(low, yy);
    const uint32x4_t second = vcagtq_f32(to_y, to_x);
    const float32x4_t u = vbslq_f32(second, to_y, xy), v = vbslq_f32(second, xy, to_x);
    const float32x4_t length = vsqrtq_f32(vaddq_f32(vmulq_f32(u, u), vmulq_f32(v, v)));
    const float32x4_t unit = vdivq_f32(vdupq_n_f32(256.0f), length);
    const float32x4_t up = vdupq_n_f32(512.5f);
    const int32x4_t off = vdupq_n_s32(512);
    *nx = vsubq_s32(vcvtq_s32_f32(vaddq_f32(vmulq_f32(u, unit), up)), off);
    *ny = vsubq_s32(vcvtq_s32_f32(vaddq_f32(vmulq_f32(v, unit), up)), off);
    return vcgtq_f32(length, vdupq_n_f32(0.0f));
}

int rim_ridge_row_neon(rim_ridge *ridge, const int16_t *row, ptrdiff_t stride,
                       int least, int width)
{
    if (width < 8)
        return rim_ridge_row_c(ridge, row, stride, least, width);
    const int16x8_t l = vdupq_n_s16((int16_t)least);
    int n = 0;
    uint64_t fresh = UINT64_MAX; // those of a block that the one before did not have
    for (int x = 0, next; x < width; x = next) {
        const curved c = curvature_8(row + x, stride);
        uint64_t on = ridges_8(&c, l) & fresh;
        next = next_block(x, width);
        fresh = UINT64_MAX << 8 * (x + 8 - next);
        if (!on)
            continue;
        int32x4_t nx[2], ny[2];
        const uint32x4_t lo = normals_4(&nx[0], &ny[0], vget_low_s16(c.xx),
                                        vget_low_s16(c.yy), vget_low_s16(c.xy));
        const uint32x4_t hi = normals_4(&nx[1], &ny[1], vget_high_s16(c.xx),
                                        vget_high_s16(c.yy), vget_high_s16(c.xy));
        const uint16x8_t there = vcombine_u16(vmovn_u32(lo), vmovn_u32(hi));
        on &= vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(there)), 0);
        int16_t to[2][8];
        vst1q_s16(to[0], vcombine_s16(vmovn_s32(nx[0]), vmovn_s32(nx[1])));
        vst1q_s16(to[1], vcombine_s16(vmovn_s32(ny[0]), vmovn_s32(ny[1])));
        for (; on; on &= on - 1) {
            const int k = __builtin_ctzll(on) / 8;
            ridge[n++] =
                (rim_ridge){.x = (int16_t)(x + k), .nx = to[0][k], .ny = to[1][k]};
        }
    }
    return n;
}
