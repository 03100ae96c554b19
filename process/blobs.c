// blobs.c: scale space by box means, and its maxima.
// SPDX-License-Identifier: MIT
#include "process/blobs.h"

#include <stdbool.h>
#include <stdlib.h>

#define LEAST           24 // Q10 log2: 1.6 per cent, weaker is texture
#define MOST_A_SCALE    14
#define RADIUS_OF_SCALE 1.35 // half-maximum radius of the spot that answers best at s

enum { SCALES = 2 * RIM_PYRAMID_LEVELS };

// A scale's pixels need to be no finer than 0.7 times its sigma.
static const rim_pyramid_level *level_of(const rim_blobs *b, int scale)
{
    const int level = (scale + 1) / 2, last = RIM_PYRAMID_LEVELS - 1;
    return &b->pyramid->level[level < last ? level : last];
}

rim_err rim_blobs_init(rim_blobs *b, const rim_pyramid *pyramid)
{
    *b = (rim_blobs){.pyramid = pyramid};
    const rim_pyramid_level *top = &pyramid->level[0];
    const size_t n = (size_t)top->width * (size_t)top->height;
    bool ok = true;
    for (int i = 0; i < 2; i++)
        ok &= (b->smooth[i] = calloc(n, sizeof(int16_t))) != NULL;
    b->halved = calloc(n, sizeof *b->halved);
    for (int i = 0; i < SCALES; i++) {
        const rim_pyramid_level *l = level_of(b, i);
        b->response[i] = calloc((size_t)l->width * (size_t)l->height, sizeof(int16_t));
        ok &= b->response[i] != NULL;
    }
    b->line = calloc((size_t)top->width + 4, sizeof *b->line);
    b->tmp = calloc(n, sizeof *b->tmp);
    b->nothing = calloc((size_t)top->width, sizeof *b->nothing);
    b->at = calloc((size_t)top->width, sizeof *b->at);
    if (!ok || !b->halved || !b->line || !b->tmp || !b->nothing || !b->at) {
        rim_blobs_uninit(b);
        return RIM_ERR_MEMORY;
    }
    for (int x = 0; x < top->width; x++)
        b->nothing[x] = INT16_MIN;
    return RIM_OK;
}

void rim_blobs_uninit(rim_blobs *b)
{
    for (int i = 0; i < 2; i++)
        free(b->smooth[i]);
    free(b->halved);
    for (int i = 0; i < SCALES; i++)
        free(b->response[i]);
    free(b->line);
    free(b->tmp);
    free(b->nothing);
    free(b->at);
    *b = (rim_blobs){0};
}

static int clamp(int v, int last)
{
    return v < 0 ? 0 : v > last ? last : v;
}

// Means over 5 x 5 pixels, `times` in a row: close to a Gaussian of variance 2 each.
// Beyond the border its pixel repeats. Sums of five stay within int16 since ratios do
// within -2048 .. 6144.
static void smooth(rim_blobs *b, int16_t *dst, const int16_t *src, int w, int h,
                   int times)
{
    for (int left = times; left > 0; left--) { // the last into dst
        int16_t *to = left % 2 ? dst : b->tmp;
        for (int y = 0; y < h; y++) {
            const int16_t *row[5];
            for (int k = 0; k < 5; k++)
                row[k] = src + (size_t)clamp(y + k - 2, h - 1) * (size_t)w;
            b->pyramid->kernels->mean5_row(to + (size_t)y * (size_t)w, b->line, row, w);
        }
        src = to;
    }
}

static void subtract(int16_t *d, const int16_t *a, const int16_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d[i] = (int16_t)(a[i] - b[i]);
}

// All scales, each from the one before: what is smoothed enough is halved. Sigmas of 2,
// 2.83 and 4 pixels of an octave are variances of 4, 8 and 16, and 4 is that of 16 in
// pixels of the next.
static void respond(rim_blobs *b)
{
    const rim_pyramid_level *l = b->pyramid->level;
    smooth(b, b->smooth[0], l->ratio, l->width, l->height, 2);
    for (int i = 0; i < RIM_PYRAMID_LEVELS; i++, l++) {
        const size_t n = (size_t)l->width * (size_t)l->height;
        smooth(b, b->smooth[1], b->smooth[0], l->width, l->height, 2);
        subtract(b->response[2 * i], b->smooth[0], b->smooth[1], n);
        if (i + 1 == RIM_PYRAMID_LEVELS) {
            smooth(b, b->smooth[0], b->smooth[1], l->width, l->height, 4);
            subtract(b->response[2 * i + 1], b->smooth[1], b->smooth[0], n);
            break;
        }
        const size_t half = (size_t)l[1].width * (size_t)l[1].height;
        rim_pyramid_halve(b->pyramid, b->halved, b->smooth[1], l->width, l->height);
        smooth(b, b->smooth[0], b->halved, l[1].width, l[1].height, 1);
        subtract(b->response[2 * i + 1], b->halved, b->smooth[0], half);
    }
}

// Largest response of scale `other` about the place (x, y) of scale `own`.
static int nearby(const rim_blobs *b, int other, int own, int x, int y)
{
    const rim_pyramid_level *o = level_of(b, other), *s = level_of(b, own);
    const int cx = x * s->cell / o->cell, cy = y * s->cell / o->cell;
    int most = INT16_MIN;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int v = b->response[other][(size_t)clamp(cy + dy, o->height - 1) *
                                                 (size_t)o->width +
                                             (size_t)clamp(cx + dx, o->width - 1)];
            most = v > most ? v : most;
        }
    return most;
}

// Whether a neighbouring scale has a clearly better answer there: it speaks for it.
static bool outdone(const rim_blobs *b, int scale, int x, int y, int v)
{
    const int most = v + v / 4;
    return (scale > 0 && nearby(b, scale - 1, scale, x, y) > most) ||
           (scale + 1 < SCALES && nearby(b, scale + 1, scale, x, y) > most);
}

static void find_peaks(rim_blobs *b, rim_candidates *out, int scale)
{
    const rim_pyramid_level *l = level_of(b, scale);
    const int first = out->count, octave = b->pyramid->level[scale / 2].cell;
    const double sigma = (scale % 2 ? 2.83 : 2.0) * octave, half = (l->cell - 1) / 2.0;
    for (int y = 0; y < l->height; y++) {
        const int16_t *row = b->response[scale] + (size_t)y * (size_t)l->width;
        const int n = b->pyramid->kernels->peak_row(
            b->at, y > 0 ? row - l->width : b->nothing, row,
            y + 1 < l->height ? row + l->width : b->nothing, LEAST - 1, l->width);
        for (int i = 0; i < n; i++) {
            const int x = b->at[i], v = row[x];
            if (!outdone(b, scale, x, y, v))
                rim_candidates_offer(out, first, MOST_A_SCALE,
                                     (rim_candidate){.x = x * l->cell + half,
                                                     .y = y * l->cell + half,
                                                     .radius = RADIUS_OF_SCALE * sigma,
                                                     .score = v});
        }
    }
}

void rim_blobs_find(rim_blobs *b, rim_candidates *out)
{
    respond(b);
    for (int s = 0; s < SCALES; s++)
        find_peaks(b, out, s);
}
