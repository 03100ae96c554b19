// source_manifest.c: sequence.json, checked key by key.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"
#include "media/recording.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Generous bounds that only nonsense exceeds.
static const double fps_max = 100000.0, mm_per_px_max = 100.0, exposure_us_max = 1e9;

static rim_err parse_format(const rim_manifest *m, const char *wanted, int newest)
{
    const char *format;
    rim_err err = rim_json_get_string(&format, m->root, "format", m->file, "");
    if (err)
        return err;
    if (strcmp(format, wanted) != 0) {
        rim_log_error("%s: \"format\" is \"%.40s\"; it must be \"%s\"", m->file, format,
                      wanted);
        return RIM_ERR_FORMAT;
    }
    const json_t *version = json_object_get(m->root, "version");
    if (json_integer_value(version) > newest && m->is_recording) {
        rim_log_error("%s: a recording of version %lld, made by a newer Rimlight; this "
                      "one reads up to version %d",
                      m->file, (long long)json_integer_value(version), newest);
        return RIM_ERR_FORMAT;
    }
    int number;
    return rim_json_get_integer(&number, m->root, "version", m->file, "", 1, newest);
}

static rim_err get_object(const json_t **out, const json_t *value, const char *key,
                          const char *file)
{
    *out = value;
    if (json_is_object(value))
        return RIM_OK;
    char text[48];
    rim_log_error("%s: \"%s\" is %s; it must be an object", file, key,
                  rim_json_show(text, value));
    return RIM_ERR_FORMAT;
}

static rim_err get_gain(double *out, bool *has, const json_t *nir, const char *key,
                        const char *file)
{
    const json_t *value = rim_json_optional(nir, key);
    *has = value != NULL;
    *out = json_number_value(value);
    if (!value || json_is_number(value))
        return RIM_OK;
    char text[48];
    rim_log_error("%s: \"nir.%s\" is %s; it must be a number", file, key,
                  rim_json_show(text, value));
    return RIM_ERR_FORMAT;
}

// What may be said of the camera.
static rim_err parse_camera(rim_source_camera *c, const json_t *nir, const char *file)
{
    const char *camera = "", *serial = "";
    rim_err err = RIM_OK;
    if (rim_json_optional(nir, "camera"))
        err = rim_json_get_string(&camera, nir, "camera", file, "nir.");
    if (!err && rim_json_optional(nir, "serial"))
        err = rim_json_get_string(&serial, nir, "serial", file, "nir.");
    if (!err && rim_json_optional(nir, "exposure_us"))
        err = rim_json_get_positive(&c->exposure_us, nir, "exposure_us", file, "nir.",
                                    exposure_us_max);
    if (!err)
        err = get_gain(&c->gain, &c->has_gain, nir, "gain", file);
    if (!err)
        err = get_gain(&c->gain_db, &c->has_gain_db, nir, "gain_db", file);
    (void)snprintf(c->camera, sizeof c->camera, "%s", camera);
    (void)snprintf(c->serial, sizeof c->serial, "%s", serial);
    return err;
}

static rim_err parse_nir(rim_manifest *m)
{
    const json_t *nir;
    rim_err err = get_object(&nir, json_object_get(m->root, "nir"), "nir", m->file);
    if (!err && !m->is_recording)
        err = rim_json_get_string(&m->nir_path, nir, "path", m->file, "nir.");
    if (!err)
        err = rim_json_get_integer(&m->bit_depth, nir, "bit_depth", m->file, "nir.", 8,
                                   16);
    if (!err)
        err = rim_json_get_integer(&m->black_level, nir, "black_level", m->file, "nir.",
                                   0, (1 << m->bit_depth) - 1);
    return err ? err : parse_camera(&m->camera, nir, m->file);
}

