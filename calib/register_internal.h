// register_internal.h: what the files of a registration share. Internal to calib/.
//
//     register.c          pairs of views of a board, from the door to the result
//     register_path.c     the way of a point, and its residuals by region
//     register_stereo.c   two cameras and a working plane
//     register_tissue.c   features in place of a board
//     register_order.c    which point of one view is which of the other
//     register_doc.c      in a calibration file
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_REGISTER_INTERNAL_H
#define RIM_CALIB_REGISTER_INTERNAL_H

#include "calib/register.h"

typedef struct rim_pairing {
    const rim_view *const *nir;
    rim_view *visible;   // renumbered copies
    const rim_view **pv; // pointers to them
    int pairs;
    const rim_board *board;
    const rim_register_options *o;
    rim_point *a, *b; // the common points of all pairs, NIR and visible
    int *pair_of;     // of each point
    int points;
    rim_pose *pose; // [pairs] of the NIR camera
} rim_pairing;

// Everything that is not known yet: NAN.
void rim_register_start(rim_registration *r);

// ---- register_path.c ----

// Without the NIR lens's distortion; false: not in view of the model.
bool rim_register_straighten(const rim_registration *r, rim_point *p);
// K2 (R + t n' / d) / K1 for a plane in the NIR camera's space.
bool rim_register_plane_homography(double h[9], const rim_registration *r,
                                   const double plane[4]);
// n.X = d of a board: n is its third axis, turned away from the camera.
void rim_register_plane_of(double plane[4], const rim_pose *pose);
// RIM_ERR_FORMAT, logged: too few points, or in too small a part of the field.
RIM_NODISCARD rim_err rim_register_refuse_spread(const rim_registration *r,
                                                 const rim_point *at, int points);
// One homography for all points; *rms: what it is off by, px.
RIM_NODISCARD rim_err rim_register_fit_homography(rim_registration *r,
                                                  const rim_pairing *p, double *rms);
// Fills points, rms_px, regions and arrows.
RIM_NODISCARD rim_err rim_register_measure(rim_registration *r, const rim_pairing *p);

// ---- register_stereo.c ----

// Both lenses are known. Fills rotation, translation, baseline and p->pose; pairs that
// do not fit become outliers.
RIM_NODISCARD rim_err rim_register_fit_stereo(rim_registration *r, rim_pairing *p);
// The working plane as the options say, and the homography on it.
RIM_NODISCARD rim_err rim_register_choose_plane(rim_registration *r,
                                                const rim_pairing *p);

#endif
