// test_camera.c: numbering, choice of a mode, and loss and return, with a synthetic
// camera at true pace.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/log.h"
#include "capture/camera.h"
#include "capture/camera_choose.h"
#include "capture/camera_sequence.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

// Log lines, so that tests see what the user is told.
static char told[8192];

static void hear(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    (void)level;
    if (strlen(told) + strlen(line) + 2 < sizeof told)
        strcat(strcat(told, line), "\n");
}

static void setup(void)
{
    told[0] = '\0';
    rim_log_set_sink(hear, NULL);
}

#define MS INT64_C(1000000)

START_TEST(numbers_follow_the_driver)
{
    rim_sequence s;
    rim_sequence_init(&s, 10 * MS);
    ck_assert_uint_eq(rim_sequence_next(&s, 4294967294u, 0), 0);
    ck_assert_uint_eq(s.number, 0);
    ck_assert_uint_eq(rim_sequence_next(&s, 4294967295u, 10 * MS), 0);
    ck_assert_uint_eq(rim_sequence_next(&s, 0, 20 * MS), 0); // wraps
    ck_assert_uint_eq(rim_sequence_next(&s, 3, 50 * MS), 2);
    ck_assert_uint_eq(s.number, 5);
    ck_assert_uint_eq(s.lost, 2);
    // Late by most of an interval, but the count says that nothing was lost.
    ck_assert_uint_eq(rim_sequence_next(&s, 4, 68 * MS), 0);
    // A long gap that clock and count agree on.
    ck_assert_uint_eq(rim_sequence_next(&s, 304, 3068 * MS), 299);
}
END_TEST

START_TEST(numbers_without_a_count)
{
    rim_sequence s;
    rim_sequence_init(&s, 10 * MS);
    for (int i = 0; i < 5; i++)
        ck_assert_uint_eq(rim_sequence_next(&s, 0, i * 10 * MS), 0);
    ck_assert_uint_eq(rim_sequence_next(&s, 0, 70 * MS), 2);
    // v4l2loopback: 0 first, then the writer's own count.
    rim_sequence_init(&s, 10 * MS);
    ck_assert_uint_eq(rim_sequence_next(&s, 0, 0), 0);
    ck_assert_uint_eq(rim_sequence_next(&s, 57, 10 * MS), 0);
    ck_assert_uint_eq(rim_sequence_next(&s, 59, 30 * MS), 1);
    // A count that leaps where the clock does not.
    ck_assert_uint_eq(rim_sequence_next(&s, 70000, 40 * MS), 0);
}
END_TEST

START_TEST(numbers_go_on_after_a_restart)
{
    rim_sequence s;
    rim_sequence_init(&s, 10 * MS);
    for (uint32_t i = 0; i < 10; i++)
        (void)rim_sequence_next(&s, i, (int)i * 10 * MS);
    rim_sequence_restart(&s);
    ck_assert_uint_eq(rim_sequence_next(&s, 0, (90 + 500) * MS), 49);
    ck_assert_uint_eq(s.number, 9 + 50);
    ck_assert_uint_eq(rim_sequence_next(&s, 1, (90 + 510) * MS), 0);
    ck_assert_int_eq(s.interval_ns, 10 * MS); // the pause is no interval
}
END_TEST

START_TEST(interval_is_measured)
{
    rim_sequence s;
    rim_sequence_init(&s, 33 * MS); // promised
    for (uint32_t i = 0; i < 60; i++)
        ck_assert_uint_eq(rim_sequence_next(&s, i, (int64_t)i * 66 * MS), 0);
    ck_assert_int_ge(s.interval_ns, 65 * MS);
    ck_assert_int_le(s.interval_ns, 66 * MS);
}
END_TEST

static rim_camera_mode mode(const char *format, int width, int height, double fps)
{
    return (rim_camera_mode){rim_pixel_format_named(format), width, height, fps};
}

