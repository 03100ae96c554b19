// screen_values.c: raw values under the pointer, and of a region over time.
// SPDX-License-Identifier: MIT
#include "app/window/screen_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- values ----

static int raw_at(const rim_frame *nir, int x, int y)
{
    x = x < 0 ? 0 : x >= nir->width ? nir->width - 1 : x;
    y = y < 0 ? 0 : y >= nir->height ? nir->height - 1 : y;
    return rim_frame_row16(nir, y)[x];
}

// Counts less dark, flat field counted in, as the chain takes them.
static double corrected_at(const rim_screen *s, const rim_frame *nir, int x, int y)
{
    const rim_calib *c = s->o.calib;
    double v = raw_at(nir, x, y);
    v -= c && c->dark.data ? rim_frame_row16(&c->dark, y)[x] / 16.0
                           : s->o.overlay.nir_black_level;
    if (c && c->gain.data)
        v *= rim_frame_row16(&c->gain, y)[x] / 4096.0;
    return v;
}

// NAN where nothing can be said.
static double sbr_at(const rim_shown *shown, int x, int y)
{
    const rim_frame *m = shown->sbr;
    if (!m || !m->data || shown->scale < 1)
        return NAN;
    const int i = x / shown->scale, j = y / shown->scale;
    if (i >= m->width || j >= m->height)
        return NAN;
    const int v = rim_frame_row16(m, j)[i];
    return v > 0 ? v / 256.0 : NAN;
}

// ---- loupe ----

static int full_scale(const rim_screen *s)
{
    return (1 << s->o.overlay.nir_bits) - 1;
}

// The tone curve of the picture: the root of the signal.
static uint8_t grey_of(const rim_screen *s, int raw)
{
    const double black = s->o.overlay.nir_black_level;
    const double part = (raw - black) / (full_scale(s) - black);
    return (uint8_t)(part <= 0 ? 0 : part >= 1 ? 255 : sqrt(part) * 255);
}

static void add_line(rim_loupe *l, const char *form, double v)
{
    char *line = l->line[l->lines++];
    if (isnan(v))
        snprintf(line, RIM_LOUPE_TEXT, "SBR –");
    else
        snprintf(line, RIM_LOUPE_TEXT, form, v);
}

static void draw_loupe(rim_screen *s, rim_frame *picture, const rim_shown *shown)
{
    rim_point p;
    if (!s->loupe || !s->pointer_on || !rim_screen_nir(s, &p, s->pointer))
        return;
    rim_loupe *l = &s->loupe_shown;
    const int x = (int)floor(p.x + 0.5), y = (int)floor(p.y + 0.5);
    const int half = RIM_LOUPE_SIDE / 2, raw = raw_at(shown->nir, x, y);
    l->at = rim_screen_pixel(s, s->pointer);
    for (int j = 0; j < RIM_LOUPE_SIDE; j++)
        for (int i = 0; i < RIM_LOUPE_SIDE; i++)
            l->grey[j * RIM_LOUPE_SIDE + i] =
                grey_of(s, raw_at(shown->nir, x + i - half, y + j - half));
    l->lines = 0;
    snprintf(l->line[l->lines++], RIM_LOUPE_TEXT, "x %d   y %d", x, y);
    snprintf(l->line[l->lines++], RIM_LOUPE_TEXT, "%d counts%s", raw,
             raw >= full_scale(s) ? ", SATURATED" : "");
    add_line(l, "%.1f corrected", corrected_at(s, shown->nir, x, y));
    add_line(l, "SBR %.2f", sbr_at(shown, x, y));
    rim_tools_draw_loupe(s->tools, picture, l);
}

// ---- region ----

typedef struct statistics {
    int pixels, saturated, rated;
    double mean, spread, least, most, sbr;
} statistics;

typedef struct box {
    int x0, y0, x1, y1; // half open
} box;

static int whole(double v, int most)
{
    const int i = (int)floor(v + 0.5);
    return i < 0 ? 0 : i > most ? most : i;
}

static box box_of(const rim_measure *m, const rim_frame *nir)
{
    return (box){whole(fmin(m->from.x, m->to.x), nir->width - 1),
                 whole(fmin(m->from.y, m->to.y), nir->height - 1),
                 whole(fmax(m->from.x, m->to.x), nir->width - 1) + 1,
                 whole(fmax(m->from.y, m->to.y), nir->height - 1) + 1};
}

static statistics measure(const rim_screen *s, const rim_shown *shown, box b)
{
    statistics t = {.least = INFINITY, .most = -INFINITY};
    double sum = 0, squares = 0, ratios = 0;
    const int full = full_scale(s);
    for (int y = b.y0; y < b.y1; y++)
        for (int x = b.x0; x < b.x1; x++) {
            const double v = corrected_at(s, shown->nir, x, y);
            const double r = sbr_at(shown, x, y);
            sum += v;
            squares += v * v;
            t.least = fmin(t.least, v);
            t.most = fmax(t.most, v);
            t.saturated += raw_at(shown->nir, x, y) >= full;
            t.pixels++;
            if (!isnan(r)) {
                ratios += r;
                t.rated++;
            }
        }
    t.mean = sum / t.pixels;
    t.spread = sqrt(fmax(squares / t.pixels - t.mean * t.mean, 0));
    t.sbr = t.rated > 0 ? ratios / t.rated : (double)NAN;
    return t;
}

