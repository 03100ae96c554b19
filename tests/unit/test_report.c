// test_report.c: what is written is read back; bad files and full disks.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "report/report.h"

#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char g_folder[] = "/tmp/rim_report_XXXXXX";
static char g_path[64];
static char g_log[4096]; // what was logged in this test, a line each
static int g_lines;

static void keep_line(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    (void)level;
    g_lines++;
    strncat(g_log, line, sizeof g_log - strlen(g_log) - 2);
    strcat(g_log, "\n");
}

static void setup(void)
{
    g_log[0] = '\0';
    g_lines = 0;
    rim_log_set_sink(keep_line, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static void teardown(void)
{
    rim_log_set_sink(NULL, NULL);
    (void)unlink(g_path);
}

static void put_file(const char *text)
{
    FILE *f = fopen(g_path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), f), strlen(text));
    ck_assert_int_eq(fclose(f), 0);
}

static char *get_file(void)
{
    static char text[1 << 20];
    FILE *f = fopen(g_path, "rb");
    ck_assert_ptr_nonnull(f);
    const size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    ck_assert_int_eq(fclose(f), 0);
    return text;
}

static rim_truth example(void)
{
    rim_truth t = {.seen = {.frame = 12, .t_ns = 400000000, .lesion_count = 1}};
    t.seen.lesion[0] = (rim_lesion){.id = 1,
                                    .x = 960.2,
                                    .y = 540.1237,
                                    .a = 80.1,
                                    .b = 76.0,
                                    .angle = -12.0,
                                    .rim_width = (double)NAN,
                                    .coverage = 0.93,
                                    .pattern = RIM_PATTERN_TOTAL,
                                    .sbr = 3.1,
                                    .core_ratio = 0.42,
                                    .target = 812.5,
                                    .background = 262.1,
                                    .cnr = (double)INFINITY,
                                    .confidence = 0.97,
                                    .diameter_mm = 8.1,
                                    .why = RIM_WHY_SATURATED | RIM_WHY_NEW};
    t.lesion[0] = (rim_truth_object){"a \"b\"\\\n", 1.25, 15.0, true};
    rim_surface *s = &t.seen.surface;
    s->state = RIM_SURFACE_RESIDUAL;
    s->assessable = 0.96;
    s->visible_depth_mm = 3.5;
    s->why = RIM_WHY_DARK;
    s->residual_count = 1;
    s->residual[0] =
        (rim_residual){.id = 3,
                       .x = 700.0,
                       .y = 410.0,
                       .area_px = 900,
                       .area_mm2 = 2.4,
                       .sbr = 1.9,
                       .target = 950.5,
                       .background = 500.25,
                       .cnr = 11.5,
                       .confidence = 0.91,
                       .outline = {3, {{690, 400}, {712, 402.5}, {705, 421}}}};
    t.residual[0] = (rim_truth_object){"residual", 2.0, 12.5, true};
    t.seen.quality = (rim_quality){.saturated = 0.0002,
                                   .dark = 0.11,
                                   .motion_px = (double)NAN,
                                   .dropped = 2,
                                   .age_ms = 7.25,
                                   .acquired_ms = 0.5,
                                   .unpacked_ms = 1.125,
                                   .presented_ms = (double)NAN};
    return t;
}

static rim_report_writer *create(const char *path)
{
    rim_report_writer *w = NULL;
    ck_assert_int_eq(rim_report_create(&w, path), RIM_OK);
    return w;
}

START_TEST(line_is_the_stated_format)
{
    // A locale with a decimal comma must not matter; where it is missing, "C" stays.
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    const rim_truth t = example();
    rim_report_writer *w = create(g_path);
    ck_assert_int_eq(rim_report_write(w, &t.seen), RIM_OK);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    ck_assert_ptr_null(w);
    ck_assert_str_eq(
        get_file(),
        "{\"frame\":12,\"t_ns\":400000000,\"lesions\":[{\"id\":1,\"x\":960.2,"
        "\"y\":540.124,\"a\":80.1,\"b\":76.0,\"angle\":-12.0,\"rim_width\":null,"
        "\"coverage\":0.93,\"pattern\":\"total\",\"sbr\":3.1,\"core_ratio\":0.42,"
        "\"target\":812.5,\"background\":262.1,\"cnr\":null,\"confidence\":0.97,"
        "\"diameter_mm\":8.1,\"why\":[\"saturated\",\"new\"]}],"
        "\"cut_surface\":{\"state\":\"residual\",\"assessable\":0.96,"
        "\"visible_depth_mm\":3.5,\"why\":[\"dark\"],\"residuals\":[{\"id\":3,"
        "\"x\":700.0,\"y\":410.0,\"area_px\":900.0,\"area_mm2\":2.4,\"sbr\":1.9,"
        "\"target\":950.5,\"background\":500.25,\"cnr\":11.5,"
        "\"confidence\":0.91,\"polygon\":[[690.0,400.0],[712.0,402.5],"
        "[705.0,421.0]],\"why\":[]}]},\"quality\":{\"saturated\":0.0002,"
        "\"dark\":0.11,\"motion_px\":null,\"dropped\":2,\"age_ms\":7.25,"
        "\"ages_ms\":{\"acquired\":0.5,\"unpacked\":1.125,\"presented\":null}}}\n");
    ck_assert_str_eq(g_log, "");
}
END_TEST

