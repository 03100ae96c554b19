// run.c: the chain and its stages by the clock.
// SPDX-License-Identifier: MIT
#include "app/bench/bench.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "process/pipeline.h"
#include "render/overlay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WARM_UP = 30, // frames that are not counted: caches, clock speed, tracks
    PICTURES = 5, // that white light lies ready in, as where a thread reads ahead
};

// A chain under test, and what it was given last.
typedef struct bed {
    const rim_bench_scene *scene;
    rim_pipeline *pipeline;
    rim_workers *workers;
    rim_overlay *overlay;
    rim_frame picture[PICTURES]; // of frame seq at seq % PICTURES
    rim_result result;
    uint64_t seq;
} bed;

static void bed_close(bed *b)
{
    rim_pipeline_destroy(&b->pipeline);
    rim_overlay_destroy(&b->overlay);
    rim_workers_destroy(&b->workers);
    for (int i = 0; i < PICTURES; i++)
        rim_frame_uninit(&b->picture[i]);
}

static rim_err bed_open(bed *b, const rim_bench_scene *s, unsigned cpu, int threads)
{
    *b = (bed){.scene = s};
    rim_pipeline_options p = {.width = s->width,
                              .height = s->height,
                              .bits = s->bits,
                              .black_level = s->black_level,
                              .mm_per_px = s->mm_per_px,
                              .min_confidence = 0.5,
                              .cpu = cpu};
    const rim_frame *shown = s->visible ? s->visible : s->nir;
    for (int i = 0; i < PICTURES; i++)
        b->picture[i] = (rim_frame){.width = shown->width,
                                    .height = shown->height,
                                    .fmt = RIM_FMT_BGRX8,
                                    .bits = 8};
    rim_overlay_options o = {.nir_width = s->width,
                             .nir_height = s->height,
                             .nir_bits = s->bits,
                             .nir_black_level = s->black_level,
                             .width = shown->width,
                             .height = shown->height,
                             .mm_per_px = s->mm_per_px,
                             .has_visible = s->visible != NULL,
                             .cpu = cpu};
    rim_err err = rim_workers_create(&b->workers, threads);
    o.workers = p.workers = b->workers;
    if (!err)
        err = rim_pipeline_create(&b->pipeline, &p);
    if (!err)
        err =
            rim_pipeline_mark_surface(b->pipeline, s->surface.point, s->surface.count);
    if (!err)
        err = rim_overlay_create(&b->overlay, &o);
    for (int i = 0; i < PICTURES && !err; i++)
        err = rim_frame_init(&b->picture[i]);
    if (err)
        bed_close(b);
    return err;
}

// Frame `seq` of the scene played to and fro.
static int place(const rim_bench_scene *s, uint64_t seq)
{
    const uint64_t round = s->count > 1 ? 2 * (uint64_t)s->count - 2 : 1;
    const int i = (int)(seq % round);
    return i < s->count ? i : (int)round - i;
}

// White light of a frame yet to come, as its reader leaves it: to be painted over.
static void read_ahead(bed *b)
{
    const uint64_t seq = b->seq + PICTURES - 2; // the last is being made
    if (b->scene->visible)
        rim_frame_copy(&b->picture[seq % PICTURES],
                       &b->scene->visible[place(b->scene, seq)]);
}

static void process(bed *b)
{
    rim_frame nir = b->scene->nir[place(b->scene, b->seq)];
    nir.seq = b->seq;
    nir.captured_ns = (int64_t)b->seq * 33333333;
    rim_pipeline_process(b->pipeline, &b->result, &nir);
}

// Begins the picture of the frame that was processed last, which had number seq.
static void begin_picture(bed *b, uint64_t seq)
{
    int scale;
    const rim_frame *map = rim_pipeline_sbr_map(b->pipeline, &scale);
    rim_frame *picture = &b->picture[seq % PICTURES];
    rim_overlay_begin(b->overlay, picture, &b->scene->nir[place(b->scene, seq)],
                      b->scene->visible ? picture : NULL, map, scale, &b->result);
}

