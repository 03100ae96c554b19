// pipeline.c: the stages in their order, and the result they add up to.
// SPDX-License-Identifier: MIT
#include "process/pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/workers.h"
#include "process/background.h"
#include "process/detect.h"
#include "process/fixed.h"
#include "process/inspect.h"
#include "process/measure.h"
#include "process/motion.h"
#include "process/reduce.h"
#include "process/stages.h"
#include "process/surface.h"
#include "process/temporal.h"
#include "process/tracks.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SIDE 64 // px; a smaller frame holds no lesion and its surroundings

struct rim_pipeline {
    rim_pipeline_options options;
    rim_grid grid;
    rim_process_kernels kernels;
    rim_workers *workers, *own_workers;
    rim_reduce reduce;
    rim_background background;
    rim_motion motion;
    rim_temporal temporal;
    rim_detect detect;
    rim_tracks lesions, residuals;
    rim_watch watch;
    rim_frame sbr[2]; // Q8, for the picture; of this frame and the last
    int sbr_at;       // this frame's
    bool started;
    uint64_t last_seq;
    int64_t stage_ns[RIM_STAGE_COUNT], clock_ns;
};

static rim_err check(const rim_pipeline_options *o)
{
    if (o->width < LEAST_SIDE || o->height < LEAST_SIDE ||
        o->width > RIM_FRAME_SIDE_MAX || o->height > RIM_FRAME_SIDE_MAX) {
        rim_log_error("NIR frames of %dx%d: sides of %d to %d pixels can be processed",
                      o->width, o->height, LEAST_SIDE, RIM_FRAME_SIDE_MAX);
        return RIM_ERR_ARG;
    }
    if (o->bits < 8 || o->bits > 16) {
        rim_log_error("NIR samples of %d bits: 8 to 16 can be processed", o->bits);
        return RIM_ERR_ARG;
    }
    if (o->black_level < 0 || o->black_level >= 1 << o->bits) {
        rim_log_error("black level %d lies outside of %d bits", o->black_level,
                      o->bits);
        return RIM_ERR_ARG;
    }
    if (o->mm_per_px > 0.0 && (o->mm_per_px < 0.001 || o->mm_per_px > 5.0)) {
        rim_log_error("%g mm per pixel: 0.001 to 5 is plausible", o->mm_per_px);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

rim_err rim_pipeline_create(rim_pipeline **out, const rim_pipeline_options *options)
{
    *out = NULL;
    rim_err err = check(options);
    if (err)
        return err;
    rim_pipeline *p = calloc(1, sizeof *p);
    if (!p)
        return RIM_ERR_MEMORY;
    p->options = *options;
    rim_grid_init(&p->grid, options->width, options->height, options->mm_per_px);
    rim_process_kernels_init(&p->kernels, options->cpu);
    for (int i = 0; i < 2; i++)
        p->sbr[i] = (rim_frame){.width = p->grid.width,
                                .height = p->grid.height,
                                .fmt = RIM_FMT_GRAY16,
                                .bits = 16};
    p->workers = options->workers;
    if (!p->workers) {
        err = rim_workers_create(&p->own_workers, options->threads);
        p->workers = p->own_workers;
    }
    if (!err)
        err = rim_reduce_init(&p->reduce, &p->grid, &p->kernels, options->bits,
                              options->black_level, options->calib);
    if (!err)
        err = rim_background_init(&p->background, &p->grid, &p->kernels);
    if (!err)
        err = rim_motion_init(&p->motion, &p->background);
    if (!err)
        err = rim_temporal_init(&p->temporal, &p->grid, &p->kernels);
    if (!err)
        err = rim_detect_init(&p->detect, &p->grid, &p->kernels);
    if (!err)
        err = rim_watch_init(&p->watch, &p->background);
    for (int i = 0; i < 2 && !err; i++)
        err = rim_frame_init(&p->sbr[i]);
    if (err) {
        rim_pipeline_destroy(&p);
        return err;
    }
    rim_tracks_init(&p->lesions, &p->grid);
    rim_tracks_init(&p->residuals, &p->grid);
    *out = p;
    return RIM_OK;
}

void rim_pipeline_destroy(rim_pipeline **out)
{
    rim_pipeline *p = *out;
    if (!p)
        return;
    rim_workers_destroy(&p->own_workers);
    rim_reduce_uninit(&p->reduce);
    rim_background_uninit(&p->background);
    rim_motion_uninit(&p->motion);
    rim_temporal_uninit(&p->temporal);
    rim_detect_uninit(&p->detect);
    rim_watch_uninit(&p->watch);
    for (int i = 0; i < 2; i++)
        rim_frame_uninit(&p->sbr[i]);
    free(p);
    *out = NULL;
}

rim_err rim_pipeline_mark_surface(rim_pipeline *p, const rim_point *point, int count)
{
    if (count != 0 && (count < 3 || count > RIM_SURFACE_CORNERS_MAX))
        return RIM_ERR_ARG;
    rim_watch_mark(&p->watch, point, count);
    rim_tracks_init(&p->residuals, &p->grid);
    return RIM_OK;
}

// Lesions lie beside the cut surface; what lies in it is the watch's.
static void follow(rim_pipeline *p)
{
    rim_found lesion[RIM_DETECTIONS_MAX], residual[RIM_FINDINGS_MAX];
    int lesions = 0;
    for (int i = 0; i < p->detect.count; i++) {
        const rim_detection *d = &p->detect.measured[p->detect.best[i]];
        if (!rim_watch_contains(&p->watch, d->spot.x, d->spot.y) &&
            !rim_watch_hides(&p->watch, &d->spot))
            lesion[lesions++] = (rim_found){&d->spot, d->lesion};
    }
    const rim_residuals *seen = &p->watch.residuals;
    for (int i = 0; i < seen->count; i++)
        residual[i] = (rim_found){&seen->found[i].spot, seen->found[i].log_odds};
    const uint8_t *valid = p->temporal.valid;
    rim_tracks_update(&p->lesions, &p->motion, valid, lesion, lesions);
    rim_tracks_update(&p->residuals, &p->motion, valid, residual, seen->count);
}

// Gives the track an id the first time it is reported. False: not reported.
static bool reported(const rim_pipeline *p, rim_tracks *all, rim_track *t)
{
    if (!t->seen || rim_confidence_of(t->log_odds) < p->options.min_confidence)
        return false;
    if (t->id == 0)
        t->id = all->next_id++;
    return true;
}

static void report_surface(rim_pipeline *p, rim_surface *s)
{
    const rim_watch *w = &p->watch;
    *s = (rim_surface){.state = w->on ? w->state : RIM_SURFACE_OFF,
                       .assessable = w->on ? w->assessable : NAN,
                       .visible_depth_mm = w->on ? w->sight_mm : NAN,
                       .why = w->on ? w->why : 0};
    if (!w->on)
        return;
    for (int i = 0; i < p->residuals.count; i++)
        if (s->residual_count < RIM_RESIDUALS_MAX &&
            reported(p, &p->residuals, &p->residuals.at[i]))
            rim_measure_residual(&s->residual[s->residual_count++], &p->residuals.at[i],
                                 &p->grid, &p->background, &p->reduce);
    s->polygon.count = w->count < RIM_OUTLINE_MAX ? w->count : RIM_OUTLINE_MAX;
    for (int i = 0; i < s->polygon.count; i++) {
        const rim_point q = w->now[i * w->count / s->polygon.count];
        s->polygon.point[i] =
            (rim_point){rim_grid_to_nir(&p->grid, q.x), rim_grid_to_nir(&p->grid, q.y)};
    }
}

// Of bytes, eight at once; hardly one is not 0.
static uint64_t sum_of(const uint8_t *byte, size_t n)
{
    const uint64_t even = 0x00ff00ff00ff00ff, ones = 0x0001000100010001;
    uint64_t sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, byte + i, sizeof eight);
        if (eight)
            sum += ((eight & even) + (eight >> 8 & even)) * ones >> 48;
    }
    for (; i < n; i++)
        sum += byte[i];
    return sum;
}

