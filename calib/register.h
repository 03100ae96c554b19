// register.h: where the visible picture lies against the NIR picture.
//
// Two cases:
// - One optical path (a beam splitter behind one lens, or one board in one plane): a
//   homography between the pictures that perfect lenses would give, whatever the
//   distance.
// - Two scopes, or two sensors side by side: the second camera sees from another place,
//   and where a point lands depends on its distance. With the geometry of both (R, t)
//   and a working plane n.X = d the way is again a homography, K2 (R + t n' / d) / K1
//   (Hartley & Zisserman 2004, 13.1), right on that plane; how fast it goes wrong off
//   the plane is part of the result.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_REGISTER_H
#define RIM_CALIB_REGISTER_H

#include "base/err.h"
#include "calib/board.h"
#include "calib/cv_bridge.h"

#include <stdbool.h>

enum { RIM_REGISTER_REGIONS = 9 }; // 3 x 3 of the NIR picture, row by row

typedef enum rim_register_kind {
    RIM_REGISTER_NONE = 0, // in options: whichever fits
    RIM_REGISTER_SAME_PATH,
    RIM_REGISTER_STEREO,
} rim_register_kind;

typedef struct rim_register_options {
    rim_register_kind kind;
    double distance_mm;  // of the working plane; NAN: mean distance of the boards
    int plane_pair;      // the board of this pair is the working plane; -1: none
    unsigned fixed;      // RIM_LENS_NO_*
    const rim_lens *nir; // known lens, NULL: solved from the views if there are enough
} rim_register_options;

typedef struct rim_register_arrow {
    rim_point nir;   // where the point is in the NIR picture
    rim_point error; // seen less expected, in pixels of the visible picture
    int pair;
} rim_register_arrow;

typedef struct rim_registration {
    rim_register_kind kind;
    bool has_lenses;
    rim_lens nir, visible;
    double nir_to_visible[9]; // as rim_calib.nir_to_visible
    int nir_width, nir_height, visible_width, visible_height;
    int pairs, used, points;
    double rms_px, rms_mm; // in the visible picture; on the board (NAN: not known)
    double region_px[RIM_REGISTER_REGIONS]; // NAN: no points there
    double region_mm[RIM_REGISTER_REGIONS]; // NAN also where mm are not known
    int region_points[RIM_REGISTER_REGIONS];
    double mm_per_px; // of a NIR pixel: on the working plane, else the boards' mean
    rim_register_arrow *arrow;
    int arrows;
    bool *outlier; // [pairs] left out
    // Stereo only; NAN else.
    double rotation[9], translation_mm[3];
    // Uncertainties by leaving out each pair in turn, as in lens.h; of the rotation as
    // small turns about x, y and z.
    double baseline_mm, baseline_stddev_mm;
    double translation_stddev_mm[3], rotation_stddev_deg[3];
    double distance_mm;        // of the working plane along the NIR camera's axis
    double plane[4];           // n.X = d, in the NIR camera's space, mm
    double parallax_px_per_mm; // shift in the middle for tissue 1 mm nearer
} rim_registration;

// From pairs of views of one board. RIM_ERR_FORMAT, logged: too few points, or in too
// small a part of the field; mirrored; pairs that contradict each other; two cameras
// and too few pairs to solve for them. The caller uninits *out.
RIM_NODISCARD rim_err rim_register_boards(rim_registration *out,
                                          const rim_view *const *nir,
                                          const rim_view *const *visible, int pairs,
                                          const rim_board *board,
                                          const rim_register_options *options);
// The second choice, from tissue: pairs of points of which many may be wrong. One
// homography between the pictures as they are; no lens, no mm. Sizes as in *out.
RIM_NODISCARD rim_err rim_register_points(rim_registration *out, const rim_point *nir,
                                          const rim_point *visible, int count,
                                          int nir_width, int nir_height,
                                          int visible_width, int visible_height);
void rim_registration_uninit(rim_registration *r);

// Sets it in a calibration file, and takes it from one for the check before use (what
// rim_registration_expect() needs; RIM_ERR_FORMAT, logged).
RIM_NODISCARD rim_err rim_registration_put(rim_doc *doc, const rim_registration *r);
RIM_NODISCARD rim_err rim_registration_get(rim_registration *r, const rim_doc *doc,
                                           const char *path);

// ---- parts of it, for tests and for the check before use ----

// What the registration expects for a point of the NIR picture; pose: of the board
// there (stereo: the point is on it; NULL: on the working plane). false: no partner.
bool rim_registration_expect(const rim_registration *r, const rim_pose *pose,
                             rim_point nir, rim_point *visible);

#endif
