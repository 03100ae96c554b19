// test_source.c: folders of PNGs and sequences as sources, good and bad.
// SPDX-License-Identifier: MIT
#include "capture/source.h"
#include "media/png_file.h"
#include "media/recorder.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { W = 24, H = 16 };

static void put(const char *path, rim_fmt fmt, int width, int height, int bits,
                uint32_t seed)
{
    rim_frame f;
    scratch_frame(&f, fmt, width, height, bits);
    scratch_noise(&f, seed);
    ck_assert_int_eq(rim_png_write(path, &f), RIM_OK);
    rim_frame_uninit(&f);
}

#define MANIFEST_HEAD                                                                  \
    "{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,"                      \
    "\"nir\":{\"path\":\"nir\",\"bit_depth\":12,\"black_level\":64}"

// The camera can be added to it.
#define MANIFEST_CAMERA                                                                \
    "{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,"                      \
    "\"nir\":{\"path\":\"nir\",\"bit_depth\":12,\"black_level\":64,"

static void put_manifest(const char *text)
{
    scratch_write(scratch_path("seq/sequence.json"), text, strlen(text));
}

// A good sequence of five frames, 12 bits, with a larger visible picture.
static void put_sequence(void)
{
    scratch_mkdir("seq");
    scratch_mkdir("seq/nir");
    scratch_mkdir("seq/visible");
    for (int i = 0; i < 5; i++) {
        put(scratch_path("seq/nir/%06d.png", i), RIM_FMT_GRAY16, W, H, 12, (uint32_t)i);
        put(scratch_path("seq/visible/%06d.png", i), RIM_FMT_BGRX8, 30, 20, 8,
            (uint32_t)i);
    }
    put_manifest(MANIFEST_HEAD
                 ",\"visible\":{\"path\":\"visible\"},\"mm_per_px\":0.052,"
                 "\"calibration\":\"calibration.yml\",\"unknown\":[1],"
                 "\"cut_surface\":[{\"frame\":0,\"polygon\":[[2,3],[20.5,3],"
                 "[9,12]]},{\"frame\":3,\"polygon\":[[1,1],[9,1],[9,9],[1,9]"
                 "]}]}");
}

typedef struct reading {
    rim_source *source;
    const rim_source_info *info;
    rim_frame nir, visible;
    bool has_visible;
} reading;

static void reading_open(reading *r, const char *path,
                         const rim_source_options *options)
{
    *r = (reading){0};
    const rim_err err = rim_source_open(&r->source, path, options);
    ck_assert_msg(err == RIM_OK, "%s: %s", path, logged_last());
    r->info = rim_source_get_info(r->source);
    scratch_frame(&r->nir, RIM_FMT_GRAY16, r->info->width, r->info->height,
                  r->info->bits);
    if (r->info->visible_width)
        scratch_frame(&r->visible, RIM_FMT_BGRX8, r->info->visible_width,
                      r->info->visible_height, 8);
}

static rim_err reading_next(reading *r)
{
    return rim_source_read(r->source, &r->nir, r->visible.data ? &r->visible : NULL,
                           &r->has_visible);
}

static void reading_close(reading *r)
{
    rim_source_close(&r->source);
    rim_frame_uninit(&r->nir);
    rim_frame_uninit(&r->visible);
}

static void expect_noise(const rim_frame *f, uint32_t seed)
{
    rim_frame want;
    scratch_frame(&want, f->fmt, f->width, f->height, f->bits);
    scratch_noise(&want, seed);
    ck_assert(frames_equal(f, &want));
    rim_frame_uninit(&want);
}

// ---- sequences ----

