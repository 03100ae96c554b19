// test_phantom_eye.c: a phantom's second camera, its bump, and its targets.
// SPDX-License-Identifier: MIT
#include "media/png_file.h"
#include "phantom/phantom.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 320, HEIGHT = 240 };

static rim_phantom_options options(void)
{
    rim_phantom_options o;
    rim_phantom_options_init(&o);
    o.width = WIDTH;
    o.height = HEIGHT;
    o.mm_per_px = 0.3;
    o.seed = 5;
    o.lesions = 3;
    o.distractors = RIM_DISTRACTORS_NONE;
    o.frames = 8;
    o.gain_steps = o.round_view = 0;
    return o;
}

typedef struct film {
    rim_phantom *p;
    rim_frame nir, visible;
} film;

static film start(const rim_phantom_options *o)
{
    film f = {
        .nir = {.width = WIDTH,
                .height = HEIGHT,
                .fmt = RIM_FMT_GRAY16,
                .bits = o->bits},
        .visible = {.width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_BGRX8, .bits = 8}};
    ck_assert_int_eq(rim_phantom_create(&f.p, o, 1), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&f.nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&f.visible), RIM_OK);
    return f;
}

static void end(film *f)
{
    rim_phantom_destroy(&f->p);
    rim_frame_uninit(&f->nir);
    rim_frame_uninit(&f->visible);
}

static bool same(const rim_frame *a, const rim_frame *b)
{
    return memcmp(a->data, b->data, (size_t)a->stride * (size_t)a->height) == 0;
}

static int red(const rim_frame *f, int x, int y)
{
    return rim_frame_row8(f, y)[4 * x + 2];
}

// The NIR picture does not know of the second camera, and the visible one shows the
// same tissue where rim_phantom_to_visible() says.
START_TEST(second_camera_sees_the_same_tissue)
{
    rim_phantom_options o = options();
    film one = start(&o);
    o.two_cameras = true;
    film two = start(&o);
    rim_phantom_frame(one.p, &one.nir, &one.visible, NULL, 3);
    rim_phantom_frame(two.p, &two.nir, &two.visible, NULL, 3);
    ck_assert(same(&one.nir, &two.nir));
    double there = 0, here = 0, moved = 0;
    int n = 0;
    for (int y = 30; y < HEIGHT - 30; y += 2)
        for (int x = 30; x < WIDTH - 30; x += 2) {
            rim_point q;
            rim_phantom_to_visible(two.p, 3, (rim_point){x, y}, &q);
            const int u = (int)(q.x + 0.5), v = (int)(q.y + 0.5);
            if (u < 0 || v < 0 || u >= WIDTH || v >= HEIGHT)
                continue;
            const int a = red(&one.visible, x, y);
            there += (a - red(&two.visible, u, v)) * (a - red(&two.visible, u, v));
            here += (a - red(&two.visible, x, y)) * (a - red(&two.visible, x, y));
            moved += hypot(q.x - x, q.y - y);
            n++;
        }
    ck_assert_int_gt(n, 8000);
    ck_assert_double_gt(moved / n, 2); // or the test would show nothing
    ck_assert_msg(there < 0.6 * here, "%g against %g", there / n, here / n);
    end(&one);
    end(&two);
}
END_TEST

START_TEST(bump_moves_the_visible_picture_only)
{
    rim_phantom_options o = options();
    o.two_cameras = true;
    film still = start(&o);
    o.bump_px = 12;
    o.bump_frame = 4;
    film bumped = start(&o);
    for (int i = 3; i < 5; i++) {
        rim_phantom_frame(still.p, &still.nir, &still.visible, NULL, i);
        rim_phantom_frame(bumped.p, &bumped.nir, &bumped.visible, NULL, i);
        ck_assert(same(&still.nir, &bumped.nir));
        ck_assert(same(&still.visible, &bumped.visible) == (i < 4));
        rim_point a, b;
        const rim_point middle = {WIDTH / 2.0, HEIGHT / 2.0};
        rim_phantom_to_visible(still.p, i, middle, &a);
        rim_phantom_to_visible(bumped.p, i, middle, &b);
        ck_assert_double_eq_tol(hypot(a.x - b.x, a.y - b.y), i < 4 ? 0 : 12, 0.3);
    }
    end(&still);
    end(&bumped);
}
END_TEST

START_TEST(camera_seed_keeps_the_sensor)
{
    rim_phantom_options o = options();
    o.camera_seed = 9;
    double pitch;
    scratch_open();
    const char *a = scratch_path("a"), *b = scratch_path("b");
    ck_assert_int_eq(rim_phantom_targets(a, &o, 1, 1, 1, &pitch, NULL, NULL), RIM_OK);
    ck_assert_double_eq(pitch, 4);
    o.seed = 6; // another scene before the same cameras
    ck_assert_int_eq(rim_phantom_targets(b, &o, 1, 1, 1, &pitch, NULL, NULL), RIM_OK);
    static const char *const part[] = {"dark/nir", "flat/nir", "boards/nir"};
    for (int k = 0; k < 3; k++) {
        rim_frame fa = {
            .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 16};
        rim_frame fb = fa;
        char path[400];
        ck_assert_int_eq(rim_frame_init(&fa), RIM_OK);
        ck_assert_int_eq(rim_frame_init(&fb), RIM_OK);
        snprintf(path, sizeof path, "%s/%s/000000.png", a, part[k]);
        ck_assert_int_eq(rim_png_read(&fa, path), RIM_OK);
        snprintf(path, sizeof path, "%s/%s/000000.png", b, part[k]);
        ck_assert_int_eq(rim_png_read(&fb, path), RIM_OK);
        double off = 0, sum = 0;
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                off += abs(rim_frame_row16(&fa, y)[x] - rim_frame_row16(&fb, y)[x]);
                sum += rim_frame_row16(&fa, y)[x];
            }
        ck_assert_msg(off < 0.15 * sum, "%s: %g of %g", part[k], off, sum);
        rim_frame_uninit(&fa);
        rim_frame_uninit(&fb);
    }
    logged_start();
    ck_assert_int_eq(rim_phantom_targets(b, &o, 1, 1, 1, &pitch, NULL, NULL),
                     RIM_ERR_BUSY);
    logged_expect_error("holds targets already");
    scratch_close();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("phantom_eye");
    TCase *t = tcase_create("phantom_eye");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, second_camera_sees_the_same_tissue);
    tcase_add_test(t, bump_moves_the_visible_picture_only);
    tcase_add_test(t, camera_seed_keeps_the_sensor);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
