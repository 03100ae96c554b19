// glow.c: points of the frame, what all lesions send there, and the light without it.
// SPDX-License-Identifier: MIT
#include "process/glow.h"

#include "process/ellipse.h"
#include "process/fixed.h"
#include "process/quantile.h"
#include "process/solve.h"

#include <math.h>
#include <string.h>

#define EDGE_MM      1.0 // what is this near to an outline is part of the lesion
#define WIDTH_LEAST  0.5 // mm, of an edge
#define WIDTH_MOST   6.0
#define WIDTH_USUAL  2.0 // where it was not seen
#define LOCAL_MM     4.0 // reach of the liver's own variation
#define LOCAL_PULL   0.5 // points: how much it is doubted
#define LOCAL_MOST   0.7 // octaves: more is no variation of the liver
#define GLOW_DOUBT   6.0 // an octave of glow at a point counts as so many deviations
#define CORNER_FALL  (-1.25) // octaves: steeper than for the background as a whole
#define TRUST        0.05
#define SPREAD       1.7  // times the deviation: from there on a point weighs little
#define SPREAD_LEAST 0.12 // octaves
#define SPREAD_MOST  1.2
#define LOWEST       2.7  // octaves below what is seen around: no background lies there
#define HIGHEST      0.5  // nor so far above
#define ALIKE        0.08 // octaves: two backgrounds that may both be right
#define BELIEF       0.4  // in what was seen, where it is the darker one
#define STEP         0.7  // of the way to a new background in one round

enum { POINTS = 300, SOURCES = 12, TERMS = 6, LENGTHS = 3, ROUNDS = 4 };
static const double length_mm[LENGTHS] = {3.9, 4.7, 6.4};

typedef struct frame_fit {
    const rim_background *model;
    const rim_glow *glow; // those that shine most
    int points, sources;
    double light[POINTS]; // log2
    double term[TERMS][POINTS];
    double beyond_mm[SOURCES][POINTS];
    double shape[SOURCES][POINTS]; // h but for its exponential
    double h[SOURCES][POINTS];
    double near[SOURCES][POINTS]; // weight of a point for the place of a source
    double place[SOURCES][TERMS]; // terms where a source is
    double background[SOURCES];   // log2
    double q[TERMS];
    double glow_of[POINTS]; // log2(1 + sum)
    double off[POINTS];     // light less glow less Q
    double scratch[POINTS];
    double spread; // of `off`; 0: not known yet
} frame_fit;

// 1 / exp(x) for x >= 0, within 4 % up to 8: the series of exp(x / 4), to the fourth.
static double fading(double x)
{
    const double y = 0.25 * x;
    const double e = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y / 24.0)));
    return 1.0 / (e * e * e * e);
}

// log2(1 + g) by the table of the background, within 1/1024 for g up to 15.
static double log2_of_one_and(const rim_background *model, double g)
{
    enum { ONE = 4096 };
    const int at = (int)((1.0 + fmin(g, 14.9)) * ONE) - 8; // of light + 8
    return (model->log_table[at] - model->log_table[ONE - 8]) / (double)RIM_LOG2_ONE;
}

static void terms_at(double t[TERMS], const rim_grid *g, double x, double y)
{
    const double u = 2.0 * x / g->width - 1.0, v = 2.0 * y / g->height - 1.0;
    t[0] = 1.0;
    t[1] = u;
    t[2] = v;
    t[3] = u * u;
    t[4] = u * v;
    t[5] = v * v;
}

static double at_terms(const double q[TERMS], const double t[TERMS])
{
    double sum = 0.0;
    for (int i = 0; i < TERMS; i++)
        sum += q[i] * t[i];
    return sum;
}

// v - Q at the points; loops over these are the inner ones, for compilers to widen.
static void subtract_light(double *restrict left, const double *v, const frame_fit *f)
{
    const double *q = f->q;
    for (int i = 0; i < f->points; i++)
        left[i] =
            v[i] - (q[0] * f->term[0][i] + q[1] * f->term[1][i] + q[2] * f->term[2][i] +
                    q[3] * f->term[3][i] + q[4] * f->term[4][i] + q[5] * f->term[5][i]);
}

// Distance from the outline along the line to the centre, mm; below 0 inside.
static double beyond(const rim_glow *g, const rim_ellipse_form *f, double x, double y,
                     double mm)
{
    const double dx = x - g->spot->x, dy = y - g->spot->y, d = sqrt(dx * dx + dy * dy);
    if (!(d > 0.0))
        return -g->spot->b * mm;
    return (d - rim_ellipse_radius(f, dx / d, dy / d)) * mm;
}

