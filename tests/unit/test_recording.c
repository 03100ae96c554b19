// test_recording.c: recordings: stamps, forms, cuts at every byte, damage, lies, and
// archives made of them.
// SPDX-License-Identifier: MIT
#include "capture/source.h"
#include "media/archive.h"
#include "media/recorder.h"
#include "scratch.h"

#include <check.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { W = 97, H = 66, V_W = 64, V_H = 48, FRAMES = 12 };

static const rim_point corner[] = {{1.25, 2}, {60.1, 3}, {70, 50.7}, {4, 40}};

static void start(void)
{
    scratch_open();
    logged_start();
}

static rim_source_info plain_info(int bits, bool visible)
{
    return (rim_source_info){.width = W,
                             .height = H,
                             .bits = bits,
                             .visible_width = visible ? V_W : 0,
                             .visible_height = visible ? V_H : 0,
                             .fps = 50,
                             .mm_per_px = (double)NAN};
}

// Frame 4 is lost by the camera, 7 was left out; live did not process every third. From
// frame 5 on a surface is watched, from 9 on none.
static bool is_there(uint32_t n)
{
    return n != 4 && n != 7;
}

static rim_recording_stamp stamp_of(uint32_t n)
{
    rim_recording_stamp s = {.has_exposure = true,
                             .exposure_us = 1000.5 + n,
                             .has_gain = n % 2,
                             .gain = n,
                             .light = "nir",
                             .lost = n == 5,
                             .left_out = n == 8,
                             .unprocessed = n % 3 == 2 && n != 5,
                             .has_visible = true,
                             .visible = n == 6 ? -1 : (int64_t)n / 2};
    if (n == 5) {
        s.mark = corner;
        s.mark_count = 4;
    }
    if (n == 9)
        s.mark_count = -1;
    return s;
}

static void frame_of(rim_frame *nir, uint32_t n)
{
    scratch_noise(nir, n);
    nir->seq = n;
    nir->captured_ns = 5000 + INT64_C(20000003) * n;
}

static size_t visible_bytes(uint8_t *to, rim_record_visible form, uint32_t n)
{
    uint32_t state = n + 1;
    for (int i = 0; i < 2 * V_W * V_H; i++)
        to[i] = (uint8_t)scratch_random(&state);
    (void)form;
    return (size_t)2 * V_W * V_H;
}

static void record(const char *name, int bits, rim_record_codec codec,
                   rim_record_visible form)
{
    const rim_source_info info = plain_info(bits, true);
    const rim_record_attachment files[] = {
        {scratch_path("calibration.yml"), "calibration.yml"},
        {scratch_path("dark.png"), "dark.png"}};
    const rim_record_options o = {.codec = codec,
                                  .start_ns = 5000,
                                  .visible = form,
                                  .attachment = files,
                                  .attachment_count = 2};
    scratch_write(files[0].path, "%YAML:1.0", 9);
    rim_frame nir, visible;
    scratch_frame(&nir, RIM_FMT_GRAY16, W, H, bits);
    scratch_frame(&visible, RIM_FMT_BGRX8, V_W, V_H, 8);
    uint8_t bytes[2 * V_W * V_H];
    // A real PNG: demuxers look into those that are attached.
    char from[1024];
    (void)snprintf(from, sizeof from, "%s/samples/frames/bile/nir/000000.png",
                   RIM_SOURCE_DIR);
    size_t size;
    uint8_t *png = scratch_read(from, &size);
    scratch_write(files[1].path, png, size);
    free(png);
    rim_recorder *r = NULL;
    ck_assert_int_eq(rim_recorder_open(&r, scratch_path("%s", name), &info, &o),
                     RIM_OK);
    for (uint32_t n = 0; n < FRAMES; n++) {
        if (!is_there(n))
            continue;
        const rim_recording_stamp s = stamp_of(n);
        frame_of(&nir, n);
        if (n % 2 == 0 && form == RIM_RECORD_VISIBLE_BGRX) {
            scratch_noise(&visible, 100 + n / 2);
            visible.seq = n / 2;
            visible.captured_ns = nir.captured_ns + 7;
            ck_assert_int_eq(rim_recorder_write_visible(r, &visible, NULL), RIM_OK);
        } else if (n % 2 == 0) {
            const rim_recording_stamp own = {.seq = n / 2, .t_ns = nir.captured_ns + 7};
            const size_t count = visible_bytes(bytes, form, n / 2);
            ck_assert_int_eq(rim_recorder_write_bytes(r, bytes, count, &own), RIM_OK);
        }
        ck_assert_int_eq(rim_recorder_write_nir(r, &nir, &s), RIM_OK);
    }
    ck_assert_int_eq(rim_recorder_close(&r), RIM_OK);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}

