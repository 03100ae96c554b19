// test_calibrate.c: rimlight calibrate from targets to a calibration in use, and what
// bad input leaves behind: a clear refusal, and the old calibration as it was.
// SPDX-License-Identifier: MIT
#include "program.h"

#include "calib/cv_bridge.h"
#include "media/png_file.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOARD "--board chessboard --grid 9x6 --pitch 3"

static char folder[256], cal[300], targets[300];
static rim_run run;

// Targets and a calibration are made once; tests that spoil work on copies.
static void make_once(void)
{
    rim_fresh_folder(folder, sizeof folder, "calibrate");
    snprintf(cal, sizeof cal, "%s/cal", folder);
    snprintf(targets, sizeof targets, "%s/targets", folder);
    rim_run_program(&run, "calibrate targets --out %s --size 640x480 --frames 32",
                    targets);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run,
                    "calibrate dark --nir %s/dark -o %s --camera virtual --serial 7 "
                    "--exposure-us 20000 --gain-db 0",
                    targets, cal);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "hot pixels      15, stuck 0"));
    rim_run_program(&run, "calibrate flat --nir %s/flat -o %s", targets, cal);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "dead pixels      4"));
    rim_run_program(&run,
                    "calibrate geometry --nir %s/boards " BOARD
                    " --no-tangential --distance 65 -o %s",
                    targets, cal);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "two cameras"));
}

static void drop(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

static void shell(const char *fmt, const char *a, const char *b)
{
    char command[1200];
    snprintf(command, sizeof command, fmt, a, b);
    ck_assert_int_eq(system(command), 0); // NOLINT: one thread, our own paths
}

START_TEST(check_says_that_it_holds)
{
    rim_run_program(&run, "calibrate check %s --nir %s/boards", cal, targets);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "registration"));
    ck_assert_ptr_nonnull(strstr(run.out, "the calibration holds"));
    rim_run_program(&run, "calibrate check %s --nir %s/dark --target dark", cal,
                    targets);
    ck_assert_msg(run.status == 0, "%s%s", run.out, run.err);
    rim_run_program(&run, "calibrate check %s --nir %s/flat --target flat", cal,
                    targets);
    ck_assert_msg(run.status == 0, "%s%s", run.out, run.err);
}
END_TEST

START_TEST(check_notices_a_bumped_scope)
{
    // Other cameras: another angle between them.
    char other[320];
    snprintf(other, sizeof other, "%s/bumped", folder);
    rim_run_program(&run,
                    "calibrate targets --out %s --size 640x480 --frames 16 --views 1 "
                    "--path same-path",
                    other);
    ck_assert_int_eq(run.status, 0);
    rim_run_program(&run, "calibrate check %s --nir %s/boards", cal, other);
    rim_expect_error(&run, 1, "does not hold", "registration", NULL);
    rim_run_program(&run, "calibrate check %s --nir %s/flat --target dark", cal,
                    targets);
    rim_expect_error(&run, 1, "not dark", NULL);
}
END_TEST

START_TEST(report_is_one_page)
{
    char path[400];
    rim_run_program(&run, "calibrate report %s", cal);
    ck_assert_msg(run.status == 0, "%s", run.err);
    snprintf(path, sizeof path, "%s/report.html", cal);
    size_t size;
    char *html = rim_slurp(path, &size);
    ck_assert_ptr_nonnull(strstr(html, "Flat: an SBR means the same"));
    ck_assert_ptr_nonnull(strstr(html, "data:image/png;base64,iVBOR"));
    ck_assert_ptr_nonnull(strstr(html, "<svg"));
    ck_assert_ptr_nonnull(strstr(html, "serial number 7"));
    ck_assert_ptr_null(strstr(html, "http"));
    ck_assert_ptr_null(strstr(html, "<td>nan"));
    ck_assert_ptr_null(strstr(html, " nan"));
    ck_assert_ptr_nonnull(strstr(html, "</html>"));
    free(html);
    // Nothing else is left beside it.
    snprintf(path, sizeof path, "%s/report.html.png", cal);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(replay_uses_it)
{
    rim_run_program(&run, "replay %s/boards --calibration %s --headless --report %s/r",
                    targets, cal, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    char path[300];
    snprintf(path, sizeof path, "%s/r", folder);
    ck_assert_int_eq(rim_count_report(path), 12);
}
END_TEST

// ---- the phantom's cameras

#define TWO                                                                            \
    "--size 480x270 --mm-per-px 0.21 --cameras two --camera-seed 1 --round-view 0 "    \
    "--gain-steps 0 --threads 1 "

static int count_lines(const char *path, const char *words)
{
    size_t size;
    int n = 0;
    char *text = rim_slurp(path, &size);
    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words))
        n++;
    free(text);
    return n;
}

