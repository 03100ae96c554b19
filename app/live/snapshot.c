// snapshot.c: frames kept by hand: drawn and copied by the thread that processes,
// written by a thread that may be slow.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"

#include "app/snapshot.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

enum { SLOTS = 1 }; // a second one may wait

typedef struct kept {
    rim_frame *picture, *nir, *visible;
    rim_result result;
    rim_view view;
    rim_report_scale scale;
} kept;

struct rim_live_snapshots {
    rim_live *live;
    rim_queue *queue;
    rim_pool *picture, *nir, *visible;
    kept filling, writing; // too large for a stack
    pthread_t thread;
    bool running;
};

static void release_kept(void *ctx, void *item)
{
    (void)ctx;
    kept *k = item;
    rim_frame_release(k->picture);
    rim_frame_release(k->nir);
    rim_frame_release(k->visible);
}

rim_err rim_live_snapshots_create(rim_live *l)
{
    const rim_source_info *i = &l->info;
    struct rim_live_snapshots *s = calloc(1, sizeof *s);
    if (!s)
        return RIM_ERR_MEMORY;
    l->kept = s;
    s->live = l;
    rim_frame picture;
    rim_session_picture_shape(l->session, &picture);
    const rim_frame nir = rim_source_nir_shape(i);
    rim_err err = rim_pool_create(&s->picture, &picture, SLOTS + 2);
    if (!err)
        err = rim_pool_create(&s->nir, &nir, SLOTS + 2);
    if (!err && i->visible_width > 0)
        err = rim_pool_create(&s->visible, &picture, SLOTS + 2);
    if (!err)
        err = rim_queue_create(&s->queue, sizeof(kept), SLOTS, release_kept, NULL);
    return err;
}

void rim_live_snapshots_destroy(rim_live *l)
{
    struct rim_live_snapshots *s = l->kept;
    if (!s)
        return;
    rim_queue_destroy(&s->queue);
    rim_pool_destroy(&s->picture);
    rim_pool_destroy(&s->nir);
    rim_pool_destroy(&s->visible);
    free(s);
    l->kept = NULL;
}

static rim_err write_one(struct rim_live_snapshots *s, int64_t until_ns)
{
    kept *k = &s->writing;
    char name[RIM_SNAPSHOT_NAME];
    const rim_err err = rim_queue_pop(s->queue, k, until_ns);
    if (err)
        return err;
    const rim_snapshot shot = {.picture = k->picture,
                               .nir = k->nir,
                               .visible = k->visible,
                               .result = &k->result,
                               .source = s->live->info.description,
                               .view = k->view,
                               .scale = k->scale};
    const rim_err written = rim_snapshot_write(&shot, name);
    release_kept(NULL, k);
    if (written) // logged; the show goes on
        rim_log_warning("there is no snapshot of frame %llu",
                        (unsigned long long)k->result.frame);
    return RIM_OK;
}

static void *run(void *arg)
{
    const struct sched_param p = {.sched_priority = 0};
    (void)pthread_setschedparam(pthread_self(), SCHED_OTHER, &p);
    while (write_one(arg, INT64_MAX) != RIM_END)
        ;
    return NULL;
}

rim_err rim_live_snapshots_start(rim_live *l)
{
    struct rim_live_snapshots *s = l->kept;
    if (!s)
        return RIM_OK;
    s->running = pthread_create(&s->thread, NULL, run, s) == 0;
    if (s->running)
        return RIM_OK;
    rim_log_error("cannot start a thread; try --threads 0");
    l->stop = true;
    return RIM_ERR_MEMORY;
}

void rim_live_snapshots_step(rim_live *l)
{
    while (l->kept && write_one(l->kept, 0) == RIM_OK)
        ;
}

void rim_live_snapshots_end(rim_live *l)
{
    struct rim_live_snapshots *s = l->kept;
    if (!s)
        return;
    rim_queue_close(s->queue);
    if (s->running)
        pthread_join(s->thread, NULL);
    s->running = false;
    rim_live_snapshots_step(l); // where there was no thread
}

void rim_live_snapshot(rim_live *l, const rim_frame *nir, const rim_frame *visible)
{
    struct rim_live_snapshots *s = l->kept;
    rim_screen *screen = rim_session_screen(l->session);
    kept *k = &s->filling;
    *k = (kept){.picture = rim_pool_acquire(s->picture),
                .nir = rim_pool_acquire(s->nir),
                .visible = visible ? rim_pool_acquire(s->visible) : NULL,
                .result = l->result,
                .view = rim_screen_view(screen),
                .scale = rim_session_scale(l->session)};
    if (!k->picture || !k->nir || (visible && !k->visible)) {
        release_kept(NULL, k);
        rim_screen_say(screen, "NO SNAPSHOT: the disk is too slow");
        return;
    }
    rim_session_draw(l->session, k->picture, nir, visible, &l->result);
    rim_frame_copy(k->nir, nir);
    if (visible)
        rim_frame_copy(k->visible, visible);
    rim_queue_push(s->queue, k);
    rim_screen_say(screen, "snapshot of frame %llu", (unsigned long long)nir->seq);
}
