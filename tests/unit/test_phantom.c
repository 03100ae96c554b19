// test_phantom.c: the phantom's physics against the tables of docs/phantom.md, its
// truth against scenes made by hand, and that a seed gives the same frames again.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "phantom/exact.h"
#include "phantom/light.h"
#include "phantom/optics.h"
#include "phantom/phantom.h"
#include "phantom/rng.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(own_functions_agree_with_libm)
{
    for (double x = -20.0; x < 20.0; x += 0.37) {
        ck_assert_double_eq_tol(rim_exact_exp(x) / exp(x), 1.0, 1e-14);
        ck_assert_double_eq_tol(rim_exact_sin(x), sin(x), 1e-14);
        ck_assert_double_eq_tol(rim_exact_cos(x), cos(x), 1e-14);
        ck_assert_double_eq_tol(rim_exact_log(exp(x)), x, 1e-13);
        ck_assert_double_eq_tol(rim_exact_atan2(x, 3.0), atan2(x, 3.0), 1e-14);
        ck_assert_double_eq_tol(rim_exact_atan2(-2.0, x), atan2(-2.0, x), 1e-14);
    }
}
END_TEST

static double fwhm(const rim_optics *o, double depth)
{
    double r = 0.0;
    while (rim_optics_spread(o, r, depth) > 0.5 * rim_optics_spread(o, 0.0, depth))
        r += 0.002;
    return 2.0 * r;
}

// Full width at half maximum of a point of dye, blood 10 %: diffusion exactly,
// the camera's within 15 % of the Monte Carlo column from 0.5 mm on.
START_TEST(spot_widens_with_depth)
{
    static const struct {
        double depth, diffusion, camera;
    } row[] = {{0.5, 0.76, 0.20}, {1, 1.52, 0.45}, {2, 2.95, 1.4},   {3, 4.26, 3.1},
               {5, 6.57, 5.9},    {8, 9.40, 8.8},  {10, 10.99, 11.2}};
    rim_optics diffusion, camera;
    rim_optics_init(&diffusion, 0.10, 1.0, RIM_TRANSPORT_DIFFUSION);
    rim_optics_init(&camera, 0.10, 1.0, RIM_TRANSPORT_CAMERA);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        ck_assert_double_eq_tol(fwhm(&diffusion, row[i].depth), row[i].diffusion, 0.02);
        ck_assert_double_eq_tol(fwhm(&camera, row[i].depth) / row[i].camera, 1.0, 0.15);
    }
}
END_TEST

START_TEST(spot_holds_what_escapes)
{
    for (int t = RIM_TRANSPORT_DIFFUSION; t <= RIM_TRANSPORT_CAMERA; t++) {
        rim_optics o;
        rim_optics_init(&o, 0.05 * (_i + 1), 1.0, (rim_transport)t);
        for (double d = 0.5; d < 9.0; d *= 2.0) {
            double sum = 0.0;
            for (double r = 0.001; r < 60.0; r += 0.002)
                sum += rim_optics_spread(&o, r, d) * 2.0 * RIM_PI * r * 0.002;
            ck_assert_double_eq_tol(sum / rim_optics_escape(&o, d), 1.0, 1e-3);
        }
    }
}
END_TEST

typedef struct shell {
    double radius, top, uptake;
} shell;

// 1.6 mm wide, core 0.1.
static void spherical_shell(const void *ctx, float *row, int count, double x0,
                            double step, double y, double z, double soft)
{
    const shell *s = ctx;
    for (int i = 0; i < count; i++) {
        const double x = x0 + i * step, dz = z - s->top - s->radius;
        const double out = sqrt(x * x + y * y + dz * dz) - s->radius;
        const double core = fmin(1.0, fmax(0.0, 0.5 - out / soft)),
                     all = fmin(1.0, fmax(0.0, 0.5 - (out - 1.6) / soft));
        row[i] = (float)((s->uptake - 1.0) * (all - core) - 0.9 * core);
    }
}

