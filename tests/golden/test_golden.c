// test_golden.c: the frames in samples/ through the whole program.
//
// Reports and pictures must be those stored beside this file, and the same on every
// number of threads and instruction set; what differs is left beside the old as
// *.new.*. What the truth says must hold whatever is stored.
// SPDX-License-Identifier: MIT
#include "base/cpu.h"
#include "media/png_file.h"
#include "report/report.h"
#include "tests/cli/program.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GOLDEN RIM_SOURCE_DIR "/tests/golden/"
#define FRAMES RIM_SOURCE_DIR "/samples/frames/"

enum { SAMPLES = 4, FRAME_COUNT = 4 };

static const char *const sample[SAMPLES] = {"liver", "partial", "wound", "bile"};
static char folder[256];
static rim_run run;

static void set_up(void)
{
    char name[64];
    snprintf(name, sizeof name, "golden-%ld", (long)getpid());
    rim_fresh_folder(folder, sizeof folder, name);
}

static void tear_down(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

// Leaves folder/NAME.jsonl and the pictures in folder/NAME.
static void replay(const char *from, const char *name, const char *options)
{
    rim_run_program(&run,
                    "replay " FRAMES "%s --headless --min-confidence 0.5 "
                    "--report %s/%s.jsonl --overlay %s/%s %s",
                    from, folder, name, folder, name, options);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%s %s: %s", from, options,
                  run.err);
}

// The first line in which two texts differ, from 1; 0: none.
static int differing_line(const char *a, const char *b)
{
    for (int line = 1;; line++) {
        const size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        if (n != m || memcmp(a, b, n) != 0 || a[n] != b[m])
            return line;
        if (!a[n])
            return 0;
        a += n + 1;
        b += m + 1;
    }
}

static int differing_line_of(const char *path, const char *other)
{
    size_t size;
    char *a = rim_slurp(path, &size), *b = rim_slurp(other, &size);
    const int line = differing_line(a, b);
    free(a);
    free(b);
    return line;
}

