// out_file.c: stdio, a temporary name, and one message for a failure.
// SPDX-License-Identifier: MIT
#include "exchange/out_file.h"

#include "base/log.h"
#include "report/line.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void log_failure(const char *path, int error)
{
    char reason[128] = "unknown error";
    (void)strerror_r(error ? error : EIO, reason, sizeof reason);
    rim_log_error("%s: cannot be written: %s; free space or choose another place", path,
                  reason);
}

static void fail(rim_out *o, int error)
{
    if (o->err)
        return;
    log_failure(o->path, error);
    o->err = RIM_ERR_IO;
}

rim_err rim_out_open(rim_out *o, const char *path)
{
    *o = (rim_out){0};
    const size_t size = strlen(path) + sizeof ".part";
    o->path = strdup(path);
    o->part = malloc(size);
    if (!o->path || !o->part) {
        rim_log_error("%s: no memory to write it", path);
        free(o->path);
        free(o->part);
        return o->err = RIM_ERR_MEMORY;
    }
    (void)snprintf(o->part, size, "%s.part", path);
    o->file = fopen(o->part, "wb");
    if (o->file)
        return RIM_OK;
    log_failure(path, errno);
    free(o->path);
    free(o->part);
    return o->err = RIM_ERR_IO;
}

void rim_out_bytes(rim_out *o, const void *bytes, size_t count)
{
    errno = 0;
    if (!o->err && fwrite(bytes, 1, count, o->file) != count)
        fail(o, errno);
}

void rim_out_text(rim_out *o, const char *text)
{
    rim_out_bytes(o, text, strlen(text));
}

void rim_out_print(rim_out *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    errno = 0;
    if (!o->err && vfprintf(o->file, fmt, args) < 0)
        fail(o, errno);
    va_end(args);
}

void rim_out_number(rim_out *o, double value, int decimals)
{
    char text[32];
    rim_line line = {.text = text, .size = sizeof text};
    if (!isfinite(value))
        return;
    rim_line_number(&line, value, decimals);
    if (line.used != 4 || memcmp(text, "null", 4) != 0) // what is too large
        rim_out_bytes(o, text, line.used);
}

void rim_out_seconds(rim_out *o, int64_t t_ns)
{
    const uint64_t size = t_ns < 0 ? 0 - (uint64_t)t_ns : (uint64_t)t_ns;
    rim_out_print(o, "%s%llu.%09llu", t_ns < 0 ? "-" : "",
                  (unsigned long long)(size / 1000000000),
                  (unsigned long long)(size % 1000000000));
}

rim_err rim_out_close(rim_out *o)
{
    errno = 0;
    if (fclose(o->file) != 0)
        fail(o, errno);
    if (!o->err && rename(o->part, o->path) != 0)
        fail(o, errno);
    if (o->err)
        (void)remove(o->part);
    free(o->path);
    free(o->part);
    const rim_err err = o->err;
    *o = (rim_out){.err = err};
    return err;
}

rim_err rim_out_folder(const char *path)
{
    struct stat status;
    const int made = mkdir(path, 0777), error = errno;
    if (made == 0 || (stat(path, &status) == 0 && S_ISDIR(status.st_mode)))
        return RIM_OK;
    char reason[128] = "unknown error";
    (void)strerror_r(error, reason, sizeof reason);
    rim_log_error("%s: no folder can be made there: %s; choose another place", path,
                  reason);
    return RIM_ERR_IO;
}
