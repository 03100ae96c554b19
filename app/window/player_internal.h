// player_internal.h: what the files of the player share.
//
//     player.c       the flow: shows, waits, listens
//     player_time.c  where in the recording: seeking, looking back, surfaces
//     player_state.c what goes on, and what the picture says of it
//
// Each knows those below it only.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_PLAYER_INTERNAL_H
#define RIM_APP_WINDOW_PLAYER_INTERNAL_H

#include "app/settings.h"
#include "app/window/history.h"
#include "app/window/lookback.h"
#include "app/window/picture.h"
#include "app/window/player.h"
#include "render/window.h"

enum { RIM_SPEED_MIN = -3, RIM_SPEED_MAX = 3 }; // powers of two

struct rim_player {
    rim_window *window;
    rim_session *session;
    rim_screen *screen; // the session's
    rim_history *history;
    rim_lookback *lookback;
    rim_settings settings; // as they were read
    rim_frame picture;     // of the window
    int most_width, most_height;
    bool dead; // the display was lost

    // The recording.
    double fps;
    int64_t total; // frames; -1: not known
    rim_timeline timeline;

    // The frame that the chain did last.
    rim_shown front;
    uint64_t front_seq;
    bool has_front, ended; // ended: the recording is, and `front` is no more

    // What is shown.
    bool back; // from the look-back, else the front
    rim_shown shown;
    rim_result result; // of a frame behind the front
    uint64_t seq;
    int64_t t_ns;

    // The surface was marked anew behind the front: what was found from the mark up
    // to `edge` was found by the look-back, beyond it nothing holds.
    bool anew;
    uint64_t edge;

    int64_t goal;   // frame to go to, -1: none
    int64_t run_to; // frame up to which nothing is waited for, -1: none
    int64_t run_shown_ns;

    int speed;                // 0: as recorded; powers of two
    int64_t real_ns, base_ns; // the clock and the recording's time that fell together
    bool frozen, quit, loop, changed, waiting;
    int steps;             // frames to go on while frozen
    bool time_held;        // the pointer has hold of the time line
    int64_t time_until_ns; // the time line is shown as long
    bool marked;           // a surface was marked in the frame that is shown
};

// Goes to where the goal says; clears it.
void rim_player_follow_goal(rim_player *p);
// One frame on in the look-back; over to the front where that is reached.
void rim_player_back_on(rim_player *p);
bool rim_player_time_event(rim_player *p, const rim_event *e);
// A surface was finished with the mouse.
void rim_player_take_surface(rim_player *p);
// Shows the front from now on.
void rim_player_to_front(rim_player *p);
void rim_player_set_clock(rim_player *p);
void rim_player_set_state(rim_player *p);
void rim_player_freeze(rim_player *p, bool frozen);
void rim_player_show_time(rim_player *p);

#endif
