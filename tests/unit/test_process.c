// test_process.c: arithmetic, ellipses, and the chain on drawn lesions.
// SPDX-License-Identifier: MIT
#include "process/ellipse.h"
#include "process/fixed.h"
#include "process/pipeline.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(own_functions_agree_with_libm)
{
    for (double x = -20.0; x < 20.0; x += 0.173) {
        ck_assert_double_eq_tol(rim_exp2(x) / exp2(x), 1.0, 1e-12);
        ck_assert_double_eq_tol(rim_log2(exp2(x)), x, 1e-11);
    }
    for (int i = -100; i < 200; i++) {
        double s, c;
        rim_turn(&s, &c, i, 97);
        const double a = 2.0 * 3.14159265358979323846 * i / 97;
        ck_assert_double_eq_tol(s, sin(a), 1e-11);
        ck_assert_double_eq_tol(c, cos(a), 1e-11);
        ck_assert_double_eq_tol(rim_atan2(3.0 * s, 3.0 * c), atan2(sin(a), cos(a)),
                                1e-9);
    }
}
END_TEST

static const rim_ellipse drawn_ellipse = {
    .x = 40.0, .y = -7.0, .a = 12.0, .b = 9.0, .angle = 31.0};

static void points_of(rim_point p[40], const rim_ellipse *e)
{
    double s, c;
    rim_turn(&s, &c, (int)e->angle, 360);
    for (int i = 0; i < 40; i++) {
        double sn, cs;
        rim_turn(&sn, &cs, i, 40);
        p[i] = (rim_point){e->x + e->a * cs * c - e->b * sn * s,
                           e->y + e->a * cs * s + e->b * sn * c};
    }
}

START_TEST(ellipse_through_its_own_points)
{
    rim_point p[40];
    double weight[40], miss[40];
    points_of(p, &drawn_ellipse);
    for (int i = 0; i < 40; i++)
        weight[i] = 1.0;
    const rim_ellipse guess = {42.0, -5.0, 9.0, 9.0, 0.0};
    rim_ellipse e;
    ck_assert(rim_ellipse_fit(&e, miss, p, weight, 40, &guess));
    ck_assert_double_eq_tol(e.x, 40.0, 0.05);
    ck_assert_double_eq_tol(e.y, -7.0, 0.05);
    ck_assert_double_eq_tol(e.a, 12.0, 0.2); // a little rounder: the prior
    ck_assert_double_eq_tol(e.b, 9.0, 0.2);
    ck_assert_double_eq_tol(e.angle, 31.0, 0.5);
    const rim_ellipse_form form = rim_ellipse_form_of(&e);
    double s, c;
    rim_turn(&s, &c, 31, 360);
    ck_assert_double_eq_tol(rim_ellipse_radius(&form, c, s), e.a, 1e-2);
    memset(weight, 0, sizeof weight);
    ck_assert(!rim_ellipse_fit(&e, miss, p, weight, 40, &guess));
}
END_TEST

// A third of an outline leaves size and shape open: near the guess, and round.
START_TEST(ellipse_through_an_arc)
{
    rim_point p[40];
    double weight[40], miss[40];
    points_of(p, &drawn_ellipse);
    for (int i = 0; i < 40; i++)
        weight[i] = i < 13;
    const rim_ellipse guess = {43.0, -6.0, 9.0, 9.0, 0.0};
    rim_ellipse e;
    ck_assert(rim_ellipse_fit(&e, miss, p, weight, 40, &guess));
    ck_assert_double_eq_tol(e.x, 40.0, 2.0);
    ck_assert_double_eq_tol(e.y, -7.0, 2.0);
    ck_assert_double_eq_tol(sqrt(e.a * e.b), 10.4, 1.5);
    ck_assert_double_gt(e.b / e.a, 0.7);
}
END_TEST

// Points of a neighbour's outline have no say, and are told by their distance.
START_TEST(ellipse_beside_a_neighbour)
{
    rim_point p[40];
    double weight[40], miss[40];
    points_of(p, &drawn_ellipse);
    for (int i = 0; i < 40; i++)
        weight[i] = 1.0;
    for (int i = 5; i < 11; i++) { // twice as far
        p[i].x += p[i].x - drawn_ellipse.x;
        p[i].y += p[i].y - drawn_ellipse.y;
    }
    const rim_ellipse guess = {41.0, -6.0, 11.0, 11.0, 0.0};
    rim_ellipse e;
    ck_assert(rim_ellipse_fit(&e, miss, p, weight, 40, &guess));
    ck_assert_double_eq_tol(e.x, 40.0, 0.3);
    ck_assert_double_eq_tol(e.y, -7.0, 0.3);
    ck_assert_double_eq_tol(sqrt(e.a * e.b), 10.4, 0.3);
    for (int i = 0; i < 40; i++)
        ck_assert(i >= 5 && i < 11 ? miss[i] > 5.0 : fabs(miss[i]) < 1.0);
}
END_TEST

