// camera_synth_film.c: see camera_synth_film.h.
// SPDX-License-Identifier: MIT
#include "capture/camera_synth_film.h"

#include "base/log.h"
#include "capture/source.h"

#include <stdlib.h>
#include <string.h>

typedef struct reel {
    rim_source *source;
    rim_frame nir, colour;
    int bits;
} reel;

static void take_nir(uint16_t *out, const reel *r)
{
    for (int y = 0; y < r->nir.height; y++) {
        const uint16_t *in = rim_frame_row16(&r->nir, y);
        for (int x = 0; x < r->nir.width; x++)
            *out++ = (uint16_t)(in[x] << (16 - r->bits));
    }
}

static void take_luma(uint16_t *out, const reel *r)
{
    for (int y = 0; y < r->colour.height; y++) {
        const uint8_t *in = rim_frame_row8(&r->colour, y);
        for (int x = 0; x < r->colour.width; x++, in += 4)
            *out++ = (uint16_t)((in[0] * 2 + in[1] * 9 + in[2] * 5) * 16);
    }
}

// Room for one frame more; NULL: no memory.
static uint16_t *next_frame(rim_synth_film *f)
{
    const size_t area = (size_t)f->width * (size_t)f->height;
    uint16_t *more = realloc(f->light, area * (size_t)(f->count + 1) * sizeof *more);
    if (!more)
        return NULL;
    f->light = more;
    return more + area * (size_t)f->count++;
}

// One picture for each good NIR frame, so that the films of both streams stay in step:
// where there is no visible one, that before it stays.
static rim_err read_all(rim_synth_film *f, reel *r, bool visible)
{
    rim_err err = RIM_OK;
    bool seen = !visible;
    while (err == RIM_OK && f->count < RIM_SYNTH_FILM_MAX) {
        bool has_visible = false;
        err = rim_source_read(r->source, &r->nir, r->colour.data ? &r->colour : NULL,
                              &has_visible);
        seen = seen || has_visible;
        if (err == RIM_ERR_DAMAGED) {
            err = RIM_OK;
            continue;
        }
        uint16_t *to = err == RIM_OK ? next_frame(f) : NULL;
        if (err == RIM_OK && !to)
            err = RIM_ERR_MEMORY;
        else if (err == RIM_OK && visible)
            take_luma(to, r);
        else if (err == RIM_OK)
            take_nir(to, r);
    }
    if (!seen)
        f->count = 0;
    return err == RIM_END ? RIM_OK : err;
}

rim_err rim_synth_film_load(rim_synth_film *f, const char *path, bool visible)
{
    *f = (rim_synth_film){0};
    const rim_source_options options = {0};
    reel r = {0};
    rim_err err = rim_source_open(&r.source, path, &options);
    if (err != RIM_OK)
        return err;
    const rim_source_info *i = rim_source_get_info(r.source);
    r.bits = i->bits;
    r.nir = rim_source_nir_shape(i);
    r.colour = rim_source_visible_shape(i);
    f->width = visible ? i->visible_width : i->width;
    f->height = visible ? i->visible_height : i->height;
    err = rim_frame_init(&r.nir);
    if (err == RIM_OK && i->visible_width > 0)
        err = rim_frame_init(&r.colour);
    if (err == RIM_OK && f->width > 0)
        err = read_all(f, &r, visible);
    if (err == RIM_OK && f->count == 0) {
        rim_log_error("%s: has no %s frames to show", path,
                      visible ? "visible" : "NIR");
        err = RIM_ERR_FORMAT;
    }
    rim_frame_uninit(&r.nir);
    rim_frame_uninit(&r.colour);
    rim_source_close(&r.source);
    if (err != RIM_OK)
        rim_synth_film_drop(f);
    return err;
}

void rim_synth_film_drop(rim_synth_film *f)
{
    free(f->light);
    *f = (rim_synth_film){0};
}
