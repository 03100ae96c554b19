// test_soak.c: the whole program for minutes, its memory watched from outside.
//
// RIM_SOAK_SECONDS=N: for so long (180). In run-in-vm's machine with two vivid cameras;
// elsewhere with synthetic ones. In the second half the NIR camera is lost again and
// again (once, where it is synthetic): coming back must cost no memory either.
//
// All memory is taken and touched at the start, so what the program has after the first
// WARM_UP seconds it may not exceed. GROWTH_MAX is for stacks and pages of libraries that
// are first reached later; 64 bytes lost with each frame are more within ten minutes.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "tests/cli/program.h"

#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WARM_UP = 20, GROWTH_MAX_KIB = 256, FAULT_EVERY = 20 };

static char folder[512];
static int seconds;
static bool in_vm;

// Its own pages: not those of files and of drivers' buffers, which are not taken by it.
static long anonymous_kib(pid_t pid)
{
    char path[64], line[128];
    long kib = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        (void)sscanf(line, "RssAnon: %ld", &kib);
    if (f)
        (void)fclose(f);
    return kib;
}

static pid_t start_program(void)
{
    char cameras[512], command[2048];
    if (in_vm)
        (void)snprintf(cameras, sizeof cameras,
                       "--nir /dev/video0 --visible /dev/video2 --size 320x180 "
                       "--visible-size 320x180 --fps 15");
    else
        (void)snprintf(cameras, sizeof cameras,
                       "--nir synth:size=640x360,fps=60,gone_after=%d --visible "
                       "synth:size=640x360,fps=60,format=YUYV,light=visible,phase_ms=3",
                       30 * seconds);
    (void)snprintf(command, sizeof command,
                   "exec %s live %s --seconds %d --headless --report %s/live.jsonl "
                   "--stats %s/stats.json",
                   RIM_PROGRAM, cameras, seconds, folder, folder);
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void lose_camera(int n)
{
    static const char *const faults[] = {"disconnect", "inject_fatal_streaming_error",
                                         "inject_vidioc_qbuf_error"};
    char command[128];
    (void)snprintf(command, sizeof command, "v4l2-ctl -d0 -c %s=1", faults[n % 3]);
    ck_assert_int_eq(system(command), 0); // NOLINT: a test's own, fixed commands
}

static double figure(const json_t *top, const char *group, const char *key)
{
    const json_t *v = group ? json_object_get(top, group) : top;
    v = json_object_get(v, key);
    ck_assert_msg(json_is_number(v), "%s is no number", key);
    return json_number_value(v);
}

static void check_account(int faults)
{
    char path[600];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/stats.json", folder);
    json_t *s = json_load_file(path, 0, &error);
    ck_assert_msg(s != NULL, "%s: %s", path, error.text);
    printf("soak: %.0f frames processed, %.0f times lost and back\n",
           figure(s, NULL, "processed"), figure(s, "nir", "interruptions"));
    ck_assert_double_eq(figure(s, "nir", "interruptions"), faults);
    ck_assert_double_ge(figure(s, NULL, "processed"), seconds); // one a second at least
    (void)snprintf(path, sizeof path, "%s/live.jsonl", folder);
    ck_assert_int_eq(rim_count_report(path), (int)figure(s, NULL, "processed"));
    json_decref(s);
}

START_TEST(memory_does_not_grow)
{
    rim_fresh_folder(folder, sizeof folder, "soak");
    const pid_t pid = start_program();
    const int64_t start_ns = rim_clock_now_ns();
    long warm = 0, most = 0;
    int status = 0, faults = 0;
    for (int s = 1; waitpid(pid, &status, WNOHANG) == 0; s++) {
        rim_clock_sleep_until(start_ns + s * RIM_NS_PER_S);
        const long kib = anonymous_kib(pid);
        if (s == WARM_UP)
            warm = kib;
        if (s >= WARM_UP && kib > most)
            most = kib;
        if (s % 60 == 0 || s == 5 || s == WARM_UP)
            printf("soak: %4d s: %ld KiB\n", s, kib);
        (void)fflush(stdout);
        if (in_vm && s > seconds / 2 && s < seconds - 10 && s % FAULT_EVERY == 0)
            lose_camera(faults++);
        if (s > seconds + 60)
            (void)kill(pid, SIGKILL); // the next waitpid() tells
    }
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    printf("soak of %d s: %ld KiB after %d s, at most %ld later\n", seconds, warm,
           WARM_UP, most);
    ck_assert_int_gt(warm, 0);
    ck_assert_int_le(most - warm, GROWTH_MAX_KIB);
    check_account(in_vm ? faults : 1);
}
END_TEST

int main(void)
{
    // NOLINTBEGIN(concurrency-mt-unsafe)
    const char *asked = getenv("RIM_SOAK_SECONDS");
    in_vm = getenv("V4L2_VM") != NULL;
    // NOLINTEND(concurrency-mt-unsafe)
    seconds = asked ? atoi(asked) : 180;
    if (seconds < 2 * WARM_UP) {
        printf("RIM_SOAK_SECONDS: at least %d\n", 2 * WARM_UP);
        return 2;
    }
    Suite *s = suite_create("soak");
    TCase *t = tcase_create("soak");
    tcase_set_timeout(t, 0);
    tcase_add_test(t, memory_does_not_grow);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
