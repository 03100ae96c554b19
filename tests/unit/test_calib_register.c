// test_calib_register.c: the way from the NIR to the visible picture, against virtual
// cameras of known geometry.
// SPDX-License-Identifier: MIT
#include "calib/cv_bridge.h"
#include "calib/register.h"
#include "calib_fixture.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEWS = 12, STEREO = 0, SAME_PATH = 1 };

static const rim_board chessboard = {RIM_BOARD_CHESSBOARD, 9, 6, 3, 0};

static rim_target_camera g_nir, g_visible[2];
static rim_target *g_nir_target, *g_visible_target[2];
// Pairs of views, taken once for all tests.
static rim_view *g_shot[2][2];
static int g_shots[2];
// This test's copy: NIR, visible.
static int g_kind;
static rim_view *g_view[2];
static const rim_view *g_list[2][VIEWS];

static rim_seen shoot(rim_view *view, rim_target *t, const rim_target_camera *c,
                      const rim_target_plane *plane, double level, int index)
{
    rim_frame f = fixture_frame(c);
    rim_target_aim(t, plane);
    rim_target_shoot(t, &f, level, (uint64_t)index, true);
    rim_seen seen;
    ck_assert_int_eq(rim_cv_find_board(view, &seen, &f, &chessboard), RIM_OK);
    (void)snprintf(view->name, sizeof view->name, "view %d", index);
    rim_frame_uninit(&f);
    return seen;
}

static void take_once(void)
{
    g_nir = fixture_nir();
    g_nir.hot_per_mpx = 0; // a board is taken after bad pixels are repaired
    g_visible[STEREO] = fixture_visible();
    g_visible[SAME_PATH] = fixture_visible_same_path();
    g_nir_target = fixture_create(&g_nir);
    for (int kind = 0; kind < 2; kind++) {
        g_visible_target[kind] = fixture_create(&g_visible[kind]);
        for (int i = 0; i < 2; i++)
            g_shot[kind][i] = calloc(VIEWS, sizeof(rim_view));
    }
    for (int i = 0; i < VIEWS; i++) {
        const rim_target_plane p = fixture_board(&chessboard, i);
        rim_view nir;
        if (shoot(&nir, g_nir_target, &g_nir, &p, 0.5, i) != RIM_SEEN_BOARD)
            continue;
        for (int kind = 0; kind < 2; kind++) {
            const int n = g_shots[kind];
            if (shoot(&g_shot[kind][1][n], g_visible_target[kind], &g_visible[kind], &p,
                      0.6, i) != RIM_SEEN_BOARD)
                continue;
            g_shot[kind][0][n] = nir;
            g_shots[kind]++;
        }
    }
    for (int i = 0; i < 2; i++)
        g_view[i] = calloc(VIEWS, sizeof(rim_view));
}

static void drop(void)
{
    rim_target_destroy(&g_nir_target);
    for (int kind = 0; kind < 2; kind++) {
        rim_target_destroy(&g_visible_target[kind]);
        free(g_view[kind]);
        for (int i = 0; i < 2; i++)
            free(g_shot[kind][i]);
    }
    fixture_drop_textures();
}

static void setup(void)
{
    logged_start();
}

static void teardown(void)
{
    rim_log_set_sink(NULL, NULL);
}

static int take_pairs(int kind)
{
    g_kind = kind;
    for (int side = 0; side < 2; side++) {
        memcpy(g_view[side], g_shot[kind][side], VIEWS * sizeof(rim_view));
        for (int i = 0; i < VIEWS; i++)
            g_list[side][i] = &g_view[side][i];
    }
    return g_shots[kind];
}

// Error of the registration over the whole NIR field, for tissue in a plane.
static double field_error(const rim_registration *r, double distance_mm)
{
    rim_target_plane p = {.translation_mm = {0, 0, distance_mm}};
    rim_target_rotation(p.rotation, 0, 0, 0);
    double sum = 0;
    int n = 0;
    for (int y = 12; y < g_nir.height; y += 24)
        for (int x = 12; x < g_nir.width; x += 24) {
            double mm_x, mm_y;
            rim_point truth, mapped;
            if (!rim_target_unproject(g_nir_target, &p, (rim_point){x, y}, &mm_x,
                                      &mm_y) ||
                !rim_target_project(g_visible_target[g_kind], &p, mm_x, mm_y, &truth) ||
                truth.x < 0 || truth.y < 0 || truth.x > g_visible[g_kind].width - 1 ||
                truth.y > g_visible[g_kind].height - 1)
                continue;
            ck_assert(rim_registration_expect(r, NULL, (rim_point){x, y}, &mapped));
            sum += (truth.x - mapped.x) * (truth.x - mapped.x) +
                   (truth.y - mapped.y) * (truth.y - mapped.y);
            n++;
        }
    ck_assert_int_gt(n, 300);
    return sqrt(sum / n);
}

