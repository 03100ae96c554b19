// register_order.c: half turns and mirrors, settled over all pairs.
// SPDX-License-Identifier: MIT
#include "calib/register_order.h"

#include "base/log.h"
#include "calib/lens_model.h"

#include <math.h>
#include <stdlib.h>

int rim_register_common(rim_point *a_px, rim_point *b_px, int *id, const rim_view *a,
                        const rim_view *b)
{
    int n = 0;
    for (int i = 0, j = 0; i < a->count; i++) {
        while (j < b->count && b->id[j] < a->id[i])
            j++;
        if (j == b->count || b->id[j] != a->id[i])
            continue;
        a_px[n] = a->px[i];
        b_px[n] = b->px[j];
        if (id)
            id[n] = a->id[i];
        n++;
    }
    return n;
}

// Ways to number a board that is symmetric; each undoes itself.
enum { HALF_TURN = 1, MIRROR = 2, WAYS = 4 };

static void swap_points(rim_view *v, int i, int j)
{
    const rim_point p = v->px[i];
    v->px[i] = v->px[j];
    v->px[j] = p;
}

static bool has_half_turn(const rim_board *b)
{
    return b->kind == RIM_BOARD_CHESSBOARD || b->kind == RIM_BOARD_CIRCLES;
}

// Whole views of a board without handedness only.
static void renumber(rim_view *v, const rim_board *b, int way)
{
    if (way & HALF_TURN)
        for (int i = 0, j = v->count - 1; i < j; i++, j--)
            swap_points(v, i, j);
    if (way & MIRROR) // first row becomes the last
        for (int i = 0, j = b->rows - 1; i < j; i++, j--)
            for (int col = 0; col < b->cols; col++)
                swap_points(v, i * b->cols + col, j * b->cols + col);
}

// From the first row's direction in one view to that in the other: cosine of the turn.
static double turn_cosine(const rim_view *a, const rim_view *b, const rim_board *board)
{
    const int last = board->cols - 1;
    const double ax = a->px[last].x - a->px[0].x, ay = a->px[last].y - a->px[0].y;
    const double bx = b->px[last].x - b->px[0].x, by = b->px[last].y - b->px[0].y;
    return (ax * bx + ay * by) / sqrt((ax * ax + ay * ay) * (bx * bx + by * by));
}

// Root mean square of the error of the best homography over all pairs.
static rim_err misfit(double *rms, const rim_view *const *nir, const rim_view *visible,
                      int pairs, rim_point *a, rim_point *b)
{
    int n = 0;
    for (int i = 0; i < pairs; i++)
        n += rim_register_common(a + n, b + n, NULL, nir[i], &visible[i]);
    double h[9], sum = 0;
    *rms = INFINITY;
    const rim_err err = rim_cv_homography(h, a, b, n, 0, NULL);
    if (err != RIM_OK)
        return err == RIM_ERR_FORMAT ? RIM_OK : err;
    for (int i = 0; i < n; i++) {
        double u, v;
        if (!rim_homography_apply(h, a[i].x, a[i].y, &u, &v))
            return RIM_OK; // folds: does not fit at all
        sum += (u - b[i].x) * (u - b[i].x) + (v - b[i].y) * (v - b[i].y);
    }
    *rms = sqrt(sum / n);
    return RIM_OK;
}

// As is, half turn, and both mirrored. Later ways must be clearly better.
static rim_err choose(int *best, rim_view *visible, const rim_view *const *nir,
                      int pairs, const rim_board *board, rim_point *a, rim_point *b)
{
    static const double better[WAYS] = {1, 0.8, 0.4, 0.4};
    double least = INFINITY;
    rim_err err = RIM_OK;
    *best = 0;
    for (int way = 0; way < WAYS && err == RIM_OK; way++) {
        if ((way & HALF_TURN) && !has_half_turn(board))
            continue;
        double rms;
        for (int i = 0; i < pairs; i++)
            renumber(&visible[i], board, way);
        err = misfit(&rms, nir, visible, pairs, a, b);
        for (int i = 0; i < pairs; i++)
            renumber(&visible[i], board, way);
        if (rms < least * better[way]) {
            least = rms;
            *best = way;
        }
    }
    return err;
}

static rim_err settle(rim_view *visible, const rim_view *const *nir, int pairs,
                      const rim_board *board, rim_point *a, rim_point *b)
{
    // By less than a quarter turn, as two cameras on one scope are; or else all.
    for (int i = 0; i < pairs && has_half_turn(board); i++)
        if (turn_cosine(nir[i], &visible[i], board) < 0)
            renumber(&visible[i], board, HALF_TURN);
    int way;
    const rim_err err = choose(&way, visible, nir, pairs, board, a, b);
    if (err != RIM_OK)
        return err;
    if (way & MIRROR) {
        rim_log_error("the NIR picture is mirrored against the visible one: switch off "
                      "the mirroring of one camera");
        return RIM_ERR_FORMAT;
    }
    for (int i = 0; i < pairs; i++)
        renumber(&visible[i], board, way);
    return RIM_OK;
}

static rim_err refuse_mirrored(const rim_view *visible, const rim_view *const *nir,
                               int pairs, rim_point *a, rim_point *b)
{
    for (int i = 0; i < pairs; i++) {
        double h[9];
        const int n = rim_register_common(a, b, NULL, nir[i], &visible[i]);
        if (n < 4 || rim_cv_homography(h, a, b, n, 0, NULL) != RIM_OK)
            continue;
        if (h[0] * h[4] - h[1] * h[3] < 0) {
            rim_log_error("%s is mirrored against %s: switch off the mirroring of one "
                          "camera",
                          visible[i].name, nir[i]->name);
            return RIM_ERR_FORMAT;
        }
    }
    return RIM_OK;
}

rim_err rim_register_order(rim_view *visible, const rim_view *const *nir, int pairs,
                           const rim_board *board)
{
    size_t points = 0;
    for (int i = 0; i < pairs; i++)
        points += (size_t)visible[i].count;
    rim_point *a = malloc((points + 1) * sizeof *a),
              *b = malloc((points + 1) * sizeof *b);
    rim_err err = RIM_ERR_MEMORY;
    if (a && b)
        err = rim_board_has_handedness(board)
                  ? refuse_mirrored(visible, nir, pairs, a, b)
                  : settle(visible, nir, pairs, board, a, b);
    free(a);
    free(b);
    return err;
}
