// cmd_devices.c: rimlight devices: the cameras, what they offer, what would be used.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/options.h"

#include "base/log.h"
#include "capture/camera.h"
#include "capture/camera_choose.h"
#include "capture/screen_layout.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const examples[] = {
    "devices",
    "what is plugged in, and what Rimlight would choose",
    "devices --fps 60",
    "what it would choose where 60 frames a second are wanted",
    NULL,
};

static const char *kind_name(rim_pixel_kind kind)
{
    switch (kind) {
    case RIM_PIXEL_MONO:
        return "monochrome";
    case RIM_PIXEL_BAYER:
        return "Bayer";
    case RIM_PIXEL_YUV422:
    case RIM_PIXEL_YUV420:
    case RIM_PIXEL_RGB:
        return "colour";
    case RIM_PIXEL_JPEG:
        return "colour, JPEG";
    case RIM_PIXEL_NONE:
        break;
    }
    return "";
}

static void print_choice(const rim_camera_survey *s, rim_camera_options o,
                         const char *label, const char *option)
{
    const int best = rim_camera_choose(s->mode, s->mode_count, &o);
    if (best < 0) {
        printf("  %-9s nothing that Rimlight can take\n", label);
        return;
    }
    const rim_camera_mode *m = &s->mode[best];
    printf("  %-9s %s, %d bits, %dx%d", label, m->format->name, m->format->bits,
           m->width, m->height);
    const double fps = rim_camera_rate(m, &o);
    if (fps > 0)
        printf(" at %.4g/s", fps < m->fps || m->fps <= 0 ? fps : m->fps);
    printf("%s: rimlight live %s %s\n",
           rim_camera_holds(m, &o) ? "" : " (slower than asked for)", option,
           s->stable[0] ? s->stable : s->device);
}

// One line a format: its sizes, each with its highest rate.
static void print_formats(const rim_camera_survey *s)
{
    for (int i = 0; i < s->mode_count; i++) {
        const rim_pixel_format *f = s->mode[i].format;
        if (i > 0 && s->mode[i - 1].format == f)
            continue;
        printf("  %-9s %-6s %2d bits, %s:", i == 0 ? "formats" : "", f->name, f->bits,
               kind_name(f->kind));
        for (int k = i; k < s->mode_count && s->mode[k].format == f; k++) {
            printf("%s %dx%d", k == i ? "" : ",", s->mode[k].width, s->mode[k].height);
            if (s->mode[k].fps > 0)
                printf(" %.4g/s", s->mode[k].fps);
        }
        printf("\n");
    }
}

static void print_camera(const rim_camera_survey *s, const rim_camera_options *o)
{
    printf("%s: %s (%s, %s)\n", s->device, s->card, s->driver, s->bus);
    if (s->stable[0])
        printf("  %-9s %s\n", "path", s->stable);
    if (s->busy)
        printf("  %-9s another program holds it; close that before `rimlight live`\n",
               "busy");
    rim_camera_options with = *o;
    print_choice(s, with, "NIR", "--nir");
    with.use = RIM_CAMERA_VISIBLE;
    print_choice(s, with, "visible", "--visible");
    print_formats(s);
    for (int i = 0; i < s->control_count; i++)
        printf("  %-9s %s=%s (%s)\n", i == 0 ? "controls" : "", s->control[i].name,
               s->control[i].value, s->control[i].range);
}

static rim_err list(const rim_camera_options *o)
{
    rim_camera_survey *surveys = NULL;
    int count = 0;
    const rim_err err = rim_camera_surveys(&surveys, &count);
    if (err)
        return err;
    for (int i = 0; i < count; i++) {
        if (i > 0)
            printf("\n");
        print_camera(&surveys[i], o);
    }
    rim_camera_surveys_free(surveys, count);
    if (count == 0)
        rim_log_error("no camera found; plug one in, or check in `dmesg` that its "
                      "driver took it");
    return count > 0 ? RIM_OK : RIM_ERR_NOT_FOUND;
}

static rim_err list_layouts(void)
{
    rim_screen_layout l;
    for (int i = 0; rim_screen_layout_at(&l, i); i++) {
        printf("%s%s: %s\n", i ? "\n" : "", l.name, l.description);
        for (int k = 0; k < l.panel_count; k++) {
            const rim_crop *c = &l.panel[k].at;
            printf("  %-9s %d,%d,%d,%d of %dx%d%s%s\n", l.panel[k].name, c->x, c->y,
                   c->width, c->height, l.width, l.height, k == l.nir ? "  NIR" : "",
                   k == l.visible ? "  visible" : "");
        }
    }
    return RIM_OK;
}

int rim_cmd_devices(int argc, char **argv)
{
    rim_camera_options o = {0};
    rim_size size = {0, 0};
    bool layouts = false;
    const rim_option options[] = {
        RIM_OPT_DOUBLE("fps", "F", &o.fps, 0.1, 1000, "the rate that must be held"),
        RIM_OPT_SIZE("size", &size, "the size that is wanted"),
        RIM_OPT_FLAG("layouts", &layouts,
                     "instead of cameras: the tower screens that `replay --layout` "
                     "knows"),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "devices",
        .synopsis = "[options]",
        .summary = "Lists every camera: the path that stays its own, formats, sizes, "
                   "highest rates, controls, and what Rimlight would choose for near "
                   "infrared and for the visible picture.",
        .options = options,
        .examples = examples,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    o.width = size.width;
    o.height = size.height;
    if (!err)
        err = layouts ? list_layouts() : list(&o);
    return rim_exit_status(err);
}
