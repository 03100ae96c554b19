// test_evaluate.c: figures of hand-made truth and reports, whose values are known.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "evaluate/ellipse.h"
#include "evaluate/evaluate.h"
#include "report/report.h"

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 30, SCENES_MAX = 24 };

static char g_folder[] = "/tmp/rim_evaluate_XXXXXX";
static char g_log[4096];
static int g_lines;

// The scene that a test is making.
static rim_truth g_truth[FRAMES];
static rim_result g_report[FRAMES];
static bool g_missing[FRAMES];
static rim_evaluation *g_evaluation;

static void keep_line(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    (void)level;
    g_lines++;
    strncat(g_log, line, sizeof g_log - strlen(g_log) - 2);
    strcat(g_log, "\n");
}

static void clear_scene(void)
{
    memset(g_truth, 0, sizeof g_truth);
    memset(g_report, 0, sizeof g_report);
    memset(g_missing, 0, sizeof g_missing);
    for (int i = 0; i < FRAMES; i++) {
        g_truth[i].seen.frame = g_report[i].frame = (uint64_t)i;
        g_truth[i].seen.t_ns = g_report[i].t_ns = INT64_C(1000000000) * i / 30;
    }
}

static void setup(void)
{
    g_log[0] = '\0';
    g_lines = 0;
    rim_log_set_sink(keep_line, NULL);
    clear_scene();
}

