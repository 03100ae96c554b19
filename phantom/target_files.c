// target_files.c: see target_files.h.
// SPDX-License-Identifier: MIT
#include "phantom/target_files.h"

#include "base/log.h"
#include "media/png_file.h"
#include "phantom/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static rim_err make(const rim_target_files *f, const char *fmt, const char *part)
{
    char path[RIM_PATH_BYTES], name[64];
    (void)snprintf(name, sizeof name, fmt, part);
    const rim_err err = rim_folder_join(path, f->dir, name);
    return err ? err : rim_folder_make(path);
}

static FILE *open_file(const rim_target_files *f, const char *name)
{
    char path[RIM_PATH_BYTES];
    if (rim_folder_join(path, f->dir, name))
        return NULL;
    FILE *file = fopen(path, "wb");
    if (!file)
        rim_log_error("%s: cannot be written: %s", path, strerror(errno));
    return file;
}

static rim_err close_file(const rim_target_files *f, FILE *file, const char *name)
{
    const bool failed = ferror(file);
    if (fclose(file) == 0 && !failed)
        return RIM_OK;
    rim_log_error("%s/%s: cannot be written: %s", f->dir, name, strerror(errno));
    return RIM_ERR_IO;
}

static rim_err refuse_old(const rim_target_files *f, const char *manifest)
{
    char path[RIM_PATH_BYTES];
    struct stat st;
    const rim_err err = rim_folder_join(path, f->dir, manifest);
    if (err || stat(path, &st) != 0)
        return err;
    rim_log_error("%s: holds targets already; choose another --out or remove them",
                  f->dir);
    return RIM_ERR_BUSY;
}

rim_err rim_target_files_start(const rim_target_files *f, const char *part,
                               bool visible)
{
    char manifest[64];
    (void)snprintf(manifest, sizeof manifest, "%s/sequence.json", part);
    rim_err err = refuse_old(f, manifest);
    err = err ? err : rim_folder_make(f->dir);
    err = err ? err : make(f, "%s", part);
    err = err ? err : make(f, "%s/nir", part);
    if (visible)
        err = err ? err : make(f, "%s/visible", part);
    return err;
}

rim_err rim_target_files_finish(const rim_target_files *f, const char *part,
                                bool visible)
{
    char manifest[64];
    (void)snprintf(manifest, sizeof manifest, "%s/sequence.json", part);
    FILE *file = open_file(f, manifest);
    if (!file)
        return RIM_ERR_IO;
    (void)fprintf(
        file,
        "{ \"format\": \"rimlight-sequence\", \"version\": 1, \"fps\": 25.0,\n"
        "  \"nir\": { \"path\": \"nir\", \"bit_depth\": %d, "
        "\"black_level\": %d }%s }\n",
        f->bits, f->black_level,
        visible ? ",\n  \"visible\": { \"path\": \"visible\" }" : "");
    return close_file(f, file, manifest);
}

rim_err rim_target_files_put(rim_target_files *f, const char *part, const char *stream,
                             int index, const rim_frame *picture)
{
    char path[RIM_PATH_BYTES], name[64];
    (void)snprintf(name, sizeof name, "%s/%s/%06d.png", part, stream, index);
    rim_err err = rim_folder_join(path, f->dir, name);
    err = err ? err : rim_png_write(path, picture);
    f->done++;
    if (!err && f->progress)
        f->progress(f->ctx, f->done, f->total);
    return err;
}

FILE *rim_target_files_truth(const rim_target_files *f)
{
    return open_file(f, "truth.txt");
}

rim_err rim_target_files_end(const rim_target_files *f, FILE *truth)
{
    return close_file(f, truth, "truth.txt");
}
