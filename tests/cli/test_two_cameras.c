// test_two_cameras.c: outlines lie on the lesion that the visible camera sees.
//
// A phantom is filmed by a NIR camera and a visible one beside it, with lenses of their
// own; they are calibrated by the program from targets that they saw. Then the lines
// that are drawn are measured in the picture, against where the phantom says that the
// visible camera shows the lesion's edge.
// SPDX-License-Identifier: MIT
#include "program.h"

#include "app/session.h"
#include "phantom/phantom.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAMERAS "--size 640x480 --mm-per-px 0.15 --cameras two --camera-seed 3"
#define BOARD   "--board chessboard --grid 9x6 --no-tangential"
#define PI      3.14159265358979323846

enum { WIDTH = 640, HEIGHT = 480, CORNERS = 72, SEARCH_Q2 = 16 };
static const double MM_PER_PX = 0.15, ALLOWED_MM = 0.5;

static char folder[256];
static rim_run run;

// Where the boards are, and their pitch, as the program said.
static double pitch_of(const char *said)
{
    const char *at = strstr(said, "--pitch ");
    ck_assert_msg(at, "%s", said);
    return strtod(at + 8, NULL);
}

static void calibrate(void)
{
    rim_fresh_folder(folder, sizeof folder, "two-cameras");
    rim_run_program(
        &run, "phantom --targets --frames 4 --views 12 " CAMERAS " --out %s/targets",
        folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    const double pitch = pitch_of(run.out[0] ? run.out : run.err);
    rim_run_program(&run,
                    "calibrate lens %s/targets/boards " BOARD " --pitch %g -o %s/cal",
                    folder, pitch, folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
    rim_run_program(&run,
                    "calibrate register --nir %s/targets/boards " BOARD
                    " --pitch %g --distance %g -o %s/cal",
                    folder, pitch, 98 * 640 * MM_PER_PX / (1280 * 0.08), folder);
    ck_assert_msg(run.status == 0, "%s", run.err);
}

typedef struct film {
    rim_phantom *phantom;
    rim_session *session;
    rim_frame nir, visible, picture;
    rim_result result;
    rim_truth truth;
} film;

static void open_film(film *f)
{
    char calibration[300];
    memset(f, 0, sizeof *f);
    rim_phantom_options o;
    rim_phantom_options_init(&o);
    o.width = WIDTH;
    o.height = HEIGHT;
    o.mm_per_px = MM_PER_PX;
    o.seed = 11;
    o.camera_seed = 3;
    o.two_cameras = true;
    o.lesions = 4;
    o.distractors = RIM_DISTRACTORS_NONE;
    o.gain_steps = o.round_view = 0;
    o.motion = 0;
    o.frames = 1;
    ck_assert_int_eq(rim_phantom_create(&f->phantom, &o, 2), RIM_OK);
    const rim_source_info info = {.width = WIDTH,
                                  .height = HEIGHT,
                                  .bits = o.bits,
                                  .black_level = rim_phantom_black_level(f->phantom),
                                  .visible_width = WIDTH,
                                  .visible_height = HEIGHT,
                                  .mm_per_px = MM_PER_PX};
    snprintf(calibration, sizeof calibration, "%s/cal", folder);
    static rim_run_options run_options;
    run_options = (rim_run_options){
        .calibration = calibration, .min_confidence = 0.5, .view = RIM_VIEW_OUTLINES};
    ck_assert_int_eq(rim_session_create(&f->session, &run_options, &info), RIM_OK);
    f->nir = (rim_frame){
        .width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = o.bits};
    rim_session_picture_shape(f->session, &f->picture);
    f->visible = f->picture;
    ck_assert_int_eq(rim_frame_init(&f->nir), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&f->visible), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&f->picture), RIM_OK);
}

static void close_film(film *f)
{
    ck_assert_int_eq(rim_session_close(&f->session), RIM_OK);
    rim_phantom_destroy(&f->phantom);
    rim_frame_uninit(&f->nir);
    rim_frame_uninit(&f->visible);
    rim_frame_uninit(&f->picture);
}

