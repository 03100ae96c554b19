// test_calib_bump.c: the live check of the registration: alarm after a bump, none
// without, and silence where there is nothing to go by.
// SPDX-License-Identifier: MIT
#include "calib/live_check.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 480, HEIGHT = 360, LOOKS = 12 };

static rim_frame g_nir, g_visible;
static rim_calib g_calib;
static bool g_round; // a round field, dark around, the same in both pictures
static rim_live_check *g_check;

static uint32_t hash(uint32_t v)
{
    v = (v ^ (v >> 16)) * 0x7feb352dU;
    v = (v ^ (v >> 15)) * 0x846ca68bU;
    return v ^ (v >> 16);
}

// Smooth noise, 0..255: blobs of 24 px.
static int blobs(int x, int y, uint32_t seed)
{
    const int i = x >= 0 ? x / 24 : -1, j = y >= 0 ? y / 24 : -1;
    const int fx = x - 24 * i, fy = y - 24 * j;
    int v[4];
    for (int k = 0; k < 4; k++)
        v[k] = (int)(hash(seed * 7919U +
                          (uint32_t)((j + k / 2 + 9) * 4096 + i + k % 2 + 9)) >>
                     24);
    const int a = v[0] * (24 - fx) + v[1] * fx, b = v[2] * (24 - fx) + v[3] * fx;
    return (a * (24 - fy) + b * fy) / (24 * 24);
}

// Things that both cameras see, light in one and dark in the other; and glow that only
// NIR sees. dx, dy: by which the visible picture lies beside.
static void take(int frame, int dx, int dy, bool edges)
{
    for (int y = 0; y < HEIGHT; y++) {
        uint16_t *nir = rim_frame_row16(&g_nir, y);
        uint8_t *v = rim_frame_row8(&g_visible, y);
        for (int x = 0; x < WIDTH; x++, v += 4) {
            const bool here = edges && blobs(x, y, 1) > 150;
            const bool there = edges && blobs(x - dx, y - dy, 1) > 150;
            const int glow = blobs(x + frame / 3, y, 2) > 170 ? 400 : 0;
            const int at = frame * WIDTH * HEIGHT + y * WIDTH + x;
            const int noise = (int)(hash((uint32_t)at) & 0xffff);
            nir[x] = (uint16_t)(64 + (here ? 260 : 400) + glow + (noise & 63));
            v[0] = v[1] = v[2] = (uint8_t)((there ? 140 : 90) + (noise >> 8 & 15));
            v[3] = 255;
            const int rx = x - WIDTH / 2, ry = y - HEIGHT / 2;
            if (!g_round || rx * rx + ry * ry < 170 * 170)
                continue;
            nir[x] = (uint16_t)(64 + (noise & 15));
            v[0] = v[1] = v[2] = (uint8_t)(4 + (noise >> 12 & 7));
        }
    }
}

static rim_quality run(int first, int looks, int dx, int dy, bool edges)
{
    rim_quality q = {0};
    for (int i = 0; i < looks * RIM_LIVE_CHECK_EVERY; i++) {
        if (i % RIM_LIVE_CHECK_EVERY == 0) // only then the pictures are looked at
            take(first + i, dx, dy, edges);
        q = (rim_quality){0};
        rim_live_check_frame(g_check, &q, &g_nir, &g_visible);
    }
    return q;
}

static void setup(void)
{
    g_nir = (rim_frame){
        .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 12};
    g_visible =
        (rim_frame){.width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_BGRX8, .bits = 8};
    g_calib = (rim_calib){.width = WIDTH,
                          .height = HEIGHT,
                          .bits = 12,
                          .has_register = true,
                          .nir_to_visible = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                          .visible_width = WIDTH,
                          .visible_height = HEIGHT,
                          .register_rms_px = 0.2,
                          .register_parallax_px_per_mm = (double)NAN};
    const rim_live_check_options o = {WIDTH, HEIGHT, 12, 64, WIDTH, HEIGHT};
    ck_assert_int_eq(rim_frame_init(&g_nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&g_visible), RIM_OK);
    ck_assert_int_eq(rim_live_check_create(&g_check, &g_calib, &o), RIM_OK);
}

static void teardown(void)
{
    rim_live_check_destroy(&g_check);
    rim_frame_uninit(&g_nir);
    rim_frame_uninit(&g_visible);
}

START_TEST(pictures_that_fit_give_no_alarm)
{
    const rim_quality q = run(0, LOOKS, 0, 0, true);
    ck_assert_double_lt(q.calibration.shift_px, 0.8);
    ck_assert(!q.calibration.bumped);
    ck_assert_uint_eq(q.why, 0);
}
END_TEST

START_TEST(a_bump_is_measured)
{
    static const int by[][2] = {{9, 0}, {-6, 14}, {20, -17}, {0, -20}};
    (void)run(0, LOOKS, 0, 0, true);
    const rim_quality q = run(100, 2 * LOOKS, by[_i][0], by[_i][1], true);
    ck_assert(q.calibration.bumped);
    ck_assert_uint_eq(q.why, RIM_WHY_REGISTRATION);
    ck_assert_double_eq_tol(q.calibration.shift_px, hypot(by[_i][0], by[_i][1]), 1);
    // Put right, the alarm ends.
    ck_assert(!run(400, 3 * LOOKS, 0, 0, true).calibration.bumped);
}
END_TEST

