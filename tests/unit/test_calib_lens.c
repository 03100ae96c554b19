// test_calib_lens.c: boards found and lenses solved, against a virtual camera of known
// geometry.
// SPDX-License-Identifier: MIT
#include "calib/cv_bridge.h"
#include "calib/lens.h"
#include "calib_fixture.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEWS = 12 };

static const rim_board chessboard = {RIM_BOARD_CHESSBOARD, 9, 6, 3, 0};
static const rim_board circles = {RIM_BOARD_CIRCLES, 8, 6, 3.2, 0};
static const rim_board acircles = {RIM_BOARD_ACIRCLES, 4, 11, 2, 0};
static const rim_board charuco = {RIM_BOARD_CHARUCO, 6, 4, 5, 4};
static const rim_board *const kinds[] = {&chessboard, &circles, &acircles, &charuco};

static rim_target_camera g_nir;
static rim_target *g_target;
static rim_view *g_shot; // views of a chessboard, taken once for all tests
static int g_shots;
static rim_view *g_view; // this test's copy
static const rim_view *g_list[VIEWS];

static rim_seen shoot(rim_view *view, const rim_target_plane *plane,
                      const rim_board *board, double level, int index)
{
    rim_frame f = fixture_frame(&g_nir);
    rim_target_aim(g_target, plane);
    rim_target_shoot(g_target, &f, level, (uint64_t)index, true);
    rim_seen seen;
    ck_assert_int_eq(rim_cv_find_board(view, &seen, &f, board), RIM_OK);
    (void)snprintf(view->name, sizeof view->name, "view %d", index);
    rim_frame_uninit(&f);
    return seen;
}

static void take_once(void)
{
    g_nir = fixture_nir();
    g_nir.hot_per_mpx = 0; // a board is taken after bad pixels are repaired
    g_target = fixture_create(&g_nir);
    g_shot = calloc(VIEWS, sizeof *g_shot);
    g_view = calloc(VIEWS, sizeof *g_view);
    for (int i = 0; i < VIEWS; i++) {
        const rim_target_plane p = fixture_board(&chessboard, i);
        if (shoot(&g_shot[g_shots], &p, &chessboard, 0.6, i) == RIM_SEEN_BOARD)
            g_shots++;
    }
}

static void drop(void)
{
    rim_target_destroy(&g_target);
    free(g_shot);
    free(g_view);
    fixture_drop_textures();
}

static void setup(void)
{
    memcpy(g_view, g_shot, VIEWS * sizeof *g_view);
    for (int i = 0; i < VIEWS; i++)
        g_list[i] = &g_view[i];
    logged_start();
}

static void teardown(void)
{
    rim_log_set_sink(NULL, NULL);
}

// Root mean square distance of the points seen from where they must be.
static double view_error(const rim_view *v, const rim_target *t,
                         const rim_target_plane *p, const rim_board *board, bool turned)
{
    double sum = 0;
    for (int i = 0; i < v->count; i++) {
        const int id = turned ? rim_board_points(board) - 1 - v->id[i] : v->id[i];
        const rim_point mm = rim_board_point(board, id);
        rim_point px;
        ck_assert(rim_target_project(t, p, mm.x, mm.y, &px));
        sum += (px.x - v->px[i].x) * (px.x - v->px[i].x) +
               (px.y - v->px[i].y) * (px.y - v->px[i].y);
    }
    return sqrt(sum / v->count);
}

START_TEST(boards_are_found_to_sub_pixels)
{
    const rim_board *board = kinds[_i];
    if (board->kind == RIM_BOARD_CHARUCO && !rim_cv_has_charuco())
        return;
    for (int i = 0; i < 9; i++) {
        const rim_target_plane p = fixture_board(board, i);
        rim_view *v = &g_view[0];
        ck_assert_int_eq(shoot(v, &p, board, 0.6, i), RIM_SEEN_BOARD);
        if (board->kind != RIM_BOARD_CHARUCO)
            ck_assert_int_eq(v->count, rim_board_points(board));
        const double e = fmin(view_error(v, g_target, &p, board, false),
                              view_error(v, g_target, &p, board, true));
        // Centres of tilted dots are not centres of their ellipses: a known bias.
        const bool dots =
            board->kind == RIM_BOARD_CIRCLES || board->kind == RIM_BOARD_ACIRCLES;
        ck_assert_msg(e < (dots ? 0.25 : 0.16), "view %d: %.3f px", i, e);
    }
}
END_TEST

