// json.c: an evaluation as JSON, one key a figure.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "evaluate/scene.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Six decimals: enough, and the same on every machine.
static json_t *number(double value)
{
    return isfinite(value) ? json_real(round(value * 1e6) / 1e6) : json_null();
}

// KEY, KEY_ci95 as [low, high], KEY_n.
static void put_figure(json_t *o, const char *key, const rim_figure *f)
{
    char name[96];
    json_object_set_new(o, key, number(f->value));
    snprintf(name, sizeof name, "%s_ci95", key);
    json_object_set_new(o, name,
                        isnan(f->low)
                            ? json_null()
                            : json_pack("[oo]", number(f->low), number(f->high)));
    snprintf(name, sizeof name, "%s_n", key);
    json_object_set_new(o, name, number(f->n));
}

static const char *tail_name(int sample)
{
    return sample == RIM_SAMPLE_DICE || sample == RIM_SAMPLE_RIM_DICE ? "p5" : "p95";
}

static void sample_name(char *name, size_t size, int sample, const char *part)
{
    snprintf(name, size, "%s_%s", rim_sample_key(sample), part);
}

static void froc_name(char *name, size_t size, int i)
{
    snprintf(name, size, "sensitivity_at_%g_fp_per_frame", rim_froc_rate(i));
}

static json_t *froc_curve(const rim_figures *f)
{
    json_t *list = json_array();
    for (int i = 0; i <= 50; i++) {
        const double confidence = i / 50.0;
        const rim_froc_point p = rim_froc_at(f, confidence);
        json_array_append_new(list, json_pack("{s:o,s:o,s:o}", "confidence",
                                              number(confidence), "sensitivity",
                                              number(p.sensitivity), "fp_per_frame",
                                              number(p.fp_per_frame)));
    }
    return list;
}

static json_t *reliability(const rim_evaluation *e)
{
    json_t *list = json_array();
    for (int i = 0; i < 10; i++) {
        const rim_figure *f = &e->figures.ratio[RIM_RATIO_RELIABLE_0 + i];
        json_array_append_new(
            list, json_pack("{s:o,s:o,s:o,s:o,s:o}", "from", number(i / 10.0), "to",
                            number((i + 1) / 10.0), "reports", number(f->n),
                            "mean_confidence", number(e->confidence_sum[i] / f->n),
                            "real", number(f->value)));
    }
    return list;
}

// Mean difference of confidence and share that is real, weighted by reports.
static double calibration_error(const rim_evaluation *e)
{
    double sum = 0.0, n = 0.0;
    for (int i = 0; i < 10; i++) {
        const rim_figure *f = &e->figures.ratio[RIM_RATIO_RELIABLE_0 + i];
        if (f->n <= 0.0)
            continue;
        sum += fabs(e->confidence_sum[i] - f->value * f->n);
        n += f->n;
    }
    return n > 0.0 ? sum / n : (double)NAN;
}

static json_t *confusion(const rim_evaluation *e)
{
    static const char *const seen[] = {"rim", "partial", "total", "not_said"};
    json_t *table = json_object();
    for (int t = 0; t < 3; t++) {
        json_t *row = json_object();
        for (int r = 0; r < 4; r++)
            json_object_set_new(row, seen[r], number(e->confusion[t][r]));
        json_object_set_new(table, rim_pattern_name((rim_pattern)(t + RIM_PATTERN_RIM)),
                            row);
    }
    return table;
}

static json_t *verdicts(const rim_evaluation *e)
{
    json_t *table = json_object();
    for (int t = RIM_SURFACE_NONE_DETECTED; t <= RIM_SURFACE_CANNOT_ASSESS; t++) {
        json_t *row = json_object();
        for (int r = RIM_SURFACE_OFF; r <= RIM_SURFACE_CANNOT_ASSESS; r++)
            json_object_set_new(row, rim_surface_state_name((rim_surface_state)r),
                                number(e->verdict[t][r]));
        json_object_set_new(row, "missing",
                            number(e->verdict[t][RIM_SURFACE_CANNOT_ASSESS + 1]));
        json_object_set_new(table, rim_surface_state_name((rim_surface_state)t), row);
    }
    return table;
}

static json_t *classes(const rim_evaluation *e)
{
    json_t *table = json_object();
    for (int i = 0; i < e->class_count; i++)
        json_object_set_new(table, e->class_of[i].name,
                            json_pack("{s:o,s:o}", "present",
                                      number(e->class_of[i].present), "reported",
                                      number(e->class_of[i].reported)));
    return table;
}

