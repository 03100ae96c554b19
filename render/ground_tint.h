// ground_tint.h: a row of pseudo-colour; for ground.c.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_GROUND_TINT_H
#define RIM_RENDER_GROUND_TINT_H

#include "render/ground.h"

// Bilinear samples of the NIR frame for row y of the pane; 0 beyond the frame's edge.
void rim_ground_sample(uint16_t *out, const rim_render_kernels *k, const rim_pane *pane,
                       const rim_frame *nir, int y, int width);
// Colours over row y of the pane, which stands in `pixel`. first: nothing of the row
// before is in `rows`.
void rim_ground_tint(const rim_ground *g, const rim_ground_job *j, uint8_t *pixel,
                     int y, bool first, rim_ground_rows *rows);
// Asks for the pixels of row y, which stand in `pixel`, that rim_ground_tint() will
// change: where nothing has read the row shortly before.
void rim_ground_ask(const rim_pane *pane, const uint8_t *pixel, int y);

#endif
