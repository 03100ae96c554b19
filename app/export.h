// export.h: what rimlight export was asked for, and its forms that need more of the
// program than a report.
//
// A new form is a field here, a line in cmd_export.c's table of options, and its own
// app/export_NAME.c.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_EXPORT_H
#define RIM_APP_EXPORT_H

#include "base/err.h"

typedef struct rim_export_job {
    const char *input; // a report
    const char *csv;   // folder, NULL: not wanted
} rim_export_job;

#endif
