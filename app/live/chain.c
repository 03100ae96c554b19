// chain.c: from the camera's buffer to the picture.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static void put(rim_live *l, rim_frame *f, const rim_camera_shot *shot, bool nir,
                int64_t interval_ns)
{
    if (!nir) {
        rim_pairing_put_visible(l->pairing, f, interval_ns);
        return;
    }
    l->interval_ns = interval_ns;
    l->captured_ns = f->captured_ns;
    l->heard_ns = rim_clock_now_ns();
    rim_pairing_put_nir(l->pairing, f, shot->acquired_ns, interval_ns);
}

// A buffer that is to be a NIR or a visible frame.
static void unpack(rim_live *l, rim_camera *camera, const rim_camera_shot *shot,
                   bool nir)
{
    if (camera == l->nir.camera)
        l->automatic = shot->automatic;
    rim_live_recorded recorded = {.visible = !nir,
                                  .take = rim_live_record_take(l),
                                  .exposure_us = shot->exposure_us,
                                  .gain = shot->gain,
                                  .light = !l->o->interleaved ? NULL
                                           : nir              ? "nir"
                                                              : "visible"};
    rim_frame *f = rim_pool_acquire(nir ? l->nir_pool : l->visible_pool);
    if (!f)
        l->no_frame++;
    const rim_err err = f ? rim_camera_unpack(camera, f, shot) : RIM_ERR_MEMORY;
    if (!err)
        rim_live_record_bytes(l, &recorded, shot, nir);
    // The driver has its buffer again before anything else is done.
    int64_t interval_ns = rim_camera_interval_ns(camera);
    rim_camera_release(camera, shot);
    if (err) {
        rim_frame_release(f);
        return;
    }
    if (l->o->interleaved) { // every second frame is one of them
        f->seq /= 2;
        interval_ns *= 2;
    }
    rim_live_record_copy(l, &recorded, f, nir);
    put(l, f, shot, nir, interval_ns);
    rim_live_record_push(l, &recorded);
}

static void capture_interleaved(rim_live *l, rim_camera *camera,
                                const rim_camera_shot *shot)
{
    uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    rim_light light = RIM_LIGHT_UNKNOWN;
    if (!shot->damaged && rim_camera_thumb(camera, thumb, shot) == RIM_OK)
        light = rim_phase_tell(&l->phase, shot->seq, thumb);
    if (light == RIM_LIGHT_UNKNOWN) {
        l->unclear_light++;
        rim_camera_release(camera, shot);
    } else {
        unpack(l, camera, shot, light == RIM_LIGHT_NIR);
    }
}

bool rim_live_capture(rim_live_camera *c, int64_t until_ns)
{
    rim_live *l = c->live;
    const bool nir = c == &l->nir;
    rim_camera_shot shot;
    const rim_err err = rim_camera_acquire(c->camera, &shot, until_ns);
    if (nir)
        l->state = (int)rim_camera_get_state(c->camera);
    if (err)
        return false;
    if (l->o->interleaved)
        capture_interleaved(l, c->camera, &shot);
    else
        unpack(l, c->camera, &shot, nir);
    return true;
}

// Once a second, so that it can be read.
static void note_age(rim_live *l)
{
    uint32_t t[4];
    for (int i = 0; i < 4; i++)
        t[i] = l->age_tenths[i];
    (void)snprintf(l->note, sizeof l->note,
                   "age p50 %u.%u  p95 %u.%u  p99 %u.%u  max %u.%u ms", t[0] / 10,
                   t[0] % 10, t[1] / 10, t[1] % 10, t[2] / 10, t[2] % 10, t[3] / 10,
                   t[3] % 10);
    rim_session_note(l->session, l->note);
}

// "video0" of /dev/video0, "synth" of synth:size=640x480.
static void name_source(char *out, size_t size, const char *device)
{
    const char *slash = strrchr(device, '/');
    const char *name = slash ? slash + 1 : device;
    (void)snprintf(out, size, "%.*s", (int)strcspn(name, ":"), name);
}

// Every second, and at once where a recording begins or ends.
static void note_health(rim_live *l, int64_t now_ns)
{
    const int64_t past_ns = now_ns - l->health_ns;
    if (!rim_live_take_tell(l) && past_ns < RIM_NS_PER_S)
        return;
    rim_health h;
    rim_session_known_health(l->session, &h);
    name_source(h.source, sizeof h.source, l->o->nir.device);
    h.wants_calibration = strcmp(h.source, "synth") != 0;
    h.nominal_fps = l->info.fps;
    if (past_ns >= RIM_NS_PER_S) {
        l->health_fps = l->health_ns ? (double)(l->processed - l->health_processed) *
                                           1e9 / (double)past_ns
                                     : 0;
        l->health_ns = now_ns;
        l->health_processed = l->processed;
    }
    h.fps = l->health_fps;
    h.automatic_gain = l->automatic;
    h.delay_p50_ms = l->recent_tenths[0] / 10.0;
    h.delay_p99_ms = l->recent_tenths[1] / 10.0;
    rim_live_take_health(l, &h);
    rim_session_set_health(l->session, &h);
    if (l->o->show_age)
        note_age(l);
}

