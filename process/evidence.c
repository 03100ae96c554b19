// evidence.c: the layers of the network, and the places where it says most.
// SPDX-License-Identifier: MIT
#include "process/evidence.h"

#include "process/evidence_weights.h"
#include "process/fixed.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define MOST         16
#define LEAST        (-1280) // log odds Q8: -5
#define PAIRS_SEEN   4
#define PAIRS_STEM   4
#define PAIRS_MOST   16
#define PAIRS_ANSWER 2
#define NEAR         0.4 // radii: as far as a centre may lie from where it is looked for
#define FIRST        1   // level after the stem

static const int pairs_of[RIM_EVIDENCE_LEVELS] = {0, 12, 16, 16, 16};

static bool make(rim_signal *s, int width, int height, int pairs)
{
    *s = (rim_signal){.width = width, .height = height, .pairs = pairs};
    s->stride = 2 * (width + 3); // one place before, two behind
    s->row = pairs * s->stride;
    s->held = calloc((size_t)(height + 2) * (size_t)s->row, sizeof *s->held);
    s->at = s->held ? s->held + s->row + 2 : NULL;
    return s->held != NULL;
}

static int16_t *row_of(const rim_signal *s, int y)
{
    return s->at + y * s->row;
}

// The layers in their order, and where their weights lie.
static void lay(rim_evidence *e)
{
    const int16_t *weight = evidence_weight;
    const int32_t *bias = evidence_bias;
    int n = 0;
#define LAYER(in, out)                                                                 \
    e->layer[n] = (rim_layer){weight, bias, in, out, evidence_shift[n]};               \
    weight += (out) > 0 ? 2 * (in) * (out) : 20 * (in);                                \
    bias += (out) > 0 ? (out) : 2 * (in);                                              \
    n++;
#define SEPARATE(level)                                                                \
    LAYER(pairs_of[level], 0)                                                          \
    LAYER(pairs_of[level], 2 * pairs_of[level])
    LAYER(9 * PAIRS_SEEN, 2 * PAIRS_STEM)
    LAYER(4 * PAIRS_STEM, 2 * pairs_of[FIRST])
    SEPARATE(FIRST)
    SEPARATE(FIRST)
    for (int i = FIRST + 1; i < RIM_EVIDENCE_LEVELS; i++) {
        LAYER(pairs_of[i - 1], 2 * pairs_of[i])
        SEPARATE(i)
        SEPARATE(i)
    }
    for (int i = RIM_EVIDENCE_LEVELS - 2; i >= FIRST; i--) {
        LAYER(pairs_of[i + 1], 2 * pairs_of[i])
        SEPARATE(i)
    }
    LAYER(pairs_of[FIRST], 2 * PAIRS_ANSWER)
#undef SEPARATE
#undef LAYER
}

rim_err rim_evidence_init(rim_evidence *e, const rim_pyramid *pyramid)
{
    *e = (rim_evidence){.pyramid = pyramid};
    const rim_pyramid_level *cells = &pyramid->level[1];
    int w = cells->width, h = cells->height;
    lay(e);
    bool ok = make(&e->seen, w, h, PAIRS_SEEN) && make(&e->stem, w, h, PAIRS_STEM) &&
              make(&e->some, (w + 1) / 2, 1, PAIRS_MOST);
    for (int i = FIRST; ok && i < RIM_EVIDENCE_LEVELS; i++) {
        w = (w + 1) / 2;
        h = (h + 1) / 2;
        ok = make(&e->level[i], w, h, pairs_of[i]) &&
             make(&e->other[i], w, h, pairs_of[i]);
    }
    const rim_signal *first = &e->level[FIRST];
    const size_t width = (size_t)first->width;
    ok = ok && make(&e->answer, first->width, first->height, PAIRS_ANSWER);
    e->odds = ok ? calloc(width * (size_t)first->height, sizeof *e->odds) : NULL;
    e->nothing = calloc(width + 1, sizeof *e->nothing);
    e->at = calloc(width + 1, sizeof *e->at);
    e->zeros = calloc((size_t)pyramid->grid->width, sizeof *e->zeros);
    if (!e->odds || !e->nothing || !e->at || !e->zeros) {
        rim_evidence_uninit(e);
        return RIM_ERR_MEMORY;
    }
    for (size_t x = 0; x < width; x++)
        e->nothing[x] = INT16_MIN;
    return RIM_OK;
}

void rim_evidence_uninit(rim_evidence *e)
{
    free(e->seen.held);
    free(e->stem.held);
    free(e->some.held);
    free(e->answer.held);
    for (int i = 0; i < RIM_EVIDENCE_LEVELS; i++) {
        free(e->level[i].held);
        free(e->other[i].held);
    }
    free(e->odds);
    free(e->nothing);
    free(e->at);
    free(e->zeros);
    *e = (rim_evidence){0};
}

