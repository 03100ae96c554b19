// field_homography.c: the registration with its lenses, as nearly as one homography can.
// SPDX-License-Identifier: MIT
#include "calib/calib.h"
#include "calib/lens_model.h"

#include <math.h>
#include <string.h>

enum { SIDE = 17, POINTS = SIDE * SIDE, UNKNOWNS = 8, ROUNDS = 4 };

typedef struct match {
    double x, y, u, v; // normalised to about -1..1
} match;

// Gauss's elimination with pivots, in place; false: singular.
static bool solve(double a[UNKNOWNS][UNKNOWNS + 1])
{
    for (int i = 0; i < UNKNOWNS; i++) {
        int best = i;
        for (int r = i + 1; r < UNKNOWNS; r++)
            if (fabs(a[r][i]) > fabs(a[best][i]))
                best = r;
        if (!(fabs(a[best][i]) > 1e-12))
            return false;
        for (int k = 0; k <= UNKNOWNS; k++) {
            const double t = a[i][k];
            a[i][k] = a[best][k];
            a[best][k] = t;
        }
        for (int r = 0; r < UNKNOWNS; r++) {
            const double f = r == i ? 0 : a[r][i] / a[i][i];
            for (int k = i; k <= UNKNOWNS && f != 0; k++)
                a[r][k] -= f * a[i][k];
        }
    }
    return true;
}

static void add_row(double a[UNKNOWNS][UNKNOWNS + 1], const double row[UNKNOWNS + 1],
                    double weight)
{
    for (int i = 0; i < UNKNOWNS; i++)
        for (int k = 0; k <= UNKNOWNS; k++)
            a[i][k] += weight * row[i] * row[k];
}

// Linear least squares, weighted so that after some rounds the error counts in pixels
// (Hartley & Zisserman 2004, 4.2).
static bool fit(double h[9], const match *m, int n)
{
    const double one[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    memcpy(h, one, sizeof one);
    for (int round = 0; round < ROUNDS; round++) {
        double a[UNKNOWNS][UNKNOWNS + 1] = {{0}};
        for (int i = 0; i < n; i++) {
            const match *p = &m[i];
            const double w = h[6] * p->x + h[7] * p->y + h[8];
            const double first[9] = {p->x,         p->y,         1,   0, 0, 0,
                                     -p->u * p->x, -p->u * p->y, p->u};
            const double second[9] = {
                0, 0, 0, p->x, p->y, 1, -p->v * p->x, -p->v * p->y, p->v};
            add_row(a, first, 1 / (w * w));
            add_row(a, second, 1 / (w * w));
        }
        if (!solve(a))
            return false;
        for (int i = 0; i < UNKNOWNS; i++)
            h[i] = a[i][UNKNOWNS] / a[i][i];
        h[8] = 1;
    }
    return true;
}

bool rim_calib_fit_homography(const rim_calib *c, double out[9], double *rms_px)
{
    match m[POINTS];
    int n = 0;
    const double sx = c->width / 2.0, sy = c->height / 2.0;
    const double su = c->visible_width / 2.0, sv = c->visible_height / 2.0;
    for (int i = 0; i < POINTS; i++) {
        const double x = (c->width - 1.0) * (i % SIDE) / (SIDE - 1),
                     y = (c->height - 1.0) * (i / SIDE) / (SIDE - 1);
        double u, v;
        if (rim_calib_nir_to_visible(c, x, y, &u, &v))
            m[n++] =
                (match){(x - sx) / sx, (y - sy) / sx, (u - su) / su, (v - sv) / su};
    }
    double h[9], t[9];
    if (n < POINTS / 4 || !fit(h, m, n))
        return false;
    const double from[9] = {1 / sx, 0, -1, 0, 1 / sx, -sy / sx, 0, 0, 1};
    const double to[9] = {su, 0, su, 0, su, sv, 0, 0, 1};
    rim_homography_multiply(t, h, from);
    rim_homography_multiply(out, to, t);
    const double scale = out[8] != 0 ? out[8] : 1;
    for (int i = 0; i < 9; i++)
        out[i] /= scale;
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double u = 0, v = 0;
        if (!rim_homography_apply(h, m[i].x, m[i].y, &u, &v))
            return false;
        u -= m[i].u;
        v -= m[i].v;
        sum += (u * u + v * v) * su * su;
    }
    *rms_px = sqrt(sum / n);
    return true;
}
