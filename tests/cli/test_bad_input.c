// test_bad_input.c: damaged and nonsensical input through the real program: the
// right exit status, one line that names the thing, and what was finished is whole.
// SPDX-License-Identifier: MIT
#include "program.h"
#include "ring.h"

#include "media/png_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 6 };

static char folder[256], report[300];
static rim_run run;

static void set_up(void)
{
    char name[64];
    snprintf(name, sizeof name, "bad-%ld", (long)getpid());
    rim_fresh_folder(folder, sizeof folder, name);
    snprintf(report, sizeof report, "%s/report.jsonl", folder);
    rim_ring_write(folder, FRAMES);
}

static void tear_down(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

static void replay(void)
{
    rim_run_program(&run, "replay %s --headless --report %s", folder, report);
}

static void frame_path(char *path, size_t size, int frame)
{
    snprintf(path, size, "%s/nir/%06d.png", folder, frame);
}

START_TEST(a_good_one)
{
    replay();
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    ck_assert_int_eq(rim_count_report(report), FRAMES);
}
END_TEST

// ---- frames

// The frame is lost, named, counted; the others are reported.
static void expect_lost(int frame)
{
    char number[32], wanted[64];
    replay();
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    snprintf(number, sizeof number, "%06d.png", frame);
    ck_assert_msg(strstr(run.err, number), "%s is not in: %s", number, run.err);
    ck_assert_msg(strstr(run.err, "5 frames processed, 1 damaged"), "%s", run.err);
    ck_assert_int_eq(rim_count_report(report), FRAMES - 1);
    size_t size;
    char *text = rim_slurp(report, &size);
    snprintf(wanted, sizeof wanted, "{\"frame\":%d,", frame + 1);
    const char *next = strstr(text, wanted);
    ck_assert_msg(next != NULL, "no frame %d in %s", frame + 1, text);
    ck_assert(strstr(next, "\"dropped\":1"));
    snprintf(wanted, sizeof wanted, "{\"frame\":%d,", frame);
    ck_assert_ptr_null(strstr(text, wanted));
    free(text);
}

START_TEST(truncated_png)
{
    char path[512];
    struct stat st;
    frame_path(path, sizeof path, 3);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(truncate(path, st.st_size * _i / 4), 0); // 0: zero bytes
    expect_lost(3);
}
END_TEST

START_TEST(text_named_png)
{
    rim_put_text(folder, "nir/000002.png", "this is no picture\n");
    expect_lost(2);
}
END_TEST

START_TEST(every_frame_damaged)
{
    char path[512];
    for (int i = 0; i < FRAMES; i++) {
        frame_path(path, sizeof path, i);
        ck_assert_int_eq(truncate(path, 60), 0);
    }
    replay();
    ck_assert_int_eq(run.status, 1);
    ck_assert_int_ge(run.errors, 1);
}
END_TEST

static void put_frame(int number, int width, int height, int bits)
{
    char path[512];
    rim_frame f = {
        .width = width, .height = height, .fmt = RIM_FMT_GRAY16, .bits = bits};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    frame_path(path, sizeof path, number);
    ck_assert_int_eq(rim_png_write(path, &f), RIM_OK);
    rim_frame_uninit(&f);
}

START_TEST(mixed_sizes)
{
    put_frame(4, RING_WIDTH + 2, RING_HEIGHT, 12);
    replay();
    rim_expect_error(&run, 1, "000004.png", "322x240", "320x240", NULL);
}
END_TEST

START_TEST(mixed_depths)
{
    put_frame(4, RING_WIDTH, RING_HEIGHT, 8);
    replay();
    rim_expect_error(&run, 1, "000004.png", NULL);
}
END_TEST

START_TEST(no_such_input)
{
    rim_run_program(&run, "replay %s/nothing --headless", folder);
    rim_expect_error(&run, 1, "nothing", NULL);
}
END_TEST

START_TEST(empty_folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/empty", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    rim_run_program(&run, "replay %s --headless", path);
    rim_expect_error(&run, 1, "empty", NULL);
}
END_TEST

// ---- manifest

#define NIR  "\"nir\":{\"path\":\"nir\",\"bit_depth\":12,\"black_level\":64}"
#define HEAD "\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":30.0,"
static const struct {
    const char *manifest, *names;
} manifests[] = {
    {"", "sequence.json"},
    {"[1,2]", "sequence.json"},
    {"{" HEAD NIR, "sequence.json"},
    {"{\"version\":1,\"fps\":30," NIR "}", "format"},
    {"{\"format\":\"other\",\"version\":1,\"fps\":30," NIR "}", "format"},
    {"{\"format\":\"rimlight-sequence\",\"version\":99,\"fps\":30," NIR "}", "version"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":\"fast\"," NIR "}",
     "fps"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":-1," NIR "}", "fps"},
    {"{" HEAD "\"visible\":{\"path\":\"visible\"}}", "nir"},
    {"{" HEAD "\"nir\":{\"bit_depth\":12}}", "path"},
    {"{" HEAD "\"nir\":{\"path\":7,\"bit_depth\":12}}", "path"},
    {"{" HEAD "\"nir\":{\"path\":\"gone\",\"bit_depth\":12,\"black_level\":64}}",
     "gone"},
    {"{" HEAD "\"nir\":{\"path\":\"nir\",\"bit_depth\":\"12\"}}", "bit_depth"},
    {"{" HEAD "\"nir\":{\"path\":\"nir\",\"bit_depth\":40}}", "bit_depth"},
    {"{" HEAD NIR ",\"mm_per_px\":\"small\"}", "mm_per_px"},
    {"{" HEAD NIR ",\"calibration\":\"none.yml\"}", "none.yml"},
    {"{" HEAD NIR ",\"cut_surface\":{}}", "cut_surface"},
    {"{" HEAD NIR ",\"cut_surface\":[{\"frame\":0,\"polygon\":[[1,1],[9,9]]}]}",
     "polygon"},
    {"{" HEAD NIR
     ",\"cut_surface\":[{\"frame\":0,\"polygon\":[[1,1],[9,9],[9999,5]]}]}",
     "polygon"},
    {"{" HEAD NIR
     ",\"cut_surface\":[{\"frame\":\"0\",\"polygon\":[[1,1],[9,9],[9,5]]}]}",
     "frame"},
};

START_TEST(wrong_manifest)
{
    rim_put_text(folder, "sequence.json", manifests[_i].manifest);
    replay();
    rim_expect_error(&run, 1, manifests[_i].names, NULL);
}
END_TEST

START_TEST(wrong_cut_surface_file)
{
    rim_put_text(folder, "cut.json", "[{\"frame\":0,\"polygon\":[[1,1],[2,2]]}]");
    rim_run_program(&run, "replay %s --headless --cut-surface %s/cut.json", folder,
                    folder);
    rim_expect_error(&run, 1, "cut.json", NULL);
    rim_run_program(&run, "replay %s --headless --cut-surface %s/no.json", folder,
                    folder);
    rim_expect_error(&run, 1, "no.json", NULL);
}
END_TEST

// ---- video

START_TEST(video_cut_in_the_middle)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, "%s/whole.mkv", folder);
    rim_run_program(&run, "replay %s --headless --record %s", folder, path);
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(truncate(path, st.st_size / 2), 0);
    rim_run_program(&run, "replay %s --headless --report %s", path, report);
    ck_assert_msg(run.status == 0 || run.status == 1, "%d: %s", run.status, run.err);
    ck_assert_msg(strstr(run.err, "whole.mkv"), "%s", run.err);
    const int lines = rim_count_report(report);
    ck_assert_int_ge(lines, 1);
    ck_assert_int_lt(lines, FRAMES);
}
END_TEST

