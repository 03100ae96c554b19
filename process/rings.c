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

// Where ridges vote: level 1 has half the resolution, one vote every two pixels of
// level 0.
static void plan(rim_rings *r, int odd)
{
    const rim_pyramid *p = r->pyramid;
    rim_vote_way *way = &r->way[odd];
    *way = (rim_vote_way){.width = r->width,
                          .height = r->height,
                          .stride = r->stride,
                          .nowhere = (int32_t)votes_of(r) - REACH};
    double low = RADIUS_FIRST / (p->grid->mm * p->level[0].cell);
    for (int bin = 0; bin < (odd ? HALF_FROM : RIM_RING_RADII);
         bin++, low *= RADIUS_STEP)
        for (double t = low; t < low * RADIUS_STEP && way->steps < RIM_VOTE_STEPS;
             t += 2.0) {
            way->plane[way->steps] = bin * r->height * r->stride;
            way->distance[way->steps++] = (int32_t)(t + 0.5);
        }
    for (int k = way->steps; k < RIM_VOTE_STEPS; k++)
        way->distance[k] = RIM_VOTE_BEYOND;
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
    for (int i = 0; i < 2; i++)
        r->voter[i] = calloc((size_t)fine->width, sizeof *r->voter[i]);
    r->rows = calloc(m, sizeof *r->rows);
    r->sum = calloc(m, sizeof *r->sum);
    r->votes =
        calloc(votes_of(r) + 1, sizeof *r->votes); // one for what leaves the frame
    r->zeros = calloc(w + 2 * REACH, sizeof *r->zeros);
    r->nothing = calloc(w, sizeof *r->nothing);
    r->at = calloc(w, sizeof *r->at);
    const bool ok = r->smooth && r->line && r->ridge && r->voter[0] && r->voter[1] &&
                    r->rows && r->sum && r->votes && r->zeros && r->nothing && r->at;
    for (size_t x = 0; ok && x < w; x++)
        r->nothing[x] = INT16_MIN;
    for (int i = 0; i < 2; i++)
        plan(r, i);
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
    for (int i = 0; i < 2; i++)
        free(r->voter[i]);
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

// A ridge is higher than what lies a pixel and a half to either side.
static bool stands_up(const int16_t *p, int w, const rim_ridge *g)
{
    const int sx = g->nx + g->nx / 2, sy = g->ny + g->ny / 2;
    const int on_one_side = value_at(p, w, sx, sy) < *p;
    const int on_the_other = value_at(p, w, -sx, -sy) < *p;
    return on_one_side & on_the_other;
}

// Those of n ridges of row y that vote, by whether x + y is odd: large rings have pixels
// enough, and every other one votes for them. No branches, which nobody could foresee.
static void sort_out(rim_rings *r, int count[2], int n, int y)
{
    const int w = r->pyramid->level[0].width;
    const int16_t *row = r->smooth + (size_t)y * (size_t)w;
    count[0] = count[1] = 0;
    for (int i = 0; i < n; i++) {
        rim_ridge g = r->ridge[i];
        g.x = (int16_t)(g.x + MARGIN);
        const int odd = (g.x + y) & 1;
        r->voter[odd][count[odd]] = g;
        count[odd] += stands_up(row + g.x, w, &g);
    }
}

static void vote(rim_rings *r)
{
    const rim_process_kernels *k = r->pyramid->kernels;
    const rim_pyramid_level *l = &r->pyramid->level[0];
    const int w = l->width, h = l->height;
    for (int y = MARGIN; y < h - MARGIN; y++) {
        const int16_t *row = r->smooth + (size_t)y * (size_t)w + MARGIN;
        int count[2];
        const int n = k->ridge_row(r->ridge, row, w, LEAST_RIDGE, w - 2 * MARGIN);
        sort_out(r, count, n, y);
        for (int odd = 0; odd < 2; odd++)
            k->vote_row(r->votes + REACH, r->voter[odd], count[odd], y, &r->way[odd]);
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
