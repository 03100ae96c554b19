// views.c: boards, frame after frame.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/calibrate/guide.h"
#include "app/progress.h"
#include "base/clock.h"
#include "base/log.h"
#include "calib/correct.h"
#include "calib/cv_bridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Views of a video are kept when the board has moved by this part of the width since
// the last one that was kept.
static const double MOVED = 0.02;
// Two cameras do not look at one moment: between the two pictures the board may move
// by this part of the width, as fast as it was since it was last seen.
static const double STILL = 0.0002;

static rim_err make_room(rim_cal_views *v)
{
    if (v->count < v->capacity)
        return RIM_OK;
    const int capacity = v->capacity ? 2 * v->capacity : 16;
    rim_view *nir = realloc(v->nir, (size_t)capacity * sizeof *nir);
    if (nir)
        v->nir = nir;
    rim_view *visible = realloc(v->visible, (size_t)capacity * sizeof *visible);
    if (visible)
        v->visible = visible;
    if (!nir || !visible)
        return RIM_ERR_MEMORY;
    v->capacity = capacity;
    return RIM_OK;
}

static rim_err keep_picture(rim_frame *to, const rim_frame *from)
{
    if (to->data)
        return RIM_OK;
    *to = (rim_frame){.width = from->width,
                      .height = from->height,
                      .fmt = from->fmt,
                      .bits = from->bits};
    const rim_err err = rim_frame_init(to);
    if (err == RIM_OK)
        rim_frame_copy(to, from);
    return err;
}

// Mean distance by which the points have moved, px.
static double moved_px(const rim_view *a, const rim_view *b)
{
    double sum = 0;
    int n = 0;
    for (int i = 0, j = 0; i < a->count; i++) {
        while (j < b->count && b->id[j] < a->id[i])
            j++;
        if (j == b->count || b->id[j] != a->id[i])
            continue;
        sum += hypot(a->px[i].x - b->px[j].x, a->px[i].y - b->px[j].y);
        n++;
    }
    return n > 0 ? sum / n : INFINITY;
}

// What looking at frames needs from one to the next.
typedef struct search {
    rim_cal_views *v;
    const rim_board *board;
    rim_cal_guide guide;
    bool guided;      // a camera or a video: what is missing is said as it goes
    bool any;         // one view, whichever, is enough
    bool stills;      // pictures that were taken one by one: each counts
    bool apart;       // two cameras, not taken at one moment: the board must be still
    rim_view last;    // the board as last seen, for that; count 0: not yet
    int64_t last_ns;  // when
    bool asked_still; // since the last view was taken
    int moved;        // pictures in which it had moved
    int unfit[RIM_SEEN_COUNT]; // pictures, by why they were not taken
} search;

// Does it show what an earlier view shows?
static bool is_known(const search *s, const rim_view *a)
{
    const rim_cal_views *v = s->v;
    for (int i = 0; !s->stills && i < v->count; i++)
        if (moved_px(a, &v->nir[i]) < MOVED * a->width)
            return true;
    return false;
}

// Has the board moved between the two pictures of a pair?
static bool moves(search *s, const rim_view *a, const rim_cal_pair *p)
{
    if (!s->apart)
        return false;
    const double since_ns = (double)(p->nir->captured_ns - s->last_ns);
    const double between_px =
        s->last.count > 0 && since_ns > 0
            ? moved_px(a, &s->last) * (double)p->skew_ns / since_ns
            : INFINITY;
    s->last = *a;
    s->last_ns = p->nir->captured_ns;
    // Cameras that are triggered together see one moment, however it moves.
    return p->skew_ns > 0 && !(between_px < STILL * a->width);
}

static void say_seen(search *s, const char *name, rim_seen seen, const char *where)
{
    s->unfit[seen]++;
    if (s->guided)
        rim_cal_guide_saw(&s->guide, name, seen, where);
    else
        rim_cal_say("  %-24s %s%s", name, where, rim_seen_words(seen));
}

static void ask_still(search *s, const char *name)
{
    s->moved++;
    if (!s->asked_still)
        rim_cal_say("  %-24s hold the board still", name);
    s->asked_still = true;
    (void)fflush(stdout);
}

static rim_err keep_pictures(rim_cal_views *v, const rim_cal_pair *p)
{
    rim_err err = keep_picture(&v->nir_picture, p->nir);
    if (err == RIM_OK && p->visible)
        err = keep_picture(&v->visible_picture, p->visible);
    return err;
}

// The board in the frame, then in the visible one. *found: the board, in all there are.
static rim_err find(search *s, bool *found, rim_view *a, rim_view *b,
                    const rim_cal_pair *p)
{
    rim_seen seen = RIM_SEEN_NOTHING;
    *found = false;
    rim_err err = rim_cv_find_board(a, &seen, p->nir, s->board);
    if (err == RIM_OK && seen != RIM_SEEN_BOARD)
        say_seen(s, p->name, seen, "");
    if (err != RIM_OK || seen != RIM_SEEN_BOARD)
        return err;
    const bool first = s->last.count == 0;
    const bool moving = moves(s, a, p);
    if (is_known(s, a))
        return RIM_OK;
    if (moving) {
        if (!first)
            ask_still(s, p->name);
        return RIM_OK;
    }
    if (p->visible)
        err = rim_cv_find_board(b, &seen, p->visible, s->board);
    if (err == RIM_OK && seen != RIM_SEEN_BOARD)
        say_seen(s, p->name, seen, "visible: ");
    *found = err == RIM_OK && seen == RIM_SEEN_BOARD;
    return err;
}

