// process_frame.c: the smallest program around librimlight: one frame in, its
// lesions out. Build it with
//     cc process_frame.c $(pkg-config --cflags --libs rimlight) -lm
// SPDX-License-Identifier: MIT
#include "process/pipeline.h"

#include <math.h>
#include <stdio.h>

// A glowing ring, 60 px in radius, on a dimmer liver: 12 bits, black level 64.
static void paint(rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            const double r = hypot(x - f->width / 2, y - f->height / 2) - 60;
            rim_frame_row16(f, y)[x] = (uint16_t)(464 + 1200 * exp(-r * r / 100));
        }
}

int main(void)
{
    rim_frame nir = {.width = 640, .height = 480, .fmt = RIM_FMT_GRAY16, .bits = 12};
    rim_pipeline *pipeline = NULL;
    rim_result result = {0};
    const rim_pipeline_options options = {.width = nir.width,
                                          .height = nir.height,
                                          .bits = nir.bits,
                                          .black_level = 64,
                                          .mm_per_px = 0.1,
                                          .min_confidence = 0.5};
    if (rim_frame_init(&nir) || rim_pipeline_create(&pipeline, &options))
        return 1;
    paint(&nir);
    for (nir.seq = 0; nir.seq < 5; nir.seq++, nir.captured_ns += 33333333)
        rim_pipeline_process(pipeline, &result, &nir);
    for (int i = 0; i < result.lesion_count; i++)
        printf("lesion %d at (%.1f, %.1f), half axes %.1f and %.1f px, SBR %.2f\n",
               result.lesion[i].id, result.lesion[i].x, result.lesion[i].y,
               result.lesion[i].a, result.lesion[i].b, result.lesion[i].sbr);
    rim_pipeline_destroy(&pipeline);
    rim_frame_uninit(&nir);
    return result.lesion_count == 1 ? 0 : 1;
}
