// progress.h: a line on a terminal that tells how far long work has come.
//
//     replay    412/3000 frames  13 %  148.2/s  0:17 left
//
// Nothing is written where standard error is not a terminal. While it is shown,
// messages of log.h are written above it. One thread uses it, one at a time.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_PROGRESS_H
#define RIM_APP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rim_progress {
    const char *what; // "replay"
    const char *unit; // "frames"
    int64_t total;    // -1: not known
    int64_t started_ns, drawn_ns;
    bool shown;
} rim_progress;

// The strings must stay until rim_progress_finish().
void rim_progress_start(rim_progress *p, const char *what, const char *unit,
                        int64_t total);
// `done` so far. Cheap: draws at most ten times a second, allocates nothing.
void rim_progress_update(rim_progress *p, int64_t done);
// Takes the line away. Safe to call twice, and on a zeroed rim_progress.
void rim_progress_finish(rim_progress *p);

// The line for `done` after elapsed_ns, as rim_progress_update() draws it.
void rim_progress_format(char *line, size_t size, const rim_progress *p, int64_t done,
                         int64_t elapsed_ns);

#endif
