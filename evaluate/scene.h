// scene.h: what an evaluation holds, and what it remembers within a scene.
//
// Internal to evaluate/.
// SPDX-License-Identifier: MIT
#ifndef RIM_EVALUATE_SCENE_H
#define RIM_EVALUATE_SCENE_H

#include "evaluate/evaluate.h"
#include "evaluate/figures.h"
#include "report/report.h"

enum { RIM_CLASSES_MAX = 32 };

// How often a kind of distractor was in a frame, and reported as a lesion.
typedef struct rim_class_count {
    char name[32];
    double present, reported;
} rim_class_count;

// A lesion of the truth on its way through a scene.
typedef struct rim_track {
    int id;                // of the truth
    int seen_as;           // the report's id when last matched; 0: not yet, or no ids
    int64_t visible_frame; // of the truth's frames, the first where it is detectable
    int64_t found_frame;   // the first where it is reported; both -1: never
} rim_track;

typedef struct rim_scene {
    double mm_per_px; // NAN: not known
    int64_t frames, scored, missing, extra;
    int64_t first_ns, last_ns; // of the truth
    bool has_lesion, has_surface;
    double false_lesions, false_in_wound;
    double matched, switches; // frames of lesions that have an id, changes of it
    int track_count, track_size;
    rim_track *track;
    // The cut surface: frames that had one, and changes of its state.
    int64_t surface_frames, surface_scored;
    rim_surface_state last_true, last_seen; // OFF: not yet
    double true_changes, seen_changes;
} rim_scene;

struct rim_evaluation {
    rim_evaluate_options options;
    rim_figures figures;
    int64_t frames, missing, extra;
    double lesions; // detectable, each counted in each frame
    // Pattern of the truth (rim, partial, total) by that of the report; 3: none said.
    double confusion[3][4];
    // State of the truth by that of the report; the last column: frame is missing.
    double verdict[RIM_SURFACE_CANNOT_ASSESS + 1][RIM_SURFACE_CANNOT_ASSESS + 2];
    double confidence_sum[10]; // of the reports in each bin of the reliability table
    int class_count;
    rim_class_count class_of[RIM_CLASSES_MAX];
    rim_truth truth, report; // of the frame in hand
};

// Both score the frame in e->truth against e->report; `has_report` false: it is
// missing.
void rim_score_lesions(rim_evaluation *e, rim_scene *s, bool has_report);
void rim_score_surface(rim_evaluation *e, rim_scene *s, bool has_report);
// At the end of a scene.
void rim_score_lesions_end(rim_evaluation *e, const rim_scene *s);
void rim_score_surface_end(rim_evaluation *e, const rim_scene *s);
// Seconds of a frame of the truth; NAN where it does not tell.
double rim_scene_frame_s(const rim_scene *s);
// Whether a report at this confidence counts at the operating point.
bool rim_counts(const rim_evaluation *e, double confidence);
// Of a class that is no lesion: it was there, or it was reported.
void rim_count_class(rim_evaluation *e, const char *name, double present,
                     double reported);

#endif
