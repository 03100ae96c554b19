// test_calib.c: a calibration on disk and in memory.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "calib/calib.h"
#include "calib/cv_bridge.h"
#include "calib/folder.h"
#include "calib/lens_model.h"

#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char g_dir[512], g_said[2048];
static int g_errors;

static void listen(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    if (level != RIM_LOG_ERROR)
        return;
    g_errors++;
    (void)snprintf(g_said, sizeof g_said, "%s", line);
}

static void setup(void)
{
    (void)snprintf(g_dir, sizeof g_dir, "%s/calib-test-XXXXXX", RIM_BINARY_DIR);
    ck_assert_ptr_nonnull(mkdtemp(g_dir));
    g_errors = 0;
    g_said[0] = '\0';
    rim_log_set_sink(listen, NULL);
}

static void teardown(void)
{
    DIR *d = opendir(g_dir);
    ck_assert_ptr_nonnull(d);
    for (const struct dirent *e; (e = readdir(d));) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", g_dir, e->d_name);
        (void)remove(path);
    }
    (void)closedir(d);
    (void)rmdir(g_dir);
    rim_log_set_sink(NULL, NULL);
}

static void make_map(rim_frame *f, int width, int height, unsigned value)
{
    *f = (rim_frame){
        .width = width, .height = height, .fmt = RIM_FMT_GRAY16, .bits = 16};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            rim_frame_row16(f, y)[x] = (uint16_t)(value + (unsigned)(x + 3 * y) % 7);
}

static const double matrix[9] = {650, 0, 33, 0, 651, 21, 0, 0, 1};
static const double bent[5] = {-0.4, 0.2, 0.001, -0.002, -0.05};
static const double shift[9] = {1.01, 0.02, 5, -0.01, 0.99, -3, 1e-5, -2e-5, 1};

static void make_doc(rim_doc *doc)
{
    *doc = (rim_doc){0};
    int bad = rim_doc_set_string(doc, "format", RIM_CALIB_FORMAT);
    bad |= rim_doc_set_int(doc, "version", 1);
    bad |= rim_doc_set_string(doc, "date", "2026-02-27T12:00:00Z");
    bad |= rim_doc_set_string(doc, "camera", "test \"camera\": 1");
    bad |= rim_doc_set_string(doc, "serial", "0042");
    bad |= rim_doc_set_int(doc, "image_width_px", 66);
    bad |= rim_doc_set_int(doc, "image_height_px", 42);
    bad |= rim_doc_set_int(doc, "bits", 12);
    bad |= rim_doc_set_real(doc, "exposure_us", 20000);
    bad |= rim_doc_set_matrix(doc, "camera_matrix", 3, 3, matrix);
    bad |= rim_doc_set_matrix(doc, "distortion_coefficients", 1, 5, bent);
    bad |= rim_doc_set_matrix(doc, "visible_camera_matrix", 3, 3, matrix);
    bad |= rim_doc_set_matrix(doc, "visible_distortion_coefficients", 5, 1, bent);
    bad |= rim_doc_set_matrix(doc, "nir_to_visible", 3, 3, shift);
    bad |= rim_doc_set_int(doc, "visible_image_width_px", 66);
    bad |= rim_doc_set_int(doc, "visible_image_height_px", 42);
    ck_assert_int_eq(bad, RIM_OK);
}

// doc and two maps of which the first has `value`.
static void write_folder(rim_doc *doc, unsigned value)
{
    rim_frame dark, gain;
    make_map(&dark, 66, 42, value);
    make_map(&gain, 66, 42, 4096);
    const rim_folder_map maps[] = {{"dark_map", &dark}, {"gain_map", &gain}};
    ck_assert_int_eq(rim_folder_write(g_dir, doc, maps, 2), RIM_OK);
    rim_frame_uninit(&dark);
    rim_frame_uninit(&gain);
}

