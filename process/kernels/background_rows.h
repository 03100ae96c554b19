// background_rows.h: the rows of process/background, element by element.
//
// Included by background_c.c and, for compilers to make wider code of the same
// source, by background_x86.c. Floats here are sums, products and quotients of single
// elements, which every machine rounds alike.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_BACKGROUND_ROWS_H
#define RIM_PROCESS_KERNELS_BACKGROUND_ROWS_H

#include "process/fixed.h"
#include "process/kernels/kernels.h"

#include <string.h>

#define ROWS static inline __attribute__((always_inline)) void

enum { CELLS_MAX = 2048 };

// log2 of light + 8 in Q10, within 1/1024: exponent and mantissa m of the float, and a
// polynomial for log2(m) that is exact at both ends and within 2e-5 between.
static inline __attribute__((always_inline)) int16_t log2_of_light(uint16_t light)
{
    const float v = (float)((int32_t)light + 8);
    int32_t bits;
    memcpy(&bits, &v, sizeof bits);
    const int32_t one = (bits & 0x7fffff) | 0x3f800000;
    float m;
    memcpy(&m, &one, sizeof m);
    const float t = m - 1.0f;
    float p = -0.0445938f * t + 0.1479849f;
    p = p * t - 0.2672123f;
    p = p * t + 0.4419617f;
    p = t * (1.0f + (1.0f - t) * p);
    return (int16_t)((((bits >> 23) - 127) << 10) + (int32_t)(p * 1024.0f + 0.5f));
}

ROWS log_row(int16_t *restrict log, const uint16_t *restrict light, int width)
{
    for (int x = 0; x < width; x++)
        log[x] = log2_of_light(light[x]);
}

// What level_row() makes of the logarithms.
ROWS add_levels(int32_t *restrict sum, int32_t *restrict count, uint8_t *restrict valid,
                const int16_t *restrict log, const uint16_t *restrict light, int dark,
                int width)
{
    for (int x = 0; x < width; x++) {
        const int32_t on = light[x] >= dark;
        sum[x / 2] += log[x] & -on;
        count[x / 2] += on;
    }
    for (int x = 0; x < width; x++)
        valid[x] = light[x] >= dark;
}

ROWS level_row(int32_t *restrict sum, int32_t *restrict count, int16_t *restrict log,
               uint8_t *restrict valid, const uint16_t *restrict light, int dark,
               int width)
{
    log_row(log, light, width);
    add_levels(sum, count, valid, log, light, dark, width);
}

// Of whole numbers this small a float's quotient, cut, is theirs.
static inline __attribute__((always_inline)) int
cells_row(int16_t *restrict level, uint16_t *restrict weight, bool *few,
          const int32_t *restrict sum, const int32_t *restrict count, int least,
          int cells)
{
    int32_t all = 0, low = 0;
    for (int i = 0; i < cells; i++) {
        const int32_t n = count[2 * i] + count[2 * i + 1];
        const int32_t s = sum[2 * i] + sum[2 * i + 1];
        level[i] = (int16_t)(int32_t)((float)s / (float)(n | (n == 0)));
        weight[i] = (uint16_t)(n << 4);
        all += n;
        low |= (n > 0) & (n < least);
    }
    *few = low;
    return all;
}

ROWS smooth_row(int16_t *restrict smooth, const int16_t *restrict off, const float q[3],
                int low, int high, int cells)
{
    const float q0 = q[0], q1 = q[1], q2 = q[2], scale = 1.0f / (float)cells;
    const int16_t least = (int16_t)low, most = (int16_t)high;
    for (int i = 0; i < cells; i++) {
        int16_t away = off[i] < least ? least : off[i];
        away = away > most ? most : away;
        const float x = (float)(2 * i - cells) * scale;
        float m = q0 + x * (q1 + x * q2) + (float)away;
        m = m < 0.0f ? 0.0f : m;
        m = m > 16383.0f ? 16383.0f : m;
        smooth[i] = (int16_t)(int32_t)(m + 0.5f);
    }
}

ROWS residual_row(int16_t *restrict residual, const int16_t *restrict level,
                  const float q[3], int cells)
{
    const float q0 = q[0], q1 = q[1], q2 = q[2], scale = 1.0f / (float)cells;
    for (int i = 0; i < cells; i++) {
        const float x = (float)(2 * i - cells) * scale;
        float m = q0 + x * (q1 + x * q2);
        m = m < -8192.0f ? -8192.0f : m;
        m = m > 24576.0f ? 24576.0f : m;
        // Adding 2^16 makes the conversion round down below zero too.
        residual[i] = (int16_t)((int32_t)((float)level[i] - m + 65536.5f) - 65536);
    }
}

ROWS weigh_row(uint16_t *restrict w, const uint16_t *restrict weight,
               const int16_t *restrict residual, float sharp, int cells)
{
    for (int i = 0; i < cells; i++) {
        const float r = (float)residual[i] * sharp, d = 1.0f + r * r;
        w[i] = (uint16_t)(int32_t)((float)weight[i] / (d * d) + 0.5f);
    }
}

ROWS mask_row(int32_t *restrict sum, int32_t *restrict on,
              const int16_t *restrict residual, const int16_t *restrict about,
              const uint16_t *restrict weight, int low, int high, int cells)
{
    for (int i = 0; i < cells; i++) {
        const int32_t e = residual[i] - about[i];
        const int32_t near = (e >= low) & (e <= high);
        const int32_t w = near ? weight[i] >> 4 : 0;
        on[i] = w;
        sum[i] = w * (residual[i] / 4);
    }
}

ROWS slide_row(int32_t *restrict sum, const int32_t *restrict in,
               const int32_t *restrict out, int cells)
{
    for (int i = 0; i < cells; i++)
        sum[i] += in[i] - out[i];
}

// A quotient of whole numbers below 2^53 in doubles, cut to a whole one, is the
// integers' own: it is at least 1 / divisor away from the next.
ROWS mean_row(int16_t *restrict mean, const int32_t *restrict sum,
              const int32_t *restrict on, const int16_t *restrict about, int pull,
              int cells)
{
    for (int i = 0; i < cells; i++) {
        const double whole = 4.0 * (double)sum[i] + (double)pull * (double)about[i];
        mean[i] = (int16_t)(int32_t)(whole / (double)(on[i] + pull));
    }
}

ROWS ratio_row(int16_t *restrict ratio, const int16_t *restrict log,
               const uint8_t *restrict valid, const int32_t *restrict line, int width)
{
    // Cell centres lie between the second and third of four pixels.
    int16_t m[4 * CELLS_MAX];
    const int cells = (width + 3) / 4;
    for (int i = 0; i < cells; i++) {
        const int32_t l = line[i - 1], c = line[i], r = line[i + 1];
        m[4 * i] = (int16_t)((3 * l + 5 * c) >> 6);
        m[4 * i + 1] = (int16_t)((l + 7 * c) >> 6);
        m[4 * i + 2] = (int16_t)((7 * c + r) >> 6);
        m[4 * i + 3] = (int16_t)((5 * c + 3 * r) >> 6);
    }
    for (int x = 0; x < width; x++) {
        int16_t v = (int16_t)(log[x] - m[x]);
        v = v < RIM_RATIO_MIN ? RIM_RATIO_MIN : v;
        v = v > RIM_RATIO_MAX ? RIM_RATIO_MAX : v;
        ratio[x] = (int16_t)(v & -(int16_t)valid[x]);
    }
}

#undef ROWS

#endif
