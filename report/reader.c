// reader.c: lines of a report or a truth file back to results, with Jansson.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "report/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Longer lines are no report, but some other file without line ends.
#define LINE_BYTES_MAX ((size_t)16 << 20)

struct rim_report_reader {
    FILE *file;
    char *path;
    rim_parse at; // the line in hand
    char *line;   // grows up to LINE_BYTES_MAX
    size_t size, used;
    bool ended; // by a broken last line
};

rim_err rim_report_open(rim_report_reader **out, const char *path)
{
    *out = NULL;
    rim_report_reader *r = calloc(1, sizeof *r);
    char *name = r ? strdup(path) : NULL;
    if (!name) {
        rim_log_error("%s: no memory to read it", path);
        free(r);
        return RIM_ERR_MEMORY;
    }
    r->path = name;
    r->at.path = name;
    r->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!r->file) {
        const int error = errno;
        char reason[128] = "unknown error";
        (void)strerror_r(error, reason, sizeof reason);
        rim_log_error("%s: cannot be read: %s", path, reason);
        rim_report_reader_close(&r);
        return error == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    *out = r;
    return RIM_OK;
}

void rim_report_reader_close(rim_report_reader **reader)
{
    rim_report_reader *r = *reader;
    if (!r)
        return;
    if (r->file && r->file != stdin)
        (void)fclose(r->file);
    free(r->line);
    free(r->path);
    free(r);
    *reader = NULL;
}

static rim_err grow(rim_report_reader *r)
{
    const size_t size = r->size ? 2 * r->size : 4096;
    if (size > LINE_BYTES_MAX) {
        rim_log_error("%s:%ld: a line of more than %zu bytes: not a report", r->path,
                      r->at.line, LINE_BYTES_MAX);
        return RIM_ERR_FORMAT;
    }
    char *line = realloc(r->line, size);
    if (!line) {
        rim_log_error("%s:%ld: no memory for the line", r->path, r->at.line);
        return RIM_ERR_MEMORY;
    }
    r->line = line;
    r->size = size;
    return RIM_OK;
}

// The next line without its end. *whole is false where the file stops inside it.
static rim_err read_line(rim_report_reader *r, bool *whole)
{
    int c;
    r->used = 0;
    r->at.line++;
    while ((c = getc(r->file)) != EOF && c != '\n') {
        if (r->used == r->size) {
            const rim_err err = grow(r);
            if (err)
                return err;
        }
        r->line[r->used++] = (char)c;
    }
    if (ferror(r->file)) {
        char reason[128] = "unknown error";
        (void)strerror_r(errno, reason, sizeof reason);
        rim_log_error("%s:%ld: reading failed: %s", r->path, r->at.line, reason);
        return RIM_ERR_IO;
    }
    *whole = c == '\n';
    return c == EOF && r->used == 0 ? RIM_END : RIM_OK;
}

static bool is_blank(const rim_report_reader *r)
{
    for (size_t i = 0; i < r->used; i++)
        if (!strchr(" \t\r", r->line[i]) || r->line[i] == '\0')
            return false;
    return true;
}

bool rim_report_was_cut(const rim_report_reader *r)
{
    return r->ended;
}

rim_err rim_report_read(rim_report_reader *r, rim_truth *t)
{
    bool whole = true;
    rim_err err = r->ended ? RIM_END : RIM_OK;
    do {
        if (err || (err = read_line(r, &whole)))
            return err;
    } while (is_blank(r));
    json_error_t error;
    json_t *top = json_loadb(r->line, r->used, 0, &error);
    if (!top && !whole) {
        rim_log_warning("%s:%ld: the last line is not whole, its writer was stopped; "
                        "reading ends before it",
                        r->path, r->at.line);
        r->ended = true;
        return RIM_END;
    }
    if (!top) {
        rim_log_error("%s:%ld: not JSON, column %d: %s", r->path, r->at.line,
                      error.column, error.text);
        return RIM_ERR_FORMAT;
    }
    memset(t, 0, sizeof *t);
    err = rim_parse_frame(t, top, &r->at);
    json_decref(top);
    return err;
}
