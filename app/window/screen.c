// screen.c: creation, sizes, places, words.
// SPDX-License-Identifier: MIT
#include "app/window/screen_internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_NS (3 * RIM_NS_PER_S)

enum { SIDE_MIN = 64 }; // of a window's picture

static int within(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

rim_view rim_screen_view(const rim_screen *s)
{
    return s->white_held ? RIM_VIEW_WHITE : s->view;
}

rim_view rim_screen_usual_view(const rim_screen *s)
{
    return s->view;
}

const rim_overlay_options *rim_screen_scale(const rim_screen *s)
{
    return &s->o.overlay;
}

// Overlay, tools and scaled picture for width x height.
static rim_err make(rim_screen *s, rim_overlay **overlay, rim_tools **tools,
                    rim_frame *scaled, int width, int height)
{
    rim_overlay_options p = s->o.overlay;
    p.full_width = p.width;
    p.full_height = p.height;
    p.width = width;
    p.height = height;
    p.part = s->part;
    *scaled =
        (rim_frame){.width = width, .height = height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    rim_err err = rim_overlay_create(overlay, &p);
    if (!err)
        err = rim_tools_create(tools, width, height);
    if (!err)
        err = rim_frame_init(scaled);
    return err;
}

static void unmake(rim_overlay **overlay, rim_tools **tools, rim_frame *scaled)
{
    rim_overlay_destroy(overlay);
    rim_tools_destroy(tools);
    rim_frame_uninit(scaled);
}

static void tell_overlay(rim_screen *s)
{
    rim_overlay_set_view(s->overlay, rim_screen_view(s));
    rim_overlay_set_help(s->overlay, s->help ? rim_window_help() : NULL);
    rim_overlay_set_sketch(s->overlay, s->sketch.corner, s->sketch.count);
}

static rim_err remake(rim_screen *s, int width, int height)
{
    rim_overlay *overlay = NULL;
    rim_tools *tools = NULL;
    rim_frame scaled;
    const rim_err err = make(s, &overlay, &tools, &scaled, width, height);
    if (err) {
        unmake(&overlay, &tools, &scaled);
        return err;
    }
    unmake(&s->overlay, &s->tools, &s->scaled);
    s->overlay = overlay;
    s->tools = tools;
    s->scaled = scaled;
    s->width = width;
    s->height = height;
    tell_overlay(s);
    return RIM_OK;
}

rim_err rim_screen_remake(rim_screen *s)
{
    return remake(s, s->width, s->height);
}

rim_err rim_screen_create(rim_screen **out, const rim_screen_options *o)
{
    *out = NULL;
    rim_screen *s = calloc(1, sizeof *s);
    if (!s)
        return RIM_ERR_MEMORY;
    s->o = *o;
    s->view = o->overlay.view;
    s->zoom = 1;
    s->finished = s->sketch.held = -1;
    s->part = (rim_part){0, 0, o->overlay.width, o->overlay.height};
    s->x = o->overlay.width / 2.0;
    s->y = o->overlay.height / 2.0;
    const rim_err err = remake(s, o->overlay.width, o->overlay.height);
    if (err)
        rim_screen_destroy(&s);
    else
        s->o.overlay.sbr_low = s->o.overlay.sbr_low > 0 ? s->o.overlay.sbr_low : 1.3;
    if (!err && !(s->o.overlay.sbr_high > 0))
        s->o.overlay.sbr_high = 5;
    if (!err && s->o.overlay.opacity == 0)
        s->o.overlay.opacity = 100;
    *out = s;
    return err;
}

void rim_screen_destroy(rim_screen **p)
{
    rim_screen *s = *p;
    if (!s)
        return;
    unmake(&s->overlay, &s->tools, &s->scaled);
    free(s);
    *p = NULL;
}

void rim_screen_resize(rim_screen *s, int width, int height)
{
    width = within(width, SIDE_MIN, RIM_FRAME_SIDE_MAX);
    height = within(height, SIDE_MIN, RIM_FRAME_SIDE_MAX);
    if ((width != s->width || height != s->height) && remake(s, width, height))
        rim_log_warning("the window's picture stays at %dx%d: no memory for %dx%d",
                        s->width, s->height, width, height);
}

// ---- places ----

rim_point rim_screen_pixel(const rim_screen *s, rim_point at)
{
    return (rim_point){at.x * s->width - 0.5, at.y * s->height - 0.5};
}

bool rim_screen_nir(const rim_screen *s, rim_point *nir, rim_point at)
{
    return rim_overlay_to_nir(s->overlay, nir, rim_screen_pixel(s, at));
}

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

void rim_screen_aim(rim_screen *s)
{
    const double w = s->o.overlay.width, h = s->o.overlay.height;
    s->zoom = clamp(s->zoom, 1, RIM_SCREEN_ZOOM_MAX);
    const double half_w = w / s->zoom / 2, half_h = h / s->zoom / 2;
    s->x = clamp(s->x, half_w, w - half_w);
    s->y = clamp(s->y, half_h, h - half_h);
    s->part = (rim_part){s->x - half_w, s->y - half_h, 2 * half_w, 2 * half_h};
    if (rim_overlay_set_part(s->overlay, &s->part) != RIM_OK)
        rim_log_warning("the picture cannot be zoomed there");
}

// ---- words ----

void rim_screen_state(rim_screen *s, const char *state)
{
    snprintf(s->state, sizeof s->state, "%s", state);
}

void rim_screen_say(rim_screen *s, const char *form, ...)
{
    va_list args;
    va_start(args, form);
    vsnprintf(s->message, sizeof s->message, form, args);
    va_end(args);
    s->message_until_ns = rim_clock_now_ns() + MESSAGE_NS;
}

bool rim_screen_is_stale(const rim_screen *s)
{
    const int64_t now_ns = rim_clock_now_ns();
    return (s->message_until_ns && now_ns > s->message_until_ns) ||
           (s->scale_open && now_ns > s->scale_until_ns);
}

void rim_screen_timeline(rim_screen *s, const rim_timeline *line)
{
    s->timeline = line;
}

bool rim_screen_time_at(const rim_screen *s, double *part, rim_point at, bool held)
{
    const int slack = held ? RIM_FRAME_SIDE_MAX : s->height / 90;
    return s->timeline &&
           rim_tools_time_at(s->tools, part, rim_screen_pixel(s, at), slack);
}

void rim_screen_health(rim_screen *s, const rim_health *health)
{
    rim_overlay_set_health(s->overlay, health);
}
