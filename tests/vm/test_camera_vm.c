// test_camera_vm.c: cameras against the kernel's own drivers, in run-in-vm's machine.
//
// Run by hand: tests/vm/run.sh build/dev. Nodes: see vm.h.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "capture/camera.h"
#include "capture/pair.h"
#include "vm.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool exact(const rim_frame *f, unsigned *number)
{
    const unsigned n = *number = rim_frame_row16(f, 0)[0];
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            if (rim_frame_row16(f, y)[x] != feeder_sample(x, y, n, f->bits))
                return false;
    return true;
}

static const struct {
    const char *name, *ctl;
} mono[] = {{"GREY", "GREY"},
            {"Y10", "Y10 "},
            {"Y12", "Y12 "},
            {"Y16", "Y16 "},
            {"Y16-BE", "Y16 -BE"}};

START_TEST(vivid_loop_is_exact)
{
    const char *name = mono[_i].name;
    vm_sh("v4l2-ctl -d0 -i 3 >/dev/null && v4l2-ctl -d1 -o 1 >/dev/null");
    vm_sh("v4l2-ctl -d0 --set-dv-bt-timings index=0 >/dev/null");
    vm_sh("v4l2-ctl -d1 --set-dv-bt-timings index=0 >/dev/null");
    vm_sh("v4l2-ctl -d0 -c osd_text_mode=2 "
          "--set-fmt-video=width=640,height=480,pixelformat='%s' >/dev/null",
          mono[_i].ctl);
    feeder *feed = feeder_start("/dev/video1", FEEDER_MMAP, name, 640, 480);
    vm_control(0, "loop_video=1");
    const rim_camera_options o = {.device = "/dev/video0", .format = name};
    rim_camera *c = vm_open_camera(&o);
    ck_assert_int_eq(rim_camera_get_info(c)->width, 640);
    ck_assert_int_eq(rim_camera_get_info(c)->bits, rim_pixel_format_named(name)->bits);
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    unsigned n = 0, last = 0;
    int good = 0, fresh = 0;
    for (int i = 0; i < 40; i++) {
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
        const bool same = exact(&f, &n);
        ck_assert_msg(same || good == 0, "frame %d (%u) is not exact", i, n);
        good += same;
        fresh += same && n != last;
        last = n;
    }
    ck_assert_int_ge(good, 30);
    ck_assert_int_ge(fresh, 15); // the two clocks may repeat a frame
    rim_frame_uninit(&f);
    rim_camera_close(&c);
    vm_control(0, "loop_video=0");
    feeder_stop(feed);
}
END_TEST

START_TEST(loopback_is_exact)
{
    feeder *feed = feeder_start("/dev/video10", FEEDER_WRITE, mono[_i].name, 320, 240);
    const rim_camera_options o = {.device = "/dev/video10"};
    rim_camera *c = vm_open_camera(&o);
    ck_assert_str_eq(rim_camera_get_info(c)->format->name, mono[_i].name);
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    unsigned n = 0, last = 0;
    for (int i = 0; i < 40; i++) {
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
        ck_assert_msg(exact(&f, &n), "frame %d (%u) is not exact", i, n);
        if (i > 0) // each once, in order; what is missing is counted as lost
            ck_assert_uint_eq((last + 1 + shot.lost) & 255, n);
        last = n;
    }
    rim_frame_uninit(&f);
    rim_camera_close(&c);
    feeder_stop(feed);
}
END_TEST

START_TEST(deepest_that_holds_the_rate)
{
    rim_camera_options o = {.device = "/dev/video0", .fps = 60};
    rim_camera *c = vm_open_camera(&o);
    const rim_camera_info *i = rim_camera_get_info(c);
    ck_assert_str_eq(i->format->name, "Y16");
    ck_assert_int_eq(i->width, 320);
    ck_assert(i->fps > 59 && i->fps < 61);
    rim_camera_close(&c);
    o.fps = 0;
    c = vm_open_camera(&o);
    ck_assert_int_eq(rim_camera_get_info(c)->width, 640);
    ck_assert_ptr_nonnull(strstr(rim_camera_get_info(c)->choice, "Y16, 16 bits"));
    rim_camera_close(&c);
    o = (rim_camera_options){.device = "/dev/video0", .format = "Y14"};
    ck_assert_int_eq(rim_camera_open(&c, &o), RIM_ERR_FORMAT);
    vm_check_told("has no mode as asked for");
}
END_TEST