// The light of a shell; the caller uninits it.
static rim_patch light_of(const rim_light *light, const shell *s, double mm)
{
    const double m = s->radius + 12.0;
    rim_patch p;
    ck_assert_int_eq(rim_patch_init(&p, -m, -m, m, m, mm), RIM_OK);
    ck_assert_int_eq(rim_light_add(light, &p, spherical_shell, s, s->top - 1.6,
                                   s->top + 2.0 * s->radius + 1.6),
                     RIM_OK);
    return p;
}

static double brightest(const rim_patch *p, double *at, double end)
{
    double peak = 0.0;
    for (double r = 0.0; r < end; r += 0.02) {
        if (rim_patch_at(p, r, 0.0) > peak) {
            peak = rim_patch_at(p, r, 0.0);
            *at = r;
        }
    }
    return peak;
}

// Ring visibility: 1.6 mm shell, 15 times liver, core 0.1, blood 10 %. Peak, centre
// over peak, and radius of the half maximum against the table.
START_TEST(rings_look_as_tabulated)
{
    static const struct {
        double radius, top, peak, centre, outline;
    } row[] = {
        {1.5, 0, 7.3, .60, 3.1}, {1.5, 2, 5.9, 1.0, 2.3}, {1.5, 4, 1.9, 1.0, 3.3},
        {4, -1, 7.3, .28, 5.4},  {4, 0, 7.6, .35, 4.8},   {4, 0.5, 7.9, .72, 4.5},
        {4, 1, 8.2, .93, 4.0},   {4, 2, 6.7, 1.0, 3.4},   {4, 3, 3.8, 1.0, 3.7},
        {4, 6, 1.32, 1.0, 4.9},  {10, 0, 7.6, .19, 7.6},  {10, 3, 4.2, 1.0, 5.5}};
    rim_optics o;
    rim_light light;
    rim_optics_init(&o, 0.10, 1.0, RIM_TRANSPORT_DIFFUSION);
    rim_light_init(&light, &o);
    const shell shape = {row[_i].radius, row[_i].top, 15.0};
    rim_patch p = light_of(&light, &shape, 0.1);
    double r = 0.0;
    const double peak = brightest(&p, &r, shape.radius + 11.0);
    while (rim_patch_at(&p, r, 0.0) > 0.5 * peak)
        r += 0.02;
    ck_assert_double_eq_tol((1.0 + peak) / row[_i].peak, 1.0, 0.05);
    ck_assert_double_eq_tol((1.0 + rim_patch_at(&p, 0.0, 0.0)) / (1.0 + peak),
                            row[_i].centre, 0.05);
    ck_assert_double_eq_tol(r, row[_i].outline, 0.2);
    rim_patch_uninit(&p);
}
END_TEST

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The uptake that scenes draw gives the contrast measured in patients (van der Vorst
// 2013): median 7.0, range 1.9 to 18.7; 8 mm, tops from -2 to 2.5 mm.
START_TEST(contrast_is_that_of_patients)
{
    enum { N = 100 };
    static rim_light light[3];
    static double sbr[N];
    for (int b = 0; b < 3; b++) {
        rim_optics o;
        rim_optics_init(&o, 0.05 * (b + 1), 1.0, RIM_TRANSPORT_DIFFUSION);
        rim_light_init(&light[b], &o);
    }
    rim_rng r;
    rim_rng_init(&r, 5, 0);
    for (int i = 0; i < N; i++) {
        const shell s = {4.0, rim_rng_uniform(&r, -2.0, 2.5),
                         rim_rng_log_normal(&r, 15.0, 1.9, 3.0, 60.0)};
        const double u = rim_rng_unit(&r);
        rim_patch p = light_of(&light[u < 0.4 ? 0 : u < 0.8 ? 1 : 2], &s, 0.2);
        double at;
        sbr[i] = 1.0 + brightest(&p, &at, 12.0);
        rim_patch_uninit(&p);
    }
    qsort(sbr, N, sizeof *sbr, by_size);
    ck_assert_double_eq_tol(sbr[N / 2], 7.0, 1.0);
    ck_assert_double_eq_tol(sbr[N / 20], 2.8, 0.8);
    ck_assert_double_eq_tol(sbr[N - N / 20], 19.5, 5.0);
}
END_TEST

// Light over that of liver in the middle above a disc of dye 1.6 mm thick.
static double above_disc(const rim_light *light, double radius, double depth,
                         double uptake)
{
    double sum = 0.0;
    for (int l = 0; l < light->layers; l++) {
        const double z = light->z_mm[l], step = z < 1.0 ? 0.1 : 2.0 * z / 21.0;
        const double top = fmax(z - 0.5 * step, depth),
                     end = fmin(z + 0.5 * step, depth + 1.6);
        for (int k = 0; end > top && k < RIM_LIGHT_WIDTHS; k++) {
            const double s = light->sigma_mm[k];
            sum += light->weight[l][k] * (end - top) / step *
                   (1.0 - exp(-0.5 * radius * radius / (s * s)));
        }
    }
    return 1.0 + (uptake - 1.0) * sum;
}

// Depth to which a residual patch has a contrast above 1.2 and 1.5, from the table of
// detection depths. One layer of the model is a tenth of its depth: so is the error.
START_TEST(residuals_fade_as_tabulated)
{
    static const struct {
        double blood, uptake, radius, at_1_2, at_1_5;
    } row[] = {
        {0.05, 15, 1.5, 3.4, 2.1}, {0.05, 40, 6, 9.1, 7.3},   {0.10, 4, 3, 2.7, 1.5},
        {0.10, 15, 1.5, 3.3, 2.3}, {0.10, 15, 3, 4.8, 3.5},   {0.10, 15, 6, 6.0, 4.6},
        {0.10, 40, 3, 6.1, 4.9},   {0.15, 15, 1.5, 3.2, 2.3}, {0.15, 40, 6, 6.7, 5.5}};
    rim_optics o;
    static rim_light light;
    rim_optics_init(&o, row[_i].blood, 1.0, RIM_TRANSPORT_DIFFUSION);
    rim_light_init(&light, &o);
    double d = 0.0;
    while (above_disc(&light, row[_i].radius, d, row[_i].uptake) > 1.5)
        d += 0.02;
    ck_assert_double_eq_tol(d, row[_i].at_1_5, 0.2 + 0.05 * d);
    while (above_disc(&light, row[_i].radius, d, row[_i].uptake) > 1.2)
        d += 0.02;
    ck_assert_double_eq_tol(d, row[_i].at_1_2, 0.2 + 0.05 * d);
}
END_TEST

static void small_options(rim_phantom_options *o)
{
    rim_phantom_options_init(o);
    o->width = 256;
    o->height = 192;
    o->mm_per_px = 0.15;
    o->frames = 5;
}

static void render(const rim_phantom_options *o, int threads, int index, rim_frame *nir,
                   rim_frame *visible, rim_truth *truth)
{
    rim_phantom *p = NULL;
    *nir = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_GRAY16, .bits = o->bits};
    *visible = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(visible), RIM_OK);
    ck_assert_int_eq(rim_phantom_create(&p, o, threads), RIM_OK);
    rim_phantom_frame(p, nir, visible, truth, index);
    rim_phantom_destroy(&p);
}

