// test_bench.c: rimlight bench, as a user and as a program call it.
// SPDX-License-Identifier: MIT
#include "tests/cli/program.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static rim_run run;

static double number(const json_t *row, const char *key)
{
    const json_t *v = json_object_get(row, key);
    ck_assert_msg(json_is_number(v), "%s is not there", key);
    return json_number_value(v);
}

START_TEST(a_cut_surface_is_timed)
{
    rim_run_program(&run, "bench --surface --size 160x120 --frames 10 --threads 1");
    ck_assert_msg(run.status == 0, "%s", run.err);
}
END_TEST

START_TEST(json_has_what_the_interface_says)
{
    rim_run_program(&run, "bench --size 160x120 --frames 10 --threads 2 --json -");
    ck_assert_msg(run.status == 0, "%s", run.err);
    json_error_t error;
    json_t *root = json_loads(run.out, 0, &error);
    ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
    const json_t *chain = json_object_get(root, "chain");
    ck_assert_uint_eq(json_array_size(chain), 4);
    for (size_t i = 0; i < json_array_size(chain); i++) {
        const json_t *row = json_array_get(chain, i);
        ck_assert_double_eq(number(row, "width"), 160);
        ck_assert_double_eq(number(row, "height"), 120);
        ck_assert_double_eq(number(row, "threads"), i < 2 ? 1 : 2);
        ck_assert(json_is_boolean(json_object_get(row, "compositing")));
        ck_assert_double_eq(number(row, "frames"), 10);
        ck_assert_double_gt(number(row, "median_ms"), 0);
        ck_assert_double_ge(number(row, "p99_ms"), number(row, "median_ms"));
        ck_assert_double_gt(number(row, "delay_ms"), 0);
    }
    const json_t *kernels = json_object_get(root, "kernels");
    ck_assert_uint_gt(json_array_size(kernels), 5);
    for (size_t i = 0; i < json_array_size(kernels); i++) {
        const json_t *row = json_array_get(kernels, i);
        ck_assert(json_is_string(json_object_get(row, "name")));
        ck_assert(json_is_string(json_object_get(row, "cpu")));
        ck_assert_double_ge(number(row, "median_ms"), 0);
        ck_assert_double_ge(number(row, "reference_ms"), 0);
        ck_assert_double_ge(number(row, "gb_per_s"), 0);
    }
    json_decref(root);
}
END_TEST

START_TEST(a_recording_is_timed_and_a_sentence_said)
{
    rim_run_program(&run, "bench %s/samples/frames/liver --frames 10 --cpu c",
                    RIM_SOURCE_DIR);
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "This machine handles "));
    ck_assert_ptr_nonnull(strstr(run.out, "correct "));
}
END_TEST

START_TEST(wrong_use_is_refused)
{
    static const char *const wrong[] = {
        "bench --frames 1", "bench --cpu mmx", "bench --size 10x10",
        "bench " RIM_SOURCE_DIR "/samples/frames/liver --size 320x240",
        "bench " RIM_SOURCE_DIR "/samples/frames/liver --surface"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        rim_run_program(&run, "%s", wrong[i]);
        ck_assert_msg(run.status == 2, "%s: status %d", wrong[i], run.status);
        ck_assert_str_eq(run.out, ""); // no table
    }
    rim_run_program(&run, "bench no/such/recording");
    ck_assert_int_eq(run.status, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bench");
    TCase *t = tcase_create("bench");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, json_has_what_the_interface_says);
    tcase_add_test(t, a_cut_surface_is_timed);
    tcase_add_test(t, a_recording_is_timed_and_a_sentence_said);
    tcase_add_test(t, wrong_use_is_refused);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
