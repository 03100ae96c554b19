// font.c: fills glyph outlines once, at creation.
// SPDX-License-Identifier: MIT
#include "render/font.h"

#include "render/font/font_data.h"
#include "render/polygon.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 16, CURVE_STEPS = 6 };

struct rim_font {
    int cap_px;
    uint8_t *cov;
    rim_glyph glyph[]; // as rim_font_glyphs
};

// Font units (y up) to 24.8 pixels (y down), half away from zero.
static int32_t to_pixels(int32_t units, int cap_px)
{
    const int32_t n = units * cap_px * 256 * 2;
    const int32_t d = rim_font_cap_height * 2;
    return n >= 0 ? (n + d / 2) / d : -((-n + d / 2) / d);
}

static rim_pt middle(rim_pt a, rim_pt b)
{
    return (rim_pt){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

static void add_curve(rim_edges *e, rim_pt a, rim_pt control, rim_pt b)
{
    rim_pt from = a;
    for (int i = 1; i <= CURVE_STEPS; i++) {
        const int t = i, s = CURVE_STEPS - i, n = CURVE_STEPS * CURVE_STEPS;
        const rim_pt to = {(s * s * a.x + 2 * s * t * control.x + t * t * b.x) / n,
                           (s * s * a.y + 2 * s * t * control.y + t * t * b.y) / n};
        rim_edges_add(e, from, to);
        from = to;
    }
}

typedef struct outline_point {
    rim_pt at;
    int on; // on the curve
} outline_point;

// TrueType: between two points off the curve lies one on it, half way.
static void add_contour(rim_edges *e, const outline_point *p, int count)
{
    rim_pt start = p[0].at;
    if (!p[0].on)
        start = p[count - 1].on ? p[count - 1].at : middle(p[0].at, p[count - 1].at);
    rim_pt pen = start;
    for (int i = p[0].on ? 1 : 0; i < count; i++) {
        if (p[i].on) {
            rim_edges_add(e, pen, p[i].at);
            pen = p[i].at;
            continue;
        }
        rim_pt to = start;
        if (i + 1 < count)
            to = p[i + 1].on ? p[i + 1].at : middle(p[i].at, p[i + 1].at);
        add_curve(e, pen, p[i].at, to);
        pen = to;
    }
    rim_edges_add(e, pen, start);
}

static void load_outline(rim_edges *e, const int16_t *data, int cap_px)
{
    enum { POINTS_MAX = 96 };
    rim_edges_clear(e);
    for (int contours = *data++; contours > 0; contours--) {
        outline_point p[POINTS_MAX];
        int count = 0;
        for (int n = *data++; n > 0; n--, data += 2) {
            if (count == POINTS_MAX)
                continue;
            const int on = data[0] & 1;
            p[count].on = on;
            p[count++].at = (rim_pt){to_pixels((data[0] - on) / 2, cap_px),
                                     to_pixels(-data[1], cap_px)};
        }
        if (count > 1)
            add_contour(e, p, count);
    }
}

static void bounds(rim_glyph *g, const rim_edges *e)
{
    int32_t left = INT32_MAX, right = INT32_MIN;
    for (int i = 0; i < e->count; i++) {
        const rim_edge *s = &e->edge[i];
        const int32_t low = s->x0 < s->x1 ? s->x0 : s->x1;
        const int32_t high = s->x0 < s->x1 ? s->x1 : s->x0;
        left = low < left ? low : left;
        right = high > right ? high : right;
    }
    if (e->count == 0)
        return; // a blank
    g->left = left >> 8;
    g->top = -e->top;
    g->width = ((right + 255) >> 8) - g->left;
    g->height = e->bottom - e->top;
}

static void fill(uint8_t *cov, const rim_glyph *g, const rim_edges *e, int32_t *row,
                 int32_t *work)
{
    for (int y = 0; y < g->height; y++, cov += g->width) {
        const int right = g->left + g->width;
        if (!rim_edges_row(row, work, e, y - g->top, g->left, right, SAMPLES))
            continue;
        for (int x = 0; x < g->width; x++)
            cov[x] = (uint8_t)(row[x] > 255 ? 255 : row[x]);
    }
}

static size_t measure(rim_font *f, rim_edges *e)
{
    size_t bytes = 1;
    for (int i = 0; i < rim_font_glyph_count; i++) {
        const rim_font_glyph *data = &rim_font_glyphs[i];
        rim_glyph *g = &f->glyph[i];
        load_outline(e, rim_font_outline + data->outline, f->cap_px);
        bounds(g, e);
        g->advance = (to_pixels(data->advance, f->cap_px) + 128) >> 8;
        bytes += (size_t)g->width * (size_t)g->height;
    }
    return bytes;
}

static void render(rim_font *f, rim_edges *e, int32_t *scratch, size_t row)
{
    uint8_t *cov = f->cov;
    for (int i = 0; i < rim_font_glyph_count; i++) {
        rim_glyph *g = &f->glyph[i];
        load_outline(e, rim_font_outline + rim_font_glyphs[i].outline, f->cap_px);
        fill(cov, g, e, scratch, scratch + row);
        g->cov = cov;
        cov += (size_t)g->width * (size_t)g->height;
    }
}

rim_err rim_font_create(rim_font **out, int cap_px)
{
    *out = NULL;
    if (cap_px < 4 || cap_px > 256)
        return RIM_ERR_ARG;
    const size_t glyphs = (size_t)rim_font_glyph_count;
    const size_t row = (size_t)cap_px * 4; // wider than any glyph
    rim_font *f = calloc(1, sizeof *f + glyphs * sizeof f->glyph[0]);
    rim_edges *e = malloc(sizeof *e);
    int32_t *scratch = malloc(2 * row * sizeof *scratch);
    if (!f || !e || !scratch)
        goto fail;
    f->cap_px = cap_px;
    f->cov = calloc(1, measure(f, e));
    if (!f->cov)
        goto fail;
    render(f, e, scratch, row);
    free(scratch);
    free(e);
    *out = f;
    return RIM_OK;
fail:
    free(scratch);
    free(e);
    rim_font_destroy(&f);
    return RIM_ERR_MEMORY;
}

void rim_font_destroy(rim_font **f)
{
    if (!*f)
        return;
    free((*f)->cov);
    free(*f);
    *f = NULL;
}

int rim_font_cap_px(const rim_font *f)
{
    return f->cap_px;
}

// One code point of UTF-8, 0 at the end; a broken sequence counts as one unknown.
static unsigned next_code(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    if (*p == 0)
        return 0;
    unsigned code = *p++;
    int more = code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : code >= 0xc0 ? 1 : 0;
    if (more)
        code &= 0x3fu >> more;
    for (; more > 0 && (*p & 0xc0) == 0x80; more--)
        code = code << 6 | (*p++ & 0x3fu);
    *text = (const char *)p;
    return more ? 0xfffd : code;
}

static const rim_glyph *find(const rim_font *f, unsigned code)
{
    int low = 0, high = rim_font_glyph_count - 1;
    while (low <= high) {
        const int mid = (low + high) / 2;
        if (rim_font_glyphs[mid].code == code)
            return &f->glyph[mid];
        if (rim_font_glyphs[mid].code < code)
            low = mid + 1;
        else
            high = mid - 1;
    }
    return NULL;
}

const rim_glyph *rim_font_next(const rim_font *f, const char **text)
{
    const unsigned code = next_code(text);
    if (code == 0)
        return NULL;
    const rim_glyph *g = find(f, code);
    return g ? g : find(f, '?');
}

int rim_font_text_width(const rim_font *f, const char *text)
{
    int width = 0;
    for (const rim_glyph *g; (g = rim_font_next(f, &text));)
        width += g->advance;
    return width;
}
