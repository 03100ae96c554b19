// video_in.h: films on disk, read through FFmpeg's libraries.
//
// Any file that libavformat and libavcodec know. Grey at 8 to 16 bits keeps its
// depth; everything else comes as BGRX8. One thread owns a rim_video_in. Decoding
// uses slice threads at most, so that an error belongs to the packet at hand, and
// gives the same pixels for any number of them.
//
// What was not decoded faithfully is never given out as a picture: neither frames
// in which the decoder concealed errors, nor frames predicted from such, up to the
// next key frame. Each is reported by its number, and is lost. Where a file tells no
// time stamps (raw H.264, H.264 in AVI, some MPEG), times follow from the rate, and
// numbers after a loss may be late by a few frames up to the next key frame. Where the
// format has no checksum (H.264, JPEG), some damage looks valid and cannot be found.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_VIDEO_IN_H
#define RIM_MEDIA_VIDEO_IN_H

#include "base/err.h"
#include "base/frame.h"
#include "media/recording.h"
#include "media/source_info.h"

typedef struct rim_video_in_info {
    int width, height;
    rim_fmt fmt;     // GRAY16 for grey of 8 to 16 bits, else BGRX8
    int bits;        // of a grey sample; 8 for BGRX8
    int black_level; // counts: 16 of 8 bits (and its like) where grey samples are
                     // tagged as limited range, else 0. Samples stay as they are
    double fps;      // 0: not known
    int64_t frames;  // as the container tells; -1: not known
    int streams;     // of video in the file
    const char *tag; // what rim_video_out put there (JSON), or NULL
} rim_video_in_info;

typedef struct rim_video_stamp {
    uint64_t number; // from 0 in presentation order, lost frames counted
    int64_t t_ns;    // presentation time since the first frame
    // Of recordings of this program only:
    bool unprocessed; // live had no time for it
    bool has_visible; // `visible` is told
    int64_t visible;  // number of the visible frame it was shown with; -1: none
    const rim_surface_mark *mark; // drawn while recording, from this frame on; NULL:
                                  // no news. count 0: no longer watched. Valid until
                                  // the film is closed
} rim_video_stamp;

typedef struct rim_video_in rim_video_in;

// stream: which of the video streams, from 0.
// Damage of the file as a whole, and that it was cut off, is told for stream 0 only.
// RIM_ERR_NOT_FOUND: no such file or stream; RIM_ERR_FORMAT: not a video;
// RIM_ERR_UNSUPPORTED: no decoder, or too large; RIM_ERR_IO; RIM_ERR_MEMORY. Logged.
RIM_NODISCARD rim_err rim_video_in_open(rim_video_in **out, const char *path,
                                        int stream);
void rim_video_in_close(rim_video_in **p);
// Valid until closed.
const rim_video_in_info *rim_video_in_get_info(const rim_video_in *v);

// Decodes the next frame. RIM_OK; RIM_END; RIM_ERR_DAMAGED: the frame numbered
// stamp->number is lost, logged, go on; RIM_ERR_IO: the file ends too early or cannot
// be read any further, logged; all that could be read was given before.
// Where a stored number jumps (a recording with lost frames), nothing is logged.
RIM_NODISCARD rim_err rim_video_in_next(rim_video_in *v, rim_video_stamp *stamp);

// Writes the files attached to a recording into `folder`, under their names. *count:
// how many. RIM_ERR_IO, logged.
RIM_NODISCARD rim_err rim_video_in_unpack(const rim_video_in *v, const char *folder,
                                          int *count);

// Pixels of the frame that rim_video_in_next() decoded, into a frame of the info's
// size and format; may be left out, or called again.
//
// Colour is converted with the matrix and range that the file tells; where it tells
// none, limited range and BT.709 for 720 lines and more, BT.601 for less. Chroma is
// interpolated linearly, rounding is exact: the same bytes on every machine.
RIM_NODISCARD rim_err rim_video_in_pixels(rim_video_in *v, rim_frame *f);

#endif
