// register_order.h: which point of one view is which of the other.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_REGISTER_ORDER_H
#define RIM_CALIB_REGISTER_ORDER_H

#include "calib/board.h"
#include "calib/cv_bridge.h"

// A detector cannot tell the first corner of a chessboard from the last. Renumbers
// visible[i], copies of the views, so that one homography serves all pairs as well as
// it can. RIM_ERR_FORMAT, logged: one picture is mirrored against the other.
RIM_NODISCARD rim_err rim_register_order(rim_view *visible, const rim_view *const *nir,
                                         int pairs, const rim_board *board);

// The points that both views have. Returns how many.
int rim_register_common(rim_point *a_px, rim_point *b_px, int *id, const rim_view *a,
                        const rim_view *b);

#endif
