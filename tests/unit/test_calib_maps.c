// test_calib_maps.c: dark, flat and their refusals, against cameras of known truth.
// SPDX-License-Identifier: MIT
#include "calib/dark.h"
#include "calib/flat.h"
#include "calib/surface_fit.h"
#include "calib_fixture.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 64 };

static rim_target_camera g_camera;
static rim_target *g_target;
static rim_stack g_stack;
static rim_frame g_frame;
static rim_target_plane g_white;

static void setup(void)
{
    g_camera = fixture_nir();
    g_target = fixture_create(&g_camera);
    g_frame = fixture_frame(&g_camera);
    ck_assert_int_eq(
        rim_stack_init(&g_stack, g_camera.width, g_camera.height, g_camera.bits),
        RIM_OK);
    g_white = (rim_target_plane){.translation_mm = {0, 0, 60}, .beyond = 1};
    rim_target_rotation(g_white.rotation, 0, 0, 0);
    logged_start();
}

static void teardown(void)
{
    rim_log_set_sink(NULL, NULL);
    rim_stack_uninit(&g_stack);
    rim_frame_uninit(&g_frame);
    rim_target_destroy(&g_target);
}

static void fill(const rim_target_plane *plane, double level, int frames, int from)
{
    rim_target_aim(g_target, plane);
    for (int i = 0; i < frames; i++) {
        rim_target_shoot(g_target, &g_frame, level, (uint64_t)(from + i), true);
        rim_stack_add(&g_stack, &g_frame);
    }
}

START_TEST(median_is_the_middle)
{
    float v[101];
    for (int i = 0; i < 101; i++)
        v[i] = (float)((i * 37) % 101);
    ck_assert_double_eq(rim_median(v, 101), 50);
    float same[] = {2, 2, 2, 1, 2};
    ck_assert_double_eq(rim_median(same, 5), 2);
    ck_assert_double_eq(rim_median(NULL, 0), 0);
}
END_TEST

START_TEST(stack_is_exact)
{
    rim_stack s;
    ck_assert_int_eq(rim_stack_init(&s, 2, 1, 16), RIM_OK);
    rim_frame f = {.width = 2, .height = 1, .fmt = RIM_FMT_GRAY16, .bits = 16};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    for (int i = 0; i < 5; i++) {
        rim_frame_row16(&f, 0)[0] = 65535;
        rim_frame_row16(&f, 0)[1] = (uint16_t)(100 + i);
        rim_stack_add(&s, &f);
    }
    ck_assert_double_eq(rim_stack_mean(&s, 0), 65535);
    ck_assert_double_eq(rim_stack_variance(&s, 0), 0);
    ck_assert_double_eq(rim_stack_mean(&s, 1), 102);
    ck_assert_double_eq(rim_stack_variance(&s, 1), 2.5);
    double mean, change, error;
    rim_stack_level(&s, &mean, &change, &error);
    ck_assert_double_eq_tol(change, 2, 1e-9); // half a count a frame, four steps
    ck_assert_double_eq_tol(error, 0, 1e-6);
    rim_frame_uninit(&f);
    rim_stack_uninit(&s);
}
END_TEST

START_TEST(surface_comes_back)
{
    rim_surface_sample s[400];
    for (int i = 0; i < 400; i++) {
        const double x = (i % 20) / 9.5 - 1, y = (i / 20) / 9.5 - 1;
        s[i] = (rim_surface_sample){
            x, y, 3 - x + 0.5 * x * y * y - pow(x, 6) + 0.2 * pow(y, 5), 1};
    }
    double term[RIM_SURFACE_TERMS];
    ck_assert(rim_surface_fit(term, s, 400));
    ck_assert_double_eq_tol(
        rim_surface_value(term, 0.3, -0.7),
        3 - 0.3 + 0.5 * 0.3 * 0.49 - pow(0.3, 6) - 0.2 * pow(0.7, 5), 1e-9);
    ck_assert(!rim_surface_fit(term, s, 10));
}
END_TEST

