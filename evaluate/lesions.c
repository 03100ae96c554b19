// lesions.c: a frame's lesions against the truth: found, false, how well measured.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "evaluate/ellipse.h"
#include "evaluate/match.h"
#include "evaluate/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool rim_counts(const rim_evaluation *e, double confidence)
{
    return rim_confidence(confidence) >= e->options.confidence;
}

double rim_scene_frame_s(const rim_scene *s)
{
    if (s->frames < 2 || s->last_ns <= s->first_ns)
        return (double)NAN;
    return (double)(s->last_ns - s->first_ns) * 1e-9 / (double)(s->frames - 1);
}

void rim_count_class(rim_evaluation *e, const char *name, double present,
                     double reported)
{
    int i = 0;
    while (i < e->class_count && strcmp(e->class_of[i].name, name) != 0)
        i++;
    if (i == RIM_CLASSES_MAX)
        return; // only the list by name is cut, not the sum of all
    if (i == e->class_count)
        strcpy(e->class_of[e->class_count++].name, name);
    e->class_of[i].present += present;
    e->class_of[i].reported += reported;
}

static void count(rim_evaluation *e, int ratio, bool part)
{
    rim_figures_count(&e->figures, ratio, part ? 1.0 : 0.0, 1.0);
}

// Counts in that one of `count_of` bins, from ratio `first` on, that `value` is in.
static void count_bin(rim_evaluation *e, int first, double value, const double *edge,
                      int edges, bool part)
{
    int bin = 0;
    if (isnan(value))
        return;
    while (bin < edges && value >= edge[bin])
        bin++;
    count(e, first + bin, part);
}

static double diameter_mm(const rim_lesion *t, double mm_per_px)
{
    return isnan(t->diameter_mm) ? 2.0 * sqrt(fmax(t->a * t->b, 0.0)) * mm_per_px
                                 : t->diameter_mm;
}

static void count_detectable(rim_evaluation *e, const rim_scene *s, int i, bool hit)
{
    static const double depth_mm[] = {0.0, 1.0, 2.0, 4.0};
    static const double size_mm[] = {4.0, 8.0, 16.0};
    static const double sbr[] = {1.5, 2.5, 5.0};
    const rim_lesion *t = &e->truth.seen.lesion[i];
    e->lesions++;
    count(e, RIM_RATIO_SENSITIVITY, hit);
    count_bin(e, RIM_RATIO_DEPTH_0, e->truth.lesion[i].depth_mm, depth_mm, 4, hit);
    count_bin(e, RIM_RATIO_SIZE_0, diameter_mm(t, s->mm_per_px), size_mm, 3, hit);
    count_bin(e, RIM_RATIO_SBR_0, t->sbr, sbr, 3, hit);
    if (t->pattern != RIM_PATTERN_NONE)
        count(e, RIM_RATIO_PATTERN_0 + (int)t->pattern - RIM_PATTERN_RIM, hit);
}

// The two bands of contrast that targets are set for, whatever is called detectable.
static void count_bands(rim_evaluation *e, int i, bool hit)
{
    const double sbr = e->truth.seen.lesion[i].sbr;
    if (e->truth.lesion[i].depth_mm > 5.0) // not known: counts
        return;
    if (sbr >= 1.5)
        count(e, RIM_RATIO_CLEAR, hit);
    else if (sbr >= 1.2)
        count(e, RIM_RATIO_WEAK, hit);
}

// Whether nobody would call the pattern otherwise: away from the rules' limits
// (report.md), and all of the lesion to be seen.
static bool is_clear_cut(const rim_lesion *t)
{
    if (t->why & (RIM_WHY_AT_EDGE | RIM_WHY_HIDDEN | RIM_WHY_SATURATED))
        return false;
    switch (t->pattern) {
    case RIM_PATTERN_RIM:
        return t->coverage >= 0.9 && t->core_ratio <= 0.75;
    case RIM_PATTERN_PARTIAL:
        return t->coverage >= 0.45 && t->coverage <= 0.7 && t->core_ratio <= 0.75;
    case RIM_PATTERN_TOTAL:
        return t->core_ratio >= 0.95;
    default:
        return false;
    }
}

static rim_ellipse outline_of(const rim_lesion *l)
{
    return (rim_ellipse){l->x, l->y, l->a, l->b, l->angle};
}

