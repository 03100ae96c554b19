// target.c: virtual cameras by ray casting, 4x4 rays a pixel and a binomial blur.
// SPDX-License-Identifier: MIT
#include "phantom/target.h"

#include "calib/lens_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Rays are undistorted at every STEP-th pixel corner and linear in between: the error
// is below a hundredth of a pixel for any lens that fits the model.
enum { STEP = 4, RAYS = 4 };

struct rim_target {
    rim_target_camera c;
    int ray_cols, ray_rows;
    rim_point *ray;        // [ray_cols * ray_rows] x / z, y / z; NAN outside the model
    float *response;       // [width * height] falloff and pixel gain; 0: dead
    float *dark;           // [width * height] counts with the black level
    unsigned char *defect; // [width * height] 1 hot, 2 dead
    bool lit;              // aimed at a plane
    float *light;          // [width * height] of that plane
    float *line;           // scratch
};

// ---- numbers ----

// SplitMix64 (Steele, Lea & Flood 2014).
static uint64_t mix(uint64_t v)
{
    v += 0x9e3779b97f4a7c15U;
    v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9U;
    v = (v ^ (v >> 27)) * 0x94d049bb133111ebU;
    return v ^ (v >> 31);
}

// Near to a normal distribution of spread 1: twelve uniform numbers less 6.
static double normal(uint64_t key)
{
    double sum = 0;
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t v = mix(key + i * 0x632be59bd9b4e019U);
        for (int j = 0; j < 4; j++, v >>= 16)
            sum += (double)(v & 0xffff) + 0.5;
    }
    return sum / 65536 - 6;
}

static double uniform(uint64_t key)
{
    return (double)(mix(key) >> 11) * 0x1p-53;
}

void rim_target_rotation(double r[9], double sx, double sy, double sz)
{
    const double cx = sqrt(1 - sx * sx), cy = sqrt(1 - sy * sy), cz = sqrt(1 - sz * sz);
    const double rx[9] = {1, 0, 0, 0, cx, -sx, 0, sx, cx};
    const double ry[9] = {cy, 0, sy, 0, 1, 0, -sy, 0, cy};
    const double rz[9] = {cz, -sz, 0, sz, cz, 0, 0, 0, 1};
    double t[9];
    rim_homography_multiply(t, ry, rx);
    rim_homography_multiply(r, rz, t);
}

// ---- the camera ----

static void fill_pixels(rim_target *t)
{
    const rim_target_camera *c = &t->c;
    const double a = 1 / sqrt(1 - c->falloff) - 1; // 1 / (1 + a r2)^2 at the corner
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            const size_t at = (size_t)y * (size_t)c->width + (size_t)x;
            const double u = 2 * (x + 0.5) / c->width - 1 - c->light_x,
                         v = 2 * (y + 0.5) / c->height - 1 - c->light_y;
            const double f = 1 + a * (u * u + v * v) / 2;
            const uint64_t key = mix(c->seed * 4 + 1) + at * 8;
            const double draw = uniform(key + 1);
            t->response[at] = (float)((1 + c->prnu * normal(key + 2)) / (f * f));
            t->dark[at] = (float)(c->black_level + c->dsnu_counts * normal(key + 3));
            if (draw < c->hot_per_mpx * 1e-6) {
                // From 3 to 40 % of full scale.
                const double part = 0.03 + 0.37 * uniform(key + 4);
                t->dark[at] += (float)(part * ((1 << c->bits) - 1));
                t->defect[at] = 1;
            } else if (draw > 1 - c->dead_per_mpx * 1e-6) {
                t->response[at] *= 0.3F * (float)uniform(key + 5);
                t->defect[at] = 2;
            }
        }
}

static void fill_rays(rim_target *t)
{
    const double *k = t->c.camera_matrix;
    for (int j = 0; j < t->ray_rows; j++)
        for (int i = 0; i < t->ray_cols; i++) {
            rim_point *p = &t->ray[j * t->ray_cols + i];
            double x, y;
            p->x = p->y = (double)NAN;
            if (!rim_lens_undistort(k, t->c.distortion, i * STEP - 0.5, j * STEP - 0.5,
                                    &x, &y))
                continue;
            p->x = (x - k[2]) / k[0];
            p->y = (y - k[5]) / k[4];
        }
}

