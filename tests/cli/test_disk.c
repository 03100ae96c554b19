// test_disk.c: recordings of a live run on a disk that fills up, vanishes, is slow, or
// loses its power.
// SPDX-License-Identifier: MIT
#include "disk_faults.h"
#include "scratch.h"

#include "app/commands.h"
#include "base/clock.h"
#include "capture/source.h"

#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 25

// Frames of the recording: large enough to be told from other files by their writes.
enum { W = 320, H = 240, FRAME_BYTES = W * H * 3 / 2 };

static const int patience = RIM_PATIENCE > 1 ? 4 : 1;

static void start(void)
{
    scratch_open();
    logged_start();
}

static int record(const char *codec, int seconds)
{
    char nir[96], time[16], report[1024], stats[1024], film[1024];
    (void)snprintf(nir, sizeof nir, "synth:size=%dx%d,fps=%d", W, H, RATE);
    (void)snprintf(time, sizeof time, "%d", seconds * patience);
    (void)snprintf(report, sizeof report, "%s", scratch_path("report.jsonl"));
    (void)snprintf(stats, sizeof stats, "%s", scratch_path("stats.json"));
    (void)snprintf(film, sizeof film, "%s", scratch_path("r.mkv"));
    char *argv[] = {
        "live",           "--nir",       nir,         "--headless", "--seconds", time,
        "--record",       film,          "--report",  report,       "--stats",   stats,
        "--record-codec", (char *)codec, "--threads", "1",          NULL};
    return rim_cmd_live((int)(sizeof argv / sizeof *argv) - 1, argv);
}

static int report_lines(void)
{
    size_t size;
    uint8_t *text = scratch_read(scratch_path("report.jsonl"), &size);
    int lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static int figure(const char *group, const char *key)
{
    json_t *top = json_load_file(scratch_path("stats.json"), 0, NULL);
    const json_t *o = group ? json_object_get(top, group) : top;
    ck_assert_ptr_nonnull(o);
    const int n = (int)json_integer_value(json_object_get(o, key));
    json_decref(top);
    return n;
}

typedef struct found {
    int frames, gaps; // read, and numbers missing between them
    int64_t last_ns;  // time of the last
} found;

// Whatever happened: the file opens, and every frame in it is a good one.
static found read_back(const char *path)
{
    const rim_source_options all = {.all_frames = true};
    found f = {0};
    rim_source *s = NULL;
    ck_assert_int_eq(rim_source_open(&s, path, &all), RIM_OK);
    rim_frame nir;
    bool has_visible;
    uint64_t next = 0;
    scratch_frame(&nir, RIM_FMT_GRAY16, W, H, 12);
    while (rim_source_read(s, &nir, NULL, &has_visible) == RIM_OK) {
        f.gaps += f.frames > 0 ? (int)(nir.seq - next) : 0;
        next = nir.seq + 1;
        f.last_ns = nir.captured_ns;
        f.frames++;
    }
    rim_frame_uninit(&nir);
    rim_source_close(&s);
    return f;
}

// The picture and the report go on; the recording ends with one message.
START_TEST(a_disk_that_ends_ends_the_recording_only)
{
    static const int errors[] = {ENOSPC, EIO, ENODEV, EDQUOT};
    const char *codec = _i % 2 ? "ffv1" : "raw";
    g_disk = (disk_faults){.from_bytes = 10000,
                           .fail_after = 12 * FRAME_BYTES + 5000,
                           .fail_with = errors[_i / 2]};
    ck_assert_int_eq(record(codec, 2), 1);
    ck_assert_int_eq(logged_count(RIM_LOG_ERROR), 1);
    ck_assert_ptr_nonnull(strstr(logged_last(), "missing are"));
    const int processed = figure(NULL, "processed");
    ck_assert_int_ge(processed, 15);
    ck_assert_int_eq(report_lines(), processed);
    g_disk = (disk_faults){0};
    logged_start();
    const found f = read_back(scratch_path("r.mkv"));
    ck_assert_int_ge(f.frames, 12);
    ck_assert_int_lt(f.frames, _i % 2 ? 60 : 14);
    logged_expect_quiet(); // it ends with a whole frame
}
END_TEST

START_TEST(a_slow_disk_costs_frames_of_the_recording_only)
{
    g_disk = (disk_faults){.from_bytes = 10000, .slow_ms = 150};
    ck_assert_int_eq(record("raw", 4), 0);
    // Frames wait for their turn; beyond that they are left out, counted and said.
    const int processed = figure(NULL, "processed");
    ck_assert_int_ge(processed, RATE * 4 / 2); // of 100; the machine may be busy
    ck_assert_int_eq(report_lines(), processed);
    const int left_out = figure("displaced", "record");
    ck_assert_int_gt(left_out, 0);
    g_disk = (disk_faults){0};
    const found f = read_back(scratch_path("r.mkv"));
    const int captured = figure("nir", "frames");
    ck_assert_int_le(abs(f.frames + left_out - captured), 2);
    ck_assert_int_ge(f.gaps, left_out > 2 ? left_out - 2 : 0);
}
END_TEST

// What the power may cost if it fails at any time before the sync after this one, which
// left the file as it was then. Nothing where all frames are there.
static int64_t lost_ns(const disk_sync *sync, const uint8_t *data, int64_t start_ns,
                       const found *whole)
{
    scratch_write(scratch_path("cut.mkv"), data, (size_t)sync->bytes);
    const found f = read_back(scratch_path("cut.mkv"));
    ck_assert_int_le(f.frames, whole->frames);
    return f.last_ns == whole->last_ns ? 0 : sync[1].at_ns - start_ns - f.last_ns;
}

static int64_t most_lost_ns(const char *codec)
{
    const int64_t start_ns = rim_clock_now_ns(); // frames count from about here
    ck_assert_int_eq(record(codec, 3), 0);
    static disk_sync sync[DISK_SYNCS];
    const int count = disk_syncs(sync);
    ck_assert_int_gt(count, 5);
    size_t size;
    uint8_t *data = scratch_read(scratch_path("r.mkv"), &size);
    const found whole = read_back(scratch_path("r.mkv"));
    int64_t most_ns = 0;
    for (int i = 2; i + 1 < count; i += 3) {
        if ((size_t)sync[i].bytes > size || sync[i].bytes == 0)
            continue;
        const int64_t ns = lost_ns(&sync[i], data, start_ns, &whole);
        most_ns = ns > most_ns ? ns : most_ns;
    }
    free(data);
    return most_ns;
}

// A busy machine can only make it more: of so many goes one must be in time.
START_TEST(a_power_cut_costs_half_a_second)
{
    int goes = 0;
    while (most_lost_ns(_i % 2 ? "ffv1" : "raw") >=
           patience * (500 + 400) * RIM_NS_PER_MS)
        ck_assert_int_lt(++goes, 10);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("disk");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, start, scratch_close);
    tcase_add_loop_test(t, a_disk_that_ends_ends_the_recording_only, 0, 8);
    tcase_add_test(t, a_slow_disk_costs_frames_of_the_recording_only);
    tcase_add_loop_test(t, a_power_cut_costs_half_a_second, 0, 2);
    Suite *s = suite_create("disk");
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
