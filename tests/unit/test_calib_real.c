// test_calib_real.c: the calibration against published ones, on real recordings.
// SPDX-License-Identifier: MIT
#include "calib/cv_bridge.h"
#include "calib/lens.h"
#include "calib/lens_model.h"
#include "calib/register.h"
#include "calib/resample.h"
#include "calib/still.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *data_path(const char *name)
{
    static char path[4][1024];
    static int turn;
    char *p = path[turn++ % 4];
    const char *root = getenv("RIMLIGHT_DATA"); // NOLINT(concurrency-mt-unsafe)
    if (root)
        (void)snprintf(p, sizeof path[0], "%s/%s", root, name);
    else
        (void)snprintf(p, sizeof path[0], "%s/../shared/data/%s", RIM_SOURCE_DIR, name);
    return p;
}

static rim_seen find(rim_view *v, const char *name, const rim_board *board)
{
    rim_frame f;
    rim_seen seen;
    ck_assert_int_eq(rim_still_read(&f, data_path(name)), RIM_OK);
    ck_assert_int_eq(rim_cv_find_board(v, &seen, &f, board), RIM_OK);
    (void)snprintf(v->name, sizeof v->name, "%.100s", strrchr(name, '/') + 1);
    rim_frame_uninit(&f);
    return seen;
}

// ---- endocal: an endoscope's lens, 10 frames of the published solution and one more

static rim_view *g_endocal;
static const rim_view *g_endocal_list[11];

static void find_endocal(void)
{
    static const rim_board board = {RIM_BOARD_ACIRCLES, 3, 11, 1, 0};
    g_endocal = calloc(11, sizeof *g_endocal);
    for (int i = 0; i < 11; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "endocal/sample_001/frame_%03d.jpg", i + 1);
        ck_assert_int_eq(find(&g_endocal[i], name, &board), RIM_SEEN_BOARD);
        g_endocal_list[i] = &g_endocal[i];
    }
}

static void solve_endocal(rim_lens_result *r, int views)
{
    static const rim_board board = {RIM_BOARD_ACIRCLES, 3, 11, 1, 0};
    ck_assert_int_eq(
        rim_lens_solve(r, g_endocal_list, views, &board, RIM_LENS_NO_TANGENTIAL),
        RIM_OK);
}

START_TEST(endocal_gives_the_published_lens)
{
    find_endocal();
    rim_lens_result r;
    solve_endocal(&r, 10);
    // To the precision printed in shared/data/README.md.
    const double published[RIM_LENS_PARAMETERS] = {
        649.50, 649.71, 420.12, 361.47, -0.4881, 0.3472, 0, 0, -0.1448};
    for (int j = 0; j < RIM_LENS_PARAMETERS; j++)
        ck_assert_msg(fabs(rim_lens_parameter(&r.lens, j) - published[j]) <=
                          (j < 4 ? 0.00501 : 0.0000501),
                      "%s: %.6f", rim_lens_parameter_names[j],
                      rim_lens_parameter(&r.lens, j));
    ck_assert_double_eq_tol(r.lens.rms_px, 0.2843, 0.00005);
    const double without_11 = rim_lens_parameter(&r.lens, 0);
    for (int i = 0; i < 10; i++)
        ck_assert(!r.view[i].hinge && !r.view[i].outlier);
    rim_lens_result_uninit(&r);

    solve_endocal(&r, 11);
    for (int i = 0; i < 11; i++)
        ck_assert_int_eq(r.view[i].hinge, i == 10);
    const double with_11 = rim_lens_parameter(&r.lens, 0);
    ck_assert_double_eq_tol(with_11, 685.3, 0.05);
    ck_assert_double_ge(r.lens.stddev[0], fabs(with_11 - without_11));
    ck_assert_double_lt(r.lens.stddev[0], 2 * fabs(with_11 - without_11));
    rim_lens_result_uninit(&r);
    free(g_endocal);
}
END_TEST

// ---- scikit-surgery: a stereo laparoscope

static double farthest(const rim_view *v, const char *points)
{
    FILE *f = fopen(data_path(points), "r");
    ck_assert_ptr_nonnull(f);
    double as_is = 0, turned = 0;
    for (int i = 0; i < 140; i++) {
        double x, y;
        ck_assert_int_eq(fscanf(f, "%lf %lf", &x, &y), 2); // NOLINT(cert-err34-c)
        as_is = fmax(as_is, hypot(x - v->px[i].x, y - v->px[i].y));
        turned = fmax(turned, hypot(x - v->px[139 - i].x, y - v->px[139 - i].y));
    }
    (void)fclose(f);
    return fmin(as_is, turned);
}

