// controls.c: events to overlay and pipeline.
// SPDX-License-Identifier: MIT
#include "app/controls.h"

#include "base/log.h"

void rim_controls_init(rim_controls *c, rim_overlay *overlay, rim_pipeline *pipeline,
                       rim_view view)
{
    *c = (rim_controls){.overlay = overlay, .pipeline = pipeline, .view = view};
}

static void set_view(rim_controls *c, rim_view view)
{
    c->view = view;
    rim_overlay_set_view(c->overlay, view);
}

static void add_corner(rim_controls *c, rim_point at)
{
    rim_point nir;
    if (c->corners < RIM_SKETCH_MAX && rim_overlay_to_nir(c->overlay, &nir, at))
        c->corner[c->corners++] = nir;
}

static void note_mark(rim_controls *c, int corners)
{
    c->marked = true;
    c->marked_corners = corners;
}

// The sketch becomes the surface; too few corners are thrown away.
static void end_sketch(rim_controls *c)
{
    if (c->corners >= 3 &&
        rim_pipeline_mark_surface(c->pipeline, c->corner, c->corners) != RIM_OK)
        rim_log_warning("the surface that was drawn cannot be watched");
    else if (c->corners >= 3)
        note_mark(c, c->corners);
    c->corners = 0;
}

static void stop_watching(rim_controls *c)
{
    c->corners = 0;
    if (rim_pipeline_mark_surface(c->pipeline, NULL, 0) != RIM_OK)
        rim_log_warning("the surface is still being watched");
    else
        note_mark(c, 0);
}

bool rim_controls_apply(rim_controls *c, const rim_event *event)
{
    switch (event->action) {
    case RIM_ACTION_VIEW:
        set_view(c, event->view);
        return true;
    case RIM_ACTION_VIEW_NEXT:
        set_view(c, (rim_view)((c->view + 1) % RIM_VIEW_COUNT));
        return true;
    case RIM_ACTION_WHITE_HOLD:
        rim_overlay_set_view(c->overlay, RIM_VIEW_WHITE);
        return true;
    case RIM_ACTION_WHITE_FREE:
        rim_overlay_set_view(c->overlay, c->view);
        return true;
    case RIM_ACTION_HELP:
        c->help = !c->help;
        rim_overlay_set_help(c->overlay, c->help ? rim_window_help() : NULL);
        return true;
    case RIM_ACTION_POINT:
        add_corner(c, event->at);
        break;
    case RIM_ACTION_POINT_UNDO:
        c->corners -= c->corners > 0;
        break;
    case RIM_ACTION_POINTS_END:
        end_sketch(c);
        break;
    case RIM_ACTION_CLEAR:
        stop_watching(c);
        break;
    default:
        return false;
    }
    rim_overlay_set_sketch(c->overlay, c->corner, c->corners);
    return true;
}
