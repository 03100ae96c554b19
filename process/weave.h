// weave.h: whether a patch of the picture is woven: gauze.
//
// Threads repeat, tissue does not. The power of a patch of 16 x 16 grid pixels (3.2 mm)
// at periods of 0.45 to 1.3 mm lies, for gauze, in two narrow peaks at right angles; for
// tissue it is spread over many. Edges and lumps have more power the coarser; gauze has
// not. Any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_WEAVE_H
#define RIM_PROCESS_WEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIM_WEAVE_SIDE 16

// patch: Q10 log2 light, rows `step` entries apart.
bool rim_weave_is_woven(const int16_t *patch, size_t step);

#endif
