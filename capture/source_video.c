// source_video.c: a film as a stream of pictures; recordings of this program.
// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // mkdtemp()

#include "base/log.h"
#include "capture/source_internal.h"
#include "media/video_in.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct film {
    rim_pictures head;
    rim_video_in *video;
    uint64_t number; // that next() went to
    bool all_frames;
    long long unprocessed; // frames left out since live had no time for them
    char *path, *name;
    size_t name_bytes;
} film;

static rim_err film_next(rim_pictures *p, rim_stamp *stamp)
{
    film *f = (film *)p;
    rim_video_stamp found;
    rim_err err = rim_video_in_next(f->video, &found);
    while (!err && found.unprocessed && !f->all_frames) {
        f->unprocessed++;
        err = rim_video_in_next(f->video, &found);
    }
    *stamp = (rim_stamp){.number = found.number,
                         .t_ns = found.t_ns,
                         .has_visible = found.has_visible,
                         .visible = found.visible,
                         .mark = found.mark};
    f->number = found.number;
    if (err == RIM_END && f->unprocessed > 0) {
        rim_log_info(
            "%s: %lld frames that live had no time for were left out, as then; "
            "--all-frames takes them, too",
            f->path, f->unprocessed);
        f->unprocessed = 0;
    }
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

void rim_source_remove_unpacked(rim_source *s)
{
    DIR *dir = s->unpacked ? opendir(s->unpacked) : NULL;
    for (const struct dirent *e; dir && (e = readdir(dir));) // one thread has this
        (void)unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        (void)closedir(dir);
    if (s->unpacked)
        (void)rmdir(s->unpacked);
    free(s->unpacked);
    s->unpacked = NULL;
}

// The calibration out of the recording itself, into a folder that lasts as long as the
// source; its place on the recording machine may be gone.
static rim_err unpack_calibration(rim_source *s, const char *name)
{
    const char *base = getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe)
    char *folder = rim_path_join(base && *base ? base : "/tmp", "rimlight-XXXXXX");
    if (!folder || !mkdtemp(folder)) {
        rim_log_error("%s: its calibration cannot be unpacked: no folder in %s; set "
                      "TMPDIR",
                      s->manifest_path, base && *base ? base : "/tmp");
        free(folder);
        return RIM_ERR_IO;
    }
    s->unpacked = folder;
    int count;
    const rim_err err =
        rim_video_in_unpack(((film *)s->nir)->video, s->unpacked, &count);
    if (err)
        return err;
    s->calibration = rim_path_join(s->unpacked, name);
    return s->calibration ? RIM_OK : RIM_ERR_MEMORY;
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
    if (!err && m->calibration_file)
        return unpack_calibration(s, m->calibration_file);
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
    ((film *)s->nir)->all_frames = s->options.all_frames;
    s->kind = "video";
    s->info.fps = s->nir->fps;
    const char *tag = rim_video_in_get_info(((film *)s->nir)->video)->tag;
    if (!tag)
        return RIM_OK;
    s->info.tag = tag;
    s->manifest_path = strdup(path);
    return s->manifest_path ? read_tag(s, tag) : RIM_ERR_MEMORY;
}
