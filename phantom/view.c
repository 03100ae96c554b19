// view.c: breathing, the drift and tremor of the camera, and the way between the
// frame and the scene.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/scene.h"

#include <math.h>

void rim_motion_draw(rim_motion *m, const rim_phantom_options *o)
{
    rim_rng r;
    rim_rng_init(&r, o->seed, RIM_STREAM_MOTION);
    const double turn = 2.0 * RIM_PI;
    // 7.7 mm from end to end at 12 breaths a minute at most: 4.8 mm/s.
    m->breath_mm = 0.5 * rim_rng_uniform(&r, 2.0, 7.7);
    m->breath_hz = rim_rng_uniform(&r, 0.17, 0.23);
    m->breath_phase = rim_rng_uniform(&r, 0.0, turn);
    const double dir = rim_rng_uniform(&r, 0.0, turn);
    m->dir_x = rim_exact_cos(dir);
    m->dir_y = rim_exact_sin(dir);
    for (int i = 0; i < 2; i++) { // camera [assumption]
        m->drift_mm[i] = rim_rng_uniform(&r, 0.3, 1.5);
        m->drift_hz[i] = rim_rng_uniform(&r, 0.03, 0.12);
        m->drift_phase[i] = rim_rng_uniform(&r, 0.0, turn);
        m->drift_phase[i + 2] = rim_rng_uniform(&r, 0.0, turn);
    }
    m->turn = rim_rng_uniform(&r, 0.0, 0.04);
    m->turn_hz = rim_rng_uniform(&r, 0.03, 0.1);
    m->turn_phase = rim_rng_uniform(&r, 0.0, turn);
    m->zoom = rim_rng_uniform(&r, 0.0, 0.03);
    m->zoom_hz = rim_rng_uniform(&r, 0.03, 0.1);
    m->tremor_mm = rim_rng_uniform(&r, 0.01, 0.06);
    m->tremor_hz = rim_rng_uniform(&r, 7.0, 11.0); // of a hand that holds
    m->tremor_phase[0] = rim_rng_uniform(&r, 0.0, turn);
    m->tremor_phase[1] = rim_rng_uniform(&r, 0.0, turn);
    m->bend_mm = rim_rng_uniform(&r, 0.0, 0.35);
    m->bend_wave_mm = rim_rng_uniform(&r, 25.0, 60.0);
}

static double swing(double hz, double phase, double t)
{
    return rim_exact_sin(2.0 * RIM_PI * hz * t + phase);
}

void rim_view_at(rim_view *v, const rim_motion *m, const rim_phantom_options *o,
                 double index)
{
    const double t = index / o->fps, k = isnan(o->motion) ? 1.0 : o->motion;
    const double breath = k * m->breath_mm * swing(m->breath_hz, m->breath_phase, t);
    const double turn = k * m->turn * swing(m->turn_hz, m->turn_phase, t);
    const double a = swing(m->drift_hz[0], m->drift_phase[0], t),
                 b = swing(m->drift_hz[1], m->drift_phase[1], t),
                 c = swing(m->drift_hz[0] * 0.7, m->drift_phase[2], t),
                 d = swing(m->drift_hz[1] * 1.3, m->drift_phase[3], t);
    v->scale = 1.0 + k * m->zoom * swing(m->zoom_hz, m->turn_phase + 1.0, t);
    v->cos_r = rim_exact_cos(turn);
    v->sin_r = rim_exact_sin(turn);
    v->shift_x = breath * m->dir_x + k * (m->drift_mm[0] * a + m->drift_mm[1] * b) +
                 k * m->tremor_mm * swing(m->tremor_hz, m->tremor_phase[0], t);
    v->shift_y = breath * m->dir_y + k * (m->drift_mm[0] * c + m->drift_mm[1] * d) +
                 k * m->tremor_mm * swing(m->tremor_hz * 1.1, m->tremor_phase[1], t);
    v->bend_mm = k * m->bend_mm * swing(m->breath_hz, m->breath_phase + 0.6, t);
    v->bend_u = v->bend_v = 2.0 * RIM_PI * o->mm_per_px / m->bend_wave_mm;
    v->phase_u = m->drift_phase[0];
    v->phase_v = m->drift_phase[1];
}

void rim_view_to_scene(const rim_view *v, const rim_phantom_options *o, double u,
                       double vv, double *x, double *y)
{
    const double du = u - 0.5 * (o->width - 1), dv = vv - 0.5 * (o->height - 1);
    const double k = o->mm_per_px * v->scale;
    const double su = rim_exact_sin(v->bend_u * u + v->phase_u),
                 sv = rim_exact_sin(v->bend_v * vv + v->phase_v);
    *x = k * (v->cos_r * du - v->sin_r * dv) + v->shift_x + v->bend_mm * su;
    *y = k * (v->sin_r * du + v->cos_r * dv) + v->shift_y + v->bend_mm * sv;
}

void rim_view_to_frame(const rim_view *v, const rim_phantom_options *o, double x,
                       double y, double *u, double *vv)
{
    // The bend is small: a few rounds of correcting by what is still missing.
    const double k = o->mm_per_px * v->scale;
    double gu = 0.5 * (o->width - 1), gv = 0.5 * (o->height - 1);
    for (int round = 0; round < 8; round++) {
        double gx, gy;
        rim_view_to_scene(v, o, gu, gv, &gx, &gy);
        const double ex = x - gx, ey = y - gy;
        gu += (v->cos_r * ex + v->sin_r * ey) / k;
        gv += (v->cos_r * ey - v->sin_r * ex) / k;
    }
    *u = gu;
    *vv = gv;
}
