// write.c: a phantom as a sequence folder.
// SPDX-License-Identifier: MIT
#include "phantom/folder.h"
#include "phantom/phantom.h"

#include "base/log.h"
#include "media/png_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

rim_err rim_folder_join(char *path, const char *dir, const char *name)
{
    const int n = snprintf(path, RIM_PATH_BYTES, "%s/%s", dir, name);
    if (n < RIM_PATH_BYTES)
        return RIM_OK;
    rim_log_error("%s: the path is too long", dir);
    return RIM_ERR_ARG;
}

rim_err rim_folder_make(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return RIM_OK;
    rim_log_error("%s: cannot be made: %s", path, strerror(errno));
    return RIM_ERR_IO;
}

static rim_err make_folders(const char *dir, const rim_phantom_options *o)
{
    char path[RIM_PATH_BYTES];
    struct stat st;
    rim_err err = rim_folder_join(path, dir, "sequence.json");
    if (!err && stat(path, &st) == 0) {
        rim_log_error("%s: holds a sequence already; choose another --out or remove it",
                      dir);
        return RIM_ERR_BUSY;
    }
    err = err ? err : rim_folder_make(dir);
    err = err ? err : rim_folder_join(path, dir, "nir");
    err = err ? err : rim_folder_make(path);
    if (o->no_visible)
        return err;
    err = err ? err : rim_folder_join(path, dir, "visible");
    return err ? err : rim_folder_make(path);
}

static json_t *surface_json(const rim_outline *o)
{
    json_t *polygon = json_array();
    for (int i = 0; i < o->count; i++)
        json_array_append_new(polygon,
                              json_pack("[f,f]", o->point[i].x, o->point[i].y));
    return json_pack("[{s:i,s:o}]", "frame", 0, "polygon", polygon);
}

// Last of all, so that a folder with a manifest is whole.
static rim_err write_manifest(const char *dir, const rim_phantom *p,
                              const rim_phantom_options *o)
{
    char path[RIM_PATH_BYTES];
    const rim_err err = rim_folder_join(path, dir, "sequence.json");
    if (err)
        return err;
    json_t *root = json_pack("{s:s,s:i,s:f,s:{s:s,s:i,s:i},s:f}", "format",
                             "rimlight-sequence", "version", 1, "fps", o->fps, "nir",
                             "path", "nir", "bit_depth", o->bits, "black_level",
                             rim_phantom_black_level(p), "mm_per_px", o->mm_per_px);
    if (!o->no_visible)
        json_object_set_new(root, "visible", json_pack("{s:s}", "path", "visible"));
    if (rim_phantom_surface(p)->count)
        json_object_set_new(root, "cut_surface", surface_json(rim_phantom_surface(p)));
    const int failed =
        !root || json_dump_file(root, path, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    json_decref(root);
    if (!failed)
        return RIM_OK;
    rim_log_error("%s: cannot be written; is the disk full?", path);
    return RIM_ERR_IO;
}

typedef struct job {
    const char *dir;
    rim_phantom *p;
    rim_frame nir, visible;
    rim_report_writer *writer;
    rim_truth *truth; // of one frame
} job;

static rim_err write_frame(job *j, const rim_phantom_options *o, int index)
{
    char path[RIM_PATH_BYTES], name[32];
    rim_phantom_frame(j->p, &j->nir, o->no_visible ? NULL : &j->visible, j->truth,
                      index);
    snprintf(name, sizeof name, "nir/%06d.png", index);
    rim_err err = rim_folder_join(path, j->dir, name);
    err = err ? err : rim_png_write(path, &j->nir);
    if (!err && !o->no_visible) {
        snprintf(name, sizeof name, "visible/%06d.png", index);
        err = rim_folder_join(path, j->dir, name);
        err = err ? err : rim_png_write(path, &j->visible);
    }
    return err ? err : rim_report_write_truth(j->writer, j->truth);
}

static rim_err write_frames(job *j, const rim_phantom_options *o,
                            rim_phantom_progress_fn *progress, void *ctx)
{
    j->nir = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_GRAY16, .bits = o->bits};
    j->visible = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    char path[RIM_PATH_BYTES];
    rim_err err = rim_frame_init(&j->nir);
    err = err ? err : rim_frame_init(&j->visible);
    err = err ? err : rim_folder_join(path, j->dir, "truth.jsonl");
    err = err ? err : rim_report_create(&j->writer, path);
    for (int n = 0; !err && n < o->frames; n++) {
        err = write_frame(j, o, n);
        if (progress)
            progress(ctx, n + 1, o->frames);
    }
    if (j->writer) {
        const rim_err closed = rim_report_close(&j->writer);
        err = err ? err : closed;
    }
    rim_frame_uninit(&j->nir);
    rim_frame_uninit(&j->visible);
    return err;
}

rim_err rim_phantom_write(const char *dir, const rim_phantom_options *options,
                          int threads, rim_phantom_progress_fn *progress, void *ctx)
{
    job j = {.dir = dir, .truth = malloc(sizeof *j.truth)};
    rim_err err = j.truth ? rim_phantom_options_check(options) : RIM_ERR_MEMORY;
    err = err ? err : make_folders(dir, options);
    err = err ? err : rim_phantom_create(&j.p, options, threads);
    err = err ? err : write_frames(&j, options, progress, ctx);
    err = err ? err : write_manifest(dir, j.p, options);
    rim_phantom_destroy(&j.p);
    free(j.truth);
    return err;
}
