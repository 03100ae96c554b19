// stack.c: reads a still scene into a stack, and measures it.
// SPDX-License-Identifier: MIT
#include "app/calibrate/stack.h"

#include "app/progress.h"

rim_err rim_cal_stack(rim_cal_stacked *s, const char *input, const rim_cal_options *o,
                      int frames)
{
    *s = (rim_cal_stacked){0};
    rim_cal_input *in = NULL;
    rim_err err = rim_cal_input_open(&in, input, o, RIM_CAMERA_NIR);
    if (err != RIM_OK)
        return err;
    s->shape = *rim_cal_input_shape(in);
    err = rim_stack_init(&s->stack, s->shape.width, s->shape.height, s->shape.bits);
    s->last = (rim_frame){.width = s->shape.width,
                          .height = s->shape.height,
                          .fmt = RIM_FMT_GRAY16,
                          .bits = s->shape.bits};
    if (err == RIM_OK)
        err = rim_frame_init(&s->last);
    rim_progress progress;
    rim_progress_start(&progress, "reading", "frames",
                       s->shape.live ? frames : s->shape.frames);
    while (err == RIM_OK && s->stack.frames < frames) {
        rim_frame *nir, *visible;
        err = rim_cal_input_next(in, &nir, &visible, NULL);
        if (err != RIM_OK)
            break;
        rim_stack_add(&s->stack, nir);
        rim_frame_copy(&s->last, nir);
        rim_progress_update(&progress, s->stack.frames);
    }
    rim_progress_finish(&progress);
    rim_cal_input_close(&in);
    return err == RIM_END ? RIM_OK : err;
}

void rim_cal_stacked_uninit(rim_cal_stacked *s)
{
    rim_stack_uninit(&s->stack);
    rim_frame_uninit(&s->last);
}

static rim_err run(const rim_cal_still *c, const char *nir, const rim_cal_options *o,
                   int frames)
{
    rim_cal_stacked s;
    rim_cal_store store = {0};
    rim_err err = rim_cal_stack(&s, nir, o, frames);
    if (err == RIM_OK)
        err = rim_cal_store_open(&store, o->out, &s.shape, false);
    if (err == RIM_OK)
        err = c->measure(c->made, &s, &store);
    if (err == RIM_OK)
        err = rim_cal_store_head(&store, &s.shape, o, c->part);
    if (err == RIM_OK)
        err = c->put(&store.doc, c->made);
    if (err == RIM_OK)
        err = rim_cal_store_save(&store, c->map, c->maps);
    rim_cal_store_close(&store);
    rim_cal_stacked_uninit(&s);
    return err;
}

int rim_cal_still_run(const rim_cal_still *c, int argc, char **argv)
{
    rim_cal_options o;
    const char *nir = NULL;
    int frames = 256;
    rim_cal_options_init(&o);
    const rim_option none[] = {RIM_OPT_END};
    const rim_option options[] = {
        RIM_OPT_STRING("nir", "INPUT", &nir, c->nir_help),
        RIM_OPT_STRING("out,o", "DIR", &o.out, "folder of the calibration"),
        RIM_OPT_INT("frames", "N", &frames, 1, RIM_STACK_FRAMES_MAX, "at most so many"),
        RIM_OPT_INCLUDE(c->usage.options ? c->usage.options : none),
        RIM_OPT_INCLUDE(o.input_table),
        RIM_OPT_INCLUDE(o.nir_table),
        RIM_OPT_INCLUDE(o.camera_table),
        RIM_OPT_END,
    };
    rim_usage usage = c->usage;
    usage.synopsis = "--nir INPUT -o DIR [options]";
    usage.options = options;
    rim_err err = rim_cal_options_parse(&o, &nir, &usage, argc, argv);
    if (err == RIM_OK)
        err = run(c, nir, &o, frames);
    return rim_exit_status(err);
}