static rim_err parse_optional(rim_manifest *m)
{
    rim_err err = RIM_OK;
    const json_t *visible = rim_json_optional(m->root, "visible");
    if (visible) {
        err = get_object(&visible, visible, "visible", m->file);
        if (!err && !m->is_recording)
            err = rim_json_get_string(&m->visible_path, visible, "path", m->file,
                                      "visible.");
        m->has_visible = true;
    }
    m->mm_per_px = (double)NAN;
    if (!err && rim_json_optional(m->root, "mm_per_px"))
        err = rim_json_get_positive(&m->mm_per_px, m->root, "mm_per_px", m->file, "",
                                    mm_per_px_max);
    if (!err && rim_json_optional(m->root, "calibration"))
        err = rim_json_get_string(&m->calibration, m->root, "calibration", m->file, "");
    m->cut_surface = rim_json_optional(m->root, "cut_surface");
    return err;
}

rim_err rim_manifest_load(rim_manifest *m, const char *file)
{
    *m = (rim_manifest){.file = file};
    rim_err err = rim_json_load(&m->root, file);
    if (err)
        return err;
    if (!json_is_object(m->root)) {
        rim_log_error("%s: not a JSON object; see the format of a sequence folder",
                      file);
        err = RIM_ERR_FORMAT;
    }
    if (!err)
        err = parse_format(m, RIM_SEQUENCE_FORMAT, 1);
    if (!err)
        err = rim_json_get_positive(&m->fps, m->root, "fps", file, "", fps_max);
    if (!err)
        err = parse_nir(m);
    if (!err)
        err = parse_optional(m);
    return err;
}

static rim_err parse_run(rim_manifest *m)
{
    rim_err err = RIM_OK;
    if (rim_json_optional(m->root, "calibration_file"))
        err = rim_json_get_string(&m->calibration_file, m->root, "calibration_file",
                                  m->file, "");
    if (!err && m->calibration_file && strchr(m->calibration_file, '/')) {
        rim_log_error("%s: \"calibration_file\" must be a name without a path",
                      m->file);
        return RIM_ERR_FORMAT;
    }
    const json_t *least = rim_json_optional(m->root, "min_confidence");
    m->min_confidence = json_number_value(least);
    m->has_min_confidence = least != NULL;
    if (!err && least &&
        (!json_is_number(least) ||
         !(m->min_confidence >= 0 && m->min_confidence <= 1))) {
        char text[48];
        rim_log_error("%s: \"min_confidence\" is %s; it must be a number from 0 to 1",
                      m->file, rim_json_show(text, least));
        return RIM_ERR_FORMAT;
    }
    const json_t *scale = rim_json_optional(m->root, "color_scale");
    if (!err && scale)
        err = rim_json_get_positive(&m->sbr_low, scale, "sbr_low", m->file,
                                    "color_scale.", 100);
    if (!err && scale)
        err = rim_json_get_positive(&m->sbr_high, scale, "sbr_high", m->file,
                                    "color_scale.", 100);
    return err;
}

rim_err rim_manifest_parse_recording(rim_manifest *m, const char *tag, const char *file)
{
    *m = (rim_manifest){.file = file, .is_recording = true};
    m->root = json_loads(tag, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(m->root)) {
        rim_log_error("%s: its tag %s is damaged; copy it again from its source", file,
                      RIM_RECORDING_TAG);
        return RIM_ERR_FORMAT;
    }
    rim_err err = parse_format(m, RIM_RECORDING_FORMAT, RIM_RECORDING_VERSION);
    if (!err && rim_json_optional(m->root, "fps"))
        err = rim_json_get_positive(&m->fps, m->root, "fps", file, "", fps_max);
    if (!err)
        err = parse_nir(m);
    if (!err)
        err = parse_optional(m);
    return err ? err : parse_run(m);
}

rim_err rim_manifest_check_depth(const rim_manifest *m, const rim_pictures *nir)
{
    // Fewer bits than the samples can hold are right-aligned; more cannot be there.
    const int most = nir->fmt == RIM_FMT_GRAY16 ? nir->sample_bits : 8;
    if (m->bit_depth <= most)
        return RIM_OK;
    rim_log_error(
        "%s: \"nir.bit_depth\" is %d, but the samples have %d bits; correct one "
        "of them",
        m->file, m->bit_depth, most);
    return RIM_ERR_FORMAT;
}

void rim_manifest_unload(rim_manifest *m)
{
    json_decref(m->root);
    m->root = NULL;
}