START_TEST(truth_is_read_back_as_written)
{
    const rim_truth t = example();
    rim_report_writer *w = create(g_path);
    ck_assert_int_eq(rim_report_write_truth(w, &t), RIM_OK);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    rim_report_reader *r = NULL;
    static rim_truth u;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &u), RIM_OK);
    const rim_lesion *a = &t.seen.lesion[0], *b = &u.seen.lesion[0];
    ck_assert_uint_eq(u.seen.frame, 12);
    ck_assert_int_eq(u.seen.t_ns, 400000000);
    ck_assert_int_eq(u.seen.lesion_count, 1);
    ck_assert_double_eq_tol(b->y, a->y, 0.0005001);
    ck_assert_double_eq(b->angle, a->angle);
    ck_assert_double_nan(b->rim_width);
    ck_assert_double_nan(b->cnr);
    ck_assert_int_eq(b->pattern, RIM_PATTERN_TOTAL);
    ck_assert_uint_eq(b->why, a->why);
    ck_assert_str_eq(u.lesion[0].class_name, t.lesion[0].class_name);
    ck_assert_double_eq(u.lesion[0].depth_mm, 1.25);
    ck_assert(u.lesion[0].detectable);
    ck_assert_int_eq(u.seen.surface.state, RIM_SURFACE_RESIDUAL);
    ck_assert_double_eq(u.seen.surface.visible_depth_mm, 3.5);
    ck_assert_uint_eq(u.seen.surface.why, RIM_WHY_DARK);
    ck_assert_int_eq(u.seen.surface.residual[0].outline.count, 3);
    ck_assert_double_eq(u.seen.surface.residual[0].outline.point[1].y, 402.5);
    ck_assert_double_eq(u.seen.surface.residual[0].target, 950.5);
    ck_assert_double_eq(u.seen.surface.residual[0].background, 500.25);
    ck_assert_double_eq(u.seen.surface.residual[0].cnr, 11.5);
    ck_assert_str_eq(u.residual[0].class_name, "residual");
    ck_assert_uint_eq(u.seen.quality.dropped, 2);
    ck_assert_double_eq(u.seen.quality.age_ms, 7.25);
    ck_assert_double_nan(u.seen.quality.motion_px);
    ck_assert_int_eq(rim_report_read(r, &u), RIM_END);
    ck_assert_int_eq(rim_report_read(r, &u), RIM_END);
    rim_report_reader_close(&r);
    ck_assert_str_eq(g_log, "");
}
END_TEST

START_TEST(surface_that_is_off_has_no_numbers)
{
    const rim_result t = {.frame = 1};
    rim_report_writer *w = create(g_path);
    ck_assert_int_eq(rim_report_write(w, &t), RIM_OK);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    ck_assert_ptr_nonnull(strstr(get_file(), "{\"state\":\"off\",\"assessable\":null,"
                                             "\"visible_depth_mm\":null"));
}
END_TEST

