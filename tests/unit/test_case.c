// test_case.c: reports read whole: what each lesion did, reports that break off, and
// the tables made of them.
// SPDX-License-Identifier: MIT
#include "exchange/case.h"
#include "exchange/csv.h"
#include "report/report.h"
#include "scratch.h"

#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static rim_case *c;

static void set_up(void)
{
    scratch_open();
    logged_start();
    c = NULL;
}

static void tear_down(void)
{
    rim_case_destroy(&c);
    scratch_close();
}

// Three frames, the second lost: lesion 7 in both that are there, lesion 2 in the
// last, a residual in the first.
static void put_frames(rim_report_writer *w)
{
    rim_result r = {.frame = 0, .t_ns = 0, .lesion_count = 1};
    r.lesion[0] = (rim_lesion){.id = 7,
                               .x = 100.5,
                               .y = 80.25,
                               .a = 30,
                               .b = 20,
                               .angle = -12.5,
                               .rim_width = 6,
                               .coverage = 0.9,
                               .pattern = RIM_PATTERN_RIM,
                               .sbr = 3.5,
                               .core_ratio = 0.4,
                               .target = 700,
                               .background = 200,
                               .cnr = 12,
                               .confidence = 0.8,
                               .diameter_mm = 4.0,
                               .why = RIM_WHY_AT_EDGE | RIM_WHY_NEW};
    r.quality =
        (rim_quality){.saturated = 0.001, .dark = 0.1, .motion_px = (double)NAN};
    r.surface = (rim_surface){.state = RIM_SURFACE_RESIDUAL,
                              .assessable = 0.96,
                              .visible_depth_mm = 3.5,
                              .residual_count = 1};
    r.surface.residual[0] =
        (rim_residual){.id = 1,
                       .x = 50,
                       .y = 60,
                       .area_px = 900,
                       .area_mm2 = 2.4,
                       .sbr = 1.9,
                       .target = 950.5,
                       .background = 500.25,
                       .cnr = 11.5,
                       .confidence = 0.91,
                       .outline = {3, {{40, 50}, {62.5, 55}, {50, 70}}}};
    ck_assert_int_eq(rim_report_write(w, &r), RIM_OK);
    r.frame = 2;
    r.t_ns = 66666666;
    r.lesion_count = 2;
    r.lesion[0].confidence = 0.95;
    r.lesion[0].sbr = 4.5;
    r.lesion[0].diameter_mm = 6.0;
    r.lesion[0].why = 0;
    r.lesion[1] = (rim_lesion){.id = 2,
                               .x = 10,
                               .y = 11,
                               .a = 5,
                               .b = 5,
                               .rim_width = (double)NAN,
                               .pattern = RIM_PATTERN_TOTAL,
                               .sbr = 2,
                               .confidence = 0.6,
                               .diameter_mm = (double)NAN};
    r.quality.dropped = 1;
    r.quality.motion_px = 1.5;
    r.quality.why = RIM_WHY_REGISTRATION;
    r.quality.calibration = (rim_calib_state){
        .used = true, .age_days = 41, .registration_px = 0.8, .shift_px = 7.25};
    r.quality.leakage_from = RIM_LEAKAGE_HIGHLIGHTS;
    r.quality.leakage = 0.12;
    r.surface.state = RIM_SURFACE_CANNOT_ASSESS;
    r.surface.why = RIM_WHY_DARK | RIM_WHY_HIDDEN;
    r.surface.residual_count = 0;
    ck_assert_int_eq(rim_report_write(w, &r), RIM_OK);
}

static const char *write_report(void)
{
    static char path[1024];
    strcpy(path, scratch_path("report.jsonl"));
    rim_report_writer *w = NULL;
    ck_assert_int_eq(rim_report_create(&w, path), RIM_OK);
    put_frames(w);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    return path;
}

START_TEST(lesions_are_followed)
{
    ck_assert_int_eq(rim_case_load(&c, write_report()), RIM_OK);
    ck_assert_uint_eq(c->frame_count, 2);
    ck_assert_uint_eq(c->lesion_count, 3);
    ck_assert_uint_eq(c->dropped, 1);
    ck_assert(c->surface && !c->cut_short && !c->ended);
    ck_assert_uint_eq(c->lesion_track_count, 2);
    const rim_case_track *two = &c->lesion_track[0], *seven = &c->lesion_track[1];
    ck_assert_int_eq(two->id, 2);
    ck_assert_uint_eq(two->first, 1);
    ck_assert_double_nan(two->size_median);
    ck_assert_int_eq(seven->id, 7);
    ck_assert_uint_eq(seven->count, 2);
    ck_assert_uint_eq(seven->first, 0);
    ck_assert_uint_eq(seven->last, 1);
    ck_assert_uint_eq(c->lesion[seven->clearest].frame, 1);
    ck_assert_double_eq(seven->sbr_median, 3.5); // the lower of two
    ck_assert_double_eq(seven->sbr_max, 4.5);
    ck_assert_double_eq(seven->confidence_max, 0.95);
    ck_assert_int_eq(seven->pattern, RIM_PATTERN_RIM);
    ck_assert_uint_eq(c->residual_track_count, 1);
    ck_assert_uint_eq(c->corner_count, 3);
    logged_expect_quiet();
}
END_TEST

