// check.c: rimlight calibrate check: does the calibration still hold?
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/calibrate/stack.h"
#include "base/log.h"
#include "calib/correct.h"
#include "calib/cv_bridge.h"
#include "calib/dark.h"
#include "calib/flat.h"
#include "calib/register.h"
#include "calib/register_order.h"

#include <math.h>
#include <string.h>
#include <time.h>

// What was good to r px still holds up to the larger of 3 r and this.
static const double LENS_PX = 0.6, REGISTER_PX = 1.0;
// The dark may have moved by this part of its noise, a flat be uneven by this part.
static const double DARK_NOISES = 1.5, FLAT_UNEVEN = 0.03;

static const char *const target_names[] = {"board", "dark", "flat", NULL};

static const char *const examples[] = {
    "calibrate check cal --nir board-now/",
    "before surgery: one picture of the board, by both cameras where they are "
    "registered",
    "calibrate check cal --nir cap-on-now/ --target dark",
    "some frames with the cap on",
    NULL,
};

typedef struct check_options {
    rim_cal_options cal;
    const char *dir, *nir, *visible;
    int target;
} check_options;

static rim_err verdict(const char *what, bool holds, double is, double limit,
                       const char *unit, const char *mend)
{
    rim_cal_say("  %-14s %.3f %s, %.3f allowed: %s", what, is, unit, limit,
                holds ? "holds" : "DOES NOT HOLD");
    if (holds)
        return RIM_OK;
    rim_log_error("the calibration does not hold: %s is off by %.2f %s; %s", what, is,
                  unit, mend);
    return RIM_ERR_FORMAT;
}

// Is it the stream, the camera and the settings that the calibration is for?
static rim_err fits(const rim_cal_store *s, const rim_cal_shape *now)
{
    const rim_err err = rim_calib_fits(s->calib, now->width, now->height, now->bits);
    return err == RIM_OK ? rim_camera_facts_fit(&now->camera, s->calib) : err;
}

// ---- board ----

// Root mean square of seen less expected over the points that both views have.
static double misfit(const rim_registration *r, const rim_pose *pose, const rim_view *a,
                     const rim_view *b)
{
    static rim_point pa[RIM_BOARD_POINTS_MAX], pb[RIM_BOARD_POINTS_MAX];
    const int n = rim_register_common(pa, pb, NULL, a, b);
    double sum = 0;
    for (int i = 0; i < n; i++) {
        rim_point e;
        if (!rim_registration_expect(r, pose, pa[i], &e))
            return INFINITY;
        sum += (e.x - pb[i].x) * (e.x - pb[i].x) + (e.y - pb[i].y) * (e.y - pb[i].y);
    }
    return n > 0 ? sqrt(sum / n) : INFINITY;
}

static void half_turn(rim_view *v)
{
    for (int i = 0, j = v->count - 1; i < j; i++, j--) {
        const rim_point p = v->px[i];
        v->px[i] = v->px[j];
        v->px[j] = p;
    }
}

static rim_err check_registration(const rim_cal_store *s, rim_cal_views *v,
                                  const rim_pose *pose, const rim_board *board)
{
    rim_registration r;
    const rim_err err = rim_registration_get(&r, &s->doc, s->file);
    if (err != RIM_OK)
        return err;
    double rms = misfit(&r, pose, &v->nir[0], &v->visible[0]);
    if (board->kind == RIM_BOARD_CHESSBOARD || board->kind == RIM_BOARD_CIRCLES) {
        half_turn(&v->visible[0]); // such a board has two first points
        rms = fmin(rms, misfit(&r, pose, &v->nir[0], &v->visible[0]));
    }
    const double limit = fmax(3 * r.rms_px, REGISTER_PX);
    return verdict("registration", rms < limit, rms, limit, "px",
                   "was the scope bumped? run `rimlight calibrate register` again");
}