// Looks in one frame or pair; adds it where the board is there.
static rim_err look(search *s, const rim_cal_pair *p)
{
    rim_cal_views *v = s->v;
    bool found = false;
    rim_err err = make_room(v);
    if (err == RIM_OK)
        err = find(s, &found, &v->nir[v->count], &v->visible[v->count], p);
    if (err == RIM_OK && found)
        err = keep_pictures(v, p);
    if (err != RIM_OK || !found)
        return err;
    rim_view *a = &v->nir[v->count], *b = &v->visible[v->count];
    (void)snprintf(a->name, sizeof a->name, "%s", p->name);
    (void)snprintf(b->name, sizeof b->name, "%.100s (visible)", p->name);
    v->count++;
    s->asked_still = false;
    if (s->guided && !s->any)
        rim_cal_guide_took(&s->guide, a, s->board);
    return RIM_OK;
}

// Nothing was found: is it another board?
static rim_err refuse_none(const search *s, const rim_frame *last)
{
    const rim_cal_views *v = s->v;
    const rim_board *board = s->board;
    int cols = 0, rows = 0, most = RIM_SEEN_BOARD;
    for (int i = RIM_SEEN_BOARD + 1; i < RIM_SEEN_COUNT; i++)
        if (s->unfit[i] > s->unfit[most])
            most = i;
    if (s->unfit[most] > 0)
        rim_log_error("no board that can be used in %d picture%s: in %d of them %s",
                      v->looked, v->looked == 1 ? "" : "s", s->unfit[most],
                      rim_seen_words((rim_seen)most));
    else if (s->moved > 0)
        rim_log_error("the board moved between the pictures of the two cameras, each "
                      "time it was seen (%d): hold it still, or trigger them together",
                      s->moved);
    else if (board->kind == RIM_BOARD_CHESSBOARD && last->data &&
             rim_cv_guess_chessboard(&cols, &rows, last) == RIM_OK && cols > 0 &&
             !(cols == board->cols && rows == board->rows) &&
             !(cols == board->rows && rows == board->cols))
        rim_log_error("no board of %dx%d in %d pictures, but a chessboard with %dx%d "
                      "inner corners: is it --grid %dx%d?",
                      board->cols, board->rows, v->looked, cols, rows, cols, rows);
    else
        rim_log_error("no board in %d pictures: is it --board %s --grid %dx%d, whole, "
                      "in focus and without glare?",
                      v->looked, rim_board_kind_names[board->kind - 1], board->cols,
                      board->rows);
    return RIM_ERR_FORMAT;
}

static search start(rim_cal_views *v, rim_cal_input *nir, rim_cal_input *visible,
                    const rim_board *board, int max)
{
    const rim_cal_shape *shape = rim_cal_input_shape(nir);
    search s = {
        .v = v, .board = board, .any = max == 1, .apart = shape->live && visible};
    s.stills = shape->frames >= 0 && shape->frames <= 60;
    s.guided = !s.stills;
    rim_cal_guide_init(&s.guide, shape->width, shape->height);
    if (!shape->live)
        return s;
    rim_cal_input_newest(nir);
    if (visible)
        rim_cal_input_newest(visible);
    rim_cal_say(s.any ? "show the board; Ctrl-C ends it"
                      : "show the board in every part of the picture, and tilted to "
                        "all sides; Ctrl-C ends it with what there is");
    (void)fflush(stdout);
    return s;
}

rim_err rim_cal_views_take(rim_cal_views *v, rim_cal_input *nir, rim_cal_input *visible,
                           bool pairs, const rim_board *board, const rim_calib *calib,
                           const rim_cal_looking *how)
{
    *v = (rim_cal_views){0};
    const rim_cal_shape *shape = rim_cal_input_shape(nir);
    search s = start(v, nir, visible, board, how->max);
    const int64_t until_ns = how->seconds > 0 && shape->live
                                 ? rim_clock_now_ns() + (int64_t)(how->seconds * 1e9)
                                 : INT64_MAX;
    rim_frame last = {0};
    rim_progress progress;
    rim_progress_start(&progress, "looking", "pictures", shape->frames);
    rim_err err = RIM_OK;
    while (v->count < how->max && rim_clock_now_ns() < until_ns &&
           !(shape->live && rim_cal_guide_enough(&s.guide))) {
        rim_cal_pair p;
        err = rim_cal_pair_next(&p, nir, pairs ? visible : NULL);
        if (err != RIM_OK)
            break;
        v->looked++;
        rim_progress_update(&progress, v->looked);
        if (pairs && !p.visible) {
            rim_cal_say("  %-24s no visible picture", p.name);
            continue;
        }
        if (!pairs)
            p.visible = NULL;
        if (calib && (calib->dark.data || calib->bad.data))
            rim_calib_correct(p.nir, calib, shape->black_level);
        err = keep_picture(&last, p.nir);
        if (err == RIM_OK)
            err = look(&s, &p);
        if (err != RIM_OK)
            break;
    }
    rim_progress_finish(&progress);
    if (err == RIM_END)
        err = RIM_OK;
    if (err == RIM_OK && v->count == 0)
        err = refuse_none(&s, &last);
    rim_frame_uninit(&last);
    return err;
}

void rim_cal_views_uninit(rim_cal_views *v)
{
    free(v->nir);
    free(v->visible);
    rim_frame_uninit(&v->nir_picture);
    rim_frame_uninit(&v->visible_picture);
    *v = (rim_cal_views){0};
}
