// log.c: one line a message, written with one call so that threads do not mix.
// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static rim_log_sink *g_sink;
static void *g_ctx;

static void emit(rim_log_level level, const char *fmt, va_list args)
{
    static const char *const prefix[] = {
        "", "rimlight: ", "rimlight: warning: ", "rimlight: note: "};
    char line[1024];
    const size_t lead = strlen(prefix[level]);
    memcpy(line, prefix[level], lead);
    int n = vsnprintf(line + lead, sizeof line - lead - 1, fmt, args);
    if (n < 0)
        n = 0;
    size_t len = lead + (size_t)n;
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    for (size_t i = lead; i < len; i++)
        if (line[i] == '\n') // a file name may hold one; the line may not
            line[i] = ' ';
    line[len] = '\0';
    if (g_sink) {
        g_sink(g_ctx, level, line + lead);
        return;
    }
    line[len] = '\n';
    (void)fwrite(line, 1, len + 1, stderr);
}

#define RIM_LOG_BODY(level)                                                            \
    va_list args;                                                                      \
    va_start(args, fmt);                                                               \
    emit(level, fmt, args);                                                            \
    va_end(args)

void rim_log_error(const char *fmt, ...)
{
    RIM_LOG_BODY(RIM_LOG_ERROR);
}

void rim_log_warning(const char *fmt, ...)
{
    RIM_LOG_BODY(RIM_LOG_WARNING);
}

void rim_log_info(const char *fmt, ...)
{
    RIM_LOG_BODY(RIM_LOG_INFO);
}

void rim_log_set_sink(rim_log_sink *sink, void *ctx)
{
    g_sink = sink;
    g_ctx = ctx;
}
