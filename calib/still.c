// still.c: PNG through png_file.h, JPEG through libjpeg, which is optional.
//
// libjpeg reports errors by longjmp(): what must survive lives in a `struct session`
// of the caller.
// SPDX-License-Identifier: MIT
#include "calib/still.h"

#include "base/log.h"
#include "media/png_file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ends_with(const char *path, const char *end)
{
    const size_t a = strlen(path), b = strlen(end);
    return a > b && strcasecmp(path + a - b, end) == 0;
}

bool rim_still_is_named(const char *path)
{
    return ends_with(path, ".png") || ends_with(path, ".jpg") ||
           ends_with(path, ".jpeg");
}

static rim_err take_pixels(rim_frame *f, int width, int height, rim_fmt fmt, int bits)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = fmt, .bits = bits};
    const rim_err err = rim_frame_init(f);
    if (err != RIM_OK)
        *f = (rim_frame){0};
    return err;
}

void rim_still_luma(rim_frame *gray, const rim_frame *colour)
{
    assert(gray->width == colour->width && gray->height == colour->height);
    for (int y = 0; y < gray->height; y++) {
        const uint8_t *from = rim_frame_row8(colour, y);
        uint16_t *to = rim_frame_row16(gray, y);
        for (int x = 0; x < gray->width; x++, from += 4)
            to[x] = (uint16_t)((114 * from[0] + 587 * from[1] + 299 * from[2] + 500) /
                               1000);
    }
}

static rim_err read_png(rim_frame *f, const char *path)
{
    rim_png_info info;
    rim_err err = rim_png_probe(&info, path);
    if (err != RIM_OK)
        return err;
    rim_frame picture;
    err = take_pixels(&picture, info.width, info.height, info.fmt, info.bits);
    if (err == RIM_OK)
        err = rim_png_read(&picture, path);
    if (err == RIM_OK && info.fmt == RIM_FMT_GRAY16) {
        *f = picture;
        return RIM_OK;
    }
    if (err == RIM_OK)
        err = take_pixels(f, info.width, info.height, RIM_FMT_GRAY16, 8);
    if (err == RIM_OK)
        rim_still_luma(f, &picture);
    rim_frame_uninit(&picture);
    return err;
}

#ifdef RIM_HAVE_JPEG
#include <jpeglib.h> // wants size_t and FILE before it
#include <setjmp.h>

typedef struct session {
    struct jpeg_error_mgr errors; // first: libjpeg hands it back
    jmp_buf back;
    struct jpeg_decompress_struct jpeg;
    bool started;
    const char *path;
    FILE *file;
    rim_frame *f;
    JSAMPLE *row;
    rim_err err;
} session;

static void on_error(j_common_ptr jpeg)
{
    session *s = (session *)(void *)jpeg->err;
    char reason[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, reason);
    rim_log_error("%s: damaged JPEG (%s); copy it again from its source", s->path,
                  reason);
    s->err = RIM_ERR_DAMAGED;
    longjmp(s->back, 1);
}

// libjpeg goes on with grey where data is missing; a target must be whole.
static void on_warning(j_common_ptr jpeg, int level)
{
    if (level < 0)
        on_error(jpeg);
}

static void decode(session *s)
{
    struct jpeg_decompress_struct *jpeg = &s->jpeg;
    jpeg_create_decompress(jpeg);
    s->started = true;
    jpeg_stdio_src(jpeg, s->file);
    (void)jpeg_read_header(jpeg, TRUE);
    jpeg->out_color_space = JCS_GRAYSCALE;
    (void)jpeg_start_decompress(jpeg);
    s->err = take_pixels(s->f, (int)jpeg->output_width, (int)jpeg->output_height,
                         RIM_FMT_GRAY16, 8);
    if (s->err == RIM_ERR_ARG) {
        rim_log_error("%s: larger than %d pixels a side", s->path, RIM_FRAME_SIDE_MAX);
        s->err = RIM_ERR_UNSUPPORTED;
    }
    s->row = s->err == RIM_OK ? malloc(jpeg->output_width) : NULL;
    if (!s->row) {
        s->err = s->err == RIM_OK ? RIM_ERR_MEMORY : s->err;
        return;
    }
    for (int y = 0; y < s->f->height; y++) {
        (void)jpeg_read_scanlines(jpeg, &s->row, 1);
        uint16_t *to = rim_frame_row16(s->f, y);
        for (int x = 0; x < s->f->width; x++)
            to[x] = s->row[x];
    }
    (void)jpeg_finish_decompress(jpeg);
}

static void guarded_decode(session *s)
{
    if (!setjmp(s->back))
        decode(s);
}

static rim_err read_jpeg(rim_frame *f, const char *path)
{
    session s = {.path = path, .f = f, .file = fopen(path, "rb")};
    if (!s.file) {
        const int code = errno;
        rim_log_error("%s: cannot be opened: %s", path, strerror(code));
        return code == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    s.jpeg.err = jpeg_std_error(&s.errors);
    s.errors.error_exit = on_error;
    s.errors.emit_message = on_warning;
    guarded_decode(&s);
    if (s.started)
        jpeg_destroy_decompress(&s.jpeg);
    free(s.row);
    (void)fclose(s.file);
    if (s.err != RIM_OK) {
        rim_frame_uninit(f);
        *f = (rim_frame){0};
    }
    return s.err;
}
#else
static rim_err read_jpeg(rim_frame *f, const char *path)
{
    (void)f;
    rim_log_error("%s: this build is without JPEG; install libjpeg62-turbo-dev and "
                  "build again, or convert the pictures to PNG",
                  path);
    return RIM_ERR_UNSUPPORTED;
}
#endif

rim_err rim_still_read(rim_frame *f, const char *path)
{
    *f = (rim_frame){0};
    if (ends_with(path, ".jpg") || ends_with(path, ".jpeg"))
        return read_jpeg(f, path);
    return read_png(f, path);
}
