// dark.c: dark map, noise, and hot pixels from a stack of dark frames.
// SPDX-License-Identifier: MIT
#include "calib/dark.h"

#include "base/log.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS_MAX = 24, BLOCK = 32 };

// A pixel is hot when its mean stands this many robust standard deviations above the
// median of its 24 neighbours; it blinks when its noise is this many times the median.
// Of a million pixels with normal spread none lies beyond 6.
static const double HOT_SIGMAS = 8, BLINK_RATIO = 6;
// Levels and differences that no dark frame has, of full scale.
static const double NOT_DARK = 0.2, LIGHT_SPOT = 0.05;

// Quickselect (Hoare): value[k] is in its place afterwards.
static void select_kth(float *v, size_t count, size_t k)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        const float pivot = v[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i >= j)
                break;
            const float t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        // v[low..j] <= pivot <= v[j+1..high]
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
}

double rim_median(float *value, size_t count)
{
    if (count == 0)
        return 0;
    select_kth(value, count, count / 2);
    return (double)value[count / 2];
}

static rim_err take_map(rim_frame *f, const rim_stack *s)
{
    *f = (rim_frame){
        .width = s->width, .height = s->height, .fmt = RIM_FMT_GRAY16, .bits = 16};
    return rim_frame_init(f);
}

static uint16_t to_sample(double v)
{
    return (uint16_t)(v <= 0 ? 0 : v >= 65535 ? 65535 : v + 0.5);
}

static void fill_maps(rim_dark *d, const rim_stack *s)
{
    for (int y = 0; y < s->height; y++) {
        uint16_t *map = rim_frame_row16(&d->map, y);
        uint16_t *noise = rim_frame_row16(&d->noise, y);
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            map[x] = to_sample(rim_stack_mean(s, at) * 16);
            noise[x] = to_sample(sqrt(rim_stack_variance(s, at)) * 256);
        }
    }
}

static double median_noise(const rim_stack *s, float *scratch)
{
    const size_t n = (size_t)s->width * (size_t)s->height;
    for (size_t i = 0; i < n; i++)
        scratch[i] = (float)rim_stack_variance(s, i);
    return sqrt(rim_median(scratch, n));
}

static float median_of_neighbours(const rim_stack *s, int x, int y)
{
    float v[NEIGHBOURS_MAX];
    size_t n = 0;
    for (int j = y - 2; j <= y + 2; j++)
        for (int i = x - 2; i <= x + 2; i++)
            if (i >= 0 && j >= 0 && i < s->width && j < s->height && (i != x || j != y))
                v[n++] = (float)s->sum[rim_stack_at(s, i, j)];
    return (float)rim_median(v, n) / (float)s->frames;
}

// excess[]: mean less the median of the neighbours. Returns its robust spread.
static double excess_over_neighbours(const rim_stack *s, float *excess, float *scratch)
{
    const size_t n = (size_t)s->width * (size_t)s->height;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            excess[at] = (float)rim_stack_mean(s, at) - median_of_neighbours(s, x, y);
        }
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabsf(excess[i]);
    return 1.4826 * rim_median(scratch, n);
}

static void mark_hot(rim_dark *d, const rim_stack *s, const float *excess,
                     double spread)
{
    // A spread below a tenth of a count is rounding.
    const double limit = HOT_SIGMAS * fmax(spread, 0.1);
    const double blink = BLINK_RATIO * d->noise_counts;
    for (int y = 0; y < s->height; y++) {
        uint16_t *hot = rim_frame_row16(&d->hot, y);
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            const double variance = rim_stack_variance(s, at);
            // Where others are noisy, a pixel that never changes is not alive.
            const bool stuck = variance == 0 && d->noise_counts > 0.7;
            const bool stands_out = (double)excess[at] > limit ||
                                    (d->noise_counts > 0.3 && variance > blink * blink);
            hot[x] = stuck || stands_out;
            d->stuck_count += stuck;
            d->hot_count += stands_out && !stuck;
        }
    }
}

