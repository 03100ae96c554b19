// render.c: one frame: the canvas as the camera sees it, the lens, the sensor.
// SPDX-License-Identifier: MIT
#include "phantom/canvas.h"
#include "phantom/exact.h"

#include <math.h>
#include <string.h>

#define ROWS_A_JOB 16
#define CELL_PX    16 // smoke is computed this far apart
#define TAPS       7

typedef struct shot {
    rim_phantom *p;
    const rim_view *view;
    rim_frame *out;
    int index, jobs;
    float tap_x[TAPS], tap_y[TAPS]; // of lens and motion, one side
    float counts_per_electron;
    float inst_cos, inst_sin, inst_reach; // of the instrument in this frame
    float to_nir[9];                      // see rim_eye_to_nir()
} shot;

static int row_end(const shot *s, int job)
{
    const int end = (job + 1) * ROWS_A_JOB;
    return end < s->p->o.height ? end : s->p->o.height;
}

static void fill_bend(rim_phantom *p, const rim_view *v)
{
    for (int u = 0; u < p->o.width; u++)
        p->bend_u[u] = (float)(v->bend_mm * rim_exact_sin(v->bend_u * u + v->phase_u));
    for (int y = 0; y < p->o.height; y++)
        p->bend_v[y] = (float)(v->bend_mm * rim_exact_sin(v->bend_v * y + v->phase_v));
}

// A place on the canvas: four pixels and their weights.
typedef struct tap4 {
    size_t at;
    float w00, w10, w01, w11;
} tap4;

// The canvas place of each pixel of a row.
typedef struct row_map {
    const rim_canvas *c;
    float x, y, dx, dy; // canvas pixels at u = 0, and per pixel
    const float *bend_u;
    float bend_v, per_mm;
} row_map;

static row_map map_row(const shot *s, int v)
{
    const rim_phantom *p = s->p;
    const rim_view *w = s->view;
    const double k = p->o.mm_per_px * w->scale / p->canvas.mm;
    const double du = -0.5 * (p->o.width - 1), dv = v - 0.5 * (p->o.height - 1);
    row_map m = {.c = &p->canvas, .bend_u = p->bend_u};
    m.per_mm = (float)(1.0 / p->canvas.mm);
    m.x = (float)(k * (w->cos_r * du - w->sin_r * dv) +
                  (w->shift_x - p->canvas.x0) / p->canvas.mm);
    m.y = (float)(k * (w->sin_r * du + w->cos_r * dv) +
                  (w->shift_y - p->canvas.y0) / p->canvas.mm);
    m.dx = (float)(k * w->cos_r);
    m.dy = (float)(k * w->sin_r);
    m.bend_v = p->bend_v[v] * m.per_mm;
    return m;
}

static tap4 map_place(const row_map *m, float x, float y)
{
    const float lx = (float)m->c->width - 1.01f, ly = (float)m->c->height - 1.01f;
    x = x < 0.0f ? 0.0f : x > lx ? lx : x;
    y = y < 0.0f ? 0.0f : y > ly ? ly : y;
    const int i = (int)x, j = (int)y;
    const float a = x - (float)i, b = y - (float)j;
    return (tap4){(size_t)j * (size_t)m->c->width + (size_t)i, (1 - a) * (1 - b),
                  a * (1 - b), (1 - a) * b, a * b};
}

static tap4 map_pixel(const row_map *m, int u)
{
    return map_place(m, m->x + (float)u * m->dx + m->bend_u[u] * m->per_mm,
                     m->y + (float)u * m->dy + m->bend_v);
}

static int within(float v, int size)
{
    return v < 0.0f ? 0 : v > (float)(size - 1) ? size - 1 : (int)(v + 0.5f);
}