static void draw(bed *b)
{
    begin_picture(b, b->seq);
    rim_overlay_finish(b->overlay);
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// Sorts; the time below which `part` of all lie.
static double quantile_ms(int64_t *ns, int n, double part)
{
    qsort(ns, (size_t)n, sizeof *ns, by_size);
    const int i = (int)(part * n);
    return (double)ns[i < n ? i : n - 1] / 1e6;
}

static double slowest_ms(const rim_bench_scene *scene, const int64_t *ns, int64_t *same,
                         int frames)
{
    double slowest = 0;
    for (int place_of = 0; place_of < scene->count; place_of++) {
        int n = 0;
        for (int i = 0; i < frames; i++)
            if (place(scene, (uint64_t)(i + WARM_UP)) == place_of)
                same[n++] = ns[i];
        slowest = n ? fmax(slowest, quantile_ms(same, n, 0.5)) : slowest;
    }
    return slowest;
}

// A frame through the chain, while the picture of the one before is made: as replay does
// it. Nothing is left for the threads to do while nobody looks at the clock.
static int64_t time_overlapped(bed *b, bool compositing)
{
    read_ahead(b);
    const int64_t start = rim_clock_now_ns();
    if (compositing && b->seq > 0)
        begin_picture(b, b->seq - 1);
    process(b);
    rim_overlay_finish(b->overlay);
    return rim_clock_now_ns() - start;
}

// A frame and its own picture: as live does it.
static int64_t time_alone(bed *b)
{
    read_ahead(b);
    const int64_t start = rim_clock_now_ns();
    process(b);
    draw(b);
    return rim_clock_now_ns() - start;
}

rim_err rim_bench_run_chain(rim_bench_chain *row, const rim_bench_scene *scene,
                            unsigned cpu, int threads, bool compositing, int frames)
{
    *row = (rim_bench_chain){.width = scene->width,
                             .height = scene->height,
                             .threads = threads,
                             .compositing = compositing,
                             .frames = frames};
    bed b;
    int64_t *ns = calloc(2 * (size_t)frames, sizeof *ns);
    const rim_err err = ns ? bed_open(&b, scene, cpu, threads) : RIM_ERR_MEMORY;
    if (err) {
        free(ns);
        return err;
    }
    for (int i = -WARM_UP; i < frames; i++, b.seq++) {
        const int64_t spent_ns = time_overlapped(&b, compositing);
        if (i >= 0)
            ns[i] = spent_ns;
    }
    row->slowest_ms = slowest_ms(scene, ns, ns + frames, frames);
    row->median_ms = row->delay_ms = quantile_ms(ns, frames, 0.5);
    row->p99_ms = quantile_ms(ns, frames, 0.99);
    row->worst_ms = quantile_ms(ns, frames, 1.0);
    if (compositing && threads > 1) {
        for (int i = 0; i < frames; i++, b.seq++)
            ns[i] = time_alone(&b);
        row->delay_ms = quantile_ms(ns, frames, 0.5);
    }
    bed_close(&b);
    free(ns);
    return RIM_OK;
}

// What stages go over: grid pixels, and those of the picture that are not as they were.
typedef struct traffic {
    double grid, painted;
} traffic;

// Of the frame that was drawn last.
static traffic look_at(const bed *b)
{
    int scale;
    const rim_frame *map = rim_pipeline_sbr_map(b->pipeline, &scale);
    const uint64_t seq = b->seq - 1;
    const rim_frame *made = &b->picture[seq % PICTURES];
    traffic t = {.grid = (double)map->width * map->height};
    for (int y = 0; y < made->height; y++) {
        const uint8_t *now = rim_frame_row8(made, y), *was = NULL;
        if (b->scene->visible)
            was = rim_frame_row8(&b->scene->visible[place(b->scene, seq)], y);
        for (ptrdiff_t x = 0; x < 4 * (ptrdiff_t)made->width; x += 4)
            t.painted += !was || memcmp(now + x, was + x, 4) != 0;
    }
    return t;
}

// Bytes that a stage must read and write at least: camera pixels, grid pixels, and
// picture pixels, each once.
static double bytes_of(int kernel, const rim_bench_scene *s, const traffic *t)
{
    const double raw = 2.0 * s->width * s->height, grid = t->grid;
    switch (kernel) {
    case RIM_STAGE_correct:
        return raw + 3 * grid;
    case RIM_STAGE_background: // light in; logarithm, validity, ratio out
        return 7 * grid;
    case RIM_STAGE_motion: // cells of 4 x 4, now, before and key
        return 9 * grid / 16;
    case RIM_STAGE_temporal: // now and past in, result out
        return 10 * grid;
    case RIM_STAGE_detect:
    case RIM_STAGE_judge:
        return 4 * grid;
    case RIM_STAGE_map:
        return 5 * grid;
    case RIM_STAGE_COUNT: // the picture
        return t->painted * (4 + (s->visible ? 4 : 2)) + 2 * grid;
    case RIM_STAGE_COUNT + 1: // reading a raw frame
        return raw;
    default: // a copy of one
        return 2 * raw;
    }
}

static const char *name_of(int kernel)
{
    static const char *const name[] = {
#define X(stage) #stage,
        RIM_STAGES(X)
#undef X
            "picture",
        "read", "copy"};
    return name[kernel];
}

// The sum of a raw frame's pixels, eight bytes at once: what the correction reads.
static uint64_t sum_of(const rim_frame *f)
{
    uint64_t sum = 0;
    for (int y = 0; y < f->height; y++)
        for (size_t x = 0; x + 4 <= (size_t)f->width; x += 4) {
            uint64_t four;
            memcpy(&four, rim_frame_row16(f, y) + x, sizeof four);
            sum += four;
        }
    return sum;
}

// Medians of every stage, of the picture, of reading a raw frame that was last touched
// half the scene ago, and of copying one that is being processed.
static rim_err time_stages(double ms[RIM_BENCH_KERNELS], traffic *t,
                           const rim_bench_scene *scene, unsigned cpu, int frames)
{
    bed b;
    rim_frame copy = scene->nir[0];
    copy.data = NULL;
    copy.pool = NULL;
    int64_t *ns = calloc((size_t)frames * RIM_BENCH_KERNELS, sizeof *ns);
    rim_err err = ns ? bed_open(&b, scene, cpu, 1) : RIM_ERR_MEMORY;
    if (!err) {
        err = rim_frame_init(&copy);
        if (err)
            bed_close(&b);
    }
    if (err) {
        free(ns);
        return err;
    }
    for (int i = -WARM_UP; i < frames; i++, b.seq++) {
        read_ahead(&b);
        process(&b);
        const int64_t processed = rim_clock_now_ns();
        draw(&b);
        const int64_t drawn = rim_clock_now_ns();
        const int now = place(scene, b.seq), far = (now + scene->count / 2);
        const volatile uint64_t sum = sum_of(&scene->nir[far % scene->count]);
        (void)sum; // is made
        const int64_t was_read = rim_clock_now_ns();
        rim_frame_copy(&copy, &scene->nir[now]);
        const int64_t copied = rim_clock_now_ns();
        if (i < 0)
            continue;
        const int64_t *stage = rim_pipeline_stage_ns(b.pipeline);
        for (int k = 0; k < RIM_STAGE_COUNT; k++)
            ns[k * frames + i] = stage[k];
        ns[RIM_STAGE_COUNT * frames + i] = drawn - processed;
        ns[(RIM_STAGE_COUNT + 1) * frames + i] = was_read - drawn;
        ns[(RIM_STAGE_COUNT + 2) * frames + i] = copied - was_read;
    }
    for (int k = 0; k < RIM_BENCH_KERNELS; k++)
        ms[k] = quantile_ms(ns + k * frames, frames, 0.5);
    *t = look_at(&b);
    rim_frame_uninit(&copy);
    bed_close(&b);
    free(ns);
    return RIM_OK;
}

rim_err rim_bench_run_kernels(rim_bench_kernel row[RIM_BENCH_KERNELS],
                              const rim_bench_scene *scene, unsigned cpu, int frames)
{
    double ms[RIM_BENCH_KERNELS], reference_ms[RIM_BENCH_KERNELS];
    traffic t;
    rim_err err = time_stages(ms, &t, scene, cpu, frames);
    if (!err)
        err = time_stages(reference_ms, &t, scene, 0, frames);
    for (int k = 0; k < RIM_BENCH_KERNELS && !err; k++)
        row[k] = (rim_bench_kernel){
            .name = name_of(k),
            .cpu = rim_cpu_name(cpu),
            .width = scene->width,
            .height = scene->height,
            .median_ms = ms[k],
            .gb_per_s = ms[k] > 0 ? bytes_of(k, scene, &t) / ms[k] / 1e6 : 0,
            .reference_ms = reference_ms[k]};
    return err;
}
