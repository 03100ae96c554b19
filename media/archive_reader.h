// archive_reader.h: the packets of a recording, one after the other, in the order in
// which they were written. For archive.c only.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_ARCHIVE_READER_H
#define RIM_MEDIA_ARCHIVE_READER_H

#include "base/frame.h"
#include "media/recorder.h"
#include "media/recording.h"
#include "media/source_info.h"

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

typedef struct rim_archive_reader {
    const char *path;
    AVFormatContext *format;
    AVPacket *packet;
    AVFrame *frame;
    json_t *tag;
    int index[2];               // of the streams NIR and visible; -1: none
    AVCodecContext *decoder[2]; // FFV1; NULL: the packets are the pixels
    rim_source_info info;       // width, height, bits, fps, visible size
    rim_record_visible form;
    // Of the packet at hand:
    int stream; // 0: NIR, 1: visible
    rim_recording_stamp stamp;
    rim_point *mark; // stamp.mark
    bool damaged;
    int64_t position; // in the file
} rim_archive_reader;

// *r is to be closed whatever is returned. Logged.
RIM_NODISCARD rim_err rim_archive_reader_open(rim_archive_reader *r, const char *path);
void rim_archive_reader_close(rim_archive_reader *r);
// RIM_OK, RIM_END. A packet of FFV1 is decoded into r->frame.
rim_err rim_archive_reader_next(rim_archive_reader *r);
// The NIR samples at hand into *nir (GRAY16 of the size told).
void rim_archive_reader_nir(const rim_archive_reader *r, rim_frame *nir);
// The visible picture as the camera gave it: pixels BGRX where `form` says so, into
// *visible (BGRX8); else bytes, *size of them, in *data, which uses *visible's memory
// where it has to.
void rim_archive_reader_visible(const rim_archive_reader *r, rim_frame *visible,
                                const uint8_t **data, size_t *size);

#endif
