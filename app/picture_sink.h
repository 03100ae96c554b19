// picture_sink.h: where pictures go: a folder of PNGs or a video file.
//
// One thread owns a sink. What is written stays readable when a later picture
// cannot be.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_PICTURE_SINK_H
#define RIM_APP_PICTURE_SINK_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

typedef struct rim_picture_sink rim_picture_sink;

// Does a path name a folder: one that is there, or a name without an extension?
bool rim_picture_sink_is_folder(const char *path);

// shape: BGRX8 of the pictures to come. fps 0: not known. A folder is made where it is
// missing; pictures in it are named by frame number, 000012.png, those of the same
// number replaced. Logs the path and the reason where it cannot be written.
RIM_NODISCARD rim_err rim_picture_sink_open(rim_picture_sink **out, const char *path,
                                            const rim_frame *shape, double fps);
// As above, a folder whatever its name.
RIM_NODISCARD rim_err rim_picture_sink_open_folder(rim_picture_sink **out,
                                                   const char *path);
// picture->seq is the number, picture->captured_ns the presentation time.
RIM_NODISCARD rim_err rim_picture_sink_write(rim_picture_sink *s,
                                             const rim_frame *picture);
// Ends the file properly; *s may be NULL.
RIM_NODISCARD rim_err rim_picture_sink_close(rim_picture_sink **s);

#endif
