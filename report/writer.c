// writer.c: results to lines of JSON, each handed to the system in one piece.
//
// The line is built in a buffer taken at the start and written with write(2)
// itself: nothing waits in a stdio buffer, so after a crash or on a full disk the
// file ends with a whole line.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "report/line.h"
#include "report/report.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Room for the longest line: every list full, every number at its longest (20
// characters), every word of `why`. A lesion of a truth then takes less than 900
// bytes, a residual with all its corners less than 3700; a test fills them.
#define LINE_BYTES (1024 + RIM_LESIONS_MAX * 900 + RIM_RESIDUALS_MAX * 3700)

struct rim_report_writer {
    int fd;
    bool is_file; // a regular file: a broken last line can be cut off again
    bool failed;  // logged once; nothing is written after it
    off_t whole;  // bytes in whole lines
    rim_report_scale scale, told; // map NULL: none
    char *path;
    char text[LINE_BYTES];
};

static void log_failure(const char *path, const char *what, int error)
{
    char reason[128];
    if (strerror_r(error, reason, sizeof reason) != 0)
        strcpy(reason, "unknown error");
    rim_log_error("%s: %s: %s", path, what, reason);
}

rim_err rim_report_create(rim_report_writer **out, const char *path)
{
    *out = NULL;
    rim_report_writer *w = calloc(1, sizeof *w);
    char *name = w ? strdup(path) : NULL;
    if (!name) {
        rim_log_error("%s: no memory for the report", path);
        free(w);
        return RIM_ERR_MEMORY;
    }
    w->path = name;
    if (strcmp(path, "-") == 0) {
        w->fd = STDOUT_FILENO;
        w->path[0] = '\0';
    } else {
        struct stat st;
        w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        w->is_file = w->fd >= 0 && fstat(w->fd, &st) == 0 && S_ISREG(st.st_mode);
    }
    if (w->fd < 0) {
        const int error = errno;
        log_failure(path, "cannot be written, name a file in a folder that can", error);
        free(w->path);
        free(w);
        return error == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    *out = w;
    return RIM_OK;
}

static const char *shown_path(const rim_report_writer *w)
{
    return w->path[0] ? w->path : "standard output";
}

// All of it or an error. On an error a file is cut back to its whole lines.
static rim_err write_line(rim_report_writer *w, const rim_line *l)
{
    assert(!l->full); // else LINE_BYTES is wrong
    if (w->failed)
        return RIM_ERR_IO;
    for (size_t done = 0; done < l->used;) {
        const ssize_t n = write(w->fd, l->text + done, l->used - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            log_failure(shown_path(w), "the report ends here, writing failed",
                        n < 0 ? errno : ENOSPC);
            w->failed = true;
            if (w->is_file && done > 0 && ftruncate(w->fd, w->whole) != 0)
                log_failure(shown_path(w), "its last line is not whole", errno);
            return RIM_ERR_IO;
        }
        done += (size_t)n;
    }
    w->whole += (off_t)l->used;
    return RIM_OK;
}

rim_err rim_report_close(rim_report_writer **writer)
{
    rim_report_writer *w = *writer;
    if (!w)
        return RIM_OK;
    if (w->path[0] && close(w->fd) != 0 && errno != EINTR && !w->failed) {
        log_failure(w->path, "the report may not be whole, closing failed", errno);
        w->failed = true;
    }
    const rim_err err = w->failed ? RIM_ERR_IO : RIM_OK;
    free(w->path);
    free(w);
    *writer = NULL;
    return err;
}

static void put_number(rim_line *l, const char *key, double value, int decimals)
{
    rim_line_key(l, key);
    rim_line_number(l, value, decimals);
}

static void put_why(rim_line *l, unsigned why)
{
    rim_line_key(l, "why");
    rim_line_raw(l, "[");
    for (unsigned bit = 0; bit < RIM_WHY_COUNT; bit++) {
        if (!(why & 1u << bit))
            continue;
        rim_line_next(l);
        rim_line_string(l, rim_why_name(1u << bit));
    }
    rim_line_raw(l, "]");
}

static void put_truth(rim_line *l, const rim_truth_object *t)
{
    if (!t)
        return;
    put_number(l, "depth_mm", t->depth_mm, 3);
    put_number(l, "uptake", t->uptake, 3);
    rim_line_key(l, "class");
    rim_line_string(l, t->class_name);
    rim_line_key(l, "detectable");
    rim_line_raw(l, t->detectable ? "true" : "false");
}

static void put_lesion(rim_line *l, const rim_lesion *s, const rim_truth_object *t)
{
    rim_line_next(l);
    rim_line_raw(l, "{");
    rim_line_key(l, "id");
    rim_line_int(l, s->id);
    put_number(l, "x", s->x, 3);
    put_number(l, "y", s->y, 3);
    put_number(l, "a", s->a, 3);
    put_number(l, "b", s->b, 3);
    put_number(l, "angle", s->angle, 2);
    put_number(l, "rim_width", s->rim_width, 3);
    put_number(l, "coverage", s->coverage, 4);
    rim_line_key(l, "pattern");
    if (s->pattern == RIM_PATTERN_NONE)
        rim_line_raw(l, "null");
    else
        rim_line_string(l, rim_pattern_name(s->pattern));
    put_number(l, "sbr", s->sbr, 4);
    put_number(l, "core_ratio", s->core_ratio, 4);
    put_number(l, "target", s->target, 2);
    put_number(l, "background", s->background, 2);
    put_number(l, "cnr", s->cnr, 3);
    put_number(l, "confidence", s->confidence, 4);
    put_number(l, "diameter_mm", s->diameter_mm, 3);
    put_why(l, s->why);
    put_truth(l, t);
    rim_line_raw(l, "}");
}

static void put_polygon(rim_line *l, const rim_outline *o)
{
    rim_line_key(l, "polygon");
    rim_line_raw(l, "[");
    for (int i = 0; i < o->count && i < RIM_OUTLINE_MAX; i++) {
        rim_line_next(l);
        rim_line_raw(l, "[");
        rim_line_number(l, o->point[i].x, 2);
        rim_line_raw(l, ",");
        rim_line_number(l, o->point[i].y, 2);
        rim_line_raw(l, "]");
    }
    rim_line_raw(l, "]");
}

static void put_residual(rim_line *l, const rim_residual *s, const rim_truth_object *t)
{
    rim_line_next(l);
    rim_line_raw(l, "{");
    rim_line_key(l, "id");
    rim_line_int(l, s->id);
    put_number(l, "x", s->x, 3);
    put_number(l, "y", s->y, 3);
    put_number(l, "area_px", s->area_px, 2);
    put_number(l, "area_mm2", s->area_mm2, 4);
    put_number(l, "sbr", s->sbr, 4);
    put_number(l, "target", s->target, 2);
    put_number(l, "background", s->background, 2);
    put_number(l, "cnr", s->cnr, 3);
    put_number(l, "confidence", s->confidence, 4);
    put_polygon(l, &s->outline);
    put_why(l, s->why);
    put_truth(l, t);
    rim_line_raw(l, "}");
}

static void put_surface(rim_line *l, const rim_surface *s, const rim_truth_object *t)
{
    const bool off = s->state == RIM_SURFACE_OFF; // then nothing of it is known
    rim_line_key(l, "cut_surface");
    rim_line_raw(l, "{");
    rim_line_key(l, "state");
    rim_line_string(l, rim_surface_state_name(s->state));
    put_number(l, "assessable", off ? (double)NAN : s->assessable, 4);
    put_number(l, "visible_depth_mm", off ? (double)NAN : s->visible_depth_mm, 3);
    put_why(l, off ? 0 : s->why);
    rim_line_key(l, "residuals");
    rim_line_raw(l, "[");
    for (int i = 0; i < s->residual_count && i < RIM_RESIDUALS_MAX; i++)
        put_residual(l, &s->residual[i], t ? &t[i] : NULL);
    rim_line_raw(l, "]}");
}

// Only where a calibration is in use.
static void put_calibration(rim_line *l, const rim_quality *q)
{
    const rim_calib_state *c = &q->calibration;
    if (!c->used)
        return;
    put_why(l, q->why);
    rim_line_key(l, "calibration");
    rim_line_raw(l, "{");
    rim_line_key(l, "age_days");
    if (c->age_days < 0)
        rim_line_raw(l, "null");
    else
        rim_line_int(l, c->age_days);
    put_number(l, "registration_px", c->registration_px, 3);
    put_number(l, "shift_px", c->shift_px, 2);
    rim_line_raw(l, "}");
    if (q->leakage_from == RIM_LEAKAGE_NONE)
        return;
    rim_line_key(l, "leakage");
    rim_line_raw(l, "{");
    put_number(l, "part", q->leakage, 4);
    rim_line_key(l, "from");
    rim_line_string(l, rim_leakage_name(q->leakage_from));
    rim_line_raw(l, "}");
}

void rim_line_scale(rim_line *l, const rim_report_scale *scale)
{
    rim_line_raw(l, "{");
    put_number(l, "sbr_low", scale->sbr_low, 2);
    put_number(l, "sbr_high", scale->sbr_high, 2);
    rim_line_key(l, "map");
    rim_line_string(l, scale->map);
    rim_line_key(l, "opacity");
    rim_line_int(l, scale->opacity);
    rim_line_raw(l, "}");
}

void rim_report_set_scale(rim_report_writer *w, const rim_report_scale *scale)
{
    w->scale = *scale;
}

static bool same_scale(const rim_report_scale *a, const rim_report_scale *b)
{
    return a->map == b->map && a->opacity == b->opacity &&
           fabs(a->sbr_low - b->sbr_low) < 0.005 &&
           fabs(a->sbr_high - b->sbr_high) < 0.005;
}

static void put_scale(rim_report_writer *w, rim_line *l)
{
    if (!w->scale.map || same_scale(&w->scale, &w->told))
        return;
    rim_line_key(l, "color_scale");
    rim_line_scale(l, &w->scale);
    w->told = w->scale;
}

// A recording has none.
static void put_ages(rim_line *l, const rim_quality *q)
{
    if (!(q->age_ms > 0))
        return;
    put_number(l, "age_ms", q->age_ms, 3);
    rim_line_key(l, "ages_ms");
    rim_line_raw(l, "{");
    put_number(l, "acquired", q->acquired_ms, 3);
    put_number(l, "unpacked", q->unpacked_ms, 3);
    put_number(l, "presented", q->presented_ms, 3);
    rim_line_raw(l, "}");
}

// truth: NULL for a report.
static rim_err write_result(rim_report_writer *w, const rim_result *r,
                            const rim_truth *truth)
{
    rim_line line = {.text = w->text, .size = sizeof w->text}, *l = &line;
    rim_line_raw(l, "{");
    rim_line_key(l, "frame");
    rim_line_uint(l, r->frame);
    rim_line_key(l, "t_ns");
    rim_line_int(l, r->t_ns);
    rim_line_key(l, "lesions");
    rim_line_raw(l, "[");
    for (int i = 0; i < r->lesion_count && i < RIM_LESIONS_MAX; i++)
        put_lesion(l, &r->lesion[i], truth ? &truth->lesion[i] : NULL);
    rim_line_raw(l, "]");
    put_surface(l, &r->surface, truth ? truth->residual : NULL);
    rim_line_key(l, "quality");
    rim_line_raw(l, "{");
    put_number(l, "saturated", r->quality.saturated, 6);
    put_number(l, "dark", r->quality.dark, 6);
    put_number(l, "motion_px", r->quality.motion_px, 3);
    rim_line_key(l, "dropped");
    rim_line_uint(l, r->quality.dropped);
    put_ages(l, &r->quality);
    put_calibration(l, &r->quality);
    rim_line_raw(l, "}");
    put_scale(w, l);
    rim_line_raw(l, "}\n");
    return write_line(w, l);
}

rim_err rim_report_write(rim_report_writer *w, const rim_result *r)
{
    return write_result(w, r, NULL);
}

rim_err rim_report_write_truth(rim_report_writer *w, const rim_truth *t)
{
    return write_result(w, &t->seen, t);
}
