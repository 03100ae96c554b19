// calib.h: what is known of a camera: dark, flat field, lens, and where the
// visible picture lies. Immutable after load, shared by const pointer.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_CALIB_H
#define RIM_CALIB_CALIB_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

typedef struct rim_calib {
    int width, height, bits;               // of the NIR stream that it was made for
    char camera[64], serial[64], date[32]; // "" where not known
    double exposure_us, gain_db;           // NAN where not known
    double mm_per_px;                      // NAN where not known

    // Maps of the NIR frame's size. data == NULL where not measured.
    rim_frame dark; // GRAY16, counts above the black level in Q4: 16 is one count
    rim_frame gain; // GRAY16, Q12: 4096 is 1.0
    rim_frame bad;  // GRAY16, 1: hot or dead, repaired from its neighbours

    // Lens of the NIR camera, OpenCV's model. has_lens false: not measured.
    bool has_lens;
    double camera_matrix[9], distortion[5];

    // NIR pixel to visible pixel, row-major homography.
    bool has_register;
    double nir_to_visible[9];
    int visible_width, visible_height;
    double register_rms_px; // NAN where not known
} rim_calib;

// path: calibration.yml or the folder that holds it. Maps lie beside it as 16-bit
// PNGs. What is missing, of the wrong size or not finite is logged by name.
// RIM_ERR_UNSUPPORTED: this build is without OpenCV, which reads the file.
RIM_NODISCARD rim_err rim_calib_load(rim_calib **out, const char *path);
void rim_calib_destroy(rim_calib **c);
// RIM_ERR_FORMAT, with the reason logged, where the calibration was not made for a
// stream of this shape.
RIM_NODISCARD rim_err rim_calib_fits(const rim_calib *c, int width, int height,
                                     int bits);

#endif