START_TEST(dark_finds_every_hot_pixel_and_no_other)
{
    fill(NULL, 0, FRAMES, 0);
    rim_dark d;
    ck_assert_int_eq(rim_dark_measure(&d, &g_stack, g_camera.black_level), RIM_OK);
    int truth = 0;
    double sum = 0;
    for (int y = 0; y < g_camera.height; y++)
        for (int x = 0; x < g_camera.width; x++) {
            const bool hot = rim_target_is_hot(g_target, x, y);
            ck_assert_msg(rim_frame_row16(&d.hot, y)[x] == hot, "pixel (%d, %d)", x, y);
            truth += hot;
            const double off = rim_frame_row16(&d.map, y)[x] / 16.0 -
                               rim_target_dark_counts(g_target, x, y);
            sum += hot ? 0 : off * off;
        }
    ck_assert_int_gt(truth, 20);
    ck_assert_int_eq(d.hot_count, truth);
    const double rms = sqrt(sum / (g_camera.width * g_camera.height));
    // Read noise over the root of the frames, row noise and rounding with it.
    ck_assert_double_lt(rms, 1.15 * 2.1 / sqrt(FRAMES));
    ck_assert_double_eq_tol(d.noise_counts, sqrt(2 * 2 + 0.5 * 0.5 + 1 / 12.0), 0.05);
    ck_assert_double_eq_tol(d.row_noise_counts, 0.5, 0.05);
    ck_assert_double_eq_tol(d.dsnu_counts, 3, 0.3);
    ck_assert_double_lt(fabs(d.drift_counts), 4 * d.drift_error_counts);
    ck_assert_double_eq(d.clipped, 0);
    logged_expect_quiet();
    rim_dark_uninit(&d);
}
END_TEST

START_TEST(dark_tells_of_drift)
{
    for (int i = 0; i < 32; i++) {
        rim_target_shoot(g_target, &g_frame, 0, (uint64_t)i, true);
        for (int y = 0; y < g_frame.height; y++)
            for (int x = 0; x < g_frame.width; x++)
                rim_frame_row16(&g_frame, y)[x] += (uint16_t)(i / 8);
        rim_stack_add(&g_stack, &g_frame);
    }
    rim_dark d;
    ck_assert_int_eq(rim_dark_measure(&d, &g_stack, g_camera.black_level), RIM_OK);
    ck_assert_double_eq_tol(d.drift_counts, 3.6, 0.4);
    ck_assert_double_gt(d.drift_counts, 5 * d.drift_error_counts);
    rim_dark_uninit(&d);
}
END_TEST

START_TEST(dark_that_is_not_dark_is_refused)
{
    rim_dark d;
    fill(&g_white, 0.5, 20, 0);
    ck_assert_int_eq(rim_dark_measure(&d, &g_stack, g_camera.black_level),
                     RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "not dark"));
    rim_dark_uninit(&d);
}
END_TEST

START_TEST(dark_with_a_leak_is_refused)
{
    rim_dark d;
    for (int i = 0; i < 20; i++) {
        rim_target_shoot(g_target, &g_frame, 0, (uint64_t)i, true);
        for (int y = 0; y < 100; y++)
            for (int x = 0; x < 120; x++)
                rim_frame_row16(&g_frame, y)[x] += 400;
        rim_stack_add(&g_stack, &g_frame);
    }
    ck_assert_int_eq(rim_dark_measure(&d, &g_stack, g_camera.black_level),
                     RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "brighter than elsewhere"));
    rim_dark_uninit(&d);
}
END_TEST

START_TEST(too_few_frames_are_refused)
{
    fill(NULL, 0, 15, 0);
    rim_dark d;
    ck_assert_int_eq(rim_dark_measure(&d, &g_stack, 64), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "15 dark frames"));
    rim_dark_uninit(&d);
    const rim_flat_options o = {.dark_noise_counts = (double)NAN};
    rim_flat f;
    ck_assert_int_eq(rim_flat_measure(&f, &g_stack, &o), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(logged_last(), "15 flat frames"));
    rim_flat_uninit(&f);
}
END_TEST

