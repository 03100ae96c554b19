// video_in.c: demuxing, decoding, and what became of every packet.
// SPDX-License-Identifier: MIT
#include "media/video_in.h"

#include "base/log.h"
#include "media/av_support.h"
#include "media/recording.h"
#include "media/video_order.h"
#include "media/video_pixels.h"

#include <assert.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Slices of one frame that are decoded side by side.
enum { SLICE_THREADS = 4 };
// Reading errors in a row after which there is nothing left to find.
enum { ERRORS_MAX = 64 };
// Packets by which a frame without a time stamp may be shown late.
enum { REORDER_MAX = 8 };

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
    bool is_recording;  // packets carry their number and time

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

// ---- opening ----

static rim_err open_file(rim_video_in *v)
{
    const size_t size = strlen(v->path) + sizeof "file:";
    char *url = malloc(size); // a name may look like "rtsp:..."
    if (!url)
        return RIM_ERR_MEMORY;
    (void)snprintf(url, size, "file:%s", v->path);
    AVDictionary *options = NULL;
    (void)av_dict_set(&options, "protocol_whitelist", "file", 0);
    (void)av_dict_set(&options, "pattern_type", "none", 0); // '%' in a picture's name
    rim_av_forget();
    int code = avformat_open_input(&v->format, url, NULL, &options);
    av_dict_free(&options);
    free(url);
    if (code >= 0)
        code = avformat_find_stream_info(v->format, NULL);
    if (code >= 0) {
        // A short file may have met its end already; Matroska says so only once.
        v->cut_off = strstr(rim_av_last_message(), "ended prematurely") != NULL;
        return RIM_OK;
    }
    rim_log_error("%s: not a video that can be read (%s); name a video, a folder with "
                  "sequence.json or a folder of PNGs",
                  v->path, rim_av_reason(code));
    return rim_av_err(code, RIM_ERR_FORMAT);
}

static rim_err choose_stream(rim_video_in *v, int wanted)
{
    for (unsigned i = 0; i < v->format->nb_streams; i++) {
        AVStream *stream = v->format->streams[i];
        stream->discard = AVDISCARD_ALL;
        if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
            stream->disposition & AV_DISPOSITION_ATTACHED_PIC)
            continue;
        if (v->info.streams++ == wanted)
            v->stream = stream;
    }
    if (!v->stream) {
        rim_log_error(
            "%s: %d video streams, number %d was asked for; name another file", v->path,
            v->info.streams, wanted);
        return RIM_ERR_NOT_FOUND;
    }
    v->stream->discard = AVDISCARD_DEFAULT;
    return RIM_OK;
}

static rim_err check_size(const rim_video_in *v)
{
    const AVCodecParameters *par = v->stream->codecpar;
    if (par->width >= 1 && par->height >= 1 && par->width <= RIM_FRAME_SIDE_MAX &&
        par->height <= RIM_FRAME_SIDE_MAX)
        return RIM_OK;
    if (par->width < 1 || par->height < 1) {
        rim_log_error(
            "%s: the size of its frames cannot be found; it may be cut off or "
            "empty; copy it again from its source",
            v->path);
        return RIM_ERR_FORMAT;
    }
    rim_log_error("%s: %dx%d, but at most %dx%d can be processed; crop or scale it",
                  v->path, par->width, par->height, RIM_FRAME_SIDE_MAX,
                  RIM_FRAME_SIDE_MAX);
    return RIM_ERR_UNSUPPORTED;
}

