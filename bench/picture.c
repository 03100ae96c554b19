// picture.c: what the picture costs: sizes, lesions, how much of it is lit.
//
//   rimlight_picture [FRAMES [LEVEL [WIDTHxHEIGHT]]]
//
// Best and median of FRAMES (50) frames by one thread, ms, with the kernels of LEVEL
// (this machine's best). SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/cpu.h"
#include "render/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct stage {
    rim_frame nir, visible, map, picture;
    rim_result result;
    int scale;
} stage;

static bool take(rim_frame *f, int width, int height, rim_fmt fmt, int bits)
{
    *f = (rim_frame){.width = width, .height = height, .fmt = fmt, .bits = bits};
    return rim_frame_init(f) == RIM_OK;
}

static bool set(stage *s, int width, int height)
{
    memset(s, 0, sizeof *s);
    s->scale = width >= 2560 ? 8 : 4;
    if (!take(&s->nir, width, height, RIM_FMT_GRAY16, 12) ||
        !take(&s->visible, width, height, RIM_FMT_BGRX8, 8) ||
        !take(&s->picture, width, height, RIM_FMT_BGRX8, 8) ||
        !take(&s->map, width / s->scale, height / s->scale, RIM_FMT_GRAY16, 16))
        return false;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            rim_frame_row16(&s->nir, y)[x] = (uint16_t)((x * 7 + y * 3) & 4095);
            memset(rim_frame_row8(&s->visible, y) + 4L * x, (x + y) & 255, 4);
        }
    return true;
}

// `part` of 16 of the map shines, in discs where the lesions are.
static void put(stage *s, int lesions, bool all_lit)
{
    memset(&s->result, 0, sizeof s->result);
    const int w = s->nir.width, h = s->nir.height;
    for (int y = 0; y < s->map.height; y++)
        for (int x = 0; x < s->map.width; x++)
            rim_frame_row16(&s->map, y)[x] = all_lit ? 700 : 200;
    for (int i = 0; i < lesions; i++) {
        const double x = (i % 8 + 0.5) * w / 8, y = (i / 8 + 0.5) * h / 8;
        const double a = lesions > 8 ? h / 22.0 : h / 9.0;
        s->result.lesion[i] =
            (rim_lesion){.id = i + 1,
                         .x = lesions > 8 ? x : w / 2.0 + (i - 1) * 3 * a,
                         .y = lesions > 8 ? y : h / 2.0,
                         .a = a,
                         .b = a * 0.9,
                         .angle = 17.0 * i,
                         .pattern = (rim_pattern)(1 + i % 3),
                         .sbr = 2.5,
                         .confidence = i % 2 ? 0.6 : 0.9,
                         .diameter_mm = 5.5};
        const rim_lesion *l = &s->result.lesion[i];
        const int r = (int)(1.3 * a / s->scale), cx = (int)l->x / s->scale,
                  cy = (int)l->y / s->scale;
        for (int v = cy - r; v <= cy + r; v++)
            for (int u = cx - r; u <= cx + r; u++)
                if ((u - cx) * (u - cx) + (v - cy) * (v - cy) <= r * r && u >= 0 &&
                    v >= 0 && u < s->map.width && v < s->map.height)
                    rim_frame_row16(&s->map, v)[u] = 800;
    }
    s->result.lesion_count = lesions;
}

static int by_time(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Where the white light comes from.
typedef enum white {
    WHITE_FRAME = 0,
    WHITE_IN_PLACE, // it stands in the picture: nothing is copied
    WHITE_NONE,
} white;

static double measure(stage *s, const rim_overlay_options *options, int frames,
                      white light, double *median)
{
    rim_overlay *o;
    if (rim_overlay_create(&o, options))
        exit(1);
    const rim_frame *const visible[] = {&s->visible, &s->picture, NULL};
    int64_t *ns = calloc((size_t)frames, sizeof *ns);
    for (int i = 0; ns && i < frames; i++) {
        const int64_t from = rim_clock_now_ns();
        rim_overlay_draw(o, &s->picture, &s->nir, visible[light], &s->map, s->scale,
                         &s->result);
        ns[i] = rim_clock_now_ns() - from;
    }
    qsort(ns, (size_t)frames, sizeof *ns, by_time);
    const double best = (double)ns[0] / 1e6;
    *median = (double)ns[frames / 2] / 1e6;
    free(ns);
    rim_overlay_destroy(&o);
    return best;
}

static void run(int width, int height, int frames, unsigned cpu)
{
    stage s;
    if (!set(&s, width, height))
        exit(1);
    static const struct {
        const char *name;
        int lesions;
        bool lit;
        white from;
        rim_view view;
    } kind[] = {{"empty", 0, false, WHITE_FRAME, RIM_VIEW_OVERLAY},
                {"3 lesions", 3, false, WHITE_FRAME, RIM_VIEW_OVERLAY},
                {"in place, 3", 3, false, WHITE_IN_PLACE, RIM_VIEW_OVERLAY},
                {"64 lesions", 64, false, WHITE_FRAME, RIM_VIEW_OVERLAY},
                {"64, all lit", 64, true, WHITE_FRAME, RIM_VIEW_OVERLAY},
                {"no white, 3", 3, false, WHITE_NONE, RIM_VIEW_OVERLAY},
                {"side by side", 3, false, WHITE_FRAME, RIM_VIEW_SIDE_BY_SIDE},
                {"inset", 3, false, WHITE_FRAME, RIM_VIEW_INSET}};
    for (size_t i = 0; i < sizeof kind / sizeof kind[0]; i++) {
        rim_overlay_options p = {.nir_width = width,
                                 .nir_height = height,
                                 .nir_bits = 12,
                                 .nir_black_level = 64,
                                 .width = width,
                                 .height = height,
                                 .mm_per_px = 0.05,
                                 .view = kind[i].view,
                                 .has_visible = kind[i].from != WHITE_NONE,
                                 .cpu = cpu};
        double median;
        put(&s, kind[i].lesions, kind[i].lit);
        const double best = measure(&s, &p, frames, kind[i].from, &median);
        printf("%4dx%-4d %-14s %7.2f %7.2f\n", width, height, kind[i].name, best,
               median);
    }
    rim_frame_uninit(&s.nir);
    rim_frame_uninit(&s.visible);
    rim_frame_uninit(&s.map);
    rim_frame_uninit(&s.picture);
}

int main(int argc, char **argv)
{
    int width = 0, height = 0;
    const int frames = argc > 1 ? atoi(argv[1]) : 50; // NOLINT: a study program
    unsigned cpu = rim_cpu_detect();
    if (frames < 1 || (argc > 2 && rim_cpu_from_name(&cpu, argv[2])))
        return 2;
    printf("size      what              best  median ms\n");
    if (argc > 3 && sscanf(argv[3], "%dx%d", &width, &height) == 2) { // NOLINT
        run(width, height, frames, cpu);
        return 0;
    }
    run(640, 480, frames, cpu);
    run(1280, 720, frames, cpu);
    run(1920, 1080, frames, cpu);
    run(3840, 2160, frames / 2 + 1, cpu);
    return 0;
}
