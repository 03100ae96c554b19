// overlay.c: creation, and the order of a frame.
//
// A frame is planned by one thread (what is drawn where, labels placed), then painted
// in bands that share nothing but read-only data, so any number of threads may.
// SPDX-License-Identifier: MIT
#include "render/overlay.h"

#include "base/log.h"
#include "render/overlay_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// NEAR_ROWS: of a whole picture's width, that a stroke is painted in at once.
enum { SIDE_MIN = 16, INSET_SHRINK = 4, NEAR_ROWS = 16 };

static const char *const g_view_name[RIM_VIEW_COUNT] = {
    "overlay", "nir", "intensity", "outlines", "white", "side-by-side", "inset"};

rim_err rim_view_from_name(rim_view *out, const char *name)
{
    for (int i = 0; i < RIM_VIEW_COUNT; i++) {
        if (strcmp(name, g_view_name[i]) == 0) {
            *out = (rim_view)i;
            return RIM_OK;
        }
    }
    return RIM_ERR_ARG;
}

const char *rim_view_name(rim_view view)
{
    return g_view_name[view];
}

static bool side_fits(int side)
{
    return side >= SIDE_MIN && side <= RIM_FRAME_SIDE_MAX;
}

static rim_err check(const rim_overlay_options *p)
{
    if (!side_fits(p->nir_width) || !side_fits(p->nir_height) || !side_fits(p->width) ||
        !side_fits(p->height) || !side_fits(p->full_width) ||
        !side_fits(p->full_height)) {
        rim_log_error(
            "overlay: %dx%d NIR shown as %dx%d: sides must be %d to %d pixels",
            p->nir_width, p->nir_height, p->width, p->height, SIDE_MIN,
            RIM_FRAME_SIDE_MAX);
        return RIM_ERR_ARG;
    }
    if (p->nir_bits < 8 || p->nir_bits > 16 || p->nir_black_level < 0 ||
        p->nir_black_level >= (1 << p->nir_bits) - 1) {
        rim_log_error("overlay: %d bits with black level %d: bits must be 8 to 16, the "
                      "level below full scale",
                      p->nir_bits, p->nir_black_level);
        return RIM_ERR_ARG;
    }
    if (!(p->sbr_low >= 1 && p->sbr_high >= p->sbr_low + 0.1 && p->sbr_high <= 200)) {
        rim_log_error(
            "overlay: colour scale from SBR %g to %g: give 1 <= low < high <= "
            "200",
            p->sbr_low, p->sbr_high);
        return RIM_ERR_ARG;
    }
    if ((unsigned)p->color_map >= RIM_COLOR_MAP_COUNT ||
        (unsigned)p->view >= RIM_VIEW_COUNT)
        return RIM_ERR_ARG;
    return RIM_OK;
}

// Fills in what was left zero.
static void set_defaults(rim_overlay_options *p)
{
    p->sbr_low = p->sbr_low != 0 ? p->sbr_low : 1.3;
    p->sbr_high = p->sbr_high != 0 ? p->sbr_high : 5;
    p->opacity = p->opacity != 0 ? p->opacity : 100;
    p->full_width = p->full_width != 0 ? p->full_width : p->width;
    p->full_height = p->full_height != 0 ? p->full_height : p->height;
    for (int i = 0; i < 9; i++)
        if (p->nir_to_picture[i] != 0)
            return;
    if (p->nir_width < 1 || p->nir_height < 1)
        return;
    const double sx = (double)p->full_width / p->nir_width;
    const double sy = (double)p->full_height / p->nir_height;
    const double scaled[9] = {sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1};
    memcpy(p->nir_to_picture, scaled, sizeof scaled);
}

// How the full picture is shown.
static rim_aim aim_at_part(const rim_overlay *o)
{
    const rim_overlay_options *p = &o->options;
    const bool all = !(p->part.width > 0);
    const rim_part part =
        all ? (rim_part){0, 0, p->full_width, p->full_height} : p->part;
    const double sx = p->width / part.width, sy = p->height / part.height;
    return (rim_aim){.to_picture = &o->to_picture,
                     .to_nir = &o->to_nir,
                     .sx = sx,
                     .sy = sy,
                     .x = (0.5 - part.x) * sx - 0.5,
                     .y = (0.5 - part.y) * sy - 0.5};
}

