// camera_synth_film.h: a recording that the synthetic camera shows. Private to capture.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_CAMERA_SYNTH_FILM_H
#define RIM_CAPTURE_CAMERA_SYNTH_FILM_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define RIM_SYNTH_FILM_MAX 240 // frames that are kept

typedef struct rim_synth_film {
    int count, width, height;
    uint16_t *light; // [count][height][width], 0..65535; NULL: none
} rim_synth_film;

// path: as for rim_source_open(). visible: its visible frames, as luma. What is wrong
// has been logged.
RIM_NODISCARD rim_err rim_synth_film_load(rim_synth_film *f, const char *path,
                                          bool visible);
void rim_synth_film_drop(rim_synth_film *f);

#endif
