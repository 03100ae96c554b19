// still.h: pictures of a target, one a file.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_STILL_H
#define RIM_CALIB_STILL_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

// Does the name end like a picture that rim_still_read() takes (.png, .jpg, .jpeg)?
bool rim_still_is_named(const char *path);

// Reads a PNG or a JPEG into *f as GRAY16 (size, bits and pixels are set; the caller
// uninits it). Colour becomes luma (BT.601, rounded); of a JPEG the luma as it is
// stored. RIM_ERR_NOT_FOUND, RIM_ERR_DAMAGED, RIM_ERR_UNSUPPORTED (a build without
// libjpeg), RIM_ERR_IO, RIM_ERR_MEMORY; logged.
RIM_NODISCARD rim_err rim_still_read(rim_frame *f, const char *path);

// Luma of a BGRX8 picture into GRAY16 of the same size (asserted).
void rim_still_luma(rim_frame *gray, const rim_frame *colour);

#endif