// What pixel (x, y) of the visible camera sees; `top` maps NIR row 0. *u, *v: the NIR
// pixel that shows it, the nearest where none does.
static tap4 map_seen(const shot *s, const row_map *top, int x, int y, int *u, int *v)
{
    const rim_phantom *p = s->p;
    const float *ray = p->eye.ray + 2 * ((size_t)y * (size_t)p->o.width + (size_t)x);
    const float *m = s->to_nir;
    const float z = m[6] * ray[0] + m[7] * ray[1] + m[8];
    const float a = (m[0] * ray[0] + m[1] * ray[1] + m[2]) / z,
                b = (m[3] * ray[0] + m[4] * ray[1] + m[5]) / z;
    *u = within(a, p->o.width);
    *v = within(b, p->o.height);
    // A row down is a quarter turn of a column to the right.
    return map_place(top,
                     top->x + a * top->dx - b * top->dy + p->bend_u[*u] * top->per_mm,
                     top->y + a * top->dy + b * top->dx + p->bend_v[*v] * top->per_mm);
}

static float fetch(const float *map, const row_map *m, const tap4 *t)
{
    const float *a = map + t->at, *b = a + m->c->width;
    return t->w00 * a[0] + t->w10 * a[1] + t->w01 * b[0] + t->w11 * b[1];
}

static float smooth01(float x)
{
    x = x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x;
    return x * x * (3.0f - 2.0f * x);
}

// Light mirrored by the wet surface, 0..1: where it happens to face lamp and lens.
// A core with an edge, and a faint halo.
static float highlight(const rim_camera *c, float bump, float lobe)
{
    const float rise = bump + 1.1f * (lobe - 1.0f) - (float)c->highlight_bound;
    if (rise < -0.25f)
        return 0.0f;
    return smooth01(rise * 10.0f) + 0.06f * smooth01((rise + 0.25f) * 2.5f);
}

// exp(-d2 / (2 sigma^2)) would do; a rational bell is cheaper and as plausible.
static float lobe_at(const rim_phantom *p, int u, int v)
{
    const float r = 0.28f * (float)p->o.width;
    const float dx = ((float)u - (float)p->camera.spot_x) / r,
                dy = ((float)v - (float)p->camera.spot_y) / r;
    return 1.0f / (1.0f + 0.5f * (dx * dx + dy * dy));
}

static void aim_instrument(shot *s)
{
    const rim_phantom *p = s->p;
    const double k = isnan(p->o.motion) ? 1.0 : p->o.motion;
    const double swing = rim_exact_sin(
        2.0 * RIM_PI * p->instrument.hz * s->index / p->o.fps + p->instrument.phase);
    s->inst_cos = (float)rim_exact_cos(p->instrument.angle);
    s->inst_sin = (float)rim_exact_sin(p->instrument.angle);
    s->inst_reach = (float)(p->instrument.reach_px + k * p->instrument.sway_px * swing);
}

// As rim_instrument_covers(), with what is constant in a frame taken out.
static bool instrument_at(const shot *s, int u, int v, float *across)
{
    const rim_instrument *t = &s->p->instrument;
    if (!t->there)
        return false;
    const float dx = (float)u - (float)t->enter_x, dy = (float)v - (float)t->enter_y;
    const float left = s->inst_reach - (s->inst_cos * dx + s->inst_sin * dy);
    const float side = s->inst_cos * dy - s->inst_sin * dx, w = (float)t->half_width_px;
    const float half = w * (left > 5.0f * w ? 1.0f : 0.35f + 0.4f * left / (5.0f * w));
    if (left < 0.0f || side > half || side < -half)
        return false;
    *across = side / half;
    return true;
}

// Optical depth of the smoke along a row, between cells of 16 pixels.
static void smoke_row(const shot *s, float *pass, int v)
{
    const rim_smoke *k = &s->p->smoke;
    const int width = s->p->o.width;
    const int v0 = v / CELL_PX * CELL_PX;
    const double fv = (double)(v - v0) / CELL_PX;
    double left = 0.0;
    for (int u0 = 0; u0 - CELL_PX < width; u0 += CELL_PX) {
        const double here = (1.0 - fv) * rim_smoke_depth(k, s->index, u0, v0) +
                            fv * rim_smoke_depth(k, s->index, u0, v0 + CELL_PX);
        const double a = rim_exact_exp(-here);
        for (int i = 0; u0 > 0 && i < CELL_PX; i++) {
            const int u = u0 - CELL_PX + i;
            if (u < width)
                pass[u] = (float)(left + (a - left) * i / CELL_PX);
        }
        left = a;
    }
}