START_TEST(faint_board_is_found)
{
    // 40 counts of light over a dark level of 64, read noise 2, shot noise beyond.
    const rim_target_plane p = fixture_board(&chessboard, 1);
    rim_view *v = &g_view[0];
    ck_assert_int_eq(shoot(v, &p, &chessboard, 0.01, 0), RIM_SEEN_BOARD);
    const double e = fmin(view_error(v, g_target, &p, &chessboard, false),
                          view_error(v, g_target, &p, &chessboard, true));
    ck_assert_msg(e < 0.5, "%.3f px", e);
}
END_TEST

static void blur(rim_frame *f, int passes)
{
    for (int k = 0; k < passes; k++)
        for (int y = 0; y < f->height; y++) {
            uint16_t *row = rim_frame_row16(f, y);
            for (int x = 1; x + 1 < f->width; x++)
                row[x] = (uint16_t)((row[x - 1] + 2 * row[x] + row[x + 1]) / 4);
        }
}

static rim_seen look_at(rim_frame *f, const rim_board *board)
{
    rim_seen seen;
    ck_assert_int_eq(rim_cv_find_board(&g_view[0], &seen, f, board), RIM_OK);
    return seen;
}

START_TEST(bad_views_are_told_apart)
{
    rim_frame f = fixture_frame(&g_nir);
    const rim_target_plane good = fixture_board(&chessboard, 0);
    // Half out of view.
    rim_target_plane half = good;
    half.translation_mm[0] += 28;
    rim_target_aim(g_target, &half);
    rim_target_shoot(g_target, &f, 0.6, 0, true);
    ck_assert_int_eq(look_at(&f, &chessboard), RIM_SEEN_NOTHING);
    // Smeared by motion.
    rim_target_aim(g_target, &good);
    rim_target_shoot(g_target, &f, 0.6, 0, true);
    ck_assert_int_eq(look_at(&f, &chessboard), RIM_SEEN_BOARD);
    ck_assert_double_lt(g_view[0].edge_pitch, 0.25);
    blur(&f, 90);
    ck_assert_int_ne(look_at(&f, &chessboard), RIM_SEEN_BOARD);
    // Two boards, side by side.
    rim_target_plane left = fixture_board(&chessboard, 0);
    left.translation_mm[2] = 130;
    left.translation_mm[0] -= 19;
    rim_target_plane right = left;
    right.translation_mm[0] += 38;
    rim_frame g = fixture_frame(&g_nir);
    rim_target_aim(g_target, &left);
    rim_target_shoot(g_target, &f, 0.6, 0, true);
    rim_target_aim(g_target, &right);
    rim_target_shoot(g_target, &g, 0.6, 0, true);
    ck_assert_int_eq(look_at(&f, &chessboard), RIM_SEEN_BOARD);
    for (int y = 0; y < 480; y++)
        memcpy(rim_frame_row16(&f, y) + 325, rim_frame_row16(&g, y) + 325, 315 * 2);
    ck_assert_int_eq(look_at(&f, &chessboard), RIM_SEEN_TWO);
    rim_frame_uninit(&g);
    rim_frame_uninit(&f);
}
END_TEST

static void flip(rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        for (int i = 0, j = f->width - 1; i < j; i++, j--) {
            uint16_t *row = rim_frame_row16(f, y);
            const uint16_t v = row[i];
            row[i] = row[j];
            row[j] = v;
        }
}

