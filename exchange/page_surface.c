// page_surface.c: the cut surface: how it was judged over time, and where residuals lie.
// SPDX-License-Identifier: MIT
#include "exchange/page_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static void put_points(rim_out *o, const rim_point *p, int count)
{
    for (int i = 0; i < count; i++) {
        rim_out_text(o, i ? " " : "");
        rim_out_number(o, p[i].x, 2);
        rim_out_text(o, ",");
        rim_out_number(o, p[i].y, 2);
    }
}

void rim_page_ellipse(rim_out *o, const rim_lesion *l, const char *color,
                      double stroke_px)
{
    rim_out_print(o, "<ellipse fill=\"none\" stroke=\"%s\" stroke-width=\"", color);
    rim_out_number(o, stroke_px, 2);
    rim_out_text(o, "\" rx=\"");
    rim_out_number(o, fmax(l->a, 0), 2);
    rim_out_text(o, "\" ry=\"");
    rim_out_number(o, fmax(l->b, 0), 2);
    rim_out_text(o, "\" transform=\"translate(");
    rim_out_number(o, l->x, 2);
    rim_out_text(o, " ");
    rim_out_number(o, l->y, 2);
    rim_out_text(o, ") rotate(");
    rim_out_number(o, isfinite(l->angle) ? l->angle : 0, 2);
    rim_out_text(o, ")\"/>");
}

// ---- how it was judged

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

// Of the frames in `state`; NAN where it is known in none.
static double median_of(const rim_case *c, rim_surface_state state, bool depth,
                        double *scratch)
{
    size_t count = 0;
    for (size_t i = 0; i < c->frame_count; i++) {
        const double v = depth ? c->frame[i].visible_depth_mm : c->frame[i].assessable;
        if (c->frame[i].state == state && isfinite(v))
            scratch[count++] = v;
    }
    if (count == 0)
        return (double)NAN;
    qsort(scratch, count, sizeof *scratch, by_value);
    return scratch[(count - 1) / 2];
}

static void put_states(rim_out *o, const rim_case *c)
{
    double *scratch = calloc(c->frame_count, sizeof *scratch);
    if (!scratch)
        return;
    rim_out_text(
        o,
        "<table><thead><tr><th class=\"word\">state</th><th>frames</th><th>share</th>"
        "<th>assessable, median</th><th>visible depth, median (mm)</th>"
        "<th class=\"word\">reasons given</th></tr></thead><tbody>\n");
    for (int s = RIM_SURFACE_OFF; s <= RIM_SURFACE_CANNOT_ASSESS; s++) {
        const rim_surface_state state = (rim_surface_state)s;
        size_t frames = 0;
        unsigned why = 0;
        for (size_t i = 0; i < c->frame_count; i++) {
            frames += c->frame[i].state == state;
            why |= c->frame[i].state == state ? c->frame[i].why : 0;
        }
        if (frames == 0)
            continue;
        rim_out_print(o, "<tr><td class=\"word\">%s</td><td>%zu</td><td>",
                      rim_surface_state_name(state), frames);
        rim_html_number(o, 100.0 * (double)frames / (double)c->frame_count, 1);
        rim_out_text(o, " %</td><td>");
        rim_html_number(o, median_of(c, state, false, scratch), 2);
        rim_out_text(o, "</td><td>");
        rim_html_number(o, median_of(c, state, true, scratch), 1);
        rim_out_text(o, "</td><td class=\"word\">");
        rim_html_why(o, why);
        rim_out_text(o, "</td></tr>\n");
    }
    rim_out_text(o, "</tbody></table>\n");
    free(scratch);
}

// ---- where residuals lie

typedef struct view {
    double x, y, width, height; // px of the NIR frame
} view;

static void widen(view *v, const rim_point *p, int count)
{
    for (int i = 0; i < count; i++) {
        const double right = fmax(v->x + v->width, p[i].x);
        const double bottom = fmax(v->y + v->height, p[i].y);
        v->x = fmin(v->x, p[i].x);
        v->y = fmin(v->y, p[i].y);
        v->width = right - v->x;
        v->height = bottom - v->y;
    }
}

// The mark that held in that frame; NULL: none is known.
static const rim_surface_mark *mark_at(const rim_page *p, uint64_t frame)
{
    const rim_surface_mark *found = NULL;
    for (int i = 0; i < p->mark_count; i++)
        if (p->mark[i].frame <= frame)
            found = &p->mark[i];
    return found;
}

// All of the frame where its size is known, else what is drawn, with a margin.
static view find_view(const rim_case *c, const rim_page *p, const rim_case_frame *f,
                      const rim_surface_mark *mark)
{
    if (p->width > 0)
        return (view){-0.5, -0.5, p->width, p->height};
    const rim_case_residual *first = &c->residual[f->residual];
    view v = {first->x, first->y, 1, 1};
    for (int i = 0; i < f->residual_count; i++)
        widen(&v, &c->corner[first[i].corner], first[i].corner_count);
    if (mark)
        widen(&v, mark->point, mark->count);
    const double margin = fmax(v.width, v.height) / 8 + 4;
    return (view){v.x - margin, v.y - margin, v.width + 2 * margin,
                  v.height + 2 * margin};
}

