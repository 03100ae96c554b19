// quadric.h: a quadratic surface through samples of which some do not belong to it.
//
// Least squares, reweighted: a sample that lies e from the surface of the round before
// weighs 1 / (1 + (e / c)^2)^2, with c falling from `wide` to `narrow`, so that what
// only a part of the samples shares (lesions, blood, instruments) does not pull.
// + - * / alone: the same bits everywhere. Any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_QUADRIC_H
#define RIM_PROCESS_QUADRIC_H

#define RIM_QUADRIC_TERMS 6

typedef struct rim_quadric {
    double q[RIM_QUADRIC_TERMS]; // of 1, u, v, uu, uv, vv
    double x, y, unit;           // u = (x - this->x) / unit
} rim_quadric;

typedef struct rim_quadric_sample {
    double x, y, value, weight;
} rim_quadric_sample;

typedef struct rim_quadric_how {
    double wide, narrow; // of c, in units of the value
    double above;        // deviations upwards count this many times as far
    // What is known before any sample is: all terms but the first are drawn to `prior`
    // (RIM_QUADRIC_TERMS values; NULL: to 0), which counts as `damping` parts of the
    // samples' weight.
    const double *prior;
    double damping;
    int rounds;
} rim_quadric_how;

// f->x, y and unit are given: about the middle and the reach of the samples. Without
// samples the surface is 0.
void rim_quadric_fit(rim_quadric *f, const rim_quadric_sample *sample, int count,
                     const rim_quadric_how *how);

static inline double rim_quadric_at(const rim_quadric *f, double x, double y)
{
    const double u = (x - f->x) / f->unit, v = (y - f->y) / f->unit;
    return f->q[0] + u * (f->q[1] + u * f->q[3] + v * f->q[4]) +
           v * (f->q[2] + v * f->q[5]);
}

// q[0] + x q[1] + x^2 q[2] is the surface at (x0 + x, y); in single precision that is
// within 0.01 of it where it stays within +-16000 and x below 4096.
static inline void rim_quadric_row(float q[3], const rim_quadric *f, double x0,
                                   double y)
{
    const double du = 1.0 / f->unit, u = (x0 - f->x) * du, v = (y - f->y) * du;
    const double b = f->q[1] + v * f->q[4];
    q[0] = (float)(f->q[0] + v * (f->q[2] + v * f->q[5]) + u * (b + u * f->q[3]));
    q[1] = (float)(du * (b + 2.0 * u * f->q[3]));
    q[2] = (float)(du * du * f->q[3]);
}

#endif