// Made by the commands from a phantom's targets, used on its scenes: no alarm, until
// the visible camera is bumped.
START_TEST(calibration_from_phantom_targets_notices_a_bump)
{
    char report[330];
    snprintf(report, sizeof report, "%s/scene.jsonl", folder);
    rim_run_program(&run,
                    "phantom --targets --frames 16 " TWO "--leakage 0.4 --out %s/two",
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run, "calibrate dark --nir %s/two/dark -o %s/two-cal", folder,
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run, "calibrate leakage --nir %s/two/before -o %s/two-cal", folder,
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run,
                    "calibrate geometry --nir %s/two/boards --board chessboard --grid "
                    "9x6 --pitch 4 --no-tangential --distance 96 -o %s/two-cal",
                    folder, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "residual by region of the NIR picture, mm"));
    ck_assert_ptr_nonnull(strstr(run.out, "lens of the visible camera"));
    rim_run_program(&run,
                    "phantom --seed 7 --leakage 0.4 --frames 120 --bump 16 "
                    "--bump-frame 48 " TWO "--out %s/scene",
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run,
                    "replay %s/scene --calibration %s/two-cal --headless --report %s",
                    folder, folder, report);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.err, "was the scope bumped?"));
    const int alarms = count_lines(report, "\"why\":[\"registration\"]");
    ck_assert_msg(alarms > 8 && alarms <= 72, "%d alarms", alarms);
    ck_assert_int_eq(count_lines(report, "\"registration_px\":0."), 120);
    ck_assert_int_eq(count_lines(report, "\"from\":\"subtracted\""), 120);
    ck_assert_int_eq(count_lines(report, "\"age_days\":0,"), 120);
}
END_TEST

// ---- refusals

// The folder's listing with checksums of all files.
static char *state_of(const char *dir)
{
    char command[700], path[300];
    size_t size;
    snprintf(path, sizeof path, "%s/state", folder);
    snprintf(command, sizeof command, "cd '%s' && cksum calibration.yml *.png > '%s'",
             dir, path);
    ck_assert_int_eq(system(command), 0); // NOLINT: one thread, our own paths
    return rim_slurp(path, &size);
}

static void refused(const char *a, const char *b, const char *fmt, const char *input)
{
    char line[900];
    char *before = state_of(cal);
    snprintf(line, sizeof line, fmt, input, cal);
    rim_run_program(&run, "%s", line);
    rim_expect_error(&run, 1, a, b, NULL);
    char *after = state_of(cal);
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
}

