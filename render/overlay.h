// overlay.h: the picture that is shown: pseudo-colour, outlines, verdict.
//
// Composited in integers by our own code: the same bytes on every machine, in a
// file as in the window. The colour scale is fixed at creation and never follows
// the content. One thread owns an overlay; memory is taken at creation.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_OVERLAY_H
#define RIM_RENDER_OVERLAY_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"

typedef struct rim_overlay_options {
    int nir_width, nir_height, nir_bits, nir_black_level;
    int width, height; // of the picture: the visible frame's, else the NIR frame's
    double mm_per_px;  // of the NIR frame; 0 or NAN: no scale bar
    // NIR pixel to picture pixel, row-major; all zero: scaled to the size.
    double nir_to_picture[9];
    // The scale: SBR shown as transparent and as full colour. 0: 1.3 and 5.
    double sbr_low, sbr_high;
} rim_overlay_options;

typedef struct rim_overlay rim_overlay;

// RIM_ERR_ARG: a size out of range or a map that cannot be inverted.
RIM_NODISCARD rim_err rim_overlay_create(rim_overlay **out,
                                         const rim_overlay_options *options);
void rim_overlay_destroy(rim_overlay **o);

// Draws into *picture (BGRX8, options' size): the visible frame, or where that is
// NULL the NIR frame in grey; over it what `result` and the SBR map (GRAY16 Q8,
// `scale` NIR pixels a map pixel; see rim_pipeline_sbr_map) say.
void rim_overlay_draw(rim_overlay *o, rim_frame *picture, const rim_frame *nir,
                      const rim_frame *visible, const rim_frame *sbr_map, int scale,
                      const rim_result *result);

#endif
