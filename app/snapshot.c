// snapshot.c: four files of one frame.
// SPDX-License-Identifier: MIT
#include "app/snapshot.h"

#include "base/log.h"
#include "media/png_file.h"
#include "report/line.h"
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = RIM_SNAPSHOT_NAME + 16, TRIES = 1000, SHOWN_BYTES = 4096 };

static void choose_name(char name[RIM_SNAPSHOT_NAME], uint64_t seq)
{
    char path[PATH_BYTES];
    for (int i = 1; i < TRIES; i++) {
        if (i == 1)
            snprintf(name, RIM_SNAPSHOT_NAME, "rimlight-%06" PRIu64, seq);
        else
            snprintf(name, RIM_SNAPSHOT_NAME, "rimlight-%06" PRIu64 "-%d", seq, i);
        snprintf(path, sizeof path, "%s.png", name);
        if (access(path, F_OK) != 0)
            return;
    }
}

static rim_err write_png(const char *name, const char *suffix, const rim_frame *f)
{
    char path[PATH_BYTES];
    if (!f)
        return RIM_OK;
    snprintf(path, sizeof path, "%s%s.png", name, suffix);
    return rim_png_write(path, f);
}

static void put_shown(rim_line *l, const rim_snapshot *s)
{
    rim_line_raw(l, "{");
    rim_line_key(l, "view");
    rim_line_string(l, rim_view_name(s->view));
    rim_line_key(l, "color_map");
    rim_line_string(l, s->scale.map);
    rim_line_key(l, "sbr_low");
    rim_line_number(l, s->scale.sbr_low, 2);
    rim_line_key(l, "sbr_high");
    rim_line_number(l, s->scale.sbr_high, 2);
    rim_line_key(l, "opacity");
    rim_line_int(l, s->scale.opacity);
    rim_line_key(l, "source");
    rim_line_string(l, s->source ? s->source : "");
    rim_line_raw(l, "}");
}

// The report's writer makes the line; it is put into the object from its file.
static rim_err write_line(const char *path, const rim_result *result)
{
    rim_report_writer *w = NULL;
    rim_err err = rim_report_create(&w, path);
    if (err)
        return err;
    err = rim_report_write(w, result);
    const rim_err closed = rim_report_close(&w);
    return err ? err : closed;
}

static bool copy_file(FILE *to, const char *path)
{
    char part[4096];
    size_t n;
    FILE *from = fopen(path, "r");
    if (!from)
        return false;
    while ((n = fread(part, 1, sizeof part, from)) > 0)
        fwrite(part, 1, n, to);
    const bool good = !ferror(from);
    fclose(from);
    return good;
}

static rim_err write_json(const rim_snapshot *s, const char *name)
{
    char path[PATH_BYTES], part[PATH_BYTES], text[SHOWN_BYTES];
    snprintf(path, sizeof path, "%s.json", name);
    snprintf(part, sizeof part, "%s.line", name);
    rim_line shown = {.text = text, .size = sizeof text};
    put_shown(&shown, s);
    rim_err err = write_line(part, s->result);
    FILE *f = err ? NULL : fopen(path, "w");
    if (!err) {
        bool good = f != NULL && !shown.full;
        if (good) {
            fprintf(f, "{\"shown\":%.*s,\n\"report\":", (int)shown.used, text);
            good = copy_file(f, part);
            fputs("}\n", f);
        }
        good = f && !ferror(f) && good;
        good = (!f || fclose(f) == 0) && good;
        err = good ? RIM_OK : RIM_ERR_IO;
        if (err)
            rim_log_error("%s: cannot be written: %s", path, strerror(errno));
    }
    (void)unlink(part);
    return err;
}

rim_err rim_snapshot_write(const rim_snapshot *s, char name[RIM_SNAPSHOT_NAME])
{
    choose_name(name, s->nir->seq);
    rim_err err = write_png(name, "", s->picture);
    if (!err)
        err = write_png(name, "-white", s->visible);
    if (!err)
        err = write_png(name, "-nir", s->nir);
    if (!err)
        err = write_json(s, name);
    if (!err)
        rim_log_info("%s.png: snapshot written, with -nir.png%s and .json beside it",
                     name, s->visible ? ", -white.png" : "");
    return err;
}
