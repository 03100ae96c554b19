// blobs.c: scale space by box means, and its maxima.
// SPDX-License-Identifier: MIT
#include "process/blobs.h"

#include "process/peak.h"

#include <stdlib.h>
#include <string.h>

#define LEAST           24 // Q10 log2: 1.6 per cent, weaker is texture
#define MOST_A_SCALE    14
#define RADIUS_OF_SCALE 1.35 // half-maximum radius of the spot that answers best at s

rim_err rim_blobs_init(rim_blobs *b, const rim_pyramid *pyramid)
{
    *b = (rim_blobs){.pyramid = pyramid};
    const rim_pyramid_level *top = &pyramid->level[0];
    const size_t n = (size_t)top->width * (size_t)top->height;
    bool ok = true;
    for (int i = 0; i < 3; i++)
        ok &= (b->smooth[i] = calloc(n, sizeof(int16_t))) != NULL;
    for (int i = 0; i < 2 * RIM_PYRAMID_LEVELS; i++) {
        const rim_pyramid_level *l = &pyramid->level[i / 2];
        b->response[i] = calloc((size_t)l->width * (size_t)l->height, sizeof(int16_t));
        ok &= b->response[i] != NULL;
    }
    b->line = calloc((size_t)top->width + 4, sizeof *b->line);
    b->tmp = calloc(n, sizeof *b->tmp);
    if (ok && b->line && b->tmp)
        return RIM_OK;
    rim_blobs_uninit(b);
    return RIM_ERR_MEMORY;
}

void rim_blobs_uninit(rim_blobs *b)
{
    for (int i = 0; i < 3; i++)
        free(b->smooth[i]);
    for (int i = 0; i < 2 * RIM_PYRAMID_LEVELS; i++)
        free(b->response[i]);
    free(b->line);
    free(b->tmp);
    *b = (rim_blobs){0};
}

static int clamp(int v, int last)
{
    return v < 0 ? 0 : v > last ? last : v;
}

static inline int16_t fifth(int sum)
{
    const int16_t rounded = (int16_t)(sum + 2);
    return (int16_t)(rounded * 13107 >> 16);
}

// Means over 5 pixels down the columns and along the rows, `times` in a row: close to a
// Gaussian of variance 2 each. Beyond the border its pixel repeats. Sums of five stay
// within int16 since ratios do within -2048 .. 6144.
static void smooth(rim_blobs *b, int16_t *dst, const int16_t *src, int w, int h,
                   int times)
{
    int16_t *line = b->line + 2;
    for (int i = 0; i < times; i++, src = dst) {
        for (int y = 0; y < h; y++) {
            const int16_t *p[5];
            for (int k = 0; k < 5; k++)
                p[k] = src + (size_t)clamp(y + k - 2, h - 1) * (size_t)w;
            for (int x = 0; x < w; x++)
                line[x] = fifth(p[0][x] + p[1][x] + p[2][x] + p[3][x] + p[4][x]);
            line[-2] = line[-1] = line[0];
            line[w] = line[w + 1] = line[w - 1];
            int16_t *d = b->tmp + (size_t)y * (size_t)w;
            for (int x = 0; x < w; x++)
                d[x] = fifth(line[x - 2] + line[x - 1] + line[x] + line[x + 1] +
                             line[x + 2]);
        }
        memcpy(dst, b->tmp, (size_t)w * (size_t)h * sizeof *dst);
    }
}

static void respond(rim_blobs *b, int level)
{
    // From the level itself 2 px: variance 4; from there 4 more: 2.83 px; 8 more: 4 px.
    const rim_pyramid_level *l = &b->pyramid->level[level];
    const int w = l->width, h = l->height;
    smooth(b, b->smooth[0], l->ratio, w, h, 2);
    smooth(b, b->smooth[1], b->smooth[0], w, h, 2);
    smooth(b, b->smooth[2], b->smooth[1], w, h, 4);
    const size_t n = (size_t)w * (size_t)h;
    for (int k = 0; k < 2; k++) {
        int16_t *d = b->response[2 * level + k];
        for (size_t i = 0; i < n; i++)
            d[i] = (int16_t)(b->smooth[k][i] - b->smooth[k + 1][i]);
    }
}

// Largest response of scale `other` about the place (x, y) of scale `own`.
static int nearby(const rim_blobs *b, int other, int own, int x, int y)
{
    const rim_pyramid_level *o = &b->pyramid->level[other / 2];
    const rim_pyramid_level *s = &b->pyramid->level[own / 2];
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

void rim_blobs_find(rim_blobs *b, rim_candidates *out)
{
    const int scales = 2 * RIM_PYRAMID_LEVELS;
    for (int i = 0; i < RIM_PYRAMID_LEVELS; i++)
        respond(b, i);
    for (int s = 0; s < scales; s++) {
        const rim_pyramid_level *l = &b->pyramid->level[s / 2];
        const int16_t *d = b->response[s];
        const int first = out->count;
        const double sigma = (s % 2 ? 2.83 : 2.0) * l->cell;
        for (int y = 0; y < l->height; y++)
            for (int x = 0; x < l->width; x++) {
                const int v = d[(size_t)y * (size_t)l->width + (size_t)x];
                if (v < LEAST || !rim_is_peak(d, l->width, l->height, x, y))
                    continue;
                // A clearly better answer at a neighbouring scale speaks for it.
                if ((s > 0 && nearby(b, s - 1, s, x, y) > v + v / 4) ||
                    (s + 1 < scales && nearby(b, s + 1, s, x, y) > v + v / 4))
                    continue;
                const double half = (l->cell - 1) / 2.0;
                rim_candidates_offer(out, first, MOST_A_SCALE,
                                     (rim_candidate){.x = x * l->cell + half,
                                                     .y = y * l->cell + half,
                                                     .radius = RADIUS_OF_SCALE * sigma,
                                                     .score = v});
            }
    }
}
