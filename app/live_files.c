// live_files.c: report, recording and pictures: copies through queues to threads
// that may be slow, so that no file stands between a frame and its picture.
// SPDX-License-Identifier: MIT
#include "app/live_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/png_file.h"

#include <sched.h>
#include <stdio.h>

// What waits to be written: a frame with or without its visible partner, or a picture
// in the place of the NIR frame.
typedef struct written {
    rim_frame *nir, *visible;
} written;

static void release_written(void *ctx, void *item)
{
    (void)ctx;
    written *w = item;
    rim_frame_release(w->nir);
    rim_frame_release(w->visible);
}

static rim_err create_file(rim_live_file *f, const rim_frame *nir,
                           const rim_frame *visible)
{
    // A frame a slot, one being written, one being filled.
    const int frames = RIM_LIVE_FILE_SLOTS + 2;
    rim_err err = rim_pool_create(&f->nir, nir, frames);
    if (!err && visible)
        err = rim_pool_create(&f->visible, visible, frames);
    if (!err)
        err = rim_queue_create(&f->queue, sizeof(written), RIM_LIVE_FILE_SLOTS,
                               release_written, NULL);
    return err;
}

rim_err rim_live_files_create(rim_live *l, const rim_frame *nir,
                              const rim_frame *visible, const rim_frame *picture)
{
    const rim_run_options *o = &l->o->run;
    l->report.live = l->record.live = l->pictures.live = l->snapshots.live = l;
    rim_err err = RIM_OK;
    if (o->report)
        err = rim_queue_create(&l->report.queue, sizeof(rim_result),
                               RIM_LIVE_REPORT_SLOTS, NULL, NULL);
    if (!err && o->record)
        err = create_file(&l->record, nir, visible->width > 0 ? visible : NULL);
    if (!err && rim_session_draws(l->session))
        err = create_file(&l->pictures, picture, NULL);
    if (!err && !o->headless)
        err = create_file(&l->snapshots, picture, NULL);
    return err;
}

void rim_live_files_destroy(rim_live *l)
{
    rim_live_file *files[] = {&l->report, &l->record, &l->pictures, &l->snapshots};
    for (int i = 0; i < 4; i++) {
        rim_queue_destroy(&files[i]->queue);
        rim_pool_destroy(&files[i]->nir);
        rim_pool_destroy(&files[i]->visible);
    }
}

// The show goes on without the file; the user has been told, and is at the end.
static void keep_error(rim_live *l, rim_err err)
{
    rim_err none = RIM_OK;
    if (err)
        (void)atomic_compare_exchange_strong(&l->file_error, &none, err);
}

static rim_err write_report(rim_live *l, int64_t until_ns)
{
    rim_result result;
    const rim_err err = rim_queue_pop(l->report.queue, &result, until_ns);
    if (!err)
        keep_error(l, rim_session_report(l->session, &result));
    return err;
}

static rim_err write_record(rim_live *l, int64_t until_ns)
{
    written w;
    const rim_err err = rim_queue_pop(l->record.queue, &w, until_ns);
    if (err)
        return err;
    keep_error(l, rim_session_record(l->session, w.nir, w.visible, NULL));
    release_written(NULL, &w);
    return RIM_OK;
}

static rim_err write_picture(rim_live *l, int64_t until_ns)
{
    written w;
    const rim_err err = rim_queue_pop(l->pictures.queue, &w, until_ns);
    if (err)
        return err;
    keep_error(l, rim_session_write_picture(l->session, w.nir));
    release_written(NULL, &w);
    return RIM_OK;
}

static rim_err write_snapshot(rim_live *l, int64_t until_ns)
{
    written w;
    char path[64];
    const rim_err err = rim_queue_pop(l->snapshots.queue, &w, until_ns);
    if (err)
        return err;
    (void)snprintf(path, sizeof path, "rimlight-%06llu.png",
                   (unsigned long long)w.nir->seq);
    if (rim_png_write(path, w.nir) == RIM_OK)
        rim_log_info("%s: snapshot written", path);
    release_written(NULL, &w);
    return RIM_OK;
}

// Disks have no deadline: --realtime is not for these threads.
static void leave_realtime(void)
{
    const struct sched_param p = {.sched_priority = 0};
    (void)pthread_setschedparam(pthread_self(), SCHED_OTHER, &p);
}

static void *run_report(void *arg)
{
    leave_realtime();
    while (write_report(arg, INT64_MAX) != RIM_END)
        ;
    return NULL;
}

static void *run_record(void *arg)
{
    leave_realtime();
    while (write_record(arg, INT64_MAX) != RIM_END)
        ;
    return NULL;
}

static void *run_pictures(void *arg)
{
    leave_realtime();
    while (write_picture(arg, INT64_MAX) != RIM_END)
        ;
    return NULL;
}

static void *run_snapshots(void *arg)
{
    leave_realtime();
    while (write_snapshot(arg, INT64_MAX) != RIM_END)
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
        err = start(&l->record, run_record);
    if (!err)
        err = start(&l->pictures, run_pictures);
    return err ? err : start(&l->snapshots, run_snapshots);
}

void rim_live_files_step(rim_live *l)
{
    while (l->report.queue && write_report(l, 0) == RIM_OK)
        ;
    while (l->record.queue && write_record(l, 0) == RIM_OK)
        ;
    while (l->pictures.queue && write_picture(l, 0) == RIM_OK)
        ;
    while (l->snapshots.queue && write_snapshot(l, 0) == RIM_OK)
        ;
}

void rim_live_files_end(rim_live *l)
{
    rim_live_file *files[] = {&l->report, &l->record, &l->pictures, &l->snapshots};
    for (int i = 0; i < 4; i++) {
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
    l->stats->lost_record = missing(&l->record);
    l->stats->lost_pictures = missing(&l->pictures);
}

void rim_live_files_report(rim_live *l, const rim_result *result)
{
    if (l->report.queue)
        rim_queue_push(l->report.queue, result);
}

static rim_frame *copy(rim_live_file *f, rim_pool *pool, const rim_frame *src)
{
    rim_frame *dst = rim_pool_acquire(pool);
    if (dst)
        rim_frame_copy(dst, src);
    else
        f->no_frame++;
    return dst;
}

void rim_live_files_record(rim_live *l, const rim_frame *nir, const rim_frame *visible)
{
    if (!l->record.queue)
        return;
    written w = {.nir = copy(&l->record, l->record.nir, nir)};
    if (!w.nir)
        return;
    if (visible)
        w.visible = copy(&l->record, l->record.visible, visible);
    rim_queue_push(l->record.queue, &w);
}

void rim_live_files_picture(rim_live *l, const rim_frame *picture)
{
    if (!l->pictures.queue)
        return;
    written w = {.nir = copy(&l->pictures, l->pictures.nir, picture)};
    if (!w.nir)
        return;
    w.nir->captured_ns -= l->started_ns;
    rim_queue_push(l->pictures.queue, &w);
}

void rim_live_files_snapshot(rim_live *l, const rim_frame *picture)
{
    written w = {.nir = copy(&l->snapshots, l->snapshots.nir, picture)};
    if (w.nir)
        rim_queue_push(l->snapshots.queue, &w);
}
