// player.h: the window of a replay: the recording's pace, freezing, single steps, any
// place of the recording, a surface that is marked on the way.
//
// The chain goes forward only, and leaves no frame out. What lies behind it is looked
// at again beside it (lookback.h); what lies ahead is gone through without waiting. A
// surface that is marked while looking back is judged anew from there on: the picture
// says so, the report keeps what it said. The main thread owns a player.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_PLAYER_H
#define RIM_APP_WINDOW_PLAYER_H

#include "app/session.h"

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "capture/source.h"

typedef struct rim_player rim_player;

// Opens the window on the session's screen. input and options are the recording's, to
// read it again; all must outlive the player. RIM_ERR_UNSUPPORTED: no display, or a
// build without a window; logged with the mend.
RIM_NODISCARD rim_err rim_player_create(rim_player **out, rim_session *session,
                                        const char *input,
                                        const rim_source_options *options);
// Keeps the window's settings for the next time.
void rim_player_destroy(rim_player **p);

// Shows a frame that the session has processed when its time has come. Returns when
// the next one may be processed: while frozen, or while somebody looks back, that is
// when they ask for it. marked: a surface was marked in this frame.
// RIM_OK; RIM_END: the window was closed, or a signal asks to stop. Where the display
// is lost it returns at once with RIM_OK, from then on.
rim_err rim_player_show(rim_player *p, const rim_frame *nir, const rim_frame *visible,
                        const rim_result *result, bool marked);
// The recording is at its end: stays there, to look back, until the window is closed.
void rim_player_stay(rim_player *p);

#endif