static rim_point on_edge(const rim_lesion *l, int i)
{
    const double t = 2 * PI * i / CORNERS, turn = l->angle * PI / 180;
    const double u = l->a * cos(t), v = l->b * sin(t);
    return (rim_point){l->x + u * cos(turn) - v * sin(turn),
                       l->y + u * sin(turn) + v * cos(turn)};
}

// How bright the picture is at a point, bilinear; -1: outside.
static double bright(const rim_frame *f, double x, double y)
{
    const int i = (int)floor(x), j = (int)floor(y);
    if (i < 0 || j < 0 || i + 1 >= f->width || j + 1 >= f->height)
        return -1;
    const uint8_t *a = rim_frame_row8(f, j) + 4L * i;
    const uint8_t *b = rim_frame_row8(f, j + 1) + 4L * i;
    const double s = x - i, t = y - j;
    return (a[1] * (1 - s) + a[5] * s) * (1 - t) + (b[1] * (1 - s) + b[5] * s) * t;
}

// How far from `at` a white line crosses the way along (nx, ny); NAN: none does.
static double line_off(const rim_frame *f, rim_point at, double nx, double ny)
{
    double sum = 0, moment = 0;
    for (int k = -SEARCH_Q2; k <= SEARCH_Q2; k++) {
        const double v = bright(f, at.x + k * nx / 4, at.y + k * ny / 4);
        sum += v > 90 ? v : 0;
        moment += v > 90 ? v * k / 4 : 0;
    }
    return sum > 4 * 250 ? moment / sum : NAN;
}

// The edges that the phantom knows, drawn as lines, lie where the visible camera sees
// them.
static void measure_edges(film *f)
{
    int found = 0, asked = 0;
    double sum = 0, most = 0;
    memset(&f->result, 0, sizeof f->result);
    memset(f->visible.data, 0, (size_t)f->visible.stride * HEIGHT);
    for (int i = 0; i < f->truth.seen.lesion_count; i++) {
        rim_lesion l = f->truth.seen.lesion[i];
        l.pattern = RIM_PATTERN_TOTAL; // a single line
        l.confidence = 1;
        l.id = i + 1;
        f->result.lesion[f->result.lesion_count++] = l;
    }
    rim_session_draw(f->session, &f->picture, &f->nir, &f->visible, &f->result);
    for (int i = 0; i < f->result.lesion_count; i++) {
        const rim_lesion *l = &f->result.lesion[i];
        rim_point middle;
        rim_phantom_to_visible(f->phantom, 0, (rim_point){l->x, l->y}, &middle);
        for (int k = 0; k < CORNERS; k++) {
            rim_point at;
            rim_phantom_to_visible(f->phantom, 0, on_edge(l, k), &at);
            const double away = hypot(at.x - middle.x, at.y - middle.y);
            if (bright(&f->picture, at.x, at.y) < 0)
                continue; // outside of the visible picture
            const double off = line_off(&f->picture, at, (at.x - middle.x) / away,
                                        (at.y - middle.y) / away);
            asked++;
            if (isnan(off))
                continue;
            found++;
            sum += fabs(off);
            most = fmax(most, fabs(off));
        }
    }
    ck_assert_int_gt(asked, 2 * CORNERS);
    ck_assert_msg(found > asked * 9 / 10, "%d of %d points of the edges have a line",
                  found, asked);
    printf("edges: %.3f mm in the mean, %.3f at worst, %d of %d\n",
           sum / found * MM_PER_PX, most * MM_PER_PX, found, asked);
    ck_assert_double_lt(most * MM_PER_PX, ALLOWED_MM);
    ck_assert_double_lt(sum / found * MM_PER_PX, 0.1);
}

START_TEST(outlines_lie_on_the_visible_lesion)
{
    film f;
    calibrate();
    open_film(&f);
    rim_phantom_frame(f.phantom, &f.nir, &f.visible, &f.truth, 0);
    ck_assert_int_eq(
        rim_session_run(f.session, &f.result, &f.picture, &f.nir, &f.visible), RIM_OK);
    rim_session_finish(f.session);
    measure_edges(&f);
    close_film(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("two_cameras");
    TCase *t = tcase_create("two_cameras");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, outlines_lie_on_the_visible_lesion);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