// Every list full and every number at its longest: the buffer holds it, and it reads.
START_TEST(longest_line_fits)
{
    static rim_truth t, u;
    const double big = -999999999999.123456;
    t.seen.frame = INT64_MAX;
    t.seen.t_ns = INT64_MIN;
    t.seen.lesion_count = RIM_LESIONS_MAX;
    for (int i = 0; i < RIM_LESIONS_MAX; i++) {
        t.seen.lesion[i] = (rim_lesion){-2147483647,
                                        big,
                                        big,
                                        big,
                                        big,
                                        big,
                                        big,
                                        big,
                                        RIM_PATTERN_PARTIAL,
                                        big,
                                        big,
                                        big,
                                        big,
                                        big,
                                        big,
                                        big,
                                        (1u << RIM_WHY_COUNT) - 1};
        t.lesion[i] = (rim_truth_object){"", big, big, false};
        memset(t.lesion[i].class_name, 1, sizeof t.lesion[i].class_name - 1);
    }
    rim_surface *s = &t.seen.surface;
    s->state = RIM_SURFACE_CANNOT_ASSESS;
    s->assessable = s->visible_depth_mm = big;
    s->why = (1u << RIM_WHY_COUNT) - 1;
    s->residual_count = RIM_RESIDUALS_MAX;
    for (int i = 0; i < RIM_RESIDUALS_MAX; i++) {
        rim_residual *d = &s->residual[i];
        *d = (rim_residual){-2147483647,
                            big,
                            big,
                            big,
                            big,
                            big,
                            big,
                            big,
                            big,
                            big,
                            (1u << RIM_WHY_COUNT) - 1,
                            {.count = RIM_OUTLINE_MAX}};
        for (int k = 0; k < RIM_OUTLINE_MAX; k++)
            d->outline.point[k] = (rim_point){big, big};
        t.residual[i] = t.lesion[i];
    }
    t.seen.quality = (rim_quality){.saturated = big,
                                   .dark = big,
                                   .motion_px = big,
                                   .dropped = UINT32_MAX,
                                   .age_ms = big,
                                   .acquired_ms = big,
                                   .unpacked_ms = big,
                                   .presented_ms = big,
                                   .why = (1u << RIM_WHY_COUNT) - 1,
                                   .calibration = {true, INT_MAX, big, big, true},
                                   .leakage_from = RIM_LEAKAGE_HIGHLIGHTS,
                                   .leakage = big};
    rim_report_writer *w = create(g_path);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(rim_report_write_truth(w, &t), RIM_OK);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    rim_report_reader *r = NULL;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(rim_report_read(r, &u), RIM_OK);
    ck_assert_int_eq(u.seen.surface.residual_count, RIM_RESIDUALS_MAX);
    ck_assert_int_eq(u.seen.t_ns == INT64_MIN, 1);
    ck_assert_int_eq(rim_report_read(r, &u), RIM_END);
    rim_report_reader_close(&r);
    ck_assert_str_eq(g_log, "");
}
END_TEST

START_TEST(calibration_comes_back)
{
    static rim_truth t, u;
    t = example();
    t.seen.quality.why = RIM_WHY_REGISTRATION;
    t.seen.quality.calibration = (rim_calib_state){true, 12, 0.25, 7.5, true};
    t.seen.quality.leakage_from = RIM_LEAKAGE_SUBTRACTED;
    t.seen.quality.leakage = 0.125;
    rim_report_writer *w = create(g_path);
    ck_assert_int_eq(rim_report_write(w, &t.seen), RIM_OK);
    t.seen.quality.why = 0; // neither date, registration nor leakage is known
    t.seen.quality.calibration =
        (rim_calib_state){true, -1, (double)NAN, (double)NAN, false};
    t.seen.quality.leakage_from = RIM_LEAKAGE_NONE;
    ck_assert_int_eq(rim_report_write(w, &t.seen), RIM_OK);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    rim_report_reader *r = NULL;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &u), RIM_OK);
    const rim_quality *q = &u.seen.quality;
    ck_assert(q->calibration.used && q->calibration.bumped);
    ck_assert_int_eq(q->calibration.age_days, 12);
    ck_assert_double_eq(q->calibration.registration_px, 0.25);
    ck_assert_double_eq(q->calibration.shift_px, 7.5);
    ck_assert_uint_eq(q->why, RIM_WHY_REGISTRATION);
    ck_assert_int_eq(q->leakage_from, RIM_LEAKAGE_SUBTRACTED);
    ck_assert_double_eq(q->leakage, 0.125);
    ck_assert_int_eq(rim_report_read(r, &u), RIM_OK);
    ck_assert(q->calibration.used && !q->calibration.bumped);
    ck_assert_int_eq(q->calibration.age_days, -1);
    ck_assert_double_nan(q->calibration.registration_px);
    ck_assert_int_eq(q->leakage_from, RIM_LEAKAGE_NONE);
    rim_report_reader_close(&r);
}
END_TEST

