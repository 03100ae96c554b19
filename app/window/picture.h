// picture.h: what replay and live do alike with their window: open it as it was
// the last time, with pictures that are large enough, and keep its settings.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_PICTURE_H
#define RIM_APP_WINDOW_PICTURE_H

#include "app/session.h"
#include "app/settings.h"
#include "render/window.h"

// Opens the session's screen and a window on it. *shape: of pictures that are large
// enough for every size the window can have.
RIM_NODISCARD rim_err rim_window_open(rim_window **out, rim_session *session,
                                      const char *title, const rim_settings *settings,
                                      rim_frame *shape);
// A new size that the window asks for, cut down to what *shape has room for.
void rim_window_limit(rim_event *event, const rim_frame *shape);
// Keeps size, view and colour map, then closes. The screen must still be there.
void rim_window_close(rim_window **w, rim_session *session,
                      const rim_settings *settings);

#endif
