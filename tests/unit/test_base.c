// test_base.c: frames, pools, workers, names.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/cpu.h"
#include "base/frame.h"
#include "base/result.h"
#include "base/workers.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

START_TEST(pool_lends_each_frame_once)
{
    const rim_frame shape = {
        .width = 33, .height = 7, .fmt = RIM_FMT_GRAY16, .bits = 12};
    rim_pool *pool = NULL;
    ck_assert_int_eq(rim_pool_create(&pool, &shape, 2), RIM_OK);
    rim_frame *a = rim_pool_acquire(pool), *b = rim_pool_acquire(pool);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_null(rim_pool_acquire(pool));
    ck_assert_uint_eq((uintptr_t)a->data % 64, 0);
    ck_assert_int_eq(a->stride % 64, 0);
    rim_frame_release(a);
    ck_assert_ptr_eq(rim_pool_acquire(pool), a);
    rim_frame_release(a);
    rim_frame_release(b);
    rim_pool_destroy(&pool);
    ck_assert_ptr_null(pool);
}
END_TEST

START_TEST(frame_refuses_nonsense)
{
    rim_frame f = {.width = 0, .height = 7, .fmt = RIM_FMT_GRAY16, .bits = 12};
    ck_assert_int_eq(rim_frame_init(&f), RIM_ERR_ARG);
    f.width = RIM_FRAME_SIDE_MAX + 1;
    ck_assert_int_eq(rim_frame_init(&f), RIM_ERR_ARG);
    f.width = 8;
    f.bits = 7;
    ck_assert_int_eq(rim_frame_init(&f), RIM_ERR_ARG);
    f.bits = 8;
    f.fmt = RIM_FMT_NONE;
    ck_assert_int_eq(rim_frame_init(&f), RIM_ERR_ARG);
}
END_TEST

static void count_job(void *ctx, int job)
{
    int *seen = ctx;
    seen[job]++;
}

START_TEST(workers_do_each_job_once)
{
    static const int threads[] = {0, 1, 2, 5};
    rim_workers *w = NULL;
    ck_assert_int_eq(rim_workers_create(&w, threads[_i]), RIM_OK);
    for (int round = 0; round < 200; round++) {
        int seen[37] = {0};
        rim_workers_run(w, count_job, seen, 37);
        for (int i = 0; i < 37; i++)
            ck_assert_int_eq(seen[i], 1);
    }
    rim_workers_destroy(&w);
    ck_assert_ptr_null(w);
}
END_TEST

// Every round some of what is lent is done while runs go on, the rest in the end.
START_TEST(workers_do_what_is_lent_beside_their_runs)
{
    static const int threads[] = {0, 1, 2, 5};
    rim_workers *w = NULL;
    ck_assert_int_eq(rim_workers_create(&w, threads[_i]), RIM_OK);
    rim_workers_settle(w); // nothing was lent
    for (int round = 0; round < 200; round++) {
        int lent[61] = {0}, seen[37] = {0};
        const int jobs = round % 62, runs = round % 4;
        rim_workers_lend(w, count_job, lent, jobs);
        for (int i = 0; i < runs; i++)
            rim_workers_run(w, count_job, seen, 37);
        rim_workers_settle(w);
        for (int i = 0; i < 61; i++)
            ck_assert_int_eq(lent[i], i < jobs);
        for (int i = 0; i < 37; i++)
            ck_assert_int_eq(seen[i], runs);
    }
    rim_workers_destroy(&w);
}
END_TEST

// A thread that sleeps wakes for what is lent; the owner need not come back for it.
static void raise_flag(void *ctx, int job)
{
    (void)job;
    atomic_store((atomic_int *)ctx, 1);
}

START_TEST(lent_jobs_are_done_without_the_owner)
{
    atomic_int flag = 0;
    rim_workers *w = NULL;
    ck_assert_int_eq(rim_workers_create(&w, 2), RIM_OK);
    rim_clock_sleep_until(rim_clock_now_ns() + 20 * RIM_NS_PER_MS); // till it sleeps
    rim_workers_lend(w, raise_flag, &flag, 1);
    const int64_t end_ns = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    while (!atomic_load(&flag) && rim_clock_now_ns() < end_ns)
        rim_clock_sleep_until(rim_clock_now_ns() + RIM_NS_PER_MS);
    ck_assert_int_eq(atomic_load(&flag), 1);
    rim_workers_settle(w);
    rim_workers_destroy(&w);
}
END_TEST

START_TEST(cpu_levels_have_names)
{
    unsigned cpu = 1;
    ck_assert_int_eq(rim_cpu_from_name(&cpu, "c"), RIM_OK);
    ck_assert_uint_eq(cpu, 0);
    ck_assert_int_eq(rim_cpu_from_name(&cpu, "mmx"), RIM_ERR_ARG);
    ck_assert_int_eq(rim_cpu_from_name(&cpu, rim_cpu_name(rim_cpu_detect())), RIM_OK);
    ck_assert_uint_eq(cpu, rim_cpu_detect());
}
END_TEST

START_TEST(every_word_has_a_name)
{
    for (unsigned i = 0; i < RIM_WHY_COUNT; i++)
        ck_assert_str_ne(rim_why_name(1u << i), "unknown");
    ck_assert_str_eq(rim_pattern_name(RIM_PATTERN_PARTIAL), "partial");
    ck_assert_str_eq(rim_surface_state_name(RIM_SURFACE_NONE_DETECTED),
                     "none_detected");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base");
    TCase *t = tcase_create("base");
    suite_add_tcase(s, t);
    tcase_add_test(t, pool_lends_each_frame_once);
    tcase_add_test(t, frame_refuses_nonsense);
    tcase_add_loop_test(t, workers_do_each_job_once, 0, 4);
    tcase_add_loop_test(t, workers_do_what_is_lent_beside_their_runs, 0, 4);
    tcase_add_test(t, lent_jobs_are_done_without_the_owner);
    tcase_add_test(t, cpu_levels_have_names);
    tcase_add_test(t, every_word_has_a_name);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
