// measure.h: from what the rays saw to the words and units of the report.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_MEASURE_H
#define RIM_PROCESS_MEASURE_H

#include "base/result.h"
#include "process/background.h"
#include "process/reduce.h"
#include "process/tracks.h"

// Pattern of a spot by coverage and core (report.md has the rule).
rim_pattern rim_measure_pattern(const rim_spot *spot);
// The light of the background at each track, Q15 above black, without the glow of the
// others (glow.h): background[RIM_TRACKS_MAX].
void rim_measure_backgrounds(double *background, const rim_tracks *tracks,
                             const rim_background *model);
void rim_measure_lesion(rim_lesion *out, const rim_track *track, const rim_grid *grid,
                        const rim_background *model, double background,
                        const rim_reduce *light);
// Its values are those of the surface's own level (surface.h).
void rim_measure_residual(rim_residual *out, const rim_track *track,
                          const rim_grid *grid, const rim_background *model,
                          const rim_reduce *light);

#endif
