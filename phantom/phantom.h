// phantom.h: synthetic recordings of a liver or of a resection surface, with truth.
//
// A scene is drawn from a seed: tissue, lesions, what imitates lesions, camera and
// motion, each from the ranges in docs/phantom.md; options pin single values. The
// light comes from a diffusion model (light.h). The truth is measured in the
// picture before noise, in the terms of the report.
//
// The same options give the same bytes on every machine and number of threads
// (IEEE 754 doubles and floats; exact.h stands in for libm). One thread owns a
// phantom; frames may be asked for in any order.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_PHANTOM_H
#define RIM_PHANTOM_PHANTOM_H

#include "base/frame.h"
#include "phantom/optics.h"
#include "report/report.h"

#include <stdbool.h>

typedef enum rim_phantom_scene {
    RIM_PHANTOM_NONE = 0,
    RIM_PHANTOM_LIVER, // the surface of a liver, before resection
    RIM_PHANTOM_WOUND, // a cut surface
} rim_phantom_scene;

// What imitates lesions and residuals, or hides them: bits of `distractors`. The
// name of a class in the truth is the name here in lower case.
// clang-format off
#define RIM_DISTRACTORS(X) \
    X(nodule) X(duct) X(bile) X(gallbladder) X(cyst) X(cautery) X(gauze) \
    X(instrument) X(segment) X(vessel) X(edge) X(blood)
// clang-format on
typedef enum rim_distractor {
#define X(name) RIM_DISTRACTOR_##name,
    RIM_DISTRACTORS(X)
#undef X
        RIM_DISTRACTOR_COUNT
} rim_distractor;

#define RIM_DISTRACTORS_NONE  0u
#define RIM_DISTRACTORS_DRAWN (~0u) // the seed decides

// Numbers that are NAN, counts that are -1 and enums that are 0 are drawn.
typedef struct rim_phantom_options {
    rim_phantom_scene scene;
    uint64_t seed;
    int width, height; // px
    int bits;          // 8, 10, 12 or 16
    int frames;
    double fps;
    double mm_per_px;
    bool no_visible;
    rim_transport transport;

    int lesions;          // liver: how many; wound: residuals
    rim_pattern pattern;  // as built: closed, with gaps, solid
    double x_mm, y_mm;    // of the first, from the middle of the picture at rest
    double depth_mm;      // of the top; negative: breaks the surface
    double diameter_mm;   // of the tumour, or of a residual patch
    double uptake;        // dye in the rim over dye in liver
    double core;          // dye in the core over dye in liver
    double rim_mm;        // width of the shell
    double blood;         // volume part, 0.02..0.5
    double pool;          // wound: part of it under deep blood, 0..1
    unsigned distractors; // bits 1 << RIM_DISTRACTOR_...
    bool round_bile;      // spilled bile lies in smooth drops, not in frayed stains

    double leakage;    // excitation light let through, over the light of liver
    double smoke;      // mean optical depth of the smoke before the lens
    double peak;       // brightest lesion, part of full scale
    double electrons;  // at full scale
    double read_noise; // electrons
    double blur_px;    // Gaussian blur of the lens, standard deviation
    double motion;     // factor on all motion; 0: a still
    int gain_steps;    // 1: the camera changes its gain now and then
    int round_view;    // 1: a round field of view with dark corners

    int64_t camera_seed; // cameras of this seed, not of `seed`; -1: of `seed`
    bool two_cameras;    // the visible camera stands beside the NIR camera
    double bump_px;      // the visible camera is turned by so much; NAN: never
    int bump_frame;      // from this frame on
} rim_phantom_options;

// 1280x720, 12 bits, 30 frames at 25 a second, 0.08 mm a pixel, a liver, seed 1,
// diffusion; all else is drawn.
void rim_phantom_options_init(rim_phantom_options *o);
// RIM_ERR_ARG: a value out of range, logged with its name.
RIM_NODISCARD rim_err rim_phantom_options_check(const rim_phantom_options *o);
// "nodule", "duct" ... RIM_ERR_ARG: no such name.
RIM_NODISCARD rim_err rim_distractor_from_name(rim_distractor *out, const char *name);

typedef struct rim_phantom rim_phantom;

// Draws the scene and computes its light: a second or so for 1280x720.
// RIM_ERR_ARG: an option out of range, logged with its name. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_phantom_create(rim_phantom **out,
                                         const rim_phantom_options *options,
                                         int threads);
void rim_phantom_destroy(rim_phantom **p);

// Frame `index` of 0..frames-1. nir: GRAY16 of the options' size and bits;
// visible: BGRX8 of the same size, NULL: not wanted; truth: NULL: not wanted.
void rim_phantom_frame(rim_phantom *p, rim_frame *nir, rim_frame *visible,
                       rim_truth *truth, int index);

// Where the visible frame shows what the NIR frame shows at `nir`.
void rim_phantom_to_visible(const rim_phantom *p, int index, rim_point nir,
                            rim_point *visible);

// The cut surface in pixels of frame 0, clipped to the frame; count 0 for a liver.
const rim_outline *rim_phantom_surface(const rim_phantom *p);
int rim_phantom_black_level(const rim_phantom *p);

// Called after each frame; `done` frames of `total`.
typedef void rim_phantom_progress_fn(void *ctx, int done, int total);

// Writes a sequence folder: sequence.json, nir/, visible/, truth.jsonl. `dir` is
// made where it is missing; a folder that holds a sequence already is refused, so
// that old frames cannot mix with new ones.
// RIM_ERR_IO, RIM_ERR_BUSY (folder in use), and what rim_phantom_create() returns.
RIM_NODISCARD rim_err rim_phantom_write(const char *dir,
                                        const rim_phantom_options *options, int threads,
                                        rim_phantom_progress_fn *progress, void *ctx);

// Writes what the cameras of these options see of targets, for `rimlight calibrate`:
// dir/dark, dir/flat and dir/before, the scene before the dye (`stills` frames each),
// and dir/boards (`views` of a chessboard of 9 x 6 inner corners, by both cameras); and
// truth.txt. *pitch_mm: of the board.
// `progress` as above; folders that hold sequences are refused.
RIM_NODISCARD rim_err rim_phantom_targets(const char *dir,
                                          const rim_phantom_options *options,
                                          int stills, int views, int threads,
                                          double *pitch_mm,
                                          rim_phantom_progress_fn *progress, void *ctx);

// Writes `scenes` varied sequences to dir/000, dir/001 ... and dir/suite.json, which
// lists them: livers with and without lesions, with and without what imitates them;
// cut surfaces with residuals, with bile only, with nothing, and such that cannot be
// judged. What *base pins holds for all; bits 0, width 0 and mm_per_px NAN are drawn.
RIM_NODISCARD rim_err rim_phantom_suite(const char *dir, int scenes,
                                        const rim_phantom_options *base, int threads,
                                        rim_phantom_progress_fn *progress, void *ctx);

#endif