START_TEST(what_is_written_is_read)
{
    rim_doc doc;
    make_doc(&doc);
    write_folder(&doc, 1000);
    rim_doc_uninit(&doc);
    rim_calib *c = NULL;
    ck_assert_int_eq(rim_calib_load(&c, g_dir), RIM_OK);
    ck_assert_int_eq(c->width, 66);
    ck_assert_int_eq(c->bits, 12);
    ck_assert_str_eq(c->camera, "test \"camera\": 1");
    ck_assert_str_eq(c->serial, "0042");
    ck_assert_double_eq(c->exposure_us, 20000);
    ck_assert_double_nan(c->gain_db);
    ck_assert_uint_eq(rim_frame_row16(&c->dark, 41)[65], 1000 + (65 + 3 * 41) % 7);
    ck_assert_ptr_nonnull(c->gain.data);
    ck_assert_ptr_null(c->bad.data);
    ck_assert(c->has_lens && c->has_visible_lens && c->has_register);
    ck_assert_mem_eq(c->camera_matrix, matrix, sizeof matrix);
    ck_assert_mem_eq(c->visible_distortion, bent, sizeof bent);
    ck_assert_mem_eq(c->nir_to_visible, shift, sizeof shift);
    // 2026-02-27 is day 20511 since 1970.
    ck_assert_int_eq(rim_calib_age_days(c, (int64_t)20513 * 86400 + 5), 2);
    rim_calib_destroy(&c);
    ck_assert_ptr_null(c);
    char file[1024];
    (void)snprintf(file, sizeof file, "%s/calibration.yml", g_dir);
    ck_assert_int_eq(rim_calib_load(&c, file), RIM_OK);
    rim_calib_destroy(&c);
    ck_assert_int_eq(g_errors, 0);
}
END_TEST

START_TEST(a_new_map_replaces_the_old_file)
{
    rim_doc doc;
    make_doc(&doc);
    write_folder(&doc, 1000);
    char first[128];
    (void)snprintf(first, sizeof first, "%s", rim_doc_string(&doc, "dark_map"));
    write_folder(&doc, 2000);
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", g_dir, first);
    ck_assert_int_ne(access(path, F_OK), 0);
    rim_calib *c = NULL;
    ck_assert_int_eq(rim_calib_load(&c, g_dir), RIM_OK);
    ck_assert_uint_eq(rim_frame_row16(&c->dark, 0)[0], 2000);
    rim_calib_destroy(&c);
    rim_doc_uninit(&doc);
}
END_TEST

static rim_err fits(const rim_calib *c, const char *camera, const char *serial,
                    double exposure_us, double gain_db)
{
    const rim_calib_camera now = {camera, serial, exposure_us, gain_db, (double)NAN};
    return rim_calib_fits_camera(c, &now);
}

START_TEST(streams_of_another_shape_are_refused)
{
    rim_calib c = {.width = 1280, .height = 720, .bits = 12, .serial = "7"};
    c.exposure_us = 10000;
    c.gain_db = c.camera_gain = (double)NAN;
    ck_assert_int_eq(rim_calib_fits(&c, 1280, 720, 12), RIM_OK);
    ck_assert_int_eq(fits(&c, "any", "7", 99, 3), RIM_OK);
    ck_assert_int_eq(g_errors, 0);
    ck_assert_int_eq(rim_calib_fits(&c, 1280, 721, 12), RIM_ERR_FORMAT);
    ck_assert_int_eq(rim_calib_fits(&c, 1280, 720, 8), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "8 bits"));
    ck_assert_int_eq(fits(&c, "", "8", 10000, 0), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "serial"));
    make_map(&c.dark, 16, 16, 0);
    ck_assert_int_eq(fits(&c, "", "", 10500, 3), RIM_OK);
    ck_assert_int_eq(fits(&c, "", "", 99, 3), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "exposure"));
    c.gain_db = 6;
    ck_assert_int_eq(fits(&c, "", "", 10000, 6.4), RIM_OK);
    ck_assert_int_eq(fits(&c, "", "", 10000, 7), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "gain, but the camera is set to 7 dB"));
    snprintf(c.camera, sizeof c.camera, "one");
    ck_assert_int_eq(fits(&c, "one", "", 10000, 6), RIM_OK);
    ck_assert_int_eq(fits(&c, "two", "", 10000, 6), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "\"two\""));
    c.camera_gain = 10;
    const rim_calib_camera other = {"", "", (double)NAN, (double)NAN, 20};
    ck_assert_int_eq(rim_calib_fits_camera(&c, &other), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "set to 20;"));
    rim_frame_uninit(&c.dark);
    ck_assert_int_eq(g_errors, 7);
}
END_TEST