// ---- near infrared ----

static void light_rows(void *ctx, int job)
{
    const shot *s = ctx;
    rim_phantom *p = s->p;
    const rim_camera *c = &p->camera;
    const float leak = (float)p->leakage,
                veil = (float)(p->smoke.glow * (1.0 + p->leakage));
    float pass[RIM_FRAME_SIDE_MAX];
    for (int v = job * ROWS_A_JOB; v < row_end(s, job); v++) {
        const row_map m = map_row(s, v);
        float *row = p->raw + (size_t)v * (size_t)p->o.width, across;
        if (p->smoke.depth > 0.0)
            smoke_row(s, pass, v);
        for (int u = 0; u < p->o.width; u++) {
            const tap4 t = map_pixel(&m, u);
            float light = fetch(p->canvas.glow, &m, &t);
            const float bump = fetch(p->canvas.bump, &m, &t);
            light += leak * (float)c->highlight * highlight(c, bump, lobe_at(p, u, v));
            if (p->smoke.depth > 0.0)
                light = light * pass[u] + veil * (1.0f - pass[u]);
            if (instrument_at(s, u, v, &across)) {
                // Black shaft; a line of the lamp's light along it, and its edges.
                const float line = 1.0f - 8.0f * (across + 0.3f) * (across + 0.3f);
                const float edge = across * across > 0.85f ? 0.5f : 0.0f;
                light =
                    0.04f + leak * (0.25f + edge + (line > 0.0f ? 4.0f * line : 0.0f));
            }
            row[u] = light;
        }
    }
}

static void set_taps(float *tap, double variance)
{
    double w[TAPS], sum = 0.0;
    for (int i = 0; i < TAPS; i++) {
        w[i] = i == 0            ? 1.0
               : variance < 0.04 ? 0.0
                                 : rim_exact_exp(-0.5 * i * i / variance);
        sum += i ? 2.0 * w[i] : w[i];
    }
    for (int i = 0; i < TAPS; i++)
        tap[i] = (float)(w[i] / sum);
}

// Lens and motion together: a Gaussian with the variance of both along each axis.
// The middle of the picture stands for all of it.
static void set_blur(shot *s)
{
    const rim_phantom *p = s->p;
    const double half = 0.5 * p->camera.exposure,
                 lens = p->camera.blur_px * p->camera.blur_px;
    rim_view open, shut;
    double x, y, u, v;
    rim_view_at(&open, &p->motion, &p->o, s->index - half);
    rim_view_at(&shut, &p->motion, &p->o, s->index + half);
    rim_view_to_scene(&open, &p->o, 0.5 * p->o.width, 0.5 * p->o.height, &x, &y);
    rim_view_to_frame(&shut, &p->o, x, y, &u, &v);
    const double du = u - 0.5 * p->o.width, dv = v - 0.5 * p->o.height;
    set_taps(s->tap_x, lens + du * du / 12.0);
    set_taps(s->tap_y, lens + dv * dv / 12.0);
}

static void lens_rows(void *ctx, int job)
{
    const shot *s = ctx;
    rim_phantom *p = s->p;
    const int width = p->o.width;
    for (int v = job * ROWS_A_JOB; v < row_end(s, job); v++) {
        const float *in = p->raw + (size_t)v * (size_t)width;
        float *out = p->blurred + (size_t)v * (size_t)width;
        for (int u = 0; u < width; u++) {
            float sum = s->tap_x[0] * in[u];
            for (int k = 1; k < TAPS; k++)
                sum += s->tap_x[k] *
                       (in[u < k ? 0 : u - k] + in[u + k >= width ? width - 1 : u + k]);
            out[u] = sum;
        }
    }
}

