// queue.h: a bounded queue between two threads in which the newest item wins.
//
// A push never waits: when the queue is full the oldest item in it is displaced,
// handed to the `release` function (which gives its frames back) and counted. So
// a slow consumer sees recent frames, and a producer at the device never stalls.
// Items are copied in and out by value; all memory is taken at creation.
// Any number of threads may push and pop.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_QUEUE_H
#define RIM_BASE_QUEUE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define RIM_QUEUE_SLOTS_MAX 4096

typedef struct rim_queue rim_queue;

// Gives back what a displaced item holds. Called by the pushing thread (or by
// rim_queue_destroy()), without the queue's lock.
typedef void rim_queue_release_fn(void *ctx, void *item);

typedef struct rim_queue_stats {
    uint64_t in, out; // items pushed and popped
    uint64_t displaced;
} rim_queue_stats;

// slots: 1..RIM_QUEUE_SLOTS_MAX. release may be NULL: items hold nothing.
RIM_NODISCARD rim_err rim_queue_create(rim_queue **out, size_t item_bytes, int slots,
                                       rim_queue_release_fn *release, void *ctx);
// What is still queued is released, uncounted. No thread may use the queue any more.
void rim_queue_destroy(rim_queue **q);

// Never waits, never fails. Into a closed queue: the item is released at once.
void rim_queue_push(rim_queue *q, const void *item);
// The oldest item into *item. Waits until there is one, or until the clock
// (rim_clock_now_ns()) reaches until_ns: 0 does not wait, INT64_MAX waits for ever.
// RIM_OK; RIM_ERR_TIMEOUT; RIM_END: closed, and everything was popped.
RIM_NODISCARD rim_err rim_queue_pop(rim_queue *q, void *item, int64_t until_ns);
// No more items come; waiting threads wake.
void rim_queue_close(rim_queue *q);

rim_queue_stats rim_queue_get_stats(rim_queue *q);

#endif
