// evaluate.h: reports held against truth: how many lesions were found, how well
// outlined, how many were false, and how sure one can be of these figures.
//
// docs/evaluation.md tells the rules. A scene is a truth file with its report; frames
// are matched by number, intervals are drawn over scenes. One thread owns an
// evaluation.
// SPDX-License-Identifier: MIT
#ifndef RIM_EVALUATE_EVALUATE_H
#define RIM_EVALUATE_EVALUATE_H

#include "base/err.h"

#include <stdint.h>
#include <stdio.h>

typedef struct rim_evaluation rim_evaluation;

typedef struct rim_evaluate_options {
    double confidence; // operating point: lesions and residuals below it do not count
    int bootstrap;     // rounds for the intervals; 0: no intervals
    uint64_t seed;     // of the bootstrap
} rim_evaluate_options;

RIM_NODISCARD rim_err rim_evaluation_create(rim_evaluation **out,
                                            const rim_evaluate_options *options);
void rim_evaluation_destroy(rim_evaluation **e);

// Counts one scene. mm per px come from sequence.json beside the truth, where there
// is one. Frames that the report lacks are misses; frames that the truth lacks are
// passed over with a warning.
// RIM_ERR_NOT_FOUND, RIM_ERR_IO, RIM_ERR_FORMAT: logged; the evaluation is then of no
// further use.
RIM_NODISCARD rim_err rim_evaluation_add(rim_evaluation *e, const char *truth_path,
                                         const char *report_path);
// Every folder in `folder` that holds truth.jsonl is a scene, in the order of their
// names; its report is the file `report_name` in it, and it is an error if there is
// none. RIM_ERR_NOT_FOUND: no scene.
RIM_NODISCARD rim_err rim_evaluation_add_suite(rim_evaluation *e, const char *folder,
                                               const char *report_name);
// Call once, after the last scene.
RIM_NODISCARD rim_err rim_evaluation_finish(rim_evaluation *e);

typedef struct rim_evaluated {
    double value;     // NAN: nothing of the kind was in the scenes
    double low, high; // 95 % interval, NAN where there is none
    double n;         // of how many
} rim_evaluated;

// A figure by its key in the JSON. RIM_ERR_NOT_FOUND: no such key.
RIM_NODISCARD rim_err rim_evaluation_get(rim_evaluated *out, const rim_evaluation *e,
                                         const char *key);

// The table for people.
void rim_evaluation_print(const rim_evaluation *e, FILE *out);
// All figures as JSON: one object where count is 1, else {"reports":[...]} in order.
// names[i] is put into it as "report". Written beside `path` and renamed, so that
// `path` is never half a file. RIM_ERR_IO, RIM_ERR_NOT_FOUND: logged.
RIM_NODISCARD rim_err rim_evaluation_save(const rim_evaluation *const *list,
                                          const char *const *names, int count,
                                          const char *path);

#endif