static rim_err check_lens(const rim_cal_store *s, const rim_cal_views *v,
                          const rim_board *board, rim_pose *pose)
{
    rim_lens lens = {0};
    memcpy(lens.camera_matrix, s->calib->camera_matrix, sizeof lens.camera_matrix);
    memcpy(lens.distortion, s->calib->distortion, sizeof lens.distortion);
    const rim_err err = rim_cv_pose(pose, &lens, &v->nir[0], board);
    if (err != RIM_OK)
        return err;
    const double was = rim_doc_number(&s->doc, "lens_rms_px");
    const double limit = fmax(isnan(was) ? 0 : 3 * was, LENS_PX);
    rim_cal_say("  the board is %.1f mm away", pose->translation_mm[2]);
    return verdict("lens", pose->rms_px < limit, pose->rms_px, limit, "px",
                   "was focus or zoom changed? run `rimlight calibrate lens` again");
}

static rim_err check_board(const check_options *o, rim_cal_store *s)
{
    rim_cal_input *nir = NULL, *visible = NULL;
    rim_cal_views v = {0};
    rim_board board;
    rim_err err = rim_cal_board(&board, &o->cal, &s->doc);
    if (err == RIM_OK && !s->calib->has_lens && !s->calib->has_register) {
        rim_log_error("%s has neither lens nor registration to check", s->dir);
        err = RIM_ERR_FORMAT;
    }
    if (err == RIM_OK)
        err = rim_cal_input_open(&nir, o->nir, &o->cal, RIM_CAMERA_NIR);
    if (err == RIM_OK && o->visible)
        err = rim_cal_input_open(&visible, o->visible, &o->cal, RIM_CAMERA_VISIBLE);
    if (err == RIM_OK)
        err = fits(s, rim_cal_input_shape(nir));
    const bool pairs = err == RIM_OK && s->calib->has_register &&
                       (visible || rim_cal_input_shape(nir)->visible_width > 0);
    if (err == RIM_OK)
        err = rim_cal_views_take(&v, nir, visible, pairs, &board, s->calib,
                                 &(rim_cal_looking){1, o->cal.seconds});
    rim_pose pose;
    rim_err lens = RIM_OK, reg = RIM_OK;
    if (err == RIM_OK && s->calib->has_lens)
        lens = check_lens(s, &v, &board, &pose);
    if (err == RIM_OK && pairs)
        reg = check_registration(s, &v, s->calib->has_lens ? &pose : NULL, &board);
    else if (err == RIM_OK && s->calib->has_register)
        rim_log_warning(
            "no visible picture beside it: the registration is not checked");
    rim_cal_views_uninit(&v);
    rim_cal_input_close(&nir);
    rim_cal_input_close(&visible);
    return err != RIM_OK ? err : lens != RIM_OK ? lens : reg;
}

// ---- dark and flat ----

static rim_err check_dark(const rim_cal_store *s, const rim_cal_stacked *now)
{
    if (!s->calib->dark.data) {
        rim_log_error("%s has no dark map to check", s->dir);
        return RIM_ERR_FORMAT;
    }
    rim_dark d;
    rim_err err = rim_dark_measure(&d, &now->stack, now->shape.black_level);
    if (err == RIM_OK) {
        const double was = rim_doc_number(&s->doc, "dark_mean_counts"),
                     noise = rim_doc_number(&s->doc, "dark_noise_counts");
        const double off = fabs(d.mean_counts - was);
        const double limit = fmax(DARK_NOISES * noise, 0.5);
        int fresh = 0;
        for (int y = 0; y < s->calib->height; y++)
            for (int x = 0; x < s->calib->width; x++)
                fresh += rim_frame_row16(&d.hot, y)[x] &&
                         !(s->calib->bad.data && rim_frame_row16(&s->calib->bad, y)[x]);
        rim_cal_say("  %d hot pixels that the calibration does not know", fresh);
        err = verdict("dark level", off < limit, off, limit, "counts",
                      "same exposure, gain and temperature? run `rimlight calibrate "
                      "dark` again");
    }
    rim_dark_uninit(&d);
    return err;
}