START_TEST(no_video_at_all)
{
    rim_put_text(folder, "noise.mkv", "nothing that any demuxer would know\n");
    rim_run_program(&run, "replay %s/noise.mkv --headless", folder);
    rim_expect_error(&run, 1, "noise.mkv", NULL);
}
END_TEST

// ---- outputs

START_TEST(output_that_cannot_be_written)
{
    static const char *const option[] = {"report", "overlay", "record", "snapshots"};
    rim_run_program(&run, "replay %s --headless --%s /nowhere/at/all.mkv", folder,
                    option[_i]);
    rim_expect_error(&run, 1, "/nowhere/at/all.mkv", NULL);
}
END_TEST

START_TEST(full_disk)
{
    rim_run_program(&run, "replay %s --headless --report /dev/full", folder);
    rim_expect_error(&run, 1, "/dev/full", NULL);
}
END_TEST

// The first lines fit, the rest do not: what is there must be whole lines.
START_TEST(disk_that_fills_up)
{
    const rim_run_limits limits = {.file_bytes = 1500};
    rim_run_limited(&run, &limits, "replay %s --headless --report %s", folder, report);
    rim_expect_error(&run, 1, report, NULL);
    ck_assert_int_lt(rim_count_report(report), FRAMES);
}
END_TEST

