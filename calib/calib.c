// calib.c: a calibration in memory: load, fit, and the way between the pictures.
// SPDX-License-Identifier: MIT
#include "calib/calib.h"

#include "base/log.h"
#include "calib/folder.h"
#include "calib/lens_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

// ---- load ----

// A calibration is as old as its oldest part; dates in ISO 8601 stand in order.
static void take_date(rim_calib *c, const rim_doc *doc)
{
    static const char *const part[] = {"dark_date", "flat_date", "lens_date",
                                       "register_date", "leakage_date"};
    const char *oldest = rim_doc_string(doc, "date");
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        const char *date = rim_doc_string(doc, part[i]);
        if (*date && strcmp(date, oldest) < 0)
            oldest = date;
    }
    (void)snprintf(c->date, sizeof c->date, "%s", oldest);
}

static rim_err read_header(rim_calib *c, const rim_doc *doc, const char *file)
{
    rim_err err =
        rim_doc_need_int(&c->width, doc, file, "image_width_px", 1, RIM_FRAME_SIDE_MAX);
    if (err == RIM_OK)
        err = rim_doc_need_int(&c->height, doc, file, "image_height_px", 1,
                               RIM_FRAME_SIDE_MAX);
    if (err == RIM_OK)
        err = rim_doc_need_int(&c->bits, doc, file, "bits", 8, 16);
    if (err == RIM_OK)
        err = rim_doc_want_real(&c->exposure_us, doc, file, "exposure_us", 0);
    if (err == RIM_OK)
        err = rim_doc_want_real(&c->gain_db, doc, file, "gain_db", -1000);
    if (err == RIM_OK)
        err = rim_doc_want_real(&c->camera_gain, doc, file, "camera_gain", -1e9);
    if (err == RIM_OK)
        err = rim_doc_want_real(&c->mm_per_px, doc, file, "mm_per_px", 0);
    (void)snprintf(c->camera, sizeof c->camera, "%s", rim_doc_string(doc, "camera"));
    (void)snprintf(c->serial, sizeof c->serial, "%s", rim_doc_string(doc, "serial"));
    take_date(c, doc);
    return err;
}

// hot_map and dead_map into c->bad.
static rim_err read_bad(rim_calib *c, const rim_doc *doc, const char *file)
{
    rim_err err =
        rim_folder_read_map(&c->bad, doc, file, "hot_map", c->width, c->height);
    rim_frame dead = {0};
    if (err == RIM_OK)
        err = rim_folder_read_map(&dead, doc, file, "dead_map", c->width, c->height);
    if (err != RIM_OK || !dead.data)
        return err;
    if (!c->bad.data) {
        c->bad = dead;
        return RIM_OK;
    }
    for (int y = 0; y < c->height; y++) {
        uint16_t *bad = rim_frame_row16(&c->bad, y);
        const uint16_t *more = rim_frame_row16(&dead, y);
        for (int x = 0; x < c->width; x++)
            bad[x] |= more[x];
    }
    rim_frame_uninit(&dead);
    return RIM_OK;
}

static rim_err read_lens(bool *has, double matrix[9], double distortion[5],
                         const rim_doc *doc, const char *file, const char *matrix_key,
                         const char *distortion_key)
{
    *has = rim_doc_find(doc, matrix_key) || rim_doc_find(doc, distortion_key);
    if (!*has)
        return RIM_OK;
    rim_err err = rim_doc_need_cells(matrix, doc, file, matrix_key, 9);
    if (err == RIM_OK)
        err = rim_doc_need_cells(distortion, doc, file, distortion_key, 5);
    if (err == RIM_OK && !(matrix[0] > 0 && matrix[4] > 0)) {
        rim_log_error("%s: \"%s\": the focal lengths must be above 0", file,
                      matrix_key);
        err = RIM_ERR_FORMAT;
    }
    return err;
}

