// test_video.c: films and recordings, written and read, whole and damaged.
// SPDX-License-Identifier: MIT
#include "media/picture_sink.h"
#include "media/png_file.h"
#include "media/recorder.h"
#include "media/video_in.h"
#include "media/video_mux.h"
#include "media/video_out.h"
#include "scratch.h"

#include <check.h>
#include <libavformat/avformat.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { W = 96, H = 64, FRAMES = 30 };

static bool has_encoder(const char *name)
{
    if (avcodec_find_encoder_by_name(name))
        return true;
    (void)fprintf(stderr, "skipped: FFmpeg without %s\n", name);
    return false;
}

// ---- foreign films ----

typedef struct recipe {
    const char *file, *container, *encoder;
    enum AVPixelFormat format;
    const char *options;
    int gop, b_frames;
} recipe;

// A moving pattern with some noise, in every plane.
static void paint(AVFrame *f, int n, uint32_t *state)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)f->format);
    const uint32_t mask = (1U << d->comp[0].depth) - 1U;
    for (int p = 0; p < 4 && f->data[p]; p++) {
        const int w = p ? AV_CEIL_RSHIFT(f->width, d->log2_chroma_w) : f->width;
        const int h = p ? AV_CEIL_RSHIFT(f->height, d->log2_chroma_h) : f->height;
        for (int y = 0; y < h; y++) {
            uint8_t *row = f->data[p] + (ptrdiff_t)y * f->linesize[p];
            for (int x = 0; x < w; x++) {
                const uint32_t noise = scratch_random(state);
                const uint32_t v =
                    80U + 90U * (uint32_t)(((x + 2 * n) / 8 + y / 8) % 2);
                if (d->comp[0].depth == 8)
                    row[x] = (uint8_t)(v + noise % 6);
                else if (d->flags & AV_PIX_FMT_FLAG_BE)
                    AV_WB16(row + 2 * (ptrdiff_t)x, (uint16_t)(noise & mask));
                else
                    AV_WL16(row + 2 * (ptrdiff_t)x, (uint16_t)(noise & mask));
            }
        }
    }
}

// Frame n is shown at n / 25 s.
static void make_film(const recipe *r)
{
    rim_mux m;
    rim_encoder e;
    ck_assert_int_eq(rim_mux_open(&m, scratch_path("%s", r->file), r->container),
                     RIM_OK);
    ck_assert_int_eq(rim_mux_add(&m, &e, avcodec_find_encoder_by_name(r->encoder)),
                     RIM_OK);
    e.codec->width = W;
    e.codec->height = H;
    e.codec->pix_fmt = r->format;
    e.codec->time_base = (AVRational){1, 25};
    e.codec->framerate = (AVRational){25, 1};
    e.codec->gop_size = r->gop;
    e.codec->max_b_frames = r->b_frames;
    if (r->format == AV_PIX_FMT_YUVJ420P)
        e.codec->color_range = AVCOL_RANGE_JPEG;
    AVDictionary *options = NULL;
    (void)av_dict_parse_string(&options, r->options, "=", ":", 0);
    ck_assert_int_eq(rim_encoder_start(&m, &e, &options), RIM_OK);
    options = NULL;
    ck_assert_int_eq(rim_mux_start(&m, &options), RIM_OK);
    uint32_t state = 7;
    for (int n = 0; n < FRAMES; n++) {
        ck_assert_int_eq(rim_encoder_writable(&m, &e), RIM_OK);
        paint(e.frame, n, &state);
        ck_assert_int_eq(rim_mux_encode(&m, &e, n, NULL), RIM_OK);
    }
    rim_mux_flush(&m, &e);
    rim_encoder_uninit(&e);
    ck_assert_int_eq(rim_mux_close(&m), RIM_OK);
}

// What reading a film gave: of each frame a checksum and its time.
typedef struct takings {
    int given, lost;
    rim_err end; // what reading ended with
    uint32_t sum[FRAMES];
    int64_t t_ns[FRAMES];
    bool has[FRAMES];
} takings;

static uint32_t checksum(const rim_frame *f)
{
    uint32_t sum = 1;
    for (int y = 0; y < f->height; y++)
        for (size_t i = 0; i < (size_t)f->width * rim_fmt_bytes(f->fmt); i++)
            sum = sum * UINT32_C(16777619) ^ rim_frame_row8(f, y)[i];
    return sum;
}

