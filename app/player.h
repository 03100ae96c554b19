// player.h: the window of a replay: the recording's pace, freezing, single steps.
//
// Frames come from a chain that only goes forward: what would go back is refused with
// a note, what would go on runs there without waiting. No frame is left out. The main
// thread owns a player.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_PLAYER_H
#define RIM_APP_PLAYER_H

#include "app/session.h"

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"

typedef struct rim_player rim_player;

// Opens the window. The session must outlive the player. RIM_ERR_UNSUPPORTED: no
// display, or a build without a window; logged with the mend.
RIM_NODISCARD rim_err rim_player_create(rim_player **out, rim_session *session,
                                        const char *title);
void rim_player_destroy(rim_player **p);

// Shows *picture, which the session drew of this frame, when its captured_ns is due.
// Returns when the next frame may be processed; while frozen, that is when somebody
// asks for it; *picture is drawn again meanwhile as the view asks for.
// RIM_OK; RIM_END: the window was closed, or a signal asks to stop.
rim_err rim_player_show(rim_player *p, rim_frame *picture, const rim_frame *nir,
                        const rim_frame *visible, const rim_result *result);

#endif
