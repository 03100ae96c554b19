// test_live_vm.c: the whole program on cameras of real drivers, in run-in-vm's machine.
//
// Nodes: see test_camera_vm.c.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/frame.h"
#include "capture/camera_v4l2.h"
#include "capture/source.h"
#include "tests/cli/program.h"
#include "tests/vm/feeder.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 160, HEIGHT = 120, FRAMES = 12, PACE = 4 }; // PACE: frames a second

static char folder[512];
static rim_run run;

static void control(int node, const char *setting)
{
    rim_v4l2 v;
    char path[32], why[512];
    (void)snprintf(path, sizeof path, "/dev/video%d", node);
    ck_assert_msg(rim_v4l2_open(&v, path, why, sizeof why) == RIM_OK, "%s", why);
    ck_assert_msg(rim_v4l2_set_control(&v, setting, why, sizeof why) == RIM_OK, "%s",
                  why);
    rim_v4l2_close(&v);
}

static void setup(void)
{
    rim_fresh_folder(folder, sizeof folder, "live_vm");
    for (int node = 0; node <= 2; node += 2) {
        control(node, "percentage_of_dropped_buffers=0");
        control(node, "timestamp_source=1");
    }
}

static json_t *stats(void)
{
    char path[600];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/stats.json", folder);
    json_t *top = json_load_file(path, 0, &error);
    ck_assert_msg(top != NULL, "%s: %s; %s", path, error.text, run.err);
    return top;
}

static double figure(const json_t *top, const char *first, ...)
{
    const json_t *v = json_object_get(top, first);
    va_list keys;
    va_start(keys, first);
    for (const char *key; (key = va_arg(keys, const char *));)
        v = json_object_get(v, key);
    va_end(keys);
    ck_assert_msg(json_is_number(v), "%s ... is no number", first);
    return json_number_value(v);
}

// Writes the NIR frames of a sequence into v4l2loopback as Y12, once the program has the
// camera: its report is there then. Before that an empty one, since the driver has no
// format until then; it is old when the program begins, and not to be seen.
typedef struct feed {
    rim_source *source;
    rim_frame frame;
    int fd;
    char report[600];
} feed;

static void write_samples(const feed *f, const uint16_t *sample)
{
    const size_t bytes = sizeof *sample * WIDTH * HEIGHT;
    if (write(f->fd, sample, bytes) != (ssize_t)bytes)
        abort();
}

static bool feed_one(feed *f)
{
    bool has_visible = false;
    uint16_t sample[WIDTH * HEIGHT];
    if (rim_source_read(f->source, &f->frame, NULL, &has_visible))
        return false;
    for (int y = 0; y < HEIGHT; y++)
        memcpy(sample + y * WIDTH, rim_frame_row16(&f->frame, y),
               sizeof *sample * WIDTH);
    write_samples(f, sample);
    return true;
}

static void *feed_frames(void *arg)
{
    feed *f = arg;
    while (access(f->report, F_OK))
        rim_clock_sleep_until(rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
    int64_t due_ns = rim_clock_now_ns() + RIM_NS_PER_S;
    do {
        rim_clock_sleep_until(due_ns);
        due_ns += RIM_NS_PER_S / PACE;
    } while (feed_one(f));
    return NULL;
}

static void open_feed(feed *f)
{
    struct v4l2_format v = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    f->fd = open("/dev/video10", O_RDWR);
    ck_assert_msg(f->fd >= 0, "/dev/video10: error %d", errno);
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_G_FMT, &v), 0);
    v.fmt.pix.width = WIDTH;
    v.fmt.pix.height = HEIGHT;
    v.fmt.pix.pixelformat = V4L2_PIX_FMT_Y12;
    v.fmt.pix.bytesperline = 0;
    v.fmt.pix.sizeimage = 0;
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_S_FMT, &v), 0);
    p.parm.output.timeperframe = (struct v4l2_fract){1, PACE};
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_S_PARM, &p), 0);
}

// Without the times: a live run has its own, and ages.
static char *comparable(const char *name)
{
    char path[600];
    size_t size;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(rim_count_report(path), FRAMES);
    char *text = rim_slurp(path, &size);
    rim_forget_ages(text);
    for (char *at = text; (at = strstr(at, ",\"t_ns\":"));) {
        const char *end = at + 1 + strcspn(at + 1, ",");
        memmove(at, end, strlen(end) + 1);
    }
    return text;
}

