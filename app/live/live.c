// live.c: puts cameras, chain and files together, and runs their threads.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"

#include "app/camera_facts.h"
#include "app/stop.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const int REALTIME_PRIORITY = 20;

static void enter_realtime(void)
{
    // Threads that are started from here on inherit it.
    const struct sched_param p = {.sched_priority = REALTIME_PRIORITY};
    if (sched_setscheduler(0, SCHED_FIFO, &p))
        rim_log_warning("--realtime: no real-time priority: as root, add \"@video - "
                        "rtprio 50\" to /etc/security/limits.conf, or setcap "
                        "cap_sys_nice,cap_ipc_lock+ep on the program");
    if (mlockall(MCL_CURRENT | MCL_FUTURE))
        rim_log_warning("--realtime: memory cannot be locked: as root, add \"@video - "
                        "memlock unlimited\" to /etc/security/limits.conf");
}

static rim_err open_cameras(rim_live *l)
{
    rim_live_options *o = l->o;
    o->nir.cpu = o->visible.cpu = o->run.cpu;
    o->nir.use = o->interleaved ? RIM_CAMERA_INTERLEAVED : RIM_CAMERA_NIR;
    o->visible.use = RIM_CAMERA_VISIBLE;
    rim_err err = rim_camera_open(&l->nir.camera, &o->nir);
    if (!err && o->visible.device)
        err = rim_camera_open(&l->visible.camera, &o->visible);
    if (err)
        return err;
    const rim_camera_info *n = rim_camera_get_info(l->nir.camera);
    rim_log_info("NIR: %s (%s): %s", n->device, n->card, n->choice);
    const rim_camera_info *v = o->interleaved ? n : NULL;
    if (l->visible.camera) {
        v = rim_camera_get_info(l->visible.camera);
        rim_log_info("visible: %s (%s): %s", v->device, v->card, v->choice);
    }
    l->info = (rim_source_info){.width = n->width,
                                .height = n->height,
                                .bits = n->bits,
                                .black_level = o->black_level >= 0 ? o->black_level
                                                                   : n->black_level,
                                .visible_width = v ? v->width : 0,
                                .visible_height = v ? v->height : 0,
                                .fps = o->interleaved ? n->fps / 2 : n->fps,
                                .frames = -1,
                                .mm_per_px = (double)NAN,
                                .description = n->device};
    rim_camera_facts_get(&l->info.camera, n);
    l->interval_ns = l->info.fps > 0 ? (int64_t)(1e9 / l->info.fps) : 0;
    return RIM_OK;
}

static rim_err create_pools(rim_live *l)
{
    const rim_source_info *i = &l->info;
    const rim_frame nir = rim_source_nir_shape(i);
    const rim_frame visible = rim_source_visible_shape(i);
    rim_frame picture;
    rim_session_picture_shape(l->session, &picture);
    rim_err err = rim_pool_create(&l->nir_pool, &nir, RIM_PAIR_NIR_SLOTS + 2);
    if (!err && i->visible_width > 0)
        err = rim_pool_create(&l->visible_pool, &visible, RIM_PAIR_VISIBLE_SLOTS + 2);
    if (!err)
        err = rim_pool_create(&l->picture_pool, &picture, RIM_LIVE_SHOW_SLOTS + 3);
    l->blank = picture;
    if (!err)
        err = rim_frame_init(&l->blank);
    if (!err)
        err = rim_no_signal_create(&l->no_signal, picture.height);
    if (!err)
        err = rim_live_files_create(l, &picture);
    if (!err)
        err = rim_live_record_create(l, &nir, i->visible_width > 0 ? &visible : NULL);
    if (!err)
        err = rim_live_take_given(l);
    return err;
}

static void release_shown(void *ctx, void *item)
{
    rim_frame *picture = ((rim_live_picture *)item)->picture;
    rim_live_files_presented(ctx, picture->seq, -1);
    rim_frame_release(picture);
}

