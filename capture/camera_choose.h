// camera_choose.h: which of a camera's formats, sizes and rates to use.
//
// Pure: a list of modes in, an index out, so that the choice can be tested and
// `rimlight devices` tells the same as `rimlight live` does.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_CAMERA_CHOOSE_H
#define RIM_CAPTURE_CAMERA_CHOOSE_H

#include "capture/camera.h"
#include "capture/unpack.h"

// What is wanted where the user does not say: the slowest usual rate must be held,
// and of faster ones the highest up to the second is run.
#define RIM_CAMERA_RATE_LEAST 25.0
#define RIM_CAMERA_RATE_MOST  60.0

// The best mode for options->use among those that options allow (format, width,
// height, fps): -1 where none does.
//   NIR: one that holds the rate; monochrome before Bayer before colour; then the
//   deepest; then the largest up to 1920x1080; then the fastest.
//   VISIBLE: one that holds the rate, colour, the largest up to 1920x1080,
//   uncompressed, the fastest.
//   INTERLEAVED: as NIR, but Bayer and colour before monochrome, and no JPEG.
int rim_camera_choose(const rim_camera_mode *modes, int count,
                      const rim_camera_options *options);
// Whether a mode holds the rate that is wanted.
bool rim_camera_holds(const rim_camera_mode *mode, const rim_camera_options *options);
// The rate to ask the driver for.
double rim_camera_rate(const rim_camera_mode *mode, const rim_camera_options *options);

#endif
