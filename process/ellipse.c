// ellipse.c: robust least squares fit.
// SPDX-License-Identifier: MIT
#include "process/ellipse.h"

#include "process/fixed.h"
#include "process/solve.h"

#include <math.h>

#define DEGREES 57.295779513082320877

// In radii of the guess, and as if so many points said it.
#define ROUNDS      8
#define FAR_FIRST   0.4 // a point that is this far off has a quarter of its weight
#define FAR_LAST    0.1
#define ROUND_PULL  0.5
#define PLACE_PULL  0.02
#define SIZE_PULL   0.02
#define FLATTEST    0.8 // (a^2 - b^2) / (a^2 + b^2)
#define SHIFT_MOST  1.5
#define GROWTH_MOST 2.5

// The form is m + p cos 2t + q sin 2t in direction t; the guess is the unit circle.
enum { X = 0, Y, M, P, Q, TERMS };

// Points with weight, from the guess's place in its radii, and what the ellipse in hand
// makes of them: arrays, which compilers take several of at once.
typedef struct points {
    int count;
    double x[RIM_ELLIPSE_POINTS], y[RIM_ELLIPSE_POINTS], weight[RIM_ELLIPSE_POINTS];
    double off[RIM_ELLIPSE_POINTS];          // distance from the ellipse, outwards
    double slope[TERMS][RIM_ELLIPSE_POINTS]; // how the terms change it
    double now[RIM_ELLIPSE_POINTS];          // weight in this round
} points;

static void measure(points *p, const double v[TERMS], double far)
{
    const double vx = v[X], vy = v[Y], m = v[M], vp = v[P], q = v[Q];
    for (int i = 0; i < p->count; i++) {
        const double dx = p->x[i] - vx, dy = p->y[i] - vy;
        const double mx = (m + vp) * dx + q * dy, my = q * dx + (m - vp) * dy;
        const double d2 = dx * dx + dy * dy, d = sqrt(d2), s = sqrt(dx * mx + dy * my);
        const double along = (1.0 - 1.0 / s) / d, turn = d / (s * s * s);
        const double off = d - d / s, u = off / far, w = 1.0 / (1.0 + u * u);
        p->slope[X][i] = -(along * dx + turn * mx);
        p->slope[Y][i] = -(along * dy + turn * my);
        p->slope[M][i] = 0.5 * turn * d2;
        p->slope[P][i] = 0.5 * turn * (dx * dx - dy * dy);
        p->slope[Q][i] = turn * dx * dy;
        p->off[i] = off;
        p->now[i] = p->weight[i] * (w * w);
    }
}

// One step of Gauss-Newton.
static bool step(double v[TERMS], points *p, double far)
{
    double n[TERMS][TERMS + 1] = {{0}}; // with the right side as its last column
    measure(p, v, far);
    for (int i = 0; i < p->count; i++) {
        const double t[TERMS + 1] = {p->slope[X][i], p->slope[Y][i], p->slope[M][i],
                                     p->slope[P][i], p->slope[Q][i], -p->off[i]};
        for (int a = 0; a < TERMS; a++)
            for (int b = a; b < TERMS + 1; b++)
                n[a][b] += p->now[i] * t[a] * t[b];
    }
    // Prior: of the place; of the size 1 / sqrt m; of p and q, as changes of the radius.
    const double size = 1.0 / sqrt(v[M]), per_m = -0.5 * size / v[M];
    const double pull[TERMS] = {PLACE_PULL, PLACE_PULL, SIZE_PULL * per_m * per_m,
                                ROUND_PULL * per_m * per_m, ROUND_PULL * per_m * per_m};
    const double off[TERMS] = {v[X], v[Y], (size - 1.0) / per_m, v[P], v[Q]};
    double h[TERMS][TERMS] = {{0}}, g[TERMS];
    for (int a = 0; a < TERMS; a++) {
        for (int b = a; b < TERMS; b++)
            h[a][b] = n[a][b];
        h[a][a] += pull[a];
        g[a] = n[a][TERMS] - pull[a] * off[a];
    }
    if (!rim_solve(&h[0][0], g, TERMS))
        return false;
    v[X] += g[X];
    v[Y] += g[Y];
    // Of the form no more than a half at once, and always an ellipse.
    const double m = rim_clip(v[M] + g[M], 0.5 * v[M], 2.0 * v[M]);
    v[P] += g[P];
    v[Q] += g[Q];
    v[M] = m;
    const double flat = sqrt(v[P] * v[P] + v[Q] * v[Q]) / (FLATTEST * m);
    if (flat > 1.0) {
        v[P] /= flat;
        v[Q] /= flat;
    }
    return v[X] * v[X] + v[Y] * v[Y] < SHIFT_MOST * SHIFT_MOST &&
           m * GROWTH_MOST * GROWTH_MOST > 1.0;
}

static double half_turn(double degrees)
{
    return degrees > 90.0 ? degrees - 180.0 : degrees;
}

bool rim_ellipse_fit(rim_ellipse *e, double *miss, const rim_point *point,
                     const double *weight, int count, const rim_ellipse *guess)
{
    points p;
    p.count = 0;
    double v[TERMS] = {[M] = 1.0};
    for (int i = 0; i < count; i++) {
        if (!(weight[i] > 0.0))
            continue;
        p.x[p.count] = (point[i].x - guess->x) / guess->a;
        p.y[p.count] = (point[i].y - guess->y) / guess->a;
        p.weight[p.count++] = weight[i];
    }
    if (p.count < 4)
        return false;
    double far = FAR_FIRST;
    for (int round = 0; round < ROUNDS; round++) {
        if (!step(v, &p, far))
            return false;
        far = fmax(0.7 * far, FAR_LAST);
    }
    measure(&p, v, far);
    for (int i = 0, k = 0; i < count; i++)
        miss[i] = weight[i] > 0.0 ? guess->a * p.off[k++] : 0.0;
    const double root = sqrt(v[P] * v[P] + v[Q] * v[Q]);
    *e =
        (rim_ellipse){.x = guess->x + guess->a * v[X],
                      .y = guess->y + guess->a * v[Y],
                      .a = guess->a / sqrt(v[M] - root),
                      .b = guess->a / sqrt(v[M] + root),
                      .angle = half_turn(90.0 + 0.5 * DEGREES * rim_atan2(v[Q], v[P]))};
    return isfinite(e->x) && isfinite(e->y) && isfinite(e->a);
}

rim_ellipse_form rim_ellipse_form_of(const rim_ellipse *e)
{
    double s, c;
    // Degrees to a turn of 36000 hundredths keeps the angle to 0.01 degrees.
    rim_turn(&s, &c, (int)floor(e->angle * 100.0 + 0.5), 36000);
    const double a = 1.0 / (e->a * e->a), b = 1.0 / (e->b * e->b);
    return (rim_ellipse_form){.xx = c * c * a + s * s * b,
                              .xy = 2.0 * c * s * (a - b),
                              .yy = s * s * a + c * c * b};
}

double rim_ellipse_radius(const rim_ellipse_form *f, double dx, double dy)
{
    return 1.0 / sqrt(f->xx * dx * dx + f->xy * dx * dy + f->yy * dy * dy);
}
