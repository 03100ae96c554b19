// test_formats_vm.c: buffers, formats and sizes of the kernel's drivers beside those of
// test_camera_vm.c, and a camera that others take.
// SPDX-License-Identifier: MIT
#include "vm.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rim_camera *open_as(const char *device, const char *format, rim_camera_use use)
{
    const rim_camera_options o = {.device = device,
                                  .use = use,
                                  .format = format,
                                  .width = 320,
                                  .height = 180,
                                  .fps = 15};
    return vm_open_camera(&o);
}

// A frame of vivid's colour bars, which stand still without the text over them.
static rim_frame bars(int node, const char *format, rim_camera_use use)
{
    char device[32];
    rim_camera_shot shot;
    (void)snprintf(device, sizeof device, "/dev/video%d", node);
    vm_control(node, "osd_text_mode=2");
    rim_camera *c = open_as(device, format, use);
    rim_frame f = {.width = 320, .height = 180, .fmt = RIM_FMT_BGRX8, .bits = 8};
    if (use == RIM_CAMERA_VISIBLE)
        ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    else
        f = vm_frame_for(c);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    rim_camera_close(&c);
    return f;
}

START_TEST(multiplanar_buffers_hold_the_same)
{
    static const struct {
        const char *name;
        rim_camera_use use;
    } cases[] = {{"GREY", RIM_CAMERA_NIR},     {"Y10", RIM_CAMERA_NIR},
                 {"Y12", RIM_CAMERA_NIR},      {"Y16", RIM_CAMERA_NIR},
                 {"Y16-BE", RIM_CAMERA_NIR},   {"RG12", RIM_CAMERA_NIR},
                 {"YUYV", RIM_CAMERA_VISIBLE}, {"NV12", RIM_CAMERA_VISIBLE}};
    rim_v4l2 v;
    vm_open_node(&v, 4);
    ck_assert(v.multiplanar);
    rim_v4l2_close(&v);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rim_frame one = bars(2, cases[i].name, cases[i].use);
        rim_frame multi = bars(4, cases[i].name, cases[i].use);
        const size_t bytes = rim_fmt_bytes(one.fmt) * (size_t)one.width;
        ck_assert_int_eq(one.bits, multi.bits);
        for (int y = 0; y < one.height; y++)
            ck_assert_msg(
                memcmp(rim_frame_row8(&one, y), rim_frame_row8(&multi, y), bytes) == 0,
                "%s: row %d differs", cases[i].name, y);
        rim_frame_uninit(&one);
        rim_frame_uninit(&multi);
    }
}
END_TEST

START_TEST(colours_do_not_depend_on_the_format)
{
    static const char *const names[] = {"BGR3", "XR24", "YUYV", "UYVY", "NV12", "RGGB"};
    rim_frame rgb = bars(2, "RGB3", RIM_CAMERA_VISIBLE);
    int spread = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        rim_frame f = bars(2, names[i], RIM_CAMERA_VISIBLE);
        for (int bar = 0; bar < 8; bar++) {
            const uint8_t *p = rim_frame_row8(&rgb, 90) + 4 * (20 + 40 * bar);
            const uint8_t *q = rim_frame_row8(&f, 90) + 4 * (20 + 40 * bar);
            for (int c = 0; c < 3; c++) {
                ck_assert_msg(abs(p[c] - q[c]) <= 4,
                              "%s: bar %d, channel %d: %d, not %d", names[i], bar, c,
                              q[c], p[c]);
                spread += abs(p[c] - p[(c + 1) % 3]);
            }
        }
        rim_frame_uninit(&f);
    }
    ck_assert_int_gt(spread, 1000); // they are colours
    rim_frame_uninit(&rgb);
}
END_TEST

START_TEST(left_justified_samples_are_told)
{
    const int bits = 10 + 2 * _i;
    feeder *feed =
        feeder_start_left("/dev/video10", FEEDER_WRITE, "Y16", 320, 240, bits);
    const rim_camera_options o = {.device = "/dev/video10"};
    rim_camera *c = vm_open_camera(&o);
    ck_assert_int_eq(rim_camera_get_info(c)->bits, bits);
    vm_check_told("left-justified");
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    const unsigned n = rim_frame_row16(&f, 0)[0];
    for (int y = 0; y < f.height; y++)
        for (int x = 0; x < f.width; x++)
            ck_assert_uint_eq(rim_frame_row16(&f, y)[x], feeder_sample(x, y, n, bits));
    rim_frame_uninit(&f);
    rim_camera_close(&c);
    feeder_stop(feed);
}
END_TEST

// Until the camera is in that state, at most 10 s.
static void wait_for_state(rim_camera *c, rim_frame *f, rim_camera_state state)
{
    const int64_t until_ns = rim_clock_now_ns() + 10 * RIM_NS_PER_S * feeder_patience();
    rim_camera_shot shot;
    while (rim_camera_get_state(c) != state) {
        ck_assert_msg(rim_clock_now_ns() < until_ns, "state %d, not %d; told: %s",
                      (int)rim_camera_get_state(c), (int)state, vm_told);
        (void)vm_next_within(c, f, &shot, 20);
    }
}

START_TEST(input_that_changes_its_size)
{
    vm_sh("v4l2-ctl -d0 -i 3 >/dev/null");
    vm_sh("v4l2-ctl -d0 --set-dv-bt-timings index=0 >/dev/null");
    const rim_camera_options o = {.device = "/dev/video0", .format = "GREY"};
    rim_camera *c = vm_open_camera(&o);
    ck_assert_int_eq(rim_camera_get_info(c)->width, 640);
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    vm_control(0, "dv_timings=2"); // 720x480, progressive
    vm_control(0, "dv_timings_signal_mode=4");
    wait_for_state(c, &f, RIM_CAMERA_CHANGED);
    vm_check_told("no longer offers GREY 640x480");
    ck_assert_str_eq(rim_camera_state_text(RIM_CAMERA_CHANGED), "PICTURE SIZE CHANGED");
    vm_control(0, "dv_timings=0");
    wait_for_state(c, &f, RIM_CAMERA_STREAMING);
    vm_check_told("frames again after");
    vm_control(0, "dv_timings_signal_mode=0");
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(taken_by_another_meanwhile)
{
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    vm_control(0, "inject_fatal_streaming_error=1");
    wait_for_state(c, &f, RIM_CAMERA_FAILED); // closed, and not yet tried again
    vm_sh("v4l2-ctl -d0 --stream-mmap --stream-count=240 >/dev/null 2>&1 & "
          "sleep %d",
          feeder_patience() > 1 ? 2 : 1);
    wait_for_state(c, &f, RIM_CAMERA_HELD);
    vm_check_told("another program holds it");
    wait_for_state(c, &f, RIM_CAMERA_STREAMING);
    vm_check_told("frames again after");
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

int main(void)
{
    if (!getenv("V4L2_VM")) { // NOLINT(concurrency-mt-unsafe)
        printf("not in run-in-vm's machine: skipped; run tests/vm/run.sh\n");
        return 77;
    }
    Suite *s = suite_create("formats_vm");
    TCase *t = tcase_create("formats_vm");
    tcase_add_checked_fixture(t, vm_setup, NULL);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    tcase_add_test(t, multiplanar_buffers_hold_the_same);
    tcase_add_test(t, colours_do_not_depend_on_the_format);
    tcase_add_loop_test(t, left_justified_samples_are_told, 0, 3);
    tcase_add_test(t, input_that_changes_its_size);
    tcase_add_test(t, taken_by_another_meanwhile);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
