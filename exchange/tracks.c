// tracks.c: sorts sightings by id, and sums each id up.
// SPDX-License-Identifier: MIT
#include "exchange/tracks.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>

// What lesions and residuals have in common.
typedef struct sighting {
    int id;
    size_t index; // in the case's list
    size_t frame;
    double sbr, size, confidence;
    rim_pattern pattern;
} sighting;

static int by_id(const void *a, const void *b)
{
    const sighting *s = a, *t = b;
    if (s->id != t->id)
        return s->id < t->id ? -1 : 1;
    return s->index < t->index ? -1 : s->index > t->index;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

// Of `count` values in any order, which are sorted; of an even count the lower middle.
static double median(double *value, size_t count)
{
    if (count == 0)
        return (double)NAN;
    qsort(value, count, sizeof *value, by_value);
    return value[(count - 1) / 2];
}

static double median_sbr(const sighting *s, size_t count, double *scratch)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(s[i].sbr))
            scratch[known++] = s[i].sbr;
    return median(scratch, known);
}

static double median_size(const sighting *s, size_t count, double *scratch)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(s[i].size))
            scratch[known++] = s[i].size;
    return median(scratch, known);
}

// NAN is below every number.
static bool exceeds(double a, double b)
{
    return a > b || (isnan(b) && !isnan(a));
}

static bool is_clearer(const sighting *s, const sighting *than)
{
    if (exceeds(s->confidence, than->confidence))
        return true;
    return !exceeds(than->confidence, s->confidence) && exceeds(s->sbr, than->sbr);
}

static rim_pattern most_frequent(const sighting *s, size_t count)
{
    size_t seen[RIM_PATTERN_TOTAL + 1] = {0};
    for (size_t i = 0; i < count; i++)
        seen[s[i].pattern]++;
    rim_pattern best = RIM_PATTERN_NONE;
    for (int p = RIM_PATTERN_RIM; p <= RIM_PATTERN_TOTAL; p++)
        if (seen[p] > seen[best] || (best == RIM_PATTERN_NONE && seen[p] > 0))
            best = (rim_pattern)p;
    return best;
}

static rim_case_track sum_up(const sighting *s, size_t count, double *scratch)
{
    rim_case_track t = {.id = s->id,
                        .first = s->frame,
                        .last = s[count - 1].frame,
                        .count = 1,
                        .pattern = most_frequent(s, count),
                        .sbr_median = median_sbr(s, count, scratch),
                        .size_median = median_size(s, count, scratch),
                        .sbr_max = s->sbr};
    const sighting *clearest = s;
    for (size_t i = 1; i < count; i++) {
        t.count += s[i].frame != s[i - 1].frame;
        if (exceeds(s[i].sbr, t.sbr_max))
            t.sbr_max = s[i].sbr;
        if (is_clearer(&s[i], clearest))
            clearest = &s[i];
    }
    t.clearest = clearest->index;
    t.confidence_max = clearest->confidence;
    return t;
}

static rim_err follow(rim_case_track **out, size_t *tracks, sighting *s, size_t count)
{
    *out = calloc(count ? count : 1, sizeof **out);
    double *scratch = calloc(count ? count : 1, sizeof *scratch);
    if (!*out || !scratch) {
        free(scratch);
        return RIM_ERR_MEMORY;
    }
    qsort(s, count, sizeof *s, by_id);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && s[i + n].id == s[i].id; n++)
            ;
        if (s[i].id != 0)
            (*out)[(*tracks)++] = sum_up(&s[i], n, scratch);
    }
    free(scratch);
    return RIM_OK;
}

rim_err rim_case_follow(rim_case *c)
{
    const size_t most =
        c->lesion_count > c->residual_count ? c->lesion_count : c->residual_count;
    sighting *s = calloc(most ? most : 1, sizeof *s);
    rim_err err = s ? RIM_OK : RIM_ERR_MEMORY;
    for (size_t i = 0; i < c->lesion_count && !err; i++) {
        const rim_lesion *l = &c->lesion[i].seen;
        s[i] = (sighting){
            l->id,         i,         c->lesion[i].frame, l->sbr, l->diameter_mm,
            l->confidence, l->pattern};
    }
    if (!err)
        err = follow(&c->lesion_track, &c->lesion_track_count, s, c->lesion_count);
    for (size_t i = 0; i < c->residual_count && !err; i++) {
        const rim_case_residual *r = &c->residual[i];
        s[i] = (sighting){
            r->id, i, r->frame, r->sbr, r->area_mm2, r->confidence, RIM_PATTERN_NONE};
    }
    if (!err)
        err =
            follow(&c->residual_track, &c->residual_track_count, s, c->residual_count);
    if (err)
        rim_log_error("%s: no memory to follow its lesions", c->path);
    free(s);
    return err;
}

int rim_case_choose(size_t chosen[RIM_CASE_CHOSEN_MAX], const rim_case_track *track,
                    size_t count)
{
    int kept = 0;
    for (size_t i = 0; i < count; i++) {
        // How many are ahead of it: seen in more frames, or as many and earlier.
        size_t ahead = 0;
        for (size_t k = 0; k < count && ahead < RIM_CASE_CHOSEN_MAX; k++)
            ahead += track[k].count > track[i].count ||
                     (track[k].count == track[i].count && k < i);
        if (ahead < RIM_CASE_CHOSEN_MAX)
            chosen[kept++] = i;
    }
    return kept;
}
