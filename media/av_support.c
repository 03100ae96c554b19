// av_support.c: FFmpeg's log and error codes.
// SPDX-License-Identifier: MIT
#include "media/av_support.h"

#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 200 };

static _Thread_local char g_last[MESSAGE_BYTES];

static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static rim_av_watch *g_watches; // under g_lock

static void count_complaint(const void *ctx, const char *fmt)
{
    if (strstr(fmt, "SEI") || strstr(fmt, "VUI"))
        return;
    pthread_mutex_lock(&g_lock);
    for (rim_av_watch *w = g_watches; w; w = w->next)
        if (w->codec == ctx)
            atomic_fetch_add(&w->complaints, 1);
    pthread_mutex_unlock(&g_lock);
}

static void keep_error(void *ctx, int level, const char *fmt, va_list args)
{
    const bool conceals = strncmp(fmt, "concealing", 10) == 0;
    if (ctx && (level <= AV_LOG_ERROR || conceals))
        count_complaint(ctx, fmt);
    if (level > AV_LOG_ERROR)
        return;
    (void)vsnprintf(g_last, sizeof g_last, fmt, args);
    g_last[strcspn(g_last, "\r\n")] = '\0';
    size_t length = strlen(g_last);
    while (length > 0 && strchr(" .:", g_last[length - 1]))
        g_last[--length] = '\0';
}

void rim_av_watch_begin(rim_av_watch *watch)
{
    pthread_mutex_lock(&g_lock);
    watch->next = g_watches;
    g_watches = watch;
    pthread_mutex_unlock(&g_lock);
}

void rim_av_watch_end(rim_av_watch *watch)
{
    pthread_mutex_lock(&g_lock);
    for (rim_av_watch **w = &g_watches; *w; w = &(*w)->next) {
        if (*w == watch) {
            *w = watch->next;
            break;
        }
    }
    pthread_mutex_unlock(&g_lock);
}

static void set_callback(void)
{
    av_log_set_callback(keep_error);
}

void rim_av_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, set_callback);
}

const char *rim_av_last_message(void)
{
    return g_last;
}

void rim_av_forget(void)
{
    g_last[0] = '\0';
}

const char *rim_av_reason(int averror)
{
    static _Thread_local char text[AV_ERROR_MAX_STRING_SIZE];
    if (g_last[0])
        return g_last;
    (void)av_strerror(averror, text, sizeof text);
    return text;
}

rim_err rim_av_err(int averror, rim_err otherwise)
{
    if (averror == AVERROR(ENOMEM))
        return RIM_ERR_MEMORY;
    if (averror == AVERROR(ENOENT))
        return RIM_ERR_NOT_FOUND;
    if (averror == AVERROR(EIO) || averror == AVERROR(EACCES) ||
        averror == AVERROR(ENOSPC) || averror == AVERROR(EFBIG))
        return RIM_ERR_IO;
    return otherwise;
}
