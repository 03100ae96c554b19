// player.c: the flow of a replay in a window: waits, shows, listens.
// SPDX-License-Identifier: MIT
#include "app/window/player_internal.h"

#include "app/snapshot.h"
#include "app/stop.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The window is listened to so often.
#define LISTEN_NS (10 * RIM_NS_PER_MS)
// A frame later than this moves the clock: what was lost is not caught up with.
#define LATE_NS (100 * RIM_NS_PER_MS)
// While frames are gone through, their picture is shown so often.
#define RUN_SHOW_NS (150 * RIM_NS_PER_MS)

static const double fps_assumed = 30;

rim_err rim_player_create(rim_player **out, rim_session *session, const char *input,
                          const rim_source_options *options)
{
    const rim_source_info *info = rim_session_info(session);
    rim_player *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!p) {
        rim_log_error("out of memory");
        return RIM_ERR_MEMORY;
    }
    p->session = session;
    p->fps = info->fps > 0 ? info->fps : fps_assumed;
    p->total = info->frames;
    p->goal = p->run_to = -1;
    rim_settings_load(&p->settings);
    rim_err err = rim_window_open(&p->window, session, info->description, &p->settings,
                                  &p->picture);
    if (!err) {
        p->screen = rim_session_screen(session);
        err = rim_frame_init(&p->picture);
        p->most_width = p->picture.width;
        p->most_height = p->picture.height;
    }
    if (!err)
        err = rim_history_create(&p->history);
    if (!err)
        err = rim_lookback_create(&p->lookback, input, options, session, p->history);
    if (err)
        rim_player_destroy(&p);
    *out = p;
    return err;
}

void rim_player_destroy(rim_player **pp)
{
    rim_player *p = *pp;
    if (!p)
        return;
    rim_window_close(&p->window, p->session, &p->settings);
    rim_lookback_destroy(&p->lookback);
    rim_history_destroy(&p->history);
    rim_frame_uninit(&p->picture);
    free(p);
    *pp = NULL;
}

static void change_speed(rim_player *p, int amount)
{
    const int speed = amount ? p->speed + amount : 0;
    p->speed = speed < RIM_SPEED_MIN   ? RIM_SPEED_MIN
               : speed > RIM_SPEED_MAX ? RIM_SPEED_MAX
                                       : speed;
    rim_player_set_clock(p);
    rim_player_set_state(p);
}

// The whole picture at its full size, and what lies under it.
static void take_snapshot(rim_player *p)
{
    char name[RIM_SNAPSHOT_NAME];
    rim_frame whole;
    rim_session_picture_shape(p->session, &whole);
    if (!p->has_front || rim_frame_init(&whole)) {
        rim_screen_say(p->screen, "no snapshot: out of memory");
        return;
    }
    rim_session_draw_shown(p->session, &whole, &p->shown);
    const rim_snapshot s = {.picture = &whole,
                            .nir = p->shown.nir,
                            .visible = p->shown.visible,
                            .result = p->shown.result,
                            .source = rim_session_info(p->session)->description,
                            .view = rim_screen_view(p->screen),
                            .scale = rim_session_scale(p->session)};
    if (rim_snapshot_write(&s, name) == RIM_OK)
        rim_screen_say(p->screen, "snapshot: %s.png", name);
    else
        rim_screen_say(p->screen, "NO SNAPSHOT: it cannot be written");
    rim_frame_uninit(&whole);
    rim_player_set_clock(p);
    p->changed = true;
}

static void pause(rim_player *p)
{
    if (p->frozen && p->ended && p->seq == p->front_seq)
        p->goal = 0; // from the end: once more
    rim_player_freeze(p, !p->frozen);
}

static void apply(rim_player *p, rim_event *event)
{
    const rim_frame most = {.width = p->most_width, .height = p->most_height};
    if (rim_player_time_event(p, event))
        return;
    switch (event->action) {
    case RIM_ACTION_QUIT:
        p->quit = true;
        return;
    case RIM_ACTION_PAUSE:
        pause(p);
        return;
    case RIM_ACTION_SPEED:
        change_speed(p, event->amount);
        return;
    case RIM_ACTION_SNAPSHOT:
        take_snapshot(p);
        return;
    case RIM_ACTION_RECORD:
        rim_screen_say(p->screen, "this is a recording: its frames are kept already");
        p->changed = true;
        return;
    case RIM_ACTION_RESIZED:
        rim_window_limit(event, &most);
        break;
    default:
        break;
    }
    if (rim_session_apply(p->session, event))
        p->changed = true;
    rim_player_take_surface(p);
}

static void listen(rim_player *p)
{
    rim_event event;
    while (!p->quit && rim_window_poll(p->window, &event))
        apply(p, &event);
    if (rim_stop_asked())
        p->quit = true;
    if (rim_screen_is_stale(p->screen))
        p->changed = true;
    if (!p->dead && rim_window_lost(p->window)) {
        rim_log_error("the display is lost: the rest is done without a window");
        p->dead = true;
    }
}

// ---- showing ----

