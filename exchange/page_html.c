// page_html.c: text that cannot break the page, and pictures as text.
// SPDX-License-Identifier: MIT
#include "exchange/page_parts.h"

#include "media/png_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Bytes of the UTF-8 character at *s, 0 where there is none (Unicode, table 3-7).
static int utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    const int length = s[0] >= 0xc2 && s[0] < 0xe0   ? 2
                       : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                       : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                     : 0;
    for (int i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return length;
}

void rim_html_text(rim_out *o, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    for (int n; *s; s += n ? n : 1) {
        n = utf8_length(s);
        if (*s == '&')
            rim_out_text(o, "&amp;");
        else if (*s == '<')
            rim_out_text(o, "&lt;");
        else if (*s == '>')
            rim_out_text(o, "&gt;");
        else if (*s == '"')
            rim_out_text(o, "&quot;");
        else if (*s == '\'')
            rim_out_text(o, "&#39;");
        else if (n == 0 || (*s < 0x20 && *s != '\t' && *s != '\n') || *s == 0x7f)
            rim_out_text(o, "\xef\xbf\xbd");
        else
            rim_out_bytes(o, s, (size_t)n);
    }
}

void rim_html_number(rim_out *o, double value, int decimals)
{
    static const int64_t power[] = {1, 10, 100, 1000};
    if (!(fabs(value) < 1e12)) { // NAN too
        rim_out_text(o, "&ndash;");
        return;
    }
    const int64_t fixed = llround(value * (double)power[decimals]);
    const int64_t size = fixed < 0 ? -fixed : fixed;
    rim_out_print(o, "%s%" PRId64, fixed < 0 ? "&minus;" : "", size / power[decimals]);
    if (decimals > 0)
        rim_out_print(o, ".%0*" PRId64, decimals, size % power[decimals]);
}

void rim_html_count(rim_out *o, uint64_t count, const char *what)
{
    rim_out_print(o, "%" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
}

void rim_html_why(rim_out *o, unsigned why)
{
    const char *lead = "";
    for (unsigned bit = 0; bit < RIM_WHY_COUNT; bit++) {
        if (!(why & 1u << bit))
            continue;
        rim_out_text(o, lead);
        rim_out_text(o, rim_why_name(1u << bit));
        lead = ", ";
    }
    if (!*lead)
        rim_out_text(o, "&ndash;");
}

static void put_base64(rim_out *o, const uint8_t *bytes, size_t size)
{
    static const char digit[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const unsigned v = (unsigned)bytes[i] << 16 |
                           (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                           (left > 2 ? (unsigned)bytes[i + 2] : 0);
        const char four[] = {digit[v >> 18], digit[v >> 12 & 63],
                             left > 1 ? digit[v >> 6 & 63] : '=',
                             left > 2 ? digit[v & 63] : '='};
        rim_out_bytes(o, four, sizeof four);
    }
}

void rim_html_picture(rim_out *o, const rim_frame *f)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    const rim_err err = rim_png_encode(&bytes, &size, f);
    if (err && !o->err)
        o->err = err;
    rim_out_text(o, "data:image/png;base64,");
    if (!err)
        put_base64(o, bytes, size);
    free(bytes);
}

// Okabe and Ito's, without yellow, which is too light on white; black for it.
const char *rim_html_color(size_t which)
{
    static const char *const color[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                        "#e69f00", "#56b4e9", "#000000", "#8c510a"};
    return color[which % (sizeof color / sizeof color[0])];
}

const char *rim_html_dash(size_t which)
{
    static const char *const dash[] = {"none", "7 3", "2 3"};
    return dash[which / 8 % 3];
}

double rim_case_seconds(const rim_case *c, size_t frame)
{
    // Apart: a damaged report may tell any two numbers.
    return ((double)c->frame[frame].t_ns - (double)c->frame[0].t_ns) / 1e9;
}