static rim_err take(takings *t, const char *path)
{
    *t = (takings){0};
    rim_video_in *v = NULL;
    rim_err err = rim_video_in_open(&v, path, 0);
    if (err)
        return err;
    const rim_video_in_info *i = rim_video_in_get_info(v);
    rim_frame f;
    scratch_frame(&f, i->fmt, i->width, i->height, i->bits);
    for (int step = 0; step < 1000; step++) {
        rim_video_stamp stamp;
        t->end = rim_video_in_next(v, &stamp);
        if (t->end == RIM_ERR_DAMAGED) {
            t->lost++;
            continue;
        }
        if (t->end != RIM_OK)
            break;
        ck_assert_int_eq(rim_video_in_pixels(v, &f), RIM_OK);
        ck_assert_uint_lt(stamp.number, FRAMES);
        ck_assert(!t->has[stamp.number]);
        t->has[stamp.number] = true;
        t->sum[stamp.number] = checksum(&f);
        t->t_ns[stamp.number] = stamp.t_ns;
        t->given++;
    }
    ck_assert_int_ne(t->end, RIM_OK);
    rim_frame_uninit(&f);
    rim_video_in_close(&v);
    return RIM_OK;
}

// Containers without time stamps: numbers may be late after a loss.
static bool is_timeless(const recipe *r)
{
    return strcmp(r->container, "avi") == 0 || strcmp(r->container, "h264") == 0 ||
           strcmp(r->container, "mpeg") == 0;
}

// Whether frame n is what it is in the whole film; without time stamps, what any is.
static bool is_true(const takings *got, const takings *want, int n, const recipe *r)
{
    for (int i = 0; i < FRAMES && is_timeless(r); i++)
        if (got->sum[n] == want->sum[i])
            return true;
    return got->sum[n] == want->sum[n];
}

static const recipe greys[] = {
    {"g8.mkv", "matroska", "ffv1", AV_PIX_FMT_GRAY8, "level=3", 1, 0},
    {"g10.mkv", "matroska", "ffv1", AV_PIX_FMT_GRAY10LE, "level=3:slicecrc=1", 1, 0},
    {"g12.mkv", "matroska", "ffv1", AV_PIX_FMT_GRAY12LE, "level=3:slices=4", 1, 0},
    {"g16.mkv", "matroska", "ffv1", AV_PIX_FMT_GRAY16LE, "level=3:slices=4", 12, 0},
    {"g16.avi", "avi", "ffv1", AV_PIX_FMT_GRAY16LE, "level=1", 1, 0},
    {"g16be.nut", "nut", "rawvideo", AV_PIX_FMT_GRAY16BE, "", 1, 0},
    {"g14.nut", "nut", "rawvideo", AV_PIX_FMT_GRAY14LE, "", 1, 0},
    {"g16.mov", "mov", "png", AV_PIX_FMT_GRAY16BE, "", 1, 0},
};

// Painted once more and compared sample by sample.
START_TEST(grey_films_keep_their_depth)
{
    const recipe *r = &greys[_i];
    make_film(r);
    rim_video_in *v = NULL;
    ck_assert_int_eq(rim_video_in_open(&v, scratch_path("%s", r->file), 0), RIM_OK);
    const rim_video_in_info *i = rim_video_in_get_info(v);
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(r->format);
    ck_assert_int_eq(i->fmt, RIM_FMT_GRAY16);
    ck_assert_int_eq(i->bits, d->comp[0].depth);
    ck_assert_double_eq_tol(i->fps, 25, 1e-9);
    AVFrame *want = av_frame_alloc();
    want->width = W;
    want->height = H;
    want->format = r->format;
    ck_assert_int_eq(av_frame_get_buffer(want, 0), 0);
    rim_frame f;
    scratch_frame(&f, RIM_FMT_GRAY16, W, H, i->bits);
    uint32_t state = 7;
    for (int n = 0; n < FRAMES; n++) {
        rim_video_stamp stamp;
        ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
        ck_assert_uint_eq(stamp.number, (uint64_t)n);
        ck_assert_int_eq(stamp.t_ns, INT64_C(40000000) * n);
        ck_assert_int_eq(rim_video_in_pixels(v, &f), RIM_OK);
        paint(want, n, &state);
        for (int y = 0; y < H; y++) {
            const uint8_t *row = want->data[0] + (ptrdiff_t)y * want->linesize[0];
            for (int x = 0; x < W; x++) {
                const uint8_t *p = row + (i->bits == 8 ? x : 2 * x);
                const unsigned value = i->bits == 8                    ? *p
                                       : d->flags & AV_PIX_FMT_FLAG_BE ? AV_RB16(p)
                                                                       : AV_RL16(p);
                ck_assert_uint_eq(rim_frame_row16(&f, y)[x], value);
            }
        }
    }
    rim_video_stamp stamp;
    ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_END);
    ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_END);
    logged_expect_quiet();
    av_frame_free(&want);
    rim_frame_uninit(&f);
    rim_video_in_close(&v);
}
END_TEST

