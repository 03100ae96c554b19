// page_tools.c: HTML, base64, small pictures, SVG.
// SPDX-License-Identifier: MIT
#include "calib/page_tools.h"

#include "base/log.h"
#include "media/png_file.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_WIDTH_MAX = 480 };

void rim_calib_page_text(rim_calib_page *p, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            (void)fputs("&lt;", p->out);
        else if (*text == '>')
            (void)fputs("&gt;", p->out);
        else if (*text == '&')
            (void)fputs("&amp;", p->out);
        else if (*text == '"')
            (void)fputs("&quot;", p->out);
        else
            (void)fputc(*text, p->out);
    }
}

void rim_calib_page_row(rim_calib_page *p, const char *name, const char *fmt, ...)
{
    char value[256];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    (void)fputs("<tr><th>", p->out);
    rim_calib_page_text(p, name);
    (void)fputs("</th><td>", p->out);
    rim_calib_page_text(p, value);
    (void)fputs("</td></tr>\n", p->out);
}

// ---- pictures ----

static void put_base64(FILE *out, const unsigned char *data, size_t size)
{
    static const char letter[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const unsigned v = (unsigned)data[i] << 16 |
                           (left > 1 ? (unsigned)data[i + 1] << 8 : 0U) |
                           (left > 2 ? (unsigned)data[i + 2] : 0U);
        (void)fputc(letter[v >> 18], out);
        (void)fputc(letter[v >> 12 & 63], out);
        (void)fputc(left > 1 ? letter[v >> 6 & 63] : '=', out);
        (void)fputc(left > 2 ? letter[v & 63] : '=', out);
    }
}

// Through a file, since png_file writes files.
static rim_err embed(const rim_calib_page *p, const rim_frame *f)
{
    rim_err err = rim_png_write(p->scratch, f);
    if (err != RIM_OK)
        return err;
    FILE *png = fopen(p->scratch, "rb");
    unsigned char chunk[3 * 1024];
    size_t got = 0;
    (void)fputs("<img src=\"data:image/png;base64,", p->out);
    while (png && (got = fread(chunk, 1, sizeof chunk, png)) > 0)
        put_base64(p->out, chunk, got);
    (void)fputs("\" alt=\"\">", p->out);
    if (!png || ferror(png)) {
        rim_log_error("%s: cannot be read back", p->scratch);
        err = RIM_ERR_IO;
    }
    if (png)
        (void)fclose(png);
    (void)remove(p->scratch);
    return err;
}

static void finish_picture(rim_calib_page *p, const rim_frame *f, const char *caption)
{
    (void)fputs("<figure>", p->out);
    p->err = embed(p, f);
    (void)fputs("<figcaption>", p->out);
    rim_calib_page_text(p, caption);
    (void)fputs("</figcaption></figure>\n", p->out);
}

rim_calib_page_scale rim_calib_page_stretch(const rim_frame *f)
{
    size_t *histogram = calloc(65536, sizeof *histogram);
    rim_calib_page_scale s = {0, 65535, false};
    if (!histogram)
        return s;
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            histogram[rim_frame_row16(f, y)[x]]++;
    const size_t tail = (size_t)f->width * (size_t)f->height / 200;
    int low = 0, high = 65535;
    for (size_t n = histogram[0]; n <= tail && low < 65535; n += histogram[low])
        low++;
    for (size_t n = histogram[65535]; n <= tail && high > low; n += histogram[high])
        high--;
    free(histogram);
    s.low = low;
    s.high = high > low ? high : low + 1;
    return s;
}

// Mean of the samples under pixel (x, y) of a picture reduced `step` times.
static double reduced(const rim_frame *f, int x, int y, int step)
{
    double sum = 0;
    int n = 0;
    for (int j = y * step; j < (y + 1) * step && j < f->height; j++)
        for (int i = x * step; i < (x + 1) * step && i < f->width; i++, n++)
            sum += rim_frame_row16(f, j)[i];
    return n > 0 ? sum / n : 0;
}

static uint8_t to_byte(double part)
{
    return (uint8_t)(part <= 0 ? 0 : part >= 1 ? 255 : 255 * part + 0.5);
}

static rim_err take_picture(rim_frame *out, rim_fmt fmt, const rim_frame *f, int *step)
{
    *step = (f->width + PICTURE_WIDTH_MAX - 1) / PICTURE_WIDTH_MAX;
    *out = (rim_frame){.width = (f->width + *step - 1) / *step,
                       .height = (f->height + *step - 1) / *step,
                       .fmt = fmt,
                       .bits = 8};
    return rim_frame_init(out);
}

static void paint_grey(rim_frame *out, const rim_frame *f, rim_calib_page_scale s,
                       int step)
{
    for (int y = 0; y < out->height; y++) {
        uint16_t *to = rim_frame_row16(out, y);
        for (int x = 0; x < out->width; x++)
            to[x] = to_byte((reduced(f, x, y, step) - s.low) / (s.high - s.low));
    }
}

// Blue, white, red.
static void paint_colours(rim_frame *out, const rim_frame *f, rim_calib_page_scale s,
                          int step)
{
    for (int y = 0; y < out->height; y++) {
        uint8_t *to = rim_frame_row8(out, y);
        for (int x = 0; x < out->width; x++, to += 4) {
            const double v = (reduced(f, x, y, step) - s.low) / (s.high - s.low);
            const double d = 2 * v - 1;
            to[0] = to_byte(d > 0 ? 1 - d : 1);
            to[1] = to_byte(1 - fabs(d));
            to[2] = to_byte(d < 0 ? 1 + d : 1);
            to[3] = 255;
        }
    }
}

