// verdict.c: the bar at the top left: what is said of the cut surface, in fixed words.
//
// It speaks of fluorescence only; a surface is never called free of anything. Each
// state has a shape and a place of its own beside its colour.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <stdio.h>
#include <string.h>

enum { LINES = 2, LINE_MAX = 112 };

// One line, or two where the picture is too narrow for one.
typedef struct verdict {
    char line[LINES][2 * LINE_MAX + 2];
    char part[64]; // "" where nothing is judged
    const rim_font *font;
    int lines, width; // of the widest line, px
} verdict;

static int px(const rim_overlay *o, int n)
{
    return rim_overlay_px(o, n);
}

static void word_depth(char *out, size_t size, double depth_mm)
{
    if (!(depth_mm > 0)) {
        snprintf(out, size, "none detected, depth not stated");
        return;
    }
    // Rounded down: it must not promise more than was found.
    const int tenths = depth_mm < 99 ? (int)(depth_mm * 10) : 990;
    if (tenths < 20)
        snprintf(out, size, "none detected to about %d.%d mm", tenths / 10,
                 tenths % 10);
    else
        snprintf(out, size, "none detected to about %d mm", tenths / 10);
}

static void word_why(char *out, size_t size, unsigned why)
{
    size_t used = 0;
    const char *sep = "";
    out[0] = '\0';
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

// Head and tail; the tail may be empty.
static void word(char head[LINE_MAX], char tail[LINE_MAX], const rim_surface *s)
{
    tail[0] = '\0';
    switch (s->state) {
    case RIM_SURFACE_RESIDUAL:
        snprintf(head, LINE_MAX, "RESIDUAL FLUORESCENCE");
        snprintf(tail, LINE_MAX, "(%d)", s->residual_count);
        return;
    case RIM_SURFACE_NONE_DETECTED:
        word_depth(head, LINE_MAX, s->visible_depth_mm);
        return;
    case RIM_SURFACE_CANNOT_ASSESS:
        word_why(tail, LINE_MAX, s->why);
        snprintf(head, LINE_MAX, tail[0] ? "cannot assess:" : "cannot assess");
        return;
    case RIM_SURFACE_OFF:
        break;
    }
    snprintf(head, LINE_MAX, "no cut surface marked");
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static bool is_signed(const rim_surface *s)
{
    return s->state == RIM_SURFACE_RESIDUAL || s->state == RIM_SURFACE_CANNOT_ASSESS;
}

static int sign_width(const rim_overlay *o, const rim_surface *s, const rim_font *font)
{
    return is_signed(s) ? rim_font_cap_px(font) * 2 + px(o, 12) : 0;
}

static void set_lines(verdict *v, const char *head, const char *tail, int lines)
{
    v->lines = lines;
    if (lines == 2) {
        snprintf(v->line[0], sizeof v->line[0], "%s", head);
        snprintf(v->line[1], sizeof v->line[1], "%s", tail);
    } else {
        snprintf(v->line[0], sizeof v->line[0], "%s%s%s", head, tail[0] ? " " : "",
                 tail);
        v->line[1][0] = '\0';
    }
    v->width = larger(rim_font_text_width(v->font, v->line[0]),
                      rim_font_text_width(v->font, v->line[1]));
}

// The largest font in which it fits into `most` px on a line, or on two.
static void fit(verdict *v, const rim_overlay *o, const rim_surface *s, int most)
{
    char head[LINE_MAX], tail[LINE_MAX];
    word(head, tail, s);
    const rim_font *font[] = {o->large, o->label, o->small};
    for (int i = s->state == RIM_SURFACE_OFF ? 2 : 0; i < 3; i++) {
        v->font = font[i];
        for (int lines = 1; lines <= (tail[0] ? 2 : 1); lines++) {
            set_lines(v, head, tail, lines);
            if (v->width + sign_width(o, s, v->font) <= most)
                return;
        }
    }
}

// A triangle with an exclamation mark, or a question mark in a disc: told apart from
// across the room before the words are read.
static void plan_sign(rim_overlay *o, const rim_font *font, rim_surface_state state,
                      int x, int middle)
{
    const int mark_cap = rim_font_cap_px(font), size = mark_cap * 2;
    if (state == RIM_SURFACE_RESIDUAL) {
        const rim_pt p[3] = {{(x + size / 2) * 256, (middle - size / 2) * 256},
                             {(x + size) * 256, (middle + size / 2) * 256},
                             {x * 256, (middle + size / 2) * 256}};
        rim_scene_fill(&o->scene, p, 3, rim_color_dark, 256);
        const int mark = rim_font_text_width(font, "!");
        rim_scene_text(&o->scene, font, x + (size - mark) / 2,
                       middle + size / 2 - size / 10, rim_color_alarm, "!");
        return;
    }
    if (state == RIM_SURFACE_CANNOT_ASSESS) {
        const rim_pt center = {(x + size / 2) * 256, middle * 256};
        rim_scene_disc(&o->scene, center, size * 128, rim_color_warn);
        const int mark = rim_font_text_width(font, "?");
        rim_scene_text(&o->scene, font, x + (size - mark) / 2, middle + mark_cap / 2,
                       rim_color_dark, "?");
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

rim_rect rim_hud_plan_verdict(rim_overlay *o, const rim_surface *s)
{
    verdict v = {.part = ""};
    const bool alarm = s->state == RIM_SURFACE_RESIDUAL;
    const bool off = s->state == RIM_SURFACE_OFF;
    const int pad = px(o, off ? 7 : 12), margin = px(o, 14);
    fit(&v, o, s, o->options.width - 2 * (pad + margin));
    const bool has_part = word_assessable(v.part, sizeof v.part, s);
    const int cap = rim_font_cap_px(v.font), step = cap + px(o, 9);
    const int inset = sign_width(o, s, v.font);
    const int wide2 = rim_font_text_width(o->small, v.part);
    const int below = has_part ? rim_font_cap_px(o->small) + px(o, 8) : 0;
    const rim_rect r = {margin, margin,
                        margin + inset + larger(v.width, wide2) + 2 * pad,
                        margin + cap + (v.lines - 1) * step + below + 2 * pad};
    rim_hud_panel(o, r, alarm ? rim_color_alarm : rim_color_dark,
                  alarm ? 256 : RIM_PANEL_ALPHA);
    const rim_color ink = alarm ? rim_color_dark
                          : off ? rim_color_quiet
                                : rim_color_white;
    plan_sign(o, v.font, s->state, r.x0 + pad, (r.y0 + r.y1) / 2);
    for (int i = 0; i < v.lines; i++)
        rim_scene_text(&o->scene, v.font, r.x0 + pad + inset,
                       r.y0 + pad + cap + i * step, ink, v.line[i]);
    if (has_part)
        rim_scene_text(&o->scene, o->small, r.x0 + pad + inset, r.y1 - pad, ink,
                       v.part);
    return r;
}
