// timeline.c: where in a recording something was seen.
//
// Three rows above each other: lesions as a histogram in white, the verdict by shape
// and colour (a full yellow bar: residual; a hatched amber one: cannot be assessed; a
// thin blue line: none detected), and blue arrows where a surface was marked. What
// was not processed yet is an empty track.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"
#include "render/tools_internal.h"

#include <stdio.h>

enum { TALL_AT = 6 }; // lesions that fill the histogram

uint8_t rim_time_byte(const rim_result *r, bool marked)
{
    const int n =
        r->lesion_count < RIM_TIME_LESIONS ? r->lesion_count : RIM_TIME_LESIONS;
    return (uint8_t)(n | (int)r->surface.state << RIM_TIME_STATE_SHIFT |
                     (marked ? RIM_TIME_MARKED : 0) | RIM_TIME_SEEN);
}

// What the frames of one column of pixels have in common.
typedef struct column {
    int lesions;
    rim_surface_state state;
    bool marked, seen;
} column;

static int64_t frame_at(int64_t total, int x, int width)
{
    return total * x / width;
}

static int rank(rim_surface_state s)
{
    return s == RIM_SURFACE_RESIDUAL        ? 3
           : s == RIM_SURFACE_CANNOT_ASSESS ? 2
           : s == RIM_SURFACE_NONE_DETECTED ? 1
                                            : 0;
}

static column look(const rim_timeline *l, int64_t total, int x, int width)
{
    column c = {0};
    const int64_t from = frame_at(total, x, width);
    int64_t to = frame_at(total, x + 1, width);
    to = to > from ? to : from + 1;
    for (int64_t i = from; i < to && i < l->known; i++) {
        const int n = l->frame[i] & RIM_TIME_LESIONS;
        const rim_surface_state s =
            (rim_surface_state)(l->frame[i] >> RIM_TIME_STATE_SHIFT & 3);
        c.lesions = n > c.lesions ? n : c.lesions;
        c.state = rank(s) > rank(c.state) ? s : c.state;
        c.marked |= (l->frame[i] & RIM_TIME_MARKED) != 0;
        c.seen |= (l->frame[i] & RIM_TIME_SEEN) != 0;
    }
    return c;
}

static bool same(column a, column b)
{
    return a.lesions == b.lesions && a.state == b.state && a.seen == b.seen &&
           !a.marked && !b.marked;
}

static void plan_verdict(rim_tools *t, rim_rect r, rim_surface_state s)
{
    const rim_pt p[4] = {{r.x0 * 256, r.y0 * 256},
                         {r.x1 * 256, r.y0 * 256},
                         {r.x1 * 256, r.y1 * 256},
                         {r.x0 * 256, r.y1 * 256}};
    const int middle = (r.y0 + r.y1) / 2,
              thin = rim_tools_px(t, 2) > 0 ? rim_tools_px(t, 2) : 1;
    switch (s) {
    case RIM_SURFACE_RESIDUAL:
        rim_scene_rect(&t->scene, r, rim_color_alarm, 256);
        return;
    case RIM_SURFACE_CANNOT_ASSESS:
        rim_scene_hatch(&t->scene, p, 4, rim_color_warn, rim_color_dark,
                        rim_tools_px(t, 7) > 3 ? rim_tools_px(t, 7) : 3, 256);
        return;
    case RIM_SURFACE_NONE_DETECTED:
        rim_scene_rect(&t->scene, (rim_rect){r.x0, middle, r.x1, middle + thin},
                       rim_color_surface, 256);
        return;
    case RIM_SURFACE_OFF:
        return;
    }
}

static void plan_mark(rim_tools *t, int x, int y)
{
    const int size = rim_tools_px(t, 5) > 2 ? rim_tools_px(t, 5) : 2;
    const rim_pt p[3] = {{x * 256, (y - size) * 256},
                         {(x + size) * 256, (y + size) * 256},
                         {(x - size) * 256, (y + size) * 256}};
    rim_scene_fill(&t->scene, p, 3, rim_color_surface, 256);
}

// Columns x0..x1-1 of the track are alike.
static void plan_run(rim_tools *t, int x0, int x1, column c)
{
    const rim_rect k = t->track;
    const int half = (k.y0 + k.y1) / 2, tall = half - k.y0;
    const rim_rect all = {k.x0 + x0, k.y0, k.x0 + x1, k.y1};
    if (!c.seen)
        return;
    rim_scene_rect(&t->scene, all, rim_color_white, 30);
    const int n = c.lesions < TALL_AT ? c.lesions : TALL_AT;
    if (n > 0)
        rim_scene_rect(
            &t->scene,
            (rim_rect){all.x0, half - 1 - tall * n / TALL_AT, all.x1, half - 1},
            rim_color_white, 220);
    plan_verdict(t, (rim_rect){all.x0, half + 1, all.x1, k.y1}, c.state);
}

