// camera.c: light, lens and sensor of a scene; what stands before the lens.
// SPDX-License-Identifier: MIT
#include "phantom/canvas.h"
#include "phantom/exact.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>

static double pick(double pinned, double drawn)
{
    return isnan(pinned) ? drawn : pinned;
}

static void draw_field(rim_camera *c, const rim_phantom_options *o, rim_rng *r)
{
    const double half =
        0.5 * sqrt((double)o->width * o->width + (double)o->height * o->height);
    c->spot_x = 0.5 * (o->width - 1) + 0.1 * o->width * rim_rng_uniform(r, -1.0, 1.0);
    c->spot_y = 0.5 * (o->height - 1) + 0.1 * o->height * rim_rng_uniform(r, -1.0, 1.0);
    c->middle_x = 0.5 * (o->width - 1);
    c->middle_y = 0.5 * (o->height - 1);
    // The corner gets 20 to 60 % of the middle, from the light's spot and cos^n.
    const double corner = rim_rng_uniform(r, 0.2, 0.6);
    c->vignette_power = rim_rng_uniform(r, 3.0, 5.0);
    const double view = 1.0 / (1.0 + 0.36); // cos^2 of 31 degrees, the corner's angle
    const double lens = rim_exact_pow(view, 0.5 * c->vignette_power);
    c->vignette_half = half;
    const double spot = corner / lens < 0.95 ? corner / lens : 0.95;
    c->spot_sigma = half / sqrt(-2.0 * rim_exact_log(spot));
    const bool round = o->round_view < 0 ? rim_rng_chance(r, 0.35) : o->round_view > 0;
    const double radius = rim_rng_uniform(r, 0.9, 1.15),
                 dx = rim_rng_uniform(r, -1.0, 1.0), dy = rim_rng_uniform(r, -1.0, 1.0);
    c->round_radius_px =
        round ? radius * 0.5 * (0.35 * o->width + 0.65 * o->height) : 0.0;
    c->round_x = 0.5 * (o->width - 1) + 0.02 * o->width * dx;
    c->round_y = 0.5 * (o->height - 1) + 0.02 * o->height * dy;
}

static void draw_gain_steps(rim_camera *c, const rim_phantom_options *o, rim_rng *r)
{
    const bool steps = o->gain_steps < 0 ? rim_rng_chance(r, 0.25) : o->gain_steps > 0;
    c->gain_count = 0;
    int frame = 0;
    for (int i = 0; steps && i < 8; i++) {
        frame += rim_rng_int(r, 4, 40);
        c->gain_frame[i] = frame;
        c->gain_step[i] = rim_rng_uniform(r, 0.7, 1.2);
        c->gain_count++;
    }
}

static void draw_smoke(rim_phantom *p)
{
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_SMOKE);
    const double drawn = rim_rng_chance(&r, 0.2) ? rim_rng_uniform(&r, 0.1, 0.8) : 0.0;
    p->smoke.depth = pick(p->o.smoke, drawn);
    p->smoke.scale_px = p->o.width * rim_rng_uniform(&r, 0.15, 0.35);
    p->smoke.drift_x = rim_rng_uniform(&r, -0.3, 0.3);
    p->smoke.drift_y = rim_rng_uniform(&r, -0.3, 0.3);
    p->smoke.glow = rim_rng_uniform(&r, 0.6, 1.2);
    p->smoke.seed = rim_rng_next(&r);
}

static void draw_instrument(rim_phantom *p)
{
    rim_instrument *s = &p->instrument;
    const rim_phantom_options *o = &p->o;
    rim_rng r;
    rim_rng_init(&r, o->seed, RIM_STREAM_INSTRUMENT);
    s->there = p->distractors >> RIM_DISTRACTOR_instrument & 1u;
    const bool right = rim_rng_chance(&r, 0.5);
    s->enter_x = right ? o->width + 40.0 : -40.0;
    s->enter_y = o->height * rim_rng_uniform(&r, 0.2, 1.1);
    const double to_x = o->width * rim_rng_uniform(&r, 0.35, 0.65),
                 to_y = o->height * rim_rng_uniform(&r, 0.35, 0.65);
    s->angle = rim_exact_atan2(to_y - s->enter_y, to_x - s->enter_x);
    s->reach_px = o->width * rim_rng_uniform(&r, 0.2, 0.5);
    s->sway_px = o->width * rim_rng_uniform(&r, 0.01, 0.08);
    s->hz = rim_rng_uniform(&r, 0.2, 0.8);
    s->phase = rim_rng_uniform(&r, 0.0, 2.0 * RIM_PI);
    // A 5 mm shaft held nearer to the lens than the tissue looks wider.
    s->half_width_px = 2.5 * rim_rng_uniform(&r, 1.0, 1.5) / o->mm_per_px;
    if (s->half_width_px > 0.12 * o->height)
        s->half_width_px = 0.12 * o->height;
}

