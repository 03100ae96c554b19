// case.c: reads a report frame by frame into lists that grow.
// SPDX-License-Identifier: MIT
#include "exchange/case.h"

#include "base/log.h"
#include "exchange/tracks.h"
#include "report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Room that the lists have; grows by doubling.
typedef struct room {
    size_t frames, lesions, residuals, corners;
} room;

// Makes room in `list`, of items of `bytes`, for `count` of them.
static bool reserve(void *list, size_t *size, size_t count, size_t bytes)
{
    if (count <= *size)
        return true;
    size_t wanted = *size ? *size : 64;
    while (wanted < count)
        wanted *= 2;
    void *old;
    memcpy(&old, list, sizeof old);
    void *grown = realloc(old, wanted * bytes);
    if (!grown)
        return false;
    memcpy(list, &grown, sizeof grown);
    *size = wanted;
    return true;
}

static bool make_room(rim_case *c, room *r, const rim_result *seen)
{
    size_t corners = c->corner_count;
    for (int i = 0; i < seen->surface.residual_count; i++)
        corners += (size_t)seen->surface.residual[i].outline.count;
    return reserve(&c->frame, &r->frames, c->frame_count + 1, sizeof *c->frame) &&
           reserve(&c->lesion, &r->lesions,
                   c->lesion_count + (size_t)seen->lesion_count, sizeof *c->lesion) &&
           reserve(&c->residual, &r->residuals,
                   c->residual_count + (size_t)seen->surface.residual_count,
                   sizeof *c->residual) &&
           reserve(&c->corner, &r->corners, corners, sizeof *c->corner);
}

static void add_residual(rim_case *c, const rim_residual *s)
{
    c->residual[c->residual_count++] = (rim_case_residual){
        .frame = c->frame_count,
        .id = s->id,
        .x = s->x,
        .y = s->y,
        .area_px = s->area_px,
        .area_mm2 = s->area_mm2,
        .sbr = s->sbr,
        .target = s->target,
        .background = s->background,
        .cnr = s->cnr,
        .confidence = s->confidence,
        .why = s->why,
        .corner = c->corner_count,
        .corner_count = s->outline.count,
    };
    for (int i = 0; i < s->outline.count; i++)
        c->corner[c->corner_count++] = s->outline.point[i];
}

static rim_err add_frame(rim_case *c, room *r, const rim_result *seen)
{
    if (!make_room(c, r, seen)) {
        rim_log_error("%s: no memory for frame %" PRIu64, c->path, seen->frame);
        return RIM_ERR_MEMORY;
    }
    if (c->frame_count > 0 && seen->frame <= c->frame[c->frame_count - 1].number) {
        rim_log_error("%s: frame %" PRIu64 " comes after frame %" PRIu64
                      ": give one report at a time, as it was written",
                      c->path, seen->frame, c->frame[c->frame_count - 1].number);
        return RIM_ERR_FORMAT;
    }
    const rim_surface *s = &seen->surface;
    c->frame[c->frame_count] = (rim_case_frame){
        .number = seen->frame,
        .t_ns = seen->t_ns,
        .lesion = c->lesion_count,
        .residual = c->residual_count,
        .lesion_count = seen->lesion_count,
        .residual_count = s->residual_count,
        .state = s->state,
        .assessable = s->assessable,
        .visible_depth_mm = s->visible_depth_mm,
        .why = s->why,
        .quality = seen->quality,
    };
    for (int i = 0; i < seen->lesion_count; i++)
        c->lesion[c->lesion_count++] =
            (rim_case_lesion){.frame = c->frame_count, .seen = seen->lesion[i]};
    for (int i = 0; i < s->residual_count; i++)
        add_residual(c, &s->residual[i]);
    c->dropped += seen->quality.dropped;
    c->surface = c->surface || s->state != RIM_SURFACE_OFF;
    c->frame_count++;
    return RIM_OK;
}

static rim_err read_all(rim_case *c, rim_report_reader *reader)
{
    rim_truth *line = malloc(sizeof *line); // too large for a stack
    if (!line) {
        rim_log_error("%s: no memory to read it", c->path);
        return RIM_ERR_MEMORY;
    }
    room r = {0};
    rim_err err = RIM_OK;
    while (!err) {
        err = rim_report_read(reader, line);
        if (!err)
            err = add_frame(c, &r, &line->seen);
    }
    free(line);
    return err == RIM_END ? RIM_OK : err;
}

rim_err rim_case_load(rim_case **out, const char *path)
{
    *out = NULL;
    rim_report_reader *reader = NULL;
    rim_err err = rim_report_open(&reader, path);
    if (err)
        return err;
    rim_case *c = calloc(1, sizeof *c);
    if (!c || !(c->path = strdup(path))) {
        rim_log_error("%s: no memory to read it", path);
        err = RIM_ERR_MEMORY;
    } else {
        c->ended = err = read_all(c, reader);
        c->cut_short = rim_report_was_cut(reader);
        if (c->frame_count > 0 && err != RIM_ERR_MEMORY)
            err = RIM_OK;
        if (!err)
            err = rim_case_follow(c);
    }
    rim_report_reader_close(&reader);
    if (err)
        rim_case_destroy(&c);
    *out = c;
    return err;
}

void rim_case_destroy(rim_case **pc)
{
    rim_case *c = *pc;
    *pc = NULL;
    if (!c)
        return;
    free(c->path);
    free(c->frame);
    free(c->lesion);
    free(c->residual);
    free(c->corner);
    free(c->lesion_track);
    free(c->residual_track);
    free(c);
}
