// png_file.c: PNG through libpng's row interface.
//
// libpng reports errors by longjmp(). So that no local variable can be clobbered,
// everything lives in a `struct session` of the caller, and each step runs in a
// function of its own under guarded(), which alone calls setjmp().
// SPDX-License-Identifier: MIT
#include "media/png_file.h"

#include "base/log.h"

#include <errno.h>
#include <png.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BITS_KEY "rimlight-bits"

// Ancillary chunks (text, profiles) beyond this are not worth their memory.
enum { CHUNK_MAX_BYTES = 8 << 20, PATH_MAX_BYTES = 4096, NOTE_MAX = 1024 };

typedef struct session {
    const char *path; // named in messages
    FILE *file;
    png_structp png;
    png_infop info;
    rim_png_info shape;
    const rim_frame *source; // pixels to write
    const char *note;        // NULL: none
    rim_frame *target;       // pixels to read
    int io_errno;            // why reading or writing stopped, 0: it did not
    bool cut_off;            // the file ended before the picture
    char reason[160];        // what libpng had to say
} session;

static void on_error(png_structp png, png_const_charp message)
{
    session *s = png_get_error_ptr(png);
    (void)snprintf(s->reason, sizeof s->reason, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png; // a warning leaves the pixels right: odd profiles and dates
    (void)message;
}

static void read_bytes(png_structp png, png_bytep to, size_t count)
{
    session *s = png_get_io_ptr(png);
    errno = 0;
    if (fread(to, 1, count, s->file) == count)
        return;
    s->cut_off = feof(s->file) != 0;
    s->io_errno = s->cut_off ? 0 : errno;
    png_error(png, "read error");
}

static void write_bytes(png_structp png, png_bytep from, size_t count)
{
    session *s = png_get_io_ptr(png);
    errno = 0;
    if (fwrite(from, 1, count, s->file) == count)
        return;
    s->io_errno = errno ? errno : EIO;
    png_error(png, "write error");
}

static void flush_bytes(png_structp png)
{
    (void)png; // done once, at the end
}

static bool guarded(session *s, void (*step)(session *))
{
    if (setjmp(png_jmpbuf(s->png)))
        return false;
    step(s);
    return true;
}

// ---- reading ----

static rim_err log_damaged(const session *s)
{
    if (s->io_errno) {
        rim_log_error("%s: cannot be read: %s", s->path, strerror(s->io_errno));
        return RIM_ERR_IO;
    }
    if (s->cut_off)
        rim_log_error("%s: the PNG is cut off; copy it again from its source", s->path);
    else
        rim_log_error("%s: damaged PNG (%s); copy it again from its source", s->path,
                      s->reason);
    return RIM_ERR_DAMAGED;
}

// Opens the file and tells apart what is not a PNG at all.
static rim_err open_checked(session *s)
{
    s->file = fopen(s->path, "rb");
    if (!s->file) {
        rim_log_error("%s: cannot be opened: %s", s->path, strerror(errno));
        return errno == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    png_byte start[8];
    errno = 0;
    const size_t got = fread(start, 1, sizeof start, s->file);
    if (got < sizeof start && ferror(s->file)) {
        rim_log_error("%s: cannot be read: %s", s->path, strerror(errno));
        return RIM_ERR_IO;
    }
    if (got == 0) {
        rim_log_error("%s: the file is empty; copy it again from its source", s->path);
        return RIM_ERR_DAMAGED;
    }
    if (got == sizeof start && png_sig_cmp(start, 0, sizeof start) == 0)
        return RIM_OK;
    const char *what = "not a PNG";
    if (got >= 3 && memcmp(start, "\xff\xd8\xff", 3) == 0)
        what = "a JPEG, not a PNG";
    else if (got >= 4 &&
             (memcmp(start, "II*", 4) == 0 || memcmp(start, "MM\0*", 4) == 0))
        what = "a TIFF, not a PNG";
    rim_log_error("%s: %s; convert it, or take it out of the folder", s->path, what);
    return RIM_ERR_DAMAGED;
}

static int bits_from_text(session *s)
{
    png_textp text = NULL;
    int count = 0;
    png_get_text(s->png, s->info, &text, &count);
    for (int i = 0; i < count; i++) {
        if (strcmp(text[i].key, BITS_KEY) != 0)
            continue;
        char *end;
        const long bits = strtol(text[i].text, &end, 10);
        if (*end == '\0' && bits > 8 && bits <= 16)
            return (int)bits;
    }
    return 16;
}

static void read_header(session *s)
{
    png_set_sig_bytes(s->png, 8);
    png_read_info(s->png, s->info);
    const int colour = png_get_color_type(s->png, s->info);
    rim_png_info *shape = &s->shape;
    shape->width = (int)png_get_image_width(s->png, s->info);
    shape->height = (int)png_get_image_height(s->png, s->info);
    shape->sample_bits = png_get_bit_depth(s->png, s->info) == 16 ? 16 : 8;
    shape->fmt = colour & PNG_COLOR_MASK_COLOR ? RIM_FMT_BGRX8 : RIM_FMT_GRAY16;
    shape->bits = 8;
    if (shape->fmt == RIM_FMT_GRAY16 && shape->sample_bits == 16)
        shape->bits = bits_from_text(s);
}

static rim_err start_reading(session *s, const char *path)
{
    *s = (session){.path = path};
    rim_err err = open_checked(s);
    if (err)
        return err;
    s->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, on_error, on_warning);
    s->info = s->png ? png_create_info_struct(s->png) : NULL;
    if (!s->info)
        return RIM_ERR_MEMORY;
    png_set_read_fn(s->png, s, read_bytes);
    // Larger than a frame may be: still a header to name in the message.
    png_set_user_limits(s->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(s->png, CHUNK_MAX_BYTES);
    png_set_crc_action(s->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    if (!guarded(s, read_header))
        return log_damaged(s);
    if (s->shape.width > RIM_FRAME_SIDE_MAX || s->shape.height > RIM_FRAME_SIDE_MAX) {
        rim_log_error("%s: %dx%d, but at most %dx%d can be processed; crop or scale it",
                      path, s->shape.width, s->shape.height, RIM_FRAME_SIDE_MAX,
                      RIM_FRAME_SIDE_MAX);
        return RIM_ERR_UNSUPPORTED;
    }
    return RIM_OK;
}

static void stop_reading(session *s)
{
    png_destroy_read_struct(&s->png, &s->info, NULL);
    if (s->file)
        (void)fclose(s->file);
}

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static void set_transforms(session *s)
{
    png_structp png = s->png;
    png_set_strip_alpha(png);
    if (s->target->fmt == RIM_FMT_GRAY16) {
        png_set_expand_gray_1_2_4_to_8(png);
        if (s->shape.sample_bits == 16 && is_little_endian())
            png_set_swap(png);
        return;
    }
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_bgr(png);
    png_set_filler(png, 0xff, PNG_FILLER_AFTER);
}

static void read_pixels(session *s)
{
    set_transforms(s);
    const int passes = png_set_interlace_handling(s->png);
    png_read_update_info(s->png, s->info);
    const rim_frame *f = s->target;
    const size_t row_bytes = (size_t)f->width * (s->shape.sample_bits == 16 ? 2 : 1);
    const size_t expected = f->fmt == RIM_FMT_GRAY16 ? row_bytes : (size_t)f->width * 4;
    if (png_get_rowbytes(s->png, s->info) != expected)
        png_error(s->png, "unexpected row size");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < f->height; y++)
            png_read_row(s->png, rim_frame_row8(f, y), NULL);
    png_read_end(s->png, NULL); // checks what follows the last row
}

// 8-bit samples were decoded into the first half of each row.
static void widen_rows(const rim_frame *f)
{
    for (int y = 0; y < f->height; y++) {
        const uint8_t *from = rim_frame_row8(f, y);
        uint16_t *to = rim_frame_row16(f, y);
        for (int x = f->width - 1; x >= 0; x--)
            to[x] = from[x];
    }
}

static rim_err check_target(const session *s, const rim_frame *f)
{
    const rim_png_info *shape = &s->shape;
    if (shape->width != f->width || shape->height != f->height) {
        rim_log_error(
            "%s: %dx%d, but %dx%d was expected; all frames must be of one size",
            s->path, shape->width, shape->height, f->width, f->height);
        return RIM_ERR_FORMAT;
    }
    if (f->fmt == RIM_FMT_GRAY16 && shape->fmt != RIM_FMT_GRAY16) {
        rim_log_error("%s: in colour, but grey was expected; convert it to grey",
                      s->path);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

rim_err rim_png_probe(rim_png_info *info, const char *path)
{
    *info = (rim_png_info){0};
    session s;
    const rim_err err = start_reading(&s, path);
    if (!err)
        *info = s.shape;
    stop_reading(&s);
    return err;
}

rim_err rim_png_read(rim_frame *f, const char *path)
{
    session s;
    rim_err err = start_reading(&s, path);
    if (!err)
        err = check_target(&s, f);
    if (!err) {
        s.target = f;
        if (!guarded(&s, read_pixels))
            err = log_damaged(&s);
        else if (f->fmt == RIM_FMT_GRAY16 && s.shape.sample_bits == 8)
            widen_rows(f);
    }
    stop_reading(&s);
    return err;
}

// ---- writing ----

static void write_note(session *s)
{
    char key[] = "Comment", value[NOTE_MAX];
    (void)snprintf(value, sizeof value, "%s", s->note);
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE,
                     .key = key,
                     .text = value,
                     .text_length = strlen(value)};
    png_set_text(s->png, s->info, &text, 1); // copied
}

static void write_header(session *s)
{
    const rim_frame *f = s->source;
    const bool grey = f->fmt == RIM_FMT_GRAY16;
    // Differences to the left and runs are what noise leaves to gain: half the time of
    // zlib's search at level 1, and no larger.
    png_set_filter(s->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_compression_strategy(s->png, Z_RLE);
    png_set_IHDR(s->png, s->info, (png_uint_32)f->width, (png_uint_32)f->height,
                 grey && f->bits > 8 ? 16 : 8,
                 grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (grey && f->bits > 8 && f->bits < 16) {
        char key[] = BITS_KEY, value[4];
        (void)snprintf(value, sizeof value, "%d", f->bits & 15);
        png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE,
                         .key = key,
                         .text = value,
                         .text_length = strlen(value)};
        png_set_text(s->png, s->info, &text, 1);
    }
    if (s->note)
        write_note(s);
    png_write_info(s->png, s->info);
    if (!grey) {
        png_set_bgr(s->png);
        png_set_filler(s->png, 0, PNG_FILLER_AFTER);
    } else if (f->bits > 8 && is_little_endian()) {
        png_set_swap(s->png);
    }
}

static void write_rows(session *s)
{
    const rim_frame *f = s->source;
    const bool narrow = f->fmt == RIM_FMT_GRAY16 && f->bits == 8;
    uint8_t row[RIM_FRAME_SIDE_MAX];
    for (int y = 0; y < f->height; y++) {
        if (narrow) {
            const uint16_t *from = rim_frame_row16(f, y);
            for (int x = 0; x < f->width; x++)
                row[x] = (uint8_t)from[x];
        }
        png_write_row(s->png, narrow ? row : rim_frame_row8(f, y));
    }
    png_write_end(s->png, s->info);
}

static void write_all(session *s)
{
    write_header(s);
    write_rows(s);
}

// Into s->file.
static rim_err write_png(session *s)
{
    s->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, s, on_error, on_warning);
    s->info = s->png ? png_create_info_struct(s->png) : NULL;
    if (!s->info)
        return RIM_ERR_MEMORY;
    png_set_write_fn(s->png, s, write_bytes, flush_bytes);
    return guarded(s, write_all) ? RIM_OK : RIM_ERR_IO;
}

static rim_err write_to(session *s, const char *part)
{
    s->file = fopen(part, "wb");
    if (s->file)
        return write_png(s);
    s->io_errno = errno;
    return RIM_ERR_IO;
}

rim_err rim_png_encode(uint8_t **bytes, size_t *size, const rim_frame *f)
{
    char *text = NULL;
    *bytes = NULL;
    *size = 0;
    if (!f->data || f->fmt == RIM_FMT_NONE)
        return RIM_ERR_ARG;
    session s = {.path = "picture", .source = f, .file = open_memstream(&text, size)};
    rim_err err = s.file ? write_png(&s) : RIM_ERR_MEMORY;
    png_destroy_write_struct(&s.png, &s.info);
    if (s.file && fclose(s.file) != 0 && !err)
        err = RIM_ERR_MEMORY;
    if (err) {
        rim_log_error("no memory for a picture of %dx%d", f->width, f->height);
        free(text);
        return RIM_ERR_MEMORY;
    }
    *bytes = (uint8_t *)text;
    return RIM_OK;
}

rim_err rim_png_write(const char *path, const rim_frame *f)
{
    return rim_png_write_noted(path, f, NULL);
}

rim_err rim_png_write_noted(const char *path, const rim_frame *f, const char *note)
{
    char part[PATH_MAX_BYTES];
    const int length = snprintf(part, sizeof part, "%s.part", path);
    if (!f->data || f->fmt == RIM_FMT_NONE || length < 0 || length >= (int)sizeof part)
        return RIM_ERR_ARG;
    session s = {.path = path, .source = f, .note = note};
    rim_err err = write_to(&s, part);
    png_destroy_write_struct(&s.png, &s.info);
    // Buffered bytes meet a full disk only here.
    if (s.file && fclose(s.file) != 0 && !err) {
        s.io_errno = errno;
        err = RIM_ERR_IO;
    }
    if (!err && rename(part, path) != 0) {
        s.io_errno = errno;
        err = RIM_ERR_IO;
    }
    if (err) {
        rim_log_error("%s: cannot be written: %s; free space or choose another place",
                      path, s.io_errno ? strerror(s.io_errno) : rim_err_str(err));
        (void)remove(part);
    }
    return err;
}
