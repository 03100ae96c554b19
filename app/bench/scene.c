// scene.c: the frames that are timed on.
// SPDX-License-Identifier: MIT
#include "app/bench/bench.h"

#include "base/log.h"
#include "capture/source.h"
#include "phantom/phantom.h"

#include <stdlib.h>

enum { FRAMES = 12 };  // enough for the past to matter, few enough for 4K in memory
#define FIELD_MM 100.0 // across, where that is no coarser than 0.5 mm a pixel

static rim_err make_frame(rim_frame *f, int width, int height, rim_fmt fmt, int bits)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = fmt, .bits = bits};
    return rim_frame_init(f);
}

static rim_err make_frames(rim_bench_scene *s, int visible_width, int visible_height)
{
    s->nir = calloc(FRAMES, sizeof *s->nir);
    s->visible = visible_width ? calloc(FRAMES, sizeof *s->visible) : NULL;
    if (!s->nir || (visible_width && !s->visible))
        return RIM_ERR_MEMORY;
    s->count = FRAMES;
    rim_err err = RIM_OK;
    for (int i = 0; i < FRAMES && !err; i++) {
        err = make_frame(&s->nir[i], s->width, s->height, RIM_FMT_GRAY16, s->bits);
        if (!err && visible_width)
            err = make_frame(&s->visible[i], visible_width, visible_height,
                             RIM_FMT_BGRX8, 8);
    }
    return err;
}

rim_err rim_bench_scene_make(rim_bench_scene *s, int width, int height, bool surface,
                             int threads)
{
    *s = (rim_bench_scene){.width = width, .height = height, .bits = 12};
    rim_phantom_options o;
    rim_phantom_options_init(&o);
    o.width = width;
    o.height = height;
    o.bits = s->bits;
    o.frames = FRAMES;
    const double pitch = FIELD_MM / width; // a phantom takes 0.01 to 0.5
    o.mm_per_px = s->mm_per_px = pitch > 0.5 ? 0.5 : pitch;
    o.scene = surface ? RIM_PHANTOM_WOUND : RIM_PHANTOM_LIVER;
    o.lesions = surface ? 2 : 5;
    rim_phantom *phantom = NULL;
    rim_err err = rim_phantom_create(&phantom, &o, threads);
    if (!err)
        err = make_frames(s, width, height);
    for (int i = 0; i < s->count && !err; i++)
        rim_phantom_frame(phantom, &s->nir[i], &s->visible[i], NULL, i);
    if (!err) {
        s->black_level = rim_phantom_black_level(phantom);
        s->surface = *rim_phantom_surface(phantom);
    }
    rim_phantom_destroy(&phantom);
    if (err)
        rim_bench_scene_uninit(s);
    return err;
}

static rim_err read_frames(rim_bench_scene *s, rim_source *source, const char *input)
{
    int n = 0;
    while (n < FRAMES) {
        bool has_visible = false;
        const rim_err err = rim_source_read(
            source, &s->nir[n], s->visible ? &s->visible[n] : NULL, &has_visible);
        if (err == RIM_END)
            break;
        if (err == RIM_ERR_DAMAGED || (!err && s->visible && !has_visible))
            continue;
        if (err)
            return err;
        n++;
    }
    for (int i = n; i < s->count; i++) {
        rim_frame_uninit(&s->nir[i]);
        if (s->visible)
            rim_frame_uninit(&s->visible[i]);
    }
    s->count = n;
    if (n == 0)
        rim_log_error("%s: no frame to time on", input);
    return n ? RIM_OK : RIM_ERR_FORMAT;
}

rim_err rim_bench_scene_read(rim_bench_scene *s, const char *input)
{
    *s = (rim_bench_scene){0};
    rim_source *source = NULL;
    rim_err err = rim_source_open(&source, input, &(rim_source_options){0});
    if (err)
        return err;
    const rim_source_info *info = rim_source_get_info(source);
    s->width = info->width;
    s->height = info->height;
    s->bits = info->bits;
    s->black_level = info->black_level;
    s->mm_per_px = info->mm_per_px;
    err = make_frames(s, info->visible_width, info->visible_height);
    if (!err)
        err = read_frames(s, source, input);
    rim_source_close(&source);
    if (err)
        rim_bench_scene_uninit(s);
    return err;
}

void rim_bench_scene_uninit(rim_bench_scene *s)
{
    for (int i = 0; i < s->count; i++) {
        rim_frame_uninit(&s->nir[i]);
        if (s->visible)
            rim_frame_uninit(&s->visible[i]);
    }
    free(s->nir);
    free(s->visible);
    *s = (rim_bench_scene){0};
}