START_TEST(bad_targets_leave_the_old_calibration)
{
    char path[400];
    snprintf(path, sizeof path, "%s/flat", targets);
    refused("not dark", "counts", "calibrate dark --nir %s -o %s", path);
    snprintf(path, sizeof path, "%s/dark", targets);
    refused("too dark", "counts", "calibrate flat --nir %s -o %s", path);
    snprintf(path, sizeof path, "%s/flat --frames 7", targets);
    refused("7 flat frames", "16", "calibrate flat --nir %s -o %s", path);
    snprintf(path, sizeof path, "%s/flat --bits 16", targets);
    refused("12 bits", "another folder", "calibrate flat --nir %s -o %s", path);
    snprintf(path, sizeof path, "%s/no-board", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    shell("cp '%s'/flat/nir/00000[0-2].png '%s'", targets, path);
    refused("no board", "--grid", "calibrate lens %s " BOARD " -o %s", path);
    snprintf(path, sizeof path, "%s/boards --views 1", targets);
    refused("one view", "5",
            "calibrate geometry --nir %s " BOARD " --no-tangential -o %s", path);
    snprintf(path, sizeof path, "%s/other-board", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    shell("cp '%s'/boards/nir/00000[0-2].png '%s'", targets, path);
    refused("9x6 inner corners", "--grid",
            "calibrate lens %s --board chessboard --grid 11x8 --pitch 3 -o %s", path);
}
END_TEST

START_TEST(pictures_of_two_sizes_are_refused)
{
    char path[400];
    snprintf(path, sizeof path, "%s/mixed", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    shell("cp '%s'/boards/nir/00000[0-5].png '%s'", targets, path);
    rim_frame f = {.width = 64, .height = 48, .fmt = RIM_FMT_GRAY16, .bits = 12};
    ck_assert_int_eq(rim_frame_init(&f), 0);
    char odd[420];
    snprintf(odd, sizeof odd, "%s/000003.png", path);
    ck_assert_int_eq(rim_png_write(odd, &f), 0);
    rim_frame_uninit(&f);
    refused("000003.png", "64x48", "calibrate lens %s " BOARD " -o %s", path);
}
END_TEST

// ---- pictures that are no good, made from good ones

typedef void spoil_fn(rim_frame *f);

// The left three quarters.
static void cover(rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        memset(rim_frame_row16(f, y), 0, (size_t)f->width * 3 / 2);
}

static void smear(rim_frame *f)
{
    for (int y = 0; y < f->height; y++) {
        uint16_t *row = rim_frame_row16(f, y);
        for (int x = 0; x + 64 < f->width; x++) {
            int sum = 0;
            for (int i = 0; i < 64; i++)
                sum += row[x + i];
            row[x] = (uint16_t)(sum / 64);
        }
    }
}

static void mirror(rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        for (int i = 0, j = f->width - 1; i < j; i++, j--) {
            uint16_t *row = rim_frame_row16(f, y), v = row[i];
            row[i] = row[j];
            row[j] = v;
        }
}

// The picture twice, at half size, side by side.
static void show_twice(rim_frame *f)
{
    for (int y = 0; y < f->height; y++) {
        uint16_t *row = rim_frame_row16(f, y);
        if (y < f->height / 2) {
            const uint16_t *from = rim_frame_row16(f, 2 * y);
            for (int x = 0; x < f->width / 2; x++)
                row[x] = from[2 * x];
            memcpy(row + f->width / 2, row, (size_t)f->width / 2 * sizeof *row);
        } else {
            for (int x = 0; x < f->width; x++)
                row[x] = 600;
        }
    }
}

static void shine(rim_frame *f)
{
    for (int y = 200; y < 230; y++)
        for (int x = 300; x < 330; x++)
            rim_frame_row16(f, y)[x] = (uint16_t)(rim_frame_row16(f, y)[x] * 5 / 4);
}

// `count` pictures of targets/PART, spoilt, into a folder of their own.
static const char *spoil(const char *from, const char *part, const char *name,
                         int count, spoil_fn *how)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    rim_frame f = {.width = 640, .height = 480, .fmt = RIM_FMT_GRAY16, .bits = 12};
    ck_assert_int_eq(rim_frame_init(&f), 0);
    for (int i = 0; i < count; i++) {
        char file[500];
        snprintf(file, sizeof file, "%s/%s/nir/%06d.png", from, part, i);
        ck_assert_int_eq(rim_png_read(&f, file), 0);
        how(&f);
        snprintf(file, sizeof file, "%s/%06d.png", path, i);
        ck_assert_int_eq(rim_png_write(file, &f), 0);
    }
    rim_frame_uninit(&f);
    return path;
}

START_TEST(boards_that_cannot_be_used_are_refused_with_the_reason)
{
    static const struct {
        const char *name, *said, *of;
        int count;
        spoil_fn *how;
    } row[] = {
        {"half", "whole", "6 pictures", 6, cover},
        {"smeared", "no board", "6 pictures", 6, smear},
        {"twice", "two boards", "1 picture:", 1, show_twice},
    };
    const char *path =
        spoil(targets, "boards", row[_i].name, row[_i].count, row[_i].how);
    refused(row[_i].said, row[_i].of, "calibrate lens %s " BOARD " -o %s", path);
}
END_TEST

START_TEST(mirrored_boards_are_refused)
{
    if (!rim_cv_has_charuco())
        return;
    char other[320];
    snprintf(other, sizeof other, "%s/handed", folder);
    rim_run_program(&run,
                    "calibrate targets --out %s --size 640x480 --frames 1 --views 3 "
                    "--board charuco --grid 9x6 --pitch 3",
                    other);
    ck_assert_int_eq(run.status, 0);
    const char *path = spoil(other, "boards", "mirrored", 3, mirror);
    refused("mirror", "3 pictures",
            "calibrate lens %s --board charuco --grid 9x6 --pitch 3 -o %s", path);
}
END_TEST

static void saturate(rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            const int v = 2 * rim_frame_row16(f, y)[x];
            rim_frame_row16(f, y)[x] = (uint16_t)(v < 4095 ? v : 4095);
        }
}

// Half as bright at the left as at the right.
static void tilt(rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            const int v = rim_frame_row16(f, y)[x];
            rim_frame_row16(f, y)[x] = (uint16_t)(v * (f->width + x) / (2 * f->width));
        }
}

