// queue.c: a ring under one mutex and one condition, enough at camera rates.
// SPDX-License-Identifier: MIT
#include "base/queue.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

struct rim_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    rim_queue_release_fn *release;
    void *ctx;
    size_t item_bytes;
    int slots, first, used;
    bool closed;
    rim_queue_stats stats;
    // slots + 1 items: the last is where a displaced item waits for its release,
    // which happens outside the lock. Only one push at a time may use it.
    pthread_mutex_t pushing;
    char *items;
};

static char *slot(const rim_queue *q, int i)
{
    return q->items + (size_t)i * q->item_bytes;
}

rim_err rim_queue_create(rim_queue **out, size_t item_bytes, int slots,
                         rim_queue_release_fn *release, void *ctx)
{
    *out = NULL;
    if (item_bytes == 0 || slots < 1 || slots > RIM_QUEUE_SLOTS_MAX)
        return RIM_ERR_ARG;
    rim_queue *q = calloc(1, sizeof *q);
    // Touched here, which a calloc() of this size would leave to the first pushes.
    const size_t bytes = (((size_t)slots + 1) * item_bytes + ALIGN - 1) / ALIGN * ALIGN;
    char *items = aligned_alloc(ALIGN, bytes);
    if (!q || !items) {
        free(q);
        free(items);
        return RIM_ERR_MEMORY;
    }
    memset(items, 0, bytes);
    *q = (rim_queue){.release = release,
                     .ctx = ctx,
                     .item_bytes = item_bytes,
                     .slots = slots,
                     .items = items};
    pthread_mutex_init(&q->lock, NULL);
    pthread_mutex_init(&q->pushing, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&q->filled, &attr);
    pthread_condattr_destroy(&attr);
    *out = q;
    return RIM_OK;
}

void rim_queue_destroy(rim_queue **p)
{
    rim_queue *q = *p;
    if (!q)
        return;
    for (; q->used > 0; q->used--) {
        if (q->release)
            q->release(q->ctx, slot(q, q->first));
        q->first = (q->first + 1) % q->slots;
    }
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->pushing);
    pthread_mutex_destroy(&q->lock);
    free(q->items);
    free(q);
    *p = NULL;
}

void rim_queue_push(rim_queue *q, const void *item)
{
    char *const spare = slot(q, q->slots);
    bool out = false; // `spare` holds something to release
    pthread_mutex_lock(&q->pushing);
    pthread_mutex_lock(&q->lock);
    if (q->closed) {
        memcpy(spare, item, q->item_bytes);
        out = true;
    } else {
        q->stats.in++;
        if (q->used == q->slots) {
            memcpy(spare, slot(q, q->first), q->item_bytes);
            out = true;
            q->first = (q->first + 1) % q->slots;
            q->used--;
            q->stats.displaced++;
        }
        memcpy(slot(q, (q->first + q->used) % q->slots), item, q->item_bytes);
        q->used++;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    if (out && q->release)
        q->release(q->ctx, spare);
    pthread_mutex_unlock(&q->pushing);
}

// Called with the lock held; false when the time is up.
static bool wait_filled(rim_queue *q, int64_t until_ns)
{
    if (until_ns == INT64_MAX)
        return pthread_cond_wait(&q->filled, &q->lock) == 0;
    const struct timespec t = {.tv_sec = (time_t)(until_ns / RIM_NS_PER_S),
                               .tv_nsec = (long)(until_ns % RIM_NS_PER_S)};
    return until_ns > 0 && pthread_cond_timedwait(&q->filled, &q->lock, &t) == 0;
}

rim_err rim_queue_pop(rim_queue *q, void *item, int64_t until_ns)
{
    rim_err err = RIM_OK;
    pthread_mutex_lock(&q->lock);
    while (q->used == 0 && !q->closed && wait_filled(q, until_ns))
        ;
    if (q->used > 0) {
        memcpy(item, slot(q, q->first), q->item_bytes);
        q->first = (q->first + 1) % q->slots;
        q->used--;
        q->stats.out++;
    } else {
        err = q->closed ? RIM_END : RIM_ERR_TIMEOUT;
    }
    pthread_mutex_unlock(&q->lock);
    return err;
}

void rim_queue_close(rim_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

rim_queue_stats rim_queue_get_stats(rim_queue *q)
{
    pthread_mutex_lock(&q->lock);
    const rim_queue_stats stats = q->stats;
    pthread_mutex_unlock(&q->lock);
    return stats;
}