// Unevenness of a corrected flat: spread of blocks of 32 x 32 about their mean.
static double unevenness(const rim_frame *f, const rim_frame *gain)
{
    double sum = 0, squares = 0;
    int n = 0;
    for (int y = 0; y + 32 <= f->height; y += 32)
        for (int x = 0; x + 32 <= f->width; x += 32) {
            double block = 0;
            for (int i = 0; i < 32 * 32; i++)
                block += rim_frame_row16(f, y + i / 32)[x + i % 32];
            block /= 32 * 32;
            // Outside a round field the gain is 1 and there is nothing to see.
            if (rim_frame_row16(gain, y + 16)[x + 16] == 4096 &&
                block < 0.3 * sum / (n + 1))
                continue;
            sum += block;
            squares += block * block;
            n++;
        }
    const double mean = n > 0 ? sum / n : 0;
    return mean > 0 ? sqrt(fmax(squares / n - mean * mean, 0)) / mean : INFINITY;
}

static rim_err check_flat(const rim_cal_store *s, rim_cal_stacked *now)
{
    if (!s->calib->gain.data) {
        rim_log_error("%s has no gain map to check", s->dir);
        return RIM_ERR_FORMAT;
    }
    rim_calib_correct(&now->last, s->calib, now->shape.black_level);
    const double uneven = unevenness(&now->last, &s->calib->gain);
    return verdict(
        "flatness", uneven < FLAT_UNEVEN, 100 * uneven, 100 * FLAT_UNEVEN, "%",
        "same scope, light and distance? run `rimlight calibrate flat` again");
}

static rim_err check_stack(const check_options *o, const rim_cal_store *s)
{
    rim_cal_stacked now;
    rim_err err = rim_cal_stack(&now, o->nir, &o->cal, 256);
    if (err == RIM_OK)
        err = fits(s, &now.shape);
    if (err == RIM_OK)
        err = o->target == 1 ? check_dark(s, &now) : check_flat(s, &now);
    rim_cal_stacked_uninit(&now);
    return err;
}

static rim_err run(const check_options *o)
{
    rim_cal_store s;
    rim_err err = rim_cal_store_open(&s, o->dir, NULL, true);
    if (err == RIM_OK) {
        const int age = rim_calib_age_days(s.calib, (int64_t)time(NULL));
        rim_cal_say("calibration %s, made %s (%d days ago)", o->dir, s.calib->date,
                    age);
        err = o->target == 0 ? check_board(o, &s) : check_stack(o, &s);
    }
    if (err == RIM_OK)
        rim_cal_say("the calibration holds");
    rim_cal_store_close(&s);
    return err;
}

int rim_calibrate_check(int argc, char **argv)
{
    check_options o = {0};
    rim_cal_options_init(&o.cal);
    const rim_option options[] = {
        RIM_OPT_STRING("nir", "INPUT", &o.nir,
                       "picture or recording of the target, now"),
        RIM_OPT_STRING("visible", "INPUT", &o.visible,
                       "the visible picture, where it is not in the same sequence"),
        RIM_OPT_CHOICE("target", "WHAT", &o.target, target_names, "what is shown"),
        RIM_OPT_INCLUDE(o.cal.board_table),
        RIM_OPT_INCLUDE(o.cal.look_table),
        RIM_OPT_INCLUDE(o.cal.input_table),
        RIM_OPT_INCLUDE(o.cal.nir_table),
        RIM_OPT_INCLUDE(o.cal.visible_table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "calibrate check",
        .synopsis = "DIR --nir INPUT [options]",
        .summary =
            "Compares one picture of a target with a calibration and says whether "
            "it still holds; exit status 1 where it does not. The board is that of "
            "the calibration unless another is given.",
        .options = options,
        .examples = examples,
        .arg = "the folder of a calibration",
        .args_min = 1,
        .args_max = 1,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, &o.dir, NULL);
    if (err == RIM_OK && !o.nir)
        err = rim_options_refuse(&usage, "nir", "is needed");
    if (err == RIM_OK)
        err = rim_cal_options_finish(&o.cal);
    if (err == RIM_OK)
        err = run(&o);
    return rim_exit_status(err);
}
