// test_calib_fuzz.c: thousands of spoilt calibration.yml: each is refused with words, or
// loads as something that can be used; none crashes, hangs or leaks. The same mutations
// on every run; RIM_FUZZ_ROUNDS=100000 for a longer one.
// SPDX-License-Identifier: MIT
#include "calib/calib.h"
#include "calib/cv_bridge.h"
#include "calib/folder.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 40, HEIGHT = 30, TEXT_MAX = 1 << 16, ROUNDS = 2500 };

static char g_good[TEXT_MAX], g_bad[TEXT_MAX + 256];
static size_t g_size;

static void set_lens(rim_doc *doc, const char *matrix, const char *distortion)
{
    const double k[9] = {50, 0, 20, 0, 50.5, 15, 0, 0, 1}, d[5] = {-0.3, 0.1, 0, 0, 0};
    ck_assert_int_eq(rim_doc_set_matrix(doc, matrix, 3, 3, k), RIM_OK);
    ck_assert_int_eq(rim_doc_set_matrix(doc, distortion, 1, 5, d), RIM_OK);
}

// A small calibration with everything in it.
static void write_good(void)
{
    const double h[9] = {1.01, 0.01, 2, -0.01, 1, -1, 1e-5, 0, 1};
    rim_doc doc = {0};
    ck_assert_int_eq(rim_doc_set_string(&doc, "format", RIM_CALIB_FORMAT), RIM_OK);
    ck_assert_int_eq(rim_doc_set_int(&doc, "version", RIM_CALIB_VERSION), RIM_OK);
    ck_assert_int_eq(rim_doc_set_string(&doc, "date", "2026-01-02T03:04:05Z"), RIM_OK);
    ck_assert_int_eq(rim_doc_set_string(&doc, "camera", "a \"quoted\" one"), RIM_OK);
    const struct {
        const char *key;
        int value;
    } whole[] = {{"image_width_px", WIDTH},
                 {"image_height_px", HEIGHT},
                 {"bits", 12},
                 {"visible_image_width_px", 50},
                 {"visible_image_height_px", 40}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        ck_assert_int_eq(rim_doc_set_int(&doc, whole[i].key, whole[i].value), RIM_OK);
    ck_assert_int_eq(rim_doc_set_real(&doc, "exposure_us", 20000), RIM_OK);
    ck_assert_int_eq(rim_doc_set_real(&doc, "mm_per_px", 0.05), RIM_OK);
    ck_assert_int_eq(rim_doc_set_real(&doc, "register_rms_px", 0.2), RIM_OK);
    set_lens(&doc, "camera_matrix", "distortion_coefficients");
    set_lens(&doc, "visible_camera_matrix", "visible_distortion_coefficients");
    ck_assert_int_eq(rim_doc_set_matrix(&doc, "nir_to_visible", 3, 3, h), RIM_OK);
    rim_frame map;
    scratch_frame(&map, RIM_FMT_GRAY16, WIDTH, HEIGHT, 16);
    const rim_folder_map maps[] = {
        {"dark_map", &map}, {"gain_map", &map}, {"hot_map", &map}};
    ck_assert_int_eq(rim_folder_write(scratch_path("cal"), &doc, maps, 3), RIM_OK);
    rim_frame_uninit(&map);
    rim_doc_uninit(&doc);
    uint8_t *text = scratch_read(scratch_path("cal/calibration.yml"), &g_size);
    ck_assert_uint_lt(g_size, TEXT_MAX);
    memcpy(g_good, text, g_size);
    free(text);
}

static uint32_t draw(uint32_t *state, uint32_t below)
{
    return scratch_random(state) % below;
}

static const char *const words[] = {"1e999",
                                    "-1",
                                    "0",
                                    "2147483648",
                                    ".Nan",
                                    ".Inf",
                                    "-.Inf",
                                    "\"\"",
                                    "[",
                                    "]",
                                    "{",
                                    "}",
                                    ":",
                                    "\t",
                                    "%",
                                    "---",
                                    "...",
                                    "&a *a",
                                    "!!opencv-matrix",
                                    "rows: 99999999",
                                    "dt: u",
                                    "dt: \"9d\"",
                                    "\"../../etc/x\"",
                                    "\\",
                                    "1e-320",
                                    "0x10",
                                    "null",
                                    "rows: -3",
                                    "cols: 0",
                                    "data: []"};

// Cuts `cut` bytes at `at` out of g_bad and puts `text` there.
static size_t splice(size_t size, size_t at, size_t cut, const char *text,
                     size_t length)
{
    if (cut > size - at)
        cut = size - at;
    if (size - cut + length > TEXT_MAX)
        return size;
    memmove(g_bad + at + length, g_bad + at + cut, size - at - cut);
    memcpy(g_bad + at, text, length);
    return size - cut + length;
}

// One change of several kinds.
static size_t mutate(size_t size, uint32_t *r)
{
    const size_t at = draw(r, (uint32_t)size);
    char copy[128];
    const uint32_t kind = draw(r, 7);
    const char *const word = words[draw(r, sizeof words / sizeof *words)];
    switch (kind) {
    case 0: // a bit
        g_bad[at] = (char)(g_bad[at] ^ (1 << draw(r, 8)));
        return size;
    case 1: // a byte
        g_bad[at] = (char)draw(r, 256);
        return size;
    case 2: // the end is missing
        return at + 1;
    case 3: // a piece is missing
        return splice(size, at, 1 + draw(r, 60), "", 0);
    case 4: // a piece twice
    {
        const size_t n = 1 + draw(r, sizeof copy - 1);
        const size_t have = n < size - at ? n : size - at;
        memcpy(copy, g_bad + at, have);
        return splice(size, at, 0, copy, have);
    }
    case 5: // a word put in
        return splice(size, at, 0, word, strlen(word));
    default: // a word in place of a number
    {
        size_t from = at;
        while (from < size && !(g_bad[from] >= '0' && g_bad[from] <= '9'))
            from++;
        size_t end = from;
        while (end < size && strchr("0123456789.e+-", g_bad[end]) && g_bad[end])
            end++;
        return from == size ? size : splice(size, from, end - from, word, strlen(word));
    }
    }
}

// What the program relies on once a calibration is loaded.
static void expect_usable(const rim_calib *c)
{
    ck_assert(c->width > 0 && c->height > 0 && c->bits >= 8 && c->bits <= 16);
    const rim_frame *const map[] = {&c->dark, &c->gain, &c->bad};
    for (int i = 0; i < 3; i++)
        ck_assert(!map[i]->data ||
                  (map[i]->width == c->width && map[i]->height == c->height));
    ck_assert(isnan(c->mm_per_px) || (isfinite(c->mm_per_px) && c->mm_per_px > 0));
    ck_assert(isnan(c->exposure_us) || c->exposure_us > 0);
    for (int i = 0; i < 9; i++)
        ck_assert((!c->has_lens || isfinite(c->camera_matrix[i])) &&
                  (!c->has_register || isfinite(c->nir_to_visible[i])));
    double u = 0, v = 0;
    if (rim_calib_nir_to_visible(c, 3, 4, &u, &v))
        ck_assert(isfinite(u) && isfinite(v));
    (void)rim_calib_age_days(c, 1800000000);
}

START_TEST(spoilt_files_are_refused_or_usable)
{
    const char *asked = getenv("RIM_FUZZ_ROUNDS");
    const int rounds = asked ? atoi(asked) : ROUNDS;
    uint32_t r = 20261123;
    int loaded = 0, refused = 0;
    scratch_open();
    write_good();
    rim_calib *c = NULL;
    ck_assert_int_eq(rim_calib_load(&c, scratch_path("cal")), RIM_OK);
    rim_calib_destroy(&c);
    for (int i = 0; i < rounds; i++) {
        size_t size = g_size;
        memcpy(g_bad, g_good, g_size);
        for (uint32_t n = 1 + draw(&r, 3); n > 0 && size > 0; n--)
            size = mutate(size, &r);
        scratch_write(scratch_path("cal/calibration.yml"), g_bad, size);
        logged_start();
        const rim_err err = rim_calib_load(&c, scratch_path("cal"));
        if (err == RIM_OK) {
            expect_usable(c);
            rim_calib_destroy(&c);
            loaded++;
        } else {
            ck_assert_ptr_null(c);
            ck_assert_msg(logged_count(RIM_LOG_ERROR) == 1, "round %d: %s", i,
                          logged_last());
            refused++;
        }
    }
    scratch_close();
    // Both happen, or this test shows little.
    ck_assert_int_gt(loaded, rounds / 50);
    ck_assert_int_gt(refused, rounds / 4);
}
END_TEST

int main(void)
{
    if (!rim_cv_version()) {
        printf("skipped: this build is without OpenCV\n");
        return 77;
    }
    Suite *s = suite_create("calib fuzz");
    TCase *t = tcase_create("calib fuzz");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, spoilt_files_are_refused_or_usable);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
