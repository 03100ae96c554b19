// prefetch.c: a ring of slots between the reading thread and the caller.
// SPDX-License-Identifier: MIT
#include "app/prefetch.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS = 5, LENT = 2 }; // LENT: the caller's, the newest of them under way

struct rim_prefetch {
    rim_source *source;
    bool has_visible;
    rim_fetched slot[SLOTS];
    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; // guards the rest
    pthread_cond_t changed;
    uint64_t filled, taken; // counts, not positions: slot[count % SLOTS]
    unsigned lent;          // of those before `taken`, the last are the caller's
    bool stop;
};

static void read_into(rim_prefetch *p, rim_fetched *f)
{
    f->has_visible = false;
    f->err = rim_source_read(p->source, &f->nir, p->has_visible ? &f->visible : NULL,
                             &f->has_visible);
    f->mark = rim_source_mark(p->source);
}

static bool is_last(const rim_fetched *f)
{
    return f->err != RIM_OK && f->err != RIM_ERR_DAMAGED;
}

static void *read_ahead(void *ctx)
{
    rim_prefetch *p = ctx;
    bool more = true;
    while (more) {
        pthread_mutex_lock(&p->lock);
        while (p->filled - p->taken + p->lent == SLOTS && !p->stop)
            pthread_cond_wait(&p->changed, &p->lock);
        const bool stop = p->stop;
        rim_fetched *f = &p->slot[p->filled % SLOTS];
        pthread_mutex_unlock(&p->lock);
        if (stop)
            return NULL;
        read_into(p, f);
        more = !is_last(f);
        pthread_mutex_lock(&p->lock);
        p->filled++;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

static rim_err init_slots(rim_prefetch *p, int count)
{
    const rim_source_info *info = rim_source_get_info(p->source);
    p->has_visible = info->visible_width > 0;
    for (int i = 0; i < count; i++) {
        rim_fetched *f = &p->slot[i];
        f->nir = rim_source_nir_shape(info);
        rim_err err = rim_frame_init(&f->nir);
        if (!err && p->has_visible) {
            f->visible = rim_source_visible_shape(info);
            err = rim_frame_init(&f->visible);
        }
        if (err)
            return err;
    }
    return RIM_OK;
}

rim_err rim_prefetch_create(rim_prefetch **out, rim_source *source, bool threaded)
{
    rim_prefetch *p = calloc(1, sizeof *p);
    if (!p)
        return RIM_ERR_MEMORY;
    p->source = source;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    rim_err err = init_slots(p, threaded ? SLOTS : LENT);
    if (!err && threaded) {
        p->threaded = pthread_create(&p->thread, NULL, read_ahead, p) == 0;
        err = p->threaded ? RIM_OK : RIM_ERR_MEMORY;
    }
    if (err) {
        rim_log_error("no memory for frames of %dx%d", p->slot[0].nir.width,
                      p->slot[0].nir.height);
        rim_prefetch_destroy(&p);
        return err;
    }
    *out = p;
    return RIM_OK;
}

void rim_prefetch_destroy(rim_prefetch **pp)
{
    rim_prefetch *p = *pp;
    if (!p)
        return;
    *pp = NULL;
    if (p->threaded) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    for (int i = 0; i < SLOTS; i++) {
        rim_frame_uninit(&p->slot[i].nir);
        rim_frame_uninit(&p->slot[i].visible);
    }
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

rim_fetched *rim_prefetch_get(rim_prefetch *p)
{
    if (!p->threaded) {
        rim_fetched *f = &p->slot[p->taken++ % LENT];
        read_into(p, f);
        return f;
    }
    pthread_mutex_lock(&p->lock);
    rim_fetched *f = &p->slot[(p->taken - 1) % SLOTS];
    if (p->taken == 0 || !is_last(f)) {
        if (p->lent == LENT) {
            p->lent--;
            pthread_cond_broadcast(&p->changed);
        }
        while (p->filled == p->taken)
            pthread_cond_wait(&p->changed, &p->lock);
        f = &p->slot[p->taken++ % SLOTS];
        p->lent++;
    }
    pthread_mutex_unlock(&p->lock);
    return f;
}