static rim_err read_register(rim_calib *c, const rim_doc *doc, const char *file)
{
    c->register_rms_px = c->register_parallax_px_per_mm = (double)NAN;
    c->has_register = rim_doc_find(doc, "nir_to_visible");
    if (!c->has_register)
        return RIM_OK;
    double inverse[9];
    rim_err err = rim_doc_need_cells(c->nir_to_visible, doc, file, "nir_to_visible", 9);
    if (err == RIM_OK && !rim_homography_invert(inverse, c->nir_to_visible)) {
        rim_log_error("%s: \"nir_to_visible\" cannot be inverted", file);
        err = RIM_ERR_FORMAT;
    }
    if (err == RIM_OK)
        err = rim_doc_need_int(&c->visible_width, doc, file, "visible_image_width_px",
                               1, RIM_FRAME_SIDE_MAX);
    if (err == RIM_OK)
        err = rim_doc_need_int(&c->visible_height, doc, file, "visible_image_height_px",
                               1, RIM_FRAME_SIDE_MAX);
    if (err == RIM_OK)
        err = rim_doc_want_real(&c->register_rms_px, doc, file, "register_rms_px", -1);
    if (err == RIM_OK)
        err = rim_doc_want_real(&c->register_parallax_px_per_mm, doc, file,
                                "register_parallax_px_per_mm", -1);
    return err;
}

static rim_err read_all(rim_calib *c, const rim_doc *doc, const char *file)
{
    rim_err err = read_header(c, doc, file);
    if (err == RIM_OK)
        err = rim_folder_read_map(&c->dark, doc, file, "dark_map", c->width, c->height);
    if (err == RIM_OK)
        err = rim_folder_read_map(&c->gain, doc, file, "gain_map", c->width, c->height);
    if (err == RIM_OK)
        err = rim_folder_read_map(&c->leakage, doc, file, "leakage_map", c->width,
                                  c->height);
    if (err == RIM_OK)
        err = read_bad(c, doc, file);
    if (err == RIM_OK)
        err = read_lens(&c->has_lens, c->camera_matrix, c->distortion, doc, file,
                        "camera_matrix", "distortion_coefficients");
    if (err == RIM_OK)
        err = read_lens(&c->has_visible_lens, c->visible_camera_matrix,
                        c->visible_distortion, doc, file, "visible_camera_matrix",
                        "visible_distortion_coefficients");
    if (err == RIM_OK)
        err = read_register(c, doc, file);
    return err;
}

rim_err rim_calib_load(rim_calib **out, const char *path)
{
    *out = NULL;
    char file[PATH_BYTES];
    rim_doc doc;
    rim_err err = rim_folder_read(&doc, file, sizeof file, path);
    if (err != RIM_OK)
        return err;
    rim_calib *c = calloc(1, sizeof *c);
    err = c ? read_all(c, &doc, file) : RIM_ERR_MEMORY;
    rim_doc_uninit(&doc);
    if (err != RIM_OK) {
        rim_calib_destroy(&c);
        return err;
    }
    *out = c;
    return RIM_OK;
}

void rim_calib_destroy(rim_calib **c)
{
    if (!*c)
        return;
    rim_frame_uninit(&(*c)->dark);
    rim_frame_uninit(&(*c)->gain);
    rim_frame_uninit(&(*c)->bad);
    rim_frame_uninit(&(*c)->leakage);
    free(*c);
    *c = NULL;
}

rim_err rim_calib_subtract_leakage(rim_calib *c, int black_level)
{
    if (!c->leakage.data)
        return RIM_OK;
    const bool made = !c->dark.data;
    if (made) {
        c->dark = (rim_frame){
            .width = c->width, .height = c->height, .fmt = RIM_FMT_GRAY16, .bits = 16};
        const rim_err err = rim_frame_init(&c->dark);
        if (err != RIM_OK)
            return err;
    }
    for (int y = 0; y < c->height; y++) {
        uint16_t *dark = rim_frame_row16(&c->dark, y);
        const uint16_t *leak = rim_frame_row16(&c->leakage, y);
        for (int x = 0; x < c->width; x++) {
            const int v = (made ? 16 * black_level : dark[x]) + leak[x];
            dark[x] = (uint16_t)(v < 65535 ? v : 65535);
        }
    }
    return RIM_OK;
}

// ---- fit ----

