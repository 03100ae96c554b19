// rings.c: ridges and votes.
// SPDX-License-Identifier: MIT
#include "process/rings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_RIDGE  64  // Q10 second difference: weaker is texture
#define MARGIN       4   // pixels along the border that hold no ridge
#define REACH        3   // most bins that votes are spread over, to each side
#define HALF_FROM    5   // radii (6.4 mm) from which on half of the votes are cast
#define RADIUS_FIRST 2.1 // mm, lower end of the first bin
#define RADIUS_STEP  1.25
#define MOST         24
#define LEAST_PART   70 // per mille of a whole ring's votes

// Elements of all vote planes, with a margin before the first row.
static size_t votes_of(const rim_rings *r)
{
    return (size_t)RIM_RING_RADII * (size_t)r->height * (size_t)r->stride + REACH;
}

rim_err rim_rings_init(rim_rings *r, const rim_pyramid *pyramid)
{
    *r = (rim_rings){.pyramid = pyramid};
    const rim_pyramid_level *fine = &pyramid->level[0], *votes = &pyramid->level[1];
    r->width = votes->width;
    r->height = votes->height;
    const size_t n = (size_t)fine->width * (size_t)fine->height;
    r->stride = votes->width + REACH;
    const size_t w = (size_t)r->width, m = w * (size_t)(r->height + REACH);
    r->smooth = calloc(n, sizeof *r->smooth);
    r->line = calloc((size_t)fine->width + 2, sizeof *r->line);
    r->ridge = calloc((size_t)fine->width, sizeof *r->ridge);
    r->rows = calloc(m, sizeof *r->rows);
    r->sum = calloc(m, sizeof *r->sum);
    r->votes = calloc(votes_of(r), sizeof *r->votes);
    r->zeros = calloc(w + 2 * REACH, sizeof *r->zeros);
    r->nothing = calloc(w, sizeof *r->nothing);
    r->at = calloc(w, sizeof *r->at);
    const bool ok = r->smooth && r->line && r->ridge && r->rows && r->sum && r->votes &&
                    r->zeros && r->nothing && r->at;
    for (size_t x = 0; ok && x < w; x++)
        r->nothing[x] = INT16_MIN;
    // Level 1 has half the resolution: one vote every two pixels of level 0.
    double low = RADIUS_FIRST / (pyramid->grid->mm * fine->cell);
    for (int bin = 0; bin < RIM_RING_RADII; bin++, low *= RADIUS_STEP) {
        if (bin == HALF_FROM)
            r->near = r->steps;
        for (double t = low; t < low * RADIUS_STEP && r->steps < RIM_RING_STEPS;
             t += 2.0) {
            r->plane[r->steps] = (size_t)bin * (size_t)r->height * (size_t)r->stride;
            r->distance[r->steps++] = (int)(t + 0.5);
        }
    }
    if (ok)
        return RIM_OK;
    rim_rings_uninit(r);
    return RIM_ERR_MEMORY;
}

void rim_rings_uninit(rim_rings *r)
{
    free(r->smooth);
    free(r->line);
    free(r->ridge);
    free(r->rows);
    free(r->sum);
    free(r->votes);
    free(r->zeros);
    free(r->nothing);
    free(r->at);
    *r = (rim_rings){0};
}

