// test_no_malloc.c: 300 frames through process, report and picture take no memory, and
// neither do those of a live run, in all its threads. Nor do they ask the system for
// anything, but to wake threads and to wait for them.
//
// Under a sanitizer, which has its own allocator, the test is skipped.
// SPDX-License-Identifier: MIT
#define _DEFAULT_SOURCE // syscall()
#include "program.h"
#include "ring.h"

#include "app/live/live.h"
#include "app/session.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "tests/cli/count_malloc.h"

#include <check.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 300 };

START_TEST(frames_take_no_memory)
{
    static const rim_point corner[] = {{200, 40}, {300, 40}, {300, 200}, {200, 200}};
    const rim_surface_mark mark[] = {{.frame = 0, .count = 4, .point = corner},
                                     {.frame = 150, .count = 4, .point = corner}};
    const rim_source_info info = {.width = RING_WIDTH,
                                  .height = RING_HEIGHT,
                                  .bits = 12,
                                  .black_level = 64,
                                  .mm_per_px = 0.1,
                                  .mark = mark,
                                  .mark_count = 2};
    const rim_run_options options = {
        .report = "/dev/null", .min_confidence = 0.5, .threads = 2};
    rim_session *session = NULL;
    ck_assert_int_eq(rim_session_create(&session, &options, &info), RIM_OK);
    rim_frame nir = {
        .width = RING_WIDTH, .height = RING_HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 12};
    rim_frame picture;
    rim_session_picture_shape(session, &picture);
    ck_assert_int_eq(rim_frame_init(&nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&picture), RIM_OK);
    static rim_result result;

    int lesions = 0;
    const int before = rim_count_malloc();
    for (int i = 0; i < FRAMES; i++) {
        rim_ring_paint(&nir, i);
        if (rim_session_run(session, &result, &picture, &nir, NULL))
            break;
        lesions += result.lesion_count;
    }
    const int calls = rim_count_malloc() - before;
    ck_assert_uint_eq(result.frame, FRAMES - 1);
    ck_assert_int_gt(lesions, 0); // the later stages had something to do
    ck_assert_int_eq(calls, 0);
    ck_assert_int_eq(rim_session_close(&session), RIM_OK);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&picture);
}
END_TEST

// From here on this process may do nothing but end, and wake and wait where it has
// threads, and read a clock that cannot be read without the system: another call ends it
// with SIGSYS. False: the system cannot do that.
static bool forbid_calls(bool threads)
{
    const struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_exit_group, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_gettime, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_futex, threads, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0],
                                       (struct sock_filter *)filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
                   &program) == 0;
}

enum { NO_FILTER = 77 };

// In a process of its own: 30 frames, then as many with all calls forbidden.
static int run_forbidden(int threads)
{
    const rim_source_info info = {.width = RING_WIDTH,
                                  .height = RING_HEIGHT,
                                  .bits = 12,
                                  .black_level = 64,
                                  .visible_width = RING_WIDTH,
                                  .visible_height = RING_HEIGHT,
                                  .mm_per_px = 0.1};
    const rim_run_options options = {
        .min_confidence = 0.5, .threads = threads, .cpu = rim_cpu_detect()};
    rim_session *session = NULL;
    rim_frame nir = {
        .width = RING_WIDTH, .height = RING_HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 12};
    rim_frame picture[2];
    static rim_result result;
    if (rim_session_create(&session, &options, &info) || rim_frame_init(&nir))
        return EXIT_FAILURE;
    for (int i = 0; i < 2; i++) {
        rim_session_picture_shape(session, &picture[i]);
        if (rim_frame_init(&picture[i]))
            return EXIT_FAILURE;
    }
    for (int i = 0; i < 60; i++) {
        rim_ring_paint(&nir, i);
        if (i == 30 && !forbid_calls(threads > 1))
            return NO_FILTER;
        rim_frame *p = &picture[i % 2];
        if (rim_session_run(session, &result, p, &nir, p))
            return EXIT_FAILURE;
    }
    rim_session_finish(session);
    return result.frame == 59 && result.lesion_count > 0 ? 0 : EXIT_FAILURE;
}

START_TEST(frames_ask_the_system_for_nothing)
{
    int status = 0;
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(run_forbidden(_i));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(!WIFSIGNALED(status), "%d threads: %s", _i,
                  strsignal(WTERMSIG(status))); // NOLINT: one thread
    if (WEXITSTATUS(status) == NO_FILTER)
        puts("skipped: no seccomp here");
    else
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

// The calls in a second and a half of a run that has warmed up.
static void *sample(void *arg)
{
    int *calls = arg;
    rim_clock_sleep_until(rim_clock_now_ns() + 3 * RIM_NS_PER_S / 2);
    const int before = rim_count_malloc();
    rim_clock_sleep_until(rim_clock_now_ns() + 3 * RIM_NS_PER_S / 2);
    *calls = rim_count_malloc() - before;
    return NULL;
}

START_TEST(live_frames_take_no_memory)
{
    static rim_live_stats stats;
    rim_live_options o = {
        .run = {.headless = true,
                .report = "/dev/null",
                .min_confidence = 0.5,
                .threads = 2 * _i}, // 0: all stages in one loop
        .nir = {.device = "synth:size=160x120,fps=30,lose=11,damage=13"},
        .visible = {.device = "synth:size=160x120,fps=30,format=YUYV,light=visible"},
        .black_level = -1,
        .show_age = true,
        .seconds = 4};
    int calls = -1;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, sample, &calls), 0);
    ck_assert_int_eq(rim_live_run(&o, &stats), RIM_OK);
    pthread_join(thread, NULL);
    ck_assert_uint_gt(stats.presented, 4);
    ck_assert_int_eq(calls, 0);
}
END_TEST

int main(void)
{
    if (!rim_count_malloc_works()) {
        puts("skipped: the sanitizer has the allocator");
        return 77;
    }
    Suite *s = suite_create("no malloc");
    TCase *t = tcase_create("no malloc");
    tcase_set_timeout(t, 100);
    tcase_add_test(t, frames_take_no_memory);
    tcase_add_loop_test(t, frames_ask_the_system_for_nothing, 0, 4);
    tcase_add_loop_test(t, live_frames_take_no_memory, 0, 2);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