// How each decoder says that a frame is not what was encoded (where the format has no
// checksum, as H.264 and JPEG, some damage looks valid and cannot be found):
// - H.264 and HEVC conceal errors and set flags, but on the frame that comes out,
//   while frames predicted from it may come out before: their log tells in time. To
//   let them fail at every error would lose whole films to odd SEI messages.
// - FFV1 finds a wrong checksum of a slice, logs it, and fills in the last frame.
// - All others are told to fail at the first error.
static rim_err open_decoder(rim_video_in *v)
{
    const AVCodecParameters *par = v->stream->codecpar;
    const AVCodec *decoder = avcodec_find_decoder(par->codec_id);
    if (!decoder) {
        rim_log_error(
            "%s: no decoder for %s in this build of FFmpeg; convert it, to FFV1 "
            "without loss",
            v->path, avcodec_get_name(par->codec_id));
        return RIM_ERR_UNSUPPORTED;
    }
    v->codec = avcodec_alloc_context3(decoder);
    if (!v->codec || avcodec_parameters_to_context(v->codec, par) < 0)
        return RIM_ERR_MEMORY;
    v->log_tells = par->codec_id == AV_CODEC_ID_H264 ||
                   par->codec_id == AV_CODEC_ID_HEVC ||
                   par->codec_id == AV_CODEC_ID_FFV1;
    v->codec->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
    if (!v->log_tells)
        v->codec->err_recognition |= AV_EF_EXPLODE;
    // With slice threads the others give up looking for errors.
    v->codec->thread_type = FF_THREAD_SLICE;
    v->codec->thread_count = par->codec_id == AV_CODEC_ID_FFV1 ? SLICE_THREADS : 1;
    v->codec->pkt_timebase = v->stream->time_base;
    v->watch.codec = v->codec;
    rim_av_watch_begin(&v->watch);
    const int code = avcodec_open2(v->codec, decoder, NULL);
    if (code >= 0)
        return RIM_OK;
    rim_log_error("%s: its %s stream cannot be decoded: %s", v->path, decoder->name,
                  rim_av_reason(code));
    return rim_av_err(code, RIM_ERR_UNSUPPORTED);
}

static void fill_info(rim_video_in *v)
{
    const AVCodecParameters *par = v->stream->codecpar;
    const AVRational rate = av_guess_frame_rate(v->format, v->stream, NULL);
    rim_video_in_info *i = &v->info;
    i->width = par->width;
    i->height = par->height;
    // The decoder may know the format better than the container.
    const enum AVPixelFormat format = v->codec->pix_fmt != AV_PIX_FMT_NONE
                                          ? v->codec->pix_fmt
                                          : (enum AVPixelFormat)par->format;
    const int grey = rim_video_grey_bits(format);
    i->fmt = grey ? RIM_FMT_GRAY16 : RIM_FMT_BGRX8;
    i->bits = grey ? grey : 8;
    if (grey && par->color_range == AVCOL_RANGE_MPEG)
        i->black_level = 16 << (grey - 8);
    i->fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    i->frames = v->stream->nb_frames > 0 ? v->stream->nb_frames : -1;
    const AVDictionaryEntry *tag =
        av_dict_get(v->format->metadata, RIM_RECORDING_TAG, NULL, 0);
    i->tag = tag ? tag->value : NULL;
    v->is_recording = tag != NULL;
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get(par->codec_id);
    v->order.intra_only = descriptor && descriptor->props & AV_CODEC_PROP_INTRA_ONLY;
}

rim_err rim_video_in_open(rim_video_in **out, const char *path, int stream)
{
    *out = NULL;
    rim_av_init();
    rim_video_in *v = calloc(1, sizeof *v);
    if (!v)
        return RIM_ERR_MEMORY;
    v->first_pts = v->last_pts = v->pts_max = AV_NOPTS_VALUE;
    v->is_first = stream == 0;
    v->path = strdup(path);
    v->packet = av_packet_alloc();
    v->frame = av_frame_alloc();
    rim_err err = v->path && v->packet && v->frame ? RIM_OK : RIM_ERR_MEMORY;
    if (!err)
        err = open_file(v);
    if (!err)
        err = choose_stream(v, stream);
    if (!err)
        err = check_size(v);
    if (!err)
        err = open_decoder(v);
    if (err)
        rim_video_in_close(&v);
    else
        fill_info(v);
    *out = v;
    return err;
}

