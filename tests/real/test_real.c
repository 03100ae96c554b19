// test_real.c: real images through the real program, where they can be had.
//
// ${RIMLIGHT_DATA:-../shared/data}; nothing of it is kept here. What was found is
// printed, since it is a measurement: none of these pictures shows a lesion in a
// liver, and none tells its pixel pitch.
// SPDX-License-Identifier: MIT
#include "report/report.h"
#include "tests/cli/program.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char data[1024], folder[256];
static rim_run run;
static rim_truth seen;

static void set_up(void)
{
    char name[64];
    snprintf(name, sizeof name, "real-%ld", (long)getpid());
    rim_fresh_folder(folder, sizeof folder, name);
}

static void tear_down(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

// Replays `input` into `seen`, the one frame of its report.
static void replay_one(const char *input, const char *options)
{
    char report[400];
    rim_report_reader *r = NULL;
    rim_truth extra;
    snprintf(report, sizeof report, "%s/report.jsonl", folder);
    rim_run_program(&run, "replay %s --headless --min-confidence 0.1 --report %s %s",
                    input, report, options);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s: %s", input, run.err);
    ck_assert_int_eq(rim_count_report(report), 1);
    ck_assert_int_eq(rim_report_open(&r, report), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &seen), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &extra), RIM_END);
    rim_report_reader_close(&r);
}

// A folder of one picture.
static void replay_picture(const char *name, const char *options)
{
    char from[1100], to[1200], input[300];
    snprintf(from, sizeof from, "%s/%s", data, name);
    snprintf(input, sizeof input, "%s/in", folder);
    snprintf(to, sizeof to, "rm -rf '%s' && mkdir '%s'", input, input);
    ck_assert_int_eq(system(to), 0); // NOLINT: one thread, our own path
    snprintf(to, sizeof to, "%s/000000.png", input);
    ck_assert_msg(access(from, R_OK) == 0, "%s", from);
    ck_assert_int_eq(symlink(from, to), 0);
    replay_one(input, options);
}

static int count_sure(double confidence)
{
    int n = 0;
    for (int i = 0; i < seen.seen.lesion_count; i++)
        n += seen.seen.lesion[i].confidence >= confidence;
    return n;
}

// Organs and limbs of a mouse shine like lesions of our size: false by definition.
START_TEST(mice)
{
    static const char *const number[] = {"7", "35", "53", "118", "165", "183"};
    static const char *const pitch[] = {"", "--mm-per-px 0.15"};
    for (int p = 0; p < 2; p++) {
        int total = 0;
        for (int i = 0; i < 6; i++) {
            char name[64];
            snprintf(name, sizeof name, "zm_nir2/NIR-IIa_real/%s.png", number[i]);
            replay_picture(name, pitch[p]);
            const double saturated = seen.seen.quality.saturated;
            printf("mouse %s %s: %d false lesions, %.2f %% saturated\n", number[i],
                   pitch[p], count_sure(0.5), 100.0 * saturated);
            total += count_sure(0.5);
            ck_assert_int_le(count_sure(0.5), 6);
            if (i == 3) // 1.06 % at 255, and the pixels that single hot ones hide
                ck_assert_msg(fabs(saturated - 0.0106) < 0.001, "%f", saturated);
            else
                ck_assert_msg(saturated < 0.001, "%f", saturated);
        }
        printf("mice %s: %.1f false lesions a frame\n", pitch[p], total / 6.0);
        ck_assert_int_le(total, 18);
    }
}
END_TEST

// x, y, radius in px of the rings that can be told apart by eye.
static const int ring[][3] = {
    {187, 273, 12}, {262, 279, 16}, {284, 312, 17}, {263, 335, 14}, {330, 312, 17},
    {330, 347, 10}, {408, 255, 14}, {448, 291, 12}, {386, 228, 25}, {466, 280, 32},
    {449, 227, 26}, {271, 293, 36}, {337, 238, 38}, {214, 344, 46}, {401, 331, 49},
    {461, 409, 49}, {121, 375, 23}, {338, 405, 29}, {157, 437, 35}, {179, 467, 43},
    {233, 452, 35}, {97, 485, 31},  {96, 508, 28},  {123, 548, 31}, {186, 555, 23},
    {53, 611, 41},  {61, 667, 12},  {168, 648, 39}, {165, 646, 15}, {166, 663, 14},
    {178, 660, 13}, {231, 648, 15}, {259, 661, 12}, {250, 709, 43}, {297, 225, 32},
    {861, 25, 30},  {900, 74, 9},   {849, 111, 10}, {748, 118, 27}, {769, 189, 37},
    {837, 210, 28}, {613, 288, 44}, {658, 328, 32}, {661, 353, 9},  {547, 364, 29},
    {782, 315, 24}, {819, 294, 23}, {851, 341, 42}, {761, 358, 43}, {789, 393, 24},
    {782, 419, 10}, {825, 358, 14}, {851, 391, 31}, {704, 421, 13}, {713, 457, 8},
    {640, 458, 20}};
enum { RINGS = sizeof ring / sizeof ring[0] };

static bool is_ring(const rim_lesion *l, const int r[3])
{
    const double reach = 0.3 * r[2] > 3.0 ? 0.3 * r[2] : 3.0;
    const double size = sqrt(l->a * l->b) / r[2];
    return hypot(l->x - r[0], l->y - r[1]) < reach && size > 0.7 && size < 1.4;
}

static int count_rings(double confidence)
{
    int found = 0;
    for (int i = 0; i < RINGS; i++) {
        bool hit = false;
        for (int k = 0; !hit && k < seen.seen.lesion_count; k++)
            hit = seen.seen.lesion[k].confidence >= confidence &&
                  is_ring(&seen.seen.lesion[k], ring[i]);
        found += hit;
    }
    return found;
}

