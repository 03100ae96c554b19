// picture_sink.h: pictures to a folder of PNGs or a film, as the path says.
//
// One thread owns a sink. The first failure is logged; after it, further pictures are
// refused silently. What was written by then stays readable.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_PICTURE_SINK_H
#define RIM_MEDIA_PICTURE_SINK_H

#include "base/err.h"
#include "base/frame.h"

typedef struct rim_picture_sink rim_picture_sink;

// path: a folder that is there; or a film by its suffix (.mp4, .m4v, .mov, .mkv, see
// media/video_out.h); else a folder, which is made. fps: nominal, 0: 30. note: kept in
// the film's tag "comment", or each PNG's "Comment"; copied; NULL: none. RIM_ERR_ARG: a
// suffix of another kind of file; RIM_ERR_IO; RIM_ERR_UNSUPPORTED. Logged.
RIM_NODISCARD rim_err rim_picture_sink_open(rim_picture_sink **out, const char *path,
                                            int width, int height, double fps,
                                            const char *note);
// picture: BGRX8 of the stated size. In a folder it is called by its seq, 000000.png,
// which must rise from picture to picture (else: one more than the last); in a film it
// is shown at its captured_ns.
RIM_NODISCARD rim_err rim_picture_sink_write(rim_picture_sink *s,
                                             const rim_frame *picture);
// *s is NULL afterwards. Returns the first failure of all.
RIM_NODISCARD rim_err rim_picture_sink_close(rim_picture_sink **s);

#endif