// One point: false where it is dark or part of a lesion.
static bool take_point(frame_fit *f, const rim_ellipse_form *form, int cx, int cy)
{
    const rim_background *b = f->model;
    const size_t cell = (size_t)cy * (size_t)b->cells_x + (size_t)cx;
    if (b->weight[cell] < 192)
        return false;
    const double x = cx * RIM_CELL + (RIM_CELL - 1) / 2.0;
    const double y = cy * RIM_CELL + (RIM_CELL - 1) / 2.0;
    const int n = f->points;
    for (int k = 0; k < f->sources; k++) {
        const double d = beyond(&f->glow[k], &form[k], x, y, b->grid->mm);
        if (d < EDGE_MM)
            return false;
        const double edge = f->glow[k].spot->edge_mm;
        const double w =
            isnan(edge) ? WIDTH_USUAL : fmin(fmax(edge, WIDTH_LEAST), WIDTH_MOST);
        const double u = d / (1.1 * w);
        f->beyond_mm[k][n] = d;
        f->shape[k][n] = 0.5 / (1.0 + u * u / sqrt(sqrt(u)));
        f->near[k][n] = fading(d / LOCAL_MM);
    }
    f->light[n] = b->level[cell] / (double)RIM_LOG2_ONE;
    double t[TERMS];
    terms_at(t, b->grid, x, y);
    for (int a = 0; a < TERMS; a++)
        f->term[a][n] = t[a];
    f->points++;
    return true;
}

// A lattice over the frame with as many points as there is room for.
static void take_points(frame_fit *f)
{
    const rim_background *b = f->model;
    rim_ellipse_form form[SOURCES];
    for (int k = 0; k < f->sources; k++) {
        const rim_spot *s = f->glow[k].spot;
        form[k] = rim_ellipse_form_of(&(rim_ellipse){s->x, s->y, s->a, s->b, s->angle});
        terms_at(f->place[k], b->grid, s->x, s->y);
    }
    int step = 1;
    while (((b->cells_x + step - 1) / step) * ((b->cells_y + step - 1) / step) > POINTS)
        step++;
    for (int cy = step / 2; cy < b->cells_y; cy += step)
        for (int cx = step / 2; cx < b->cells_x; cx += step)
            (void)take_point(f, form, cx, cy);
}

static void set_length(frame_fit *f, double mm)
{
    for (int k = 0; k < f->sources; k++)
        for (int i = 0; i < f->points; i++)
            f->h[k][i] = f->shape[k][i] * fading(f->beyond_mm[k][i] / mm);
}

// off = light less the glow.
static void take_off_glow(frame_fit *f)
{
    double *restrict sum = f->scratch;
    for (int i = 0; i < f->points; i++)
        sum[i] = 0.0;
    for (int k = 0; k < f->sources; k++) {
        const double *h = f->h[k];
        const double excess =
            fmax(rim_exp2(f->glow[k].peak - f->background[k]) - 1.0, 0.0);
        for (int i = 0; i < f->points; i++)
            sum[i] += excess * h[i];
    }
    for (int i = 0; i < f->points; i++) {
        f->glow_of[i] = log2_of_one_and(f->model, sum[i]);
        f->off[i] = f->light[i] - f->glow_of[i];
    }
}

// Q by least squares, reweighted by what it missed before; off becomes what it misses.
static bool fit_light(frame_fit *f)
{
    double m[TERMS][TERMS] = {{0}}, v[TERMS] = {0}, all = 0.0;
    double *restrict w = f->scratch;
    const double sharp = f->spread > 0.0 ? 1.0 / f->spread : 0.0;
    subtract_light(w, f->off, f);
    for (int i = 0; i < f->points; i++) {
        const double off = w[i] * sharp, part = 1.0 / (1.0 + off * off);
        w[i] = part * part;
    }
    for (int i = 0; i < f->points; i++) {
        all += w[i];
        for (int a = 0; a < TERMS; a++) {
            const double wt = w[i] * f->term[a][i];
            for (int b = 0; b <= a; b++)
                m[a][b] += wt * f->term[b][i];
            v[a] += wt * f->off[i];
        }
    }
    double fall[TERMS];
    rim_background_fall(fall, f->model, CORNER_FALL);
    for (int a = 0; a < TERMS; a++) {
        m[a][a] += a > 2 ? TRUST * all : a > 0 ? 0.5 * TRUST * all : 1e-6;
        v[a] += a > 2 ? TRUST * all * fall[a] : 0.0;
        for (int b = 0; b < a; b++)
            m[b][a] = m[a][b];
    }
    if (!rim_solve(&m[0][0], v, TERMS))
        return false;
    memcpy(f->q, v, sizeof f->q);
    subtract_light(w, f->off, f);
    memcpy(f->off, w, (size_t)f->points * sizeof *w);
    for (int i = 0; i < f->points; i++)
        w[i] = fabs(w[i]);
    const double usual = 1.48 * SPREAD * rim_quantile(w, f->points, 0.5);
    f->spread = fmin(fmax(usual, SPREAD_LEAST), SPREAD_MOST);
    return true;
}