START_TEST(numbers_are_rounded_plainly)
{
    static const struct {
        double value;
        const char *text;
    } row[] = {{0.0, "\"motion_px\":0.0,"},       {-0.0001, "\"motion_px\":0.0,"},
               {0.0005, "\"motion_px\":0.001,"},  {-1.25, "\"motion_px\":-1.25,"},
               {-0.5, "\"motion_px\":-0.5,"},     {7.06, "\"motion_px\":7.06,"},
               {1e12, "\"motion_px\":null,"},     {1e300, "\"motion_px\":null,"},
               {-INFINITY, "\"motion_px\":null,"}};
    const rim_result t = {.quality.motion_px = row[_i].value};
    rim_report_writer *w = create(g_path);
    ck_assert_int_eq(rim_report_write(w, &t), RIM_OK);
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    ck_assert_msg(strstr(get_file(), row[_i].text) != NULL, "%s in %s", row[_i].text,
                  get_file());
}
END_TEST

START_TEST(path_that_cannot_be_written)
{
    rim_report_writer *w = NULL;
    ck_assert_int_eq(rim_report_create(&w, "/nowhere/at/all.jsonl"), RIM_ERR_NOT_FOUND);
    ck_assert_ptr_null(w);
    ck_assert_int_eq(rim_report_create(&w, g_folder), RIM_ERR_IO);
    ck_assert_ptr_null(w);
    ck_assert_int_eq(g_lines, 2);
    ck_assert_ptr_nonnull(strstr(g_log, "/nowhere/at/all.jsonl: "));
}
END_TEST

START_TEST(full_disk_is_told_once)
{
    if (access("/dev/full", W_OK) != 0)
        return;
    const rim_result t = {.frame = 1};
    rim_report_writer *w = create("/dev/full");
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(rim_report_write(w, &t), RIM_ERR_IO);
    ck_assert_int_eq(rim_report_close(&w), RIM_ERR_IO);
    ck_assert_int_eq(g_lines, 1);
    ck_assert_ptr_nonnull(strstr(g_log, "/dev/full: "));
}
END_TEST

START_TEST(closed_pipe_is_told_once)
{
    int end[2];
    ck_assert_int_eq(pipe(end), 0);
    char name[64];
    (void)snprintf(name, sizeof name, "/dev/fd/%d", end[1]);
    rim_report_writer *w = create(name);
    ck_assert_int_eq(close(end[0]), 0);
    const rim_result t = {.frame = 1};
    ck_assert_int_eq(rim_report_write(w, &t), RIM_ERR_IO);
    ck_assert_int_eq(rim_report_write(w, &t), RIM_ERR_IO);
    ck_assert_int_eq(rim_report_close(&w), RIM_ERR_IO);
    ck_assert_int_eq(g_lines, 1);
    ck_assert_int_eq(close(end[1]), 0);
}
END_TEST

#define GOOD "{\"frame\":0,\"lesions\":[]}\n"

