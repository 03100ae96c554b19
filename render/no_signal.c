// no_signal.c: three lines in the middle of a dark picture.
// SPDX-License-Identifier: MIT
#include "render/no_signal.h"

#include "base/clock.h"
#include "render/canvas.h"

#include <stdio.h>
#include <stdlib.h>

struct rim_no_signal {
    rim_render_kernels kernels;
    rim_font *large, *small;
};

static const rim_color ground = {24, 24, 28}, alarm_color = {255, 214, 0},
                       text_color = {245, 248, 252};

static int within(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

rim_err rim_no_signal_create(rim_no_signal **out, int height)
{
    *out = NULL;
    if (height < 1 || height > RIM_FRAME_SIDE_MAX)
        return RIM_ERR_ARG;
    rim_no_signal *n = calloc(1, sizeof *n);
    if (!n)
        return RIM_ERR_MEMORY;
    rim_render_kernels_init(&n->kernels, 0); // little is drawn
    rim_err err = rim_font_create(&n->large, within(height / 12, 8, 256));
    if (!err)
        err = rim_font_create(&n->small, within(height / 30, 4, 256));
    if (err)
        rim_no_signal_destroy(&n);
    *out = n;
    return err;
}

void rim_no_signal_destroy(rim_no_signal **p)
{
    rim_no_signal *n = *p;
    if (!n)
        return;
    rim_font_destroy(&n->large);
    rim_font_destroy(&n->small);
    free(n);
    *p = NULL;
}

// In the middle, its capitals' feet at row y.
static void line(rim_canvas *c, const rim_font *font, int y, const char *text,
                 rim_color color)
{
    const int width = rim_font_text_width(font, text);
    rim_canvas_text(c, font, (c->picture->width - width) / 2, y, text, color);
}

// "3.2 s", "4 min 10 s"; in integers, to be cheap.
static void since(char *out, size_t size, int64_t age_ns)
{
    const long long tenths = age_ns / (RIM_NS_PER_S / 10);
    if (age_ns < 0)
        (void)snprintf(out, size, "no frame yet");
    else if (tenths < 600)
        (void)snprintf(out, size, "last frame %lld.%lld s ago", tenths / 10,
                       tenths % 10);
    else
        (void)snprintf(out, size, "last frame %lld min %lld s ago", tenths / 600,
                       tenths % 600 / 10);
}

void rim_no_signal_draw(const rim_no_signal *n, rim_frame *picture, const char *why,
                        int64_t age_ns)
{
    const rim_rect all = {0, 0, picture->width, picture->height};
    rim_canvas c = {.kernels = &n->kernels, .picture = picture, .clip = all};
    const int large = rim_font_cap_px(n->large), small = rim_font_cap_px(n->small);
    const int middle = picture->height / 2;
    char age[64];
    since(age, sizeof age, age_ns);
    rim_canvas_fill_rect(&c, all, ground, 256);
    line(&c, n->large, middle, "NO SIGNAL", alarm_color);
    line(&c, n->small, middle + large / 2 + small, why, text_color);
    line(&c, n->small, middle + large / 2 + 3 * small, age, text_color);
    line(&c, n->small, picture->height - small, "RESEARCH USE ONLY", text_color);
}

void rim_no_signal_grey(rim_frame *picture, const rim_frame *last)
{
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *in = rim_frame_row8(last, y);
        uint8_t *out = rim_frame_row8(picture, y);
        for (int x = 0; x < 4 * picture->width; x += 4) {
            // A third of the luma, lifted a little: seen, but not as a picture of now.
            const unsigned luma = 7u * in[x] + 38u * in[x + 1] + 19u * in[x + 2];
            const uint8_t grey = (uint8_t)(24 + luma / 64 * 3 / 8);
            out[x] = out[x + 1] = out[x + 2] = grey;
            out[x + 3] = 255;
        }
    }
}

void rim_no_signal_draw_over(const rim_no_signal *n, rim_frame *picture,
                             const char *why, int64_t age_ns)
{
    const rim_rect all = {0, 0, picture->width, picture->height};
    rim_canvas c = {.kernels = &n->kernels, .picture = picture, .clip = all};
    const int large = rim_font_cap_px(n->large), small = rim_font_cap_px(n->small);
    char age[64];
    since(age, sizeof age, age_ns);
    const rim_rect band = {0, 0, picture->width, 2 * large + 5 * small};
    rim_canvas_fill_rect(&c, band, ground, 256);
    line(&c, n->large, large * 3 / 2, "NO SIGNAL", alarm_color);
    line(&c, n->small, 2 * large + small, why, text_color);
    line(&c, n->small, 2 * large + 3 * small, age, text_color);
}
