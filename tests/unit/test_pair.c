// test_pair.c: pairs by time, frames that go alone, and two lights that take turns.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "capture/pair.h"
#include "capture/pair_phase.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#define MS INT64_C(1000000)

typedef struct bench {
    rim_pairing *pairing;
    rim_pool *nir, *visible;
    int64_t zero_ns; // times below count from here
} bench;

static void bench_init(bench *b, bool visible)
{
    const rim_frame shape = {
        .width = 8, .height = 8, .fmt = RIM_FMT_GRAY16, .bits = 16};
    ck_assert_int_eq(rim_pairing_create(&b->pairing, visible), RIM_OK);
    ck_assert_int_eq(rim_pool_create(&b->nir, &shape, RIM_PAIR_NIR_SLOTS + 2), RIM_OK);
    ck_assert_int_eq(rim_pool_create(&b->visible, &shape, RIM_PAIR_VISIBLE_SLOTS + 2),
                     RIM_OK);
    b->zero_ns = rim_clock_now_ns();
}

static void bench_uninit(bench *b)
{
    rim_pairing_destroy(&b->pairing);
    rim_pool_destroy(&b->nir); // asserts that every frame is back
    rim_pool_destroy(&b->visible);
}

static void put(bench *b, bool visible, int64_t at_ns, uint64_t seq)
{
    rim_frame *f = rim_pool_acquire(visible ? b->visible : b->nir);
    ck_assert_ptr_nonnull(f);
    f->captured_ns = b->zero_ns + at_ns;
    f->seq = seq;
    if (visible)
        rim_pairing_put_visible(b->pairing, f, 20 * MS);
    else
        rim_pairing_put_nir(b->pairing, f, f->captured_ns, 20 * MS);
}

// Takes what is there within 100 ms; the visible partner's seq, -1 alone, -2 nothing.
static int take(bench *b, uint64_t *nir_seq)
{
    rim_pair pair;
    if (rim_pairing_take(b->pairing, &pair, rim_clock_now_ns() + 100 * MS))
        return -2;
    *nir_seq = pair.nir->seq;
    const int partner = pair.visible ? (int)pair.visible->seq : -1;
    rim_frame_release(pair.nir);
    rim_pairing_done(b->pairing);
    return partner;
}

START_TEST(without_a_visible_camera)
{
    bench b = {0};
    uint64_t seq = 0;
    bench_init(&b, false);
    put(&b, false, 0, 1);
    ck_assert_int_eq(take(&b, &seq), -1);
    ck_assert_uint_eq(seq, 1);
    const uint64_t last = RIM_PAIR_NIR_SLOTS + 2;
    for (uint64_t i = 2; i <= last; i++) // one more than may wait: 2 is displaced
        put(&b, false, 20 * (int64_t)i * MS, i);
    for (uint64_t i = 3; i <= last; i++) {
        ck_assert_int_eq(take(&b, &seq), -1);
        ck_assert_uint_eq(seq, i);
    }
    const rim_pair_counts n = rim_pairing_get_counts(b.pairing);
    ck_assert_uint_eq(n.nir, last);
    ck_assert_uint_eq(n.displaced, 1);
    ck_assert_uint_eq(n.unpaired, 0); // nothing was expected
    rim_pair pair;
    ck_assert_int_eq(rim_pairing_take(b.pairing, &pair, 0), RIM_ERR_TIMEOUT);
    rim_pairing_close(b.pairing);
    ck_assert_int_eq(rim_pairing_take(b.pairing, &pair, INT64_MAX), RIM_END);
    bench_uninit(&b);
}
END_TEST

START_TEST(catches_up_with_its_partners)
{
    bench b = {0};
    uint64_t seq = 0;
    bench_init(&b, true);
    for (int i = 0; i < RIM_PAIR_NIR_SLOTS; i++) {
        put(&b, false, 20 * i * MS, (uint64_t)i);
        put(&b, true, (20 * i + 1) * MS, 10 + (uint64_t)i);
    }
    put(&b, true, (20 * RIM_PAIR_NIR_SLOTS - 1) * MS, 90); // for one that is not there
    put(&b, true, (20 * RIM_PAIR_NIR_SLOTS + 1) * MS, 91);
    for (int i = 0; i < RIM_PAIR_NIR_SLOTS; i++) {
        ck_assert_int_eq(take(&b, &seq), 10 + i);
        ck_assert_uint_eq(seq, (uint64_t)i);
    }
    ck_assert_uint_eq(rim_pairing_get_counts(b.pairing).displaced, 0);
    bench_uninit(&b);
}
END_TEST

