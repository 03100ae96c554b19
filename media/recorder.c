// recorder.c: FFVHUFF in Matroska, with a manifest as a tag.
// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // realpath()

#include "media/recorder.h"

#include "base/log.h"
#include "media/av_support.h"
#include "media/recording.h"
#include "media/video_mux.h"

#include <jansson.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Matroska counts milliseconds; exact times travel beside the blocks.
enum { TIME_BASE = 1000 };

struct rim_recorder {
    rim_mux mux;
    rim_encoder nir, visible; // visible.codec NULL: there is none
    int bits;                 // of a NIR sample
    int64_t start_ns;
};

// ---- the tag ----

static json_t *marks_as_json(const rim_source_info *info)
{
    json_t *list = json_array();
    for (int i = 0; i < info->mark_count; i++) {
        const rim_surface_mark *mark = &info->mark[i];
        json_t *polygon = json_array();
        for (int n = 0; n < mark->count; n++)
            (void)json_array_append_new(
                polygon, json_pack("[ff]", mark->point[n].x, mark->point[n].y));
        (void)json_array_append_new(
            list,
            json_pack("{sIso}", "frame", (json_int_t)mark->frame, "polygon", polygon));
    }
    return list;
}

// JSON text of the tag; free() it. NULL: no memory.
static char *make_tag(const rim_source_info *info)
{
    json_t *root =
        json_pack("{sssis{sisi}}", "format", RIM_RECORDING_FORMAT, "version", 1, "nir",
                  "bit_depth", info->bits, "black_level", info->black_level);
    if (!root)
        return NULL;
    if (info->fps > 0)
        (void)json_object_set_new(root, "fps", json_real(info->fps));
    if (info->visible_width)
        (void)json_object_set_new(root, "visible", json_object());
    if (info->mm_per_px > 0)
        (void)json_object_set_new(root, "mm_per_px", json_real(info->mm_per_px));
    if (info->calibration) {
        char *absolute = realpath(info->calibration, NULL);
        (void)json_object_set_new(root, "calibration",
                                  json_string(absolute ? absolute : info->calibration));
        free(absolute);
    }
    if (info->mark_count)
        (void)json_object_set_new(root, "cut_surface", marks_as_json(info));
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

// ---- streams ----

static rim_err add_stream(rim_recorder *r, rim_encoder *e, enum AVPixelFormat format,
                          int width, int height, double fps)
{
    const AVCodec *ffvhuff = avcodec_find_encoder(AV_CODEC_ID_FFVHUFF);
    if (!ffvhuff) {
        rim_log_error("%s: FFmpeg was built without FFVHUFF; recordings need it",
                      r->mux.path);
        return RIM_ERR_UNSUPPORTED;
    }
    rim_err err = rim_mux_add(&r->mux, e, ffvhuff);
    if (err)
        return err;
    AVCodecContext *c = e->codec;
    c->pix_fmt = format;
    c->width = width;
    c->height = height;
    c->time_base = (AVRational){1, TIME_BASE};
    if (fps > 0)
        c->framerate = av_d2q(fps, 100000);
    c->color_range = AVCOL_RANGE_JPEG; // samples as they are
    AVDictionary *options = NULL;
    (void)av_dict_set(&options, "pred", "left", 0);
    return rim_encoder_start(&r->mux, e, &options);
}

static rim_err start(rim_recorder *r, const char *path, const rim_source_info *info)
{
    rim_err err = rim_mux_open(&r->mux, path, "matroska");
    if (!err)
        err = add_stream(r, &r->nir,
                         info->bits == 8 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16LE,
                         info->width, info->height, info->fps);
    if (!err && info->visible_width)
        err = add_stream(r, &r->visible, AV_PIX_FMT_GBRP, info->visible_width,
                         info->visible_height, info->fps);
    if (err)
        return err;
    char *tag = make_tag(info);
    if (!tag)
        return RIM_ERR_MEMORY;
    const int code = av_dict_set(&r->mux.format->metadata, RIM_RECORDING_TAG, tag, 0);
    free(tag);
    if (code < 0)
        return RIM_ERR_MEMORY;
    AVDictionary *options = NULL;
    return rim_mux_start(&r->mux, &options);
}

static rim_err destroy(rim_recorder *r)
{
    rim_mux_flush(&r->mux, &r->nir);
    rim_mux_flush(&r->mux, &r->visible);
    const rim_err err = rim_mux_close(&r->mux);
    rim_encoder_uninit(&r->nir);
    rim_encoder_uninit(&r->visible);
    free(r);
    return err;
}

rim_err rim_recorder_open(rim_recorder **out, const char *path,
                          const rim_source_info *info, int64_t start_ns)
{
    *out = NULL;
    if (info->width < 1 || info->height < 1 || info->bits < 8 || info->bits > 16)
        return RIM_ERR_ARG;
    rim_recorder *r = calloc(1, sizeof *r);
    if (!r)
        return RIM_ERR_MEMORY;
    r->bits = info->bits;
    r->start_ns = start_ns;
    const rim_err err = start(r, path, info);
    if (err == RIM_ERR_MEMORY)
        rim_log_error("%s: not enough memory to record", path);
    if (err)
        destroy(r);
    else
        *out = r;
    return err;
}

// ---- frames ----

static void fill_grey(AVFrame *to, const rim_frame *from)
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

static void fill_colour(AVFrame *to, const rim_frame *from)
{
    for (int y = 0; y < from->height; y++) {
        const uint8_t *pixel = rim_frame_row8(from, y);
        uint8_t *g = to->data[0] + (ptrdiff_t)y * to->linesize[0];
        uint8_t *b = to->data[1] + (ptrdiff_t)y * to->linesize[1];
        uint8_t *r = to->data[2] + (ptrdiff_t)y * to->linesize[2];
        for (int x = 0; x < from->width; x++, pixel += 4) {
            b[x] = pixel[0];
            g[x] = pixel[1];
            r[x] = pixel[2];
        }
    }
}

static bool fits(const rim_encoder *e, const rim_frame *f, rim_fmt fmt)
{
    return e->codec && f->fmt == fmt && f->width == e->codec->width &&
           f->height == e->codec->height;
}

rim_err rim_recorder_write(rim_recorder *r, const rim_frame *nir,
                           const rim_frame *visible)
{
    if (!fits(&r->nir, nir, RIM_FMT_GRAY16) || nir->bits > r->bits ||
        (visible && !fits(&r->visible, visible, RIM_FMT_BGRX8)))
        return RIM_ERR_ARG;
    const rim_recording_stamp stamp = {.seq = nir->seq,
                                       .t_ns = nir->captured_ns - r->start_ns};
    const int64_t pts = av_rescale(stamp.t_ns, TIME_BASE, 1000000000);
    rim_err err = rim_encoder_writable(&r->mux, &r->nir);
    if (err)
        return err;
    fill_grey(r->nir.frame, nir);
    err = rim_mux_encode(&r->mux, &r->nir, pts, &stamp);
    if (err || !visible)
        return err;
    err = rim_encoder_writable(&r->mux, &r->visible);
    if (err)
        return err;
    fill_colour(r->visible.frame, visible);
    return rim_mux_encode(&r->mux, &r->visible, pts, &stamp);
}

rim_err rim_recorder_close(rim_recorder **r)
{
    const rim_err err = *r ? destroy(*r) : RIM_OK;
    *r = NULL;
    return err;
}