static const recipe films[] = {
    {"a.mkv", "matroska", "ffv1", AV_PIX_FMT_GRAY16LE, "level=3:slices=4:slicecrc=1", 1,
     0},
    {"p.mkv", "matroska", "ffv1", AV_PIX_FMT_YUV420P, "level=3:slices=4:slicecrc=1", 8,
     0},
    {"b.mkv", "matroska", "libx264", AV_PIX_FMT_YUV420P, "crf=20:preset=fast", 8, 2},
    {"c.mp4", "mp4", "libx264", AV_PIX_FMT_YUV420P, "crf=20:preset=fast", 8, 2},
    {"d.mp4", "mp4", "mpeg4", AV_PIX_FMT_YUV420P, "", 8, 1},
    {"e.avi", "avi", "mjpeg", AV_PIX_FMT_YUVJ420P, "", 1, 0},
    {"g.avi", "avi", "libx264", AV_PIX_FMT_YUV420P, "crf=20:preset=fast", 8, 2},
    {"h.avi", "avi", "mpeg4", AV_PIX_FMT_YUV420P, "", 8, 1},
    {"i.mov", "mov", "libx264", AV_PIX_FMT_YUV420P, "crf=20:preset=fast", 8, 2},
    {"j.h264", "h264", "libx264", AV_PIX_FMT_YUV420P, "crf=20:preset=fast", 8, 2},
    {"k.mpg", "mpeg", "mpeg2video", AV_PIX_FMT_YUV420P, "", 8, 2},
    {"l.webm", "webm", "libvpx-vp9", AV_PIX_FMT_YUV420P, "deadline=realtime:cpu-used=8",
     8, 0},
    {"f.ts", "mpegts", "libx264", AV_PIX_FMT_YUV420P, "crf=20:preset=fast", 8, 2},
};
enum { FILMS = sizeof films / sizeof *films, CHECKSUMMED = 2 };

START_TEST(films_are_read_in_order)
{
    const recipe *r = &films[_i];
    if (!has_encoder(r->encoder))
        return;
    make_film(r);
    takings t;
    ck_assert_int_eq(take(&t, scratch_path("%s", r->file)), RIM_OK);
    ck_assert_int_eq(t.given, FRAMES);
    ck_assert_int_eq(t.lost, 0);
    ck_assert_int_eq(t.end, RIM_END);
    for (int n = 0; n < FRAMES; n++)
        ck_assert_int_eq(t.t_ns[n], INT64_C(40000000) * n);
    logged_expect_quiet();
}
END_TEST

// Random damage: every frame is given or lost, under its own number and time. With
// checksums in the format none that is given may differ; without, few.
START_TEST(damage_costs_frames_and_is_said)
{
    const recipe *r = &films[_i];
    if (!has_encoder(r->encoder))
        return;
    make_film(r);
    char whole[1024], bad[1024];
    (void)snprintf(whole, sizeof whole, "%s", scratch_path("%s", r->file));
    (void)snprintf(bad, sizeof bad, "%s", scratch_path("bad%s", strrchr(r->file, '.')));
    takings want, got;
    ck_assert_int_eq(take(&want, whole), RIM_OK);
    size_t size;
    uint8_t *data = scratch_read(whole, &size);
    uint32_t state = (uint32_t)_i + 1;
    int wrong = 0, given = 0, lost = 0;
    for (int trial = 0; trial < 12; trial++) {
        uint8_t *copy = malloc(size);
        memcpy(copy, data, size);
        // Behind the head, which may make the whole file unreadable.
        const size_t at = size / 8 + scratch_random(&state) % (size / 2);
        for (size_t n = 0; n < 32; n++)
            copy[at + n] = (uint8_t)scratch_random(&state);
        scratch_write(bad, copy, size);
        free(copy);
        logged_start();
        ck_assert_int_eq(take(&got, bad), RIM_OK);
        ck_assert(got.lost == 0 || logged_count(RIM_LOG_ERROR) > 0);
        for (int n = 0; n < FRAMES; n++) {
            if (!got.has[n])
                continue;
            given++;
            wrong += !is_true(&got, &want, n, r);
        }
        lost += got.lost;
    }
    free(data);
    ck_assert_int_gt(lost, 0);
    ck_assert_int_gt(given, 12 * FRAMES / 3);
    if (_i < CHECKSUMMED)
        ck_assert_int_eq(wrong, 0);
    else
        ck_assert_int_lt(wrong, given / 4);
}
END_TEST

