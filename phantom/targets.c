// targets.c: what the cameras of a phantom see of a cap, a white target, the scene
// before the dye and a board: recordings for `rimlight calibrate`, so that its result fits the phantom's scenes.
//
// Dark and flat go the way of a scene through lens and sensor (render.c): the same
// noise, the same maps. The board is a chessboard in space, seen by both cameras.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/folder.h"
#include "phantom/scene.h"

#include "base/log.h"
#include "media/png_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COLS = 9, ROWS = 6, SAMPLES = 3 };

// Numbers of frames, each with noise of its own.
enum { FLATS = 100000, BOARDS = 200000, BEFORE = 300000 };

#define WHITE  0.6  // what the white parts reflect
#define BLACK  0.03 // and the black ones
#define BEYOND 0.15 // and what is around the board

// Part of full scale at the brightest place: flat, and a board, faint in NIR.
#define FLAT_PART  0.7
#define BOARD_PART 0.4

typedef struct shooting {
    const char *dir;
    rim_phantom *p;
    rim_frame nir, visible;
    float *grey; // what each pixel of the visible frame sees of the board
    double pitch_mm;
    int done, total;
    rim_phantom_progress_fn *progress;
    void *ctx;
} shooting;

typedef struct pose {
    double rotation[9], t_mm[3]; // board to camera
} pose;

// ---- files ----

static rim_err make_part(const shooting *s, const char *part, bool visible)
{
    char path[RIM_PATH_BYTES], name[64];
    rim_err err = rim_folder_join(path, s->dir, part);
    err = err ? err : rim_folder_make(path);
    snprintf(name, sizeof name, "%s/nir", part);
    err = err ? err : rim_folder_join(path, s->dir, name);
    err = err ? err : rim_folder_make(path);
    snprintf(name, sizeof name, "%s/visible", part);
    if (!visible)
        return err;
    err = err ? err : rim_folder_join(path, s->dir, name);
    return err ? err : rim_folder_make(path);
}

static rim_err refuse_old(const shooting *s, const char *part)
{
    char path[RIM_PATH_BYTES], name[64];
    struct stat st;
    snprintf(name, sizeof name, "%s/sequence.json", part);
    const rim_err err = rim_folder_join(path, s->dir, name);
    if (err || stat(path, &st) != 0)
        return err;
    rim_log_error("%s: holds targets already; choose another --out or remove them",
                  s->dir);
    return RIM_ERR_BUSY;
}

static rim_err close_file(FILE *f, const char *path)
{
    if (fclose(f) == 0)
        return RIM_OK;
    rim_log_error("%s: cannot be written: %s", path, strerror(errno));
    return RIM_ERR_IO;
}

static FILE *open_file(char path[RIM_PATH_BYTES], const shooting *s, const char *name)
{
    if (rim_folder_join(path, s->dir, name))
        return NULL;
    FILE *f = fopen(path, "wb");
    if (!f)
        rim_log_error("%s: cannot be written: %s", path, strerror(errno));
    return f;
}

static rim_err put_manifest(const shooting *s, const char *part, bool visible)
{
    char path[RIM_PATH_BYTES], name[64];
    snprintf(name, sizeof name, "%s/sequence.json", part);
    FILE *f = open_file(path, s, name);
    if (!f)
        return RIM_ERR_IO;
    fprintf(f,
            "{ \"format\": \"rimlight-sequence\", \"version\": 1, \"fps\": 25.0,\n"
            "  \"nir\": { \"path\": \"nir\", \"bit_depth\": %d, \"black_level\": %d "
            "}%s }\n",
            s->p->o.bits, s->p->camera.black_level,
            visible ? ",\n  \"visible\": { \"path\": \"visible\" }" : "");
    return close_file(f, path);
}

static rim_err put_frame(shooting *s, const char *part, const char *stream, int index,
                         const rim_frame *f)
{
    char path[RIM_PATH_BYTES], name[64];
    snprintf(name, sizeof name, "%s/%s/%06d.png", part, stream, index);
    rim_err err = rim_folder_join(path, s->dir, name);
    err = err ? err : rim_png_write(path, f);
    if (s->progress)
        s->progress(s->ctx, ++s->done, s->total);
    return err;
}

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
    rim_err err = make_part(s, part, false);
    for (int i = 0; !err && i < frames; i++) {
        for (size_t k = 0; k < n; k++)
            p->raw[k] = light;
        rim_render_still(p, &s->nir, first + i);
        err = put_frame(s, part, "nir", i, &s->nir);
    }
    return err ? err : put_manifest(s, part, false);
}