rim_err rim_overlay_set_part(rim_overlay *o, const rim_part *part)
{
    const double far = 8.0 * RIM_FRAME_SIDE_MAX;
    if (!(fabs(part->x) < far && fabs(part->y) < far && part->width > 0 &&
          part->width < far && part->height > 0 && part->height < far))
        return RIM_ERR_ARG;
    o->options.part = *part;
    const rim_aim aim = aim_at_part(o);
    for (int i = 0; i < RIM_PANE_COUNT; i++)
        rim_pane_aim(&o->pane[i], &aim);
    return RIM_OK;
}

// The two tables that everything is placed with.
static rim_err make_warps(rim_overlay *o)
{
    const rim_overlay_options *p = &o->options;
    double back[9];
    if (!p->map_to_picture && !rim_warp_invert(back, p->nir_to_picture)) {
        rim_log_error("overlay: the map from NIR to picture cannot be inverted: "
                      "make the registration again");
        return RIM_ERR_ARG;
    }
    const bool exact = p->map_to_picture && p->map_to_nir;
    rim_warp_fn *forth = exact ? p->map_to_picture : rim_warp_homography;
    rim_warp_fn *from = exact ? p->map_to_nir : rim_warp_homography;
    rim_err err = rim_warp_init(&o->to_picture, 0, 0, p->nir_width, p->nir_height,
                                forth, exact ? p->map_ctx : p->nir_to_picture);
    if (!err)
        err = rim_warp_init(&o->to_nir, 0, 0, p->full_width, p->full_height, from,
                            exact ? p->map_ctx : back);
    return err;
}

static rim_err make_panes(rim_overlay *o)
{
    const rim_aim aim = aim_at_part(o);
    const int w = o->options.width, h = o->options.height;
    const int half = w / 2, top = (h - h / 2) / 2, edge = rim_overlay_px(o, 14);
    // Below the clock, which in a small picture stands below the verdict.
    const int inset_y = edge + (o->unit_q8 < 128 ? 10 : 5) * rim_overlay_px(o, 14);
    const rim_rect rect[RIM_PANE_COUNT] = {
        [RIM_PANE_WHOLE] = {0, 0, w, h},
        [RIM_PANE_LEFT] = {0, top, half, top + h / 2},
        [RIM_PANE_RIGHT] = {half, top, half + half, top + h / 2},
        [RIM_PANE_INSET] = {w - edge - w / INSET_SHRINK, inset_y, w - edge,
                            inset_y + h / INSET_SHRINK},
    };
    static const int shrink[RIM_PANE_COUNT] = {1, 2, 2, INSET_SHRINK};
    for (int i = 0; i < RIM_PANE_COUNT; i++) {
        const rim_err err = rim_pane_init(&o->pane[i], rect[i], shrink[i], &aim);
        if (err)
            return err;
    }
    return RIM_OK;
}

// n is in 1/16 of 1/720 of the height.
static int q4(const rim_overlay *o, int n)
{
    return (n * o->unit_q8 + 128) >> 8;
}

static void make_style(rim_overlay *o)
{
    rim_overlay_style *s = &o->style;
    s->icon_q4 = q4(o, 44);
    rim_stroke_make(&s->single, q4(o, 48), 0, q4(o, 36));
    rim_stroke_make(&s->twin, q4(o, 32), q4(o, 32), q4(o, 34));
    rim_stroke_make(&s->thin, q4(o, 20), 0, q4(o, 24));
    rim_stroke_make(&s->surface, q4(o, 30), 0, q4(o, 28));
    rim_stroke_make(&s->alarm, q4(o, 72), 0, q4(o, 40));
    rim_stroke_make(&s->icon, s->icon_q4, 0, 0);
}

static rim_err make_fonts(rim_overlay *o)
{
    const int small = rim_overlay_px(o, 11), label = rim_overlay_px(o, 14);
    rim_err err = rim_font_create(&o->small, small < 7 ? 7 : small);
    if (!err)
        err = rim_font_create(&o->label, label < 8 ? 8 : label);
    if (!err)
        err = rim_font_create(&o->large,
                              rim_overlay_px(o, 24) < 10 ? 10 : rim_overlay_px(o, 24));
    return err;
}

