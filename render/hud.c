// hud.c: the verdict, the scale, and what the team must know of the picture.
//
// The verdict speaks of fluorescence only, in fixed words; a surface is never called
// free of anything.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <stdio.h>
#include <string.h>

const rim_color rim_color_white = {245, 248, 252};
const rim_color rim_color_dark = {10, 13, 18};
const rim_color rim_color_alarm = {255, 214, 0};
const rim_color rim_color_quiet = {178, 188, 200};
const rim_color rim_color_surface = {120, 200, 255};
const rim_color rim_color_warn = {255, 170, 60};

enum { LOST_SHOWN_S = 3 };

void rim_text_tenths(char *out, size_t size, double v)
{
    if (!(v >= 0)) {
        snprintf(out, size, "–");
        return;
    }
    const int tenths = v < 9999 ? (int)(v * 10 + 0.5) : 99990;
    if (tenths < 1000)
        snprintf(out, size, "%d.%d", tenths / 10, tenths % 10);
    else
        snprintf(out, size, "%d", (tenths + 5) / 10);
}

static int px(const rim_overlay *o, int n)
{
    return rim_overlay_px(o, n);
}

void rim_hud_panel(rim_overlay *o, rim_rect r, rim_color color, int alpha)
{
    rim_scene_panel(&o->scene, r, px(o, 5), color, alpha);
    rim_layout_take_rect(&o->layout, r, RIM_TAKEN_TEXT);
}

rim_rect rim_hud_line(rim_overlay *o, rim_rect r, const rim_font *font, rim_color color,
                      const char *text)
{
    const int pad = px(o, 7);
    rim_hud_panel(o, r, rim_color_dark, RIM_PANEL_ALPHA);
    rim_scene_text(&o->scene, font, r.x0 + pad, r.y1 - pad, color, text);
    return r;
}

rim_rect rim_hud_line_box(const rim_overlay *o, const rim_font *font, const char *text)
{
    const int pad = px(o, 7);
    return (rim_rect){0, 0, rim_font_text_width(font, text) + 2 * pad,
                      rim_font_cap_px(font) + 2 * pad};
}

static rim_rect moved(rim_rect r, int x, int y)
{
    return (rim_rect){r.x0 + x, r.y0 + y, r.x1 + x, r.y1 + y};
}

static void word_depth(char *out, size_t size, double depth_mm)
{
    if (!(depth_mm > 0)) {
        snprintf(out, size, "none detected (depth not known)");
        return;
    }
    // Rounded down: it must not promise more than was found.
    const int tenths = depth_mm < 99 ? (int)(depth_mm * 10) : 990;
    if (tenths < 20)
        snprintf(out, size, "none detected (to about %d.%d mm)", tenths / 10,
                 tenths % 10);
    else
        snprintf(out, size, "none detected (to about %d mm)", tenths / 10);
}

static void word_why(char *out, size_t size, unsigned why)
{
    size_t used = (size_t)snprintf(out, size, "cannot assess");
    const char *sep = ": ";
    for (unsigned i = 0, n = 0; i < RIM_WHY_COUNT && n < 3; i++) {
        if (!(why >> i & 1) || used >= size)
            continue;
        char name[32];
        snprintf(name, sizeof name, "%s", rim_why_name(1u << i));
        for (char *c = name; (c = strchr(c, '_'));)
            *c = ' ';
        used += (size_t)snprintf(out + used, size - used, "%s%s", sep, name);
        sep = ", ";
        n++;
    }
}

static void word_verdict(char *out, size_t size, const rim_surface *s)
{
    switch (s->state) {
    case RIM_SURFACE_RESIDUAL:
        snprintf(out, size, "RESIDUAL FLUORESCENCE (%d)", s->residual_count);
        return;
    case RIM_SURFACE_NONE_DETECTED:
        word_depth(out, size, s->visible_depth_mm);
        return;
    case RIM_SURFACE_CANNOT_ASSESS:
        word_why(out, size, s->why);
        return;
    case RIM_SURFACE_OFF:
        break;
    }
    snprintf(out, size, "no cut surface marked");
}

