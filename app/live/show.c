// show.c: the picture, or that there is none.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

// While NO SIGNAL is shown, its clock moves on so often.
#define REDRAW_NS (100 * RIM_NS_PER_MS)
// Where the rate of the camera is not known.
#define INTERVAL_NS (100 * RIM_NS_PER_MS)
// Delays are told of so long a time.
#define RECENT_NS (5 * RIM_NS_PER_S)

enum { EVENTS = 64 };

rim_err rim_live_show_create(rim_live *l)
{
    if (l->o->run.headless)
        return RIM_OK;
    rim_err err = rim_queue_create(&l->events, sizeof(rim_event), EVENTS, NULL, NULL);
    if (!err)
        err = rim_window_open(&l->window, l->session, "Rimlight", &l->o->run.settings,
                              &l->most);
    // One that is shown, one that takes its place, one that waits, one being drawn.
    if (!err)
        err = rim_pool_create(&l->screen_pool, &l->most, RIM_LIVE_SHOW_SLOTS + 3);
    l->stale = l->most;
    l->stale.data = NULL;
    if (!err)
        err = rim_frame_init(&l->stale);
    return err;
}

void rim_live_show_destroy(rim_live *l)
{
    rim_frame_release(l->last);
    l->last = NULL;
    rim_window_close(&l->window, l->session, &l->o->run.settings);
    rim_no_signal_destroy(&l->window_no_signal);
    rim_frame_uninit(&l->stale);
    rim_queue_destroy(&l->events);
}

// The picture is kept until another takes its place. Takes it over.
static void present(rim_live *l, rim_frame *picture)
{
    if (l->window)
        rim_window_show(l->window, picture);
    rim_frame_release(l->last);
    l->last = picture;
}

// What changes the picture goes to the thread that draws it. Freezing, seeking and
// speed are for recordings: a live picture that stands still could be taken for the
// present.
static void listen(rim_live *l)
{
    rim_event e;
    while (l->window && rim_window_poll(l->window, &e)) {
        if (e.action == RIM_ACTION_QUIT)
            l->stop = true;
        if (e.action == RIM_ACTION_RESIZED) {
            rim_window_limit(&e, &l->most);
            l->window_width = e.width;
            l->window_height = e.height;
        }
        rim_queue_push(l->events, &e);
    }
    if (l->window && !l->display_lost && rim_window_lost(l->window)) {
        l->display_lost = true;
        rim_log_error("the display is lost: report and recording go on without a "
                      "window; Ctrl-C ends them");
    }
}

// The time at which the picture is no longer the present: one interval after the
// last frame the next was due; it may be late by as much again and a half.
static int64_t dark_from(const rim_live *l)
{
    const int64_t interval_ns = l->interval_ns > 0 ? l->interval_ns : INTERVAL_NS;
    const int64_t heard_ns = l->heard_ns;
    return (heard_ns ? heard_ns : l->started_ns) + interval_ns * 5 / 2;
}

static const char *reason(const rim_live *l)
{
    if (l->state == RIM_CAMERA_STREAMING && l->o->interleaved && !l->heard_ns)
        return "LIGHTS DO NOT TAKE TURNS";
    return rim_camera_state_text((rim_camera_state)l->state);
}

// The window's picture while there is no signal: the last one, greyed, under words that
// hide its verdict.
static void show_stale(rim_live *l, int64_t age_ns)
{
    rim_frame *f = &l->stale;
    if (!l->window || l->window_height == 0) // of which the size is not known yet
        return;
    if (!l->dark || f->height != l->stale_height) {
        f->width = l->last ? l->last->width : l->window_width;
        f->height = l->last ? l->last->height : l->window_height;
        if (l->last)
            rim_no_signal_grey(f, l->last);
        l->stale_height = f->height;
    }
    if (l->no_signal_height != f->height) {
        rim_no_signal_destroy(&l->window_no_signal);
        if (rim_no_signal_create(&l->window_no_signal, f->height))
            return;
        l->no_signal_height = f->height;
    }
    if (l->last)
        rim_no_signal_draw_over(l->window_no_signal, f, reason(l), age_ns);
    else
        rim_no_signal_draw(l->window_no_signal, f, reason(l), age_ns);
    rim_window_show(l->window, f);
}

