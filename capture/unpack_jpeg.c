// unpack_jpeg.c: libavcodec's MJPEG decoder, then our own row functions.
// SPDX-License-Identifier: MIT
#include "capture/unpack_jpeg.h"

#include "capture/unpack_rows.h"

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Coded pictures are whole blocks of this side, with subsampling.
enum { BLOCK = 64 };

struct rim_jpeg {
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *picture;
    uint8_t *padded; // the picture's bytes with the zeros that the decoder wants
    size_t padded_bytes;
};

rim_err rim_jpeg_create(rim_jpeg **out, int width, int height)
{
    *out = NULL;
    const AVCodec *decoder = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
    if (!decoder)
        return RIM_ERR_UNSUPPORTED;
    rim_jpeg *j = calloc(1, sizeof *j);
    if (!j)
        return RIM_ERR_MEMORY;
    j->codec = avcodec_alloc_context3(decoder);
    j->packet = av_packet_alloc();
    j->picture = av_frame_alloc();
    if (!j->codec || !j->packet || !j->picture)
        goto fail;
    j->codec->thread_count = 1; // frame threads would hold pictures back
    j->codec->err_recognition = AV_EF_EXPLODE;
    j->codec->max_pixels = (int64_t)(width + BLOCK) * (height + BLOCK);
    j->codec->log_level_offset = AV_LOG_TRACE; // damage is counted, not printed
    if (avcodec_open2(j->codec, decoder, NULL) < 0)
        goto fail;
    *out = j;
    return RIM_OK;
fail:
    rim_jpeg_destroy(&j);
    return RIM_ERR_MEMORY;
}

void rim_jpeg_destroy(rim_jpeg **p)
{
    rim_jpeg *j = *p;
    if (!j)
        return;
    avcodec_free_context(&j->codec);
    av_packet_free(&j->packet);
    av_frame_free(&j->picture);
    free(j->padded);
    free(j);
    *p = NULL;
}

static rim_err decode(rim_jpeg *j, const void *src, size_t bytes)
{
    if (bytes < 4 || bytes > INT_MAX / 2)
        return RIM_ERR_DAMAGED;
    if (j->padded_bytes < bytes + AV_INPUT_BUFFER_PADDING_SIZE) {
        const size_t want = 2 * bytes + AV_INPUT_BUFFER_PADDING_SIZE;
        uint8_t *grown = realloc(j->padded, want);
        if (!grown)
            return RIM_ERR_MEMORY;
        j->padded = grown;
        j->padded_bytes = want;
    }
    memcpy(j->padded, src, bytes);
    memset(j->padded + bytes, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    j->packet->data = j->padded;
    j->packet->size = (int)bytes;
    av_frame_unref(j->picture);
    if (avcodec_send_packet(j->codec, j->packet) < 0 ||
        avcodec_receive_frame(j->codec, j->picture) < 0) {
        avcodec_flush_buffers(j->codec);
        return RIM_ERR_DAMAGED;
    }
    const bool whole =
        !j->picture->decode_error_flags && !(j->picture->flags & AV_FRAME_FLAG_CORRUPT);
    return whole ? RIM_OK : RIM_ERR_DAMAGED;
}

// Subsampling of the decoder's planar formats; false: one that cameras do not send.
static bool subsampling(int format, int *x_shift, int *y_shift)
{
    *x_shift = *y_shift = 0;
    switch (format) {
    case AV_PIX_FMT_GRAY8:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUV444P:
        return true;
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUV422P:
        *x_shift = 1;
        return true;
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUV440P:
        *y_shift = 1;
        return true;
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUV420P:
        *x_shift = *y_shift = 1;
        return true;
    default:
        return false;
    }
}

static void bgrx_row(uint8_t *dst, const AVFrame *f, int y, int x_shift, int y_shift)
{
    static const uint8_t none = 128; // no colour
    const uint8_t *luma = f->data[0] + (ptrdiff_t)y * f->linesize[0];
    rim_yuv_row row = {luma, &none, &none, 1, 0, 0};
    if (f->format != AV_PIX_FMT_GRAY8) {
        const ptrdiff_t chroma_y = y >> y_shift;
        row.u = f->data[1] + chroma_y * f->linesize[1];
        row.v = f->data[2] + chroma_y * f->linesize[2];
        row.chroma_step = 1;
        row.chroma_shift = x_shift;
    }
    rim_yuv_bgrx_c(dst, &row, f->width, &rim_yuv_bt601_full);
}

rim_err rim_jpeg_frame(rim_jpeg *j, rim_frame *dst, const void *src, size_t bytes)
{
    const rim_err err = decode(j, src, bytes);
    if (err)
        return err;
    const AVFrame *f = j->picture;
    int x_shift = 0, y_shift = 0;
    if (f->width != dst->width || f->height != dst->height ||
        !subsampling(f->format, &x_shift, &y_shift))
        return RIM_ERR_DAMAGED;
    for (int y = 0; y < dst->height; y++)
        if (dst->fmt == RIM_FMT_GRAY16)
            rim_row_from_8(rim_frame_row16(dst, y),
                           f->data[0] + (ptrdiff_t)y * f->linesize[0], dst->width);
        else
            bgrx_row(rim_frame_row8(dst, y), f, y, x_shift, y_shift);
    dst->bits = 8;
    return RIM_OK;
}
