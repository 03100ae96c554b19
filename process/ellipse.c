// ellipse.c: direct least squares fit.
// SPDX-License-Identifier: MIT
#include "process/ellipse.h"

#include "process/fixed.h"

#include <math.h>

#define DEGREES 57.295779513082320877

static double det3(const double m[3][3])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
           m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

static bool invert3(double out[3][3], const double m[3][3])
{
    const double d = det3(m);
    if (!(fabs(d) > 1e-30))
        return false;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            const int r0 = (j + 1) % 3, r1 = (j + 2) % 3, c0 = (i + 1) % 3,
                      c1 = (i + 2) % 3;
            out[i][j] = (m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0]) / d;
        }
    return true;
}

// Real roots of x^3 + p x^2 + q x + r by Newton from the outside inwards.
static int cubic_roots(double root[3], double p, double q, double r)
{
    const double bound = 1.0 + fmax(fabs(p), fmax(fabs(q), fabs(r)));
    double x = bound;
    for (int i = 0; i < 200; i++) {
        const double f = ((x + p) * x + q) * x + r, df = (3 * x + 2 * p) * x + q;
        const double next = df != 0.0 ? x - f / df : x - bound * 1e-3;
        if (fabs(next - x) <= 1e-14 * bound)
            break;
        x = next;
    }
    root[0] = x;
    // Deflate: x^2 + (p + x0) x + (q + (p + x0) x0)
    const double b = p + x, c = q + b * x, d = b * b - 4 * c;
    if (d < 0.0)
        return 1;
    const double s = sqrt(d), t = -0.5 * (b + (b >= 0.0 ? s : -s));
    root[1] = t;
    root[2] = t != 0.0 ? c / t : 0.0;
    return 3;
}

// A null vector of m, the longest cross product of two rows.
static void null_vector(double v[3], const double m[3][3])
{
    double best = -1.0;
    for (int i = 0; i < 3; i++) {
        const double *a = m[i], *b = m[(i + 1) % 3];
        const double c[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                             a[0] * b[1] - a[1] * b[0]};
        const double n = c[0] * c[0] + c[1] * c[1] + c[2] * c[2];
        if (n > best) {
            best = n;
            v[0] = c[0], v[1] = c[1], v[2] = c[2];
        }
    }
}

// The conic A x^2 + B xy + C y^2 + D x + E y + F = 0 as an ellipse.
static bool from_conic(rim_ellipse *e, const double c[6])
{
    const double A = c[0], B = c[1], C = c[2], D = c[3], E = c[4], F = c[5];
    const double den = B * B - 4 * A * C;
    if (!(den < 0.0))
        return false;
    e->x = (2 * C * D - B * E) / den;
    e->y = (2 * A * E - B * D) / den;
    const double up = 2 * (A * E * E + C * D * D - B * D * E + den * F);
    const double root = sqrt((A - C) * (A - C) + B * B);
    const double a2 = up * (A + C + root), b2 = up * (A + C - root);
    if (!(a2 > 0.0 && b2 > 0.0))
        return false;
    const double a = -sqrt(a2) / den, b = -sqrt(b2) / den;
    e->a = fmax(a, b);
    e->b = fmin(a, b);
    // Direction of the long axis: the eigenvector of the quadratic part with the
    // smaller size; its sign follows that of A + C.
    double angle = 0.5 * rim_atan2(B, A - C);
    if (A + C > 0.0)
        angle += 1.57079632679489661923;
    angle *= DEGREES;
    while (angle > 90.0)
        angle -= 180.0;
    while (angle < -90.0)
        angle += 180.0;
    e->angle = angle;
    return isfinite(e->x) && isfinite(e->y) && isfinite(e->a) && e->b > 0.0;
}

bool rim_ellipse_fit(rim_ellipse *e, const rim_point *point, const double *weight,
                     int count)
{
    // Centre and scale first, for the condition of the sums.
    double n = 0.0, mx = 0.0, my = 0.0, size = 0.0;
    int used = 0;
    for (int i = 0; i < count; i++) {
        n += weight[i];
        mx += weight[i] * point[i].x;
        my += weight[i] * point[i].y;
        used += weight[i] > 0.0;
    }
    if (used < 6)
        return false;
    mx /= n;
    my /= n;
    for (int i = 0; i < count; i++)
        size += weight[i] * (fabs(point[i].x - mx) + fabs(point[i].y - my));
    size /= n;
    if (!(size > 0.0))
        return false;
    double s1[3][3] = {{0}}, s2[3][3] = {{0}}, s3[3][3] = {{0}};
    for (int i = 0; i < count; i++) {
        const double x = (point[i].x - mx) / size, y = (point[i].y - my) / size;
        const double d1[3] = {x * x, x * y, y * y}, d2[3] = {x, y, 1.0};
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++) {
                s1[r][c] += weight[i] * d1[r] * d1[c];
                s2[r][c] += weight[i] * d1[r] * d2[c];
                s3[r][c] += weight[i] * d2[r] * d2[c];
            }
    }
    double i3[3][3], t[3][3], m[3][3];
    if (!invert3(i3, (const double(*)[3])s3))
        return false;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            t[r][c] = 0.0; // t = -s3^-1 s2^T
            for (int k = 0; k < 3; k++)
                t[r][c] -= i3[r][k] * s2[c][k];
        }
    double q[3][3];
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            q[r][c] = s1[r][c];
            for (int k = 0; k < 3; k++)
                q[r][c] += s2[r][k] * t[k][c];
        }
    for (int c = 0; c < 3; c++) { // premultiplied by the inverse constraint matrix
        m[0][c] = q[2][c] / 2.0;
        m[1][c] = -q[1][c];
        m[2][c] = q[0][c] / 2.0;
    }
    const double trace = m[0][0] + m[1][1] + m[2][2];
    const double minors = m[0][0] * m[1][1] - m[0][1] * m[1][0] + m[0][0] * m[2][2] -
                          m[0][2] * m[2][0] + m[1][1] * m[2][2] - m[1][2] * m[2][1];
    double root[3];
    const int roots = cubic_roots(root, -trace, minors, -det3((const double(*)[3])m));
    for (int k = 0; k < roots; k++) {
        double shifted[3][3], v[3] = {0};
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++)
                shifted[r][c] = m[r][c] - (r == c ? root[k] : 0.0);
        null_vector(v, (const double(*)[3])shifted);
        if (!(4.0 * v[0] * v[2] - v[1] * v[1] > 0.0))
            continue;
        double conic[6] = {v[0], v[1], v[2], 0.0, 0.0, 0.0};
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++)
                conic[3 + r] += t[r][c] * v[c];
        if (!from_conic(e, conic))
            continue;
        e->x = e->x * size + mx;
        e->y = e->y * size + my;
        e->a *= size;
        e->b *= size;
        return true;
    }
    return false;
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
