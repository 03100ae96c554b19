// test_no_malloc.c: 300 frames through process, report and picture take no memory.
//
// The program's own allocator functions count, then call glibc's. Under a sanitizer,
// which has its own, the test is skipped.
// SPDX-License-Identifier: MIT
#include "program.h"
#include "ring.h"

#include "app/session.h"

#include <check.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
int main(void)
{
    puts("skipped: the sanitizer has the allocator");
    return 77;
}
#else

enum { FRAMES = 300 };

static atomic_int g_calls;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    g_calls++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    g_calls++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    g_calls++;
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    g_calls++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    g_calls++;
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12; // ENOMEM
}

START_TEST(frames_take_no_memory)
{
    static const rim_point corner[] = {{200, 40}, {300, 40}, {300, 200}, {200, 200}};
    const rim_surface_mark mark[] = {{.frame = 0, .count = 4, .point = corner},
                                     {.frame = 150, .count = 4, .point = corner}};
    const rim_source_info info = {.width = RING_WIDTH,
                                  .height = RING_HEIGHT,
                                  .bits = 12,
                                  .black_level = 64,
                                  .mm_per_px = 0.1,
                                  .mark = mark,
                                  .mark_count = 2};
    const rim_run_options options = {
        .report = "/dev/null", .min_confidence = 0.5, .threads = 2};
    rim_session *session = NULL;
    ck_assert_int_eq(rim_session_create(&session, &options, &info), RIM_OK);
    rim_frame nir = {
        .width = RING_WIDTH, .height = RING_HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 12};
    rim_frame picture;
    rim_session_picture_shape(session, &picture);
    ck_assert_int_eq(rim_frame_init(&nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&picture), RIM_OK);
    static rim_result result;

    void *volatile probe = malloc(1); // the counter itself works
    ck_assert_int_gt(g_calls, 0);
    free(probe);
    int lesions = 0;
    const int before = g_calls;
    for (int i = 0; i < FRAMES; i++) {
        rim_ring_paint(&nir, i);
        if (rim_session_run(session, &result, &picture, &nir, NULL))
            break;
        lesions += result.lesion_count;
    }
    const int calls = g_calls - before;
    ck_assert_uint_eq(result.frame, FRAMES - 1);
    ck_assert_int_gt(lesions, 0); // the later stages had something to do
    ck_assert_int_eq(calls, 0);
    ck_assert_int_eq(rim_session_close(&session), RIM_OK);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&picture);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("no malloc");
    TCase *t = tcase_create("no malloc");
    tcase_set_timeout(t, 100);
    tcase_add_test(t, frames_take_no_memory);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
#endif