static double row_noise(const rim_stack *s, double noise_counts)
{
    const int n = s->frames;
    double sum = 0;
    for (int y = 0; y < s->height; y++)
        sum += (s->row_squares[y] - s->row_sum[y] * s->row_sum[y] / n) / (n - 1);
    const double extra = sum / s->height - noise_counts * noise_counts / s->width;
    return extra > 0 ? sqrt(extra) : 0;
}

static double block_median(const rim_stack *s, int bx, int by, float *scratch)
{
    size_t n = 0;
    for (int y = by; y < by + BLOCK && y < s->height; y++)
        for (int x = bx; x < bx + BLOCK && x < s->width; x++)
            scratch[n++] = (float)rim_stack_mean(s, rim_stack_at(s, x, y));
    return rim_median(scratch, n);
}

static rim_err refuse_light(const rim_stack *s, double mean, int black_level,
                            float *scratch)
{
    const double full = (double)((1 << s->bits) - 1);
    if (mean - black_level > NOT_DARK * full) {
        rim_log_error("not dark: the mean is %.0f counts of %.0f; put the cap on and "
                      "switch the light off",
                      mean, full);
        return RIM_ERR_FORMAT;
    }
    double low = INFINITY, high = 0;
    int at_x = 0, at_y = 0;
    for (int y = 0; y < s->height; y += BLOCK)
        for (int x = 0; x < s->width; x += BLOCK) {
            const double v = block_median(s, x, y, scratch);
            low = fmin(low, v);
            if (v > high) {
                high = v;
                at_x = x + BLOCK / 2;
                at_y = y + BLOCK / 2;
            }
        }
    if (high - low > LIGHT_SPOT * full) {
        rim_log_error("not dark: around (%d, %d) it is %.0f counts brighter than "
                      "elsewhere; put the cap on, cover the scope and switch the light "
                      "off",
                      at_x, at_y, high - low);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

rim_err rim_dark_measure(rim_dark *out, const rim_stack *s, int black_level)
{
    *out = (rim_dark){.frames = s->frames};
    if (s->frames < RIM_STACK_FRAMES_MIN) {
        rim_log_error("%d dark frames, but %d or more are needed; 64 are good",
                      s->frames, RIM_STACK_FRAMES_MIN);
        return RIM_ERR_FORMAT;
    }
    const size_t n = (size_t)s->width * (size_t)s->height;
    float *excess = malloc(n * sizeof *excess), *scratch = malloc(n * sizeof *scratch);
    rim_err err = excess && scratch ? RIM_OK : RIM_ERR_MEMORY;
    rim_stack_level(s, &out->mean_counts, &out->drift_counts, &out->drift_error_counts);
    if (err == RIM_OK)
        err = refuse_light(s, out->mean_counts, black_level, scratch);
    if (err == RIM_OK)
        err = take_map(&out->map, s);
    if (err == RIM_OK)
        err = take_map(&out->noise, s);
    if (err == RIM_OK)
        err = take_map(&out->hot, s);
    if (err == RIM_OK) {
        fill_maps(out, s);
        out->noise_counts = median_noise(s, scratch);
        const double spread = excess_over_neighbours(s, excess, scratch);
        const double left = out->noise_counts * out->noise_counts / s->frames;
        out->dsnu_counts = sqrt(fmax(spread * spread - left, 0));
        out->row_noise_counts = row_noise(s, out->noise_counts);
        mark_hot(out, s, excess, spread);
        size_t zero = 0;
        for (size_t i = 0; i < n; i++)
            zero += s->sum[i] == 0;
        out->clipped = (double)zero / (double)n;
    }
    free(excess);
    free(scratch);
    return err;
}

void rim_dark_uninit(rim_dark *d)
{
    rim_frame_uninit(&d->map);
    rim_frame_uninit(&d->noise);
    rim_frame_uninit(&d->hot);
}
