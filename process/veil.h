// veil.h: where smoke veils the cut surface.
//
// Smoke of transmission T makes of the light I of tissue I T + A (1 - T) (Koschmieder),
// with an A that changes over centimetres: what tissue differs from its neighbourhood by
// shrinks to T of it, whatever the tissue is. Two measures of that, on the cells of
// residuals.h, in Q10 log2:
//
//     d      a cell less the mean of those around it, squared, less what the pixels'
//            noise makes of it; the noise is what second differences over pixels leave
//     sigma  the spread of the matched filter at 1 mm (residuals.h)
//
// Where d, averaged over 4 mm, is under 0.3 of what the better part of the surface has,
// under a third of its light passes. Where the geometric mean of d and sigma is small
// over the whole surface, or sigma alone, smoke lies on all of it: to refuse smooth tissue
// is the smaller error.
//
// Smoke that lets less than 0.3 of the light pass leaves nothing darker than 0.66 of what
// is around, since it shines itself (A is 0.85 of the tissue's light or so). So where a
// part of the surface is seen that is darker (blood, char), tissue is smooth and not
// veiled; where hardly anything is darker than 0.76, more structure is asked for, and
// where nothing is at all, of d alone: smoke that is uneven, and bile that shines through
// it, add to sigma. Of what is dark that does not count which reaches beyond the
// surroundings: an instrument may be in front of the smoke.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_VEIL_H
#define RIM_PROCESS_VEIL_H

#include "process/wound.h"

typedef struct rim_veil {
    double noise;  // of a pixel, standard deviation, Q10 log2; NAN: not known
    double detail; // d, median over the surface, Q10 log2; NAN: too little is seen
    // Parts of the surface that are darker than its middle, in places that end on it: so
    // dark that smoke cannot lie on it; at all.
    double deep, shade;
    uint8_t *cell;  // [cells] 1: veiled, though other cells are not
    float *d, *sum; // [cells] scratch
    uint8_t *known;
} rim_veil;

RIM_NODISCARD rim_err rim_veil_init(rim_veil *v, size_t cells);
void rim_veil_uninit(rim_veil *v);

// value: mean excess of each cell, Q10 log2; weight: its part that is tissue; side: of a
// cell in pixels. w: of the frame.
void rim_veil_look(rim_veil *v, const float *value, const float *weight, int columns,
                   int rows, int side, const rim_wound *w);
// Sets deep and shade. sum, count: of excess over what is valid of each cell.
void rim_veil_find_dark(rim_veil *v, const int32_t *sum, const int32_t *count,
                        const uint8_t *inside, int columns, int rows, int side);
// Whether all of the surface is veiled. sigma: as above; was: whether it was so in the
// last frame, which takes a little more structure to end.
bool rim_veil_is_whole(const rim_veil *v, double sigma, bool was);

#endif
