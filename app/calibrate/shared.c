// shared.c: options, and the folder that a calibration is.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "base/log.h"
#include "calib/cv_bridge.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char *const board_names[] = {"",         "chessboard", "circles",
                                          "acircles", "charuco",    NULL};

// ---- options ----

void rim_cal_options_init(rim_cal_options *o)
{
    *o = (rim_cal_options){.exposure_us = NAN, .gain_db = NAN};
    rim_input_options_init(&o->input);
    rim_cameras_setup_init(&o->cameras);
    const rim_option input[] = {
        RIM_OPT_GROUP("Input"),
        RIM_OPT_INCLUDE(o->input.table),
        RIM_OPT_END,
    };
    const rim_option nir[] = {
        RIM_OPT_GROUP("A live NIR camera; set up as in `rimlight live`"),
        RIM_OPT_INCLUDE(o->cameras.nir_table),
        RIM_OPT_END,
    };
    const rim_option visible[] = {
        RIM_OPT_GROUP("A live colour camera"),
        RIM_OPT_INCLUDE(o->cameras.visible_table),
        RIM_OPT_END,
    };
    const rim_option camera[] = {
        RIM_OPT_GROUP("The camera, written into the calibration"),
        RIM_OPT_STRING("camera", "NAME", &o->camera, "its name"),
        RIM_OPT_STRING("serial", "NUMBER", &o->serial, "its serial number"),
        RIM_OPT_DOUBLE("exposure-us", "X", &o->exposure_us, 1, 1e8,
                       "exposure, microseconds: a dark map holds for one"),
        RIM_OPT_DOUBLE("gain-db", "X", &o->gain_db, -100, 100, "gain, decibels"),
        RIM_OPT_END,
    };
    const rim_option board[] = {
        RIM_OPT_GROUP("Board"),
        RIM_OPT_CHOICE("board", "KIND", &o->board, board_names,
                       "what is on it; the first time it must be said"),
        RIM_OPT_SIZE("grid", &o->grid,
                     "columns x rows of points: inner corners, or circles"),
        RIM_OPT_DOUBLE(
            "pitch", "MM", &o->pitch_mm, 1e-3, 1000,
            "from point to point; of acircles from row to row, as in OpenCV"),
        RIM_OPT_DOUBLE("marker", "MM", &o->marker_mm, 1e-3, 1000,
                       "side of a ChArUco marker (0.7 of the pitch)"),
        RIM_OPT_END,
    };
    const rim_option fit[] = {
        RIM_OPT_FLAG("no-tangential", &o->no_tangential,
                     "a lens without tangential distortion: few views, or bad ones, "
                     "cannot tell it"),
        RIM_OPT_FLAG("no-k3", &o->no_k3, "a lens with two radial terms"),
        RIM_OPT_END,
    };
    const rim_option look[] = {
        RIM_OPT_DOUBLE("seconds", "S", &o->seconds, 0.1, 1e6,
                       "of a camera: look for a board for so long"),
        RIM_OPT_END,
    };
    RIM_OPTIONS_KEEP(o->input_table, input);
    RIM_OPTIONS_KEEP(o->nir_table, nir);
    RIM_OPTIONS_KEEP(o->visible_table, visible);
    RIM_OPTIONS_KEEP(o->camera_table, camera);
    RIM_OPTIONS_KEEP(o->board_table, board);
    RIM_OPTIONS_KEEP(o->fit_table, fit);
    RIM_OPTIONS_KEEP(o->look_table, look);
}

rim_err rim_cal_options_finish(rim_cal_options *o)
{
    return rim_input_options_finish(&o->input);
}

rim_err rim_cal_options_parse(rim_cal_options *o, const char *const *nir,
                              const rim_usage *usage, int argc, char **argv)
{
    rim_err err = rim_options_parse(usage, argc, argv, NULL, NULL);
    if (err == RIM_OK && (!*nir || !o->out))
        err = rim_options_refuse(usage, *nir ? "out" : "nir", "is needed");
    return err == RIM_OK ? rim_cal_options_finish(o) : err;
}

unsigned rim_cal_fixed(const rim_cal_options *o)
{
    return (o->no_tangential ? RIM_LENS_NO_TANGENTIAL : 0U) |
           (o->no_k3 ? RIM_LENS_NO_K3 : 0U);
}

static rim_board_kind kind_of(const char *name)
{
    for (int i = 0; rim_board_kind_names[i]; i++)
        if (strcmp(name, rim_board_kind_names[i]) == 0)
            return (rim_board_kind)(i + 1);
    return RIM_BOARD_NONE;
}

// A number of the document that may be missing: 0.
static double number_or_0(const rim_doc *doc, const char *key)
{
    const double v = rim_doc_number(doc, key);
    return isfinite(v) ? v : 0;
}

rim_err rim_cal_board(rim_board *b, const rim_cal_options *o, const rim_doc *doc)
{
    *b = (rim_board){.kind = (rim_board_kind)o->board,
                     .cols = o->grid.width,
                     .rows = o->grid.height,
                     .pitch_mm = o->pitch_mm,
                     .marker_mm = o->marker_mm};
    const bool nothing = !o->board && !o->grid.width && o->pitch_mm == 0;
    if (nothing && doc && rim_doc_find(doc, "board"))
        *b = (rim_board){.kind = kind_of(rim_doc_string(doc, "board")),
                         .cols = (int)number_or_0(doc, "board_cols"),
                         .rows = (int)number_or_0(doc, "board_rows"),
                         .pitch_mm = number_or_0(doc, "board_pitch_mm"),
                         .marker_mm = number_or_0(doc, "board_marker_mm")};
    return rim_board_check(b);
}

