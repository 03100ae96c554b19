// test_window.c: render/window.h under a virtual X server, with real keys and clicks.
// SPDX-License-Identifier: MIT
#include "desk.h"

#include "base/clock.h"
#include "base/log.h"
#include "render/window.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SCREEN_W = 800, SCREEN_H = 600, SKIP = 77 };

// Drivers that SDL loads leave memory behind and are unloaded, so that the leak checker
// cannot be told their names. Asked for by the address sanitizer where there is one.
const char *__asan_default_options(void); // NOLINT(bugprone-reserved-identifier)
const char *__asan_default_options(void)  // NOLINT(bugprone-reserved-identifier)
{
    return "detect_leaks=0";
}

// Four quarters: red, green, blue, white.
static void init_picture(rim_frame *f, int width, int height)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const int right = x >= width / 2, low = y >= height / 2;
            uint8_t *p = rim_frame_row8(f, y) + 4L * x;
            p[0] = low ? 255 : 0;
            p[1] = right ? 255 : 0;
            p[2] = right == low ? 255 : 0;
            p[3] = 255;
        }
    }
}

// Shows the picture until the screen has this colour there.
static void wait_for_pixel(rim_window *w, const rim_frame *f, int x, int y,
                           unsigned color)
{
    const int64_t until = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    rim_event e;
    while (desk_pixel(x, y) != color && rim_clock_now_ns() < until) {
        while (rim_window_poll(w, &e)) {
        }
        rim_window_show(w, f);
        rim_clock_sleep_until(rim_clock_now_ns() + 10 * RIM_NS_PER_MS);
    }
    ck_assert_uint_eq(desk_pixel(x, y), color);
}

// The next event but those that come by themselves, with the focus or the pointer.
static rim_event wait_for_event(rim_window *w)
{
    const int64_t until = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    rim_event e = {0};
    while (rim_clock_now_ns() < until) {
        if (rim_window_poll(w, &e) && e.action != RIM_ACTION_WHITE_FREE &&
            e.action != RIM_ACTION_RESIZED && e.action != RIM_ACTION_HOVER &&
            e.action != RIM_ACTION_LEAVE && e.action != RIM_ACTION_RELEASE)
            return e;
        rim_clock_sleep_until(rim_clock_now_ns() + 5 * RIM_NS_PER_MS);
    }
    ck_abort_msg("no event came");
    return e;
}

static void settle(rim_window *w)
{
    const int64_t until = rim_clock_now_ns() + 600 * RIM_NS_PER_MS;
    rim_event e;
    while (rim_clock_now_ns() < until) {
        rim_window_poll(w, &e);
        rim_clock_sleep_until(rim_clock_now_ns() + 5 * RIM_NS_PER_MS);
    }
}

static rim_window *open_window(const rim_frame *f)
{
    rim_window *w = NULL;
    ck_assert_int_eq(rim_window_create(&w, "rimlight test", f->width, f->height, 0, 0),
                     RIM_OK);
    rim_window_show(w, f);
    return w;
}

