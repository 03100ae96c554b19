// test_replay.c: rimlight replay as a user runs it: the same report on any number
// of threads, from a recording of itself, and up to a signal.
// SPDX-License-Identifier: MIT
#include "program.h"
#include "ring.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 24 };

static char folder[256];
static rim_run run;

static void set_up(void)
{
    char name[64];
    snprintf(name, sizeof name, "replay-%ld", (long)getpid());
    rim_fresh_folder(folder, sizeof folder, name);
    rim_ring_write(folder, FRAMES);
}

static void tear_down(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

static char *report_of(const char *input, const char *options)
{
    char path[300];
    size_t size;
    snprintf(path, sizeof path, "%s/report.jsonl", folder);
    rim_run_program(&run, "replay %s --headless --report %s %s", input, path, options);
    ck_assert_msg(run.status == 0, "%s: %s", options, run.err);
    ck_assert_int_eq(rim_count_report(path), FRAMES);
    return rim_slurp(path, &size);
}

START_TEST(threads_and_cpu_make_no_difference)
{
    static const char *const options[] = {"--threads 0", "--threads 2", "--threads 5",
                                          "--threads 2 --cpu c"};
    char *one = report_of(folder, "--threads 1");
    char *other = report_of(folder, options[_i]);
    ck_assert_str_eq(one, other);
    free(one);
    free(other);
}
END_TEST

START_TEST(finds_the_ring)
{
    char *text = report_of(folder, "");
    const char *last = strstr(text, "{\"frame\":23,");
    ck_assert_ptr_nonnull(last);
    ck_assert_msg(strstr(last, "\"lesions\":[{\"id\":"), "%s", last);
    ck_assert_msg(strstr(last, "\"diameter_mm\":"), "%s", last);
    ck_assert_ptr_null(strstr(last, "\"state\":\"off\"")); // the manifest's surface
    free(text);
}
END_TEST

START_TEST(pitch_given_by_hand)
{
    char *recorded = report_of(folder, "");
    char *given = report_of(folder, "--mm-per-px 0.2");
    ck_assert_str_ne(recorded, given);
    free(recorded);
    free(given);
}
END_TEST

// 0 is a level like any other, not "as the recording says".
START_TEST(black_level_of_nothing)
{
    char *recorded = report_of(folder, "");
    char *same = report_of(folder, "--black-level 64");
    char *none = report_of(folder, "--black-level 0");
    ck_assert_str_eq(recorded, same);
    ck_assert_str_ne(recorded, none);
    free(recorded);
    free(same);
    free(none);
}
END_TEST

START_TEST(recording_replays_to_the_same_report)
{
    char record[300], options[400];
    snprintf(record, sizeof record, "%s/recorded.mkv", folder);
    snprintf(options, sizeof options, "--record %s", record);
    char *first = report_of(folder, options);
    char *again = report_of(record, "");
    ck_assert_str_eq(first, again);
    free(first);
    free(again);
}
END_TEST

START_TEST(report_on_standard_output)
{
    rim_run_program(&run, "replay %s --headless --report -", folder);
    ck_assert_int_eq(run.status, 0);
    ck_assert_int_eq(strncmp(run.out, "{\"frame\":0,", 11), 0);
}
END_TEST

START_TEST(overlay_as_pictures_and_as_video)
{
    char path[400];
    rim_run_program(&run,
                    "replay %s --headless --overlay %s/pictures --snapshots %s/snap",
                    folder, folder, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    snprintf(path, sizeof path, "%s/pictures/%06d.png", folder, FRAMES - 1);
    ck_assert_msg(access(path, R_OK) == 0, "%s", path);
    snprintf(path, sizeof path, "%s/snap/000000.png", folder);
    ck_assert_msg(access(path, R_OK) == 0, "%s", path);
    // The folder that was written is an input like any other.
    rim_run_program(&run, "replay %s/pictures --headless", folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run, "replay %s --headless --overlay %s/overlay.mkv", folder,
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run, "replay %s/overlay.mkv --headless --report -", folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "{\"frame\":23,"));
}
END_TEST

START_TEST(signal_ends_properly)
{
    char path[300];
    const rim_run_limits limits = {.signal_when = path};
    snprintf(path, sizeof path, "%s/report.jsonl", folder);
    for (int i = FRAMES; i < 30 * FRAMES; i++) { // a longer recording
        char from[300], to[300];
        snprintf(from, sizeof from, "%s/nir/%06d.png", folder, i % FRAMES);
        snprintf(to, sizeof to, "%s/nir/%06d.png", folder, i);
        ck_assert_int_eq(link(from, to), 0);
    }
    rim_run_limited(&run, &limits,
                    "replay %s --headless --report %s --overlay %s/o.mkv", folder, path,
                    folder);
    rim_expect_error(&run, 1, "signal", NULL);
    const int lines = rim_count_report(path);
    ck_assert_int_ge(lines, 1);
    ck_assert_int_lt(lines, 30 * FRAMES);
}
END_TEST

START_TEST(help_of_every_command)
{
    static const char *const commands[] = {"replay", "version"};
    rim_run_program(&run, "%s --help", commands[_i]);
    ck_assert_int_eq(run.status, 0);
    ck_assert_ptr_nonnull(strstr(run.out, "Usage: rimlight "));
    ck_assert_ptr_nonnull(strstr(run.out, "research use only"));
}
END_TEST

START_TEST(version_first_line)
{
    rim_run_program(&run, "--version");
    ck_assert_int_eq(run.status, 0);
    ck_assert_int_eq(strncmp(run.out, "rimlight " RIM_VERSION "\n",
                             strlen("rimlight " RIM_VERSION "\n")),
                     0);
    ck_assert_ptr_nonnull(strstr(run.out, "FFmpeg"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("replay");
    TCase *t = tcase_create("replay");
    tcase_set_timeout(t, 180);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, threads_and_cpu_make_no_difference, 0, 4);
    tcase_add_test(t, finds_the_ring);
    tcase_add_test(t, pitch_given_by_hand);
    tcase_add_test(t, black_level_of_nothing);
    tcase_add_test(t, recording_replays_to_the_same_report);
    tcase_add_test(t, report_on_standard_output);
    tcase_add_test(t, overlay_as_pictures_and_as_video);
    tcase_add_test(t, signal_ends_properly);
    tcase_add_loop_test(t, help_of_every_command, 0, 2);
    tcase_add_test(t, version_first_line);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
