// targets.c: what the cameras of a phantom see of a cap, a white target, the scene
// before the dye and a board: recordings for `rimlight calibrate`, so that its result
// fits the phantom's scenes.
//
// Dark and flat go the way of a scene through lens and sensor (render.c): the same
// noise, the same maps. The board is a chessboard in space, seen by both cameras.
// SPDX-License-Identifier: MIT
#include "phantom/scene.h"
#include "phantom/target_board.h"
#include "phantom/target_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLS = 9, ROWS = 6 };

// Numbers of frames, each with noise of its own.
enum { FLATS = 100000, BOARDS = 200000, BEFORE = 300000 };

#define WHITE  0.6  // what the white parts reflect
#define BLACK  0.03 // and the black ones
#define BEYOND 0.15 // and what is around the board

// Part of full scale at the brightest place: flat, and a board, faint in NIR.
#define FLAT_PART  0.7
#define BOARD_PART 0.4

typedef struct shooting {
    rim_target_files files;
    rim_phantom *p;
    rim_frame nir, visible;
    float *grey; // what each pixel of the visible frame sees of the board
    double pitch_mm;
    rim_target_board board;
    rim_target *near, *far; // the two cameras' lenses and places
} shooting;

// ---- dark and flat ----

// The light that brings the brightest pixel to `part` of full scale.
static float light_for(const rim_phantom *p, double part)
{
    const size_t n = (size_t)p->o.width * (size_t)p->o.height;
    float most = 0.0f;
    for (size_t i = 0; i < n; i++)
        most = p->gain[i] > most ? p->gain[i] : most;
    return (float)(part * p->camera.electrons_full) / most;
}

static rim_err shoot_still(shooting *s, const char *part, double level, int frames,
                           int first)
{
    rim_phantom *p = s->p;
    const size_t n = (size_t)p->o.width * (size_t)p->o.height;
    const float light = light_for(p, level);
    rim_err err = rim_target_files_start(&s->files, part, false);
    for (int i = 0; !err && i < frames; i++) {
        for (size_t k = 0; k < n; k++)
            p->raw[k] = light;
        rim_render_still(p, &s->nir, first + i);
        err = rim_target_files_put(&s->files, part, "nir", i, &s->nir);
    }
    return err ? err : rim_target_files_finish(&s->files, part, false);
}

// ---- before the dye ----

// The scene in leaked light alone.
static rim_err shoot_before(shooting *s, int frames)
{
    rim_phantom *p = s->p;
    float *const glow = p->canvas.glow;
    rim_err err = rim_target_files_start(&s->files, "before", false);
    for (int i = 0; !err && i < frames; i++) {
        rim_view view;
        rim_view_at(&view, &p->motion, &p->o, i);
        p->canvas.glow = p->canvas.leak;
        rim_render_nir(p, &s->nir, &view, BEFORE + i);
        p->canvas.glow = glow;
        err = rim_target_files_put(&s->files, "before", "nir", i, &s->nir);
    }
    return err ? err : rim_target_files_finish(&s->files, "before", false);
}

// ---- boards ----

// Only light is asked of them; noise and maps are the phantom's.
static rim_err take_eyes(shooting *s)
{
    const rim_eye *e = &s->p->eye;
    const int width = s->p->o.width, height = s->p->o.height;
    rim_target_camera near = {.width = width,
                              .height = height,
                              .bits = 12,
                              .camera_matrix = {e->near_f, 0, 0.5 * (width - 1), 0,
                                                e->near_f, 0.5 * (height - 1), 0, 0, 1},
                              .rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                              .electrons_per_count = 1};
    rim_target_camera far = {.width = width,
                             .height = height,
                             .bits = 8,
                             .camera_matrix = {e->f, 0, e->cx, 0, e->f, e->cy, 0, 0, 1},
                             .distortion = {e->k[0], e->k[1], 0, 0, e->k[2]},
                             .electrons_per_count = 1};
    memcpy(far.rotation, e->rotation, sizeof far.rotation);
    memcpy(far.translation_mm, e->t_mm, sizeof far.translation_mm);
    const rim_err err = rim_target_create(&s->near, &near);
    return err ? err : rim_target_create(&s->far, &far);
}

// What the board's picture stands for.
static float reflectance(float v)
{
    return (float)BLACK + (float)(WHITE - BLACK) * v;
}

static void see_board(shooting *s)
{
    rim_phantom *p = s->p;
    const size_t n = (size_t)p->o.width * (size_t)p->o.height;
    const float light = light_for(p, BOARD_PART) / (float)WHITE;
    rim_target_aim(s->near, &s->board.plane);
    rim_target_aim(s->far, &s->board.plane);
    const float *near = rim_target_light(s->near), *far = rim_target_light(s->far);
    for (size_t i = 0; i < n; i++) {
        p->raw[i] = light * reflectance(near[i]);
        s->grey[i] = reflectance(far[i]);
    }
}

