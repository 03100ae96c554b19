// calibrate_targets.c: rimlight calibrate targets: two virtual cameras to practise on.
// SPDX-License-Identifier: MIT
#include "app/calibrate.h"

#include "app/progress.h"
#include "base/log.h"
#include "calib/board_picture.h"
#include "calib/target.h"
#include "media/png_file.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, STILLS = 64 };

static const char *const path_names[] = {"stereo", "same-path", NULL};

static const char *const target_examples[] = {
    "calibrate targets --out practice",
    "dark, flat and boards by two virtual cameras; then try: calibrate dark --nir "
    "practice/dark -o cal",
    "calibrate targets --out practice --size 640x480 --path same-path --seed 3",
    "smaller, one optical path, other cameras",
    NULL,
};

typedef struct shooting {
    const char *out;
    int seed, frames, views, path;
    rim_size size;
    rim_cal_options cal; // the board
    rim_board board;
    rim_target_camera nir_camera, visible_camera;
    rim_target *nir, *visible;
    rim_frame nir_frame, visible_frame, bgrx;
    rim_progress progress;
    int done;
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
    const int w = s->size.width, h = s->size.height;
    const double f = 0.97 * w * (1 + 0.05 * draw_unit(s->seed, 1));
    s->nir_camera = (rim_target_camera){
        .width = w,
        .height = h,
        .bits = 12,
        .black_level = 64,
        .camera_matrix = {f, 0, w / 2.0 + 6 * draw_unit(s->seed, 2), 0, f * 1.001,
                          h / 2.0 + 6 * draw_unit(s->seed, 3), 0, 0, 1},
        .distortion = {-0.31 + 0.03 * draw_unit(s->seed, 4), 0.11, 0, 0, -0.03},
        .falloff = 0.55,
        .light_x = 0.06 * draw_unit(s->seed, 5),
        .light_y = 0.06 * draw_unit(s->seed, 6),
        .electrons_per_count = 4,
        .read_noise_counts = 2,
        .row_noise_counts = 0.5,
        .dsnu_counts = 3,
        .prnu = 0.008,
        .hot_per_mpx = 60,
        .dead_per_mpx = 20,
        .seed = (uint64_t)s->seed,
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
    if (s->path == 0) {
        rim_target_rotation(v->rotation, 0.01, 0.035, 0.02);
        v->translation_mm[0] = 4;
        v->translation_mm[1] = -0.4;
        v->translation_mm[2] = 0.6;
    } else {
        rim_target_rotation(v->rotation, 0.004, -0.006, 0.05);
    }
}

static rim_err make_folder(const char *fmt, const char *a, const char *b)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, fmt, a, b);
    if (n < 0 || (size_t)n >= sizeof path)
        return RIM_ERR_ARG;
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return RIM_OK;
    rim_log_error("%s: cannot make the folder: %s", path, strerror(errno));
    return RIM_ERR_IO;
}

static rim_err put_manifest(const shooting *s, const char *part, bool visible)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s/sequence.json", s->out, part);
    FILE *f = fopen(path, "wb");
    if (!f) {
        rim_log_error("%s: cannot be written: %s", path, strerror(errno));
        return RIM_ERR_IO;
    }
    (void)fprintf(
        f,
        "{ \"format\": \"rimlight-sequence\", \"version\": 1,\n  \"fps\": 30.0,\n"
        "  \"nir\": { \"path\": \"nir\", \"bit_depth\": %d, \"black_level\": "
        "%d }%s }\n",
        s->nir_camera.bits, s->nir_camera.black_level,
        visible ? ",\n  \"visible\": { \"path\": \"visible\" }" : "");
    if (fclose(f) == 0)
        return RIM_OK;
    rim_log_error("%s: cannot be written: %s", path, strerror(errno));
    return RIM_ERR_IO;
}

static rim_err start_part(const shooting *s, const char *part, bool visible)
{
    rim_err err = make_folder("%s/%s", s->out, part);
    if (err == RIM_OK)
        err = make_folder("%s/%s/nir", s->out, part);
    if (err == RIM_OK && visible)
        err = make_folder("%s/%s/visible", s->out, part);
    return err == RIM_OK ? put_manifest(s, part, visible) : err;
}

