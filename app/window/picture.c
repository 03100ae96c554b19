// picture.c: see window_picture.h.
// SPDX-License-Identifier: MIT
#include "app/window/picture.h"

static int larger(int a, int b)
{
    return a > b ? a : b;
}

rim_err rim_window_open(rim_window **out, rim_session *session, const char *title,
                        const rim_settings *settings, rim_frame *shape)
{
    rim_session_picture_shape(session, shape);
    rim_err err = rim_window_create(out, title, shape->width, shape->height,
                                    settings->width, settings->height);
    if (!err)
        err = rim_session_open_screen(session);
    if (err) {
        rim_window_destroy(out);
        return err;
    }
    int width, height;
    rim_window_most(*out, &width, &height);
    shape->width = larger(shape->width, width);
    shape->height = larger(shape->height, height);
    return RIM_OK;
}

void rim_window_limit(rim_event *event, const rim_frame *shape)
{
    if (event->width > shape->width) {
        event->height = (int)((int64_t)event->height * shape->width / event->width);
        event->width = shape->width;
    }
    if (event->height > shape->height) {
        event->width = (int)((int64_t)event->width * shape->height / event->height);
        event->height = shape->height;
    }
}

void rim_window_close(rim_window **w, rim_session *session,
                      const rim_settings *settings)
{
    if (!*w)
        return;
    rim_settings now = *settings;
    const rim_screen *screen = rim_session_screen(session);
    rim_window_inside(*w, &now.width, &now.height);
    if (screen && rim_screen_usual_view(screen) != RIM_VIEW_WHITE) {
        now.view = rim_screen_usual_view(screen);
        now.has_view = true;
    }
    if (screen) {
        now.color_map = rim_screen_scale(screen)->color_map;
        now.has_color_map = true;
        now.opacity = rim_screen_scale(screen)->opacity;
    }
    if (!rim_window_lost(*w))
        rim_settings_save(&now, settings);
    rim_window_destroy(w);
}