static const rim_register_options whatever_fits = {
    .distance_mm = NAN, .plane_pair = -1, .fixed = RIM_LENS_NO_TANGENTIAL};

START_TEST(same_path_registers_within_a_third_of_a_pixel)
{
    const int n = take_pairs(SAME_PATH);
    ck_assert_int_ge(n, 8);
    rim_registration r;
    ck_assert_int_eq(
        rim_register_boards(&r, g_list[0], g_list[1], n, &chessboard, &whatever_fits),
        RIM_OK);
    ck_assert_int_eq(r.kind, RIM_REGISTER_SAME_PATH);
    ck_assert_double_lt(r.rms_px, 0.3);
    for (int d = 40; d <= 100; d += 20)
        ck_assert_msg(field_error(&r, d) < 0.3, "%d mm: %.3f px", d,
                      field_error(&r, d));
    ck_assert_double_nan(r.baseline_mm);
    ck_assert_double_eq_tol(r.mm_per_px, 67.0 / 620, 0.02);
    rim_registration_uninit(&r);
    logged_expect_quiet();
}
END_TEST

START_TEST(two_cameras_register_at_the_working_distance)
{
    const int n = take_pairs(STEREO);
    ck_assert_int_ge(n, 8);
    rim_register_options o = whatever_fits;
    o.distance_mm = 65;
    rim_registration r;
    ck_assert_int_eq(rim_register_boards(&r, g_list[0], g_list[1], n, &chessboard, &o),
                     RIM_OK);
    ck_assert_int_eq(r.kind, RIM_REGISTER_STEREO);
    const double truth = sqrt(4 * 4 + 0.4 * 0.4 + 0.6 * 0.6);
    ck_assert_double_eq_tol(r.baseline_mm, truth, 0.1);
    ck_assert_double_le(fabs(r.baseline_mm - truth), 3 * r.baseline_stddev_mm);
    ck_assert_double_lt(r.baseline_stddev_mm, 0.2);
    ck_assert_double_lt(r.rms_px, 0.3);
    ck_assert_msg(field_error(&r, 65) < 0.3, "%.3f px", field_error(&r, 65));
    ck_assert_double_eq_tol(r.mm_per_px, 65.0 / 620.5, 0.001);
    // 705 px x 4 mm / (65 mm)^2 is what moves for each mm.
    ck_assert_double_eq_tol(r.parallax_px_per_mm, 0.67, 0.1);
    ck_assert_double_gt(field_error(&r, 75), 3); // and it does go wrong off the plane
    rim_registration_uninit(&r);
    logged_expect_quiet();
}
END_TEST

START_TEST(what_cannot_register_is_refused)
{
    const int n = take_pairs(STEREO);
    rim_registration r;
    // Not a single pair.
    ck_assert_int_eq(
        rim_register_boards(&r, g_list[0], g_list[1], 0, &chessboard, &whatever_fits),
        RIM_ERR_FORMAT);
    rim_registration_uninit(&r);
    // Two pairs in two places: not one homography, and no two lenses.
    ck_assert_int_eq(
        rim_register_boards(&r, g_list[0], g_list[1], 4, &chessboard, &whatever_fits),
        RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "look from two places"));
    rim_registration_uninit(&r);
    // All in one corner.
    for (int i = 0; i < n; i++)
        for (int k = 0; k < g_view[0][i].count; k++) {
            g_view[0][i].px[k].x *= 0.3;
            g_view[0][i].px[k].y *= 0.3;
        }
    ck_assert_int_eq(
        rim_register_boards(&r, g_list[0], g_list[1], n, &chessboard, &whatever_fits),
        RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "of 9 regions"));
    ck_assert_ptr_nonnull(strstr(logged_last(), "lower right"));
    rim_registration_uninit(&r);
}
END_TEST

START_TEST(mirrored_camera_is_refused)
{
    const int n = take_pairs(SAME_PATH);
    // What the detector gives for a mirrored picture: mirrored places, numbered as if
    // they were not.
    for (int i = 0; i < n; i++) {
        rim_view m = g_view[1][i];
        for (int k = 0; k < m.count; k++) {
            const int from = k / 9 * 9 + 8 - k % 9;
            g_view[1][i].px[k] = (rim_point){719 - m.px[from].x, m.px[from].y};
        }
    }
    rim_registration r;
    ck_assert_int_eq(
        rim_register_boards(&r, g_list[0], g_list[1], n, &chessboard, &whatever_fits),
        RIM_ERR_FORMAT);
    logged_expect_error("mirrored");
    rim_registration_uninit(&r);
}
END_TEST