static void plan_cursor(rim_tools *t, int x)
{
    const rim_rect k = t->track;
    const int wide = rim_tools_px(t, 3) > 2 ? rim_tools_px(t, 3) : 2;
    const int out = rim_tools_px(t, 5);
    const rim_rect dark = {x - wide, k.y0 - out - 1, x + wide + 1, k.y1 + out + 1};
    const rim_rect line = {x - wide / 2, k.y0 - out, x - wide / 2 + wide, k.y1 + out};
    rim_scene_rect(&t->scene, dark, rim_color_dark, 256);
    rim_scene_rect(&t->scene, line, rim_color_white, 256);
}

static void word_time(char *out, size_t size, int64_t t_ns)
{
    const int64_t tenths = (t_ns > 0 ? t_ns : 0) / 100000000;
    snprintf(out, size, "%d:%02d.%d", (int)(tenths / 600), (int)(tenths / 10 % 60),
             (int)(tenths % 10));
}

// Panel, numbers and names; sets the track.
static void plan_panel(rim_tools *t, const rim_timeline *l)
{
    char now[24], end[32] = "";
    word_time(now, sizeof now, l->t_ns);
    if (l->end_ns >= 0)
        word_time(end, sizeof end, l->end_ns);
    if (l->loop)
        snprintf(end, sizeof end, "loop");
    const int cap = rim_font_cap_px(t->small), pad = rim_tools_px(t, 10);
    const int x0 = rim_tools_px(t, 14), x1 = t->width - x0;
    const int y1 = t->height - rim_tools_px(t, 84), usual = rim_tools_px(t, 50);
    const int least = 2 * (cap + 5) + 2 * pad; // where the font cannot be smaller
    const int y0 = y1 - (usual > least ? usual : least);
    const int left = rim_font_text_width(t->small, "surface") + pad;
    const int right = rim_font_text_width(t->small, "0:00:00.0") + pad;
    rim_scene_panel(&t->scene, (rim_rect){x0, y0, x1, y1}, rim_tools_px(t, 5),
                    rim_color_dark, 220);
    t->track = (rim_rect){x0 + pad + left, y0 + pad, x1 - pad - right, y1 - pad};
    const rim_rect k = t->track;
    const int half = (k.y0 + k.y1) / 2, row = (half - k.y0 + cap) / 2;
    rim_scene_text(&t->scene, t->small, x0 + pad, k.y0 + row, rim_color_quiet,
                   "lesions");
    rim_scene_text(&t->scene, t->small, x0 + pad, half + row, rim_color_quiet,
                   "surface");
    rim_scene_text(&t->scene, t->small, k.x1 + pad, k.y0 + row, rim_color_white, now);
    rim_scene_text(&t->scene, t->small, k.x1 + pad, half + row, rim_color_quiet, end);
    rim_scene_rect(&t->scene, (rim_rect){k.x0, half - 1, k.x1, half}, rim_color_quiet,
                   160);
    rim_scene_rect(&t->scene, (rim_rect){k.x0, k.y1, k.x1, k.y1 + 1}, rim_color_quiet,
                   160);
}

void rim_tools_draw_timeline(rim_tools *t, rim_frame *picture, const rim_timeline *l)
{
    const int64_t total = l->total > l->known ? l->total : l->known;
    plan_panel(t, l);
    const int width = t->track.x1 - t->track.x0;
    if (total < 1 || width < 8)
        return;
    column run = look(l, total, 0, width);
    bool was_marked = false;
    int from = 0;
    for (int x = 1; x <= width; x++) {
        const column next = x < width ? look(l, total, x, width) : (column){0};
        if (x < width && same(run, next))
            continue;
        plan_run(t, from, x, run);
        if (run.marked && !was_marked)
            plan_mark(t, t->track.x0 + from, t->track.y1);
        was_marked = run.marked;
        run = next;
        from = x;
    }
    plan_cursor(t, t->track.x0 + (int)((2 * l->at + 1) * width / (2 * total)));
    rim_tools_paint(t, picture);
}

bool rim_tools_time_at(const rim_tools *t, double *part, rim_point at, int slack)
{
    const rim_rect k = t->track;
    const double along = (at.x - k.x0) / (k.x1 - k.x0 > 0 ? k.x1 - k.x0 : 1);
    *part = along < 0 ? 0 : along > 1 ? 1 : along;
    return k.x1 > k.x0 && at.x >= k.x0 - slack && at.x < k.x1 + slack &&
           at.y >= k.y0 - slack && at.y < k.y1 + slack;
}
