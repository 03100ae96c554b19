// test_surface.c: planes against the plain way, gauze, veils, glints, findings.
// SPDX-License-Identifier: MIT
#include "process/finding.h"
#include "process/fixed.h"
#include "process/glints.h"
#include "process/planes.h"
#include "process/veil.h"
#include "process/weave.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { W = 61, H = 37, AREA = W * H, BIT = 8 };

static uint32_t seed = 1;

static int number(int lo, int hi)
{
    seed = seed * 1664525u + 1013904223u;
    return lo + (int)((uint64_t)(seed >> 8) * (uint32_t)(hi - lo + 1) >> 24);
}

static int16_t src[AREA], dst[AREA];
static uint8_t seen[AREA], flag[AREA];

// One in `of` pixels is off.
static void fill(int range, int of)
{
    for (int i = 0; i < AREA; i++) {
        src[i] = (int16_t)number(-range, range);
        seen[i] = number(1, of) == 1 ? BIT - 1 : BIT + 1;
    }
}

static int smooth_at(int x, int y)
{
    int sum = 0, n = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int px = x + dx, py = y + dy, k = (2 - abs(dx)) * (2 - abs(dy));
            if (px < 0 || py < 0 || px >= W || py >= H || !(seen[py * W + px] & BIT))
                continue;
            sum += k * src[py * W + px];
            n += k;
        }
    return sum / n;
}

START_TEST(smoothing_is_the_mean_of_what_is_on)
{
    rim_planes p;
    ck_assert_int_eq(rim_planes_init(&p, W, H, 4), RIM_OK);
    for (int of = 2; of < 40; of += 6) {
        fill(16000, of);
        rim_planes_smooth(dst, src, seen, BIT, &p, W, H);
        for (int i = 0; i < AREA; i++)
            ck_assert_int_eq(dst[i],
                             seen[i] & BIT ? smooth_at(i % W, i / W) : RIM_UNKNOWN);
    }
    rim_planes_uninit(&p);
}
END_TEST

START_TEST(erosion_takes_the_least_around)
{
    rim_planes p;
    ck_assert_int_eq(rim_planes_init(&p, W, H, 6), RIM_OK);
    for (int reach = 1; reach <= 6; reach++) {
        fill(30000, 9);
        memcpy(dst, src, sizeof dst);
        rim_planes_erode(dst, reach, &p, W, H);
        for (int i = 0; i < AREA; i++) {
            int least = INT16_MAX;
            for (int y = i / W - reach; y <= i / W + reach; y++)
                for (int x = i % W - reach; x <= i % W + reach; x++)
                    if (x >= 0 && y >= 0 && x < W && y < H && src[y * W + x] < least)
                        least = src[y * W + x];
            ck_assert_int_eq(dst[i], least);
        }
    }
    rim_planes_uninit(&p);
}
END_TEST

static int flags_around(const uint8_t *f, int i, int reach)
{
    int n = 0;
    for (int y = i / W - reach; y <= i / W + reach; y++)
        for (int x = i % W - reach; x <= i % W + reach; x++)
            n += x >= 0 && y >= 0 && x < W && y < H && f[y * W + x];
    return n;
}

START_TEST(flags_are_counted_and_spread)
{
    rim_planes p;
    uint8_t was[AREA];
    ck_assert_int_eq(rim_planes_init(&p, W, H, 1), RIM_OK);
    for (int reach = 1; reach <= 4; reach++) {
        for (int i = 0; i < AREA; i++)
            was[i] = number(0, 15) == 0;
        memcpy(flag, was, sizeof flag);
        rim_planes_spread(flag, reach, &p, W, H);
        for (int i = 0; i < AREA; i++)
            ck_assert_int_eq(flag[i], flags_around(was, i, reach) > 0);
        for (int i = 0; i < AREA; i++)
            was[i] = (uint8_t)number(0, 1);
        memcpy(flag, was, sizeof flag);
        rim_planes_most(flag, 13, &p, W, H);
        for (int i = 0; i < AREA; i++)
            ck_assert_int_eq(flag[i], flags_around(was, i, 2) >= 13);
    }
    rim_planes_uninit(&p);
}
END_TEST

