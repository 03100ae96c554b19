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

// Distance of (dx, dy) from the ellipse, outwards, and how the terms change it.
static double distance(double slope[TERMS], const double v[TERMS], double dx, double dy)
{
    const double xx = v[M] + v[P], yy = v[M] - v[P];
    const double mx = xx * dx + v[Q] * dy, my = v[Q] * dx + yy * dy;
    const double d2 = dx * dx + dy * dy, d = sqrt(d2), s = sqrt(dx * mx + dy * my);
    const double along = (1.0 - 1.0 / s) / d, turn = d / (s * s * s);
    slope[X] = -(along * dx + turn * mx);
    slope[Y] = -(along * dy + turn * my);
    slope[M] = 0.5 * turn * d2;
    slope[P] = 0.5 * turn * (dx * dx - dy * dy);
    slope[Q] = turn * dx * dy;
    return d - d / s;
}

static double part_within(double miss, double far)
{
    const double u = miss / far, w = 1.0 / (1.0 + u * u);
    return w * w;
}

// One step of Gauss-Newton; points are taken from the guess's place in its radii.
static bool step(double v[TERMS], const rim_point *p, const double *weight, int count,
                 double far)
{
    double n[TERMS][TERMS] = {{0}}, g[TERMS] = {0}, slope[TERMS];
    for (int i = 0; i < count; i++) {
        if (!(weight[i] > 0.0))
            continue;
        const double off = distance(slope, v, p[i].x - v[X], p[i].y - v[Y]);
        const double w = weight[i] * part_within(off, far);
        for (int a = 0; a < TERMS; a++) {
            for (int b = a; b < TERMS; b++)
                n[a][b] += w * slope[a] * slope[b];
            g[a] -= w * slope[a] * off;
        }
    }
    // Prior: of the place; of the size 1 / sqrt m; of p and q, as changes of the radius.
    const double size = 1.0 / sqrt(v[M]), per_m = -0.5 * size / v[M];
    const double pull[TERMS] = {PLACE_PULL, PLACE_PULL, SIZE_PULL * per_m * per_m,
                                ROUND_PULL * per_m * per_m, ROUND_PULL * per_m * per_m};
    const double off[TERMS] = {v[X], v[Y], (size - 1.0) / per_m, v[P], v[Q]};
    for (int a = 0; a < TERMS; a++) {
        n[a][a] += pull[a];
        g[a] -= pull[a] * off[a];
    }
    if (!rim_solve(&n[0][0], g, TERMS))
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
    rim_point p[RIM_ELLIPSE_POINTS];
    double v[TERMS] = {[M] = 1.0}, slope[TERMS];
    int used = 0;
    for (int i = 0; i < count; i++) {
        used += weight[i] > 0.0;
        p[i].x = (point[i].x - guess->x) / guess->a;
        p[i].y = (point[i].y - guess->y) / guess->a;
    }
    if (used < 4)
        return false;
    double far = FAR_FIRST;
    for (int round = 0; round < ROUNDS; round++) {
        if (!step(v, p, weight, count, far))
            return false;
        far = fmax(0.7 * far, FAR_LAST);
    }
    for (int i = 0; i < count; i++)
        miss[i] = weight[i] > 0.0
                      ? guess->a * distance(slope, v, p[i].x - v[X], p[i].y - v[Y])
                      : 0.0;
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