// Reads a recording: what is given must be what was written. Returns how many.
static int expect_frames(const char *path, int bits, bool all)
{
    const rim_source_options o = {.all_frames = all};
    rim_source *s = NULL;
    if (rim_source_open(&s, path, &o))
        return -1;
    rim_frame nir, want;
    int count = 0;
    scratch_frame(&nir, RIM_FMT_GRAY16, W, H, bits);
    scratch_frame(&want, RIM_FMT_GRAY16, W, H, bits);
    for (rim_err err = RIM_OK; !err || err == RIM_ERR_DAMAGED;) {
        bool has_visible;
        err = rim_source_read(s, &nir, NULL, &has_visible);
        if (err)
            continue;
        const rim_recording_stamp told = stamp_of((uint32_t)nir.seq);
        ck_assert(is_there((uint32_t)nir.seq));
        ck_assert(all || !told.unprocessed);
        frame_of(&want, (uint32_t)nir.seq);
        ck_assert(frames_equal(&nir, &want));
        ck_assert_int_eq(nir.captured_ns, want.captured_ns - 5000);
        const rim_surface_mark *mark = rim_source_mark(s);
        ck_assert_int_eq(mark != NULL, told.mark_count != 0);
        if (mark) {
            ck_assert_int_eq(mark->count, told.mark_count > 0 ? told.mark_count : 0);
            for (int i = 0; i < mark->count; i++) {
                ck_assert_double_eq(mark->point[i].x, corner[i].x);
                ck_assert_double_eq(mark->point[i].y, corner[i].y);
            }
        }
        count++;
    }
    rim_frame_uninit(&nir);
    rim_frame_uninit(&want);
    rim_source_close(&s);
    return count;
}

static rim_record_codec codec_of(int i)
{
    return i % 2 ? RIM_RECORD_FFV1 : RIM_RECORD_RAW;
}

START_TEST(what_was_recorded_comes_back)
{
    static const int depths[] = {8, 10, 12, 14, 16};
    const int bits = depths[_i / 2];
    record("r.mkv", bits, codec_of(_i), RIM_RECORD_VISIBLE_BGRX);
    ck_assert_int_eq(expect_frames(scratch_path("r.mkv"), bits, true), FRAMES - 2);
    ck_assert_int_eq(expect_frames(scratch_path("r.mkv"), bits, false), FRAMES - 5);
    logged_expect_quiet();
}
END_TEST

// The visible frame that a NIR frame was shown with, and none where there was none.
START_TEST(visible_frames_find_their_partners)
{
    static const rim_record_visible forms[] = {
        RIM_RECORD_VISIBLE_BGRX, RIM_RECORD_VISIBLE_YUYV, RIM_RECORD_VISIBLE_UYVY};
    record("r.mkv", 12, codec_of(_i), forms[_i / 2]);
    const rim_source_options o = {.all_frames = true};
    rim_source *s = NULL;
    rim_frame nir, visible, want;
    bool has_visible;
    scratch_frame(&nir, RIM_FMT_GRAY16, W, H, 12);
    scratch_frame(&visible, RIM_FMT_BGRX8, V_W, V_H, 8);
    scratch_frame(&want, RIM_FMT_BGRX8, V_W, V_H, 8);
    ck_assert_int_eq(rim_source_open(&s, scratch_path("r.mkv"), &o), RIM_OK);
    while (rim_source_read(s, &nir, &visible, &has_visible) == RIM_OK) {
        // Frame 2 is the visible one of the lost NIR frame 4.
        const uint32_t partner = (uint32_t)nir.seq / 2;
        ck_assert_int_eq(has_visible, nir.seq != 6 && partner != 2 && partner != 3);
        if (!has_visible || forms[_i / 2] != RIM_RECORD_VISIBLE_BGRX)
            continue;
        scratch_noise(&want, 100 + partner);
        ck_assert(frames_equal(&visible, &want));
    }
    rim_source_close(&s);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
    rim_frame_uninit(&want);
}
END_TEST