START_TEST(cells_add_up_what_is_on)
{
    rim_planes p;
    int32_t sum[AREA], count[AREA];
    ck_assert_int_eq(rim_planes_init(&p, W, H, 1), RIM_OK);
    for (int side = 1; side <= 7; side++) {
        fill(16000, 3);
        rim_planes_cells(sum, count, src, seen, BIT, &p, W, H, side);
        for (int cy = 0; cy < H / side; cy++)
            for (int cx = 0; cx < W / side; cx++) {
                int s = 0, n = 0;
                for (int y = cy * side; y < (cy + 1) * side; y++)
                    for (int x = cx * side; x < (cx + 1) * side; x++)
                        if (seen[y * W + x] & BIT) {
                            s += src[y * W + x];
                            n++;
                        }
                ck_assert_int_eq(sum[cy * (W / side) + cx], s);
                ck_assert_int_eq(count[cy * (W / side) + cx], n);
            }
    }
    rim_planes_uninit(&p);
}
END_TEST

// A patch with two sets of threads at right angles, or one, and noise.
static void weave_patch(int16_t *patch, double period, double turn, int sets, int noise)
{
    const double c = cos(turn) * 2.0 * 3.14159265 / period,
                 s = sin(turn) * 2.0 * 3.14159265 / period;
    for (int y = 0; y < RIM_WEAVE_SIDE; y++)
        for (int x = 0; x < RIM_WEAVE_SIDE; x++)
            patch[y * RIM_WEAVE_SIDE + x] =
                (int16_t)(200.0 * sin(c * x + s * y) +
                          (sets > 1 ? 200.0 * sin(c * y - s * x) : 0.0) +
                          number(-noise, noise));
}

START_TEST(gauze_is_told_from_tissue)
{
    int16_t patch[RIM_WEAVE_SIDE * RIM_WEAVE_SIDE];
    for (int i = 0; i < 30; i++) {
        weave_patch(patch, 2.6 + 0.1 * i, 0.05 * i, 2, 60);
        ck_assert(rim_weave_is_woven(patch, RIM_WEAVE_SIDE));
        weave_patch(patch, 3.0, 0.0, 0, 300); // grain
        ck_assert(!rim_weave_is_woven(patch, RIM_WEAVE_SIDE));
        weave_patch(patch, 12.0 + i, 0.1 * i, 2, 100); // lobules
        ck_assert(!rim_weave_is_woven(patch, RIM_WEAVE_SIDE));
    }
}
END_TEST

// Cells of 4 pixels with structure of `detail`, of `part` of that from the middle on.
static void look_at_veil(rim_veil *v, int columns, int rows, double detail, double part,
                         int noise)
{
    enum { SIDE = 4 };
    const int width = columns * SIDE, height = rows * SIDE;
    const size_t cells = (size_t)columns * (size_t)rows;
    float *value = calloc(cells, sizeof *value),
          *weight = calloc(cells, sizeof *weight);
    rim_wound w = {.width = width, .height = height};
    w.excess = calloc((size_t)width * (size_t)height, sizeof *w.excess);
    w.seen = malloc((size_t)width * (size_t)height);
    memset(w.seen, RIM_WOUND_TISSUE | RIM_WOUND_INSIDE, (size_t)width * (size_t)height);
    for (int cy = 0; cy < rows; cy++)
        for (int cx = 0; cx < columns; cx++) {
            const double size = cx < columns / 2 ? detail : detail * part;
            const int own = (int)(size * 1.732 * (number(-1000, 1000) / 1000.0));
            int sum = 0;
            for (int i = 0; i < SIDE * SIDE; i++) {
                const int e = own + number(-noise, noise);
                w.excess[(cy * SIDE + i / SIDE) * width + cx * SIDE + i % SIDE] =
                    (int16_t)e;
                sum += e;
            }
            value[cy * columns + cx] = (float)sum / (SIDE * SIDE);
            weight[cy * columns + cx] = 1.0f;
        }
    rim_veil_look(v, value, weight, columns, rows, SIDE, &w);
    free(value);
    free(weight);
    free(w.excess);
    free(w.seen);
}

START_TEST(smoke_takes_detail_away)
{
    enum { COLUMNS = 40, ROWS = 24 };
    rim_veil v;
    ck_assert_int_eq(rim_veil_init(&v, COLUMNS * ROWS), RIM_OK);
    look_at_veil(&v, COLUMNS, ROWS, 40.0, 1.0, 40);
    int veiled = 0;
    for (int i = 0; i < COLUMNS * ROWS; i++)
        veiled += v.cell[i];
    ck_assert_int_eq(veiled, 0);
    ck_assert(!rim_veil_is_whole(&v, 50.0, true));
    // Half of it behind smoke: that half, but for its edge.
    look_at_veil(&v, COLUMNS, ROWS, 40.0, 0.1, 20);
    for (int y = 1; y < ROWS - 1; y++) // a corner has too few around it
        for (int x = 1; x < COLUMNS - 1; x++)
            if (x < COLUMNS / 2 - 1 || x > COLUMNS / 2 + 3)
                ck_assert_int_eq(v.cell[y * COLUMNS + x], x > COLUMNS / 2);
    // Behind smoke as a whole noise, however strong, is no detail.
    for (int noise = 5; noise < 200; noise *= 3) {
        look_at_veil(&v, COLUMNS, ROWS, 6.0, 1.0, noise);
        ck_assert(rim_veil_is_whole(&v, 20.0, false));
    }
    rim_veil_uninit(&v);
}
END_TEST

