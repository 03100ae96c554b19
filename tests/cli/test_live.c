// test_live.c: rimlight live, headless, with synthetic cameras at true pace.
// SPDX-License-Identifier: MIT
#include "program.h"

#include "app/live/stats.h"

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS    INT64_C(1000000)
#define SMALL "synth:size=160x120,fps=20"

static char folder[512];
static rim_run run;

// Under emulators and sanitizers everything takes longer.
static const int patience = RIM_PATIENCE > 1 ? 4 : 1;

static void setup(void)
{
    rim_fresh_folder(folder, sizeof folder, "live");
}

// A figure of the stats, by its path: "age_ms", "presented", "p50", NULL.
static double figure(const char *first, ...)
{
    char path[600];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/stats.json", folder);
    json_t *top = json_load_file(path, 0, &error);
    ck_assert_msg(top != NULL, "%s: %s", path, error.text);
    const json_t *v = json_object_get(top, first);
    va_list keys;
    va_start(keys, first);
    for (const char *key; (key = va_arg(keys, const char *));)
        v = json_object_get(v, key);
    va_end(keys);
    ck_assert_msg(json_is_number(v), "%s ... is no number", first);
    const double number = json_number_value(v);
    json_decref(top);
    return number;
}

static int report_lines(void)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s/report.jsonl", folder);
    return rim_count_report(path);
}

#define FILES "--report %s/report.jsonl --stats %s/stats.json"

// Every line has the frame's age at each hand-over; nearly all were shown.
static void check_ages(void)
{
    char path[600];
    size_t size;
    int shown = 0;
    (void)snprintf(path, sizeof path, "%s/report.jsonl", folder);
    char *text = rim_slurp(path, &size), *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        json_t *top = json_loads(line, 0, NULL), *q = json_object_get(top, "quality");
        json_t *ages = json_object_get(q, "ages_ms");
        const double taken = json_number_value(json_object_get(ages, "acquired"));
        const double unpacked = json_number_value(json_object_get(ages, "unpacked"));
        const double done = json_number_value(json_object_get(q, "age_ms"));
        const json_t *presented = json_object_get(ages, "presented");
        ck_assert_msg(taken >= 0 && taken <= unpacked && unpacked < done, "%s", line);
        ck_assert(json_is_number(presented) || json_is_null(presented));
        if (json_is_number(presented))
            ck_assert_double_ge(json_number_value(presented), done);
        shown += json_is_number(presented);
        json_decref(top);
    }
    free(text);
    ck_assert_int_ge(shown, (int)figure("presented", NULL) * 9 / 10);
    ck_assert_int_le(shown, (int)figure("presented", NULL));
}

