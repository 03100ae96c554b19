// fixed.c: logarithm, power and angles without the C library's last bits.
// SPDX-License-Identifier: MIT
#include "process/fixed.h"

#include <math.h>

#define PI  3.14159265358979323846
#define LN2 0.69314718055994530942

double rim_log2(double x)
{
    int e;
    double m = frexp(x, &e); // exact; m in 0.5..1
    if (m < 0.70710678118654752440) {
        m *= 2.0;
        e--;
    }
    // ln m = 2 atanh((m - 1) / (m + 1)), |z| < 0.1716
    const double z = (m - 1.0) / (m + 1.0), z2 = z * z;
    double sum = 0.0;
    for (int k = 17; k >= 1; k -= 2)
        sum = sum * z2 + 1.0 / k;
    return e + 2.0 * z * sum / LN2;
}

double rim_exp2(double x)
{
    const double whole = floor(x + 0.5);
    const double t = (x - whole) * LN2; // |t| < 0.347
    double sum = 1.0;
    for (int k = 12; k >= 1; k--)
        sum = 1.0 + sum * t / k;
    return ldexp(sum, (int)whole);
}

double rim_atan2(double y, double x)
{
    const double ax = fabs(x), ay = fabs(y);
    const double big = ax > ay ? ax : ay, small = ax > ay ? ay : ax;
    if (big == 0.0)
        return 0.0;
    // Halve the angle twice, then the series: |t| <= tan(pi / 16).
    double t = small / big;
    t = t / (1.0 + sqrt(1.0 + t * t));
    t = t / (1.0 + sqrt(1.0 + t * t));
    const double t2 = t * t;
    double sum = 0.0;
    for (int k = 15; k >= 1; k -= 2)
        sum = 1.0 / k - sum * t2;
    double angle = 4.0 * t * sum;
    if (ay > ax)
        angle = PI / 2 - angle;
    if (x < 0.0)
        angle = PI - angle;
    return y < 0.0 ? -angle : angle;
}

void rim_turn(double *s, double *c, int i, int n)
{
    // Reduce to an eighth of a turn, then the series.
    const double a = 2.0 * PI * (((i % n) + n) % n) / n;
    const double q = floor(a / (PI / 2) + 0.5);
    const double t = a - q * (PI / 2), t2 = t * t;
    double sn = 1.0, cs = 1.0;
    for (int k = 15; k >= 3; k -= 2)
        sn = 1.0 - sn * t2 / (k * (k - 1));
    for (int k = 14; k >= 2; k -= 2)
        cs = 1.0 - cs * t2 / (k * (k - 1));
    sn *= t;
    switch ((int)q & 3) {
    case 0:
        *s = sn, *c = cs;
        break;
    case 1:
        *s = cs, *c = -sn;
        break;
    case 2:
        *s = -sn, *c = -cs;
        break;
    default:
        *s = -cs, *c = sn;
        break;
    }
}

double rim_clip(double v, double low, double high)
{
    return v > low ? (v < high ? v : high) : low;
}