START_TEST(bad_flats_are_refused_with_the_reason)
{
    static const struct {
        const char *name, *said, *mend;
        spoil_fn *how;
    } row[] = {
        {"shiny", "highlight", "matt target", shine},
        {"bright", "saturated", "lower", saturate},
        {"tilted", "tilted", "--max-tilt", tilt},
    };
    const char *path = spoil(targets, "flat", row[_i].name, 16, row[_i].how);
    refused(row[_i].said, row[_i].mend, "calibrate flat --nir %s --bits 12 -o %s",
            path);
}
END_TEST

static void cut(const char *file, long size)
{
    ck_assert_int_eq(truncate(file, size), 0);
}

static void leave(rim_frame *f)
{
    (void)f;
}

START_TEST(cut_pictures_are_refused_by_name)
{
    char path[420];
    const char *dir = spoil(targets, "boards", "cut-off", 6, leave);
    snprintf(path, sizeof path, "%s/000002.png", dir);
    cut(path, 5000);
    refused("000002.png", "cut off", "calibrate lens %s " BOARD " -o %s", dir);
}
END_TEST

START_TEST(dye_is_no_leaked_light)
{
    char path[400];
    snprintf(path, sizeof path, "%s/flat", targets);
    refused("dye", "counts", "calibrate leakage --nir %s -o %s", path);
}
END_TEST

START_TEST(settings_other_than_the_dark_map_s_are_refused)
{
    char path[400];
    snprintf(path, sizeof path, "%s/flat --exposure-us 5000", targets);
    refused("20000 us exposure", "5000 us", "calibrate flat --nir %s -o %s", path);
    snprintf(path, sizeof path, "%s/flat --gain-db 12", targets);
    refused("0 dB gain", "12 dB", "calibrate flat --nir %s -o %s", path);
    snprintf(path, sizeof path, "%s/dark --serial 8", targets);
    refused("serial number 7", "has 8", "calibrate dark --nir %s -o %s", path);
    // Live, of another camera.
    rim_run_program(&run,
                    "live --nir synth:size=640x480 --headless --frames 2 "
                    "--calibration %s",
                    cal);
    rim_expect_error(&run, 1, "\"virtual\"", "synthetic camera", NULL);
}
END_TEST

static void put_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

// The dark frames again, with what `said` tells of the camera.
static const char *tell_camera(const char *said)
{
    static char path[340];
    char file[360], text[400];
    snprintf(path, sizeof path, "%s/told", folder);
    shell("rm -rf '%s' && mkdir '%s'", path, path);
    shell("cp -r '%s/dark/nir' '%s'", targets, path);
    snprintf(file, sizeof file, "%s/sequence.json", path);
    snprintf(text, sizeof text,
             "{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{"
             "\"path\":\"nir\",\"bit_depth\":12,\"black_level\":64%s}}",
             said);
    put_text(file, text);
    return path;
}

static void replay_refused(const char *input, const char *a, const char *b)
{
    rim_run_program(&run, "replay %s --calibration %s --headless --report -", input,
                    cal);
    rim_expect_error(&run, 1, a, b, NULL);
}