static bool same_pixels(const rim_frame *a, const rim_frame *b)
{
    return memcmp(a->data, b->data, (size_t)a->stride * (size_t)a->height) == 0;
}

START_TEST(seed_gives_the_same_frames)
{
    static rim_truth t;
    rim_phantom_options o;
    rim_frame a, b, c, va, vb, vc;
    small_options(&o);
    o.scene = _i ? RIM_PHANTOM_WOUND : RIM_PHANTOM_LIVER;
    render(&o, 1, 3, &a, &va, &t);
    render(&o, 3, 3, &b, &vb, &t);
    o.seed++;
    render(&o, 1, 3, &c, &vc, &t);
    ck_assert(same_pixels(&a, &b));
    ck_assert(same_pixels(&va, &vb));
    ck_assert(!same_pixels(&a, &c));
    rim_frame *all[] = {&a, &b, &c, &va, &vb, &vc};
    for (int i = 0; i < 6; i++)
        rim_frame_uninit(all[i]);
}
END_TEST

// FNV-1a, sample by sample.
static uint64_t hash_pixels(const rim_frame *f, uint64_t h)
{
    const bool grey = f->fmt == RIM_FMT_GRAY16;
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width * (grey ? 1 : 4); x++) {
            h ^= grey ? rim_frame_row16(f, y)[x] : rim_frame_row8(f, y)[x];
            h *= UINT64_C(0x100000001b3);
        }
    }
    return h;
}