rim_err rim_target_create(rim_target **out, const rim_target_camera *c)
{
    *out = NULL;
    if (c->width < 16 || c->height < 16 || c->width > RIM_FRAME_SIDE_MAX ||
        c->height > RIM_FRAME_SIDE_MAX || c->bits < 8 || c->bits > 16 ||
        c->falloff < 0 || c->falloff > 0.9 || !(c->electrons_per_count > 0))
        return RIM_ERR_ARG;
    rim_target *t = calloc(1, sizeof *t);
    if (!t)
        return RIM_ERR_MEMORY;
    t->c = *c;
    t->ray_cols = (c->width + STEP - 1) / STEP + 1;
    t->ray_rows = (c->height + STEP - 1) / STEP + 1;
    const size_t n = (size_t)c->width * (size_t)c->height;
    t->ray = calloc((size_t)t->ray_cols * (size_t)t->ray_rows, sizeof *t->ray);
    t->response = calloc(n, sizeof *t->response);
    t->dark = calloc(n, sizeof *t->dark);
    t->defect = calloc(n, 1);
    t->light = calloc(n, sizeof *t->light);
    t->line =
        calloc((size_t)(c->width > c->height ? c->width : c->height), sizeof *t->line);
    if (!t->ray || !t->response || !t->dark || !t->defect || !t->light || !t->line) {
        rim_target_destroy(&t);
        return RIM_ERR_MEMORY;
    }
    fill_pixels(t);
    fill_rays(t);
    *out = t;
    return RIM_OK;
}

void rim_target_destroy(rim_target **t)
{
    if (!*t)
        return;
    free((*t)->ray);
    free((*t)->response);
    free((*t)->dark);
    free((*t)->defect);
    free((*t)->light);
    free((*t)->line);
    free(*t);
    *t = NULL;
}

// ---- geometry ----

// From the plane's mm to normalised coordinates of the camera: a homography.
static void plane_to_ray(double h[9], const rim_target *t, const rim_target_plane *p)
{
    const double *rc = t->c.rotation, *tc = t->c.translation_mm;
    double r[9];
    rim_homography_multiply(r, rc, p->rotation);
    for (int i = 0; i < 3; i++) {
        h[3 * i] = r[3 * i];
        h[3 * i + 1] = r[3 * i + 1];
        h[3 * i + 2] = rc[3 * i] * p->translation_mm[0] +
                       rc[3 * i + 1] * p->translation_mm[1] +
                       rc[3 * i + 2] * p->translation_mm[2] + tc[i];
    }
}

bool rim_target_project(const rim_target *t, const rim_target_plane *plane, double x_mm,
                        double y_mm, rim_point *px)
{
    double h[9], u, v;
    const double *k = t->c.camera_matrix;
    plane_to_ray(h, t, plane);
    return rim_homography_apply(h, x_mm, y_mm, &u, &v) &&
           rim_lens_distort(k, t->c.distortion, u * k[0] + k[2], v * k[4] + k[5],
                            &px->x, &px->y);
}

bool rim_target_unproject(const rim_target *t, const rim_target_plane *plane,
                          rim_point px, double *x_mm, double *y_mm)
{
    double h[9], back[9], u, v;
    const double *k = t->c.camera_matrix;
    plane_to_ray(h, t, plane);
    return rim_homography_invert(back, h) &&
           rim_lens_undistort(k, t->c.distortion, px.x, px.y, &u, &v) &&
           rim_homography_apply(back, (u - k[2]) / k[0], (v - k[5]) / k[4], x_mm, y_mm);
}

// ---- light ----

static double texture_at(const rim_target_plane *p, double x_mm, double y_mm)
{
    if (!p->texture)
        return p->beyond;
    const double u = p->origin.x + x_mm / p->mm_per_px,
                 v = p->origin.y + y_mm / p->mm_per_px;
    if (!(u >= 0 && v >= 0 && u < p->texture->width - 1 && v < p->texture->height - 1))
        return p->beyond;
    const int i = (int)u, j = (int)v;
    const double a = u - i, b = v - j;
    const uint16_t *r0 = rim_frame_row16(p->texture, j) + i,
                   *r1 = rim_frame_row16(p->texture, j + 1) + i;
    return ((1 - b) * ((1 - a) * r0[0] + a * r0[1]) +
            b * ((1 - a) * r1[0] + a * r1[1])) /
           ((1 << p->texture->bits) - 1);
}

// Between the four rays around it.
static rim_point ray_at(const rim_target *t, double x, double y)
{
    const double gx = (x + 0.5) / STEP, gy = (y + 0.5) / STEP;
    const int i = (int)gx < t->ray_cols - 1 ? (int)gx : t->ray_cols - 2;
    const int j = (int)gy < t->ray_rows - 1 ? (int)gy : t->ray_rows - 2;
    const double a = gx - i, b = gy - j;
    const rim_point *p = &t->ray[j * t->ray_cols + i], *q = p + t->ray_cols;
    return (rim_point){(1 - b) * ((1 - a) * p[0].x + a * p[1].x) +
                           b * ((1 - a) * q[0].x + a * q[1].x),
                       (1 - b) * ((1 - a) * p[0].y + a * p[1].y) +
                           b * ((1 - a) * q[0].y + a * q[1].y)};
}

