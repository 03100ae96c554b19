// out_file.h: a text file that appears under its name when it is whole.
//
// Written to "path.part" and renamed at the end. The first failure is logged with the
// path and kept; what is put after it is dropped. No locale: the same numbers give the
// same bytes everywhere. Inside exchange only; one thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_OUT_FILE_H
#define RIM_EXCHANGE_OUT_FILE_H

#include "base/err.h"

#include <stdint.h>
#include <stdio.h>

typedef struct rim_out {
    FILE *file;
    char *path, *part;
    rim_err err; // the first failure
} rim_out;

// RIM_ERR_IO: it cannot be written there; logged.
RIM_NODISCARD rim_err rim_out_open(rim_out *o, const char *path);
void rim_out_text(rim_out *o, const char *text);
void rim_out_bytes(rim_out *o, const void *bytes, size_t count);
void rim_out_print(rim_out *o, const char *fmt, ...) RIM_PRINTF(2, 3);
// At most `decimals` (0..6), rounded half away from zero; nothing at all for what is
// not finite.
void rim_out_number(rim_out *o, double value, int decimals);
// Whole seconds, a point and nine digits.
void rim_out_seconds(rim_out *o, int64_t t_ns);
// Renames it, or, after a failure, removes it. Returns the first failure.
RIM_NODISCARD rim_err rim_out_close(rim_out *o);

// Makes a folder where there is none. RIM_ERR_IO: logged.
RIM_NODISCARD rim_err rim_out_folder(const char *path);

#endif