// ---- before the dye ----

// The scene in leaked light alone.
static rim_err shoot_before(shooting *s, int frames)
{
    rim_phantom *p = s->p;
    float *const glow = p->canvas.glow;
    rim_err err = make_part(s, "before", false);
    for (int i = 0; !err && i < frames; i++) {
        rim_view view;
        rim_view_at(&view, &p->motion, &p->o, i);
        p->canvas.glow = p->canvas.leak;
        rim_render_nir(p, &s->nir, &view, BEFORE + i);
        p->canvas.glow = glow;
        err = put_frame(s, "before", "nir", i, &s->nir);
    }
    return err ? err : put_manifest(s, "before", false);
}

// ---- boards ----

// Tilts to all sides, places over the whole field, three distances.
static void pose_board(pose *b, const shooting *s, int i)
{
    static const double sx[] = {0, 0.42, -0.42, 0.1, -0.1, 0.36, -0.36, 0.3, -0.3};
    static const double sy[] = {0, 0.1, -0.1, 0.45, -0.45, 0.3, -0.3, -0.34, 0.34};
    static const double px[] = {0, -0.24, 0.19, -0.25, 0.19, 0, 0, 0.18, -0.24};
    static const double py[] = {0, -0.16, 0.22, 0.2, -0.15, 0.24, -0.24, -0.16, 0.22};
    const rim_eye *e = &s->p->eye;
    const int k = i % 9;
    const double z = e->distance_mm * (0.95 + 0.07 * (i % 3));
    const double mm_per_px = z / e->near_f;
    const double mx = (COLS - 1) * s->pitch_mm / 2, my = (ROWS - 1) * s->pitch_mm / 2;
    rim_eye_turn(b->rotation, sx[k], sy[k], 0.12 * (i % 5 - 2));
    const double *r = b->rotation;
    b->t_mm[0] = px[k] * s->p->o.width * mm_per_px - r[0] * mx - r[1] * my;
    b->t_mm[1] = py[k] * s->p->o.height * mm_per_px - r[3] * mx - r[4] * my;
    b->t_mm[2] = z - r[6] * mx - r[7] * my;
}

// The same board before the visible camera.
static void move_pose(pose *to, const pose *from, const rim_eye *e)
{
    const double *r = e->rotation;
    for (int i = 0; i < 3; i++) {
        to->t_mm[i] = e->t_mm[i];
        for (int j = 0; j < 3; j++) {
            to->t_mm[i] += r[3 * i + j] * from->t_mm[j];
            to->rotation[3 * i + j] = r[3 * i] * from->rotation[j] +
                                      r[3 * i + 1] * from->rotation[3 + j] +
                                      r[3 * i + 2] * from->rotation[6 + j];
        }
    }
}

// What the board reflects at (x, y) mm; the first inner corner is (0, 0).
static double reflectance(const shooting *s, double x, double y)
{
    const double a = x / s->pitch_mm, b = y / s->pitch_mm;
    if (a < -1.5 || b < -1.5 || a > COLS + 0.5 || b > ROWS + 0.5)
        return BEYOND;
    if (a < -1 || b < -1 || a >= COLS || b >= ROWS)
        return WHITE; // the margin
    return ((int)(a + 1) + (int)(b + 1)) % 2 ? WHITE : BLACK;
}

typedef struct plane {
    double m[9]; // ray to board, homogeneous
} plane;

static plane plane_of(const pose *b)
{
    const double forth[9] = {b->rotation[0], b->rotation[1], b->t_mm[0],
                             b->rotation[3], b->rotation[4], b->t_mm[1],
                             b->rotation[6], b->rotation[7], b->t_mm[2]};
    plane p;
    rim_eye_inverse(p.m, forth);
    return p;
}