// Rows of each band: cover, work, and those of the ground.
static rim_err make_canvases(rim_overlay *o)
{
    const int w = o->options.width, h = o->options.height;
    const size_t row = (size_t)w + 1, nodes = (size_t)w / 4 + 16;
    o->near = calloc(RIM_BANDS * NEAR_ROWS * (size_t)w, 1);
    o->rows = calloc(2 * RIM_BANDS * row, sizeof *o->rows);
    o->samples = calloc(RIM_BANDS * (row + 2 * nodes), sizeof *o->samples);
    o->levels = calloc(RIM_BANDS * row, 1);
    o->edges = calloc(RIM_BANDS, sizeof *o->edges);
    if (!o->near || !o->rows || !o->samples || !o->levels || !o->edges)
        return RIM_ERR_MEMORY;
    for (size_t i = 0; i < RIM_BANDS; i++) {
        uint16_t *sample = o->samples + i * (row + 2 * nodes);
        int16_t *node = (int16_t *)(sample + row);
        o->ground_rows[i] = (rim_ground_rows){.sample = sample,
                                              .level = o->levels + i * row,
                                              .node = {node, node + nodes}};
        o->canvas[i] = (rim_canvas){
            .kernels = &o->kernels,
            .clip = {0, h * (int)i / RIM_BANDS, w, h * ((int)i + 1) / RIM_BANDS},
            .near = o->near + i * NEAR_ROWS * (size_t)w,
            .near_size = NEAR_ROWS * w,
            .cover = o->rows + 2 * i * row,
            .work = o->rows + (2 * i + 1) * row,
        };
    }
    return RIM_OK;
}

rim_err rim_overlay_create(rim_overlay **out, const rim_overlay_options *options)
{
    *out = NULL;
    rim_overlay_options p = *options;
    set_defaults(&p);
    rim_err err = check(&p);
    if (err)
        return err;
    rim_overlay *o = calloc(1, sizeof *o);
    if (!o)
        return RIM_ERR_MEMORY;
    o->options = p;
    o->view = p.view;
    rim_render_kernels_init(&o->kernels, p.cpu);
    // A narrow picture gets smaller marks, so that its texts fit.
    const int by_height = p.height * 256 / 720, by_width = p.width * 256 / 960;
    o->unit_q8 = by_height < by_width ? by_height : by_width;
    o->unit_q8 = o->unit_q8 > 6 * 256 ? 6 * 256 : o->unit_q8;
    make_style(o);
    err = rim_ground_init(&o->ground, p.nir_width, p.nir_height, p.nir_bits,
                          p.nir_black_level, p.sbr_low, p.sbr_high, p.color_map,
                          p.opacity);
    if (!err)
        err = make_warps(o);
    if (!err)
        err = make_panes(o);
    if (!err)
        err = make_fonts(o);
    if (!err)
        err = rim_scene_init(&o->scene, 2048, 16384, 32768, 16384);
    if (!err)
        err = rim_layout_init(&o->layout, p.width, p.height,
                              rim_overlay_px(o, 6) > 2 ? rim_overlay_px(o, 6) : 2);
    if (!err)
        err = make_canvases(o);
    if (err)
        rim_overlay_destroy(&o);
    *out = o;
    return err;
}

void rim_overlay_destroy(rim_overlay **p)
{
    rim_overlay *o = *p;
    if (!o)
        return;
    rim_ground_uninit(&o->ground);
    for (int i = 0; i < RIM_PANE_COUNT; i++)
        rim_pane_uninit(&o->pane[i]);
    rim_warp_uninit(&o->to_picture);
    rim_warp_uninit(&o->to_nir);
    rim_font_destroy(&o->small);
    rim_font_destroy(&o->label);
    rim_font_destroy(&o->large);
    rim_scene_uninit(&o->scene);
    rim_layout_uninit(&o->layout);
    free(o->near);
    free(o->rows);
    free(o->samples);
    free(o->levels);
    free(o->edges);
    free(o);
    *p = NULL;
}

void rim_overlay_set_view(rim_overlay *o, rim_view view)
{
    assert((unsigned)view < RIM_VIEW_COUNT);
    o->view = view;
}

void rim_overlay_set_note(rim_overlay *o, const char *note)
{
    snprintf(o->note, sizeof o->note, "%s", note ? note : "");
}

void rim_overlay_set_help(rim_overlay *o, const char *text)
{
    o->help = text;
}

void rim_overlay_set_sketch(rim_overlay *o, const rim_point *point, int count)
{
    assert(count >= 0 && count <= RIM_SKETCH_MAX);
    o->sketch_count = count;
    if (count > 0)
        memcpy(o->sketch, point, (size_t)count * sizeof *point);
}

// A part of a view: which pane shows what.
typedef struct layer {
    rim_pane_name pane;
    rim_base base; // RIM_BASE_VISIBLE falls back to NIR
    rim_tint tint;
} layer;

