// calib.h: what is known of a camera: dark, flat field, lens, and where the
// visible picture lies. Immutable after load, shared by const pointer.
//
// docs/calibration.md shows how a calibration is made; its equations stand with the
// functions that solve them.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_CALIB_H
#define RIM_CALIB_CALIB_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

typedef struct rim_calib {
    int width, height, bits; // of the NIR stream that it was made for
    // "" where not known; date in UTC, ISO 8601, of the oldest part.
    char camera[64], serial[64], date[32];
    double exposure_us, gain_db; // NAN where not known
    double camera_gain; // as its control says, without a unit; NAN where not known
    double mm_per_px;   // NAN where not known

    // Maps of the NIR frame's size. data == NULL where not measured.
    rim_frame dark; // GRAY16, Q4: 16 is one count. Counts as the camera gives them: the
                    // map stands in place of the stream's black level, not on top of
                    // it, so that pixels darker than the black level keep their sign
    rim_frame gain; // GRAY16, Q12: 4096 is 1.0, the value at the brightest place
    rim_frame bad;  // GRAY16, 1: hot or dead, repaired from its neighbours
    rim_frame leakage; // GRAY16, Q4: excitation light that comes through the filter, in
                       // counts above the dark, before gain; see
                       // rim_calib_subtract_leakage()

    // Lens of the NIR camera, OpenCV's model: camera_matrix is row-major, in pixels;
    // distortion is k1, k2, p1, p2, k3. has_lens false: not measured.
    bool has_lens;
    double camera_matrix[9], distortion[5];
    // Lens of the visible camera likewise.
    bool has_visible_lens;
    double visible_camera_matrix[9], visible_distortion[5];

    // NIR pixel to visible pixel, row-major homography between the pictures that
    // perfect lenses of the same camera matrices would give; between the pictures
    // as they are where has_lens or has_visible_lens is false. For pictures with
    // distortion use rim_calib_nir_to_visible().
    bool has_register;
    double nir_to_visible[9];
    int visible_width, visible_height;
    double register_rms_px; // in pixels of the visible picture; NAN where not known
    double register_parallax_px_per_mm; // two cameras: off the plane; NAN: one path
} rim_calib;

// path: calibration.yml or the folder that holds it. Maps lie beside it as 16-bit
// PNGs. What is missing, of the wrong size or not finite is logged by name.
// RIM_ERR_NOT_FOUND, RIM_ERR_FORMAT, RIM_ERR_IO, RIM_ERR_MEMORY;
// RIM_ERR_UNSUPPORTED: this build is without OpenCV, which reads the file.
RIM_NODISCARD rim_err rim_calib_load(rim_calib **out, const char *path);
void rim_calib_destroy(rim_calib **c);
// RIM_ERR_FORMAT, with the reason logged, where the calibration was not made for a
// stream of this shape.
RIM_NODISCARD rim_err rim_calib_fits(const rim_calib *c, int width, int height,
                                     int bits);
// What a camera tells of itself; "" or NAN: it does not.
typedef struct rim_calib_camera {
    const char *camera, *serial;
    double exposure_us, gain_db, gain;
} rim_calib_camera;

// The same for such a camera. Whatever either side does not know is not held against
// it. The dark map holds for one exposure and gain (10 % and 0.5 dB are allowed, but
// nothing of a gain without a unit); without a dark map neither matters.
RIM_NODISCARD rim_err rim_calib_fits_camera(const rim_calib *c,
                                            const rim_calib_camera *camera);
// Takes leaked light off by adding it to the dark map, which is made from
// `black_level` where there is none. Once, before the calibration is shared. Without a
// leakage map nothing changes. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_calib_subtract_leakage(rim_calib *c, int black_level);

// Whole days from the calibration's date to `now_s` (seconds since 1970, UTC), -1
// where the date is not known.
int rim_calib_age_days(const rim_calib *c, int64_t now_s);

// Where the NIR pixel (x, y) lies in the visible picture, both distortions and the
// homography counted in; and the other way. false: it has no partner (no
// registration, behind the camera, or where the lens model folds over). The same
// bits on every machine: sums, products and quotients only.
bool rim_calib_nir_to_visible(const rim_calib *c, double x, double y, double *u,
                              double *v);
bool rim_calib_visible_to_nir(const rim_calib *c, double u, double v, double *x,
                              double *y);

#endif
