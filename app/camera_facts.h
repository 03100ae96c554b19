// camera_facts.h: what is known of the NIR camera, held against a calibration.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CAMERA_FACTS_H
#define RIM_APP_CAMERA_FACTS_H

#include "calib/calib.h"
#include "capture/camera.h"
#include "media/source_info.h"

// What a camera that is open tells of itself.
void rim_camera_facts_get(rim_source_camera *f, const rim_camera_info *info);
// In the words of a calibration. The strings are those of *f.
rim_calib_camera rim_camera_facts_held(const rim_source_camera *f);
// As rim_calib_fits_camera().
RIM_NODISCARD rim_err rim_camera_facts_fit(const rim_source_camera *f,
                                           const rim_calib *c);

#endif
