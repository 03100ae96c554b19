// test_overlay.c: the composited picture: same bytes, clipping, words, labels.
// SPDX-License-Identifier: MIT
#include "base/cpu.h"
#include "base/frame.h"
#include "base/log.h"
#include "render/kernels/kernels.h"
#include "render/overlay.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RIM_TEST_S INT64_C(1000000000)

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

static void nothing(void *ctx, int job)
{
    (void)ctx;
    (void)job;
}

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
    // Nor does it when the picture is made while the caller does something else, and
    // what was found is another's already.
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    rim_result *found = malloc(sizeof *found);
    for (int i = 0; i < 20; i++) {
        *found = s.result;
        rim_frame_copy(&s.picture, &s.visible);
        rim_overlay_begin(o, &s.picture, &s.nir, &s.picture, &s.map, 4, found);
        memset(found, 0, sizeof *found);
        rim_workers_run(w, nothing, NULL, 1 + i % 5);
        rim_overlay_finish(o);
        ck_assert_uint_eq(hash_of(&s.picture), alone);
    }
    free(found);
    rim_overlay_destroy(&o);
    rim_workers_destroy(&w);
    uninit_scene(&s);
}
END_TEST

// Bytes that every machine must give; renewed by hand where the picture was changed
// on purpose and looked at.
static const struct {
    const char *name;
    int width, height;
    rim_view view;
    rim_color_map map;
    uint64_t hash;
} g_golden[] = {
    {"overlay", 640, 480, RIM_VIEW_OVERLAY, RIM_COLOR_MAP_GREEN,
     UINT64_C(0xbe38eb76da02a823)},
    {"scaled up", 1280, 720, RIM_VIEW_OVERLAY, RIM_COLOR_MAP_ICE,
     UINT64_C(0xadea8476773bb3e0)},
    {"nir", 640, 480, RIM_VIEW_NIR, RIM_COLOR_MAP_GREEN, UINT64_C(0xb74851a93ce1e1d6)},
    {"intensity", 640, 480, RIM_VIEW_INTENSITY, RIM_COLOR_MAP_HEAT,
     UINT64_C(0x27400499b3c893e2)},
    {"outlines", 641, 479, RIM_VIEW_OUTLINES, RIM_COLOR_MAP_GREEN,
     UINT64_C(0xc422df82837d8993)},
    {"white", 640, 480, RIM_VIEW_WHITE, RIM_COLOR_MAP_GREEN,
     UINT64_C(0x5270b7653f591368)},
    {"side by side", 800, 600, RIM_VIEW_SIDE_BY_SIDE, RIM_COLOR_MAP_GREEN,
     UINT64_C(0x72f49f58d631048c)},
    {"inset", 1024, 768, RIM_VIEW_INSET, RIM_COLOR_MAP_GREEN,
     UINT64_C(0xd7fc9a72419f8cb6)},
};

static void fill_result(rim_result *r)
{
    r->frame = 12;
    r->t_ns = INT64_C(61234000000);
    add_lesion(r, 150, 160, 60, 40);
    add_lesion(r, 420, 140, 90, 80);
    add_lesion(r, 630, 300, 50, 45); // leaves the picture
    r->surface.polygon.count = 3;
    r->surface.polygon.point[0] = (rim_point){150, 250};
    r->surface.polygon.point[1] = (rim_point){480, 260};
    r->surface.polygon.point[2] = (rim_point){330, 460};
    r->surface.assessable = 0.96;
    add_residual(&r->surface, 330, 340, 30);
    add_residual(&r->surface, 250, 300, 2);
    r->quality.dropped = 2;
    r->quality.saturated = 0.012;
}

START_TEST(same_bytes_on_every_machine)
{
    scene s;
    init_scene(&s, 640, 480, g_golden[_i].width, g_golden[_i].height);
    s.options.view = g_golden[_i].view;
    s.options.color_map = g_golden[_i].map;
    fill_result(&s.result);
    const uint64_t hash = draw_once(&s);
    ck_assert_msg(hash == g_golden[_i].hash, "%s: 0x%016llx", g_golden[_i].name,
                  (unsigned long long)hash);
    s.options.cpu = rim_cpu_detect();
    ck_assert_uint_eq(draw_once(&s), hash);
    uninit_scene(&s);
}
END_TEST

