// test_export.c: rimlight export on reports of the program's own.
// SPDX-License-Identifier: MIT
#include "program.h"
#include "ring.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 6 };

static char folder[256], report[300];
static rim_run run;

// One recording and its report for all tests, which only read them.
static void make_report(void)
{
    char name[64];
    snprintf(name, sizeof name, "export-%ld", (long)getpid());
    rim_fresh_folder(folder, sizeof folder, name);
    snprintf(report, sizeof report, "%s/report.jsonl", folder);
    rim_ring_write(folder, FRAMES);
    rim_run_program(&run, "replay %s --headless --report %s --mm-per-px 0.1", folder,
                    report);
    ck_assert_msg(run.status == 0, "%s", run.err);
}

static void remove_report(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

// Lines of a table; every line must have as many fields as its heading.
static int count_rows(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tables/%s", folder, name);
    size_t size;
    char *text = rim_slurp(path, &size);
    int rows = 0, fields = 0;
    for (char *line = text; *line; rows++) {
        char *end = strstr(line, "\r\n");
        ck_assert_msg(end != NULL, "%s: row %d has no end", name, rows);
        int commas = 0;
        for (const char *p = line; p < end; p++)
            commas += *p == ',';
        fields = rows ? fields : commas;
        ck_assert_msg(commas == fields, "%s: row %d: %d fields, not %d", name, rows,
                      commas + 1, fields + 1);
        line = end + 2;
    }
    free(text);
    return rows;
}

START_TEST(tables_of_a_replay)
{
    rim_run_program(&run, "export %s --csv %s/tables", report, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    ck_assert_int_eq(count_rows("frames.csv"), 1 + FRAMES);
    ck_assert_int_gt(count_rows("lesion_frames.csv"), 1);
    ck_assert_int_gt(count_rows("lesions.csv"), 1);
    ck_assert_int_ge(count_rows("residual_frames.csv"), 1);
    ck_assert_int_ge(count_rows("residuals.csv"), 1);
}
END_TEST

START_TEST(broken_off_report)
{
    char cut[512];
    size_t size;
    char *text = rim_slurp(report, &size);
    text[size - 20] = '\0';
    rim_put_text(folder, "cut.jsonl", text);
    free(text);
    snprintf(cut, sizeof cut, "%s/cut.jsonl", folder);
    rim_run_program(&run, "export %s --csv %s/tables", cut, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    ck_assert_msg(strstr(run.err, "not whole"), "%s", run.err);
    ck_assert_int_eq(count_rows("frames.csv"), FRAMES);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
    rim_run_program(&run, "export %s", report);
    rim_expect_error(&run, 2, "export", "--csv", NULL);
    rim_run_program(&run, "export %s --html %s", report, report);
    rim_expect_error(&run, 2, "--html", NULL);
    rim_run_program(&run, "export --csv %s/tables", folder);
    rim_expect_error(&run, 2, "export", NULL);
    rim_run_program(&run, "export %s/none.jsonl --csv %s/tables", folder, folder);
    rim_expect_error(&run, 1, "none.jsonl", NULL);
    rim_run_program(&run, "export %s/sequence.json --csv %s/tables", folder, folder);
    rim_expect_error(&run, 1, "sequence.json:1", NULL);
    rim_run_program(&run, "export %s --csv %s/no/such", report, folder);
    rim_expect_error(&run, 1, "no/such", NULL);
}
END_TEST

// A wrong line: what stands before it is exported, and the status tells.
START_TEST(wrong_line)
{
    char path[512];
    rim_put_text(folder, "wrong.jsonl",
                 "{\"frame\":0,\"lesions\":[]}\n{\"frame\":1,\"lesions\":{}}\n");
    snprintf(path, sizeof path, "%s/wrong.jsonl", folder);
    rim_run_program(&run, "export %s --csv %s/tables", path, folder);
    rim_expect_error(&run, 1, "wrong.jsonl:2", "lesions", NULL);
    ck_assert_int_eq(count_rows("frames.csv"), 2);
}
END_TEST

static char *slurp_page(const char *name)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return rim_slurp(path, &size);
}

static int count_words(const char *text, const char *word)
{
    int n = 0;
    for (const char *s = text; (s = strstr(s, word)); s += strlen(word))
        n++;
    return n;
}

// A lesion: the overlay and the NIR frame around it; a residual: the surface.
START_TEST(page_with_pictures)
{
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1); // NOLINT: one thread
    for (int i = 0; i < 2; i++) {
        rim_run_program(&run,
                        "export %s --html %s/page-%d.html --source %s --mm-per-px 0.1",
                        report, folder, i, folder);
        ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status,
                      run.err);
    }
    unsetenv("SOURCE_DATE_EPOCH"); // NOLINT: one thread
    char *first = slurp_page("page-0.html"), *second = slurp_page("page-1.html");
    ck_assert_str_eq(first, second);
    const int lesions = count_words(first, "alt=\"overlay\"");
    ck_assert_int_ge(lesions, 1);
    ck_assert_int_ge(count_words(first, "data:image/png"), 2 * lesions);
    ck_assert(strstr(first, "320x240 px, 12 bits, black level 64 counts"));
    ck_assert(strstr(first, "2023-11-14T22:13:20Z"));
    ck_assert(strstr(first, "0.10000 mm"));
    free(first);
    free(second);
}
END_TEST

