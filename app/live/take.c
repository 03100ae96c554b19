// take.c: a recording that begins and ends by hand, beside the one of --record.
//
// The process thread asks, the recording thread does: opening measures the encoder and
// closing waits for the disk, and neither may hold up a picture. The capture threads
// look at the number of the take, and at nothing else.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"
#include "app/record_setup.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

// Within so long a second press ends the recording.
#define SURE_NS (4 * RIM_NS_PER_S)

// A frame that is not decided yet is asked after so often.
#define ASK_NS (2 * RIM_NS_PER_MS)

enum { TRIES = 100 };

// ---- the recording thread ----

static void set_name(rim_live_record *r, const char *path)
{
    const char *slash = strrchr(path, '/');
    pthread_mutex_lock(&r->lock);
    (void)snprintf(r->name, sizeof r->name, "%s", slash ? slash + 1 : path);
    pthread_mutex_unlock(&r->lock);
}

// From here on the capture threads hand frames over.
static void begin(rim_live_record *r)
{
    r->failed = r->has_base = r->ending = false;
    r->seq_base = 0;
    r->takes++;
    r->started_ns = rim_clock_now_ns();
    pthread_mutex_lock(&r->lock);
    r->accepted = r->takes;
    pthread_mutex_unlock(&r->lock);
    r->state = RIM_TAKE_ON;
    r->take = r->takes;
}

rim_err rim_live_take_given(rim_live *l)
{
    rim_live_record *r = &l->record;
    const rim_err err = l->o->run.record ? rim_live_record_pools(l) : RIM_OK;
    if (err || !l->o->run.record)
        return err;
    r->recorder = rim_session_take_recorder(l->session);
    r->path = l->o->run.record;
    r->base_ns = l->started_ns;
    set_name(r, r->path);
    begin(r);
    r->marked_take = r->take; // the surfaces are in its tag
    return RIM_OK;
}

// rimlight-20260301-101500.mkv in the current folder; no file is overwritten.
static void choose_path(rim_live_record *r)
{
    char date[32] = "";
    const time_t now = time(NULL);
    struct tm here;
    if (localtime_r(&now, &here))
        (void)strftime(date, sizeof date, "%Y%m%d-%H%M%S", &here);
    for (int i = 1; i < TRIES; i++) {
        (void)snprintf(r->made, sizeof r->made,
                       i == 1 ? "rimlight-%s.mkv" : "rimlight-%s-%d.mkv", date, i);
        if (access(r->made, F_OK) != 0)
            break;
    }
    r->path = r->made;
    set_name(r, r->path);
}

static rim_err open_file(rim_live *l)
{
    rim_live_record *r = &l->record;
    rim_run_options o = l->o->run;
    rim_source_info info = *rim_session_info(l->session);
    // Those of frames that have passed; rim_live_take_tell() has the present one.
    info.mark = NULL;
    info.mark_count = 0;
    r->base_ns = rim_clock_now_ns();
    o.record = r->path;
    o.start_ns = r->base_ns;
    o.record_live_ns = r->base_ns - l->started_ns;
    return rim_record_open(&r->recorder, &o, &info);
}

static void open_take(rim_live *l)
{
    rim_live_record *r = &l->record;
    r->by_hand = true;
    choose_path(r);
    r->state = RIM_TAKE_OPENING;
    rim_err err = rim_live_record_pools(l);
    if (!err)
        err = open_file(l);
    rim_live_record_reset(l);
    if (!err) {
        begin(r);
        return;
    }
    rim_live_keep_error(l, err);
    r->state = RIM_TAKE_FAILED;
}

static void close_file(rim_live *l)
{
    rim_live_record *r = &l->record;
    const bool raw = rim_recorder_codec(r->recorder) == RIM_RECORD_RAW;
    const double mb = (double)rim_recorder_size(r->recorder) / 1e6;
    const rim_err err = rim_recorder_close(&r->recorder);
    r->ending = false;
    rim_live_keep_error(l, err);
    if (r->failed || err) {
        r->state = RIM_TAKE_FAILED;
        return;
    }
    r->state = RIM_TAKE_NONE;
    if (raw)
        rim_log_info("%s: %.1f MB; for keeping, `rimlight export %s --ffv1 OUT.mkv` "
                     "makes it smaller and verifies that",
                     r->path, mb, r->path);
    else if (r->by_hand)
        rim_log_info("%s: %.1f MB", r->path, mb);
}

static void turn(rim_live *l)
{
    rim_live_record *r = &l->record;
    pthread_mutex_lock(&r->lock);
    const rim_take_state asked = r->asked;
    const bool empty = r->count == 0;
    if (asked == RIM_TAKE_ENDING || !r->recorder)
        r->asked = RIM_TAKE_NONE; // else the file before must be closed first
    pthread_mutex_unlock(&r->lock);
    if (asked == RIM_TAKE_ENDING && r->recorder && !r->ending) {
        rim_live_record_stop(l);
        r->state = RIM_TAKE_ENDING;
    }
    if (r->ending && empty && !r->held.frame)
        close_file(l);
    else if (asked == RIM_TAKE_ON && !r->recorder)
        open_take(l);
}

void rim_live_take_end(rim_live *l)
{
    rim_live_record *r = &l->record;
    if (!r->recorder)
        return;
    rim_live_record_stop(l);
    while (rim_live_record_next(l, false) == RIM_OK)
        ;
    close_file(l);
}