// The same on every machine and with every compiler. A change of what scenes hold
// changes these: look at the new pictures, then take over the new numbers.
START_TEST(frames_are_the_same_everywhere)
{
    static const uint64_t known[] = {UINT64_C(0x72545dfeeedec547),
                                     UINT64_C(0xbef80395cd81e676)};
    static rim_truth t;
    rim_phantom_options o;
    rim_frame nir, visible;
    small_options(&o);
    o.scene = _i ? RIM_PHANTOM_WOUND : RIM_PHANTOM_LIVER;
    o.lesions = 3;
    o.distractors = (1u << RIM_DISTRACTOR_COUNT) - 1u;
    o.smoke = 0.3;
    render(&o, 2, 4, &nir, &visible, &t);
    const uint64_t h = hash_pixels(&visible, hash_pixels(&nir, 0));
    ck_assert_msg(h == known[_i], "scene %d: 0x%016llx", _i, (unsigned long long)h);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}
END_TEST

START_TEST(truth_of_one_ring)
{
    static rim_truth t;
    rim_phantom_options o;
    rim_frame nir, visible;
    small_options(&o);
    o.lesions = 1;
    o.x_mm = 3.0;
    o.y_mm = -2.0;
    o.round_view = 0;
    o.depth_mm = 0.0;
    o.diameter_mm = 8.0;
    o.uptake = 15.0;
    o.core = 0.1;
    o.rim_mm = 1.6;
    o.blood = 0.10;
    o.pattern = RIM_PATTERN_RIM;
    o.distractors = RIM_DISTRACTORS_NONE;
    o.leakage = o.smoke = o.motion = 0.0;
    o.seed = 11;
    render(&o, 1, 0, &nir, &visible, &t);
    ck_assert_int_eq(t.seen.lesion_count, 1);
    const rim_lesion *l = &t.seen.lesion[0];
    ck_assert_str_eq(t.lesion[0].class_name, "lesion");
    ck_assert(t.lesion[0].detectable);
    ck_assert_int_eq(l->pattern, RIM_PATTERN_RIM);
    ck_assert_double_ge(l->coverage, 0.9);
    // Of the table: 7.6, 0.35, 4.8 mm for a sphere; this one is a little flattened.
    ck_assert_double_eq_tol(l->x, 127.5 + 3.0 / o.mm_per_px, 2.0);
    ck_assert_double_eq_tol(l->y, 95.5 - 2.0 / o.mm_per_px, 2.0);
    ck_assert_double_eq_tol(l->sbr, 7.6, 1.2);
    ck_assert_double_eq_tol(l->core_ratio, 0.35, 0.1);
    ck_assert_double_eq_tol(l->a * o.mm_per_px, 4.6, 0.5);
    ck_assert_double_le(l->b, l->a);
    ck_assert_int_eq(t.seen.surface.state, RIM_SURFACE_OFF);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}
END_TEST