START_TEST(choice)
{
    const rim_camera_mode modes[] = {
        mode("YUYV", 1920, 1080, 60), mode("GREY", 1920, 1080, 60),
        mode("Y10", 1920, 1080, 30),  mode("Y12", 1280, 720, 60),
        mode("Y12", 1920, 1080, 30),  mode("Y16", 1920, 1080, 15),
        mode("MJPG", 1920, 1080, 60), mode("Y12", 2592, 1944, 30),
    };
    enum { COUNT = sizeof modes / sizeof *modes };
    const struct {
        rim_camera_options o;
        int want;
    } cases[] = {
        {{.use = RIM_CAMERA_NIR}, 4},             // deepest at 25/s: Y12, largest
        {{.use = RIM_CAMERA_NIR, .fps = 60}, 3},  // Y12 at 60/s only in 720p
        {{.use = RIM_CAMERA_NIR, .fps = 15}, 5},  // slow enough for Y16
        {{.use = RIM_CAMERA_NIR, .fps = 120}, 3}, // none holds it: fastest, deepest
        {{.use = RIM_CAMERA_NIR, .fps = 60, .width = 1920, .height = 1080}, 1},
        {{.use = RIM_CAMERA_NIR, .format = "y10"}, 2},
        {{.use = RIM_CAMERA_NIR, .format = "Y14"}, -1},
        {{.use = RIM_CAMERA_NIR, .width = 640, .height = 480}, -1},
        {{.use = RIM_CAMERA_NIR, .width = 2592, .height = 1944}, 7},
        {{.use = RIM_CAMERA_VISIBLE, .fps = 60}, 0},
        {{.use = RIM_CAMERA_INTERLEAVED, .fps = 60}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int got = rim_camera_choose(modes, COUNT, &cases[i].o);
        ck_assert_msg(got == cases[i].want, "case %zu: mode %d, not %d", i, got,
                      cases[i].want);
    }
    // Rates of NTSC hold the round number; an unknown rate is given a chance.
    const rim_camera_options o = {.fps = 30};
    const rim_camera_mode ntsc = mode("GREY", 640, 480, 29.97),
                          unknown = mode("GREY", 640, 480, 0);
    ck_assert(rim_camera_holds(&ntsc, &o) && rim_camera_holds(&unknown, &o));
    // Where nothing is asked for, not faster than 60/s.
    const rim_camera_options none = {0};
    const rim_camera_mode fast = mode("GREY", 640, 480, 240);
    ck_assert(rim_camera_rate(&fast, &none) == RIM_CAMERA_RATE_MOST);
}
END_TEST

static rim_camera *open_synth(const char *device, rim_camera_use use)
{
    const rim_camera_options o = {.device = device, .use = use};
    rim_camera *c = NULL;
    ck_assert_int_eq(rim_camera_open(&c, &o), RIM_OK);
    return c;
}

static rim_frame gray_for(const rim_camera *c)
{
    const rim_camera_info *i = rim_camera_get_info(c);
    rim_frame f = {
        .width = i->width, .height = i->height, .fmt = RIM_FMT_GRAY16, .bits = i->bits};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    return f;
}

// The next frame within a second, through all its steps.
static rim_err next(rim_camera *c, rim_frame *f, rim_camera_shot *shot)
{
    const rim_err err = rim_camera_acquire(c, shot, rim_clock_now_ns() + RIM_NS_PER_S);
    if (err)
        return err;
    const rim_err unpacked = rim_camera_unpack(c, f, shot);
    rim_camera_release(c, shot);
    return unpacked;
}

START_TEST(frames_come_at_pace)
{
    rim_camera *c = open_synth("synth:size=64x48,fps=200,format=Y12", RIM_CAMERA_NIR);
    ck_assert_int_eq(rim_camera_get_info(c)->bits, 12);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    int64_t last_ns = 0;
    unsigned first = 0;
    for (uint64_t i = 0; i < 40; i++) {
        ck_assert_int_eq(next(c, &f, &shot), RIM_OK);
        if (i == 0)
            first = *rim_frame_row16(&f, 0);
        ck_assert_uint_eq(*rim_frame_row16(&f, 0), (first + f.seq) % 8);
        ck_assert_int_ge(shot.acquired_ns, f.captured_ns);
        if (i > 0 && shot.lost == 0)
            ck_assert_int_eq((f.captured_ns - last_ns + 500000) / MS, 5);
        last_ns = f.captured_ns;
    }
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_STREAMING);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
    ck_assert_ptr_null(c);
}
END_TEST