static rim_err put_frame(shooting *s, const char *part, const char *stream, int index,
                         const rim_frame *f)
{
    char path[PATH_BYTES];
    const int n =
        snprintf(path, sizeof path, "%s/%s/%s/%06d.png", s->out, part, stream, index);
    if (n < 0 || (size_t)n >= sizeof path)
        return RIM_ERR_ARG;
    rim_progress_update(&s->progress, ++s->done);
    return rim_png_write(path, f);
}

static rim_err shoot_still(shooting *s, const char *part, const rim_target_plane *plane,
                           double level, int from)
{
    rim_err err = start_part(s, part, false);
    rim_target_aim(s->nir, plane);
    for (int i = 0; i < s->frames && err == RIM_OK; i++) {
        rim_target_shoot(s->nir, &s->nir_frame, level, (uint64_t)(from + i), true);
        err = put_frame(s, part, "nir", i, &s->nir_frame);
    }
    return err;
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

// Tilts to all sides, places over the whole field, three distances.
static void pose_board(const shooting *s, rim_target_plane *p, int i)
{
    static const double sx[] = {0, 0.42, -0.42, 0.1, -0.1, 0.36, -0.36, 0.3, -0.3};
    static const double sy[] = {0, 0.1, -0.1, 0.45, -0.45, 0.3, -0.3, -0.34, 0.34};
    static const double px[] = {0, -0.24, 0.19, -0.25, 0.19, 0, 0, 0.18, -0.24};
    static const double py[] = {0, -0.16, 0.22, 0.2, -0.15, 0.24, -0.24, -0.16, 0.22};
    const rim_target_camera *c = &s->nir_camera;
    const rim_point last = rim_board_point(&s->board, rim_board_points(&s->board) - 1);
    const double z = 62 + 5 * (i % 3), mm_per_px = z / c->camera_matrix[0];
    const int k = i % 9;
    rim_target_rotation(p->rotation, sx[k], sy[k], 0.12 * (i % 5 - 2));
    const double *r = p->rotation, mx = last.x / 2, my = last.y / 2;
    p->translation_mm[0] = px[k] * c->width * mm_per_px - r[0] * mx - r[1] * my;
    p->translation_mm[1] = py[k] * c->height * mm_per_px - r[3] * mx - r[4] * my;
    p->translation_mm[2] = z - r[6] * mx - r[7] * my;
}

static rim_err shoot_boards(shooting *s)
{
    rim_frame picture;
    rim_target_plane p = {.beyond = 0.25};
    const double px_per_mm =
        1.5 * s->nir_camera.camera_matrix[0] / 62; // finer than the pictures of it
    rim_err err = rim_board_draw(&picture, &p.origin, &s->board, px_per_mm);
    if (err != RIM_OK)
        return err;
    p.texture = &picture;
    p.mm_per_px = 1 / px_per_mm;
    err = start_part(s, "boards", true);
    for (int i = 0; i < s->views && err == RIM_OK; i++) {
        pose_board(s, &p, i);
        rim_target_aim(s->nir, &p);
        rim_target_shoot(s->nir, &s->nir_frame, 0.25, (uint64_t)(2000 + i), true);
        rim_target_aim(s->visible, &p);
        rim_target_shoot(s->visible, &s->visible_frame, 0.7, (uint64_t)(2000 + i),
                         true);
        to_bgrx(&s->bgrx, &s->visible_frame);
        err = put_frame(s, "boards", "nir", i, &s->nir_frame);
        if (err == RIM_OK)
            err = put_frame(s, "boards", "visible", i, &s->bgrx);
    }
    rim_frame_uninit(&picture);
    return err;
}

static rim_err put_truth(const shooting *s)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/truth.txt", s->out);
    FILE *f = fopen(path, "wb");
    if (!f) {
        rim_log_error("%s: cannot be written: %s", path, strerror(errno));
        return RIM_ERR_IO;
    }
    const rim_target_camera *const c[] = {&s->nir_camera, &s->visible_camera};
    for (int i = 0; i < 2; i++)
        (void)fprintf(
            f,
            "%s: fx %.3f fy %.3f cx %.3f cy %.3f px, k1 %.4f k2 %.4f p1 0 p2 0 "
            "k3 %.4f\n",
            i ? "visible" : "NIR", c[i]->camera_matrix[0], c[i]->camera_matrix[4],
            c[i]->camera_matrix[2], c[i]->camera_matrix[5], c[i]->distortion[0],
            c[i]->distortion[1], c[i]->distortion[4]);
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
                  dead, rim_board_kind_names[s->board.kind - 1], s->board.cols,
                  s->board.rows, s->board.pitch_mm);
    if (fclose(f) == 0)
        return RIM_OK;
    rim_log_error("%s: cannot be written: %s", path, strerror(errno));
    return RIM_ERR_IO;
}

