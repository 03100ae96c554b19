// test_scale.c: parts of a picture, larger and smaller.
// SPDX-License-Identifier: MIT
#include "base/cpu.h"
#include "render/scale.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 97, HEIGHT = 61 };

static void make(rim_frame *f, int width, int height)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
}

static void make_source(rim_frame *f)
{
    make(f, WIDTH, HEIGHT);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < 4 * WIDTH; x++)
            rim_frame_row8(f, y)[x] =
                (uint8_t)(x % 4 == 3 ? 255 : x * 7 + y * 13 + x * y % 31);
}

static bool same(const rim_frame *a, const rim_frame *b)
{
    for (int y = 0; y < a->height; y++)
        if (memcmp(rim_frame_row8(a, y), rim_frame_row8(b, y), 4 * (size_t)a->width))
            return false;
    return true;
}

START_TEST(at_its_size_it_is_a_copy)
{
    rim_frame from, to;
    make_source(&from);
    make(&to, WIDTH, HEIGHT);
    rim_scale_part(&to, &from, (rim_part){0, 0, WIDTH, HEIGHT}, NULL, 0);
    ck_assert(same(&from, &to));
    rim_frame_uninit(&from);
    rim_frame_uninit(&to);
}
END_TEST

START_TEST(at_half_its_size_it_is_the_mean)
{
    rim_frame from, to;
    make_source(&from);
    make(&to, 40, 30);
    rim_scale_part(&to, &from, (rim_part){0, 0, 80, 60}, NULL, rim_cpu_detect());
    for (int y = 0; y < 30; y++)
        for (int x = 0; x < 160; x++) {
            const int at = x / 4 * 8 + x % 4;
            const uint8_t *a = rim_frame_row8(&from, 2 * y) + at;
            const uint8_t *b = rim_frame_row8(&from, 2 * y + 1) + at;
            ck_assert_int_eq(rim_frame_row8(&to, y)[x],
                             (a[0] + a[4] + b[0] + b[4] + 2) / 4);
        }
    rim_frame_uninit(&from);
    rim_frame_uninit(&to);
}
END_TEST

// Beyond half a pixel from the outermost centres it is black, before that the border.
START_TEST(beyond_the_edges_it_is_black)
{
    rim_frame from, to;
    make_source(&from);
    memset(from.data, 200, (size_t)from.stride * HEIGHT);
    make(&to, 3 * WIDTH, 3 * HEIGHT);
    const rim_part part = {-WIDTH, -HEIGHT, 3.0 * WIDTH, 3.0 * HEIGHT};
    rim_scale_part(&to, &from, part, NULL, rim_cpu_detect());
    for (int y = 0; y < to.height; y++)
        for (int x = 0; x < to.width; x++) {
            const bool in =
                x >= WIDTH && x < 2 * WIDTH && y >= HEIGHT && y < 2 * HEIGHT;
            ck_assert_int_eq(rim_frame_row8(&to, y)[4 * x], in ? 200 : 0);
        }
    rim_frame_uninit(&from);
    rim_frame_uninit(&to);
}
END_TEST

// Any part at any size: C, the machine's best, and threads.
START_TEST(levels_and_threads_do_not_change_a_byte)
{
    static const rim_part part[] = {{0, 0, WIDTH, HEIGHT},
                                    {10.3, 7.7, 33.1, 20.9},
                                    {-4.2, 3.5, 60, 40},
                                    {70, 50, 40, 30}};
    rim_frame from, plain, fast;
    rim_workers *workers = NULL;
    make_source(&from);
    ck_assert_int_eq(rim_workers_create(&workers, 3), RIM_OK);
    for (int width = 16; width < 300; width += 23) {
        make(&plain, width, 90);
        make(&fast, width, 90);
        for (int i = 0; i < 4; i++) {
            rim_scale_part(&plain, &from, part[i], NULL, 0);
            rim_scale_part(&fast, &from, part[i], workers, rim_cpu_detect());
            ck_assert(same(&plain, &fast));
        }
        rim_frame_uninit(&plain);
        rim_frame_uninit(&fast);
    }
    rim_workers_destroy(&workers);
    rim_frame_uninit(&from);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scale");
    TCase *t = tcase_create("scale");
    suite_add_tcase(s, t);
    tcase_add_test(t, at_its_size_it_is_a_copy);
    tcase_add_test(t, at_half_its_size_it_is_the_mean);
    tcase_add_test(t, beyond_the_edges_it_is_black);
    tcase_add_test(t, levels_and_threads_do_not_change_a_byte);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
