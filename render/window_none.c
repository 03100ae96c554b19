// window_none.c: in place of the window in a build without SDL2.
// SPDX-License-Identifier: MIT
#include "render/window.h"

#include "base/log.h"

rim_err rim_window_create(rim_window **out, const char *title, int width, int height,
                          int inside_width, int inside_height)
{
    (void)inside_width;
    (void)inside_height;
    (void)title;
    (void)width;
    (void)height;
    *out = NULL;
    rim_log_error("this build has no window: give --headless, or install libsdl2-dev "
                  "and build again");
    return RIM_ERR_UNSUPPORTED;
}

void rim_window_destroy(rim_window **w)
{
    *w = NULL;
}

void rim_window_show(rim_window *w, const rim_frame *picture)
{
    (void)w;
    (void)picture;
}

bool rim_window_poll(rim_window *w, rim_event *event)
{
    (void)w;
    (void)event;
    return false;
}

bool rim_window_lost(const rim_window *w)
{
    (void)w;
    return false;
}

void rim_window_inside(const rim_window *w, int *width, int *height)
{
    (void)w;
    *width = *height = 0;
}

void rim_window_most(const rim_window *w, int *width, int *height)
{
    (void)w;
    *width = *height = 0;
}

const char *rim_window_path(const rim_window *w)
{
    (void)w;
    return "none";
}
