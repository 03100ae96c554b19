// fading.c: a lesion that is no longer found fades for a second, then goes.
//
// Where it was last seen, as a dotted line that loses its brightness, with its number:
// nobody has to wonder whether it was there. Times are the recording's; a jump in
// them forgets everything.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <stdio.h>
#include <string.h>

enum { FADE_MS = 1000, JUMP_MS = 700 };

static bool has(const rim_lesion *list, int count, int id)
{
    for (int i = 0; i < count; i++)
        if (list[i].id == id)
            return true;
    return false;
}

// What lies in a residual has not been lost: it is called so since a surface is watched.
static bool is_residual(const rim_result *r, const rim_lesion *l)
{
    for (int i = 0; i < r->surface.residual_count; i++) {
        const double dx = r->surface.residual[i].x - l->x;
        const double dy = r->surface.residual[i].y - l->y;
        if (dx * dx + dy * dy < l->a * l->a)
            return true;
    }
    return false;
}

static void add(rim_fading *f, const rim_lesion *l, const rim_result *r)
{
    if (f->count == RIM_LESIONS_MAX || is_residual(r, l))
        return;
    f->lesion[f->count] = *l;
    f->lost_ns[f->count++] = r->t_ns;
}

static void forget(rim_fading *f, const rim_result *r)
{
    int kept = 0;
    for (int i = 0; i < f->count; i++) {
        if (r->t_ns - f->lost_ns[i] >= FADE_MS * INT64_C(1000000) ||
            has(r->lesion, r->lesion_count, f->lesion[i].id) ||
            is_residual(r, &f->lesion[i]))
            continue;
        f->lesion[kept] = f->lesion[i];
        f->lost_ns[kept++] = f->lost_ns[i];
    }
    f->count = kept;
}

static void follow(rim_fading *f, const rim_result *r)
{
    const int64_t step_ns = r->t_ns - f->last_ns;
    if (f->begun && step_ns == 0 && f->frame == r->frame)
        return; // drawn again
    f->begun = true;
    if (step_ns < 0 || step_ns > JUMP_MS * INT64_C(1000000))
        f->count = f->last_count = 0;
    for (int i = 0; i < f->last_count; i++)
        if (!has(r->lesion, r->lesion_count, f->last[i].id) &&
            !has(f->lesion, f->count, f->last[i].id))
            add(f, &f->last[i], r);
    forget(f, r);
    f->last_ns = r->t_ns;
    f->frame = r->frame;
    f->last_count = r->lesion_count;
    memcpy(f->last, r->lesion, (size_t)r->lesion_count * sizeof f->last[0]);
}

static void plan_number(rim_overlay *o, const rim_lesion *l, const rim_pt *p, int count,
                        rim_color color)
{
    char text[24];
    snprintf(text, sizeof text, "%d lost", l->id);
    const rim_rect box = rim_line_box(p, count);
    const int wide = rim_font_text_width(o->small, text);
    const int x = (box.x0 + box.x1 - wide) / 2, pad = rim_overlay_px(o, 4);
    const int cap = rim_font_cap_px(o->small), y = (box.y0 + box.y1 + cap) / 2;
    rim_scene_panel(&o->scene,
                    (rim_rect){x - pad, y - cap - pad, x + wide + pad, y + pad},
                    rim_overlay_px(o, 3), rim_color_dark, 150);
    rim_scene_text(&o->scene, o->small, x, y, color, text);
}

void rim_marks_plan_fading(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    rim_fading *f = &o->fading;
    rim_pt p[RIM_LINE_MAX];
    follow(f, r);
    const rim_dash dots = {rim_overlay_px(o, 2) > 1 ? rim_overlay_px(o, 2) : 1,
                           rim_overlay_px(o, 7) > 2 ? rim_overlay_px(o, 7) : 2};
    for (int i = 0; i < f->count; i++) {
        const rim_lesion *l = &f->lesion[i];
        const int count = rim_line_ellipse(p, pane, l->x, l->y, l->a, l->b, l->angle);
        if (count == 0 || !rim_line_seen(pane, rim_line_box(p, count)))
            continue;
        const int64_t past_ms = (r->t_ns - f->lost_ns[i]) / 1000000;
        const uint8_t left = (uint8_t)(230 - past_ms * 130 / FADE_MS);
        const rim_color color = {left, left, left};
        rim_scene_stroke(&o->scene, &o->style.thin, p, count, true, dots, color);
        plan_number(o, l, p, count, color);
    }
}
