// line.h: one line of JSON put together in a buffer of fixed size, by hand.
//
// For report/ and exchange/. No allocation, no locale: the same numbers give the same
// bytes everywhere. What does not fit is dropped and remembered in `full`; the
// writer's buffer is sized so that no result can fill it.
// SPDX-License-Identifier: MIT
#ifndef RIM_REPORT_LINE_H
#define RIM_REPORT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rim_line {
    char *text; // the caller's buffer, not ended by a NUL
    size_t size, used;
    bool full;
} rim_line;

// Characters as they are.
void rim_line_raw(rim_line *l, const char *text);
// `,` if something stands before in this object or list, then `"key":`.
void rim_line_key(rim_line *l, const char *key);
// `,` if something stands before in this list.
void rim_line_next(rim_line *l);
// In quotes; quotes, backslashes and control characters are escaped.
void rim_line_string(rim_line *l, const char *text);
void rim_line_int(rim_line *l, int64_t value);
void rim_line_uint(rim_line *l, uint64_t value);
struct rim_report_scale;
// As an object.
void rim_line_scale(rim_line *l, const struct rim_report_scale *scale);
// Rounded half away from zero to `decimals` (0..6), trailing zeros after the first
// decimal left out: 12.0, 0.25. "null" for what is not finite or not below 1e12.
void rim_line_number(rim_line *l, double value, int decimals);

#endif
