// video_out.c: overlay pictures to H.264.
// SPDX-License-Identifier: MIT
#include "media/video_out.h"

#include "base/log.h"
#include "media/av_support.h"
#include "media/video_mux.h"
#include "media/video_pixels.h"

#include <libavutil/opt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Holds the usual rates exactly, and is the finest that MPEG-4 part 2 knows.
enum { TIME_BASE = 60000 };
static const double fps_default = 30.0, fps_max = 1000.0;

struct rim_video_out {
    rim_mux mux;
    rim_encoder encoder;
    rim_video_pixels pixels;
    int width, height; // of the pictures; the film's are even
    int64_t first_ns;
    bool has_first;
};

const char *rim_video_out_container(const char *path)
{
    static const char *const known[][2] = {
        {".mp4", "mp4"}, {".m4v", "mp4"}, {".mov", "mov"}, {".mkv", "matroska"}};
    const char *suffix = strrchr(path, '.');
    for (size_t i = 0; suffix && i < sizeof known / sizeof *known; i++)
        if (strcasecmp(suffix, known[i][0]) == 0)
            return known[i][1];
    return NULL;
}

static const AVCodec *choose_encoder(void)
{
    const AVCodec *x264 = avcodec_find_encoder_by_name("libx264");
    return x264 ? x264 : avcodec_find_encoder(AV_CODEC_ID_MPEG4);
}

static rim_err start_encoder(rim_video_out *v, const AVCodec *encoder, double fps)
{
    rim_err err = rim_mux_add(&v->mux, &v->encoder, encoder);
    if (err)
        return err;
    AVCodecContext *c = v->encoder.codec;
    c->width = (v->width + 1) / 2 * 2;
    c->height = (v->height + 1) / 2 * 2;
    c->pix_fmt = AV_PIX_FMT_YUV420P;
    c->time_base = (AVRational){1, TIME_BASE};
    c->framerate = av_d2q(fps, TIME_BASE);
    c->color_range = AVCOL_RANGE_MPEG;
    c->colorspace = AVCOL_SPC_BT709;
    c->color_primaries = AVCOL_PRI_BT709;
    c->color_trc = AVCOL_TRC_BT709;
    // A key frame, and with it a piece that stands alone, each second.
    c->gop_size = (int)lround(fps) > 0 ? (int)lround(fps) : 1;
    c->max_b_frames = 0;
    // A fixed number, since it shows in the bytes.
    c->thread_count = 2;
    AVDictionary *options = NULL;
    if (encoder->id == AV_CODEC_ID_H264) {
        (void)av_dict_set(&options, "preset", "veryfast", 0);
        (void)av_dict_set(&options, "crf", "18", 0);
    } else {
        c->flags |= AV_CODEC_FLAG_QSCALE;
        c->global_quality = 3 * FF_QP2LAMBDA;
    }
    return rim_encoder_start(&v->mux, &v->encoder, &options);
}

static rim_err start(rim_video_out *v, const char *path, const char *container,
                     double fps, const char *note)
{
    const AVCodec *encoder = choose_encoder();
    if (!encoder) {
        rim_log_error(
            "%s: FFmpeg was built without an encoder for it; name a folder for "
            "PNGs instead",
            path);
        return RIM_ERR_UNSUPPORTED;
    }
    rim_err err = rim_mux_open(&v->mux, path, container);
    if (!err && note && av_dict_set(&v->mux.format->metadata, "comment", note, 0) < 0)
        err = RIM_ERR_MEMORY;
    if (!err)
        err = start_encoder(v, encoder, fps);
    if (err)
        return err;
    AVDictionary *options = NULL;
    if (strcmp(container, "matroska") != 0)
        (void)av_dict_set(&options, "movflags",
                          "frag_keyframe+empty_moov+default_base_moof", 0);
    return rim_mux_start(&v->mux, &options);
}

static rim_err destroy(rim_video_out *v)
{
    rim_mux_flush(&v->mux, &v->encoder);
    const rim_err err = rim_mux_close(&v->mux);
    rim_encoder_uninit(&v->encoder);
    rim_video_pixels_uninit(&v->pixels);
    free(v);
    return err;
}

rim_err rim_video_out_open(rim_video_out **out, const char *path, int width, int height,
                           double fps, const char *note)
{
    *out = NULL;
    rim_av_init();
    const char *container = rim_video_out_container(path);
    if (!container || width < 1 || height < 1 || width > RIM_FRAME_SIDE_MAX ||
        height > RIM_FRAME_SIDE_MAX) {
        rim_log_error(
            "%s: not a film of %dx%d that can be written; name an .mp4 or .mkv", path,
            width, height);
        return RIM_ERR_ARG;
    }
    rim_video_out *v = calloc(1, sizeof *v);
    if (!v)
        return RIM_ERR_MEMORY;
    v->width = width;
    v->height = height;
    rim_err err =
        start(v, path, container, fps > 0 && fps <= fps_max ? fps : fps_default, note);
    if (err)
        destroy(v);
    else
        *out = v;
    return err;
}

rim_err rim_video_out_write(rim_video_out *v, const rim_frame *picture)
{
    if (picture->fmt != RIM_FMT_BGRX8 || picture->width != v->width ||
        picture->height != v->height)
        return RIM_ERR_ARG;
    if (!v->has_first)
        v->first_ns = picture->captured_ns;
    v->has_first = true;
    rim_err err = rim_encoder_writable(&v->mux, &v->encoder);
    if (!err)
        err = rim_video_pixels_to_yuv(&v->pixels, v->encoder.frame, picture);
    if (err)
        return err;
    const int64_t pts =
        av_rescale(picture->captured_ns - v->first_ns, TIME_BASE, 1000000000);
    return rim_mux_encode(&v->mux, &v->encoder, pts, NULL);
}

rim_err rim_video_out_close(rim_video_out **v)
{
    const rim_err err = *v ? destroy(*v) : RIM_OK;
    *v = NULL;
    return err;
}