static void cast_row(rim_target *t, const rim_target_plane *plane, const double back[9],
                     int y)
{
    for (int x = 0; x < t->c.width; x++) {
        double sum = 0;
        for (int s = 0; s < RAYS * RAYS; s++) {
            const rim_point r = ray_at(t, x + (s % RAYS + 0.5) / RAYS - 0.5,
                                       y + (s / RAYS + 0.5) / RAYS - 0.5);
            double u, v;
            sum += rim_homography_apply(back, r.x, r.y, &u, &v)
                       ? texture_at(plane, u, v)
                       : plane->beyond;
        }
        t->light[(size_t)y * (size_t)t->c.width + (size_t)x] =
            (float)(sum / (RAYS * RAYS));
    }
}

// 1 4 6 4 1 over 16: a spread of one pixel.
static void blur_line(float *v, float *line, int n, ptrdiff_t step)
{
    for (int i = 0; i < n; i++)
        line[i] = v[i * step];
    for (int i = 0; i < n; i++) {
        const int a = i > 1 ? i - 2 : 0, b = i > 0 ? i - 1 : 0;
        const int c = i < n - 1 ? i + 1 : n - 1, d = i < n - 2 ? i + 2 : n - 1;
        v[i * step] =
            (line[a] + 4 * line[b] + 6 * line[i] + 4 * line[c] + line[d]) / 16;
    }
}

static void expose_row(const rim_target *t, uint16_t *out, int y, double level,
                       uint64_t index, bool noise)
{
    const rim_target_camera *c = &t->c;
    const int full = (1 << c->bits) - 1;
    const uint64_t key = mix(c->seed * 4 + 2) ^ mix(index * 8192 + (uint64_t)y);
    const double row = noise ? c->row_noise_counts * normal(key) : 0;
    for (int x = 0; x < c->width; x++) {
        const size_t at = (size_t)y * (size_t)c->width + (size_t)x;
        double v = (double)t->dark[at];
        const double light = t->lit ? (double)(t->light[at] * t->response[at]) : 0;
        const double signal = light * level * full;
        v += signal + row;
        if (noise) {
            // Shot noise of what the pixel collects, the dark's leakage included.
            const double counts = signal + (t->defect[at] == 1 ? v - signal : 0);
            const double spread2 = c->read_noise_counts * c->read_noise_counts +
                                   fmax(counts, 0) / c->electrons_per_count;
            v += sqrt(spread2) * normal(key + 16 + (uint64_t)x * 4);
        }
        out[x] = (uint16_t)(v < 0 ? 0 : v > full ? full : v + 0.5);
    }
}

void rim_target_aim(rim_target *t, const rim_target_plane *plane)
{
    const int w = t->c.width, h = t->c.height;
    double forth[9], back[9];
    t->lit = false;
    if (plane) {
        plane_to_ray(forth, t, plane);
        t->lit = rim_homography_invert(back, forth);
    }
    if (!t->lit)
        return;
    for (int y = 0; y < h; y++)
        cast_row(t, plane, back, y);
    for (int y = 0; y < h; y++)
        blur_line(t->light + (ptrdiff_t)y * w, t->line, w, 1);
    for (int x = 0; x < w; x++)
        blur_line(t->light + x, t->line, h, w);
}

void rim_target_shoot(rim_target *t, rim_frame *out, double level, uint64_t index,
                      bool noise)
{
    for (int y = 0; y < t->c.height; y++)
        expose_row(t, rim_frame_row16(out, y), y, level, index, noise);
    out->seq = index;
}

const float *rim_target_light(const rim_target *t)
{
    return t->light;
}

// ---- truth ----

static size_t at_of(const rim_target *t, int x, int y)
{
    return (size_t)y * (size_t)t->c.width + (size_t)x;
}

bool rim_target_is_hot(const rim_target *t, int x, int y)
{
    return t->defect[at_of(t, x, y)] == 1;
}

bool rim_target_is_dead(const rim_target *t, int x, int y)
{
    return t->defect[at_of(t, x, y)] == 2;
}

double rim_target_dark_counts(const rim_target *t, int x, int y)
{
    return (double)t->dark[at_of(t, x, y)];
}

double rim_target_response(const rim_target *t, int x, int y)
{
    return (double)t->response[at_of(t, x, y)];
}
