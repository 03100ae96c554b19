// stack.c: reads a still scene into a stack.
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
