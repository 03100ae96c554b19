// recorder_internal.h: what the files of the recorder share.
//
//     recorder.c         streams, frames
//     recorder_tag.c     what the tag says
//     recorder_choice.c  FFV1 or raw
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_RECORDER_INTERNAL_H
#define RIM_MEDIA_RECORDER_INTERNAL_H

#include "media/recorder.h"
#include "media/video_mux.h"

// The value of "nir.packing" for media/nir_pack.h.
#define RIM_RECORDING_SPLIT "split"

// JSON text of the tag; free() it. codec: RAW or FFV1. NULL: no memory.
char *rim_recorder_tag(const rim_source_info *info, const rim_record_options *o,
                       rim_record_codec codec);

// RAW or FFV1; says why where it had to choose.
rim_record_codec rim_recorder_choose(const char *path, const rim_source_info *info,
                                     const rim_record_options *o);

// Sets up *c for FFV1: `format`, size, threads, slices with checksums.
void rim_recorder_setup_ffv1(AVCodecContext *c, enum AVPixelFormat format, int width,
                             int height);
// The format that holds so many grey bits.
enum AVPixelFormat rim_recorder_grey_format(int bits);
// Of the visible picture, as FFV1 takes it; NONE: JPEG stays JPEG.
enum AVPixelFormat rim_recorder_visible_format(rim_record_visible form);

// GRAY16 into an AVFrame of rim_recorder_grey_format().
void rim_recorder_fill_grey(AVFrame *to, const rim_frame *from);

#endif