// One bad thing each, and what the message must name.
START_TEST(bad_line_is_named)
{
    static const char *const row[][2] = {
        {"{\"lesions\":[]}\n", "\"frame\""},
        {"{\"frame\":-1,\"lesions\":[]}\n", "\"frame\""},
        {"{\"frame\":null,\"lesions\":[]}\n", "\"frame\""},
        {"{\"frame\":1.5,\"lesions\":[]}\n", "\"frame\""},
        {"{\"frame\":\"1\",\"lesions\":[]}\n", "\"frame\""},
        {"{\"frame\":1}\n", "\"lesions\""},
        {"{\"frame\":1,\"lesions\":{}}\n", "\"lesions\""},
        {"{\"frame\":1,\"lesions\":[5]}\n", "\"lesions[0]\""},
        {"{\"frame\":1,\"lesions\":[{\"x\":1,\"y\":2,\"a\":3}]}\n", "\"lesions[0].b\""},
        {"{\"frame\":1,\"lesions\":[{\"x\":1,\"y\":null,\"a\":3,\"b\":3}]}\n",
         "\"lesions[0].y\""},
        {"{\"frame\":1,\"lesions\":[{\"x\":1,\"y\":1,\"a\":3,\"b\":3,\"sbr\":\"3\"}]}"
         "\n",
         "\"lesions[0].sbr\""},
        {"{\"frame\":1,\"lesions\":[{\"x\":1,\"y\":1,\"a\":3,\"b\":3,\"id\":3000000000}"
         "]"
         "}\n",
         "\"lesions[0].id\""},
        {"{\"frame\":1,\"lesions\":[{\"x\":1,\"y\":1,\"a\":3,\"b\":3,\"pattern\":"
         "\"ring\"}]}\n",
         "\"lesions[0].pattern\""},
        {"{\"frame\":1,\"lesions\":[{\"x\":1,\"y\":1,\"a\":3,\"b\":3,\"why\":\"x\"}]}"
         "\n",
         "\"lesions[0].why\""},
        {"{\"frame\":1,\"lesions\":[],\"cut_surface\":[]}\n", "\"cut_surface\""},
        {"{\"frame\":1,\"lesions\":[],\"cut_surface\":{}}\n", "\"cut_surface.state\""},
        {"{\"frame\":1,\"lesions\":[],\"cut_surface\":{\"state\":\"clean\"}}\n",
         "\"cut_surface.state\""},
        {"{\"frame\":1,\"lesions\":[],\"cut_surface\":{\"state\":\"residual\","
         "\"residuals\":[{\"x\":1,\"y\":1,\"polygon\":[[1,2],[3]]}]}}\n",
         "\"cut_surface.residuals[0].polygon\""},
        {"{\"frame\":1,\"lesions\":[],\"quality\":{\"dropped\":-1}}\n",
         "\"quality.dropped\""},
        {"[1]\n", "\"frame\""},
        {"{\"frame\":1,\n", "not JSON"},
        {"{\"frame\":1e999,\"lesions\":[]}\n", "not JSON"},
        {"\x01\x02\xff\n", "not JSON"},
    };
    char text[512];
    (void)snprintf(text, sizeof text, GOOD "\n%s", row[_i][0]);
    put_file(text);
    rim_report_reader *r = NULL;
    static rim_truth t;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_ERR_FORMAT);
    rim_report_reader_close(&r);
    ck_assert_int_eq(g_lines, 1);
    ck_assert_msg(strstr(g_log, row[_i][1]) && strstr(g_log, ":3: "), "%s: %s",
                  row[_i][0], g_log);
}
END_TEST

START_TEST(unknown_is_passed_over_and_absent_is_not_known)
{
    put_file("{\"frame\":3.0,\"new\":[{}],\"lesions\":[{\"x\":1,\"y\":2,\"a\":4,"
             "\"b\":3,\"sbr\":1.2,\"halo\":{},\"why\":[\"smoke\",\"eclipse\"]}]}\n");
    rim_report_reader *r = NULL;
    static rim_truth t;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_OK);
    const rim_lesion *s = &t.seen.lesion[0];
    ck_assert_uint_eq(t.seen.frame, 3);
    ck_assert_int_eq(s->id, 0);
    ck_assert_double_nan(s->confidence);
    ck_assert_double_nan(s->diameter_mm);
    ck_assert_int_eq(s->pattern, RIM_PATTERN_NONE);
    ck_assert_uint_eq(s->why, RIM_WHY_SMOKE);
    ck_assert_str_eq(t.lesion[0].class_name, "");
    ck_assert(!t.lesion[0].detectable); // SBR below 1.3
    ck_assert_double_nan(t.lesion[0].depth_mm);
    ck_assert_int_eq(t.seen.surface.state, RIM_SURFACE_OFF);
    ck_assert_double_nan(t.seen.surface.assessable);
    ck_assert_double_nan(t.seen.quality.dark);
    rim_report_reader_close(&r);
    ck_assert_str_eq(g_log, "");
}
END_TEST

START_TEST(line_cut_off_by_a_crash_ends_the_report)
{
    put_file(GOOD "{\"frame\":1,\"lesions\":[{\"x\":");
    rim_report_reader *r = NULL;
    static rim_truth t;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_OK);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(rim_report_read(r, &t), RIM_END);
    rim_report_reader_close(&r);
    ck_assert_int_eq(g_lines, 1);
    ck_assert_ptr_nonnull(strstr(g_log, ":2: "));
}
END_TEST