// Cut anywhere: what comes before is given unchanged, and the end is said.
START_TEST(cut_films_end_with_a_message)
{
    const recipe *r = &films[_i];
    if (!has_encoder(r->encoder))
        return;
    make_film(r);
    char whole[1024], bad[1024];
    (void)snprintf(whole, sizeof whole, "%s", scratch_path("%s", r->file));
    (void)snprintf(bad, sizeof bad, "%s", scratch_path("bad%s", strrchr(r->file, '.')));
    takings want, got;
    ck_assert_int_eq(take(&want, whole), RIM_OK);
    size_t size;
    uint8_t *data = scratch_read(whole, &size);
    for (size_t cut = 0; cut < size * 9 / 10; cut += size / 25 + 1) {
        scratch_write(bad, data, cut);
        logged_start();
        const rim_err err = take(&got, bad);
        // These have neither a length nor an end.
        if (strcmp(r->container, "mpegts") != 0 && strcmp(r->container, "h264") != 0 &&
            strcmp(r->container, "mpeg") != 0)
            ck_assert_int_ge(logged_count(RIM_LOG_ERROR), 1);
        if (err) { // the head is not whole, or stands at the end
            ck_assert_int_eq(logged_count(RIM_LOG_ERROR), 1);
            continue;
        }
        ck_assert_int_lt(got.given, FRAMES);
        for (int n = 0; n < FRAMES; n++)
            ck_assert(!got.has[n] || is_true(&got, &want, n, r));
    }
    free(data);
}
END_TEST

START_TEST(what_is_no_film_is_named)
{
    rim_video_in *v = NULL;
    ck_assert_int_eq(rim_video_in_open(&v, scratch_path("gone.mp4"), 0),
                     RIM_ERR_NOT_FOUND);
    ck_assert_ptr_null(v);
    logged_expect_error("gone.mp4");
    const char *path = scratch_path("a.mp4");
    scratch_write(path, "", 0);
    logged_start();
    ck_assert_int_lt(rim_video_in_open(&v, path, 0), 0);
    logged_expect_error("a.mp4");
    scratch_write(path, "this is a letter, not a film", 28);
    logged_start();
    ck_assert_int_lt(rim_video_in_open(&v, path, 0), 0);
    logged_expect_error("a.mp4");
    make_film(&greys[0]);
    logged_start();
    ck_assert_int_eq(rim_video_in_open(&v, scratch_path("g8.mkv"), 1),
                     RIM_ERR_NOT_FOUND);
    logged_expect_error("1 video streams");
}
END_TEST

// ---- colour ----

// BT.601 and BT.709, limited and full range, against the equations of the standards.
START_TEST(colour_follows_matrix_and_range)
{
    const bool full = _i & 1, hd = _i & 2;
    const double kr = hd ? 0.2126 : 0.299, kb = hd ? 0.0722 : 0.114;
    rim_mux m;
    rim_encoder e;
    const char *path = scratch_path("c.mkv");
    ck_assert_int_eq(rim_mux_open(&m, path, "matroska"), RIM_OK);
    ck_assert_int_eq(rim_mux_add(&m, &e, avcodec_find_encoder_by_name("ffv1")), RIM_OK);
    e.codec->width = e.codec->height = 64;
    e.codec->pix_fmt = AV_PIX_FMT_YUV444P;
    e.codec->time_base = (AVRational){1, 25};
    e.codec->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    e.codec->colorspace = hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    AVDictionary *options = NULL;
    ck_assert_int_eq(rim_encoder_start(&m, &e, &options), RIM_OK);
    ck_assert_int_eq(rim_mux_start(&m, &options), RIM_OK);
    uint32_t state = 3;
    uint8_t yuv[3][64][64];
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 64; x++)
                yuv[p][y][x] = e.frame->data[p][y * e.frame->linesize[p] + x] =
                    (uint8_t)(p ? 88 + scratch_random(&state) % 80
                                : 60 + scratch_random(&state) % 120);
    ck_assert_int_eq(rim_mux_encode(&m, &e, 0, NULL), RIM_OK);
    rim_encoder_uninit(&e);
    ck_assert_int_eq(rim_mux_close(&m), RIM_OK);

    rim_video_in *v = NULL;
    rim_video_stamp stamp;
    rim_frame f;
    scratch_frame(&f, RIM_FMT_BGRX8, 64, 64, 8);
    ck_assert_int_eq(rim_video_in_open(&v, path, 0), RIM_OK);
    ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
    ck_assert_int_eq(rim_video_in_pixels(v, &f), RIM_OK);
    double worst = 0;
    for (int y = 0; y < 64; y++) {
        for (int x = 0; x < 64; x++) {
            const double luma = full ? yuv[0][y][x] : (yuv[0][y][x] - 16) * 255.0 / 219;
            const double scale = full ? 1 : 255.0 / 224;
            const double b = luma + 2 * (1 - kb) * scale * (yuv[1][y][x] - 128);
            const double r = luma + 2 * (1 - kr) * scale * (yuv[2][y][x] - 128);
            const double g = (luma - kr * r - kb * b) / (1 - kr - kb);
            const double want[3] = {b, g, r};
            const uint8_t *p = rim_frame_row8(&f, y) + 4 * (ptrdiff_t)x;
            for (int c = 0; c < 3; c++)
                worst = fmax(worst, fabs(p[c] - fmin(fmax(want[c], 0), 255)));
            ck_assert_int_eq(p[3], 255);
        }
    }
    ck_assert_double_le(worst, 1.01);
    rim_frame_uninit(&f);
    rim_video_in_close(&v);
}
END_TEST

