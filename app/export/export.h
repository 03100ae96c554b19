// export.h: what rimlight export was asked for, and its forms that need more of the
// program than a report.
//
// A new form is a field here, a line in cmd_export.c's table of options, and its own
// app/export/NAME.c.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_EXPORT_EXPORT_H
#define RIM_APP_EXPORT_EXPORT_H

#include "app/input_options.h"
#include "app/run_options.h"

#include "base/err.h"
#include "exchange/case.h"
#include "exchange/dicom.h"

typedef struct rim_export_job {
    const char *input;              // a report
    const char *csv, *html, *dicom; // where to; NULL: not wanted
    const char *title;              // of the case; NULL: the report's name
    const char *ffv1;     // file, NULL: not wanted; then `input` is a recording
    bool remove_original; // once ffv1 is verified
    // The recording that the report was made of, and how it is read; NULL: none given.
    const char *source;
    rim_input_options how;
    rim_run_options run;            // what is known of the scene; no outputs
    rim_dicom_facts dicom_facts;    // what the user gives of them
    uint64_t clip_first, clip_last; // numbers of the NIR frames that go into --dicom
    // As given, before parsing is done.
    const char *clip;
} rim_export_job;

// --ffv1: job->input, a raw recording, into job->ffv1.
RIM_NODISCARD rim_err rim_export_ffv1(const rim_export_job *job);
// Both need job->source; a page goes without, and says so.
RIM_NODISCARD rim_err rim_export_dicom(const rim_export_job *job, const rim_case *c);
RIM_NODISCARD rim_err rim_export_html(const rim_export_job *job, const rim_case *c);

// Seconds since 1970 that count as now: SOURCE_DATE_EPOCH of the environment, where it
// is set, so that the same input can give the same bytes; else the clock's.
int64_t rim_export_now_s(void);
// "2026-03-01T10:00:00Z"
void rim_export_date(char text[32], int64_t time_s);

#endif
