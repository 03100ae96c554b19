// workers.c: a small fork and join.
//
// A run is one 64-bit ticket: its number, its jobs, the next of them. Whoever raises the
// next by one has that job; nothing is locked. Between the runs of a frame lie a few
// tens of microseconds, and waking a core that sleeps takes as long: so a thread looks
// for the next run a moment before it sleeps, where there are cores enough for that.
// SPDX-License-Identifier: MIT
#include "base/workers.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_NS  100000 // how long a thread looks before it sleeps
#define JOBS_MAX 0xfffff

// Run in the upper 24 bits, jobs and next in 20 each.
#define TICKET_JOBS(t) ((int)((t) >> 20 & JOBS_MAX))
#define TICKET_NEXT(t) ((int)((t)&JOBS_MAX))
#define TICKET_RUN(t)  ((t) >> 40)

struct rim_workers {
    _Atomic uint64_t ticket;
    // Of the run under way. Only who holds a job of it may read these: it cannot end
    // before that job has.
    rim_job_fn *fn;
    void *ctx;
    atomic_int unfinished;
    uint64_t run;
    int64_t look_ns;

    // For those that sleep.
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    atomic_int sleepers;      // threads that wait for a run
    atomic_bool owner_sleeps; // until the run is finished
    atomic_bool quit;
    int count; // threads started
    pthread_t thread[RIM_THREADS_MAX];
};

static void pause_a_moment(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void finish_job(rim_workers *w)
{
    if (atomic_fetch_sub(&w->unfinished, 1) > 1 || !atomic_load(&w->owner_sleeps))
        return;
    pthread_mutex_lock(&w->lock);
    pthread_cond_signal(&w->done);
    pthread_mutex_unlock(&w->lock);
}

// Takes jobs until none is left.
static void take_jobs(rim_workers *w)
{
    uint64_t t = atomic_load(&w->ticket);
    while (TICKET_NEXT(t) < TICKET_JOBS(t)) {
        if (!atomic_compare_exchange_weak(&w->ticket, &t, t + 1))
            continue;
        w->fn(w->ctx, TICKET_NEXT(t));
        finish_job(w);
        t = atomic_load(&w->ticket);
    }
}

static bool has_work(rim_workers *w, uint64_t seen)
{
    return TICKET_RUN(atomic_load(&w->ticket)) != seen || atomic_load(&w->quit);
}

static bool is_finished(rim_workers *w, uint64_t unused)
{
    (void)unused;
    return atomic_load(&w->unfinished) == 0;
}

// True as soon as `what` is; false where it was not for as long as is worth looking.
static bool look_for(rim_workers *w, bool (*what)(rim_workers *, uint64_t),
                     uint64_t seen)
{
    if (w->look_ns == 0)
        return what(w, seen);
    const int64_t end = rim_clock_now_ns() + w->look_ns;
    do {
        for (int i = 0; i < 32; i++) {
            if (what(w, seen))
                return true;
            pause_a_moment();
        }
    } while (rim_clock_now_ns() < end);
    return false;
}

static void sleep_until_work(rim_workers *w, uint64_t seen)
{
    pthread_mutex_lock(&w->lock);
    atomic_fetch_add(&w->sleepers, 1); // before looking again: see rim_workers_run()
    while (!has_work(w, seen))
        pthread_cond_wait(&w->wake, &w->lock);
    atomic_fetch_sub(&w->sleepers, 1);
    pthread_mutex_unlock(&w->lock);
}

static void *work(void *arg)
{
    rim_workers *w = arg;
    uint64_t seen = 0;
    while (!atomic_load(&w->quit)) {
        if (!look_for(w, has_work, seen))
            sleep_until_work(w, seen);
        seen = TICKET_RUN(atomic_load(&w->ticket));
        take_jobs(w);
    }
    return NULL;
}

rim_err rim_workers_create(rim_workers **out, int threads)
{
    *out = NULL;
    if (threads < 0 || threads > RIM_THREADS_MAX)
        return RIM_ERR_ARG;
    rim_workers *w = calloc(1, sizeof *w);
    if (!w)
        return RIM_ERR_MEMORY;
    w->look_ns = threads <= sysconf(_SC_NPROCESSORS_ONLN) ? LOOK_NS : 0;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    pthread_cond_init(&w->done, NULL);
    for (int i = 1; i < threads; i++) {
        if (pthread_create(&w->thread[w->count], NULL, work, w)) {
            rim_log_error("cannot start thread %d of %d: try a smaller --threads",
                          i + 1, threads);
            rim_workers_destroy(&w);
            return RIM_ERR_MEMORY;
        }
        w->count++;
    }
    *out = w;
    return RIM_OK;
}

static void wake_all(rim_workers *w)
{
    pthread_mutex_lock(&w->lock);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

void rim_workers_destroy(rim_workers **p)
{
    rim_workers *w = *p;
    if (!w)
        return;
    atomic_store(&w->quit, true);
    wake_all(w);
    for (int i = 0; i < w->count; i++)
        pthread_join(w->thread[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->done);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *p = NULL;
}

void rim_workers_run(rim_workers *w, rim_job_fn *fn, void *ctx, int jobs)
{
    if (w->count == 0 || jobs <= 1 || jobs > JOBS_MAX) {
        for (int job = 0; job < jobs; job++)
            fn(ctx, job);
        return;
    }
    w->fn = fn;
    w->ctx = ctx;
    atomic_store(&w->unfinished, jobs);
    w->run = (w->run + 1) & 0xffffff;
    atomic_store(&w->ticket, w->run << 40 | (uint64_t)jobs << 20);
    // Who sleeps has said so before it looked at the ticket for the last time.
    if (atomic_load(&w->sleepers) > 0)
        wake_all(w);
    take_jobs(w);
    if (look_for(w, is_finished, 0))
        return;
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->owner_sleeps, true);
    while (!is_finished(w, 0))
        pthread_cond_wait(&w->done, &w->lock);
    atomic_store(&w->owner_sleeps, false);
    pthread_mutex_unlock(&w->lock);
}
