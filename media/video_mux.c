// video_mux.c: see video_mux.h.
// SPDX-License-Identifier: MIT
#include "media/video_mux.h"

#include "base/log.h"
#include "media/av_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rim_err fail(rim_mux *m, int code)
{
    if (m->err)
        return m->err;
    m->err = rim_av_err(code, RIM_ERR_IO);
    rim_log_error("%s: cannot be written: %s; free space or choose another place",
                  m->path, rim_av_reason(code));
    return m->err;
}

rim_err rim_mux_open(rim_mux *m, const char *path, const char *container)
{
    *m = (rim_mux){0};
    rim_av_init();
    rim_av_forget();
    m->path = strdup(path);
    m->packet = av_packet_alloc();
    if (!m->path || !m->packet)
        return m->err = RIM_ERR_MEMORY;
    const int code = avformat_alloc_output_context2(&m->format, NULL, container, NULL);
    if (code < 0)
        return fail(m, code);
    // No program versions in the file: the same frames, the same bytes.
    m->format->flags |= AVFMT_FLAG_BITEXACT;
    return RIM_OK;
}

rim_err rim_mux_add(rim_mux *m, rim_encoder *e, const AVCodec *encoder)
{
    *e = (rim_encoder){.last_pts = INT64_MIN};
    e->codec = avcodec_alloc_context3(encoder);
    e->stream = avformat_new_stream(m->format, NULL);
    e->frame = av_frame_alloc();
    if (!e->codec || !e->stream || !e->frame)
        return m->err = RIM_ERR_MEMORY;
    e->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (m->format->oformat->flags & AVFMT_GLOBALHEADER)
        e->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    return RIM_OK;
}

rim_err rim_encoder_start(rim_mux *m, rim_encoder *e, AVDictionary **options)
{
    AVCodecContext *c = e->codec;
    int code = avcodec_open2(c, NULL, options);
    av_dict_free(options);
    if (code < 0)
        return fail(m, code);
    e->stream->time_base = c->time_base;
    e->stream->avg_frame_rate = c->framerate;
    code = avcodec_parameters_from_context(e->stream->codecpar, c);
    if (code < 0)
        return fail(m, code);
    e->frame->format = c->pix_fmt;
    e->frame->width = c->width;
    e->frame->height = c->height;
    e->frame->color_range = c->color_range;
    e->frame->colorspace = c->colorspace;
    code = av_frame_get_buffer(e->frame, 0);
    return code < 0 ? fail(m, code) : RIM_OK;
}

rim_err rim_mux_start(rim_mux *m, AVDictionary **options)
{
    const size_t size = strlen(m->path) + sizeof "file:";
    char *url = malloc(size); // a name may look like "rtsp:..."
    if (!url) {
        av_dict_free(options);
        return m->err = RIM_ERR_MEMORY;
    }
    (void)snprintf(url, size, "file:%s", m->path);
    rim_av_forget();
    int code = avio_open(&m->format->pb, url, AVIO_FLAG_WRITE);
    free(url);
    if (code >= 0)
        code = avformat_write_header(m->format, options);
    av_dict_free(options);
    if (code < 0)
        return fail(m, code);
    m->started = true;
    return RIM_OK;
}

rim_err rim_encoder_writable(rim_mux *m, rim_encoder *e)
{
    if (m->err)
        return m->err;
    const int code = av_frame_make_writable(e->frame);
    return code < 0 ? fail(m, code) : RIM_OK;
}

static rim_err write_packet(rim_mux *m, rim_encoder *e,
                            const rim_recording_stamp *stamp)
{
    AVPacket *p = m->packet;
    if (stamp && rim_recording_stamp_put(p, stamp))
        return m->err = RIM_ERR_MEMORY;
    p->stream_index = e->stream->index;
    av_packet_rescale_ts(p, e->codec->time_base, e->stream->time_base);
    const int code = av_write_frame(m->format, p);
    if (code < 0)
        return fail(m, code);
    // The muxer does not look at whether its bytes reached the disk.
    return m->format->pb->error < 0 ? fail(m, m->format->pb->error) : RIM_OK;
}

static rim_err encode(rim_mux *m, rim_encoder *e, const AVFrame *frame,
                      const rim_recording_stamp *stamp)
{
    rim_av_forget();
    int code = avcodec_send_frame(e->codec, frame);
    while (code >= 0) {
        code = avcodec_receive_packet(e->codec, m->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return RIM_OK;
        if (code < 0)
            break;
        const rim_err err = write_packet(m, e, stamp);
        av_packet_unref(m->packet);
        if (err)
            return err;
    }
    return fail(m, code);
}

rim_err rim_mux_encode(rim_mux *m, rim_encoder *e, int64_t pts,
                       const rim_recording_stamp *stamp)
{
    if (m->err)
        return m->err;
    e->frame->pts = pts > e->last_pts ? pts : e->last_pts + 1;
    e->last_pts = e->frame->pts;
    return encode(m, e, e->frame, stamp);
}

void rim_mux_flush(rim_mux *m, rim_encoder *e)
{
    if (m->err || !m->started || !e->codec)
        return;
    const rim_err err = encode(m, e, NULL, NULL);
    (void)err; // the mux keeps it
}

void rim_encoder_uninit(rim_encoder *e)
{
    avcodec_free_context(&e->codec);
    av_frame_free(&e->frame);
}

rim_err rim_mux_close(rim_mux *m)
{
    if (m->started) {
        // After a failure, too: what the file lacks to be whole may still fit.
        rim_av_forget();
        int code = av_write_trailer(m->format);
        if (code >= 0 && m->format->pb->error < 0)
            code = m->format->pb->error;
        if (code < 0)
            (void)fail(m, code);
    }
    if (m->format && m->format->pb) {
        const int code = avio_closep(&m->format->pb);
        if (code < 0)
            (void)fail(m, code);
    }
    avformat_free_context(m->format);
    av_packet_free(&m->packet);
    free(m->path);
    const rim_err err = m->err;
    *m = (rim_mux){0};
    return err;
}