START_TEST(gaps_and_damage_are_counted)
{
    rim_camera *c = open_synth("synth:size=64x48,fps=250,format=GREY,lose=5,damage=7",
                               RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    uint64_t lost = 0, damaged = 0, good = 0;
    for (int i = 0; i < 60; i++) {
        const rim_err err = next(c, &f, &shot);
        ck_assert(err == RIM_OK || err == RIM_ERR_DAMAGED);
        ck_assert_uint_ne(shot.driver_seq % 5, 4);
        ck_assert_int_eq(err == RIM_ERR_DAMAGED, shot.driver_seq % 7 == 6);
        lost += shot.lost;
        damaged += err == RIM_ERR_DAMAGED;
        good += err == RIM_OK;
        ck_assert_uint_eq(shot.seq + 1, lost + damaged + good);
    }
    const rim_camera_counts n = rim_camera_get_counts(c);
    ck_assert_uint_eq(n.lost, lost);
    ck_assert_uint_ge(lost, 60 / 5);
    ck_assert_uint_eq(n.damaged, damaged);
    ck_assert_uint_eq(n.frames, good);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(automatic_gain_is_told)
{
    for (int i = 0; i < 2; i++) {
        rim_camera *c = open_synth(i ? "synth:size=64x48,fps=200,automatic=1"
                                     : "synth:size=64x48,fps=200",
                                   RIM_CAMERA_NIR);
        rim_frame f = gray_for(c);
        rim_camera_shot shot;
        ck_assert_int_eq(next(c, &f, &shot), RIM_OK);
        ck_assert_int_eq(shot.automatic, i);
        rim_frame_uninit(&f);
        rim_camera_close(&c);
    }
}
END_TEST

START_TEST(slow_reader_sees_the_newest)
{
    rim_camera *c = open_synth("synth:size=64x48,fps=200,format=GREY", RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(next(c, &f, &shot), RIM_OK);
    rim_clock_sleep_until(rim_clock_now_ns() + 100 * MS);
    ck_assert_int_eq(next(c, &f, &shot), RIM_OK);
    ck_assert_uint_ge(shot.lost, 10);
    ck_assert_int_le(rim_clock_now_ns() - f.captured_ns, 40 * MS);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(frames_from_before_can_be_skipped)
{
    rim_camera *c = open_synth("synth:size=64x48,fps=50,format=GREY", RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    rim_clock_sleep_until(rim_clock_now_ns() + 200 * MS); // more than its buffers hold
    const int64_t ready_ns = rim_clock_now_ns();
    rim_camera_skip(c);
    ck_assert_int_eq(next(c, &f, &shot), RIM_OK);
    ck_assert_int_gt(f.captured_ns, ready_ns);
    ck_assert_uint_eq(f.seq, 0);
    ck_assert_uint_eq(rim_camera_get_counts(c).lost, 0);
    ck_assert_uint_eq(rim_camera_get_counts(c).frames, 1);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

// Who took long to set up the rest does not restart a camera that was not listened to.
START_TEST(a_long_start_is_not_silence)
{
    rim_camera *c = open_synth("synth:size=64x48,fps=1,format=GREY", RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    rim_clock_sleep_until(rim_clock_now_ns() + 5100 * MS);
    rim_camera_skip(c);
    while (rim_camera_acquire(c, &shot, rim_clock_now_ns() + 20 * MS) != RIM_OK)
        ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_STREAMING);
    rim_camera_release(c, &shot);
    ck_assert_uint_eq(rim_camera_get_counts(c).interruptions, 0);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

// Until a frame comes, at most two seconds; the states that were seen, as bits.
static unsigned wait_back(rim_camera *c, rim_frame *f, rim_camera_shot *shot)
{
    const int64_t until_ns = rim_clock_now_ns() + 2 * RIM_NS_PER_S;
    unsigned states = 0;
    while (rim_clock_now_ns() < until_ns) {
        const rim_err err = rim_camera_acquire(c, shot, rim_clock_now_ns() + 20 * MS);
        states |= 1u << rim_camera_get_state(c);
        if (err == RIM_OK) {
            ck_assert_int_eq(rim_camera_unpack(c, f, shot), RIM_OK);
            rim_camera_release(c, shot);
            return states;
        }
    }
    return states;
}

START_TEST(unplugged_and_back)
{
    rim_camera *c =
        open_synth("synth:size=64x48,fps=100,format=Y12,gone_after=30,gone_ms=400",
                   RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    uint64_t last = 0;
    rim_err err;
    while ((err = next(c, &f, &shot)) == RIM_OK)
        last = shot.seq;
    ck_assert_int_eq(err, RIM_ERR_TIMEOUT);
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_GONE);
    ck_assert_str_eq(rim_camera_state_text(RIM_CAMERA_GONE), "CAMERA UNPLUGGED");
    const unsigned states = wait_back(c, &f, &shot);
    ck_assert(states & 1u << RIM_CAMERA_STREAMING);
    // The gap is as long as the time that passed: 400 ms at 100/s, and the retry.
    ck_assert_uint_ge(shot.seq - last, 40);
    ck_assert_uint_le(shot.seq - last, 120);
    ck_assert_uint_eq(shot.lost, shot.seq - last - 1);
    ck_assert_uint_eq(rim_camera_get_counts(c).interruptions, 1);
    ck_assert_int_eq(next(c, &f, &shot), RIM_OK);
    ck_assert_ptr_nonnull(strstr(told, "was unplugged"));
    ck_assert_ptr_nonnull(strstr(told, "frames again after"));
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(failed_transfers_start_anew)
{
    rim_camera *c =
        open_synth("synth:size=64x48,fps=100,format=Y12,fail_after=30", RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    while (next(c, &f, &shot) == RIM_OK)
        ;
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_FAILED);
    ck_assert(wait_back(c, &f, &shot) & 1u << RIM_CAMERA_STREAMING);
    ck_assert_ptr_nonnull(strstr(told, "transfer failed"));
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(back_with_another_size_is_refused)
{
    rim_camera *c = open_synth("synth:size=64x48,fps=100,format=Y12,gone_after=30,"
                               "gone_ms=50,back_size=32x24",
                               RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    while (next(c, &f, &shot) == RIM_OK)
        ;
    const unsigned states = wait_back(c, &f, &shot);
    ck_assert(!(states & 1u << RIM_CAMERA_STREAMING));
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_CHANGED);
    ck_assert_ptr_nonnull(strstr(told, "offers Y12 32x24 only"));
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(silence_is_a_stall)
{
    rim_camera *c =
        open_synth("synth:size=64x48,fps=100,format=Y12,frames=20", RIM_CAMERA_NIR);
    rim_frame f = gray_for(c);
    rim_camera_shot shot;
    while (next(c, &f, &shot) == RIM_OK)
        ;
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_STALLED);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(mistakes_are_named)
{
    static const struct {
        rim_camera_options o;
        rim_err want;
        const char *says;
    } cases[] = {
        {{.device = "synth:size=banana"}, RIM_ERR_ARG, "\"size\""},
        {{.device = "synth:colour=blue"}, RIM_ERR_ARG, "\"colour\""},
        {{.device = "synth:format=H264"}, RIM_ERR_ARG, "\"format\""},
        {{.device = "synth", .format = "H264"}, RIM_ERR_ARG, "no pixel format H264"},
        {{.device = "synth", .format = "GREY"}, RIM_ERR_FORMAT, "offers Y12"},
        {{.device = "synth:format=GREY", .bits = 12}, RIM_ERR_ARG, "leave out --bits"},
        {{.device = "synth", .bits = 17}, RIM_ERR_ARG, ""},
        {{.device = "synth", .width = 100}, RIM_ERR_ARG, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rim_camera *c = NULL;
        told[0] = '\0';
        const rim_err err = rim_camera_open(&c, &cases[i].o);
        ck_assert_msg(err == cases[i].want && strstr(told, cases[i].says),
                      "case %zu: %s, told: %s", i, rim_err_str(err), told);
        ck_assert_ptr_null(c);
    }
}
END_TEST

START_TEST(bits_are_told_from_samples)
{
    // Y16 whose samples use 16 bits; GREY that has no container to tell of.
    rim_camera *c =
        open_synth("synth:size=64x48,fps=250,format=Y16,light=visible", RIM_CAMERA_NIR);
    ck_assert_int_eq(rim_camera_get_info(c)->bits, 16);
    rim_camera_close(&c);
    const rim_camera_options o = {
        .device = "synth:size=64x48,fps=250,format=Y16,light=visible",
        .bits = 12,
        .justify = RIM_JUSTIFY_LEFT};
    ck_assert_int_eq(rim_camera_open(&c, &o), RIM_OK);
    ck_assert_int_eq(rim_camera_get_info(c)->bits, 12);
    rim_camera_close(&c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("camera");
    TCase *t = tcase_create("camera");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 30);
    suite_add_tcase(s, t);
    tcase_add_test(t, numbers_follow_the_driver);
    tcase_add_test(t, numbers_without_a_count);
    tcase_add_test(t, numbers_go_on_after_a_restart);
    tcase_add_test(t, interval_is_measured);
    tcase_add_test(t, choice);
    tcase_add_test(t, frames_come_at_pace);
    tcase_add_test(t, gaps_and_damage_are_counted);
    tcase_add_test(t, automatic_gain_is_told);
    tcase_add_test(t, slow_reader_sees_the_newest);
    tcase_add_test(t, frames_from_before_can_be_skipped);
    tcase_add_test(t, a_long_start_is_not_silence);
    tcase_add_test(t, unplugged_and_back);
    tcase_add_test(t, failed_transfers_start_anew);
    tcase_add_test(t, back_with_another_size_is_refused);
    tcase_add_test(t, silence_is_a_stall);
    tcase_add_test(t, mistakes_are_named);
    tcase_add_test(t, bits_are_told_from_samples);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