static void set_timeline(rim_player *p)
{
    const bool wanted = p->frozen || p->run_to >= 0 || p->time_held ||
                        rim_clock_now_ns() < p->time_until_ns;
    p->timeline.frame = rim_history_bytes(p->history, &p->timeline.known);
    p->timeline.total = p->total;
    p->timeline.at = (int64_t)p->seq;
    p->timeline.t_ns = p->t_ns;
    p->timeline.end_ns =
        p->total > 0 ? (int64_t)((double)(p->total - 1) / p->fps * 1e9) : -1;
    p->timeline.loop = p->loop;
    rim_screen_timeline(p->screen, wanted ? &p->timeline : NULL);
}

static void show(rim_player *p)
{
    set_timeline(p);
    rim_screen_draw(p->screen, &p->picture, &p->shown);
    rim_window_show(p->window, &p->picture);
    p->changed = false;
}

// When the frame at t_ns is to be shown.
static int64_t due_ns(const rim_player *p, int64_t t_ns)
{
    const int64_t past_ns = t_ns - p->base_ns;
    return p->real_ns +
           (p->speed < 0 ? past_ns * (1 << -p->speed) : past_ns / (1 << p->speed));
}

// Waits for the time of the frame at t_ns. False: something else was asked for.
static bool wait_for(rim_player *p, int64_t t_ns)
{
    for (;;) {
        listen(p);
        if (p->quit || p->dead || p->goal >= 0 || p->frozen)
            return false;
        const int64_t now_ns = rim_clock_now_ns(), due = due_ns(p, t_ns);
        if (now_ns >= due) {
            if (now_ns - due > LATE_NS) {
                p->real_ns = now_ns;
                p->base_ns = t_ns;
            }
            return true;
        }
        if (p->changed)
            show(p);
        rim_clock_sleep_until(now_ns + LISTEN_NS < due ? now_ns + LISTEN_NS : due);
    }
}

// While frames are gone through: listens, and lets see now and then how far it is.
static void run_past(rim_player *p)
{
    listen(p);
    if ((int64_t)p->seq >= p->run_to) {
        p->run_to = -1;
        rim_player_set_clock(p);
        rim_player_set_state(p);
        rim_player_show_time(p);
    } else if (rim_clock_now_ns() - p->run_shown_ns > RUN_SHOW_NS) {
        p->run_shown_ns = rim_clock_now_ns();
        rim_player_set_state(p);
        show(p);
    }
}

// Stays until something is asked for.
static void rest(rim_player *p)
{
    while (!p->quit && !p->dead && p->frozen && p->goal < 0 && p->steps == 0 &&
           p->run_to < 0) {
        if (p->changed)
            show(p);
        rim_clock_sleep_until(rim_clock_now_ns() + LISTEN_NS);
        listen(p);
    }
}

// One round behind the front: the frame that is shown has been shown.
static void back_round(rim_player *p)
{
    if (p->run_to >= 0) {
        rim_player_back_on(p);
        run_past(p);
        return;
    }
    if (p->changed)
        show(p);
    if (p->frozen && p->steps == 0) {
        rest(p);
        return;
    }
    const int64_t next_ns = p->t_ns + (int64_t)(1e9 / p->fps);
    if (p->steps > 0 || wait_for(p, next_ns)) {
        p->steps -= p->steps > 0;
        rim_player_back_on(p);
    }
}

// False: the chain may go on.
static bool front_round(rim_player *p)
{
    if (p->run_to >= 0) {
        run_past(p);
        if (p->run_to >= 0 || p->goal >= 0)
            return p->goal >= 0;
        p->waiting = false;
    }
    if (p->waiting && !p->frozen && !wait_for(p, p->front.nir->captured_ns))
        return !p->quit && !p->dead;
    p->waiting = false;
    if (p->changed)
        show(p);
    if (!p->frozen)
        return false;
    rest(p);
    if (p->goal >= 0 || (p->steps == 0 && p->run_to < 0))
        return true;
    p->steps -= p->steps > 0;
    return false;
}

static void rounds(rim_player *p)
{
    while (!p->quit && !p->dead) {
        if (p->goal >= 0)
            rim_player_follow_goal(p);
        else if (p->back)
            back_round(p);
        else if (p->ended || !front_round(p))
            return;
    }
}

rim_err rim_player_show(rim_player *p, const rim_frame *nir, const rim_frame *visible,
                        const rim_result *result, bool marked)
{
    if (p->dead)
        return RIM_OK;
    p->front = rim_session_shown(p->session, nir, visible, result);
    p->front_seq = nir->seq;
    rim_history_put(p->history, nir->seq, result, marked || p->marked);
    p->marked = false;
    const bool first = !p->has_front;
    p->has_front = true;
    if (!p->anew)
        p->edge = nir->seq;
    rim_player_to_front(p);
    p->waiting = !first;
    if (first)
        rim_player_set_clock(p);
    listen(p);
    rounds(p);
    return p->quit ? RIM_END : RIM_OK;
}

void rim_player_stay(rim_player *p)
{
    if (p->dead || p->quit || !p->has_front)
        return;
    p->ended = true;
    p->total = (int64_t)p->front_seq + 1;
    p->run_to = -1;
    p->goal = p->loop ? 0 : (int64_t)p->front_seq;
    p->frozen = !p->loop;
    rounds(p);
}