// A registration that is not a mere scale.
START_TEST(same_bytes_through_a_homography)
{
    static const double map[9] = {1.9, -0.12, 40, 0.1, 1.85, -20, 4e-5, 2e-5, 1};
    scene s;
    init_scene(&s, 640, 480, 1280, 960);
    memcpy(s.options.nir_to_picture, map, sizeof map);
    fill_result(&s.result);
    const uint64_t hash = draw_once(&s);
    ck_assert_msg(hash == UINT64_C(0xd445c3a72ee21aaa), "0x%016llx",
                  (unsigned long long)hash);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    // To the picture by the formula, and back by the overlay.
    const double w = map[6] * 300 + map[7] * 200 + 1;
    const rim_point at = {(map[0] * 300 + map[1] * 200 + map[2]) / w,
                          (map[3] * 300 + map[4] * 200 + map[5]) / w};
    rim_point nir;
    ck_assert(rim_overlay_to_nir(o, &nir, at));
    ck_assert_double_eq_tol(nir.x, 300, 0.02);
    ck_assert_double_eq_tol(nir.y, 200, 0.02);
    ck_assert(!rim_overlay_to_nir(o, &nir, (rim_point){1279, 5}));
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

static bool same_pixel(const rim_frame *a, const rim_frame *b, int x, int y)
{
    return memcmp(rim_frame_row8(a, y) + 4L * x, rim_frame_row8(b, y) + 4L * x, 4) == 0;
}

START_TEST(nothing_found_leaves_the_tissue_alone)
{
    scene s;
    init_scene(&s, 320, 240, 640, 480);
    memset(s.map.data, 0, (size_t)s.map.stride * (size_t)s.map.height);
    draw_once(&s);
    for (int y = 60; y < 420; y++)
        for (int x = 0; x < 640; x++)
            ck_assert(same_pixel(&s.picture, &s.visible, x, y));
    uninit_scene(&s);
}
END_TEST

// Signal at the low end or below shows nothing; at the high end, the map's end.
START_TEST(colour_scale_is_fixed)
{
    scene s;
    init_scene(&s, 320, 240, 320, 240);
    s.options.view = RIM_VIEW_INTENSITY;
    s.options.sbr_low = 2;
    s.options.sbr_high = 4;
    for (int y = 0; y < s.map.height; y++)
        for (int x = 0; x < s.map.width; x++)
            rim_frame_row16(&s.map, y)[x] = y < 30 ? 2 * 256 : 4 * 256;
    draw_once(&s);
    const uint8_t *low = rim_frame_row8(&s.picture, 80) + 4L * 160;
    ck_assert(low[0] == low[1] && low[1] == low[2]); // grey still
    const rim_color top = rim_color_map_at(RIM_COLOR_MAP_GREEN, 255);
    const uint8_t *high = rim_frame_row8(&s.picture, 160) + 4L * 160;
    ck_assert_uint_eq(high[0], top.b);
    ck_assert_uint_eq(high[1], top.g);
    ck_assert_uint_eq(high[2], top.r);
    uninit_scene(&s);
}
END_TEST

// How many pixels of a rectangle have exactly this colour.
static int count_color(const rim_frame *f, int x0, int y0, int x1, int y1, rim_color c)
{
    int n = 0;
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            const uint8_t *p = rim_frame_row8(f, y) + 4L * x;
            n += p[0] == c.b && p[1] == c.g && p[2] == c.r;
        }
    }
    return n;
}

START_TEST(a_residual_cannot_be_missed)
{
    const rim_color alarm = {255, 214, 0};
    scene s;
    init_scene(&s, 1280, 720, 1280, 720);
    memset(s.map.data, 0, (size_t)s.map.stride * (size_t)s.map.height);
    draw_once(&s);
    ck_assert_int_eq(count_color(&s.picture, 0, 0, 1280, 720, alarm), 0);
    add_residual(&s.result.surface, 700, 400, 1); // three pixels large
    s.result.surface.polygon.count = 0;
    draw_once(&s);
    ck_assert_int_gt(count_color(&s.picture, 0, 0, 640, 100, alarm), 10000);
    ck_assert_int_gt(count_color(&s.picture, 680, 380, 720, 420, alarm), 150);
    // The flag stands beside it, not on it.
    ck_assert_int_gt(count_color(&s.picture, 640, 300, 1100, 500, alarm), 2500);
    uninit_scene(&s);
}
END_TEST

