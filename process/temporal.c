// temporal.c: recursive mean along the motion.
// SPDX-License-Identifier: MIT
#include "process/temporal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BAND   16 // rows a job
#define SPARSE 3  // of every so many pixels of every second row the noise is measured

rim_err rim_temporal_init(rim_temporal *t, const rim_grid *grid,
                          const rim_process_kernels *kernels)
{
    *t = (rim_temporal){.grid = grid, .kernels = kernels};
    const size_t area = rim_grid_area(grid);
    const size_t larger = ((size_t)grid->width + 2) * ((size_t)grid->height + 2);
    t->ratio = calloc(area, sizeof *t->ratio);
    t->valid = calloc(area, 1);
    t->past = calloc(area, sizeof *t->past);
    t->difference = calloc(larger, sizeof *t->difference);
    if (!t->ratio || !t->valid || !t->past || !t->difference) {
        rim_temporal_uninit(t);
        return RIM_ERR_MEMORY;
    }
    for (size_t i = 0; i < larger; i++) // its edge stays so
        t->difference[i] = RIM_NO_PAST;
    return RIM_OK;
}

void rim_temporal_uninit(rim_temporal *t)
{
    free(t->ratio);
    free(t->valid);
    free(t->past);
    free(t->difference);
    *t = (rim_temporal){0};
}

static ptrdiff_t stride(const rim_temporal *t)
{
    return t->grid->width + 2;
}

static int16_t *difference_row(const rim_temporal *t, int y)
{
    return t->difference + (y + 1) * stride(t) + 1;
}

static int32_t q16(double v)
{
    const double most = 16000.0; // beyond any frame
    v = v > most ? most : v < -most ? -most : v;
    return (int32_t)floor(v * 65536.0 + 0.5);
}

typedef struct temporal_run {
    rim_temporal *t;
    const rim_background *b;
    rim_similarity now_before;
    int32_t limit[RIM_NOISE_BINS]; // of the local difference, Q10
} temporal_run;

// difference = this frame's ratio minus the last result at the same tissue.
static void subtract_band(void *ctx, int job)
{
    const temporal_run *run = ctx;
    const rim_temporal *t = run->t;
    const rim_similarity *s = &run->now_before;
    const int w = t->grid->width, h = t->grid->height;
    const int32_t step_x = q16(s->a), step_y = q16(s->b);
    for (int y = job * BAND; y < (job + 1) * BAND && y < h; y++) {
        const size_t row = (size_t)y * (size_t)w;
        t->kernels->subtract_row(
            difference_row(t, y), run->b->ratio + row, run->b->valid + row, t->past, w,
            h, q16(s->tx - s->b * y), q16(s->ty + s->a * y), step_x, step_y, w);
    }
}

// Where half a difference without its sign is counted: those above in the last step,
// those that are not there behind it.
enum { STEPS = 256 };
static inline int step_of(int difference)
{
    const int d = abs(difference) / 2;
    return d < STEPS - 1 ? d : STEPS - 1 + (difference == RIM_NO_PAST);
}

// Median |difference| for each brightness.
static void measure_noise(rim_temporal *t, const rim_background *b)
{
    // Two histograms: neighbours are alike, and adding to one bin twice waits.
    uint32_t bin[RIM_NOISE_BINS][STEPS + 1] = {{0}},
                                         odd[RIM_NOISE_BINS][STEPS + 1] = {{0}};
    const int w = t->grid->width;
    for (int y = 0; y < t->grid->height; y += 2) {
        const int16_t *difference = difference_row(t, y);
        const int16_t *log = b->log_light + (size_t)y * (size_t)w;
        int x = y % SPARSE;
        for (; x + SPARSE < w; x += 2 * SPARSE) {
            bin[log[x] >> 9][step_of(difference[x])]++;
            odd[log[x + SPARSE] >> 9][step_of(difference[x + SPARSE])]++;
        }
        if (x < w)
            bin[log[x] >> 9][step_of(difference[x])]++;
    }
    for (int level = 0; level < RIM_NOISE_BINS; level++) {
        uint32_t count = 0, seen = 0;
        for (int d = 0; d < STEPS; d++)
            count += bin[level][d] += odd[level][d];
        if (count < 64)
            continue;
        int d = 0;
        while (d < STEPS - 1 && (seen += bin[level][d]) * 2 < count)
            d++;
        const double sigma = 1.48 * (2.0 * d + 1.0);
        t->noise[level] = t->noise[level] > 0.0
                              ? t->noise[level] + (sigma - t->noise[level]) / 8
                              : sigma;
    }
}

static void blend_band(void *ctx, int job)
{
    const temporal_run *run = ctx;
    const rim_temporal *t = run->t;
    const rim_background *b = run->b;
    const int w = t->grid->width;
    for (int y = job * BAND; y < (job + 1) * BAND && y < t->grid->height; y++) {
        const size_t row = (size_t)y * (size_t)w;
        t->kernels->blend_row(t->ratio + row, t->past + row, difference_row(t, y),
                              stride(t), b->ratio + row, b->valid + row,
                              b->log_light + row, run->limit, w);
    }
}

// Nothing to average with.
static void start(rim_temporal *t, const rim_background *b)
{
    const size_t area = rim_grid_area(t->grid);
    memcpy(t->ratio, b->ratio, area * sizeof *t->ratio);
    for (size_t i = 0; i < area; i++)
        t->past[i] = b->valid[i] ? b->ratio[i] : RIM_NO_PAST;
}

void rim_temporal_run(rim_temporal *t, const rim_background *b, const rim_motion *m,
                      rim_workers *workers)
{
    memcpy(t->valid, b->valid, rim_grid_area(t->grid));
    if (m->frames <= 1 || m->cut) {
        start(t, b);
        return;
    }
    const int jobs = (t->grid->height + BAND - 1) / BAND;
    temporal_run run = {
        .t = t, .b = b, .now_before = rim_similarity_invert(&m->before_now)};
    rim_workers_run(workers, subtract_band, &run, jobs);
    measure_noise(t, b);
    for (int i = 0; i < RIM_NOISE_BINS; i++)
        run.limit[i] = (int32_t)(t->noise[i] > 0.0 ? 1.0 + t->noise[i] : 8.0);
    rim_workers_run(workers, blend_band, &run, jobs);
}
