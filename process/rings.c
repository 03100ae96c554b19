// rings.c: ridges and votes.
// SPDX-License-Identifier: MIT
#include "process/rings.h"

#include "process/peak.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_RIDGE  64  // Q10 second difference: weaker is texture
#define MARGIN       4   // pixels along the border that hold no ridge
#define HALF_FROM    5   // radii (6.4 mm) from which on half of the votes are cast
#define RADIUS_FIRST 2.1 // mm, lower end of the first bin
#define RADIUS_STEP  1.25
#define MOST         24
#define LEAST_PART   70 // per mille of a whole ring's votes

rim_err rim_rings_init(rim_rings *r, const rim_pyramid *pyramid)
{
    *r = (rim_rings){.pyramid = pyramid};
    const rim_pyramid_level *fine = &pyramid->level[0], *votes = &pyramid->level[1];
    r->width = votes->width;
    r->height = votes->height;
    const size_t n = (size_t)fine->width * (size_t)fine->height;
    const size_t m = (size_t)r->width * (size_t)r->height;
    r->smooth = calloc(n, sizeof *r->smooth);
    r->ridge = calloc((size_t)fine->width, 1);
    r->rows = calloc(m, sizeof *r->rows);
    r->sum = calloc(m, sizeof *r->sum);
    r->votes = calloc(RIM_RING_RADII * m, sizeof *r->votes);
    const bool ok = r->smooth && r->ridge && r->rows && r->sum && r->votes;
    // Level 1 has half the resolution: one vote every two pixels of level 0.
    double low = RADIUS_FIRST / (pyramid->grid->mm * fine->cell);
    int steps = 0;
    for (int bin = 0; bin < RIM_RING_RADII; bin++, low *= RADIUS_STEP)
        for (double t = low; t < low * RADIUS_STEP && steps < RIM_RING_STEPS;
             t += 2.0) {
            r->distance[steps++] = (int)(t + 0.5);
            r->steps[bin]++;
        }
    if (ok)
        return RIM_OK;
    rim_rings_uninit(r);
    return RIM_ERR_MEMORY;
}

void rim_rings_uninit(rim_rings *r)
{
    free(r->smooth);
    free(r->ridge);
    free(r->rows);
    free(r->sum);
    free(r->votes);
    *r = (rim_rings){0};
}

// Binomial 3 x 3; the outermost rows and columns stay as they are.
static void binomial(int16_t *dst, const int16_t *src, int w, int h)
{
    memcpy(dst, src, (size_t)w * sizeof *dst);
    memcpy(dst + (size_t)(h - 1) * (size_t)w, src + (size_t)(h - 1) * (size_t)w,
           (size_t)w * sizeof *dst);
    for (int y = 1; y < h - 1; y++) {
        const int16_t *p = src + (size_t)y * (size_t)w;
        int16_t *d = dst + (size_t)y * (size_t)w;
        for (int x = 1; x < w - 1; x++)
            d[x] =
                (int16_t)((4 * p[x] + 2 * (p[x - 1] + p[x + 1] + p[x - w] + p[x + w]) +
                           p[x - w - 1] + p[x - w + 1] + p[x + w - 1] + p[x + w + 1] +
                           8) >>
                          4);
        d[0] = p[0];
        d[w - 1] = p[w - 1];
    }
}

typedef struct curvature { // second differences over two pixels (0.8 mm): half a rim
    int xx, yy, xy;
} curvature;

static inline curvature curvature_at(const int16_t *p, int w)
{
    return (curvature){
        .xx = p[-2] + p[2] - 2 * p[0],
        .yy = p[-2 * w] + p[2 * w] - 2 * p[0],
        .xy = (p[2 * w + 2] + p[-2 * w - 2] - p[2 * w - 2] - p[-2 * w + 2]) / 4};
}

// Marks the pixels of a row whose sharper curvature lies below -LEAST_RIDGE, that is,
// where the matrix of curvatures plus LEAST_RIDGE is not positive.
static void find_ridges(uint8_t *ridge, const int16_t *row, int w)
{
    for (int x = MARGIN; x < w - MARGIN; x++) {
        const curvature c = curvature_at(row + x, w);
        const int xx = c.xx + LEAST_RIDGE, yy = c.yy + LEAST_RIDGE;
        ridge[x] = (uint8_t)((xx < 0) | (yy < 0) | (xx * yy < c.xy * c.xy));
    }
}

// The unit normal of a ridge, Q8. False: none.
static bool normal_at(int n[2], const int16_t *p, int w)
{
    const curvature c = curvature_at(p, w);
    const double half = 0.5 * (c.xx - c.yy);
    const double low =
        0.5 * (c.xx + c.yy) - sqrt(half * half + (double)c.xy * c.xy); // eigenvalue
    // Its eigenvector: (xy, low - xx) or (low - yy, xy), the longer of them.
    double x = c.xy, y = low - c.xx;
    if (fabs(low - c.yy) > fabs(y)) {
        x = low - c.yy;
        y = c.xy;
    }
    const double length = sqrt(x * x + y * y);
    if (!(length > 0.0))
        return false;
    n[0] = (int)floor(256.0 * x / length + 0.5);
    n[1] = (int)floor(256.0 * y / length + 0.5);
    return true;
}

// Value at a place that is given in Q8 from p, bilinear.
static int value_at(const int16_t *p, int w, int x_q8, int y_q8)
{
    p += (y_q8 >> 8) * w + (x_q8 >> 8);
    const int fx = x_q8 & 255, fy = y_q8 & 255;
    const int top = p[0] * (256 - fx) + p[1] * fx;
    const int bottom = p[w] * (256 - fx) + p[w + 1] * fx;
    return (top * (256 - fy) + bottom * fy) >> 16;
}