static void expect_file(const char *name, const char *text)
{
    size_t size = 0;
    uint8_t *bytes = scratch_read(scratch_path("tables/%s", name), &size);
    ck_assert_msg(size == strlen(text) && memcmp(bytes, text, size) == 0,
                  "%s is\n%.*s\nnot\n%s", name, (int)size, (const char *)bytes, text);
    free(bytes);
}

START_TEST(tables_hold_every_figure)
{
    (void)setlocale(LC_ALL, "de_DE.UTF-8"); // a decimal comma must not matter
    ck_assert_int_eq(rim_case_load(&c, write_report()), RIM_OK);
    ck_assert_int_eq(rim_csv_write(c, scratch_path("tables")), RIM_OK);
    expect_file("frames.csv",
                "frame,t_s,dropped_frames,saturated,dark,motion_px,age_ms,lesions,"
                "surface_state,assessable,visible_depth_mm,surface_why,residuals,"
                "picture_why,calibration_age_days,registration_px,shift_px,leakage,"
                "leakage_from\r\n"
                "0,0.000000000,0,0.001,0.1,,,1,residual,0.96,3.5,,1,,,,,,\r\n"
                "2,0.066666666,1,0.001,0.1,1.5,,2,cannot_assess,0.96,3.5,dark hidden,"
                "0,registration,41,0.8,7.25,0.12,highlights\r\n");
    expect_file(
        "lesion_frames.csv",
        "frame,t_s,lesion,x_px,y_px,a_px,b_px,angle_deg,rim_width_px,coverage,pattern,"
        "sbr,core_ratio,target_counts,background_counts,cnr,confidence,diameter_mm,"
        "why\r\n"
        "0,0.000000000,7,100.5,80.25,30.0,20.0,-12.5,6.0,0.9,rim,3.5,0.4,700.0,200.0,"
        "12.0,0.8,4.0,at_edge new\r\n"
        "2,0.066666666,7,100.5,80.25,30.0,20.0,-12.5,6.0,0.9,rim,4.5,0.4,700.0,200.0,"
        "12.0,0.95,6.0,\r\n"
        "2,0.066666666,2,10.0,11.0,5.0,5.0,0.0,,0.0,total,2.0,0.0,0.0,0.0,0.0,0.6,,"
        "\r\n");
    expect_file("lesions.csv",
                "lesion,first_frame,last_frame,first_t_s,last_t_s,frames_seen,pattern,"
                "sbr_median,sbr_max,diameter_mm_median,confidence_max,clearest_frame,"
                "clearest_x_px,clearest_y_px,clearest_a_px,clearest_b_px\r\n"
                "2,2,2,0.066666666,0.066666666,1,total,2.0,2.0,,0.6,2,10.0,11.0,5.0,"
                "5.0\r\n"
                "7,0,2,0.000000000,0.066666666,2,rim,3.5,4.5,4.0,0.95,2,100.5,80.25,"
                "30.0,20.0\r\n");
    expect_file("residual_frames.csv",
                "frame,t_s,surface_state,residual,x_px,y_px,area_px,area_mm2,sbr,"
                "target_counts,background_counts,cnr,confidence,why,polygon_px\r\n"
                "0,0.000000000,residual,1,50.0,60.0,900.0,2.4,1.9,950.5,500.25,11.5,"
                "0.91,,"
                "40.0 50.0;62.5 55.0;50.0 70.0\r\n");
    expect_file("residuals.csv",
                "residual,first_frame,last_frame,first_t_s,last_t_s,frames_seen,"
                "sbr_median,sbr_max,area_mm2_median,confidence_max,clearest_frame,"
                "clearest_x_px,clearest_y_px\r\n"
                "1,0,0,0.000000000,0.000000000,1,1.9,1.9,2.4,0.91,0,50.0,60.0\r\n");
}
END_TEST