// ---- the folder ----

static rim_err check_shape(const rim_cal_store *s, const rim_cal_shape *shape)
{
    const rim_calib *c = s->calib;
    if (!shape || (c->width == shape->width && c->height == shape->height &&
                   c->bits == shape->bits))
        return RIM_OK;
    rim_log_error("%s is for %dx%d at %d bits, but these frames are %dx%d at %d bits; "
                  "give another folder to -o",
                  s->file, c->width, c->height, c->bits, shape->width, shape->height,
                  shape->bits);
    return RIM_ERR_FORMAT;
}

rim_err rim_cal_store_open(rim_cal_store *s, const char *dir,
                           const rim_cal_shape *shape, bool must_exist)
{
    *s = (rim_cal_store){.dir = dir};
    if (!dir) {
        rim_log_error("say where the calibration goes: -o DIR");
        return RIM_ERR_ARG;
    }
    struct stat st;
    const int n = snprintf(s->file, sizeof s->file, "%s/" RIM_CALIB_FILE, dir);
    if (n < 0 || (size_t)n >= sizeof s->file) {
        rim_log_error("%.64s...: the path is too long", dir);
        return RIM_ERR_ARG;
    }
    if (!must_exist && stat(s->file, &st) != 0)
        return RIM_OK;
    rim_err err = rim_folder_read(&s->doc, s->file, sizeof s->file, dir);
    if (err == RIM_OK)
        err = rim_calib_load(&s->calib, dir);
    return err == RIM_OK ? check_shape(s, shape) : err;
}

void rim_cal_store_close(rim_cal_store *s)
{
    rim_doc_uninit(&s->doc);
    rim_calib_destroy(&s->calib);
}

rim_err rim_cal_put_date(rim_doc *doc, const char *key)
{
    char date[32];
    const time_t now = time(NULL);
    struct tm utc;
    (void)gmtime_r(&now, &utc);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return rim_doc_set_string(doc, key, date);
}

rim_err rim_cal_put_numbers(rim_doc *doc, const rim_cal_number *n, size_t count)
{
    rim_err err = RIM_OK;
    for (size_t i = 0; err == RIM_OK && i < count; i++)
        if (n[i].whole)
            err = rim_doc_set_int(doc, n[i].key, (int)n[i].value);
        else if (!isnan(n[i].value))
            err = rim_doc_set_real(doc, n[i].key, n[i].value);
    return err;
}

// Options before what the camera or the recording tells.
static rim_calib_camera camera_of(const rim_cal_shape *shape, const rim_cal_options *o)
{
    rim_calib_camera c = rim_camera_facts_held(&shape->camera);
    if (o->camera)
        c.camera = o->camera;
    if (o->serial)
        c.serial = o->serial;
    if (!isnan(o->exposure_us))
        c.exposure_us = o->exposure_us;
    if (!isnan(o->gain_db))
        c.gain_db = o->gain_db;
    return c;
}

static rim_err put_settings(rim_doc *d, const rim_calib_camera *c)
{
    rim_doc_remove(d, "exposure_us");
    rim_doc_remove(d, "gain_db");
    rim_doc_remove(d, "camera_gain");
    const rim_cal_number settings[] = {{"exposure_us", c->exposure_us, false},
                                       {"gain_db", c->gain_db, false},
                                       {"camera_gain", c->gain, false}};
    return rim_cal_put_numbers(d, settings, 3);
}

rim_err rim_cal_store_head(rim_cal_store *s, const rim_cal_shape *shape,
                           const rim_cal_options *o, rim_cal_part part)
{
    rim_doc *d = &s->doc;
    rim_calib_camera camera = camera_of(shape, o);
    const bool dark = part == RIM_CAL_DARK; // it says for which settings it holds
    rim_calib_camera held = camera;
    if (dark)
        held.exposure_us = held.gain_db = held.gain = (double)NAN;
    rim_err err = s->calib ? rim_calib_fits_camera(s->calib, &held) : RIM_OK;
    if (err == RIM_OK)
        err = rim_doc_set_string(d, "format", RIM_CALIB_FORMAT);
    if (err == RIM_OK)
        err = rim_doc_set_int(d, "version", RIM_CALIB_VERSION);
    if (err == RIM_OK)
        err = rim_cal_put_date(d, "date");
    if (err == RIM_OK && *camera.camera)
        err = rim_doc_set_string(d, "camera", camera.camera);
    if (err == RIM_OK && *camera.serial)
        err = rim_doc_set_string(d, "serial", camera.serial);
    const rim_cal_number stream[] = {{"image_width_px", shape->width, true},
                                     {"image_height_px", shape->height, true},
                                     {"bits", shape->bits, true},
                                     {"black_level_counts", shape->black_level, true}};
    if (err == RIM_OK)
        err = rim_cal_put_numbers(d, stream, 4);
    if (err == RIM_OK && (dark || !(s->calib && s->calib->dark.data)))
        err = put_settings(d, &camera);
    return err;
}

rim_err rim_cal_store_save(rim_cal_store *s, const rim_folder_map *map, int maps)
{
    const rim_err err = rim_folder_write(s->dir, &s->doc, map, maps);
    if (err == RIM_OK)
        rim_cal_say("wrote %s/" RIM_CALIB_FILE, s->dir);
    return err;
}

void rim_cal_say(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vprintf(fmt, args);
    va_end(args);
    (void)putchar('\n');
}