// Thin sharp rings through one another, each with a bright point in its middle: not
// what a lesion looks like, and most are passed over.
START_TEST(micrograph)
{
    static const char *const pitch[] = {"", "--mm-per-px 0.15", "--mm-per-px 0.3",
                                        "--mm-per-px 0.5"};
    int best = 0;
    for (int i = 0; i < 4; i++) {
        replay_picture("ring_detector/unprocessed_fig_46.png", pitch[i]);
        printf("micrograph %s: of %d rings %d found at 0.1 (%d reported), %d at 0.5 "
               "(%d reported)\n",
               pitch[i], (int)RINGS, count_rings(0.1), count_sure(0.1),
               count_rings(0.5), count_sure(0.5));
        best = count_rings(0.1) > best ? count_rings(0.1) : best;
    }
    ck_assert_int_ge(best, 1);
}
END_TEST

START_TEST(liver_as_nir)
{
    static const char *const from[] = {"--nir-from gray", "--nir-from green"};
    replay_picture("scikit_surgeryvtk/image0232.png", from[_i]);
    printf("liver %s: %.1f %% too dark, %d false lesions\n", from[_i],
           100.0 * seen.seen.quality.dark, count_sure(0.5));
    // The corners beyond the round view and the deep shade, not the liver.
    ck_assert_double_gt(seen.seen.quality.dark, 0.01);
    ck_assert_double_lt(seen.seen.quality.dark, 0.35);
    ck_assert_double_lt(seen.seen.quality.saturated, 0.01);
    ck_assert_int_le(count_sure(0.5), 6);
}
END_TEST

START_TEST(liver_under_a_phantom)
{
    char command[2048], input[300], overlay[400];
    rim_run_program(&run,
                    "phantom --out %s/s --scene liver --seed 56 --lesions 2 --frames 1 "
                    "--distractors none --size 1920x1080 --mm-per-px 0.04",
                    folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    snprintf(command, sizeof command,
             "cp '%s/scikit_surgeryvtk/image0232.png' '%s/s/visible/000000.png'", data,
             folder);
    ck_assert_int_eq(system(command), 0); // NOLINT: one thread, our own path
    snprintf(input, sizeof input, "%s/s", folder);
    snprintf(overlay, sizeof overlay, "--overlay %s/overlay", folder);
    replay_one(input, overlay);
    ck_assert_int_ge(count_sure(0.5), 1);
    snprintf(overlay, sizeof overlay, "%s/overlay/000000.png", folder);
    ck_assert_int_eq(access(overlay, R_OK), 0);
}
END_TEST

// 12 bits right-aligned in TIFFs of 16; saturated at 4095, at 65535 none is.
START_TEST(twelve_bits)
{
    static const char *const name[] = {"16923029-f10.tif", "16923029-f20.tif"};
    static const double full[] = {0.000181, 0.001274}; // counted: share at 4095
    char input[1100];
    snprintf(input, sizeof input, "%s/scitif_12bit/%s", data, name[_i]);
    replay_one(input, "--bits 12");
    const double saturated = seen.seen.quality.saturated;
    printf("%s: %.4f %% saturated\n", name[_i], 100.0 * saturated);
    ck_assert_msg(fabs(saturated - full[_i]) < 0.15 * full[_i], "%f", saturated);
    replay_one(input, "");
    ck_assert_double_eq(seen.seen.quality.saturated, 0.0);
}
END_TEST

// Ten nearly parallel views of a board, and one that is tilted: it is named, and the
// stated uncertainty covers by how much it moves the lens.
START_TEST(endoscope_lens)
{
    rim_run_program(&run, "version");
    if (!strstr(run.out, "OpenCV 4"))
        return; // a build without it
    rim_run_program(&run,
                    "calibrate lens %s/endocal/sample_001 --board acircles --grid 3x11 "
                    "--pitch 1 --no-tangential -o %s/endocal",
                    data, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s", run.err);
    ck_assert_ptr_nonnull(strstr(run.err, "frame_011.jpg is inconsistent"));
    ck_assert_ptr_nonnull(strstr(run.err, "without it fx is 649.5, with it 685.3"));
    ck_assert_ptr_nonnull(strstr(run.out, "11 of 11 pictures show the board"));
    const char *fx = strstr(run.out, "fx "), *spread = fx ? strstr(fx, "+- ") : NULL;
    ck_assert_msg(spread && strtod(spread + 3, NULL) > 685.34 - 649.50, "%s", run.out);
}
END_TEST

int main(void)
{
    const char *given = getenv("RIMLIGHT_DATA"); // NOLINT: one thread
    char here[256] = "";                         // links need the whole path
    if (given && *given != '/' && !getcwd(here, sizeof here))
        return 1;
    snprintf(data, sizeof data, "%s%s%s", here, *here ? "/" : "",
             given ? given : RIM_SOURCE_DIR "/../shared/data");
    if (access(data, R_OK) != 0) {
        printf("skipped: no real images in %s (RIMLIGHT_DATA)\n", data);
        return 77;
    }
    Suite *s = suite_create("real");
    TCase *t = tcase_create("real");
    tcase_set_timeout(t, 180);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, mice);
    tcase_add_test(t, micrograph);
    tcase_add_loop_test(t, liver_as_nir, 0, 2);
    tcase_add_test(t, liver_under_a_phantom);
    tcase_add_loop_test(t, twelve_bits, 0, 2);
    tcase_add_test(t, endoscope_lens);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
