// page_maps.h: dark, flat and leaked light on a calibration's page. Internal to calib/.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_PAGE_MAPS_H
#define RIM_CALIB_PAGE_MAPS_H

#include "calib/page_part.h"

// Each writes nothing where the calibration has no such part.
void rim_calib_page_put_dark(rim_calib_page_in *g);
void rim_calib_page_put_flat(rim_calib_page_in *g);
void rim_calib_page_put_leakage(rim_calib_page_in *g);

#endif