static void sample_rim(rim_figures *f, const rim_lesion *t, const rim_lesion *r)
{
    if (isnan(t->rim_width) || isnan(r->rim_width))
        return;
    const rim_ellipse p = outline_of(t), q = outline_of(r);
    rim_figures_sample(f, RIM_SAMPLE_RIM_WIDTH, fabs(r->rim_width - t->rim_width));
    rim_figures_sample(f, RIM_SAMPLE_RIM_DICE,
                       rim_ring_dice(&p, t->rim_width, &q, r->rim_width));
}

// How well a reported lesion `r` was measured that is the truth's `t`.
static void sample_pair(rim_evaluation *e, const rim_scene *s, const rim_lesion *t,
                        const rim_lesion *r)
{
    rim_figures *f = &e->figures;
    const rim_ellipse p = outline_of(t), q = outline_of(r);
    const double dx = r->x - t->x, dy = r->y - t->y;
    const double centre = sqrt(dx * dx + dy * dy);
    const double outline = rim_ellipse_distance(&p, &q);
    const double sbr = (r->sbr - t->sbr) / t->sbr;
    rim_figures_sample(f, RIM_SAMPLE_CENTRE_PX, centre);
    rim_figures_sample(f, RIM_SAMPLE_CENTRE_MM, centre * s->mm_per_px);
    rim_figures_sample(f, RIM_SAMPLE_OUTLINE_PX, outline);
    rim_figures_sample(f, RIM_SAMPLE_OUTLINE_MM, outline * s->mm_per_px);
    if (t->pattern == RIM_PATTERN_RIM || t->pattern == RIM_PATTERN_PARTIAL)
        rim_figures_sample(f, RIM_SAMPLE_OUTLINE_RIM, outline * s->mm_per_px);
    rim_figures_sample(f, RIM_SAMPLE_DICE, rim_ellipse_dice(&p, &q));
    sample_rim(f, t, r);
    if (t->pattern != RIM_PATTERN_NONE) {
        const int seen = r->pattern ? (int)r->pattern - RIM_PATTERN_RIM : 3;
        e->confusion[t->pattern - RIM_PATTERN_RIM][seen]++;
        count(e, RIM_RATIO_PATTERN_RIGHT, r->pattern == t->pattern);
        if (is_clear_cut(t))
            count(e, RIM_RATIO_PATTERN_CLEAR, r->pattern == t->pattern);
    }
    if (isfinite(sbr)) {
        rim_figures_sample(f, RIM_SAMPLE_SBR_ERROR, fabs(sbr));
        rim_figures_sample(f, RIM_SAMPLE_SBR_BIAS, sbr);
        count(e, RIM_RATIO_SBR_NEAR, fabs(sbr) <= 0.15);
    }
}

// NULL without an id or memory; the latter is told in the end.
static rim_track *find_track(rim_evaluation *e, rim_scene *s, int id)
{
    for (int i = 0; i < s->track_count; i++)
        if (s->track[i].id == id)
            return &s->track[i];
    if (id == 0)
        return NULL;
    if (s->track_count == s->track_size) {
        const int size = s->track_size ? 2 * s->track_size : 32;
        rim_track *track = realloc(s->track, (size_t)size * sizeof *track);
        e->figures.no_memory |= !track;
        if (!track)
            return NULL;
        s->track = track;
        s->track_size = size;
    }
    rim_track *t = &s->track[s->track_count++];
    *t = (rim_track){.id = id, .visible_frame = -1, .found_frame = -1};
    return t;
}

// `r`: the report of this lesion in this frame, or NULL.
static void follow(rim_evaluation *e, rim_scene *s, int i, const rim_lesion *r)
{
    rim_track *t = find_track(e, s, e->truth.seen.lesion[i].id);
    if (!t)
        return;
    if (e->truth.lesion[i].detectable && t->visible_frame < 0)
        t->visible_frame = s->frames;
    if (!r)
        return;
    if (t->found_frame < 0)
        t->found_frame = s->frames;
    if (r->id == 0)
        return;
    s->matched++;
    s->switches += t->seen_as != 0 && t->seen_as != r->id;
    t->seen_as = r->id;
}

