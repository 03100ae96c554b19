// find_rows.h: peaks of a part of a row, for the variants of peak_row and their ends.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_FIND_ROWS_H
#define RIM_PROCESS_KERNELS_FIND_ROWS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct peak_rows {
    const int16_t *above, *row, *below;
    int least, width;
} peak_rows;

static inline bool peak_at(const peak_rows *p, int x)
{
    const int16_t *above = p->above, *row = p->row, *below = p->below;
    const int v = row[x];
    if (v <= p->least || above[x] >= v || below[x] > v)
        return false;
    if (x > 0 && (row[x - 1] >= v || above[x - 1] >= v || below[x - 1] > v))
        return false;
    return x + 1 == p->width ||
           (row[x + 1] <= v && above[x + 1] < v && below[x + 1] <= v);
}

// Appends the peaks among pixels first .. last - 1 to a list of n; its new length.
static inline int peaks_between(uint16_t *at, int n, const peak_rows *p, int first,
                                int last)
{
    for (int x = first; x < last; x++)
        if (peak_at(p, x))
            at[n++] = (uint16_t)x;
    return n;
}

#endif
