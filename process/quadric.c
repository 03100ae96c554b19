// quadric.c: sums, solution, weights.
// SPDX-License-Identifier: MIT
#include "process/quadric.h"

#include <string.h>

enum { N = RIM_QUADRIC_TERMS };

// Solves the symmetric positive system m * x = v in place. A term that nothing
// determines becomes 0.
static void solve(double m[N][N], double v[N])
{
    for (int i = 0; i < N; i++) {
        if (!(m[i][i] > 1e-9))
            continue;
        for (int j = i + 1; j < N; j++) {
            const double f = m[j][i] / m[i][i];
            for (int k = i; k < N; k++)
                m[j][k] -= f * m[i][k];
            v[j] -= f * v[i];
        }
    }
    for (int i = N - 1; i >= 0; i--) {
        for (int k = i + 1; k < N; k++)
            v[i] -= m[i][k] * v[k];
        v[i] = m[i][i] > 1e-9 ? v[i] / m[i][i] : 0.0;
    }
}

static void add(double m[N][N], double v[N], const rim_quadric *f,
                const rim_quadric_sample *s, double w)
{
    const double x = (s->x - f->x) / f->unit, y = (s->y - f->y) / f->unit;
    const double t[N] = {1.0, x, y, x * x, x * y, y * y};
    for (int i = 0; i < N; i++) {
        for (int k = i; k < N; k++)
            m[i][k] += w * t[i] * t[k];
        v[i] += w * t[i] * s->value;
    }
}

void rim_quadric_fit(rim_quadric *f, const rim_quadric_sample *sample, int count,
                     const rim_quadric_how *how)
{
    memset(f->q, 0, sizeof f->q);
    double c = how->wide;
    const double step =
        how->rounds > 1 ? (how->wide - how->narrow) / (how->rounds - 1) : 0.0;
    for (int round = 0; round < how->rounds; round++, c -= step) {
        double m[N][N] = {{0}}, v[N] = {0};
        for (int i = 0; i < count; i++) {
            double e = (sample[i].value - rim_quadric_at(f, sample[i].x, sample[i].y));
            e *= (e > 0.0 ? how->above : 1.0) / c;
            const double r = 1.0 + e * e;
            add(m, v, f, &sample[i],
                round ? sample[i].weight / (r * r) : sample[i].weight);
        }
        const double weight = m[0][0];
        for (int i = 0; i < N; i++) {
            if (i > 0) {
                m[i][i] += how->damping * weight;
                v[i] += how->prior ? how->damping * weight * how->prior[i] : 0.0;
            }
            for (int k = 0; k < i; k++)
                m[i][k] = m[k][i];
        }
        solve(m, v);
        memcpy(f->q, v, sizeof f->q);
    }
}