static rim_err shoot_boards(shooting *s, int views, int first)
{
    const rim_eye *e = &s->p->eye;
    rim_err err = rim_target_board_init_chess(&s->board, COLS, ROWS, s->pitch_mm,
                                              1.5 * e->near_f / e->distance_mm,
                                              (BEYOND - BLACK) / (WHITE - BLACK));
    err = err ? err : take_eyes(s);
    err = err ? err : rim_target_files_start(&s->files, "boards", true);
    for (int i = 0; !err && i < views; i++) {
        rim_target_board_pose(&s->board, i, e->distance_mm * (0.95 + 0.07 * (i % 3)),
                              e->near_f, s->p->o.width, s->p->o.height);
        see_board(s);
        rim_render_still(s->p, &s->nir, first + i);
        rim_render_grey(s->p, &s->visible, s->grey, first + i);
        err = rim_target_files_put(&s->files, "boards", "nir", i, &s->nir);
        err =
            err ? err
                : rim_target_files_put(&s->files, "boards", "visible", i, &s->visible);
    }
    return err ? err : rim_target_files_finish(&s->files, "boards", true);
}

// ---- truth ----

static rim_err put_truth(const shooting *s)
{
    const rim_phantom *p = s->p;
    const rim_eye *e = &p->eye;
    FILE *f = rim_target_files_truth(&s->files);
    if (!f)
        return RIM_ERR_IO;
    int hot = 0;
    const size_t n = (size_t)p->o.width * (size_t)p->o.height;
    for (size_t i = 0; i < n; i++)
        hot += (double)p->offset[i] >= p->camera.electrons_full * 0.05;
    const double *t = e->t_mm;
    fprintf(f,
            "NIR: f %.3f px, cx %.3f, cy %.3f, no distortion\n"
            "visible: f %.3f px, cx %.3f, cy %.3f, k1 %.4f k2 %.4f k3 %.4f\n"
            "baseline %.4f mm, scene at %.2f mm\n",
            e->near_f, 0.5 * (p->o.width - 1), 0.5 * (p->o.height - 1), e->f, e->cx,
            e->cy, e->k[0], e->k[1], e->k[2],
            sqrt(t[0] * t[0] + t[1] * t[1] + t[2] * t[2]), e->distance_mm);
    fprintf(f,
            "read noise %.2f, pixel to pixel %.2f electrons and %.2f %%, "
            "%.3f electrons a count\nhot pixels %d\n"
            "board chessboard %dx%d, pitch %g mm\n",
            p->camera.read_noise, p->camera.dsnu, 100 * p->camera.prnu,
            p->camera.electrons_full / (p->camera.full - p->camera.black_level), hot,
            COLS, ROWS, s->pitch_mm);
    return rim_target_files_end(&s->files, f);
}

static rim_err take_memory(shooting *s)
{
    const rim_phantom_options *o = &s->p->o;
    s->nir = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_GRAY16, .bits = o->bits};
    s->visible = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    s->grey = malloc((size_t)o->width * (size_t)o->height * sizeof *s->grey);
    rim_err err = s->grey ? RIM_OK : RIM_ERR_MEMORY;
    err = err ? err : rim_frame_init(&s->nir);
    return err ? err : rim_frame_init(&s->visible);
}

static rim_err shoot_all(shooting *s, int stills, int views)
{
    rim_err err = shoot_still(s, "dark", 0, stills, 0);
    err = err ? err : shoot_still(s, "flat", FLAT_PART, stills, FLATS);
    err = err ? err : shoot_before(s, stills);
    err = err ? err : shoot_boards(s, views, BOARDS);
    return err ? err : put_truth(s);
}

rim_err rim_phantom_targets(const char *dir, const rim_phantom_options *options,
                            int stills, int views, int threads, double *pitch_mm,
                            rim_phantom_progress_fn *progress, void *ctx)
{
    rim_phantom_options o = *options;
    o.gain_steps = 0;
    o.bump_px = NAN; // it comes after the calibration
    shooting s = {0};
    rim_err err = rim_phantom_create(&s.p, &o, threads);
    err = err ? err : take_memory(&s);
    if (!err) {
        // The board takes a third of the picture; a pitch that can be bought.
        const double wanted = 0.042 * o.width * o.mm_per_px;
        s.pitch_mm = wanted < 1 ? wanted : floor(2 * wanted + 0.5) / 2;
        *pitch_mm = s.pitch_mm;
        s.files = (rim_target_files){.dir = dir,
                                     .bits = s.p->o.bits,
                                     .black_level = s.p->camera.black_level,
                                     .total = 3 * stills + 2 * views,
                                     .progress = progress,
                                     .ctx = ctx};
        err = shoot_all(&s, stills, views);
    }
    rim_target_board_uninit(&s.board);
    rim_target_destroy(&s.near);
    rim_target_destroy(&s.far);
    rim_frame_uninit(&s.nir);
    rim_frame_uninit(&s.visible);
    free(s.grey);
    rim_phantom_destroy(&s.p);
    return err;
}