static uint16_t digitise(const rim_camera *c, float electrons,
                         float counts_per_electron)
{
    const int step = c->bits == 16 ? 16 : 1; // 12 bits moved up
    const float counts = (float)c->black_level + electrons * counts_per_electron;
    int n = (int)floorf(counts / (float)step + 0.5f) * step;
    n = n < 0 ? 0 : n > c->full / step * step ? c->full / step * step : n;
    return (uint16_t)n;
}

static void sensor_rows(void *ctx, int job)
{
    const shot *s = ctx;
    rim_phantom *p = s->p;
    const rim_camera *c = &p->camera;
    const int width = p->o.width, height = p->o.height;
    const float read2 = (float)(c->read_noise * c->read_noise);
    float line[RIM_FRAME_SIDE_MAX];
    rim_rng r;
    rim_rng_init(&r, p->o.seed,
                 RIM_STREAM_FRAME + (uint64_t)s->index * 65536u + (uint64_t)job);
    for (int v = job * ROWS_A_JOB; v < row_end(s, job); v++) {
        for (int u = 0; u < width; u++)
            line[u] = s->tap_y[0] * p->blurred[(size_t)v * (size_t)width + (size_t)u];
        for (int k = 1; k < TAPS; k++) {
            const int va = v < k ? 0 : v - k, vb = v + k >= height ? height - 1 : v + k;
            const float *a = p->blurred + (size_t)va * (size_t)width,
                        *b = p->blurred + (size_t)vb * (size_t)width;
            for (int u = 0; u < width; u++)
                line[u] += s->tap_y[k] * (a[u] + b[u]);
        }
        const float *gain = p->gain + (size_t)v * (size_t)width,
                    *offset = p->offset + (size_t)v * (size_t)width;
        uint16_t *out = rim_frame_row16(s->out, v);
        uint64_t bits = 0;
        for (int u = 0; u < width; u++) {
            if (u % 4 == 0)
                bits = rim_rng_next(&r);
            const float e = line[u] * gain[u];
            // Poisson noise as Gaussian of the same spread, with the read noise.
            const float noise = p->normal[bits & 0xffff] * sqrtf(e + read2);
            bits >>= 16;
            out[u] = digitise(c, e + noise + offset[u], s->counts_per_electron);
        }
    }
}

static void init_shot(shot *s, rim_phantom *p, rim_frame *out, const rim_view *view,
                      int index)
{
    *s = (shot){.p = p, .view = view, .out = out, .index = index};
    s->jobs = (p->o.height + ROWS_A_JOB - 1) / ROWS_A_JOB;
    fill_bend(p, view);
    aim_instrument(s);
}

void rim_render_nir(rim_phantom *p, rim_frame *nir, const rim_view *view, int index)
{
    shot s;
    init_shot(&s, p, nir, view, index);
    const rim_camera *c = &p->camera;
    s.counts_per_electron = (float)(rim_camera_gain(c, index) *
                                    (c->full - c->black_level) / c->electrons_full);
    set_blur(&s);
    rim_workers_run(p->workers, light_rows, &s, s.jobs);
    rim_workers_run(p->workers, lens_rows, &s, s.jobs);
    rim_workers_run(p->workers, sensor_rows, &s, s.jobs);
}

void rim_render_still(rim_phantom *p, rim_frame *nir, int index)
{
    const rim_camera *c = &p->camera;
    shot s = {.p = p, .out = nir, .index = index};
    s.jobs = (p->o.height + ROWS_A_JOB - 1) / ROWS_A_JOB;
    s.counts_per_electron = (float)((c->full - c->black_level) / c->electrons_full);
    set_taps(s.tap_x, c->blur_px * c->blur_px);
    set_taps(s.tap_y, c->blur_px * c->blur_px);
    rim_workers_run(p->workers, lens_rows, &s, s.jobs);
    rim_workers_run(p->workers, sensor_rows, &s, s.jobs);
}

