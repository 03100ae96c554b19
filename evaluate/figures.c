// figures.c: sums and samples by scene, and their bootstrap intervals.
// SPDX-License-Identifier: MIT
#include "evaluate/figures.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define X(name, key, row) key,
static const char *const ratio_keys[] = {RIM_RATIOS(X)};
static const char *const sample_keys[] = {RIM_SAMPLES(X)};
#undef X
#define X(name, key, row) row,
static const char *const ratio_rows[] = {RIM_RATIOS(X)};
static const char *const sample_rows[] = {RIM_SAMPLES(X)};
#undef X
static const double froc_rates[RIM_FROC_COUNT] = RIM_FROC_RATES;

const char *rim_ratio_key(int ratio)
{
    return ratio_keys[ratio];
}

const char *rim_ratio_row(int ratio)
{
    return ratio_rows[ratio];
}

const char *rim_sample_key(int sample)
{
    return sample_keys[sample];
}

const char *rim_sample_row(int sample)
{
    return sample_rows[sample];
}

double rim_froc_rate(int i)
{
    return froc_rates[i];
}

// Room for one more of `count` things of `bytes` each, or NULL.
static void *more(void *list, size_t count, size_t *size, size_t bytes)
{
    if (count < *size)
        return list;
    const size_t wanted = *size ? 2 * *size : 64;
    void *grown = realloc(list, wanted * bytes);
    if (grown)
        *size = wanted;
    return grown;
}

void rim_figures_begin_scene(rim_figures *f)
{
    size_t size = (size_t)f->scene_size;
    rim_scene_tally *s = more(f->scene, (size_t)f->scene_count, &size, sizeof *s);
    if (!s) {
        f->no_memory = true;
        return;
    }
    f->scene = s;
    f->scene_size = (int)size;
    memset(&f->scene[f->scene_count++], 0, sizeof *f->scene);
}

void rim_figures_count(rim_figures *f, int ratio, double part, double whole)
{
    if (f->no_memory)
        return;
    rim_tally *t = &f->scene[f->scene_count - 1].ratio[ratio];
    t->part += part;
    t->whole += whole;
}

void rim_figures_sample(rim_figures *f, int sample, double value)
{
    if (f->no_memory || isnan(value))
        return;
    const size_t n = f->sample[sample].count;
    rim_sample *s = more(f->sample[sample].list, n, &f->sample[sample].size, sizeof *s);
    f->no_memory = !s;
    if (!s)
        return;
    s[n] = (rim_sample){value, f->scene_count - 1};
    f->sample[sample].list = s;
    f->sample[sample].count++;
}

void rim_figures_event(rim_figures *f, double confidence, bool hit)
{
    if (f->no_memory)
        return;
    rim_event *e = more(f->event, f->event_count, &f->event_size, sizeof *e);
    f->no_memory = !e;
    if (!e)
        return;
    e[f->event_count++] = (rim_event){confidence, f->scene_count - 1, hit};
    f->event = e;
}

void rim_figures_uninit(rim_figures *f)
{
    free(f->scene);
    free(f->event);
    for (int i = 0; i < RIM_SAMPLE_COUNT; i++)
        free(f->sample[i].list);
    memset(f, 0, sizeof *f);
}

