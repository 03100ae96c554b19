// find_c.c: the rows of process/blobs and process/rings.
// SPDX-License-Identifier: MIT
#include "process/kernels/find_rows.h"
#include "process/kernels/kernels.h"

#include <math.h>

static inline int16_t fifth(int sum)
{
    const int16_t rounded = (int16_t)(sum + 2);
    return (int16_t)(rounded * 13107 >> 16);
}

void rim_mean5_row_c(int16_t *restrict dst, int16_t *restrict line,
                     const int16_t *const row[5], int width)
{
    const int16_t *a = row[0], *b = row[1], *c = row[2], *d = row[3], *e = row[4];
    line += 2;
    for (int x = 0; x < width; x++)
        line[x] = fifth(a[x] + b[x] + c[x] + d[x] + e[x]);
    line[-2] = line[-1] = line[0];
    line[width] = line[width + 1] = line[width - 1];
    for (int x = 0; x < width; x++)
        dst[x] = fifth(line[x - 2] + line[x - 1] + line[x] + line[x + 1] + line[x + 2]);
}

static inline int16_t binomial(int a, int b, int c)
{
    return (int16_t)((a + 2 * b + c + 2) >> 2);
}

void rim_binomial_row_c(int16_t *restrict dst, int16_t *restrict line,
                        const int16_t *const row[3], int width)
{
    const int16_t *a = row[0], *b = row[1], *c = row[2];
    line += 1;
    for (int x = 0; x < width; x++)
        line[x] = binomial(a[x], b[x], c[x]);
    line[-1] = line[0];
    line[width] = line[width - 1];
    for (int x = 0; x < width; x++)
        dst[x] = binomial(line[x - 1], line[x], line[x + 1]);
}

int rim_peak_row_c(uint16_t *at, const int16_t *above, const int16_t *row,
                   const int16_t *below, int least, int width)
{
    return peaks_between(at, 0, &(peak_rows){above, row, below, least, width}, 0,
                         width);
}

void rim_spread_row_c(int16_t *restrict row, int16_t *restrict sum,
                      const int16_t *restrict votes, const int16_t *restrict before,
                      const int16_t *restrict leaving, int reach, int width)
{
    for (int x = 0; x < width; x++)
        row[x] = votes[x];
    for (int k = 1; k <= reach; k++)
        for (int x = 0; x < width; x++)
            row[x] = (int16_t)(row[x] + votes[x - k] + votes[x + k]);
    for (int x = 0; x < width; x++)
        sum[x] = (int16_t)(before[x] + row[x] - leaving[x]);
}

int rim_ridge_row_c(rim_ridge *ridge, const int16_t *row, ptrdiff_t stride, int least,
                    int width)
{
    int n = 0;
    for (int x = 0; x < width; x++) {
        const int16_t *p = row + x, *up = p - 2 * stride, *down = p + 2 * stride;
        const int xx = p[-2] + p[2] - 2 * p[0], yy = up[0] + down[0] - 2 * p[0];
        const int xy = (down[2] + up[-2] - up[2] - down[-2]) / 4;
        const int a = xx + least, b = yy + least;
        // The matrix of curvatures plus `least` is not positive.
        if (a >= 0 && b >= 0 && a * b >= xy * xy)
            continue;
        const float half = 0.5f * (float)(xx - yy), f = (float)xy;
        const float low = 0.5f * (float)(xx + yy) - sqrtf(half * half + f * f);
        // Its eigenvector: (xy, low - xx) or (low - yy, xy), the longer of them.
        const float to_x = low - (float)xx, to_y = low - (float)yy;
        const bool second = fabsf(to_y) > fabsf(to_x);
        const float u = second ? to_y : f, v = second ? f : to_x;
        const float length = sqrtf(u * u + v * v);
        if (!(length > 0.0f))
            continue;
        const float unit = 256.0f / length;
        ridge[n++] = (rim_ridge){.x = (int16_t)x,
                                 .nx = (int16_t)((int32_t)(u * unit + 512.5f) - 512),
                                 .ny = (int16_t)((int32_t)(v * unit + 512.5f) - 512)};
    }
    return n;
}

static void vote_along(int16_t *votes, int x, int y, int nx, int ny,
                       const rim_vote_way *way)
{
    for (int k = 0; k < way->steps; k++) {
        const int cx = (256 * x + way->distance[k] * nx) >> 9;
        const int cy = (256 * y + way->distance[k] * ny) >> 9;
        if (cx < 0 || cy < 0 || cx >= way->width || cy >= way->height)
            return; // for good
        votes[way->plane[k] + cy * way->stride + cx]++;
    }
}

void rim_vote_row_c(int16_t *votes, const rim_ridge *ridge, int n, int y,
                    const rim_vote_way *way)
{
    for (int i = 0; i < n; i++) {
        const rim_ridge *g = &ridge[i];
        vote_along(votes, g->x, y, g->nx, g->ny, way);
        vote_along(votes, g->x, y, -g->nx, -g->ny, way);
    }
}