START_TEST(recordings_of_another_camera_are_refused)
{
    replay_refused(tell_camera(",\"serial\":\"8\""), "serial number 7", "has 8");
    replay_refused(tell_camera(",\"camera\":\"other\""), "\"virtual\"", "\"other\"");
    replay_refused(tell_camera(",\"gain_db\":6"), "0 dB gain", "6 dB");
    const char *told = tell_camera(",\"serial\":\"7\",\"exposure_us\":5000");
    replay_refused(told, "20000 us exposure", "5000 us");
    // Recorded, and nothing but the recording left.
    char film[340];
    snprintf(film, sizeof film, "%s/told.mkv", folder);
    rim_run_program(&run, "replay %s --headless --record %s", told, film);
    ck_assert_msg(run.status == 0, "%s", run.err);
    replay_refused(film, "20000 us exposure", "5000 us");
    // A calibration from it says what it says.
    rim_run_program(&run, "calibrate dark --nir %s -o %s/told-cal", film, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    char path[340];
    size_t size;
    snprintf(path, sizeof path, "%s/told-cal/calibration.yml", folder);
    char *text = rim_slurp(path, &size);
    ck_assert_ptr_nonnull(strstr(text, "serial: \"7\""));
    ck_assert_ptr_nonnull(strstr(text, "exposure_us: 5000."));
    free(text);
    // Live tells it by itself.
    rim_run_program(&run,
                    "live --nir synth:size=640x480,fps=60 --headless --frames 2 "
                    "--record %s",
                    film);
    ck_assert_msg(run.status == 0, "%s", run.err);
    replay_refused(film, "\"virtual\"", "synthetic camera");
}
END_TEST

// ---- cameras

START_TEST(camera_gives_a_dark_and_says_what_it_is)
{
    rim_run_program(&run,
                    "calibrate dark --nir synth:from=%s/dark,fps=200 --frames 20 "
                    "--black-level 64 -o %s/from-camera",
                    targets, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "dark: 20 frames of 640x480 at 12 bits"));
    char path[340];
    size_t size;
    snprintf(path, sizeof path, "%s/from-camera/calibration.yml", folder);
    char *text = rim_slurp(path, &size);
    ck_assert_ptr_nonnull(strstr(text, "camera: synthetic camera"));
    free(text);
    // Set up as live would be.
    rim_run_program(&run,
                    "calibrate dark --nir synth:from=%s/dark,fps=200 --frames 20 "
                    "--format Y16 -o %s/from-camera",
                    targets, folder);
    rim_expect_error(&run, 1, "Y12 640x480", "--format", NULL);
}
END_TEST

START_TEST(board_before_a_camera_is_guided)
{
    rim_run_program(&run,
                    "calibrate lens synth:from=%s/boards,fps=5 " BOARD
                    " --no-tangential --views 6 --seconds 200 -o %s/guided",
                    targets, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "view 1 taken; now show the board in these "
                                          "parts of the picture:"));
    ck_assert_ptr_nonnull(strstr(run.out, "tilted by 20 to 40 degrees"));
    ck_assert_ptr_nonnull(strstr(run.out, "view 6 taken"));
    ck_assert_ptr_nonnull(strstr(run.out, "fx "));
    rim_run_program(&run,
                    "calibrate lens synth:size=320x240,fps=20 " BOARD
                    " --seconds 1 -o %s/guided",
                    folder);
    rim_expect_error(&run, 1, "320x240", NULL); // of the folder's 640x480
    rim_run_program(&run,
                    "calibrate lens synth:size=320x240,fps=20 " BOARD
                    " --seconds 1 -o %s/none",
                    folder);
    rim_expect_error(&run, 1, "no board", NULL);
}
END_TEST