START_TEST(mirrored_boards_are_told)
{
    const rim_board even = {RIM_BOARD_ACIRCLES, 4, 10, 2, 0};
    const rim_board *const handed[] = {&even, &charuco};
    const rim_board *board = handed[_i];
    if (board->kind == RIM_BOARD_CHARUCO && !rim_cv_has_charuco())
        return;
    rim_frame f = fixture_frame(&g_nir);
    const rim_target_plane p = fixture_board(board, 0);
    rim_target_aim(g_target, &p);
    rim_target_shoot(g_target, &f, 0.6, 0, true);
    ck_assert_int_eq(look_at(&f, board), RIM_SEEN_BOARD);
    flip(&f);
    ck_assert_int_eq(look_at(&f, board), RIM_SEEN_MIRRORED);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(wrong_grid_is_guessed)
{
    rim_frame f = fixture_frame(&g_nir);
    const rim_target_plane p = fixture_board(&chessboard, 0);
    rim_target_aim(g_target, &p);
    rim_target_shoot(g_target, &f, 0.6, 0, true);
    int cols, rows;
    ck_assert_int_eq(rim_cv_guess_chessboard(&cols, &rows, &f), RIM_OK);
    ck_assert(cols == 9 && rows == 6);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(lens_is_right_within_its_uncertainty)
{
    const int n = g_shots;
    ck_assert_int_ge(n, 11);
    rim_lens_result r;
    ck_assert_int_eq(rim_lens_solve(&r, g_list, n, &chessboard, RIM_LENS_NO_TANGENTIAL),
                     RIM_OK);
    ck_assert_double_lt(r.lens.rms_px, 0.12);
    const double truth[RIM_LENS_PARAMETERS] = {620,  621, 325.3, 236.8, -0.32,
                                               0.12, 0,   0,     -0.03};
    for (int j = 0; j < RIM_LENS_PARAMETERS; j++) {
        const double off = rim_lens_parameter(&r.lens, j) - truth[j];
        ck_assert_msg(fabs(off) <= 3 * r.lens.stddev[j] + 1e-12,
                      "%s off by %g, stated %g", rim_lens_parameter_names[j], off,
                      r.lens.stddev[j]);
        ck_assert_double_ge(r.lens.stddev[j], r.statistical[j]);
    }
    ck_assert_double_lt(r.lens.stddev[0], 3);
    ck_assert_int_eq(r.used, n);
    rim_lens_result_uninit(&r);
    logged_expect_quiet();
}
END_TEST

START_TEST(outlier_is_left_out)
{
    const int n = g_shots;
    // A board that was bent: its middle is off by 5 px.
    for (int i = 0; i < 54; i++)
        g_view[4].px[i].x += 5.0 * (i % 9) * (8 - i % 9) / 16;
    rim_lens_result r;
    ck_assert_int_eq(rim_lens_solve(&r, g_list, n, &chessboard, RIM_LENS_NO_TANGENTIAL),
                     RIM_OK);
    for (int i = 0; i < n; i++)
        ck_assert_int_eq(r.view[i].outlier, i == 4);
    ck_assert_int_eq(r.used, n - 1);
    ck_assert_double_lt(r.lens.rms_px, 0.12);
    rim_lens_result_uninit(&r);
}
END_TEST

START_TEST(too_little_for_a_lens_is_refused)
{
    rim_lens_result r;
    const int n = g_shots;
    ck_assert_int_eq(rim_lens_solve(&r, g_list, 1, &chessboard, 0), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "one view cannot tell"));
    rim_lens_result_uninit(&r);
    ck_assert_int_eq(rim_lens_solve(&r, g_list, 4, &chessboard, 0), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "4 views"));
    rim_lens_result_uninit(&r);
    g_view[3].width = 320;
    ck_assert_int_eq(rim_lens_solve(&r, g_list, n, &chessboard, 0), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "view 3: 320x480"));
    rim_lens_result_uninit(&r);
}
END_TEST

int main(void)
{
    if (!rim_cv_version()) {
        printf("skipped: this build is without OpenCV\n");
        return 77;
    }
    Suite *s = suite_create("calib lens");
    TCase *t = tcase_create("lens");
    tcase_set_timeout(t, 100);
    tcase_add_unchecked_fixture(t, take_once, drop);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, boards_are_found_to_sub_pixels, 0, 4);
    tcase_add_test(t, faint_board_is_found);
    tcase_add_test(t, bad_views_are_told_apart);
    tcase_add_loop_test(t, mirrored_boards_are_told, 0, 2);
    tcase_add_test(t, wrong_grid_is_guessed);
    tcase_add_test(t, lens_is_right_within_its_uncertainty);
    tcase_add_test(t, outlier_is_left_out);
    tcase_add_test(t, too_little_for_a_lens_is_refused);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
