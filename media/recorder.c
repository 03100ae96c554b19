// recorder.c: the streams of a recording, and its frames.
// SPDX-License-Identifier: MIT
#include "media/recorder.h"

#include "base/log.h"
#include "media/av_support.h"
#include "media/nir_pack.h"
#include "media/recorder_internal.h"

#include <assert.h>
#include <libavutil/intreadwrite.h>
#include <stdlib.h>
#include <string.h>

// Matroska counts milliseconds; exact times travel beside the blocks.
enum { TIME_BASE = 1000 };

// A stream of packets that no encoder makes.
typedef struct plain {
    AVStream *stream; // NULL: it has an encoder, or is not there
    AVBufferPool *pool;
    size_t bytes; // of a frame; 0: they differ
    int64_t last_pts;
} plain;

struct rim_recorder {
    rim_mux mux;
    rim_encoder nir, visible; // .codec NULL: plain
    plain plain_nir, plain_visible;
    int width, height, bits; // of NIR frames
    int visible_width, visible_height;
    rim_record_visible form;
    int64_t start_ns;
};

// ---- streams ----

static rim_err add_ffv1(rim_recorder *r, rim_encoder *e, enum AVPixelFormat format,
                        int width, int height, double fps)
{
    const AVCodec *ffv1 = avcodec_find_encoder(AV_CODEC_ID_FFV1);
    if (!ffv1) {
        rim_log_error("%s: FFmpeg was built without FFV1; use --record-codec raw",
                      r->mux.path);
        return RIM_ERR_UNSUPPORTED;
    }
    rim_err err = rim_mux_add(&r->mux, e, ffv1);
    if (err)
        return err;
    AVCodecContext *c = e->codec;
    rim_recorder_setup_ffv1(c, format, width, height);
    c->time_base = (AVRational){1, TIME_BASE};
    if (fps > 0)
        c->framerate = av_d2q(fps, 100000);
    c->color_range = AVCOL_RANGE_JPEG; // samples as they are
    AVDictionary *options = NULL;
    return rim_encoder_start(&r->mux, e, &options);
}

static rim_err add_plain(rim_recorder *r, plain *p, const AVCodecParameters *like,
                         size_t bytes, double fps)
{
    p->stream = rim_mux_add_stream(&r->mux);
    p->bytes = bytes;
    p->last_pts = INT64_MIN;
    if (!p->stream)
        return RIM_ERR_MEMORY;
    AVCodecParameters *par = p->stream->codecpar;
    *par = *like;
    par->codec_type = AVMEDIA_TYPE_VIDEO;
    p->stream->time_base = (AVRational){1, TIME_BASE};
    if (fps > 0)
        p->stream->avg_frame_rate = av_d2q(fps, 100000);
    if (bytes > 0)
        p->pool = av_buffer_pool_init(bytes + AV_INPUT_BUFFER_PADDING_SIZE, NULL);
    return bytes > 0 && !p->pool ? RIM_ERR_MEMORY : RIM_OK;
}

static rim_err add_nir(rim_recorder *r, const rim_source_info *info,
                       rim_record_codec codec)
{
    if (codec == RIM_RECORD_FFV1)
        return add_ffv1(r, &r->nir, rim_recorder_grey_format(info->bits), info->width,
                        info->height, info->fps);
    const int rows = rim_nir_pack_rows(info->width, info->height, info->bits);
    const AVCodecParameters like = {.codec_id = AV_CODEC_ID_RAWVIDEO,
                                    .codec_tag = MKTAG('Y', '8', '0', '0'),
                                    .format = AV_PIX_FMT_GRAY8,
                                    .width = info->width,
                                    .height = rows,
                                    .color_range = AVCOL_RANGE_JPEG};
    return add_plain(r, &r->plain_nir, &like, (size_t)info->width * (size_t)rows,
                     info->fps);
}