// JPEGs of the camera pass through byte by byte.
START_TEST(jpegs_stay_as_they_came)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    AVCodecContext *c = avcodec_alloc_context3(codec);
    c->width = V_W;
    c->height = V_H;
    c->pix_fmt = AV_PIX_FMT_YUVJ422P;
    c->time_base = (AVRational){1, 25};
    ck_assert_int_eq(avcodec_open2(c, codec, NULL), 0);
    AVFrame *f = av_frame_alloc();
    AVPacket *p = av_packet_alloc();
    f->width = V_W;
    f->height = V_H;
    f->format = c->pix_fmt;
    ck_assert_int_eq(av_frame_get_buffer(f, 0), 0);
    memset(f->data[0], 99, (size_t)(f->linesize[0] * V_H));
    memset(f->data[1], 120, (size_t)(f->linesize[1] * V_H));
    memset(f->data[2], 140, (size_t)(f->linesize[2] * V_H));
    f->pts = 0;
    ck_assert_int_eq(avcodec_send_frame(c, f), 0);
    ck_assert_int_eq(avcodec_send_frame(c, NULL), 0);
    ck_assert_int_eq(avcodec_receive_packet(c, p), 0);

    const rim_source_info info = plain_info(12, true);
    const rim_record_options o = {.codec = codec_of(_i),
                                  .visible = RIM_RECORD_VISIBLE_JPEG};
    rim_recorder *r = NULL;
    rim_frame nir;
    scratch_frame(&nir, RIM_FMT_GRAY16, W, H, 12);
    ck_assert_int_eq(rim_recorder_open(&r, scratch_path("r.mkv"), &info, &o), RIM_OK);
    for (uint32_t n = 0; n < 3; n++) {
        const rim_recording_stamp s = {.seq = n, .t_ns = (int64_t)n * 1000};
        frame_of(&nir, n);
        ck_assert_int_eq(rim_recorder_write_bytes(r, p->data, (size_t)p->size, &s),
                         RIM_OK);
        ck_assert_int_eq(rim_recorder_write_nir(r, &nir, NULL), RIM_OK);
    }
    ck_assert_int_eq(rim_recorder_close(&r), RIM_OK);

    AVFormatContext *in = NULL;
    ck_assert_int_eq(avformat_open_input(&in, scratch_path("r.mkv"), NULL, NULL), 0);
    ck_assert_int_eq(in->streams[1]->codecpar->codec_id, AV_CODEC_ID_MJPEG);
    AVPacket *back = av_packet_alloc();
    int found = 0;
    while (av_read_frame(in, back) >= 0) {
        if (back->stream_index == 1) {
            ck_assert_int_eq(back->size, p->size);
            ck_assert_int_eq(memcmp(back->data, p->data, (size_t)p->size), 0);
            found++;
        }
        av_packet_unref(back);
    }
    ck_assert_int_eq(found, 3);
    avformat_close_input(&in);
    rim_source *s = NULL;
    rim_frame visible;
    bool has_visible;
    scratch_frame(&visible, RIM_FMT_BGRX8, V_W, V_H, 8);
    ck_assert_int_eq(rim_source_open(&s, scratch_path("r.mkv"), NULL), RIM_OK);
    ck_assert_int_eq(rim_source_read(s, &nir, &visible, &has_visible), RIM_OK);
    ck_assert(has_visible);
    ck_assert_int_le(abs(rim_frame_row8(&visible, 9)[1] - 96), 8); // G of that colour
    rim_source_close(&s);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
    av_packet_free(&back);
    av_packet_free(&p);
    av_frame_free(&f);
    avcodec_free_context(&c);
}
END_TEST

