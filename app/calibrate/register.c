// register.c: rimlight calibrate register, and geometry.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "base/log.h"
#include "calib/cv_bridge.h"
#include "calib/lens.h"
#include "calib/register.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURES_MAX = 3000 };

static const char *const geometry_names[] = {"auto", "same-path", "stereo", NULL};
static const char *const from_names[] = {"board", "tissue", NULL};

static const char *const examples[] = {
    "calibrate register --nir boards/ --board chessboard --grid 9x6 --pitch 3 -o cal",
    "a sequence folder with both streams; the lenses are solved too where there are "
    "five "
    "pairs or more",
    "calibrate register --nir nir/ --visible white/ --board chessboard --grid 14x10 "
    "--pitch 3 --distance 60 -o cal",
    "two folders of pictures, pair by pair in name order; two scopes, tissue at 60 mm",
    "calibrate register --nir case.mkv --from tissue -o cal",
    "without a board, from structure that both cameras see: the second choice",
    NULL,
};

static const char *const geometry_examples[] = {
    "calibrate geometry --nir boards/ --board chessboard --grid 9x6 --pitch 3 -o cal",
    "both lenses and the registration, from a sequence with both streams",
    "calibrate geometry --nir pictures/ --board acircles --grid 4x11 --pitch 2 -o cal",
    "one stream: the lens alone",
    NULL,
};

typedef struct register_options {
    rim_cal_options cal;
    const char *nir, *visible, *plane;
    int geometry, from, views;
    double distance_mm;
} register_options;

// ---- telling ----

static void tell_regions(const double v[RIM_REGISTER_REGIONS], const char *unit,
                         int decimals)
{
    rim_cal_say("  residual by region of the NIR picture, %s:", unit);
    for (int y = 0; y < 3; y++) {
        char cell[3][16];
        for (int x = 0; x < 3; x++) {
            const double here = v[3 * y + x];
            if (isnan(here))
                (void)snprintf(cell[x], sizeof cell[x], "--");
            else
                (void)snprintf(cell[x], sizeof cell[x], "%.*f", decimals, here);
        }
        rim_cal_say("    %9s%9s%9s", cell[0], cell[1], cell[2]);
    }
}

static void tell_stereo(const rim_registration *r)
{
    const double *t = r->translation_mm, *ts = r->translation_stddev_mm,
                 *rs = r->rotation_stddev_deg;
    rim_cal_say("  baseline %.3f +- %.3f mm", r->baseline_mm, r->baseline_stddev_mm);
    rim_cal_say(
        "  from NIR to visible x %.3f +- %.3f, y %.3f +- %.3f, z %.3f +- %.3f mm", t[0],
        ts[0], t[1], ts[1], t[2], ts[2]);
    rim_cal_say("  turned about x, y, z known to %.3f, %.3f, %.3f degrees", rs[0],
                rs[1], rs[2]);
    rim_cal_say("  working plane at %.1f mm, %.5f mm a NIR pixel", r->distance_mm,
                r->mm_per_px);
    rim_cal_say(
        "  off the plane the pictures part by %.2f px a mm (%.3f mm a mm): keep "
        "to the distance",
        r->parallax_px_per_mm, r->parallax_px_per_mm * r->mm_per_px);
}

static void tell(const rim_registration *r, const rim_cal_views *v, unsigned fixed)
{
    rim_cal_say("register: %s, %d points of %d pair%s",
                r->kind == RIM_REGISTER_STEREO ? "two cameras" : "one path", r->points,
                r->used, r->used == 1 ? "" : "s");
    for (int i = 0; v && i < r->pairs; i++)
        if (r->outlier[i])
            rim_log_warning("%s does not fit the other pairs: left out",
                            v->nir[i].name);
    if (!isnan(r->rms_mm))
        rim_cal_say("  residual %.3f px of the visible picture, %.4f mm on the board",
                    r->rms_px, r->rms_mm);
    else
        rim_cal_say("  residual %.3f px of the visible picture", r->rms_px);
    tell_regions(r->region_px, "px", 3);
    if (!isnan(r->rms_mm))
        tell_regions(r->region_mm, "mm", 4);
    if (r->has_lenses) { // that of the NIR camera has been told by `lens`
        rim_cal_say("  lens of the visible camera:");
        rim_cal_tell_lens(&r->visible, fixed, "    ");
    } else {
        rim_log_warning("the lenses' distortion is not counted in: five pairs or more, "
                        "with tilted boards, would tell it");
    }
    if (r->kind == RIM_REGISTER_STEREO)
        tell_stereo(r);
}