START_TEST(shows_the_picture_pixel_by_pixel)
{
    rim_frame f;
    init_picture(&f, 400, 300);
    rim_window *w = open_window(&f);
    // 400x300 in the middle of 800x600.
    wait_for_pixel(w, &f, 210, 160, 0xff0000);
    wait_for_pixel(w, &f, 590, 160, 0x00ff00);
    wait_for_pixel(w, &f, 210, 440, 0x0000ff);
    wait_for_pixel(w, &f, 590, 440, 0xffffff);
    rim_window_destroy(&w);
    ck_assert_ptr_null(w);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(a_large_picture_keeps_its_shape)
{
    rim_frame f;
    init_picture(&f, 3840, 2160);
    rim_window *w = open_window(&f);
    // 760x427 fits: quarters meet in the middle, the desktop shows above and below.
    wait_for_pixel(w, &f, 380, 290, 0xff0000);
    wait_for_pixel(w, &f, 420, 310, 0xffffff);
    // A window with another shape: 800x450 of it are picture, the rest is black.
    desk_do("search --name 'rimlight test' windowsize 800 600 windowmove 0 0");
    wait_for_pixel(w, &f, 10, 100, 0xff0000);
    wait_for_pixel(w, &f, 790, 500, 0xffffff);
    wait_for_pixel(w, &f, 400, 40, 0x000000);
    wait_for_pixel(w, &f, 400, 560, 0x000000);
    rim_window_destroy(&w);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(keys_say_what_they_mean)
{
    static const struct {
        const char *key;
        rim_action action;
        int amount;
    } cases[] = {
        {"key space", RIM_ACTION_PAUSE, 0},
        {"key period", RIM_ACTION_STEP, 1},
        {"key comma", RIM_ACTION_STEP, -1},
        {"key Right", RIM_ACTION_SEEK, 5},
        {"key Home", RIM_ACTION_SEEK_ENDS, -1},
        {"key minus", RIM_ACTION_SPEED, -1},
        {"key s", RIM_ACTION_SNAPSHOT, 0},
        {"key v", RIM_ACTION_VIEW_NEXT, 0},
        {"key question", RIM_ACTION_HELP, 0},
        {"key Return", RIM_ACTION_POINTS_END, 0},
        {"key BackSpace", RIM_ACTION_POINT_UNDO, 0},
        {"key c", RIM_ACTION_CLEAR, 0},
        {"key q", RIM_ACTION_QUIT, 0},
    };
    rim_frame f;
    init_picture(&f, 400, 300);
    rim_window *w = open_window(&f);
    wait_for_pixel(w, &f, 210, 160, 0xff0000);
    desk_do("mousemove 300 250");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk_do(cases[i].key);
        const rim_event e = wait_for_event(w);
        ck_assert_int_eq(e.action, cases[i].action);
        ck_assert_int_eq(e.amount, cases[i].amount);
    }
    desk_do("key 6");
    ck_assert_int_eq(wait_for_event(w).view, RIM_VIEW_SIDE_BY_SIDE);
    desk_do("keydown w");
    ck_assert_int_eq(wait_for_event(w).action, RIM_ACTION_WHITE_HOLD);
    desk_do("keyup w");
    rim_event e = {0};
    for (int i = 0; i < 400 && e.action != RIM_ACTION_WHITE_FREE; i++)
        if (!rim_window_poll(w, &e))
            rim_clock_sleep_until(rim_clock_now_ns() + 5 * RIM_NS_PER_MS);
    ck_assert_int_eq(e.action, RIM_ACTION_WHITE_FREE);
    rim_window_destroy(&w);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(clicks_are_places_of_the_picture)
{
    rim_frame f;
    init_picture(&f, 1600, 1200); // shown at 720x540 from (40, 30) on
    rim_window *w = open_window(&f);
    wait_for_pixel(w, &f, 100, 100, 0xff0000);
    // A click at once after the focus came is taken for the one that brought it.
    settle(w);
    desk_do("mousemove 400 300 click 1");
    rim_event e = wait_for_event(w);
    ck_assert_int_eq(e.action, RIM_ACTION_PRESS);
    ck_assert_double_eq_tol(e.at.x, 0.5, 0.002);
    ck_assert_double_eq_tol(e.at.y, 0.5, 0.002);
    desk_do("mousemove 41 31 click 1");
    e = wait_for_event(w);
    ck_assert_double_eq_tol(e.at.x, 0.002, 0.002);
    ck_assert_double_eq_tol(e.at.y, 0.002, 0.002);
    desk_do("click 3");
    ck_assert_int_eq(wait_for_event(w).action, RIM_ACTION_REGION_PRESS);
    desk_do("click 4");
    e = wait_for_event(w);
    ck_assert_int_eq(e.action, RIM_ACTION_ZOOM);
    ck_assert_int_eq(e.amount, 1);
    desk_do("mousemove 400 300 mousedown 1 mousemove 436 300");
    ck_assert_int_eq(wait_for_event(w).action, RIM_ACTION_PRESS);
    e = wait_for_event(w);
    ck_assert_int_eq(e.action, RIM_ACTION_DRAG);
    ck_assert_double_eq_tol(e.at.x, 0.55, 0.002);
    desk_do("mouseup 1");
    rim_window_destroy(&w);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(survives_a_storm_of_sizes)
{
    rim_frame f;
    init_picture(&f, 640, 480);
    rim_window *w = open_window(&f);
    wait_for_pixel(w, &f, 90, 70, 0xff0000);
    pid_t storm = fork();
    if (storm == 0) {
        execlp(
            "sh", "sh", "-c",
            "id=$(xdotool search --name 'rimlight test' | tail -1);"
            "for i in $(seq 60); do"
            " xdotool windowsize $id $((160 + i * 97 % 600)) $((120 + i * 61 % 450));"
            "done; xdotool windowsize $id 320 240; xdotool windowmove $id 0 0",
            (char *)NULL);
        _exit(1);
    }
    rim_event e;
    int status = 0;
    while (waitpid(storm, &status, WNOHANG) == 0) {
        while (rim_window_poll(w, &e)) {
        }
        rim_window_show(w, &f);
    }
    ck_assert_int_eq(status, 0);
    wait_for_pixel(w, &f, 4, 4, 0xff0000);
    wait_for_pixel(w, &f, 315, 235, 0xffffff);
    rim_window_destroy(&w);
    rim_frame_uninit(&f);
}
END_TEST

static void remember(void *ctx, rim_log_level level, const char *line)
{
    (void)level;
    snprintf(ctx, 256, "%s", line);
}

START_TEST(without_a_display_it_says_headless)
{
    char line[256] = "";
    rim_window *w = NULL;
    setenv("DISPLAY", ":98765", 1); // NOLINT(concurrency-mt-unsafe)
    rim_log_set_sink(remember, line);
    ck_assert_int_eq(rim_window_create(&w, "none", 64, 48, 0, 0), RIM_ERR_UNSUPPORTED);
    rim_log_set_sink(NULL, NULL);
    ck_assert_ptr_null(w);
    ck_assert_ptr_nonnull(strstr(line, "--headless"));
}
END_TEST

int main(void)
{
    if (!desk_open(SCREEN_W, SCREEN_H))
        return SKIP;
    Suite *s = suite_create("window");
    TCase *t = tcase_create("window");
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, shows_the_picture_pixel_by_pixel);
    tcase_add_test(t, a_large_picture_keeps_its_shape);
    tcase_add_test(t, keys_say_what_they_mean);
    tcase_add_test(t, clicks_are_places_of_the_picture);
    tcase_add_test(t, survives_a_storm_of_sizes);
    tcase_add_test(t, without_a_display_it_says_headless);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    desk_close();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
