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

// Means of what is valid of 2 x 2; `a`, `b` and `va`, `vb` are two rows of an even width.
static void halve_row(int16_t *restrict texture, uint8_t *restrict valid,
                      const int16_t *a, const int16_t *b, const uint8_t *va,
                      const uint8_t *vb, int width)
{
    for (int x = 0; x < width; x++) {
        const int32_t n = va[2 * x] + va[2 * x + 1] + vb[2 * x] + vb[2 * x + 1];
        const int32_t sum = (a[2 * x] & -va[2 * x]) + (a[2 * x + 1] & -va[2 * x + 1]) +
                            (b[2 * x] & -vb[2 * x]) + (b[2 * x + 1] & -vb[2 * x + 1]);
        // Of whole numbers this small a float's quotient, cut, is theirs.
        const int32_t mean = (int32_t)((float)sum / (float)(n | (n == 0)));
        const int32_t on = -(n >= 2);
        valid[x] = (uint8_t)(on & 1);
        texture[x] = (int16_t)((mean & on) | (RIM_NO_PAST & ~on));
    }
}

// One at the end of a row or a column of odd length, of what there is.
static void halve_end(rim_motion_level *dst, const rim_motion_level *src, int x, int y)
{
    const size_t w = (size_t)src->width, at = 2 * (size_t)y * w + 2 * (size_t)x;
    const size_t right = 2 * x + 1 < src->width ? 1 : 0;
    const size_t below = 2 * y + 1 < src->height ? w : 0;
    const size_t other = at + right + below; // at itself where nothing else is there
    const int n = src->valid[at] + (other != at ? src->valid[other] : 0);
    const size_t to = (size_t)y * (size_t)dst->width + (size_t)x;
    dst->valid[to] = n == 2;
    dst->texture[to] =
        (int16_t)(n == 2 ? (src->texture[at] + src->texture[other]) / 2 : RIM_NO_PAST);
}

void rim_motion_level_halve(rim_motion_level *dst, const rim_motion_level *src)
{
    const size_t w = (size_t)src->width;
    const int columns = src->width / 2, rows = src->height / 2;
    for (int y = 0; y < rows; y++) {
        const size_t a = 2 * (size_t)y * w, to = (size_t)y * (size_t)dst->width;
        halve_row(dst->texture + to, dst->valid + to, src->texture + a,
                  src->texture + a + w, src->valid + a, src->valid + a + w, columns);
    }
    for (int y = 0; y < rows && columns < dst->width; y++)
        halve_end(dst, src, columns, y);
    for (int x = 0; x < dst->width && rows < dst->height; x++)
        halve_end(dst, src, x, rows);
}

// One row but for its ends. `t` and `v` are its textures and what of them is valid, w
// from one row to the next.
static void slopes_row(int16_t *restrict slope_x, int16_t *restrict slope_y,
                       uint8_t *restrict inner, const int16_t *t, const uint8_t *v,
                       ptrdiff_t w)
{
    for (ptrdiff_t x = 1; x < w - 1; x++)
        inner[x] = v[x] & v[x - 1] & v[x + 1] & v[x - w] & v[x + w];
    for (ptrdiff_t x = 1; x < w - 1; x++) {
        const int16_t on = (int16_t)-inner[x];
        slope_x[x] = (int16_t)((t[x + 1] - t[x - 1]) & on);
        slope_y[x] = (int16_t)((t[x + w] - t[x - w]) & on);
    }
}

void rim_motion_level_slopes(rim_motion_level *l)
{
    const ptrdiff_t w = l->width;
    for (int y = 1; y < l->height - 1; y++) {
        const ptrdiff_t row = y * w;
        slopes_row(l->slope_x + row, l->slope_y + row, l->inner + row, l->texture + row,
                   l->valid + row, w);
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

// Pixels whose sums of products 32 bits hold: textures are below 1600.
enum { PART = 512 };

typedef struct moments {
    int64_t k, n, kk, nn, kn, seen;
} moments;

// Sums over the pixels of a part of a row of which the difference is known.
static void add_part(moments *m, const int16_t *key, const int16_t *difference,
                     int width)
{
    int16_t a[PART], b[PART];
    int32_t k = 0, n = 0, kk = 0, nn = 0, kn = 0, seen = 0;
    for (int x = 0; x < width; x++) {
        const int16_t on = (int16_t) - (difference[x] != RIM_NO_PAST);
        a[x] = key[x] & on;
        b[x] = (int16_t)((key[x] - difference[x]) & on);
        seen -= on;
    }
    for (int x = 0; x < width; x++) {
        k += a[x];
        n += b[x];
        kk += a[x] * a[x];
        nn += b[x] * b[x];
        kn += a[x] * b[x];
    }
    m->k += k;
    m->n += n;
    m->kk += kk;
    m->nn += nn;
    m->kn += kn;
    m->seen += seen;
}

rim_agreement rim_motion_compare(const rim_process_kernels *kernels, int16_t *row,
                                 const rim_motion_level *key,
                                 const rim_motion_level *now, const rim_similarity *s)
{
    const rim_similarity p = to_level(s, key);
    int64_t all = 0;
    moments m = {0};
    for (int y = 0; y < key->height; y += 2) {
        const size_t first = (size_t)y * (size_t)key->width;
        subtract(row, kernels, key, key->valid, now, &p, y);
        for (int x = 0; x < key->width; x++)
            all += key->valid[first + (size_t)x];
        for (int x = 0; x < key->width; x += PART)
            add_part(&m, key->texture + first + x, row + x,
                     key->width - x < PART ? key->width - x : PART);
    }
    rim_agreement r = {0};
    if (m.seen < LEAST)
        return r;
    const double n = (double)m.seen, k1 = (double)m.k / n, n1 = (double)m.n / n;
    const double vk = (double)m.kk / n - k1 * k1, vn = (double)m.nn / n - n1 * n1;
    r.overlap = n / (double)all;
    r.spread = sqrt(vk > 0.0 ? vk : 0.0);
    r.likeness =
        vk > 1.0 && vn > 1.0 ? ((double)m.kn / n - k1 * n1) / sqrt(vk * vn) : 0.0;
    return r;
}