// ---- boards ----

static int find_view(const rim_cal_views *v, const char *name)
{
    for (int i = 0; i < v->count; i++)
        if (strcmp(v->nir[i].name, name) == 0)
            return i;
    return -1;
}

// The lens that stands in the document, for the same camera.
static bool known_lens(rim_lens *lens, const rim_cal_store *s)
{
    const rim_doc_entry *k = rim_doc_find(&s->doc, "camera_matrix");
    const rim_doc_entry *d = rim_doc_find(&s->doc, "distortion_coefficients");
    *lens = (rim_lens){.rms_px = rim_doc_number(&s->doc, "lens_rms_px")};
    if (!k || !d || k->rows * k->cols != 9 || d->rows * d->cols != 5 ||
        isnan(lens->rms_px))
        return false;
    memcpy(lens->camera_matrix, k->cell, sizeof lens->camera_matrix);
    memcpy(lens->distortion, d->cell, sizeof lens->distortion);
    return true;
}

rim_err rim_cal_register(rim_cal_store *s, const rim_cal_views *v,
                         const rim_board *board, const rim_cal_options *o, int geometry,
                         double distance_mm, const char *plane)
{
    rim_lens lens;
    rim_register_options options = {.kind = (rim_register_kind)geometry,
                                    .distance_mm = distance_mm > 0 ? distance_mm : NAN,
                                    .plane_pair = plane ? find_view(v, plane) : -1,
                                    .fixed = rim_cal_fixed(o)};
    if (known_lens(&lens, s))
        options.nir = &lens;
    if (plane && options.plane_pair < 0) {
        rim_log_error("--plane %s: no such picture in which both cameras see the board",
                      plane);
        return RIM_ERR_ARG;
    }
    const size_t n = (size_t)v->count;
    const rim_view **nir = calloc(n, sizeof(void *)),
                   **visible = calloc(n, sizeof(void *));
    rim_registration r = {0};
    rim_err err = nir && visible ? RIM_OK : RIM_ERR_MEMORY;
    for (int i = 0; err == RIM_OK && i < v->count; i++) {
        nir[i] = &v->nir[i];
        visible[i] = &v->visible[i];
    }
    if (err == RIM_OK)
        err = rim_register_boards(&r, nir, visible, v->count, board, &options);
    if (err == RIM_OK) {
        tell(&r, v, rim_cal_fixed(o));
        err = rim_registration_put(&s->doc, &r);
    }
    if (err == RIM_OK)
        err = rim_cal_put_board(&s->doc, board);
    if (err == RIM_OK)
        err = rim_cal_put_date(&s->doc, "register_date");
    if (err == RIM_OK && r.kind == RIM_REGISTER_SAME_PATH && distance_mm > 0 &&
        r.has_lenses)
        err = rim_doc_set_real(&s->doc, "mm_per_px",
                               2 * distance_mm /
                                   (r.nir.camera_matrix[0] + r.nir.camera_matrix[4]));
    rim_registration_uninit(&r);
    free(nir);
    free(visible);
    return err;
}

// ---- tissue ----

