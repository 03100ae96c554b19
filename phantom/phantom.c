// phantom.c: a phantom from its options to its frames.
// SPDX-License-Identifier: MIT
#include "phantom/phantom.h"
#include "phantom/exact.h"
#include "phantom/scene.h"

#include "base/log.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const distractor_name[RIM_DISTRACTOR_COUNT] = {
#define X(name) #name,
    RIM_DISTRACTORS(X)
#undef X
};

rim_err rim_distractor_from_name(rim_distractor *out, const char *name)
{
    for (int d = 0; d < RIM_DISTRACTOR_COUNT; d++) {
        if (strcmp(name, distractor_name[d]) == 0) {
            *out = (rim_distractor)d;
            return RIM_OK;
        }
    }
    return RIM_ERR_ARG;
}

void rim_phantom_options_init(rim_phantom_options *o)
{
    *o = (rim_phantom_options){
        .scene = RIM_PHANTOM_LIVER,
        .seed = 1,
        .width = 1280,
        .height = 720,
        .bits = 12,
        .frames = 30,
        .fps = 25.0,
        .mm_per_px = 0.08,
        .transport = RIM_TRANSPORT_DIFFUSION,
        .lesions = -1,
        .x_mm = NAN,
        .y_mm = NAN,
        .depth_mm = NAN,
        .diameter_mm = NAN,
        .uptake = NAN,
        .core = NAN,
        .rim_mm = NAN,
        .blood = NAN,
        .pool = NAN,
        .distractors = RIM_DISTRACTORS_DRAWN,
        .leakage = NAN,
        .smoke = NAN,
        .peak = NAN,
        .electrons = NAN,
        .read_noise = NAN,
        .blur_px = NAN,
        .motion = NAN,
        .gain_steps = -1,
        .round_view = -1,
        .camera_seed = -1,
        .bump_px = NAN,
    };
}

static rim_err check(double value, const char *name, double lo, double hi)
{
    if (isnan(value) || (value >= lo && value <= hi))
        return RIM_OK;
    rim_log_error("phantom: %s is %g; it must be within %g to %g", name, value, lo, hi);
    return RIM_ERR_ARG;
}

