// bench.h: the parts of `rimlight bench`: frames held in memory, the chain timed on
// them, a table for people and one for programs.
//
// One thread. Times are medians, in milliseconds by the monotonic clock.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_BENCH_BENCH_H
#define RIM_APP_BENCH_BENCH_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "process/stages.h"

#include <stdbool.h>

// Frames of a recording or a phantom, all in memory; played to and fro, so that no
// cut is among them.
typedef struct rim_bench_scene {
    rim_frame *nir, *visible; // [count]; visible NULL: none
    int count;
    int width, height, bits, black_level;
    double mm_per_px;
    rim_outline surface; // a cut surface to judge; count 0: none
} rim_bench_scene;

// A phantom: five lesions on a liver 100 mm across, 12 bits, with a visible picture; or
// a cut surface with two residuals.
RIM_NODISCARD rim_err rim_bench_scene_make(rim_bench_scene *s, int width, int height,
                                           bool surface, int threads);
// The first frames of a recording. Errors as rim_source_open()'s; RIM_ERR_FORMAT,
// logged: it has none.
RIM_NODISCARD rim_err rim_bench_scene_read(rim_bench_scene *s, const char *input);
void rim_bench_scene_uninit(rim_bench_scene *s);

// The chain as replay and live run it, on one scene.
typedef struct rim_bench_chain {
    int width, height;
    int threads;
    bool compositing;
    int frames;
    double median_ms, p99_ms, worst_ms; // from frame to frame
    // Of the recording's frames, each by the median of its repeats, the slowest: what lies
    // in the picture, not what else the machine does.
    double slowest_ms;
    double delay_ms; // median, from a frame to its picture where frames do not overlap
} rim_bench_chain;

// One stage of the chain at one level.
typedef struct rim_bench_kernel {
    const char *name, *cpu;
    int width, height;
    double median_ms, gb_per_s,
        reference_ms; // gb_per_s: of what must be moved at least
} rim_bench_kernel;

#define RIM_BENCH_KERNELS (RIM_STAGE_COUNT + 3) // stages, picture, a read, a copy

// Runs `frames` frames; row->width, height are the scene's. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_bench_run_chain(rim_bench_chain *row,
                                          const rim_bench_scene *scene, unsigned cpu,
                                          int threads, bool compositing, int frames);
// The stages on one thread at `cpu`, each against plain C.
RIM_NODISCARD rim_err rim_bench_run_kernels(rim_bench_kernel row[RIM_BENCH_KERNELS],
                                            const rim_bench_scene *scene, unsigned cpu,
                                            int frames);

void rim_bench_print_chain(const rim_bench_chain *row);
void rim_bench_print_kernels(const rim_bench_kernel row[RIM_BENCH_KERNELS]);
// RIM_ERR_IO, logged.
RIM_NODISCARD rim_err rim_bench_write_json(const char *path,
                                           const rim_bench_chain *chain, int chains,
                                           const rim_bench_kernel *kernel, int kernels);

#endif