static void set_yuv(AVCodecParameters *par, const rim_record_options *o)
{
    par->color_range = o->visible_full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    par->color_space = o->visible_bt709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

static rim_err add_plain_visible(rim_recorder *r, const rim_source_info *info,
                                 const rim_record_options *o)
{
    AVCodecParameters like = {.codec_id = AV_CODEC_ID_RAWVIDEO,
                              .width = info->visible_width,
                              .height = info->visible_height};
    const size_t pixels = (size_t)info->visible_width * (size_t)info->visible_height;
    switch (o->visible) {
    case RIM_RECORD_VISIBLE_BGRX:
        like.format = AV_PIX_FMT_BGR24;
        like.bits_per_coded_sample = 24;
        return add_plain(r, &r->plain_visible, &like, 3 * pixels, info->fps);
    case RIM_RECORD_VISIBLE_JPEG:
        like.codec_id = AV_CODEC_ID_MJPEG;
        like.format = AV_PIX_FMT_YUVJ422P;
        return add_plain(r, &r->plain_visible, &like, 0, info->fps);
    case RIM_RECORD_VISIBLE_YUYV:
        like.codec_tag = MKTAG('Y', 'U', 'Y', '2');
        like.format = AV_PIX_FMT_YUYV422;
        break;
    case RIM_RECORD_VISIBLE_UYVY:
        like.codec_tag = MKTAG('U', 'Y', 'V', 'Y');
        like.format = AV_PIX_FMT_UYVY422;
        break;
    }
    set_yuv(&like, o);
    return add_plain(r, &r->plain_visible, &like, 2 * pixels, info->fps);
}

static rim_err add_visible(rim_recorder *r, const rim_source_info *info,
                           const rim_record_options *o, rim_record_codec codec)
{
    r->form = o->visible;
    if (codec == RIM_RECORD_RAW || o->visible == RIM_RECORD_VISIBLE_JPEG)
        return add_plain_visible(r, info, o);
    const rim_err err =
        add_ffv1(r, &r->visible, rim_recorder_visible_format(o->visible),
                 info->visible_width, info->visible_height, info->fps);
    if (!err && o->visible != RIM_RECORD_VISIBLE_BGRX)
        set_yuv(r->visible.stream->codecpar, o);
    return err;
}

static rim_err set_tags(rim_recorder *r, const rim_source_info *info,
                        const rim_record_options *o, rim_record_codec codec)
{
    char *tag = o->tag ? strdup(o->tag) : rim_recorder_tag(info, o, codec);
    if (!tag)
        return RIM_ERR_MEMORY;
    int code = av_dict_set(&r->mux.format->metadata, RIM_RECORDING_TAG, tag, 0);
    free(tag);
    AVStream *const *s = r->mux.format->streams;
    if (code >= 0)
        code = av_dict_set(&s[0]->metadata, "title", "NIR", 0);
    if (code >= 0 && info->visible_width)
        code = av_dict_set(&s[1]->metadata, "title", "visible", 0);
    return code < 0 ? RIM_ERR_MEMORY : RIM_OK;
}

static rim_err start(rim_recorder *r, const char *path, const rim_source_info *info,
                     const rim_record_options *o)
{
    rim_err err = rim_mux_open(&r->mux, path, "matroska");
    if (!err)
        err = rim_mux_use_file(&r->mux); // before the choice takes its time
    if (err)
        return err;
    const rim_record_codec codec = rim_recorder_choose(path, info, o);
    err = add_nir(r, info, codec);
    if (!err && info->visible_width)
        err = add_visible(r, info, o, codec);
    for (int i = 0; !err && i < o->attachment_count; i++)
        err = rim_mux_attach(&r->mux, o->attachment[i].path, o->attachment[i].name);
    if (!err)
        err = set_tags(r, info, o, codec);
    if (err)
        return err;
    AVDictionary *options = NULL;
    (void)av_dict_set(&options, "allow_raw_vfw", "1", 0);
    (void)av_dict_set(&options, "write_crc32", "0", 0); // each frame has its own sum
    return rim_mux_start(&r->mux, &options);
}

static rim_err destroy(rim_recorder *r)
{
    rim_mux_flush(&r->mux, &r->nir);
    rim_mux_flush(&r->mux, &r->visible);
    const rim_err err = rim_mux_close(&r->mux);
    rim_encoder_uninit(&r->nir);
    rim_encoder_uninit(&r->visible);
    av_buffer_pool_uninit(&r->plain_nir.pool);
    av_buffer_pool_uninit(&r->plain_visible.pool);
    free(r);
    return err;
}

rim_err rim_recorder_open(rim_recorder **out, const char *path,
                          const rim_source_info *info,
                          const rim_record_options *options)
{
    static const rim_record_options defaults;
    const rim_record_options *o = options ? options : &defaults;
    *out = NULL;
    if (info->width < 1 || info->height < 1 || info->bits < 8 || info->bits > 16)
        return RIM_ERR_ARG;
    rim_recorder *r = calloc(1, sizeof *r);
    if (!r)
        return RIM_ERR_MEMORY;
    r->width = info->width;
    r->height = info->height;
    r->bits = info->bits;
    r->visible_width = info->visible_width;
    r->visible_height = info->visible_height;
    r->start_ns = o->start_ns;
    const rim_err err = start(r, path, info, o);
    if (err == RIM_ERR_MEMORY)
        rim_log_error("%s: not enough memory to record", path);
    if (err)
        destroy(r);
    else
        *out = r;
    return err;
}

// ---- frames ----

void rim_recorder_fill_grey(AVFrame *to, const rim_frame *from)
{
    for (int y = 0; y < from->height; y++) {
        uint8_t *row = to->data[0] + (ptrdiff_t)y * to->linesize[0];
        const uint16_t *samples = rim_frame_row16(from, y);
        if (to->format == AV_PIX_FMT_GRAY8)
            for (int x = 0; x < from->width; x++)
                row[x] = (uint8_t)samples[x];
        else
            for (int x = 0; x < from->width; x++)
                AV_WL16(row + 2 * (ptrdiff_t)x, samples[x]);
    }
}

static void fill_bgr0(AVFrame *to, const rim_frame *from)
{
    for (int y = 0; y < from->height; y++)
        memcpy(to->data[0] + (ptrdiff_t)y * to->linesize[0], rim_frame_row8(from, y),
               (size_t)from->width * 4);
}

// luma: the byte of the first luma sample, 0 or 1; chroma stands between.
static void fill_422(AVFrame *to, const uint8_t *from, int luma)
{
    const int half = (to->width + 1) / 2;
    for (int y = 0; y < to->height; y++, from += 2 * (ptrdiff_t)to->width) {
        uint8_t *yy = to->data[0] + (ptrdiff_t)y * to->linesize[0];
        uint8_t *u = to->data[1] + (ptrdiff_t)y * to->linesize[1];
        uint8_t *v = to->data[2] + (ptrdiff_t)y * to->linesize[2];
        for (int x = 0; x < half; x++) {
            yy[2 * x] = from[4 * x + luma];
            yy[2 * x + 1] = from[4 * x + 2 + luma];
            u[x] = from[4 * x + 1 - luma];
            v[x] = from[4 * x + 3 - luma];
        }
    }
}

static void fill_bgr24(uint8_t *to, const rim_frame *from)
{
    for (int y = 0; y < from->height; y++) {
        const uint8_t *p = rim_frame_row8(from, y);
        for (int x = 0; x < from->width; x++, p += 4, to += 3) {
            to[0] = p[0];
            to[1] = p[1];
            to[2] = p[2];
        }
    }
}

static int64_t pts_of(const rim_recording_stamp *stamp)
{
    return av_rescale(stamp->t_ns, TIME_BASE, 1000000000);
}

static rim_recording_stamp stamp_frame(const rim_recorder *r, const rim_frame *f,
                                       const rim_recording_stamp *given)
{
    rim_recording_stamp stamp = given ? *given : (rim_recording_stamp){0};
    stamp.seq = f->seq;
    stamp.t_ns = f->captured_ns - r->start_ns;
    return stamp;
}

// A packet of `bytes` out of the stream's pool, to be filled.
static rim_err new_packet(rim_recorder *r, plain *p, size_t bytes)
{
    AVPacket *packet = r->mux.packet;
    if (r->mux.err)
        return r->mux.err;
    packet->buf = p->pool ? av_buffer_pool_get(p->pool)
                          : av_buffer_alloc(bytes + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!packet->buf) {
        rim_log_error("%s: no memory for a frame", r->mux.path);
        return r->mux.err = RIM_ERR_MEMORY;
    }
    packet->data = packet->buf->data;
    packet->size = (int)bytes;
    return RIM_OK;
}

static rim_err write_packet(rim_recorder *r, plain *p, const rim_recording_stamp *stamp)
{
    int64_t pts = pts_of(stamp);
    if (pts <= p->last_pts)
        pts = p->last_pts + 1;
    p->last_pts = pts;
    const rim_err err = rim_mux_write(&r->mux, p->stream, pts, stamp);
    return err ? err : rim_mux_settle(&r->mux);
}

static rim_err encode(rim_recorder *r, rim_encoder *e, const rim_recording_stamp *stamp)
{
    const rim_err err = rim_mux_encode(&r->mux, e, pts_of(stamp), stamp);
    return err ? err : rim_mux_settle(&r->mux);
}

rim_err rim_recorder_write_nir(rim_recorder *r, const rim_frame *nir,
                               const rim_recording_stamp *given)
{
    if (nir->fmt != RIM_FMT_GRAY16 || nir->width != r->width ||
        nir->height != r->height || nir->bits > r->bits)
        return RIM_ERR_ARG;
    const rim_recording_stamp stamp = stamp_frame(r, nir, given);
    if (r->nir.codec) {
        const rim_err err = rim_encoder_writable(&r->mux, &r->nir);
        if (err)
            return err;
        rim_recorder_fill_grey(r->nir.frame, nir);
        return encode(r, &r->nir, &stamp);
    }
    const rim_err err = new_packet(r, &r->plain_nir, r->plain_nir.bytes);
    if (err)
        return err;
    rim_nir_pack(r->mux.packet->data, nir, r->bits);
    return write_packet(r, &r->plain_nir, &stamp);
}

rim_err rim_recorder_write_visible(rim_recorder *r, const rim_frame *visible,
                                   const rim_recording_stamp *given)
{
    if (r->form != RIM_RECORD_VISIBLE_BGRX || visible->fmt != RIM_FMT_BGRX8 ||
        visible->width != r->visible_width || visible->height != r->visible_height)
        return RIM_ERR_ARG;
    const rim_recording_stamp stamp = stamp_frame(r, visible, given);
    if (r->visible.codec) {
        const rim_err err = rim_encoder_writable(&r->mux, &r->visible);
        if (err)
            return err;
        fill_bgr0(r->visible.frame, visible);
        return encode(r, &r->visible, &stamp);
    }
    const rim_err err = new_packet(r, &r->plain_visible, r->plain_visible.bytes);
    if (err)
        return err;
    fill_bgr24(r->mux.packet->data, visible);
    return write_packet(r, &r->plain_visible, &stamp);
}

rim_err rim_recorder_write_bytes(rim_recorder *r, const uint8_t *data, size_t bytes,
                                 const rim_recording_stamp *stamp)
{
    const size_t wanted =
        r->form == RIM_RECORD_VISIBLE_JPEG
            ? bytes
            : 2 * (size_t)r->visible_width * (size_t)r->visible_height;
    if (r->form == RIM_RECORD_VISIBLE_BGRX || bytes == 0 || bytes < wanted ||
        wanted > INT32_MAX / 2)
        return RIM_ERR_ARG;
    if (r->visible.codec) {
        const rim_err err = rim_encoder_writable(&r->mux, &r->visible);
        if (err)
            return err;
        fill_422(r->visible.frame, data, r->form == RIM_RECORD_VISIBLE_UYVY);
        return encode(r, &r->visible, stamp);
    }
    const rim_err err = new_packet(r, &r->plain_visible, wanted);
    if (err)
        return err;
    memcpy(r->mux.packet->data, data, wanted);
    return write_packet(r, &r->plain_visible, stamp);
}

rim_err rim_recorder_write(rim_recorder *r, const rim_frame *nir,
                           const rim_frame *visible, const rim_surface_mark *mark)
{
    rim_recording_stamp stamp = {.has_visible = r->visible_width > 0,
                                 .visible = visible ? (int64_t)nir->seq : -1};
    if (mark) {
        stamp.mark = mark->point;
        stamp.mark_count = mark->count ? mark->count : -1;
    }
    if (visible) {
        rim_frame paired = *visible; // under the number and time of its partner
        paired.seq = nir->seq;
        paired.captured_ns = nir->captured_ns;
        const rim_err err = rim_recorder_write_visible(r, &paired, NULL);
        if (err)
            return err;
    }
    return rim_recorder_write_nir(r, nir, &stamp);
}

rim_record_codec rim_recorder_codec(const rim_recorder *r)
{
    return r->nir.codec ? RIM_RECORD_FFV1 : RIM_RECORD_RAW;
}

int64_t rim_recorder_size(const rim_recorder *r)
{
    return r->mux.file ? rim_file_out_size(r->mux.file) : 0;
}

int64_t rim_recorder_room(const rim_recorder *r)
{
    return r->mux.file ? rim_file_out_room(r->mux.file) : -1;
}

rim_err rim_recorder_close(rim_recorder **r)
{
    const rim_err err = *r ? destroy(*r) : RIM_OK;
    *r = NULL;
    return err;
}
