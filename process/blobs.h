// blobs.h: bright spots of every size: maxima of differences of Gaussians.
//
//     D(x, y; s) = G(s) * ratio - G(1.41 s) * ratio,   s = 0.8 mm .. 9 mm
//
// (Lindeberg 1998, IJCV 30:79; Lowe 2004, IJCV 60:91.) On the logarithm of the ratio
// D is the same in bright and dark parts of the picture. Gaussians are box
// means in a row. A ring whose core is not black answers at the scale of the whole ring;
// large dark-cored rings are found by rings.h.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_BLOBS_H
#define RIM_PROCESS_BLOBS_H

#include "base/err.h"
#include "process/candidate.h"
#include "process/pyramid.h"

typedef struct rim_blobs {
    const rim_pyramid *pyramid;
    int16_t *smooth[2], *halved;               // of one level at s, 1.41 s
    int16_t *response[2 * RIM_PYRAMID_LEVELS]; // D, fine to coarse, each of its level
    int16_t *tmp, *line;                       // scratch: a plane; a row and four more
    int16_t *nothing;                          // a row that is lower than all
    uint16_t *at;                              // peaks of a row
} rim_blobs;

RIM_NODISCARD rim_err rim_blobs_init(rim_blobs *b, const rim_pyramid *pyramid);
void rim_blobs_uninit(rim_blobs *b);
// Adds to `out`.
void rim_blobs_find(rim_blobs *b, rim_candidates *out);

#endif
