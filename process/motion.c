// motion.c: pyramid, Gauss-Newton, key frames.
// SPDX-License-Identifier: MIT
#include "process/motion.h"

#include "process/fixed.h"
#include "process/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXTURE_MIN  (-400) // Q10: a dark instrument is not the tissue's texture
#define TEXTURE_MAX  1536
#define KEY_OVERLAP  0.75 // below this part of the key frame in view, a new key
#define CUT_LIKENESS 0.3
#define CUT_TEXTURE  60.0 // Q10: flatter frames cannot be told from one another
#define PARAMS       4

static rim_err level_init(rim_motion_level *l, int width, int height, int cell)
{
    *l = (rim_motion_level){.width = width, .height = height, .cell = cell};
    const size_t n = (size_t)width * (size_t)height;
    l->texture = calloc(n, sizeof *l->texture);
    l->valid = calloc(n, sizeof *l->valid);
    return l->texture && l->valid ? RIM_OK : RIM_ERR_MEMORY;
}

rim_err rim_motion_init(rim_motion *m, const rim_background *b)
{
    *m = (rim_motion){.key_now = RIM_SIMILARITY_NONE,
                      .tissue_key = RIM_SIMILARITY_NONE,
                      .before_now = RIM_SIMILARITY_NONE,
                      .tissue_now = RIM_SIMILARITY_NONE};
    int w = b->cells_x, h = b->cells_y, cell = RIM_CELL;
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        if (level_init(&m->key[i], w, h, cell) || level_init(&m->now[i], w, h, cell) ||
            level_init(&m->before[i], w, h, cell)) {
            rim_motion_uninit(m);
            return RIM_ERR_MEMORY;
        }
        w = (w + 1) / 2;
        h = (h + 1) / 2;
        cell *= 2;
    }
    return RIM_OK;
}

void rim_motion_uninit(rim_motion *m)
{
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        rim_motion_level *const set[] = {&m->key[i], &m->now[i], &m->before[i]};
        for (int j = 0; j < 3; j++) {
            free(set[j]->texture);
            free(set[j]->valid);
        }
    }
    *m = (rim_motion){0};
}

static void halve(rim_motion_level *dst, const rim_motion_level *src)
{
    for (int y = 0; y < dst->height; y++)
        for (int x = 0; x < dst->width; x++) {
            int sum = 0, n = 0;
            for (int j = 0; j < 2; j++)
                for (int i = 0; i < 2; i++) {
                    const int sx = 2 * x + i, sy = 2 * y + j;
                    if (sx >= src->width || sy >= src->height)
                        continue;
                    const size_t k = (size_t)sy * (size_t)src->width + (size_t)sx;
                    if (src->valid[k]) {
                        sum += src->texture[k];
                        n++;
                    }
                }
            const size_t k = (size_t)y * (size_t)dst->width + (size_t)x;
            dst->texture[k] = (int16_t)(n ? sum / n : 0);
            dst->valid[k] = n >= 2;
        }
}

static void build_pyramid(rim_motion_level *level, const rim_background *b)
{
    rim_motion_level *base = &level[0];
    const size_t n = (size_t)base->width * (size_t)base->height;
    for (size_t i = 0; i < n; i++) {
        int t = b->level[i] - b->smooth[i];
        t = t < TEXTURE_MIN ? TEXTURE_MIN : t > TEXTURE_MAX ? TEXTURE_MAX : t;
        base->valid[i] = b->weight[i] >= 128;
        base->texture[i] = (int16_t)(base->valid[i] ? t : 0);
    }
    for (int i = 1; i < RIM_MOTION_LEVELS; i++)
        halve(&level[i], &level[i - 1]);
}

static void copy_pyramid(rim_motion_level *dst, const rim_motion_level *src)
{
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        const size_t n = (size_t)src[i].width * (size_t)src[i].height;
        memcpy(dst[i].texture, src[i].texture, n * sizeof *dst[i].texture);
        memcpy(dst[i].valid, src[i].valid, n);
    }
}

// A similarity of grid coordinates in those of a level, about the level's middle
// (mx, my), so that turn and shift are nearly independent.
static rim_similarity to_level(const rim_similarity *s, const rim_motion_level *l,
                               double mx, double my)
{
    const double c = l->cell, h = (c - 1.0) / 2.0; // grid = c * level + h
    const double gx = c * mx + h, gy = c * my + h;
    return (rim_similarity){s->a, s->b, (s->a * gx - s->b * gy + s->tx - gx) / c,
                            (s->b * gx + s->a * gy + s->ty - gy) / c};
}