static void *run(void *arg)
{
    rim_live *l = arg;
    rim_live_leave_realtime();
    (void)setpriority(PRIO_PROCESS, 0, RIM_RECORD_WRITER_NICE); // of this thread only
    for (;;) {
        turn(l);
        const rim_err err = rim_live_record_next(l, !l->record.ending);
        if (err == RIM_END)
            break;
        if (l->record.held.frame)
            rim_clock_sleep_until(rim_clock_now_ns() + ASK_NS);
    }
    rim_live_take_end(l);
    return NULL;
}

rim_err rim_live_take_start(rim_live *l)
{
    rim_live_record *r = &l->record;
    if (!r->able)
        return RIM_OK;
    r->running = pthread_create(&r->thread, NULL, run, l) == 0;
    if (r->running)
        return RIM_OK;
    rim_log_error("cannot start a thread; try --threads 0");
    l->stop = true;
    return RIM_ERR_MEMORY;
}

void rim_live_take_step(rim_live *l)
{
    if (!l->record.able)
        return;
    turn(l);
    while (rim_live_record_next(l, false) == RIM_OK)
        ;
}

void rim_live_take_finish(rim_live *l)
{
    rim_live_record *r = &l->record;
    if (!r->able)
        return;
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (r->running)
        pthread_join(r->thread, NULL);
    else
        rim_live_take_end(l);
    r->running = false;
}

// ---- the process thread ----

static void ask(rim_live_record *r, rim_take_state what)
{
    pthread_mutex_lock(&r->lock);
    r->asked = what;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void copy_name(char name[RIM_TAKE_NAME], rim_live_record *r)
{
    pthread_mutex_lock(&r->lock);
    memcpy(name, r->name, RIM_TAKE_NAME);
    pthread_mutex_unlock(&r->lock);
}

void rim_live_take_key(rim_live *l)
{
    rim_live_record *r = &l->record;
    const int64_t now_ns = rim_clock_now_ns();
    if (!r->able)
        return;
    switch ((rim_take_state)r->state) {
    case RIM_TAKE_NONE:
    case RIM_TAKE_FAILED:
        ask(r, RIM_TAKE_ON);
        return;
    case RIM_TAKE_ON:
        if (now_ns < r->sure_until_ns) {
            r->sure_until_ns = 0;
            ask(r, RIM_TAKE_ENDING);
            return;
        }
        r->sure_until_ns = now_ns + SURE_NS;
        rim_screen_say(rim_session_screen(l->session),
                       "RECORDING GOES ON: r again ends it");
        return;
    case RIM_TAKE_OPENING:
    case RIM_TAKE_ENDING:
        return; // told already, and soon over
    }
}

// A take that begins by hand starts with the surface as it is followed now.
static void tell_surface(rim_live *l)
{
    rim_live_record *r = &l->record;
    const unsigned take = r->take;
    if (take == r->marked_take)
        return;
    r->marked_take = take;
    const rim_outline *o = &l->result.surface.polygon;
    const rim_surface_mark mark = {.count = o->count, .point = o->point};
    if (take && l->result.surface.state != RIM_SURFACE_OFF && o->count >= 3)
        rim_live_record_mark(l, l->result.frame, &mark);
}

bool rim_live_take_tell(rim_live *l)
{
    rim_live_record *r = &l->record;
    rim_screen *screen = rim_session_screen(l->session);
    const rim_take_state state = (rim_take_state)r->state, was = r->told;
    tell_surface(l);
    r->told = state;
    if (state == was)
        return false;
    char name[RIM_TAKE_NAME];
    copy_name(name, r);
    if (!screen)
        return true;
    if (state == RIM_TAKE_ON && r->by_hand)
        rim_screen_say(screen, "RECORDING to %s", name);
    else if (state == RIM_TAKE_ENDING)
        rim_screen_say(screen, "the recording ends");
    else if (state == RIM_TAKE_NONE)
        rim_screen_say(screen, "recorded: %s", name);
    else if (state == RIM_TAKE_FAILED)
        rim_screen_say(screen, "NOT RECORDING: the file cannot be written");
    return true;
}

void rim_live_take_health(rim_live *l, rim_health *health)
{
    static const rim_health_record words[] = {
        [RIM_TAKE_NONE] = RIM_HEALTH_NO_RECORD,
        [RIM_TAKE_OPENING] = RIM_HEALTH_NO_RECORD,
        [RIM_TAKE_ON] = RIM_HEALTH_RECORDING,
        [RIM_TAKE_ENDING] = RIM_HEALTH_NO_RECORD,
        [RIM_TAKE_FAILED] = RIM_HEALTH_RECORD_FAILED,
    };
    rim_live_record *r = &l->record;
    if (!r->able)
        return;
    const int64_t tenths = r->minutes_tenths;
    health->record = words[r->state];
    health->record_minutes = tenths < 0 ? (double)NAN : (double)tenths / 10;
    health->record_lost = r->left_out - r->left_out_before;
    health->record_s = (int)((rim_clock_now_ns() - r->started_ns) / RIM_NS_PER_S);
    char name[RIM_TAKE_NAME];
    copy_name(name, r);
    (void)snprintf(health->record_name, sizeof health->record_name, "%s", name);
}
