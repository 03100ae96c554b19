// unpack_jpeg.h: the pictures of a motion JPEG camera, by FFmpeg's decoder.
//
// One thread owns a decoder. The decoder takes and keeps its own memory: a motion
// JPEG camera is the one case in which the frame path allocates.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_UNPACK_JPEG_H
#define RIM_CAPTURE_UNPACK_JPEG_H

#include "base/err.h"
#include "base/frame.h"

typedef struct rim_jpeg rim_jpeg;

// For pictures of width x height: one that claims to be much larger is damaged, and
// takes no memory. RIM_ERR_UNSUPPORTED: this FFmpeg is built without the decoder.
RIM_NODISCARD rim_err rim_jpeg_create(rim_jpeg **out, int width, int height);
void rim_jpeg_destroy(rim_jpeg **j);
// Decodes one picture and fills *dst (GRAY16: luma, 8 bits; BGRX8: BT.601, full
// range, as JPEG has it). RIM_ERR_DAMAGED: truncated, not JPEG, not of dst's size.
RIM_NODISCARD rim_err rim_jpeg_frame(rim_jpeg *j, rim_frame *dst, const void *src,
                                     size_t bytes);

#endif
