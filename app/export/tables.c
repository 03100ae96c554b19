// tables.c: parameters in words.
// SPDX-License-Identifier: MIT
#include "app/export/tables.h"

#include "base/log.h"
#include "calib/calib.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t rim_export_now_s(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    const long long s = fixed ? strtoll(fixed, &end, 10) : 0;
    return fixed && *fixed && !*end ? s : (int64_t)time(NULL);
}

void rim_export_date(char text[32], int64_t time_s)
{
    const time_t t = (time_t)time_s;
    struct tm utc;
    if (!gmtime_r(&t, &utc) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
}

void rim_export_table_recording(rim_page_table *t, const rim_export_job *job,
                                const rim_case *c, const rim_source_info *info)
{
    t->heading = "Recording";
    rim_page_add(t, "report", "%s", c->path);
    if (c->frame_count > 0)
        rim_page_add(t, "frames of the report",
                     "%zu, numbers %" PRIu64 " to %" PRIu64 ", %" PRIu64 " lost",
                     c->frame_count, c->frame[0].number,
                     c->frame[c->frame_count - 1].number, c->dropped);
    if (!info) {
        rim_page_add(t, "recording", "not given (--source)");
        return;
    }
    rim_page_add(t, "recording", "%s", job->source);
    rim_page_add(t, "what it is", "%s", info->description);
    rim_page_add(t, "NIR frames", "%dx%d px, %d bits, black level %d counts",
                 info->width, info->height, info->bits, info->black_level);
    if (info->visible_width > 0)
        rim_page_add(t, "visible frames", "%dx%d px", info->visible_width,
                     info->visible_height);
    else
        rim_page_add(t, "visible frames", "none");
    if (info->fps > 0)
        rim_page_add(t, "frames a second", "%.3f", info->fps);
    if (info->mm_per_px > 0)
        rim_page_add(t, "pixel pitch on the tissue", "%.5f mm", info->mm_per_px);
    else
        rim_page_add(t, "pixel pitch on the tissue", "not known");
    rim_page_add(t, "cut surface", "%s",
                 info->mark_count > 0 ? "marked in advance" : "not marked in advance");
}

// ---- what a recording keeps, key by key

static void add_value(rim_page_table *t, const char *name, const json_t *v);

static void add_object(rim_page_table *t, const char *name, json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        char full[64];
        (void)snprintf(full, sizeof full, "%s%s%s", name, *name ? "." : "", key);
        if (strcmp(full, "cut_surface") != 0) // corner by corner: it is drawn
            add_value(t, full, value);
    }
}

// Words of a command line, spaces between.
static void add_list(rim_page_table *t, const char *name, const json_t *list)
{
    char text[512] = "";
    size_t used = 0;
    for (size_t i = 0; i < json_array_size(list) && used < sizeof text; i++) {
        const json_t *v = json_array_get(list, i);
        const int n = json_is_string(v)
                          ? snprintf(text + used, sizeof text - used, "%s%s",
                                     i ? " " : "", json_string_value(v))
                          : snprintf(text + used, sizeof text - used, "%s%g",
                                     i ? " " : "", json_number_value(v));
        used += n > 0 ? (size_t)n : 0;
    }
    rim_page_add(t, name, "%s", text);
}

static void add_value(rim_page_table *t, const char *name, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        add_object(t, name, (json_t *)v);
        break;
    case JSON_ARRAY:
        add_list(t, name, v);
        break;
    case JSON_STRING:
        rim_page_add(t, name, "%s", json_string_value(v));
        break;
    case JSON_INTEGER:
        rim_page_add(t, name, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
        break;
    case JSON_REAL:
        rim_page_add(t, name, "%.6g", json_real_value(v));
        break;
    default:
        rim_page_add(t, name, "%s",
                     json_is_null(v)   ? "not known"
                     : json_is_true(v) ? "yes"
                                       : "no");
    }
}

void rim_export_table_run(rim_page_table *t, const rim_export_job *job,
                          const rim_source_info *info)
{
    t->heading = "Parameters";
    json_t *tag = info && info->tag ? json_loads(info->tag, 0, NULL) : NULL;
    if (tag)
        add_object(t, "", tag);
    else
        rim_page_add(t, "of the run", "%s",
                     info ? "the recording keeps none; only --record's do"
                          : "not known: a report does not tell them, a recording made "
                            "with --record does (--source)");
    json_decref(tag);
    if (!info)
        return;
    rim_page_add(t, "pictures here: colour scale", "SBR %g to %g, %s", info->sbr_low,
                 info->sbr_high, rim_color_map_name(job->run.color_map));
    if (info->is_panel)
        rim_page_add(t, "pictures here: NIR panel", "%dx%d px at %d, %d", info->width,
                     info->height, info->panel_x, info->panel_y);
}

// ---- calibration

// Of a date as rim_export_date() writes it; -1: it is none. Days by the civil calendar,
// years beginning in March.
static int64_t seconds_of(const char *date)
{
    int year, month, day, hour, minute, second;
    if (!date || sscanf(date, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour,
                        &minute, &second) != 6)
        return -1;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return -1;
    const int from_march = (month + 9) % 12, y = year - (month < 3);
    const int64_t days = INT64_C(365) * y + y / 4 - y / 100 + y / 400 +
                         (153 * from_march + 2) / 5 + day - 1 - 719468;
    return days * 86400 + hour * 3600 + minute * 60 + second;
}

