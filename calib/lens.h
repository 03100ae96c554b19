// lens.h: from views of a board to a lens that can be trusted.
//
// cv_bridge.h solves; here it is decided which views count, and how well the result
// is known. Each view (or group of views, beyond RIM_LENS_TURNS of them) is left out
// in turn and the rest solved again. That shows two things:
//
// - An outlier: seen through the lens of the others it fits far worse than they do.
//   It is left out of the result.
// - A view that the result hinges on: without it a parameter moves by more than three
//   of its standard deviations. It stays in, since it may be the only one that tells
//   (the one board that was tilted), and is named; the uncertainty is widened.
//
// The stated uncertainty of a parameter is the larger of the standard deviation that
// the residuals give (Zhang 2000; OpenCV's calibrateCamera) and the root of the summed
// squares of those shifts: a jackknife (Efron & Stein 1981) about the full solution
// and without its factor (n - 1) / n, so that it covers the shift of every single view.
// The first assumes corner errors that are independent, which glare, a bent board and
// a lens unlike the model are not.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_LENS_H
#define RIM_CALIB_LENS_H

#include "base/err.h"
#include "calib/board.h"
#include "calib/cv_bridge.h"

#include <stdbool.h>

// Fewer views than this leave the focal length to chance.
#define RIM_LENS_VIEWS_MIN 5
#define RIM_LENS_VIEWS_MAX 200
#define RIM_LENS_TURNS     24

extern const char *const rim_lens_parameter_names[RIM_LENS_PARAMETERS];

typedef struct rim_lens_view {
    bool outlier;  // left out
    bool hinge;    // in, but the result hinges on it
    double rms_px; // of an outlier: through the lens of the others
    rim_pose pose;
    double shift[RIM_LENS_PARAMETERS]; // value without this view less value with it
} rim_lens_view;

typedef struct rim_lens_result {
    rim_lens lens; // lens.stddev: the stated uncertainty, see above
    double statistical[RIM_LENS_PARAMETERS]; // from the residuals alone
    int count, used;
    rim_lens_view *view; // [count], as given
} rim_lens_result;

// fixed: RIM_LENS_NO_*. RIM_ERR_FORMAT, logged: fewer than RIM_LENS_VIEWS_MIN views,
// also after outliers were left out; views of several sizes; no solution. The caller
// uninits *out.
RIM_NODISCARD rim_err rim_lens_solve(rim_lens_result *out, const rim_view *const *view,
                                     int count, const rim_board *board, unsigned fixed);
void rim_lens_result_uninit(rim_lens_result *r);

// Value of parameter i, 0..RIM_LENS_PARAMETERS - 1.
double rim_lens_parameter(const rim_lens *lens, int i);

// Where the lens shows point `id` of the board; false: not in view of the model.
bool rim_lens_project(rim_point *px, const rim_lens *lens, const rim_pose *pose,
                      rim_point board_mm);

#endif
