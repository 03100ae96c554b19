// eye.c: the visible camera, where it is not the NIR camera's own eye: beside it, with
// a lens of its own; and what happens when it is bumped.
//
// Rays are (x, y) at z = 1. The NIR camera is a pinhole with its middle in the middle
// of the frame, so that the truth stays in its pixels; the scene is a plane before it,
// as far away as focal length and pixel pitch say, farther where the view zooms out.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/scene.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20 }; // of taking distortion away: each gains a digit or so

static void multiply(double out[9], const double a[9], const double b[9])
{
    for (int i = 0; i < 9; i++) {
        const double *row = a + i / 3 * 3, *col = b + i % 3;
        out[i] = row[0] * col[0] + row[1] * col[3] + row[2] * col[6];
    }
}

void rim_eye_turn(double r[9], double x, double y, double z)
{
    const double cx = rim_exact_cos(x), sx = rim_exact_sin(x), cy = rim_exact_cos(y),
                 sy = rim_exact_sin(y), cz = rim_exact_cos(z), sz = rim_exact_sin(z);
    const double about_x[9] = {1, 0, 0, 0, cx, -sx, 0, sx, cx};
    const double about_y[9] = {cy, 0, sy, 0, 1, 0, -sy, 0, cy};
    const double about_z[9] = {cz, -sz, 0, sz, cz, 0, 0, 0, 1};
    double t[9];
    multiply(t, about_y, about_x);
    multiply(r, about_z, t);
}

void rim_eye_draw(rim_eye *e, const rim_phantom_options *o)
{
    rim_rng r;
    rim_rng_init(&r, rim_camera_seed(o), RIM_STREAM_EYE);
    *e = (rim_eye){.there = o->two_cameras || o->bump_px > 0.0,
                   .cx = 0.5 * (o->width - 1),
                   .cy = 0.5 * (o->height - 1)};
    e->near_f = o->width * rim_rng_uniform(&r, 0.92, 1.02);
    e->distance_mm = e->near_f * o->mm_per_px;
    e->f = e->near_f;
    const double f = rim_rng_uniform(&r, 0.98, 1.05),
                 cx = rim_rng_uniform(&r, -0.008, 0.008),
                 cy = rim_rng_uniform(&r, -0.008, 0.008),
                 k1 = rim_rng_uniform(&r, -0.30, -0.22);
    const double base = rim_rng_uniform(&r, 3.5, 5.0),
                 up = rim_rng_uniform(&r, -0.5, 0.5);
    const double toe = rim_rng_uniform(&r, 0.7, 1.1),
                 tilt = rim_rng_uniform(&r, -0.012, 0.012),
                 turn = rim_rng_uniform(&r, -0.025, 0.025);
    const double way = rim_rng_uniform(&r, 0.0, 2.0 * RIM_PI);
    rim_eye_turn(e->rotation, 0, 0, 0);
    if (o->two_cameras) {
        e->f *= f;
        e->cx += cx * o->width;
        e->cy += cy * o->width;
        e->k[0] = k1;
        e->k[1] = 0.08;
        e->k[2] = -0.02;
        e->t_mm[0] = base;
        e->t_mm[1] = up;
        rim_eye_turn(e->rotation, tilt, -toe * base / e->distance_mm, turn);
    }
    const double angle = o->bump_px > 0.0 ? o->bump_px / e->f : 0.0;
    double bump[9];
    rim_eye_turn(bump, angle * rim_exact_sin(way), angle * rim_exact_cos(way), 0);
    multiply(e->bumped, bump, e->rotation);
}

// The rays of all pixels of the visible frame, without distortion.
rim_err rim_eye_init(rim_phantom *p)
{
    rim_eye *e = &p->eye;
    const int width = p->o.width, height = p->o.height;
    e->ray = malloc(2 * (size_t)width * (size_t)height * sizeof *e->ray);
    if (!e->ray) {
        rim_log_error("phantom: no memory for a frame of %dx%d", width, height);
        return RIM_ERR_MEMORY;
    }
    float *ray = e->ray;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, ray += 2) {
            const double dx = (x - e->cx) / e->f, dy = (y - e->cy) / e->f;
            double a = dx, b = dy;
            for (int i = 0; i < ROUNDS; i++) {
                const double q = a * a + b * b,
                             bend = 1.0 + q * (e->k[0] + q * (e->k[1] + q * e->k[2]));
                a = dx / bend;
                b = dy / bend;
            }
            ray[0] = (float)a;
            ray[1] = (float)b;
        }
    return RIM_OK;
}

const double *rim_eye_rotation(const rim_phantom *p, int index)
{
    const bool bumped = p->o.bump_px > 0.0 && index >= p->o.bump_frame;
    return bumped ? p->eye.bumped : p->eye.rotation;
}

// Rays of the NIR camera to those of the visible one, for the scene's plane.
static void to_visible(double m[9], const rim_phantom *p, const rim_view *view,
                       int index)
{
    const double z = p->eye.distance_mm * view->scale;
    memcpy(m, rim_eye_rotation(p, index), 9 * sizeof *m);
    for (int i = 0; i < 3; i++)
        m[3 * i + 2] += p->eye.t_mm[i] / z;
}

void rim_eye_inverse(double out[9], const double m[9])
{
    const double c0 = m[4] * m[8] - m[5] * m[7], c1 = m[5] * m[6] - m[3] * m[8],
                 c2 = m[3] * m[7] - m[4] * m[6];
    const double det = m[0] * c0 + m[1] * c1 + m[2] * c2;
    const double adjoint[9] = {
        c0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
        c1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
        c2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    for (int i = 0; i < 9; i++)
        out[i] = adjoint[i] / det;
}

void rim_eye_to_nir(double m[9], const rim_phantom *p, const rim_view *view, int index)
{
    double forth[9], back[9];
    to_visible(forth, p, view, index);
    rim_eye_inverse(back, forth);
    const double f = p->eye.near_f;
    const double k[9] = {f, 0, 0.5 * (p->o.width - 1), 0, f, 0.5 * (p->o.height - 1), 0,
                         0, 1};
    multiply(m, k, back);
}

void rim_phantom_to_visible(const rim_phantom *p, int index, rim_point nir,
                            rim_point *visible)
{
    const rim_eye *e = &p->eye;
    rim_view view;
    double m[9];
    rim_view_at(&view, &p->motion, &p->o, index);
    to_visible(m, p, &view, index);
    const double x = (nir.x - 0.5 * (p->o.width - 1)) / e->near_f,
                 y = (nir.y - 0.5 * (p->o.height - 1)) / e->near_f;
    const double z = m[6] * x + m[7] * y + m[8];
    const double a = (m[0] * x + m[1] * y + m[2]) / z,
                 b = (m[3] * x + m[4] * y + m[5]) / z, q = a * a + b * b;
    const double bend = 1.0 + q * (e->k[0] + q * (e->k[1] + q * e->k[2]));
    visible->x = e->f * a * bend + e->cx;
    visible->y = e->f * b * bend + e->cy;
}
