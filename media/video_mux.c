// video_mux.c: see video_mux.h.
// SPDX-License-Identifier: MIT
#include "media/video_mux.h"

#include "base/log.h"
#include "media/av_support.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Attachments are maps and texts; whatever is larger is something else.
enum { ATTACHMENT_MAX = 64 << 20, IO_BUFFER = 1 << 16 };

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

AVStream *rim_mux_add_stream(rim_mux *m)
{
    AVStream *stream = avformat_new_stream(m->format, NULL);
    if (!stream)
        m->err = RIM_ERR_MEMORY;
    return stream;
}

static const char *mime_type(const char *name)
{
    const char *suffix = strrchr(name, '.');
    if (suffix && strcmp(suffix, ".png") == 0)
        return "image/png";
    return suffix && strcmp(suffix, ".json") == 0 ? "application/json" : "text/plain";
}

// The file's bytes, av_malloc()ed with FFmpeg's padding. NULL: errno tells.
static uint8_t *load(const char *path, int *bytes)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return NULL;
    uint8_t *data = NULL;
    if (fseek(f, 0, SEEK_END) == 0) {
        const long size = ftell(f);
        errno = size > ATTACHMENT_MAX ? EFBIG : errno;
        if (size >= 0 && size <= ATTACHMENT_MAX && fseek(f, 0, SEEK_SET) == 0)
            data = av_mallocz((size_t)size + AV_INPUT_BUFFER_PADDING_SIZE);
        *bytes = (int)size;
        if (data && fread(data, 1, (size_t)size, f) != (size_t)size) {
            av_freep(&data);
            errno = EIO;
        }
    }
    (void)fclose(f);
    return data;
}

rim_err rim_mux_attach(rim_mux *m, const char *path, const char *name)
{
    int bytes = 0;
    uint8_t *data = load(path, &bytes);
    if (!data) {
        rim_log_error("%s: cannot be put into the recording: %s", path,
                      strerror(errno));
        return m->err = RIM_ERR_IO;
    }
    AVStream *s = rim_mux_add_stream(m);
    if (!s) {
        av_free(data);
        return m->err;
    }
    s->codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
    s->codecpar->codec_id = AV_CODEC_ID_NONE;
    s->codecpar->extradata = data;
    s->codecpar->extradata_size = bytes;
    if (av_dict_set(&s->metadata, "filename", name, 0) < 0 ||
        av_dict_set(&s->metadata, "mimetype", mime_type(name), 0) < 0)
        return m->err = RIM_ERR_MEMORY;
    return RIM_OK;
}

static int write_file(void *opaque, uint8_t *data, int bytes)
{
    const int code = rim_file_out_write(opaque, data, (size_t)bytes);
    return code < 0 ? AVERROR(-code) : bytes;
}

static int64_t seek_file(void *opaque, int64_t offset, int whence)
{
    if (whence == AVSEEK_SIZE)
        return rim_file_out_size(opaque);
    if (whence != SEEK_SET)
        return AVERROR(EINVAL);
    const int64_t at = rim_file_out_seek(opaque, offset);
    return at < 0 ? AVERROR((int)-at) : at;
}

rim_err rim_mux_use_file(rim_mux *m)
{
    m->err = rim_file_out_open(&m->file, m->path);
    if (m->err)
        return m->err;
    uint8_t *buffer = av_malloc(IO_BUFFER);
    if (buffer)
        m->format->pb =
            avio_alloc_context(buffer, IO_BUFFER, 1, m->file, NULL, write_file,
                               rim_file_out_seekable(m->file) ? seek_file : NULL);
    if (!m->format->pb) {
        av_free(buffer);
        return m->err = RIM_ERR_MEMORY;
    }
    m->format->pb->direct = 1; // clusters go to the kernel as they are
    m->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    return RIM_OK;
}

static int open_file(rim_mux *m)
{
    if (m->file)
        return 0;
    const size_t size = strlen(m->path) + sizeof "file:";
    char *url = malloc(size); // a name may look like "rtsp:..."
    if (!url)
        return AVERROR(ENOMEM);
    (void)snprintf(url, size, "file:%s", m->path);
    const int code = avio_open(&m->format->pb, url, AVIO_FLAG_WRITE);
    free(url);
    return code;
}

rim_err rim_mux_start(rim_mux *m, AVDictionary **options)
{
    rim_av_forget();
    int code = open_file(m);
    if (code >= 0)
        code = avformat_write_header(m->format, options);
    av_dict_free(options);
    if (code < 0)
        return fail(m, code);
    m->started = true;
    return m->file ? rim_mux_settle(m) : RIM_OK;
}

rim_err rim_encoder_writable(rim_mux *m, rim_encoder *e)
{
    if (m->err)
        return m->err;
    const int code = av_frame_make_writable(e->frame);
    return code < 0 ? fail(m, code) : RIM_OK;
}

// The muxer does not look at whether its bytes reached the disk.
static rim_err look_at(rim_mux *m, int code)
{
    if (code < 0)
        return fail(m, code);
    return m->format->pb->error < 0 ? fail(m, m->format->pb->error) : RIM_OK;
}

static rim_err write_packet(rim_mux *m, AVStream *stream,
                            const rim_recording_stamp *stamp)
{
    AVPacket *p = m->packet;
    if (stamp && rim_recording_stamp_put(p, stamp))
        return m->err = RIM_ERR_MEMORY;
    p->stream_index = stream->index;
    return look_at(m, av_write_frame(m->format, p));
}

rim_err rim_mux_write(rim_mux *m, AVStream *stream, int64_t pts,
                      const rim_recording_stamp *stamp)
{
    AVPacket *p = m->packet;
    p->pts = p->dts = pts;
    p->flags |= AV_PKT_FLAG_KEY;
    rim_av_forget();
    const rim_err err = m->err ? m->err : write_packet(m, stream, stamp);
    av_packet_unref(p);
    return err;
}

rim_err rim_mux_settle(rim_mux *m)
{
    if (m->err)
        return m->err;
    rim_av_forget();
    int code = av_write_frame(m->format, NULL);
    if (code >= 0)
        avio_flush(m->format->pb);
    const rim_err err = look_at(m, code);
    if (!err && m->file)
        rim_file_out_settle(m->file);
    return err;
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
        av_packet_rescale_ts(m->packet, e->codec->time_base, e->stream->time_base);
        const rim_err err = write_packet(m, e->stream, stamp);
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

static void close_file(rim_mux *m)
{
    AVIOContext *pb = m->format ? m->format->pb : NULL;
    int code = 0;
    if (m->file) {
        if (pb)
            av_freep(&pb->buffer);
        avio_context_free(&m->format->pb);
        code = rim_file_out_close(&m->file);
        code = code < 0 ? AVERROR(-code) : 0;
    } else if (pb) {
        code = avio_closep(&m->format->pb);
    }
    rim_av_forget();
    if (code < 0)
        (void)fail(m, code);
}

rim_err rim_mux_close(rim_mux *m)
{
    // After a failure the synced file ends with its last whole frame, without an index,
    // for which there would be no room.
    if (m->started && m->file && m->err)
        rim_file_out_trim(m->file);
    else if (m->started) {
        // After a failure, too: what the file lacks to be whole may still fit.
        rim_av_forget();
        int code = av_write_trailer(m->format);
        if (code >= 0 && m->format->pb->error < 0)
            code = m->format->pb->error;
        if (code < 0)
            (void)fail(m, code);
    }
    close_file(m);
    avformat_free_context(m->format);
    av_packet_free(&m->packet);
    free(m->path);
    const rim_err err = m->err;
    *m = (rim_mux){0};
    return err;
}
