// screen_draw.c: the picture with what lies over it, and the line below.
// SPDX-License-Identifier: MIT
#include "app/window/screen_internal.h"

#include "base/clock.h"
#include "render/scale.h"

#include <assert.h>
#include <stdio.h>

// What to do with a surface that is not done yet; NULL: there is none.
static const char *word_sketch(const rim_screen *s)
{
    if (s->sketch.editing)
        return "drag or add corners, enter when done, escape leaves it";
    if (s->sketch.count == 0)
        return NULL;
    return s->sketch.count < 3 ? "CUT SURFACE: click its corners, one after the other"
                               : "CUT SURFACE: more corners, or enter when done";
}

// Message, or what is going on, zoom and an open colour scale told with it.
static void set_note(rim_screen *s)
{
    char note[160], zoom[24] = "";
    const int64_t now_ns = rim_clock_now_ns();
    if (s->message_until_ns && now_ns > s->message_until_ns)
        s->message_until_ns = 0;
    if (s->scale_open && now_ns > s->scale_until_ns)
        s->scale_open = false;
    if (s->message_until_ns) {
        rim_overlay_set_note(s->overlay, s->message);
        return;
    }
    if (s->zoom > 1)
        snprintf(zoom, sizeof zoom, "ZOOM %d.%d", (int)s->zoom,
                 (int)(s->zoom * 10) % 10);
    const char *scale = s->scale_open ? "COLOUR SCALE OPEN" : "";
    snprintf(note, sizeof note, "%s%s%s%s%s", s->state,
             s->state[0] && (zoom[0] || scale[0]) ? "   " : "", zoom,
             zoom[0] && scale[0] ? "   " : "", scale);
    rim_overlay_set_note(s->overlay, word_sketch(s) ? word_sketch(s) : note);
}

// ---- drawing ----

static bool is_whole(const rim_screen *s, const rim_frame *visible)
{
    return s->zoom <= 1 && visible->width == s->width && visible->height == s->height;
}

static void set_size(const rim_screen *s, rim_frame *picture)
{
    assert(picture->fmt == RIM_FMT_BGRX8 && picture->stride >= 4 * (ptrdiff_t)s->width);
    picture->width = s->width;
    picture->height = s->height;
}

void rim_screen_begin(rim_screen *s, rim_frame *picture, const rim_frame *visible)
{
    const rim_overlay_options *o = &s->o.overlay;
    s->begun.dst = NULL;
    if (!visible || !rim_overlay_in_place(s->overlay))
        return;
    set_size(s, picture);
    s->begun_part = s->part;
    rim_scale_lend(&s->begun, picture, visible, s->part, o->workers, o->cpu);
}

// Has it been put there before? The window may have changed since.
static bool is_there(rim_screen *s, const rim_frame *picture, const rim_frame *visible)
{
    const rim_scaling *j = &s->begun;
    const rim_part *a = &s->part, *b = &s->begun_part;
    const bool there = j->dst == picture && j->src == visible &&
                       picture->width == s->width && picture->height == s->height &&
                       a->x == b->x && a->y == b->y && a->width == b->width &&
                       a->height == b->height && rim_overlay_in_place(s->overlay);
    s->begun.dst = NULL;
    return there;
}

void rim_screen_draw(rim_screen *s, rim_frame *picture, const rim_shown *shown)
{
    const rim_frame *visible = shown->visible;
    const bool there = visible && is_there(s, picture, visible);
    set_size(s, picture);
    if (there) {
        visible = picture;
    } else if (visible && !is_whole(s, visible)) {
        // Composited where it stands, but where the picture is made of two.
        rim_frame *scaled = rim_overlay_in_place(s->overlay) ? picture : &s->scaled;
        rim_scale_part(scaled, visible, s->part, s->o.overlay.workers,
                       s->o.overlay.cpu);
        visible = scaled;
    }
    set_note(s);
    s->watched = shown->result->surface.polygon;
    rim_overlay_set_unjudged(s->overlay, &shown->unjudged);
    rim_overlay_set_sketch(s->overlay, s->sketch.corner, s->sketch.count);
    rim_overlay_draw(s->overlay, picture, shown->nir, visible, shown->sbr, shown->scale,
                     shown->result);
    picture->seq = shown->nir->seq;
    picture->captured_ns = shown->nir->captured_ns;
    if (s->help)
        return;
    rim_screen_draw_values(s, picture, shown);
    if (s->timeline)
        rim_tools_draw_timeline(s->tools, picture, s->timeline);
}