// A taker that is slower than the camera: how old is what it is given, in frames?
START_TEST(slow_taker_gets_the_newest)
{
    bench b = {0};
    uint64_t seq = 0, put_seq = 0;
    bench_init(&b, false);
    for (int i = 0; i < 200; i++) { // three frames come while it works on two
        for (int k = 0; k < 1 + i % 2; k++, put_seq++)
            put(&b, false, (int64_t)put_seq * 20 * MS, put_seq);
        ck_assert_int_eq(take(&b, &seq), -1);
        if (i > 100)
            ck_assert_uint_eq(seq, put_seq - 1);
    }
    const uint64_t displaced = rim_pairing_get_counts(b.pairing).displaced;
    ck_assert_uint_ge(displaced, 90);
    for (int i = 0; i < 400; i++) { // it is faster now
        put(&b, false, (int64_t)put_seq * 20 * MS, put_seq);
        put_seq++;
        ck_assert_int_eq(take(&b, &seq), -1);
    }
    for (int k = 0; k < RIM_PAIR_NIR_SLOTS; k++, put_seq++) // held up once
        put(&b, false, (int64_t)put_seq * 20 * MS, put_seq);
    ck_assert_int_eq(take(&b, &seq), -1);
    ck_assert_uint_eq(seq, put_seq - RIM_PAIR_NIR_SLOTS);
    ck_assert_uint_eq(rim_pairing_get_counts(b.pairing).displaced, displaced);
    bench_uninit(&b);
}
END_TEST

START_TEST(nearest_in_time)
{
    bench b = {0};
    uint64_t seq = 0;
    bench_init(&b, true);
    put(&b, true, 0, 10);
    put(&b, true, 20 * MS, 11);
    put(&b, false, 21 * MS, 1); // 11 is 1 ms away, 10 is 21
    ck_assert_int_eq(take(&b, &seq), 11);
    put(&b, true, 40 * MS, 12);
    put(&b, false, 33 * MS, 2); // both are within half an interval or not: 12 is 7 away
    ck_assert_int_eq(take(&b, &seq), 12);
    ck_assert_int_eq(rim_pairing_get_counts(b.pairing).skew_max_ns, 7 * MS);
    bench_uninit(&b);
}
END_TEST

// A busy machine can only make things slower: of so many goes one must be in time.
#define GOES 50

static int64_t half_an_interval(void)
{
    bench b = {0};
    uint64_t seq = 0;
    bench_init(&b, true);
    put(&b, true, 0, 10);
    put(&b, false, 10 * MS, 1); // exactly half: a pair
    ck_assert_int_eq(take(&b, &seq), 10);
    put(&b, false, 10 * MS + 1, 2); // a nanosecond more: alone, after waiting
    const int64_t from_ns = rim_clock_now_ns();
    ck_assert_int_eq(take(&b, &seq), -1);
    const int64_t took_ns = rim_clock_now_ns() - from_ns;
    ck_assert_uint_eq(rim_pairing_get_counts(b.pairing).unpaired, 1);
    bench_uninit(&b);
    return took_ns;
}

START_TEST(half_an_interval_is_the_limit)
{
    int goes = 0;
    while (half_an_interval() >= 60 * MS)
        ck_assert_int_lt(++goes, GOES);
}
END_TEST

static void *visible_later(void *arg)
{
    bench *b = arg;
    rim_clock_sleep_until(b->zero_ns + 14 * MS);
    put(b, true, 12 * MS, 11);
    return NULL;
}

static int partner_that_may_come(void)
{
    bench b = {0};
    uint64_t seq = 0;
    pthread_t thread;
    bench_init(&b, true);
    put(&b, true, -9 * MS, 10); // measured: takes its time to get here
    put(&b, false, 4 * MS, 1);  // 13 ms from 10; the next is due at 11
    ck_assert_int_eq(pthread_create(&thread, NULL, visible_later, &b), 0);
    const int partner = take(&b, &seq);
    pthread_join(thread, NULL);
    bench_uninit(&b);
    return partner;
}

START_TEST(waits_for_a_partner_that_may_come)
{
    int goes = 0;
    while (partner_that_may_come() != 11)
        ck_assert_int_lt(++goes, GOES);
}
END_TEST

static int64_t silent_camera(void)
{
    bench b = {0};
    uint64_t seq = 0;
    bench_init(&b, true);
    put(&b, false, 0, 1); // it has never spoken
    ck_assert_int_eq(take(&b, &seq), -1);
    put(&b, true, 0, 10);
    rim_clock_sleep_until(b.zero_ns + 80 * MS); // four of its intervals
    put(&b, false, 80 * MS, 2);
    const int64_t from_ns = rim_clock_now_ns();
    ck_assert_int_eq(take(&b, &seq), -1);
    const int64_t took_ns = rim_clock_now_ns() - from_ns;
    bench_uninit(&b);
    return took_ns;
}