enum { W = 640, H = 480 };

typedef struct drawn {
    double x, y, radius, width, sbr, core; // px; width: standard deviation of the ridge
} drawn;

// Liver light with a falling illumination, rings multiplied onto it, and noise.
static void draw(rim_frame *f, const drawn *ring, int rings, double level,
                 uint32_t seed)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const double u = (x - W / 2.0) / W, v = (y - H / 2.0) / W;
            double light = level * exp(-1.5 * (u * u + v * v)), excess = 0.0;
            for (int i = 0; i < rings; i++) {
                const drawn *r = &ring[i];
                const double d = hypot(x - r->x, y - r->y) - r->radius;
                const double ridge = exp(-d * d / (2 * r->width * r->width));
                excess += (r->sbr - 1.0) *
                          (d < 0.0 ? r->core + (1 - r->core) * ridge : ridge);
            }
            light *= 1.0 + excess;
            // Tissue is never even: some per cent at millimetres.
            light *= 1.0 + 0.03 * (sin(x * 0.11) + sin(y * 0.10 + x * 0.04) +
                                   sin(x * 0.20 + 7.0 * sin(y * 0.03)));
            double noise = 0.0;
            for (int i = 0; i < 4; i++) {
                seed = seed * 1664525u + 1013904223u;
                noise += (seed >> 8) / 16777216.0 - 0.5;
            }
            light += noise * 1.7 * sqrt(light) * 0.5;
            const double c = 64.0 + light;
            rim_frame_row16(f, y)[x] = (uint16_t)(c < 0      ? 0
                                                  : c > 4095 ? 4095
                                                             : c + 0.5);
        }
}

static rim_frame new_frame(void)
{
    rim_frame f = {.width = W, .height = H, .fmt = RIM_FMT_GRAY16, .bits = 12};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    return f;
}

static const rim_pipeline_options usual = {.width = W,
                                           .height = H,
                                           .bits = 12,
                                           .black_level = 64,
                                           .mm_per_px = 0.1,
                                           .min_confidence = 0.5};

static const drawn two[] = {{200, 180, 40, 9, 4.0, 0.2}, {470, 300, 12, 10, 2.5, 1.0}};

