// lens.c: choice of views and uncertainty around cv_bridge's solver.
// SPDX-License-Identifier: MIT
#include "calib/lens.h"

#include "base/log.h"
#include "calib/lens_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const rim_lens_parameter_names[RIM_LENS_PARAMETERS] = {
    "fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3"};

// Through the lens of the others an outlier fits this many times worse than they do,
// and by more than a good corner's error.
static const double OUTLIER_RATIO = 4, OUTLIER_PX = 0.8;
// Shifts of this many standard deviations are named.
static const double HINGE_SIGMAS = 3;

double rim_lens_parameter(const rim_lens *lens, int i)
{
    static const int at[4] = {0, 4, 2, 5};
    if (i < 4)
        return lens->camera_matrix[at[i]];
    return lens->distortion[i - 4];
}

bool rim_lens_project(rim_point *px, const rim_lens *lens, const rim_pose *pose,
                      rim_point p)
{
    const double *r = pose->rotation, *t = pose->translation_mm;
    const double x = r[0] * p.x + r[1] * p.y + t[0], y = r[3] * p.x + r[4] * p.y + t[1],
                 z = r[6] * p.x + r[7] * p.y + t[2];
    const double *k = lens->camera_matrix;
    return z > 0 && rim_lens_distort(k, lens->distortion, k[0] * x / z + k[2],
                                     k[4] * y / z + k[5], &px->x, &px->y);
}

// ---- solving subsets ----

typedef struct solver {
    const rim_view *const *view;
    int count;
    const rim_board *board;
    unsigned fixed;
    bool *out;             // [count]: outliers
    const rim_view **some; // [count] scratch
    rim_pose *pose;        // [count] scratch
    rim_lens *turn;        // [count]: the lens when turn i is left out
    int turns;
} solver;

// In which turn a view is left out. Neighbours in time go to different turns.
static int turn_of(const solver *s, int i)
{
    return i % s->turns;
}

static int used(const solver *s)
{
    int n = 0;
    for (int i = 0; i < s->count; i++)
        n += !s->out[i];
    return n;
}

// Solves from the views that are in; turn >= 0: less those of that turn.
static rim_err solve(solver *s, rim_lens *lens, int turn)
{
    int n = 0;
    for (int i = 0; i < s->count; i++)
        if (!s->out[i] && (turn < 0 || turn_of(s, i) != turn))
            s->some[n++] = s->view[i];
    *lens = (rim_lens){0};
    return rim_cv_calibrate(lens, s->pose, s->some, n, s->board, s->fixed);
}

static rim_err solve_turns(solver *s)
{
    for (int t = 0; t < s->turns; t++) {
        const rim_err err = solve(s, &s->turn[t], t);
        if (err != RIM_OK)
            return err;
    }
    return RIM_OK;
}

// How each view fits the lens of the others. Finds the worst that is in.
static rim_err judge(solver *s, rim_lens_view *result, int *worst, double *ratio)
{
    *worst = -1;
    *ratio = 0;
    for (int i = 0; i < s->count; i++) {
        if (s->out[i])
            continue;
        const rim_lens *others = &s->turn[turn_of(s, i)];
        rim_pose pose;
        const rim_err err = rim_cv_pose(&pose, others, s->view[i], s->board);
        if (err != RIM_OK)
            return err;
        result[i].rms_px = pose.rms_px;
        result[i].pose = pose;
        const double r = pose.rms_px / fmax(others->rms_px, 0.02);
        if (pose.rms_px > OUTLIER_PX && r > *ratio) {
            *ratio = r;
            *worst = i;
        }
    }
    return RIM_OK;
}

// Leaves out the worst view as long as it is an outlier. One at a time: a bad view
// makes its neighbours look bad.
static rim_err leave_out(solver *s, rim_lens_view *result)
{
    for (;;) {
        int worst;
        double ratio;
        rim_err err = solve_turns(s);
        if (err == RIM_OK)
            err = judge(s, result, &worst, &ratio);
        if (err != RIM_OK)
            return err;
        if (worst < 0 || ratio < OUTLIER_RATIO)
            return RIM_OK;
        result[worst].outlier = true;
        s->out[worst] = true;
        if (used(s) < RIM_LENS_VIEWS_MIN) {
            rim_log_error("the views contradict each other: leaving out those that do "
                          "not fit leaves %d, %d are needed; is the board flat, and "
                          "--board, --grid right?",
                          used(s), RIM_LENS_VIEWS_MIN);
            return RIM_ERR_FORMAT;
        }
    }
}