START_TEST(sequence_is_read)
{
    put_sequence();
    reading r;
    reading_open(&r, scratch_path("seq"), NULL);
    const rim_source_info *i = r.info;
    ck_assert_int_eq(i->width, W);
    ck_assert_int_eq(i->height, H);
    ck_assert_int_eq(i->bits, 12);
    ck_assert_int_eq(i->black_level, 64);
    ck_assert_int_eq(i->visible_width, 30);
    ck_assert_int_eq(i->visible_height, 20);
    ck_assert_double_eq(i->fps, 25);
    ck_assert_int_eq(i->frames, 5);
    ck_assert_double_eq(i->mm_per_px, 0.052);
    ck_assert_str_eq(i->calibration, scratch_path("seq/calibration.yml"));
    ck_assert_int_eq(i->mark_count, 2);
    ck_assert_uint_eq(i->mark[1].frame, 3);
    ck_assert_int_eq(i->mark[1].count, 4);
    ck_assert_double_eq(i->mark[0].point[1].x, 20.5);
    for (uint32_t n = 0; n < 5; n++) {
        ck_assert_int_eq(reading_next(&r), RIM_OK);
        ck_assert_uint_eq(r.nir.seq, n);
        ck_assert_int_eq(r.nir.captured_ns, INT64_C(40000000) * n);
        ck_assert(r.has_visible);
        expect_noise(&r.nir, n);
        expect_noise(&r.visible, n);
    }
    ck_assert_int_eq(reading_next(&r), RIM_END);
    ck_assert_int_eq(reading_next(&r), RIM_END);
    logged_expect_quiet();
    reading_close(&r);
}
END_TEST

START_TEST(lost_frames_stay_gaps)
{
    put_sequence();
    (void)remove(scratch_path("seq/nir/000001.png"));
    (void)remove(scratch_path("seq/nir/000002.png"));
    scratch_write(scratch_path("seq/visible/000003.png"), "", 0);
    reading r;
    reading_open(&r, scratch_path("seq"), NULL);
    ck_assert_int_eq(logged_count(RIM_LOG_ERROR), 1); // the empty file
    ck_assert_int_eq(reading_next(&r), RIM_OK);
    logged_start();
    ck_assert_int_eq(reading_next(&r), RIM_ERR_DAMAGED);
    ck_assert_uint_eq(r.nir.seq, 2);
    logged_expect_error("frames 1 to 2");
    logged_start();
    ck_assert_int_eq(reading_next(&r), RIM_OK);
    ck_assert_uint_eq(r.nir.seq, 3);
    ck_assert(!r.has_visible);
    ck_assert_int_eq(reading_next(&r), RIM_OK);
    ck_assert_uint_eq(r.nir.seq, 4);
    ck_assert(r.has_visible);
    expect_noise(&r.visible, 4);
    ck_assert_int_eq(reading_next(&r), RIM_END);
    logged_expect_quiet();
    reading_close(&r);
}
END_TEST

// Whatever is wrong with one file costs one frame.
START_TEST(damaged_frames_are_lost_alone)
{
    put_sequence();
    const char *path = scratch_path("seq/nir/000002.png");
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    if (_i == 0)
        scratch_write(path, data, size / 2); // pixels cut off
    else if (_i == 1)
        scratch_write(path, data, 20); // header cut off
    else if (_i == 2)
        scratch_write(path, "\xff\xd8\xff\xe0 JFIF", 9);
    else
        put(path, RIM_FMT_GRAY16, W, H, 13, 1); // exceeds bit_depth
    free(data);
    reading r;
    reading_open(&r, scratch_path("seq"), NULL);
    for (uint64_t n = 0; n < 5; n++) {
        ck_assert_int_eq(reading_next(&r), n == 2 ? RIM_ERR_DAMAGED : RIM_OK);
        ck_assert_uint_eq(r.nir.seq, n);
    }
    ck_assert_int_eq(reading_next(&r), RIM_END);
    logged_expect_error("000002.png");
    reading_close(&r);
}
END_TEST

static void expect_refusal(const char *path, rim_err want, const char *part)
{
    rim_source *source = NULL;
    logged_start();
    ck_assert_int_eq(rim_source_open(&source, path, NULL), want);
    ck_assert_ptr_null(source);
    logged_expect_error(part);
}