static rim_err create(rim_live *l)
{
    if (l->o->realtime)
        enter_realtime();
    rim_err err = open_cameras(l);
    if (err)
        return err;
    l->started_ns = l->o->run.start_ns = rim_clock_now_ns();
    rim_live_record_form(l);
    rim_phase_init(&l->phase, l->o->nir_is_bright);
    err = rim_session_create(&l->session, &l->o->run, &l->info);
    if (!err)
        err = rim_pairing_create(&l->pairing, l->info.visible_width > 0);
    if (!err)
        err = create_pools(l);
    if (!err)
        err = rim_queue_create(&l->shown, sizeof(rim_live_picture), RIM_LIVE_SHOW_SLOTS,
                               release_shown, l);
    if (!err)
        err = rim_live_show_create(l);
    if (!err && l->window)
        err = rim_live_snapshots_create(l);
    return err;
}

static void destroy(rim_live *l)
{
    rim_queue_destroy(&l->shown);
    rim_pool_destroy(&l->screen_pool);
    rim_pairing_destroy(&l->pairing);
    rim_live_files_destroy(l);
    rim_live_take_end(l); // where starting has failed
    rim_live_record_destroy(l);
    rim_live_snapshots_destroy(l);
    rim_no_signal_destroy(&l->no_signal);
    rim_frame_uninit(&l->blank);
    rim_camera_close(&l->nir.camera);
    rim_camera_close(&l->visible.camera);
    rim_pool_destroy(&l->nir_pool);
    rim_pool_destroy(&l->visible_pool);
    rim_pool_destroy(&l->picture_pool);
}

static void *run_process(void *arg)
{
    rim_live *l = arg;
    while (!l->stop && rim_live_process(l, INT64_MAX) != RIM_END)
        ;
    rim_queue_close(l->shown);
    return NULL;
}