// A power cut: cut anywhere, the file gives every frame that is whole in it. Also where
// the file system has filled up the rest with zeros.
START_TEST(cut_at_any_byte)
{
    const bool zeros = _i >= 2;
    record("r.mkv", 12, codec_of(_i), RIM_RECORD_VISIBLE_BGRX);
    size_t size;
    uint8_t *data = scratch_read(scratch_path("r.mkv"), &size);
    int last = -1, opened = 0;
    // In small steps near the end, where headers of all kinds stand.
    for (size_t cut = 2000; cut < size; cut += cut + 3000 < size ? 797 : 23) {
        uint8_t *copy = calloc(1, size);
        memcpy(copy, data, cut);
        scratch_write(scratch_path("cut.mkv"), copy, zeros ? size : cut);
        free(copy);
        const int count = expect_frames(scratch_path("cut.mkv"), 12, true);
        ck_assert_msg(count >= last, "%d frames at %zu, %d before", count, cut, last);
        last = count;
        opened += count >= 0;
        if (count == FRAMES - 2 && cut + 2000 > size)
            break; // what follows is the index
    }
    ck_assert_int_eq(last, FRAMES - 2);
    ck_assert_int_gt(opened, 100);
    free(data);
}
END_TEST

static void patch(const char *to, const char *what, const char *with)
{
    size_t size;
    uint8_t *data = scratch_read(scratch_path("r.mkv"), &size);
    const size_t length = strlen(what);
    int found = 0;
    ck_assert_uint_eq(length, strlen(with));
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(data + i, what, length) == 0) {
            memcpy(data + i, with, length);
            found++;
        }
    ck_assert_int_gt(found, 0);
    scratch_write(scratch_path("%s", to), data, size);
    free(data);
}

START_TEST(what_lies_is_refused)
{
    static const char *const lie[][3] = {
        {"\"version\":2", "\"version\":3", "newer Rimlight"},
        {"\"bit_depth\":12", "\"bit_depth\":16", "with 16 bits"},
        {"\"bit_depth\":12", "\"bit_depth\":99", "with 99 bits"},
        {"\"bit_depth\":12", "\"bit_depth\":-2", "bits"},
        {"\"height\":66", "\"height\":99", "of 97x99"},
        {"\"packing\":\"split\"", "\"packing\":\"other\"", "tag"},
        {"\"nir\":{", "\"nir\":[", "damaged"},
        {"\"calibration.yml\"", "\"../ibration.yml\"", "without a path"},
    };
    record("r.mkv", 12, RIM_RECORD_RAW, RIM_RECORD_VISIBLE_BGRX);
    patch("lie.mkv", lie[_i][0], lie[_i][1]);
    logged_start();
    rim_source *s = NULL;
    ck_assert_int_lt(rim_source_open(&s, scratch_path("lie.mkv"), NULL), 0);
    ck_assert_ptr_null(s);
    logged_expect_error(lie[_i][2]);
    rim_archive_counts c;
    logged_start();
    const rim_err err = rim_archive_ffv1(&c, scratch_path("f.mkv"),
                                         scratch_path("lie.mkv"), NULL, NULL);
    ck_assert(err != RIM_OK || _i == 7); // of no concern to an archive
}
END_TEST

// A 12-bit tag over 10-bit samples and the like is told; too many bits cost the frame.
START_TEST(calibrations_travel_with_it)
{
    record("r.mkv", 12, codec_of(_i), RIM_RECORD_VISIBLE_BGRX);
    rim_source *s = NULL;
    ck_assert_int_eq(rim_source_open(&s, scratch_path("r.mkv"), NULL), RIM_OK);
    char folder[1024];
    (void)snprintf(folder, sizeof folder, "%s", rim_source_get_info(s)->calibration);
    size_t size;
    uint8_t *text = scratch_read(folder, &size);
    ck_assert_uint_eq(size, 9);
    free(text);
    strrchr(folder, '/')[0] = '\0';
    char map[1100];
    (void)snprintf(map, sizeof map, "%s/dark.png", folder);
    size_t want;
    text = scratch_read(map, &size);
    uint8_t *before = scratch_read(scratch_path("dark.png"), &want);
    ck_assert_uint_eq(size, want);
    ck_assert_int_eq(memcmp(text, before, size), 0);
    free(text);
    free(before);
    rim_source_close(&s);
    ck_assert_int_ne(access(folder, F_OK), 0); // it does not stay behind
}
END_TEST