static double look(const shooting *s, const plane *p, double x, double y)
{
    const double z = p->m[6] * x + p->m[7] * y + p->m[8];
    return reflectance(s, (p->m[0] * x + p->m[1] * y + p->m[2]) / z,
                       (p->m[3] * x + p->m[4] * y + p->m[5]) / z);
}

// Mean over the pixel at ray (x, y), `step` wide.
static float look_around(const shooting *s, const plane *p, double x, double y,
                         double step)
{
    double sum = 0;
    for (int j = 0; j < SAMPLES; j++)
        for (int i = 0; i < SAMPLES; i++)
            sum += look(s, p, x + step * ((i + 0.5) / SAMPLES - 0.5),
                        y + step * ((j + 0.5) / SAMPLES - 0.5));
    return (float)(sum / (SAMPLES * SAMPLES));
}

static void see_board(shooting *s, const pose *b)
{
    rim_phantom *p = s->p;
    const rim_eye *e = &p->eye;
    pose moved;
    move_pose(&moved, b, e);
    const plane near = plane_of(b), far = plane_of(&moved);
    const double mx = 0.5 * (p->o.width - 1), my = 0.5 * (p->o.height - 1);
    const float light = light_for(p, BOARD_PART) / (float)WHITE;
    const float *ray = e->ray;
    size_t at = 0;
    for (int y = 0; y < p->o.height; y++)
        for (int x = 0; x < p->o.width; x++, at++, ray += 2) {
            p->raw[at] = light * look_around(s, &near, (x - mx) / e->near_f,
                                             (y - my) / e->near_f, 1 / e->near_f);
            s->grey[at] =
                look_around(s, &far, (double)ray[0], (double)ray[1], 1 / e->f);
        }
}

static rim_err shoot_boards(shooting *s, int views, int first)
{
    rim_err err = make_part(s, "boards", true);
    for (int i = 0; !err && i < views; i++) {
        pose b;
        pose_board(&b, s, i);
        see_board(s, &b);
        rim_render_still(s->p, &s->nir, first + i);
        rim_render_grey(s->p, &s->visible, s->grey, first + i);
        err = put_frame(s, "boards", "nir", i, &s->nir);
        err = err ? err : put_frame(s, "boards", "visible", i, &s->visible);
    }
    return err ? err : put_manifest(s, "boards", true);
}

// ---- truth ----

static rim_err put_truth(const shooting *s)
{
    const rim_phantom *p = s->p;
    const rim_eye *e = &p->eye;
    char path[RIM_PATH_BYTES];
    FILE *f = open_file(path, s, "truth.txt");
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
    return close_file(f, path);
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
    err = err ? err : rim_frame_init(&s->visible);
    return err || s->p->eye.ray ? err : rim_eye_init(s->p);
}

rim_err rim_phantom_targets(const char *dir, const rim_phantom_options *options,
                            int stills, int views, int threads, double *pitch_mm,
                            rim_phantom_progress_fn *progress, void *ctx)
{
    rim_phantom_options o = *options;
    o.gain_steps = 0;
    o.bump_px = NAN; // it comes after the calibration
    shooting s = {
        .dir = dir, .progress = progress, .ctx = ctx, .total = 3 * stills + 2 * views};
    static const char *const part[] = {"dark", "flat", "before", "boards"};
    rim_err err = rim_folder_make(dir);
    for (int i = 0; !err && i < 4; i++)
        err = refuse_old(&s, part[i]);
    err = err ? err : rim_phantom_create(&s.p, &o, threads);
    err = err ? err : take_memory(&s);
    if (!err) {
        // The board takes a third of the picture; a pitch that can be bought.
        const double wanted = 0.042 * o.width * o.mm_per_px;
        s.pitch_mm = wanted < 1 ? wanted : floor(2 * wanted + 0.5) / 2;
        *pitch_mm = s.pitch_mm;
    }
    err = err ? err : shoot_still(&s, "dark", 0, stills, 0);
    err = err ? err : shoot_still(&s, "flat", FLAT_PART, stills, FLATS);
    err = err ? err : shoot_before(&s, stills);
    err = err ? err : shoot_boards(&s, views, BOARDS);
    err = err ? err : put_truth(&s);
    rim_frame_uninit(&s.nir);
    rim_frame_uninit(&s.visible);
    free(s.grey);
    rim_phantom_destroy(&s.p);
    return err;
}
