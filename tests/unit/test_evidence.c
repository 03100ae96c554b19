// test_evidence.c: the network against the integers of bench/evidence.py, and its word.
// SPDX-License-Identifier: MIT
#include "process/evidence.h"

#include "tests/unit/evidence_vector.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

enum { W = 54, H = 38 }; // odd at every level, and a part of a cell

typedef struct bench {
    rim_grid grid;
    rim_process_kernels kernels;
    rim_pyramid pyramid;
    rim_evidence evidence;
    int16_t ratio[W * H];
    uint8_t valid[W * H], saturated[W * H];
} bench;

static void set_up(bench *b, unsigned cpu)
{
    b->grid = (rim_grid){.width = W, .height = H, .mm = 0.2};
    rim_process_kernels_init(&b->kernels, cpu);
    ck_assert_int_eq(rim_pyramid_init(&b->pyramid, &b->grid, &b->kernels), RIM_OK);
    ck_assert_int_eq(rim_evidence_init(&b->evidence, &b->pyramid), RIM_OK);
}

static void tear_down(bench *b)
{
    rim_evidence_uninit(&b->evidence);
    rim_pyramid_uninit(&b->pyramid);
}

static void find(bench *b, rim_candidates *found)
{
    rim_pyramid_build(&b->pyramid, b->ratio);
    rim_evidence_find(&b->evidence, b->ratio, b->valid, b->saturated, found);
}

// The picture that vector() of bench/evidence.py draws.
static void draw(bench *b)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int i = y * W + x;
            b->valid[i] = (3 * x + 5 * y) % 11 != 0;
            b->ratio[i] = (int16_t)(b->valid[i] *
                                    ((37 * x + 91 * y + 5 * x * y) % 257 * 8 - 300));
            b->saturated[i] = (uint8_t)(x * y % 256);
        }
}

START_TEST(it_is_the_integers_of_the_script)
{
    const unsigned cpu[] = {0, rim_cpu_detect()};
    for (int k = 0; k < 2; k++) {
        bench b;
        set_up(&b, cpu[k]);
        draw(&b);
        // Of another frame before, nothing is left.
        for (int round = 0; round < 2; round++) {
            rim_candidates found = {0};
            find(&b, &found);
            const rim_signal *a = &b.evidence.answer;
            ck_assert_int_eq(a->width * a->height,
                             sizeof answers[0] / sizeof answers[0][0]);
            for (int c = 0; c < 4; c++)
                for (int i = 0; i < a->width * a->height; i++)
                    ck_assert_int_eq(a->at[i / a->width * a->row + c / 2 * a->stride +
                                           2 * (i % a->width) + c % 2],
                                     answers[c][i]);
        }
        tear_down(&b);
    }
}
END_TEST

START_TEST(a_spot_has_its_say)
{
    bench b;
    set_up(&b, rim_cpu_detect());
    for (int i = 0; i < W * H; i++) {
        const double r = hypot(i % W - 30, i / W - 18);
        b.ratio[i] = (int16_t)(1024.0 * log2(1.0 + 2.0 * exp(-r * r / 60.0)));
        b.valid[i] = 1;
        b.saturated[i] = 0;
    }
    rim_candidates found = {0};
    find(&b, &found);
    ck_assert_int_ge(found.count, 1);
    ck_assert_double_eq_tol(found.at[0].x, 30.0, 2.5);
    ck_assert_double_eq_tol(found.at[0].y, 18.0, 2.5);
    const rim_opinion on = rim_evidence_of(&b.evidence, 30.0, 18.0, 6.5);
    const rim_opinion off = rim_evidence_of(&b.evidence, 4.0, 34.0, 6.5);
    ck_assert_double_eq(on.odds, found.at[0].score / 256.0);
    ck_assert_double_gt(on.odds, off.odds + 2.0);
    ck_assert_double_lt(on.off, 0.5);
    ck_assert_double_lt(fabs(on.size), 0.6);
    // Places beyond the frame are asked of its border.
    ck_assert(isfinite(rim_evidence_of(&b.evidence, -50.0, 900.0, 6.5).odds));
    tear_down(&b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("evidence");
    TCase *t = tcase_create("evidence");
    suite_add_tcase(s, t);
    tcase_add_test(t, it_is_the_integers_of_the_script);
    tcase_add_test(t, a_spot_has_its_say);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