static void add_days(rim_page_table *t, const char *name, int days)
{
    rim_page_add(t, name, "%d day%s", days, days == 1 ? "" : "s");
}

static void add_age(rim_page_table *t, const rim_calib *c, const rim_source_info *info)
{
    rim_page_add(t, "made", "%s", c->date[0] ? c->date : "date not known");
    json_t *tag = info && info->tag ? json_loads(info->tag, 0, NULL) : NULL;
    const int64_t then_s =
        seconds_of(json_string_value(json_object_get(tag, "started")));
    json_decref(tag);
    const int then = then_s >= 0 ? rim_calib_age_days(c, then_s) : -1;
    const int now = rim_calib_age_days(c, rim_export_now_s());
    if (then >= 0)
        add_days(t, "age when recorded", then);
    if (now >= 0)
        add_days(t, "age when this page was made", now);
    else
        rim_page_add(t, "age", "not known");
}

static void add_known(rim_page_table *t, const char *name, double value,
                      const char *unit)
{
    if (isfinite(value))
        rim_page_add(t, name, "%.6g%s", value, unit);
    else
        rim_page_add(t, name, "not known");
}

static int64_t count_bad(const rim_frame *bad)
{
    int64_t count = 0;
    for (int y = 0; y < bad->height; y++)
        for (int x = 0; x < bad->width; x++)
            count += rim_frame_row16(bad, y)[x] != 0;
    return count;
}

static void add_content(rim_page_table *t, const rim_calib *c)
{
    rim_page_add(t, "for", "%dx%d px, %d bits", c->width, c->height, c->bits);
    rim_page_add(t, "camera", "%s", c->camera[0] ? c->camera : "not known");
    rim_page_add(t, "serial number", "%s", c->serial[0] ? c->serial : "not known");
    add_known(t, "exposure", c->exposure_us, " us");
    add_known(t, "gain", c->gain_db, " dB");
    add_known(t, "pixel pitch", c->mm_per_px, " mm");
    rim_page_add(t, "dark map", "%s", c->dark.data ? "measured" : "none");
    rim_page_add(t, "flat field", "%s", c->gain.data ? "measured" : "none");
    if (c->bad.data)
        rim_page_add(t, "bad pixels", "%" PRId64, count_bad(&c->bad));
    rim_page_add(t, "lens of the NIR camera", "%s", c->has_lens ? "measured" : "none");
    if (!c->has_register)
        rim_page_add(t, "visible camera", "not registered");
    else
        add_known(t, "visible camera registered to", c->register_rms_px, " px (RMS)");
}

// How it was doing while the case was recorded.
static bool add_reported(rim_page_table *t, const rim_case *c)
{
    const rim_quality *last = NULL;
    size_t parted = 0;
    double shift_px = (double)NAN;
    for (size_t i = 0; i < c->frame_count; i++) {
        const rim_quality *q = &c->frame[i].quality;
        if (!q->calibration.used)
            continue;
        last = q;
        parted += (q->why & RIM_WHY_REGISTRATION) != 0;
        shift_px = fmax(shift_px, q->calibration.shift_px); // a number, where either is
    }
    if (!last)
        return false;
    if (last->calibration.age_days >= 0)
        add_days(t, "age when the report was made", last->calibration.age_days);
    add_known(t, "registration, residual", last->calibration.registration_px, " px");
    add_known(t, "pictures parted by, at most", shift_px, " px");
    rim_page_add(t, "frames with a registration that did not hold", "%zu of %zu",
                 parted, c->frame_count);
    if (last->leakage_from != RIM_LEAKAGE_NONE)
        rim_page_add(t, "leaked excitation light", "%.1f %% (%s)", 100 * last->leakage,
                     rim_leakage_name(last->leakage_from));
    return true;
}

// A recording has its calibration with it.
static bool is_kept_in_recording(const rim_source_info *info)
{
    json_t *tag = info && info->tag ? json_loads(info->tag, 0, NULL) : NULL;
    const bool kept = json_object_get(tag, "calibration_file") != NULL;
    json_decref(tag);
    return kept;
}

void rim_export_table_calibration(rim_page_table *t, const rim_case *report,
                                  const rim_calib *c, const char *name,
                                  const rim_source_info *info)
{
    t->heading = "Calibration";
    const bool used = add_reported(t, report);
    if (!c) {
        rim_page_add(t, "calibration", "%s",
                     used ? "was in use; it is not known here (--source, --calibration)"
                     : info
                         ? "none: neither dark nor flat were corrected by measurement"
                         : "not known: give the recording (--source) or the "
                           "calibration (--calibration)");
        return;
    }
    rim_page_add(t, "calibration", "%s", name ? name : "kept in the recording");
    add_age(t, c, info);
    add_content(t, c);
}

const char *rim_export_calibration_name(const rim_export_job *job,
                                        const rim_source_info *info)
{
    if (job->run.calibration)
        return job->run.calibration;
    return is_kept_in_recording(info) ? NULL : info ? info->calibration : NULL;
}
