// temporal.c: recursive mean along the motion.
// SPDX-License-Identifier: MIT
#include "process/temporal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_PAST INT16_MIN // difference where there is nothing to average with

rim_err rim_temporal_init(rim_temporal *t, const rim_grid *grid)
{
    *t = (rim_temporal){.grid = grid};
    const size_t area = rim_grid_area(grid);
    t->ratio = calloc(area, sizeof *t->ratio);
    t->last = calloc(area, sizeof *t->last);
    t->valid = calloc(area, 1);
    t->was_valid = calloc(area, 1);
    t->difference = calloc(area, sizeof *t->difference);
    if (t->ratio && t->last && t->valid && t->was_valid && t->difference)
        return RIM_OK;
    rim_temporal_uninit(t);
    return RIM_ERR_MEMORY;
}

void rim_temporal_uninit(rim_temporal *t)
{
    free(t->ratio);
    free(t->last);
    free(t->valid);
    free(t->was_valid);
    free(t->difference);
    *t = (rim_temporal){0};
}

// difference = this frame's ratio minus the last result at the same tissue.
static void subtract_past(rim_temporal *t, const rim_background *b,
                          const rim_similarity *now_before)
{
    const int w = t->grid->width, h = t->grid->height;
    // Q16 positions in the last frame, stepped along the row.
    const int64_t step_x = (int64_t)floor(now_before->a * 65536.0 + 0.5);
    const int64_t step_y = (int64_t)floor(now_before->b * 65536.0 + 0.5);
    for (int y = 0; y < h; y++) {
        int64_t px =
            (int64_t)floor((now_before->tx - now_before->b * y) * 65536.0 + 0.5);
        int64_t py =
            (int64_t)floor((now_before->ty + now_before->a * y) * 65536.0 + 0.5);
        const size_t row = (size_t)y * (size_t)w;
        for (int x = 0; x < w; x++, px += step_x, py += step_y) {
            const size_t i = row + (size_t)x;
            t->difference[i] = NO_PAST;
            const int64_t x0 = px >> 16, y0 = py >> 16;
            if (!b->valid[i] || x0 < 0 || y0 < 0 || x0 >= w || y0 >= h)
                continue;
            const int64_t x1 = x0 + 1 < w ? x0 + 1 : x0, y1 = y0 + 1 < h ? y0 + 1 : y0;
            const size_t p00 = (size_t)(y0 * w + x0), p01 = (size_t)(y0 * w + x1),
                         p10 = (size_t)(y1 * w + x0), p11 = (size_t)(y1 * w + x1);
            if (!(t->was_valid[p00] & t->was_valid[p01] & t->was_valid[p10] &
                  t->was_valid[p11]))
                continue;
            const int32_t fx = (int32_t)(px >> 8 & 255), fy = (int32_t)(py >> 8 & 255);
            const int32_t top = t->last[p00] * (256 - fx) + t->last[p01] * fx;
            const int32_t bot = t->last[p10] * (256 - fx) + t->last[p11] * fx;
            const int32_t was =
                (int32_t)(((int64_t)top * (256 - fy) + (int64_t)bot * fy + 32768) >>
                          16);
            t->difference[i] = (int16_t)(b->ratio[i] - was);
        }
    }
}

// Median |difference| for each brightness.
static void measure_noise(rim_temporal *t, const rim_background *b)
{
    enum { STEPS = 256 };
    uint32_t bin[RIM_NOISE_BINS][STEPS];
    uint32_t count[RIM_NOISE_BINS] = {0};
    memset(bin, 0, sizeof bin);
    const size_t area = rim_grid_area(t->grid);
    for (size_t i = 0; i < area; i += 3) {
        if (t->difference[i] == NO_PAST)
            continue;
        const int level = b->log_light[i] >> 9, d = abs(t->difference[i]) / 2;
        bin[level][d < STEPS ? d : STEPS - 1]++;
        count[level]++;
    }
    for (int level = 0; level < RIM_NOISE_BINS; level++) {
        if (count[level] < 64)
            continue;
        uint32_t seen = 0;
        int d = 0;
        while (d < STEPS - 1 && (seen += bin[level][d]) * 2 < count[level])
            d++;
        const double sigma = 1.48 * (2.0 * d + 1.0);
        t->noise[level] = t->noise[level] > 0.0
                              ? t->noise[level] + (sigma - t->noise[level]) / 8
                              : sigma;
    }
}

// Mean of the known differences around i.
static int local_difference(const rim_temporal *t, int x, int y)
{
    const int w = t->grid->width, h = t->grid->height;
    int sum = 0, n = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int sx = x + dx, sy = y + dy;
            if (sx < 0 || sy < 0 || sx >= w || sy >= h)
                continue;
            const int d = t->difference[(size_t)sy * (size_t)w + (size_t)sx];
            if (d == NO_PAST)
                continue;
            sum += d;
            n++;
        }
    return n ? sum / n : 0;
}

static void blend(rim_temporal *t, const rim_background *b)
{
    const int w = t->grid->width, h = t->grid->height;
    int limit[RIM_NOISE_BINS]; // of the local difference, Q10
    for (int i = 0; i < RIM_NOISE_BINS; i++)
        limit[i] = (int)(t->noise[i] > 0.0 ? 1.0 + t->noise[i] : 8.0);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const size_t i = (size_t)y * (size_t)w + (size_t)x;
            t->valid[i] = b->valid[i];
            t->ratio[i] = b->ratio[i];
            if (t->difference[i] == NO_PAST)
                continue;
            // k in Q8: 64 within the noise, all of 256 at twice it and above.
            const int most = limit[b->log_light[i] >> 9];
            const int local = abs(local_difference(t, x, y));
            int k = 64;
            if (local > most)
                k = local >= 2 * most ? 256 : 64 + 192 * (local - most) / most;
            t->ratio[i] = (int16_t)(b->ratio[i] - t->difference[i] * (256 - k) / 256);
        }
}

void rim_temporal_run(rim_temporal *t, const rim_background *b, const rim_motion *m)
{
    int16_t *const ratio = t->ratio;
    uint8_t *const valid = t->valid;
    t->ratio = t->last;
    t->valid = t->was_valid;
    t->last = ratio;
    t->was_valid = valid;
    if (m->frames <= 1 || m->cut) {
        const size_t area = rim_grid_area(t->grid);
        memcpy(t->ratio, b->ratio, area * sizeof *t->ratio);
        memcpy(t->valid, b->valid, area);
        return;
    }
    const rim_similarity now_before = rim_similarity_invert(&m->before_now);
    subtract_past(t, b, &now_before);
    measure_noise(t, b);
    blend(t, b);
}
