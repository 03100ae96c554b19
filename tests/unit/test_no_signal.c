// test_no_signal.c: nothing of an old picture is left, and the lines are there.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "render/no_signal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static int bright(const rim_frame *f)
{
    int n = 0;
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            n += rim_frame_row8(f, y)[4 * x + 1] > 128;
    return n;
}

START_TEST(covers_what_was_there)
{
    static const int heights[] = {16, 180, 480, 1080};
    const int height = heights[_i], width = height * 16 / 9;
    rim_frame a = {.width = width, .height = height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    rim_frame b = a;
    rim_no_signal *n = NULL;
    ck_assert_int_eq(rim_frame_init(&a), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&b), RIM_OK);
    ck_assert_int_eq(rim_no_signal_create(&n, height), RIM_OK);
    memset(a.data, 0xff, (size_t)(a.stride * height));
    rim_no_signal_draw(n, &a, "CAMERA UNPLUGGED", 3 * RIM_NS_PER_S);
    rim_no_signal_draw(n, &b, "CAMERA UNPLUGGED", 3 * RIM_NS_PER_S);
    for (int y = 0; y < height; y++)
        ck_assert_mem_eq(rim_frame_row8(&a, y), rim_frame_row8(&b, y),
                         4 * (size_t)width);
    if (height >= 180) {
        const int with = bright(&b);
        ck_assert_int_gt(with, width * height / 200);
        ck_assert_int_lt(with, width * height / 4);
        rim_no_signal_draw(n, &a, "", 3 * RIM_NS_PER_S);
        ck_assert_int_lt(bright(&a), with); // the reason was written
        rim_no_signal_draw(n, &a, "CAMERA UNPLUGGED", 75 * RIM_NS_PER_S);
        ck_assert_int_gt(bright(&a), with); // "1 min 15 s" is longer than "3.0 s"
    }
    rim_no_signal_destroy(&n);
    ck_assert_ptr_null(n);
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("no_signal");
    TCase *t = tcase_create("no_signal");
    suite_add_tcase(s, t);
    tcase_add_loop_test(t, covers_what_was_there, 0, 4);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