static double any_number(unsigned *seed)
{
    static const double odd[] = {NAN,    INFINITY, -INFINITY, 0,    -1,   1e300,
                                 -1e300, 1e-300,   8191,      -0.5, 65536};
    *seed = *seed * 1664525u + 1013904223u;
    const unsigned v = *seed >> 8;
    if (v % 5 == 0)
        return odd[v / 5 % (sizeof odd / sizeof odd[0])];
    return v % 2000 * 0.5 - 200;
}

static void any_outline(rim_outline *o, unsigned *seed)
{
    o->count = (int)(fabs(any_number(seed)) > 300) * RIM_OUTLINE_MAX;
    if (o->count == 0)
        o->count = (int)(*seed >> 10) % (RIM_OUTLINE_MAX + 1);
    for (int i = 0; i < o->count; i++)
        o->point[i] = (rim_point){any_number(seed), any_number(seed)};
}

static void any_result(rim_result *r, unsigned *seed)
{
    memset(r, 0, sizeof *r);
    r->frame = *seed;
    r->t_ns = (int64_t)*seed * 1000 - 1000000000;
    r->lesion_count = (int)(*seed >> 9) % (RIM_LESIONS_MAX + 1);
    for (int i = 0; i < r->lesion_count; i++)
        r->lesion[i] = (rim_lesion){.id = (int)*seed,
                                    .x = any_number(seed),
                                    .y = any_number(seed),
                                    .a = any_number(seed),
                                    .b = any_number(seed),
                                    .angle = any_number(seed),
                                    .pattern = (rim_pattern)(i % 4),
                                    .sbr = any_number(seed),
                                    .confidence = any_number(seed),
                                    .diameter_mm = any_number(seed)};
    rim_surface *s = &r->surface;
    s->state = (rim_surface_state)(*seed >> 12 & 3);
    s->why = *seed >> 3;
    s->assessable = any_number(seed);
    s->visible_depth_mm = any_number(seed);
    any_outline(&s->polygon, seed);
    s->residual_count = (int)(*seed >> 9) % (RIM_RESIDUALS_MAX + 1);
    for (int i = 0; i < s->residual_count; i++) {
        s->residual[i] = (rim_residual){.id = -i,
                                        .x = any_number(seed),
                                        .y = any_number(seed),
                                        .area_mm2 = any_number(seed),
                                        .sbr = any_number(seed),
                                        .confidence = any_number(seed)};
        any_outline(&s->residual[i].outline, seed);
    }
    r->quality.saturated = any_number(seed);
    r->quality.dropped = *seed & 3;
}

// Whatever a result holds: no write outside (the sanitizers and the padding tell), no
// crash, no hang, and each band of threads sees the same.
START_TEST(any_result_can_be_drawn)
{
    static const int size[][2] = {{16, 16}, {17, 640}, {640, 33}, {333, 251}};
    unsigned seed = 7;
    for (int k = 0; k < 4; k++) {
        scene s;
        init_scene(&s, 160, 120, size[k][0], size[k][1]);
        rim_overlay *o = NULL;
        ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
        for (int i = 0; i < 60; i++) {
            any_result(&s.result, &seed);
            for (int y = 0; y < s.picture.height; y++) // guard: the rows' padding
                memset(rim_frame_row8(&s.picture, y), 0xa5, (size_t)s.picture.stride);
            rim_overlay_set_view(o, (rim_view)(i % RIM_VIEW_COUNT));
            rim_overlay_draw(o, &s.picture, &s.nir, i % 3 ? &s.visible : NULL,
                             i % 4 ? &s.map : NULL, 4, &s.result);
            for (int y = 0; y < s.picture.height; y++)
                for (ptrdiff_t x = 4L * s.picture.width; x < s.picture.stride; x++)
                    ck_assert_uint_eq(rim_frame_row8(&s.picture, y)[x], 0xa5);
        }
        rim_overlay_destroy(&o);
        uninit_scene(&s);
    }
}
END_TEST

