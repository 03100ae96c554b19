// practice.c: dark, flat and boards by two virtual cameras, drawn from a seed.
// SPDX-License-Identifier: MIT
#include "phantom/practice.h"

#include "phantom/target_board.h"
#include "phantom/target_files.h"

#include <math.h>
#include <string.h>

// Where the flat lies and the boards are, and how much farther each third board is.
#define NEAR_MM 62.0
#define STEP_MM 5.0

typedef struct shooting {
    const rim_practice_options *o;
    rim_target_files files;
    rim_target_camera nir_camera, visible_camera;
    rim_target *nir, *visible;
    rim_frame nir_frame, visible_frame, bgrx;
} shooting;

// A number from -1 to 1 for each seed and place.
static double draw_unit(int seed, int place)
{
    unsigned v = (unsigned)seed * 2654435761U + (unsigned)place * 40503U + 12345U;
    v = (v ^ (v >> 15)) * 2246822519U;
    v = (v ^ (v >> 13)) * 3266489917U;
    return (double)((v ^ (v >> 16)) & 0xffff) / 32767.5 - 1;
}

static void set_cameras(shooting *s)
{
    const int w = s->o->width, h = s->o->height, seed = s->o->seed;
    const double f = 0.97 * w * (1 + 0.05 * draw_unit(seed, 1));
    s->nir_camera = (rim_target_camera){
        .width = w,
        .height = h,
        .bits = 12,
        .black_level = 64,
        .camera_matrix = {f, 0, w / 2.0 + 6 * draw_unit(seed, 2), 0, f * 1.001,
                          h / 2.0 + 6 * draw_unit(seed, 3), 0, 0, 1},
        .distortion = {-0.31 + 0.03 * draw_unit(seed, 4), 0.11, 0, 0, -0.03},
        .falloff = 0.55,
        .light_x = 0.06 * draw_unit(seed, 5),
        .light_y = 0.06 * draw_unit(seed, 6),
        .electrons_per_count = 4,
        .read_noise_counts = 2,
        .row_noise_counts = 0.5,
        .dsnu_counts = 3,
        .prnu = 0.008,
        .hot_per_mpx = 60,
        .dead_per_mpx = 20,
        .seed = (uint64_t)seed,
    };
    rim_target_rotation(s->nir_camera.rotation, 0, 0, 0);
    rim_target_camera *v = &s->visible_camera;
    *v = s->nir_camera;
    v->bits = 8;
    v->black_level = 4;
    v->camera_matrix[0] *= 1.03;
    v->camera_matrix[4] *= 1.03;
    v->camera_matrix[2] += 9;
    v->camera_matrix[5] -= 7;
    v->distortion[0] = -0.27;
    v->distortion[1] = 0.09;
    v->electrons_per_count = 60;
    v->read_noise_counts = 0.8;
    v->row_noise_counts = 0;
    v->dsnu_counts = 0.3;
    v->hot_per_mpx = v->dead_per_mpx = 0;
    v->seed += 1000;
    if (!s->o->same_path) {
        rim_target_rotation(v->rotation, 0.01, 0.035, 0.02);
        v->translation_mm[0] = 4;
        v->translation_mm[1] = -0.4;
        v->translation_mm[2] = 0.6;
    } else {
        rim_target_rotation(v->rotation, 0.004, -0.006, 0.05);
    }
}

static rim_err shoot_still(shooting *s, const char *part, const rim_target_plane *plane,
                           double level, int from)
{
    rim_err err = rim_target_files_start(&s->files, part, false);
    rim_target_aim(s->nir, plane);
    for (int i = 0; i < s->o->frames && err == RIM_OK; i++) {
        rim_target_shoot(s->nir, &s->nir_frame, level, (uint64_t)(from + i), true);
        err = rim_target_files_put(&s->files, part, "nir", i, &s->nir_frame);
    }
    return err == RIM_OK ? rim_target_files_finish(&s->files, part, false) : err;
}

static void to_bgrx(rim_frame *to, const rim_frame *from)
{
    for (int y = 0; y < from->height; y++) {
        const uint16_t *a = rim_frame_row16(from, y);
        uint8_t *b = rim_frame_row8(to, y);
        for (int x = 0; x < from->width; x++, b += 4) {
            b[0] = b[1] = b[2] = (uint8_t)a[x];
            b[3] = 255;
        }
    }
}

static rim_err shoot_board(shooting *s, const rim_target_plane *plane, int i)
{
    const uint64_t index = (uint64_t)(2000 + i);
    rim_target_aim(s->nir, plane);
    rim_target_shoot(s->nir, &s->nir_frame, 0.25, index, true);
    rim_target_aim(s->visible, plane);
    rim_target_shoot(s->visible, &s->visible_frame, 0.7, index, true);
    to_bgrx(&s->bgrx, &s->visible_frame);
    const rim_err err =
        rim_target_files_put(&s->files, "boards", "nir", i, &s->nir_frame);
    return err ? err
               : rim_target_files_put(&s->files, "boards", "visible", i, &s->bgrx);
}

