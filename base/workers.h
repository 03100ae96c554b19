// workers.h: threads that share the jobs of one frame.
//
// A stage cuts its work into jobs whose number does not depend on the number of
// threads, so results cannot either. Which thread takes which job is open; no
// two jobs of one run may write the same memory. One thread owns a rim_workers
// and runs it; it takes jobs itself, so `threads` 0 or 1 starts no thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_WORKERS_H
#define RIM_BASE_WORKERS_H

#include "base/err.h"

#define RIM_THREADS_MAX 64

typedef struct rim_workers rim_workers;

typedef void rim_job_fn(void *ctx, int job);

// threads: 0..RIM_THREADS_MAX, the calling thread counted.
RIM_NODISCARD rim_err rim_workers_create(rim_workers **out, int threads);
void rim_workers_destroy(rim_workers **w);
// Calls fn(ctx, 0) .. fn(ctx, jobs - 1), each once, and returns when all have.
// Takes no memory. A thread that waits sleeps, after a tenth of a millisecond.
void rim_workers_run(rim_workers *w, rim_job_fn *fn, void *ctx, int jobs);
// The same, to be done by threads that no run needs just then, one job at a time; returns
// at once, or where no thread was started when all is done. One lot is lent at a time:
// rim_workers_settle() does what is left of it, returns when all is done, and comes
// before the next and before the end.
void rim_workers_lend(rim_workers *w, rim_job_fn *fn, void *ctx, int jobs);
void rim_workers_settle(rim_workers *w);

#endif