static char *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    char *text = calloc(1, 1 << 20);
    *size = fread(text, 1, (1 << 20) - 1, f);
    (void)fclose(f);
    return text;
}

static void spit(const char *path, const char *text, size_t size)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, size, f), size);
    ck_assert_int_eq(fclose(f), 0);
}

// One change to a good file, and the words that the refusal must have.
static const struct {
    const char *find, *put, *said;
} spoilt[] = {
    {"image_width_px", "image_width_pq", "\"image_width_px\" is missing"},
    {"bits: 12", "bits: 99", "\"bits\" must be a whole number from 8 to 16"},
    {"bits: 12", "bits: .Nan", "\"bits\" must be"},
    {"image_height_px: 42", "image_height_px: 43", "but the calibration is for 66x43"},
    {"format: rimlight", "format: dimlight", "\"format\" is not"},
    {"version: 1", "version: 2", "version 2"},
    {"650., 0., 33.", ".Nan, 0., 33.", "\"camera_matrix\": value 1 is not a finite"},
    {"650., 0., 33.", "650., 0., .Inf", "\"camera_matrix\": value 3 is not a finite"},
    {"650., 0., 33.", "-1., 0., 33.", "focal lengths"},
    {"distortion_coefficients: !!opencv-matrix",
     "distortion_coefficients: \"none\"\nx: "
     "!!opencv-matrix",
     "\"distortion_coefficients\" must be a matrix of 5"},
    {"dark_map: \"dark-", "dark_map: \"gone-", "gone-"},
    {"dark_map: \"dark-", "dark_map: \"../dark-", "must be the name of a PNG"},
    {"exposure_us: 20000.", "exposure_us: .Inf", "\"exposure_us\" must be a finite"},
    {"%YAML:1.0", "{\"a\":1}  ", "must begin with %YAML"},
    {"version: 1", "version: [", "calibration.yml"},
    {"1.0100000000000000e+00", "1.0200000000000000e+00", NULL},
};

START_TEST(spoilt_files_are_refused_by_name)
{
    rim_doc doc;
    make_doc(&doc);
    write_folder(&doc, 1000);
    rim_doc_uninit(&doc);
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/calibration.yml", g_dir);
    size_t size;
    char *text = slurp(path, &size), *at = strstr(text, spoilt[_i].find);
    ck_assert_msg(at != NULL, "no \"%s\" in\n%s", spoilt[_i].find, text);
    char *changed = calloc(1, size + 256);
    const size_t lead = (size_t)(at - text);
    (void)snprintf(changed, size + 256, "%.*s%s%s", (int)lead, text, spoilt[_i].put,
                   at + strlen(spoilt[_i].find));
    spit(path, changed, strlen(changed));
    rim_calib *c = NULL;
    const rim_err err = rim_calib_load(&c, g_dir);
    if (spoilt[_i].said) {
        ck_assert_int_lt(err, 0);
        ck_assert_ptr_null(c);
        ck_assert_msg(strstr(g_said, spoilt[_i].said) != NULL, "%s", g_said);
        ck_assert_int_eq(g_errors, 1);
    } else { // the list's own control: an allowed change passes
        ck_assert_int_eq(err, RIM_OK);
        rim_calib_destroy(&c);
    }
    free(text);
    free(changed);
}
END_TEST

START_TEST(cut_and_changed_maps_are_refused_by_name)
{
    rim_doc doc;
    make_doc(&doc);
    write_folder(&doc, 1000);
    char dark[1024], gain[1024];
    (void)snprintf(dark, sizeof dark, "%s/%s", g_dir, rim_doc_string(&doc, "dark_map"));
    (void)snprintf(gain, sizeof gain, "%s/%s", g_dir, rim_doc_string(&doc, "gain_map"));
    rim_doc_uninit(&doc);
    size_t dark_size, gain_size;
    char *dark_png = slurp(dark, &dark_size), *gain_png = slurp(gain, &gain_size);
    rim_calib *c = NULL;
    for (size_t cut = 0; cut < dark_size; cut += dark_size / 9) {
        spit(dark, dark_png, cut);
        ck_assert_int_lt(rim_calib_load(&c, g_dir), 0);
        ck_assert_ptr_null(c);
        ck_assert_ptr_nonnull(strstr(g_said, dark));
    }
    spit(dark, gain_png, gain_size); // right size, other content
    ck_assert_int_eq(rim_calib_load(&c, g_dir), RIM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(g_said, "checksum"));
    spit(dark, dark_png, dark_size);
    ck_assert_int_eq(rim_calib_load(&c, g_dir), RIM_OK);
    rim_calib_destroy(&c);
    free(dark_png);
    free(gain_png);
}
END_TEST

