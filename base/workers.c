// workers.c: a small fork and join over one mutex and two conditions.
// SPDX-License-Identifier: MIT
#include "base/workers.h"

#include "base/log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct rim_workers {
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    rim_job_fn *fn;
    void *ctx;
    int jobs, next, unfinished; // of the run under way
    bool quit;
    int count; // threads started
    pthread_t thread[RIM_THREADS_MAX];
};

// Takes jobs until none is left. Called and returns with the lock held.
static void take_jobs(rim_workers *w)
{
    while (w->next < w->jobs) {
        const int job = w->next++;
        pthread_mutex_unlock(&w->lock);
        w->fn(w->ctx, job);
        pthread_mutex_lock(&w->lock);
        if (--w->unfinished == 0)
            pthread_cond_signal(&w->done);
    }
}

static void *work(void *arg)
{
    rim_workers *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->quit) {
        take_jobs(w);
        if (!w->quit)
            pthread_cond_wait(&w->wake, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
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

void rim_workers_destroy(rim_workers **p)
{
    rim_workers *w = *p;
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->quit = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
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
    if (w->count == 0 || jobs == 1) {
        for (int job = 0; job < jobs; job++)
            fn(ctx, job);
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->fn = fn;
    w->ctx = ctx;
    w->jobs = w->unfinished = jobs;
    w->next = 0;
    pthread_cond_broadcast(&w->wake);
    take_jobs(w);
    while (w->unfinished > 0)
        pthread_cond_wait(&w->done, &w->lock);
    pthread_mutex_unlock(&w->lock);
}