START_TEST(mixed_folders_are_refused)
{
    put_sequence();
    put(scratch_path("seq/nir/000003.png"), RIM_FMT_GRAY16, W + 1, H, 12, 1);
    expect_refusal(scratch_path("seq"), RIM_ERR_FORMAT, "000003.png: 25x16");
    put(scratch_path("seq/nir/000003.png"), RIM_FMT_GRAY16, W, H, 8, 1);
    expect_refusal(scratch_path("seq"), RIM_ERR_FORMAT,
                   "000003.png: 24x16, grey, 8 bits");
    put(scratch_path("seq/nir/000003.png"), RIM_FMT_BGRX8, W, H, 8, 1);
    expect_refusal(scratch_path("seq"), RIM_ERR_FORMAT, "000003.png: 24x16, colour");
}
END_TEST

static const struct {
    const char *text, *part;
} bad_manifest[] = {
    {"", "not valid JSON"},
    {"{\"format\":\"rimlight-sequence\",", "not valid JSON"},
    {"[]", "not a JSON object"},
    {"{\"format\":\"rimlight-sequence\",\"format\":1}", "uplicate"},
    {"{\"version\":1}", "\"format\" is missing"},
    {"{\"format\":\"other\"}", "\"format\" is \"other\""},
    {"{\"format\":3}", "\"format\" is 3"},
    {"{\"format\":\"rimlight-sequence\"}", "\"version\" is missing"},
    {"{\"format\":\"rimlight-sequence\",\"version\":2}", "\"version\" is 2"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1}", "\"fps\" is missing"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":\"30\"}",
     "\"fps\" is \"30\""},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":0}", "\"fps\" is 0"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":-1e9}", "\"fps\" is -1"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25}",
     "\"nir\" is missing"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":\"nir\"}",
     "\"nir\" is \"nir\""},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{}}",
     "\"nir.path\" is missing"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{\"path\":"
     "\"nir\"}"
     "}",
     "\"nir.bit_depth\" is missing"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{\"path\":"
     "\"nir\","
     "\"bit_depth\":17,\"black_level\":0}}",
     "\"nir.bit_depth\" is 17"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{\"path\":"
     "\"nir\","
     "\"bit_depth\":12.5,\"black_level\":0}}",
     "\"nir.bit_depth\" is 12.5"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{\"path\":"
     "\"nir\","
     "\"bit_depth\":12}}",
     "\"nir.black_level\" is missing"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{\"path\":"
     "\"nir\","
     "\"bit_depth\":12,\"black_level\":4096}}",
     "\"nir.black_level\" is 4096"},
    {"{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,\"nir\":{\"path\":"
     "\"gone\""
     ",\"bit_depth\":12,\"black_level\":64}}",
     "\"nir.path\" is \"gone\""},
    {MANIFEST_CAMERA "\"camera\":7}}", "\"nir.camera\" is 7"},
    {MANIFEST_CAMERA "\"serial\":\"\"}}", "\"nir.serial\" is \"\""},
    {MANIFEST_CAMERA "\"exposure_us\":0}}", "\"nir.exposure_us\" is 0"},
    {MANIFEST_CAMERA "\"gain\":\"high\"}}", "\"nir.gain\" is \"high\""},
    {MANIFEST_HEAD ",\"visible\":\"visible\"}", "\"visible\" is \"visible\""},
    {MANIFEST_HEAD ",\"visible\":{}}", "\"visible.path\" is missing"},
    {MANIFEST_HEAD ",\"visible\":{\"path\":\"\"}}", "\"visible.path\" is \"\""},
    {MANIFEST_HEAD ",\"visible\":{\"path\":\"gone\"}}", "\"visible.path\" is \"gone\""},
    {MANIFEST_HEAD ",\"mm_per_px\":\"a\"}", "\"mm_per_px\" is \"a\""},
    {MANIFEST_HEAD ",\"mm_per_px\":0}", "\"mm_per_px\" is 0"},
    {MANIFEST_HEAD ",\"calibration\":7}", "\"calibration\" is 7"},
    {MANIFEST_HEAD ",\"cut_surface\":{}}", "\"cut_surface\" is {}"},
    {MANIFEST_HEAD ",\"cut_surface\":[3]}", "\"cut_surface[0].frame\" is missing"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":-1}]}",
     "\"cut_surface[0].frame\" is -1"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":0}]}", "polygon\" is missing"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":0,\"polygon\":[[1,1],[2,2]]}]}",
     "3 to 1024 corners"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":0,\"polygon\":[[1,1],[2,2],[3]]}]}",
     "polygon[2]\" is [3]"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":0,\"polygon\":[[1,1],[9,2],[24,9]]}]}",
     "outside the 24x16 frame"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":0,\"polygon\":[[1,1],[2,2],[3,3]]}]}",
     "less than one pixel"},
    {MANIFEST_HEAD ",\"cut_surface\":[{\"frame\":5,\"polygon\":[[1,1],[9,2],[3,9]]},"
                   "{\"frame\":4,\"polygon\":[[1,1],[9,2],[3,9]]}]}",
     "cut_surface[1].frame\" is 4"},
};

START_TEST(bad_manifests_name_the_key)
{
    put_sequence();
    put_manifest(bad_manifest[_i].text);
    rim_source *source = NULL;
    ck_assert_int_lt(rim_source_open(&source, scratch_path("seq"), NULL), 0);
    ck_assert_ptr_null(source);
    logged_expect_error(bad_manifest[_i].part);
    logged_expect_error("sequence.json");
}
END_TEST

START_TEST(bit_depth_must_fit_the_files)
{
    put_sequence();
    for (int i = 0; i < 5; i++)
        put(scratch_path("seq/nir/%06d.png", i), RIM_FMT_GRAY16, W, H, 8, (uint32_t)i);
    expect_refusal(scratch_path("seq"), RIM_ERR_FORMAT, "\"nir.bit_depth\" is 12");
}
END_TEST

// Random damage to a manifest: refused with one line, or read; never worse.
START_TEST(damaged_manifests_are_survived)
{
    put_sequence();
    size_t size;
    char path[1024];
    (void)snprintf(path, sizeof path, "%s", scratch_path("seq/sequence.json"));
    uint8_t *data = scratch_read(path, &size);
    uint32_t state = 1;
    for (int i = 0; i < 1500; i++) {
        uint8_t *copy = malloc(size);
        memcpy(copy, data, size);
        size_t length = size;
        for (uint32_t n = scratch_random(&state) % 3; n > 0; n--)
            copy[scratch_random(&state) % size] ^=
                (uint8_t)(1U << scratch_random(&state) % 8);
        if (i % 2)
            length = scratch_random(&state) % size;
        scratch_write(path, copy, length);
        free(copy);
        rim_source *source = NULL;
        logged_start();
        const rim_err err = rim_source_open(&source, scratch_path("seq"), NULL);
        ck_assert_int_eq(logged_count(RIM_LOG_ERROR), err ? 1 : 0);
        rim_source_close(&source);
    }
    free(data);
}
END_TEST

// ---- folders ----

START_TEST(folders_are_played_in_name_order)
{
    scratch_mkdir("free");
    static const char *const names[] = {"a2.png", "a10.PNG", "a010b.png", "b1.png"};
    for (uint32_t i = 0; i < 4; i++)
        put(scratch_path("free/%s", names[i]), RIM_FMT_GRAY16, W, H, 8, i);
    scratch_write(scratch_path("free/notes.txt"), "x", 1);
    const rim_source_options options = {.fps = 50};
    reading r;
    reading_open(&r, scratch_path("free"), &options);
    ck_assert_int_eq(r.info->bits, 8);
    ck_assert_int_eq(r.info->frames, 4);
    ck_assert_double_eq(r.info->fps, 50);
    ck_assert(isnan(r.info->mm_per_px));
    ck_assert_int_eq(r.info->visible_width, 0);
    for (uint32_t n = 0; n < 4; n++) {
        ck_assert_int_eq(reading_next(&r), RIM_OK);
        ck_assert_uint_eq(r.nir.seq, n);
        ck_assert_int_eq(r.nir.captured_ns, INT64_C(20000000) * n);
        expect_noise(&r.nir, n);
    }
    ck_assert_int_eq(reading_next(&r), RIM_END);
    ck_assert_int_eq(logged_count(RIM_LOG_INFO), 1);
    logged_expect_quiet();
    reading_close(&r);
}
END_TEST

START_TEST(missing_inputs_are_named)
{
    expect_refusal(scratch_path("gone"), RIM_ERR_NOT_FOUND, "gone: cannot be opened");
    scratch_mkdir("empty");
    expect_refusal(scratch_path("empty"), RIM_ERR_NOT_FOUND, "empty: no PNG");
    scratch_write(scratch_path("empty/a.png"), "", 0);
    rim_source *source = NULL;
    logged_start();
    ck_assert_int_eq(rim_source_open(&source, scratch_path("empty"), NULL),
                     RIM_ERR_FORMAT);
    ck_assert_ptr_null(source);
}
END_TEST

// ---- films and recordings ----

// Plays `path` into a recording; what could not be read stays a gap.
static void record(const char *path, const char *to)
{
    reading r;
    reading_open(&r, path, NULL);
    rim_recorder *recorder = NULL;
    ck_assert_int_eq(rim_recorder_open(&recorder, to, r.info, NULL), RIM_OK);
    for (;;) {
        const rim_err err = reading_next(&r);
        if (err == RIM_END)
            break;
        if (err == RIM_OK)
            ck_assert_int_eq(rim_recorder_write(recorder, &r.nir,
                                                r.has_visible ? &r.visible : NULL,
                                                NULL),
                             RIM_OK);
    }
    ck_assert_int_eq(rim_recorder_close(&recorder), RIM_OK);
    reading_close(&r);
}

START_TEST(what_is_told_of_the_camera_travels)
{
    put_sequence();
    put_manifest(MANIFEST_CAMERA "\"camera\":\"one\",\"serial\":\"n 7\","
                                 "\"exposure_us\":8000.5,\"gain\":0,"
                                 "\"gain_db\":-1.5}}");
    char film[1024];
    (void)snprintf(film, sizeof film, "%s", scratch_path("camera.mkv"));
    record(scratch_path("seq"), film);
    const char *const input[] = {scratch_path("seq"), film};
    for (int i = 0; i < 2; i++) {
        reading r;
        reading_open(&r, input[i], NULL);
        const rim_source_camera *c = &r.info->camera;
        ck_assert_str_eq(c->camera, "one");
        ck_assert_str_eq(c->serial, "n 7");
        ck_assert_double_eq(c->exposure_us, 8000.5);
        ck_assert(c->has_gain && c->has_gain_db);
        ck_assert_double_eq(c->gain, 0);
        ck_assert_double_eq(c->gain_db, -1.5);
        reading_close(&r);
    }
    put_manifest(MANIFEST_HEAD "}");
    reading r;
    reading_open(&r, scratch_path("seq"), NULL);
    ck_assert_str_eq(r.info->camera.camera, "");
    ck_assert_double_eq(r.info->camera.exposure_us, 0);
    ck_assert(!r.info->camera.has_gain && !r.info->camera.has_gain_db);
    reading_close(&r);
}
END_TEST

START_TEST(a_recording_replays_its_source)
{
    put_sequence();
    scratch_write(scratch_path("seq/calibration.yml"), "x", 1);
    (void)remove(scratch_path("seq/nir/000002.png"));
    (void)remove(scratch_path("seq/visible/000003.png"));
    char film[1024];
    (void)snprintf(film, sizeof film, "%s", scratch_path("r.mkv"));
    record(scratch_path("seq"), film);
    reading a, b;
    logged_start();
    reading_open(&a, scratch_path("seq"), NULL);
    reading_open(&b, film, NULL);
    ck_assert_int_eq(b.info->bits, a.info->bits);
    ck_assert_int_eq(b.info->black_level, a.info->black_level);
    ck_assert_double_eq(b.info->fps, a.info->fps);
    ck_assert_double_eq(b.info->mm_per_px, a.info->mm_per_px);
    ck_assert_str_eq(b.info->calibration, a.info->calibration);
    ck_assert_int_eq(b.info->mark_count, a.info->mark_count);
    for (int i = 0; i < a.info->mark_count; i++) {
        const rim_surface_mark *m = &a.info->mark[i], *n = &b.info->mark[i];
        ck_assert_uint_eq(m->frame, n->frame);
        ck_assert_int_eq(m->count, n->count);
        for (int k = 0; k < m->count; k++) {
            ck_assert_double_eq(m->point[k].x, n->point[k].x);
            ck_assert_double_eq(m->point[k].y, n->point[k].y);
        }
    }
    for (int n = 0; n < 4; n++) {
        if (n == 2)
            ck_assert_int_eq(reading_next(&a), RIM_ERR_DAMAGED);
        ck_assert_int_eq(reading_next(&a), RIM_OK);
        ck_assert_int_eq(reading_next(&b), RIM_OK);
        ck_assert_uint_eq(b.nir.seq, a.nir.seq);
        ck_assert_int_eq(b.nir.captured_ns, a.nir.captured_ns);
        ck_assert(frames_equal(&a.nir, &b.nir));
        ck_assert_int_eq(b.has_visible, n != 2);
        ck_assert_int_eq(a.has_visible, b.has_visible);
        ck_assert(!a.has_visible || frames_equal(&a.visible, &b.visible));
    }
    ck_assert_int_eq(reading_next(&b), RIM_END);
    reading_close(&a);
    reading_close(&b);
}
END_TEST

// A manifest may name films; a 12-bit film may be played without one.
START_TEST(sequences_may_hold_films)
{
    put_sequence();
    char film[1024];
    (void)snprintf(film, sizeof film, "%s", scratch_path("r.mkv"));
    record(scratch_path("seq"), film);
    put_manifest("{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,"
                 "\"nir\":{\"path\":\"../r.mkv\",\"bit_depth\":12,\"black_level\":9},"
                 "\"visible\":{\"path\":\"visible\"}}");
    reading r;
    reading_open(&r, scratch_path("seq"), NULL);
    ck_assert_int_eq(r.info->black_level, 9);
    for (uint32_t n = 0; n < 5; n++) {
        ck_assert_int_eq(reading_next(&r), RIM_OK);
        ck_assert_uint_eq(r.nir.seq, n);
        ck_assert(r.has_visible);
        expect_noise(&r.nir, n);
        expect_noise(&r.visible, n);
    }
    ck_assert_int_eq(reading_next(&r), RIM_END);
    logged_expect_quiet();
    reading_close(&r);
    for (int i = 0; i < 5; i++)
        put(scratch_path("seq/nir/%06d.png", i), RIM_FMT_GRAY16, W, H, 8, (uint32_t)i);
    record(scratch_path("seq/nir"), film);
    put_manifest("{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":25,"
                 "\"nir\":{\"path\":\"../r.mkv\",\"bit_depth\":9,\"black_level\":9}}");
    expect_refusal(scratch_path("seq"), RIM_ERR_FORMAT, "\"nir.bit_depth\" is 9");
}
END_TEST

START_TEST(what_is_no_film_is_refused)
{
    scratch_write(scratch_path("a.mp4"), "hello", 5);
    expect_refusal(scratch_path("a.mp4"), RIM_ERR_FORMAT, "a.mp4: not a video");
}
END_TEST

// ---- NIR out of colour ----

START_TEST(nir_comes_out_of_colour)
{
    scratch_mkdir("free");
    rim_frame f;
    scratch_frame(&f, RIM_FMT_BGRX8, W, H, 8);
    scratch_noise(&f, 9);
    ck_assert_int_eq(rim_png_write(scratch_path("free/0.png"), &f), RIM_OK);
    const rim_source_options options = {
        .nir_from = (rim_nir_from)_i,
        .nir_crop = {.x = 3, .y = 1, .width = 11, .height = 7},
    };
    reading r;
    reading_open(&r, scratch_path("free"), &options);
    ck_assert_int_eq(r.info->width, 11);
    ck_assert_int_eq(r.info->height, 7);
    ck_assert_int_eq(r.info->bits, 8);
    ck_assert_int_eq(reading_next(&r), RIM_OK);
    const bool overlay = _i == RIM_NIR_FROM_GREEN_OVERLAY;
    ck_assert_int_eq(r.has_visible, overlay);
    for (int y = 0; y < 7; y++) {
        for (int x = 0; x < 11; x++) {
            const uint8_t *p = rim_frame_row8(&f, y + 1) + 4 * (ptrdiff_t)(x + 3);
            const int other = p[0] > p[2] ? p[0] : p[2];
            const int want[] = {(19 * p[0] + 183 * p[1] + 54 * p[2] + 128) / 256, p[2],
                                p[1], p[0], p[1] > other ? p[1] - other : 0};
            ck_assert_int_eq(rim_frame_row16(&r.nir, y)[x], want[_i]);
            if (!overlay)
                continue;
            const uint8_t *v = rim_frame_row8(&r.visible, y) + 4 * (ptrdiff_t)x;
            ck_assert_int_eq(v[0], p[0]);
            ck_assert_int_eq(v[1], p[1] < other ? p[1] : other);
            ck_assert_int_eq(v[2], p[2]);
        }
    }
    reading_close(&r);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(visible_panel_of_the_same_picture)
{
    scratch_mkdir("free");
    rim_frame f;
    scratch_frame(&f, RIM_FMT_BGRX8, W, H, 8);
    scratch_noise(&f, 9);
    ck_assert_int_eq(rim_png_write(scratch_path("free/0.png"), &f), RIM_OK);
    const rim_source_options options = {
        .nir_from = RIM_NIR_FROM_RED,
        .nir_crop = {.width = 12, .height = 16},
        .visible_crop = {.x = 12, .y = 1, .width = 12, .height = 15},
    };
    reading r;
    reading_open(&r, scratch_path("free"), &options);
    ck_assert_int_eq(r.info->visible_height, 15);
    ck_assert_int_eq(reading_next(&r), RIM_OK);
    ck_assert(r.has_visible);
    for (int y = 0; y < 15; y++)
        ck_assert_mem_eq(rim_frame_row8(&r.visible, y), rim_frame_row8(&f, y + 1) + 48,
                         48);
    reading_close(&r);
    rim_frame_uninit(&f);
}
END_TEST

static void expect_options_refused(const rim_source_options *options, const char *part)
{
    rim_source *source = NULL;
    logged_start();
    ck_assert_int_eq(rim_source_open(&source, scratch_path("seq"), options),
                     RIM_ERR_ARG);
    ck_assert_ptr_null(source);
    logged_expect_error(part);
}

START_TEST(options_are_checked)
{
    put_sequence();
    expect_options_refused(
        &(rim_source_options){.nir_crop = {.x = 20, .width = 5, .height = 2}},
        "20,0,5,2 for the NIR frame");
    expect_options_refused(
        &(rim_source_options){.nir_crop = {.x = 2147483647, .width = 2, .height = 2}},
        "NIR frame");
    expect_options_refused(
        &(rim_source_options){.visible_crop = {.y = -1, .width = 5, .height = 2}},
        "visible frame");
    expect_options_refused(
        &(rim_source_options){.nir_from = RIM_NIR_FROM_GREEN_OVERLAY}, "grey");
    expect_options_refused(&(rim_source_options){.bits = 17}, "17 bits");
    expect_options_refused(&(rim_source_options){.bits = 7}, "7 bits");
    expect_options_refused(&(rim_source_options){.black_level = 4096}, "4096");
}
END_TEST

START_TEST(options_overrule_the_recording)
{
    put_sequence();
    const rim_source_options options = {
        .nir_crop = {.x = 1, .y = 1, .width = 22, .height = 14},
        .mm_per_px = 0.1,
        .bits = 14,
        .black_level = -1};
    reading r;
    reading_open(&r, scratch_path("seq"), &options);
    ck_assert_int_eq(r.info->bits, 14);
    ck_assert_int_eq(r.info->black_level, 0);
    ck_assert_double_eq(r.info->mm_per_px, 0.1);
    ck_assert_double_eq(r.info->mark[0].point[0].x, 1); // moved with the crop
    ck_assert_double_eq(r.info->mark[0].point[0].y, 2);
    reading_close(&r);
}
END_TEST

START_TEST(names_of_nir_from)
{
    rim_nir_from from = RIM_NIR_FROM_GRAY;
    ck_assert_int_eq(rim_nir_from_name(&from, "green-overlay"), RIM_OK);
    ck_assert_int_eq(from, RIM_NIR_FROM_GREEN_OVERLAY);
    ck_assert_int_eq(rim_nir_from_name(&from, "grey?"), RIM_ERR_ARG);
}
END_TEST

// ---- marks ----

START_TEST(marks_are_loaded)
{
    const char *path = scratch_path("marks.json");
    static const char list[] = "[{\"frame\":7,\"polygon\":[[0,0],[9,0],[9,9]]}]";
    static const char object[] =
        "{\"cut_surface\":[{\"frame\":7,\"polygon\":[[0,0],[9,0],[9,9]]}]}";
    scratch_write(path, _i ? object : list, strlen(_i ? object : list));
    rim_surface_marks *marks = NULL;
    ck_assert_int_eq(rim_surface_marks_load(&marks, path, 10, 10), RIM_OK);
    int count = 0;
    const rim_surface_mark *mark = rim_surface_marks_list(marks, &count);
    ck_assert_int_eq(count, 1);
    ck_assert_uint_eq(mark->frame, 7);
    rim_surface_marks_destroy(&marks);
    ck_assert_ptr_null(marks);
    logged_expect_quiet();
    ck_assert_int_eq(rim_surface_marks_load(&marks, path, 9, 9), RIM_ERR_FORMAT);
    ck_assert_ptr_null(marks);
    logged_expect_error("outside the 9x9 frame");
    logged_start();
    ck_assert_int_eq(rim_surface_marks_load(&marks, scratch_path("none"), 9, 9),
                     RIM_ERR_NOT_FOUND);
    logged_expect_error("none");
}
END_TEST

// ---- real pictures ----

START_TEST(real_nir_frames_are_read)
{
    const char *path = scratch_real("zm_nir2/NIR-IIa_real");
    if (!path)
        return;
    const rim_source_options options = {.fps = 10};
    reading r;
    reading_open(&r, path, &options);
    ck_assert_int_eq(r.info->width, 640);
    ck_assert_int_eq(r.info->height, 512);
    ck_assert_int_eq(r.info->bits, 8);
    int frames = 0, saturated = 0;
    while (reading_next(&r) == RIM_OK) {
        if (r.nir.seq == 3) // 118.png, in order of numbers after 7, 35 and 53
            for (int y = 0; y < 512; y++)
                for (int x = 0; x < 640; x++)
                    saturated += rim_frame_row16(&r.nir, y)[x] == 255;
        frames++;
    }
    ck_assert_int_eq(frames, 6);
    ck_assert_int_eq((saturated * 1000 + 163840) / 327680, 11); // 1.06 %
    logged_expect_quiet();
    reading_close(&r);
}
END_TEST

static void start(void)
{
    scratch_open();
    logged_start();
}

int main(void)
{
    TCase *tc = tcase_create("source");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, start, scratch_close);
    tcase_add_test(tc, sequence_is_read);
    tcase_add_test(tc, lost_frames_stay_gaps);
    tcase_add_loop_test(tc, damaged_frames_are_lost_alone, 0, 4);
    tcase_add_test(tc, mixed_folders_are_refused);
    tcase_add_loop_test(tc, bad_manifests_name_the_key, 0,
                        (int)(sizeof bad_manifest / sizeof *bad_manifest));
    tcase_add_test(tc, bit_depth_must_fit_the_files);
    tcase_add_test(tc, damaged_manifests_are_survived);
    tcase_add_test(tc, folders_are_played_in_name_order);
    tcase_add_test(tc, missing_inputs_are_named);
    tcase_add_test(tc, what_is_told_of_the_camera_travels);
    tcase_add_test(tc, a_recording_replays_its_source);
    tcase_add_test(tc, sequences_may_hold_films);
    tcase_add_test(tc, what_is_no_film_is_refused);
    tcase_add_loop_test(tc, nir_comes_out_of_colour, 0, 5);
    tcase_add_test(tc, visible_panel_of_the_same_picture);
    tcase_add_test(tc, options_are_checked);
    tcase_add_test(tc, options_overrule_the_recording);
    tcase_add_test(tc, names_of_nir_from);
    tcase_add_loop_test(tc, marks_are_loaded, 0, 2);
    tcase_add_test(tc, real_nir_frames_are_read);
    Suite *suite = suite_create("source");
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
