// cv_bridge.h: all that the program asks of OpenCV, in C.
//
// cv_bridge.cpp is the only file that knows OpenCV; cv_bridge_none.c takes its place
// in a build without and answers RIM_ERR_UNSUPPORTED. No exception leaves. One thread
// at a time. What OpenCV itself would print is kept silent; the reason is logged.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_CV_BRIDGE_H
#define RIM_CALIB_CV_BRIDGE_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/board.h"
#include "calib/doc.h"

// "OpenCV 4.6.0", or NULL in a build without it.
const char *rim_cv_version(void);

// Reads FileStorage YAML (`text`, ended by 0; `path` for messages) into *doc, which is
// empty. Entries that are neither number, string nor matrix of one channel are passed
// over. RIM_ERR_FORMAT, RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_cv_doc_parse(rim_doc *doc, const char *path,
                                       const char *text);
// Writes all entries in their order. *text is freed with free().
RIM_NODISCARD rim_err rim_cv_doc_format(char **text, const rim_doc *doc);

// ---- boards ----

// Can this build read ChArUco boards?
bool rim_cv_has_charuco(void);

// Looks for the board in a picture (GRAY16) of any depth and contrast, also faint or
// bright on dark. *seen tells; *view (all but its name) is filled where it is
// RIM_SEEN_BOARD. Points are refined to sub-pixels (cornerSubPix; centres of blobs).
// A board that is its own mirror image is numbered as if it were not mirrored.
RIM_NODISCARD rim_err rim_cv_find_board(rim_view *view, rim_seen *seen,
                                        const rim_frame *picture,
                                        const rim_board *board);
// For a chessboard of which no size is known: columns and rows of the largest grid of
// corners in the picture; 0, 0: none.
RIM_NODISCARD rim_err rim_cv_guess_chessboard(int *cols, int *rows,
                                              const rim_frame *picture);

// Draws a ChArUco board into *out (GRAY16, white before) with point 0 at `origin`.
// RIM_ERR_UNSUPPORTED, logged: a build without.
RIM_NODISCARD rim_err rim_cv_draw_charuco(rim_frame *out, const rim_board *board,
                                          double px_per_mm, rim_point origin);

// ---- solving ----

// Parameters in this order: fx, fy, cx, cy (px), k1, k2, p1, p2, k3.
enum { RIM_LENS_PARAMETERS = 9 };

typedef struct rim_lens {
    int width, height;
    double camera_matrix[9], distortion[5]; // as in calib.h
    double stddev[RIM_LENS_PARAMETERS];     // from the residuals alone
    double rms_px;
} rim_lens;

typedef struct rim_pose {
    double rotation[9], translation_mm[3]; // board to camera, row-major
    double rms_px;                         // of this view
} rim_pose;

// What a solution holds fixed, at 0 or where the lens stands.
enum {
    RIM_LENS_NO_TANGENTIAL = 1,
    RIM_LENS_NO_K3 = 2,
    RIM_LENS_KEEP = 4, // stereo: both lenses as they are
};

// Zhang's method with OpenCV's calibrateCamera: lens and poses (pose[count]) from
// `count` views of one size, 3 or more.
RIM_NODISCARD rim_err rim_cv_calibrate(rim_lens *lens, rim_pose *pose,
                                       const rim_view *const *view, int count,
                                       const rim_board *board, unsigned fixed);
// The pose of one view for a known lens.
RIM_NODISCARD rim_err rim_cv_pose(rim_pose *pose, const rim_lens *lens,
                                  const rim_view *view, const rim_board *board);

typedef struct rim_stereo {
    rim_lens a, b;                         // in: where to start
    double rotation[9], translation_mm[3]; // from camera a to camera b
    double rms_px;
} rim_stereo;

// Both lenses and the way from one camera to the other, from pairs of views of the
// same board; pose[count] is of camera a. Ids that only one view has are left out.
RIM_NODISCARD rim_err rim_cv_stereo(rim_stereo *stereo, rim_pose *pose,
                                    const rim_view *const *a, const rim_view *const *b,
                                    int count, const rim_board *board, unsigned fixed);

// The row-major homography that takes from[i] to to[i], count 4 or more. ransac_px 0:
// least squares over all (Levenberg-Marquardt on the error in `to`); above: points
// farther off are left out, inlier[count] (may be NULL) tells which are in.
// RIM_ERR_FORMAT: there is none, not logged.
RIM_NODISCARD rim_err rim_cv_homography(double h[9], const rim_point *from,
                                        const rim_point *to, int count,
                                        double ransac_px, bool *inlier);

// The same features in two pictures of one scene under different light: up to `max`
// pairs, best first, wrong ones among them.
RIM_NODISCARD rim_err rim_cv_match(rim_point *from, rim_point *to, int *count, int max,
                                   const rim_frame *a, const rim_frame *b);

#endif