static void put_backdrop(rim_out *o, const rim_page_picture *picture)
{
    const rim_frame *n = &picture->nir;
    rim_out_text(o, "<image preserveAspectRatio=\"none\" x=\"");
    rim_out_number(o, picture->left - picture->step / 2, 2);
    rim_out_text(o, "\" y=\"");
    rim_out_number(o, picture->top - picture->step / 2, 2);
    rim_out_text(o, "\" width=\"");
    rim_out_number(o, picture->step * n->width, 2);
    rim_out_text(o, "\" height=\"");
    rim_out_number(o, picture->step * n->height, 2);
    rim_out_text(o, "\" href=\"");
    rim_html_picture(o, n);
    rim_out_text(o, "\"/>\n");
}

// The surface as it was followed, else as it was marked.
static void put_border(rim_out *o, const rim_surface_mark *mark,
                       const rim_outline *followed, const char *color, double dash)
{
    if (!mark && !followed)
        return;
    rim_out_print(o, "<polygon stroke=\"%s\" stroke-dasharray=\"", color);
    rim_out_number(o, dash, 2);
    rim_out_text(o, "\" points=\"");
    if (followed)
        put_points(o, followed->point, followed->count);
    else
        put_points(o, mark->point, mark->count);
    rim_out_text(o, "\"/>");
}

static void put_figure(rim_out *o, const rim_case *c, const rim_page *p,
                       const rim_case_track *track, const rim_page_picture *picture)
{
    const rim_case_residual *clearest = &c->residual[track->clearest];
    const rim_case_frame *f = &c->frame[clearest->frame];
    const rim_surface_mark *mark = mark_at(p, f->number);
    const view v = find_view(c, p, f, mark);
    const double stroke = v.width / 400;
    const bool seen = picture && picture->nir.data;
    const rim_outline *followed =
        seen && picture->surface.count > 0 ? &picture->surface : NULL;
    rim_out_text(o, "<figure><svg class=\"surface\" viewBox=\"");
    rim_out_number(o, v.x, 2);
    rim_out_text(o, " ");
    rim_out_number(o, v.y, 2);
    rim_out_text(o, " ");
    rim_out_number(o, v.width, 2);
    rim_out_text(o, " ");
    rim_out_number(o, v.height, 2);
    rim_out_print(o,
                  "\" role=\"img\" aria-label=\"Cut surface in frame %" PRIu64 "\">\n",
                  f->number);
    if (seen)
        put_backdrop(o, picture);
    rim_out_print(o, "<g fill=\"none\" stroke-linejoin=\"round\" stroke-width=\"");
    rim_out_number(o, stroke, 2);
    rim_out_text(o, "\">");
    put_border(o, mark, followed, seen ? "#ffffff" : "#555555", 4 * stroke);
    for (int i = 0; i < f->residual_count; i++) {
        const rim_case_residual *r = &c->residual[f->residual + (size_t)i];
        rim_out_print(o, "<polygon stroke=\"%s\" points=\"",
                      seen ? "#ff9d3b" : "#d55e00");
        put_points(o, &c->corner[r->corner], r->corner_count);
        rim_out_text(o, "\"/>");
    }
    rim_out_text(o, "</g></svg>\n<figcaption>");
    rim_out_print(o, "Residual %d was clearest in frame %" PRIu64 ", ", track->id,
                  f->number);
    rim_html_number(o, rim_case_seconds(c, clearest->frame), 2);
    rim_out_text(o, " s: signal over background ");
    rim_html_number(o, clearest->sbr, 2);
    rim_out_text(o, ", ");
    rim_html_number(o, clearest->area_mm2, 1);
    rim_out_text(o, " mm&#178; (");
    rim_html_number(o, clearest->area_px, 0);
    rim_out_text(o, " px), confidence ");
    rim_html_number(o, clearest->confidence, 2);
    if (followed)
        rim_out_text(o, ". Dashed: the surface as it was followed");
    else if (mark)
        rim_out_print(o, ". Dashed: the surface as it was marked in frame %" PRIu64,
                      mark->frame);
    rim_out_text(o, ".</figcaption></figure>\n");
}

void rim_page_surface(rim_out *o, const rim_case *c, const rim_page *p)
{
    rim_out_text(o, "<p class=\"note\"><b>none_detected</b> speaks of fluorescence, to "
                    "the depth that could be seen, and never says that a surface is "
                    "free of tumour.</p>\n");
    put_states(o, c);
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    const int count =
        rim_case_choose(chosen, c->residual_track, c->residual_track_count);
    if (count > 0 && !p->residual && p->no_picture) {
        rim_out_text(o, "<p class=\"note\">");
        rim_html_text(o, p->no_picture);
        rim_out_text(o, "</p>\n");
    }
    rim_out_text(o, "<div class=\"figures\">\n");
    for (int i = 0; i < count; i++)
        put_figure(o, c, p, &c->residual_track[chosen[i]],
                   p->residual ? &p->residual[chosen[i]] : NULL);
    rim_out_text(o, "</div>\n");
}
