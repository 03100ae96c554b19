// cv_bridge_none.c: the bridge of a build without OpenCV: says so.
// SPDX-License-Identifier: MIT
#include "calib/cv_bridge.h"

#include "base/log.h"

#include <stddef.h>

static rim_err without(void)
{
    rim_log_error("this build is without OpenCV, which calibration needs; install "
                  "libopencv-calib3d-dev and libopencv-imgcodecs-dev and build again");
    return RIM_ERR_UNSUPPORTED;
}

const char *rim_cv_version(void)
{
    return NULL;
}

bool rim_cv_has_charuco(void)
{
    return false;
}

// The parameters are not needed.
#pragma GCC diagnostic ignored "-Wunused-parameter"

rim_err rim_cv_doc_parse(rim_doc *doc, const char *path, const char *text)
{
    return without();
}

rim_err rim_cv_doc_format(char **text, const rim_doc *doc)
{
    return without();
}

rim_err rim_cv_find_board(rim_view *view, rim_seen *seen, const rim_frame *picture,
                          const rim_board *board)
{
    return without();
}

rim_err rim_cv_guess_chessboard(int *cols, int *rows, const rim_frame *picture)
{
    return without();
}

rim_err rim_cv_draw_charuco(rim_frame *out, const rim_board *board, double px_per_mm,
                            rim_point origin)
{
    return without();
}

rim_err rim_cv_calibrate(rim_lens *lens, rim_pose *pose, const rim_view *const *view,
                         int count, const rim_board *board, unsigned fixed)
{
    return without();
}

rim_err rim_cv_pose(rim_pose *pose, const rim_lens *lens, const rim_view *view,
                    const rim_board *board)
{
    return without();
}

rim_err rim_cv_stereo(rim_stereo *stereo, rim_pose *pose, const rim_view *const *a,
                      const rim_view *const *b, int count, const rim_board *board,
                      unsigned fixed)
{
    return without();
}

rim_err rim_cv_homography(double h[9], const rim_point *from, const rim_point *to,
                          int count, double ransac_px, bool *inlier)
{
    return without();
}

rim_err rim_cv_match(rim_point *from, rim_point *to, int *count, int max,
                     const rim_frame *a, const rim_frame *b)
{
    return without();
}