void rim_video_in_close(rim_video_in **p)
{
    rim_video_in *v = *p;
    if (!v)
        return;
    rim_av_watch_end(&v->watch);
    rim_video_pixels_uninit(&v->pixels);
    avcodec_free_context(&v->codec);
    avformat_close_input(&v->format);
    av_packet_free(&v->packet);
    av_frame_free(&v->frame);
    free(v->path);
    free(v);
    *p = NULL;
}

const rim_video_in_info *rim_video_in_get_info(const rim_video_in *v)
{
    return &v->info;
}

// ---- packets ----

// Time stamps that fall behind frames already shown begin anew after the last.
static int64_t continue_pts(rim_video_in *v, int64_t pts)
{
    pts += v->pts_offset;
    if (v->last_pts != AV_NOPTS_VALUE && pts <= v->last_pts) {
        rim_log_warning(
            "%s: time stamps jump back at frame %llu; times go on from there", v->path,
            (unsigned long long)v->next_number);
        const int64_t step = v->packet->duration > 0 ? v->packet->duration : 1;
        v->pts_offset += v->pts_max + step - pts;
        pts = v->pts_max + step;
    }
    if (v->pts_max == AV_NOPTS_VALUE || pts > v->pts_max)
        v->pts_max = pts;
    return pts;
}

static void enter_packet(rim_video_in *v)
{
    AVPacket *p = v->packet;
    rim_video_entry entry = {
        .index = v->packets++,
        .pts = AV_NOPTS_VALUE,
        .key = (p->flags & AV_PKT_FLAG_KEY) != 0,
        .bad = (p->flags & AV_PKT_FLAG_CORRUPT) != 0,
    };
    rim_recording_stamp stamp;
    if (v->is_recording && rim_recording_stamp_get(&stamp, p)) {
        entry.has_seq = true;
        entry.seq = stamp.seq;
        entry.t_ns = stamp.t_ns;
        entry.bad = entry.bad || !stamp.intact;
    }
    if (p->pts == AV_NOPTS_VALUE && !v->no_pts) {
        v->no_pts = true;
        for (int i = 0; i < v->order.count; i++)
            v->order.pending[i].pts = AV_NOPTS_VALUE;
    }
    if (!v->no_pts)
        entry.pts = continue_pts(v, p->pts);
    // The index goes through the decoder in place of the time.
    p->pts = entry.index;
    // Packets before an edited film's beginning come to nothing on purpose.
    if (!(p->flags & AV_PKT_FLAG_DISCARD))
        (void)rim_video_order_enter(&v->order, &entry);
}

static void note_container_damage(rim_video_in *v)
{
    if (rim_av_last_message()[0] == '\0' || v->container_damaged)
        return;
    if (v->is_first)
        rim_log_error(
            "%s: damaged near frame %llu (%s); frames may be lost there; copy it "
            "again from its source",
            v->path, (unsigned long long)v->next_number, rim_av_last_message());
    v->container_damaged = true;
    rim_video_order_gap(&v->order);
}

// The next packet of the stream into v->packet. False: there is none.
static bool read_packet(rim_video_in *v)
{
    for (int errors = 0; errors < ERRORS_MAX;) {
        rim_av_forget();
        const int code = av_read_frame(v->format, v->packet);
        if (code == AVERROR_EOF) {
            // Demuxers that met the end inside something say so.
            v->cut_off = v->cut_off || rim_av_last_message()[0] != '\0' ||
                         (v->format->pb && v->format->pb->error < 0);
            return false;
        }
        if (code < 0) {
            v->cut_off = true;
            errors++;
            continue;
        }
        note_container_damage(v);
        if (v->packet->stream_index == v->stream->index)
            return true;
        av_packet_unref(v->packet);
    }
    return false;
}

// ---- decoding ----