START_TEST(too_long_lists_are_cut_with_one_warning)
{
    FILE *f = fopen(g_path, "w");
    ck_assert_ptr_nonnull(f);
    for (int frame = 0; frame < 2; frame++) {
        fprintf(f, "{\"frame\":%d,\"lesions\":[", frame);
        for (int i = 0; i < RIM_LESIONS_MAX + 5; i++)
            fprintf(f, "%s{\"x\":%d,\"y\":1,\"a\":2,\"b\":1}", i ? "," : "", i);
        fprintf(f, "]}\n");
    }
    ck_assert_int_eq(fclose(f), 0);
    rim_report_reader *r = NULL;
    static rim_truth t;
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    for (int frame = 0; frame < 2; frame++) {
        ck_assert_int_eq(rim_report_read(r, &t), RIM_OK);
        ck_assert_int_eq(t.seen.lesion_count, RIM_LESIONS_MAX);
        ck_assert_double_eq(t.seen.lesion[RIM_LESIONS_MAX - 1].x, RIM_LESIONS_MAX - 1);
    }
    rim_report_reader_close(&r);
    ck_assert_int_eq(g_lines, 1);
}
END_TEST

START_TEST(file_that_is_no_report)
{
    rim_report_reader *r = NULL;
    static rim_truth t;
    ck_assert_int_eq(rim_report_open(&r, "/nowhere/report.jsonl"), RIM_ERR_NOT_FOUND);
    ck_assert_ptr_null(r);
    ck_assert_int_eq(rim_report_open(&r, g_folder), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_ERR_IO);
    rim_report_reader_close(&r);
    ck_assert_int_eq(rim_report_open(&r, "/dev/zero"), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_ERR_FORMAT);
    rim_report_reader_close(&r);
    ck_assert_int_eq(g_lines, 3);
    put_file("");
    ck_assert_int_eq(rim_report_open(&r, g_path), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &t), RIM_END);
    rim_report_reader_close(&r);
    rim_report_reader_close(&r);
}
END_TEST

// In the first line, and where it has changed.
START_TEST(the_color_scale_is_told_once)
{
    static const rim_report_scale green = {1.3, 5, "green", 100};
    static const rim_report_scale faint = {1.3, 5, "green", 60};
    rim_report_writer *w = NULL;
    rim_result r = {0};
    ck_assert_int_eq(rim_report_create(&w, g_path), RIM_OK);
    for (r.frame = 0; r.frame < 4; r.frame++) {
        rim_report_set_scale(w, r.frame < 2 ? &green : &faint);
        ck_assert_int_eq(rim_report_write(w, &r), RIM_OK);
    }
    ck_assert_int_eq(rim_report_close(&w), RIM_OK);
    const char *line = get_file();
    static const char *const told[] = {
        "\"color_scale\":{\"sbr_low\":1.3,\"sbr_high\":5.0,\"map\":\"green\","
        "\"opacity\":100}}\n",
        NULL,
        "\"color_scale\":{\"sbr_low\":1.3,\"sbr_high\":5.0,\"map\":\"green\","
        "\"opacity\":60}}\n",
        NULL,
    };
    for (int i = 0; i < 4; i++) {
        const char *end = strchr(line, '\n');
        const char *scale = strstr(line, "\"color_scale\"");
        ck_assert_ptr_nonnull(end);
        if (told[i])
            ck_assert_int_eq(strncmp(scale, told[i], strlen(told[i])), 0);
        else
            ck_assert(!scale || scale > end);
        line = end + 1;
    }
}
END_TEST

int main(void)
{
    if (!mkdtemp(g_folder))
        return EXIT_FAILURE;
    (void)snprintf(g_path, sizeof g_path, "%s/report.jsonl", g_folder);
    Suite *s = suite_create("report");
    TCase *t = tcase_create("report");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, line_is_the_stated_format);
    tcase_add_test(t, truth_is_read_back_as_written);
    tcase_add_test(t, surface_that_is_off_has_no_numbers);
    tcase_add_test(t, longest_line_fits);
    tcase_add_test(t, calibration_comes_back);
    tcase_add_loop_test(t, numbers_are_rounded_plainly, 0, 9);
    tcase_add_test(t, path_that_cannot_be_written);
    tcase_add_test(t, full_disk_is_told_once);
    tcase_add_test(t, closed_pipe_is_told_once);
    tcase_add_loop_test(t, bad_line_is_named, 0, 23);
    tcase_add_test(t, unknown_is_passed_over_and_absent_is_not_known);
    tcase_add_test(t, line_cut_off_by_a_crash_ends_the_report);
    tcase_add_test(t, too_long_lists_are_cut_with_one_warning);
    tcase_add_test(t, file_that_is_no_report);
    tcase_add_test(t, the_color_scale_is_told_once);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    (void)rmdir(g_folder);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
