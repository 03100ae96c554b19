// gain_columns.h: by how much gain_columns shifts, for its variants.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_GAIN_COLUMNS_H
#define RIM_PROCESS_KERNELS_GAIN_COLUMNS_H

typedef struct gain_shifts {
    int pixel; // of a pixel, down
    int pair;  // of a pair of rows, down
    int sum;   // of their sum, down, rounded
} gain_shifts;

static inline gain_shifts gain_shifts_of(int bits, int gain_bits)
{
    const int kept = bits < 15 ? bits : 15;
    const int pair = kept > 12 ? kept - 12 : 0;
    return (gain_shifts){bits - kept, pair, gain_bits - 16 + kept - pair};
}

#endif
