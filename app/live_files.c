// live_files.c: report and pictures: copies through queues to threads
// that may be slow, so that no file stands between a frame and its picture.
// SPDX-License-Identifier: MIT
#include "app/live_internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <sched.h>
#include <stdio.h>

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
    for (int i = 0; i < 2; i++) {
        rim_queue_destroy(&files[i]->queue);
        rim_pool_destroy(&files[i]->pool);
    }
}

void rim_live_keep_error(rim_live *l, rim_err err)
{
    rim_err none = RIM_OK;
    if (err)
        (void)atomic_compare_exchange_strong(&l->file_error, &none, err);
}

static rim_err write_report(rim_live *l, int64_t until_ns)
{
    reported r;
    const rim_err err = rim_queue_pop(l->report.queue, &r, until_ns);
    if (!err)
        rim_live_keep_error(l, rim_session_report(l->session, &r.result, &r.scale));
    return err;
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
