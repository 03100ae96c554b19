// lens.c: rimlight calibrate lens.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "base/log.h"
#include "calib/coverage.h"
#include "calib/lens.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARROWS_MAX = 1500 };

static const char *const examples[] = {
    "calibrate lens board/ --board chessboard --grid 9x6 --pitch 3 -o cal",
    "a folder of pictures of a chessboard of 10 x 7 squares of 3 mm",
    "calibrate lens endoscope.mp4 --board acircles --grid 4x11 --pitch 2 "
    "--no-tangential "
    "-o cal",
    "a video; frames that show nearly the same are passed over",
    "calibrate lens board/ --board charuco --grid 9x6 --pitch 3 --marker 2 --distance "
    "60 "
    "-o cal",
    "ChArUco, and the pixel pitch at a working distance of 60 mm",
    NULL,
};

// ---- telling ----

static void tell_views(const rim_lens_result *r, const rim_cal_views *v)
{
    for (int i = 0; i < r->count; i++) {
        const rim_lens_view *view = &r->view[i];
        const char *name = v->nir[i].name;
        if (view->outlier)
            rim_log_warning("%s does not fit the others (%.2f px through their lens, "
                            "they have %.2f): left out",
                            name, view->rms_px, r->lens.rms_px);
        else if (view->hinge)
            rim_log_warning(
                "%s is inconsistent with the others: without it fx is %.1f, "
                "with it %.1f px; it was kept, and the uncertainty covers "
                "both; take more views like it to settle which",
                name, rim_lens_parameter(&r->lens, 0) + view->shift[0],
                rim_lens_parameter(&r->lens, 0));
        rim_cal_say("  %-24s %.3f px%s", name, view->rms_px,
                    view->outlier ? "  left out"
                    : view->hinge ? "  inconsistent"
                                  : "");
    }
}

static double to_degrees(double radians)
{
    return radians * 57.29577951308232;
}

void rim_cal_tell_lens(const rim_lens *l, unsigned fixed, const char *indent)
{
    for (int j = 0; j < RIM_LENS_PARAMETERS; j++) {
        const bool tangential = j == 6 || j == 7;
        if ((tangential && (fixed & RIM_LENS_NO_TANGENTIAL)) ||
            (j == 8 && (fixed & RIM_LENS_NO_K3)))
            continue;
        rim_cal_say(j < 4 ? "%s%s %10.2f +- %.2f px" : "%s%s %10.4f +- %.4f", indent,
                    rim_lens_parameter_names[j], rim_lens_parameter(l, j),
                    l->stddev[j]);
    }
}

static void tell(const rim_lens_result *r, const rim_cal_views *v, unsigned fixed)
{
    const rim_lens *l = &r->lens;
    rim_cal_say("lens: %d of %d pictures show the board, %d are used", v->count,
                v->looked, r->used);
    tell_views(r, v);
    rim_cal_say("  RMS %.4f px", l->rms_px);
    rim_cal_tell_lens(l, fixed, "  ");
    rim_cal_say("  (uncertainties are standard deviations; they cover leaving out any "
                "one view)");
    rim_cal_say("  field of view %.1f x %.1f degrees, as if without distortion",
                to_degrees(2 * atan(l->width / 2.0 / l->camera_matrix[0])),
                to_degrees(2 * atan(l->height / 2.0 / l->camera_matrix[4])));
    if (l->stddev[0] > 0.02 * l->camera_matrix[0])
        rim_log_warning(
            "the focal length is known to %.0f %% only: add views of a board "
            "tilted by 20 to 40 degrees",
            100 * l->stddev[0] / l->camera_matrix[0]);
}

static void tell_missing(const rim_lens_result *r, const rim_cal_views *v)
{
    rim_coverage c;
    char words[512];
    rim_coverage_init(&c, v->nir[0].width, v->nir[0].height);
    for (int i = 0; i < r->count; i++) {
        if (r->view[i].outlier)
            continue;
        rim_coverage_add(&c, &v->nir[i]);
        rim_coverage_add_pose(&c, &r->view[i].pose);
    }
    rim_coverage_missing(words, sizeof words, &c);
    if (words[0])
        rim_cal_say("  to make it better show %s", words);
}

// ---- into the document ----

