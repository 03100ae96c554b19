// source_marks.c: the list of cut surfaces, from a manifest or a file of its own.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Frame numbers stay exact in the doubles of other JSON readers.
static const double frame_max = 9007199254740992.0;

struct rim_surface_marks {
    rim_surface_mark *mark; // [count]
    rim_point *point;       // corners of all marks, one after the other
    int count;
};

// Where in which file a mark stands, for messages.
typedef struct place {
    const char *file, *where; // where: "cut_surface" or ""
    size_t index;             // of the mark
} place;

static rim_err parse_corner(rim_point *out, const json_t *corner, size_t index,
                            const place *at, const rim_crop *crop)
{
    const json_t *x = json_array_get(corner, 0), *y = json_array_get(corner, 1);
    if (json_array_size(corner) != 2 || !json_is_number(x) || !json_is_number(y)) {
        char text[48];
        rim_log_error(
            "%s: \"%s[%zu].polygon[%zu]\" is %s; it must be two numbers [x, y]",
            at->file, at->where, at->index, index, rim_json_show(text, corner));
        return RIM_ERR_FORMAT;
    }
    out->x = json_number_value(x) - crop->x;
    out->y = json_number_value(y) - crop->y;
    // Pixel (0, 0) reaches from -0.5 to 0.5.
    if (out->x >= -0.5 && out->y >= -0.5 && out->x <= crop->width - 0.5 &&
        out->y <= crop->height - 0.5)
        return RIM_OK;
    rim_log_error("%s: \"%s[%zu].polygon[%zu]\" is (%g, %g), outside the %dx%d frame; "
                  "give corners inside it",
                  at->file, at->where, at->index, index, out->x, out->y, crop->width,
                  crop->height);
    return RIM_ERR_FORMAT;
}

static rim_err check_area(const rim_surface_mark *mark, const place *at)
{
    double twice = 0;
    for (int i = 0; i < mark->count; i++) {
        const rim_point a = mark->point[i], b = mark->point[(i + 1) % mark->count];
        twice += a.x * b.y - b.x * a.y;
    }
    if (fabs(twice) >= 2)
        return RIM_OK;
    rim_log_error(
        "%s: \"%s[%zu].polygon\" encloses less than one pixel; give the corners "
        "in order around the surface",
        at->file, at->where, at->index);
    return RIM_ERR_FORMAT;
}

// Corners go to `point`, which has room for them.
static rim_err parse_mark(rim_surface_mark *out, rim_point *point, const json_t *entry,
                          const place *at, const rim_crop *crop)
{
    char text[48];
    const json_t *frame = json_object_get(entry, "frame");
    const double number = json_is_number(frame) ? json_number_value(frame) : -1.0;
    if (!(number >= 0 && number <= frame_max && number == floor(number))) {
        rim_log_error("%s: \"%s[%zu].frame\" is %s; it must be a whole number from 0",
                      at->file, at->where, at->index, rim_json_show(text, frame));
        return RIM_ERR_FORMAT;
    }
    const json_t *polygon = json_object_get(entry, "polygon");
    const size_t corners = json_array_size(polygon);
    if (corners < 3 || corners > RIM_SURFACE_CORNERS_MAX) {
        rim_log_error(
            "%s: \"%s[%zu].polygon\" is %s; it must be a list of 3 to %d corners "
            "[x, y]",
            at->file, at->where, at->index, rim_json_show(text, polygon),
            RIM_SURFACE_CORNERS_MAX);
        return RIM_ERR_FORMAT;
    }
    *out = (rim_surface_mark){
        .frame = (uint64_t)number, .count = (int)corners, .point = point};
    for (size_t i = 0; i < corners; i++) {
        const rim_err err =
            parse_corner(&point[i], json_array_get(polygon, i), i, at, crop);
        if (err)
            return err;
    }
    return check_area(out, at);
}

static rim_err parse_list(rim_surface_marks *m, const json_t *list, place *at,
                          const rim_crop *crop)
{
    size_t used = 0;
    for (at->index = 0; at->index < json_array_size(list); at->index++) {
        rim_surface_mark *mark = &m->mark[m->count];
        const rim_err err = parse_mark(mark, m->point + used,
                                       json_array_get(list, at->index), at, crop);
        if (err)
            return err;
        if (m->count > 0 && mark->frame < mark[-1].frame) {
            rim_log_error(
                "%s: \"%s[%zu].frame\" is %llu, before the entry above it; put "
                "the entries in order of their frames",
                at->file, at->where, at->index, (unsigned long long)mark->frame);
            return RIM_ERR_FORMAT;
        }
        m->count++;
        used += (size_t)mark->count;
    }
    return RIM_OK;
}

rim_err rim_surface_marks_parse(rim_surface_marks **out, const json_t *list,
                                const char *file, const char *where,
                                const rim_crop *crop)
{
    *out = NULL;
    if (!json_is_array(list)) {
        char text[48];
        rim_log_error("%s: \"%s\" is %s; it must be a list of {\"frame\", \"polygon\"}",
                      file, where, rim_json_show(text, list));
        return RIM_ERR_FORMAT;
    }
    size_t corners = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        corners += json_array_size(json_object_get(json_array_get(list, i), "polygon"));
    rim_surface_marks *m = calloc(1, sizeof *m);
    if (!m)
        return RIM_ERR_MEMORY;
    rim_err err = RIM_ERR_MEMORY;
    m->mark = calloc(json_array_size(list) + 1, sizeof *m->mark);
    m->point = calloc(corners + 1, sizeof *m->point);
    place at = {.file = file, .where = where};
    if (m->mark && m->point)
        err = parse_list(m, list, &at, crop);
    if (err)
        rim_surface_marks_destroy(&m);
    *out = m;
    return err;
}

rim_err rim_surface_marks_load(rim_surface_marks **out, const char *path, int width,
                               int height)
{
    *out = NULL;
    json_t *root = NULL;
    rim_err err = rim_json_load(&root, path);
    if (err)
        return err;
    const rim_crop frame = {.width = width, .height = height};
    const json_t *list =
        json_is_object(root) ? json_object_get(root, "cut_surface") : root;
    err = rim_surface_marks_parse(out, list, path, "cut_surface", &frame);
    json_decref(root);
    return err;
}

void rim_surface_marks_destroy(rim_surface_marks **m)
{
    if (!*m)
        return;
    free((*m)->mark);
    free((*m)->point);
    free(*m);
    *m = NULL;
}

const rim_surface_mark *rim_surface_marks_list(const rim_surface_marks *m, int *count)
{
    *count = m ? m->count : 0;
    return m ? m->mark : NULL;
}