static void teardown(void)
{
    rim_log_set_sink(NULL, NULL);
    rim_evaluation_destroy(&g_evaluation);
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s/*", g_folder);
    ck_assert_int_eq(system(command), 0);
}

static rim_lesion lesion(int id, double x, double y)
{
    return (rim_lesion){.id = id,
                        .x = x,
                        .y = y,
                        .a = 40,
                        .b = 40,
                        .rim_width = 10,
                        .coverage = 1,
                        .pattern = RIM_PATTERN_RIM,
                        .sbr = 4,
                        .core_ratio = 0.4,
                        .target = 400,
                        .background = 100,
                        .cnr = 10,
                        .confidence = 0.9,
                        .diameter_mm = 8};
}

// In truth and report of every frame.
static void add_lesion(rim_lesion l, const char *class_name, bool detectable)
{
    for (int i = 0; i < FRAMES; i++) {
        const int n = g_truth[i].seen.lesion_count++;
        g_truth[i].seen.lesion[n] = l;
        g_truth[i].lesion[n] =
            (rim_truth_object){.depth_mm = 0.5, .uptake = 15, .detectable = detectable};
        strcpy(g_truth[i].lesion[n].class_name, class_name);
        g_report[i].lesion[g_report[i].lesion_count++] = l;
    }
}

static void add_residual(double x, double y, const char *class_name, bool detectable)
{
    for (int i = 0; i < FRAMES; i++) {
        const int n = g_truth[i].seen.surface.residual_count++;
        g_truth[i].seen.surface.residual[n] =
            (rim_residual){.id = n + 1, .x = x, .y = y, .area_px = 400, .sbr = 2};
        g_truth[i].residual[n] =
            (rim_truth_object){.depth_mm = 1.5, .detectable = detectable};
        strcpy(g_truth[i].residual[n].class_name, class_name);
    }
}

static const char *path_of(int scene, const char *name)
{
    static char path[2][128];
    static int which;
    which ^= 1;
    (void)snprintf(path[which], sizeof path[which], "%s/scene%02d/%s", g_folder, scene,
                   name);
    return path[which];
}

static void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static void write_scene(int scene)
{
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/scene%02d", g_folder, scene);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    rim_report_writer *t = NULL, *r = NULL;
    ck_assert_int_eq(rim_report_create(&t, path_of(scene, "truth.jsonl")), RIM_OK);
    ck_assert_int_eq(rim_report_create(&r, path_of(scene, "report.jsonl")), RIM_OK);
    for (int i = 0; i < FRAMES; i++) {
        ck_assert_int_eq(rim_report_write_truth(t, &g_truth[i]), RIM_OK);
        if (!g_missing[i])
            ck_assert_int_eq(rim_report_write(r, &g_report[i]), RIM_OK);
    }
    ck_assert_int_eq(rim_report_close(&t), RIM_OK);
    ck_assert_int_eq(rim_report_close(&r), RIM_OK);
}

static void evaluate(double confidence, int bootstrap, uint64_t seed)
{
    const rim_evaluate_options o = {confidence, bootstrap, seed};
    rim_evaluation_destroy(&g_evaluation);
    ck_assert_int_eq(rim_evaluation_create(&g_evaluation, &o), RIM_OK);
    ck_assert_int_eq(rim_evaluation_add_suite(g_evaluation, g_folder, "report.jsonl"),
                     RIM_OK);
    ck_assert_int_eq(rim_evaluation_finish(g_evaluation), RIM_OK);
}

static rim_evaluated get(const char *key)
{
    rim_evaluated f = {0};
    ck_assert_msg(rim_evaluation_get(&f, g_evaluation, key) == RIM_OK, "%s", key);
    return f;
}

#define CHECK_VALUE(key, expected)                                                     \
    ck_assert_msg(fabs(get(key).value - (expected)) < 1e-6, "%s is %f, not %f", key,   \
                  get(key).value, (double)(expected))
#define CHECK_NONE(key)                                                                \
    ck_assert_msg(isnan(get(key).value), "%s is %f", key, get(key).value)

START_TEST(ellipses)
{
    const rim_ellipse c = {100, 100, 40, 40, 0}, big = {100, 100, 50, 50, 30};
    const rim_ellipse far = {200, 100, 40, 40, 0}, none = {100, 100, 0, 40, 0};
    const rim_ellipse long_x = {10, 20, 60, 30, 0}, long_y = {10, 20, 30, 60, 90};
    ck_assert_double_eq_tol(rim_ellipse_iou(&c, &c), 1.0, 1e-9);
    ck_assert_double_eq_tol(rim_ellipse_iou(&c, &big), 0.64, 1e-3);
    ck_assert_double_eq_tol(rim_ellipse_dice(&c, &big), 2 * 0.64 / 1.64, 1e-3);
    ck_assert_double_eq(rim_ellipse_iou(&c, &far), 0.0);
    ck_assert_double_eq(rim_ellipse_iou(&c, &none), 0.0);
    ck_assert_double_nan(rim_ellipse_distance(&c, &none));
    ck_assert_double_eq_tol(rim_ellipse_distance(&c, &big), 10.0, 1e-6);
    ck_assert_double_eq_tol(rim_ellipse_distance(&c, &c), 0.0, 1e-9);
    // The same ellipse, told by its other axis.
    ck_assert_double_eq_tol(rim_ellipse_iou(&long_x, &long_y), 1.0, 1e-9);
    ck_assert_double_eq_tol(rim_ellipse_distance(&long_x, &long_y), 0.0, 1e-6);
    // Two rings of equal outline, 10 and 20 px wide: 40^2 - 30^2 within 40^2 - 20^2.
    ck_assert_double_eq_tol(rim_ring_dice(&c, 10, &c, 20), 2.0 * 700 / (700 + 1200),
                            1e-3);
    // Unit circles whose centres are one apart share 2 pi / 3 - sqrt(3) / 2.
    const rim_ellipse u = {0, 0, 1, 1, 0}, v = {1, 0, 1, 1, 0};
    ck_assert_double_eq_tol(rim_ellipse_dice(&u, &v), 1.2283697 / 3.1415927, 2e-3);
}
END_TEST

START_TEST(perfect_report)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    add_lesion(lesion(2, 600, 200), "lesion", true);
    write_scene(0);
    evaluate(0.5, 100, 1);
    static const char *const one[] = {"sensitivity",
                                      "lesions_found",
                                      "precision",
                                      "pattern_correct",
                                      "sbr_within_15_percent",
                                      "sensitivity_depth_0_to_1_mm",
                                      "sensitivity_rim",
                                      "sensitivity_size_8_to_16_mm",
                                      "sensitivity_sbr_2.5_to_5",
                                      "sensitivity_at_0.01_fp_per_frame"};
    static const char *const zero[] = {"fp_per_frame",
                                       "id_switches_per_10_s",
                                       "centre_error_px_p95",
                                       "outline_error_px_p95",
                                       "frames_to_first_report_median",
                                       "sbr_error_median",
                                       "rim_width_error_px_median"};
    static const char *const none[] = {"fp_per_frame_lesion_free",
                                       "undetectable_reported", "verdict_sensitivity",
                                       "sensitivity_total", "centre_error_mm_median"};
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        CHECK_VALUE(one[i], 1.0);
    for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++)
        CHECK_VALUE(zero[i], 0.0);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        CHECK_NONE(none[i]);
    CHECK_VALUE("outline_dice_median", 1.0);
    CHECK_VALUE("rim_dice_p5", 1.0);
    ck_assert_double_eq(get("sensitivity").n, 2.0 * FRAMES);
    ck_assert_double_nan(get("sensitivity").low); // one scene tells no spread
    ck_assert_str_eq(g_log, "");
    rim_evaluated f;
    ck_assert_int_eq(rim_evaluation_get(&f, g_evaluation, "luck"), RIM_ERR_NOT_FOUND);
}
END_TEST

START_TEST(all_missed)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++)
        g_report[i].lesion_count = 0;
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("sensitivity", 0.0);
    CHECK_VALUE("lesions_found", 0.0);
    CHECK_VALUE("fp_per_frame", 0.0);
    CHECK_VALUE("sensitivity_at_1_fp_per_frame", 0.0);
    CHECK_NONE("precision");
    CHECK_NONE("centre_error_px_median");
    CHECK_NONE("frames_to_first_report_median");
}
END_TEST

START_TEST(missing_frames_are_misses)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i += 3)
        g_missing[i] = true;
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("sensitivity", 2.0 / 3.0);
    ck_assert_double_eq(get("fp_per_frame").n, FRAMES * 2.0 / 3.0);
    CHECK_VALUE("frames_to_first_report_median", 1.0);
    ck_assert_ptr_nonnull(strstr(g_log, "10 of 30 frames are missing"));
}
END_TEST

START_TEST(shifted_by_known_pixels)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++) {
        g_report[i].lesion[0].x += 3;
        g_report[i].lesion[0].y -= 4;
    }
    write_scene(0);
    put_file(path_of(0, "sequence.json"), "{\"mm_per_px\":0.1}");
    evaluate(0.5, 0, 1);
    CHECK_VALUE("centre_error_px_median", 5.0);
    CHECK_VALUE("centre_error_mm_p95", 0.5);
    // Circles of equal size, moved by d: 2 d / pi to first order.
    ck_assert_double_eq_tol(get("outline_error_px_median").value, 10 / 3.14159, 0.02);
    ck_assert_double_eq_tol(get("outline_error_mm_median").value, 1 / 3.14159, 0.002);
    CHECK_VALUE("sensitivity", 1.0);
}
END_TEST

// The floor is 2 mm, or 10 px: a small lesion is hit up to there and not beyond.
START_TEST(hit_reaches_as_far_as_stated)
{
    static const struct {
        double shift, a;
        const char *manifest;
        double sensitivity;
    } row[] = {
        {9.9, 3, NULL, 1},
        {10.1, 3, NULL, 0},
        {39.9, 40, NULL, 1},
        {19.9, 3, "{\"mm_per_px\":0.1}", 1},
        {20.1, 3, "{\"mm_per_px\":0.1}", 0},
        {10.1, 3, "{\"fps\":30}", 0},
    };
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++) {
        rim_lesion *t = &g_truth[i].seen.lesion[0], *r = &g_report[i].lesion[0];
        t->a = t->b = r->a = r->b = row[_i].a;
        r->x += row[_i].shift;
    }
    write_scene(0);
    if (row[_i].manifest)
        put_file(path_of(0, "sequence.json"), row[_i].manifest);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("sensitivity", row[_i].sensitivity);
    CHECK_VALUE("fp_per_frame", 1.0 - row[_i].sensitivity);
}
END_TEST

START_TEST(swapped_ids)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    add_lesion(lesion(2, 600, 200), "lesion", true);
    for (int i = 12; i < FRAMES; i++) {
        g_report[i].lesion[0].id = 2;
        g_report[i].lesion[1].id = 1;
    }
    write_scene(0);
    evaluate(0.5, 0, 1);
    // 2 switches in 2 x 30 frames of 1/30 s.
    ck_assert_double_eq_tol(get("id_switches_per_10_s").value, 10.0, 1e-4);
    CHECK_VALUE("sensitivity", 1.0);
}
END_TEST

START_TEST(one_false_lesion_a_frame)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++) {
        rim_lesion f = lesion(7, 900, 500);
        f.confidence = 0.95; // surer than the right one
        g_report[i].lesion[g_report[i].lesion_count++] = f;
    }
    write_scene(0);
    clear_scene(); // and a scene without a lesion: a false one in every other frame
    for (int i = 0; i < FRAMES; i += 2)
        g_report[i].lesion[g_report[i].lesion_count++] = lesion(1, 100, 100);
    write_scene(1);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("fp_per_frame", 0.75);
    CHECK_VALUE("fp_per_frame_lesion_free", 0.5);
    CHECK_VALUE("lesion_free_frames_with_false", 0.5);
    CHECK_VALUE("precision", 30.0 / 75.0);
    CHECK_VALUE("sensitivity", 1.0);
    CHECK_VALUE("sensitivity_at_0.3_fp_per_frame", 0.0);
    CHECK_VALUE("sensitivity_at_1_fp_per_frame", 1.0);
}
END_TEST

START_TEST(second_report_of_one_lesion_is_false)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++) {
        rim_lesion second = lesion(2, 302, 200);
        second.confidence = 0.7;
        g_report[i].lesion[g_report[i].lesion_count++] = second;
    }
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("sensitivity", 1.0);
    CHECK_VALUE("fp_per_frame", 1.0);
    CHECK_VALUE("centre_error_px_p95", 0.0); // the surer one is the match
}
END_TEST

START_TEST(what_is_no_detectable_lesion)
{
    add_lesion(lesion(1, 100, 200), "lesion", false);
    add_lesion(lesion(2, 300, 200), "nodule", true);
    add_lesion(lesion(3, 500, 200), "duct", true);
    add_lesion(lesion(4, 700, 200), "vessel", true);
    for (int i = 0; i < FRAMES; i++)
        g_report[i].lesion_count = 3; // the vessel is not reported
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_NONE("sensitivity");
    CHECK_VALUE("undetectable_reported", 1.0);
    CHECK_VALUE("nodules_reported", 1.0);
    CHECK_VALUE("distractors_reported", 0.5);
    CHECK_VALUE("fp_per_frame", 1.0);
    // Real or not at a confidence of 0.9: the lesion and the duct; no word on nodules.
    CHECK_VALUE("real_at_confidence_0.9_to_1.0", 0.5);
}
END_TEST

START_TEST(pattern_and_contrast)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    add_lesion(lesion(2, 600, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++) {
        g_report[i].lesion[0].pattern = RIM_PATTERN_TOTAL;
        g_report[i].lesion[0].rim_width = (double)NAN;
        g_report[i].lesion[0].sbr = 4.4; // 10 % more
        g_report[i].lesion[1].sbr = 3.2; // 20 % less
        g_report[i].lesion[1].rim_width = 12;
    }
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("pattern_correct", 0.5);
    CHECK_VALUE("sbr_within_15_percent", 0.5);
    CHECK_VALUE("sbr_error_median", 0.1);
    CHECK_VALUE("sbr_error_p95", 0.2);
    CHECK_VALUE("sbr_bias_median", -0.2);
    CHECK_VALUE("rim_width_error_px_median", 2.0);
    ck_assert_double_eq(get("rim_width_error_px_median").n, FRAMES);
}
END_TEST

START_TEST(bins)
{
    static const struct {
        double depth_mm, diameter_mm, sbr;
        rim_pattern pattern;
        const char *keys[4];
    } row[] = {
        {-1,
         3,
         1.4,
         RIM_PATTERN_RIM,
         {"sensitivity_depth_below_0_mm", "sensitivity_size_below_4_mm",
          "sensitivity_sbr_below_1.5", "sensitivity_rim"}},
        {0,
         4,
         1.5,
         RIM_PATTERN_PARTIAL,
         {"sensitivity_depth_0_to_1_mm", "sensitivity_size_4_to_8_mm",
          "sensitivity_sbr_1.5_to_2.5", "sensitivity_partial"}},
        {1,
         15.9,
         4.9,
         RIM_PATTERN_TOTAL,
         {"sensitivity_depth_1_to_2_mm", "sensitivity_size_8_to_16_mm",
          "sensitivity_sbr_2.5_to_5", "sensitivity_total"}},
        {7,
         40,
         12,
         RIM_PATTERN_TOTAL,
         {"sensitivity_depth_above_4_mm", "sensitivity_size_above_16_mm",
          "sensitivity_sbr_above_5", "sensitivity_total"}},
    };
    rim_lesion l = lesion(1, 300, 200);
    l.pattern = row[_i].pattern;
    l.sbr = row[_i].sbr;
    l.diameter_mm = row[_i].diameter_mm;
    add_lesion(l, "lesion", true);
    for (int i = 0; i < FRAMES; i++)
        g_truth[i].lesion[0].depth_mm = row[_i].depth_mm;
    write_scene(0);
    evaluate(0.5, 0, 1);
    for (int i = 0; i < 4; i++) {
        CHECK_VALUE(row[_i].keys[i], 1.0);
        ck_assert_double_eq(get(row[_i].keys[i]).n, FRAMES);
    }
    CHECK_NONE("sensitivity_depth_2_to_4_mm");
}
END_TEST

START_TEST(first_report_is_counted_from_the_first_sight)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++) {
        g_truth[i].lesion[0].detectable = i >= 4;
        g_report[i].lesion[0].confidence = i >= 11 ? 0.8 : 0.3;
    }
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("frames_to_first_report_median", 7.0);
    CHECK_VALUE("sensitivity", 19.0 / 26.0);
    CHECK_VALUE("undetectable_reported", 0.0);
    evaluate(0.2, 0, 1); // was known before it could be expected
    CHECK_VALUE("frames_to_first_report_median", 0.0);
    CHECK_VALUE("sensitivity", 1.0);
    CHECK_VALUE("undetectable_reported", 1.0);
}
END_TEST

static void set_states(int from, int to, rim_surface_state truth,
                       rim_surface_state seen)
{
    for (int i = from; i < to; i++) {
        g_truth[i].seen.surface.state = truth;
        g_report[i].surface.state = seen;
    }
}

START_TEST(wounds)
{
    // Scene 0: a residual, flagged in 20 of 30 frames, its place right in 15 of them.
    add_residual(400, 300, "residual", true);
    set_states(0, 10, RIM_SURFACE_RESIDUAL, RIM_SURFACE_NONE_DETECTED);
    set_states(10, 30, RIM_SURFACE_RESIDUAL, RIM_SURFACE_RESIDUAL);
    for (int i = 10; i < 30; i++) {
        g_report[i].surface.residual_count = 1;
        g_report[i].surface.residual[0] = (rim_residual){
            .id = 1, .x = i < 25 ? 405 : 700, .y = 300, .confidence = 0.9};
    }
    write_scene(0);
    clear_scene(); // 1: nothing; one frame flagged, which makes two changes
    set_states(0, 30, RIM_SURFACE_NONE_DETECTED, RIM_SURFACE_NONE_DETECTED);
    g_report[15].surface.state = RIM_SURFACE_RESIDUAL;
    write_scene(1);
    clear_scene(); // 2: bile; flagged in a third
    add_residual(400, 300, "bile", true);
    set_states(0, 20, RIM_SURFACE_NONE_DETECTED, RIM_SURFACE_NONE_DETECTED);
    set_states(20, 30, RIM_SURFACE_NONE_DETECTED, RIM_SURFACE_RESIDUAL);
    write_scene(2);
    clear_scene(); // 3: not to be judged, which was said in 24 of 30
    set_states(0, 24, RIM_SURFACE_CANNOT_ASSESS, RIM_SURFACE_CANNOT_ASSESS);
    set_states(24, 30, RIM_SURFACE_CANNOT_ASSESS, RIM_SURFACE_NONE_DETECTED);
    write_scene(3);
    clear_scene(); // 4: no cut surface: not counted
    write_scene(4);
    evaluate(0.5, 200, 1);
    CHECK_VALUE("verdict_sensitivity", 20.0 / 30.0);
    CHECK_VALUE("verdict_specificity_clean", 29.0 / 30.0);
    CHECK_VALUE("verdict_specificity_bile", 20.0 / 30.0);
    CHECK_VALUE("verdict_specificity", 49.0 / 60.0);
    CHECK_VALUE("cannot_assess_recall", 24.0 / 30.0);
    CHECK_VALUE("residual_sensitivity", 15.0 / 30.0);
    CHECK_VALUE("residual_sensitivity_depth_1_to_2_mm", 15.0 / 30.0);
    CHECK_VALUE("residual_fp_per_frame", 5.0 / 120.0);
    // 1 + 2 + 1 + 1 changes in four scenes of a second.
    ck_assert_double_eq_tol(get("verdict_changes_per_10_s").value, 12.5, 1e-4);
    CHECK_VALUE("truth_verdict_changes_per_10_s", 0.0);
}
END_TEST

START_TEST(lesion_reported_on_a_residual_is_not_false)
{
    add_residual(400, 300, "residual", true);
    set_states(0, 30, RIM_SURFACE_RESIDUAL, RIM_SURFACE_RESIDUAL);
    for (int i = 0; i < FRAMES; i++)
        g_report[i].lesion[g_report[i].lesion_count++] = lesion(1, 402, 301);
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("fp_per_frame", 0.0);
    CHECK_VALUE("fp_per_frame_wound", 0.0);
}
END_TEST

START_TEST(interval_over_scenes)
{
    for (int scene = 0; scene < SCENES_MAX; scene++) {
        clear_scene();
        add_lesion(lesion(1, 300, 200), "lesion", true);
        for (int i = 0; i < FRAMES && scene % 2; i++)
            g_report[i].lesion_count = 0;
        write_scene(scene);
    }
    evaluate(0.5, 2000, 1);
    const rim_evaluated a = get("sensitivity");
    CHECK_VALUE("sensitivity", 0.5);
    // A share of a half in 24 draws: standard error 0.102, 95 % within 0.2 of it.
    ck_assert_double_eq_tol(a.low, 0.3, 0.051);
    ck_assert_double_eq_tol(a.high, 0.7, 0.051);
    ck_assert_double_eq(get("centre_error_px_median").low, 0.0);
    evaluate(0.5, 2000, 1);
    ck_assert_double_eq(get("sensitivity").low, a.low);
    ck_assert_double_eq(get("sensitivity").high, a.high);
    evaluate(0.5, 0, 1);
    ck_assert_double_nan(get("sensitivity").low);
}
END_TEST

// A cheap source of numbers that are the same everywhere.
static double next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) / 16777216.0;
}

// The curve at each threshold is what an evaluation at that operating point counts.
START_TEST(froc_agrees_with_operating_points)
{
    uint32_t state = 7;
    for (int scene = 0; scene < 3; scene++) {
        clear_scene();
        for (int i = 0; i < 4; i++)
            add_lesion(lesion(i + 1, 100 + 60 * i, 200), "lesion", i != 2);
        for (int i = 0; i < FRAMES; i++)
            for (int k = 0; k < 7; k++) {
                rim_lesion r = lesion(k, 80 + 300 * next_random(&state), 200);
                r.confidence = floor(20 * next_random(&state)) / 20;
                g_report[i].lesion[k] = r;
                g_report[i].lesion_count = k + 1;
            }
        write_scene(scene);
    }
    char path[96];
    (void)snprintf(path, sizeof path, "%s/out.json", g_folder);
    for (int i = 0; i <= 50; i += 5) {
        evaluate(i / 50.0, 0, 1);
        const char *const name = "x";
        const rim_evaluation *const e = g_evaluation;
        ck_assert_int_eq(rim_evaluation_save(&e, &name, 1, path), RIM_OK);
        json_t *top = json_load_file(path, 0, NULL);
        const json_t *p = json_array_get(json_object_get(top, "froc"), (size_t)i);
        ck_assert_double_eq_tol(json_number_value(json_object_get(p, "sensitivity")),
                                json_number_value(json_object_get(top, "sensitivity")),
                                1e-9);
        ck_assert_double_eq_tol(json_number_value(json_object_get(p, "fp_per_frame")),
                                json_number_value(json_object_get(top, "fp_per_frame")),
                                1e-9);
        json_decref(top);
    }
}
END_TEST

START_TEST(json_holds_every_figure)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++)
        g_report[i].lesion[0].pattern = RIM_PATTERN_PARTIAL;
    write_scene(0);
    clear_scene();
    set_states(0, 30, RIM_SURFACE_NONE_DETECTED, RIM_SURFACE_RESIDUAL);
    write_scene(1);
    evaluate(0.5, 50, 3);
    char path[96];
    (void)snprintf(path, sizeof path, "%s/out.json", g_folder);
    const rim_evaluation *const list[] = {g_evaluation, g_evaluation};
    const char *const names[] = {"a.jsonl", "b.jsonl"};
    ck_assert_int_eq(rim_evaluation_save(list, names, 1, path), RIM_OK);
    json_t *top = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(top);
    ck_assert_double_eq(json_number_value(json_object_get(top, "sensitivity")), 1.0);
    ck_assert_uint_eq(json_array_size(json_object_get(top, "sensitivity_ci95")), 2);
    ck_assert(json_is_null(json_object_get(top, "sensitivity_total")));
    ck_assert_int_eq(json_integer_value(json_object_get(top, "scenes")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(top, "reliability")), 10);
    json_error_t error;
    json_t *part = json_object_get(top, "pattern_confusion");
    double seen[2] = {0};
    ck_assert_int_eq(
        json_unpack_ex(part, &error, 0, "{s:{s:F}}", "rim", "partial", &seen[0]), 0);
    part = json_object_get(top, "verdicts");
    ck_assert_int_eq(json_unpack_ex(part, &error, 0, "{s:{s:F}}", "none_detected",
                                    "residual", &seen[1]),
                     0);
    ck_assert_double_eq(seen[0], FRAMES);
    ck_assert_double_eq(seen[1], FRAMES);
    json_decref(top);
    ck_assert_int_eq(rim_evaluation_save(list, names, 2, path), RIM_OK);
    top = json_load_file(path, 0, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(top, "reports")), 2);
    json_decref(top);
    ck_assert_int_eq(rim_evaluation_save(list, names, 1, "/nowhere/x.json"),
                     RIM_ERR_NOT_FOUND);
    ck_assert_int_eq(g_lines, 1);
    if (access("/dev/full", W_OK) == 0) {
        ck_assert_int_eq(rim_evaluation_save(list, names, 1, "/dev/full"), RIM_ERR_IO);
        struct stat st;
        ck_assert_int_eq(stat("/dev/full", &st), 0);
        ck_assert(S_ISCHR(st.st_mode)); // a device is written to, not replaced
    }
    FILE *f = tmpfile();
    rim_evaluation_print(g_evaluation, f);
    ck_assert_int_gt(ftell(f), 1000);
    ck_assert_int_eq(fclose(f), 0);
}
END_TEST

START_TEST(several_reports_of_frames_the_truth_lacks)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    for (int i = 0; i < FRAMES; i++)
        g_truth[i].seen.frame += 10; // 10..39 against 0..29
    write_scene(0);
    evaluate(0.5, 0, 1);
    CHECK_VALUE("sensitivity", 2.0 / 3.0);
    ck_assert_ptr_nonnull(strstr(g_log, "10 frames that "));
    ck_assert_ptr_nonnull(strstr(g_log, "10 of 30 frames are missing"));
}
END_TEST

#define FRAME(n) "{\"frame\":" #n ",\"lesions\":[]}\n"

START_TEST(malformed_files)
{
    static const struct {
        const char *truth, *report, *manifest;
        rim_err err;
        const char *named;
    } row[] = {
        {"", FRAME(0), NULL, RIM_ERR_FORMAT, "truth.jsonl: no frames"},
        {FRAME(0), "[]\n", NULL, RIM_ERR_FORMAT, "report.jsonl:1: "},
        {FRAME(0) FRAME(0), FRAME(0), NULL, RIM_ERR_FORMAT, "frame 0 comes after"},
        {FRAME(0) FRAME(1), FRAME(1) FRAME(0), NULL, RIM_ERR_FORMAT, "report.jsonl: "},
        {FRAME(0), FRAME(0), "{", RIM_ERR_FORMAT, "sequence.json:1: "},
        {FRAME(0), FRAME(0), "{\"mm_per_px\":-1}", RIM_ERR_FORMAT, "\"mm_per_px\""},
        {FRAME(0), FRAME(0), "{\"mm_per_px\":\"1\"}", RIM_ERR_FORMAT, "\"mm_per_px\""},
        {FRAME(0), NULL, NULL, RIM_ERR_NOT_FOUND, "report.jsonl: "},
        {NULL, FRAME(0), NULL, RIM_ERR_NOT_FOUND, "no scene"},
    };
    char folder[96];
    (void)snprintf(folder, sizeof folder, "%s/scene00", g_folder);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    if (row[_i].truth)
        put_file(path_of(0, "truth.jsonl"), row[_i].truth);
    if (row[_i].report)
        put_file(path_of(0, "report.jsonl"), row[_i].report);
    if (row[_i].manifest)
        put_file(path_of(0, "sequence.json"), row[_i].manifest);
    const rim_evaluate_options o = {0.5, 10, 1};
    ck_assert_int_eq(rim_evaluation_create(&g_evaluation, &o), RIM_OK);
    ck_assert_int_eq(rim_evaluation_add_suite(g_evaluation, g_folder, "report.jsonl"),
                     row[_i].err);
    ck_assert_int_eq(g_lines, 1);
    ck_assert_msg(strstr(g_log, row[_i].named) != NULL, "%s", g_log);
}
END_TEST

START_TEST(report_cut_off_by_a_crash)
{
    add_lesion(lesion(1, 300, 200), "lesion", true);
    write_scene(0);
    ck_assert_int_eq(truncate(path_of(0, "report.jsonl"), 1000), 0);
    evaluate(0.5, 0, 1);
    ck_assert_double_gt(get("sensitivity").value, 0.0);
    ck_assert_double_lt(get("sensitivity").value, 0.2);
    ck_assert_int_eq(g_lines, 2); // not whole; frames are missing
    rim_evaluation *e = NULL;
    const rim_evaluate_options o = {0.5, 10, 1};
    ck_assert_int_eq(rim_evaluation_create(&e, &o), RIM_OK);
    ck_assert_int_eq(rim_evaluation_add_suite(e, "/nowhere", "r"), RIM_ERR_NOT_FOUND);
    rim_evaluation_destroy(&e);
    ck_assert_ptr_null(e);
}
END_TEST

int main(void)
{
    if (!mkdtemp(g_folder))
        return EXIT_FAILURE;
    Suite *s = suite_create("evaluate");
    TCase *t = tcase_create("evaluate");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ellipses);
    tcase_add_test(t, perfect_report);
    tcase_add_test(t, all_missed);
    tcase_add_test(t, missing_frames_are_misses);
    tcase_add_test(t, shifted_by_known_pixels);
    tcase_add_loop_test(t, hit_reaches_as_far_as_stated, 0, 6);
    tcase_add_test(t, swapped_ids);
    tcase_add_test(t, one_false_lesion_a_frame);
    tcase_add_test(t, second_report_of_one_lesion_is_false);
    tcase_add_test(t, what_is_no_detectable_lesion);
    tcase_add_test(t, pattern_and_contrast);
    tcase_add_loop_test(t, bins, 0, 4);
    tcase_add_test(t, first_report_is_counted_from_the_first_sight);
    tcase_add_test(t, wounds);
    tcase_add_test(t, lesion_reported_on_a_residual_is_not_false);
    tcase_add_test(t, interval_over_scenes);
    tcase_add_test(t, froc_agrees_with_operating_points);
    tcase_add_test(t, json_holds_every_figure);
    tcase_add_test(t, several_reports_of_frames_the_truth_lacks);
    tcase_add_loop_test(t, malformed_files, 0, 9);
    tcase_add_test(t, report_cut_off_by_a_crash);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    (void)rmdir(g_folder);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
