// stack.c: integer sums over frames.
// SPDX-License-Identifier: MIT
#include "calib/stack.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

rim_err rim_stack_init(rim_stack *s, int width, int height, int bits)
{
    *s = (rim_stack){.width = width, .height = height, .bits = bits};
    if (width < 1 || height < 1 || width > RIM_FRAME_SIDE_MAX ||
        height > RIM_FRAME_SIDE_MAX || bits < 8 || bits > 16)
        return RIM_ERR_ARG;
    const size_t n = (size_t)width * (size_t)height, rows = (size_t)height;
    s->sum = calloc(n, sizeof *s->sum);
    s->sum_squares = calloc(n, sizeof *s->sum_squares);
    s->peak = calloc(n, sizeof *s->peak);
    s->frame_mean = calloc(RIM_STACK_FRAMES_MAX, sizeof *s->frame_mean);
    s->row_sum = calloc(rows, sizeof *s->row_sum);
    s->row_squares = calloc(rows, sizeof *s->row_squares);
    if (s->sum && s->sum_squares && s->peak && s->frame_mean && s->row_sum &&
        s->row_squares)
        return RIM_OK;
    rim_stack_uninit(s);
    return RIM_ERR_MEMORY;
}

void rim_stack_uninit(rim_stack *s)
{
    free(s->sum);
    free(s->sum_squares);
    free(s->peak);
    free(s->frame_mean);
    free(s->row_sum);
    free(s->row_squares);
    *s = (rim_stack){0};
}

static uint64_t add_row(rim_stack *s, const uint16_t *row, size_t at)
{
    uint64_t sum = 0;
    for (int x = 0; x < s->width; x++, at++) {
        const uint32_t v = row[x];
        s->sum[at] += v;
        s->sum_squares[at] += (uint64_t)v * v;
        if (v > s->peak[at])
            s->peak[at] = (uint16_t)v;
        sum += v;
    }
    return sum;
}

void rim_stack_add(rim_stack *s, const rim_frame *frame)
{
    assert(frame->width == s->width && frame->height == s->height &&
           frame->fmt == RIM_FMT_GRAY16);
    if (s->frames == RIM_STACK_FRAMES_MAX)
        return;
    uint64_t all = 0;
    for (int y = 0; y < s->height; y++)
        all += add_row(s, rim_frame_row16(frame, y), rim_stack_at(s, 0, y));
    const double mean = (double)all / ((double)s->width * s->height);
    for (int y = 0; y < s->height; y++) {
        const uint16_t *row = rim_frame_row16(frame, y);
        uint64_t sum = 0;
        for (int x = 0; x < s->width; x++)
            sum += row[x];
        const double d = (double)sum / s->width - mean;
        s->row_sum[y] += d;
        s->row_squares[y] += d * d;
    }
    s->frame_mean[s->frames++] = mean;
}

double rim_stack_mean(const rim_stack *s, size_t at)
{
    return (double)s->sum[at] / s->frames;
}

double rim_stack_variance(const rim_stack *s, size_t at)
{
    // n sum of squares - square of sum, exact: below 2^12 2^44 and (2^28)^2.
    const uint64_t n = (uint64_t)s->frames, sum = s->sum[at];
    const uint64_t spread = n * s->sum_squares[at] - sum * sum;
    return n > 1 ? (double)spread / (double)(n * (n - 1)) : 0;
}

// Line through the frame means: value at the middle, slope a frame, variance about it.
static void fit_line(const rim_stack *s, double *mean, double *slope, double *variance)
{
    const int n = s->frames;
    const double middle = (n - 1) / 2.0;
    double sum = 0, moment = 0, spread = 0, rest = 0;
    for (int i = 0; i < n; i++)
        sum += s->frame_mean[i];
    *mean = sum / n;
    for (int i = 0; i < n; i++) {
        moment += (i - middle) * (s->frame_mean[i] - *mean);
        spread += (i - middle) * (i - middle);
    }
    *slope = spread > 0 ? moment / spread : 0;
    for (int i = 0; i < n; i++) {
        const double d = s->frame_mean[i] - *mean - *slope * (i - middle);
        rest += d * d;
    }
    *variance = n > 2 ? rest / (n - 2) : 0;
}

void rim_stack_level(const rim_stack *s, double *mean, double *change, double *error)
{
    double slope, variance;
    fit_line(s, mean, &slope, &variance);
    const double n = s->frames;
    *change = slope * (n - 1);
    // The sum of (i - middle)^2 is n (n^2 - 1) / 12.
    *error = n > 2 ? (n - 1) * sqrt(12 * variance / (n * (n * n - 1))) : 0;
}

double rim_stack_flicker(const rim_stack *s)
{
    double mean, slope, variance;
    fit_line(s, &mean, &slope, &variance);
    return variance;
}