// Votes from (x, y) along the unit vector n (Q8), level 0 pixels, for `radii` bins.
static void vote_along(rim_rings *r, int x, int y, int nx, int ny, int radii)
{
    const unsigned w = (unsigned)r->width, h = (unsigned)r->height;
    const size_t plane = (size_t)w * h;
    int16_t *votes = r->votes;
    const int *t = r->distance;
    for (int bin = 0; bin < radii; bin++, votes += plane)
        for (const int *end = t + r->steps[bin]; t < end; t++) {
            // A pixel of the votes is two here: Q8 and a half are 9 bits.
            const unsigned cx = (unsigned)((x * 256 + *t * nx) >> 9);
            const unsigned cy = (unsigned)((y * 256 + *t * ny) >> 9);
            if (cx >= w || cy >= h)
                return;
            votes[cy * w + cx]++;
        }
}

static void vote(rim_rings *r)
{
    const rim_pyramid_level *l = &r->pyramid->level[0];
    const int w = l->width, h = l->height;
    for (int y = MARGIN; y < h - MARGIN; y++) {
        const int16_t *row = r->smooth + (size_t)y * (size_t)w;
        find_ridges(r->ridge, row, w);
        for (int x = MARGIN; x < w - MARGIN; x++) {
            int n[2];
            if (!r->ridge[x] || !normal_at(n, row + x, w))
                continue;
            // A ridge is higher than what lies a pixel and a half to either side.
            const int sx = n[0] + n[0] / 2, sy = n[1] + n[1] / 2;
            if (value_at(row + x, w, sx, sy) >= row[x] ||
                value_at(row + x, w, -sx, -sy) >= row[x])
                continue;
            // Large rings have pixels enough: every other one votes for them.
            const int radii = (x + y) % 2 ? HALF_FROM : RIM_RING_RADII;
            vote_along(r, x, y, n[0], n[1], radii);
            vote_along(r, x, y, -n[0], -n[1], radii);
        }
    }
}

// Sum over (2 reach + 1)^2 bins around each, rows first; nothing lies beyond the border.
static void spread(rim_rings *r, const int16_t *votes, int reach)
{
    const int w = r->width, h = r->height;
    for (int y = 0; y < h; y++) {
        const int16_t *v = votes + (size_t)y * (size_t)w;
        int16_t *d = r->rows + (size_t)y * (size_t)w;
        memcpy(d, v, (size_t)w * sizeof *d);
        for (int k = 1; k <= reach; k++) {
            for (int x = k; x < w; x++)
                d[x] = (int16_t)(d[x] + v[x - k]);
            for (int x = 0; x < w - k; x++)
                d[x] = (int16_t)(d[x] + v[x + k]);
        }
    }
    for (int y = 0; y < h; y++) {
        int16_t *d = r->sum + (size_t)y * (size_t)w;
        const int first = y - reach > 0 ? y - reach : 0;
        const int last = y + reach < h - 1 ? y + reach : h - 1;
        memcpy(d, r->rows + (size_t)first * (size_t)w, (size_t)w * sizeof *d);
        for (int k = first + 1; k <= last; k++) {
            const int16_t *v = r->rows + (size_t)k * (size_t)w;
            for (int x = 0; x < w; x++)
                d[x] = (int16_t)(d[x] + v[x]);
        }
    }
}

// The places of r->sum that are most like a ring of this radius (level 0 pixels), of
// which `whole` is the number of votes.
static void find_peaks(const rim_rings *r, rim_candidates *out, int first,
                       double radius, double whole)
{
    const rim_pyramid_level *fine = &r->pyramid->level[0], *l = &r->pyramid->level[1];
    int least = (int)(LEAST_PART * whole / 1000.0);
    for (int y = 0; y < r->height; y++) {
        const int16_t *row = r->sum + (size_t)y * (size_t)r->width;
        for (int x = 0; x < r->width; x++) {
            if (row[x] <= least || !rim_is_peak(r->sum, r->width, r->height, x, y))
                continue;
            const double half = (l->cell - 1) / 2.0;
            rim_candidates_offer(
                out, first, MOST,
                (rim_candidate){.x = x * l->cell + half,
                                .y = y * l->cell + half,
                                .radius = radius * fine->cell,
                                .score = (int)(1000.0 * row[x] / whole)});
            // What is no better than the last of a full list is not looked at.
            if (out->count - first == MOST) {
                const int last = (int)(out->at[out->count - 1].score * whole / 1000.0);
                least = last > least ? last : least;
            }
        }
    }
}

void rim_rings_find(rim_rings *r, rim_candidates *out)
{
    const rim_pyramid_level *l = &r->pyramid->level[0];
    const size_t m = (size_t)r->width * (size_t)r->height;
    memset(r->votes, 0, RIM_RING_RADII * m * sizeof *r->votes);
    binomial(r->smooth, l->ratio, l->width, l->height);
    vote(r);
    const int first = out->count;
    const double mm = r->pyramid->grid->mm * l->cell; // of a level 0 pixel
    double low = RADIUS_FIRST / mm;
    for (int bin = 0; bin < RIM_RING_RADII; bin++, low *= RADIUS_STEP) {
        const double radius = low * 1.118; // middle of the bin, level 0 pixels
        // Normals are off by some 6 degrees, outlines by some 10 % from round.
        int reach = (int)(radius * 0.05 + 0.5);
        reach = reach < 1 ? 1 : reach > 3 ? 3 : reach;
        spread(r, r->votes + (size_t)bin * m, reach);
        // A whole ring: a vote from each of 2 pi r pixels for each step in the bin
        // that hits the centre, about the width of the window.
        find_peaks(r, out, first, radius,
                   6.2832 * radius * (bin < HALF_FROM ? 1.0 : 0.5));
    }
}
