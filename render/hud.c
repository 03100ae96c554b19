// hud.c: frame and time, the view's name, notes, help: text that lies over the picture.
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

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static rim_rect moved(rim_rect r, int x, int y)
{
    return (rim_rect){r.x0 + x, r.y0 + y, r.x1 + x, r.y1 + y};
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

static bool touch(rim_rect a, rim_rect b)
{
    const rim_rect r = rim_rect_intersect(a, b);
    return r.x0 < r.x1 && r.y0 < r.y1;
}

// A line at the right edge, below *above, and below the verdict where that is wide.
static void plan_right(rim_overlay *o, int *above, rim_rect verdict, rim_color color,
                       const char *text)
{
    const int right = o->options.width - px(o, 14), gap = px(o, 6);
    rim_rect box = rim_hud_line_box(o, o->small, text);
    box = moved(box, right - box.x1, *above);
    if (touch((rim_rect){box.x0 - gap, box.y0, box.x1, box.y1}, verdict))
        box = moved(box, 0, verdict.y1 + gap - box.y0);
    *above = rim_hud_line(o, box, o->small, color, text).y1 + gap;
}

// A red dot before its text, as on every camera.
static void plan_record(rim_overlay *o, int *above, rim_rect verdict, int *widest)
{
    static const rim_color red = {255, 64, 64};
    char text[RIM_HEALTH_TEXT + 8] = "     ";
    rim_health_record_word(text + 5, &o->health);
    if (!text[5])
        return;
    const rim_rect box = rim_hud_line_box(o, o->small, text);
    plan_right(o, above, verdict, rim_color_white, text);
    const int x = o->options.width - px(o, 14) - box.x1 + px(o, 14);
    const int y = *above - px(o, 6) - box.y1 / 2;
    rim_scene_disc(&o->scene, (rim_pt){x * 256, y * 256 + 128}, px(o, 5) * 256, red);
    *widest = larger(*widest, box.x1);
}

// Top right: frame and time, health, recording, then the view where it is not the usual one.
// Returns where the lines end, px from the top; 0 where they stay clear of what stands
// on the left.
static int plan_clock(rim_overlay *o, const rim_result *r, rim_rect verdict)
{
    char text[64], health[RIM_HEALTH_TEXT] = "";
    const int64_t ms = (r->t_ns > 0 ? r->t_ns : 0) / 1000000;
    int above = px(o, 14);
    snprintf(text, sizeof text, "frame %llu   %lld:%02d.%03d",
             (unsigned long long)r->frame, (long long)(ms / 60000),
             (int)(ms / 1000 % 60), (int)(ms % 1000));
    plan_right(o, &above, verdict, rim_color_quiet, text);
    int widest = rim_hud_line_box(o, o->small, text).x1;
    if (o->has_health)
        rim_health_word(health, &o->health);
    if (health[0]) {
        plan_right(o, &above, verdict, rim_color_quiet, health);
        widest = larger(widest, rim_hud_line_box(o, o->small, health).x1);
    }
    if (o->has_health)
        plan_record(o, &above, verdict, &widest);
    const char *view = view_caption(o);
    if (view)
        plan_right(o, &above, verdict, rim_color_white, view);
    return widest > o->options.width / 2 ? above - px(o, 6) : 0;
}

// Bottom middle: the fixed words, and above them a note.
static void plan_bottom(rim_overlay *o, const rim_pane *pane)
{
    const char *text = "RESEARCH USE ONLY";
    rim_rect r = rim_hud_line_box(o, o->small, text);
    const int bottom = rim_hud_plan_scales(o, pane, r.x1);
    r = moved(r, (o->options.width - r.x1) / 2, bottom - r.y1);
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

// How wide the keys and the texts of `count` lines from *p on are; moves *p on.
static void measure_help(const rim_font *font, const char **p, int count, int wide[2])
{
    help_line l;
    wide[0] = wide[1] = 0;
    for (int i = 0; i < count && **p; i++) {
        *p = next_help_line(&l, *p);
        wide[0] = larger(wide[0], rim_font_text_width(font, l.key));
        wide[1] = larger(wide[1], rim_font_text_width(font, l.text));
    }
}

static int count_lines(const char *p)
{
    int lines = 0;
    for (help_line l; *p; lines++)
        p = next_help_line(&l, p);
    return lines;
}

enum { HELP_COLUMNS = 2 };

// Its box with this font, and the widths of its columns.
static rim_rect help_box(const rim_overlay *o, const rim_font *font, int rows,
                         int wide[HELP_COLUMNS][2])
{
    const int cap = rim_font_cap_px(font), pad = larger(px(o, 20), cap);
    const char *p = o->help;
    rim_rect r = {0, 0, pad, rows * cap * 2 - cap + 2 * pad};
    for (int i = 0; i < HELP_COLUMNS; i++) {
        measure_help(font, &p, rows, wide[i]);
        if (wide[i][1] > 0)
            r.x1 += wide[i][0] + wide[i][1] + 2 * pad;
    }
    return r;
}

// Two columns, in the larger font that fits.
static void plan_help(rim_overlay *o)
{
    int wide[HELP_COLUMNS][2];
    const int rows = (count_lines(o->help) + HELP_COLUMNS - 1) / HELP_COLUMNS;
    const rim_font *font = o->label;
    rim_rect r = help_box(o, font, rows, wide);
    if (r.x1 > o->options.width || r.y1 > o->options.height) {
        font = o->small;
        r = help_box(o, font, rows, wide);
    }
    const int cap = rim_font_cap_px(font), pad = larger(px(o, 20), cap);
    r = moved(r, (o->options.width - r.x1) / 2, (o->options.height - r.y1) / 2);
    rim_scene_panel(&o->scene, r, px(o, 8), rim_color_dark, 244);
    const char *p = o->help;
    int x = r.x0 + pad;
    for (int i = 0; i < HELP_COLUMNS; x += wide[i][0] + wide[i][1] + 2 * pad, i++) {
        int y = r.y0 + pad + cap;
        for (int row = 0; row < rows && *p; row++, y += 2 * cap) {
            help_line l;
            p = next_help_line(&l, p);
            rim_scene_text(&o->scene, font, x, y, rim_color_surface, l.key);
            rim_scene_text(&o->scene, font, x + wide[i][0] + pad, y, rim_color_white,
                           l.text);
        }
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
    const rim_rect verdict = rim_hud_plan_verdict(o, &r->surface);
    const int clock = plan_clock(o, r, verdict);
    rim_hud_plan_health(o, r, larger(verdict.y1, clock));
    plan_bottom(o, pane);
}

void rim_hud_plan_help(rim_overlay *o)
{
    if (o->help)
        plan_help(o);
}
