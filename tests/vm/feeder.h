// feeder.h: writes numbered frames into a video node, for a test to capture.
//
// Sample (x, y) of frame n is feeder_sample(); sample (0, 0) is n itself, low 8 bits.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_VM_FEEDER_H
#define RIM_TESTS_VM_FEEDER_H

#include <stdint.h>

typedef enum feeder_way {
    FEEDER_MMAP,  // a vivid output, at its own pace
    FEEDER_WRITE, // v4l2loopback, at 30/s; 6/s where everything is slow
} feeder_way;

typedef struct feeder feeder;

// name: GREY, Y10, Y12, Y16 or Y16-BE. Starts a thread. Aborts the test where the
// node cannot be fed.
feeder *feeder_start(const char *node, feeder_way way, const char *name, int width,
                     int height);
// Likewise, in a 16-bit format with only so many bits, left-justified; 0: all.
feeder *feeder_start_left(const char *node, feeder_way way, const char *name, int width,
                          int height, int bits);
void feeder_stop(feeder *f);

// How much longer things take than usual (CK_TIMEOUT_MULTIPLIER): 1, or more under
// sanitizers.
int feeder_patience(void);

unsigned feeder_sample(int x, int y, unsigned n, int bits);

#endif