rim_err rim_cal_put_board(rim_doc *doc, const rim_board *b)
{
    rim_err err = rim_doc_set_string(doc, "board", rim_board_kind_names[b->kind - 1]);
    if (err == RIM_OK)
        err = rim_doc_set_int(doc, "board_cols", b->cols);
    if (err == RIM_OK)
        err = rim_doc_set_int(doc, "board_rows", b->rows);
    if (err == RIM_OK)
        err = rim_doc_set_real(doc, "board_pitch_mm", b->pitch_mm);
    if (err == RIM_OK && b->marker_mm > 0)
        err = rim_doc_set_real(doc, "board_marker_mm", b->marker_mm);
    return err;
}

static rim_err put_arrows(rim_doc *doc, const rim_lens_result *r,
                          const rim_cal_views *v, const rim_board *board)
{
    int total = 0, n = 0, seen = 0;
    for (int i = 0; i < r->count; i++)
        total += v->nir[i].count;
    const int step = total / ARROWS_MAX + 1;
    double(*row)[4] = malloc(((size_t)total / (size_t)step + 2) * sizeof *row);
    if (!row)
        return RIM_ERR_MEMORY;
    for (int i = 0; i < r->count; i++) {
        const rim_view *view = &v->nir[i];
        for (int k = 0; k < view->count && !r->view[i].outlier; k++) {
            rim_point e;
            if (seen++ % step != 0 ||
                !rim_lens_project(&e, &r->lens, &r->view[i].pose,
                                  rim_board_point(board, view->id[k])))
                continue;
            const double cells[4] = {view->px[k].x, view->px[k].y, view->px[k].x - e.x,
                                     view->px[k].y - e.y};
            memcpy(row[n++], cells, sizeof cells);
        }
    }
    const rim_err err =
        n > 0 ? rim_doc_set_matrix(doc, "lens_arrows", n, 4, row[0]) : RIM_OK;
    free(row);
    return err;
}

static rim_err put_views(rim_doc *doc, const rim_lens_result *r, const rim_cal_views *v)
{
    const size_t n = (size_t)r->count;
    double *rms = calloc(n, sizeof *rms), *state = calloc(n, sizeof *state);
    char *names = calloc(n, RIM_VIEW_NAME_MAX + 1);
    rim_err err = rms && state && names ? RIM_OK : RIM_ERR_MEMORY;
    for (int i = 0; err == RIM_OK && i < r->count; i++) {
        rms[i] = r->view[i].rms_px;
        state[i] = r->view[i].outlier ? 2 : r->view[i].hinge ? 1 : 0;
        strcat(names, v->nir[i].name);
        strcat(names, "\n");
    }
    if (err == RIM_OK)
        err = rim_doc_set_matrix(doc, "lens_view_rms_px", r->count, 1, rms);
    if (err == RIM_OK) // 0 used, 1 used and inconsistent, 2 left out
        err = rim_doc_set_matrix(doc, "lens_view_state", r->count, 1, state);
    if (err == RIM_OK)
        err = rim_doc_set_string(doc, "lens_view_names", names);
    free(rms);
    free(state);
    free(names);
    return err;
}

static rim_err put(rim_doc *doc, const rim_lens_result *r, const rim_cal_views *v,
                   const rim_board *board)
{
    rim_doc_remove(doc, "lens_");
    rim_err err = rim_cal_put_board(doc, board);
    if (err == RIM_OK)
        err = rim_doc_set_matrix(doc, "camera_matrix", 3, 3, r->lens.camera_matrix);
    if (err == RIM_OK)
        err = rim_doc_set_matrix(doc, "distortion_coefficients", 1, 5,
                                 r->lens.distortion);
    if (err == RIM_OK)
        err = rim_doc_set_string(doc, "lens_stddev_of", "fx fy cx cy k1 k2 p1 p2 k3");
    if (err == RIM_OK)
        err = rim_doc_set_matrix(doc, "lens_stddev", 1, RIM_LENS_PARAMETERS,
                                 r->lens.stddev);
    if (err == RIM_OK)
        err = rim_doc_set_real(doc, "lens_rms_px", r->lens.rms_px);
    if (err == RIM_OK)
        err = rim_doc_set_int(doc, "lens_views", r->used);
    if (err == RIM_OK)
        err = put_views(doc, r, v);
    if (err == RIM_OK)
        err = put_arrows(doc, r, v, board);
    return err;
}

