// recorder_tag.c: the JSON of the tag RIMLIGHT.
// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // realpath()

#include "media/recorder_internal.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *marks_as_json(const rim_source_info *info)
{
    json_t *list = json_array();
    for (int i = 0; i < info->mark_count; i++) {
        const rim_surface_mark *mark = &info->mark[i];
        json_t *polygon = json_array();
        for (int n = 0; n < mark->count; n++)
            (void)json_array_append_new(
                polygon, json_pack("[ff]", mark->point[n].x, mark->point[n].y));
        (void)json_array_append_new(
            list,
            json_pack("{sIso}", "frame", (json_int_t)mark->frame, "polygon", polygon));
    }
    return list;
}

// What is not known is left out.
static void add_camera(json_t *nir, const rim_source_camera *c)
{
    if (*c->camera)
        (void)json_object_set_new(nir, "camera", json_string(c->camera));
    if (*c->serial)
        (void)json_object_set_new(nir, "serial", json_string(c->serial));
    if (c->exposure_us > 0)
        (void)json_object_set_new(nir, "exposure_us", json_real(c->exposure_us));
    if (c->has_gain)
        (void)json_object_set_new(nir, "gain", json_real(c->gain));
    if (c->has_gain_db)
        (void)json_object_set_new(nir, "gain_db", json_real(c->gain_db));
}

static void add_scene(json_t *root, const rim_source_info *info,
                      const rim_record_options *o)
{
    if (info->fps > 0)
        (void)json_object_set_new(root, "fps", json_real(info->fps));
    if (info->visible_width)
        (void)json_object_set_new(root, "visible",
                                  json_pack("{sisi}", "width", info->visible_width,
                                            "height", info->visible_height));
    if (info->mm_per_px > 0)
        (void)json_object_set_new(root, "mm_per_px", json_real(info->mm_per_px));
    // One that travels with the recording needs no place, which may be a passing one.
    if (info->calibration && o->attachment_count == 0) {
        char *absolute = realpath(info->calibration, NULL);
        (void)json_object_set_new(root, "calibration",
                                  json_string(absolute ? absolute : info->calibration));
        free(absolute);
    }
    if (info->mark_count)
        (void)json_object_set_new(root, "cut_surface", marks_as_json(info));
}

static void add_run(json_t *root, const rim_record_options *o)
{
    if (o->attachment_count > 0)
        (void)json_object_set_new(root, "calibration_file",
                                  json_string(o->attachment[0].name));
    if (o->has_min_confidence)
        (void)json_object_set_new(root, "min_confidence", json_real(o->min_confidence));
    if (o->sbr_high > 0)
        (void)json_object_set_new(root, "color_scale",
                                  json_pack("{sfsfss*}", "sbr_low", o->sbr_low,
                                            "sbr_high", o->sbr_high, "map",
                                            o->color_map));
    if (o->sbr_high > 0 && o->opacity > 0)
        (void)json_object_set_new(json_object_get(root, "color_scale"), "opacity",
                                  json_integer(o->opacity));
    if (o->program)
        (void)json_object_set_new(root, "program", json_string(o->program));
    if (o->live_ns)
        (void)json_object_set_new(root, "live_t_ns",
                                  json_integer((json_int_t)o->live_ns));
    if (o->started)
        (void)json_object_set_new(root, "started", json_string(o->started));
    if (o->word_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < o->word_count; i++) {
            json_t *word = json_string(o->word[i]); // NULL: not UTF-8
            (void)json_array_append_new(list, word ? word : json_string("?"));
        }
        (void)json_object_set_new(root, "command", list);
    }
}

char *rim_recorder_tag(const rim_source_info *info, const rim_record_options *o,
                       rim_record_codec codec)
{
    json_t *root = json_pack("{sssis{sisisisi}}", "format", RIM_RECORDING_FORMAT,
                             "version", RIM_RECORDING_VERSION, "nir", "width",
                             info->width, "height", info->height, "bit_depth",
                             info->bits, "black_level", info->black_level);
    if (!root)
        return NULL;
    if (codec == RIM_RECORD_RAW)
        (void)json_object_set_new(json_object_get(root, "nir"), "packing",
                                  json_string(RIM_RECORDING_SPLIT));
    add_camera(json_object_get(root, "nir"), &info->camera);
    add_scene(root, info, o);
    add_run(root, o);
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}