// What the picture says in words, for tests: drawn alone it must change the picture.
START_TEST(notes_help_and_sketch_are_drawn)
{
    static const rim_point sketch[] = {{20, 100}, {200, 110}, {120, 180}};
    scene s;
    init_scene(&s, 320, 240, 320, 240);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    uint64_t seen[5];
    for (int i = 0; i < 5; i++) {
        rim_overlay_set_note(o, i == 1 ? "PAUSED" : NULL);
        rim_overlay_set_help(o, i == 2 ? "q  quit\n?  help" : NULL);
        rim_overlay_set_sketch(o, sketch, i == 3 ? 3 : 0);
        rim_overlay_draw(o, &s.picture, &s.nir, &s.visible, &s.map, 4, &s.result);
        seen[i] = hash_of(&s.picture);
    }
    ck_assert_uint_eq(seen[0], seen[4]);
    for (int i = 1; i < 4; i++)
        ck_assert_uint_ne(seen[0], seen[i]);
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

START_TEST(lost_frames_are_told_for_three_seconds)
{
    scene s;
    init_scene(&s, 320, 240, 320, 240);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    uint64_t corner[3];
    for (int i = 0; i < 3; i++) {
        s.result.t_ns = (i == 2 ? 3 : 0) * RIM_TEST_S + i;
        s.result.quality.dropped = i == 0;
        rim_overlay_draw(o, &s.picture, &s.nir, &s.visible, NULL, 4, &s.result);
        rim_frame top = s.picture; // the verdict and what stands below it
        top.width = 120;
        top.height = 60;
        corner[i] = hash_of(&top);
    }
    ck_assert_uint_eq(corner[0], corner[1]);
    ck_assert_uint_ne(corner[1], corner[2]);
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

// The middle half of a picture, shown at twice the size: places agree.
START_TEST(a_part_shows_what_lies_there)
{
    scene s;
    init_scene(&s, 320, 240, 640, 480);
    s.options.part = (rim_part){160, 120, 320, 240};
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    rim_point nir, whole = {160, 120};
    // Picture pixel (200, 100) shows full pixel 160 + 200.5 / 2 - 0.5 and so on.
    ck_assert(rim_overlay_to_nir(o, &nir, (rim_point){200, 100}));
    ck_assert_double_eq_tol(nir.x, (160 + 200.5 / 2) / 2 - 0.5, 1e-9);
    ck_assert_double_eq_tol(nir.y, (120 + 100.5 / 2) / 2 - 0.5, 1e-9);
    ck_assert_int_eq(rim_overlay_set_part(o, &(rim_part){0, 0, 640, 480}), RIM_OK);
    ck_assert(rim_overlay_to_nir(o, &nir, whole));
    ck_assert_double_eq_tol(nir.x, 160.5 / 2 - 0.5, 1e-9);
    ck_assert_int_eq(rim_overlay_set_part(o, &(rim_part){0, 0, NAN, 480}), RIM_ERR_ARG);
    ck_assert_int_eq(rim_overlay_set_part(o, &(rim_part){0, 0, 640, 0}), RIM_ERR_ARG);
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

// A lesion that is lost is still told of half a second later, and no more after one.
START_TEST(lost_lesions_fade_and_go)
{
    static const int64_t at_ms[] = {0, 500, 950, 1600, 2300};
    scene s;
    init_scene(&s, 320, 240, 320, 240);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    uint64_t seen[5];
    for (int i = 0; i < 5; i++) {
        s.result = (rim_result){.frame = (uint64_t)i, .t_ns = at_ms[i] * 1000000};
        if (i == 0)
            add_lesion(&s.result, 160, 120, 40, 30);
        rim_overlay_draw(o, &s.picture, &s.nir, &s.visible, NULL, 4, &s.result);
        rim_frame middle = s.picture;
        middle.data = rim_frame_row8(&s.picture, 60);
        middle.height = 120;
        seen[i] = hash_of(&middle);
    }
    ck_assert_uint_ne(seen[0], seen[1]);
    ck_assert_uint_ne(seen[1], seen[2]);
    ck_assert_uint_ne(seen[1], seen[3]);
    ck_assert_uint_eq(seen[3], seen[4]);
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

START_TEST(what_cannot_be_judged_is_hatched)
{
    static uint8_t cell[60 * 80];
    scene s;
    init_scene(&s, 320, 240, 640, 480);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    for (int y = 30; y < 45; y++)
        memset(cell + y * 80 + 20, 1, 30);
    const rim_mask mask = {cell, 80, 60, 80, 4};
    rim_overlay_set_unjudged(o, &mask);
    s.result.surface.state = RIM_SURFACE_CANNOT_ASSESS;
    rim_overlay_draw(o, &s.picture, &s.nir, &s.visible, NULL, 4, &s.result);
    int inside = 0, outside = 0;
    for (int y = 220; y < 380; y++)
        for (int x = 100; x < 500; x++)
            if (!same_pixel(&s.picture, &s.visible, x, y)) {
                const bool in = x >= 160 && x < 400 && y >= 240 && y < 360;
                inside += in;
                outside += !in;
            }
    ck_assert_int_eq(outside, 0);
    ck_assert_int_gt(inside, 240 * 120 / 3);
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

START_TEST(bad_health_is_loud)
{
    const rim_color warn = {255, 170, 60};
    scene s;
    init_scene(&s, 1280, 720, 1280, 720);
    memset(s.map.data, 0, (size_t)s.map.stride * (size_t)s.map.height);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    rim_health h = {.source = "camera",
                    .calibrated = true,
                    .calibration_days = 3,
                    .fps = 59.9,
                    .nominal_fps = 60,
                    .delay_p50_ms = 12,
                    .delay_p99_ms = 19,
                    .record = RIM_HEALTH_RECORDING,
                    .record_minutes = 55};
    for (int i = 0; i < 8; i++) {
        h.automatic_gain = i == 1;
        h.fps = i == 2 ? 31 : 60;
        h.delay_p99_ms = i == 3 ? 400 : 19;
        h.calibration_days = i == 4 ? 90 : 3;
        h.record_minutes = i == 5 ? 4 : 55;
        h.record = i == 6 ? RIM_HEALTH_RECORD_FAILED : RIM_HEALTH_RECORDING;
        h.register_rms_px = i == 7 ? 9 : 0.4;
        h.registered = true;
        rim_overlay_set_health(o, &h);
        rim_overlay_draw(o, &s.picture, &s.nir, &s.visible, &s.map, 4, &s.result);
        const int loud = count_color(&s.picture, 0, 40, 640, 120, warn);
        ck_assert_msg(i ? loud > 60 : loud == 0, "case %d: %d px", i, loud);
    }
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

// However narrow, the verdict and the clock do not lie upon each other.
START_TEST(narrow_pictures_keep_their_words_apart)
{
    static const int side[][2] = {{320, 240}, {400, 300}, {480, 270}, {200, 400}};
    const rim_color quiet_ink = {178, 188, 200}, white = {245, 248, 252};
    for (int i = 0; i < 4; i++) {
        scene s;
        init_scene(&s, 320, 240, side[i][0], side[i][1]);
        memset(s.map.data, 0, (size_t)s.map.stride * (size_t)s.map.height);
        s.result.surface.state = RIM_SURFACE_CANNOT_ASSESS;
        s.result.surface.why = RIM_WHY_SATURATED | RIM_WHY_HIDDEN | RIM_WHY_SMOKE;
        s.result.surface.assessable = 0.31;
        draw_once(&s);
        for (int y = 0; y < s.picture.height / 2; y++) {
            int last_word = -1, first_clock = s.picture.width;
            for (int x = s.picture.width - 1; x >= 0; x--) {
                if (count_color(&s.picture, x, y, x + 1, y + 1, quiet_ink))
                    first_clock = x;
                if (last_word < 0 && count_color(&s.picture, x, y, x + 1, y + 1, white))
                    last_word = x;
            }
            ck_assert_msg(last_word < first_clock, "%dx%d: row %d", side[i][0],
                          side[i][1], y);
        }
        uninit_scene(&s);
    }
}
END_TEST

// White light that stands where the picture is to be.
START_TEST(in_place_is_the_same_picture)
{
    scene s;
    init_scene(&s, 320, 240, 480, 360);
    add_lesion(&s.result, 150, 120, 30, 20);
    rim_overlay *o = NULL;
    ck_assert_int_eq(rim_overlay_create(&o, &s.options), RIM_OK);
    for (int view = 0; view < RIM_VIEW_COUNT; view++) {
        if (view == RIM_VIEW_SIDE_BY_SIDE)
            continue;
        rim_overlay_set_view(o, (rim_view)view);
        for (int i = 0; i < 2; i++) // so that labels have settled
            rim_overlay_draw(o, &s.picture, &s.nir, &s.visible, &s.map, 4, &s.result);
        const uint64_t apart = hash_of(&s.picture);
        rim_frame_copy(&s.picture, &s.visible);
        rim_overlay_draw(o, &s.picture, &s.nir, &s.picture, &s.map, 4, &s.result);
        ck_assert_uint_eq(hash_of(&s.picture), apart);
    }
    rim_overlay_destroy(&o);
    uninit_scene(&s);
}
END_TEST

// NIR at half its size, where pixels lie between four: as the kernels sample it.
START_TEST(halved_nir_lies_between_four)
{
    enum { W = 320, H = 240, TOP = H / 4 };
    scene s;
    init_scene(&s, W, H, W, H);
    s.options.view = RIM_VIEW_SIDE_BY_SIDE;
    uint32_t noise = 1;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++, noise = noise * 1664525 + 1013904223)
            rim_frame_row16(&s.nir, y)[x] = (uint16_t)(noise >> 20);
    draw_once(&s);
    const int black = s.options.nir_black_level;
    const float gain = 65025.0F / (float)((1 << s.options.nir_bits) - 1 - black);
    for (int y = H / 4; y < H / 4 + 10; y++) // clear of words and marks
        for (int x = 60; x < W / 2 - 10; x++) {
            uint16_t sample;
            uint8_t grey[4];
            rim_sample_c(&sample, s.nir.data, s.nir.stride, x * 131072 + 32768,
                         y * 131072 + 32768, 0, 0, 1);
            rim_grey_c(grey, &sample, black, gain, 1);
            const uint8_t *shown = rim_frame_row8(&s.picture, TOP + y) + 4 * x;
            ck_assert_msg(memcmp(shown, grey, 4) == 0, "%d, %d: %d, not %d", x, y,
                          shown[0], grey[0]);
        }
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
    TCase *g = tcase_create("golden"); // CK_RUN_CASE=golden for another machine
    suite_add_tcase(s, g);
    tcase_add_loop_test(g, same_bytes_on_every_machine, 0,
                        sizeof g_golden / sizeof g_golden[0]);
    tcase_add_test(g, same_bytes_through_a_homography);
    tcase_set_timeout(g, 60);
    tcase_add_test(t, nothing_found_leaves_the_tissue_alone);
    tcase_add_test(t, colour_scale_is_fixed);
    tcase_add_test(t, a_residual_cannot_be_missed);
    tcase_add_test(t, any_result_can_be_drawn);
    tcase_add_test(t, notes_help_and_sketch_are_drawn);
    tcase_add_test(t, lost_frames_are_told_for_three_seconds);
    tcase_add_test(t, a_part_shows_what_lies_there);
    tcase_add_test(t, lost_lesions_fade_and_go);
    tcase_add_test(t, what_cannot_be_judged_is_hatched);
    tcase_add_test(t, bad_health_is_loud);
    tcase_add_test(t, halved_nir_lies_between_four);
    tcase_add_test(t, in_place_is_the_same_picture);
    tcase_add_test(t, narrow_pictures_keep_their_words_apart);
    tcase_set_timeout(t, 60);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
