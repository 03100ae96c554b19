// archive_reader.c: packets, their stamps, and pixels out of raw and FFV1 streams.
// SPDX-License-Identifier: MIT
#include "media/archive_reader.h"

#include "base/log.h"
#include "media/av_support.h"
#include "media/nir_pack.h"
#include "media/video_pixels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static rim_err refuse(const rim_archive_reader *r, const char *what)
{
    rim_log_error("%s: %s", r->path, what);
    return RIM_ERR_FORMAT;
}

static rim_err open_file(rim_archive_reader *r)
{
    const size_t size = strlen(r->path) + sizeof "file:";
    char *url = malloc(size);
    if (!url)
        return RIM_ERR_MEMORY;
    (void)snprintf(url, size, "file:%s", r->path);
    rim_av_init();
    rim_av_forget();
    int code = avformat_open_input(&r->format, url, NULL, NULL);
    free(url);
    if (code >= 0)
        code = avformat_find_stream_info(r->format, NULL);
    if (code >= 0)
        return RIM_OK;
    rim_log_error("%s: cannot be read: %s", r->path, rim_av_reason(code));
    return rim_av_err(code, RIM_ERR_FORMAT);
}

static rim_err read_tag(rim_archive_reader *r)
{
    const AVDictionaryEntry *tag =
        av_dict_get(r->format->metadata, RIM_RECORDING_TAG, NULL, 0);
    r->tag = tag ? json_loads(tag->value, 0, NULL) : NULL;
    if (!json_is_object(r->tag))
        return refuse(r, "not a recording of --record; name one");
    if (json_integer_value(json_object_get(r->tag, "version")) != RIM_RECORDING_VERSION)
        return refuse(r, "a recording of another version; `rimlight replay --record` "
                         "makes one of this");
    const json_t *nir = json_object_get(r->tag, "nir");
    r->info.width = (int)json_integer_value(json_object_get(nir, "width"));
    r->info.height = (int)json_integer_value(json_object_get(nir, "height"));
    r->info.bits = (int)json_integer_value(json_object_get(nir, "bit_depth"));
    r->info.fps = json_number_value(json_object_get(r->tag, "fps"));
    return RIM_OK;
}

static void find_streams(rim_archive_reader *r)
{
    int found = 0;
    r->index[0] = r->index[1] = -1;
    for (unsigned i = 0; i < r->format->nb_streams && found < 2; i++) {
        const AVStream *s = r->format->streams[i];
        if (s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
            !(s->disposition & AV_DISPOSITION_ATTACHED_PIC))
            r->index[found++] = (int)i;
    }
}

static rim_err open_decoder(rim_archive_reader *r, int i)
{
    const AVCodecParameters *par = r->format->streams[r->index[i]]->codecpar;
    const AVCodec *decoder = avcodec_find_decoder(AV_CODEC_ID_FFV1);
    AVCodecContext *c = decoder ? avcodec_alloc_context3(decoder) : NULL;
    r->decoder[i] = c;
    if (!c || avcodec_parameters_to_context(c, par) < 0)
        return RIM_ERR_MEMORY;
    c->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    c->thread_type = FF_THREAD_SLICE;
    c->thread_count = 4;
    return avcodec_open2(c, decoder, NULL) < 0 ? RIM_ERR_UNSUPPORTED : RIM_OK;
}

static rim_err check_nir(rim_archive_reader *r)
{
    const AVCodecParameters *par = r->format->streams[r->index[0]]->codecpar;
    const rim_source_info *i = &r->info;
    if (i->width < 1 || i->height < 1 || i->width > RIM_FRAME_SIDE_MAX ||
        i->height > RIM_FRAME_SIDE_MAX || i->bits < 8 || i->bits > 16 ||
        par->width != i->width)
        return refuse(r, "its tag does not fit its pictures; copy it again from its "
                         "source");
    if (par->codec_id == AV_CODEC_ID_FFV1)
        return par->height == i->height
                   ? open_decoder(r, 0)
                   : refuse(r, "its tag does not fit its pictures");
    if (par->codec_id != AV_CODEC_ID_RAWVIDEO || par->format != AV_PIX_FMT_GRAY8 ||
        par->height != rim_nir_pack_rows(i->width, i->height, i->bits))
        return refuse(r, "its tag does not fit its pictures; copy it again from its "
                         "source");
    return RIM_OK;
}

static rim_err check_visible(rim_archive_reader *r)
{
    const AVCodecParameters *par = r->format->streams[r->index[1]]->codecpar;
    r->info.visible_width = par->width;
    r->info.visible_height = par->height;
    if (par->width < 1 || par->height < 1 || par->width > RIM_FRAME_SIDE_MAX ||
        par->height > RIM_FRAME_SIDE_MAX)
        return refuse(r, "its visible pictures are too large");
    const bool ffv1 = par->codec_id == AV_CODEC_ID_FFV1;
    if (par->codec_id == AV_CODEC_ID_MJPEG)
        r->form = RIM_RECORD_VISIBLE_JPEG;
    else if (par->format == AV_PIX_FMT_YUYV422)
        r->form = RIM_RECORD_VISIBLE_YUYV;
    else if (par->format == AV_PIX_FMT_UYVY422)
        r->form = RIM_RECORD_VISIBLE_UYVY;
    else if (ffv1 && par->format == AV_PIX_FMT_YUV422P)
        r->form = RIM_RECORD_VISIBLE_YUYV; // or the other; both are the same samples
    else if (par->format == AV_PIX_FMT_BGR24 ||
             (ffv1 && par->format == AV_PIX_FMT_BGR0))
        r->form = RIM_RECORD_VISIBLE_BGRX;
    else
        return refuse(r, "its visible pictures are of no form that --record writes");
    return ffv1 ? open_decoder(r, 1) : RIM_OK;
}

