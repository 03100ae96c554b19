// page.h: one HTML page that shows a calibration and what it is good for.
//
// Self-contained: pictures are embedded, residual arrows are SVG, nothing is loaded.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_PAGE_H
#define RIM_CALIB_PAGE_H

#include "base/err.h"
#include "calib/calib.h"
#include "calib/doc.h"

// file: the calibration.yml that `doc` and `calib` were read from, for its maps. path:
// of the page; it appears there when it is whole. now_s: seconds since 1970, for the
// age. RIM_ERR_IO, RIM_ERR_MEMORY, and what reading the maps returns; logged.
RIM_NODISCARD rim_err rim_calib_page_write(const char *path, const rim_doc *doc,
                                           const rim_calib *calib, const char *file,
                                           int64_t now_s);

#endif