START_TEST(half_turned_camera_registers)
{
    const int n = take_pairs(SAME_PATH);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < g_view[1][i].count; k++)
            g_view[1][i].px[k] =
                (rim_point){719 - g_view[1][i].px[k].x, 539 - g_view[1][i].px[k].y};
    rim_registration r;
    ck_assert_int_eq(
        rim_register_boards(&r, g_list[0], g_list[1], n, &chessboard, &whatever_fits),
        RIM_OK);
    ck_assert_double_lt(r.rms_px, 0.3);
    ck_assert_double_lt(r.nir_to_visible[0], 0);
    rim_registration_uninit(&r);
}
END_TEST

START_TEST(tissue_features_register)
{
    // Structure that both cameras see: blots of many sizes.
    rim_frame f = {.width = 900, .height = 700, .fmt = RIM_FMT_GRAY16, .bits = 8};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    uint32_t state = 5;
    for (int y = 0; y < f.height; y++)
        for (int x = 0; x < f.width; x++)
            rim_frame_row16(&f, y)[x] = 170;
    for (int i = 0; i < 1500; i++) {
        const int bx = (int)(scratch_random(&state) % 900);
        const int by = (int)(scratch_random(&state) % 700);
        const int radius = 3 + (int)(scratch_random(&state) % 9);
        const uint16_t v = (uint16_t)(60 + scratch_random(&state) % 190);
        for (int y = by - radius; y <= by + radius; y++)
            for (int x = bx - radius; x <= bx + radius; x++)
                if (x >= 0 && y >= 0 && x < 900 && y < 700 &&
                    (x - bx) * (x - bx) + (y - by) * (y - by) < radius * radius)
                    rim_frame_row16(&f, y)[x] = v;
    }
    g_nir.distortion[0] = g_nir.distortion[1] = g_nir.distortion[4] = 0;
    rim_target_destroy(&g_nir_target);
    g_nir_target = fixture_create(&g_nir);
    g_kind = SAME_PATH;
    rim_target_destroy(&g_visible_target[SAME_PATH]);
    g_visible[g_kind].distortion[0] = g_visible[g_kind].distortion[1] =
        g_visible[g_kind].distortion[4] = 0;
    g_visible_target[g_kind] = fixture_create(&g_visible[SAME_PATH]);
    rim_target_plane p = {
        .translation_mm = {0, 0, 60}, .texture = &f, .mm_per_px = 0.1};
    p.origin = (rim_point){450, 350};
    rim_target_rotation(p.rotation, 0.1, 0.05, 0);
    rim_frame a = fixture_frame(&g_nir), b = fixture_frame(&g_visible[SAME_PATH]);
    rim_target_aim(g_nir_target, &p);
    rim_target_shoot(g_nir_target, &a, 0.2, 0, true);
    rim_target_aim(g_visible_target[g_kind], &p);
    rim_target_shoot(g_visible_target[g_kind], &b, 0.6, 0, true);
    rim_point from[2000], to[2000];
    int count;
    ck_assert_int_eq(rim_cv_match(from, to, &count, 2000, &a, &b), RIM_OK);
    rim_registration r;
    ck_assert_int_eq(rim_register_points(&r, from, to, count, 640, 480, 720, 540),
                     RIM_OK);
    ck_assert_double_lt(field_error(&r, 60), 0.5);
    rim_registration_uninit(&r);
    // Points that have nothing to do with each other.
    for (int i = 0; i < count; i++)
        to[i] = (rim_point){scratch_random(&state) % 720, scratch_random(&state) % 540};
    ck_assert_int_eq(rim_register_points(&r, from, to, count, 640, 480, 720, 540),
                     RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "features agree"));
    rim_registration_uninit(&r);
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
    rim_frame_uninit(&f);
}
END_TEST

int main(void)
{
    if (!rim_cv_version()) {
        printf("skipped: this build is without OpenCV\n");
        return 77;
    }
    Suite *s = suite_create("calib register");
    TCase *t = tcase_create("register");
    tcase_set_timeout(t, 100);
    tcase_add_unchecked_fixture(t, take_once, drop);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, same_path_registers_within_a_third_of_a_pixel);
    tcase_add_test(t, two_cameras_register_at_the_working_distance);
    tcase_add_test(t, what_cannot_register_is_refused);
    tcase_add_test(t, mirrored_camera_is_refused);
    tcase_add_test(t, half_turned_camera_registers);
    tcase_add_test(t, tissue_features_register);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