// ---- flat ----

static rim_err flat(rim_flat *f, const rim_target_plane *plane, double level,
                    rim_dark *d)
{
    fill(NULL, 0, FRAMES, 0);
    ck_assert_int_eq(rim_dark_measure(d, &g_stack, g_camera.black_level), RIM_OK);
    rim_stack_uninit(&g_stack);
    ck_assert_int_eq(
        rim_stack_init(&g_stack, g_camera.width, g_camera.height, g_camera.bits),
        RIM_OK);
    fill(plane, level, FRAMES, 1000);
    const rim_flat_options o = {.black_level = g_camera.black_level,
                                .dark = &d->map,
                                .hot = &d->hot,
                                .dark_noise_counts = d->noise_counts};
    return rim_flat_measure(f, &g_stack, &o);
}

START_TEST(flat_is_right_within_one_percent)
{
    rim_dark d;
    rim_flat f;
    ck_assert_int_eq(flat(&f, &g_white, 0.7, &d), RIM_OK);
    double sum = 0, worst = 0, smooth_worst = 0;
    int dead = 0, n = 0, beyond = 0;
    // gain x response is one number everywhere; that number is the brightest place's.
    for (int y = 0; y < g_camera.height; y++)
        for (int x = 0; x < g_camera.width; x++) {
            const bool is_dead = rim_target_is_dead(g_target, x, y);
            if (rim_target_is_hot(g_target, x, y))
                continue;
            ck_assert_msg(rim_frame_row16(&f.dead, y)[x] == is_dead, "(%d, %d)", x, y);
            dead += is_dead;
            if (is_dead)
                continue;
            const double off = rim_frame_row16(&f.gain, y)[x] / 4096.0 *
                                   rim_target_response(g_target, x, y) -
                               1;
            sum += off * off;
            worst = fmax(worst, fabs(off));
            beyond += fabs(off) > 0.01;
            n++;
        }
    for (int by = 0; by + 16 <= g_camera.height; by += 16)
        for (int bx = 0; bx + 16 <= g_camera.width; bx += 16) {
            double block = 0;
            for (int i = 0; i < 256; i++)
                block += rim_frame_row16(&f.gain, by + i / 16)[bx + i % 16] / 4096.0 *
                         rim_target_response(g_target, bx + i % 16, by + i / 16);
            if (fabs(block / 256 - 1) < 0.05) // blocks with a dead pixel are off
                smooth_worst = fmax(smooth_worst, fabs(block / 256 - 1));
        }
    ck_assert_msg(sqrt(sum / n) < 0.004, "rms %.5f worst %.4f", sqrt(sum / n), worst);
    ck_assert_msg(beyond < n / 1000, "%d of %d beyond 1 %%", beyond, n);
    ck_assert_msg(smooth_worst < 0.01, "blocks off by %.4f", smooth_worst);
    ck_assert_int_gt(dead, 5);
    ck_assert_int_eq(f.dead_count, dead);
    ck_assert_double_eq_tol(f.prnu, 0.008, 0.0008);
    ck_assert_double_eq_tol(f.electrons_per_count, 4, 0.2);
    ck_assert_double_eq_tol(f.noise, sqrt(sum / n), 0.001);
    ck_assert_double_gt(f.falloff, 0.5);
    ck_assert_double_eq_tol(f.field, 1, 1e-9);
    logged_expect_quiet();
    rim_flat_uninit(&f);
    rim_dark_uninit(&d);
}
END_TEST

static void refused(const rim_target_plane *plane, double level, const char *said)
{
    rim_dark d;
    rim_flat f;
    ck_assert_int_eq(flat(&f, plane, level, &d), RIM_ERR_FORMAT);
    logged_expect_error(said);
    rim_flat_uninit(&f);
    rim_dark_uninit(&d);
}

START_TEST(saturated_flat_is_refused)
{
    refused(&g_white, 1.2, "saturated");
}
END_TEST