START_TEST(does_not_wait_for_a_silent_camera)
{
    int goes = 0;
    while (silent_camera() >= 8 * MS)
        ck_assert_int_lt(++goes, GOES);
}
END_TEST

START_TEST(one_visible_frame_for_two)
{
    bench b = {0};
    uint64_t seq = 0;
    bench_init(&b, true);
    put(&b, true, 0, 10); // at half the rate of the NIR camera
    put(&b, false, 1 * MS, 1);
    ck_assert_int_eq(take(&b, &seq), 10);
    put(&b, false, 9 * MS, 2);
    ck_assert_int_eq(take(&b, &seq), 10);
    bench_uninit(&b);
}
END_TEST

START_TEST(lent_frame_survives_newer_ones)
{
    bench b = {0};
    rim_pair pair;
    bench_init(&b, true);
    put(&b, true, 0, 10);
    put(&b, false, 0, 1);
    ck_assert_int_eq(rim_pairing_take(b.pairing, &pair, INT64_MAX), RIM_OK);
    for (uint64_t i = 0; i < 5; i++) // through all slots and round the pool
        put(&b, true, (20 + 20 * (int64_t)i) * MS, 11 + i);
    ck_assert_uint_eq(pair.visible->seq, 10);
    rim_frame_release(pair.nir);
    rim_pairing_done(b.pairing);
    put(&b, false, 200 * MS, 2);
    bench_uninit(&b);
}
END_TEST

// Two producers at pace and a taker: for ThreadSanitizer, and for the counts.

enum { FRAMES = 200 };

typedef struct producer {
    bench *b;
    bool visible;
    int64_t phase_ns;
} producer;

static void *produce(void *arg)
{
    producer *p = arg;
    for (uint64_t i = 0; i < FRAMES; i++) {
        const int64_t at_ns = (int64_t)i * 2 * MS + p->phase_ns;
        rim_clock_sleep_until(p->b->zero_ns + at_ns);
        rim_frame *f = rim_pool_acquire(p->visible ? p->b->visible : p->b->nir);
        if (!f)
            abort(); // the stated size of the pool is too small
        f->captured_ns = p->b->zero_ns + at_ns;
        f->seq = i;
        if (p->visible)
            rim_pairing_put_visible(p->b->pairing, f, 2 * MS);
        else
            rim_pairing_put_nir(p->b->pairing, f, f->captured_ns, 2 * MS);
    }
    return NULL;
}

START_TEST(three_threads)
{
    bench b = {0};
    bench_init(&b, true);
    producer nir = {&b, false, 0}, visible = {&b, true, MS / 2};
    pthread_t threads[2];
    ck_assert_int_eq(pthread_create(&threads[0], NULL, produce, &nir), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, produce, &visible), 0);
    rim_pair pair;
    uint64_t taken = 0;
    for (;;) {
        if (rim_pairing_take(b.pairing, &pair, rim_clock_now_ns() + 200 * MS)) {
            if (rim_pairing_get_counts(b.pairing).nir == FRAMES)
                break;
            continue; // the producers were held up
        }
        taken++;
        if (pair.visible)
            ck_assert_int_le(llabs(pair.visible->captured_ns - pair.nir->captured_ns),
                             MS);
        rim_frame_release(pair.nir);
        rim_pairing_done(b.pairing);
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    const rim_pair_counts n = rim_pairing_get_counts(b.pairing);
    ck_assert_uint_eq(n.nir, FRAMES);
    ck_assert_uint_eq(taken + n.displaced, FRAMES);
    ck_assert_uint_eq(n.paired + n.unpaired, taken);
    bench_uninit(&b);
}
END_TEST

// Lights that take turns. A scene of two kinds that moves and brightens.

static uint32_t noise = 7;

static void scene(uint16_t *thumb, bool nir, int t, int gain_percent)
{
    for (int i = 0; i < RIM_THUMB_SIDE * RIM_THUMB_SIDE; i++) {
        const int x = i % RIM_THUMB_SIDE, y = i / RIM_THUMB_SIDE;
        noise = noise * 1664525u + 1013904223u;
        int v = 20000 + 600 * ((x + t / 8) % 16) + (int)(noise >> 22);
        if (nir) {
            const int dx = x - 5 - t / 20 % 8, dy = y - 7;
            v = 1500 + (dx * dx + dy * dy < 9 ? 15000 : 0) + (int)(noise >> 23);
        }
        thumb[i] = (uint16_t)(v * gain_percent / 100);
    }
}

