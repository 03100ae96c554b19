// test_queue.c: order, displacement, waiting, and two threads over one queue.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/frame.h"
#include "base/queue.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct log {
    int count;
    int item[16];
} log_t;

static void note(void *ctx, void *item)
{
    log_t *log = ctx;
    log->item[log->count++] = *(int *)item;
}

START_TEST(newest_wins)
{
    log_t gone = {0};
    rim_queue *q = NULL;
    ck_assert_int_eq(rim_queue_create(&q, sizeof(int), 2, note, &gone), RIM_OK);
    for (int i = 0; i < 5; i++)
        rim_queue_push(q, &i);
    ck_assert_int_eq(gone.count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(gone.item[i], i);
    int item = -1;
    ck_assert_int_eq(rim_queue_pop(q, &item, 0), RIM_OK);
    ck_assert_int_eq(item, 3);
    ck_assert_int_eq(rim_queue_pop(q, &item, INT64_MAX), RIM_OK);
    ck_assert_int_eq(item, 4);
    ck_assert_int_eq(rim_queue_pop(q, &item, 0), RIM_ERR_TIMEOUT);
    const rim_queue_stats s = rim_queue_get_stats(q);
    ck_assert_uint_eq(s.in, 5);
    ck_assert_uint_eq(s.out, 2);
    ck_assert_uint_eq(s.displaced, 3);
    rim_queue_destroy(&q);
    ck_assert_ptr_null(q);
}
END_TEST

START_TEST(close_lets_the_rest_out)
{
    log_t gone = {0};
    rim_queue *q = NULL;
    ck_assert_int_eq(rim_queue_create(&q, sizeof(int), 4, note, &gone), RIM_OK);
    int item = 7;
    rim_queue_push(q, &item);
    rim_queue_close(q);
    item = 8;
    rim_queue_push(q, &item); // too late: released at once
    ck_assert_int_eq(gone.count, 1);
    ck_assert_int_eq(gone.item[0], 8);
    ck_assert_int_eq(rim_queue_pop(q, &item, INT64_MAX), RIM_OK);
    ck_assert_int_eq(item, 7);
    ck_assert_int_eq(rim_queue_pop(q, &item, INT64_MAX), RIM_END);
    rim_queue_destroy(&q);
}
END_TEST

START_TEST(destroy_releases_what_is_left)
{
    log_t gone = {0};
    rim_queue *q = NULL;
    ck_assert_int_eq(rim_queue_create(&q, sizeof(int), 3, note, &gone), RIM_OK);
    for (int i = 0; i < 4; i++) // 0 is displaced; 1, 2 and 3 wrap round the ring
        rim_queue_push(q, &i);
    rim_queue_destroy(&q);
    ck_assert_int_eq(gone.count, 4);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(gone.item[i], i);
}
END_TEST

START_TEST(pop_waits_until_the_time)
{
    rim_queue *q = NULL;
    ck_assert_int_eq(rim_queue_create(&q, sizeof(int), 1, NULL, NULL), RIM_OK);
    int item = 0;
    const int64_t until_ns = rim_clock_now_ns() + 20 * RIM_NS_PER_MS;
    ck_assert_int_eq(rim_queue_pop(q, &item, until_ns), RIM_ERR_TIMEOUT);
    ck_assert_int_ge(rim_clock_now_ns(), until_ns);
    rim_queue_destroy(&q);
}
END_TEST

START_TEST(refuses_nonsense)
{
    rim_queue *q = NULL;
    ck_assert_int_eq(rim_queue_create(&q, 0, 1, NULL, NULL), RIM_ERR_ARG);
    ck_assert_int_eq(rim_queue_create(&q, 4, 0, NULL, NULL), RIM_ERR_ARG);
    ck_assert_int_eq(rim_queue_create(&q, 4, RIM_QUEUE_SLOTS_MAX + 1, NULL, NULL),
                     RIM_ERR_ARG);
    rim_queue_destroy(&q); // NULL is fine
}
END_TEST

// Two threads: frames of one pool go through; none is lost, doubled or out of order.

enum { PUSHES = 20000 };

typedef struct run {
    rim_queue *queue;
    rim_pool *pool;
} run;

static void give_back(void *ctx, void *item)
{
    (void)ctx;
    rim_frame_release(*(rim_frame **)item);
}

static void *produce(void *arg)
{
    run *r = arg;
    for (uint64_t i = 0; i < PUSHES; i++) {
        rim_frame *f = rim_pool_acquire(r->pool);
        // A slot each, one with the consumer, one here: there is always one.
        if (!f)
            abort();
        f->seq = i;
        *rim_frame_row16(f, 0) = (uint16_t)i;
        rim_queue_push(r->queue, &f);
    }
    rim_queue_close(r->queue);
    return NULL;
}

START_TEST(two_threads)
{
    const int slots = 1 + _i;
    const rim_frame shape = {
        .width = 8, .height = 1, .fmt = RIM_FMT_GRAY16, .bits = 16};
    run r = {0};
    ck_assert_int_eq(rim_pool_create(&r.pool, &shape, slots + 2), RIM_OK);
    ck_assert_int_eq(
        rim_queue_create(&r.queue, sizeof(rim_frame *), slots, give_back, NULL),
        RIM_OK);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, produce, &r), 0);
    rim_frame *f = NULL;
    uint64_t got = 0, next = 0;
    while (rim_queue_pop(r.queue, &f, INT64_MAX) == RIM_OK) {
        ck_assert_uint_ge(f->seq, next);
        ck_assert_uint_eq(*rim_frame_row16(f, 0), f->seq & 0xffff);
        next = f->seq + 1;
        got++;
        rim_frame_release(f);
    }
    pthread_join(thread, NULL);
    ck_assert_uint_eq(next, PUSHES); // the newest always arrives
    const rim_queue_stats s = rim_queue_get_stats(r.queue);
    ck_assert_uint_eq(s.in, PUSHES);
    ck_assert_uint_eq(s.out, got);
    ck_assert_uint_eq(s.displaced, PUSHES - got);
    rim_queue_destroy(&r.queue);
    rim_pool_destroy(&r.pool); // asserts that every frame is back
}
END_TEST

int main(void)
{
    Suite *s = suite_create("queue");
    TCase *t = tcase_create("queue");
    suite_add_tcase(s, t);
    tcase_add_test(t, newest_wins);
    tcase_add_test(t, close_lets_the_rest_out);
    tcase_add_test(t, destroy_releases_what_is_left);
    tcase_add_test(t, pop_waits_until_the_time);
    tcase_add_test(t, refuses_nonsense);
    tcase_add_loop_test(t, two_threads, 0, 4);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
