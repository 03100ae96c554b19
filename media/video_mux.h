// video_mux.h: a container and its encoders, for films and recordings alike.
//
// Inside media only; one thread. The first failure is logged with the path and kept:
// later calls return it silently.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_VIDEO_MUX_H
#define RIM_MEDIA_VIDEO_MUX_H

#include "base/err.h"
#include "media/file_out.h"
#include "media/recording.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

typedef struct rim_mux {
    char *path;
    AVFormatContext *format;
    AVPacket *packet;
    rim_file_out *file; // of a recording, beneath format->pb; NULL: FFmpeg's own file
    bool started;       // the header is written
    rim_err err;        // the first failure
} rim_mux;

typedef struct rim_encoder {
    AVCodecContext *codec;
    AVStream *stream; // belongs to the mux
    AVFrame *frame;   // the caller fills it, see rim_encoder_writable()
    int64_t last_pts; // in the codec's time base
} rim_encoder;

// container: FFmpeg's short name, "matroska", "mp4".
RIM_NODISCARD rim_err rim_mux_open(rim_mux *m, const char *path, const char *container);
// A stream for `encoder`, still to be set up.
RIM_NODISCARD rim_err rim_mux_add(rim_mux *m, rim_encoder *e, const AVCodec *encoder);
// Opens the encoder as it was set up in e->codec, and takes a frame for it. Frees
// *options.
RIM_NODISCARD rim_err rim_encoder_start(rim_mux *m, rim_encoder *e,
                                        AVDictionary **options);
// A stream of packets that are there already. NULL: no memory.
AVStream *rim_mux_add_stream(rim_mux *m);
// The file at `path` as an attachment called `name`. RIM_ERR_IO (logged), RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_mux_attach(rim_mux *m, const char *path, const char *name);
// From now on what is written is synced, see file_out.h: before rim_mux_start().
RIM_NODISCARD rim_err rim_mux_use_file(rim_mux *m);
// Opens the file and writes the header. Frees *options.
RIM_NODISCARD rim_err rim_mux_start(rim_mux *m, AVDictionary **options);
// Makes e->frame's pixels the caller's to write.
RIM_NODISCARD rim_err rim_encoder_writable(rim_mux *m, rim_encoder *e);

// Encodes e->frame, at `pts` or right after the one before, and writes what comes out,
// each packet with *stamp where that is not NULL.
RIM_NODISCARD rim_err rim_mux_encode(rim_mux *m, rim_encoder *e, int64_t pts,
                                     const rim_recording_stamp *stamp);
// Writes m->packet, whose data the caller has set, at `pts` (in the stream's time base),
// with *stamp where that is not NULL. The packet is left empty.
RIM_NODISCARD rim_err rim_mux_write(rim_mux *m, AVStream *stream, int64_t pts,
                                    const rim_recording_stamp *stamp);
// What was written stands in the file by itself from here on.
RIM_NODISCARD rim_err rim_mux_settle(rim_mux *m);
// Gets what the encoder still holds back. A failure is kept.
void rim_mux_flush(rim_mux *m, rim_encoder *e);

void rim_encoder_uninit(rim_encoder *e);
// Finishes the file and frees everything. Returns the first failure of all.
rim_err rim_mux_close(rim_mux *m);

#endif
