// reduce_rows.h: the rows of process/reduce, element by element.
//
// Included by the files in C and, for compilers to make wider code of the same source,
// by reduce_x86.c.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_REDUCE_ROWS_H
#define RIM_PROCESS_KERNELS_REDUCE_ROWS_H

#include "process/kernels/kernels.h"

#define ROWS static inline __attribute__((always_inline)) void

static inline const uint16_t *row_at(const uint16_t *p, ptrdiff_t stride, int y)
{
    return (const uint16_t *)(const void *)((const char *)p + y * stride);
}

// p[x], cut down where it is hot: at most the brighter neighbour, an eighth of both and
// the margin; the ends have one neighbour and are left.
static inline int without_hot(const uint16_t *p, int x, int width, int margin)
{
    const int v = p[x];
    if (x == 0 || x == width - 1)
        return v;
    const int l = p[x - 1], r = p[x + 1];
    const int most = (l > r ? l : r) + ((l + r) >> 3) + margin;
    return v < most ? v : most;
}

// `scale` is a constant to the compiler.
ROWS fold_by(uint32_t *restrict sum, const uint32_t *restrict columns, int cells,
             int scale)
{
    for (int i = 0; i < cells; i++) {
        uint32_t s = 0;
        for (int j = 0; j < scale; j++)
            s += columns[i * scale + j];
        sum[i] = s;
    }
}

ROWS fold_columns(uint32_t *restrict sum, const uint32_t *restrict columns, int width,
                  int scale)
{
    const int cells = width / scale;
    switch (scale) {
    case 1:
        fold_by(sum, columns, cells, 1);
        break;
    case 2:
        fold_by(sum, columns, cells, 2);
        break;
    case 3:
        fold_by(sum, columns, cells, 3);
        break;
    case 4:
        fold_by(sum, columns, cells, 4);
        break;
    case 5:
        fold_by(sum, columns, cells, 5);
        break;
    case 6:
        fold_by(sum, columns, cells, 6);
        break;
    case 8:
        fold_by(sum, columns, cells, 8);
        break;
    default:
        fold_by(sum, columns, cells, scale);
        break;
    }
    if (cells * scale < width) { // the last is narrower
        uint32_t s = 0;
        for (int x = cells * scale; x < width; x++)
            s += columns[x];
        sum[cells] = s;
    }
}

// A whole number and a half lies at least half of 1 / divisor away from every multiple,
// which no rounding of the product reaches: cut, it is the integers' quotient.
ROWS light_row(uint16_t *restrict light, uint8_t *restrict saturated,
               const uint32_t *restrict sum, const uint32_t *restrict count,
               const int32_t *restrict dark, const double *restrict inverse,
               const double *restrict inverse_all, int width)
{
    for (int i = 0; i < width; i++) {
        double v = ((double)((int32_t)sum[i] - dark[i]) + 0.5) * inverse[i];
        v = v > 0.0 ? v : 0.0;
        v = v < 65535.0 ? v : 65535.0;
        light[i] = (uint16_t)(int32_t)v;
    }
    for (int i = 0; i < width; i++)
        saturated[i] = (uint8_t)(int32_t)(((double)(int32_t)(count[i] * 255) + 0.5) *
                                          inverse_all[i]);
}

#undef ROWS

#endif
