// exact.c: exp, log, sin, cos that give the same bits on every machine.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"

#include <math.h>

// Constants are split in a short high part, whose products with small integers
// are exact, and the rest.
static const double ln2_hi = 0x1.62e42fee00000p-1, ln2_lo = 0x1.a39ef35793c76p-33;
static const double half_pi_hi = 0x1.921fb54400000p0,
                    half_pi_lo = 0x1.0b4611a626331p-34;

double rim_exact_exp(double x)
{
    if (x < -700.0)
        return 0.0;
    if (x > 700.0)
        x = 700.0;
    const double n = floor(x * 1.44269504088896340736 + 0.5);
    const double r = (x - n * ln2_hi) - n * ln2_lo;
    double sum = 1.0;
    for (int i = 14; i > 0; i--)
        sum = 1.0 + r / i * sum;
    return ldexp(sum, (int)n);
}

double rim_exact_log(double x)
{
    int n;
    double m = frexp(x, &n); // 0.5..1
    if (m < 0.70710678118654752440) {
        m *= 2.0;
        n--;
    }
    const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
    double sum = 0.0;
    for (int i = 23; i > 0; i -= 2)
        sum = 1.0 / i + s2 * sum;
    return n * ln2_hi + (2.0 * s * sum + n * ln2_lo);
}

// Taylor's series for |r| <= pi/4.
static double sin_small(double r)
{
    const double r2 = r * r;
    double sum = 1.0;
    for (int i = 18; i > 0; i -= 2)
        sum = 1.0 - r2 / (i * (i + 1)) * sum;
    return r * sum;
}

static double cos_small(double r)
{
    const double r2 = r * r;
    double sum = 1.0;
    for (int i = 17; i > 0; i -= 2)
        sum = 1.0 - r2 / (i * (i + 1)) * sum;
    return sum;
}

static double sin_quarter(double x, int quarter)
{
    const double n = floor(x / (half_pi_hi + half_pi_lo) + 0.5);
    const double r = (x - n * half_pi_hi) - n * half_pi_lo;
    const int q = (int)(n - 4.0 * floor(n / 4.0)) + quarter;
    const double v = q & 1 ? cos_small(r) : sin_small(r);
    return q & 2 ? -v : v;
}

double rim_exact_sin(double x)
{
    return sin_quarter(x, 0);
}

double rim_exact_cos(double x)
{
    return sin_quarter(x, 1);
}

double rim_exact_pow(double x, double y)
{
    return rim_exact_exp(y * rim_exact_log(x));
}

// 0 <= x <= 1: the angle is halved twice, then a short series does.
static double atan_unit(double x)
{
    for (int i = 0; i < 2; i++)
        x = x / (1.0 + sqrt(1.0 + x * x));
    const double x2 = x * x;
    double sum = 0.0;
    for (int i = 25; i > 0; i -= 2)
        sum = 1.0 / i - x2 * sum;
    return 4.0 * x * sum;
}

double rim_exact_atan2(double y, double x)
{
    const double ax = fabs(x), ay = fabs(y);
    if (ax == 0.0 && ay == 0.0)
        return 0.0;
    double angle = ay <= ax ? atan_unit(ay / ax) : RIM_PI / 2.0 - atan_unit(ax / ay);
    if (x < 0.0)
        angle = RIM_PI - angle;
    return y < 0.0 ? -angle : angle;
}