// A triangle with an exclamation mark, or a question mark in a disc: told apart from
// across the room before the words are read.
static void plan_sign(rim_overlay *o, rim_surface_state state, int x, int middle)
{
    const int size = rim_font_cap_px(o->large) * 2,
              mark_cap = rim_font_cap_px(o->large);
    if (state == RIM_SURFACE_RESIDUAL) {
        const rim_pt p[3] = {{(x + size / 2) * 256, (middle - size / 2) * 256},
                             {(x + size) * 256, (middle + size / 2) * 256},
                             {x * 256, (middle + size / 2) * 256}};
        rim_scene_fill(&o->scene, p, 3, rim_color_dark, 256);
        const int mark = rim_font_text_width(o->large, "!");
        rim_scene_text(&o->scene, o->large, x + (size - mark) / 2,
                       middle + size / 2 - size / 10, rim_color_alarm, "!");
        return;
    }
    if (state == RIM_SURFACE_CANNOT_ASSESS) {
        const rim_pt center = {(x + size / 2) * 256, middle * 256};
        rim_scene_disc(&o->scene, center, size * 128, rim_color_warn);
        const int mark = rim_font_text_width(o->large, "?");
        rim_scene_text(&o->scene, o->large, x + (size - mark) / 2,
                       middle + mark_cap / 2, rim_color_dark, "?");
    }
}

static bool word_assessable(char *out, size_t size, const rim_surface *s)
{
    if (s->state == RIM_SURFACE_OFF || !(s->assessable >= 0 && s->assessable <= 1))
        return false;
    snprintf(out, size, "%d %% of the cut surface assessable",
             (int)(s->assessable * 100));
    return true;
}

// Returns the lower edge, px.
static int plan_verdict(rim_overlay *o, const rim_surface *s)
{
    char text[128], part[64] = "";
    const bool alarm = s->state == RIM_SURFACE_RESIDUAL;
    const bool off = s->state == RIM_SURFACE_OFF;
    const rim_font *font = off ? o->small : o->large;
    word_verdict(text, sizeof text, s);
    const bool two = word_assessable(part, sizeof part, s);
    const int pad = px(o, off ? 7 : 12), cap = rim_font_cap_px(font),
              margin = px(o, 14);
    const int sign =
        alarm || s->state == RIM_SURFACE_CANNOT_ASSESS ? cap * 2 + px(o, 12) : 0;
    const int wide = rim_font_text_width(font, text);
    const int wide2 = rim_font_text_width(o->small, part);
    const int below = two ? rim_font_cap_px(o->small) + px(o, 8) : 0;
    const rim_rect r = {margin, margin,
                        margin + sign + (wide > wide2 ? wide : wide2) + 2 * pad,
                        margin + cap + below + 2 * pad};
    rim_hud_panel(o, r, alarm ? rim_color_alarm : rim_color_dark,
                  alarm ? 256 : RIM_PANEL_ALPHA);
    const rim_color ink = alarm ? rim_color_dark
                          : off ? rim_color_quiet
                                : rim_color_white;
    plan_sign(o, s->state, r.x0 + pad, (r.y0 + r.y1) / 2);
    rim_scene_text(&o->scene, font, r.x0 + pad + sign, r.y0 + pad + cap, ink, text);
    if (two)
        rim_scene_text(&o->scene, o->small, r.x0 + pad + sign, r.y1 - pad, ink, part);
    return r.y1;
}

static void note_lost(rim_overlay *o, const rim_result *r)
{
    if (r->t_ns < o->last_ns) // the recording was wound back
        o->lost = 0;
    o->last_ns = r->t_ns;
    if (r->quality.dropped) {
        o->lost += r->quality.dropped;
        o->lost_ns = r->t_ns;
    }
}

static int plan_health_line(rim_overlay *o, int y, rim_color color, const char *text)
{
    const rim_rect r =
        moved(rim_hud_line_box(o, o->small, text), px(o, 14), y + px(o, 6));
    return rim_hud_line(o, r, o->small, color, text).y1;
}

static void plan_health(rim_overlay *o, const rim_result *r, int y)
{
    char text[64];
    note_lost(o, r);
    if (o->options.has_visible && !o->visible)
        y = plan_health_line(o, y, rim_color_warn, "NO WHITE LIGHT: NIR is shown");
    if (o->lost && r->t_ns - o->lost_ns < (int64_t)LOST_SHOWN_S * 1000000000) {
        snprintf(text, sizeof text, "frames lost: %llu", (unsigned long long)o->lost);
        y = plan_health_line(o, y, rim_color_warn, text);
    }
    const double saturated = r->quality.saturated;
    if (saturated >= 0.0005 && saturated <= 1) {
        char percent[16];
        rim_text_tenths(percent, sizeof percent, saturated * 100);
        snprintf(text, sizeof text, "saturated: %s %%", percent);
        plan_health_line(o, y, saturated >= 0.01 ? rim_color_warn : rim_color_quiet,
                         text);
    }
}

static const char *view_caption(const rim_overlay *o)
{
    switch (o->view) {
    case RIM_VIEW_NIR:
        return "NIR";
    case RIM_VIEW_INTENSITY:
        return "intensity map";
    case RIM_VIEW_OUTLINES:
        return "outlines only";
    case RIM_VIEW_WHITE:
        return "marks hidden";
    case RIM_VIEW_SIDE_BY_SIDE:
        return "side by side";
    default:
        return NULL;
    }
}