static json_t *to_json(const rim_evaluation *e, const char *report)
{
    char name[96];
    json_t *o = json_object();
    json_object_set_new(o, "format", json_string("rimlight-evaluation"));
    json_object_set_new(o, "version", json_integer(1));
    json_object_set_new(o, "report", json_string(report));
    json_object_set_new(o, "confidence", number(e->options.confidence));
    json_object_set_new(o, "bootstrap", json_integer(e->options.bootstrap));
    json_object_set_new(o, "seed", json_integer((json_int_t)e->options.seed));
    json_object_set_new(o, "scenes", json_integer(e->figures.scene_count));
    json_object_set_new(o, "frames", json_integer(e->frames));
    json_object_set_new(o, "frames_missing", json_integer(e->missing));
    json_object_set_new(o, "frames_extra", json_integer(e->extra));
    for (int i = 0; i < RIM_RATIO_COUNT; i++)
        put_figure(o, rim_ratio_key(i), &e->figures.ratio[i]);
    for (int i = 0; i < RIM_SAMPLE_COUNT; i++) {
        sample_name(name, sizeof name, i, "median");
        put_figure(o, name, &e->figures.median[i]);
        sample_name(name, sizeof name, i, tail_name(i));
        put_figure(o, name, &e->figures.tail[i]);
    }
    for (int i = 0; i < RIM_FROC_COUNT; i++) {
        froc_name(name, sizeof name, i);
        put_figure(o, name, &e->figures.froc[i]);
    }
    json_object_set_new(o, "calibration_error", number(calibration_error(e)));
    json_object_set_new(o, "froc", froc_curve(&e->figures));
    json_object_set_new(o, "reliability", reliability(e));
    json_object_set_new(o, "pattern_confusion", confusion(e));
    json_object_set_new(o, "verdicts", verdicts(e));
    json_object_set_new(o, "distractors", classes(e));
    return o;
}

rim_err rim_evaluation_get(rim_evaluated *out, const rim_evaluation *e, const char *key)
{
    const rim_figure *found = NULL;
    char name[96];
    for (int i = 0; i < RIM_RATIO_COUNT; i++)
        if (strcmp(key, rim_ratio_key(i)) == 0)
            found = &e->figures.ratio[i];
    for (int i = 0; i < RIM_SAMPLE_COUNT; i++) {
        sample_name(name, sizeof name, i, "median");
        found = strcmp(key, name) == 0 ? &e->figures.median[i] : found;
        sample_name(name, sizeof name, i, tail_name(i));
        found = strcmp(key, name) == 0 ? &e->figures.tail[i] : found;
    }
    for (int i = 0; i < RIM_FROC_COUNT; i++) {
        froc_name(name, sizeof name, i);
        found = strcmp(key, name) == 0 ? &e->figures.froc[i] : found;
    }
    if (!found)
        return RIM_ERR_NOT_FOUND;
    *out = (rim_evaluated){found->value, found->low, found->high, found->n};
    return RIM_OK;
}

static rim_err fail(const char *path, int error)
{
    char reason[128] = "unknown error";
    (void)strerror_r(error, reason, sizeof reason);
    rim_log_error("%s: the figures cannot be written: %s; name a file in a folder that "
                  "can",
                  path, reason);
    return error == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
}

static int write_and_close(FILE *f, const char *text)
{
    int error = 0;
    if (fputs(text, f) < 0 || fputc('\n', f) == EOF || fflush(f))
        error = errno;
    if (fclose(f) && !error)
        error = errno;
    return error;
}

// Text to a new file beside `path`, which then takes its name.
static int replace_file(const char *path, const char *text)
{
    char *temporary = malloc(strlen(path) + 8);
    if (!temporary)
        return ENOMEM;
    strcpy(temporary, path);
    strcat(temporary, ".XXXXXX");
    const int fd = mkstemp(temporary);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    int error = f ? 0 : errno;
    if (f) {
        (void)fchmod(fd, 0644);
        error = write_and_close(f, text);
        if (!error && rename(temporary, path))
            error = errno;
        if (error)
            (void)unlink(temporary);
    }
    free(temporary);
    return error;
}

static rim_err write_file(const char *path, const char *text)
{
    struct stat st;
    // A pipe or a device must not be replaced by a file.
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
        const int error = replace_file(path, text);
        return error ? fail(path, error) : RIM_OK;
    }
    FILE *f = fopen(path, "w");
    const int error = f ? write_and_close(f, text) : errno;
    return error ? fail(path, error) : RIM_OK;
}

rim_err rim_evaluation_save(const rim_evaluation *const *list, const char *const *names,
                            int count, const char *path)
{
    json_t *top = NULL;
    if (count == 1) {
        top = to_json(list[0], names[0]);
    } else {
        json_t *reports = json_array();
        for (int i = 0; i < count; i++)
            json_array_append_new(reports, to_json(list[i], names[i]));
        top = json_pack("{s:o}", "reports", reports);
    }
    char *text = top ? json_dumps(top, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    const rim_err err = text ? write_file(path, text) : fail(path, ENOMEM);
    free(text);
    json_decref(top);
    return err;
}