START_TEST(finds_drawn_lesions)
{
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    rim_result r;
    for (int i = 0; i < 4; i++) {
        draw(&f, two, 2, 400.0, 1u + (uint32_t)i);
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        ck_assert_int_eq(r.lesion_count, 2);
        ck_assert_uint_eq(r.quality.dropped, 0);
    }
    for (int i = 0; i < 2; i++) {
        const rim_lesion *l = &r.lesion[0];
        if (hypot(r.lesion[1].x - two[i].x, r.lesion[1].y - two[i].y) < 20)
            l = &r.lesion[1];
        const double outer = two[i].radius + two[i].width * 1.1774; // half maximum
        ck_assert_double_eq_tol(l->x, two[i].x, 2.0);
        ck_assert_double_eq_tol(l->y, two[i].y, 2.0);
        ck_assert_double_eq_tol(l->a, outer, 0.06 * outer);
        ck_assert_double_eq_tol(l->b, outer, 0.06 * outer);
        ck_assert_double_eq_tol(l->sbr, two[i].sbr, 0.12 * two[i].sbr);
        ck_assert_int_eq(l->pattern, i == 0 ? RIM_PATTERN_RIM : RIM_PATTERN_TOTAL);
        ck_assert_double_eq_tol(l->diameter_mm, 0.2 * outer, 0.02 * outer);
    }
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(threads_do_not_change_the_result)
{
    rim_frame f = new_frame();
    rim_result result[3];
    memset(result, 0, sizeof result);
    for (int t = 0; t < 3; t++) {
        rim_pipeline_options o = usual;
        o.threads = t;
        o.min_confidence = 0.0;
        rim_pipeline *p = NULL;
        ck_assert_int_eq(rim_pipeline_create(&p, &o), RIM_OK);
        for (int i = 0; i < 3; i++) {
            draw(&f, two, 2, 400.0, 7u + (uint32_t)i);
            f.seq = (uint64_t)i;
            rim_pipeline_process(p, &result[t], &f);
        }
        rim_pipeline_destroy(&p);
        ck_assert_int_eq(result[t].lesion_count, result[0].lesion_count);
        for (int i = 0; i < result[t].lesion_count; i++)
            ck_assert_mem_eq(&result[t].lesion[i], &result[0].lesion[i],
                             sizeof(rim_lesion));
    }
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(nothing_is_found_in_darkness_or_plain_light)
{
    static const double level[] = {0.0, 30.0, 400.0, 3000.0, 9000.0};
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    rim_result r;
    for (int i = 0; i < 3; i++) {
        draw(&f, NULL, 0, level[_i], 3u + (uint32_t)i);
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        ck_assert_int_eq(r.lesion_count, 0);
        ck_assert_int_eq(r.surface.state, RIM_SURFACE_OFF);
    }
    if (level[_i] == 0.0)
        ck_assert_double_gt(r.quality.dark, 0.99);
    if (level[_i] == 9000.0)
        ck_assert_double_gt(r.quality.saturated, 0.9);
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(surface_is_judged_or_not)
{
    // What lies in the surface: nothing; a deep residual; darkness; full scale.
    static const drawn residual[] = {{320, 240, 8, 12, 2.5, 1.0}};
    static const double level[] = {400.0, 400.0, 1.0, 9000.0};
    static const rim_surface_state want[] = {
        RIM_SURFACE_NONE_DETECTED, RIM_SURFACE_RESIDUAL, RIM_SURFACE_CANNOT_ASSESS,
        RIM_SURFACE_CANNOT_ASSESS};
    static const rim_point polygon[] = {{150, 120}, {490, 130}, {500, 350}, {160, 340}};
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    ck_assert_int_eq(rim_pipeline_mark_surface(p, polygon, 2), RIM_ERR_ARG);
    ck_assert_int_eq(rim_pipeline_mark_surface(p, polygon, 4), RIM_OK);
    rim_result r;
    for (int i = 0; i < 6; i++) {
        draw(&f, residual, _i == 1, level[_i], 11u + (uint32_t)i);
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        ck_assert_int_eq(r.surface.state, want[_i]);
    }
    if (_i == 1) {
        ck_assert_int_eq(r.surface.residual_count, 1);
        ck_assert_double_eq_tol(r.surface.residual[0].x, 320, 5);
        ck_assert_double_eq_tol(r.surface.residual[0].y, 240, 5);
        const rim_residual *q = &r.surface.residual[0];
        ck_assert_double_eq_tol(q->background, level[1], 0.1 * level[1]);
        ck_assert_double_eq_tol(q->target / q->background, q->sbr, 1e-6);
        ck_assert_double_gt(q->cnr, 10.0);
        ck_assert_double_lt(q->cnr, 1.5 / 0.01); // its texture is more than that
    }
    if (_i < 2) { // what a residual 3 mm deep adds is well above this noise
        ck_assert_double_gt(r.surface.visible_depth_mm, 2.0);
        ck_assert_double_lt(r.surface.visible_depth_mm, 6.0);
    } else {
        ck_assert(isnan(r.surface.visible_depth_mm));
    }
    if (_i >= 2)
        ck_assert_uint_eq(r.surface.why, _i == 2 ? RIM_WHY_DARK : RIM_WHY_SATURATED);
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

// A verdict may come late, but never stands in a frame that cannot be judged.
START_TEST(a_verdict_goes_with_its_frame)
{
    static const drawn deep = {320, 240, 18, 13, 1.8, 1.0};
    static const rim_point polygon[] = {{200, 120}, {440, 120}, {440, 360}, {200, 360}};
    const bool residual = _i == 1;
    const rim_surface_state verdict =
        residual ? RIM_SURFACE_RESIDUAL : RIM_SURFACE_NONE_DETECTED;
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    ck_assert_int_eq(rim_pipeline_mark_surface(p, polygon, 4), RIM_OK);
    rim_result r;
    for (int i = 0; i < 18; i++) {
        const bool dark = i >= 8 && i < 10, bright = i >= 16;
        draw(&f, &deep, residual,
             dark     ? 0.0
             : bright ? 40000.0
                      : 900.0,
             (uint32_t)(i + 1));
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        if (dark || bright)
            ck_assert_int_eq(r.surface.state, RIM_SURFACE_CANNOT_ASSESS);
        if (i == 7 || i == 15) // and it comes back
            ck_assert_int_eq(r.surface.state, verdict);
    }
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

// Noise that is the same wherever it is asked for: a view of its own for each seed.
static double lattice(int x, int y, uint32_t seed)
{
    uint32_t h =
        (uint32_t)x * 374761393u + (uint32_t)y * 668265263u + seed * 2246822519u;
    h = (h ^ (h >> 13)) * 1274126177u;
    return ((h ^ (h >> 16)) & 0xffff) / 65535.0 - 0.5;
}

static double texture(double x, double y, double size, uint32_t seed)
{
    x /= size;
    y /= size;
    const int ix = (int)floor(x), iy = (int)floor(y);
    const double u = x - ix, v = y - iy;
    return (lattice(ix, iy, seed) * (1 - u) + lattice(ix + 1, iy, seed) * u) * (1 - v) +
           (lattice(ix, iy + 1, seed) * (1 - u) + lattice(ix + 1, iy + 1, seed) * u) *
               v;
}

static void draw_view(rim_frame *f, uint32_t view, double dx, double dy, uint32_t seed)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const double u = x + dx, v = y + dy;
            const double light = 900.0 * (1.0 + 0.5 * texture(u, v, 40.0, view) +
                                          0.3 * texture(u, v, 14.0, view + 1000));
            const double noise = 30.0 * lattice(x, y, seed + 7777);
            rim_frame_row16(f, y)[x] = (uint16_t)(64.0 + light + noise);
        }
}

// Smoke lies on a surface, blood on two thirds of it, and both go: each has its word.
START_TEST(smoke_and_blood_are_told_apart)
{
    static const rim_point polygon[] = {{200, 120}, {440, 120}, {440, 360}, {200, 360}};
    const bool smoke = _i == 0;
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    ck_assert_int_eq(rim_pipeline_mark_surface(p, polygon, 4), RIM_OK);
    rim_result r;
    for (int i = 0; i < 24; i++) {
        const bool bad = i >= 8 && i < 14;
        draw_view(&f, 1, 0.0, 0.0, (uint32_t)i);
        for (int y = 0; bad && y < H; y++)
            for (int x = 0; x < W; x++) {
                const double light = rim_frame_row16(&f, y)[x] - 64.0;
                const bool under = x > 180 && x < 360 && y > 100 && y < 380;
                const double seen = smoke   ? 0.1 * light + 0.9 * 800.0
                                    : under ? 0.2 * light
                                            : light;
                rim_frame_row16(&f, y)[x] = (uint16_t)(64.0 + seen);
            }
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        if (i == 7 || i == 23) {
            ck_assert_int_eq(r.surface.state, RIM_SURFACE_NONE_DETECTED);
            ck_assert_uint_eq(r.surface.why, 0);
        }
        if (i == 13) {
            ck_assert_int_eq(r.surface.state, RIM_SURFACE_CANNOT_ASSESS);
            ck_assert_uint_eq(r.surface.why, smoke ? RIM_WHY_SMOKE : RIM_WHY_HIDDEN);
            ck_assert_double_lt(r.surface.assessable, 0.5);
        }
    }
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

// The scope looks elsewhere and comes back: the surface is where it was on the tissue,
// and on no other view. _i: how it goes away, by a cut or through darkness.
START_TEST(a_view_that_comes_back_is_known)
{
    static const rim_point polygon[] = {{200, 120}, {440, 120}, {440, 360}, {200, 360}};
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    ck_assert_int_eq(rim_pipeline_mark_surface(p, polygon, 4), RIM_OK);
    rim_result r;
    for (int i = 0; i < 90; i++) {
        const bool away = i >= 10 && i < 70;
        const uint32_t view = away ? 50u + (uint32_t)i / 20u * 10u : 1u;
        if (_i == 1 && (i == 10 || i == 69))
            draw(&f, NULL, 0, 0.0, 5);
        else
            draw_view(&f, view, i >= 70 ? 44.0 : 0.0, i >= 70 ? -32.0 : 0.0,
                      (uint32_t)i);
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        if (i == 9)
            ck_assert_int_eq(r.surface.state, RIM_SURFACE_NONE_DETECTED);
        if (away) {
            ck_assert_int_eq(r.surface.state, RIM_SURFACE_CANNOT_ASSESS);
            ck_assert_uint_ne(r.surface.why & (RIM_WHY_OUT_OF_VIEW | RIM_WHY_DARK), 0);
        }
    }
    ck_assert_int_eq(r.surface.state, RIM_SURFACE_NONE_DETECTED);
    ck_assert_double_eq_tol(r.surface.polygon.point[0].x, 200.0 - 44.0, 4.0);
    ck_assert_double_eq_tol(r.surface.polygon.point[0].y, 120.0 + 32.0, 4.0);
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

// The view is pulled away, faster and faster, until it cannot be followed.
START_TEST(a_view_that_is_torn_away_says_so)
{
    static const rim_point polygon[] = {{200, 120}, {440, 120}, {440, 360}, {200, 360}};
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    ck_assert_int_eq(rim_pipeline_mark_surface(p, polygon, 4), RIM_OK);
    static rim_result r;
    double dx = 0.0;
    int i = 0;
    for (; i < 20 && r.surface.state != RIM_SURFACE_CANNOT_ASSESS; i++) {
        draw_view(&f, 1, dx, 0.0, (uint32_t)i);
        f.seq = (uint64_t)i;
        rim_pipeline_process(p, &r, &f);
        dx += i < 3 ? 0.0 : i < 8 ? 25.0 : 300.0;
    }
    ck_assert_int_gt(i, 8); // 2.5 mm a frame were followed
    ck_assert_uint_eq(r.surface.why, RIM_WHY_MOTION | RIM_WHY_OUT_OF_VIEW);
    ck_assert_double_eq(r.surface.assessable, 0.0);
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(follows_what_moves)
{
    rim_frame f = new_frame();
    rim_pipeline *p = NULL;
    ck_assert_int_eq(rim_pipeline_create(&p, &usual), RIM_OK);
    rim_result r;
    int id[2] = {0, 0};
    double travelled = 0.0;
    for (int i = 0; i < 30; i++) {
        drawn moved[2] = {two[0], two[1]};
        for (int k = 0; k < 2; k++) {
            moved[k].x += 3.0 * i;
            moved[k].y -= 2.0 * i;
        }
        draw(&f, moved, 2, 400.0, 5u + (uint32_t)i);
        f.seq = (uint64_t)i + (i > 20 ? 2 : 0); // two frames lost on the way
        rim_pipeline_process(p, &r, &f);
        ck_assert_int_eq(r.lesion_count, 2);
        for (int k = 0; k < 2; k++) {
            const int which = r.lesion[0].a > r.lesion[1].a ? k : 1 - k;
            if (i == 0)
                id[k] = r.lesion[which].id;
            ck_assert_int_eq(r.lesion[which].id, id[k]);
            ck_assert_double_eq_tol(r.lesion[which].x, moved[k].x, 3.0);
        }
        if (i > 0)
            travelled += r.quality.motion_px;
        ck_assert_uint_eq(r.quality.dropped, i == 21 ? 2 : 0);
    }
    // Two smooth spots are all there is to hold on to: single steps jitter.
    ck_assert_double_eq_tol(travelled / 29, sqrt(13.0), 0.2);
    rim_pipeline_destroy(&p);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(refuses_nonsense)
{
    rim_pipeline *p = NULL;
    rim_pipeline_options o = usual;
    o.width = 20;
    ck_assert_int_eq(rim_pipeline_create(&p, &o), RIM_ERR_ARG);
    o = usual;
    o.bits = 17;
    ck_assert_int_eq(rim_pipeline_create(&p, &o), RIM_ERR_ARG);
    o = usual;
    o.black_level = 4096;
    ck_assert_int_eq(rim_pipeline_create(&p, &o), RIM_ERR_ARG);
    o = usual;
    o.mm_per_px = 77.0;
    ck_assert_int_eq(rim_pipeline_create(&p, &o), RIM_ERR_ARG);
    ck_assert_ptr_null(p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("process");
    TCase *t = tcase_create("process");
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    tcase_add_test(t, own_functions_agree_with_libm);
    tcase_add_test(t, ellipse_through_its_own_points);
    tcase_add_test(t, ellipse_through_an_arc);
    tcase_add_test(t, ellipse_beside_a_neighbour);
    tcase_add_test(t, finds_drawn_lesions);
    tcase_add_test(t, threads_do_not_change_the_result);
    tcase_add_loop_test(t, nothing_is_found_in_darkness_or_plain_light, 0, 5);
    tcase_add_loop_test(t, surface_is_judged_or_not, 0, 4);
    tcase_add_test(t, a_view_that_is_torn_away_says_so);
    tcase_add_loop_test(t, a_verdict_goes_with_its_frame, 0, 2);
    tcase_add_loop_test(t, smoke_and_blood_are_told_apart, 0, 2);
    tcase_add_loop_test(t, a_view_that_comes_back_is_known, 0, 2);
    tcase_add_test(t, follows_what_moves);
    tcase_add_test(t, refuses_nonsense);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
