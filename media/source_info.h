// source_info.h: what a recording tells of itself, read or written.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_SOURCE_INFO_H
#define RIM_MEDIA_SOURCE_INFO_H

#include "base/frame.h"
#include "base/result.h"

#include <stdbool.h>
#include <stdint.h>

// Corners that a cut surface may have.
#define RIM_SURFACE_CORNERS_MAX 1024

// The surface to watch, from `frame` on until the next mark.
typedef struct rim_surface_mark {
    uint64_t frame;
    int count;              // corners, 3 to RIM_SURFACE_CORNERS_MAX
    const rim_point *point; // [count], in NIR pixels, inside the frame
} rim_surface_mark;

// The NIR camera and how it was set. "", 0 and false: not known.
typedef struct rim_source_camera {
    char camera[64], serial[64]; // its name; its number, or link in /dev/v4l/by-id
    double exposure_us;
    bool has_gain, has_gain_db;
    double gain; // as its control says, without a unit
    double gain_db;
} rim_source_camera;

// What a source tells before its first frame. Strings and marks belong to it.
typedef struct rim_source_info {
    int width, height;                 // of a NIR frame
    int bits;                          // of a NIR sample, 8 to 16
    int black_level;                   // counts that mean no light
    bool is_panel;                     // cut or taken out of a recorded screen,
    int panel_x, panel_y;              // where its top left pixel lies there
    int visible_width, visible_height; // 0: there is no visible picture
    double fps;                        // 0: not known
    int64_t frames;                    // -1: not known
    rim_source_camera camera;
    double mm_per_px;        // NAN: not known
    const char *calibration; // path, or NULL
    const rim_surface_mark *mark;
    int mark_count;
    // Of the run that made a recording.
    bool has_min_confidence;
    double min_confidence;
    double sbr_low, sbr_high; // 0: not known
    const char *tag;          // JSON of a recording (docs/recording.md), or NULL
    const char *description;  // a line for people: "sequence demo/, 300 frames, ..."
} rim_source_info;

// Shapes (rim_frame_init, rim_pool_create) of a source's frames. The visible one is 0x0
// where there is no visible picture.
rim_frame rim_source_nir_shape(const rim_source_info *i);
rim_frame rim_source_visible_shape(const rim_source_info *i);

#endif
