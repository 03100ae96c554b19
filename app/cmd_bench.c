// cmd_bench.c: rimlight bench: how fast this machine is, and at what.
// SPDX-License-Identifier: MIT
#include "app/bench/bench.h"
#include "app/commands.h"
#include "app/options.h"
#include "app/run_options.h"

#include "base/cpu.h"
#include "base/workers.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIZES = 4, CHAINS_MAX = SIZES * 4, KERNELS_MAX = SIZES * RIM_BENCH_KERNELS };

static const rim_size all_sizes[SIZES] = {
    {640, 480}, {1280, 720}, {1920, 1080}, {3840, 2160}};

typedef struct bench {
    rim_size size;
    int frames, threads, cpu_choice;
    bool surface;
    const char *json, *input; // input NULL: phantoms
    unsigned cpu;
    FILE *people; // where the table goes; NULL: standard output holds the JSON
    rim_bench_chain chain[CHAINS_MAX];
    rim_bench_kernel kernel[KERNELS_MAX];
    int chains, kernels;
} bench;

static const char *const examples[] = {"bench",
                                       "all sizes, on phantoms: about two minutes",
                                       "bench --size 1920x1080 --frames 200",
                                       "one size, quickly",
                                       "bench surgery.mkv --json bench.json",
                                       "on the first frames of a recording",
                                       NULL};

static rim_err time_scene(bench *b, const rim_bench_scene *scene)
{
    if (b->people && b->chains == 0)
        fprintf(b->people, "%-10s %-22s %10s %10s %10s %10s\n", "size", "chain",
                "median", "p99", "worst", "delay");
    const int threads[2] = {1, b->threads};
    for (int t = 0; t < (b->threads > 1 ? 2 : 1); t++)
        for (int picture = 1; picture >= 0; picture--) {
            rim_bench_chain *row = &b->chain[b->chains++];
            const rim_err err =
                rim_bench_run_chain(row, scene, b->cpu, threads[t], picture, b->frames);
            if (err)
                return err;
            if (b->people)
                rim_bench_print_chain(row);
            if (b->people)
                (void)fflush(b->people);
        }
    const rim_err err = rim_bench_run_kernels(&b->kernel[b->kernels], scene, b->cpu,
                                              b->frames < 100 ? b->frames : 100);
    if (!err)
        b->kernels += RIM_BENCH_KERNELS;
    return err;
}

static rim_err time_all(bench *b)
{
    rim_bench_scene scene;
    rim_err err = RIM_OK;
    if (b->input) {
        err = rim_bench_scene_read(&scene, b->input);
        if (!err) {
            err = time_scene(b, &scene);
            rim_bench_scene_uninit(&scene);
        }
        return err;
    }
    for (int i = 0; i < (b->size.width ? 1 : SIZES) && !err; i++) {
        const rim_size size = b->size.width ? b->size : all_sizes[i];
        err = rim_bench_scene_make(&scene, size.width, size.height, b->surface,
                                   b->threads);
        if (err)
            break;
        err = time_scene(b, &scene);
        rim_bench_scene_uninit(&scene);
    }
    return err;
}

// "This machine handles ...", of the size nearest to 1920x1080 that was timed.
static void conclude(const bench *b)
{
    const rim_bench_chain *best = NULL;
    for (int i = 0; i < b->chains; i++) {
        const rim_bench_chain *c = &b->chain[i];
        if (!c->compositing)
            continue;
        const bool wanted = c->width == 1920 || !best || best->width != 1920;
        if (wanted && (!best || best->width != c->width || c->p99_ms < best->p99_ms))
            best = c;
    }
    // What 99 of 100 frames keep to is what can be promised.
    printf("\nThis machine handles %dx%d at %d frames a second on %d thread%s, picture "
           "included (99 of 100 frames within %.1f ms).\n",
           best->width, best->height, (int)(1000 / best->p99_ms), best->threads,
           best->threads == 1 ? "" : "s", best->p99_ms);
}

static rim_err run(bench *b)
{
    rim_err err = time_all(b);
    if (!err && b->people) {
        for (int k = 0; k < b->kernels; k += RIM_BENCH_KERNELS)
            rim_bench_print_kernels(&b->kernel[k]);
        conclude(b);
    }
    if (!err && b->json)
        err = rim_bench_write_json(b->json, b->chain, b->chains, b->kernel, b->kernels);
    return err;
}

static bool side_fits(int side)
{
    return side >= 64 && side <= 4096;
}

int rim_cmd_bench(int argc, char **argv)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    bench b = {.frames = 500, .threads = cores > 1 ? 2 : 1};
    const rim_option options[] = {
        RIM_OPT_SIZE("size", &b.size, "one size instead of all four"),
        RIM_OPT_FLAG("surface", &b.surface,
                     "a cut surface that is judged, instead of lesions"),
        RIM_OPT_INT("frames", "N", &b.frames, 10, 100000, "frames a row (500)"),
        RIM_OPT_INT("threads", "N", &b.threads, 1, RIM_THREADS_MAX,
                    "timed beside one thread (2, where there are two cores)"),
        RIM_OPT_CHOICE("cpu", "LEVEL", &b.cpu_choice, rim_cpu_choices,
                       "instruction set"),
        RIM_OPT_STRING("json", "FILE", &b.json,
                       "the same as JSON; - is standard output, without the table"),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "bench",
        .synopsis = "[INPUT] [options]",
        .summary = "Times the chain and its stages on this machine: frames in memory, "
                   "from phantoms of four sizes or from INPUT, what replay takes. "
                   "Close other programs first.",
        .options = options,
        .examples = examples,
        .arg = "an INPUT",
        .args_max = 1,
    };
    int count = 0;
    rim_err err = rim_options_parse(&usage, argc, argv, &b.input, &count);
    if (!err && b.input && b.size.width)
        err = rim_options_refuse(&usage, "size", "is the INPUT's; leave one out");
    if (!err && b.size.width && (!side_fits(b.size.width) || !side_fits(b.size.height)))
        err = rim_options_refuse(&usage, "size", "of phantoms: sides of 64 to 4096");
    if (!err && b.input && b.surface)
        err = rim_options_refuse(&usage, "surface", "is of phantoms; leave INPUT out");
    if (!err)
        err = rim_cpu_choose(&b.cpu, b.cpu_choice, &usage);
    if (!err) {
        b.people = b.json && strcmp(b.json, "-") == 0 ? NULL : stdout;
        err = run(&b);
    }
    return rim_exit_status(err);
}