static int count_progress(void *ctx, int64_t done, int64_t total)
{
    ck_assert_int_le(done, total);
    ++*(int *)ctx;
    return 0;
}

START_TEST(archives_are_the_same)
{
    static const rim_record_visible forms[] = {
        RIM_RECORD_VISIBLE_BGRX, RIM_RECORD_VISIBLE_YUYV, RIM_RECORD_VISIBLE_UYVY};
    rim_archive_counts c;
    int calls = 0;
    record("r.mkv", 12, RIM_RECORD_RAW, forms[_i]);
    ck_assert_int_eq(rim_archive_ffv1(&c, scratch_path("f.mkv"), scratch_path("r.mkv"),
                                      count_progress, &calls),
                     RIM_OK);
    ck_assert_int_gt(calls, 1);
    ck_assert_int_eq(c.damaged, 0);
    ck_assert_int_eq(c.frames, FRAMES - 2 + 5); // NIR, visible of even ones
    ck_assert_int_eq(expect_frames(scratch_path("f.mkv"), 12, true), FRAMES - 2);
    ck_assert_int_eq(expect_frames(scratch_path("f.mkv"), 12, false), FRAMES - 5);
    logged_expect_quiet();
    ck_assert_int_ne(access(scratch_path("f.mkv.part"), F_OK), 0);
    rim_source *s = NULL;
    ck_assert_int_eq(rim_source_open(&s, scratch_path("f.mkv"), NULL), RIM_OK);
    ck_assert_ptr_nonnull(rim_source_get_info(s)->calibration);
    rim_source_close(&s);
    // Twice is refused, and so is a place that is the recording itself.
    logged_start();
    ck_assert_int_eq(
        rim_archive_ffv1(&c, scratch_path("g.mkv"), scratch_path("f.mkv"), NULL, NULL),
        RIM_ERR_FORMAT);
    logged_expect_error("is FFV1 already");
    logged_start();
    ck_assert_int_eq(
        rim_archive_ffv1(&c, scratch_path("r.mkv"), scratch_path("r.mkv"), NULL, NULL),
        RIM_ERR_ARG);
    logged_expect_error("itself");
    ck_assert_int_eq(expect_frames(scratch_path("r.mkv"), 12, true), FRAMES - 2);
}
END_TEST

// Damage in the raw one: what is good is kept, the rest is counted.
START_TEST(archives_count_what_is_damaged)
{
    rim_archive_counts c;
    record("r.mkv", 12, RIM_RECORD_RAW, RIM_RECORD_VISIBLE_BGRX);
    size_t size;
    uint8_t *data = scratch_read(scratch_path("r.mkv"), &size);
    data[size / 2] ^= 16;
    scratch_write(scratch_path("bad.mkv"), data, size);
    free(data);
    ck_assert_int_eq(rim_archive_ffv1(&c, scratch_path("f.mkv"),
                                      scratch_path("bad.mkv"), NULL, NULL),
                     RIM_OK);
    ck_assert_int_eq(c.damaged, 1);
    ck_assert_int_ge(expect_frames(scratch_path("f.mkv"), 12, true), FRAMES - 3);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("recording");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, start, scratch_close);
    tcase_add_loop_test(tc, what_was_recorded_comes_back, 0, 10);
    tcase_add_loop_test(tc, visible_frames_find_their_partners, 0, 6);
    tcase_add_loop_test(tc, jpegs_stay_as_they_came, 0, 2);
    tcase_add_loop_test(tc, cut_at_any_byte, 0, 4);
    tcase_add_loop_test(tc, what_lies_is_refused, 0, 8);
    tcase_add_loop_test(tc, calibrations_travel_with_it, 0, 2);
    tcase_add_loop_test(tc, archives_are_the_same, 0, 3);
    tcase_add_test(tc, archives_count_what_is_damaged);
    Suite *suite = suite_create("recording");
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
