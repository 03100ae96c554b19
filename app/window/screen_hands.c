// screen_hands.c: events: views, help, zoom, the colour scale.
// SPDX-License-Identifier: MIT
#include "app/window/screen_internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>

#define SCALE_OPEN_NS (15 * RIM_NS_PER_S)
#define ZOOM_STEP     1.25
#define OPACITY_STEP  10

static void set_view(rim_screen *s, rim_view view)
{
    s->view = view;
    rim_overlay_set_view(s->overlay, rim_screen_view(s));
}

static void hold_white(rim_screen *s, bool held)
{
    s->white_held = held;
    rim_overlay_set_view(s->overlay, rim_screen_view(s));
}

static void set_help(rim_screen *s, bool help)
{
    s->help = help;
    rim_overlay_set_help(s->overlay, help ? rim_window_help() : NULL);
}

// Away with what lies uppermost.
static void escape(rim_screen *s)
{
    if (s->help)
        set_help(s, false);
    else if (s->sketch.count)
        rim_screen_drop_sketch(s);
    else if (s->scale_open)
        s->scale_open = false;
    else if (s->loupe)
        s->loupe = false;
    else
        s->measure.on = false;
}

// ---- zoom ----

static void zoom(rim_screen *s, int steps, rim_point at)
{
    const double w = s->o.overlay.width, h = s->o.overlay.height;
    // The place of the whole picture that must stay where it is.
    const double x = s->part.x + at.x * s->part.width;
    const double y = s->part.y + at.y * s->part.height;
    double z = s->zoom;
    for (; steps > 0; steps--)
        z *= ZOOM_STEP;
    for (; steps < 0; steps++)
        z /= ZOOM_STEP;
    s->zoom = z < 1.01 ? 1 : z > RIM_SCREEN_ZOOM_MAX ? RIM_SCREEN_ZOOM_MAX : z;
    s->x = x - (at.x - 0.5) * w / s->zoom;
    s->y = y - (at.y - 0.5) * h / s->zoom;
    rim_screen_aim(s);
}

static void pan(rim_screen *s, rim_point by)
{
    s->x -= by.x * s->part.width;
    s->y -= by.y * s->part.height;
    rim_screen_aim(s);
}

// ---- the colour scale: changed on purpose only, and told ----

static void open_scale(rim_screen *s)
{
    if (s->o.scale_is_fixed) {
        rim_screen_say(s, "colour scale fixed: pictures are being written with it");
        return;
    }
    s->scale_open = !s->scale_open;
    s->scale_until_ns = rim_clock_now_ns() + SCALE_OPEN_NS;
    if (s->scale_open)
        rim_screen_say(s, "COLOUR SCALE OPEN: arrows, shift and arrows, m; k locks it");
    else
        rim_screen_say(s, "colour scale locked");
}

static double stepped(double v, double step, int amount, double low, double high)
{
    const double next = floor((v + step * amount) / step + 0.5) * step;
    return next < low ? low : next > high ? high : next;
}

static void change_scale(rim_screen *s, const rim_event *e)
{
    rim_overlay_options *p = &s->o.overlay;
    const rim_overlay_options was = *p;
    if (!s->scale_open) {
        if (!s->o.scale_is_fixed)
            rim_screen_say(s, "the colour scale is locked: k opens it");
        else
            open_scale(s);
        return;
    }
    s->scale_until_ns = rim_clock_now_ns() + SCALE_OPEN_NS;
    if (e->action == RIM_ACTION_SCALE_MAP)
        p->color_map = (rim_color_map)((p->color_map + 1) % RIM_COLOR_MAP_COUNT);
    else if (e->action == RIM_ACTION_SCALE_HIGH)
        p->sbr_high = stepped(p->sbr_high, 0.5, e->amount, p->sbr_low + 0.5, 50);
    else if (e->action == RIM_ACTION_SCALE_VEIL)
        p->opacity =
            (int)stepped(p->opacity, OPACITY_STEP, e->amount, RIM_OPACITY_MIN, 100);
    else
        p->sbr_low = stepped(p->sbr_low, 0.1, e->amount, 1, p->sbr_high - 0.5);
    if (rim_screen_remake(s)) {
        *p = was;
        rim_screen_say(s, "the colour scale cannot be changed now");
        return;
    }
    s->scale_changed = true;
    rim_screen_say(s, "COLOUR SCALE NOW: %s, SBR %.1f to %.1f, opacity %d %%",
                   rim_color_map_name(p->color_map), p->sbr_low, p->sbr_high,
                   p->opacity);
}

bool rim_screen_take_scale(rim_screen *s)
{
    const bool changed = s->scale_changed;
    s->scale_changed = false;
    return changed;
}

bool rim_screen_apply(rim_screen *s, const rim_event *event)
{
    switch (event->action) {
    case RIM_ACTION_RESIZED:
        rim_screen_resize(s, event->width, event->height);
        return true;
    case RIM_ACTION_VIEW:
        set_view(s, event->view);
        return true;
    case RIM_ACTION_VIEW_NEXT:
        set_view(s, (rim_view)((s->view + 1) % RIM_VIEW_COUNT));
        return true;
    case RIM_ACTION_WHITE_HOLD:
    case RIM_ACTION_WHITE_FREE:
        hold_white(s, event->action == RIM_ACTION_WHITE_HOLD);
        return true;
    case RIM_ACTION_HELP:
        set_help(s, !s->help);
        return true;
    case RIM_ACTION_ESCAPE:
        escape(s);
        return true;
    case RIM_ACTION_ZOOM:
        zoom(s, event->amount, event->at);
        return true;
    case RIM_ACTION_ZOOM_RESET:
        s->zoom = 1;
        rim_screen_aim(s);
        return true;
    case RIM_ACTION_PAN:
        pan(s, event->at);
        return true;
    case RIM_ACTION_SCALE_OPEN:
        open_scale(s);
        return true;
    case RIM_ACTION_SCALE_MAP:
    case RIM_ACTION_SCALE_HIGH:
    case RIM_ACTION_SCALE_LOW:
    case RIM_ACTION_SCALE_VEIL:
        change_scale(s, event);
        return true;
    default:
        return rim_screen_apply_surface(s, event) || rim_screen_apply_values(s, event);
    }
}
