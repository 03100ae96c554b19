// video_out.h: pictures as a film.
//
// One thread owns a rim_video_out. The first failure is logged; after it, further
// pictures are refused silently. What was written by then stays readable, also when
// the program is killed: both containers are written in pieces that stand alone.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_VIDEO_OUT_H
#define RIM_MEDIA_VIDEO_OUT_H

#include "base/err.h"
#include "base/frame.h"

typedef struct rim_video_out rim_video_out;

// The container for a path by its suffix: "mp4" for .mp4 and .m4v, "mov", "matroska"
// for .mkv; NULL: none of these.
const char *rim_video_out_container(const char *path);

// H.264 (libx264, CRF 18) where FFmpeg has it, else MPEG-4 part 2: yuv420p, BT.709 in
// limited range. An odd size is made even by repeating the last column or row.
// note: for the file's tag "comment", NULL: none.
// fps: nominal rate, 0: 30. RIM_ERR_IO: cannot be written; RIM_ERR_ARG: the suffix or
// the size; RIM_ERR_UNSUPPORTED: no encoder. Logged.
RIM_NODISCARD rim_err rim_video_out_open(rim_video_out **out, const char *path,
                                         int width, int height, double fps,
                                         const char *note);
// picture: BGRX8 of the stated size. Shown at its captured_ns less that of the first,
// or right after the picture before where that is no later.
RIM_NODISCARD rim_err rim_video_out_write(rim_video_out *v, const rim_frame *picture);
// Finishes the file; *v is NULL afterwards. Returns the first failure of all.
RIM_NODISCARD rim_err rim_video_out_close(rim_video_out **v);

#endif