// Smooth tissue, darker by `fall` (Q10 log2) in a square of cells: is it taken for smoke?
static bool smooth_is_veiled(rim_veil *v, int columns, int rows, int fall, int x0)
{
    enum { SIDE = 4, PIXELS = SIDE * SIDE, DARK_CELLS = 5 };
    const size_t cells = (size_t)columns * (size_t)rows;
    int32_t *sum = calloc(cells, sizeof *sum), *count = calloc(cells, sizeof *count);
    uint8_t *inside = calloc(cells, 1);
    for (int i = 0; i < (int)cells; i++) {
        const int x = i % columns - x0, y = i / columns - rows / 2;
        inside[i] = i % columns >= 2;
        count[i] = PIXELS;
        sum[i] =
            PIXELS * (x >= 0 && x < DARK_CELLS && y >= 0 && y < DARK_CELLS ? fall : 0);
    }
    look_at_veil(v, columns, rows, 12.0, 1.0, 5);
    rim_veil_find_dark(v, sum, count, inside, columns, rows, SIDE);
    free(sum);
    free(count);
    free(inside);
    return rim_veil_is_whole(v, 22.5, false);
}

START_TEST(nothing_is_dark_behind_smoke)
{
    enum { COLUMNS = 40, ROWS = 24 };
    rim_veil v;
    ck_assert_int_eq(rim_veil_init(&v, COLUMNS * ROWS), RIM_OK);
    ck_assert(smooth_is_veiled(&v, COLUMNS, ROWS, 0, 10));
    ck_assert(smooth_is_veiled(&v, COLUMNS, ROWS, -300, 10));
    ck_assert(!smooth_is_veiled(&v, COLUMNS, ROWS, -1000, 10)); // blood on it
    ck_assert(
        smooth_is_veiled(&v, COLUMNS, ROWS, -1000, -1)); // an instrument before it
    rim_veil_uninit(&v);
}
END_TEST

// Uneven smoke and bile behind it spread sigma, and only that.
START_TEST(spread_without_detail_is_smoke_where_nothing_is_dark)
{
    enum { COLUMNS = 40, ROWS = 40 };
    rim_veil v;
    ck_assert_int_eq(rim_veil_init(&v, COLUMNS * ROWS), RIM_OK);
    ck_assert(smooth_is_veiled(&v, COLUMNS, ROWS, 0, 10));
    ck_assert(rim_veil_is_whole(&v, 80.0, false));
    ck_assert(smooth_is_veiled(&v, COLUMNS, ROWS, -500, 10));
    ck_assert(!rim_veil_is_whole(&v, 80.0, false)); // a shadow
    rim_veil_uninit(&v);
}
END_TEST

// Tissue with one bright thing of 2 mm by 1.2 mm, sharp, and of its light `halo` around
// that falls off over millimetres, on a film of its own light where `film` says so.
static int tissue_left(double halo, double film)
{
    enum { SIDE = 80, HALF = SIDE / 2 };
    static const rim_grid grid = {.width = SIDE, .height = SIDE, .mm = 0.2, .scale = 1};
    const size_t area = (size_t)SIDE * SIDE;
    rim_wound w = {.grid = &grid, .width = SIDE, .height = SIDE};
    ck_assert_int_eq(rim_planes_init(&w.planes, SIDE, SIDE, 4), RIM_OK);
    w.excess = calloc(area, sizeof *w.excess);
    w.fine = calloc(area, sizeof *w.fine);
    w.opened = calloc(area, sizeof *w.opened);
    w.cell_sum = calloc(area, sizeof *w.cell_sum);
    w.flag = calloc(area, 1);
    w.seen = malloc(area);
    memset(w.seen, RIM_WOUND_TISSUE | RIM_WOUND_INSIDE | RIM_WOUND_LIT, area);
    for (int i = 0; i < (int)area; i++) {
        const double dx = (i % SIDE - HALF) * 0.2, dy = (i / SIDE - HALF) * 0.2;
        const double far = fmax(fabs(dx) - 1.0, fabs(dy) - 0.6);
        const double light = far <= 0.0 ? 3.0 : 3.0 * halo * exp(-far / 0.9);
        const bool wet = hypot(dx, dy) < 2.4;
        w.excess[i] = (int16_t)(1024.0 * log2(1.0 + light + (wet ? film : 0.0)) +
                                number(-20, 20));
    }
    rim_glints_drop(&w);
    int left = 0;
    for (int i = 0; i < (int)area; i++) {
        const double dx = (i % SIDE - HALF) * 0.2, dy = (i / SIDE - HALF) * 0.2;
        left += fabs(dx) < 0.9 && fabs(dy) < 0.5 && (w.seen[i] & RIM_WOUND_TISSUE);
    }
    rim_planes_uninit(&w.planes);
    free(w.excess);
    free(w.fine);
    free(w.opened);
    free(w.cell_sum);
    free(w.flag);
    free(w.seen);
    return left;
}