// Keys and clicks in the window.
static void take_events(rim_live *l)
{
    rim_event e;
    rim_surface_mark mark;
    while (l->events && rim_queue_pop(l->events, &e, 0) == RIM_OK) {
        if (e.action == RIM_ACTION_SNAPSHOT)
            l->wants_snapshot = true;
        if (e.action == RIM_ACTION_RECORD)
            rim_live_take_key(l);
        if (e.action == RIM_ACTION_RESIZED)
            rim_window_limit(&e, &l->most);
        if (rim_session_apply(l->session, &e) &&
            rim_session_take_mark(l->session, &mark))
            rim_live_record_mark(l, l->result.frame, &mark);
    }
}

// A picture for the window. Its white light waits for nothing: a second thread puts it
// there while the chain looks at the NIR frame.
static rim_frame *begin(rim_live *l, const rim_pair *pair)
{
    if (!l->window)
        return NULL;
    rim_frame *picture = rim_pool_acquire(l->screen_pool);
    if (l->o->run.threads > 1)
        rim_screen_begin(rim_session_screen(l->session), picture, pair->visible);
    return picture;
}

// The picture for the window, if there is one, and where files or others want it the
// whole one too. Returns the window's, or where there is none the whole one.
static rim_frame *draw(rim_live *l, const rim_pair *pair, rim_frame *picture)
{
    const bool wanted =
        rim_session_draws(l->session) || rim_session_is_heard(l->session);
    l->whole = NULL;
    if (!l->window || wanted) {
        l->whole = rim_pool_acquire(l->picture_pool);
        rim_session_draw(l->session, l->whole, pair->nir, pair->visible, &l->result);
    }
    if (!l->window)
        return l->whole;
    const rim_shown shown =
        rim_session_shown(l->session, pair->nir, pair->visible, &l->result);
    rim_screen_draw(rim_session_screen(l->session), picture, &shown);
    return picture;
}

static void hand_on(rim_live *l, const rim_pair *pair, rim_frame *picture)
{
    rim_live_picture shown = {.picture = picture,
                              .acquired_ns = pair->acquired_ns,
                              .unpacked_ns = pair->unpacked_ns,
                              .processed_ns = rim_clock_now_ns()};
    const int64_t captured_ns = pair->nir->captured_ns;
    rim_quality *q = &l->result.quality;
    q->age_ms = (double)(shown.processed_ns - captured_ns) / 1e6;
    q->acquired_ms = (double)(shown.acquired_ns - captured_ns) / 1e6;
    q->unpacked_ms = (double)(shown.unpacked_ns - captured_ns) / 1e6;
    if (l->whole) { // it must be copied before it goes
        rim_live_files_picture(l, l->whole);
        rim_session_serve(l->session, pair->nir, l->whole, &l->result);
    }
    if (l->whole && l->whole != picture)
        rim_frame_release(l->whole);
    rim_queue_push(l->shown, &shown);
    // From here on nobody waits for this thread.
    rim_live_files_report(l, &l->result);
}

rim_err rim_live_process(rim_live *l, int64_t until_ns)
{
    rim_pair pair;
    rim_err err = rim_pairing_take(l->pairing, &pair, until_ns);
    if (err)
        return err;
    rim_frame *picture = begin(l, &pair);
    err = rim_session_process(l->session, &l->result, pair.nir, pair.visible);
    if (!err) {
        l->result.t_ns -= l->started_ns; // what picture and report tell
        take_events(l);
        note_health(l, pair.unpacked_ns);
        if (l->wants_snapshot)
            rim_live_snapshot(l, pair.nir, pair.visible);
        l->wants_snapshot = false;
        hand_on(l, &pair, draw(l, &pair, picture));
        l->processed++;
    } else {
        l->chain_error = err;
        rim_frame_release(picture);
    }
    rim_frame_release(pair.nir);
    rim_pairing_done(l->pairing);
    if (err || (l->o->frames > 0 && l->processed >= (uint64_t)l->o->frames))
        l->stop = true;
    return RIM_OK;
}
