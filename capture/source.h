// source.h: where frames come from: one interface for recordings and cameras.
//
// A source is owned and used by one thread. Frames are decoded into frames that
// the caller lends (from its pool), so a source keeps nothing of what it gave.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_SOURCE_H
#define RIM_CAPTURE_SOURCE_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "media/source_info.h"

#include <stdbool.h>

// How the NIR signal is taken out of a picture that has colour.
typedef enum rim_nir_from {
    RIM_NIR_FROM_GRAY = 0, // the only sample, or the luma of a colour picture
    RIM_NIR_FROM_RED,
    RIM_NIR_FROM_GREEN,
    RIM_NIR_FROM_BLUE,
    // The green that a tower painted over the white light: what green exceeds the
    // larger of red and blue by; the picture without it becomes the visible frame.
    RIM_NIR_FROM_GREEN_OVERLAY,
} rim_nir_from;

// "gray", "red", "green", "blue", "green-overlay" by rim_nir_from, ended by NULL.
extern const char *const rim_nir_from_names[];
// RIM_ERR_ARG: none of these.
RIM_NODISCARD rim_err rim_nir_from_name(rim_nir_from *out, const char *name);

typedef struct rim_crop {
    int x, y, width, height; // px of the recorded picture; width 0: all of it
} rim_crop;

struct rim_screen_layout;

// All zero: everything as the recording says.
typedef struct rim_source_options {
    rim_nir_from nir_from;
    // The NIR panel of a recorded tower screen. Any position and size inside the
    // picture, odd ones too: cut after chroma was brought to full resolution. Marks
    // of a cropped recording move with the crop.
    rim_crop nir_crop;
    // Of a recorded tower screen, in place of crops that are not given, and of nir_from;
    // NULL: none. See screen_layout.h; must stay until the source is open.
    const struct rim_screen_layout *layout;
    rim_crop visible_crop; // the white-light panel: of the visible recording where
                           // there is one, else of the same picture
    double mm_per_px;      // overrules the recording's; 0: not given
    int bits;              // of a NIR sample, overrules the recording's; 0: not given
    int black_level;       // overrules the recording's; 0: not given, -1: none
    double fps; // of a folder of PNGs, which tells none; 0: 30, said in a note
    // Of a recording, also the frames that live had no time for; without them a replay
    // gives the report that live gave.
    bool all_frames;
} rim_source_options;

typedef struct rim_source rim_source;

// input: a folder with sequence.json, a folder of PNGs, a video file, or a
// recording made with rim_recorder. Logs what is wrong and how to mend it.
//
// In a sequence, the number at the end of a PNG's name is the frame's number; a
// number that is missing is a lost frame. A folder without sequence.json is played
// in name order, digits counted as numbers (frame2 before frame10), other files
// left out. All pictures of a folder must be of one size, depth and colour: the
// first that differs is an error. 16-bit PNGs without a manifest, not written by
// this program, count as 16 bits deep.
// RIM_ERR_NOT_FOUND, RIM_ERR_FORMAT, RIM_ERR_UNSUPPORTED, RIM_ERR_IO, RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_source_open(rim_source **out, const char *input,
                                      const rim_source_options *options);
void rim_source_close(rim_source **p);
const rim_source_info *rim_source_get_info(const rim_source *s);

// The next frame into *nir (GRAY16, info's size) and *visible (BGRX8; may be NULL).
// Sets seq (the number in the recording, from 0) and captured_ns (presentation
// time since the start). *has_visible is false when this frame's visible partner
// is missing or damaged: the pixels of *visible are then not to be shown.
// RIM_OK; RIM_END; RIM_ERR_DAMAGED: the frame numbered nir->seq could not be
// decoded, has been logged by number, and is lost: the next call reads the one
// after it; RIM_ERR_IO: reading must end here.
RIM_NODISCARD rim_err rim_source_read(rim_source *s, rim_frame *nir, rim_frame *visible,
                                      bool *has_visible);

// Goes forward, so that the next call of rim_source_read() gives the frame numbered
// `number` or the first after it. Frames in between are not decoded where the format
// allows it; damage among them is logged. RIM_OK; RIM_END; RIM_ERR_IO.
RIM_NODISCARD rim_err rim_source_skip(rim_source *s, uint64_t number);

// The surface that was drawn while the frame read last was recorded, to be marked before
// that frame is processed. NULL: no news; count 0: no surface is watched any more. Valid
// until the source is closed.
const rim_surface_mark *rim_source_mark(const rim_source *s);

// Reads a cut-surface list (the JSON array of interfaces: [{"frame":0,
// "polygon":[[x,y],...]},...], or an object that holds it under "cut_surface").
// Corners outside width x height, fewer than 3 corners: RIM_ERR_FORMAT, logged.
typedef struct rim_surface_marks rim_surface_marks;
RIM_NODISCARD rim_err rim_surface_marks_load(rim_surface_marks **out, const char *path,
                                             int width, int height);
void rim_surface_marks_destroy(rim_surface_marks **m);
const rim_surface_mark *rim_surface_marks_list(const rim_surface_marks *m, int *count);

#endif
