// report.h: results as lines of JSON: the report, and a phantom's truth.
//
// One object a frame, a line each; docs/report.md is the format. Lines are
// written whole or not at all, each checked for finite numbers (else "null").
// Written by hand into one buffer, since nothing allocates per frame; read with
// Jansson. One thread owns a writer or a reader.
// SPDX-License-Identifier: MIT
#ifndef RIM_REPORT_REPORT_H
#define RIM_REPORT_REPORT_H

#include "base/err.h"
#include "base/result.h"

#include <stdbool.h>

typedef struct rim_report_writer rim_report_writer;

// path "-": standard output. Logs the path and the reason when it cannot be written.
RIM_NODISCARD rim_err rim_report_create(rim_report_writer **out, const char *path);
RIM_NODISCARD rim_err rim_report_write(rim_report_writer *w, const rim_result *r);
// Flushes and closes; an error here (disk full) is logged and returned.
RIM_NODISCARD rim_err rim_report_close(rim_report_writer **w);

// What only a phantom knows of a lesion or residual.
typedef struct rim_truth_object {
    char class_name[32]; // "lesion", "residual", or the name of a distractor
    double depth_mm, uptake;
    bool detectable; // noise-free SBR at least 1.3 (residual: excess 0.3)
} rim_truth_object;

typedef struct rim_truth {
    rim_result seen;                              // in the noise-free image
    rim_truth_object lesion[RIM_LESIONS_MAX];     // of seen.lesion[i]
    rim_truth_object residual[RIM_RESIDUALS_MAX]; // of seen.surface.residual[i]
} rim_truth;

RIM_NODISCARD rim_err rim_report_write_truth(rim_report_writer *w, const rim_truth *t);

typedef struct rim_report_reader rim_report_reader;

// Reads a report or a truth file. Unknown keys are ignored; a missing or wrong one
// is logged with file, line and name.
RIM_NODISCARD rim_err rim_report_open(rim_report_reader **out, const char *path);
// RIM_OK, RIM_END, RIM_ERR_FORMAT. For a report the truth-only fields are zero.
RIM_NODISCARD rim_err rim_report_read(rim_report_reader *r, rim_truth *t);
void rim_report_reader_close(rim_report_reader **r);

#endif
