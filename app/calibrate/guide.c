// guide.c: coverage in words, view by view.
// SPDX-License-Identifier: MIT
#include "app/calibrate/guide.h"

#include "app/calibrate/calibrate.h"
#include "calib/cv_bridge.h"

enum { VIEWS_MIN = 10 };

void rim_cal_guide_init(rim_cal_guide *g, int width, int height)
{
    *g = (rim_cal_guide){.said_any = false};
    rim_coverage_init(&g->coverage, width, height);
}

// Tilts need a lens. A plain one, with an angle of view as scopes have it, is near
// enough to tell 20 degrees from none.
static void add_tilt(rim_cal_guide *g, const rim_view *view, const rim_board *board)
{
    const double f = 0.9 * view->width;
    const rim_lens lens = {
        .width = view->width,
        .height = view->height,
        .camera_matrix = {f, 0, view->width / 2.0, 0, f, view->height / 2.0, 0, 0, 1}};
    rim_pose pose;
    if (rim_cv_pose(&pose, &lens, view, board) == RIM_OK)
        rim_coverage_add_pose(&g->coverage, &pose);
}

void rim_cal_guide_took(rim_cal_guide *g, const rim_view *view, const rim_board *board)
{
    char words[512];
    g->taken++;
    g->said_any = false;
    rim_coverage_add(&g->coverage, view);
    add_tilt(g, view, board);
    rim_coverage_missing(words, sizeof words, &g->coverage);
    if (words[0])
        rim_cal_say("  %-24s view %d taken; now show %s", view->name, g->taken, words);
    else if (g->taken < VIEWS_MIN)
        rim_cal_say("  %-24s view %d taken; now %d more, anywhere", view->name,
                    g->taken, VIEWS_MIN - g->taken);
    else
        rim_cal_say("  %-24s view %d taken; nothing is missing", view->name, g->taken);
    (void)fflush(stdout);
}

void rim_cal_guide_saw(rim_cal_guide *g, const char *name, rim_seen seen,
                       const char *where)
{
    if (g->said_any && g->said == seen)
        return;
    g->said = seen;
    g->said_any = true;
    rim_cal_say("  %-24s %s%s", name, where, rim_seen_words(seen));
    (void)fflush(stdout);
}

bool rim_cal_guide_enough(const rim_cal_guide *g)
{
    char words[512];
    rim_coverage_missing(words, sizeof words, &g->coverage);
    return !words[0] && g->taken >= VIEWS_MIN;
}
