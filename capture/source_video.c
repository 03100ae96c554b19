// source_video.c: a video as a stream of pictures.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"

rim_err rim_pictures_open_video(rim_pictures **out, const char *path,
                                rim_video_stream stream)
{
    (void)stream;
    *out = NULL;
    rim_log_error("%s: built without videos; give a folder of PNGs", path);
    return RIM_ERR_UNSUPPORTED;
}

rim_err rim_source_open_video(rim_source *s, const char *path)
{
    return rim_pictures_open_video(&s->nir, path, RIM_VIDEO_STREAM_FIRST);
}