START_TEST(disk_that_fills_up_with_pictures)
{
    static const char *const names[] = {"overlay.mkv", "overlay.mp4", "pictures"};
    const rim_run_limits limits = {.file_bytes = 4000};
    rim_run_limited(&run, &limits, "replay %s --headless --overlay %s/%s", folder,
                    folder, names[_i]);
    rim_expect_error(&run, 1, names[_i], NULL);
}
END_TEST

// What was recorded before the disk was full can be replayed.
START_TEST(disk_that_fills_up_with_a_recording)
{
    const rim_run_limits limits = {.file_bytes = 200000};
    rim_run_limited(&run, &limits, "replay %s --headless --record %s/recorded.mkv",
                    folder, folder);
    rim_expect_error(&run, 1, "recorded.mkv", NULL);
    rim_run_program(&run, "replay %s/recorded.mkv --headless --report %s", folder,
                    report);
    const int lines = rim_count_report(report);
    ck_assert_int_ge(lines, 1);
    ck_assert_int_lt(lines, FRAMES);
}
END_TEST

START_TEST(nobody_reads_standard_output)
{
    const rim_run_limits limits = {.close_stdout = true};
    rim_run_limited(&run, &limits, "replay %s --headless --report -", folder);
    rim_expect_error(&run, 1, "standard output", NULL);
}
END_TEST

// ---- options

static const struct {
    const char *args, *names;
} nonsense[] = {
    {"replay", "INPUT"},
    {"replay a b", "b"},
    {"replay a --fast", "--fast"},
    {"replay a --threads many", "--threads"},
    {"replay a --threads 65", "--threads"},
    {"replay a --min-confidence 2", "--min-confidence"},
    {"replay a --mm-per-px 0", "--mm-per-px"},
    {"replay a --mm-per-px nan", "--mm-per-px"},
    {"replay a --cpu z80", "--cpu"},
    {"replay a --crop 1,2", "--crop"},
    {"replay a --nir-from infrared", "--nir-from"},
    {"replay a --sbr-range 5:1", "--sbr-range"},
    {"replay a --sbr-range wide", "--sbr-range"},
    {"replay a --report", "--report"},
    {"replay a --report x --record x", "--report"},
    {"rewind", "rewind"},
};

START_TEST(nonsense_options)
{
    rim_run_program(&run, "%s", nonsense[_i].args);
    rim_expect_error(&run, 2, nonsense[_i].names, NULL);
}
END_TEST

START_TEST(crop_outside)
{
    rim_run_program(&run, "replay %s --headless --crop 300,0,100,100", folder);
    ck_assert_int_ne(run.status, 0);
    rim_expect_error(&run, run.status, "crop", NULL);
}
END_TEST

// Not a window that nobody sees. (SDL says something of its own, too.)
START_TEST(no_display)
{
    if (access("/dev/dri", F_OK) == 0)
        return;                  // the console may show it
    unsetenv("DISPLAY");         // NOLINT(concurrency-mt-unsafe)
    unsetenv("WAYLAND_DISPLAY"); // NOLINT(concurrency-mt-unsafe)
    unsetenv("SDL_VIDEODRIVER"); // NOLINT(concurrency-mt-unsafe)
    rim_run_program(&run, "replay %s", folder);
    ck_assert_int_eq(run.status, 1);
    ck_assert_msg(strstr(run.err, "--headless"), "%s", run.err);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bad input");
    TCase *t = tcase_create("bad input");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_good_one);
    tcase_add_loop_test(t, truncated_png, 0, 4);
    tcase_add_test(t, text_named_png);
    tcase_add_test(t, every_frame_damaged);
    tcase_add_test(t, mixed_sizes);
    tcase_add_test(t, mixed_depths);
    tcase_add_test(t, no_such_input);
    tcase_add_test(t, empty_folder);
    tcase_add_loop_test(t, wrong_manifest, 0, sizeof manifests / sizeof manifests[0]);
    tcase_add_test(t, wrong_cut_surface_file);
    tcase_add_test(t, video_cut_in_the_middle);
    tcase_add_test(t, no_video_at_all);
    tcase_add_loop_test(t, output_that_cannot_be_written, 0, 4);
    tcase_add_test(t, full_disk);
    tcase_add_test(t, disk_that_fills_up);
    tcase_add_loop_test(t, disk_that_fills_up_with_pictures, 0, 3);
    tcase_add_test(t, disk_that_fills_up_with_a_recording);
    tcase_add_test(t, nobody_reads_standard_output);
    tcase_add_loop_test(t, nonsense_options, 0, sizeof nonsense / sizeof nonsense[0]);
    tcase_add_test(t, crop_outside);
    tcase_add_test(t, no_display);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
