// player_state.c: what goes on, its clock, and what the picture says of it.
// SPDX-License-Identifier: MIT
#include "app/window/player_internal.h"

#include "base/clock.h"

#include <stdio.h>

// How long the time line stays after it was last wanted.
#define TIME_LINE_NS (3 * RIM_NS_PER_S)

void rim_player_set_clock(rim_player *p)
{
    p->real_ns = rim_clock_now_ns();
    p->base_ns = p->t_ns;
}

void rim_player_set_state(rim_player *p)
{
    static const char *const speed[] = {"SPEED 1/8", "SPEED 1/4", "SPEED 1/2", "",
                                        "SPEED 2",   "SPEED 4",   "SPEED 8"};
    char state[64];
    const char *what = p->run_to >= 0 ? "GOING ON"
                       : p->frozen
                           ? p->ended && p->seq == p->front_seq ? "END" : "FROZEN"
                           : speed[p->speed - RIM_SPEED_MIN];
    const char *anew = !p->anew || !p->back ? ""
                       : rim_session_reports(p->session)
                           ? "MARKED ANEW, not in the report"
                           : "MARKED ANEW";
    snprintf(state, sizeof state, "%s%s%s", what, what[0] && anew[0] ? "   " : "",
             anew);
    rim_screen_state(p->screen, state);
    p->changed = true;
}

void rim_player_show_time(rim_player *p)
{
    p->time_until_ns = rim_clock_now_ns() + TIME_LINE_NS;
    p->changed = true;
}

void rim_player_freeze(rim_player *p, bool frozen)
{
    p->frozen = frozen;
    p->run_to = -1;
    rim_player_set_clock(p);
    rim_player_set_state(p);
}

void rim_player_to_front(rim_player *p)
{
    p->back = false;
    p->shown = p->front;
    p->seq = p->front_seq;
    p->t_ns = p->front.nir->captured_ns;
    p->changed = true;
}