START_TEST(cut_within_a_line)
{
    const char *path = write_report();
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(truncate(path, st.st_size - 40), 0);
    ck_assert_int_eq(rim_case_load(&c, path), RIM_OK);
    ck_assert(c->cut_short && !c->ended);
    ck_assert_uint_eq(c->frame_count, 1);
    ck_assert_int_eq(logged_count(RIM_LOG_WARNING), 1);
}
END_TEST

START_TEST(empty_report_gives_headings)
{
    scratch_write(scratch_path("empty.jsonl"), "", 0);
    ck_assert_int_eq(rim_case_load(&c, scratch_path("empty.jsonl")), RIM_OK);
    ck_assert_uint_eq(c->frame_count, 0);
    ck_assert_int_eq(rim_csv_write(c, scratch_path("tables")), RIM_OK);
    expect_file("residuals.csv",
                "residual,first_frame,last_frame,first_t_s,last_t_s,frames_seen,"
                "sbr_median,sbr_max,area_mm2_median,confidence_max,clearest_frame,"
                "clearest_x_px,clearest_y_px\r\n");
    logged_expect_quiet();
}
END_TEST

#define LINE(n) "{\"frame\":" n ",\"lesions\":[],\"model\":\"next\",\"why\":[1]}\n"

static void put(const char *text)
{
    scratch_write(scratch_path("r.jsonl"), text, strlen(text));
}

// What stands before a wrong line is there, and the error is kept.
START_TEST(wrong_line_ends_it)
{
    static const char *const wrong[] = {
        "this is no JSON\n", "{\"frame\":5}\n", "{\"frame\":\"5\",\"lesions\":[]}\n",
        ("{\"frame\":5,\"lesions\":[{\"id\":1,\"x\":1,\"y\":1,\"a\":1,\"b\":1,"
         "\"pattern\":\"spiral\"}]}\n")};
    char text[512];
    (void)snprintf(text, sizeof text, LINE("3") "%s", wrong[_i]);
    put(text);
    ck_assert_int_eq(rim_case_load(&c, scratch_path("r.jsonl")), RIM_OK);
    ck_assert_int_eq(c->ended, RIM_ERR_FORMAT);
    ck_assert_uint_eq(c->frame_count, 1);
    logged_expect_error("r.jsonl:2:");
    rim_case_destroy(&c);
    put(wrong[_i]);
    ck_assert_int_eq(rim_case_load(&c, scratch_path("r.jsonl")), RIM_ERR_FORMAT);
    ck_assert_ptr_null(c);
}
END_TEST

START_TEST(two_reports_in_one_are_told)
{
    put(LINE("3") LINE("4") LINE("3"));
    ck_assert_int_eq(rim_case_load(&c, scratch_path("r.jsonl")), RIM_OK);
    ck_assert_int_eq(c->ended, RIM_ERR_FORMAT);
    ck_assert_uint_eq(c->frame_count, 2);
    logged_expect_error("frame 3 comes after frame 4");
}
END_TEST

START_TEST(no_such_report)
{
    ck_assert_int_eq(rim_case_load(&c, scratch_path("none.jsonl")), RIM_ERR_NOT_FOUND);
    logged_expect_error("none.jsonl");
}
END_TEST

START_TEST(folder_that_cannot_be)
{
    ck_assert_int_eq(rim_case_load(&c, write_report()), RIM_OK);
    ck_assert_int_eq(rim_csv_write(c, scratch_path("report.jsonl/tables")), RIM_ERR_IO);
    logged_expect_error("tables");
    logged_start();
    ck_assert_int_eq(rim_csv_write(c, scratch_path("report.jsonl")), RIM_ERR_IO);
    logged_expect_error("report.jsonl");
    logged_start(); // a folder where a table must be
    scratch_mkdir("there");
    scratch_mkdir("there/frames.csv");
    ck_assert_int_eq(rim_csv_write(c, scratch_path("there")), RIM_ERR_IO);
    logged_expect_error("frames.csv");
    ck_assert_int_ne(access(scratch_path("there/frames.csv.part"), F_OK), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("case");
    TCase *t = tcase_create("case");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, lesions_are_followed);
    tcase_add_test(t, tables_hold_every_figure);
    tcase_add_test(t, cut_within_a_line);
    tcase_add_test(t, empty_report_gives_headings);
    tcase_add_loop_test(t, wrong_line_ends_it, 0, 4);
    tcase_add_test(t, two_reports_in_one_are_told);
    tcase_add_test(t, no_such_report);
    tcase_add_test(t, folder_that_cannot_be);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