// ---- films of our own ----

// The file's tag "comment".
static void expect_note(const char *path, const char *note)
{
    AVFormatContext *f = NULL;
    ck_assert_int_eq(avformat_open_input(&f, path, NULL, NULL), 0);
    const AVDictionaryEntry *e = av_dict_get(f->metadata, "comment", NULL, 0);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->value, note);
    avformat_close_input(&f);
}

// Does the file hold these bytes?
static bool holds_text(const char *path, const char *text)
{
    static char bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t i = 0; i + strlen(text) <= n; i++)
        if (memcmp(bytes + i, text, strlen(text)) == 0)
            return true;
    return false;
}

START_TEST(overlay_films_are_readable)
{
    static const char *const names[] = {"o.mp4", "o.mkv", "o.mov"};
    const char *path = scratch_path("%s", names[_i]);
    rim_picture_sink *s = NULL;
    ck_assert_int_eq(rim_picture_sink_open(&s, path, W + 1, H + 1, 30, "a \"note\""),
                     RIM_OK);
    rim_frame f;
    scratch_frame(&f, RIM_FMT_BGRX8, W + 1, H + 1, 8);
    for (int n = 0; n < FRAMES; n++) {
        for (int y = 0; y < f.height; y++)
            for (int x = 0; x < f.width; x++)
                memcpy(rim_frame_row8(&f, y) + 4 * (ptrdiff_t)x,
                       (uint8_t[]){(uint8_t)(60 + n), 120, (uint8_t)(x + 80), 255}, 4);
        f.captured_ns = INT64_C(5000000000) + n * INT64_C(1000000000) / 30;
        f.seq = (uint64_t)n;
        ck_assert_int_eq(rim_picture_sink_write(s, &f), RIM_OK);
    }
    ck_assert_int_eq(rim_picture_sink_close(&s), RIM_OK);
    ck_assert_ptr_null(s);
    expect_note(path, "a \"note\"");
    rim_video_in *v = NULL;
    ck_assert_int_eq(rim_video_in_open(&v, path, 0), RIM_OK);
    ck_assert_int_eq(rim_video_in_get_info(v)->width, W + 2);
    rim_frame back;
    scratch_frame(&back, RIM_FMT_BGRX8, W + 2, H + 2, 8);
    for (int n = 0; n < FRAMES; n++) {
        rim_video_stamp stamp;
        ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
        ck_assert_int_eq((stamp.t_ns + 500000) / 1000000, (n * 1000 + 15) / 30);
        ck_assert_int_eq(rim_video_in_pixels(v, &back), RIM_OK);
        for (int x = 4; x < W; x += 9) {
            const uint8_t *p = rim_frame_row8(&back, H) + 4 * (ptrdiff_t)x;
            ck_assert_int_le(abs(p[0] - (60 + n)), 8);
            ck_assert_int_le(abs(p[1] - 120), 8);
            ck_assert_int_le(abs(p[2] - (x + 80)), 8);
        }
    }
    logged_expect_quiet();
    rim_video_in_close(&v);
    rim_frame_uninit(&f);
    rim_frame_uninit(&back);
}
END_TEST

START_TEST(pictures_go_to_a_folder)
{
    const char *path = scratch_path("pictures");
    rim_picture_sink *s = NULL;
    rim_frame f, back;
    scratch_frame(&f, RIM_FMT_BGRX8, W, H, 8);
    scratch_frame(&back, RIM_FMT_BGRX8, W, H, 8);
    ck_assert_int_eq(rim_picture_sink_open(&s, path, W, H, 0, "a note"), RIM_OK);
    static const uint64_t seq[] = {0, 1, 5, 5, 0}; // the last two: wrong, but kept
    static const int name[] = {0, 1, 5, 6, 7};
    for (uint32_t n = 0; n < 5; n++) {
        scratch_noise(&f, n);
        f.seq = seq[n];
        ck_assert_int_eq(rim_picture_sink_write(s, &f), RIM_OK);
    }
    ck_assert_int_eq(rim_picture_sink_close(&s), RIM_OK);
    for (uint32_t n = 0; n < 5; n++) {
        scratch_noise(&f, n);
        ck_assert_int_eq(
            rim_png_read(&back, scratch_path("pictures/%06d.png", name[n])), RIM_OK);
        ck_assert(frames_equal(&f, &back));
        ck_assert(holds_text(scratch_path("pictures/%06d.png", name[n]), "a note"));
    }
    rim_frame_uninit(&f);
    rim_frame_uninit(&back);
}
END_TEST