static rim_err from_tissue(rim_cal_store *s, rim_cal_input *nir, rim_cal_input *visible,
                           rim_cal_views *v)
{
    rim_frame *a, *b;
    const char *name;
    rim_err err = rim_cal_input_next(nir, &a, &b, &name);
    if (err == RIM_OK && visible) {
        rim_frame *unused;
        err = rim_cal_input_next(visible, &b, &unused, NULL);
    }
    if (err != RIM_OK || !b) {
        rim_log_error("no frame with a visible picture beside it");
        return RIM_ERR_FORMAT;
    }
    rim_point *from = malloc(FEATURES_MAX * sizeof *from),
              *to = malloc(FEATURES_MAX * sizeof *to);
    rim_registration r = {0};
    int count = 0;
    err = from && to ? rim_cv_match(from, to, &count, FEATURES_MAX, a, b)
                     : RIM_ERR_MEMORY;
    if (err == RIM_OK)
        err = rim_register_points(&r, from, to, count, a->width, a->height, b->width,
                                  b->height);
    if (err == RIM_OK) {
        tell(&r, NULL, 0);
        err = rim_registration_put(&s->doc, &r);
        if (err == RIM_OK)
            err = rim_cal_put_date(&s->doc, "register_date");
    }
    // Kept for the report.
    v->nir_picture = (rim_frame){
        .width = a->width, .height = a->height, .fmt = a->fmt, .bits = a->bits};
    v->visible_picture = (rim_frame){
        .width = b->width, .height = b->height, .fmt = b->fmt, .bits = b->bits};
    if (err == RIM_OK)
        err = rim_frame_init(&v->nir_picture);
    if (err == RIM_OK)
        err = rim_frame_init(&v->visible_picture);
    if (err == RIM_OK) {
        rim_frame_copy(&v->nir_picture, a);
        rim_frame_copy(&v->visible_picture, b);
    }
    rim_registration_uninit(&r);
    free(from);
    free(to);
    return err;
}

// ---- the commands ----

static rim_err save(rim_cal_store *s, const rim_cal_views *v, bool lens)
{
    rim_folder_map map[3];
    int n = 0;
    if (lens)
        map[n++] = (rim_folder_map){"lens_picture_map", &v->nir_picture};
    if (v->visible_picture.data) {
        map[n++] = (rim_folder_map){"register_nir_map", &v->nir_picture};
        map[n++] = (rim_folder_map){"register_visible_map", &v->visible_picture};
    }
    return rim_cal_store_save(s, map, n);
}

typedef enum wanted { WANT_REGISTER, WANT_GEOMETRY } wanted;

static rim_err run_boards(const register_options *o, wanted what, rim_cal_store *store,
                          rim_cal_input *nir, rim_cal_input *visible, rim_cal_views *v)
{
    const bool pairs = visible || rim_cal_input_shape(nir)->visible_width > 0;
    if (what == WANT_REGISTER && !pairs) {
        rim_log_error("%s has no visible pictures: name them with --visible", o->nir);
        return RIM_ERR_FORMAT;
    }
    rim_board board;
    rim_err err = rim_cal_board(&board, &o->cal, &store->doc);
    if (err == RIM_OK)
        err = rim_cal_views_take(v, nir, visible, pairs, &board, store->calib,
                                 &(rim_cal_looking){o->views, o->cal.seconds});
    if (err == RIM_OK && what == WANT_GEOMETRY)
        err = rim_cal_lens(store, v, &board, &o->cal, o->distance_mm);
    if (err == RIM_OK && pairs)
        err = rim_cal_register(store, v, &board, &o->cal, o->geometry, o->distance_mm,
                               o->plane);
    return err;
}

