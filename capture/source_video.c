// source_video.c: a film as a stream of pictures; recordings of this program.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"
#include "media/video_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct film {
    rim_pictures head;
    rim_video_in *video;
    uint64_t number; // that next() went to
    char *path, *name;
    size_t name_bytes;
} film;

static rim_err film_next(rim_pictures *p, rim_stamp *stamp)
{
    film *f = (film *)p;
    rim_video_stamp found;
    const rim_err err = rim_video_in_next(f->video, &found);
    *stamp = (rim_stamp){.number = found.number, .t_ns = found.t_ns};
    f->number = found.number;
    return err;
}

static rim_err film_read(rim_pictures *p, rim_frame *frame)
{
    return rim_video_in_pixels(((film *)p)->video, frame);
}

static const char *film_name(rim_pictures *p)
{
    film *f = (film *)p;
    (void)snprintf(f->name, f->name_bytes, "%s: frame %llu", f->path,
                   (unsigned long long)f->number);
    return f->name;
}

static void film_close(rim_pictures *p)
{
    film *f = (film *)p;
    rim_video_in_close(&f->video);
    free(f->path);
    free(f->name);
    free(f);
}

rim_err rim_pictures_open_video(rim_pictures **out, const char *path,
                                rim_video_stream stream)
{
    static const rim_pictures_ops ops = {film_next, film_read, film_name, film_close};
    *out = NULL;
    film *f = calloc(1, sizeof *f);
    if (!f)
        return RIM_ERR_MEMORY;
    f->head.ops = &ops;
    f->path = strdup(path);
    f->name_bytes = strlen(path) + 40;
    f->name = malloc(f->name_bytes);
    rim_err err = RIM_ERR_MEMORY;
    if (f->path && f->name)
        err = rim_video_in_open(&f->video, path, (int)stream);
    if (err) {
        film_close(&f->head);
        return err;
    }
    const rim_video_in_info *i = rim_video_in_get_info(f->video);
    f->head.width = i->width;
    f->head.height = i->height;
    f->head.fmt = i->fmt;
    f->head.sample_bits = f->head.bits = i->bits;
    f->head.black_level = i->black_level;
    f->head.fps = i->fps;
    f->head.frames = i->frames;
    *out = &f->head;
    return RIM_OK;
}

// What a recorder put into the file, as a manifest would have it.
static rim_err read_tag(rim_source *s, const char *tag)
{
    rim_manifest *m = &s->manifest;
    rim_err err = rim_manifest_parse_recording(m, tag, s->manifest_path);
    if (err)
        return err;
    s->kind = "recording";
    if (m->fps > 0)
        s->info.fps = m->fps;
    err = rim_manifest_check_depth(m, s->nir);
    if (!err && m->has_visible)
        err = rim_pictures_open_video(&s->visible, s->manifest_path,
                                      RIM_VIDEO_STREAM_SECOND);
    if (!err && m->calibration) {
        s->calibration = strdup(m->calibration);
        err = s->calibration ? RIM_OK : RIM_ERR_MEMORY;
    }
    return err;
}

rim_err rim_source_open_video(rim_source *s, const char *path)
{
    const rim_err err = rim_pictures_open_video(&s->nir, path, RIM_VIDEO_STREAM_FIRST);
    if (err)
        return err;
    s->kind = "video";
    s->info.fps = s->nir->fps;
    const char *tag = rim_video_in_get_info(((film *)s->nir)->video)->tag;
    if (!tag)
        return RIM_OK;
    s->manifest_path = strdup(path);
    return s->manifest_path ? read_tag(s, tag) : RIM_ERR_MEMORY;
}
