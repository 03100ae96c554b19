// test_screen_layout.c: tower screens whose panels are known, and files that describe
// others.
// SPDX-License-Identifier: MIT
#include "capture/screen_layout.h"
#include "media/png_file.h"
#include "scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start(void)
{
    scratch_open();
    logged_start();
}

START_TEST(built_in_ones_are_whole)
{
    rim_screen_layout l;
    int count = 0;
    while (rim_screen_layout_at(&l, count)) {
        rim_screen_layout again;
        ck_assert_int_eq(rim_screen_layout_load(&again, l.name), RIM_OK);
        ck_assert_str_eq(again.name, l.name);
        ck_assert_int_gt((int)strlen(l.description), 10);
        count++;
    }
    ck_assert_int_ge(count, 2);
    logged_expect_quiet();
}
END_TEST

// 16:9 with panels of 4:3 at any size.
START_TEST(pinpoint_scales_with_the_screen)
{
    rim_screen_layout l;
    rim_crop c;
    ck_assert_int_eq(rim_screen_layout_load(&l, "pinpoint"), RIM_OK);
    static const int heights[] = {1080, 720, 540, 2160};
    const int h = heights[_i], w = h * 16 / 9;
    int covered = 0;
    for (int i = 0; i < l.panel_count; i++) {
        ck_assert_int_eq(rim_screen_layout_crop(&c, &l, i, w, h, "x"), RIM_OK);
        ck_assert_int_eq(c.width * 3, c.height * 4);
        covered += c.width * c.height;
    }
    ck_assert_int_eq(covered, w * h);
    ck_assert_int_eq(rim_screen_layout_crop(&c, &l, l.nir, w, h, "x"), RIM_OK);
    ck_assert_int_eq(c.x, 0);
    ck_assert_int_eq(c.y, h / 3);
    logged_expect_quiet();
    ck_assert_int_eq(rim_screen_layout_crop(&c, &l, 0, 1024, 768, "tower.mp4"),
                     RIM_ERR_FORMAT);
    logged_expect_error("tower.mp4: 1024x768, but the layout pinpoint");
}
END_TEST

START_TEST(other_panels_can_be_taken)
{
    rim_screen_layout l;
    ck_assert_int_eq(rim_screen_layout_load(&l, "pinpoint:nir=big,visible=overlay"),
                     RIM_OK);
    ck_assert_str_eq(l.panel[l.nir].name, "big");
    ck_assert_str_eq(l.panel[l.visible].name, "overlay");
    ck_assert_str_eq(l.name, "pinpoint");
    static const char *const bad[] = {"pinpoint:nir=small", "pinpoint:big",
                                      "pinpoint:color=big", ":nir=big"};
    for (int i = 0; i < 4; i++) {
        logged_start();
        ck_assert_int_eq(rim_screen_layout_load(&l, bad[i]), RIM_ERR_ARG);
        logged_expect_error("--layout");
    }
    logged_start();
    ck_assert_int_eq(rim_screen_layout_load(&l, "pinpint"), RIM_ERR_NOT_FOUND);
    logged_expect_error("devices --layouts");
}
END_TEST

// A layout of one's own, on pictures of half its size.
START_TEST(a_file_cuts_panels_out)
{
    static const char text[] = "rimlight-layout 1\n"
                               "# ours\n"
                               "description  our tower \r\n"
                               "screen 400x200 # px\n"
                               "panel  a 10,20,200,160\n"
                               "\n"
                               "panel b 220,20,160,160\n"
                               "nir b\nvisible a\nnir-from green";
    rim_screen_layout l;
    rim_frame screen, nir, visible;
    scratch_write(scratch_path("our.layout"), text, sizeof text - 1);
    ck_assert_int_eq(rim_screen_layout_load(&l, scratch_path("our.layout")), RIM_OK);
    ck_assert_str_eq(l.description, "our tower");
    scratch_mkdir("film");
    scratch_frame(&screen, RIM_FMT_BGRX8, 200, 100, 8);
    scratch_noise(&screen, 1);
    ck_assert_int_eq(rim_png_write(scratch_path("film/0.png"), &screen), RIM_OK);
    const rim_source_options o = {.layout = &l};
    rim_source *s = NULL;
    bool has_visible;
    ck_assert_int_eq(rim_source_open(&s, scratch_path("film"), &o), RIM_OK);
    scratch_frame(&nir, RIM_FMT_GRAY16, 80, 80, 8);
    scratch_frame(&visible, RIM_FMT_BGRX8, 100, 80, 8);
    ck_assert_int_eq(rim_source_read(s, &nir, &visible, &has_visible), RIM_OK);
    ck_assert(has_visible);
    for (int y = 0; y < 80; y++) {
        for (int x = 0; x < 80; x++)
            ck_assert_int_eq(rim_frame_row16(&nir, y)[x],
                             rim_frame_row8(&screen, y + 10)[4 * (x + 110) + 1]);
        for (int x = 0; x < 100; x++)
            ck_assert_int_eq(rim_frame_row8(&visible, y)[4 * x],
                             rim_frame_row8(&screen, y + 10)[4 * (x + 5)]);
    }
    rim_source_close(&s);
    rim_frame_uninit(&screen);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}
END_TEST

#define HEAD "rimlight-layout 1\nscreen 400x200\n"

START_TEST(mistakes_are_named_by_line)
{
    static const char *const bad[][2] = {
        {"", "`nir`"},
        {"screen 1x1\n", ":1: a layout begins"},
        {"rimlight-layout 2\n", ":1: a layout begins"},
        {"rimlight-layout 1\nscreen 9\n", ":2: write the screen"},
        {"rimlight-layout 1\npanel a 0,0,99,99\n", ":2: `screen WxH` comes"},
        {HEAD "panel a 0,0,99\n", ":3: write a panel"},
        {HEAD "panel a 0,0,99,99 x\n", ":3: write a panel"},
        {HEAD "panel a 310,0,99,99\n", ":3: the panel is not inside"},
        {HEAD "panel a 0,0,9,9\n", ":3: the panel is not inside"},
        {HEAD "panel a 0,0,99,99\npanel a 0,0,99,99\n", ":4: too many panels"},
        {HEAD "panel a 0,0,99,99\nnir b\n", "`nir` must name"},
        {HEAD "panel a 0,0,99,99\nnir a\nvisible b\n", "`visible` names"},
        {HEAD "panel a 0,0,99,99\nnir a\nnir-from purple\n", ":5: nir-from is"},
        {HEAD "pane a 0,0,99,99\n", ":3: begins with none of"},
    };
    rim_screen_layout l;
    scratch_write(scratch_path("bad.layout"), bad[_i][0], strlen(bad[_i][0]));
    ck_assert_int_eq(rim_screen_layout_load(&l, scratch_path("bad.layout")),
                     RIM_ERR_FORMAT);
    logged_expect_error(bad[_i][1]);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("screen layout");
    tcase_add_checked_fixture(tc, start, scratch_close);
    tcase_add_test(tc, built_in_ones_are_whole);
    tcase_add_loop_test(tc, pinpoint_scales_with_the_screen, 0, 4);
    tcase_add_test(tc, other_panels_can_be_taken);
    tcase_add_test(tc, a_file_cuts_panels_out);
    tcase_add_loop_test(tc, mistakes_are_named_by_line, 0, 14);
    Suite *suite = suite_create("screen layout");
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