static void report(rim_pipeline *p, rim_result *r, const rim_frame *nir)
{
    r->frame = nir->seq;
    r->t_ns = nir->captured_ns;
    r->lesion_count = 0;
    double background[RIM_TRACKS_MAX];
    rim_measure_backgrounds(background, &p->lesions, &p->background);
    for (int i = 0; i < p->lesions.count; i++)
        if (r->lesion_count < RIM_LESIONS_MAX &&
            reported(p, &p->lesions, &p->lesions.at[i]))
            rim_measure_lesion(&r->lesion[r->lesion_count++], &p->lesions.at[i],
                               &p->grid, &p->background, background[i], &p->reduce);
    report_surface(p, &r->surface);
    const size_t area = rim_grid_area(&p->grid);
    r->quality = (rim_quality){
        .saturated = (double)sum_of(p->reduce.saturated, area) / 255.0 / (double)area,
        .dark = p->background.dark,
        .motion_px = p->motion.shift_px * p->grid.scale,
        .dropped = (uint32_t)(p->started ? nir->seq - p->last_seq - 1 : nir->seq)};
}

static void draw_sbr(rim_pipeline *p)
{
    const int w = p->grid.width;
    p->sbr_at = !p->sbr_at;
    for (int y = 0; y < p->grid.height; y++) {
        const size_t row = (size_t)y * (size_t)w;
        p->kernels.map_row(rim_frame_row16(&p->sbr[p->sbr_at], y),
                           p->temporal.ratio + row, p->temporal.valid + row, w);
    }
}

