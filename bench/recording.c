// recording.c: what each form of a recording costs for 1080p grey of 12 bits: for
// bench/recording.sh, which says how to read it.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "media/av_support.h"
#include "media/recorder.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BITS = 12, DIFFERENT = 8 };

typedef struct bench {
    int width, height, frames;
    double fps;
    rim_frame frame[DIFFERENT];
} bench;

static double cpu_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

// Tissue that dims outwards with three bright rings, and shot noise: its variance is
// 0.36 of the signal, as of a camera with 11000 electrons at full scale.
static void paint(rim_frame *f, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 1;
    for (int y = 0; y < f->height; y++) {
        uint16_t *row = rim_frame_row16(f, y);
        for (int x = 0; x < f->width; x++) {
            const double dx = (double)x / f->width - 0.5,
                         dy = (double)y / f->height - 0.5;
            double v = 64 + 600 * (1 - 2 * (dx * dx + dy * dy));
            for (int i = 0; i < 3; i++) {
                const double r = hypot(x - f->width * (0.2 + 0.3 * i),
                                       y - f->height * (0.3 + 0.2 * i));
                const double off = (r - f->height * 0.1) / (f->height * 0.014);
                v += 1500 * exp(-off * off);
            }
            double noise = -6; // of twelve uniform ones: nearly normal
            for (int i = 0; i < 12; i++) {
                state = state * 1664525u + 1013904223u;
                noise += (double)(state >> 8) / (1 << 24);
            }
            v += noise * sqrt(0.36 * v);
            row[x] = v < 0 ? 0 : v > 4095 ? 4095 : (uint16_t)v;
        }
    }
}

static void print_row(const char *form, const bench *b, double wall_ms, double core_ms,
                      int64_t bytes)
{
    const double mb = (double)bytes / 1e6 / b->frames;
    printf("%-28s %8.1f %8.1f %8.2f %8.0f   %s\n", form, wall_ms / b->frames,
           core_ms / b->frames, mb, mb * b->fps,
           wall_ms / b->frames < 1000 / b->fps ? "yes" : "no");
}

// Through the recorder, onto the disk.
static void record(bench *b, const char *path, rim_record_codec codec)
{
    const rim_source_info info = {.width = b->width,
                                  .height = b->height,
                                  .bits = BITS,
                                  .fps = b->fps,
                                  .mm_per_px = (double)NAN};
    const rim_record_options o = {.codec = codec};
    rim_recorder *r = NULL;
    if (rim_recorder_open(&r, path, &info, &o))
        exit(1);
    const double core_ms = cpu_ms();
    const int64_t start_ns = rim_clock_now_ns();
    for (int n = 0; n < b->frames; n++) {
        rim_frame *f = &b->frame[n % DIFFERENT];
        f->seq = (uint64_t)n;
        f->captured_ns = (int64_t)(n * 1e9 / b->fps);
        if (rim_recorder_write_nir(r, f, NULL))
            exit(1);
    }
    const double wall_ms = (double)(rim_clock_now_ns() - start_ns) / 1e6;
    const double used_ms = cpu_ms() - core_ms;
    const int64_t bytes = rim_recorder_size(r);
    if (rim_recorder_close(&r))
        exit(1);
    (void)remove(path);
    print_row(codec == RIM_RECORD_RAW ? "raw, packed (--record-codec)"
                                      : "FFV1 (--record-codec)",
              b, wall_ms, used_ms, bytes);
}

// An encoder alone, on one core.
static void encode(bench *b, const char *form, enum AVCodecID id,
                   enum AVPixelFormat format)
{
    const AVCodec *codec = avcodec_find_encoder(id);
    AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;
    AVFrame *f = av_frame_alloc();
    AVPacket *p = av_packet_alloc();
    if (!c || !f || !p)
        exit(1);
    c->width = f->width = b->width;
    c->height = f->height = b->height;
    c->pix_fmt = format;
    f->format = format;
    c->time_base = (AVRational){1, 1000};
    c->gop_size = 1;
    c->thread_count = 1;
    if (id == AV_CODEC_ID_FFV1) {
        c->level = 3;
        c->slices = 16;
    }
    if (avcodec_open2(c, codec, NULL) < 0 || av_frame_get_buffer(f, 0) < 0)
        exit(1);
    int64_t bytes = 0;
    double core_ms = 0;
    const int frames = b->frames;
    for (int n = 0; n < frames; n++) {
        for (int y = 0; y < b->height; y++)
            memcpy(f->data[0] + (ptrdiff_t)y * f->linesize[0],
                   rim_frame_row16(&b->frame[n % DIFFERENT], y), 2 * (size_t)b->width);
        f->pts = n;
        const double start_ms = cpu_ms();
        if (avcodec_send_frame(c, f) < 0 || avcodec_receive_packet(c, p) < 0)
            exit(1);
        core_ms += cpu_ms() - start_ms;
        bytes += p->size;
        av_packet_unref(p);
    }
    print_row(form, b, core_ms, core_ms, bytes);
    avcodec_free_context(&c);
    av_frame_free(&f);
    av_packet_free(&p);
}

int main(int argc, char **argv)
{
    bench b = {.width = 1920, .height = 1080, .frames = 30, .fps = 60};
    if (argc < 2 || (argc > 2 && sscanf(argv[2], "%d", &b.frames) != 1) ||
        (argc > 3 && sscanf(argv[3], "%dx%d", &b.width, &b.height) != 2) ||
        (argc > 4 && sscanf(argv[4], "%lf", &b.fps) != 1) || b.frames < 1 ||
        !(b.fps > 0)) {
        (void)fprintf(stderr, "usage: rimlight_recording FILE [FRAMES [WxH [FPS]]]\n");
        return 2;
    }
    rim_av_init();
    for (int i = 0; i < DIFFERENT; i++) {
        b.frame[i] = (rim_frame){
            .width = b.width, .height = b.height, .fmt = RIM_FMT_GRAY16, .bits = BITS};
        if (rim_frame_init(&b.frame[i]))
            return 1;
        paint(&b.frame[i], (uint32_t)i);
    }
    printf("%dx%d, %d bits, %d frames\n", b.width, b.height, BITS, b.frames);
    printf("%-28s %8s %8s %8s %8s   %s\n", "form", "ms", "core ms", "MB", "MB/s",
           "keeps up");
    record(&b, argv[1], RIM_RECORD_RAW);
    record(&b, argv[1], RIM_RECORD_FFV1);
    encode(&b, "FFV1, one core, no file", AV_CODEC_ID_FFV1, AV_PIX_FMT_GRAY12LE);
    encode(&b, "FFVHUFF, one core, no file", AV_CODEC_ID_FFVHUFF, AV_PIX_FMT_GRAY16LE);
    const double plain = (double)b.width * b.height * 2 / 1e6;
    printf("%-28s %8s %8s %8.2f %8.0f\n", "(16-bit samples as they are)", "-", "-",
           plain, plain * b.fps);
    for (int i = 0; i < DIFFERENT; i++)
        rim_frame_uninit(&b.frame[i]);
    return 0;
}