uint64_t rim_camera_seed(const rim_phantom_options *o)
{
    return o->camera_seed < 0 ? o->seed : (uint64_t)o->camera_seed;
}

void rim_camera_draw(rim_phantom *p)
{
    rim_camera *c = &p->camera;
    const rim_phantom_options *o = &p->o;
    rim_rng r;
    rim_rng_init(&r, rim_camera_seed(o), RIM_STREAM_CAMERA);
    c->bits = o->bits;
    c->full = (1 << o->bits) - 1;
    const double black = rim_rng_uniform(&r, 0.004, 0.03);
    c->black_level = (int)(black * c->full);
    if (o->bits == 16) // 12 bits moved up
        c->black_level = c->black_level / 16 * 16;
    // Full wells hold 8000 to 30000 electrons; gain leaves a part of them.
    c->electrons_full = pick(o->electrons, rim_rng_log_uniform(&r, 1500.0, 25000.0));
    c->read_noise = pick(o->read_noise, rim_rng_uniform(&r, 1.5, 8.0));
    c->prnu = rim_rng_uniform(&r, 0.005, 0.01);
    c->dsnu = rim_rng_uniform(&r, 1.0, 5.0);
    c->hot_per_mpx = rim_rng_uniform(&r, 0.0, 40.0);
    c->blur_px = pick(o->blur_px, rim_rng_uniform(&r, 0.5, 1.3));
    c->exposure = rim_rng_uniform(&r, 0.2, 0.8);
    c->highlight = rim_rng_uniform(&r, 8.0, 40.0);
    c->highlight_bound = rim_rng_uniform(&r, 0.35, 0.6);
    draw_field(c, o, &r);
    draw_gain_steps(c, o, &r);
    draw_smoke(p);
    draw_instrument(p);
}

double rim_camera_field(const rim_camera *c, double u, double v)
{
    const double dx = u - c->spot_x, dy = v - c->spot_y,
                 s2 = c->spot_sigma * c->spot_sigma;
    const double mx = u - c->middle_x, my = v - c->middle_y;
    const double tan2 =
        0.36 * (mx * mx + my * my) / (c->vignette_half * c->vignette_half);
    return rim_exact_exp(-0.5 * (dx * dx + dy * dy) / s2 -
                         0.5 * c->vignette_power * rim_exact_log(1.0 + tan2));
}

double rim_camera_gain(const rim_camera *c, int index)
{
    double gain = 1.0;
    for (int i = 0; i < c->gain_count; i++)
        if (index >= c->gain_frame[i])
            gain *= c->gain_step[i];
    return gain;
}

// Inverse of the normal distribution, Acklam's rational approximation (relative
// error below 1.2e-9); u in 0..1.
static double normal_quantile(double u)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                               -2.759285104469687e+02, 1.383577518672690e+02,
                               -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                               -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01, 1.0};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                               -2.400758277161838e+00, -2.549732539343734e+00,
                               4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01,
                               2.445134137142996e+00, 3.754408661907416e+00, 1.0};
    const double tail = u < 0.5 ? u : 1.0 - u;
    double num = 0.0, den = 0.0;
    if (tail >= 0.02425) {
        const double q = u - 0.5, r = q * q;
        for (int i = 0; i < 6; i++) {
            num = num * r + a[i];
            den = den * r + b[i];
        }
        return q * num / den;
    }
    const double q = sqrt(-2.0 * rim_exact_log(tail));
    for (int i = 0; i < 6; i++)
        num = num * q + c[i];
    for (int i = 0; i < 5; i++)
        den = den * q + d[i];
    return u < 0.5 ? num / den : -num / den;
}

static void fill_srgb(uint16_t *table)
{
    for (int i = 0; i < 4096; i++) {
        const double v = i / 4095.0;
        const double s =
            v <= 0.0031308 ? 12.92 * v : 1.055 * rim_exact_pow(v, 1.0 / 2.4) - 0.055;
        table[i] = (uint16_t)(255.0 * s + 0.5);
    }
}