// A sample a frame; what was seen before a jump in time is forgotten.
static void add_sample(rim_measure *m, const rim_shown *shown, double sbr)
{
    const int64_t t_ns = shown->result->t_ns;
    if (m->samples > 0 && m->seq == shown->nir->seq)
        return;
    if (m->samples > 0 && t_ns <= m->t_ns[m->samples - 1])
        m->samples = 0;
    if (m->samples == RIM_CURVE_MAX) {
        memmove(m->sbr, m->sbr + 1, sizeof m->sbr - sizeof m->sbr[0]);
        memmove(m->t_ns, m->t_ns + 1, sizeof m->t_ns - sizeof m->t_ns[0]);
        m->samples--;
    }
    m->sbr[m->samples] = (float)sbr;
    m->t_ns[m->samples++] = t_ns;
    m->seq = shown->nir->seq;
}

static void word_region(rim_region *r, const rim_screen *s, const statistics *t, box b)
{
    const double mm = s->o.overlay.mm_per_px;
    r->lines = 0;
    char *line = r->line[r->lines++];
    if (mm > 0)
        snprintf(line, sizeof r->line[0], "%d x %d px, %.1f x %.1f mm", b.x1 - b.x0,
                 b.y1 - b.y0, (b.x1 - b.x0) * mm, (b.y1 - b.y0) * mm);
    else
        snprintf(line, sizeof r->line[0], "%d x %d px", b.x1 - b.x0, b.y1 - b.y0);
    snprintf(r->line[r->lines++], sizeof r->line[0], "corrected %.1f ± %.1f", t->mean,
             t->spread);
    snprintf(r->line[r->lines++], sizeof r->line[0], "from %.1f to %.1f", t->least,
             t->most);
    if (t->saturated > 0)
        snprintf(r->line[r->lines++], sizeof r->line[0], "%d pixels SATURATED",
                 t->saturated);
    if (t->rated > 0)
        snprintf(r->line[r->lines++], sizeof r->line[0], "SBR %.2f, mean", t->sbr);
    else
        snprintf(r->line[r->lines++], sizeof r->line[0], "SBR –");
}

static bool corners_of(const rim_screen *s, rim_pt p[4], box b)
{
    const double x0 = b.x0 - 0.5, y0 = b.y0 - 0.5, x1 = b.x1 - 0.5, y1 = b.y1 - 0.5;
    const rim_point nir[4] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
    for (int i = 0; i < 4; i++) {
        rim_point at;
        if (!rim_overlay_to_picture(s->overlay, &at, nir[i]))
            return false;
        p[i] = (rim_pt){(int32_t)((at.x + 0.5) * 256), (int32_t)((at.y + 0.5) * 256)};
    }
    return true;
}

static void draw_region(rim_screen *s, rim_frame *picture, const rim_shown *shown)
{
    rim_measure *m = &s->measure;
    rim_region *r = &s->region_shown;
    if (!m->on)
        return;
    const box b = box_of(m, shown->nir);
    const statistics t = measure(s, shown, b);
    add_sample(m, shown, t.sbr);
    if (!corners_of(s, r->corner, b))
        return;
    word_region(r, s, &t, b);
    r->curve_name = "SBR";
    r->samples = m->samples;
    memcpy(r->value, m->sbr, (size_t)m->samples * sizeof m->sbr[0]);
    r->seconds = (double)(m->t_ns[m->samples - 1] - m->t_ns[0]) / 1e9;
    rim_tools_draw_region(s->tools, picture, r);
}

void rim_screen_draw_values(rim_screen *s, rim_frame *picture, const rim_shown *shown)
{
    draw_region(s, picture, shown);
    draw_loupe(s, picture, shown);
}

// ---- events ----

static void begin_region(rim_screen *s, rim_point at)
{
    rim_point p;
    if (!rim_screen_nir(s, &p, at))
        return;
    s->measure.from = s->measure.to = p;
    s->measure.samples = 0;
    s->measure.on = false;
}

static void drag_region(rim_screen *s, rim_point at)
{
    rim_point p;
    if (!rim_screen_nir(s, &p, at))
        return;
    s->measure.to = p;
    s->measure.samples = 0;
    s->measure.on = true;
}

bool rim_screen_apply_values(rim_screen *s, const rim_event *event)
{
    switch (event->action) {
    case RIM_ACTION_HOVER:
        s->pointer = event->at;
        s->pointer_on = true;
        return s->loupe;
    case RIM_ACTION_LEAVE:
        s->pointer_on = false;
        return s->loupe;
    case RIM_ACTION_LOUPE:
        s->loupe = !s->loupe;
        return true;
    case RIM_ACTION_REGION_PRESS:
        begin_region(s, event->at);
        return true;
    case RIM_ACTION_REGION_DRAG:
        drag_region(s, event->at);
        return true;
    case RIM_ACTION_REGION_CLEAR:
        s->measure.on = false;
        return true;
    default:
        return false;
    }
}
