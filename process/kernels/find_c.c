// find_c.c: the peaks of process/evidence.
// SPDX-License-Identifier: MIT
#include "process/kernels/find_rows.h"
#include "process/kernels/kernels.h"

int rim_peak_row_c(uint16_t *at, const int16_t *above, const int16_t *row,
                   const int16_t *below, int least, int width)
{
    return peaks_between(at, 0, &(peak_rows){above, row, below, least, width}, 0,
                         width);
}