START_TEST(places_that_cannot_be_written_are_named)
{
    rim_picture_sink *s = NULL;
    static const char *const names[] = {"none/o.mp4", "none/o.mkv", "none/pictures",
                                        "o.avi"};
    for (size_t i = 0; i < 4; i++) {
        logged_start();
        ck_assert_int_lt(
            rim_picture_sink_open(&s, scratch_path("%s", names[i]), W, H, 30, NULL), 0);
        ck_assert_ptr_null(s);
        logged_expect_error(names[i]);
    }
    rim_recorder *r = NULL;
    const rim_source_info info = {.width = W, .height = H, .bits = 12};
    logged_start();
    ck_assert_int_lt(rim_recorder_open(&r, scratch_path("none/r.mkv"), &info, NULL), 0);
    ck_assert_ptr_null(r);
    logged_expect_error("none/r.mkv");
}
END_TEST

// ---- recordings ----

static void record(const char *name, const rim_source_info *info,
                   rim_record_codec codec, rim_err *written)
{
    const rim_record_options options = {.codec = codec, .start_ns = 1000};
    rim_recorder *r = NULL;
    rim_frame nir, visible;
    scratch_frame(&nir, RIM_FMT_GRAY16, info->width, info->height, info->bits);
    scratch_frame(&visible, RIM_FMT_BGRX8, 50, 40, 8);
    rim_err err = rim_recorder_open(&r, scratch_path("%s", name), info, &options);
    ck_assert_int_eq(err, RIM_OK);
    for (uint32_t n = 0; n < FRAMES && !err; n++) {
        if (n == 4 || n == 5)
            continue; // lost
        nir.seq = n;
        nir.captured_ns = 1000 + INT64_C(16666667) * n;
        scratch_noise(&nir, n);
        scratch_noise(&visible, 100 + n);
        err = rim_recorder_write(r, &nir,
                                 info->visible_width && n != 7 ? &visible : NULL, NULL);
    }
    const rim_err closed = rim_recorder_close(&r);
    *written = err ? err : closed;
    ck_assert_ptr_null(r);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}

START_TEST(recordings_come_back_bit_for_bit)
{
    const rim_source_info info = {.width = W + 1,
                                  .height = H + 1,
                                  .bits = 8 + _i / 2,
                                  .visible_width = 50,
                                  .visible_height = 40,
                                  .fps = 60,
                                  .mm_per_px = (double)NAN};
    const int bits = info.bits;
    const rim_record_codec codec = _i % 2 ? RIM_RECORD_FFV1 : RIM_RECORD_RAW;
    rim_err written;
    record("r.mkv", &info, codec, &written);
    ck_assert_int_eq(written, RIM_OK);
    for (int stream = 0; stream < 2; stream++) {
        rim_video_in *v = NULL;
        ck_assert_int_eq(rim_video_in_open(&v, scratch_path("r.mkv"), stream), RIM_OK);
        const rim_video_in_info *i = rim_video_in_get_info(v);
        ck_assert_ptr_nonnull(i->tag);
        rim_frame f, want;
        scratch_frame(&f, i->fmt, i->width, i->height, i->bits);
        scratch_frame(&want, i->fmt, i->width, i->height, stream ? 8 : bits);
        for (uint32_t n = 0; n < FRAMES; n++) {
            if (n == 4 || n == 5 || (stream == 1 && n == 7))
                continue;
            rim_video_stamp stamp;
            ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
            ck_assert_uint_eq(stamp.number, n);
            ck_assert_int_eq(stamp.t_ns, INT64_C(16666667) * n);
            ck_assert_int_eq(rim_video_in_pixels(v, &f), RIM_OK);
            scratch_noise(&want, stream ? 100 + n : n);
            ck_assert(frames_equal(&f, &want));
        }
        rim_video_stamp stamp;
        ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_END);
        rim_frame_uninit(&f);
        rim_frame_uninit(&want);
        rim_video_in_close(&v);
    }
    logged_expect_quiet();
}
END_TEST