START_TEST(live_report_equals_replay)
{
    feed f = {0};
    pthread_t thread;
    char sequence[600];
    (void)snprintf(sequence, sizeof sequence, "%s/phantom", folder);
    rim_run_program(&run,
                    "phantom --out %s --frames %d --size %dx%d --bits 12 --seed 5 "
                    "--no-visible",
                    sequence, FRAMES, WIDTH, HEIGHT);
    ck_assert_msg(run.status == 0, "%s", run.err);
    const rim_source_options none = {0};
    ck_assert_int_eq(rim_source_open(&f.source, sequence, &none), RIM_OK);
    const rim_source_info *info = rim_source_get_info(f.source);
    f.frame = (rim_frame){
        .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = info->bits};
    ck_assert_int_eq(rim_frame_init(&f.frame), RIM_OK);
    (void)snprintf(f.report, sizeof f.report, "%s/live.jsonl", folder);
    open_feed(&f);
    static const uint16_t empty[WIDTH * HEIGHT];
    write_samples(&f, empty);
    ck_assert_int_eq(pthread_create(&thread, NULL, feed_frames, &f), 0);
    rim_run_program(
        &run,
        "live --nir /dev/video10 --bits 12 --justify right --black-level %d "
        "--mm-per-px %.9g --frames %d --headless --report %s --stats "
        "%s/stats.json",
        info->black_level, info->mm_per_px, FRAMES, f.report, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    pthread_join(thread, NULL);
    rim_run_program(&run,
                    "replay %s --mm-per-px %.9g --headless --report %s/replay.jsonl",
                    sequence, info->mm_per_px, folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    char *live = comparable("live.jsonl"), *replay = comparable("replay.jsonl");
    ck_assert_msg(strcmp(live, replay) == 0, "live and replay differ:\n%.300s\n%.300s",
                  live, replay);
    free(live);
    free(replay);
    close(f.fd);
    rim_frame_uninit(&f.frame);
    rim_source_close(&f.source);
}
END_TEST

START_TEST(ages_from_driver_to_show)
{
    rim_run_program(&run,
                    "live --nir /dev/video0 --visible /dev/video2 --size 320x180 "
                    "--visible-size 320x180 --fps 15 --frames 40 --headless --stats "
                    "%s/stats.json",
                    folder);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    json_t *s = stats();
    const double p50 = figure(s, "age_ms", "presented", "p50", NULL);
    printf("age when shown, two cameras 320x180 at 15/s: p50 %.1f, p95 %.1f, p99 %.1f, "
           "max %.1f ms\n",
           p50, figure(s, "age_ms", "presented", "p95", NULL),
           figure(s, "age_ms", "presented", "p99", NULL),
           figure(s, "age_ms", "presented", "max", NULL));
    ck_assert_double_gt(figure(s, "presented", NULL), 5);
    ck_assert_double_gt(p50, 0);
    ck_assert_double_lt(p50, 2000 * feeder_patience()); // an emulated processor
    ck_assert_double_ge(p50, figure(s, "age_ms", "unpacked", "p50", NULL));
    ck_assert_double_gt(figure(s, "pairs", "paired", NULL), 3);
    ck_assert_double_eq(figure(s, "nir", "bad_time_stamps", NULL), 0);
    json_decref(s);
}
END_TEST

// Bytes of a file; 0: it is not there.
static long bytes_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (long)st.st_size : 0;
}

// Waits until the report has more than `bytes`.
static void wait_for_report(const char *path, long bytes)
{
    while (bytes_of(path) <= bytes)
        rim_clock_sleep_until(rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
}

// Once frames come the camera goes, for a second; when there are frames again, and some
// more have come, a file says that it is done.
static void *unplug(void *arg)
{
    (void)arg;
    char report[600];
    (void)snprintf(report, sizeof report, "%s/live.jsonl", folder);
    wait_for_report(report, 0);
    (void)system("echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind; sleep 1");
    const long before = bytes_of(report);
    (void)system("echo vivid.0 >/sys/bus/platform/drivers/vivid/bind");
    wait_for_report(report, before + 500);
    rim_put_text(folder, "done", "yes");
    return NULL;
}

START_TEST(unplugged_while_it_runs)
{
    pthread_t thread;
    char done[600];
    (void)snprintf(done, sizeof done, "%s/done", folder);
    const rim_run_limits limits = {.signal_when = done};
    ck_assert_int_eq(pthread_create(&thread, NULL, unplug, NULL), 0);
    rim_run_limited(&run, &limits,
                    "live --nir /dev/video0 --size 320x180 --format GREY --fps 15 "
                    "--headless --report %s/live.jsonl --stats %s/stats.json "
                    "--overlay %s/pictures",
                    folder, folder, folder);
    pthread_join(thread, NULL);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    ck_assert_ptr_nonnull(strstr(run.err, "the camera was unplugged"));
    ck_assert_ptr_nonnull(strstr(run.err, "frames again after"));
    json_t *s = stats();
    ck_assert_double_ge(figure(s, "no_signal", "times", NULL), 1);
    // Two intervals of 67 ms, and what an emulated processor takes to draw it.
    ck_assert_double_le(figure(s, "no_signal", "latest_after_ms", NULL),
                        400 * feeder_patience());
    ck_assert_double_ge(figure(s, "nir", "lost", NULL), 10);
    json_decref(s);
}
END_TEST

START_TEST(devices_are_listed)
{
    static const char *const wanted[] = {
        "/dev/video0: vivid (vivid, platform:vivid-000)",
        "Y16, 16 bits",
        "rimlight live --nir /dev/video0",
        "rimlight live --visible /dev/video0",
        "640x360",
        "monochrome",
        "Bayer",
        "gain_automatic=",
        "/dev/video2: vivid (vivid, platform:vivid-001)"};
    rim_run_program(&run, "devices --fps 15");
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_msg(strstr(run.out, wanted[i]), "no \"%s\" in:\n%.2000s", wanted[i],
                      run.out);
    ck_assert_ptr_null(strstr(run.out, "/dev/video1:")); // takes no pictures
}
END_TEST

// Writes down how the program's threads run, then ends it.
static void *look_at_threads(void *arg)
{
    (void)arg;
    char report[600], command[1200];
    (void)snprintf(report, sizeof report, "%s/live.jsonl", folder);
    wait_for_report(report, 0);
    (void)snprintf(
        command, sizeof command,
        "p=$(pidof rimlight); { chrt -a -p $p; grep VmLck /proc/$p/status; } "
        ">%s/threads 2>&1",
        folder);
    (void)system(command);
    rim_put_text(folder, "done", "yes");
    return NULL;
}

START_TEST(realtime_is_granted_or_told)
{
    pthread_t thread;
    char path[600], command[2048];
    size_t size;
    (void)snprintf(path, sizeof path, "%s/done", folder);
    const rim_run_limits limits = {.signal_when = path};
    ck_assert_int_eq(pthread_create(&thread, NULL, look_at_threads, NULL), 0);
    rim_run_limited(&run, &limits,
                    "live --nir /dev/video0 --size 320x180 --fps 15 --headless "
                    "--realtime --threads 2 --report %s/live.jsonl",
                    folder);
    pthread_join(thread, NULL);
    ck_assert_msg(run.status == 0, "%d: %s", run.status, run.err);
    ck_assert_msg(!strstr(run.err, "--realtime"), "%s", run.err);
    (void)snprintf(path, sizeof path, "%s/threads", folder);
    char *text = rim_slurp(path, &size);
    int fifo = 0;
    for (const char *at = text; (at = strstr(at, "SCHED_FIFO")); at++)
        fifo++;
    ck_assert_msg(fifo >= 4, "%s", text); // capture, process, its worker, show
    ck_assert_ptr_nonnull(strstr(text, "SCHED_OTHER")); // who writes the report
    ck_assert_ptr_nonnull(strstr(text, "VmLck:"));
    if (feeder_patience() == 1) // a sanitizer leaves its memory unlocked
        ck_assert_ptr_null(strstr(text, "VmLck:\t       0 kB"));
    free(text);
    // Without the right to it: told, and it goes on.
    (void)snprintf(command, sizeof command,
                   "setpriv --reuid 65534 --regid 65534 --clear-groups %s live --nir "
                   "synth:size=160x120 --frames 5 --headless --realtime 2>%s/refused",
                   RIM_PROGRAM, folder);
    ck_assert_int_eq(system(command), 0);
    (void)snprintf(path, sizeof path, "%s/refused", folder);
    text = rim_slurp(path, &size);
    ck_assert_ptr_nonnull(strstr(text, "--realtime: no real-time priority"));
    if (feeder_patience() == 1)
        ck_assert_ptr_nonnull(strstr(text, "--realtime: memory cannot be locked"));
    free(text);
}
END_TEST

int main(void)
{
    if (!getenv("V4L2_VM")) { // NOLINT(concurrency-mt-unsafe)
        printf("not in run-in-vm's machine: skipped; run tests/vm/run.sh\n");
        return 77;
    }
    Suite *s = suite_create("live_vm");
    TCase *t = tcase_create("live_vm");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    tcase_add_test(t, live_report_equals_replay);
    tcase_add_test(t, ages_from_driver_to_show);
    tcase_add_test(t, unplugged_while_it_runs);
    tcase_add_test(t, devices_are_listed);
    tcase_add_test(t, realtime_is_granted_or_told);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
