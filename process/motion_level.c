// motion_level.c: Gauss-Newton for a similarity.
// SPDX-License-Identifier: MIT
#include "process/motion_level.h"

#include "process/motion.h"
#include "process/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS    4
#define CLIP      400.0 // of a residual, at first; Q10
#define CLIP_MOST 4000.0
#define SETTLED   0.01 // of a level's pixel: after a smaller step no round follows
#define LEAST     24   // pixels in common

rim_err rim_motion_level_init(rim_motion_level *l, int width, int height, int cell)
{
    *l = (rim_motion_level){.width = width, .height = height, .cell = cell};
    const size_t n = (size_t)width * (size_t)height;
    l->texture = calloc(n, sizeof *l->texture);
    l->slope_x = calloc(n, sizeof *l->slope_x);
    l->slope_y = calloc(n, sizeof *l->slope_y);
    l->valid = calloc(n, 1);
    l->inner = calloc(n, 1);
    return l->texture && l->slope_x && l->slope_y && l->valid && l->inner
               ? RIM_OK
               : RIM_ERR_MEMORY;
}

void rim_motion_level_uninit(rim_motion_level *l)
{
    free(l->texture);
    free(l->slope_x);
    free(l->slope_y);
    free(l->valid);
    free(l->inner);
    *l = (rim_motion_level){0};
}

void rim_motion_level_copy(rim_motion_level *dst, const rim_motion_level *src)
{
    const size_t n = (size_t)src->width * (size_t)src->height;
    memcpy(dst->texture, src->texture, n * sizeof *dst->texture);
    memcpy(dst->slope_x, src->slope_x, n * sizeof *dst->slope_x);
    memcpy(dst->slope_y, src->slope_y, n * sizeof *dst->slope_y);
    memcpy(dst->valid, src->valid, n);
    memcpy(dst->inner, src->inner, n);
}

void rim_motion_level_halve(rim_motion_level *dst, const rim_motion_level *src)
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
            dst->valid[k] = n >= 2;
            dst->texture[k] = (int16_t)(n >= 2 ? sum / n : RIM_NO_PAST);
        }
}

void rim_motion_level_slopes(rim_motion_level *l)
{
    const ptrdiff_t w = l->width;
    for (int y = 1; y < l->height - 1; y++)
        for (int x = 1; x < w - 1; x++) {
            const ptrdiff_t i = y * w + x;
            const int16_t *t = l->texture + i;
            const uint8_t *v = l->valid + i;
            const bool inner = v[0] & v[-1] & v[1] & v[-w] & v[w];
            l->inner[i] = inner;
            l->slope_x[i] = (int16_t)(inner ? t[1] - t[-1] : 0);
            l->slope_y[i] = (int16_t)(inner ? t[w] - t[-w] : 0);
        }
}

// A similarity of grid coordinates in those of a level, about the level's middle
// (mx, my), so that turn and shift are nearly independent.
static rim_similarity to_level(const rim_similarity *s, const rim_motion_level *l)
{
    const double mx = (l->width - 1) / 2.0, my = (l->height - 1) / 2.0;
    const double c = l->cell, h = (c - 1.0) / 2.0; // grid = c * level + h
    const double gx = c * mx + h, gy = c * my + h;
    return (rim_similarity){s->a, s->b, (s->a * gx - s->b * gy + s->tx - gx) / c,
                            (s->b * gx + s->a * gy + s->ty - gy) / c};
}

static rim_similarity from_level(const rim_similarity *s, const rim_motion_level *l)
{
    const double mx = (l->width - 1) / 2.0, my = (l->height - 1) / 2.0;
    const double c = l->cell, h = (c - 1.0) / 2.0;
    const double gx = c * mx + h, gy = c * my + h;
    return (rim_similarity){s->a, s->b, c * s->tx + gx - (s->a * gx - s->b * gy),
                            c * s->ty + gy - (s->b * gx + s->a * gy)};
}

// Q16.
static int32_t position(double v)
{
    const double most = 16000.0; // beyond any level
    v = v > most ? most : v < -most ? -most : v;
    return (int32_t)floor(v * 65536.0 + 0.5);
}

// row = key - now under s (level coordinates) in row y, where `on`.
static void subtract(int16_t *row, const rim_process_kernels *kernels,
                     const rim_motion_level *key, const uint8_t *on,
                     const rim_motion_level *now, const rim_similarity *s, int y)
{
    const double mx = (key->width - 1) / 2.0, my = (key->height - 1) / 2.0;
    const size_t first = (size_t)y * (size_t)key->width;
    const double v = y - my;
    kernels->subtract_row(row, key->texture + first, on + first, now->texture,
                          now->width, now->height,
                          position(-s->a * mx - s->b * v + s->tx + mx),
                          position(-s->b * mx + s->a * v + s->ty + my),
                          (int32_t)floor(s->a * 65536.0 + 0.5),
                          (int32_t)floor(s->b * 65536.0 + 0.5), key->width);
}

typedef struct fit {
    double h[PARAMS][PARAMS], g[PARAMS]; // upper half of h
    double abs_sum, n;
} fit;

