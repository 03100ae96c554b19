// source_sequence.c: a folder with sequence.json.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// A stream that the manifest names under `key`: a folder of PNGs or a video.
static rim_err open_stream(rim_pictures **out, const char *folder, const char *name,
                           const char *key, const rim_manifest *m)
{
    char *path = rim_path_join(folder, name);
    if (!path)
        return RIM_ERR_MEMORY;
    struct stat status;
    rim_err err;
    if (stat(path, &status) != 0) {
        rim_log_error(
            "%s: \"%s\" is \"%s\", but there is no %s; correct the manifest or "
            "put the frames there",
            m->file, key, name, path);
        err = RIM_ERR_NOT_FOUND;
    } else if (S_ISDIR(status.st_mode)) {
        err = rim_pictures_open_folder(out, path, RIM_NUMBERED_BY_NAME, m->fps);
    } else {
        err = rim_pictures_open_video(out, path, RIM_VIDEO_STREAM_FIRST);
    }
    free(path);
    return err;
}

rim_err rim_source_open_sequence(rim_source *s, const char *folder)
{
    rim_err err = RIM_ERR_MEMORY;
    s->manifest_path = rim_path_join(folder, "sequence.json");
    if (!s->manifest_path)
        return err;
    rim_manifest *m = &s->manifest;
    err = rim_manifest_load(m, s->manifest_path);
    if (err)
        return err;
    err = open_stream(&s->nir, folder, m->nir_path, "nir.path", m);
    if (!err)
        err = rim_manifest_check_depth(m, s->nir);
    if (!err && m->has_visible)
        err = open_stream(&s->visible, folder, m->visible_path, "visible.path", m);
    if (!err && m->calibration) {
        s->calibration = rim_path_join(folder, m->calibration);
        err = s->calibration ? RIM_OK : RIM_ERR_MEMORY;
    }
    s->info.fps = m->fps;
    return err;
}
