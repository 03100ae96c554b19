// test_record.c: recordings of live runs, replayed, killed, and opened by others.
// SPDX-License-Identifier: MIT
#include "program.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[512];
static rim_run run;
static const int patience = RIM_PATIENCE > 1 ? 4 : 1;

static void setup(void)
{
    rim_fresh_folder(folder, sizeof folder, "record");
}

static char *in_folder(const char *name)
{
    static char path[8][600];
    static int next;
    char *p = path[next++ % 8];
    (void)snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static int figure(const char *group, const char *key)
{
    json_t *top = json_load_file(in_folder("stats.json"), 0, NULL);
    ck_assert_ptr_nonnull(top);
    const json_t *o = group ? json_object_get(top, group) : top;
    const int n = (int)json_integer_value(json_object_get(o, key));
    json_decref(top);
    return n;
}

static void expect_equal_reports(const char *live_name, const char *again_name)
{
    size_t size;
    char *live = rim_slurp(in_folder(live_name), &size);
    char *again = rim_slurp(in_folder(again_name), &size);
    rim_forget_ages(live);
    ck_assert_int_gt((int)strlen(live), 100);
    ck_assert_str_eq(live, again);
    free(live);
    free(again);
}

static void expect_done(void)
{
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
}

// All frames are recorded; raw ones also where the camera is faster than the chain, so
// that live never saw some. At what rate depends on the machine and what else it does.
static void record_all(const char *codec, int threads)
{
    int fps = strcmp(codec, "raw") == 0 ? 350 : 100;
    for (int attempt = 0; attempt < 40; attempt++) {
        (void)unlink(in_folder("r.mkv"));
        rim_run_program(
            &run,
            "live --nir synth:size=320x240,fps=%d,lose=23,damage=31 --visible "
            "synth:size=64x48,fps=30,format=YUYV,light=visible --headless "
            "--seconds %d --threads %d --record %s --record-codec %s --report %s "
            "--stats %s --min-confidence 0.3",
            fps, patience, threads, in_folder("r.mkv"), codec, in_folder("live.jsonl"),
            in_folder("stats.json"));
        expect_done();
        if (figure("displaced", "record") > 0)
            fps -= fps / 5;
        else if (figure("displaced", "capture") == 0 && strcmp(codec, "raw") == 0)
            fps += fps / 3;
        else
            return;
    }
    ck_abort_msg("no rate shows it on this machine; last tried: %d", fps);
}

START_TEST(replay_gives_the_report_of_live)
{
    static const char *const codec[] = {"raw", "ffv1", "auto"};
    record_all(codec[_i], 1 + _i % 2);
    const bool outrun = figure("displaced", "capture") > 0;
    ck_assert_int_gt(figure("nir", "lost"), 0);
    const int processed = figure(NULL, "processed");
    ck_assert_int_eq(rim_count_report(in_folder("live.jsonl")), processed);
    for (int threads = 0; threads < 3; threads += 2) {
        rim_run_program(&run, "replay %s --headless --threads %d --report %s",
                        in_folder("r.mkv"), threads, in_folder("again.jsonl"));
        expect_done();
        ck_assert(!outrun || strstr(run.err, "--all-frames"));
        expect_equal_reports("live.jsonl", "again.jsonl");
    }
    rim_run_program(&run, "replay %s --headless --all-frames --report %s",
                    in_folder("r.mkv"), in_folder("all.jsonl"));
    expect_done();
    ck_assert_int_ge(rim_count_report(in_folder("all.jsonl")), processed + outrun);
    // Made smaller, it is still the same; the raw one goes only where asked for.
    rim_run_program(&run, "export %s --ffv1 %s", in_folder("r.mkv"),
                    in_folder("f.mkv"));
    if (strstr(run.err, "is FFV1 already")) {
        ck_assert_int_eq(run.status, 1);
    } else {
        expect_done();
        ck_assert_int_eq(access(in_folder("r.mkv"), F_OK), 0);
        rim_run_program(&run, "replay %s --headless --report %s", in_folder("f.mkv"),
                        in_folder("small.jsonl"));
        expect_done();
        expect_equal_reports("live.jsonl", "small.jsonl");
        rim_run_program(&run, "export %s --ffv1 %s/no/f.mkv --remove-original",
                        in_folder("r.mkv"), folder);
        rim_expect_error(&run, 1, "no/f.mkv", NULL);
        ck_assert_int_eq(access(in_folder("r.mkv"), F_OK), 0);
        rim_run_program(&run, "export %s --ffv1 %s --remove-original",
                        in_folder("r.mkv"), in_folder("f.mkv"));
        expect_done();
        ck_assert_int_ne(access(in_folder("r.mkv"), F_OK), 0);
        ck_assert_int_eq(rename(in_folder("f.mkv"), in_folder("r.mkv")), 0);
    }
    // A recording of the recording is the same again.
    rim_run_program(&run, "replay %s --headless --record %s", in_folder("r.mkv"),
                    in_folder("second.mkv"));
    expect_done();
    rim_run_program(&run, "replay %s --headless --report %s", in_folder("second.mkv"),
                    in_folder("second.jsonl"));
    expect_done();
    expect_equal_reports("live.jsonl", "second.jsonl");
}
END_TEST

// Killed in the middle: what the report has of frames, the recording has too, but for
// the last half second.
START_TEST(kill_leaves_all_but_the_last_half_second)
{
    enum { FPS = 50 };
    const rim_run_limits limits = {.kill_when = in_folder("report.jsonl"),
                                   .kill_bytes = 40000};
    rim_run_limited(&run, &limits,
                    "live --nir synth:size=160x120,fps=%d --headless --record %s "
                    "--record-codec %s --report %s",
                    FPS, in_folder("r.mkv"), _i ? "ffv1" : "raw",
                    in_folder("report.jsonl"));
    ck_assert_int_eq(run.status, 128 + 9);
    rim_run_program(&run, "replay %s --headless --all-frames --report %s",
                    in_folder("r.mkv"), in_folder("again.jsonl"));
    expect_done();
    size_t size;
    char *live = rim_slurp(in_folder("report.jsonl"), &size);
    char *again = rim_slurp(in_folder("again.jsonl"), &size);
    const char *last = strrchr(live, '\n'), *last_again = again + size - 1;
    while (last > live && last[-1] != '\n')
        last--;
    while (last_again > again && last_again[-1] != '\n')
        last_again--;
    const int frame = atoi(last + strlen("{\"frame\":"));
    const int recorded = atoi(last_again + strlen("{\"frame\":"));
    ck_assert_int_gt(frame, 50);
    ck_assert_int_gt(recorded, frame - FPS / 2);
    free(live);
    free(again);
}
END_TEST

static bool has_program(const char *command)
{
    char line[128];
    (void)snprintf(line, sizeof line, "%s >/dev/null 2>&1", command);
    if (system(line) == 0) // NOLINT: one thread, our own words
        return true;
    (void)fprintf(stderr, "skipped: no `%s`\n", command);
    return false;
}

static void expect_success(const char *form, const char *path)
{
    char line[1200];
    (void)snprintf(line, sizeof line, form, path);
    ck_assert_msg(system(line) == 0, "%s", line); // NOLINT: as above
}

// ffmpeg and ffprobe of the same machine, and OpenCV, open every form.
START_TEST(others_open_it)
{
    static const char *const camera[] = {"format=Y12", "format=GREY", "format=Y16"};
    rim_run_program(
        &run,
        "live --nir synth:size=160x120,fps=30,%s --visible "
        "synth:size=96x64,fps=30,format=%s,light=visible --headless --frames "
        "12 --record %s --record-codec %s --report %s",
        camera[_i % 3], _i % 3 == 1 ? "RGB3" : "YUYV", in_folder("r.mkv"),
        _i < 3 ? "raw" : "ffv1", in_folder("live.jsonl"));
    expect_done();
    if (has_program("ffprobe -version")) {
        expect_success("ffprobe -v error -show_streams %s > /dev/null",
                       in_folder("r.mkv"));
        expect_success(
            "test -z \"$(ffmpeg -v warning -nostdin -i %s -map 0:v -f null - "
            "2>&1)\"",
            in_folder("r.mkv"));
    }
    if (has_program("/usr/bin/python3 -c 'import cv2'"))
        expect_success("/usr/bin/python3 -c 'import cv2, sys\n"
                       "c = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)\n"
                       "n = 0\n"
                       "while c.read()[0]: n += 1\n"
                       "sys.exit(n < 10)' %s",
                       in_folder("r.mkv"));
}
END_TEST

START_TEST(what_cannot_be_recorded_is_said)
{
    rim_run_program(&run, "live --nir synth --headless --frames 2 --record %s",
                    in_folder("no/r.mkv"));
    rim_expect_error(&run, 1, "no/r.mkv", "choose another place", NULL);
    rim_run_program(&run, "live --nir synth --headless --record %s --record-codec huff",
                    in_folder("r.mkv"));
    rim_expect_error(&run, 2, "--record-codec", "ffv1", NULL);
    if (geteuid() != 0) {
        ck_assert_int_eq(chmod(folder, 0555), 0);
        rim_run_program(&run, "live --nir synth --headless --frames 2 --record %s",
                        in_folder("r.mkv"));
        (void)chmod(folder, 0755);
        rim_expect_error(&run, 1, "r.mkv", "Permission denied", NULL);
    } else {
        rim_run_program(&run, "live --nir synth --headless --frames 2 --record "
                              "/proc/r.mkv");
        rim_expect_error(&run, 1, "/proc/r.mkv", NULL);
    }
    rim_run_program(&run, "live --nir synth:size=96x64 --headless --frames 40 --record "
                          "/dev/full");
    rim_expect_error(&run, 1, "/dev/full", "No space left", NULL);
}
END_TEST

START_TEST(a_name_of_another_kind_is_told)
{
    rim_run_program(&run,
                    "live --nir synth:size=96x64 --headless --frames 2 --record %s",
                    in_folder("r.mp4"));
    expect_done();
    ck_assert_ptr_nonnull(strstr(run.err, "call it .mkv"));
    rim_run_program(&run,
                    "live --nir synth:size=96x64 --headless --frames 2 --record %s",
                    in_folder("r.MKV"));
    expect_done();
    ck_assert_ptr_null(strstr(run.err, "call it .mkv"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("record");
    tcase_set_timeout(t, 100);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, replay_gives_the_report_of_live, 0, 3);
    tcase_add_loop_test(t, kill_leaves_all_but_the_last_half_second, 0, 2);
    tcase_add_loop_test(t, others_open_it, 0, 6);
    tcase_add_test(t, what_cannot_be_recorded_is_said);
    tcase_add_test(t, a_name_of_another_kind_is_told);
    Suite *s = suite_create("record");
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
