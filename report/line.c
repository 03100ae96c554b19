// line.c: numbers and words as JSON text, without stdio and its locale.
// SPDX-License-Identifier: MIT
#include "report/line.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void put(rim_line *l, const char *text, size_t len)
{
    if (len > l->size - l->used) {
        l->full = true;
        return;
    }
    memcpy(l->text + l->used, text, len);
    l->used += len;
}

void rim_line_raw(rim_line *l, const char *text)
{
    put(l, text, strlen(text));
}

void rim_line_next(rim_line *l)
{
    const char last = l->used ? l->text[l->used - 1] : '{';
    if (last != '{' && last != '[')
        put(l, ",", 1);
}

void rim_line_key(rim_line *l, const char *key)
{
    rim_line_next(l);
    put(l, "\"", 1);
    rim_line_raw(l, key);
    put(l, "\":", 2);
}

void rim_line_string(rim_line *l, const char *text)
{
    static const char hex[] = "0123456789abcdef";
    put(l, "\"", 1);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        const char control[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        if (c < 0x20)
            put(l, control, sizeof control);
        else if (c == '"' || c == '\\')
            put(l, (const char[]){'\\', (char)c}, 2);
        else
            put(l, text, 1);
    }
    put(l, "\"", 1);
}

void rim_line_uint(rim_line *l, uint64_t value)
{
    char digit[20];
    size_t at = sizeof digit;
    do
        digit[--at] = (char)('0' + value % 10);
    while (value /= 10);
    put(l, digit + at, sizeof digit - at);
}

void rim_line_int(rim_line *l, int64_t value)
{
    if (value < 0)
        put(l, "-", 1);
    rim_line_uint(l, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void rim_line_number(rim_line *l, double value, int decimals)
{
    static const int64_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    assert(decimals >= 0 && decimals < (int)(sizeof power / sizeof power[0]));
    if (!(fabs(value) < 1e12)) { // NAN too
        rim_line_raw(l, "null");
        return;
    }
    const int64_t fixed = llround(value * (double)power[decimals]);
    const int64_t size = fixed < 0 ? -fixed : fixed;
    if (fixed < 0)
        put(l, "-", 1);
    rim_line_uint(l, (uint64_t)(size / power[decimals]));
    if (decimals == 0)
        return;
    char part[7] = ".";
    int64_t rest = size % power[decimals];
    int keep = decimals;
    while (keep > 1 && rest % 10 == 0) {
        rest /= 10;
        keep--;
    }
    for (int i = keep; i > 0; i--, rest /= 10)
        part[i] = (char)('0' + rest % 10);
    put(l, part, (size_t)keep + 1);
}