START_TEST(every_frame_is_accounted_for)
{
    rim_run_program(&run,
                    "live --nir " SMALL " --headless --seconds %d --threads %d " FILES,
                    2 * patience, _i, folder, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    const double processed = figure("processed", NULL);
    ck_assert_double_ge(processed, 5);
    ck_assert_int_eq(report_lines(), (int)processed);
    // What was captured was processed, displaced, or under way at the end.
    const double taken = processed + figure("displaced", "capture", NULL);
    ck_assert_double_le(fabs(figure("nir", "frames", NULL) - taken),
                        RIM_PAIR_NIR_SLOTS + 1);
    // Ages rise from one hand-over to the next.
    double last = 0;
    static const char *const stages[] = {"acquired", "unpacked", "processed",
                                         "presented"};
    for (int i = 0; i < 4; i++) {
        const double p50 = figure("age_ms", stages[i], "p50", NULL);
        ck_assert_double_ge(p50, last);
        ck_assert_double_ge(figure("age_ms", stages[i], "max", NULL), p50);
        last = p50;
    }
    ck_assert_double_gt(last, 0);
    check_ages();
    ck_assert_double_le(figure("no_signal", "times", NULL), 1); // a busy machine
}
END_TEST

static double unplug_ms(void)
{
    rim_run_program(&run,
                    "live --nir " SMALL ",gone_after=25,gone_ms=600 --headless "
                    "--seconds %d --overlay %s/pictures " FILES,
                    3 * patience, folder, folder, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    return figure("no_signal", "latest_after_ms", NULL);
}

START_TEST(unplugged_and_back)
{
    // Within two frame intervals of the frame that did not come, unless the machine is
    // busy: of so many goes one must be in time.
    int goes = 0;
    while (unplug_ms() > 100 * patience)
        ck_assert_int_lt(++goes, 10);
    ck_assert_ptr_nonnull(strstr(run.err, "the camera was unplugged"));
    ck_assert_ptr_nonnull(strstr(run.err, "frames again after"));
    ck_assert_int_eq((int)figure("nir", "interruptions", NULL), 1);
    ck_assert_double_ge(figure("no_signal", "times", NULL), 1);
    ck_assert_double_ge(figure("nir", "lost", NULL), 10); // 600 ms at 20/s
    ck_assert_int_eq(report_lines(), (int)figure("processed", NULL));
    // The gap is in the report: a line tells that ten or more were lost before it.
    char path[600];
    size_t size;
    (void)snprintf(path, sizeof path, "%s/report.jsonl", folder);
    char *text = rim_slurp(path, &size);
    int greatest = 0;
    for (const char *at = text; (at = strstr(at, "\"dropped\":")); at++) {
        const int dropped = atoi(at + 10);
        greatest = dropped > greatest ? dropped : greatest;
    }
    ck_assert_int_ge(greatest, 10);
    free(text);
}
END_TEST

START_TEST(replay_of_its_recording_is_equal)
{
    rim_run_program(&run,
                    "live --nir " SMALL ",lose=9,damage=14 --visible " SMALL
                    ",format=YUYV,light=visible,phase_ms=6 --headless --seconds %d "
                    "--record %s/live.mkv " FILES,
                    3 * patience, folder, folder, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    ck_assert_double_gt(figure("pairs", "paired", NULL), 5);
    ck_assert_double_le(figure("pairs", "skew_max_ms", NULL), 26);
    ck_assert_double_gt(figure("nir", "lost", NULL), 0);
    ck_assert_double_gt(figure("nir", "damaged", NULL), 0);
    ck_assert_double_eq(figure("displaced", "record", NULL), 0);
    rim_run_program(&run, "replay %s/live.mkv --headless --report %s/again.jsonl",
                    folder, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    char live_path[600], again_path[600];
    size_t size;
    (void)snprintf(live_path, sizeof live_path, "%s/report.jsonl", folder);
    (void)snprintf(again_path, sizeof again_path, "%s/again.jsonl", folder);
    char *live = rim_slurp(live_path, &size), *again = rim_slurp(again_path, &size);
    rim_forget_ages(live);
    ck_assert_str_eq(live, again);
    free(live);
    free(again);
}
END_TEST

START_TEST(lights_that_take_turns)
{
    rim_run_program(&run,
                    "live --nir synth:size=160x120,fps=40,light=both --interleaved "
                    "--headless --seconds %d " FILES,
                    3 * patience, folder, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    ck_assert_double_gt(figure("pairs", "paired", NULL), 10);
    ck_assert_double_lt(figure("pairs", "unclear_light", NULL), 20);
    // Lights that do not: nothing is made up.
    rim_run_program(&run,
                    "live --nir synth:size=160x120,fps=40,light=nir --interleaved "
                    "--headless --seconds 1.5 " FILES,
                    folder, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    ck_assert_double_eq(figure("processed", NULL), 0);
    ck_assert_double_gt(figure("pairs", "unclear_light", NULL), 20);
}
END_TEST

START_TEST(ends_by_a_signal)
{
    char report[600];
    (void)snprintf(report, sizeof report, "%s/report.jsonl", folder);
    const rim_run_limits limits = {.signal_when = report};
    rim_run_limited(&run, &limits, "live --nir " SMALL " --headless " FILES, folder,
                    folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    ck_assert_int_eq(report_lines(), (int)figure("processed", NULL));
}
END_TEST

START_TEST(full_disk_is_told_and_the_show_goes_on)
{
    const rim_run_limits limits = {.file_bytes = 2048};
    rim_run_limited(&run, &limits,
                    "live --nir " SMALL " --headless --seconds %d --report "
                    "%s/report.jsonl",
                    2 * patience, folder);
    rim_expect_error(&run, 1, "report.jsonl", NULL);
    ck_assert_ptr_nonnull(strstr(run.err, "frames shown in"));
    ck_assert_int_gt(report_lines(), 0); // what was finished is whole lines
}
END_TEST

START_TEST(wrong_usage_is_named)
{
    rim_run_program(&run, "live --headless");
    rim_expect_error(&run, 2, "--nir", "rimlight devices", NULL);
    rim_run_program(&run, "live --nir synth --visible synth --interleaved --headless");
    rim_expect_error(&run, 2, "--interleaved", NULL);
    rim_run_program(&run, "live --nir synth:size=9 --headless");
    rim_expect_error(&run, 2, "size", NULL);
    rim_run_program(&run, "live --nir synth --format H264 --headless");
    rim_expect_error(&run, 2, "H264", NULL);
    rim_run_program(&run, "live --nir synth --headless --report /no/such/r.jsonl");
    rim_expect_error(&run, 1, "/no/such/r.jsonl", NULL);
    rim_run_program(&run, "live --nir /dev/no-camera --headless");
    rim_expect_error(&run, 1, "/dev/no-camera", NULL);
}
END_TEST

START_TEST(ages_have_percentiles)
{
    static rim_ages a; // too large for a stack
    char text[96];
    memset(&a, 0, sizeof a);
    ck_assert_int_eq(rim_ages_at(&a, 0.5), 0);
    for (int i = 1; i <= 100; i++)
        rim_ages_add(&a, i * MS);
    ck_assert_int_le(llabs(rim_ages_at(&a, 0.5) - 50 * MS), RIM_AGE_BIN_NS);
    ck_assert_int_le(llabs(rim_ages_at(&a, 0.99) - 99 * MS), RIM_AGE_BIN_NS);
    ck_assert_int_eq(rim_ages_at(&a, 1.0), 100 * MS);
    rim_ages_text(text, sizeof text, &a);
    ck_assert_str_eq(text, "age 50.0 / 95.0 / 99.0 / 100.0 ms");
    rim_ages_add(&a, -5); // a stamp ahead of the clock
    rim_ages_add(&a, 3000 * MS);
    ck_assert_int_eq(a.max_ns, 3000 * MS);
    ck_assert_uint_eq(a.count, 102);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("live");
    TCase *t = tcase_create("live");
    tcase_set_timeout(t, 100);
    tcase_add_checked_fixture(t, setup, NULL);
    suite_add_tcase(s, t);
    tcase_add_loop_test(t, every_frame_is_accounted_for, 0, 3);
    tcase_add_test(t, unplugged_and_back);
    tcase_add_test(t, replay_of_its_recording_is_equal);
    tcase_add_test(t, lights_that_take_turns);
    tcase_add_test(t, ends_by_a_signal);
    tcase_add_test(t, full_disk_is_told_and_the_show_goes_on);
    tcase_add_test(t, wrong_usage_is_named);
    tcase_add_test(t, ages_have_percentiles);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