START_TEST(stereo_laparoscope_gives_its_baseline)
{
    static const rim_board board = {RIM_BOARD_CHESSBOARD, 14, 10, 3, 0};
    static const int id[9] = {798, 1095, 1338, 1884, 2520, 3083, 3335, 3685, 4848};
    rim_view *v = calloc(18, sizeof *v);
    const rim_view *list[2][9];
    int found = 0, pairs = 0;
    for (int i = 0; i < 9; i++) {
        bool both = true;
        for (int side = 0; side < 2; side++) {
            char name[128], points[160];
            const char *s = side ? "right" : "left";
            (void)snprintf(name, sizeof name,
                           "scikit_surgeryutils/chessboard/%s/%s-%d.png", s, s, id[i]);
            (void)snprintf(points, sizeof points, "%s.points.txt", name);
            rim_view *view = &v[2 * pairs + side];
            if (find(view, name, &board) != RIM_SEEN_BOARD) {
                both = false;
                continue;
            }
            found++;
            ck_assert_msg(farthest(view, points) < 1.1, "%s: %.2f px", name,
                          farthest(view, points));
            list[side][pairs] = view;
        }
        pairs += both;
    }
    ck_assert_int_ge(found, 17);
    const rim_register_options o = {
        .distance_mm = NAN, .plane_pair = -1, .fixed = RIM_LENS_NO_TANGENTIAL};
    rim_registration r;
    ck_assert_int_eq(rim_register_boards(&r, list[0], list[1], pairs, &board, &o),
                     RIM_OK);
    ck_assert_int_eq(r.kind, RIM_REGISTER_STEREO);
    ck_assert_msg(r.baseline_mm > 4.6 && r.baseline_mm < 4.9, "%.3f mm", r.baseline_mm);
    ck_assert_double_gt(r.baseline_stddev_mm, 0.005);
    ck_assert_double_lt(r.baseline_stddev_mm, 0.3);
    ck_assert_double_lt(r.rms_px, 1.5);
    rim_registration_uninit(&r);
    free(v);
}
END_TEST

START_TEST(undistorted_picture_is_the_published_one)
{
    // The camera matrix is published; the distortion is not, but it follows from the
    // corners published for both pictures, by least squares over these four terms.
    const double k[9] = {2012.186314, 0, 944.7173708, 0, 2017.966019,
                         617.1093984, 0, 0,           1};
    const double d[5] = {-0.266574, 0.152749, 0.003390, -0.001799, 0};
    FILE *raw = fopen(
        data_path("scikit_surgeryutils/chessboard/left/left-1095.png.points.txt"), "r");
    FILE *straight = fopen(data_path("scikit_surgeryvtk/calibration/"
                                     "left-1095-undistorted.png.points.txt"),
                           "r");
    ck_assert_ptr_nonnull(raw);
    ck_assert_ptr_nonnull(straight);
    for (int i = 0; i < 140; i++) {
        double rx, ry, x, y, u, v;
        ck_assert_int_eq(fscanf(raw, "%lf %lf", &rx, &ry), 2); // NOLINT(cert-err34-c)
        ck_assert_int_eq(fscanf(straight, "%lf %lf", &x, &y),
                         2); // NOLINT(cert-err34-c)
        ck_assert(rim_lens_distort(k, d, x, y, &u, &v));
        ck_assert_double_eq_tol(u, rx, 0.3);
        ck_assert_double_eq_tol(v, ry, 0.3);
        ck_assert(rim_lens_undistort(k, d, rx, ry, &u, &v));
        ck_assert_double_eq_tol(u, x, 0.3);
        ck_assert_double_eq_tol(v, y, 0.3);
    }
    (void)fclose(raw);
    (void)fclose(straight);

    rim_frame a, b, mine;
    ck_assert_int_eq(
        rim_still_read(&a, data_path("scikit_surgeryvtk/calibration/left-1095.png")),
        RIM_OK);
    ck_assert_int_eq(rim_still_read(&b, data_path("scikit_surgeryvtk/calibration/"
                                                  "left-1095-undistorted.png")),
                     RIM_OK);
    scratch_frame(&mine, RIM_FMT_GRAY16, a.width, a.height, 8);
    rim_resample_undistorted(&mine, &a, k, d);
    double sum = 0, before = 0;
    int far = 0;
    for (int y = 0; y < a.height; y++)
        for (int x = 0; x < a.width; x++) {
            const int off = rim_frame_row16(&mine, y)[x] - rim_frame_row16(&b, y)[x];
            sum += abs(off);
            before += abs(rim_frame_row16(&a, y)[x] - rim_frame_row16(&b, y)[x]);
            far += abs(off) > 8;
        }
    const double n = (double)a.width * a.height;
    ck_assert_msg(sum / n < 0.5, "mean difference %.3f", sum / n);
    ck_assert_msg(far < n * 1e-4, "%d pixels differ by more than 8", far);
    ck_assert_double_gt(before / n, 10);
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
    rim_frame_uninit(&mine);
}
END_TEST

int main(void)
{
    if (!rim_cv_version()) {
        printf("skipped: this build is without OpenCV\n");
        return 77;
    }
    if (access(data_path("endocal/sample_001/frame_001.jpg"), R_OK) != 0) {
        printf("skipped: no real recordings; set RIMLIGHT_DATA\n");
        return 77;
    }
    Suite *s = suite_create("calib real");
    TCase *t = tcase_create("real");
    tcase_set_timeout(t, 110);
    tcase_add_test(t, endocal_gives_the_published_lens);
    tcase_add_test(t, stereo_laparoscope_gives_its_baseline);
    tcase_add_test(t, undistorted_picture_is_the_published_one);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
