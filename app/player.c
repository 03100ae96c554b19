// player.c: waits, shows, listens.
// SPDX-License-Identifier: MIT
#include "app/player.h"

#include "app/stop.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/png_file.h"
#include "render/window.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// The window is listened to so often.
#define LISTEN_NS (10 * RIM_NS_PER_MS)
// A frame later than this moves the clock: what was lost is not caught up with.
#define LATE_NS (100 * RIM_NS_PER_MS)

enum { SPEED_MIN = -3, SPEED_MAX = 3 }; // powers of two

struct rim_player {
    rim_window *window;
    rim_session *session;
    int speed;             // 0: as recorded
    int64_t real_ns, t_ns; // the clock and the recording's time that fell together
    int64_t skip_ns;       // no waiting before the recording's time reaches this
    bool started, frozen, quit;
    bool step;    // one frame, then frozen again
    bool changed; // the picture must be drawn again
    const rim_frame *picture;
};

rim_err rim_player_create(rim_player **out, rim_session *session, const char *title)
{
    rim_frame shape;
    rim_session_picture_shape(session, &shape);
    rim_player *p = calloc(1, sizeof *p);
    if (!p) {
        rim_log_error("out of memory");
        return RIM_ERR_MEMORY;
    }
    p->session = session;
    const rim_err err = rim_window_create(&p->window, title, shape.width, shape.height);
    if (err)
        rim_player_destroy(&p);
    *out = p;
    return err;
}

void rim_player_destroy(rim_player **p)
{
    if (!*p)
        return;
    if ((*p)->window)
        rim_window_destroy(&(*p)->window);
    free(*p);
    *p = NULL;
}

static void set_clock(rim_player *p, int64_t t_ns)
{
    p->real_ns = rim_clock_now_ns();
    p->t_ns = t_ns;
}

static void set_note(rim_player *p)
{
    static const char *const speed[] = {"SPEED 1/8", "SPEED 1/4", "SPEED 1/2", "",
                                        "SPEED 2",   "SPEED 4",   "SPEED 8"};
    rim_session_note(p->session, p->frozen ? "FROZEN" : speed[p->speed - SPEED_MIN]);
    p->changed = true;
}

static void change_speed(rim_player *p, int amount)
{
    const int speed = amount ? p->speed + amount : 0;
    p->speed = speed < SPEED_MIN ? SPEED_MIN : speed > SPEED_MAX ? SPEED_MAX : speed;
    set_clock(p, p->picture->captured_ns);
    set_note(p);
}

static void seek(rim_player *p, int64_t t_ns)
{
    if (t_ns <= p->picture->captured_ns) {
        rim_log_info("replay goes forward only: start it again to go back");
        return;
    }
    p->skip_ns = t_ns;
    p->frozen = false;
    set_note(p);
}

static void take_snapshot(const rim_player *p)
{
    char path[64];
    snprintf(path, sizeof path, "rimlight-%06" PRIu64 ".png", p->picture->seq);
    if (rim_png_write(path, p->picture) == RIM_OK)
        rim_log_info("%s: snapshot written", path);
}

static void freeze(rim_player *p, bool frozen)
{
    p->frozen = frozen;
    set_clock(p, p->picture->captured_ns);
    set_note(p);
}

static void apply(rim_player *p, const rim_event *event)
{
    switch (event->action) {
    case RIM_ACTION_QUIT:
        p->quit = true;
        break;
    case RIM_ACTION_PAUSE:
        freeze(p, !p->frozen);
        break;
    case RIM_ACTION_STEP:
        if (event->amount < 0) {
            seek(p, INT64_MIN);
            break;
        }
        freeze(p, true);
        p->step = true;
        break;
    case RIM_ACTION_SEEK:
        seek(p, p->picture->captured_ns + event->amount * RIM_NS_PER_S);
        break;
    case RIM_ACTION_SEEK_ENDS:
        seek(p, event->amount < 0 ? INT64_MIN : INT64_MAX);
        break;
    case RIM_ACTION_SPEED:
        change_speed(p, event->amount);
        break;
    case RIM_ACTION_SNAPSHOT:
        take_snapshot(p);
        break;
    default:
        if (rim_session_apply(p->session, event))
            p->changed = true;
    }
}

static void listen(rim_player *p)
{
    rim_event event;
    while (rim_window_poll(p->window, &event))
        apply(p, &event);
    if (rim_stop_asked())
        p->quit = true;
}

static int64_t due_ns(const rim_player *p)
{
    const int64_t past_ns = p->picture->captured_ns - p->t_ns;
    return p->real_ns +
           (p->speed < 0 ? past_ns * (1 << -p->speed) : past_ns / (1 << p->speed));
}

static void wait_until_due(rim_player *p)
{
    const int64_t t_ns = p->picture->captured_ns;
    listen(p);
    if (t_ns < p->skip_ns || !p->started || p->step ||
        rim_clock_now_ns() - due_ns(p) > LATE_NS) {
        p->started = true;
        set_clock(p, t_ns);
        return;
    }
    while (!p->quit && !p->frozen && rim_clock_now_ns() < due_ns(p)) {
        const int64_t listen_ns = rim_clock_now_ns() + LISTEN_NS;
        rim_clock_sleep_until(listen_ns < due_ns(p) ? listen_ns : due_ns(p));
        listen(p);
    }
}

rim_err rim_player_show(rim_player *p, rim_frame *picture, const rim_frame *nir,
                        const rim_frame *visible, const rim_result *result)
{
    p->picture = picture;
    wait_until_due(p);
    p->step = false;
    bool shown = false;
    for (;;) {
        if (p->changed)
            rim_session_draw(p->session, picture, nir, visible, result);
        if (p->changed || !shown)
            rim_window_show(p->window, picture);
        p->changed = false;
        shown = true;
        if (!p->frozen || p->step || p->quit)
            break;
        rim_clock_sleep_until(rim_clock_now_ns() + LISTEN_NS);
        listen(p);
    }
    return p->quit ? RIM_END : RIM_OK;
}
