// evidence_rows.h: parts of the rows of process/evidence, for variants and their ends.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_EVIDENCE_ROWS_H
#define RIM_PROCESS_KERNELS_EVIDENCE_ROWS_H

#include "process/kernels/kernels.h"

#include <stdlib.h>

static inline int held(int v, int least)
{
    return v < least ? least : v > RIM_SIGNAL_MOST ? RIM_SIGNAL_MOST : v;
}

static inline int least_of(int a, int b)
{
    return a < b ? a : b;
}

static inline int bent(int v)
{
    return least_of(v, least_of(384 + (v >> 2), 672 + (v >> 4)));
}

// The steeper of both diagonals of the 2 x 2 pixels from column x of rows y, y + 1 on.
static inline int steepness(const rim_sense *s, int x, int y)
{
    const int16_t *a = s->ratio[y] + x, *b = s->ratio[y + 1] + x;
    const uint8_t *u = s->valid[y] + x, *v = s->valid[y + 1] + x;
    return u[0] & u[1] & v[0] & v[1] ? abs(a[0] - b[1]) + abs(a[1] - b[0]) : 0;
}

// Cells from `first` on.
static inline void sense_between(int16_t *edge, int16_t *full, const rim_sense *s,
                                 int width, int first)
{
    for (int i = first; 4 * i < width; i++) {
        int most = 0, valid = 0, saturated = 0;
        for (int y = 0; y < 4; y++)
            for (int x = 4 * i; x < 4 * i + 4 && x < width; x++) {
                valid += s->valid[y][x];
                saturated += s->saturated[y][x];
                if (x % 2 == 0 && y % 2 == 0 && x + 1 < width) {
                    const int step = steepness(s, x, y);
                    most = step > most ? step : most;
                }
            }
        edge[2 * i] = (int16_t)bent(most);
        edge[2 * i + 1] = (int16_t)(16 * valid);
        full[2 * i] = (int16_t)(saturated >> 4);
        full[2 * i + 1] = 256;
    }
}

// Two outputs of places x .. x + count - 1.
enum { MIX_BLOCK = 16 };
static inline void mix_block(int16_t *dst, const int16_t *add, const rim_mix *m,
                             const int16_t *weight, const int32_t bias[2], int x,
                             int count)
{
    int32_t sum[2][MIX_BLOCK];
    for (int i = 0; i < MIX_BLOCK; i++) {
        sum[0][i] = bias[0];
        sum[1][i] = bias[1];
    }
    for (int k = 0; k < m->pairs; k++, weight += 4) {
        const int16_t *src = m->src[k] + 2 * x;
        for (int i = 0; i < count; i++) {
            sum[0][i] += weight[0] * src[2 * i] + weight[1] * src[2 * i + 1];
            sum[1][i] += weight[2] * src[2 * i] + weight[3] * src[2 * i + 1];
        }
    }
    for (int i = 0; i < 2 * count; i++) {
        const int more = add ? add[2 * x + i] : 0;
        dst[2 * x + i] =
            (int16_t)held((sum[i % 2][i / 2] >> m->shift) + more, m->least);
    }
}

static inline void taps_between(int16_t *dst, const int16_t *const row[3],
                                const int16_t *weight, const int32_t bias[2], int shift,
                                int first, int last)
{
    for (int i = 2 * first; i < 2 * last; i++) {
        int32_t sum = bias[i % 2];
        for (int k = 0; k < 9; k++)
            sum +=
                weight[k / 2 * 4 + i % 2 * 2 + k % 2] * row[k / 3][i + 2 * (k % 3) - 2];
        dst[i] = (int16_t)held(sum >> shift, 0);
    }
}

#endif
