// surface.c: the verdict on a cut surface and its residuals against the truth.
// SPDX-License-Identifier: MIT
#include "evaluate/match.h"
#include "evaluate/scene.h"

#include <math.h>
#include <string.h>

static void count(rim_evaluation *e, int ratio, bool part)
{
    rim_figures_count(&e->figures, ratio, part ? 1.0 : 0.0, 1.0);
}

static bool has_detectable_residual(const rim_truth *t)
{
    for (int i = 0; i < t->seen.surface.residual_count; i++)
        if (rim_class_is_residual(t->residual[i].class_name) &&
            t->residual[i].detectable)
            return true;
    return false;
}

// A residual too faint to count as detectable: to flag it is neither right nor wrong.
static bool has_faint_residual(const rim_truth *t)
{
    for (int i = 0; i < t->seen.surface.residual_count; i++)
        if (rim_class_is_residual(t->residual[i].class_name) &&
            !t->residual[i].detectable)
            return true;
    return false;
}

// Bile, a duct or the like, on a frame that shows a cut surface.
static bool has_distractor(const rim_truth *t)
{
    for (int i = 0; i < t->seen.surface.residual_count; i++)
        if (!rim_class_is_residual(t->residual[i].class_name))
            return true;
    for (int i = 0; i < t->seen.lesion_count; i++)
        if (!rim_class_is_lesion(t->lesion[i].class_name))
            return true;
    return false;
}

static void score_verdict(rim_evaluation *e, bool has_report)
{
    const rim_surface_state truth = e->truth.seen.surface.state;
    const rim_surface_state seen = e->report.seen.surface.state;
    const bool flagged = has_report && seen == RIM_SURFACE_RESIDUAL;
    e->verdict[truth][has_report ? (int)seen : RIM_SURFACE_CANNOT_ASSESS + 1]++;
    if (truth == RIM_SURFACE_CANNOT_ASSESS)
        count(e, RIM_RATIO_ASSESS, has_report && seen == truth);
    if (truth == RIM_SURFACE_RESIDUAL && has_detectable_residual(&e->truth))
        count(e, RIM_RATIO_VERDICT_SENS, flagged);
    if (truth != RIM_SURFACE_CANNOT_ASSESS && has_report)
        count(e, RIM_RATIO_BLIND, seen == RIM_SURFACE_CANNOT_ASSESS);
    if (truth == RIM_SURFACE_NONE_DETECTED && has_report &&
        !has_faint_residual(&e->truth)) {
        count(e, RIM_RATIO_VERDICT_SPEC, !flagged);
        count(e, has_distractor(&e->truth) ? RIM_RATIO_SPEC_BILE : RIM_RATIO_SPEC_CLEAN,
              !flagged);
    }
}

static void count_residual(rim_evaluation *e, int i, bool hit)
{
    static const double edge_mm[] = {1.0, 2.0, 4.0};
    const double depth_mm = e->truth.residual[i].depth_mm;
    int bin = 0;
    count(e, RIM_RATIO_RESIDUAL, hit);
    if (isnan(depth_mm))
        return;
    while (bin < 3 && depth_mm >= edge_mm[bin])
        bin++;
    count(e, RIM_RATIO_RESIDUAL_0 + bin, hit);
}

static void score_residuals(rim_evaluation *e, const rim_scene *s, bool has_report)
{
    const rim_surface *truth = &e->truth.seen.surface;
    const rim_surface *seen = &e->report.seen.surface;
    rim_match match[RIM_RESIDUALS_MAX];
    const rim_residual *by[RIM_RESIDUALS_MAX] = {NULL};
    bool false_hit[RIM_RESIDUALS_MAX] = {false};
    double wrong = 0.0;
    if (has_report)
        rim_match_residuals(match, &e->truth, &e->report.seen, s->mm_per_px);
    for (int k = 0; has_report && k < seen->residual_count; k++) {
        if (!rim_counts(e, seen->residual[k].confidence))
            continue;
        wrong += match[k].kind == RIM_MATCH_FALSE;
        if (match[k].truth < 0)
            continue;
        by[match[k].truth] = &seen->residual[k];
        false_hit[match[k].truth] |= match[k].kind == RIM_MATCH_FALSE;
    }
    if (has_report)
        rim_figures_count(&e->figures, RIM_RATIO_RESIDUAL_FP, wrong, 1.0);
    for (int i = 0; i < truth->residual_count; i++) {
        const rim_residual *t = &truth->residual[i];
        const rim_truth_object *o = &e->truth.residual[i];
        if (!rim_class_is_residual(o->class_name))
            rim_count_class(e, o->class_name, 1.0, false_hit[i]);
        else if (o->detectable)
            count_residual(e, i, by[i]);
        if (by[i] && rim_class_is_residual(o->class_name) && o->detectable)
            rim_figures_sample(&e->figures, RIM_SAMPLE_RESIDUAL_MM,
                               hypot(by[i]->x - t->x, by[i]->y - t->y) * s->mm_per_px);
    }
}

void rim_score_surface(rim_evaluation *e, rim_scene *s, bool has_report)
{
    const rim_surface_state truth = e->truth.seen.surface.state;
    const rim_surface_state seen = e->report.seen.surface.state;
    if (truth == RIM_SURFACE_OFF)
        return;
    s->has_surface = true;
    s->surface_frames++;
    s->true_changes += s->last_true != RIM_SURFACE_OFF && s->last_true != truth;
    s->last_true = truth;
    if (has_report) {
        s->surface_scored++;
        s->seen_changes += s->last_seen != RIM_SURFACE_OFF && s->last_seen != seen;
        s->last_seen = seen;
    }
    score_verdict(e, has_report);
    score_residuals(e, s, has_report);
}

void rim_score_surface_end(rim_evaluation *e, const rim_scene *s)
{
    const double frame_s = rim_scene_frame_s(s);
    if (isnan(frame_s))
        return;
    rim_figures_count(&e->figures, RIM_RATIO_CHANGES, s->seen_changes,
                      (double)s->surface_scored * frame_s / 10.0);
    rim_figures_count(&e->figures, RIM_RATIO_TRUE_CHANGES, s->true_changes,
                      (double)s->surface_frames * frame_s / 10.0);
}