rim_err rim_phantom_options_check(const rim_phantom_options *o)
{
    const struct {
        double value;
        const char *name;
        double lo, hi;
    } range[] = {
        {o->width, "width", 64, 4096},
        {o->height, "height", 64, 4096},
        {o->frames, "frames", 1, 1000000},
        {o->fps, "fps", 1, 1000},
        {o->mm_per_px, "mm_per_px", 0.01, 0.5},
        {o->lesions, "lesions", -1, RIM_FOCI_MAX / 2},
        {o->x_mm, "x_mm", -500, 500},
        {o->y_mm, "y_mm", -500, 500},
        {o->depth_mm, "depth_mm", -10, 14},
        {o->diameter_mm, "diameter_mm", 1, 80},
        {o->uptake, "uptake", 0, 100},
        {o->core, "core", 0, 100},
        {o->rim_mm, "rim_mm", 0.1, 10},
        {o->blood, "blood", 0.01, 0.5},
        {o->pool, "pool", 0, 1},
        {o->leakage, "leakage", 0, 10},
        {o->smoke, "smoke", 0, 5},
        {o->peak, "peak", 0.01, 10},
        {o->electrons, "electrons", 50, 1e6},
        {o->read_noise, "read_noise", 0, 100},
        {o->blur_px, "blur_px", 0, 3},
        {o->motion, "motion", 0, 3},
        {o->bump_px, "bump_px", 0, 500},
        {o->bump_frame, "bump_frame", 0, 1000000},
    };
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++) {
        const rim_err err =
            check(range[i].value, range[i].name, range[i].lo, range[i].hi);
        if (err)
            return err;
    }
    if (o->bits != 8 && o->bits != 10 && o->bits != 12 && o->bits != 16) {
        rim_log_error("phantom: %d bits; choose 8, 10, 12 or 16", o->bits);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

// The cut surface: the wound's outline a little inside its edge.
static void outline_surface(rim_phantom *p)
{
    if (p->o.scene != RIM_PHANTOM_WOUND)
        return;
    rim_view first;
    rim_view_at(&first, &p->motion, &p->o, 0);
    const int count = 48;
    p->surface_mm.count = p->surface_px.count = count;
    for (int i = 0; i < count; i++) {
        const double t = 2.0 * RIM_PI * i / count;
        const double ex = p->wound_a * rim_exact_cos(t),
                     ey = p->wound_b * rim_exact_sin(t);
        const double len = sqrt(ex * ex + ey * ey);
        const double k =
            0.97 * (1.0 + rim_waves_at(&p->wound_edge, ex / len, ey / len));
        const double x = p->wound_x + k * (p->wound_cos * ex - p->wound_sin * ey),
                     y = p->wound_y + k * (p->wound_sin * ex + p->wound_cos * ey);
        rim_point *q = &p->surface_px.point[i];
        rim_view_to_frame(&first, &p->o, x, y, &q->x, &q->y);
        q->x = q->x < 0.0 ? 0.0 : q->x > p->o.width - 1 ? p->o.width - 1 : q->x;
        q->y = q->y < 0.0 ? 0.0 : q->y > p->o.height - 1 ? p->o.height - 1 : q->y;
        rim_view_to_scene(&first, &p->o, q->x, q->y, &p->surface_mm.point[i].x,
                          &p->surface_mm.point[i].y);
    }
}

static rim_err build(rim_phantom *p)
{
    rim_motion_draw(&p->motion, &p->o);
    rim_plan_tissue(p);
    rim_camera_draw(p);
    rim_eye_draw(&p->eye, &p->o);
    rim_plan_scene(p);
    rim_err err = rim_camera_init(p);
    err = err || !p->eye.there ? err : rim_eye_init(p);
    err = err ? err : rim_canvas_init(p);
    err = err ? err : rim_canvas_paint(p);
    if (err)
        return err;
    for (int k = 0; k < p->focus_count; k++)
        rim_measure_focus(&p->focus[k], p);
    rim_camera_expose(p);
    outline_surface(p);
    return RIM_OK;
}

rim_err rim_phantom_create(rim_phantom **out, const rim_phantom_options *options,
                           int threads)
{
    *out = NULL;
    rim_err err = rim_phantom_options_check(options);
    if (err)
        return err;
    rim_phantom *p = calloc(1, sizeof *p);
    if (!p) {
        rim_log_error("phantom: no memory for a scene");
        return RIM_ERR_MEMORY;
    }
    p->o = *options;
    if (!p->o.scene)
        p->o.scene = RIM_PHANTOM_LIVER;
    if (!p->o.transport)
        p->o.transport = RIM_TRANSPORT_DIFFUSION;
    err = rim_workers_create(&p->workers, threads);
    err = err ? err : build(p);
    if (err)
        rim_phantom_destroy(&p);
    *out = p;
    return err;
}

void rim_phantom_destroy(rim_phantom **pp)
{
    rim_phantom *p = *pp;
    if (!p)
        return;
    for (int k = 0; k < p->focus_count; k++)
        rim_patch_uninit(&p->focus[k].light);
    rim_canvas_uninit(&p->canvas);
    free(p->eye.ray);
    free(p->gain);
    free(p->offset);
    free(p->raw);
    free(p->blurred);
    free(p->bend_u);
    free(p->bend_v);
    free(p->srgb);
    free(p->normal);
    rim_workers_destroy(&p->workers);
    free(p);
    *pp = NULL;
}

void rim_phantom_frame(rim_phantom *p, rim_frame *nir, rim_frame *visible,
                       rim_truth *truth, int index)
{
    assert(index >= 0 && index < p->o.frames);
    rim_view view;
    rim_view_at(&view, &p->motion, &p->o, index);
    assert(nir->width == p->o.width && nir->height == p->o.height);
    rim_render_nir(p, nir, &view, index);
    nir->seq = (uint64_t)index;
    nir->captured_ns = (int64_t)floor(index * 1e9 / p->o.fps + 0.5);
    if (visible) {
        assert(visible->width == p->o.width && visible->height == p->o.height);
        rim_render_visible(p, visible, &view, index);
        visible->seq = nir->seq;
        visible->captured_ns = nir->captured_ns;
    }
    if (truth)
        rim_truth_frame(p, truth, &view, index);
}

const rim_outline *rim_phantom_surface(const rim_phantom *p)
{
    return &p->surface_px;
}

int rim_phantom_black_level(const rim_phantom *p)
{
    return p->camera.black_level;
}
