// rings.c: ridges and votes.
// SPDX-License-Identifier: MIT
#include "process/rings.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_RIDGE  40  // Q10 second difference: weaker is texture
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
    r->strength = calloc(n, sizeof *r->strength);
    r->sum = calloc(m, sizeof *r->sum);
    bool ok = r->smooth && r->strength && r->sum;
    for (int i = 0; i < RIM_RING_RADII; i++)
        ok &= (r->votes[i] = calloc(m, sizeof *r->votes[i])) != NULL;
    if (ok)
        return RIM_OK;
    rim_rings_uninit(r);
    return RIM_ERR_MEMORY;
}

void rim_rings_uninit(rim_rings *r)
{
    free(r->smooth);
    free(r->strength);
    free(r->sum);
    for (int i = 0; i < RIM_RING_RADII; i++)
        free(r->votes[i]);
    *r = (rim_rings){0};
}

// Binomial 3 x 3, borders left as zero ridges later.
static void binomial(int16_t *dst, const int16_t *src, int w, int h)
{
    for (int y = 1; y < h - 1; y++)
        for (int x = 1; x < w - 1; x++) {
            const int16_t *p = src + (size_t)y * (size_t)w + (size_t)x;
            const int sum = 4 * p[0] + 2 * (p[-1] + p[1] + p[-w] + p[w]) + p[-w - 1] +
                            p[-w + 1] + p[w - 1] + p[w + 1];
            dst[(size_t)y * (size_t)w + (size_t)x] = (int16_t)(sum / 16);
        }
}

typedef struct ridge {
    double nx, ny; // unit normal
    int strength;  // negative second difference across it, Q10
} ridge;

// Second differences over two pixels (0.8 mm): half a rim's width.
static ridge ridge_at(const int16_t *p, int w)
{
    const int d = 2;
    const int xx = p[-d] + p[d] - 2 * p[0], yy = p[-d * w] + p[d * w] - 2 * p[0];
    const int xy = (p[d * w + d] + p[-d * w - d] - p[d * w - d] - p[-d * w + d]) / 4;
    ridge r = {0};
    const double half = 0.5 * (xx - yy), root = sqrt(half * half + (double)xy * xy);
    const double low = 0.5 * (xx + yy) - root; // the sharper curvature
    if (low >= -LEAST_RIDGE)
        return r;
    // Eigenvector of `low`: (xy, low - xx) or (low - yy, xy), the longer of them.
    double vx = xy, vy = low - xx;
    if (fabs(low - yy) > fabs(vy)) {
        vx = low - yy;
        vy = xy;
    }
    const double n = sqrt(vx * vx + vy * vy);
    if (n <= 0.0)
        return r;
    r.nx = vx / n;
    r.ny = vy / n;
    r.strength = (int)-low;
    return r;
}

static double value_at(const int16_t *plane, int w, double x, double y)
{
    const int x0 = (int)x, y0 = (int)y;
    const double fx = x - x0, fy = y - y0;
    const int16_t *p = plane + (size_t)y0 * (size_t)w + (size_t)x0;
    return (p[0] * (1 - fx) + p[1] * fx) * (1 - fy) +
           (p[w] * (1 - fx) + p[w + 1] * fx) * fy;
}

static void vote_along(rim_rings *r, double x, double y, double dx, double dy,
                       double mm_per_px)
{
    double low = RADIUS_FIRST / mm_per_px;
    for (int bin = 0; bin < RIM_RING_RADII; bin++) {
        const double high = low * RADIUS_STEP;
        // Level 1 has half the resolution: one vote every two pixels of level 0.
        for (double t = low; t < high; t += 2.0) {
            const double cx = (x + t * dx) / 2.0, cy = (y + t * dy) / 2.0;
            if (!(cx >= 0.0 && cy >= 0.0 && cx < r->width && cy < r->height))
                return;
            r->votes[bin][(size_t)(int)cy * (size_t)r->width + (size_t)(int)cx]++;
        }
        low = high;
    }
}

static void vote(rim_rings *r)
{
    const rim_pyramid_level *l = &r->pyramid->level[0];
    const int w = l->width, h = l->height;
    const double mm_per_px = r->pyramid->grid->mm * l->cell;
    for (int y = 4; y < h - 4; y++)
        for (int x = 4; x < w - 4; x++) {
            const int16_t *p = r->smooth + (size_t)y * (size_t)w + (size_t)x;
            const ridge e = ridge_at(p, w);
            if (e.strength == 0)
                continue;
            // A ridge is higher than what lies a pixel and a half to either side.
            if (value_at(r->smooth, w, x + 1.5 * e.nx, y + 1.5 * e.ny) >= p[0] ||
                value_at(r->smooth, w, x - 1.5 * e.nx, y - 1.5 * e.ny) >= p[0])
                continue;
            vote_along(r, x, y, e.nx, e.ny, mm_per_px);
            vote_along(r, x, y, -e.nx, -e.ny, mm_per_px);
        }
}

// Sum over (2 reach + 1)^2 bins around each.
static void spread(rim_rings *r, const uint16_t *votes, int reach)
{
    const int w = r->width, h = r->height;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            unsigned sum = 0;
            for (int dy = -reach; dy <= reach; dy++)
                for (int dx = -reach; dx <= reach; dx++) {
                    const int sx = x + dx, sy = y + dy;
                    if (sx >= 0 && sy >= 0 && sx < w && sy < h)
                        sum += votes[(size_t)sy * (size_t)w + (size_t)sx];
                }
            r->sum[(size_t)y * (size_t)w + (size_t)x] =
                (uint16_t)(sum < 65535 ? sum : 65535);
        }
}

static bool is_peak(const uint16_t *d, int w, int h, int x, int y)
{
    const unsigned v = d[(size_t)y * (size_t)w + (size_t)x];
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int sx = x + dx, sy = y + dy;
            if ((dx == 0 && dy == 0) || sx < 0 || sy < 0 || sx >= w || sy >= h)
                continue;
            const unsigned o = d[(size_t)sy * (size_t)w + (size_t)sx];
            if (o > v || (o == v && (dy < 0 || (dy == 0 && dx < 0))))
                return false;
        }
    return true;
}

void rim_rings_find(rim_rings *r, rim_candidates *out)
{
    const rim_pyramid_level *l = &r->pyramid->level[0];
    const size_t m = (size_t)r->width * (size_t)r->height;
    for (int i = 0; i < RIM_RING_RADII; i++)
        memset(r->votes[i], 0, m * sizeof *r->votes[i]);
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
        spread(r, r->votes[bin], reach);
        // A whole ring: a vote from each of 2 pi r pixels for each step in the bin
        // that hits the centre, about the width of the window.
        const double whole = 6.2832 * radius;
        for (int y = 0; y < r->height; y++)
            for (int x = 0; x < r->width; x++) {
                const unsigned v = r->sum[(size_t)y * (size_t)r->width + (size_t)x];
                const int part = (int)(1000.0 * v / whole);
                if (part < LEAST_PART || !is_peak(r->sum, r->width, r->height, x, y))
                    continue;
                const double g = 4.0; // grid pixels a vote bin
                rim_candidates_offer(out, first, MOST,
                                     (rim_candidate){.x = x * g + 1.5,
                                                     .y = y * g + 1.5,
                                                     .radius = radius * l->cell,
                                                     .score = part});
            }
    }
}