// No damage goes unnoticed, though the codec has no checksum.
START_TEST(damaged_recordings_lose_frames)
{
    const rim_source_info info = {.width = W, .height = H, .bits = 12, .fps = 60};
    rim_err written;
    record("r.mkv", &info, _i % 2 ? RIM_RECORD_FFV1 : RIM_RECORD_RAW, &written);
    ck_assert_int_eq(written, RIM_OK);
    takings want, got;
    ck_assert_int_eq(take(&want, scratch_path("r.mkv")), RIM_OK);
    ck_assert_int_eq(want.given, FRAMES - 2);
    size_t size;
    uint8_t *data = scratch_read(scratch_path("r.mkv"), &size);
    uint32_t state = 1;
    int lost = 0;
    for (int trial = 0; trial < 60; trial++) {
        const size_t at = size / 10 + scratch_random(&state) % (size * 8 / 10);
        const uint8_t before = data[at];
        data[at] ^= (uint8_t)(1U << trial % 8);
        scratch_write(scratch_path("bad.mkv"), data, size);
        data[at] = before;
        ck_assert_int_eq(take(&got, scratch_path("bad.mkv")), RIM_OK);
        lost += got.lost;
        for (int n = 0; n < FRAMES; n++)
            ck_assert(!got.has[n] || (want.has[n] && got.sum[n] == want.sum[n] &&
                                      got.t_ns[n] == want.t_ns[n]));
    }
    ck_assert_int_gt(lost, 50);
    free(data);
}
END_TEST

// A disk that is full after a while, played by the limit on a file's size.
START_TEST(full_disk_leaves_what_was_written)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    const rim_source_info info = {.width = W, .height = H, .bits = 16, .fps = 60};
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 150000; // some 12 frames
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    rim_err written;
    record("r.mkv", &info, _i % 2 ? RIM_RECORD_FFV1 : RIM_RECORD_RAW, &written);
    limit.rlim_cur = before;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(written, RIM_ERR_IO);
    logged_expect_error("r.mkv: cannot be written");
    takings t;
    ck_assert_int_eq(take(&t, scratch_path("r.mkv")), RIM_OK);
    ck_assert_int_gt(t.given, 6);
    ck_assert_int_lt(t.given, 20);
}
END_TEST

START_TEST(full_disk_leaves_the_film)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 200000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    rim_picture_sink *s = NULL;
    const char *path = scratch_path(_i ? "o.mkv" : "o.mp4");
    ck_assert_int_eq(rim_picture_sink_open(&s, path, W, H, 10, NULL), RIM_OK);
    rim_frame f;
    scratch_frame(&f, RIM_FMT_BGRX8, W, H, 8);
    rim_err err = RIM_OK;
    for (uint32_t n = 0; n < 300 && !err; n++) {
        scratch_noise(&f, n);
        f.captured_ns = INT64_C(100000000) * n;
        err = rim_picture_sink_write(s, &f);
    }
    const rim_err closed = rim_picture_sink_close(&s);
    limit.rlim_cur = before;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(err ? err : closed, RIM_ERR_IO);
    logged_expect_error("cannot be written");
    rim_video_in *v = NULL;
    ck_assert_int_eq(rim_video_in_open(&v, path, 0), RIM_OK);
    rim_video_stamp stamp;
    for (int n = 0; n < 10; n++)
        ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
    rim_video_in_close(&v);
    rim_frame_uninit(&f);
}
END_TEST

// ---- real pictures ----

START_TEST(real_12_bit_picture_is_read)
{
    const char *path = scratch_real("scitif_12bit/16923029-f10.tif");
    if (!path)
        return;
    rim_video_in *v = NULL;
    rim_video_stamp stamp;
    ck_assert_int_eq(rim_video_in_open(&v, path, 0), RIM_OK);
    const rim_video_in_info *i = rim_video_in_get_info(v);
    ck_assert_int_eq(i->fmt, RIM_FMT_GRAY16);
    ck_assert_int_eq(i->bits, 16);
    rim_frame f;
    scratch_frame(&f, RIM_FMT_GRAY16, 1392, 1040, 16);
    ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
    ck_assert_int_eq(rim_video_in_pixels(v, &f), RIM_OK);
    unsigned low = 65535, high = 0;
    for (int y = 0; y < f.height; y++) {
        for (int x = 0; x < f.width; x++) {
            const unsigned value = rim_frame_row16(&f, y)[x];
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
    }
    ck_assert_uint_gt(low, 0);
    ck_assert_uint_gt(high, 1000);
    ck_assert_uint_le(high, 4095);
    ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_END);
    rim_frame_uninit(&f);
    rim_video_in_close(&v);
}
END_TEST