// The last pane of a view with marks carries them.
typedef struct view_plan {
    int layers;
    layer layer[2];
    int marked; // which layer carries the marks, -1: none
} view_plan;

static const view_plan g_view[RIM_VIEW_COUNT] = {
    [RIM_VIEW_OVERLAY] = {1, {{RIM_PANE_WHOLE, RIM_BASE_VISIBLE, RIM_TINT_VEIL}}, 0},
    [RIM_VIEW_NIR] = {1, {{RIM_PANE_WHOLE, RIM_BASE_NIR, RIM_TINT_NONE}}, 0},
    [RIM_VIEW_INTENSITY] = {1, {{RIM_PANE_WHOLE, RIM_BASE_NIR, RIM_TINT_FULL}}, 0},
    [RIM_VIEW_OUTLINES] = {1, {{RIM_PANE_WHOLE, RIM_BASE_VISIBLE, RIM_TINT_NONE}}, 0},
    [RIM_VIEW_WHITE] = {1, {{RIM_PANE_WHOLE, RIM_BASE_VISIBLE, RIM_TINT_NONE}}, -1},
    [RIM_VIEW_SIDE_BY_SIDE] = {2,
                               {{RIM_PANE_LEFT, RIM_BASE_NIR, RIM_TINT_NONE},
                                {RIM_PANE_RIGHT, RIM_BASE_VISIBLE, RIM_TINT_VEIL}},
                               1},
    [RIM_VIEW_INSET] = {2,
                        {{RIM_PANE_WHOLE, RIM_BASE_VISIBLE, RIM_TINT_VEIL},
                         {RIM_PANE_INSET, RIM_BASE_NIR, RIM_TINT_NONE}},
                        0},
};

static void plan_sketch(rim_overlay *o, const rim_pane *pane)
{
    rim_pt p[RIM_SKETCH_MAX];
    for (int i = 0; i < o->sketch_count; i++)
        if (!rim_pane_map(&p[i], pane, o->sketch[i].x, o->sketch[i].y))
            return;
    rim_scene_stroke(
        &o->scene, &o->style.surface, p, o->sketch_count, o->sketch_count > 2,
        (rim_dash){rim_overlay_px(o, 5), rim_overlay_px(o, 5)}, rim_color_surface);
    for (int i = 0; i < o->sketch_count; i++)
        rim_scene_disc(&o->scene, p[i], rim_overlay_px(o, 4) * 256, rim_color_surface);
}

static void plan(rim_overlay *o, const rim_result *r)
{
    const view_plan *v = &g_view[o->view];
    const rim_pane *marked = v->marked >= 0 ? &o->pane[v->layer[v->marked].pane] : NULL;
    rim_scene_clear(&o->scene);
    rim_layout_clear(&o->layout);
    if (marked) {
        rim_marks_plan_unjudged(o, marked);
        rim_marks_plan_fading(o, marked, r);
        rim_marks_plan_lines(o, marked, r);
    }
    if (v->layers == 2) {
        const rim_pane *other = &o->pane[v->layer[!v->marked].pane];
        rim_layout_take_rect(&o->layout, other->rect, RIM_TAKEN_TEXT);
        rim_hud_plan_caption(o, other, "NIR");
    }
    rim_hud_plan(o, marked ? marked : &o->pane[RIM_PANE_WHOLE], r);
    if (marked) {
        rim_marks_plan_residuals(o, marked, r);
        rim_marks_plan_labels(o, marked, r);
        plan_sketch(o, marked);
    }
    rim_hud_plan_help(o);
    for (int i = 0; i < v->layers; i++)
        if (o->map && v->layer[i].tint)
            rim_ground_light(&o->ground, &o->pane[v->layer[i].pane], o->scale);
}

// Black where neither of two panes side by side is.
static void fill_beside(const rim_overlay *o, rim_canvas *c)
{
    const rim_color black = {0, 0, 0};
    const rim_rect *left = &o->pane[RIM_PANE_LEFT].rect;
    const rim_rect *right = &o->pane[RIM_PANE_RIGHT].rect;
    const int w = o->options.width, h = o->options.height;
    rim_canvas_fill_rect(c, (rim_rect){0, 0, w, left->y0}, black, 256);
    rim_canvas_fill_rect(c, (rim_rect){0, left->y1, w, h}, black, 256);
    rim_canvas_fill_rect(c, (rim_rect){right->x1, left->y0, w, left->y1}, black, 256);
}