START_TEST(gaps_are_counted_exactly)
{
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    uint32_t last = shot.driver_seq;
    uint64_t lost = 0;
    vm_control(0, "percentage_of_dropped_buffers=50");
    for (int i = 0; i < 60; i++) {
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
        const uint32_t step = shot.driver_seq - last;
        if (step > 0) // on a busy host vivid at times repeats a number
            ck_assert_uint_eq(shot.lost, step - 1);
        last = shot.driver_seq;
        lost += shot.lost;
    }
    ck_assert_uint_eq(rim_camera_get_counts(c).lost, lost);
    ck_assert_uint_ge(lost, 20);
    ck_assert_uint_eq(shot.seq, lost + 60);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(all_frames_dropped_is_a_stall)
{
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    const uint32_t first = shot.driver_seq;
    const uint64_t seq = shot.seq;
    vm_control(0, "percentage_of_dropped_buffers=100");
    vm_wait_bad(c, &f);
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_STALLED);
    vm_control(0, "percentage_of_dropped_buffers=0");
    (void)vm_wait_good(c, &f, 5);
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    ck_assert_uint_eq(shot.seq - seq, shot.driver_seq - first);
    ck_assert_uint_ge(rim_camera_get_counts(c).lost,
                      (uint64_t)rim_camera_get_info(c)->fps / 3);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

START_TEST(error_flag_is_not_a_good_frame)
{
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    vm_control(0, "inject_v4l2_buf_flag_error=1");
    int damaged = 0;
    for (int i = 0; i < 30; i++)
        damaged += vm_next(c, &f, &shot) == RIM_ERR_DAMAGED;
    ck_assert_int_eq(damaged, 1);
    ck_assert_uint_eq(rim_camera_get_counts(c).damaged, 1);
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_STREAMING);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

// A fault while streaming: what is told, the state, and that it passes by itself.
static void fault(const char *command, const char *tells, rim_camera_state state)
{
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    vm_sh("%s", command);
    const uint64_t before = rim_camera_get_counts(c).interruptions;
    unsigned states = 0;
    const int64_t until_ns = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    while (rim_camera_get_counts(c).interruptions == before) {
        ck_assert_msg(rim_clock_now_ns() < until_ns, "not back; told: %s", vm_told);
        (void)vm_next_within(c, &f, &shot, 20);
        states |= 1u << rim_camera_get_state(c);
    }
    ck_assert_msg(states & 1u << state, "states %x", states);
    const uint64_t seq = shot.seq;
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    ck_assert_uint_ge(shot.seq, seq + 10);
    vm_check_told(tells);
    vm_check_told("frames again after");
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}

START_TEST(fatal_error_passes)
{
    fault("v4l2-ctl -d0 -c inject_fatal_streaming_error=1", "a transfer failed",
          RIM_CAMERA_FAILED);
}
END_TEST

START_TEST(refused_buffer_passes)
{
    fault("v4l2-ctl -d0 -c inject_vidioc_qbuf_error=1", "a transfer failed",
          RIM_CAMERA_FAILED);
}
END_TEST

// What fails when it is started anew is tried again.
START_TEST(refused_when_it_comes_back)
{
    static const char *const refusals[] = {"inject_vidioc_reqbufs_error",
                                           "inject_vidioc_streamon_error",
                                           "inject_vidioc_qbuf_error"};
    char command[160];
    (void)snprintf(command, sizeof command,
                   "v4l2-ctl -d0 -c %s=1 && "
                   "v4l2-ctl -d0 -c inject_fatal_streaming_error=1",
                   refusals[_i]);
    fault(command, "a transfer failed", RIM_CAMERA_FAILED);
}
END_TEST

START_TEST(disconnected_and_back)
{
    fault("v4l2-ctl -d0 -c disconnect=1", "the camera was unplugged", RIM_CAMERA_GONE);
}
END_TEST

START_TEST(unplugged_and_plugged_in)
{
    fault("(echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind; sleep 1;"
          " echo vivid.0 >/sys/bus/platform/drivers/vivid/bind) &",
          "the camera was unplugged", RIM_CAMERA_GONE);
}
END_TEST

START_TEST(first_errors_are_named)
{
    static const struct {
        const char *control, *tells;
    } cases[] = {{"inject_vidioc_reqbufs_error", "cannot get buffers"},
                 {"inject_vidioc_streamon_error", "cannot start it"},
                 {"inject_vidioc_qbuf_error", "cannot hand it a buffer"}};
    const rim_camera_options o = {.device = "/dev/video0"};
    for (int i = 0; i < 3; i++) {
        rim_camera *c = NULL;
        char fault[64];
        (void)snprintf(fault, sizeof fault, "%s=1", cases[i].control);
        vm_control(0, fault);
        ck_assert_int_eq(rim_camera_open(&c, &o), RIM_ERR_IO);
        ck_assert_ptr_null(c);
        vm_check_told(cases[i].tells);
        c = vm_open_camera(&o); // the fault was for once
        rim_camera_close(&c);
    }
    rim_camera *c = NULL;
    const rim_camera_options none = {.device = "/dev/video77"};
    ck_assert_int_eq(rim_camera_open(&c, &none), RIM_ERR_NOT_FOUND);
    vm_check_told("/dev/video77: cannot open it: there is no such device");
    const rim_camera_options output = {.device = "/dev/video1"};
    ck_assert_int_eq(rim_camera_open(&c, &output), RIM_ERR_UNSUPPORTED);
    vm_check_told("/dev/video1: takes no pictures");
    const rim_camera_options file = {.device = "/dev/null"};
    ck_assert_int_eq(rim_camera_open(&c, &file), RIM_ERR_UNSUPPORTED);
    vm_check_told("/dev/null: not a camera");
}
END_TEST

START_TEST(held_by_another_program)
{
    const rim_camera_options o = {.device = "/dev/video0"};
    rim_camera *c = NULL;
    vm_sh("v4l2-ctl -d0 --stream-mmap --stream-count=60 >/dev/null 2>&1 & sleep 0.5");
    ck_assert_int_eq(rim_camera_open(&c, &o), RIM_ERR_BUSY);
    vm_check_told("another program holds it");
    for (int i = 0; i < 50 && rim_camera_open(&c, &o); i++)
        vm_sh("sleep 0.2"); // until the other has ended
    ck_assert_ptr_nonnull(c);
    // And the survey says so while it is ours.
    rim_camera_survey *s = NULL;
    int count = 0;
    ck_assert_int_eq(rim_camera_surveys(&s, &count), RIM_OK);
    ck_assert_int_ge(count, 2);
    ck_assert_str_eq(s[0].device, "/dev/video0");
    ck_assert(s[0].busy);
    ck_assert(!s[1].busy);
    rim_camera_surveys_free(s, count);
    rim_camera_close(&c);
}
END_TEST

START_TEST(automatic_controls_are_switched_off)
{
    vm_control(0, "gain_automatic=1");
    const char *const settings[] = {"gain=42", "brightness=100", "menu=menu_item_4"};
    const rim_camera_options o = {.device = "/dev/video0",
                                  .format = "GREY",
                                  .width = 320,
                                  .height = 180,
                                  .control = settings,
                                  .control_count = 3};
    rim_camera *c = vm_open_camera(&o);
    vm_sh("v4l2-ctl -d0 -C gain_automatic,gain,menu | tr '\\n' ' ' | "
          "grep -q 'gain_automatic: 0 gain: 42 menu: 4'");
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    ck_assert(!shot.automatic);
    vm_control(0, "gain=55");
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    vm_check_told("another program set gain to 55");
    ck_assert(!shot.automatic);
    vm_control(0, "gain_automatic=1");
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    ck_assert(shot.automatic);
    vm_control(0, "gain_automatic=0");
    rim_frame_uninit(&f);
    rim_camera_close(&c);

    static const struct {
        const char *setting, *tells;
    } wrong[] = {{"gain", "write it as NAME=VALUE"},
                 {"shutter=3", "no control shutter"},
                 {"gain=4000", "the value goes from 0 to 255"},
                 {"menu=menu_item_9", "the value goes from 1 to 4"}};
    for (int i = 0; i < 4; i++) {
        const rim_camera_options w = {
            .device = "/dev/video0", .control = &wrong[i].setting, .control_count = 1};
        ck_assert_int_eq(rim_camera_open(&c, &w), RIM_ERR_ARG);
        vm_check_told(wrong[i].tells);
    }
}
END_TEST

START_TEST(input_without_signal)
{
    static const char *const tells[] = {"no video on its input",
                                        "the video on its input cannot be locked",
                                        "the video on its input is beyond"};
    char lost[64];
    (void)snprintf(lost, sizeof lost, "dv_timings_signal_mode=%d", 1 + _i);
    vm_sh("v4l2-ctl -d0 -i 3 >/dev/null");
    vm_sh("v4l2-ctl -d0 --set-dv-bt-timings index=0 >/dev/null");
    const rim_camera_options o = {.device = "/dev/video0", .format = "GREY"};
    rim_camera *c = vm_open_camera(&o);
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    vm_control(0, lost); // frames go on, but of what?
    vm_wait_bad(c, &f);
    ck_assert_int_eq(rim_camera_get_state(c), RIM_CAMERA_NO_LOCK);
    vm_sh("sleep 0.5");
    ck_assert_int_eq(vm_next_within(c, &f, &shot, 300), RIM_ERR_TIMEOUT);
    vm_control(0, "dv_timings_signal_mode=0");
    const unsigned states = vm_wait_good(c, &f, 5);
    ck_assert(states & 1u << RIM_CAMERA_STREAMING);
    vm_check_told("input signal was lost or changed");
    rim_camera_close(&c);
    vm_control(0, lost);
    ck_assert_int_eq(rim_camera_open(&c, &o), RIM_ERR_TIMEOUT);
    vm_check_told(tells[_i]);
    vm_control(0, "dv_timings_signal_mode=0");
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(counts_and_clocks_that_wrap)
{
    vm_control(0, "wrap_sequence_number=1");
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    ck_assert_uint_gt(shot.driver_seq, UINT32_MAX - 130);
    for (int i = 0; i < 150; i++)
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
    ck_assert_uint_lt(shot.driver_seq, 1000);
    ck_assert_uint_eq(shot.seq, 150 + rim_camera_get_counts(c).lost);
    ck_assert_uint_lt(rim_camera_get_counts(c).lost, 150); // a busy host loses some
    rim_camera_close(&c);
    for (int wrap = 1; wrap <= 2; wrap++) {
        vm_control(0, "wrap_sequence_number=0");
        vm_control(0, wrap == 1 ? "wrap_timestamp=1" : "wrap_timestamp=2");
        c = vm_open_small();
        for (int i = 0; i < 20; i++) {
            ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
            const int64_t age_ns = rim_clock_now_ns() - shot.captured_ns;
            ck_assert(age_ns > -100 * RIM_NS_PER_MS && age_ns < RIM_NS_PER_S);
        }
        rim_camera_close(&c);
    }
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(stamps_are_of_the_driver)
{
    vm_control(0, "timestamp_source=1"); // vivid's others are of the future
    rim_camera *c = vm_open_small();
    rim_frame f = vm_frame_for(c);
    rim_camera_shot shot;
    int64_t last_ns = 0, sum_ns = 0;
    for (int i = 0; i < 30; i++) {
        ck_assert_int_eq(vm_next(c, &f, &shot), RIM_OK);
        ck_assert_int_gt(shot.captured_ns, last_ns);
        last_ns = shot.captured_ns;
        sum_ns += shot.acquired_ns - shot.captured_ns;
    }
    ck_assert_uint_eq(rim_camera_get_counts(c).stamps, 0);
    ck_assert_int_lt(sum_ns / 30, 200 * RIM_NS_PER_MS);
    const double intervals =
        (double)rim_camera_interval_ns(c) * rim_camera_get_info(c)->fps / 1e9;
    ck_assert(intervals > 0.85 && intervals < 1.5);
    rim_frame_uninit(&f);
    rim_camera_close(&c);
}
END_TEST

// Two cameras, a thread each, into one pairing.

typedef struct capture {
    rim_camera *camera;
    rim_pool *pool;
    rim_pairing *pairing;
    bool visible;
    atomic_bool stop;
} capture;

static void *capture_frames(void *arg)
{
    capture *k = arg;
    rim_camera_shot shot;
    while (!k->stop) {
        const int64_t until_ns = rim_clock_now_ns() + 50 * RIM_NS_PER_MS;
        if (rim_camera_acquire(k->camera, &shot, until_ns))
            continue;
        rim_frame *f = rim_pool_acquire(k->pool);
        if (!f)
            abort();
        const rim_err err = rim_camera_unpack(k->camera, f, &shot);
        rim_camera_release(k->camera, &shot);
        const int64_t interval_ns = rim_camera_interval_ns(k->camera);
        if (err)
            rim_frame_release(f);
        else if (k->visible)
            rim_pairing_put_visible(k->pairing, f, interval_ns);
        else
            rim_pairing_put_nir(k->pairing, f, shot.acquired_ns, interval_ns);
    }
    return NULL;
}

static void start_capture(capture *k, const char *device, bool visible, pthread_t *t)
{
    const rim_camera_options o = {.device = device,
                                  .use = visible ? RIM_CAMERA_VISIBLE : RIM_CAMERA_NIR,
                                  .width = 320,
                                  .height = 180,
                                  .fps = 25};
    k->camera = vm_open_camera(&o);
    k->visible = visible;
    const rim_frame shape = {.width = 320,
                             .height = 180,
                             .fmt = visible ? RIM_FMT_BGRX8 : RIM_FMT_GRAY16,
                             .bits =
                                 visible ? 8 : rim_camera_get_info(k->camera)->bits};
    const int count = visible ? RIM_PAIR_VISIBLE_SLOTS + 2 : RIM_PAIR_NIR_SLOTS + 2;
    ck_assert_int_eq(rim_pool_create(&k->pool, &shape, count), RIM_OK);
    ck_assert_int_eq(pthread_create(t, NULL, capture_frames, k), 0);
}

START_TEST(two_cameras_make_pairs)
{
    capture nir = {0}, visible = {0};
    pthread_t threads[2];
    ck_assert_int_eq(rim_pairing_create(&nir.pairing, true), RIM_OK);
    visible.pairing = nir.pairing;
    start_capture(&nir, "/dev/video0", false, &threads[0]);
    start_capture(&visible, "/dev/video2", true, &threads[1]);
    rim_pair pair;
    int paired = 0;
    for (int i = 0; i < 60; i++) {
        ck_assert_int_eq(
            rim_pairing_take(nir.pairing, &pair, rim_clock_now_ns() + RIM_NS_PER_S),
            RIM_OK);
        if (pair.visible) {
            const int64_t apart_ns =
                llabs(pair.visible->captured_ns - pair.nir->captured_ns);
            ck_assert_int_le(apart_ns, 40 * RIM_NS_PER_MS); // half of 40 ms, jitter
            paired++;
        }
        rim_frame_release(pair.nir);
        rim_pairing_done(nir.pairing);
    }
    ck_assert_int_ge(paired, 30);
    // The visible camera goes: NIR goes on alone.
    vm_control(2, "percentage_of_dropped_buffers=100");
    int alone = 0;
    for (int i = 0; i < 40; i++) {
        ck_assert_int_eq(
            rim_pairing_take(nir.pairing, &pair, rim_clock_now_ns() + RIM_NS_PER_S),
            RIM_OK);
        alone = pair.visible ? 0 : alone + 1;
        rim_frame_release(pair.nir);
        rim_pairing_done(nir.pairing);
    }
    ck_assert_int_ge(alone, 20);
    nir.stop = visible.stop = true;
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    rim_pairing_destroy(&nir.pairing);
    rim_camera_close(&nir.camera);
    rim_camera_close(&visible.camera);
    rim_pool_destroy(&nir.pool);
    rim_pool_destroy(&visible.pool);
}
END_TEST

int main(void)
{
    if (!getenv("V4L2_VM")) { // NOLINT(concurrency-mt-unsafe)
        printf("not in run-in-vm's machine: skipped; run tests/vm/run.sh\n");
        return 77;
    }
    Suite *s = suite_create("camera_vm");
    TCase *t = tcase_create("camera_vm");
    tcase_add_checked_fixture(t, vm_setup, NULL);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    tcase_add_test(t, deepest_that_holds_the_rate);
    tcase_add_loop_test(t, vivid_loop_is_exact, 0, 5);
    tcase_add_loop_test(t, loopback_is_exact, 0, 4);
    tcase_add_test(t, stamps_are_of_the_driver);
    tcase_add_test(t, gaps_are_counted_exactly);
    tcase_add_test(t, all_frames_dropped_is_a_stall);
    tcase_add_test(t, error_flag_is_not_a_good_frame);
    tcase_add_test(t, fatal_error_passes);
    tcase_add_test(t, refused_buffer_passes);
    tcase_add_loop_test(t, refused_when_it_comes_back, 0, 3);
    tcase_add_test(t, disconnected_and_back);
    tcase_add_test(t, unplugged_and_plugged_in);
    tcase_add_test(t, first_errors_are_named);
    tcase_add_test(t, held_by_another_program);
    tcase_add_test(t, automatic_controls_are_switched_off);
    tcase_add_loop_test(t, input_without_signal, 0, 3);
    tcase_add_test(t, counts_and_clocks_that_wrap);
    tcase_add_test(t, two_cameras_make_pairs);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
