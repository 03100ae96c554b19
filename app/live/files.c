// files.c: report and pictures: copies through queues to threads
// that may be slow, so that no file stands between a frame and its picture.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>

// A line of the report waits so long to tell when its picture was shown: a display's
// interval, and what the show thread may be late.
#define SHOWN_WITHIN_NS (100 * RIM_NS_PER_MS)

// A line that waits to be written.
typedef struct reported {
    rim_result result;
    rim_report_scale scale;
} reported;

// A picture likewise.
typedef struct written {
    rim_frame *picture;
} written;

static void release_written(void *ctx, void *item)
{
    (void)ctx;
    written *w = item;
    rim_frame_release(w->picture);
}

static rim_err create_file(rim_live_file *f, const rim_frame *picture)
{
    // A frame a slot, one being written, one being filled.
    const int frames = RIM_LIVE_FILE_SLOTS + 2;
    rim_err err = rim_pool_create(&f->pool, picture, frames);
    if (!err)
        err = rim_queue_create(&f->queue, sizeof(written), RIM_LIVE_FILE_SLOTS,
                               release_written, NULL);
    return err;
}

rim_err rim_live_files_create(rim_live *l, const rim_frame *picture)
{
    const rim_run_options *o = &l->o->run;
    l->report.live = l->pictures.live = l;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->presented.lock, NULL);
    pthread_cond_init(&l->presented.changed, &attr);
    pthread_condattr_destroy(&attr);
    rim_err err = RIM_OK;
    if (o->report)
        err = rim_queue_create(&l->report.queue, sizeof(reported),
                               RIM_LIVE_REPORT_SLOTS, NULL, NULL);
    if (!err && rim_session_draws(l->session))
        err = create_file(&l->pictures, picture);
    return err;
}

void rim_live_files_destroy(rim_live *l)
{
    rim_live_file *files[] = {&l->report, &l->pictures};
    if (!l->report.live)
        return; // not made yet
    for (int i = 0; i < 2; i++) {
        rim_queue_destroy(&files[i]->queue);
        rim_pool_destroy(&files[i]->pool);
    }
    pthread_cond_destroy(&l->presented.changed);
    pthread_mutex_destroy(&l->presented.lock);
}

void rim_live_keep_error(rim_live *l, rim_err err)
{
    rim_err none = RIM_OK;
    if (err)
        (void)atomic_compare_exchange_strong(&l->file_error, &none, err);
}

void rim_live_files_presented(rim_live *l, uint64_t seq, int64_t age_ns)
{
    rim_live_presented *p = &l->presented;
    const size_t i = seq % (sizeof p->frame / sizeof *p->frame);
    if (!l->report.queue)
        return;
    pthread_mutex_lock(&p->lock);
    p->frame[i].seq = seq;
    p->frame[i].age_ns = age_ns;
    p->frame[i].known = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

// How old a frame was when it was shown; NAN: it was not, or not by until_ns.
static double presented_ms(rim_live *l, uint64_t seq, int64_t until_ns)
{
    rim_live_presented *p = &l->presented;
    const size_t i = seq % (sizeof p->frame / sizeof *p->frame);
    const struct timespec t = {.tv_sec = (time_t)(until_ns / RIM_NS_PER_S),
                               .tv_nsec = (long)(until_ns % RIM_NS_PER_S)};
    int64_t age_ns = -1;
    pthread_mutex_lock(&p->lock);
    while (!p->frame[i].known || p->frame[i].seq < seq)
        if (pthread_cond_timedwait(&p->changed, &p->lock, &t))
            break;
    if (p->frame[i].known && p->frame[i].seq == seq)
        age_ns = p->frame[i].age_ns;
    pthread_mutex_unlock(&p->lock);
    return age_ns < 0 ? (double)NAN : (double)age_ns / 1e6;
}

static rim_err write_report(rim_live *l, int64_t until_ns)
{
    reported r;
    const rim_err err = rim_queue_pop(l->report.queue, &r, until_ns);
    if (err)
        return err;
    const int64_t shown_by_ns = until_ns ? rim_clock_now_ns() + SHOWN_WITHIN_NS : 0;
    r.result.quality.presented_ms = presented_ms(l, r.result.frame, shown_by_ns);
    rim_live_keep_error(l, rim_session_report(l->session, &r.result, &r.scale));
    return RIM_OK;
}

static rim_err write_picture(rim_live *l, int64_t until_ns)
{
    written w;
    const rim_err err = rim_queue_pop(l->pictures.queue, &w, until_ns);
    if (err)
        return err;
    rim_live_keep_error(l, rim_session_write_picture(l->session, w.picture));
    release_written(NULL, &w);
    return RIM_OK;
}

void rim_live_leave_realtime(void)
{
    const struct sched_param p = {.sched_priority = 0};
    (void)pthread_setschedparam(pthread_self(), SCHED_OTHER, &p);
}

static void *run_report(void *arg)
{
    rim_live_leave_realtime();
    while (write_report(arg, INT64_MAX) != RIM_END)
        ;
    return NULL;
}

static void *run_pictures(void *arg)
{
    rim_live_leave_realtime();
    while (write_picture(arg, INT64_MAX) != RIM_END)
        ;
    return NULL;
}

static rim_err start(rim_live_file *f, void *(*run)(void *))
{
    if (!f->queue)
        return RIM_OK;
    f->running = pthread_create(&f->thread, NULL, run, f->live) == 0;
    if (f->running)
        return RIM_OK;
    rim_log_error("cannot start a thread; try --threads 0");
    f->live->stop = true;
    return RIM_ERR_MEMORY;
}

rim_err rim_live_files_start(rim_live *l)
{
    rim_err err = start(&l->report, run_report);
    if (!err)
        err = start(&l->pictures, run_pictures);
    return err;
}

void rim_live_files_step(rim_live *l)
{
    while (l->report.queue && write_report(l, 0) == RIM_OK)
        ;
    while (l->pictures.queue && write_picture(l, 0) == RIM_OK)
        ;
}

void rim_live_files_end(rim_live *l)
{
    rim_live_file *files[] = {&l->report, &l->pictures};
    for (int i = 0; i < 2; i++) {
        if (files[i]->queue)
            rim_queue_close(files[i]->queue);
        if (files[i]->running)
            pthread_join(files[i]->thread, NULL);
        files[i]->running = false;
    }
    rim_live_files_step(l); // where there were no threads
}

static uint64_t missing(const rim_live_file *f)
{
    return f->queue ? rim_queue_get_stats(f->queue).displaced + f->no_frame : 0;
}

void rim_live_files_account(rim_live *l)
{
    l->stats->lost_report = missing(&l->report);
    l->stats->lost_pictures = missing(&l->pictures);
}

void rim_live_files_report(rim_live *l, const rim_result *result)
{
    if (!l->report.queue)
        return;
    const reported r = {.result = *result, .scale = rim_session_scale(l->session)};
    rim_queue_push(l->report.queue, &r);
}

static rim_frame *copy(rim_live_file *f, const rim_frame *src)
{
    rim_frame *dst = rim_pool_acquire(f->pool);
    if (dst)
        rim_frame_copy(dst, src);
    else
        f->no_frame++;
    return dst;
}

void rim_live_files_picture(rim_live *l, const rim_frame *picture)
{
    if (!l->pictures.queue)
        return;
    written w = {.picture = copy(&l->pictures, picture)};
    if (!w.picture)
        return;
    w.picture->captured_ns -= l->started_ns;
    rim_queue_push(l->pictures.queue, &w);
}
