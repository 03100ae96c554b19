// live_show.c: the picture, or that there is none.
// SPDX-License-Identifier: MIT
#include "app/live_internal.h"

#include "base/clock.h"

// While NO SIGNAL is shown, its clock moves on so often.
#define REDRAW_NS (100 * RIM_NS_PER_MS)
// Where the rate of the camera is not known.
#define INTERVAL_NS (100 * RIM_NS_PER_MS)

enum { EVENTS = 64 };

rim_err rim_live_show_create(rim_live *l)
{
    if (l->o->run.headless)
        return RIM_OK;
    const rim_err err =
        rim_queue_create(&l->events, sizeof(rim_event), EVENTS, NULL, NULL);
    return err ? err
               : rim_window_create(&l->window, "Rimlight", l->blank.width,
                                   l->blank.height);
}

void rim_live_show_destroy(rim_live *l)
{
    if (l->window)
        rim_window_destroy(&l->window);
    rim_queue_destroy(&l->events);
}

static void present(rim_live *l, const rim_frame *picture)
{
    if (l->window)
        rim_window_show(l->window, picture);
}

// What changes the picture goes to the thread that draws it. Freezing, seeking and
// speed are for recordings: a live picture that stands still could be taken for the
// present.
static void listen(rim_live *l)
{
    rim_event e;
    while (l->window && rim_window_poll(l->window, &e))
        if (e.action == RIM_ACTION_QUIT)
            l->stop = true;
        else if (e.action == RIM_ACTION_SNAPSHOT)
            l->wants_snapshot = true;
        else
            rim_queue_push(l->events, &e);
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

static void show_none(rim_live *l, int64_t now_ns)
{
    if (l->dark && now_ns - l->drawn_ns < REDRAW_NS)
        return;
    const int64_t heard_ns = l->heard_ns, captured_ns = l->captured_ns;
    rim_no_signal_draw(l->no_signal, &l->blank, reason(l),
                       heard_ns ? now_ns - captured_ns : -1);
    present(l, &l->blank);
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
    l->blank.captured_ns = captured_ns + 2 * l->interval_ns;
    l->blank.seq = l->shown_seq + 1;
    rim_live_files_picture(l, &l->blank);
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
    if (!l->o->show_age || at[RIM_HAND_PRESENTED] - l->aged_ns < RIM_NS_PER_S)
        return;
    static const double part[] = {0.5, 0.95, 0.99, 1.0};
    l->aged_ns = at[RIM_HAND_PRESENTED];
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
        if (l->wants_snapshot) {
            rim_live_files_snapshot(l, p.picture);
            l->wants_snapshot = false;
        }
        present(l, p.picture);
        l->dark = false;
        l->shown_seq = p.picture->seq;
        count(l, &p);
    } else if (!err) {
        l->stats->stale++; // its moment has passed
    }
    if (!err)
        rim_frame_release(p.picture);
    if (lost)
        show_none(l, now_ns);
    listen(l);
}