static void *run_capture(void *arg)
{
    rim_live_camera *c = arg;
    while (!c->live->stop)
        (void)rim_live_capture(c, rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
    return NULL;
}

static rim_err start(rim_live *l, pthread_t *thread, void *(*run)(void *), void *arg)
{
    if (pthread_create(thread, NULL, run, arg) == 0)
        return RIM_OK;
    rim_log_error("cannot start a thread; try --threads 0");
    l->stop = true;
    return RIM_ERR_MEMORY;
}

static bool time_is_up(const rim_live *l)
{
    const double seconds = (double)(rim_clock_now_ns() - l->started_ns) / 1e9;
    return rim_stop_asked() || (l->o->seconds > 0 && seconds >= l->o->seconds);
}

// Memory when everything has been touched, against the end's.
static void note_memory(rim_live *l)
{
    if (!l->stats->memory_start_kib &&
        rim_clock_now_ns() - l->started_ns > 5 * RIM_NS_PER_S)
        l->stats->memory_start_kib = rim_memory_kib();
}

static rim_err run_threads(rim_live *l)
{
    pthread_t nir, visible, process;
    bool nir_on = false, visible_on = false, process_on = false;
    rim_err err = rim_live_files_start(l);
    if (!err)
        err = rim_live_take_start(l);
    if (!err)
        err = rim_live_snapshots_start(l);
    if (!err) {
        err = start(l, &process, run_process, l);
        process_on = !err;
    }
    if (!err) {
        err = start(l, &nir, run_capture, &l->nir);
        nir_on = !err;
    }
    if (!err && l->visible.camera) {
        err = start(l, &visible, run_capture, &l->visible);
        visible_on = !err;
    }
    while (!l->stop) {
        rim_live_show(l, rim_clock_now_ns() + 20 * RIM_NS_PER_MS);
        note_memory(l);
        if (time_is_up(l))
            l->stop = true;
    }
    if (nir_on)
        pthread_join(nir, NULL);
    if (visible_on)
        pthread_join(visible, NULL);
    rim_pairing_close(l->pairing);
    if (process_on)
        pthread_join(process, NULL);
    rim_live_take_finish(l);
    rim_live_files_end(l);
    rim_live_snapshots_end(l);
    return err;
}

// What the cameras have by until_ns.
static void drain(rim_live *l, int64_t until_ns)
{
    rim_live_camera *cameras[] = {&l->nir, &l->visible};
    for (int i = 0; i < 2; i++) {
        int64_t wait_ns = i == 0 ? until_ns : 0;
        while (cameras[i]->camera && rim_live_capture(cameras[i], wait_ns))
            wait_ns = 0;
    }
}

// All stages, one after the other. The cameras are heard again before the picture is
// shown: a slow chain is not a lost signal. They are not waited for while frames may lie
// ready.
static void run_loop(rim_live *l)
{
    const int64_t wait_ns = (l->visible.camera ? 4 : 20) * RIM_NS_PER_MS;
    bool ready = false;
    while (!l->stop) {
        drain(l, ready ? 0 : rim_clock_now_ns() + wait_ns);
        ready = rim_live_process(l, 0) == RIM_OK;
        drain(l, 0);
        rim_live_show(l, 0);
        rim_live_files_step(l);
        rim_live_take_step(l);
        rim_live_snapshots_step(l);
        note_memory(l);
        if (time_is_up(l))
            l->stop = true;
    }
    rim_pairing_close(l->pairing);
    rim_live_take_finish(l);
    rim_live_files_end(l);
    rim_live_snapshots_end(l);
}

static void account(rim_live *l)
{
    rim_live_stats *s = l->stats;
    s->seconds = (double)(rim_clock_now_ns() - l->started_ns) / 1e9;
    s->nir = rim_camera_get_counts(l->nir.camera);
    if (l->visible.camera)
        s->visible = rim_camera_get_counts(l->visible.camera);
    s->pairs = rim_pairing_get_counts(l->pairing);
    s->displaced_capture = s->pairs.displaced + l->no_frame;
    s->displaced_show = rim_queue_get_stats(l->shown).displaced;
    s->processed = l->processed;
    s->unclear_light = l->unclear_light;
    s->memory_end_kib = rim_memory_kib();
    rim_live_files_account(l);
    rim_live_record_account(l);
}

static void summarise(const rim_live_stats *s)
{
    char age[96];
    rim_ages_text(age, sizeof age, &s->age[RIM_HAND_PRESENTED]);
    rim_log_info("%llu frames shown in %.0f s, %s (p50, p95, p99, max); lost by the "
                 "camera %llu, damaged %llu, displaced by newer ones %llu",
                 (unsigned long long)s->presented, s->seconds, age,
                 (unsigned long long)s->nir.lost, (unsigned long long)s->nir.damaged,
                 (unsigned long long)(s->displaced_capture + s->displaced_show));
    const uint64_t missing = s->lost_report + s->lost_record + s->lost_pictures;
    if (missing > 0)
        rim_log_warning(
            "disk or encoder were too slow: missing are %llu lines of the report, "
            "%llu recorded frames, %llu pictures",
            (unsigned long long)s->lost_report, (unsigned long long)s->lost_record,
            (unsigned long long)s->lost_pictures);
}

// All is set up: from here on frames count.
static void begin(const rim_live *l)
{
    rim_camera_skip(l->nir.camera);
    if (l->visible.camera)
        rim_camera_skip(l->visible.camera);
}

rim_err rim_live_run(rim_live_options *o, rim_live_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    rim_live *l = calloc(1, sizeof *l);
    if (!l)
        return RIM_ERR_MEMORY;
    l->o = o;
    l->stats = stats;
    l->nir.live = l->visible.live = l;
    rim_err err = create(l);
    if (!err)
        begin(l);
    if (!err && o->run.threads > 0)
        err = run_threads(l);
    else if (!err)
        run_loop(l);
    const bool ran = !err;
    if (ran) {
        account(l);
        summarise(stats);
        err = l->chain_error ? l->chain_error : l->file_error;
    }
    rim_live_show_destroy(l); // keeps what the screen tells
    const rim_err closed = rim_session_close(&l->session);
    err = err ? err : closed;
    if (ran && o->stats) { // a full disk elsewhere is no reason to keep them back
        const rim_err told = rim_live_stats_write(stats, o->stats);
        err = err ? err : told;
    }
    destroy(l);
    free(l);
    return err;
}
