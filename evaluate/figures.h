// figures.h: the figures of an evaluation, counted scene by scene.
//
// Internal to evaluate/. A figure is a ratio of two sums, a quantile of samples, or
// a point of the FROC curve. All are kept apart by scene, so that the bootstrap can
// draw scenes anew: frames of one scene are alike, scenes are not.
// SPDX-License-Identifier: MIT
#ifndef RIM_EVALUATE_FIGURES_H
#define RIM_EVALUATE_FIGURES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Ratios: name, key in the JSON, row of the table. Bins stand in order.
// clang-format off
#define RIM_RATIOS(X) \
    X(SENSITIVITY, "sensitivity", "detectable lesions reported") \
    X(CLEAR, "sensitivity_clear", "  SBR from 1.5, top within 5 mm") \
    X(WEAK, "sensitivity_weak", "  SBR 1.2 to 1.5, top within 5 mm") \
    X(FOUND, "lesions_found", "lesions reported at least once") \
    X(PRECISION, "precision", "reports that are a lesion") \
    X(FP, "fp_per_frame", "false lesions a frame") \
    X(FP_FREE, "fp_per_frame_lesion_free", "  in scenes without a lesion") \
    X(FP_WOUND, "fp_per_frame_wound", "  in scenes with a cut surface") \
    X(FREE_HIT, "lesion_free_frames_with_false", "frames without a lesion, any false") \
    X(UNDETECTABLE, "undetectable_reported", "undetectable lesions reported") \
    X(NODULE, "nodules_reported", "nodules reported") \
    X(DISTRACTOR, "distractors_reported", "distractors reported as lesions") \
    X(DEPTH_0, "sensitivity_depth_below_0_mm", "  breaks the surface") \
    X(DEPTH_1, "sensitivity_depth_0_to_1_mm", "  0 to 1 mm deep") \
    X(DEPTH_2, "sensitivity_depth_1_to_2_mm", "  1 to 2 mm deep") \
    X(DEPTH_3, "sensitivity_depth_2_to_4_mm", "  2 to 4 mm deep") \
    X(DEPTH_4, "sensitivity_depth_above_4_mm", "  4 mm and deeper") \
    X(SIZE_0, "sensitivity_size_below_4_mm", "  outline below 4 mm") \
    X(SIZE_1, "sensitivity_size_4_to_8_mm", "  4 to 8 mm") \
    X(SIZE_2, "sensitivity_size_8_to_16_mm", "  8 to 16 mm") \
    X(SIZE_3, "sensitivity_size_above_16_mm", "  16 mm and larger") \
    X(SBR_0, "sensitivity_sbr_below_1.5", "  SBR below 1.5") \
    X(SBR_1, "sensitivity_sbr_1.5_to_2.5", "  SBR 1.5 to 2.5") \
    X(SBR_2, "sensitivity_sbr_2.5_to_5", "  SBR 2.5 to 5") \
    X(SBR_3, "sensitivity_sbr_above_5", "  SBR 5 and above") \
    X(PATTERN_0, "sensitivity_rim", "  rim") \
    X(PATTERN_1, "sensitivity_partial", "  partial rim") \
    X(PATTERN_2, "sensitivity_total", "  total") \
    X(PATTERN_RIGHT, "pattern_correct", "pattern right") \
    X(PATTERN_CLEAR, "pattern_correct_clear", "  where the truth is clear-cut") \
    X(SBR_NEAR, "sbr_within_15_percent", "SBR within 15 % of the truth") \
    X(SWITCHES, "id_switches_per_10_s", "id switches in 10 s of a lesion") \
    X(RELIABLE_0, "real_at_confidence_0.0_to_0.1", "  0.0 to 0.1") \
    X(RELIABLE_1, "real_at_confidence_0.1_to_0.2", "  0.1 to 0.2") \
    X(RELIABLE_2, "real_at_confidence_0.2_to_0.3", "  0.2 to 0.3") \
    X(RELIABLE_3, "real_at_confidence_0.3_to_0.4", "  0.3 to 0.4") \
    X(RELIABLE_4, "real_at_confidence_0.4_to_0.5", "  0.4 to 0.5") \
    X(RELIABLE_5, "real_at_confidence_0.5_to_0.6", "  0.5 to 0.6") \
    X(RELIABLE_6, "real_at_confidence_0.6_to_0.7", "  0.6 to 0.7") \
    X(RELIABLE_7, "real_at_confidence_0.7_to_0.8", "  0.7 to 0.8") \
    X(RELIABLE_8, "real_at_confidence_0.8_to_0.9", "  0.8 to 0.9") \
    X(RELIABLE_9, "real_at_confidence_0.9_to_1.0", "  0.9 to 1.0") \
    X(VERDICT_SENS, "verdict_sensitivity", "frames with a detectable residual flagged") \
    X(VERDICT_SPEC, "verdict_specificity", "frames without one not flagged") \
    X(SPEC_CLEAN, "verdict_specificity_clean", "  nothing else fluoresces") \
    X(SPEC_BILE, "verdict_specificity_bile", "  bile or the like does") \
    X(ASSESS, "cannot_assess_recall", "cannot be assessed, and said so") \
    X(BLIND, "assessable_not_assessed", "can be assessed, but was not") \
    X(CHANGES, "verdict_changes_per_10_s", "changes of verdict in 10 s") \
    X(TRUE_CHANGES, "truth_verdict_changes_per_10_s", "  of the truth") \
    X(RESIDUAL, "residual_sensitivity", "detectable residuals reported") \
    X(RESIDUAL_0, "residual_sensitivity_depth_below_1_mm", "  less than 1 mm deep") \
    X(RESIDUAL_1, "residual_sensitivity_depth_1_to_2_mm", "  1 to 2 mm") \
    X(RESIDUAL_2, "residual_sensitivity_depth_2_to_4_mm", "  2 to 4 mm") \
    X(RESIDUAL_3, "residual_sensitivity_depth_above_4_mm", "  4 mm and deeper") \
    X(RESIDUAL_FP, "residual_fp_per_frame", "false residuals a frame")

