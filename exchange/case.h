// case.h: a whole report in memory, with what each lesion did over time.
//
// A report tells one frame a line; whoever shows a case wants the course of each
// lesion. One thread owns a case; it does not change after loading. Memory: some 200
// bytes a frame, a lesion of a frame, and a residual of a frame.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_CASE_H
#define RIM_EXCHANGE_CASE_H

#include "base/err.h"
#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>

// One line of the report.
typedef struct rim_case_frame {
    uint64_t number; // in the recording, rises from frame to frame
    int64_t t_ns;
    size_t lesion, residual; // index of its first ones
    int lesion_count, residual_count;
    rim_surface_state state;
    double assessable, visible_depth_mm; // NAN where not known
    unsigned why;                        // RIM_WHY_*, of the surface
    rim_quality quality;
} rim_case_frame;

typedef struct rim_case_lesion {
    size_t frame; // index of its frame
    rim_lesion seen;
} rim_case_lesion;

typedef struct rim_case_residual {
    size_t frame; // index of its frame
    int id;
    double x, y;              // px
    double area_px, area_mm2; // NAN where not known
    double sbr, target, background, cnr, confidence;
    unsigned why;
    size_t corner; // index of the outline's first one
    int corner_count;
} rim_case_residual;

// What was followed under one id, a lesion or a residual. Numbers are NAN where no
// frame knows them.
typedef struct rim_case_track {
    int id;
    size_t first, last;  // indices of frames
    size_t count;        // frames in which it was seen
    size_t clearest;     // index of the sighting of the highest confidence; of equal
                         // ones the highest SBR, then the first
    rim_pattern pattern; // the most frequent; of a residual RIM_PATTERN_NONE
    double sbr_median, sbr_max;
    double size_median; // a lesion's diameter_mm, a residual's area_mm2
    double confidence_max;
} rim_case_track;

typedef struct rim_case {
    char *path;
    rim_case_frame *frame;
    rim_case_lesion *lesion;
    rim_case_residual *residual;
    rim_point *corner;
    rim_case_track *lesion_track, *residual_track; // in order of their ids
    size_t frame_count, lesion_count, residual_count, corner_count;
    size_t lesion_track_count, residual_track_count;
    uint64_t dropped; // frames lost, in all
    bool surface;     // a cut surface was given, in some frame at least
    bool cut_short;   // its writer was stopped within the last line
    rim_err ended;    // RIM_OK, or why reading ended before the file did
} rim_case;

// Reads a report, or a truth file, whose further keys do not matter here. An empty
// file is a case without frames. Where a line is wrong, it is logged, *out holds what
// stands before it, and `ended` tells the error; without any line before, it is
// returned. RIM_ERR_NOT_FOUND, RIM_ERR_IO, RIM_ERR_FORMAT, RIM_ERR_MEMORY: logged.
RIM_NODISCARD rim_err rim_case_load(rim_case **out, const char *path);
void rim_case_destroy(rim_case **c);

#define RIM_CASE_CHOSEN_MAX 24

// Which lesions, or residuals, are worth a picture each: those seen in most frames. Their
// indices go into *chosen, rising; returns how many.
int rim_case_choose(size_t chosen[RIM_CASE_CHOSEN_MAX], const rim_case_track *track,
                    size_t count);

#endif
