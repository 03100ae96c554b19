// recorder_choice.c: what FFV1 costs on this machine, and whether there is time for it.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/log.h"
#include "media/recorder_internal.h"

#include <libavutil/opt.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

const char *const rim_record_codec_names[] = {"auto", "raw", "ffv1", NULL};

// Frames that are measured, if they do not take longer than this in sum.
enum { TRIALS = 3, CORES_MAX = 16 };
#define TRIALS_NS (400 * RIM_NS_PER_MS)
// FFV1 may take this part of a frame's time: the chain needs the cores as well.
static const double share = 0.5;
// Where nobody tells the rate.
static const double fps_assumed = 60;

static int cores(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > CORES_MAX ? CORES_MAX : (int)n;
}

void rim_recorder_setup_ffv1(AVCodecContext *c, enum AVPixelFormat format, int width,
                             int height)
{
    c->pix_fmt = format;
    c->width = width;
    c->height = height;
    c->gop_size = 1;
    c->level = 3;
    // Not by the cores: the same frames make the same bytes everywhere.
    c->slices = width >= 640 && height >= 480 ? 16 : 4;
    c->thread_type = FF_THREAD_SLICE;
    c->thread_count = cores();
    (void)av_opt_set_int(c->priv_data, "slicecrc", 1, 0);
}

enum AVPixelFormat rim_recorder_grey_format(int bits)
{
    return bits <= 8    ? AV_PIX_FMT_GRAY8
           : bits <= 10 ? AV_PIX_FMT_GRAY10LE
           : bits <= 12 ? AV_PIX_FMT_GRAY12LE
                        : AV_PIX_FMT_GRAY16LE;
}

enum AVPixelFormat rim_recorder_visible_format(rim_record_visible form)
{
    switch (form) {
    case RIM_RECORD_VISIBLE_BGRX:
        return AV_PIX_FMT_BGR0;
    case RIM_RECORD_VISIBLE_YUYV:
    case RIM_RECORD_VISIBLE_UYVY:
        return AV_PIX_FMT_YUV422P;
    case RIM_RECORD_VISIBLE_JPEG:
        break;
    }
    return AV_PIX_FMT_NONE;
}

// ---- measuring ----

// A slope with the noise of a camera, in every plane.
static void paint(AVFrame *f, int bits)
{
    uint32_t state = 1;
    for (int p = 0; p < 4 && f->data[p]; p++)
        for (int y = 0; y < f->height; y++) {
            uint8_t *row = f->data[p] + (ptrdiff_t)y * f->linesize[p];
            const int bytes = f->linesize[p];
            for (int x = 0; x < (bits > 8 ? bytes / 2 : bytes); x++) {
                state = state * 1664525u + 1013904223u;
                const uint32_t top = (1u << bits) / 4;
                const uint32_t v = top / 2 + top * (uint32_t)y / (uint32_t)f->height +
                                   (state >> 24) * top / 4096;
                if (bits > 8)
                    ((uint16_t *)(void *)row)[x] = (uint16_t)v;
                else
                    row[x] = (uint8_t)v;
            }
        }
}

static int encode_once(AVCodecContext *c, AVFrame *f, AVPacket *p, int64_t pts)
{
    f->pts = pts;
    int code = avcodec_send_frame(c, f);
    if (code >= 0)
        code = avcodec_receive_packet(c, p);
    av_packet_unref(p);
    return code;
}

// ms for a frame, the fastest of a few; NAN: it cannot be done.
static double measure(enum AVPixelFormat format, int bits, int width, int height)
{
    double best_ms = (double)NAN;
    const AVCodec *ffv1 = avcodec_find_encoder(AV_CODEC_ID_FFV1);
    AVCodecContext *c = ffv1 ? avcodec_alloc_context3(ffv1) : NULL;
    AVFrame *f = av_frame_alloc();
    AVPacket *p = av_packet_alloc();
    if (!c || !f || !p)
        goto end;
    rim_recorder_setup_ffv1(c, format, width, height);
    c->time_base = (AVRational){1, 1000};
    f->format = format;
    f->width = width;
    f->height = height;
    if (avcodec_open2(c, NULL, NULL) < 0 || av_frame_get_buffer(f, 0) < 0)
        goto end;
    paint(f, bits);
    const int64_t first_ns = rim_clock_now_ns();
    for (int i = 0; i < TRIALS && rim_clock_now_ns() - first_ns < TRIALS_NS; i++) {
        const int64_t start_ns = rim_clock_now_ns();
        if (encode_once(c, f, p, i) < 0)
            break;
        const double ms = (double)(rim_clock_now_ns() - start_ns) / 1e6;
        best_ms = best_ms < ms ? best_ms : ms;
    }
end:
    avcodec_free_context(&c);
    av_frame_free(&f);
    av_packet_free(&p);
    return best_ms;
}

rim_record_codec rim_recorder_choose(const char *path, const rim_source_info *info,
                                     const rim_record_options *o)
{
    if (o->codec != RIM_RECORD_AUTO)
        return o->codec;
    if (!o->live)
        return RIM_RECORD_FFV1;
    double ms = measure(rim_recorder_grey_format(info->bits), info->bits, info->width,
                        info->height);
    const enum AVPixelFormat visible = rim_recorder_visible_format(o->visible);
    if (info->visible_width && visible != AV_PIX_FMT_NONE)
        ms += measure(visible, 8, info->visible_width, info->visible_height);
    const double fps = info->fps > 0 ? info->fps : fps_assumed;
    const double free_ms = share * 1000 / fps;
    const bool keeps_up = ms <= free_ms; // false for NAN
    rim_log_info("%s: recording %s: FFV1 takes %.1f ms a frame on %d cores, %.1f are "
                 "free at %.4g/s%s",
                 path, keeps_up ? "FFV1" : "raw", ms, cores(), free_ms, fps,
                 keeps_up ? "" : "; `rimlight export --ffv1` makes it smaller later");
    return keeps_up ? RIM_RECORD_FFV1 : RIM_RECORD_RAW;
}