static rim_err run(const register_options *o, wanted what)
{
    rim_cal_input *nir = NULL, *visible = NULL;
    rim_cal_store store = {0};
    rim_cal_views v = {0};
    rim_err err = rim_cal_input_open(&nir, o->nir, &o->cal, RIM_CAMERA_NIR);
    if (err == RIM_OK && o->visible)
        err = rim_cal_input_open(&visible, o->visible, &o->cal, RIM_CAMERA_VISIBLE);
    if (err == RIM_OK)
        err = rim_cal_store_open(&store, o->cal.out, rim_cal_input_shape(nir), false);
    if (err == RIM_OK)
        err = rim_cal_store_head(&store, rim_cal_input_shape(nir), &o->cal,
                                 RIM_CAL_OTHER);
    if (err == RIM_OK)
        err = o->from == 1 ? from_tissue(&store, nir, visible, &v)
                           : run_boards(o, what, &store, nir, visible, &v);
    if (err == RIM_OK)
        err = save(&store, &v, what == WANT_GEOMETRY);
    rim_cal_views_uninit(&v);
    rim_cal_store_close(&store);
    rim_cal_input_close(&nir);
    rim_cal_input_close(&visible);
    return err;
}

static int parse_and_run(int argc, char **argv, wanted what)
{
    register_options o = {.views = 60};
    rim_cal_options_init(&o.cal);
    const rim_option tissue[] = {
        RIM_OPT_CHOICE(
            "from", "WHAT", &o.from, from_names,
            "tissue: without a board, from features in one pair of pictures"),
        RIM_OPT_END,
    };
    const rim_option none[] = {RIM_OPT_END};
    const rim_option options[] = {
        RIM_OPT_STRING("nir", "INPUT", &o.nir,
                       "sequence, recording or folder of pictures of the board"),
        RIM_OPT_STRING("visible", "INPUT", &o.visible,
                       "the visible pictures, where they are not in the same sequence: "
                       "the first belongs to the first, and so on"),
        RIM_OPT_STRING("out,o", "DIR", &o.cal.out, "folder of the calibration"),
        RIM_OPT_CHOICE("geometry", "HOW", &o.geometry, geometry_names,
                       "one optical path, or two cameras; auto: whichever fits"),
        RIM_OPT_DOUBLE("distance", "MM", &o.distance_mm, 1, 10000,
                       "working distance: where two cameras must agree, and for the "
                       "pixel pitch (the boards' mean)"),
        RIM_OPT_STRING("plane", "NAME", &o.plane,
                       "the board in this picture is the working plane"),
        RIM_OPT_INT("views", "N", &o.views, 1, 200, "stop after so many boards (60)"),
        RIM_OPT_INCLUDE(what == WANT_REGISTER ? tissue : none),
        RIM_OPT_INCLUDE(o.cal.board_table),
        RIM_OPT_INCLUDE(o.cal.look_table),
        RIM_OPT_INCLUDE(o.cal.fit_table),
        RIM_OPT_INCLUDE(o.cal.input_table),
        RIM_OPT_INCLUDE(o.cal.nir_table),
        RIM_OPT_INCLUDE(o.cal.visible_table),
        RIM_OPT_INCLUDE(o.cal.camera_table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = what == WANT_REGISTER ? "calibrate register" : "calibrate geometry",
        .synopsis = "--nir INPUT --board KIND --grid COLSxROWS --pitch MM -o DIR",
        .summary =
            what == WANT_REGISTER
                ? "Finds where the visible picture lies against the NIR picture, from "
                  "a "
                  "board that both cameras see, also where it is faint in NIR. One "
                  "optical path: one map for all distances. Two cameras: both, and a "
                  "working plane. Show the board in every part of the picture."
                : "Lens of the NIR camera, and where there are visible pictures the "
                  "registration, from one set of views of a board.",
        .options = options,
        .examples = what == WANT_REGISTER ? examples : geometry_examples,
    };
    rim_err err = rim_cal_options_parse(&o.cal, &o.nir, &usage, argc, argv);
    if (err == RIM_OK)
        err = run(&o, what);
    return rim_exit_status(err);
}

int rim_calibrate_register(int argc, char **argv)
{
    return parse_and_run(argc, argv, WANT_REGISTER);
}

int rim_calibrate_geometry(int argc, char **argv)
{
    return parse_and_run(argc, argv, WANT_GEOMETRY);
}