// ---- white light ----

static uint8_t display(const rim_phantom *p, float v)
{
    const int i = (int)(v * 4095.0f + 0.5f);
    return (uint8_t)p->srgb[i < 0 ? 0 : i > 4095 ? 4095 : i];
}

static void visible_rows(void *ctx, int job)
{
    const shot *s = ctx;
    rim_phantom *p = s->p;
    const float bright = 1.5f / (float)p->camera.per_light;
    float pass[RIM_FRAME_SIDE_MAX];
    rim_rng r;
    rim_rng_init(&r, p->o.seed,
                 2 * (uint64_t)RIM_STREAM_FRAME * 65536u + (uint64_t)s->index * 65536u +
                     (uint64_t)job);
    for (int v = job * ROWS_A_JOB; v < row_end(s, job); v++) {
        const bool own = !p->eye.there;
        const row_map m = map_row(s, own ? v : 0);
        uint8_t *out = rim_frame_row8(s->out, v);
        const float *gain = p->gain + (size_t)v * (size_t)p->o.width;
        float across;
        if (p->smoke.depth > 0.0)
            smoke_row(s, pass, v);
        for (int u = 0; u < p->o.width; u++, out += 4) {
            int nu = u, nv = v;
            const tap4 t = own ? map_pixel(&m, u) : map_seen(s, &m, u, v, &nu, &nv);
            const uint16_t *a = p->canvas.rgb + 3 * t.at, *b = a + 3 * p->canvas.width;
            const float bump = fetch(p->canvas.bump, &m, &t);
            float shine = highlight(&p->camera, bump, lobe_at(p, nu, nv));
            const bool tool = instrument_at(s, nu, nv, &across);
            const float noise = 0.004f * p->normal[rim_rng_next(&r) & 0xffff];
            for (int k = 0; k < 3; k++) {
                float c = (t.w00 * (float)a[k] + t.w10 * (float)a[3 + k] +
                           t.w01 * (float)b[k] + t.w11 * (float)b[3 + k]) /
                              65535.0f +
                          shine;
                if (tool) {
                    const float line = 1.0f - 8.0f * (across + 0.3f) * (across + 0.3f);
                    c = 0.05f + 0.10f * (1.0f - across * across) +
                        (line > 0.0f ? 0.5f * line * line : 0.0f);
                }
                if (p->smoke.depth > 0.0)
                    c = c * pass[u] + 0.14f * (1.0f - pass[u]);
                out[2 - k] = display(p, c * gain[u] * bright + noise);
            }
            out[3] = 255;
        }
    }
}

void rim_render_visible(rim_phantom *p, rim_frame *out, const rim_view *view, int index)
{
    shot s;
    double m[9];
    init_shot(&s, p, out, view, index);
    rim_eye_to_nir(m, p, view, index);
    for (int i = 0; i < 9; i++)
        s.to_nir[i] = (float)m[i];
    rim_workers_run(p->workers, visible_rows, &s, s.jobs);
}

void rim_render_grey(rim_phantom *p, rim_frame *out, const float *reflectance,
                     int index)
{
    const float bright = 1.5f / (float)p->camera.per_light;
    rim_rng r;
    rim_rng_init(&r, p->o.seed,
                 2 * (uint64_t)RIM_STREAM_FRAME * 65536u + (uint64_t)index * 65536u);
    for (int v = 0; v < p->o.height; v++) {
        const size_t row = (size_t)v * (size_t)p->o.width;
        uint8_t *px = rim_frame_row8(out, v);
        for (int u = 0; u < p->o.width; u++, px += 4) {
            const float noise = 0.004f * p->normal[rim_rng_next(&r) & 0xffff];
            const size_t at = row + (size_t)u;
            px[0] = px[1] = px[2] =
                display(p, reflectance[at] * p->gain[at] * bright + noise);
            px[3] = 255;
        }
    }
}
