// report.h: results as lines of JSON: the report, and a phantom's truth.
//
// One object a frame, a line each; docs/report.md is the format. Lines are
// written whole or not at all; a number that is not finite is written as "null".
// Written by hand into one buffer, since nothing allocates per frame; read with
// Jansson. One thread owns a writer or a reader.
//
// Numbers have a fixed number of decimals, whatever the locale: px and mm 3 (areas
// 2 and 4, corners 2), angles 2, counts 2, ratios and shares 4 (of the frame 6).
// SPDX-License-Identifier: MIT
#ifndef RIM_REPORT_REPORT_H
#define RIM_REPORT_REPORT_H

#include "base/err.h"
#include "base/result.h"

#include <stdbool.h>

typedef struct rim_report_writer rim_report_writer;

// path "-": standard output. An old file is replaced. RIM_ERR_NOT_FOUND: no such
// folder; RIM_ERR_IO: it cannot be written. Both are logged with path and reason.
RIM_NODISCARD rim_err rim_report_create(rim_report_writer **out, const char *path);
// Hands the whole line to the system before it returns. The first failure is logged,
// a file is cut back to its last whole line, and this and all later calls return
// RIM_ERR_IO. A pipe that was closed at its other end fails likewise, provided that
// the program ignores SIGPIPE.
RIM_NODISCARD rim_err rim_report_write(rim_report_writer *w, const rim_result *r);
// The colour scale of the picture that is shown with the results.
typedef struct rim_report_scale {
    double sbr_low, sbr_high;
    const char *map; // not copied
    int opacity;     // % of the usual
} rim_report_scale;

// Of the lines from now on: one that differs from the line before tells it.
void rim_report_set_scale(rim_report_writer *w, const rim_report_scale *scale);
// Closes. RIM_ERR_IO if this or any write failed. NULL is fine.
RIM_NODISCARD rim_err rim_report_close(rim_report_writer **w);

// What only a phantom knows of a lesion or residual.
typedef struct rim_truth_object {
    char class_name[32]; // "lesion", "residual", or the name of a distractor
    double depth_mm, uptake;
    bool detectable; // noise-free SBR at least 1.3
} rim_truth_object;

typedef struct rim_truth {
    rim_result seen;                              // in the noise-free image
    rim_truth_object lesion[RIM_LESIONS_MAX];     // of seen.lesion[i]
    rim_truth_object residual[RIM_RESIDUALS_MAX]; // of seen.surface.residual[i]
} rim_truth;

RIM_NODISCARD rim_err rim_report_write_truth(rim_report_writer *w, const rim_truth *t);

typedef struct rim_report_reader rim_report_reader;

// Reads a report or a truth file; path "-" is standard input. A failure is logged.
RIM_NODISCARD rim_err rim_report_open(rim_report_reader **out, const char *path);
// The next frame. Unknown keys and unknown words of `why` are passed over. Needed are
// `frame`, `lesions`, of a lesion x, y, a, b, of a residual x, y, of a given
// `cut_surface` its state; other numbers are NAN where they are null or missing (an
// id is 0). Where a file has no `class` (a report), class_name is "", and without
// `detectable` that is whether the SBR is at least 1.3 or not known. Lists longer
// than the result holds are cut, with a warning.
// RIM_OK; RIM_END, also, with a warning, where the last line was cut off by a crash;
// RIM_ERR_FORMAT: logged with file, line and key; RIM_ERR_IO.
RIM_NODISCARD rim_err rim_report_read(rim_report_reader *r, rim_truth *t);
// Did the last line break off, as rim_report_read() has warned?
bool rim_report_was_cut(const rim_report_reader *r);
void rim_report_reader_close(rim_report_reader **r);

#endif
