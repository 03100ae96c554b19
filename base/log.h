// log.h: messages to the user, one line each, on standard error.
//
// A message names the file, device or option and the mend:
//     rimlight: run/nir/000012.png: 640x480, but the first frame is 1280x720;
//               remove it or give the folder frames of one size
// (in one line). Any thread may log; lines do not mix. Not for the frame path:
// formatting costs time.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_LOG_H
#define RIM_BASE_LOG_H

#include "base/err.h"

typedef enum rim_log_level {
    RIM_LOG_NONE = 0,
    RIM_LOG_ERROR,   // what was asked for cannot be done
    RIM_LOG_WARNING, // it goes on, but the user must know
    RIM_LOG_INFO,    // said once, useful: what was chosen and why
} rim_log_level;

void rim_log_error(const char *fmt, ...) RIM_PRINTF(1, 2);
void rim_log_warning(const char *fmt, ...) RIM_PRINTF(1, 2);
void rim_log_info(const char *fmt, ...) RIM_PRINTF(1, 2);

// Where lines go: `sink` gets each finished line without a newline. NULL is
// standard error again. For tests and for programs with a window of their own.
// Set it before other threads start.
typedef void rim_log_sink(void *ctx, rim_log_level level, const char *line);
void rim_log_set_sink(rim_log_sink *sink, void *ctx);

#endif