START_TEST(nothing_there_is_said)
{
    rim_calib *c = NULL;
    ck_assert_int_eq(rim_calib_load(&c, g_dir), RIM_ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(g_said, "calibration.yml"));
    ck_assert_int_eq(rim_calib_load(&c, "/dev/null"), RIM_ERR_FORMAT);
    ck_assert_int_eq(g_errors, 2);
}
END_TEST

START_TEST(a_failed_write_leaves_the_old_one)
{
    rim_doc doc;
    make_doc(&doc);
    write_folder(&doc, 1000);
    // A folder in the way of the temporary file: the write fails late, also for root.
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/calibration.yml.part", g_dir);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    rim_frame dark;
    make_map(&dark, 66, 42, 3000);
    const rim_folder_map map = {"dark_map", &dark};
    ck_assert_int_lt(rim_folder_write(g_dir, &doc, &map, 1), 0);
    rim_frame_uninit(&dark);
    rim_doc_uninit(&doc);
    rim_calib *c = NULL;
    ck_assert_int_eq(rim_calib_load(&c, g_dir), RIM_OK);
    ck_assert_uint_eq(rim_frame_row16(&c->dark, 0)[0], 1000);
    rim_calib_destroy(&c);
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(there_and_back_between_the_pictures)
{
    rim_calib c = {.has_lens = true, .has_visible_lens = true, .has_register = true};
    const double k[9] = {1000, 0, 640, 0, 1001, 360, 0, 0, 1};
    memcpy(c.camera_matrix, k, sizeof k);
    memcpy(c.visible_camera_matrix, k, sizeof k);
    memcpy(c.distortion, bent, sizeof bent);
    memcpy(c.visible_distortion, bent, sizeof bent);
    c.visible_distortion[0] = -0.3;
    memcpy(c.nir_to_visible, shift, sizeof shift);
    double moved = 0;
    for (int y = 0; y < 720; y += 40) {
        for (int x = 0; x < 1280; x += 40) {
            double u, v, px, py;
            ck_assert(rim_calib_nir_to_visible(&c, x, y, &u, &v));
            ck_assert(rim_calib_visible_to_nir(&c, u, v, &px, &py));
            ck_assert_double_eq_tol(px, x, 1e-5);
            ck_assert_double_eq_tol(py, y, 1e-5);
            double hu, hv;
            ck_assert(rim_homography_apply(shift, x, y, &hu, &hv));
            moved = fmax(moved, fabs(hu - u) + fabs(hv - v));
        }
    }
    ck_assert_double_gt(moved, 10); // the lenses do count
    double u, v;
    // So far out that this lens shows nothing there.
    ck_assert(!rim_calib_nir_to_visible(&c, -9000, 360, &u, &v));
    c.has_register = false;
    ck_assert(!rim_calib_nir_to_visible(&c, 640, 360, &u, &v));
}
END_TEST

int main(void)
{
    if (!rim_cv_version()) {
        printf("skipped: this build is without OpenCV\n");
        return 77;
    }
    Suite *s = suite_create("calib");
    TCase *t = tcase_create("folder");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_is_written_is_read);
    tcase_add_test(t, a_new_map_replaces_the_old_file);
    tcase_add_test(t, streams_of_another_shape_are_refused);
    tcase_add_loop_test(t, spoilt_files_are_refused_by_name, 0,
                        sizeof spoilt / sizeof *spoilt);
    tcase_add_test(t, cut_and_changed_maps_are_refused_by_name);
    tcase_add_test(t, nothing_there_is_said);
    tcase_add_test(t, a_failed_write_leaves_the_old_one);
    tcase_add_test(t, there_and_back_between_the_pictures);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