START_TEST(page_of_a_panel)
{
    rim_put_text(folder, "half.layout",
                 "rimlight-layout 1\nscreen 320x240\npanel right 160,0,160,240\n"
                 "nir right\n");
    rim_run_program(&run,
                    "replay %s --layout %s/half.layout --headless --report "
                    "%s/half.jsonl",
                    folder, folder, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run,
                    "export %s/half.jsonl --html %s/half.html --source %s --layout "
                    "%s/half.layout",
                    folder, folder, folder, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    char *page = slurp_page("half.html");
    ck_assert_ptr_nonnull(strstr(page, "160x240 px at 160, 0"));
    free(page);
}
END_TEST

START_TEST(page_without_pictures)
{
    rim_run_program(&run, "export %s --html %s/bare.html --title A&B", report, folder);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    char *text = slurp_page("bare.html");
    ck_assert(strstr(text, "<h1>A&amp;B</h1>"));
    ck_assert(strstr(text, "No pictures"));
    ck_assert_int_eq(count_words(text, "data:image/png"), 0);
    free(text);
}
END_TEST

START_TEST(wrong_recordings)
{
    char other[300];
    rim_run_program(&run, "export %s --html %s/p.html --source %s/gone", report, folder,
                    folder);
    rim_expect_error(&run, 1, "gone", NULL);
    snprintf(other, sizeof other, "%s/other", folder);
    ck_assert_int_eq(mkdir(other, 0777), 0);
    rim_ring_write(other, 1);
    rim_put_text(folder, "late.jsonl",
                 "{\"frame\":77,\"lesions\":[{\"id\":1,\"x\":9,\"y\":9,\"a\":5,"
                 "\"b\":5}]}\n");
    rim_run_program(&run, "export %s/late.jsonl --html %s/p.html --source %s", folder,
                    folder, other);
    rim_expect_error(&run, 1, "other", "late.jsonl", NULL);
    snprintf(other, sizeof other, "%s/p.html", folder);
    ck_assert_int_ne(access(other, F_OK), 0);
    // Nothing wanted out of it is no error.
    rim_put_text(folder, "none.jsonl", "{\"frame\":77,\"lesions\":[]}\n");
    rim_run_program(&run, "export %s/none.jsonl --html %s/p.html --source %s", folder,
                    folder, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run, "export %s --html %s/p.html --source %s --calibration %s/c",
                    report, folder, folder, folder);
    rim_expect_error(&run, 1, "c", NULL);
}
END_TEST

// What the files hold is for tests/unit/test_dicom.c to say.
START_TEST(dicom_files)
{
    char path[512];
    struct stat st;
    rim_run_program(&run, "export %s --dicom %s/dicom --patient-id 4711", report,
                    folder);
    rim_expect_error(&run, 2, "--source", NULL);
    rim_run_program(&run, "export %s --dicom %s/dicom --source %s --clip 4:2", report,
                    folder, folder);
    rim_expect_error(&run, 2, "--clip", NULL);
    rim_run_program(&run, "export %s --dicom %s/dicom --source %s --patient-sex male",
                    report, folder, folder);
    rim_expect_error(&run, 2, "--patient-sex", NULL);
    rim_run_program(&run, "export %s --dicom %s/dicom --source %s --clip 1:3", report,
                    folder, folder);
    if (run.status && strstr(run.err, "without DCMTK")) {
        rim_expect_error(&run, 1, "--dicom", "libdcmtk-dev", NULL);
        return;
    }
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    ck_assert_msg(strstr(run.err, "3 NIR frames"), "%s", run.err);
    snprintf(path, sizeof path, "%s/dicom/nir-001.dcm", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_gt(st.st_size, 3 * RING_WIDTH * RING_HEIGHT * 2);
    snprintf(path, sizeof path, "%s/dicom/overlay-001.dcm", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    const rim_run_limits limits = {.file_bytes = 4096};
    rim_run_limited(&run, &limits, "export %s --dicom %s/full --source %s", report,
                    folder, folder);
    rim_expect_error(&run, 1, "nir-001.dcm", "cannot be written", NULL);
    snprintf(path, sizeof path, "%s/full/nir-001.dcm.part", folder);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(full_disk)
{
    const rim_run_limits limits = {.file_bytes = 64};
    rim_run_limited(&run, &limits, "export %s --csv %s/small", report, folder);
    rim_expect_error(&run, 1, "frames.csv", "cannot be written", NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("export");
    TCase *t = tcase_create("export");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, make_report, remove_report);
    tcase_add_test(t, tables_of_a_replay);
    tcase_add_test(t, broken_off_report);
    tcase_add_test(t, what_is_wrong_is_named);
    tcase_add_test(t, wrong_line);
    tcase_add_test(t, page_with_pictures);
    tcase_add_test(t, page_of_a_panel);
    tcase_add_test(t, page_without_pictures);
    tcase_add_test(t, wrong_recordings);
    tcase_add_test(t, dicom_files);
    tcase_add_test(t, full_disk);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
