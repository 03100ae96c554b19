// subtract_run.h: the parts of a row that vectors can take, for subtract_row's variants.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_SUBTRACT_RUN_H
#define RIM_PROCESS_KERNELS_SUBTRACT_RUN_H

#include <stdbool.h>
#include <stdint.h>

// How many steps of `step` leave a fraction of Q16 where it is, in 0..65535.
static inline int steps_within(int32_t fraction, int32_t step)
{
    return step > 0   ? (65535 - fraction) / step
           : step < 0 ? fraction / -step
                      : INT32_MAX - 1;
}

// The first pixels of the row that lie in the past as they lie here, side by side in
// one row. Returns how many; *inside: all of their neighbours right and below are
// there.
static inline int run_of(bool *inside, int32_t px, int32_t py, int32_t step_x,
                         int32_t step_y, int past_width, int past_height, int width)
{
    const int x0 = px >> 16, y0 = py >> 16;
    const int by_x = steps_within(px & 65535, step_x - 65536);
    const int by_y = steps_within(py & 65535, step_y);
    int n = (by_x < by_y ? by_x : by_y) + 1;
    n = n < width ? n : width;
    *inside = false;
    if (x0 < 0 && -x0 < n)
        return -x0;
    if (x0 < 0 || y0 < 0 || y0 + 1 >= past_height || x0 + 1 >= past_width)
        return n;
    *inside = true;
    return past_width - 1 - x0 < n ? past_width - 1 - x0 : n;
}

#endif
