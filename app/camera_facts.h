// camera_facts.h: what a camera tells of itself, for a calibration: to be written into
// it, and to be held against it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CAMERA_FACTS_H
#define RIM_APP_CAMERA_FACTS_H

#include "calib/calib.h"
#include "capture/camera.h"

// "" or NAN where the camera does not tell.
typedef struct rim_camera_facts {
    char camera[64], serial[64]; // serial: as its link in /dev/v4l/by-id
    double exposure_us;
    double gain; // as its control says, without a unit
} rim_camera_facts;

void rim_camera_facts_get(rim_camera_facts *f, const rim_camera_info *info);
// As rim_calib_fits_camera().
RIM_NODISCARD rim_err rim_camera_facts_fit(const rim_camera_facts *f,
                                           const rim_calib *c);

#endif