// Its rim is an edge in both pictures that no bump moves.
START_TEST(rim_of_a_round_field_does_not_count)
{
    g_round = true;
    (void)run(0, LOOKS, 0, 0, true);
    const rim_quality q = run(100, 2 * LOOKS, -6, 14, true);
    ck_assert(q.calibration.bumped);
    ck_assert_double_eq_tol(q.calibration.shift_px, hypot(6, 14), 1);
    ck_assert_double_nan(run(400, 6 * LOOKS, 0, 0, false).calibration.shift_px);
    g_round = false;
}
END_TEST

START_TEST(without_edges_nothing_is_said)
{
    rim_quality q = run(0, LOOKS, 0, 0, false);
    ck_assert_double_nan(q.calibration.shift_px);
    ck_assert(!q.calibration.bumped);
    // Nor without a visible picture.
    rim_live_check_frame(g_check, &q, &g_nir, NULL);
    ck_assert(!q.calibration.bumped);
}
END_TEST

START_TEST(what_two_cameras_may_part_by)
{
    ck_assert_double_eq_tol(rim_live_check_limit_px(&g_calib), 0.004 * WIDTH, 1e-9);
    g_calib.register_rms_px = 2;
    ck_assert_double_eq_tol(rim_live_check_limit_px(&g_calib), 6, 1e-9);
    g_calib.register_parallax_px_per_mm = 0.5;
    ck_assert_double_eq_tol(rim_live_check_limit_px(&g_calib), 10, 1e-9);
}
END_TEST

// A spot of mirrored white light that NIR shows to a third.
static void add_highlights(double leaked)
{
    for (int k = 0; k < 12; k++)
        for (int y = 100 + 5 * k; y < 106 + 5 * k; y++)
            for (int x = 32 * k + 60; x < 32 * k + 66; x++) {
                memset(rim_frame_row8(&g_visible, y) + 4 * (ptrdiff_t)x, 255, 4);
                rim_frame_row16(&g_nir, y)[x] =
                    (uint16_t)(64 + 432 / (1 - leaked)); // of ordinary light 432
            }
}

START_TEST(highlights_tell_of_leaked_light)
{
    static const double leaked[] = {0, 0.33, 0.6};
    rim_quality q = {0};
    for (int i = 0; i < 12 * RIM_LIVE_CHECK_EVERY; i++) {
        if (i % RIM_LIVE_CHECK_EVERY == 0) {
            take(i, 0, 0, false);
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < WIDTH; x++)
                    rim_frame_row16(&g_nir, y)[x] = 64 + 432;
            add_highlights(leaked[_i]);
        }
        q = (rim_quality){0};
        rim_live_check_frame(g_check, &q, &g_nir, &g_visible);
    }
    ck_assert_int_eq(q.leakage_from, RIM_LEAKAGE_HIGHLIGHTS);
    ck_assert_double_eq_tol(q.leakage, leaked[_i], 0.03);
}
END_TEST

START_TEST(known_leakage_is_a_part_of_the_light)
{
    rim_live_check_destroy(&g_check);
    g_calib.leakage = (rim_frame){
        .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 16};
    ck_assert_int_eq(rim_frame_init(&g_calib.leakage), RIM_OK);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            rim_frame_row16(&g_calib.leakage, y)[x] = 16 * 50;
            rim_frame_row16(&g_nir, y)[x] = 64 + 200;
        }
    const rim_live_check_options o = {WIDTH, HEIGHT, 12, 64, WIDTH, HEIGHT};
    ck_assert_int_eq(rim_live_check_create(&g_check, &g_calib, &o), RIM_OK);
    rim_quality q = {0};
    rim_live_check_frame(g_check, &q, &g_nir, &g_visible);
    ck_assert_int_eq(q.leakage_from, RIM_LEAKAGE_SUBTRACTED);
    ck_assert_double_eq_tol(q.leakage, 0.25, 0.01);
    // Taken off with the dark.
    ck_assert_int_eq(rim_calib_subtract_leakage(&g_calib, 64), RIM_OK);
    ck_assert_int_eq(rim_frame_row16(&g_calib.dark, 5)[7], 16 * (64 + 50));
    rim_frame_uninit(&g_calib.dark);
    rim_frame_uninit(&g_calib.leakage);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("calib bump");
    TCase *t = tcase_create("calib bump");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pictures_that_fit_give_no_alarm);
    tcase_add_loop_test(t, a_bump_is_measured, 0, 4);
    tcase_add_test(t, rim_of_a_round_field_does_not_count);
    tcase_add_test(t, without_edges_nothing_is_said);
    tcase_add_test(t, what_two_cameras_may_part_by);
    tcase_add_loop_test(t, highlights_tell_of_leaked_light, 0, 3);
    tcase_add_test(t, known_leakage_is_a_part_of_the_light);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