static int by_value(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static int by_sample(const void *a, const void *b)
{
    const rim_sample *p = a, *q = b;
    return p->value != q->value ? by_value(&p->value, &q->value)
                                : (p->scene > q->scene) - (p->scene < q->scene);
}

static int by_falling_confidence(const void *a, const void *b)
{
    const rim_event *p = a, *q = b;
    return by_value(&q->confidence, &p->confidence);
}

// Sebastiano Vigna's SplitMix64.
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void draw_scenes(int *weight, int count, uint64_t *state)
{
    memset(weight, 0, (size_t)count * sizeof *weight);
    for (int i = 0; i < count; i++)
        weight[(draw(state) >> 32) * (uint64_t)count >> 32]++;
}

static rim_figure ratio_of(const rim_figures *f, int ratio, const int *weight)
{
    double part = 0.0, whole = 0.0;
    for (int i = 0; i < f->scene_count; i++) {
        const rim_tally *t = &f->scene[i].ratio[ratio];
        part += weight[i] * t->part;
        whole += weight[i] * t->whole;
    }
    return (rim_figure){.value = whole > 0.0 ? part / whole : (double)NAN, .n = whole};
}

// The smallest values with at least half, and at least `tail`, of the weight at or
// below them: quantiles by nearest rank.
static void quantiles_of(rim_figure *median, rim_figure *tail, double tail_share,
                         const rim_figures *f, int sample, const int *weight)
{
    const rim_sample *list = f->sample[sample].list;
    const size_t count = f->sample[sample].count;
    double total = 0.0, below = 0.0;
    for (size_t i = 0; i < count; i++)
        total += weight[list[i].scene];
    *median = *tail = (rim_figure){.value = (double)NAN, .n = total};
    for (size_t i = 0; i < count; i++) {
        if (!weight[list[i].scene])
            continue;
        below += weight[list[i].scene];
        if (isnan(median->value) && below >= 0.5 * total)
            median->value = list[i].value;
        if (isnan(tail->value) && below >= tail_share * total)
            tail->value = list[i].value;
    }
}

// Every figure in a fixed order, for the bootstrap.
enum { FIGURES = RIM_RATIO_COUNT + 2 * RIM_SAMPLE_COUNT + RIM_FROC_COUNT };

static rim_figure *figure_at(rim_figures *f, int i)
{
    if (i < RIM_RATIO_COUNT)
        return &f->ratio[i];
    i -= RIM_RATIO_COUNT;
    if (i < RIM_SAMPLE_COUNT)
        return &f->median[i];
    i -= RIM_SAMPLE_COUNT;
    return i < RIM_SAMPLE_COUNT ? &f->tail[i] : &f->froc[i - RIM_SAMPLE_COUNT];
}

static void compute(rim_figures *f, const int *weight)
{
    for (int i = 0; i < RIM_RATIO_COUNT; i++)
        f->ratio[i] = ratio_of(f, i, weight);
    for (int i = 0; i < RIM_SAMPLE_COUNT; i++) {
        const bool bad_is_low = i == RIM_SAMPLE_DICE || i == RIM_SAMPLE_RIM_DICE;
        quantiles_of(&f->median[i], &f->tail[i], bad_is_low ? 0.05 : 0.95, f, i,
                     weight);
    }
    double sensitivity[RIM_FROC_COUNT];
    rim_froc_read(sensitivity, f->froc_confidence, froc_rates, RIM_FROC_COUNT, f,
                  weight);
    for (int i = 0; i < RIM_FROC_COUNT; i++)
        f->froc[i] = (rim_figure){.value = sensitivity[i],
                                  .n = f->ratio[RIM_RATIO_SENSITIVITY].n};
}

// From the bootstrap's values, those that had something to count.
static void set_interval(rim_figure *out, double *value, int rounds)
{
    int n = 0;
    for (int i = 0; i < rounds; i++)
        if (!isnan(value[i]))
            value[n++] = value[i];
    out->low = out->high = (double)NAN;
    if (n == 0)
        return;
    qsort(value, (size_t)n, sizeof *value, by_value);
    out->low = value[(int)(0.025 * (n - 1) + 0.5)];
    out->high = value[(int)(0.975 * (n - 1) + 0.5)];
}

rim_err rim_figures_finish(rim_figures *f, int rounds, uint64_t seed)
{
    const int scenes = f->scene_count;
    rounds = scenes < 2 ? 0 : rounds;
    int *weight = calloc((size_t)scenes + 1, sizeof *weight);
    double *drawn = calloc((size_t)FIGURES * (size_t)rounds + 1, sizeof *drawn);
    if (f->no_memory || !weight || !drawn) {
        rim_log_error("no memory to evaluate so much, give fewer scenes at once");
        free(weight);
        free(drawn);
        return RIM_ERR_MEMORY;
    }
    for (int i = 0; i < RIM_SAMPLE_COUNT; i++)
        if (f->sample[i].count)
            qsort(f->sample[i].list, f->sample[i].count, sizeof(rim_sample), by_sample);
    if (f->event_count)
        qsort(f->event, f->event_count, sizeof *f->event, by_falling_confidence);
    for (int round = 0; round < rounds; round++) {
        draw_scenes(weight, scenes, &seed);
        compute(f, weight);
        for (int i = 0; i < FIGURES; i++)
            drawn[(size_t)i * (size_t)rounds + (size_t)round] = figure_at(f, i)->value;
    }
    for (int i = 0; i < scenes; i++)
        weight[i] = 1;
    compute(f, weight);
    for (int i = 0; i < FIGURES; i++)
        set_interval(figure_at(f, i), drawn + (size_t)i * (size_t)rounds, rounds);
    free(weight);
    free(drawn);
    return RIM_OK;
}