rim_err rim_cal_lens(rim_cal_store *s, const rim_cal_views *v, const rim_board *board,
                     const rim_cal_options *o, double distance_mm)
{
    const unsigned fixed = rim_cal_fixed(o);
    rim_lens_result r = {0};
    const rim_view **list = calloc((size_t)v->count, sizeof(void *));
    if (!list)
        return RIM_ERR_MEMORY;
    for (int i = 0; i < v->count; i++)
        list[i] = &v->nir[i];
    rim_err err = rim_lens_solve(&r, list, v->count, board, fixed);
    if (err == RIM_OK) {
        tell(&r, v, fixed);
        tell_missing(&r, v);
        err = put(&s->doc, &r, v, board);
        if (err == RIM_OK)
            err = rim_cal_put_date(&s->doc, "lens_date");
    }
    if (err == RIM_OK && distance_mm > 0) {
        const double f = (r.lens.camera_matrix[0] + r.lens.camera_matrix[4]) / 2;
        rim_cal_say("  pixel pitch at %g mm: %.5f mm (uncertainty %.5f)", distance_mm,
                    distance_mm / f, distance_mm / f * r.lens.stddev[0] / f);
        err = rim_doc_set_real(&s->doc, "mm_per_px", distance_mm / f);
        if (err == RIM_OK)
            err = rim_doc_set_real(&s->doc, "mm_per_px_distance_mm", distance_mm);
    }
    rim_lens_result_uninit(&r);
    free(list);
    return err;
}

static rim_err run(const char *input, const rim_cal_options *o, int views,
                   double distance_mm)
{
    rim_cal_input *in = NULL;
    rim_cal_store store = {0};
    rim_cal_views v = {0};
    rim_board board;
    rim_err err = rim_cal_input_open(&in, input, o, RIM_CAMERA_NIR);
    if (err == RIM_OK)
        err = rim_cal_store_open(&store, o->out, rim_cal_input_shape(in), false);
    if (err == RIM_OK)
        err = rim_cal_board(&board, o, &store.doc);
    if (err == RIM_OK)
        err = rim_cal_views_take(&v, in, NULL, false, &board, store.calib,
                                 &(rim_cal_looking){views, o->seconds});
    if (err == RIM_OK)
        err = rim_cal_store_head(&store, rim_cal_input_shape(in), o, RIM_CAL_OTHER);
    if (err == RIM_OK)
        err = rim_cal_lens(&store, &v, &board, o, distance_mm);
    const rim_folder_map map = {"lens_picture_map", &v.nir_picture};
    if (err == RIM_OK)
        err = rim_cal_store_save(&store, &map, 1);
    rim_cal_views_uninit(&v);
    rim_cal_store_close(&store);
    rim_cal_input_close(&in);
    return err;
}

int rim_calibrate_lens(int argc, char **argv)
{
    rim_cal_options o;
    const char *input = NULL;
    int views = 60;
    double distance_mm = 0;
    rim_cal_options_init(&o);
    const rim_option options[] = {
        RIM_OPT_STRING("out,o", "DIR", &o.out, "folder of the calibration"),
        RIM_OPT_INT("views", "N", &views, 5, RIM_LENS_VIEWS_MAX,
                    "stop after so many boards (60)"),
        RIM_OPT_DOUBLE("distance", "MM", &distance_mm, 1, 10000,
                       "working distance for which the pixel pitch is stated"),
        RIM_OPT_INCLUDE(o.board_table),
        RIM_OPT_INCLUDE(o.look_table),
        RIM_OPT_INCLUDE(o.fit_table),
        RIM_OPT_INCLUDE(o.input_table),
        RIM_OPT_INCLUDE(o.nir_table),
        RIM_OPT_INCLUDE(o.camera_table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "calibrate lens",
        .synopsis = "INPUT --board KIND --grid COLSxROWS --pitch MM -o DIR",
        .summary =
            "Solves for focal length, centre and distortion of the NIR camera from "
            "views "
            "of a board. INPUT is a folder of pictures (PNG, JPEG), a recording or a "
            "sequence. Show the board in every part of the picture and tilted by 20 to "
            "40 degrees to the left, right, up and down: ten views or more. Views that "
            "do not fit are named, and what is still missing is said.",
        .options = options,
        .examples = examples,
        .arg = "an INPUT",
        .args_min = 1,
        .args_max = 1,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, &input, NULL);
    if (err == RIM_OK && !o.out)
        err = rim_options_refuse(&usage, "out", "is needed");
    if (err == RIM_OK)
        err = rim_cal_options_finish(&o);
    if (err == RIM_OK)
        err = run(input, &o, views, distance_mm);
    return rim_exit_status(err);
}