// Pages of one TIFF, each with its own sample; the chain may be damaged.
START_TEST(tiffs_are_read_page_by_page)
{
    enum { PAGES = 5, SIDE = 64, PAGE_BYTES = SIDE * SIDE * 2, TAGS = 9 };
    static const uint16_t tag[TAGS][4] = {
        // tag, type, count, value
        {256, 3, 1, SIDE}, {257, 3, 1, SIDE}, {258, 3, 1, 16},
        {259, 3, 1, 1},    {262, 3, 1, 1},    {273, 4, 1, 0},
        {277, 3, 1, 1},    {278, 3, 1, SIDE}, {279, 4, 1, PAGE_BYTES}};
    const size_t folder = 2 + 12 * TAGS + 4, page = folder + PAGE_BYTES;
    const size_t size = 8 + PAGES * page;
    uint8_t *data = calloc(1, size);
    memcpy(data, "II*", 4);
    AV_WL32(data + 4, 8);
    for (int n = 0; n < PAGES; n++) {
        const size_t at = 8 + (size_t)n * page;
        AV_WL16(data + at, TAGS);
        for (int i = 0; i < TAGS; i++) {
            uint8_t *p = data + at + 2 + 12 * (size_t)i;
            AV_WL16(p, tag[i][0]);
            AV_WL16(p + 2, tag[i][1]);
            AV_WL32(p + 4, tag[i][2]);
            AV_WL32(p + 8, tag[i][0] == 273 ? (uint32_t)(at + folder) : tag[i][3]);
        }
        AV_WL32(data + at + folder - 4, n + 1 < PAGES ? (uint32_t)(at + page) : 0);
        for (int i = 0; i < SIDE * SIDE; i++)
            AV_WL16(data + at + folder + 2 * (size_t)i, (uint16_t)(1000 * n + i));
    }
    if (_i == 1) // a chain that bites its tail ends with the file's end, not never
        AV_WL32(data + 8 + (PAGES - 1) * page + folder - 4, (uint32_t)size + 99);
    scratch_write(scratch_path("pages.tif"), data, size);
    free(data);
    rim_video_in *v = NULL;
    rim_frame f;
    scratch_frame(&f, RIM_FMT_GRAY16, SIDE, SIDE, 16);
    ck_assert_int_eq(rim_video_in_open(&v, scratch_path("pages.tif"), 0), RIM_OK);
    rim_video_stamp stamp;
    for (int n = 0; n < PAGES; n++) {
        ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_OK);
        ck_assert_uint_eq(stamp.number, (uint64_t)n);
        ck_assert_int_eq(rim_video_in_pixels(v, &f), RIM_OK);
        ck_assert_int_eq(rim_frame_row16(&f, 0)[0], 1000 * n);
        ck_assert_int_eq(rim_frame_row16(&f, 63)[63], 1000 * n + 4095);
    }
    ck_assert_int_eq(rim_video_in_next(v, &stamp), RIM_END);
    rim_frame_uninit(&f);
    rim_video_in_close(&v);
}
END_TEST

START_TEST(real_tiff_with_odd_tags_is_read)
{
    const char *path = scratch_real("scitif_12bit/video-gcamp.tif");
    if (!path)
        return;
    rim_video_in *v = NULL;
    rim_video_stamp stamp;
    ck_assert_int_eq(rim_video_in_open(&v, path, 0), RIM_OK);
    ck_assert_int_eq(rim_video_in_get_info(v)->bits, 8);
    int pages = 0;
    while (rim_video_in_next(v, &stamp) == RIM_OK)
        pages++;
    ck_assert_int_gt(pages, 1);
    logged_expect_quiet();
    rim_video_in_close(&v);
}
END_TEST

static void start(void)
{
    scratch_open();
    logged_start();
}

int main(void)
{
    TCase *tc = tcase_create("video");
    tcase_set_timeout(tc, 100);
    tcase_add_checked_fixture(tc, start, scratch_close);
    tcase_add_loop_test(tc, grey_films_keep_their_depth, 0,
                        (int)(sizeof greys / sizeof *greys));
    tcase_add_loop_test(tc, films_are_read_in_order, 0, FILMS);
    tcase_add_loop_test(tc, damage_costs_frames_and_is_said, 0, FILMS);
    tcase_add_loop_test(tc, cut_films_end_with_a_message, 0, FILMS);
    tcase_add_test(tc, what_is_no_film_is_named);
    tcase_add_loop_test(tc, colour_follows_matrix_and_range, 0, 4);
    tcase_add_loop_test(tc, overlay_films_are_readable, 0, 3);
    tcase_add_test(tc, pictures_go_to_a_folder);
    tcase_add_test(tc, places_that_cannot_be_written_are_named);
    tcase_add_loop_test(tc, recordings_come_back_bit_for_bit, 0, 18);
    tcase_add_loop_test(tc, damaged_recordings_lose_frames, 0, 2);
    tcase_add_loop_test(tc, full_disk_leaves_what_was_written, 0, 2);
    tcase_add_loop_test(tc, full_disk_leaves_the_film, 0, 2);
    tcase_add_test(tc, real_12_bit_picture_is_read);
    tcase_add_loop_test(tc, tiffs_are_read_page_by_page, 0, 2);
    tcase_add_test(tc, real_tiff_with_odd_tags_is_read);
    Suite *suite = suite_create("video");
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