rim_err rim_camera_init(rim_phantom *p)
{
    const size_t n = (size_t)p->o.width * (size_t)p->o.height;
    p->gain = malloc(n * sizeof *p->gain);
    p->offset = malloc(n * sizeof *p->offset);
    p->raw = malloc(n * sizeof *p->raw);
    p->blurred = malloc(n * sizeof *p->blurred);
    p->bend_u = malloc((size_t)p->o.width * sizeof *p->bend_u);
    p->bend_v = malloc((size_t)p->o.height * sizeof *p->bend_v);
    p->srgb = malloc(4096 * sizeof *p->srgb);
    p->normal = malloc(65536 * sizeof *p->normal);
    if (!p->gain || !p->offset || !p->raw || !p->blurred || !p->bend_u || !p->bend_v ||
        !p->srgb || !p->normal) {
        rim_log_error("phantom: no memory for a frame of %dx%d", p->o.width,
                      p->o.height);
        return RIM_ERR_MEMORY;
    }
    for (int i = 0; i < 65536; i++)
        p->normal[i] = (float)normal_quantile((i + 0.5) / 65536.0);
    fill_srgb(p->srgb);
    return RIM_OK;
}

// Sets the gain so that the brightest lesion comes to the wanted part of full
// scale, and the maps of the sensor.
void rim_camera_expose(rim_phantom *p)
{
    rim_camera *c = &p->camera;
    rim_rng r;
    rim_rng_init(&r, rim_camera_seed(&p->o), RIM_STREAM_SENSOR);
    double brightest = 0.0;
    for (int k = 0; k < p->focus_count; k++) {
        const rim_focus *f = &p->focus[k];
        const bool counts = f->class_name[0] == 'l' || f->class_name[0] == 'r';
        const double all = f->peak + f->peak_leak;
        if (counts && f->visible && all > brightest)
            brightest = all;
    }
    const double other = rim_rng_uniform(&r, 4.0, 12.0); // nothing to expose for
    if (brightest < 2.0)
        brightest = other;
    double part = rim_rng_uniform(&r, 0.2, 0.95);
    if (rim_rng_chance(&r, 0.12))
        part = rim_rng_uniform(&r, 1.05, 1.6); // overexposed
    c->per_light = pick(p->o.peak, part) * c->electrons_full / brightest;
    const rim_phantom_options *o = &p->o;
    for (int v = 0; v < o->height; v++) {
        for (int u = 0; u < o->width; u++) {
            const size_t i = (size_t)v * (size_t)o->width + (size_t)u;
            const uint64_t h = rim_rng_next(&r);
            double field = rim_camera_field(c, u, v);
            if (c->round_radius_px > 0.0) {
                const double dx = u - c->round_x, dy = v - c->round_y;
                field *= 1.0 - rim_step(sqrt(dx * dx + dy * dy) - c->round_radius_px,
                                        -2.0, 2.0);
            }
            const double prnu = c->prnu * (double)p->normal[h & 0xffff];
            p->gain[i] = (float)(c->per_light * field * (1.0 + prnu));
            p->offset[i] = (float)(c->dsnu * (double)p->normal[h >> 16 & 0xffff]);
            if ((double)(h >> 40) * 0x1p-24 < c->hot_per_mpx * 1e-6)
                p->offset[i] =
                    (float)(c->electrons_full * 0.05 * (double)(1 + (h >> 32 & 15)));
        }
    }
}

bool rim_instrument_covers(const rim_phantom *p, int index, double u, double v,
                           double *across)
{
    const rim_instrument *s = &p->instrument;
    if (!s->there)
        return false;
    const double k = isnan(p->o.motion) ? 1.0 : p->o.motion;
    const double swing =
        rim_exact_sin(2.0 * RIM_PI * s->hz * index / p->o.fps + s->phase);
    const double reach = s->reach_px + k * s->sway_px * swing;
    const double c = rim_exact_cos(s->angle), n = rim_exact_sin(s->angle);
    const double dx = u - s->enter_x, dy = v - s->enter_y;
    const double along = c * dx + n * dy, side = c * dy - n * dx;
    // Jaws: the last part narrows.
    const double jaw = 5.0 * s->half_width_px, left = reach - along;
    const double half = s->half_width_px * (left > jaw ? 1.0 : 0.35 + 0.4 * left / jaw);
    if (left < 0.0 || fabs(side) > half)
        return false;
    *across = side / half;
    return true;
}

double rim_smoke_depth(const rim_smoke *s, int index, double u, double v)
{
    if (s->depth <= 0.0)
        return 0.0;
    const double x = u / s->scale_px + 0.04 * index * s->drift_x,
                 y = v / s->scale_px + 0.04 * index * s->drift_y;
    const double d = s->depth * (1.0 + 1.2 * rim_fractal(s->seed, x, y, 3));
    return d > 0.0 ? d : 0.0;
}
