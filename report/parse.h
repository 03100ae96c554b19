// parse.h: a line of a report, already read as JSON, to a result.
//
// Internal to report/.
// SPDX-License-Identifier: MIT
#ifndef RIM_REPORT_PARSE_H
#define RIM_REPORT_PARSE_H

#include "report/report.h"

#include <jansson.h>

typedef struct rim_parse {
    const char *path;                                // for messages
    long line;                                       // from 1
    bool said_lesions, said_residuals, said_corners; // too many: told once a file
} rim_parse;

// *t must be zero. RIM_ERR_FORMAT: logged with file, line and key.
rim_err rim_parse_frame(rim_truth *t, const json_t *top, rim_parse *p);

#endif
