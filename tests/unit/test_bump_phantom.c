// test_bump_phantom.c: the live check of the registration on phantoms: an alarm after
// the visible camera was bumped, none without. Both pictures come through one lens until
// then, so that the registration is known.
// SPDX-License-Identifier: MIT
#include "calib/live_check.h"
#include "phantom/phantom.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 480, HEIGHT = 360, LOOKS = 24 };

static const rim_calib g_calib = {.width = WIDTH,
                                  .height = HEIGHT,
                                  .bits = 12,
                                  .has_register = true,
                                  .nir_to_visible = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                                  .visible_width = WIDTH,
                                  .visible_height = HEIGHT,
                                  .register_rms_px = 0.2};

enum { SCENES = 10, BUMPED_SCENES = 8, BUMP_PX = 12 };

// Alarms in the first half and in the second, at which the bump comes; looks at which
// a shift was known.
typedef struct alarms {
    int before, after, known;
    double shift_px; // the last that was known
} alarms;

static alarms watch_phantom(uint64_t seed, double bump_px)
{
    rim_phantom_options o;
    rim_phantom_options_init(&o);
    o.scene = seed % 2 ? RIM_PHANTOM_WOUND : RIM_PHANTOM_LIVER;
    o.width = WIDTH;
    o.height = HEIGHT;
    o.mm_per_px = 0.2;
    o.transport = RIM_TRANSPORT_DIFFUSION;
    o.seed = seed;
    o.frames = LOOKS * RIM_LIVE_CHECK_EVERY;
    o.bump_px = bump_px;
    o.bump_frame = o.frames / 2;
    rim_phantom *p = NULL;
    ck_assert_int_eq(rim_phantom_create(&p, &o, 1), RIM_OK);
    const rim_live_check_options options = {
        WIDTH, HEIGHT, o.bits, rim_phantom_black_level(p), WIDTH, HEIGHT};
    rim_live_check *check = NULL;
    rim_frame nir = {
        .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = o.bits};
    rim_frame visible = {
        .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(&nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&visible), RIM_OK);
    ck_assert_int_eq(rim_live_check_create(&check, &g_calib, &options), RIM_OK);
    alarms a = {.shift_px = (double)NAN};
    for (int i = 0; i < o.frames; i++) {
        if (i % RIM_LIVE_CHECK_EVERY == 0)
            rim_phantom_frame(p, &nir, &visible, NULL, i);
        rim_quality q = {0};
        rim_live_check_frame(check, &q, &nir, &visible);
        if (i % RIM_LIVE_CHECK_EVERY != RIM_LIVE_CHECK_EVERY - 1)
            continue;
        a.before += i < o.bump_frame && q.calibration.bumped;
        a.after += i >= o.bump_frame && q.calibration.bumped;
        a.known += !isnan(q.calibration.shift_px);
        if (!isnan(q.calibration.shift_px))
            a.shift_px = q.calibration.shift_px;
    }
    rim_live_check_destroy(&check);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
    rim_phantom_destroy(&p);
    return a;
}

START_TEST(no_false_alarm_on_ordinary_phantoms)
{
    int known = 0;
    for (uint64_t seed = 1; seed <= SCENES; seed++) {
        const alarms a = watch_phantom(seed, (double)NAN);
        ck_assert_msg(a.before + a.after == 0, "seed %d", (int)seed);
        known += a.known > 0;
    }
    ck_assert_int_ge(known, 9); // and that is not because it was blind
}
END_TEST

START_TEST(bumped_phantoms_are_found)
{
    int found = 0;
    for (uint64_t seed = 1; seed <= BUMPED_SCENES; seed++) {
        const alarms a = watch_phantom(seed, BUMP_PX);
        ck_assert_msg(a.before == 0, "seed %d", (int)seed);
        found += a.after > 0;
        if (a.after > 0)
            ck_assert_double_eq_tol(a.shift_px, BUMP_PX, 1.5);
    }
    ck_assert_int_ge(found, 7); // all of 40 were, when this was written
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bump phantom");
    TCase *t = tcase_create("bump phantom");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, no_false_alarm_on_ordinary_phantoms);
    tcase_add_test(t, bumped_phantoms_are_found);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