// How much a point says of the liver around it.
static void trust_points(frame_fit *f)
{
    for (int i = 0; i < f->points; i++) {
        // What is known of glow is some part of it: where it is strong, little.
        const double doubt = GLOW_DOUBT * f->glow_of[i];
        f->scratch[i] = fabs(f->off[i]) < LOCAL_MOST ? 1.0 + doubt * doubt : INFINITY;
    }
}

// The light at source k: Q and what the liver around it differs from that.
static double light_at(const frame_fit *f, int k)
{
    double sum = 0.0, all = LOCAL_PULL;
    for (int i = 0; i < f->points; i++) {
        const double w = f->near[k][i] / f->scratch[i];
        sum += w * f->off[i];
        all += w;
    }
    return at_terms(f->q, f->place[k]) + sum / all;
}

// Backgrounds with one length of decay. Returns the mean distance from the frame's
// light, far ones alike; below 0: no answer.
static double fit_frame(frame_fit *f)
{
    for (int round = 0; round < ROUNDS; round++) {
        take_off_glow(f);
        if (!fit_light(f))
            return -1.0;
        trust_points(f);
        for (int k = 0; k < f->sources; k++) {
            const double seen = f->glow[k].background;
            const double now =
                fmin(fmax(light_at(f, k), seen - LOWEST), seen + HIGHEST);
            f->background[k] += (round ? STEP : 1.0) * (now - f->background[k]);
        }
    }
    double sum = 0.0;
    for (int i = 0; i < f->points; i++)
        sum += fmin(fabs(f->off[i]), 0.3);
    return fmax(sum / f->points, 1e-3);
}

// Glow adds: what was seen around is no darker than what lies under it. Where the fit
// says so it is the frame's light that is no quadratic, and what was seen is better; where
// both are near to one another, their mean.
static double weigh(double seen, double fitted)
{
    const double less = seen - fitted;
    if (less < 0.0)
        return fitted + BELIEF * less;
    const double far = less / ALIKE;
    return fitted + 0.5 * less / (1.0 + far * far);
}

void rim_glow_remove(rim_glow *glow, int count, const rim_background *model)
{
    frame_fit f; // large: what is not filled is not read
    f.model = model;
    f.glow = glow;
    f.sources = count < SOURCES ? count : SOURCES;
    f.points = 0;
    f.spread = 0.0;
    memset(f.q, 0, sizeof f.q);
    take_points(&f);
    if (f.sources == 0 || f.points < 4 * TERMS)
        return;
    for (int k = 0; k < f.sources; k++)
        f.background[k] = glow[k].background;
    double found[LENGTHS][SOURCES], miss[LENGTHS], least = INFINITY;
    for (int l = 0; l < LENGTHS; l++) {
        set_length(&f, length_mm[l]);
        miss[l] = fit_frame(&f);
        if (miss[l] < 0.0)
            return;
        least = fmin(least, miss[l]);
        memcpy(found[l], f.background, sizeof found[l]);
    }
    double sum[SOURCES] = {0}, all = 0.0;
    for (int l = 0; l < LENGTHS; l++) {
        double w = least / miss[l]; // to the 16th: a tenth worse is a fifth as likely
        for (int i = 0; i < 4; i++)
            w *= w;
        all += w;
        for (int k = 0; k < f.sources; k++)
            sum[k] += w * found[l][k];
    }
    for (int k = 0; k < f.sources; k++)
        glow[k].background = weigh(glow[k].background, sum[k] / all);
}
