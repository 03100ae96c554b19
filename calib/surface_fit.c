// surface_fit.c: normal equations, solved by Cholesky's method.
// SPDX-License-Identifier: MIT
#include "calib/surface_fit.h"

#include <math.h>
#include <string.h>

enum { N = RIM_SURFACE_TERMS, D = RIM_SURFACE_DEGREE };

static void chebyshev(double t[D + 1], double x)
{
    t[0] = 1;
    t[1] = x;
    for (int i = 2; i <= D; i++)
        t[i] = 2 * x * t[i - 1] - t[i - 2];
}

static void basis(double b[N], double x, double y)
{
    double tx[D + 1], ty[D + 1];
    chebyshev(tx, x);
    chebyshev(ty, y);
    int n = 0;
    for (int i = 0; i <= D; i++)
        for (int j = 0; i + j <= D; j++)
            b[n++] = tx[i] * ty[j];
}

// a = l l^T in place; false: not positive definite, with a margin for rounding.
static bool cholesky(double a[N][N])
{
    for (int j = 0; j < N; j++) {
        const double before = a[j][j];
        for (int k = 0; k < j; k++)
            a[j][j] -= a[j][k] * a[j][k];
        if (!(a[j][j] > 1e-10 * before))
            return false;
        a[j][j] = sqrt(a[j][j]);
        for (int i = j + 1; i < N; i++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    return true;
}

bool rim_surface_fit(double term[N], const rim_surface_sample *sample, int count)
{
    double a[N][N] = {{0}}, v[N] = {0}, b[N];
    for (int s = 0; s < count; s++) {
        basis(b, sample[s].x, sample[s].y);
        for (int i = 0; i < N; i++) {
            v[i] += sample[s].weight * sample[s].value * b[i];
            for (int j = 0; j <= i; j++)
                a[i][j] += sample[s].weight * b[i] * b[j];
        }
    }
    if (!cholesky(a))
        return false;
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < i; k++)
            v[i] -= a[i][k] * v[k];
        v[i] /= a[i][i];
    }
    for (int i = N - 1; i >= 0; i--) {
        for (int k = i + 1; k < N; k++)
            v[i] -= a[k][i] * v[k];
        v[i] /= a[i][i];
    }
    memcpy(term, v, sizeof v);
    return true;
}

double rim_surface_value(const double term[N], double x, double y)
{
    double b[N], sum = 0;
    basis(b, x, y);
    for (int i = 0; i < N; i++)
        sum += term[i] * b[i];
    return sum;
}