static void read_picture(rim_frame *f, const char *path)
{
    rim_png_info info;
    ck_assert_msg(rim_png_probe(&info, path) == RIM_OK, "%s", path);
    *f = (rim_frame){
        .width = info.width, .height = info.height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
    ck_assert_int_eq(rim_png_read(f, path), RIM_OK);
}

static bool same_pixels(const char *path, const char *other)
{
    rim_frame a, b;
    read_picture(&a, path);
    read_picture(&b, other);
    bool same = a.width == b.width && a.height == b.height;
    for (int y = 0; same && y < a.height; y++)
        same = memcmp(rim_frame_row8(&a, y), rim_frame_row8(&b, y),
                      (size_t)a.width * 4) == 0;
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
    return same;
}

// Puts what the program wrote beside what is stored.
static void keep(const char *from, const char *to)
{
    size_t size;
    char *data = rim_slurp(from, &size);
    FILE *f = fopen(to, "wb");
    if (f) {
        (void)fwrite(data, 1, size, f);
        (void)fclose(f);
    }
    free(data);
}

START_TEST(report_is_the_stored_one)
{
    char made[400], stored[400], kept[400];
    replay(sample[_i], "now", "");
    snprintf(made, sizeof made, "%s/now.jsonl", folder);
    snprintf(stored, sizeof stored, GOLDEN "%s/report.jsonl", sample[_i]);
    snprintf(kept, sizeof kept, GOLDEN "%s/report.new.jsonl", sample[_i]);
    const int line = differing_line_of(stored, made);
    if (line)
        keep(made, kept);
    ck_assert_msg(line == 0, "%s:%d: differs from %s; if that is meant: %srenew",
                  stored, line, kept, GOLDEN);
}
END_TEST

START_TEST(pictures_are_the_stored_ones)
{
    static const char *const name[] = {"first", "last"};
    static const int number[] = {0, FRAME_COUNT - 1};
    char made[400], stored[400], kept[400];
    int differing = 0;
    replay(sample[_i], "now", "");
    for (int i = 0; i < 2; i++) {
        snprintf(made, sizeof made, "%s/now/%06d.png", folder, number[i]);
        snprintf(stored, sizeof stored, GOLDEN "%s/%s.png", sample[_i], name[i]);
        snprintf(kept, sizeof kept, GOLDEN "%s/%s.new.png", sample[_i], name[i]);
        if (same_pixels(stored, made))
            continue;
        keep(made, kept);
        differing++;
    }
    ck_assert_msg(differing == 0,
                  "%s%s: %d pictures differ, see *.new.png; if that is meant: %srenew",
                  GOLDEN, sample[_i], differing, GOLDEN);
}
END_TEST

// Reports and pictures with `options` against those made without, in "default".
static void expect_as_default(const char *from, const char *options)
{
    char one[400], other[400];
    replay(from, "other", options);
    snprintf(one, sizeof one, "%s/default.jsonl", folder);
    snprintf(other, sizeof other, "%s/other.jsonl", folder);
    const int line = differing_line_of(one, other);
    ck_assert_msg(line == 0, "%s %s: line %d differs", from, options, line);
    for (int n = 0; n < FRAME_COUNT; n++) {
        snprintf(one, sizeof one, "%s/default/%06d.png", folder, n);
        snprintf(other, sizeof other, "%s/other/%06d.png", folder, n);
        ck_assert_msg(same_pixels(one, other), "%s %s: picture %d", from, options, n);
    }
}

START_TEST(threads_make_no_difference)
{
    static const char *const options[] = {"--threads 0", "--threads 1", "--threads 2",
                                          "--threads 3"};
    replay(sample[_i], "default", "");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        expect_as_default(sample[_i], options[i]);
}
END_TEST

START_TEST(cpu_makes_no_difference)
{
    replay(sample[_i], "default", "");
    for (int i = 0; rim_cpu_level(i); i++) {
        char options[64];
        unsigned cpu;
        snprintf(options, sizeof options, "--cpu %s", rim_cpu_level(i));
        if (rim_cpu_from_name(&cpu, rim_cpu_level(i)) == RIM_OK)
            expect_as_default(sample[_i], options);
    }
}
END_TEST

// One frame of the truth and what was reported of it.
static rim_truth truth[FRAME_COUNT], seen[FRAME_COUNT];

static void read_all(rim_truth *to, const char *path)
{
    rim_report_reader *r = NULL;
    rim_truth extra;
    ck_assert_int_eq(rim_report_open(&r, path), RIM_OK);
    for (int i = 0; i < FRAME_COUNT; i++)
        ck_assert_int_eq(rim_report_read(r, &to[i]), RIM_OK);
    ck_assert_int_eq(rim_report_read(r, &extra), RIM_END);
    rim_report_reader_close(&r);
}

static void replay_and_read(const char *name)
{
    char path[400];
    replay(name, "now", "");
    snprintf(path, sizeof path, "%s/now.jsonl", folder);
    read_all(seen, path);
    snprintf(path, sizeof path, FRAMES "%s/truth.jsonl", name);
    read_all(truth, path);
}

// What was reported within `reach_px` of a true lesion, or NULL.
static const rim_lesion *reported_at(const rim_result *r, const rim_lesion *t,
                                     double reach_px)
{
    for (int i = 0; i < r->lesion_count; i++)
        if (hypot(r->lesion[i].x - t->x, r->lesion[i].y - t->y) <= reach_px)
            return &r->lesion[i];
    return NULL;
}

static void expect_near(const char *what, double value, double wanted, double part)
{
    ck_assert_msg(fabs(value - wanted) <= part * wanted, "%s %.3f, in truth %.3f", what,
                  value, wanted);
}

START_TEST(rim_and_blob_as_in_truth)
{
    const double mm_per_px = 0.2;
    int id[2] = {0, 0};
    replay_and_read("liver");
    for (int n = 0; n < FRAME_COUNT; n++) {
        ck_assert_int_eq(truth[n].seen.lesion_count, 2);
        ck_assert_int_eq(seen[n].seen.lesion_count, 2);
        for (int i = 0; i < 2; i++) {
            const rim_lesion *t = &truth[n].seen.lesion[i];
            const rim_lesion *s = reported_at(&seen[n].seen, t, 1.5 / mm_per_px);
            ck_assert_msg(s != NULL, "frame %d: nothing at %.0f, %.0f", n, t->x, t->y);
            ck_assert_int_eq(s->pattern, t->pattern);
            expect_near("sbr", s->sbr, t->sbr, 0.25);
            expect_near("a", s->a, t->a, 0.25);
            ck_assert(n == 0 || s->id == id[i]);
            id[i] = s->id;
        }
    }
}
END_TEST

START_TEST(weak_broken_rim_is_found)
{
    const double mm_per_px = 0.15;
    replay_and_read("partial");
    for (int n = 0; n < FRAME_COUNT; n++) {
        const rim_lesion *t = &truth[n].seen.lesion[0];
        const rim_lesion *s = reported_at(&seen[n].seen, t, 2.0 / mm_per_px);
        ck_assert_msg(s != NULL, "frame %d: nothing at %.0f, %.0f", n, t->x, t->y);
        expect_near("sbr", s->sbr, t->sbr, 0.25);
        ck_assert_int_ne(s->pattern, RIM_PATTERN_TOTAL);
    }
}
END_TEST

START_TEST(residual_is_flagged)
{
    const double mm_per_px = 0.15;
    replay_and_read("wound");
    for (int n = 0; n < FRAME_COUNT; n++) {
        const rim_surface *t = &truth[n].seen.surface, *s = &seen[n].seen.surface;
        int residual = -1, found = 0;
        for (int i = 0; i < t->residual_count; i++)
            if (strcmp(truth[n].residual[i].class_name, "residual") == 0)
                residual = i;
        ck_assert_int_ge(residual, 0);
        ck_assert_int_eq(s->state, RIM_SURFACE_RESIDUAL);
        for (int i = 0; i < s->residual_count; i++)
            found +=
                hypot(s->residual[i].x - t->residual[residual].x,
                      s->residual[i].y - t->residual[residual].y) <= 2.0 / mm_per_px;
        ck_assert_msg(found == 1, "frame %d: %d reported there", n, found);
    }
}
END_TEST

START_TEST(bile_is_no_residual)
{
    replay_and_read("bile");
    for (int n = 0; n < FRAME_COUNT; n++) {
        ck_assert_int_gt(truth[n].seen.surface.residual_count, 0); // bile, a duct
        ck_assert_int_eq(seen[n].seen.surface.state, RIM_SURFACE_NONE_DETECTED);
        ck_assert_int_eq(seen[n].seen.surface.residual_count, 0);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("golden");
    TCase *t = tcase_create("golden");
    tcase_set_timeout(t, 180);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, report_is_the_stored_one, 0, SAMPLES);
    tcase_add_loop_test(t, pictures_are_the_stored_ones, 0, SAMPLES);
    tcase_add_loop_test(t, threads_make_no_difference, 0, SAMPLES);
    tcase_add_loop_test(t, cpu_makes_no_difference, 0, SAMPLES);
    tcase_add_test(t, rim_and_blob_as_in_truth);
    tcase_add_test(t, weak_broken_rim_is_found);
    tcase_add_test(t, residual_is_flagged);
    tcase_add_test(t, bile_is_no_residual);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