// What the decoder had to say in the last call belongs to the last packet.
static void note_complaints(rim_video_in *v, int code)
{
    const int complaints = atomic_exchange(&v->watch.complaints, 0);
    const bool failed = code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF;
    if (failed || (v->log_tells && complaints > 0))
        rim_video_order_spoil(&v->order, v->packets - 1);
}

static void feed(rim_video_in *v)
{
    int code;
    if (read_packet(v)) {
        enter_packet(v);
        code = avcodec_send_packet(v->codec, v->packet);
        av_packet_unref(v->packet);
    } else {
        v->reading_ended = true;
        code = avcodec_send_packet(v->codec, NULL);
    }
    note_complaints(v, code);
}

// One step: a frame, or a packet more, or the end.
static void decode_step(rim_video_in *v)
{
    const int code = avcodec_receive_frame(v->codec, v->frame);
    note_complaints(v, code);
    if (code == AVERROR(EAGAIN) && !v->reading_ended) {
        feed(v);
        return;
    }
    if (code < 0) {
        // After the end every failure is final; before, the decoder takes the next
        // packet.
        v->drained = v->reading_ended;
        if (!v->reading_ended)
            feed(v);
        return;
    }
    const rim_video_entry *entry = rim_video_order_find(&v->order, v->frame->pts);
    if (!entry) { // made up by the decoder for a packet that is not there
        av_frame_unref(v->frame);
        return;
    }
    v->has_frame = true;
    if (v->frame->flags & AV_FRAME_FLAG_CORRUPT || v->frame->decode_error_flags)
        rim_video_order_spoil(&v->order, entry->index);
}

// ---- giving out ----

// A transport stream never tells that it was cut: at its end, frames may be there
// without those that are shown before them.
static bool may_miss_frames(const rim_video_in *v)
{
    return v->container_damaged || v->cut_off ||
           (v->reading_ended && strcmp(v->format->iformat->name, "mpegts") == 0);
}

// Frames that vanished with a damaged or missing part of the container, told by the
// time that they should have taken.
static uint64_t frames_in_gap(const rim_video_in *v, const rim_video_entry *entry)
{
    if (!may_miss_frames(v) || v->no_pts || entry->has_seq ||
        v->last_pts == AV_NOPTS_VALUE || !(v->info.fps > 0))
        return 0;
    const double steps =
        (double)(entry->pts - v->last_pts) * av_q2d(v->stream->time_base) * v->info.fps;
    return steps > 1.5 && steps < 1e6 ? (uint64_t)llround(steps) - 1 : 0;
}

static void stamp_entry(rim_video_in *v, rim_video_stamp *stamp,
                        const rim_video_entry *entry)
{
    if (v->first_pts == AV_NOPTS_VALUE)
        v->first_pts = entry->pts;
    v->last_pts = entry->pts;
    stamp->number = entry->has_seq ? entry->seq : v->next_number;
    v->next_number = stamp->number + 1;
    if (entry->has_seq)
        stamp->t_ns = entry->t_ns;
    else if (!v->no_pts)
        stamp->t_ns = av_rescale_q(entry->pts - v->first_pts, v->stream->time_base,
                                   (AVRational){1, 1000000000});
    else
        stamp->t_ns = v->info.fps > 0
                          ? llround((double)stamp->number * 1e9 / v->info.fps)
                          : (int64_t)stamp->number * 1000000000 / 30;
}

static rim_err lose(rim_video_in *v, rim_video_stamp *stamp, rim_video_entry *entry)
{
    const rim_video_entry taken = rim_video_order_take(&v->order, entry);
    stamp_entry(v, stamp, &taken);
    rim_log_error("%s: frame %llu is damaged and counted as lost", v->path,
                  (unsigned long long)stamp->number);
    return RIM_ERR_DAMAGED;
}