static void score_truth(rim_evaluation *e, rim_scene *s, const rim_match *match,
                        int reports)
{
    const rim_lesion *by[RIM_LESIONS_MAX] = {NULL}; // the report that hit it and counts
    bool false_hit[RIM_LESIONS_MAX] = {false};
    for (int k = 0; k < reports; k++) {
        const rim_lesion *r = &e->report.seen.lesion[k];
        if (match[k].truth < 0 || match[k].kind == RIM_MATCH_RESIDUAL ||
            !rim_counts(e, r->confidence))
            continue;
        by[match[k].truth] = r;
        false_hit[match[k].truth] |= match[k].kind == RIM_MATCH_FALSE;
    }
    for (int i = 0; i < e->truth.seen.lesion_count; i++) {
        const rim_truth_object *t = &e->truth.lesion[i];
        if (rim_class_is_nodule(t->class_name)) {
            count(e, RIM_RATIO_NODULE, by[i]);
        } else if (!rim_class_is_lesion(t->class_name)) {
            count(e, RIM_RATIO_DISTRACTOR, false_hit[i]);
            rim_count_class(e, t->class_name, 1.0, false_hit[i]);
        } else {
            s->has_lesion = true;
            count_bands(e, i, by[i]);
            if (t->detectable)
                count_detectable(e, s, i, by[i]);
            else
                count(e, RIM_RATIO_UNDETECTABLE, by[i]);
            follow(e, s, i, by[i]);
            if (by[i] && t->detectable)
                sample_pair(e, s, &e->truth.seen.lesion[i], by[i]);
        }
    }
}

static void count_reliability(rim_evaluation *e, double confidence, bool real)
{
    int bin = (int)(confidence * 10.0);
    bin = bin < 0 ? 0 : bin > 9 ? 9 : bin;
    count(e, RIM_RATIO_RELIABLE_0 + bin, real);
    e->confidence_sum[bin] += confidence;
}

// Returns how many false ones there are at the operating point.
static double score_reports(rim_evaluation *e, const rim_match *match)
{
    double wrong = 0.0;
    for (int k = 0; k < e->report.seen.lesion_count; k++) {
        const double confidence = rim_confidence(e->report.seen.lesion[k].confidence);
        const rim_match_kind kind = match[k].kind;
        const bool hit = kind == RIM_MATCH_LESION;
        if (kind != RIM_MATCH_NODULE)
            count_reliability(e, confidence, kind != RIM_MATCH_FALSE);
        if (!hit && kind != RIM_MATCH_FALSE)
            continue;
        rim_figures_event(&e->figures, confidence, hit);
        if (!rim_counts(e, confidence))
            continue;
        count(e, RIM_RATIO_PRECISION, hit);
        wrong += !hit;
    }
    return wrong;
}

static bool has_lesion_or_nodule(const rim_truth *t)
{
    for (int i = 0; i < t->seen.lesion_count; i++)
        if (rim_class_is_lesion(t->lesion[i].class_name) ||
            rim_class_is_nodule(t->lesion[i].class_name))
            return true;
    return false;
}

void rim_score_lesions(rim_evaluation *e, rim_scene *s, bool has_report)
{
    rim_match match[RIM_LESIONS_MAX];
    const int reports = has_report ? e->report.seen.lesion_count : 0;
    if (has_report) {
        rim_match_lesions(match, &e->truth, &e->report.seen, s->mm_per_px);
        const double wrong = score_reports(e, match);
        s->false_lesions += wrong;
        rim_figures_count(&e->figures, RIM_RATIO_FP, wrong, 1.0);
        if (!has_lesion_or_nodule(&e->truth))
            count(e, RIM_RATIO_FREE_HIT, wrong > 0.0);
    }
    score_truth(e, s, match, reports);
}

void rim_score_lesions_end(rim_evaluation *e, const rim_scene *s)
{
    rim_figures *f = &e->figures;
    const double frame_s = rim_scene_frame_s(s);
    for (int i = 0; i < s->track_count; i++) {
        const rim_track *t = &s->track[i];
        if (t->visible_frame < 0)
            continue;
        count(e, RIM_RATIO_FOUND, t->found_frame >= 0);
        if (t->found_frame >= 0)
            rim_figures_sample(f, RIM_SAMPLE_FIRST,
                               fmax(0.0, (double)(t->found_frame - t->visible_frame)));
    }
    if (!isnan(frame_s))
        rim_figures_count(f, RIM_RATIO_SWITCHES, s->switches,
                          s->matched * frame_s / 10.0);
    if (!s->has_lesion)
        rim_figures_count(f, RIM_RATIO_FP_FREE, s->false_lesions, (double)s->scored);
    if (s->has_surface)
        rim_figures_count(f, RIM_RATIO_FP_WOUND, s->false_lesions, (double)s->scored);
}
