// scratch.c: see scratch.h.
// SPDX-License-Identifier: MIT
#include "scratch.h"

#include <check.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[512];
static int errors, warnings, infos;
static char last[1024];

void scratch_open(void)
{
    (void)snprintf(folder, sizeof folder, "%s/scratch-XXXXXX", RIM_BINARY_DIR);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) {
        (void)remove(path);
        return;
    }
    for (;;) {
        const struct dirent *item = readdir(dir);
        if (!item)
            break;
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        char inner[1024];
        (void)snprintf(inner, sizeof inner, "%s/%s", path, item->d_name);
        remove_tree(inner);
    }
    (void)closedir(dir);
    (void)rmdir(path);
}

void scratch_close(void)
{
    remove_tree(folder);
    rim_log_set_sink(NULL, NULL);
}

const char *scratch_path(const char *fmt, ...)
{
    static char ring[8][1024];
    static int turn;
    char *path = ring[turn++ % 8];
    const int lead = snprintf(path, sizeof ring[0], "%s/", folder);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(path + lead, sizeof ring[0] - (size_t)lead, fmt, args);
    va_end(args);
    return path;
}

const char *scratch_real(const char *name)
{
    static char ring[8][1024];
    static int turn;
    char *path = ring[turn++ % 8];
    const char *given = getenv("RIMLIGHT_DATA"); // NOLINT(concurrency-mt-unsafe)
    (void)snprintf(path, sizeof ring[0], "%s/%s",
                   given ? given : RIM_SOURCE_DIR "/../shared/data", name);
    if (access(path, R_OK) == 0)
        return path;
    (void)fprintf(stderr, "skipped: no %s\n", path);
    return NULL;
}

void scratch_mkdir(const char *name)
{
    ck_assert_int_eq(mkdir(scratch_path("%s", name), 0777), 0);
}

void scratch_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    if (size > 0)
        ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

uint8_t *scratch_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size + 1);
    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(fread(data, 1, *size, file), *size);
    (void)fclose(file);
    return data;
}

static void collect(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    errors += level == RIM_LOG_ERROR;
    warnings += level == RIM_LOG_WARNING;
    infos += level == RIM_LOG_INFO;
    if (level != RIM_LOG_INFO)
        (void)snprintf(last, sizeof last, "%s", line);
}

void logged_start(void)
{
    errors = warnings = infos = 0;
    last[0] = '\0';
    rim_log_set_sink(collect, NULL);
}

int logged_count(rim_log_level level)
{
    return level == RIM_LOG_ERROR     ? errors
           : level == RIM_LOG_WARNING ? warnings
                                      : infos;
}

const char *logged_last(void)
{
    return last;
}

void logged_expect_error(const char *part)
{
    ck_assert_msg(errors == 1, "%d errors, the last: %s", errors, last);
    ck_assert_msg(strstr(last, part) != NULL, "no \"%s\" in: %s", part, last);
}

void logged_expect_quiet(void)
{
    ck_assert_msg(errors == 0 && warnings == 0, "unexpected: %s", last);
}

void scratch_frame(rim_frame *f, rim_fmt fmt, int width, int height, int bits)
{
    *f = (rim_frame){.fmt = fmt, .width = width, .height = height, .bits = bits};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
}

uint32_t scratch_random(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

void scratch_noise(rim_frame *f, uint32_t seed)
{
    const uint32_t mask = (UINT32_C(1) << f->bits) - 1;
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            const uint32_t value = scratch_random(&seed);
            if (f->fmt == RIM_FMT_GRAY16) {
                rim_frame_row16(f, y)[x] = (uint16_t)(value & mask);
            } else {
                uint8_t *p = rim_frame_row8(f, y) + 4 * (ptrdiff_t)x;
                p[0] = (uint8_t)value;
                p[1] = (uint8_t)(value >> 8);
                p[2] = (uint8_t)(value >> 16);
                p[3] = 255;
            }
        }
    }
    if (f->fmt == RIM_FMT_GRAY16) {
        rim_frame_row16(f, 0)[0] = (uint16_t)mask;
        rim_frame_row16(f, f->height - 1)[f->width - 1] = 0;
    }
}

bool frames_equal(const rim_frame *a, const rim_frame *b)
{
    if (a->width != b->width || a->height != b->height || a->fmt != b->fmt)
        return false;
    const size_t bytes = rim_fmt_bytes(a->fmt) * (size_t)a->width;
    for (int y = 0; y < a->height; y++)
        if (memcmp(rim_frame_row8(a, y), rim_frame_row8(b, y), bytes) != 0)
            return false;
    return true;
}