// What the network sees: of a cell the ratio of its quarters, and what one step of a
// finer scale says.
static void see(rim_evidence *e, const int16_t *ratio, const uint8_t *valid,
                const uint8_t *saturated)
{
    const rim_process_kernels *k = e->pyramid->kernels;
    const rim_pyramid_level *fine = &e->pyramid->level[0];
    const rim_grid *g = e->pyramid->grid;
    for (int y = 0; y < e->seen.height; y++) {
        int16_t *row = row_of(&e->seen, y);
        for (int i = 0; i < 2 && 2 * y + i < fine->height; i++)
            k->bend_row(row + i * e->seen.stride,
                        fine->ratio + (size_t)(2 * y + i) * (size_t)fine->width,
                        fine->width);
        rim_sense s;
        for (int i = 0; i < 4; i++) {
            const size_t at = (size_t)(4 * y + i) * (size_t)g->width;
            const bool there = 4 * y + i < g->height;
            s.ratio[i] = there ? ratio + at : e->zeros;
            s.valid[i] = there ? valid + at : (const uint8_t *)e->zeros;
            s.saturated[i] = there ? saturated + at : (const uint8_t *)e->zeros;
        }
        k->sense_row(row + 2 * e->seen.stride, row + 3 * e->seen.stride, &s, g->width);
    }
}

// dst = a mix of src[0 .. pairs - 1], and of `add`.
static void mix(const rim_evidence *e, const rim_layer *l, int16_t *dst,
                ptrdiff_t stride, const int16_t *const *src, const int16_t *add,
                int least, int width)
{
    const rim_mix m = {src, l->weight, l->bias, l->pairs, l->outs, l->shift, least};
    e->pyramid->kernels->mix_row(dst, stride, add, &m, width);
}

static void point_to(const int16_t **src, const int16_t *row, ptrdiff_t stride,
                     int pairs)
{
    for (int p = 0; p < pairs; p++)
        src[p] = row + p * stride;
}

static void run_stem(rim_evidence *e)
{
    const rim_signal *s = &e->seen, *d = &e->stem;
    const int16_t *src[9 * PAIRS_SEEN];
    for (int y = 0; y < s->height; y++) {
        for (int k = 0; k < 9; k++)
            point_to(src + k * PAIRS_SEEN, row_of(s, y + k / 3 - 1) + 2 * (k % 3 - 1),
                     s->stride, PAIRS_SEEN);
        mix(e, &e->layer[0], row_of(d, y), d->stride, src, NULL, 0, d->width);
    }
}

// To half the resolution with all that was there: four places become channels.
static void fold(rim_evidence *e)
{
    const rim_signal *s = &e->stem, *d = &e->level[FIRST];
    const int16_t *src[4 * PAIRS_STEM];
    point_to(src, e->some.at, e->some.stride, 4 * PAIRS_STEM);
    for (int y = 0; y < d->height; y++) {
        int16_t *part = e->some.at;
        for (int k = 0; k < 2 * PAIRS_STEM; k++, part += 2 * e->some.stride)
            e->pyramid->kernels->part_row(part, part + e->some.stride,
                                          row_of(s, 2 * y + k / PAIRS_STEM) +
                                              k % PAIRS_STEM * s->stride,
                                          d->width);
        mix(e, &e->layer[1], row_of(d, y), d->stride, src, NULL, 0, d->width);
    }
}

// dst = src + mix(3 x 3 places of src).
static void separate(rim_evidence *e, const rim_layer *l, const rim_signal *dst,
                     const rim_signal *src)
{
    const int16_t *mixed[PAIRS_MOST];
    point_to(mixed, e->some.at, e->some.stride, src->pairs);
    for (int y = 0; y < src->height; y++) {
        for (int p = 0; p < src->pairs; p++) {
            const int16_t *own = row_of(src, y) + p * src->stride;
            const int16_t *const row[3] = {own - src->row, own, own + src->row};
            e->pyramid->kernels->taps_row(e->some.at + p * e->some.stride, row,
                                          l[0].weight + 20 * p, l[0].bias + 2 * p,
                                          l[0].shift, src->width);
        }
        mix(e, &l[1], row_of(dst, y), dst->stride, mixed, row_of(src, y), 0,
            dst->width);
    }
}

static void go_down(rim_evidence *e, const rim_layer *l, const rim_signal *dst,
                    const rim_signal *src)
{
    const int16_t *pooled[PAIRS_MOST];
    point_to(pooled, e->some.at, e->some.stride, src->pairs);
    for (int y = 0; y < dst->height; y++) {
        const int16_t *row = row_of(src, 2 * y);
        for (int p = 0; p < src->pairs; p++, row += src->stride)
            e->pyramid->kernels->pool_row(e->some.at + p * e->some.stride, row,
                                          row + src->row, dst->width);
        mix(e, l, row_of(dst, y), dst->stride, pooled, NULL, 0, dst->width);
    }
}