static rim_similarity from_level(const rim_similarity *s, const rim_motion_level *l,
                                 double mx, double my)
{
    const double c = l->cell, h = (c - 1.0) / 2.0;
    const double gx = c * mx + h, gy = c * my + h;
    return (rim_similarity){s->a, s->b, c * s->tx + gx - (s->a * gx - s->b * gy),
                            c * s->ty + gy - (s->b * gx + s->a * gy)};
}

// Texture of `l` at (x, y), bilinear. False where it is not known.
static bool sample(const rim_motion_level *l, double x, double y, double *value)
{
    if (!(x >= 0.0 && y >= 0.0 && x < l->width - 1 && y < l->height - 1))
        return false;
    const int x0 = (int)x, y0 = (int)y;
    const size_t i = (size_t)y0 * (size_t)l->width + (size_t)x0, w = (size_t)l->width;
    if (!(l->valid[i] & l->valid[i + 1] & l->valid[i + w] & l->valid[i + w + 1]))
        return false;
    const double fx = x - x0, fy = y - y0;
    *value = (l->texture[i] * (1 - fx) + l->texture[i + 1] * fx) * (1 - fy) +
             (l->texture[i + w] * (1 - fx) + l->texture[i + w + 1] * fx) * fy;
    return true;
}

typedef struct fit {
    double h[PARAMS][PARAMS], g[PARAMS];
    double abs_sum;
    int n;
} fit;

// One round of sums for aligning `now` to `key` under s (level coordinates).
static void gather(fit *f, const rim_motion_level *key, const rim_motion_level *now,
                   const rim_similarity *s, double clip)
{
    *f = (fit){0};
    const int w = key->width;
    const double mx = (w - 1) / 2.0, my = (key->height - 1) / 2.0;
    for (int y = 1; y < key->height - 1; y++)
        for (int x = 1; x < w - 1; x++) {
            const size_t i = (size_t)y * (size_t)w + (size_t)x;
            if (!(key->valid[i] && key->valid[i - 1] && key->valid[i + 1] &&
                  key->valid[i - (size_t)w] && key->valid[i + (size_t)w]))
                continue;
            const double u = x - mx, v = y - my;
            double value;
            if (!sample(now, s->a * u - s->b * v + s->tx + mx,
                        s->b * u + s->a * v + s->ty + my, &value))
                continue;
            double e = value - key->texture[i];
            f->abs_sum += fabs(e);
            f->n++;
            e = e > clip ? clip : e < -clip ? -clip : e;
            const double gx = 0.5 * (key->texture[i + 1] - key->texture[i - 1]);
            const double gy =
                0.5 * (key->texture[i + (size_t)w] - key->texture[i - (size_t)w]);
            const double j[PARAMS] = {gx, gy, gx * u + gy * v, gy * u - gx * v};
            for (int r = 0; r < PARAMS; r++) {
                for (int c = r; c < PARAMS; c++)
                    f->h[r][c] += j[r] * j[c];
                f->g[r] += j[r] * e;
            }
        }
    for (int r = 0; r < PARAMS; r++)
        for (int c = 0; c < r; c++)
            f->h[r][c] = f->h[c][r];
}

// Improves *s (grid coordinates, key to now) over the pyramid. False where the
// frames share too little; *s is then as it was.
static bool align(rim_similarity *s, const rim_motion_level *key,
                  const rim_motion_level *now)
{
    rim_similarity best = *s;
    double clip = 400.0;
    for (int level = RIM_MOTION_LEVELS - 1; level >= 0; level--) {
        const rim_motion_level *k = &key[level];
        const double mx = (k->width - 1) / 2.0, my = (k->height - 1) / 2.0;
        rim_similarity p = to_level(&best, k, mx, my);
        const int rounds = level > 0 ? 5 : 3;
        for (int round = 0; round < rounds; round++) {
            fit f;
            gather(&f, k, &now[level], &p, clip);
            for (int i = 0; i < PARAMS; i++)
                f.h[i][i] = f.h[i][i] * 1.001 + 1e-6; // a little damping
            if (f.n < 24 || !rim_solve(&f.h[0][0], f.g, PARAMS))
                return false;
            clip = 2.0 * f.abs_sum / f.n + 8.0;
            const rim_similarity step = {1.0 + f.g[2], f.g[3], f.g[0], f.g[1]};
            const rim_similarity back = rim_similarity_invert(&step);
            p = rim_similarity_chain(&p, &back);
            if (!(fabs(p.a - 1.0) < 0.5 && fabs(p.b) < 0.5 && fabs(p.tx) < k->width &&
                  fabs(p.ty) < k->height))
                return false;
        }
        best = from_level(&p, k, mx, my);
    }
    *s = best;
    return true;
}

