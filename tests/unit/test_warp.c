// test_warp.c: the table between two pictures, against the map that it is made from.
// SPDX-License-Identifier: MIT
#include "calib/calib.h"
#include "render/warp.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool forth(const void *ctx, double x, double y, double *u, double *v)
{
    return rim_calib_nir_to_visible(ctx, x, y, u, v);
}

static bool back(const void *ctx, double x, double y, double *u, double *v)
{
    return rim_calib_visible_to_nir(ctx, x, y, u, v);
}

// Two cameras of 55 degrees with unlike lenses, side by side.
static void make_calib(rim_calib *c, int width, int height)
{
    const double f = 0.97 * width;
    const double k[9] = {f, 0, width / 2.0 + 3, 0, f * 1.001, height / 2.0 - 2, 0,
                         0, 1};
    const double h[9] = {
        1.02, -0.02,          0.01 * width,        0.021,
        1.03, -0.008 * width, 2e-5 * 1280 / width, -1e-5 * 1280 / width,
        1};
    *c = (rim_calib){.width = width,
                     .height = height,
                     .visible_width = width,
                     .visible_height = height,
                     .has_lens = true,
                     .has_visible_lens = true,
                     .has_register = true,
                     .distortion = {-0.31, 0.11, 0.0005, -0.0003, -0.03},
                     .visible_distortion = {-0.27, 0.09, -0.0004, 0.0006, 0}};
    memcpy(c->camera_matrix, k, sizeof k);
    memcpy(c->visible_camera_matrix, k, sizeof k);
    memcpy(c->nir_to_visible, h, sizeof h);
}

// The largest distance between table and map over the table's pixels.
static double worst(const rim_warp *w, const rim_calib *c, rim_warp_fn *map)
{
    double most = 0;
    int asked = 0;
    for (double y = 0; y < c->height; y += 1.37)
        for (double x = 0; x < c->width; x += 1.73) {
            double u, v, p = 0, q = 0;
            if (!map(c, x, y, &p, &q) || !rim_warp_at(w, x, y, &u, &v))
                continue;
            most = fmax(most, hypot(u - p, v - q));
            asked++;
        }
    ck_assert_int_gt(asked, c->width * c->height / 4);
    return most;
}

static const int size[][2] = {{320, 240}, {640, 480}, {1280, 720}, {1920, 1080}};

START_TEST(within_a_twentieth_of_a_pixel)
{
    rim_calib c;
    rim_warp w;
    make_calib(&c, size[_i][0], size[_i][1]);
    ck_assert_int_eq(rim_warp_init(&w, 0, 0, c.width, c.height, forth, &c), RIM_OK);
    const double to = worst(&w, &c, forth);
    ck_assert_msg(to < 0.05, "%g px", to);
    rim_warp_fill(&w, back, &c);
    const double from = worst(&w, &c, back);
    ck_assert_msg(from < 0.05, "%g px", from);
    ck_assert(!rim_warp_is_even(&w, 0, 0, 1));
    rim_warp_uninit(&w);
}
END_TEST

START_TEST(goes_on_straight_outside)
{
    static const double shift[9] = {2, 0, 5, 0, 3, -7, 0, 0, 1};
    static const double same[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    // Pixel (16 + x, 32 + y) between the 2 x 2 from (2 x, 2 y) on.
    static const double halved[9] = {2, 0, -31.5, 0, 2, -63.5, 0, 0, 1};
    rim_warp w;
    double u, v;
    ck_assert_int_eq(rim_warp_init(&w, 16, 32, 100, 50, rim_warp_homography, shift),
                     RIM_OK);
    static const double at[][2] = {{16, 32}, {70.25, 40}, {-500, 60}, {900, -80}};
    for (int i = 0; i < 4; i++) {
        ck_assert(rim_warp_at(&w, at[i][0], at[i][1], &u, &v));
        ck_assert_double_eq_tol(u, 2 * at[i][0] + 5, 1e-9);
        ck_assert_double_eq_tol(v, 3 * at[i][1] - 7, 1e-9);
    }
    ck_assert(!rim_warp_at(&w, (double)NAN, 3, &u, &v));
    ck_assert(!rim_warp_at(&w, 1e300, 3, &u, &v));
    rim_warp_fill(&w, rim_warp_homography, same);
    ck_assert(rim_warp_is_even(&w, 0, 0, 1));
    ck_assert(!rim_warp_is_even(&w, 0, 0, 2));
    ck_assert(!rim_warp_is_even(&w, 16, 32, 1));
    rim_warp_fill(&w, rim_warp_homography, halved);
    ck_assert(rim_warp_is_even(&w, 16, 32, 2));
    ck_assert(!rim_warp_is_even(&w, 16, 32, 1));
    rim_warp_uninit(&w);
}
END_TEST

static bool left_half(const void *ctx, double x, double y, double *u, double *v)
{
    (void)ctx;
    *u = x;
    *v = y;
    return x < 32;
}

START_TEST(no_partner_is_said)
{
    rim_warp w;
    double u, v;
    ck_assert_int_eq(rim_warp_init(&w, 0, 0, 64, 64, left_half, NULL), RIM_OK);
    ck_assert(rim_warp_at(&w, 20, 20, &u, &v));
    ck_assert(!rim_warp_at(&w, 28, 20, &u, &v)); // its cell has a corner without one
    ck_assert(!rim_warp_at(&w, 60, 20, &u, &v));
    rim_warp_uninit(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("warp");
    TCase *t = tcase_create("warp");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, within_a_twentieth_of_a_pixel, 0,
                        sizeof size / sizeof size[0]);
    tcase_add_test(t, goes_on_straight_outside);
    tcase_add_test(t, no_partner_is_said);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
