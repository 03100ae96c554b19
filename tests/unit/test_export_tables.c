// test_export_tables.c: what a page tells of run and calibration, and where a served
// picture lies.
// SPDX-License-Identifier: MIT
#include "app/export/tables.h"
#include "app/serve.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rim_page_table table;

static const char *value_of(const char *name)
{
    for (int i = 0; i < table.count; i++)
        if (strcmp(table.row[i].name, name) == 0)
            return table.row[i].value;
    return "(missing)";
}

// A calibration's age counts in days of the calendar, from its date to the day of the recording, which the
// recording tells, and to today.
START_TEST(age_of_a_calibration)
{
    static const struct {
        const char *made, *started, *days;
    } dates[] = {
        {"2026-02-01T10:00:00Z", "2026-03-01T10:00:00Z", "28 days"},
        {"2024-02-28T12:00:00Z", "2024-03-01T12:00:00Z", "2 days"},
        {"1999-12-31T23:59:59Z", "2000-03-01T00:00:00Z", "61 days"},
        {"2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "1 day"},
        {"2026-03-01T10:00:00Z", "2026-03-02T09:59:59Z", "1 day"},
        {"2026-03-01T10:00:00Z", "soon", "(missing)"},
        {"2026-03-01T10:00:00Z", "2026-13-01T10:00:00Z", "(missing)"},
    };
    char tag[128];
    rim_calib calib = {.width = 64, .height = 48, .bits = 12};
    (void)snprintf(calib.date, sizeof calib.date, "%s", dates[_i].made);
    (void)snprintf(tag, sizeof tag, "{\"started\":\"%s\"}", dates[_i].started);
    const rim_source_info info = {.tag = tag};
    const rim_case c = {0};
    setenv("SOURCE_DATE_EPOCH", "4102444800", 1); // NOLINT: 2100, one thread
    table = (rim_page_table){0};
    rim_export_table_calibration(&table, &c, &calib, "cal/", &info);
    ck_assert_str_eq(value_of("age when recorded"), dates[_i].days);
    ck_assert_int_gt(atoi(value_of("age when this page was made")), 26000);
    ck_assert_str_eq(value_of("calibration"), "cal/");
    unsetenv("SOURCE_DATE_EPOCH"); // NOLINT: one thread
}
END_TEST

START_TEST(what_the_report_tells_of_it)
{
    rim_case_frame frame[2] = {{.number = 0}, {.number = 1}};
    const rim_case c = {.frame = frame, .frame_count = 2};
    table = (rim_page_table){0};
    rim_export_table_calibration(&table, &c, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(strstr(value_of("calibration"), "not known"));
    for (int i = 0; i < 2; i++)
        frame[i].quality.calibration = (rim_calib_state){
            .used = true, .age_days = 3, .registration_px = 0.5, .shift_px = 2 + 3 * i};
    frame[1].quality.why = RIM_WHY_REGISTRATION;
    table = (rim_page_table){0};
    rim_export_table_calibration(&table, &c, NULL, NULL, NULL);
    ck_assert_str_eq(value_of("pictures parted by, at most"), "5 px");
    ck_assert_str_eq(value_of("frames with a registration that did not hold"),
                     "1 of 2");
    ck_assert_str_eq(value_of("age when the report was made"), "3 days");
}
END_TEST

// Every key that a recording keeps, however deep.
START_TEST(parameters_of_a_recording)
{
    static const rim_source_info info = {
        .sbr_low = 1.3,
        .sbr_high = 5,
        .tag = "{\"version\":2,\"nir\":{\"bit_depth\":12,\"deep\":{\"x\":null}},"
               "\"fps\":29.97,\"ok\":true,\"command\":[\"live\",\"--nir\",\"<b>\"],"
               "\"cut_surface\":[{\"frame\":0}]}"};
    const rim_export_job job = {0};
    table = (rim_page_table){0};
    rim_export_table_run(&table, &job, &info);
    ck_assert_str_eq(value_of("version"), "2");
    ck_assert_str_eq(value_of("nir.bit_depth"), "12");
    ck_assert_str_eq(value_of("nir.deep.x"), "not known");
    ck_assert_str_eq(value_of("fps"), "29.97");
    ck_assert_str_eq(value_of("ok"), "yes");
    ck_assert_str_eq(value_of("command"), "live --nir <b>");
    ck_assert_str_eq(value_of("cut_surface"), "(missing)");
}
END_TEST

static void expect_near(double value, double wanted)
{
    ck_assert_double_eq_tol(value, wanted, 1e-9);
}

START_TEST(where_a_picture_lies)
{
    const rim_igtl_plane nir = {640, 480, 0.1, 0.1, 0, 0};
    const double none[9] = {0};
    rim_igtl_plane same = {.width = 640, .height = 480};
    rim_serve_place(&same, &nir, none);
    expect_near(same.pitch_x, 0.1);
    expect_near(same.x, 0);
    // Twice the size: its first pixel lies a quarter of a NIR pixel before the first.
    rim_igtl_plane twice = {.width = 1280, .height = 960};
    rim_serve_place(&twice, &nir, none);
    expect_near(twice.pitch_x, 0.05);
    expect_near(twice.pitch_y, 0.05);
    expect_near(twice.x, -0.025);
    expect_near(twice.y, -0.025);
    // u = 2 x + 100, v = 2 y + 50, times any number.
    const double moved[9] = {6, 0, 300, 0, 6, 150, 0, 0, 3};
    rim_igtl_plane other = {.width = 1920, .height = 1080};
    rim_serve_place(&other, &nir, moved);
    expect_near(other.pitch_x, 0.05);
    expect_near(other.x, -5);
    expect_near(other.y, -2.5);
    // With perspective the middle counts: its picture pixel lies where it lies.
    const double slanted[9] = {2, 0.01, 10, 0.02, 2.1, 5, 1e-5, 2e-5, 1};
    rim_serve_place(&other, &nir, slanted);
    const double x = 319.5, y = 239.5;
    const double w = slanted[6] * x + slanted[7] * y + slanted[8];
    const double u = (slanted[0] * x + slanted[1] * y + slanted[2]) / w;
    expect_near(other.x + u * other.pitch_x, x * 0.1);
    ck_assert_double_eq_tol(other.pitch_x, 0.1 / 2.05, 0.002);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("export tables");
    TCase *t = tcase_create("export tables");
    tcase_add_loop_test(t, age_of_a_calibration, 0, 7);
    tcase_add_test(t, what_the_report_tells_of_it);
    tcase_add_test(t, parameters_of_a_recording);
    tcase_add_test(t, where_a_picture_lies);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
