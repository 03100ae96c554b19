// page_geometry.h: lens and registration on a calibration's page. Internal to calib/.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_PAGE_GEOMETRY_H
#define RIM_CALIB_PAGE_GEOMETRY_H

#include "calib/page_part.h"

// Each writes nothing where the calibration has no such part.
void rim_calib_page_put_lens(rim_calib_page_in *g);
void rim_calib_page_put_register(rim_calib_page_in *g);

#endif