rim_err rim_calib_fits(const rim_calib *c, int width, int height, int bits)
{
    if (c->width == width && c->height == height && c->bits == bits)
        return RIM_OK;
    rim_log_error("the calibration is for %dx%d at %d bits, but the stream is %dx%d at "
                  "%d bits; calibrate it in this mode, or leave --calibration out",
                  c->width, c->height, c->bits, width, height, bits);
    return RIM_ERR_FORMAT;
}

static bool differ(const char *a, const char *b)
{
    return *a && *b && strcmp(a, b) != 0;
}

static rim_err refuse_setting(const char *what, double was, double is, const char *unit)
{
    rim_log_error(
        "the dark map was made at %g%s %s, but the camera is set to %g%s; set "
        "it back, or run `rimlight calibrate dark` again",
        was, unit, what, is, unit);
    return RIM_ERR_FORMAT;
}

rim_err rim_calib_fits_camera(const rim_calib *c, const rim_calib_camera *now)
{
    if (differ(c->camera, now->camera)) {
        rim_log_error("the calibration is for camera \"%s\", but this is \"%s\"; "
                      "calibrate this one, or leave --calibration out",
                      c->camera, now->camera);
        return RIM_ERR_FORMAT;
    }
    if (differ(c->serial, now->serial)) {
        rim_log_error(
            "the calibration is for serial number %s, but this camera has %s; "
            "calibrate this one, or leave --calibration out",
            c->serial, now->serial);
        return RIM_ERR_FORMAT;
    }
    if (!c->dark.data)
        return RIM_OK;
    // Comparisons with a NAN are false: what is not known is not held against it.
    if (now->exposure_us > c->exposure_us * 1.1 ||
        now->exposure_us < c->exposure_us * 0.9)
        return refuse_setting("exposure", c->exposure_us, now->exposure_us, " us");
    if (now->gain_db > c->gain_db + 0.5 || now->gain_db < c->gain_db - 0.5)
        return refuse_setting("gain", c->gain_db, now->gain_db, " dB");
    if (now->gain > c->camera_gain || now->gain < c->camera_gain)
        return refuse_setting("gain", c->camera_gain, now->gain, "");
    return RIM_OK;
}

// Days from 1970-01-01 to a date of the Gregorian calendar (March-based years, as in
// Fliegel & Van Flandern 1968).
static int64_t days_from_civil(int year, int month, int day)
{
    const int64_t y = month > 2 ? year : year - 1;
    const int64_t m = month > 2 ? month - 3 : month + 9;
    const int64_t era = y / 400, in_era = y % 400;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + (153 * m + 2) / 5 +
           day - 1 - 719468;
}

int rim_calib_age_days(const rim_calib *c, int64_t now_s)
{
    int year, month, day;
    // NOLINTNEXTLINE(cert-err34-c): ranges are checked below
    if (sscanf(c->date, "%4d-%2d-%2d", &year, &month, &day) != 3 || year < 1970 ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return -1;
    const int64_t age = now_s / 86400 - days_from_civil(year, month, day);
    return age < 0 ? 0 : (int)age;
}

// ---- between the pictures ----

bool rim_calib_nir_to_visible(const rim_calib *c, double x, double y, double *u,
                              double *v)
{
    if (!c->has_register)
        return false;
    const bool lenses = c->has_lens && c->has_visible_lens;
    if (lenses && !rim_lens_undistort(c->camera_matrix, c->distortion, x, y, &x, &y))
        return false;
    if (!rim_homography_apply(c->nir_to_visible, x, y, u, v))
        return false;
    return !lenses || rim_lens_distort(c->visible_camera_matrix, c->visible_distortion,
                                       *u, *v, u, v);
}

bool rim_calib_visible_to_nir(const rim_calib *c, double u, double v, double *x,
                              double *y)
{
    double inverse[9];
    if (!c->has_register || !rim_homography_invert(inverse, c->nir_to_visible))
        return false;
    const bool lenses = c->has_lens && c->has_visible_lens;
    if (lenses && !rim_lens_undistort(c->visible_camera_matrix, c->visible_distortion,
                                      u, v, &u, &v))
        return false;
    if (!rim_homography_apply(inverse, u, v, x, y))
        return false;
    return !lenses || rim_lens_distort(c->camera_matrix, c->distortion, *x, *y, x, y);
}
