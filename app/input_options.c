// input_options.c: how frames are had from a recording or from cameras.
// SPDX-License-Identifier: MIT
#include "app/input_options.h"

#include <string.h>

void rim_input_options_init(rim_input_options *o)
{
    *o = (rim_input_options){.black_level = -1};
    rim_source_options *s = &o->source;
    const rim_option table[] = {
        RIM_OPT_STRING("layout", "NAME", &o->layout,
                       "a recorded tower screen whose panels are known: pinpoint, or a "
                       "text file; NAME:nir=PANEL,visible=PANEL takes others of them"),
        RIM_OPT_CROP("crop", &s->nir_crop, "the NIR panel of a recorded screen"),
        RIM_OPT_CROP("visible-crop", &s->visible_crop,
                     "the white-light panel of the same screen"),
        RIM_OPT_CHOICE("nir-from", "NAME", &o->nir_from, rim_nir_from_names,
                       "how NIR is taken out of a colour picture"),
        RIM_OPT_INT("bits", "N", &s->bits, 8, 16,
                    "bits of a NIR sample that carry signal, where the recording does "
                    "not tell"),
        RIM_OPT_INT("black-level", "COUNTS", &o->black_level, 0, 65535,
                    "NIR counts that mean no light"),
        RIM_OPT_END,
    };
    RIM_OPTIONS_KEEP(o->table, table);
}

rim_err rim_input_options_finish(rim_input_options *o)
{
    o->source.nir_from = (rim_nir_from)o->nir_from;
    if (o->black_level >= 0) // 0 stands for what the recording says
        o->source.black_level = o->black_level > 0 ? o->black_level : -1;
    if (!o->layout)
        return RIM_OK;
    o->source.layout = &o->screen;
    return rim_screen_layout_load(&o->screen, o->layout);
}

void rim_cameras_setup_init(rim_cameras_setup *s)
{
    static const char *const justify_names[] = {"auto", "right", "left", NULL};
    s->nir = s->visible = (rim_camera_setup){0};
    const rim_option nir[] = {
        RIM_OPT_STRING("format", "NAME", &s->nir.format,
                       "pixel format of the NIR camera: GREY, Y10, Y12, Y16, Y12P, ... "
                       "(the deepest that holds the rate)"),
        RIM_OPT_SIZE("size", &s->nir.size, "of its frames"),
        RIM_OPT_CHOICE("justify", "SIDE", &s->nir.justify, justify_names,
                       "where the bits lie in 16 (told from the samples)"),
        RIM_OPT_LIST("control", "NAME=VALUE", &s->nir.control,
                     "sets a control of the NIR camera, as exposure or gain; several "
                     "times for several"),
        RIM_OPT_END,
    };
    const rim_option visible[] = {
        RIM_OPT_STRING("visible-format", "NAME", &s->visible.format,
                       "pixel format of the colour camera"),
        RIM_OPT_SIZE("visible-size", &s->visible.size, "of its frames"),
        RIM_OPT_LIST("visible-control", "NAME=VALUE", &s->visible.control,
                     "sets a control of the colour camera"),
        RIM_OPT_END,
    };
    RIM_OPTIONS_KEEP(s->nir_table, nir);
    RIM_OPTIONS_KEEP(s->visible_table, visible);
}

void rim_camera_setup_apply(rim_camera_options *o, const rim_camera_setup *s)
{
    o->format = s->format;
    o->width = s->size.width;
    o->height = s->size.height;
    o->justify = (rim_justify)s->justify;
    o->control = s->control.item;
    o->control_count = s->control.count;
}
