// progress.c: draws the line over itself; log messages push it down.
// SPDX-License-Identifier: MIT
#include "app/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

static void log_above(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    const char *kind = level == RIM_LOG_ERROR     ? ""
                       : level == RIM_LOG_WARNING ? "warning: "
                                                  : "note: ";
    fprintf(stderr, CLEAR_LINE "rimlight: %s%s\n", kind, line);
}

void rim_progress_start(rim_progress *p, const char *what, const char *unit,
                        int64_t total)
{
    *p = (rim_progress){.what = what, .unit = unit, .total = total};
    p->started_ns = rim_clock_now_ns();
    p->shown = isatty(STDERR_FILENO) == 1;
    if (p->shown)
        rim_log_set_sink(log_above, NULL);
}

static int format_left(char *text, size_t size, double left_s)
{
    const int s = left_s < 359999.0 ? (int)(left_s + 0.5) : 359999;
    if (s >= 3600)
        return snprintf(text, size, "  %d:%02d:%02d left", s / 3600, s / 60 % 60,
                        s % 60);
    return snprintf(text, size, "  %d:%02d left", s / 60, s % 60);
}

void rim_progress_format(char *line, size_t size, const rim_progress *p, int64_t done,
                         int64_t elapsed_ns)
{
    const double elapsed_s = (double)elapsed_ns / (double)RIM_NS_PER_S;
    const double rate = elapsed_s > 0 ? (double)done / elapsed_s : 0;
    char of[32] = "", percent[16] = "", left[32] = "";
    if (p->total > 0) {
        const double part = (double)done / (double)p->total;
        snprintf(of, sizeof of, "/%lld", (long long)p->total);
        snprintf(percent, sizeof percent, "  %d %%", (int)(100 * part));
        if (rate > 0 && done <= p->total)
            format_left(left, sizeof left, (double)(p->total - done) / rate);
    }
    snprintf(line, size, "%s  %lld%s %s%s  %.1f/s%s", p->what, (long long)done, of,
             p->unit, percent, rate, left);
}

void rim_progress_update(rim_progress *p, int64_t done)
{
    if (!p->shown)
        return;
    const int64_t now_ns = rim_clock_now_ns();
    if (now_ns - p->drawn_ns < RIM_NS_PER_S / 10)
        return;
    p->drawn_ns = now_ns;
    char line[160];
    rim_progress_format(line, sizeof line, p, done, now_ns - p->started_ns);
    fprintf(stderr, CLEAR_LINE "%s", line);
}

void rim_progress_finish(rim_progress *p)
{
    if (!p->shown)
        return;
    fputs(CLEAR_LINE, stderr);
    rim_log_set_sink(NULL, NULL);
    p->shown = false;
}
