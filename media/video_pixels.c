// video_pixels.c: grey sample by sample, colour through libswscale.
// SPDX-License-Identifier: MIT
#include "media/video_pixels.h"

#include <assert.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <string.h>

// The same bytes on every machine: no shortcuts, no machine's own rounding.
enum {
    SWS_EXACT = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT |
                SWS_FULL_CHR_H_INP,
};

// Lines from which an untagged film counts as high definition.
enum { HD_LINES = 720 };

int rim_video_grey_bits(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
    const uint64_t other = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                           AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT |
                           AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BAYER;
    if (!d || d->flags & other)
        return 0;
    const int colours = d->nb_components - (d->flags & AV_PIX_FMT_FLAG_ALPHA ? 1 : 0);
    const AVComponentDescriptor *luma = &d->comp[0];
    if (colours != 1 || luma->shift != 0 || luma->depth < 8 || luma->depth > 16)
        return 0;
    return luma->depth;
}

static void read_grey(rim_frame *to, const AVFrame *from)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)from->format);
    const AVComponentDescriptor *luma = &d->comp[0];
    const bool big = (d->flags & AV_PIX_FMT_FLAG_BE) != 0;
    for (int y = 0; y < to->height; y++) {
        const uint8_t *p =
            from->data[0] + (ptrdiff_t)y * from->linesize[0] + luma->offset;
        uint16_t *row = rim_frame_row16(to, y);
        if (luma->depth == 8)
            for (int x = 0; x < to->width; x++)
                row[x] = p[x * (ptrdiff_t)luma->step];
        else if (big)
            for (int x = 0; x < to->width; x++)
                row[x] = AV_RB16(p + x * (ptrdiff_t)luma->step);
        else
            for (int x = 0; x < to->width; x++)
                row[x] = AV_RL16(p + x * (ptrdiff_t)luma->step);
    }
}

static bool is_full_range(const AVFrame *f)
{
    switch (f->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
        return true;
    default:
        return f->color_range == AVCOL_RANGE_JPEG;
    }
}

static int matrix_of(const AVFrame *f)
{
    if (f->colorspace == AVCOL_SPC_UNSPECIFIED || f->colorspace == AVCOL_SPC_RGB)
        return f->height >= HD_LINES ? SWS_CS_ITU709 : SWS_CS_ITU601;
    return (int)f->colorspace; // libswscale numbers them alike
}

static rim_err prepare_reading(rim_video_pixels *p, const rim_frame *to,
                               const AVFrame *from)
{
    p->sws = sws_getCachedContext(
        p->sws, from->width, from->height, (enum AVPixelFormat)from->format, to->width,
        to->height, AV_PIX_FMT_BGR0, SWS_EXACT, NULL, NULL, NULL);
    if (!p->sws)
        return RIM_ERR_UNSUPPORTED;
    // Fails for formats that have no matrix, which is as well.
    (void)sws_setColorspaceDetails(
        p->sws, sws_getCoefficients(matrix_of(from)), is_full_range(from),
        sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    return RIM_OK;
}

static rim_err read_colour(rim_video_pixels *p, rim_frame *to, const AVFrame *from)
{
    if (from->format == AV_PIX_FMT_BGR0) {
        for (int y = 0; y < to->height; y++)
            memcpy(rim_frame_row8(to, y),
                   from->data[0] + (ptrdiff_t)y * from->linesize[0],
                   (size_t)to->width * 4);
    } else {
        const rim_err err = prepare_reading(p, to, from);
        if (err)
            return err;
        uint8_t *const planes[4] = {to->data};
        const int strides[4] = {(int)to->stride};
        if (sws_scale(p->sws, (const uint8_t *const *)from->data, from->linesize, 0,
                      from->height, planes, strides) != to->height)
            return RIM_ERR_UNSUPPORTED;
    }
    for (int y = 0; y < to->height; y++) {
        uint8_t *row = rim_frame_row8(to, y);
        for (int x = 0; x < to->width; x++)
            row[4 * (ptrdiff_t)x + 3] = 255;
    }
    return RIM_OK;
}

rim_err rim_video_pixels_read(rim_video_pixels *p, rim_frame *to, const AVFrame *from)
{
    assert(to->width == from->width && to->height == from->height);
    if (to->fmt == RIM_FMT_BGRX8)
        return read_colour(p, to, from);
    assert(rim_video_grey_bits((enum AVPixelFormat)from->format) > 0);
    read_grey(to, from);
    return RIM_OK;
}

rim_err rim_video_pixels_to_yuv(rim_video_pixels *p, AVFrame *to, const rim_frame *from)
{
    p->sws = sws_getCachedContext(p->sws, from->width, from->height, AV_PIX_FMT_BGR0,
                                  from->width, from->height, AV_PIX_FMT_YUV420P,
                                  SWS_EXACT, NULL, NULL, NULL);
    if (!p->sws)
        return RIM_ERR_UNSUPPORTED;
    const int *bt709 = sws_getCoefficients(SWS_CS_ITU709);
    (void)sws_setColorspaceDetails(p->sws, bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
    const uint8_t *const planes[4] = {from->data};
    const int strides[4] = {(int)from->stride};
    (void)sws_scale(p->sws, planes, strides, 0, from->height, to->data, to->linesize);
    // Chroma of an odd size already reaches into the last column and row.
    for (int y = 0; y < from->height && to->width > from->width; y++) {
        uint8_t *end = to->data[0] + (ptrdiff_t)y * to->linesize[0] + from->width;
        end[0] = end[-1];
    }
    if (to->height > from->height) {
        uint8_t *last = to->data[0] + (ptrdiff_t)from->height * to->linesize[0];
        memcpy(last, last - to->linesize[0], (size_t)to->width);
    }
    return RIM_OK;
}

void rim_video_pixels_uninit(rim_video_pixels *p)
{
    sws_freeContext(p->sws);
    p->sws = NULL;
}
