// doc.h: a calibration file in memory: named numbers, words and matrices.
//
// Commands add their part and keep what others wrote. cv_bridge.h reads and writes
// it as OpenCV's FileStorage YAML. One thread owns a document.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_DOC_H
#define RIM_CALIB_DOC_H

#include "base/err.h"

#include <stdbool.h>

#define RIM_DOC_CELLS_MAX 1000000 // of one matrix

typedef enum rim_doc_kind {
    RIM_DOC_NONE = 0,
    RIM_DOC_INT,
    RIM_DOC_REAL,
    RIM_DOC_STRING,
    RIM_DOC_MATRIX,
} rim_doc_kind;

typedef struct rim_doc_entry {
    char key[64];
    rim_doc_kind kind;
    double number;  // INT, REAL
    char *string;   // STRING
    int rows, cols; // MATRIX
    double *cell;   // MATRIX, row-major [rows * cols]
} rim_doc_entry;

typedef struct rim_doc {
    int count, capacity;
    rim_doc_entry *entry; // in the order of the file
} rim_doc;

// A zeroed rim_doc is an empty one.
void rim_doc_uninit(rim_doc *doc);

// Set or replace. Keys are ASCII letters, digits and '_'. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_doc_set_int(rim_doc *doc, const char *key, int value);
RIM_NODISCARD rim_err rim_doc_set_real(rim_doc *doc, const char *key, double value);
RIM_NODISCARD rim_err rim_doc_set_string(rim_doc *doc, const char *key,
                                         const char *value);
RIM_NODISCARD rim_err rim_doc_set_matrix(rim_doc *doc, const char *key, int rows,
                                         int cols, const double *cell);
// Takes out every entry whose key begins with `prefix`.
void rim_doc_remove(rim_doc *doc, const char *prefix);

// NULL where there is none. Belongs to the document until its next change.
const rim_doc_entry *rim_doc_find(const rim_doc *doc, const char *key);
// NAN where there is no such number.
double rim_doc_number(const rim_doc *doc, const char *key);
// "" where there is no such string.
const char *rim_doc_string(const rim_doc *doc, const char *key);

// For readers that refuse: `path` is named in the message. RIM_ERR_FORMAT when the
// entry is missing, of another kind or size, or holds a value that is not finite.
RIM_NODISCARD rim_err rim_doc_need_int(int *out, const rim_doc *doc, const char *path,
                                       const char *key, int low, int high);
RIM_NODISCARD rim_err rim_doc_need_cells(double *out, const rim_doc *doc,
                                         const char *path, const char *key, int count);
// A number that may be missing (NAN then), but must be finite and above `above`.
RIM_NODISCARD rim_err rim_doc_want_real(double *out, const rim_doc *doc,
                                        const char *path, const char *key,
                                        double above);

#endif