// The frames before `entry`.
static rim_err lose_gap(rim_video_in *v, rim_video_stamp *stamp, uint64_t frames,
                        const rim_video_entry *entry)
{
    rim_log_error("%s: frames %llu to %llu are missing and counted as lost", v->path,
                  (unsigned long long)v->next_number,
                  (unsigned long long)(v->next_number + frames - 1));
    v->next_number += frames;
    v->last_pts = entry->pts - 1; // settled
    stamp->number = v->next_number - 1;
    return RIM_ERR_DAMAGED;
}

// Of what the container tells of its length, less was found.
static bool is_short(const rim_video_in *v)
{
    return v->cut_off ||
           (v->stream->nb_frames > 0 && v->packets < v->stream->nb_frames);
}

static rim_err end(rim_video_in *v)
{
    if (!is_short(v) || v->end_told || !v->is_first)
        return RIM_END;
    v->end_told = true;
    rim_log_error(
        "%s: the file is cut off after frame %llu; what comes before was read; copy "
        "it again from its source",
        v->path, (unsigned long long)(v->next_number ? v->next_number - 1 : 0));
    return RIM_ERR_IO;
}

static rim_err check_shape(const rim_video_in *v)
{
    const AVFrame *f = v->frame;
    const int grey = rim_video_grey_bits((enum AVPixelFormat)f->format);
    if (f->width == v->info.width && f->height == v->info.height &&
        (grey ? grey == v->info.bits && v->info.fmt == RIM_FMT_GRAY16
              : v->info.fmt == RIM_FMT_BGRX8))
        return RIM_OK;
    rim_log_error(
        "%s: from frame %llu on it is %dx%d %s, not as it began; cut it in two there",
        v->path, (unsigned long long)v->next_number, f->width, f->height,
        av_get_pix_fmt_name((enum AVPixelFormat)f->format));
    return RIM_ERR_IO;
}

// Without time stamps, frames are in order of packets but for B frames. One is lost
// where a key frame that follows it is shown, or one far behind it.
static bool is_overdue(const rim_video_entry *first, const rim_video_entry *shown)
{
    return first->index < shown->index &&
           (shown->key || shown->index - first->index > REORDER_MAX);
}

static rim_err give(rim_video_in *v, rim_video_stamp *stamp)
{
    rim_video_entry *entry = rim_video_order_find(&v->order, v->frame->pts);
    rim_video_entry *first = rim_video_order_first(&v->order);
    assert(entry && first); // decode_step() saw to it
    if (v->no_pts ? !is_overdue(first, entry) : first->pts >= entry->pts)
        first = entry;
    const uint64_t missing = frames_in_gap(v, first);
    if (missing > 0)
        return lose_gap(v, stamp, missing, first);
    if (first != entry)
        return lose(v, stamp, first);
    v->has_frame = false;
    if (entry->bad)
        return lose(v, stamp, entry);
    const rim_err err = check_shape(v);
    if (err)
        return err;
    v->container_damaged = false;
    const rim_video_entry taken = rim_video_order_take(&v->order, entry);
    stamp_entry(v, stamp, &taken);
    return RIM_OK;
}

rim_err rim_video_in_next(rim_video_in *v, rim_video_stamp *stamp)
{
    *stamp = (rim_video_stamp){0};
    for (;;) {
        if (v->has_frame)
            return give(v, stamp);
        if (v->order.count == RIM_VIDEO_PENDING_MAX ||
            (v->drained && v->order.count > 0))
            return lose(v, stamp, rim_video_order_first(&v->order));
        if (v->drained)
            return end(v);
        decode_step(v);
    }
}

rim_err rim_video_in_pixels(rim_video_in *v, rim_frame *f)
{
    const rim_err err = rim_video_pixels_read(&v->pixels, f, v->frame);
    if (err)
        rim_log_error(
            "%s: pixels of the format %s cannot be converted: %s; convert the file",
            v->path, av_get_pix_fmt_name((enum AVPixelFormat)v->frame->format),
            rim_err_str(err));
    return err;
}