static void paint_band(void *ctx, int band)
{
    rim_overlay *o = ctx;
    rim_canvas *c = &o->canvas[band];
    const view_plan *v = &g_view[o->view];
    c->picture = o->picture;
    if (o->view == RIM_VIEW_SIDE_BY_SIDE)
        fill_beside(o, c);
    for (int i = 0; i < v->layers; i++) {
        const layer *l = &v->layer[i];
        const rim_base base =
            l->base == RIM_BASE_VISIBLE && !o->visible ? RIM_BASE_NIR : l->base;
        const rim_ground_job job = {.kernels = &o->kernels,
                                    .pane = &o->pane[l->pane],
                                    .base = base,
                                    .tint = l->tint,
                                    .picture = o->picture,
                                    .clip = c->clip,
                                    .nir = o->nir,
                                    .visible = o->visible,
                                    .map = o->map,
                                    .scale = o->scale};
        rim_ground_paint(&o->ground, &job, &o->ground_rows[band]);
    }
    rim_scene_paint(&o->scene, c, &o->edges[band]);
}

bool rim_overlay_in_place(const rim_overlay *o)
{
    return o->view != RIM_VIEW_SIDE_BY_SIDE;
}

static void prepare(rim_overlay *o, rim_frame *picture, const rim_frame *nir,
                    const rim_frame *visible, const rim_frame *sbr_map, int scale,
                    const rim_result *result)
{
    assert(!o->lent);
    assert(picture->fmt == RIM_FMT_BGRX8 && picture->width == o->options.width &&
           picture->height == o->options.height);
    assert(nir->fmt == RIM_FMT_GRAY16 && nir->width == o->options.nir_width &&
           nir->height == o->options.nir_height);
    assert(!visible ||
           (visible->fmt == RIM_FMT_BGRX8 && visible->width == o->options.width &&
            visible->height == o->options.height));
    assert(!visible || visible->data != picture->data || rim_overlay_in_place(o));
    o->picture = picture;
    o->nir = nir;
    o->visible = visible;
    o->scale = scale;
    o->map = scale > 0 ? rim_ground_scan(&o->ground, sbr_map) : NULL;
    plan(o, result);
}

static void paint_alone(rim_overlay *o)
{
    for (int band = 0; band < RIM_BANDS; band++)
        paint_band(o, band);
}

void rim_overlay_draw(rim_overlay *o, rim_frame *picture, const rim_frame *nir,
                      const rim_frame *visible, const rim_frame *sbr_map, int scale,
                      const rim_result *result)
{
    prepare(o, picture, nir, visible, sbr_map, scale, result);
    if (o->options.workers)
        rim_workers_run(o->options.workers, paint_band, o, RIM_BANDS);
    else
        paint_alone(o);
}

void rim_overlay_begin(rim_overlay *o, rim_frame *picture, const rim_frame *nir,
                       const rim_frame *visible, const rim_frame *sbr_map, int scale,
                       const rim_result *result)
{
    prepare(o, picture, nir, visible, sbr_map, scale, result);
    o->lent = o->options.workers;
    if (o->lent)
        rim_workers_lend(o->options.workers, paint_band, o, RIM_BANDS);
    else
        paint_alone(o);
}

void rim_overlay_finish(rim_overlay *o)
{
    if (o->lent)
        rim_workers_settle(o->options.workers);
    o->lent = false;
}

bool rim_overlay_to_nir(const rim_overlay *o, rim_point *nir, rim_point picture)
{
    const view_plan *v = &g_view[o->view];
    const rim_pane *pane = &o->pane[v->layer[v->marked > 0 ? v->marked : 0].pane];
    return rim_pane_unmap(nir, pane, picture) && nir->x >= -0.5 && nir->y >= -0.5 &&
           nir->x < o->options.nir_width - 0.5 && nir->y < o->options.nir_height - 0.5;
}

bool rim_overlay_to_picture(const rim_overlay *o, rim_point *picture, rim_point nir)
{
    const view_plan *v = &g_view[o->view];
    const rim_pane *pane = &o->pane[v->layer[v->marked > 0 ? v->marked : 0].pane];
    rim_pt p;
    if (!rim_pane_map(&p, pane, nir.x, nir.y))
        return false;
    *picture = (rim_point){p.x / 256.0 - 0.5, p.y / 256.0 - 0.5};
    return true;
}
