// test_screen.c: the window's picture is the same, whether its white light was put there
// ahead, by threads that had the time, or with the rest.
// SPDX-License-Identifier: MIT
#include "app/window/screen.h"
#include "base/cpu.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 320, HEIGHT = 240, MOST = 480, SCALE = 4 };

typedef struct view {
    rim_screen *screen;
    rim_frame picture;
} view;

static void make(rim_frame *f, int width, int height, rim_fmt fmt, int bits)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = fmt, .bits = bits};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
}

static void open_view(view *v, rim_workers *workers)
{
    const rim_screen_options o = {.overlay = {.nir_width = WIDTH,
                                              .nir_height = HEIGHT,
                                              .nir_bits = 12,
                                              .width = WIDTH,
                                              .height = HEIGHT,
                                              .has_visible = true,
                                              .workers = workers,
                                              .cpu = rim_cpu_detect()}};
    ck_assert_int_eq(rim_screen_create(&v->screen, &o), RIM_OK);
    make(&v->picture, MOST, MOST, RIM_FMT_BGRX8, 8);
}

static void close_view(view *v)
{
    rim_screen_destroy(&v->screen);
    rim_frame_uninit(&v->picture);
}

static void expect_same(const rim_frame *a, const rim_frame *b, int step)
{
    ck_assert_int_eq(a->width, b->width);
    ck_assert_int_eq(a->height, b->height);
    for (int y = 0; y < a->height; y++)
        ck_assert_msg(memcmp(rim_frame_row8(a, y), rim_frame_row8(b, y),
                             4 * (size_t)a->width) == 0,
                      "step %d: row %d differs", step, y);
}

// What hands do, some of it between the white light and the rest.
static const struct {
    rim_event event;
    bool between;
} g_step[] = {
    {{.action = RIM_ACTION_NONE}, false},
    {{.action = RIM_ACTION_RESIZED, .width = 480, .height = 360}, false},
    {{.action = RIM_ACTION_ZOOM, .amount = 3, .at = {0.3, 0.6}}, false},
    {{.action = RIM_ACTION_ZOOM, .amount = 1, .at = {0.7, 0.6}}, true},
    {{.action = RIM_ACTION_RESIZED, .width = 240, .height = 180}, true},
    {{.action = RIM_ACTION_ZOOM_RESET}, true},
    {{.action = RIM_ACTION_VIEW, .view = RIM_VIEW_SIDE_BY_SIDE}, true},
    {{.action = RIM_ACTION_VIEW, .view = RIM_VIEW_INSET}, true},
    {{.action = RIM_ACTION_RESIZED, .width = WIDTH, .height = HEIGHT}, true},
    {{.action = RIM_ACTION_VIEW, .view = RIM_VIEW_OVERLAY}, false},
};

static void paint(rim_frame *visible, rim_frame *map, int step)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < 4 * WIDTH; x++)
            rim_frame_row8(visible, y)[x] =
                (uint8_t)(x % 4 == 3 ? 255 : x * 3 + y * 5 + step * 40);
    for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
            rim_frame_row16(map, y)[x] = (uint16_t)(200 + 8 * ((x + y + step) % 100));
}

START_TEST(white_light_may_come_first)
{
    rim_workers *workers = NULL;
    ck_assert_int_eq(rim_workers_create(&workers, _i), RIM_OK);
    rim_frame nir, visible, map;
    make(&nir, WIDTH, HEIGHT, RIM_FMT_GRAY16, 12);
    make(&visible, WIDTH, HEIGHT, RIM_FMT_BGRX8, 8);
    make(&map, WIDTH / SCALE, HEIGHT / SCALE, RIM_FMT_GRAY16, 16);
    static rim_result result;
    const rim_shown shown = {.nir = &nir,
                             .visible = &visible,
                             .sbr = &map,
                             .scale = SCALE,
                             .result = &result};
    view ahead, after;
    open_view(&ahead, workers);
    open_view(&after, workers);
    for (int i = 0; i < (int)(sizeof g_step / sizeof g_step[0]); i++) {
        paint(&visible, &map, i);
        nir.seq = (uint64_t)i;
        rim_screen_apply(after.screen, &g_step[i].event);
        rim_screen_draw(after.screen, &after.picture, &shown);
        if (!g_step[i].between)
            rim_screen_apply(ahead.screen, &g_step[i].event);
        rim_screen_begin(ahead.screen, &ahead.picture, &visible);
        rim_workers_settle(workers);
        if (g_step[i].between)
            rim_screen_apply(ahead.screen, &g_step[i].event);
        rim_screen_draw(ahead.screen, &ahead.picture, &shown);
        expect_same(&ahead.picture, &after.picture, i);
    }
    close_view(&ahead);
    close_view(&after);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
    rim_frame_uninit(&map);
    rim_workers_destroy(&workers);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("screen");
    TCase *t = tcase_create("screen");
    suite_add_tcase(s, t);
    tcase_add_loop_test(t, white_light_may_come_first, 1, 4);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