START_TEST(glints_are_told_from_narrow_residuals)
{
    ck_assert_int_eq(tissue_left(0.0, 0.0), 0);  // a highlight, a cut duct
    ck_assert_int_gt(tissue_left(0.4, 0.0), 30); // light out of tissue
    ck_assert_int_eq(tissue_left(0.0, 1.5), 0);  // a highlight on a film of bile
}
END_TEST

// A bright disc on dark ground, whose smoothed excess goes beyond the ratios' range.
START_TEST(findings_stay_within_the_range_of_ratios)
{
    enum { SIDE = 60, HALF = SIDE / 2 };
    static const rim_grid grid = {.width = SIDE, .height = SIDE, .mm = 0.2, .scale = 1};
    static const int bright[] = {3000, 6000, 8000, 16000}, dark[] = {0, -2000, -8000};
    const size_t area = (size_t)SIDE * SIDE;
    rim_wound w = {.grid = &grid, .width = SIDE, .height = SIDE};
    rim_growth g;
    ck_assert_int_eq(rim_planes_init(&w.planes, SIDE, SIDE, 4), RIM_OK);
    ck_assert_int_eq(rim_growth_init(&g, &grid), RIM_OK);
    g.level = (rim_quadric){.unit = 1.0};
    w.excess = calloc(area, sizeof *w.excess);
    w.fine = calloc(area, sizeof *w.fine);
    w.seen = malloc(area);
    memset(w.seen, RIM_WOUND_TISSUE | RIM_WOUND_INSIDE | RIM_WOUND_LIT, area);
    rim_process_kernels kernels;
    rim_process_kernels_init(&kernels, rim_cpu_detect());
    rim_scene scene;
    ck_assert_int_eq(rim_outline_scene_init(&scene, &grid, &kernels), RIM_OK);
    const rim_seed at = {.x = HALF, .y = HALF, .t = 9.0, .contrast = 99, .sigma_mm = 1};
    for (int k = 0; k < 4; k++)
        for (int j = 0; j < 3; j++) {
            for (int i = 0; i < (int)area; i++) {
                const int d = abs(i % SIDE - HALF) + abs(i / SIDE - HALF);
                w.excess[i] = (int16_t)(d < 6 ? bright[k] : dark[j]);
                w.fine[i] = (int16_t)(d < 7 ? bright[k] : dark[j]); // wider
            }
            rim_growth_begin(&g, &w, &at, 1);
            for (int i = 0; i < (int)area; i++) {
                ck_assert_int_ge(g.soft[i], RIM_RATIO_MIN);
                ck_assert_int_le(g.soft[i], RIM_RATIO_MAX);
            }
            rim_finding f;
            ck_assert(rim_growth_measure(&f, &g, &w, &scene, &at));
            const double is = exp2(fmin(bright[k], RIM_RATIO_MAX) / 1024.0);
            ck_assert_double_ge(f.spot.peak, 0.98 * is);
            ck_assert_double_le(f.spot.peak, 1.01 * is);
        }
    rim_outline_scene_uninit(&scene);
    free(w.excess);
    free(w.fine);
    free(w.seen);
    rim_growth_uninit(&g);
    rim_planes_uninit(&w.planes);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("surface");
    TCase *t = tcase_create("surface");
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    tcase_add_test(t, smoothing_is_the_mean_of_what_is_on);
    tcase_add_test(t, erosion_takes_the_least_around);
    tcase_add_test(t, flags_are_counted_and_spread);
    tcase_add_test(t, cells_add_up_what_is_on);
    tcase_add_test(t, gauze_is_told_from_tissue);
    tcase_add_test(t, smoke_takes_detail_away);
    tcase_add_test(t, nothing_is_dark_behind_smoke);
    tcase_add_test(t, spread_without_detail_is_smoke_where_nothing_is_dark);
    tcase_add_test(t, glints_are_told_from_narrow_residuals);
    tcase_add_test(t, findings_stay_within_the_range_of_ratios);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
