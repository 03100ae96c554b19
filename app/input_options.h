// input_options.h: how frames are had from a recording or from cameras: the options that
// replay, export, calibrate and live share.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_INPUT_OPTIONS_H
#define RIM_APP_INPUT_OPTIONS_H

#include "app/options.h"

#include "capture/camera.h"
#include "capture/screen_layout.h"
#include "capture/source.h"

// ---- a recording ----

typedef struct rim_input_options {
    rim_source_options source; // for rim_source_open()
    rim_option table[7];       // for RIM_OPT_INCLUDE
    // As given, before rim_input_options_finish().
    const char *layout;
    rim_screen_layout screen;
    int nir_from, black_level; // black_level -1: not given
} rim_input_options;

// Sets defaults and binds the table to *o, which must then stay where it is.
void rim_input_options_init(rim_input_options *o);
// After parsing. What rim_screen_layout_load() returns.
RIM_NODISCARD rim_err rim_input_options_finish(rim_input_options *o);

// ---- live cameras ----

typedef struct rim_camera_setup {
    const char *format; // NULL: chosen
    rim_size size;      // width 0: chosen
    int justify;        // rim_justify
    rim_list control;
} rim_camera_setup;

typedef struct rim_cameras_setup {
    rim_camera_setup nir, visible;
    rim_option nir_table[5], visible_table[4];
} rim_cameras_setup;

// Sets defaults and binds the tables to *s, which must then stay where it is.
void rim_cameras_setup_init(rim_cameras_setup *s);
// What was given, into *o, where lists stay those of *s.
void rim_camera_setup_apply(rim_camera_options *o, const rim_camera_setup *s);

#endif