typedef struct agreement {
    double likeness; // correlation
    double overlap;  // part of the key's valid pixels seen now
    double spread;   // standard deviation of the key's texture, Q10
} agreement;

// How well `now` under s (grid coordinates) repeats `key`, at the finest level.
static agreement compare(const rim_motion_level *key, const rim_motion_level *now,
                         const rim_similarity *s)
{
    const double mx = (key->width - 1) / 2.0, my = (key->height - 1) / 2.0;
    const rim_similarity p = to_level(s, key, mx, my);
    double sk = 0, sn = 0, skk = 0, snn = 0, skn = 0;
    int n = 0, all = 0;
    for (int y = 0; y < key->height; y += 2)
        for (int x = 0; x < key->width; x += 2) {
            const size_t i = (size_t)y * (size_t)key->width + (size_t)x;
            if (!key->valid[i])
                continue;
            all++;
            const double u = x - mx, v = y - my;
            double b;
            if (!sample(now, p.a * u - p.b * v + p.tx + mx,
                        p.b * u + p.a * v + p.ty + my, &b))
                continue;
            const double a = key->texture[i];
            sk += a, sn += b, skk += a * a, snn += b * b, skn += a * b;
            n++;
        }
    agreement r = {0};
    if (n < 24)
        return r;
    const double vk = skk / n - sk / n * (sk / n), vn = snn / n - sn / n * (sn / n);
    r.overlap = (double)n / all;
    r.spread = sqrt(vk > 0.0 ? vk : 0.0);
    r.likeness =
        vk > 1.0 && vn > 1.0 ? (skn / n - sk / n * (sn / n)) / sqrt(vk * vn) : 0.0;
    return r;
}

static double mean_shift(const rim_motion *m, const rim_similarity *s)
{
    const rim_motion_level *l = &m->now[0];
    double sum = 0.0;
    for (int i = 0; i < 9; i++) {
        const rim_point p = {l->width * l->cell * (1 + i % 3) / 4.0,
                             l->height * l->cell * (1 + i / 3) / 4.0};
        const rim_point q = rim_similarity_apply(s, p);
        sum += sqrt((q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y));
    }
    return sum / 9.0;
}

// Tissue coordinates start anew with this frame.
static void start(rim_motion *m)
{
    copy_pyramid(m->key, m->now);
    m->key_now = m->tissue_key = m->tissue_now = m->before_now = RIM_SIMILARITY_NONE;
    m->shift_px = NAN;
    m->likeness = 1.0;
}

void rim_motion_run(rim_motion *m, const rim_background *b)
{
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        const rim_motion_level last = m->before[i];
        m->before[i] = m->now[i];
        m->now[i] = last;
    }
    build_pyramid(m->now, b);
    m->cut = false;
    if (m->frames++ == 0) {
        start(m);
        return;
    }
    // Step from the last frame, then settle on the key frame from there.
    const rim_similarity key_before = m->key_now;
    rim_similarity step = m->before_now;
    if (!align(&step, m->before, m->now)) {
        step = RIM_SIMILARITY_NONE;
    }
    const rim_similarity still = RIM_SIMILARITY_NONE;
    agreement near = compare(&m->before[0], &m->now[0], &step);
    const agreement rest = compare(&m->before[0], &m->now[0], &still);
    if (rest.likeness >= near.likeness) {
        step = still;
        near = rest;
    }
    m->likeness = near.likeness;
    if (near.likeness < CUT_LIKENESS && near.spread > CUT_TEXTURE) {
        m->cut = true;
        start(m);
        return;
    }
    rim_similarity settled = rim_similarity_chain(&step, &key_before);
    const rim_similarity chained = settled;
    const agreement loose = compare(&m->key[0], &m->now[0], &chained);
    agreement tight = loose;
    if (align(&settled, m->key, m->now))
        tight = compare(&m->key[0], &m->now[0], &settled);
    if (tight.likeness < loose.likeness) {
        settled = chained;
        tight = loose;
    }
    const rim_similarity back = rim_similarity_invert(&key_before);
    m->key_now = settled;
    m->before_now = rim_similarity_chain(&settled, &back);
    m->tissue_now = rim_similarity_chain(&m->key_now, &m->tissue_key);
    m->shift_px = mean_shift(m, &m->before_now);
    if (tight.overlap < KEY_OVERLAP || tight.likeness < 0.5 * near.likeness) {
        copy_pyramid(m->key, m->now);
        m->tissue_key = m->tissue_now;
        m->key_now = RIM_SIMILARITY_NONE;
    }
}