rim_err rim_archive_reader_open(rim_archive_reader *r, const char *path)
{
    *r = (rim_archive_reader){.path = path};
    r->packet = av_packet_alloc();
    r->frame = av_frame_alloc();
    if (!r->packet || !r->frame)
        return RIM_ERR_MEMORY;
    rim_err err = open_file(r);
    if (!err)
        err = read_tag(r);
    if (err)
        return err;
    find_streams(r);
    if (r->index[0] < 0)
        return refuse(r, "no frames in it");
    err = check_nir(r);
    if (!err && r->index[1] >= 0)
        err = check_visible(r);
    return err;
}

void rim_archive_reader_close(rim_archive_reader *r)
{
    avcodec_free_context(&r->decoder[0]);
    avcodec_free_context(&r->decoder[1]);
    avformat_close_input(&r->format);
    av_packet_free(&r->packet);
    av_frame_free(&r->frame);
    json_decref(r->tag);
    free(r->mark);
    r->mark = NULL;
    r->tag = NULL;
}

static bool decode(rim_archive_reader *r)
{
    AVCodecContext *c = r->decoder[r->stream];
    av_frame_unref(r->frame);
    return avcodec_send_packet(c, r->packet) >= 0 &&
           avcodec_receive_frame(c, r->frame) >= 0 && r->frame->width == c->width &&
           r->frame->height == c->height && !r->frame->decode_error_flags;
}

// As many bytes as the pixels take.
static bool has_pixels(const rim_archive_reader *r)
{
    const AVCodecParameters *par = r->format->streams[r->index[r->stream]]->codecpar;
    const int64_t pixels = (int64_t)par->width * par->height;
    if (r->stream == 0)
        return r->packet->size >= pixels;
    return r->form == RIM_RECORD_VISIBLE_JPEG ||
           r->packet->size >= pixels * (r->form == RIM_RECORD_VISIBLE_BGRX ? 3 : 2);
}

rim_err rim_archive_reader_next(rim_archive_reader *r)
{
    for (;;) {
        free(r->mark);
        r->mark = NULL;
        av_packet_unref(r->packet);
        if (av_read_frame(r->format, r->packet) < 0)
            return RIM_END;
        if (r->packet->stream_index == r->index[0])
            r->stream = 0;
        else if (r->packet->stream_index == r->index[1])
            r->stream = 1;
        else
            continue;
        if (r->packet->pos > 0)
            r->position = r->packet->pos;
        r->damaged = !rim_recording_stamp_get(&r->stamp, &r->mark, r->packet) ||
                     !r->stamp.intact ||
                     (r->decoder[r->stream] ? !decode(r) : !has_pixels(r));
        return RIM_OK;
    }
}

void rim_archive_reader_nir(const rim_archive_reader *r, rim_frame *nir)
{
    rim_video_pixels none = {0};
    bool ok = true;
    if (!r->decoder[0])
        rim_nir_unpack(nir, r->packet->data, nir->width, r->info.bits);
    else
        ok = rim_video_pixels_read(&none, nir, r->frame) == RIM_OK;
    assert(ok); // grey needs no conversion
    (void)ok;
    nir->seq = r->stamp.seq;
    nir->captured_ns = r->stamp.t_ns;
    nir->bits = r->info.bits;
}

static void bgrx_from_24(rim_frame *to, const uint8_t *from)
{
    for (int y = 0; y < to->height; y++) {
        uint8_t *p = rim_frame_row8(to, y);
        for (int x = 0; x < to->width; x++, p += 4, from += 3) {
            memcpy(p, from, 3);
            p[3] = 255;
        }
    }
}

static void bgrx_from_frame(rim_frame *to, const AVFrame *from)
{
    for (int y = 0; y < to->height; y++) {
        uint8_t *p = rim_frame_row8(to, y);
        memcpy(p, from->data[0] + (ptrdiff_t)y * from->linesize[0],
               4 * (size_t)to->width);
        for (int x = 0; x < to->width; x++)
            p[4 * (ptrdiff_t)x + 3] = 255;
    }
}

static void yuyv_from_frame(uint8_t *to, const AVFrame *from)
{
    for (int y = 0; y < from->height; y++) {
        const uint8_t *luma = from->data[0] + (ptrdiff_t)y * from->linesize[0];
        const uint8_t *u = from->data[1] + (ptrdiff_t)y * from->linesize[1];
        const uint8_t *v = from->data[2] + (ptrdiff_t)y * from->linesize[2];
        for (int x = 0; x < from->width / 2; x++, to += 4) {
            to[0] = luma[2 * x];
            to[1] = u[x];
            to[2] = luma[2 * x + 1];
            to[3] = v[x];
        }
    }
}

void rim_archive_reader_visible(const rim_archive_reader *r, rim_frame *visible,
                                const uint8_t **data, size_t *size)
{
    *data = r->packet->data;
    *size = (size_t)r->packet->size;
    visible->seq = r->stamp.seq;
    visible->captured_ns = r->stamp.t_ns;
    if (r->form == RIM_RECORD_VISIBLE_JPEG)
        return;
    if (r->form == RIM_RECORD_VISIBLE_BGRX) {
        if (r->decoder[1])
            bgrx_from_frame(visible, r->frame);
        else
            bgrx_from_24(visible, r->packet->data);
        return;
    }
    *size = 2 * (size_t)visible->width * (size_t)visible->height;
    if (!r->decoder[1])
        return;
    yuyv_from_frame(visible->data, r->frame);
    *data = visible->data;
}
