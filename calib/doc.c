// doc.c: the entries of a calibration file, in one growing array.
// SPDX-License-Identifier: MIT
#include "calib/doc.h"

#include "base/log.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void entry_clear(rim_doc_entry *e)
{
    free(e->string);
    free(e->cell);
    e->string = NULL;
    e->cell = NULL;
}

void rim_doc_uninit(rim_doc *doc)
{
    for (int i = 0; i < doc->count; i++)
        entry_clear(&doc->entry[i]);
    free(doc->entry);
    *doc = (rim_doc){0};
}

static rim_doc_entry *find(const rim_doc *doc, const char *key)
{
    for (int i = 0; i < doc->count; i++)
        if (strcmp(doc->entry[i].key, key) == 0)
            return &doc->entry[i];
    return NULL;
}

// Puts *e in place of the entry of its key, or at the end. Takes over its memory,
// also when it fails.
static rim_err put(rim_doc *doc, const char *key, rim_doc_entry *e)
{
    const size_t len = strlen(key);
    if (len == 0 || len >= sizeof e->key) {
        entry_clear(e);
        return RIM_ERR_ARG;
    }
    memcpy(e->key, key, len + 1);
    rim_doc_entry *old = find(doc, key);
    if (old) {
        entry_clear(old);
        *old = *e;
        return RIM_OK;
    }
    if (doc->count == doc->capacity) {
        const int capacity = doc->capacity ? 2 * doc->capacity : 32;
        rim_doc_entry *grown =
            realloc(doc->entry, (size_t)capacity * sizeof *doc->entry);
        if (!grown) {
            entry_clear(e);
            return RIM_ERR_MEMORY;
        }
        doc->entry = grown;
        doc->capacity = capacity;
    }
    doc->entry[doc->count++] = *e;
    return RIM_OK;
}

rim_err rim_doc_set_int(rim_doc *doc, const char *key, int value)
{
    rim_doc_entry e = {.kind = RIM_DOC_INT, .number = value};
    return put(doc, key, &e);
}

rim_err rim_doc_set_real(rim_doc *doc, const char *key, double value)
{
    rim_doc_entry e = {.kind = RIM_DOC_REAL, .number = value};
    return put(doc, key, &e);
}

rim_err rim_doc_set_string(rim_doc *doc, const char *key, const char *value)
{
    rim_doc_entry e = {.kind = RIM_DOC_STRING, .string = strdup(value)};
    if (!e.string)
        return RIM_ERR_MEMORY;
    return put(doc, key, &e);
}

rim_err rim_doc_set_matrix(rim_doc *doc, const char *key, int rows, int cols,
                           const double *cell)
{
    if (rows < 1 || cols < 1 || (int64_t)rows * cols > RIM_DOC_CELLS_MAX)
        return RIM_ERR_ARG;
    const size_t bytes = (size_t)rows * (size_t)cols * sizeof *cell;
    rim_doc_entry e = {
        .kind = RIM_DOC_MATRIX, .rows = rows, .cols = cols, .cell = malloc(bytes)};
    if (!e.cell)
        return RIM_ERR_MEMORY;
    memcpy(e.cell, cell, bytes);
    return put(doc, key, &e);
}

void rim_doc_remove(rim_doc *doc, const char *prefix)
{
    int kept = 0;
    for (int i = 0; i < doc->count; i++) {
        if (strncmp(doc->entry[i].key, prefix, strlen(prefix)) == 0)
            entry_clear(&doc->entry[i]);
        else
            doc->entry[kept++] = doc->entry[i];
    }
    doc->count = kept;
}

const rim_doc_entry *rim_doc_find(const rim_doc *doc, const char *key)
{
    return find(doc, key);
}

static bool is_number(const rim_doc_entry *e)
{
    return e && (e->kind == RIM_DOC_INT || e->kind == RIM_DOC_REAL);
}

double rim_doc_number(const rim_doc *doc, const char *key)
{
    const rim_doc_entry *e = find(doc, key);
    return is_number(e) ? e->number : (double)NAN;
}

const char *rim_doc_string(const rim_doc *doc, const char *key)
{
    const rim_doc_entry *e = find(doc, key);
    return e && e->kind == RIM_DOC_STRING ? e->string : "";
}

static rim_err missing(const char *path, const char *key)
{
    rim_log_error("%s: \"%s\" is missing; restore the file or calibrate again", path,
                  key);
    return RIM_ERR_FORMAT;
}

rim_err rim_doc_need_int(int *out, const rim_doc *doc, const char *path,
                         const char *key, int low, int high)
{
    const rim_doc_entry *e = find(doc, key);
    if (!e)
        return missing(path, key);
    // The comparison is also false for a NAN.
    if (!is_number(e) || !(e->number >= low && e->number <= high) ||
        e->number != (double)(int)e->number) {
        rim_log_error("%s: \"%s\" must be a whole number from %d to %d", path, key, low,
                      high);
        return RIM_ERR_FORMAT;
    }
    *out = (int)e->number;
    return RIM_OK;
}

rim_err rim_doc_need_cells(double *out, const rim_doc *doc, const char *path,
                           const char *key, int count)
{
    const rim_doc_entry *e = find(doc, key);
    if (!e)
        return missing(path, key);
    if (e->kind != RIM_DOC_MATRIX || e->rows * e->cols != count) {
        rim_log_error("%s: \"%s\" must be a matrix of %d values", path, key, count);
        return RIM_ERR_FORMAT;
    }
    for (int i = 0; i < count; i++) {
        if (!isfinite(e->cell[i])) {
            rim_log_error("%s: \"%s\": value %d is not a finite number; restore the "
                          "file or calibrate again",
                          path, key, i + 1);
            return RIM_ERR_FORMAT;
        }
        out[i] = e->cell[i];
    }
    return RIM_OK;
}

rim_err rim_doc_want_real(double *out, const rim_doc *doc, const char *path,
                          const char *key, double above)
{
    const rim_doc_entry *e = find(doc, key);
    *out = (double)NAN;
    if (!e)
        return RIM_OK;
    if (!is_number(e) || !isfinite(e->number) || e->number <= above) {
        rim_log_error("%s: \"%s\" must be a finite number above %g, or be left out",
                      path, key, above);
        return RIM_ERR_FORMAT;
    }
    *out = e->number;
    return RIM_OK;
}