static void show_none(rim_live *l, int64_t now_ns)
{
    if (l->dark && now_ns - l->drawn_ns < REDRAW_NS)
        return;
    const int64_t heard_ns = l->heard_ns, captured_ns = l->captured_ns;
    const int64_t age_ns = heard_ns ? now_ns - captured_ns : -1;
    show_stale(l, age_ns);
    l->drawn_ns = rim_clock_now_ns();
    if (l->dark)
        return;
    l->dark = true;
    if (!heard_ns)
        return; // the camera is only starting
    const int64_t due_ns = heard_ns + l->interval_ns;
    l->stats->no_signal++;
    if (l->drawn_ns - due_ns > l->stats->no_signal_after_ns)
        l->stats->no_signal_after_ns = l->drawn_ns - due_ns;
    // In the files too, in place of the next frame, which did not come.
    rim_no_signal_draw(l->no_signal, &l->blank, reason(l), age_ns);
    l->blank.captured_ns = captured_ns + 2 * l->interval_ns;
    l->blank.seq = l->shown_seq + 1;
    rim_live_files_picture(l, &l->blank);
}

// What the team feels now, not what was at the start.
static void tell_recent(rim_live *l, int64_t now_ns)
{
    static const double part[] = {0.5, 0.99};
    for (int i = 0; i < 2; i++)
        l->recent_tenths[i] =
            (uint32_t)(rim_ages_at(&l->recent, part[i]) / (RIM_NS_PER_MS / 10));
    if (now_ns - l->recent_ns < RECENT_NS)
        return;
    l->recent_ns = now_ns;
    memset(&l->recent, 0, sizeof l->recent);
}

static void count(rim_live *l, const rim_live_picture *p)
{
    const int64_t captured_ns = p->picture->captured_ns;
    const int64_t at[RIM_HAND_COUNT] = {p->acquired_ns, p->unpacked_ns, p->processed_ns,
                                        rim_clock_now_ns()};
    rim_live_stats *s = l->stats;
    for (int i = 0; i < RIM_HAND_COUNT; i++)
        rim_ages_add(&s->age[i], at[i] - captured_ns);
    s->presented++;
    rim_live_files_presented(l, p->picture->seq, at[RIM_HAND_PRESENTED] - captured_ns);
    rim_ages_add(&l->recent, at[RIM_HAND_PRESENTED] - captured_ns);
    if (at[RIM_HAND_PRESENTED] - l->aged_ns < RIM_NS_PER_S)
        return;
    static const double part[] = {0.5, 0.95, 0.99, 1.0};
    l->aged_ns = at[RIM_HAND_PRESENTED];
    tell_recent(l, l->aged_ns);
    for (int i = 0; i < 4; i++)
        l->age_tenths[i] =
            (uint32_t)(rim_ages_at(&s->age[RIM_HAND_PRESENTED], part[i]) /
                       (RIM_NS_PER_MS / 10));
}

void rim_live_show(rim_live *l, int64_t until_ns)
{
    rim_live_picture p;
    const int64_t dark_ns = dark_from(l);
    const int64_t wake_ns = !l->dark && dark_ns < until_ns ? dark_ns : until_ns;
    const rim_err err = rim_queue_pop(l->shown, &p, wake_ns);
    const int64_t now_ns = rim_clock_now_ns();
    const bool lost = now_ns >= dark_from(l);
    if (!err && !lost) {
        present(l, p.picture);
        l->dark = false;
        l->shown_seq = p.picture->seq;
        count(l, &p);
    } else if (!err) {
        l->stats->stale++; // its moment has passed
        rim_live_files_presented(l, p.picture->seq, -1);
        rim_frame_release(p.picture);
    }
    if (lost)
        show_none(l, now_ns);
    listen(l);
}