START_TEST(phase_is_found)
{
    rim_phase p;
    uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    const int first_nir = _i & 1;
    const bool bright = _i >= 2; // the darker kind is the visible one
    rim_phase_init(&p, bright);
    for (int n = 0; n < 600; n++) {
        const bool nir_scene = (n & 1) == first_nir;
        scene(thumb, nir_scene, n, 100 + (n > 300 ? n - 300 : 0) / 4);
        const rim_light light = rim_phase_tell(&p, (uint64_t)n, thumb);
        if (n < 11)
            ck_assert_int_eq(light, RIM_LIGHT_UNKNOWN);
        if (n >= 12)
            ck_assert_int_eq(light,
                             nir_scene != bright ? RIM_LIGHT_NIR : RIM_LIGHT_VISIBLE);
    }
    ck_assert_uint_eq(p.shifts, 0);
}
END_TEST

START_TEST(phase_survives_lost_frames)
{
    rim_phase p;
    uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    rim_phase_init(&p, false);
    uint64_t driver = 0;
    int unknown = 0;
    for (int n = 0; n < 900; n++) {
        if (n % 37 == 36) { // lost, and the driver says so
            driver++;
            continue;
        }
        if (n % 301 == 300) // lost, and nobody says so
            continue;
        const bool nir = n % 2 == 0;
        scene(thumb, nir, n, 100);
        const rim_light light = rim_phase_tell(&p, driver++, thumb);
        if (n < 12)
            continue;
        unknown += light == RIM_LIGHT_UNKNOWN;
        if (light != RIM_LIGHT_UNKNOWN) // never taken for the other
            ck_assert_int_eq(light, nir ? RIM_LIGHT_NIR : RIM_LIGHT_VISIBLE);
    }
    ck_assert_uint_eq(p.shifts, 2);
    ck_assert_int_eq(unknown, 2 * 2);
}
END_TEST

START_TEST(phase_of_equal_lights_is_not_made_up)
{
    rim_phase p;
    uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    rim_phase_init(&p, false);
    for (int n = 0; n < 200; n++) {
        scene(thumb, true, n, 100 + n % 7);
        ck_assert_int_eq(rim_phase_tell(&p, (uint64_t)n, thumb), RIM_LIGHT_UNKNOWN);
    }
}
END_TEST

START_TEST(phase_is_learnt_anew)
{
    rim_phase p;
    uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    rim_phase_init(&p, false);
    for (int n = 0; n < 40; n++) {
        scene(thumb, n % 2 == 0, n, 100);
        (void)rim_phase_tell(&p, (uint64_t)n, thumb);
    }
    ck_assert(p.locked);
    // Both lights are off, or on together: soon nothing is said of those frames.
    for (int n = 40; n < 160; n++) {
        for (int i = 0; i < RIM_THUMB_SIDE * RIM_THUMB_SIDE; i++)
            thumb[i] = _i ? 300 : 14000;
        const rim_light light = rim_phase_tell(&p, (uint64_t)n, thumb);
        if (n > 40 + 62)
            ck_assert_int_eq(light, RIM_LIGHT_UNKNOWN);
    }
    ck_assert(!p.locked);
    rim_light last = RIM_LIGHT_UNKNOWN;
    for (int n = 160; n < 220; n++) {
        scene(thumb, n % 2 == 1, n, 100); // and comes back in the other order
        last = rim_phase_tell(&p, (uint64_t)n, thumb);
    }
    ck_assert_int_eq(last, RIM_LIGHT_NIR); // 219 is odd
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pair");
    TCase *t = tcase_create("pair");
    tcase_set_timeout(t, 30);
    suite_add_tcase(s, t);
    tcase_add_test(t, without_a_visible_camera);
    tcase_add_test(t, catches_up_with_its_partners);
    tcase_add_test(t, slow_taker_gets_the_newest);
    tcase_add_test(t, nearest_in_time);
    tcase_add_test(t, half_an_interval_is_the_limit);
    tcase_add_test(t, waits_for_a_partner_that_may_come);
    tcase_add_test(t, does_not_wait_for_a_silent_camera);
    tcase_add_test(t, one_visible_frame_for_two);
    tcase_add_test(t, lent_frame_survives_newer_ones);
    tcase_add_test(t, three_threads);
    tcase_add_loop_test(t, phase_is_found, 0, 4);
    tcase_add_test(t, phase_survives_lost_frames);
    tcase_add_test(t, phase_of_equal_lights_is_not_made_up);
    tcase_add_loop_test(t, phase_is_learnt_anew, 0, 2);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