static void state_uncertainty(solver *s, rim_lens_result *r)
{
    double sum[RIM_LENS_PARAMETERS] = {0};
    for (int t = 0; t < s->turns; t++)
        for (int j = 0; j < RIM_LENS_PARAMETERS; j++) {
            const double shift =
                rim_lens_parameter(&s->turn[t], j) - rim_lens_parameter(&r->lens, j);
            sum[j] += shift * shift;
        }
    memcpy(r->statistical, r->lens.stddev, sizeof r->statistical);
    for (int j = 0; j < RIM_LENS_PARAMETERS; j++)
        r->lens.stddev[j] = fmax(r->statistical[j], sqrt(sum[j]));
    for (int i = 0; i < s->count; i++) {
        rim_lens_view *v = &r->view[i];
        for (int j = 0; j < RIM_LENS_PARAMETERS && !v->outlier; j++) {
            v->shift[j] = rim_lens_parameter(&s->turn[turn_of(s, i)], j) -
                          rim_lens_parameter(&r->lens, j);
            if (j < 4 && fabs(v->shift[j]) > HINGE_SIGMAS * r->statistical[j])
                v->hinge = true;
        }
    }
}

static rim_err solve_all(solver *s, rim_lens_result *r)
{
    rim_err err = leave_out(s, r->view);
    if (err == RIM_OK)
        err = solve(s, &r->lens, -1);
    if (err != RIM_OK)
        return err;
    for (int i = 0, n = 0; i < s->count; i++) {
        if (s->out[i])
            continue;
        r->view[i].pose = s->pose[n++];
        r->view[i].rms_px = r->view[i].pose.rms_px;
    }
    r->used = used(s);
    state_uncertainty(s, r);
    return RIM_OK;
}

// ---- the door ----

static rim_err check(const rim_view *const *view, int count)
{
    if (count < RIM_LENS_VIEWS_MIN) {
        rim_log_error("%d view%s of the board, but a lens needs %d or more, tilted to "
                      "different sides%s",
                      count, count == 1 ? "" : "s", RIM_LENS_VIEWS_MIN,
                      count == 1 ? ": one view cannot tell focal length from distance"
                                 : "");
        return RIM_ERR_FORMAT;
    }
    for (int i = 1; i < count; i++) {
        if (view[i]->width == view[0]->width && view[i]->height == view[0]->height)
            continue;
        rim_log_error("%s: %dx%d, but %s is %dx%d; give pictures of one camera mode",
                      view[i]->name, view[i]->width, view[i]->height, view[0]->name,
                      view[0]->width, view[0]->height);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

static bool all_finite(const rim_lens *lens)
{
    for (int j = 0; j < RIM_LENS_PARAMETERS; j++)
        if (!isfinite(rim_lens_parameter(lens, j)) || !isfinite(lens->stddev[j]))
            return false;
    return lens->camera_matrix[0] > 0 && lens->camera_matrix[4] > 0;
}

rim_err rim_lens_solve(rim_lens_result *out, const rim_view *const *view, int count,
                       const rim_board *board, unsigned fixed)
{
    *out = (rim_lens_result){.count = count};
    rim_err err = check(view, count);
    if (err != RIM_OK)
        return err;
    solver s = {.view = view, .count = count, .board = board, .fixed = fixed};
    s.turns = count < RIM_LENS_TURNS ? count : RIM_LENS_TURNS;
    const size_t n = (size_t)count;
    out->view = calloc(n, sizeof *out->view);
    s.out = calloc(n, sizeof *s.out);
    s.some = calloc(n, sizeof(void *));
    s.pose = calloc(n, sizeof *s.pose);
    s.turn = calloc(n, sizeof *s.turn);
    err = RIM_ERR_MEMORY;
    if (out->view && s.out && s.some && s.pose && s.turn)
        err = solve_all(&s, out);
    if (err == RIM_OK && !all_finite(&out->lens)) {
        rim_log_error("the views give no lens: show the board tilted to different "
                      "sides, and check --board and --grid");
        err = RIM_ERR_FORMAT;
    }
    free(s.out);
    free(s.some);
    free(s.pose);
    free(s.turn);
    return err;
}

void rim_lens_result_uninit(rim_lens_result *r)
{
    free(r->view);
    r->view = NULL;
}
