// video_state.h: a film that is being read, as video_in.c opens it, video_decode.c goes
// through its packets, and video_give.c gives out what became of them. Inside media only.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_VIDEO_STATE_H
#define RIM_MEDIA_VIDEO_STATE_H

#include "media/av_support.h"
#include "media/video_in.h"
#include "media/video_order.h"
#include "media/video_pixels.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

// Surfaces that were drawn while recording; each stays where it is.
typedef struct rim_video_mark {
    struct rim_video_mark *next;
    rim_surface_mark mark;
    rim_point *point;
} rim_video_mark;

struct rim_video_in {
    char *path;
    AVFormatContext *format;
    AVStream *stream; // belongs to `format`
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    rim_video_in_info info;
    rim_video_pixels pixels;
    rim_video_order order;
    rim_av_watch watch; // of the decoder's complaints
    bool log_tells;     // complaints mean damage, see open_decoder()
    bool is_recording;  // packets may carry their number and time
    bool is_stamped;    // some did
    int split_bits;     // of a NIR sample, where media/nir_pack.h made the pictures; 0
    rim_video_mark *marks;
    // TIFF: its one packet holds all pages, of which the decoder is told one at a time.
    AVPacket *sheet; // NULL: not a TIFF, or not read yet
    uint32_t page;   // decoded last, see tiff_pages.h
    int pages;       // so far

    int64_t packets;    // read so far: the index of the next
    int64_t pts_offset; // added where time stamps jumped back
    int64_t pts_max;    // of all packets, with the offset
    bool no_pts;        // some packet had none: frames count by their rate
    bool reading_ended; // the decoder was told so
    bool drained;       // and has given all
    bool has_frame;     // `frame` waits to be given out
    bool cut_off, end_told;
    bool is_first;          // of the file's streams: tells what is wrong with the file
    bool container_damaged; // since the last frame

    int64_t first_pts, last_pts; // of frames given out or lost
    uint64_t next_number;
};

// One step: a frame more (has_frame), or a packet more, or the end (drained).
void rim_video_decode_step(rim_video_in *v);

#endif