// Samples: name, key, row. Their median and 95th percentile are given; of the two
// Dice figures the 5th, the bad end.
#define RIM_SAMPLES(X) \
    X(CENTRE_PX, "centre_error_px", "centre error, px") \
    X(CENTRE_MM, "centre_error_mm", "centre error, mm") \
    X(OUTLINE_PX, "outline_error_px", "outline error, px") \
    X(OUTLINE_MM, "outline_error_mm", "outline error, mm") \
    X(OUTLINE_RIM, "outline_error_rim_mm", "outline error of rims, mm") \
    X(DICE, "outline_dice", "Dice of the outlines") \
    X(RIM_DICE, "rim_dice", "Dice of the rims") \
    X(RIM_WIDTH, "rim_width_error_px", "rim width error, px") \
    X(SBR_ERROR, "sbr_error", "SBR error, relative") \
    X(SBR_BIAS, "sbr_bias", "SBR error with its sign") \
    X(FIRST, "frames_to_first_report", "frames until first reported") \
    X(RESIDUAL_MM, "residual_centre_error_mm", "residual centre error, mm")
// clang-format on

enum {
#define X(name, key, row) RIM_RATIO_##name,
    RIM_RATIOS(X)
#undef X
        RIM_RATIO_COUNT
};
enum {
#define X(name, key, row) RIM_SAMPLE_##name,
    RIM_SAMPLES(X)
#undef X
        RIM_SAMPLE_COUNT
};

// False lesions a frame at which the FROC curve is read off.
#define RIM_FROC_RATES                                                                 \
    {                                                                                  \
        0.01, 0.03, 0.1, 0.3, 1.0, 3.0                                                 \
    }
enum { RIM_FROC_COUNT = 6 };

typedef struct rim_figure {
    double value;     // NAN: nothing to count
    double low, high; // 95 % interval; NAN for fewer than two scenes
    double n;         // what the ratio is of, or the number of samples
} rim_figure;

typedef struct rim_sample {
    double value;
    int scene;
} rim_sample;

// A reported lesion: a hit of a detectable one, or false.
typedef struct rim_event {
    double confidence;
    int scene;
    bool hit;
} rim_event;

typedef struct rim_tally {
    double part, whole;
} rim_tally;

typedef struct rim_scene_tally {
    rim_tally ratio[RIM_RATIO_COUNT];
} rim_scene_tally;

// All zero is empty.
typedef struct rim_figures {
    int scene_count, scene_size;
    rim_scene_tally *scene; // [scene_count]
    struct {
        size_t count, size;
        rim_sample *list;
    } sample[RIM_SAMPLE_COUNT];
    size_t event_count, event_size;
    rim_event *event;
    bool no_memory; // something was left out: rim_figures_finish() says so

    // Filled by rim_figures_finish().
    rim_figure ratio[RIM_RATIO_COUNT];
    rim_figure median[RIM_SAMPLE_COUNT], tail[RIM_SAMPLE_COUNT];
    rim_figure froc[RIM_FROC_COUNT];
    double froc_confidence[RIM_FROC_COUNT]; // at and above which it is read; NAN: none
} rim_figures;

// The four below count for the scene begun last.
void rim_figures_begin_scene(rim_figures *f);
void rim_figures_count(rim_figures *f, int ratio, double part, double whole);
// NAN is left out.
void rim_figures_sample(rim_figures *f, int sample, double value);
void rim_figures_event(rim_figures *f, double confidence, bool hit);

// Values, and intervals from `rounds` bootstrap samples (0: none): percentiles 2.5
// and 97.5. The same seed gives the same intervals. Sorts samples and events.
// RIM_ERR_MEMORY, logged.
RIM_NODISCARD rim_err rim_figures_finish(rim_figures *f, int rounds, uint64_t seed);
void rim_figures_uninit(rim_figures *f);

const char *rim_ratio_key(int ratio);
const char *rim_ratio_row(int ratio);
const char *rim_sample_key(int sample);
const char *rim_sample_row(int sample);
double rim_froc_rate(int i);

// Where the FROC curve stands at a threshold.
typedef struct rim_froc_point {
    double sensitivity, fp_per_frame;
} rim_froc_point;

// All reports at and above `confidence`. Events must be sorted, as they are after
// rim_figures_finish().
rim_froc_point rim_froc_at(const rim_figures *f, double confidence);
// The highest sensitivity with at most rates[i] false lesions a frame, for `count`
// rising rates, and the confidence there (may be NULL). weight[scene] counts a scene
// that often, NULL: once.
void rim_froc_read(double *sensitivity, double *confidence, const double *rates,
                   int count, const rim_figures *f, const int *weight);

#endif