void rim_calib_page_picture(rim_calib_page *p, const rim_frame *f,
                            rim_calib_page_scale s, const char *caption)
{
    rim_frame out = {0};
    int step;
    if (p->err == RIM_OK)
        p->err =
            take_picture(&out, s.colours ? RIM_FMT_BGRX8 : RIM_FMT_GRAY16, f, &step);
    if (p->err != RIM_OK)
        return;
    if (s.colours)
        paint_colours(&out, f, s, step);
    else
        paint_grey(&out, f, s, step);
    finish_picture(p, &out, caption);
    rim_frame_uninit(&out);
}

void rim_calib_page_pair(rim_calib_page *p, const rim_frame *a, const rim_frame *b,
                         const char *caption)
{
    rim_frame out = {0};
    int step;
    if (p->err == RIM_OK)
        p->err = take_picture(&out, RIM_FMT_BGRX8, a, &step);
    if (p->err != RIM_OK)
        return;
    const rim_calib_page_scale sa = rim_calib_page_stretch(a),
                               sb = rim_calib_page_stretch(b);
    for (int y = 0; y < out.height; y++) {
        uint8_t *to = rim_frame_row8(&out, y);
        for (int x = 0; x < out.width; x++, to += 4) {
            to[1] = to_byte((reduced(a, x, y, step) - sa.low) / (sa.high - sa.low));
            to[0] = to[2] =
                to_byte((reduced(b, x, y, step) - sb.low) / (sb.high - sb.low));
            to[3] = 255;
        }
    }
    finish_picture(p, &out, caption);
    rim_frame_uninit(&out);
}

// ---- SVG ----

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

// Drawn so that an error of the 90th percentile is a thirtieth of the width.
static double arrow_scale(const rim_doc_entry *rows, int width)
{
    double *size = malloc((size_t)rows->rows * sizeof *size);
    if (!size)
        return 1;
    for (int i = 0; i < rows->rows; i++) {
        const double *c = rows->cell + 4 * (size_t)i;
        size[i] = sqrt(c[2] * c[2] + c[3] * c[3]);
    }
    qsort(size, (size_t)rows->rows, sizeof *size, by_size);
    const double typical = size[rows->rows * 9 / 10];
    free(size);
    double scale = 1;
    while (scale * 2 * typical * 30 < width && scale < 4096)
        scale *= 2;
    return scale;
}

void rim_calib_page_arrows(rim_calib_page *p, const rim_doc_entry *rows, int width,
                           int height, const char *caption)
{
    if (p->err != RIM_OK || !rows || rows->kind != RIM_DOC_MATRIX || rows->cols != 4)
        return;
    const double scale = arrow_scale(rows, width);
    (void)fprintf(p->out,
                  "<figure><svg viewBox=\"0 0 %d %d\" width=\"%d\"><rect width=\"%d\" "
                  "height=\"%d\" fill=\"#f4f4f4\"/><path fill=\"none\" stroke=\"#ccc\" "
                  "stroke-width=\"%.1f\" d=\"M%d 0V%dM%d 0V%dM0 %dH%dM0 %dH%d\"/>"
                  "<path fill=\"none\" stroke=\"#b00\" stroke-width=\"%.1f\" d=\"",
                  width, height, PICTURE_WIDTH_MAX, width, height, width / 700.0,
                  width / 3, height, 2 * width / 3, height, height / 3, width,
                  2 * height / 3, width, width / 400.0);
    for (int i = 0; i < rows->rows; i++) {
        const double *c = rows->cell + 4 * (size_t)i;
        (void)fprintf(p->out, "M%.1f %.1fl%.1f %.1f", c[0], c[1], c[2] * scale,
                      c[3] * scale);
    }
    (void)fputs("\"/><g fill=\"#333\">", p->out);
    for (int i = 0; i < rows->rows; i++)
        (void)fprintf(p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
                      rows->cell[4 * i], rows->cell[4 * i + 1], width / 400.0);
    (void)fputs("</g></svg><figcaption>", p->out);
    rim_calib_page_text(p, caption);
    (void)fprintf(p->out, ", drawn %.0f times as long</figcaption></figure>\n", scale);
}

static void put_line(FILE *out, const double *v, int count, double top,
                     const char *colour)
{
    (void)fprintf(
        out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"",
        colour);
    const int step = count / PICTURE_WIDTH_MAX + 1;
    for (int i = 0; i + step <= count; i += step) {
        double sum = 0;
        for (int k = 0; k < step; k++)
            sum += v[i + k];
        (void)fprintf(out, "%.1f,%.1f ", (double)i * PICTURE_WIDTH_MAX / count,
                      190 - 180 * sum / step / top);
    }
    (void)fputs("\"/>", out);
}

void rim_calib_page_profile(rim_calib_page *p, const double *before,
                            const double *after, int count, const char *caption)
{
    if (p->err != RIM_OK)
        return;
    double top = 1;
    for (int i = 0; i < count; i++)
        top = fmax(top, fmax(before[i], after[i]));
    (void)fprintf(p->out,
                  "<figure><svg viewBox=\"0 0 %d 200\" width=\"%d\"><rect width=\"%d\" "
                  "height=\"200\" fill=\"#f4f4f4\"/><path stroke=\"#999\" "
                  "d=\"M0 190H%d\"/>",
                  PICTURE_WIDTH_MAX, PICTURE_WIDTH_MAX, PICTURE_WIDTH_MAX,
                  PICTURE_WIDTH_MAX);
    put_line(p->out, before, count, top, "#888");
    put_line(p->out, after, count, top, "#06c");
    (void)fputs("</svg><figcaption>", p->out);
    rim_calib_page_text(p, caption);
    (void)fputs("</figcaption></figure>\n", p->out);
}
