// vm.c: cameras of the machine, set up and read for tests.
// SPDX-License-Identifier: MIT
#include "vm.h"

#include "base/clock.h"
#include "base/log.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char vm_told[16384];

static void hear(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    (void)level;
    if (strlen(vm_told) + strlen(line) + 2 < sizeof vm_told)
        strcat(strcat(vm_told, line), "\n");
}

void vm_sh(const char *format, ...)
{
    char command[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    const int status = system(command); // NOLINT: a test's own, fixed commands
    ck_assert_msg(status == 0, "%s: status %d", command, status);
}

void vm_open_node(rim_v4l2 *v, int node)
{
    char path[32], why[512];
    (void)snprintf(path, sizeof path, "/dev/video%d", node);
    ck_assert_msg(rim_v4l2_open(v, path, why, sizeof why) == RIM_OK, "%s", why);
}

void vm_control(int node, const char *setting)
{
    rim_v4l2 v;
    char why[512];
    vm_open_node(&v, node);
    ck_assert_msg(rim_v4l2_set_control(&v, setting, why, sizeof why) == RIM_OK, "%s",
                  why);
    rim_v4l2_close(&v);
}

void vm_setup(void)
{
    static const char *const settings[] = {"percentage_of_dropped_buffers=0",
                                           "wrap_timestamp=0", "wrap_sequence_number=0",
                                           "timestamp_source=0"};
    vm_told[0] = '\0';
    rim_log_set_sink(hear, NULL);
    for (int node = 0; node <= 4; node += 2) {
        rim_v4l2 v;
        int webcam = 0;
        vm_open_node(&v, node);
        ck_assert_int_eq(rim_v4l2_ioctl(v.fd, VIDIOC_S_INPUT, &webcam), 0);
        rim_v4l2_close(&v);
        for (int i = 0; i < 4; i++)
            vm_control(node, settings[i]);
    }
}

rim_camera *vm_open_camera(const rim_camera_options *o)
{
    rim_camera *c = NULL;
    ck_assert_msg(rim_camera_open(&c, o) == RIM_OK, "%s", vm_told);
    return c;
}

rim_camera *vm_open_small(void)
{
    const rim_camera_options o = {.device = "/dev/video0",
                                  .format = "GREY",
                                  .width = 320,
                                  .height = 180,
                                  .fps = feeder_patience() > 1 ? 15 : 60};
    return vm_open_camera(&o);
}

rim_frame vm_frame_for(const rim_camera *c)
{
    const rim_camera_info *i = rim_camera_get_info(c);
    rim_frame f = {
        .width = i->width, .height = i->height, .fmt = RIM_FMT_GRAY16, .bits = i->bits};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    return f;
}

rim_err vm_next_within(rim_camera *c, rim_frame *f, rim_camera_shot *shot,
                       int64_t wait_ms)
{
    const int64_t until_ns = rim_clock_now_ns() + wait_ms * RIM_NS_PER_MS;
    const rim_err err = rim_camera_acquire(c, shot, until_ns);
    if (err)
        return err;
    const rim_err unpacked = rim_camera_unpack(c, f, shot);
    rim_camera_release(c, shot);
    return unpacked;
}

rim_err vm_next(rim_camera *c, rim_frame *f, rim_camera_shot *shot)
{
    return vm_next_within(c, f, shot, 1000 * feeder_patience());
}

unsigned vm_wait_good(rim_camera *c, rim_frame *f, int seconds)
{
    const int64_t until_ns = rim_clock_now_ns() + seconds * RIM_NS_PER_S;
    unsigned states = 0;
    rim_camera_shot shot;
    while (rim_clock_now_ns() < until_ns) {
        const rim_err err = vm_next_within(c, f, &shot, 50);
        states |= 1u << rim_camera_get_state(c);
        if (err == RIM_OK)
            return states;
    }
    ck_abort_msg("no good frame within %d s; told: %s", seconds, vm_told);
    return 0;
}

void vm_wait_bad(rim_camera *c, rim_frame *f)
{
    rim_camera_shot shot;
    for (int i = 0; i < 300; i++)
        if (vm_next_within(c, f, &shot, 500) == RIM_ERR_TIMEOUT)
            return;
    ck_abort_msg("frames go on");
}

void vm_check_told(const char *what)
{
    ck_assert_msg(strstr(vm_told, what) != NULL, "not told \"%s\" but: %s", what,
                  vm_told);
}
