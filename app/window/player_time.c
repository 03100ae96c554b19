// player_time.c: where in the recording: seeking, looking back, surfaces.
// SPDX-License-Identifier: MIT
#include "app/window/player_internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>

enum { STEPS_MAX = 8 }; // that a held key gets ahead by

static int64_t last_frame(const rim_player *p)
{
    return p->total > 0 ? p->total - 1 : INT64_MAX;
}

// What is known stands ready; beyond, frames are gone through one by one.
static void seek(rim_player *p, int64_t seq)
{
    if (seq > last_frame(p))
        seq = last_frame(p);
    if (p->ended && seq > (int64_t)p->front_seq)
        seq = (int64_t)p->front_seq;
    if (seq < 0)
        seq = 0;
    p->run_to = -1;
    if (seq > (int64_t)p->edge) {
        p->run_to = seq;
        if (p->seq != p->edge)
            p->goal = (int64_t)p->edge;
    } else {
        p->goal = seq;
    }
    rim_player_show_time(p);
    rim_player_set_state(p);
}

static void seek_change(rim_player *p, int direction)
{
    const int64_t at = rim_history_change(p->history, (int64_t)p->seq, direction);
    if (at >= 0)
        seek(p, at);
    else
        rim_screen_say(p->screen, direction < 0 ? "nothing changes before this"
                                                : "nothing more changes up to here");
    p->changed = true;
}

// Is it inside of the surface? By the even-odd rule.
static bool contains(const rim_outline *o, double x, double y)
{
    bool in = false;
    for (int i = 0, j = o->count - 1; i < o->count; j = i++) {
        const rim_point a = o->point[i], b = o->point[j];
        if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
            in = !in;
    }
    return in;
}

// What glows in a surface is a residual and not a lesion, as the chain has it.
static void leave_out_lesions(rim_result *r)
{
    int kept = 0;
    for (int i = 0; i < r->lesion_count; i++)
        if (!contains(&r->surface.polygon, r->lesion[i].x, r->lesion[i].y))
            r->lesion[kept++] = r->lesion[i];
    r->lesion_count = kept;
}

// What is told of the frame that the look-back has come to: what was found when it was
// first seen, or, where a surface was marked anew, the surface as it is judged now.
static void take_back_frame(rim_player *p)
{
    p->shown = *rim_lookback_shown(p->lookback);
    p->seq = p->shown.nir->seq;
    p->t_ns = p->shown.nir->captured_ns;
    if (!rim_history_get(p->history, p->seq, &p->result))
        p->result = *p->shown.result;
    if (p->anew && p->seq > p->edge) {
        p->result.surface = p->shown.result->surface;
        leave_out_lesions(&p->result);
        rim_history_put(p->history, p->seq, &p->result, p->marked);
        p->marked = false;
        p->edge = p->seq;
    }
    p->shown.result = &p->result;
    p->changed = true;
}

// Nothing more to be had there: back to what the chain has.
static void give_up(rim_player *p)
{
    rim_screen_say(p->screen, "the recording cannot be read there");
    p->run_to = -1;
    if (p->ended)
        p->quit = true;
    else
        rim_player_to_front(p);
}

// The chain goes on with the surface that was marked behind it.
static void catch_up(rim_player *p)
{
    if (p->anew) {
        const rim_outline *o = &p->result.surface.polygon;
        const bool on = p->result.surface.state != RIM_SURFACE_OFF;
        rim_session_mark_surface(p->session, o->point, on ? o->count : 0);
        rim_screen_say(p->screen, "goes on with this cut surface");
    }
    p->anew = false;
    p->edge = p->front_seq;
    rim_player_to_front(p);
    rim_player_set_clock(p);
    rim_player_set_state(p);
}

void rim_player_follow_goal(rim_player *p)
{
    const uint64_t goal = (uint64_t)p->goal;
    p->goal = -1;
    if (goal >= p->front_seq && !p->ended && !p->anew) {
        rim_player_to_front(p);
    } else if (rim_lookback_go(p->lookback, goal) != RIM_OK) {
        give_up(p);
    } else {
        p->back = true;
        take_back_frame(p);
    }
    rim_player_set_clock(p);
    rim_player_set_state(p);
}