START_TEST(dark_flat_is_refused)
{
    refused(&g_white, 0.08, "too dark");
}
END_TEST

// Light that a picture on the plane changes, the rest white.
static rim_target_plane painted(rim_frame *picture, double mm_per_px)
{
    rim_target_plane p = g_white;
    p.texture = picture;
    p.origin = (rim_point){picture->width / 2.0, picture->height / 2.0};
    p.mm_per_px = mm_per_px;
    p.beyond = 0.6;
    return p;
}

START_TEST(flat_with_a_highlight_is_refused)
{
    rim_frame f = {.width = 64, .height = 64, .fmt = RIM_FMT_GRAY16, .bits = 8};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    for (int i = 0; i < 64 * 64; i++) {
        const int dx = i % 64 - 40, dy = i / 64 - 20;
        rim_frame_row16(&f, i / 64)[i % 64] = dx * dx + dy * dy < 20 ? 250 : 153;
    }
    const rim_target_plane p = painted(&f, 0.3);
    refused(&p, 0.7, "highlight");
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(tilted_flat_is_refused)
{
    rim_frame f = {.width = 256, .height = 256, .fmt = RIM_FMT_GRAY16, .bits = 8};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    for (int i = 0; i < 256 * 256; i++)
        rim_frame_row16(&f, i / 256)[i % 256] = (uint16_t)(100 + i % 256 / 2);
    const rim_target_plane p = painted(&f, 0.4);
    refused(&p, 0.7, "the right side is");
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(round_field_is_left_alone_outside)
{
    // A round picture of the target in a dark surround.
    rim_target_aim(g_target, &g_white);
    for (int i = 0; i < 32; i++) {
        rim_target_shoot(g_target, &g_frame, 0.7, (uint64_t)i, true);
        for (int y = 0; y < 480; y++)
            for (int x = 0; x < 640; x++)
                if ((x - 320) * (x - 320) + (y - 240) * (y - 240) > 230 * 230)
                    rim_frame_row16(&g_frame, y)[x] = (uint16_t)(64 + (x + y + i) % 3);
        rim_stack_add(&g_stack, &g_frame);
    }
    const rim_flat_options o = {.black_level = 64, .dark_noise_counts = (double)NAN};
    rim_flat f;
    ck_assert_int_eq(rim_flat_measure(&f, &g_stack, &o), RIM_OK);
    ck_assert_uint_eq(rim_frame_row16(&f.gain, 10)[10], 4096);
    ck_assert_double_nan(f.corner);
    ck_assert_double_nan(f.electrons_per_count);
    ck_assert_double_eq_tol(f.field, 3.14159 * 230 * 230 / (640 * 480), 0.04);
    for (int y = 100; y < 380; y += 7)
        for (int x = 180; x < 460; x += 7)
            if (!rim_target_is_hot(g_target, x, y) &&
                !rim_target_is_dead(g_target, x, y))
                ck_assert_double_eq_tol(rim_frame_row16(&f.gain, y)[x] / 4096.0 *
                                            rim_target_response(g_target, x, y),
                                        1, 0.02);
    rim_flat_uninit(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("calib maps");
    TCase *t = tcase_create("maps");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, median_is_the_middle);
    tcase_add_test(t, stack_is_exact);
    tcase_add_test(t, surface_comes_back);
    tcase_add_test(t, dark_finds_every_hot_pixel_and_no_other);
    tcase_add_test(t, dark_tells_of_drift);
    tcase_add_test(t, dark_that_is_not_dark_is_refused);
    tcase_add_test(t, dark_with_a_leak_is_refused);
    tcase_add_test(t, too_few_frames_are_refused);
    tcase_add_test(t, flat_is_right_within_one_percent);
    tcase_add_test(t, saturated_flat_is_refused);
    tcase_add_test(t, dark_flat_is_refused);
    tcase_add_test(t, flat_with_a_highlight_is_refused);
    tcase_add_test(t, tilted_flat_is_refused);
    tcase_add_test(t, round_field_is_left_alone_outside);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
