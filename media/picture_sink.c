// picture_sink.c: a folder of PNGs, or a film.
// SPDX-License-Identifier: MIT
#include "media/picture_sink.h"

#include "base/log.h"
#include "media/png_file.h"
#include "media/video_out.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct rim_picture_sink {
    rim_video_out *film; // NULL: a folder
    char *name;          // of the picture to write: folder/000000.png
    size_t name_bytes;
    int folder_length;
    char *note;    // NULL: none
    uint64_t next; // number that the next picture may have at least
    rim_err err;   // the first failure
};

// A folder is hardly meant by these.
static bool is_other_file(const char *path)
{
    static const char *const suffixes[] = {".avi", ".webm", ".mpg",  ".mpeg", ".wmv",
                                           ".gif", ".ts",   ".jpg",  ".jpeg", ".png",
                                           ".tif", ".tiff", ".json", ".jsonl"};
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix && i < sizeof suffixes / sizeof *suffixes; i++)
        if (strcasecmp(suffix, suffixes[i]) == 0)
            return true;
    return false;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static rim_err make_folder(rim_picture_sink *s, const char *path)
{
    if (mkdir(path, 0777) != 0 && !is_folder(path)) {
        rim_log_error("%s: no folder can be made there: %s; choose another place", path,
                      strerror(errno));
        return RIM_ERR_IO;
    }
    if (access(path, W_OK | X_OK) != 0) {
        rim_log_error("%s: cannot be written: %s; choose another place", path,
                      strerror(errno));
        return RIM_ERR_IO;
    }
    s->folder_length = (int)strlen(path);
    s->name_bytes = (size_t)s->folder_length + 32;
    s->name = malloc(s->name_bytes);
    if (!s->name)
        return RIM_ERR_MEMORY;
    (void)snprintf(s->name, s->name_bytes, "%s", path);
    return RIM_OK;
}

static rim_err destroy(rim_picture_sink *s)
{
    const rim_err closed = rim_video_out_close(&s->film);
    const rim_err err = s->err ? s->err : closed;
    free(s->name);
    free(s->note);
    free(s);
    return err;
}

rim_err rim_picture_sink_open(rim_picture_sink **out, const char *path, int width,
                              int height, double fps, const char *note)
{
    *out = NULL;
    const bool folder = is_folder(path);
    const bool film = !folder && rim_video_out_container(path);
    if (!folder && !film && is_other_file(path)) {
        rim_log_error("%s: pictures are not written as this kind of file; name a film "
                      "(.mp4, .mkv) or a folder",
                      path);
        return RIM_ERR_ARG;
    }
    rim_picture_sink *s = calloc(1, sizeof *s);
    if (!s)
        return RIM_ERR_MEMORY;
    s->note = note ? strdup(note) : NULL;
    rim_err err = note && !s->note ? RIM_ERR_MEMORY : RIM_OK;
    if (!err)
        err = film ? rim_video_out_open(&s->film, path, width, height, fps, note)
                   : make_folder(s, path);
    if (err)
        destroy(s);
    else
        *out = s;
    return err;
}

rim_err rim_picture_sink_write(rim_picture_sink *s, const rim_frame *picture)
{
    if (s->err)
        return s->err;
    if (s->film) {
        s->err = rim_video_out_write(s->film, picture);
        return s->err;
    }
    const uint64_t number = picture->seq > s->next ? picture->seq : s->next;
    s->next = number + 1;
    (void)snprintf(s->name + s->folder_length, s->name_bytes - (size_t)s->folder_length,
                   "/%06llu.png", (unsigned long long)number);
    s->err = rim_png_write_noted(s->name, picture, s->note);
    return s->err;
}

rim_err rim_picture_sink_close(rim_picture_sink **s)
{
    const rim_err err = *s ? destroy(*s) : RIM_OK;
    *s = NULL;
    return err;
}