// A cut surface with nothing, bile, a residual, a residual too deep, blood over all.
START_TEST(truth_of_a_wound)
{
    static const struct {
        int residuals;
        unsigned distractors;
        double depth, pool;
        rim_surface_state state;
    } row[] = {
        {0, 0, 1.0, 0.0, RIM_SURFACE_NONE_DETECTED},
        {0, 1u << RIM_DISTRACTOR_bile, 1.0, 0.0, RIM_SURFACE_NONE_DETECTED},
        {1, 0, 0.5, 0.0, RIM_SURFACE_RESIDUAL},
        {1, 0, 11.0, 0.0, RIM_SURFACE_NONE_DETECTED},
        {0, 0, 1.0, 0.9, RIM_SURFACE_CANNOT_ASSESS},
    };
    static rim_truth t;
    rim_phantom_options o;
    rim_frame nir, visible;
    small_options(&o);
    o.scene = RIM_PHANTOM_WOUND;
    o.lesions = row[_i].residuals;
    o.distractors = row[_i].distractors;
    o.depth_mm = row[_i].depth;
    o.diameter_mm = 6.0;
    o.uptake = 15.0;
    o.pool = row[_i].pool;
    o.leakage = o.smoke = 0.0;
    o.peak = 0.7;
    o.round_view = o.gain_steps = 0;
    render(&o, 1, 0, &nir, &visible, &t);
    const rim_surface *s = &t.seen.surface;
    ck_assert_int_eq(s->state, row[_i].state);
    ck_assert_int_ge(s->polygon.count, 3);
    ck_assert_int_eq(s->residual_count > 0, row[_i].distractors || row[_i].depth < 1.0);
    for (int k = 0; k < s->residual_count; k++) {
        const rim_residual *q = &s->residual[k];
        ck_assert(t.residual[k].detectable);
        ck_assert_str_eq(t.residual[k].class_name,
                         row[_i].distractors ? "bile" : "residual");
        ck_assert_double_eq_tol(q->area_mm2, q->area_px * o.mm_per_px * o.mm_per_px,
                                1e-6);
        ck_assert_double_gt(q->area_mm2, 3.0);
        ck_assert_double_lt(q->area_mm2, 120.0);
    }
    if (row[_i].pool > 0.0)
        ck_assert_double_lt(s->assessable, 0.5);
    else
        ck_assert_double_gt(s->assessable, 0.9);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}
END_TEST

static void ignore_log(void *ctx, rim_log_level level, const char *line)
{
    int *count = ctx;
    (void)line;
    *count += level == RIM_LOG_ERROR;
}

START_TEST(nonsense_is_refused)
{
    int logged = 0;
    rim_log_set_sink(ignore_log, &logged);
    rim_phantom_options o;
    rim_phantom *p = NULL;
    small_options(&o);
    o.bits = 9;
    ck_assert_int_eq(rim_phantom_create(&p, &o, 1), RIM_ERR_ARG);
    small_options(&o);
    o.blood = 7.0;
    ck_assert_int_eq(rim_phantom_create(&p, &o, 1), RIM_ERR_ARG);
    ck_assert_ptr_null(p);
    ck_assert_int_eq(logged, 2);
    rim_log_set_sink(NULL, NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("phantom");
    TCase *t = tcase_create("phantom");
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, own_functions_agree_with_libm);
    tcase_add_test(t, spot_widens_with_depth);
    tcase_add_loop_test(t, spot_holds_what_escapes, 0, 3);
    tcase_add_loop_test(t, rings_look_as_tabulated, 0, 12);
    tcase_add_test(t, contrast_is_that_of_patients);
    tcase_add_loop_test(t, residuals_fade_as_tabulated, 0, 9);
    tcase_add_loop_test(t, seed_gives_the_same_frames, 0, 2);
    tcase_add_loop_test(t, frames_are_the_same_everywhere, 0, 2);
    tcase_add_test(t, truth_of_one_ring);
    tcase_add_loop_test(t, truth_of_a_wound, 0, 5);
    tcase_add_test(t, nonsense_is_refused);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
