// test_survival.c: what the window must outlive: no display, a display that goes away,
// a storm of sizes, a held key, small and huge frames, a visible stream of another size
// and rate; and that the report does not depend on what hands do.
// SPDX-License-Identifier: MIT
#include "desk.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCREEN_W = 800, SCREEN_H = 600, SKIP = 77 };

static void shell(const char *what)
{
    char line[512];
    snprintf(line, sizeof line, "cd %s && %s", desk_folder(), what);
    ck_assert_msg(system(line) == 0, "%s", line); // NOLINT(concurrency-mt-unsafe)
}

static void pause_ms(int ms)
{
    rim_clock_sleep_until(rim_clock_now_ns() + ms * RIM_NS_PER_MS);
}

// Seeks, steps, zooms and views change nothing in the report.
START_TEST(the_report_does_not_see_the_window)
{
    ck_assert_int_eq(desk_run("replay small --headless --report plain.jsonl"), 0);
    const pid_t pid = desk_start("replay small --report seen.jsonl");
    desk_do("key space key comma key comma key Home key 2 key period key 6 "
            "mousemove 400 300 click 4 click 4 key Left key 1 key End");
    desk_settle(1000);
    desk_do("key Home key space");
    pause_ms(300);
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
    shell("cmp plain.jsonl seen.jsonl");
}
END_TEST

START_TEST(a_thousand_sizes)
{
    const pid_t pid = desk_start("replay small");
    ck_assert(desk_wait_lit(300, 160, 300 * 160 / 2)); // it stands where it will
    shell("id=$(xdotool search --onlyvisible --name small | tail -1);"
          "{ for i in $(seq 1000); do"
          " echo windowsize $id $((160 + i * 97 % 600)) $((120 + i * 61 % 450));"
          "done; echo windowsize $id 400 300; echo windowmove $id 200 150; } |"
          "xdotool -");
    desk_settle(800);
    ck_assert(desk_is_running(pid));
    ck_assert(desk_wait_lit(400, 220, 400 * 220 * 3 / 4));
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

START_TEST(held_keys)
{
    const pid_t pid = desk_start("replay small");
    desk_do("key End");
    desk_settle(600);
    desk_do("keydown comma");
    pause_ms(1500); // steps back, over and over
    desk_do("keyup comma keydown w");
    pause_ms(300);
    desk_do("keyup w keydown bracketright");
    pause_ms(800);
    desk_do("keyup bracketright keydown Right");
    pause_ms(1000);
    desk_do("keyup Right key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

// Not shown while it is not to be seen, and there again afterwards.
START_TEST(hidden_and_shown_again)
{
    const pid_t pid = desk_start("replay small");
    desk_do("search --onlyvisible --name small windowunmap");
    pause_ms(500);
    ck_assert(desk_is_dark(400, 220));
    desk_do("search --name small windowmap");
    desk_settle(600);
    ck_assert(desk_wait_lit(300, 160, 300 * 160 / 2));
    desk_do("search --onlyvisible --name small windowfocus");
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

// No window manager runs here.
START_TEST(full_screen_and_back)
{
    const pid_t pid = desk_start("replay small");
    ck_assert(desk_wait_lit(300, 160, 300 * 160 / 2));
    desk_do("key f");
    ck_assert(desk_wait_lit(SCREEN_W, 440, SCREEN_W * 440 * 9 / 10));
    desk_do("key Escape");
    for (int i = 0; i < 100 && desk_pixel(20, 300) != 0; i++)
        pause_ms(50);
    ck_assert_uint_eq(desk_pixel(20, 300), 0);
    ck_assert(desk_wait_lit(300, 160, 300 * 160 / 2));
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

START_TEST(small_frames_and_huge_ones)
{
    static const char *const args[] = {"live --nir synth:size=640x480,fps=30",
                                       "live --nir synth:size=3840x2160,fps=4"};
    for (int i = 0; i < 2; i++) {
        const pid_t pid = desk_start(args[i]);
        ck_assert(desk_wait_lit(500, 300, 500 * 300 / 2));
        desk_do("mousemove 400 300 click 4 key 6 key 1 key q");
        ck_assert_int_eq(desk_wait(pid), 0);
    }
}
END_TEST

START_TEST(a_visible_stream_of_another_size_and_rate)
{
    const pid_t pid = desk_start("live --nir synth:size=320x240,fps=30 --visible "
                                 "synth:size=640x360,fps=12 --seconds 4");
    ck_assert(desk_wait_lit(500, 280, 500 * 280 / 4));
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

START_TEST(without_a_display)
{
    shell("! env -u WAYLAND_DISPLAY DISPLAY=:98765 " RIM_PROGRAM
          " replay small 2>none.log && grep -q -- --headless none.log");
}
END_TEST

// The last test: the server is gone after it.
START_TEST(the_display_goes_away)
{
    const pid_t replay = desk_start("replay small --report lost.jsonl");
    const pid_t live = desk_start("live --nir synth:size=320x240,fps=20 --seconds 5 "
                                  "--report live.jsonl");
    desk_do("search --onlyvisible --name small windowfocus");
    pause_ms(800);
    desk_kill_display();
    ck_assert_int_eq(desk_wait(replay), 0);
    ck_assert_int_eq(desk_wait(live), 0);
    // Every frame was processed all the same.
    shell("cmp plain.jsonl lost.jsonl && test $(wc -l <live.jsonl) -gt 50");
}
END_TEST

int main(void)
{
    if (!desk_open(SCREEN_W, SCREEN_H))
        return SKIP;
    if (desk_run("phantom --size 320x180 --frames 60 --seed 7 --lesions 2 --mm-per-px "
                 "0.3 --out small")) {
        puts("the recording could not be made");
        return EXIT_FAILURE;
    }
    Suite *s = suite_create("survival");
    TCase *t = tcase_create("survival");
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, without_a_display);
    tcase_add_test(t, the_report_does_not_see_the_window);
    tcase_add_test(t, a_thousand_sizes);
    tcase_add_test(t, held_keys);
    tcase_add_test(t, hidden_and_shown_again);
    tcase_add_test(t, full_screen_and_back);
    tcase_add_test(t, small_frames_and_huge_ones);
    tcase_add_test(t, a_visible_stream_of_another_size_and_rate);
    tcase_add_test(t, the_display_goes_away);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK); // the server and the recordings are shared
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    desk_close();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
