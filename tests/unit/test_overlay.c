// test_overlay.c: the composited picture: same bytes, clipping, words, labels.
// SPDX-License-Identifier: MIT
#include "base/frame.h"
#include "base/log.h"
#include "render/overlay.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct scene {
    rim_frame nir, visible, map, picture;
    rim_overlay_options options;
    rim_result result;
} scene;

static void init_frame(rim_frame *f, int width, int height, rim_fmt fmt, int bits)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = fmt, .bits = bits};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
}

// Frames of simple integer ramps: no arithmetic here that could differ.
static void init_scene(scene *s, int nir_width, int nir_height, int width, int height)
{
    memset(s, 0, sizeof *s);
    init_frame(&s->nir, nir_width, nir_height, RIM_FMT_GRAY16, 12);
    init_frame(&s->map, (nir_width + 3) / 4, (nir_height + 3) / 4, RIM_FMT_GRAY16, 16);
    init_frame(&s->visible, width, height, RIM_FMT_BGRX8, 8);
    init_frame(&s->picture, width, height, RIM_FMT_BGRX8, 8);
    for (int y = 0; y < nir_height; y++)
        for (int x = 0; x < nir_width; x++)
            rim_frame_row16(&s->nir, y)[x] = (uint16_t)((x * 7 + y * 3) & 4095);
    for (int y = 0; y < s->map.height; y++)
        for (int x = 0; x < s->map.width; x++)
            rim_frame_row16(&s->map, y)[x] = (uint16_t)((x * 29 + y * 17) % 2000);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width * 4; x++)
            rim_frame_row8(&s->visible, y)[x] =
                (uint8_t)(x % 4 == 3 ? 255 : (x / 4 + y) & 255);
    s->options = (rim_overlay_options){.nir_width = nir_width,
                                       .nir_height = nir_height,
                                       .nir_bits = 12,
                                       .nir_black_level = 64,
                                       .width = width,
                                       .height = height,
                                       .mm_per_px = 0.05};
}

static void uninit_scene(scene *s)
{
    rim_frame_uninit(&s->nir);
    rim_frame_uninit(&s->map);
    rim_frame_uninit(&s->visible);
    rim_frame_uninit(&s->picture);
}

// FNV-1a over the bytes that are shown, row by row: the padding is not compared.
static uint64_t hash_of(const rim_frame *f)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (int y = 0; y < f->height; y++)
        for (int i = 0; i < 4 * f->width; i++)
            h = (h ^ rim_frame_row8(f, y)[i]) * UINT64_C(1099511628211);
    return h;
}

static uint64_t draw_once(scene *s)
{
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s->options), RIM_OK);
    rim_overlay_draw(o, &s->picture, &s->nir, &s->visible, &s->map, 4, &s->result);
    rim_overlay_destroy(&o);
    ck_assert_ptr_null(o);
    return hash_of(&s->picture);
}

static void add_lesion(rim_result *r, double x, double y, double a, double b)
{
    const int i = r->lesion_count++;
    r->lesion[i] = (rim_lesion){.id = i + 1,
                                .x = x,
                                .y = y,
                                .a = a,
                                .b = b,
                                .angle = 17.0 * i,
                                .pattern = (rim_pattern)(1 + i % 3),
                                .sbr = 1.5 + i,
                                .confidence = i % 2 ? 0.6 : 0.9,
                                .diameter_mm = i == 1 ? NAN : 5.5};
}

static void add_residual(rim_surface *s, double x, double y, double size)
{
    rim_residual *r = &s->residual[s->residual_count++];
    *r = (rim_residual){.id = s->residual_count,
                        .x = x,
                        .y = y,
                        .area_mm2 = 2.4,
                        .sbr = 1.9,
                        .confidence = 0.9};
    r->outline.count = 4;
    r->outline.point[0] = (rim_point){x - size, y};
    r->outline.point[1] = (rim_point){x, y - size};
    r->outline.point[2] = (rim_point){x + size, y};
    r->outline.point[3] = (rim_point){x, y + size};
    s->state = RIM_SURFACE_RESIDUAL;
}

static void quiet(void *ctx, rim_log_level level, const char *line)
{
    (void)level;
    (void)line;
    ++*(int *)ctx;
}

START_TEST(refuses_nonsense)
{
    int lines = 0;
    scene s;
    init_scene(&s, 320, 240, 320, 240);
    rim_log_set_sink(quiet, &lines);
    rim_overlay *o = NULL;
    rim_overlay_options p = s.options;
    p.width = 0;
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    p = s.options;
    p.nir_height = RIM_FRAME_SIDE_MAX + 1;
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    p = s.options;
    p.sbr_low = 5;
    p.sbr_high = 2;
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    p = s.options;
    p.sbr_high = NAN;
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    p = s.options;
    p.nir_to_picture[0] = 1; // all else zero: flat
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    p.nir_to_picture[0] = NAN;
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    p = s.options;
    p.nir_black_level = 4095;
    ck_assert_int_eq(rim_overlay_create(&o, &p), RIM_ERR_ARG);
    rim_log_set_sink(NULL, NULL);
    ck_assert_int_eq(lines, 7);
    ck_assert_ptr_null(o);
    uninit_scene(&s);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    scene s;
    init_scene(&s, 640, 480, 640, 480);
    add_lesion(&s.result, 200, 200, 60, 40);
    add_lesion(&s.result, 420, 260, 90, 80);
    add_residual(&s.result.surface, 330, 380, 30);
    const uint64_t alone = draw_once(&s);
    rim_workers *w = NULL;
    ck_assert_int_eq(rim_workers_create(&w, 3), RIM_OK);
    s.options.workers = w;
    for (int i = 0; i < 20; i++)
        ck_assert_uint_eq(draw_once(&s), alone);
    rim_workers_destroy(&w);
    uninit_scene(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("overlay");
    TCase *t = tcase_create("overlay");
    suite_add_tcase(s, t);
    tcase_add_test(t, refuses_nonsense);
    tcase_add_test(t, threads_do_not_change_a_byte);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
