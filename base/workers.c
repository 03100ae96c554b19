// workers.c: a small fork and join.
//
// A lot of jobs is one 64-bit ticket: its number, its jobs, the next of them. Whoever
// raises the next by one has that job; nothing is locked. There are two lots: that of the
// run, and one that is lent, which is looked at where the run has no job left. Between the runs of a frame lie a few
// tens of microseconds, and waking a core that sleeps takes as long: so a thread looks
// for the next run a moment before it sleeps, where there are cores enough for that.
// SPDX-License-Identifier: MIT
#include "base/workers.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_NS  100000 // how long a thread looks before it sleeps
#define JOBS_MAX 0xfffff

// Number in the upper 24 bits, jobs and next in 20 each.
#define TICKET_JOBS(t) ((int)((t) >> 20 & JOBS_MAX))
#define TICKET_NEXT(t) ((int)((t)&JOBS_MAX))
#define TICKET_LOT(t)  ((t) >> 40)

typedef struct lot {
    _Atomic uint64_t ticket;
    // Only who holds a job of it may read these: it cannot end before that job has.
    rim_job_fn *fn;
    void *ctx;
    atomic_int unfinished;
    uint64_t number;
} lot;

struct rim_workers {
    lot run, lent;
    int64_t look_ns;

    // For those that sleep.
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    atomic_int sleepers;      // threads that wait for jobs
    atomic_bool owner_sleeps; // until a lot is finished
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

static bool has_jobs(lot *l)
{
    const uint64_t t = atomic_load(&l->ticket);
    return TICKET_NEXT(t) < TICKET_JOBS(t);
}

static void finish_job(rim_workers *w, lot *l)
{
    if (atomic_fetch_sub(&l->unfinished, 1) > 1 || !atomic_load(&w->owner_sleeps))
        return;
    pthread_mutex_lock(&w->lock);
    pthread_cond_signal(&w->done);
    pthread_mutex_unlock(&w->lock);
}

// False: none was left.
static bool take_job(rim_workers *w, lot *l)
{
    uint64_t t = atomic_load(&l->ticket);
    do {
        if (TICKET_NEXT(t) >= TICKET_JOBS(t))
            return false;
    } while (!atomic_compare_exchange_weak(&l->ticket, &t, t + 1));
    l->fn(l->ctx, TICKET_NEXT(t));
    finish_job(w, l);
    return true;
}

static bool has_work(rim_workers *w, const lot *unused)
{
    (void)unused;
    return has_jobs(&w->run) || has_jobs(&w->lent) || atomic_load(&w->quit);
}

static bool is_finished(rim_workers *unused, const lot *l)
{
    (void)unused;
    return atomic_load(&l->unfinished) == 0;
}

// True as soon as `what` is; false where it was not for as long as is worth looking.
static bool look_for(rim_workers *w, bool (*what)(rim_workers *, const lot *),
                     const lot *l)
{
    if (w->look_ns == 0)
        return what(w, l);
    const int64_t end = rim_clock_now_ns() + w->look_ns;
    do {
        for (int i = 0; i < 32; i++) {
            if (what(w, l))
                return true;
            pause_a_moment();
        }
    } while (rim_clock_now_ns() < end);
    return false;
}

static void sleep_until_work(rim_workers *w)
{
    pthread_mutex_lock(&w->lock);
    atomic_fetch_add(&w->sleepers, 1); // before looking again: see publish()
    while (!has_work(w, NULL))
        pthread_cond_wait(&w->wake, &w->lock);
    atomic_fetch_sub(&w->sleepers, 1);
    pthread_mutex_unlock(&w->lock);
}

static void *work(void *arg)
{
    rim_workers *w = arg;
    while (!atomic_load(&w->quit)) {
        if (!take_job(w, &w->run) && !take_job(w, &w->lent) &&
            !look_for(w, has_work, NULL))
            sleep_until_work(w);
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

static void publish(rim_workers *w, lot *l, rim_job_fn *fn, void *ctx, int jobs)
{
    l->fn = fn;
    l->ctx = ctx;
    atomic_store(&l->unfinished, jobs);
    l->number = (l->number + 1) & 0xffffff;
    atomic_store(&l->ticket, l->number << 40 | (uint64_t)jobs << 20);
    // Who sleeps has said so before it looked at the ticket for the last time.
    if (atomic_load(&w->sleepers) > 0)
        wake_all(w);
}

// Does what nobody has taken, and waits for the rest.
static void finish(rim_workers *w, lot *l)
{
    while (take_job(w, l))
        ;
    if (look_for(w, is_finished, l))
        return;
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->owner_sleeps, true);
    while (!is_finished(w, l))
        pthread_cond_wait(&w->done, &w->lock);
    atomic_store(&w->owner_sleeps, false);
    pthread_mutex_unlock(&w->lock);
}

// With no other thread, or too many jobs to count.
static bool done_alone(const rim_workers *w, rim_job_fn *fn, void *ctx, int jobs)
{
    if (w->count > 0 && jobs <= JOBS_MAX)
        return false;
    for (int job = 0; job < jobs; job++)
        fn(ctx, job);
    return true;
}

void rim_workers_run(rim_workers *w, rim_job_fn *fn, void *ctx, int jobs)
{
    if (jobs == 1) {
        fn(ctx, 0);
    } else if (!done_alone(w, fn, ctx, jobs)) {
        publish(w, &w->run, fn, ctx, jobs);
        finish(w, &w->run);
    }
}

void rim_workers_lend(rim_workers *w, rim_job_fn *fn, void *ctx, int jobs)
{
    assert(atomic_load(&w->lent.unfinished) == 0);
    if (!done_alone(w, fn, ctx, jobs))
        publish(w, &w->lent, fn, ctx, jobs);
}

void rim_workers_settle(rim_workers *w)
{
    finish(w, &w->lent);
}
