// settings.h: what a window remembers from one time to the next, in
// $XDG_CONFIG_HOME/rimlight/window.conf (~/.config where that is not set).
//
// Only what cannot mislead: the size of the window, the view (never one that hides
// marks), the colours' map and opacity (both are in the legend). Never zoom, range or a
// surface. Runs without a window neither read nor write it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_SETTINGS_H
#define RIM_APP_SETTINGS_H

#include "render/overlay.h"

typedef struct rim_settings {
    int width, height; // of the window's inside; 0: not known
    bool has_view, has_color_map;
    rim_view view;
    rim_color_map color_map;
    int opacity; // 0: not known
} rim_settings;

// What is not there, or is not understood, is not set.
void rim_settings_load(rim_settings *s);
// Writes them where they differ from *was, whole or not at all; a failure is logged.
void rim_settings_save(const rim_settings *s, const rim_settings *was);

#endif
