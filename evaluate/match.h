// match.h: which report of a frame is which thing of the truth.
//
// Internal to evaluate/. The surest report chooses first: it takes the nearest free
// lesion or nodule that it hits. Hence leaving out reports below a threshold
// changes nothing for those above it.
// SPDX-License-Identifier: MIT
#ifndef RIM_EVALUATE_MATCH_H
#define RIM_EVALUATE_MATCH_H

#include "report/report.h"

// A report hits what its centre is as near to as half the size of that thing, or
// this much where that is more; or by sharing enough of its outline.
#define RIM_MATCH_FLOOR_MM 2.0
#define RIM_MATCH_FLOOR_PX 10.0 // where mm are not known
#define RIM_MATCH_IOU      0.3

typedef enum rim_match_kind {
    RIM_MATCH_FALSE = 0, // nothing there, or a distractor, or already taken
    RIM_MATCH_LESION,    // a detectable lesion
    RIM_MATCH_FAINT,     // a lesion that is there, but not detectable
    RIM_MATCH_NODULE,    // solid, benign, and by its fluorescence no other
    RIM_MATCH_RESIDUAL,  // a lesion report on a cut surface's residual, or the reverse
} rim_match_kind;

typedef struct rim_match {
    rim_match_kind kind;
    int truth; // index in the list of its kind; FALSE: of the distractor, or -1
} rim_match;

// What the word in `class` means. An empty one is a lesion or a residual: truth drawn
// by hand.
bool rim_class_is_lesion(const char *class_name);
bool rim_class_is_nodule(const char *class_name);
bool rim_class_is_residual(const char *class_name);

// 1 where the report does not say.
double rim_confidence(double reported);

// out[i] is for seen->lesion[i]. mm_per_px NAN: not known.
void rim_match_lesions(rim_match *out, const rim_truth *truth, const rim_result *seen,
                       double mm_per_px);
// out[i] is for seen->surface.residual[i]: LESION is here a detectable residual, FAINT
// another one.
void rim_match_residuals(rim_match *out, const rim_truth *truth, const rim_result *seen,
                         double mm_per_px);

#endif
