// video_pixels.h: pixels between FFmpeg's frames and ours. Inside media only.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_VIDEO_PIXELS_H
#define RIM_MEDIA_VIDEO_PIXELS_H

#include "base/err.h"
#include "base/frame.h"

#include <libavutil/frame.h>
#include <stdbool.h>

typedef struct rim_video_pixels {
    struct SwsContext *sws; // NULL until colour is converted
} rim_video_pixels;

// Grey that keeps its depth: bits of a sample, 8 to 16; 0: anything else.
int rim_video_grey_bits(enum AVPixelFormat format);
// GRAY16 from grey, BGRX8 from anything else. RIM_ERR_UNSUPPORTED: libswscale cannot
// convert this format; RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_video_pixels_read(rim_video_pixels *p, rim_frame *to,
                                            const AVFrame *from);
// BGRX8 into *to, yuv420p of at least its size, BT.709 in limited range. A frame that
// is larger by a row or a column repeats the last one.
RIM_NODISCARD rim_err rim_video_pixels_to_yuv(rim_video_pixels *p, AVFrame *to,
                                              const rim_frame *from);
void rim_video_pixels_uninit(rim_video_pixels *p);

#endif
