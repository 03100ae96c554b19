// ring.h: small recordings for tests of the whole program: a glowing ring that
// drifts over a dimmer liver.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_RING_H
#define RIM_TESTS_RING_H

#include "base/frame.h"

enum { RING_WIDTH = 320, RING_HEIGHT = 240 };

// Frame number `seq` into *f, GRAY16 of 12 bits with black level 64.
void rim_ring_paint(rim_frame *f, int seq);
// folder/nir/000000.png ... and folder/sequence.json, with a cut surface.
void rim_ring_write(const char *folder, int frames);

#endif