// The end of the recording, in the look-back: around, or stay.
static void at_end(rim_player *p)
{
    if (p->loop && p->run_to < 0)
        p->goal = 0;
    else
        rim_player_freeze(p, true);
}

void rim_player_back_on(rim_player *p)
{
    if (p->seq >= p->front_seq) {
        if (p->ended)
            at_end(p);
        else
            catch_up(p);
        return;
    }
    if (!p->ended && !p->anew && p->seq + 1 >= p->front_seq) {
        catch_up(p);
        return;
    }
    const rim_err err = rim_lookback_next(p->lookback);
    if (err == RIM_END && p->ended)
        at_end(p);
    else if (err)
        give_up(p);
    else
        take_back_frame(p);
}

static void mark_behind(rim_player *p, const rim_point *corner, int count)
{
    rim_lookback_mark(p->lookback, corner, count);
    rim_history_forget_surface(p->history, p->seq);
    p->anew = true;
    p->edge = p->seq;
    rim_player_set_state(p);
}

void rim_player_take_surface(rim_player *p)
{
    const rim_point *corner;
    const int count = rim_screen_take_surface(p->screen, &corner);
    if (count < 0)
        return;
    p->marked = true;
    if (p->back)
        mark_behind(p, corner, count);
    else
        rim_session_mark_surface(p->session, corner, count);
    p->changed = true;
}

static void toggle_loop(rim_player *p)
{
    p->loop = !p->loop;
    rim_screen_say(p->screen,
                   p->loop ? "from the end to the start again" : "stays at the end");
    rim_player_show_time(p);
}

static void step_back(rim_player *p)
{
    const int64_t from = p->goal >= 0 ? p->goal : (int64_t)p->seq;
    p->steps = 0;
    if (from > 0)
        p->goal = from - 1;
}

static void step(rim_player *p, int amount)
{
    if (!p->frozen)
        rim_player_freeze(p, true);
    else if (amount > 0 && !(p->ended && p->seq >= p->front_seq))
        p->steps += p->steps < STEPS_MAX;
    else if (amount < 0)
        step_back(p);
}

static int64_t frame_of(const rim_player *p, double part)
{
    const int64_t known = (int64_t)p->front_seq + 1;
    const int64_t total = p->total > known ? p->total : known;
    return (int64_t)floor(part * (double)total);
}

// The time line under the pointer. False: it is not there.
static bool point_event(rim_player *p, const rim_event *e)
{
    double part;
    switch (e->action) {
    case RIM_ACTION_HOVER:
        rim_player_show_time(p);
        return false; // the loupe wants it too
    case RIM_ACTION_PRESS:
        p->time_held = rim_screen_time_at(p->screen, &part, e->at, false);
        break;
    case RIM_ACTION_DRAG:
        break;
    case RIM_ACTION_RELEASE: {
        const bool held = p->time_held;
        p->time_held = false;
        return held;
    }
    default:
        return false;
    }
    if (p->time_held && rim_screen_time_at(p->screen, &part, e->at, true))
        seek(p, frame_of(p, part));
    return p->time_held;
}

bool rim_player_time_event(rim_player *p, const rim_event *e)
{
    switch (e->action) {
    case RIM_ACTION_STEP:
        step(p, e->amount);
        return true;
    case RIM_ACTION_SEEK:
        seek(p, (int64_t)p->seq + (int64_t)(e->amount * p->fps));
        return true;
    case RIM_ACTION_SEEK_ENDS:
        seek(p, e->amount < 0 ? 0 : last_frame(p));
        return true;
    case RIM_ACTION_SEEK_MARK:
        seek_change(p, e->amount);
        return true;
    case RIM_ACTION_LOOP:
        toggle_loop(p);
        return true;
    default:
        return point_event(p, e);
    }
}