// Adds a row's sums; v2: twice its distance from the middle. See rim_normal_row_fn:
// slopes and distances come doubled.
static void add_row(fit *f, const double s[RIM_NORMAL_SUMS], double v2)
{
    const double *a = s, *b = s + 3, *c = s + 6; // gx gx, gx gy, gy gy times u^0..2
    const double ex = s[9], ey = s[10], exu = s[11], eyu = s[12];
    f->h[0][0] += a[0] / 4;
    f->h[0][1] += b[0] / 4;
    f->h[1][1] += c[0] / 4;
    f->h[0][2] += (a[1] + v2 * b[0]) / 8;
    f->h[0][3] += (b[1] - v2 * a[0]) / 8;
    f->h[1][2] += (b[1] + v2 * c[0]) / 8;
    f->h[1][3] += (c[1] - v2 * b[0]) / 8;
    f->h[2][2] += (a[2] + 2 * v2 * b[1] + v2 * v2 * c[0]) / 16;
    f->h[2][3] += (b[2] + v2 * (c[1] - a[1]) - v2 * v2 * b[0]) / 16;
    f->h[3][3] += (c[2] - 2 * v2 * b[1] + v2 * v2 * a[0]) / 16;
    f->g[0] += ex / 2;
    f->g[1] += ey / 2;
    f->g[2] += (exu + v2 * ey) / 4;
    f->g[3] += (eyu - v2 * ex) / 4;
    f->abs_sum += s[13];
    f->n += s[14];
}

// One round of sums for aligning `now` to `key` under s (level coordinates).
static void gather(fit *f, const rim_process_kernels *kernels, int16_t *row,
                   const rim_motion_level *key, const rim_motion_level *now,
                   const rim_similarity *s, double clip)
{
    *f = (fit){0};
    for (int y = 1; y < key->height - 1; y++) {
        const size_t first = (size_t)y * (size_t)key->width;
        double sums[RIM_NORMAL_SUMS];
        subtract(row, kernels, key, key->inner, now, s, y);
        kernels->normal_row(sums, key->slope_x + first, key->slope_y + first, row,
                            (int)clip, key->width);
        add_row(f, sums, 2 * y - (key->height - 1));
    }
}

// The step that lowers the residuals most. False: there is none.
static bool find_step(rim_similarity *step, fit *f)
{
    if (f->n < LEAST)
        return false;
    for (int i = 0; i < PARAMS; i++)
        f->h[i][i] = f->h[i][i] * 1.001 + 1e-6; // a little damping
    if (!rim_solve(&f->h[0][0], f->g, PARAMS))
        return false;
    *step = (rim_similarity){1.0 + f->g[2], f->g[3], f->g[0], f->g[1]};
    return true;
}

// Is nothing of a level moved by as much as SETTLED?
static bool is_small(const rim_similarity *step, const rim_motion_level *l)
{
    const double reach = l->width + l->height;
    return fabs(step->tx) + fabs(step->ty) +
               (fabs(step->a - 1.0) + fabs(step->b)) * reach / 2 <
           SETTLED;
}

bool rim_motion_align(rim_similarity *s, const rim_process_kernels *kernels,
                      int16_t *row, const rim_motion_level *key,
                      const rim_motion_level *now)
{
    rim_similarity best = *s;
    double clip = CLIP;
    for (int level = RIM_MOTION_LEVELS - 1; level >= 0; level--) {
        const rim_motion_level *k = &key[level];
        rim_similarity p = to_level(&best, k);
        const int rounds = level > 0 ? 5 : 3;
        for (int round = 0; round < rounds; round++) {
            fit f;
            rim_similarity step;
            gather(&f, kernels, row, k, &now[level], &p, clip);
            if (!find_step(&step, &f))
                return false;
            clip = 2.0 * f.abs_sum / f.n + 8.0;
            clip = clip < CLIP_MOST ? clip : CLIP_MOST;
            const rim_similarity back = rim_similarity_invert(&step);
            p = rim_similarity_chain(&p, &back);
            if (!(fabs(p.a - 1.0) < 0.5 && fabs(p.b) < 0.5 && fabs(p.tx) < k->width &&
                  fabs(p.ty) < k->height))
                return false;
            if (is_small(&step, k))
                break;
        }
        best = from_level(&p, k);
    }
    *s = best;
    return true;
}

rim_agreement rim_motion_compare(const rim_process_kernels *kernels, int16_t *row,
                                 const rim_motion_level *key,
                                 const rim_motion_level *now, const rim_similarity *s)
{
    const rim_similarity p = to_level(s, key);
    int64_t sk = 0, sn = 0, skk = 0, snn = 0, skn = 0, seen = 0, all = 0;
    for (int y = 0; y < key->height; y += 2) {
        const size_t first = (size_t)y * (size_t)key->width;
        subtract(row, kernels, key, key->valid, now, &p, y);
        for (int x = 0; x < key->width; x++) {
            all += key->valid[first + (size_t)x];
            if (row[x] == RIM_NO_PAST)
                continue;
            const int a = key->texture[first + (size_t)x], b = a - row[x];
            sk += a, sn += b, skk += a * a, snn += b * b, skn += a * b;
            seen++;
        }
    }
    rim_agreement r = {0};
    if (seen < LEAST)
        return r;
    const double n = (double)seen, k1 = (double)sk / n, n1 = (double)sn / n;
    const double vk = (double)skk / n - k1 * k1, vn = (double)snn / n - n1 * n1;
    r.overlap = n / (double)all;
    r.spread = sqrt(vk > 0.0 ? vk : 0.0);
    r.likeness =
        vk > 1.0 && vn > 1.0 ? ((double)skn / n - k1 * n1) / sqrt(vk * vn) : 0.0;
    return r;
}
