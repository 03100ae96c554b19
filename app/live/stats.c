// stats.c: bins, percentiles, JSON.
// SPDX-License-Identifier: MIT
#include "app/live/stats.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void rim_ages_add(rim_ages *a, int64_t age_ns)
{
    const int64_t age = age_ns < 0 ? 0 : age_ns;
    const int64_t bin = age > 0 ? (age - 1) / RIM_AGE_BIN_NS : 0; // upper edge included
    a->bin[bin < RIM_AGE_BINS ? bin : RIM_AGE_BINS - 1]++;
    a->count++;
    if (age > a->max_ns)
        a->max_ns = age;
}

int64_t rim_ages_at(const rim_ages *a, double part)
{
    const double want = part * (double)a->count;
    uint64_t sum = 0;
    for (int i = 0; i < RIM_AGE_BINS; i++) {
        sum += a->bin[i];
        const int64_t upper_ns = (int64_t)(i + 1) * RIM_AGE_BIN_NS;
        if (sum > 0 && (double)sum >= want)
            return upper_ns < a->max_ns ? upper_ns : a->max_ns;
    }
    return a->max_ns;
}

static double ms(int64_t ns)
{
    return (double)ns / 1e6;
}

void rim_ages_text(char *out, size_t size, const rim_ages *a)
{
    (void)snprintf(out, size, "age %.1f / %.1f / %.1f / %.1f ms",
                   ms(rim_ages_at(a, 0.5)), ms(rim_ages_at(a, 0.95)),
                   ms(rim_ages_at(a, 0.99)), ms(a->max_ns));
}

// Without stdio, which would take memory itself.
int64_t rim_memory_kib(void)
{
    char text[128];
    long long pages = 0, resident = 0;
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t n = read(fd, text, sizeof text - 1);
    (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    if (sscanf(text, "%lld %lld", &pages, &resident) != 2)
        return 0;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static json_t *ages_json(const rim_ages *a)
{
    return json_pack("{s:I,s:f,s:f,s:f,s:f}", "frames", (json_int_t)a->count, "p50",
                     ms(rim_ages_at(a, 0.5)), "p95", ms(rim_ages_at(a, 0.95)), "p99",
                     ms(rim_ages_at(a, 0.99)), "max", ms(a->max_ns));
}

static json_t *camera_json(const rim_camera_counts *c)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I}", "frames", (json_int_t)c->frames, "lost",
                     (json_int_t)c->lost, "damaged", (json_int_t)c->damaged,
                     "interruptions", (json_int_t)c->interruptions, "bad_time_stamps",
                     (json_int_t)c->stamps);
}

static json_t *stats_json(const rim_live_stats *s)
{
    static const char *const names[] = {"acquired", "unpacked", "processed",
                                        "presented"};
    json_t *age = json_object();
    for (int i = 0; i < RIM_HAND_COUNT; i++)
        (void)json_object_set_new(age, names[i], ages_json(&s->age[i]));
    json_t *displaced = json_pack(
        "{s:I,s:I,s:I,s:I,s:I}", "capture", (json_int_t)s->displaced_capture, "show",
        (json_int_t)s->displaced_show, "report", (json_int_t)s->lost_report, "record",
        (json_int_t)s->lost_record, "pictures", (json_int_t)s->lost_pictures);
    json_t *pairs = json_pack(
        "{s:I,s:I,s:f,s:I}", "paired", (json_int_t)s->pairs.paired, "unpaired",
        (json_int_t)s->pairs.unpaired, "skew_max_ms", ms(s->pairs.skew_max_ns),
        "unclear_light", (json_int_t)s->unclear_light);
    json_t *no_signal = json_pack("{s:I,s:f,s:I}", "times", (json_int_t)s->no_signal,
                                  "latest_after_ms", ms(s->no_signal_after_ns),
                                  "pictures_not_shown", (json_int_t)s->stale);
    return json_pack("{s:f,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:I,s:I}}", "seconds",
                     s->seconds, "processed", (json_int_t)s->processed, "presented",
                     (json_int_t)s->presented, "nir", camera_json(&s->nir), "visible",
                     camera_json(&s->visible), "pairs", pairs, "displaced", displaced,
                     "age_ms", age, "no_signal", no_signal, "memory_kib", "start",
                     (json_int_t)s->memory_start_kib, "end",
                     (json_int_t)s->memory_end_kib);
}

rim_err rim_live_stats_write(const rim_live_stats *s, const char *path)
{
    json_t *top = stats_json(s);
    if (!top)
        return RIM_ERR_MEMORY;
    const bool to_stdout = strcmp(path, "-") == 0;
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(6);
    errno = 0;
    const int failed =
        to_stdout ? json_dumpf(top, stdout, flags) : json_dump_file(top, path, flags);
    json_decref(top);
    if (to_stdout)
        (void)putchar('\n');
    if (!failed)
        return RIM_OK;
    rim_log_error("%s: cannot be written (error %d); choose another --stats file", path,
                  errno);
    return RIM_ERR_IO;
}