static rim_err take_frame(rim_frame *f, const rim_target_camera *c, rim_fmt fmt)
{
    *f = (rim_frame){
        .width = c->width, .height = c->height, .fmt = fmt, .bits = c->bits};
    return rim_frame_init(f);
}

static rim_err shoot_all(shooting *s)
{
    rim_target_plane white = {.translation_mm = {0, 0, 62}, .beyond = 1};
    rim_target_rotation(white.rotation, 0, 0, 0);
    rim_err err = make_folder("%s%s", s->out, "");
    if (err == RIM_OK)
        err = shoot_still(s, "dark", NULL, 0, 0);
    if (err == RIM_OK)
        err = shoot_still(s, "flat", &white, 0.7, 1000);
    if (err == RIM_OK)
        err = shoot_boards(s);
    if (err == RIM_OK)
        err = put_truth(s);
    return err;
}

static rim_err run(shooting *s)
{
    set_cameras(s);
    rim_err err = RIM_OK;
    if (!s->cal.board && !s->cal.grid.width && s->cal.pitch_mm == 0)
        s->board = (rim_board){RIM_BOARD_CHESSBOARD, 9, 6, 3, 0};
    else
        err = rim_cal_board(&s->board, &s->cal, NULL);
    if (err == RIM_OK)
        err = rim_target_create(&s->nir, &s->nir_camera);
    if (err == RIM_OK)
        err = rim_target_create(&s->visible, &s->visible_camera);
    if (err == RIM_OK)
        err = take_frame(&s->nir_frame, &s->nir_camera, RIM_FMT_GRAY16);
    if (err == RIM_OK)
        err = take_frame(&s->visible_frame, &s->visible_camera, RIM_FMT_GRAY16);
    if (err == RIM_OK)
        err = take_frame(&s->bgrx, &s->visible_camera, RIM_FMT_BGRX8);
    rim_progress_start(&s->progress, "targets", "pictures", 2 * (s->frames + s->views));
    if (err == RIM_OK)
        err = shoot_all(s);
    rim_progress_finish(&s->progress);
    if (err == RIM_OK)
        rim_cal_say("wrote %s/dark, %s/flat, %s/boards; the truth is in %s/truth.txt",
                    s->out, s->out, s->out, s->out);
    rim_target_destroy(&s->nir);
    rim_target_destroy(&s->visible);
    rim_frame_uninit(&s->nir_frame);
    rim_frame_uninit(&s->visible_frame);
    rim_frame_uninit(&s->bgrx);
    return err;
}

int rim_calibrate_targets(int argc, char **argv)
{
    shooting s = {.seed = 1, .frames = STILLS, .views = 12, .size = {1280, 720}};
    rim_cal_options_init(&s.cal);
    const rim_option options[] = {
        RIM_OPT_STRING("out,o", "DIR", &s.out, "folder for the pictures"),
        RIM_OPT_INT("seed", "N", &s.seed, 0, 1000000,
                    "other cameras for other numbers"),
        RIM_OPT_SIZE("size", &s.size, "of the pictures (1280x720)"),
        RIM_OPT_CHOICE("path", "HOW", &s.path, path_names,
                       "two scopes side by side, or one optical path"),
        RIM_OPT_INT("frames", "N", &s.frames, 1, 1000, "of dark and of flat (64)"),
        RIM_OPT_INT("views", "N", &s.views, 1, 200, "of the board (12)"),
        RIM_OPT_INCLUDE(s.cal.board_table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "calibrate targets",
        .synopsis = "--out DIR [options]",
        .summary = "Writes what two virtual cameras see of a cap, a white target and a "
                   "board (chessboard 9x6, 3 mm, unless another is given): three "
                   "sequence folders to practise the other parts on, and the truth to "
                   "compare with. The same options give the same pictures.",
        .options = options,
        .examples = target_examples,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    if (err == RIM_OK && !s.out)
        err = rim_options_refuse(&usage, "--out", "is needed");
    if (err == RIM_OK && (s.size.width < 64 || s.size.height < 64))
        err = rim_options_refuse(&usage, "--size", "is 64x64 or more");
    if (err == RIM_OK)
        err = run(&s);
    return rim_exit_status(err);
}