// Top right: frame and time, then the view where it is not the usual one.
static void plan_clock(rim_overlay *o, const rim_result *r)
{
    char text[64];
    const int64_t ms = (r->t_ns > 0 ? r->t_ns : 0) / 1000000;
    snprintf(text, sizeof text, "frame %llu   %lld:%02d.%03d",
             (unsigned long long)r->frame, (long long)(ms / 60000),
             (int)(ms / 1000 % 60), (int)(ms % 1000));
    const int right = o->options.width - px(o, 14);
    rim_rect box = rim_hud_line_box(o, o->small, text);
    box = moved(box, right - box.x1, px(o, 14));
    rim_hud_line(o, box, o->small, rim_color_quiet, text);
    const char *view = view_caption(o);
    if (view) {
        rim_rect second = rim_hud_line_box(o, o->small, view);
        second = moved(second, right - second.x1, box.y1 + px(o, 6));
        rim_hud_line(o, second, o->small, rim_color_white, view);
    }
}

// Bottom middle: the fixed words, and above them a note.
static void plan_bottom(rim_overlay *o)
{
    const char *text = "RESEARCH USE ONLY";
    rim_rect r = rim_hud_line_box(o, o->small, text);
    r = moved(r, (o->options.width - r.x1) / 2, o->options.height - px(o, 14) - r.y1);
    rim_hud_line(o, r, o->small, rim_color_quiet, text);
    if (o->note[0]) {
        rim_rect n = rim_hud_line_box(o, o->label, o->note);
        n = moved(n, (o->options.width - n.x1) / 2, r.y0 - px(o, 8) - n.y1);
        rim_hud_line(o, n, o->label, rim_color_white, o->note);
    }
}

// A line of help is a key, a tab, and what it does.
typedef struct help_line {
    char key[32], text[64];
} help_line;

static const char *next_help_line(help_line *l, const char *p)
{
    const int length = (int)strcspn(p, "\n"), key = (int)strcspn(p, "\t\n");
    const int skip = key < length ? key + 1 : length;
    snprintf(l->key, sizeof l->key, "%.*s", key, p);
    snprintf(l->text, sizeof l->text, "%.*s", length - skip, p + skip);
    return p + length + (p[length] == '\n');
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void plan_help(rim_overlay *o)
{
    help_line l;
    const int pad = px(o, 20), cap = rim_font_cap_px(o->label), step = cap * 2;
    int keys = 0, texts = 0, lines = 0;
    for (const char *p = o->help; *p; lines++) {
        p = next_help_line(&l, p);
        keys = larger(keys, rim_font_text_width(o->label, l.key));
        texts = larger(texts, rim_font_text_width(o->label, l.text));
    }
    rim_rect r = {0, 0, keys + texts + 3 * pad, lines * step - cap + 2 * pad};
    r = moved(r, (o->options.width - r.x1) / 2, (o->options.height - r.y1) / 2);
    rim_scene_panel(&o->scene, r, px(o, 8), rim_color_dark, 235);
    int y = r.y0 + pad + cap;
    for (const char *p = o->help; *p; y += step) {
        p = next_help_line(&l, p);
        rim_scene_text(&o->scene, o->label, r.x0 + pad, y, rim_color_surface, l.key);
        rim_scene_text(&o->scene, o->label, r.x0 + 2 * pad + keys, y, rim_color_white,
                       l.text);
    }
}

// What a smaller pane shows is written in its corner.
void rim_hud_plan_caption(rim_overlay *o, const rim_pane *pane, const char *text)
{
    const rim_rect r = pane->rect;
    const rim_rect line[4] = {{r.x0, r.y0, r.x1, r.y0 + 1},
                              {r.x0, r.y1 - 1, r.x1, r.y1},
                              {r.x0, r.y0, r.x0 + 1, r.y1},
                              {r.x1 - 1, r.y0, r.x1, r.y1}};
    for (int i = 0; i < 4; i++)
        rim_scene_rect(&o->scene, line[i], rim_color_quiet, 160);
    const rim_rect box = rim_hud_line_box(o, o->small, text);
    rim_hud_line(o, moved(box, r.x0 + px(o, 6), r.y0 + px(o, 6)), o->small,
                 rim_color_white, text);
}

void rim_hud_plan(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    plan_health(o, r, plan_verdict(o, &r->surface));
    plan_clock(o, r);
    rim_hud_plan_scales(o, pane);
    plan_bottom(o);
}

void rim_hud_plan_help(rim_overlay *o)
{
    if (o->help)
        plan_help(o);
}