// Two that film the same boards: they start at different times, and read at their own
// pace, but a pair is of one moment.
START_TEST(two_cameras_are_registered_and_checked)
{
    rim_run_program(&run,
                    "calibrate geometry --nir synth:from=%s/boards,fps=5 --visible "
                    "synth:from=%s/boards,light=visible,fps=5 --black-level 64 " BOARD
                    " --no-tangential --distance 65 --views 7 --seconds 200 "
                    "-o %s/from-two",
                    targets, targets, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s%s", run.out, run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "two cameras"));
    const char *at = strstr(run.out, "residual 0.");
    ck_assert_msg(at && strtod(at + 9, NULL) < 0.2, "%s", run.out);
    at = strstr(run.out, "baseline ");
    ck_assert_msg(at && fabs(strtod(at + 9, NULL) - 4.065) < 0.05, "%s", run.out);
    rim_run_program(&run,
                    "calibrate check %s/from-two --nir synth:from=%s/boards,fps=5 "
                    "--bits 12 --visible "
                    "synth:from=%s/boards,light=visible,format=YUYV,fps=5",
                    folder, targets, targets);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s%s", run.out, run.err);
    ck_assert_ptr_nonnull(strstr(run.out, "show the board; Ctrl-C"));
    ck_assert_ptr_null(strstr(run.out, "now show"));
    ck_assert_ptr_nonnull(strstr(run.out, "registration"));
    ck_assert_ptr_nonnull(strstr(run.out, "the calibration holds"));
    // Of two moments, and another pose of the board each time.
    rim_run_program(&run,
                    "calibrate check %s/from-two --nir synth:from=%s/boards,fps=5 "
                    "--visible synth:from=%s/boards,light=visible,fps=5,phase_ms=60 "
                    "--seconds 3",
                    folder, targets, targets);
    rim_expect_error(&run, 1, "moved", "hold it still", NULL);
    ck_assert_ptr_nonnull(strstr(run.out, "hold the board still"));
}
END_TEST

START_TEST(check_before_a_camera)
{
    rim_run_program(&run,
                    "calibrate check %s --nir synth:from=%s/boards,fps=10 --seconds 60",
                    cal, targets);
    rim_expect_error(&run, 1, "\"virtual\"", "synthetic camera", NULL);
    static const char *const part[] = {"dark", "flat"};
    for (int i = 0; i < 2; i++) {
        rim_run_program(&run,
                        "calibrate %s --nir synth:from=%s/%s,fps=100 --frames 30 "
                        "--black-level 64 -o %s/by-camera",
                        part[i], targets, part[i], folder);
        ck_assert_msg(run.status == 0, "%s", run.err);
    }
    for (int i = 0; i < 2; i++) {
        rim_run_program(&run,
                        "calibrate check %s/by-camera --nir synth:from=%s/%s,fps=100 "
                        "--target %s",
                        folder, targets, part[i], part[i]);
        ck_assert_msg(run.status == 0 && run.errors == 0, "%s%s", run.out, run.err);
        ck_assert_ptr_nonnull(strstr(run.out, "the calibration holds"));
    }
    rim_run_program(&run,
                    "calibrate check %s/by-camera --nir synth:from=%s/dark,fps=100 "
                    "--target flat",
                    folder, targets);
    rim_expect_error(&run, 1, "flat", NULL);
}
END_TEST

START_TEST(cut_map_is_refused_by_name)
{
    char copy[320];
    snprintf(copy, sizeof copy, "%s/cut", folder);
    shell("cp -r '%s' '%s'", cal, copy);
    shell("cd '%s' && truncate -s 1000 gain-*.png%s", copy, "");
    rim_run_program(&run, "replay %s/boards --calibration %s --headless --report -",
                    targets, copy);
    rim_expect_error(&run, 1, "gain-", "cut off", NULL);
    rim_run_program(&run, "calibrate report %s", copy);
    rim_expect_error(&run, 1, "gain-", NULL);
}
END_TEST

START_TEST(other_streams_are_refused)
{
    char other[320];
    snprintf(other, sizeof other, "%s/small", folder);
    rim_run_program(&run,
                    "calibrate targets --out %s --size 320x240 --frames 16 "
                    "--views 1",
                    other);
    ck_assert_int_eq(run.status, 0);
    rim_run_program(&run, "replay %s/boards --calibration %s --headless --report -",
                    other, cal);
    rim_expect_error(&run, 1, "640x480", "320x240", NULL);
    char path[400];
    snprintf(path, sizeof path, "%s/dark", other);
    refused("640x480", "another folder", "calibrate dark --nir %s -o %s", path);
}
END_TEST

START_TEST(wrong_usage_is_said)
{
    rim_run_program(&run, "calibrate");
    ck_assert_int_eq(run.status, 2);
    rim_run_program(&run, "calibrate drak");
    rim_expect_error(&run, 2, "dark", NULL);
    rim_run_program(&run, "calibrate dark --nir x");
    rim_expect_error(&run, 2, "calibrate dark: --out: is needed", NULL);
    rim_run_program(&run, "calibrate leakage -o x");
    rim_expect_error(&run, 2, "calibrate leakage: --nir: is needed", NULL);
    rim_run_program(&run, "calibrate targets");
    rim_expect_error(&run, 2, "calibrate targets: --out: is needed", NULL);
    rim_run_program(&run, "calibrate lens %s/boards --grid 9x6 --pitch 3 -o %s/new",
                    targets, folder);
    rim_expect_error(&run, 2, "--board", NULL);
    rim_run_program(&run, "calibrate dark --nir %s/nothing -o %s/new", folder, folder);
    rim_expect_error(&run, 1, "nothing", NULL);
    rim_run_program(&run, "calibrate report %s/targets", folder);
    rim_expect_error(&run, 1, "calibration.yml", NULL);
    static const char *const parts[] = {"dark",    "flat",     "lens",  "register",
                                        "leakage", "geometry", "check", "report",
                                        "board",   "targets"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        rim_run_program(&run, "calibrate %s --help", parts[i]);
        ck_assert_int_eq(run.status, 0);
        ck_assert_ptr_nonnull(strstr(run.out, "rimlight calibrate "));
    }
}
END_TEST

START_TEST(board_is_drawn)
{
    rim_run_program(&run,
                    "calibrate board --board acircles --grid 4x11 --pitch 2 -o "
                    "%s/board.png",
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    char path[300];
    snprintf(path, sizeof path, "%s/board.png", folder);
    rim_png_info info;
    ck_assert_int_eq(rim_png_probe(&info, path), 0);
    ck_assert_int_gt(info.width, 400);
    rim_run_program(
        &run, "calibrate board --board circles --grid 400x2 --pitch 2 -o %s", path);
    rim_expect_error(&run, 2, "--grid", NULL);
}
END_TEST

int main(void)
{
    if (!rim_cv_version()) {
        printf("skipped: this build is without OpenCV\n");
        return 77;
    }
    Suite *s = suite_create("calibrate");
    TCase *t = tcase_create("calibrate");
    tcase_set_timeout(t, 300);
    tcase_add_unchecked_fixture(t, make_once, drop);
    tcase_add_test(t, check_says_that_it_holds);
    tcase_add_test(t, check_notices_a_bumped_scope);
    tcase_add_test(t, report_is_one_page);
    tcase_add_test(t, replay_uses_it);
    tcase_add_test(t, calibration_from_phantom_targets_notices_a_bump);
    tcase_add_test(t, bad_targets_leave_the_old_calibration);
    tcase_add_test(t, pictures_of_two_sizes_are_refused);
    tcase_add_loop_test(t, boards_that_cannot_be_used_are_refused_with_the_reason, 0,
                        3);
    tcase_add_test(t, mirrored_boards_are_refused);
    tcase_add_loop_test(t, bad_flats_are_refused_with_the_reason, 0, 3);
    tcase_add_test(t, cut_pictures_are_refused_by_name);
    tcase_add_test(t, dye_is_no_leaked_light);
    tcase_add_test(t, settings_other_than_the_dark_map_s_are_refused);
    tcase_add_test(t, recordings_of_another_camera_are_refused);
    tcase_add_test(t, camera_gives_a_dark_and_says_what_it_is);
    tcase_add_test(t, board_before_a_camera_is_guided);
    tcase_add_test(t, two_cameras_are_registered_and_checked);
    tcase_add_test(t, check_before_a_camera);
    tcase_add_test(t, cut_map_is_refused_by_name);
    tcase_add_test(t, other_streams_are_refused);
    tcase_add_test(t, wrong_usage_is_said);
    tcase_add_test(t, board_is_drawn);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
