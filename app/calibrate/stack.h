// stack.h: all frames of an input into one stack, and the commands that measure it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CALIBRATE_STACK_H
#define RIM_APP_CALIBRATE_STACK_H

#include "app/calibrate/calibrate.h"
#include "calib/stack.h"

typedef struct rim_cal_stacked {
    rim_cal_shape shape;
    rim_stack stack;
    rim_frame last; // the last frame, for the report
} rim_cal_stacked;

RIM_NODISCARD rim_err rim_cal_stack(rim_cal_stacked *s, const char *input,
                                    const rim_cal_options *o, int frames);
void rim_cal_stacked_uninit(rim_cal_stacked *s);

// A command that measures one thing of a still scene.
typedef struct rim_cal_still {
    rim_usage usage;      // its options: the command's own (NULL: none)
    const char *nir_help; // of --nir
    rim_cal_part part;
    void *made; // what is measured; the caller's
    // Measures into *made and tells of it. As rim_dark_measure().
    rim_err (*measure)(void *made, const rim_cal_stacked *s,
                       const rim_cal_store *store);
    // Sets the numbers in the document.
    rim_err (*put)(rim_doc *doc, const void *made);
    const rim_folder_map *map; // of *made
    int maps;
} rim_cal_still;

// Parses the options, stacks the input, measures and saves. The exit status.
int rim_cal_still_run(const rim_cal_still *c, int argc, char **argv);

#endif
