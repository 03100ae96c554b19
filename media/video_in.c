// video_in.c: opens a film: container, stream, decoder.
// SPDX-License-Identifier: MIT
#include "media/video_in.h"

#include "base/log.h"
#include "media/nir_pack.h"
#include "media/recording.h"
#include "media/video_state.h"

#include <errno.h>
#include <jansson.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Slices of one frame that are decoded side by side.
enum { SLICE_THREADS = 4 };

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

static int integer_at(const json_t *o, const char *key)
{
    const json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 && n <= RIM_FRAME_SIDE_MAX ? (int)n : 0;
}

// The tag of a recording tells the NIR frames' shape where the pictures are split ones
// (media/nir_pack.h); what else is in it is for others to read.
static rim_err read_shape(rim_video_in *v)
{
    const AVDictionaryEntry *tag =
        av_dict_get(v->format->metadata, RIM_RECORDING_TAG, NULL, 0);
    v->is_recording = tag != NULL;
    if (!tag || !v->is_first)
        return RIM_OK;
    json_t *root = json_loads(tag->value, 0, NULL);
    const json_t *nir = json_object_get(root, "nir");
    const char *packing = json_string_value(json_object_get(nir, "packing"));
    const bool split = packing && strcmp(packing, "split") == 0;
    const bool other = packing && !split;
    const int width = integer_at(nir, "width"), height = integer_at(nir, "height");
    const int bits = integer_at(nir, "bit_depth");
    json_decref(root);
    const AVCodecParameters *par = v->stream->codecpar;
    if (!packing)
        return RIM_OK;
    if (other || bits < 8 || bits > 16 || !width || !height || width != par->width ||
        par->height != rim_nir_pack_rows(width, height, bits)) {
        rim_log_error("%s: its tag %s tells of NIR frames of %dx%d with %d bits, which "
                      "pictures of %dx%d do not hold; copy it again from its source",
                      v->path, RIM_RECORDING_TAG, width, height, bits, par->width,
                      par->height);
        return RIM_ERR_FORMAT;
    }
    v->split_bits = bits;
    v->info.width = width;
    v->info.height = height;
    return RIM_OK;
}

static rim_err check_size(const rim_video_in *v)
{
    if (v->split_bits)
        return RIM_OK; // it was
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
// - TIFF takes a tag that it does not know for an error, and fails at real ones anyway.
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
    if (!v->log_tells && par->codec_id != AV_CODEC_ID_TIFF)
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
    if (!v->split_bits) {
        i->width = par->width;
        i->height = par->height;
    }
    // The decoder may know the format better than the container.
    const enum AVPixelFormat format = v->codec->pix_fmt != AV_PIX_FMT_NONE
                                          ? v->codec->pix_fmt
                                          : (enum AVPixelFormat)par->format;
    const int grey = v->split_bits ? v->split_bits : rim_video_grey_bits(format);
    i->fmt = grey ? RIM_FMT_GRAY16 : RIM_FMT_BGRX8;
    i->bits = grey ? grey : 8;
    if (grey && par->color_range == AVCOL_RANGE_MPEG)
        i->black_level = 16 << (grey - 8);
    i->fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
    i->frames = v->stream->nb_frames > 0 ? v->stream->nb_frames : -1;
    const AVDictionaryEntry *tag =
        av_dict_get(v->format->metadata, RIM_RECORDING_TAG, NULL, 0);
    i->tag = tag ? tag->value : NULL;
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
        err = read_shape(v);
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
    av_packet_free(&v->sheet);
    for (rim_video_mark *m = v->marks, *next; m; m = next) {
        next = m->next;
        free(m->point);
        free(m);
    }
    free(v->path);
    free(v);
    *p = NULL;
}

const rim_video_in_info *rim_video_in_get_info(const rim_video_in *v)
{
    return &v->info;
}

// A name that stays in its folder.
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && !strchr(name, '/') &&
           strlen(name) < 200;
}

static rim_err write_attachment(const char *folder, const char *name,
                                const AVCodecParameters *par)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return RIM_ERR_MEMORY;
    (void)snprintf(path, size, "%s/%s", folder, name);
    FILE *f = fopen(path, "wbe");
    const size_t bytes = (size_t)par->extradata_size;
    bool written = f && fwrite(par->extradata, 1, bytes, f) == bytes;
    if (f && fclose(f) != 0)
        written = false;
    if (!written)
        rim_log_error("%s: cannot be written: %s; free space or set TMPDIR", path,
                      strerror(errno));
    free(path);
    return written ? RIM_OK : RIM_ERR_IO;
}

rim_err rim_video_in_unpack(const rim_video_in *v, const char *folder, int *count)
{
    *count = 0;
    for (unsigned i = 0; i < v->format->nb_streams; i++) {
        const AVStream *s = v->format->streams[i];
        const AVDictionaryEntry *name = av_dict_get(s->metadata, "filename", NULL, 0);
        const bool attached = s->codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT ||
                              s->disposition & AV_DISPOSITION_ATTACHED_PIC;
        if (!attached || !name || !is_plain_name(name->value))
            continue;
        AVCodecParameters picture = {0}; // PNGs come as one packet
        picture.extradata = s->attached_pic.data;
        picture.extradata_size = s->attached_pic.size;
        const rim_err err = write_attachment(
            folder, name->value, s->attached_pic.size > 0 ? &picture : s->codecpar);
        if (err)
            return err;
        ++*count;
    }
    return RIM_OK;
}

rim_err rim_video_in_pixels(rim_video_in *v, rim_frame *f)
{
    if (v->split_bits) {
        rim_nir_unpack(f, v->frame->data[0], v->frame->linesize[0], v->split_bits);
        return RIM_OK;
    }
    const rim_err err = rim_video_pixels_read(&v->pixels, f, v->frame);
    if (err)
        rim_log_error(
            "%s: pixels of the format %s cannot be converted: %s; convert the file",
            v->path, av_get_pix_fmt_name((enum AVPixelFormat)v->frame->format),
            rim_err_str(err));
    return err;
}
