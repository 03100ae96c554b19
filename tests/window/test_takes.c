// test_takes.c: recordings that are begun and ended with a key while a camera is live.
// SPDX-License-Identifier: MIT
#include "desk.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { SCREEN_W = 660, SCREEN_H = 400, SKIP = 77 };

// Runs it in the desk's folder: is its status 0?
static bool holds(const char *what)
{
    char line[512];
    snprintf(line, sizeof line, "cd %s && { %s; } >/dev/null 2>&1", desk_folder(),
             what);
    return system(line) == 0; // NOLINT(concurrency-mt-unsafe)
}

static void wait_until(const char *what)
{
    const int64_t until = rim_clock_now_ns() + 20 * RIM_NS_PER_S;
    while (!holds(what)) {
        ck_assert_msg(rim_clock_now_ns() < until, "%s", what);
        rim_clock_sleep_until(rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
    }
}

static pid_t start_live(const char *args)
{
    char line[256];
    ck_assert(holds("rm -f *.mkv *.jsonl"));
    snprintf(line, sizeof line, "live --nir synth:size=320x180,fps=20 %s", args);
    const pid_t pid = desk_start(line);
    ck_assert(desk_wait_lit(320, 180, 320 * 180 / 2));
    return pid;
}

// Presses r until the summary of so many recordings stands in the log.
static void end_recording(int count)
{
    char line[96];
    snprintf(line, sizeof line, "test $(grep -c 'MB' log) -ge %d", count);
    desk_do("key r");
    rim_clock_sleep_until(rim_clock_now_ns() + 200 * RIM_NS_PER_MS);
    desk_do("key r");
    wait_until(line);
}

static void quit(pid_t pid)
{
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}

// Two of them; each is a recording by itself, numbered from 0, without gaps.
START_TEST(begun_ended_and_begun_again)
{
    ck_assert(holds(": >log"));
    const pid_t pid = start_live("--record-codec raw --report live.jsonl");
    ck_assert(!holds("ls rimlight-*.mkv"));
    desk_do("key r");
    wait_until("ls -s rimlight-*.mkv | awk '{n += $1} END {exit n < 1000}'");
    end_recording(1);
    rim_clock_sleep_until(rim_clock_now_ns() + 1000 * RIM_NS_PER_MS);
    desk_do("key r");
    wait_until("ls -s rimlight-*.mkv | awk '$1 >= 1000 {n++} END {exit n < 2}'");
    quit(pid); // ends the second one
    ck_assert(holds("test $(ls rimlight-*.mkv | wc -l) -eq 2"));
    ck_assert(
        holds("for f in rimlight-*.mkv; do " RIM_PROGRAM
              " replay $f --headless --all-frames --report $f.jsonl || exit 1; done"));
    ck_assert(holds("for f in rimlight-*.jsonl; do test $(wc -l <$f) -ge 8 &&"
                    " head -1 $f | grep -q '\"frame\":0,' || exit 1; done"));
    // Nobody was slower than a camera of 20 frames a second, in the recordings.
    ck_assert(holds("! grep -q 'missing are' log"));
}
END_TEST

// One press says what a second would do.
START_TEST(one_press_does_not_end_it)
{
    ck_assert(holds(": >log"));
    const pid_t pid = start_live("--record-codec raw --record given.mkv");
    desk_do("key r");
    rim_clock_sleep_until(rim_clock_now_ns() + 500 * RIM_NS_PER_MS);
    ck_assert(!holds("grep -q 'given.mkv.*MB' log"));
    rim_clock_sleep_until(rim_clock_now_ns() + 4000 * RIM_NS_PER_MS);
    end_recording(1); // two more presses: the first was too long ago
    ck_assert(holds("grep -q 'given.mkv.*MB' log"));
    quit(pid);
    ck_assert(holds(RIM_PROGRAM " replay given.mkv --headless"));
}
END_TEST

// A surface that is watched when the recording begins is watched in its replay.
START_TEST(the_surface_goes_along)
{
    ck_assert(holds(": >log"));
    const pid_t pid = start_live("--record-codec raw --report live.jsonl");
    desk_do("mousemove 230 130 click 1 mousemove 420 130 click 1 mousemove 330 280 "
            "click 1 key Return mousemove 5 5");
    wait_until("tail -2 live.jsonl | grep -q '\"state\":\"[nrc]'");
    desk_do("key r");
    wait_until("ls -s rimlight-*.mkv | awk '{n += $1} END {exit n < 1000}'");
    quit(pid);
    ck_assert(holds(RIM_PROGRAM " replay rimlight-*.mkv --headless --report r.jsonl"));
    ck_assert(holds("sed -n 4p r.jsonl | grep -q '\"state\":\"[nrc]'"));
}
END_TEST

int main(void)
{
    if (!desk_open(SCREEN_W, SCREEN_H))
        return SKIP;
    Suite *s = suite_create("takes");
    TCase *t = tcase_create("takes");
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, begun_ended_and_begun_again);
    tcase_add_test(t, one_press_does_not_end_it);
    tcase_add_test(t, the_surface_goes_along);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK); // the server is shared
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    desk_close();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