static double strongest(const rim_tracks *residuals)
{
    double most = -INFINITY;
    for (int i = 0; i < residuals->count; i++)
        if (residuals->at[i].seen && residuals->at[i].log_odds > most)
            most = residuals->at[i].log_odds;
    return most;
}

static void stage_done(rim_pipeline *p, rim_stage stage)
{
    const int64_t now = rim_clock_now_ns();
    p->stage_ns[stage] = now - p->clock_ns;
    p->clock_ns = now;
}

void rim_pipeline_process(rim_pipeline *p, rim_result *result, const rim_frame *nir)
{
    assert(nir->width == p->options.width && nir->height == p->options.height);
    assert(nir->fmt == RIM_FMT_GRAY16 && nir->bits == p->options.bits);
    p->clock_ns = rim_clock_now_ns();
    p->reduce.nir = nir;
    rim_reduce_run(&p->reduce, p->workers);
    stage_done(p, RIM_STAGE_correct);
    rim_background_run(&p->background, p->reduce.light, p->workers);
    stage_done(p, RIM_STAGE_background);
    rim_motion_run(&p->motion, &p->background);
    stage_done(p, RIM_STAGE_motion);
    rim_temporal_run(&p->temporal, &p->background, &p->motion, p->workers);
    stage_done(p, RIM_STAGE_temporal);
    rim_watch_follow(&p->watch, &p->motion, &p->background);
    rim_candidates expected = {0};
    rim_tracks_expect(&p->lesions, &p->motion, &expected);
    rim_detect_run(&p->detect, p->temporal.ratio, p->temporal.valid,
                   p->reduce.saturated, &expected, p->workers);
    stage_done(p, RIM_STAGE_detect);
    rim_watch_look(&p->watch, &p->detect.scene, &p->background);
    follow(p);
    rim_watch_judge(&p->watch, strongest(&p->residuals));
    report(p, result, nir);
    stage_done(p, RIM_STAGE_judge);
    draw_sbr(p);
    stage_done(p, RIM_STAGE_map);
    p->started = true;
    p->last_seq = nir->seq;
}

const rim_frame *rim_pipeline_sbr_map(const rim_pipeline *p, int *scale)
{
    *scale = p->grid.scale;
    return &p->sbr[p->sbr_at];
}

const int64_t *rim_pipeline_stage_ns(const rim_pipeline *p)
{
    return p->stage_ns;
}

const rim_grid *rim_pipeline_grid(const rim_pipeline *p)
{
    return &p->grid;
}

const rim_detect *rim_pipeline_detect(const rim_pipeline *p)
{
    return &p->detect;
}

const rim_watch *rim_pipeline_watch(const rim_pipeline *p)
{
    return &p->watch;
}

const uint8_t *rim_pipeline_unjudged(const rim_pipeline *p, int *width, int *height,
                                     int *scale)
{
    *width = p->grid.width;
    *height = p->grid.height;
    *scale = p->grid.scale;
    return p->watch.on ? p->watch.unjudged : NULL;
}