// dst = fine + mix(coarse).
static void go_up(rim_evidence *e, const rim_layer *l, const rim_signal *dst,
                  const rim_signal *fine, const rim_signal *coarse)
{
    const int16_t *src[PAIRS_MOST];
    for (int y = 0; y < dst->height; y++) {
        if (y % 2 == 0) {
            point_to(src, row_of(coarse, y / 2), coarse->stride, coarse->pairs);
            mix(e, l, e->some.at, e->some.stride, src, NULL, -RIM_SIGNAL_MOST,
                coarse->width);
        }
        for (int p = 0; p < dst->pairs; p++)
            e->pyramid->kernels->raise_row(row_of(dst, y) + p * dst->stride,
                                           row_of(fine, y) + p * fine->stride,
                                           e->some.at + p * e->some.stride, dst->width);
    }
}

static void run(rim_evidence *e)
{
    const rim_layer *l = &e->layer[2];
    run_stem(e);
    fold(e);
    for (int i = FIRST; i < RIM_EVIDENCE_LEVELS; i++) {
        if (i > FIRST)
            go_down(e, l++, &e->level[i], &e->level[i - 1]);
        separate(e, l, &e->other[i], &e->level[i]);
        separate(e, l + 2, &e->level[i], &e->other[i]);
        l += 4;
    }
    for (int i = RIM_EVIDENCE_LEVELS - 2; i >= FIRST; i--) {
        go_up(e, l, &e->other[i], &e->level[i], &e->level[i + 1]);
        separate(e, l + 1, &e->level[i], &e->other[i]);
        l += 3;
    }
    const rim_signal *a = &e->answer, *s = &e->level[FIRST];
    const int16_t *src[PAIRS_MOST];
    for (int y = 0; y < a->height; y++) {
        point_to(src, row_of(s, y), s->stride, s->pairs);
        mix(e, l, row_of(a, y), a->stride, src, NULL, -RIM_SIGNAL_MOST, a->width);
        int16_t *odds = e->odds + (size_t)y * (size_t)a->width;
        for (int x = 0; x < a->width; x++)
            odds[x] = row_of(a, y)[2 * x];
    }
}

// Units of the network's answers: offsets of 16 grid pixels, the natural logarithm of
// the radius in cells of 4.
static rim_candidate read_answer(const rim_evidence *e, int x, int y)
{
    const rim_signal *a = &e->answer;
    const int16_t *p = row_of(a, y) + 2 * x, *q = p + a->stride;
    const double log2_of_size = q[1] / 256.0 * 1.44269504088896340736;
    return (rim_candidate){.x = 8 * x + 3.5 + p[1] / 16.0,
                           .y = 8 * y + 3.5 + q[0] / 16.0,
                           .radius = 4.0 * rim_exp2(rim_clip(log2_of_size, -1.0, 6.0)),
                           .score = p[0]};
}

void rim_evidence_find(rim_evidence *e, const int16_t *ratio, const uint8_t *valid,
                       const uint8_t *saturated, rim_candidates *out)
{
    see(e, ratio, valid, saturated);
    run(e);
    const int first = out->count, w = e->answer.width, h = e->answer.height;
    for (int y = 0; y < h; y++) {
        const int16_t *row = e->odds + (size_t)y * (size_t)w;
        const int n = e->pyramid->kernels->peak_row(
            e->at, y > 0 ? row - w : e->nothing, row, y + 1 < h ? row + w : e->nothing,
            LEAST - 1, w);
        for (int i = 0; i < n; i++)
            rim_candidates_offer(out, first, MOST, read_answer(e, e->at[i], y));
    }
}

static int clamp(double v, int last)
{
    return v < 0.0 ? 0 : v > last ? last : (int)v;
}

rim_opinion rim_evidence_of(const rim_evidence *e, double x, double y, double radius)
{
    const double near = fmax(NEAR * radius, 8.0);
    const int w = e->answer.width, h = e->answer.height;
    const int right = clamp((x + near) / 8.0, w - 1),
              low = clamp((y + near) / 8.0, h - 1);
    int best_x = clamp(x / 8.0, w - 1), best_y = clamp(y / 8.0, h - 1), most = INT_MIN;
    for (int j = clamp((y - near) / 8.0, h - 1); j <= low; j++)
        for (int i = clamp((x - near) / 8.0, w - 1); i <= right; i++)
            if (e->odds[j * w + i] > most) {
                most = e->odds[j * w + i];
                best_x = i;
                best_y = j;
            }
    const rim_candidate c = read_answer(e, best_x, best_y);
    const double dx = c.x - x, dy = c.y - y;
    return (rim_opinion){.odds = c.score / 256.0,
                         .off = sqrt(dx * dx + dy * dy) / radius,
                         .size = rim_log2(c.radius / radius)};
}
