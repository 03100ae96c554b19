// map_row.h: 2^f - 1 for f in 0..1, both Q15, as a polynomial: MAP_1 f + MAP_2 f^2 ...
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_MAP_ROW_H
#define RIM_PROCESS_KERNELS_MAP_ROW_H

#include "process/kernels/kernels.h"

enum { MAP_1 = 22711, MAP_2 = 7885, MAP_3 = 1751, MAP_4 = 419 };

#endif