static rim_err shoot_boards(shooting *s)
{
    rim_target_board b;
    const rim_target_camera *c = &s->nir_camera;
    const double f_px = c->camera_matrix[0];
    rim_err err = rim_target_board_init(&b, &s->o->board, 1.5 * f_px / NEAR_MM, 0.25);
    if (err == RIM_OK)
        err = rim_target_files_start(&s->files, "boards", true);
    for (int i = 0; i < s->o->views && err == RIM_OK; i++) {
        rim_target_board_pose(&b, i, NEAR_MM + STEP_MM * (i % 3), f_px, c->width,
                              c->height);
        err = shoot_board(s, &b.plane, i);
    }
    rim_target_board_uninit(&b);
    return err == RIM_OK ? rim_target_files_finish(&s->files, "boards", true) : err;
}

static rim_err put_truth(const shooting *s)
{
    FILE *f = rim_target_files_truth(&s->files);
    if (!f)
        return RIM_ERR_IO;
    const rim_target_camera *const c[] = {&s->nir_camera, &s->visible_camera};
    for (int i = 0; i < 2; i++)
        (void)fprintf(
            f,
            "%s: fx %.3f fy %.3f cx %.3f cy %.3f px, k1 %.4f k2 %.4f p1 0 p2 0 "
            "k3 %.4f\n",
            i ? "visible" : "NIR", c[i]->camera_matrix[0], c[i]->camera_matrix[4],
            c[i]->camera_matrix[2], c[i]->camera_matrix[5], c[i]->distortion[0],
            c[i]->distortion[1], c[i]->distortion[4]);
    const rim_board *b = &s->o->board;
    const double *t = s->visible_camera.translation_mm;
    int hot = 0, dead = 0;
    for (int y = 0; y < s->nir_camera.height; y++)
        for (int x = 0; x < s->nir_camera.width; x++) {
            hot += rim_target_is_hot(s->nir, x, y);
            dead += rim_target_is_dead(s->nir, x, y);
        }
    (void)fprintf(f,
                  "baseline %.4f mm\nNIR noise %.1f counts, rows %.1f, pixel to pixel "
                  "%.1f counts and %.1f %%, %.1f electrons a count\nfall-off to the "
                  "corners %.0f %%\nhot pixels %d, dead %d\nboard %s %dx%d, %.3g mm\n",
                  sqrt(t[0] * t[0] + t[1] * t[1] + t[2] * t[2]),
                  s->nir_camera.read_noise_counts, s->nir_camera.row_noise_counts,
                  s->nir_camera.dsnu_counts, 100 * s->nir_camera.prnu,
                  s->nir_camera.electrons_per_count, 100 * s->nir_camera.falloff, hot,
                  dead, rim_board_kind_names[b->kind - 1], b->cols, b->rows,
                  b->pitch_mm);
    return rim_target_files_end(&s->files, f);
}

static rim_err take_frame(rim_frame *f, const rim_target_camera *c, rim_fmt fmt)
{
    *f = (rim_frame){
        .width = c->width, .height = c->height, .fmt = fmt, .bits = c->bits};
    return rim_frame_init(f);
}

static rim_err shoot_all(shooting *s)
{
    rim_target_plane white = {.translation_mm = {0, 0, NEAR_MM}, .beyond = 1};
    rim_target_rotation(white.rotation, 0, 0, 0);
    rim_err err = shoot_still(s, "dark", NULL, 0, 0);
    if (err == RIM_OK)
        err = shoot_still(s, "flat", &white, 0.7, 1000);
    if (err == RIM_OK)
        err = shoot_boards(s);
    return err == RIM_OK ? put_truth(s) : err;
}

static rim_err take_cameras(shooting *s)
{
    set_cameras(s);
    rim_err err = rim_target_create(&s->nir, &s->nir_camera);
    if (err == RIM_OK)
        err = rim_target_create(&s->visible, &s->visible_camera);
    if (err == RIM_OK)
        err = take_frame(&s->nir_frame, &s->nir_camera, RIM_FMT_GRAY16);
    if (err == RIM_OK)
        err = take_frame(&s->visible_frame, &s->visible_camera, RIM_FMT_GRAY16);
    if (err == RIM_OK)
        err = take_frame(&s->bgrx, &s->visible_camera, RIM_FMT_BGRX8);
    return err;
}

rim_err rim_practice_write(const char *dir, const rim_practice_options *o,
                           rim_phantom_progress_fn *progress, void *ctx)
{
    shooting s = {.o = o};
    rim_err err = take_cameras(&s);
    s.files = (rim_target_files){.dir = dir,
                                 .bits = s.nir_camera.bits,
                                 .black_level = s.nir_camera.black_level,
                                 .total = 2 * (o->frames + o->views),
                                 .progress = progress,
                                 .ctx = ctx};
    if (err == RIM_OK)
        err = shoot_all(&s);
    rim_target_destroy(&s.nir);
    rim_target_destroy(&s.visible);
    rim_frame_uninit(&s.nir_frame);
    rim_frame_uninit(&s.visible_frame);
    rim_frame_uninit(&s.bgrx);
    return err;
}