// Binomial 3 x 3; beyond the border its pixel repeats.
static void smooth(rim_rings *r, const rim_pyramid_level *l)
{
    const size_t w = (size_t)l->width;
    for (int y = 0; y < l->height; y++) {
        const int16_t *mid = l->ratio + (size_t)y * w;
        const int16_t *const row[3] = {y > 0 ? mid - w : mid, mid,
                                       y + 1 < l->height ? mid + w : mid};
        r->pyramid->kernels->binomial_row(r->smooth + (size_t)y * w, r->line, row,
                                          l->width);
    }
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

// Votes from (x, y) along the unit vector n (Q8), level 0 pixels, at the first `steps`
// distances. Both coordinates go in one number, y in its upper half; what leaves the
// frame has a negative or a large one.
static void vote_along(rim_rings *r, int x, int y, int nx, int ny, int steps)
{
    const uint32_t w = (uint32_t)r->width, h = (uint32_t)r->height;
    const int64_t from = (int64_t)y * 256 * (INT64_C(1) << 32) + x * 256;
    const int64_t way = ny * (INT64_C(1) << 32) + nx;
    int16_t *votes = r->votes + REACH;
    for (int k = 0; k < steps; k++) {
        // A pixel of the votes is two here: Q8 and a half are 9 bits.
        const uint64_t at = (uint64_t)(from + r->distance[k] * way);
        const uint32_t cx = (uint32_t)at >> 9, cy = (uint32_t)(at >> 41);
        if (cx >= w || cy >= h)
            return;
        votes[r->plane[k] + (size_t)cy * (size_t)r->stride + cx]++;
    }
}

static void vote(rim_rings *r)
{
    const rim_pyramid_level *l = &r->pyramid->level[0];
    const int w = l->width, h = l->height;
    for (int y = MARGIN; y < h - MARGIN; y++) {
        const int16_t *row = r->smooth + (size_t)y * (size_t)w + MARGIN;
        const int n = r->pyramid->kernels->ridge_row(r->ridge, row, w, LEAST_RIDGE,
                                                     w - 2 * MARGIN);
        for (int i = 0; i < n; i++) {
            const rim_ridge *g = &r->ridge[i];
            const int16_t *p = row + g->x;
            // A ridge is higher than what lies a pixel and a half to either side.
            const int sx = g->nx + g->nx / 2, sy = g->ny + g->ny / 2;
            if (value_at(p, w, sx, sy) >= *p || value_at(p, w, -sx, -sy) >= *p)
                continue;
            const int x = g->x + MARGIN;
            // Large rings have pixels enough: every other one votes for them.
            const int steps = (x + y) % 2 ? r->near : r->steps;
            vote_along(r, x, y, g->nx, g->ny, steps);
            vote_along(r, x, y, -g->nx, -g->ny, steps);
        }
    }
}

// Sum over (2 reach + 1)^2 bins around each, rows first; nothing lies beyond the border.
static void spread(rim_rings *r, const int16_t *votes, int reach)
{
    const int h = r->height;
    const size_t w = (size_t)r->width, stride = (size_t)r->stride;
    const int16_t *zeros = r->zeros + REACH, *before = zeros;
    for (int y = 0; y < h + reach; y++) {
        // Row y comes in, that 2 reach + 1 above it goes: the sum for the middle.
        const int gone = y - 2 * reach - 1;
        int16_t *sum = r->sum + (size_t)(y - reach + REACH) * w;
        r->pyramid->kernels->spread_row(
            r->rows + (size_t)y * w, sum, y < h ? votes + (size_t)y * stride : zeros,
            before, gone < 0 ? zeros : r->rows + (size_t)gone * w, reach, r->width);
        before = sum;
    }
}

// The places of r->sum that are most like a ring of this radius (level 0 pixels), of
// which `whole` is the number of votes.
static void find_peaks(const rim_rings *r, rim_candidates *out, int first,
                       double radius, double whole)
{
    const rim_pyramid_level *fine = &r->pyramid->level[0], *l = &r->pyramid->level[1];
    const double half = (l->cell - 1) / 2.0;
    const size_t w = (size_t)r->width;
    int least = (int)(LEAST_PART * whole / 1000.0);
    for (int y = 0; y < r->height; y++) {
        const int16_t *row = r->sum + (size_t)(y + REACH) * w;
        const int n = r->pyramid->kernels->peak_row(
            r->at, y > 0 ? row - w : r->nothing, row,
            y + 1 < r->height ? row + w : r->nothing, least, r->width);
        for (int i = 0; i < n; i++)
            rim_candidates_offer(
                out, first, MOST,
                (rim_candidate){.x = r->at[i] * l->cell + half,
                                .y = y * l->cell + half,
                                .radius = radius * fine->cell,
                                .score = (int)(1000.0 * row[r->at[i]] / whole)});
        // What is no better than the last of a full list is not looked at.
        if (n > 0 && out->count - first == MOST) {
            const int last = (int)(out->at[out->count - 1].score * whole / 1000.0);
            least = last > least ? last : least;
        }
    }
}

void rim_rings_find(rim_rings *r, rim_candidates *out)
{
    const rim_pyramid_level *l = &r->pyramid->level[0];
    memset(r->votes, 0, votes_of(r) * sizeof *r->votes);
    smooth(r, l);
    vote(r);
    const int first = out->count;
    const size_t plane = (size_t)r->height * (size_t)r->stride;
    const double mm = r->pyramid->grid->mm * l->cell; // of a level 0 pixel
    double low = RADIUS_FIRST / mm;
    for (int bin = 0; bin < RIM_RING_RADII; bin++, low *= RADIUS_STEP) {
        const double radius = low * 1.118; // middle of the bin, level 0 pixels
        // Normals are off by some 6 degrees, outlines by some 10 % from round.
        int reach = (int)(radius * 0.05 + 0.5);
        reach = reach < 1 ? 1 : reach > REACH ? REACH : reach;
        spread(r, r->votes + REACH + (size_t)bin * plane, reach);
        // A whole ring: a vote from each of 2 pi r pixels for each step in the bin
        // that hits the centre, about the width of the window.
        find_peaks(r, out, first, radius,
                   6.2832 * radius * (bin < HALF_FROM ? 1.0 : 0.5));
    }
}
