// match.c: greedy matching of reports to truth, the surest first.
// SPDX-License-Identifier: MIT
#include "evaluate/match.h"

#include "evaluate/ellipse.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

bool rim_class_is_lesion(const char *class_name)
{
    return !*class_name || strcmp(class_name, "lesion") == 0;
}

bool rim_class_is_nodule(const char *class_name)
{
    return strcmp(class_name, "nodule") == 0;
}

bool rim_class_is_residual(const char *class_name)
{
    return rim_class_is_lesion(class_name) || strcmp(class_name, "residual") == 0;
}

double rim_confidence(double reported)
{
    return isnan(reported) ? 1.0 : reported;
}

static double floor_px(double mm_per_px)
{
    return mm_per_px > 0.0 ? RIM_MATCH_FLOOR_MM / mm_per_px : RIM_MATCH_FLOOR_PX;
}

static double distance(double ax, double ay, double bx, double by)
{
    return sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by));
}

static bool is_inside(const rim_outline *o, double x, double y)
{
    bool inside = false;
    for (int i = 0, j = o->count - 1; i < o->count; j = i++) {
        const rim_point p = o->point[i], q = o->point[j];
        if ((p.y > y) != (q.y > y) && x < p.x + (y - p.y) / (q.y - p.y) * (q.x - p.x))
            inside = !inside;
    }
    return inside;
}

static rim_ellipse outline_of(const rim_lesion *s)
{
    return (rim_ellipse){s->x, s->y, s->a, s->b, s->angle};
}

// The distance of the centres where `s` hits `t`, else INFINITY.
static double lesion_gap(const rim_lesion *s, const rim_lesion *t, double floor)
{
    const double gap = distance(s->x, s->y, t->x, t->y);
    if (gap <= fmax(sqrt(fmax(t->a * t->b, 0.0)), floor))
        return gap;
    const rim_ellipse p = outline_of(s), q = outline_of(t);
    return rim_ellipse_iou(&p, &q) >= RIM_MATCH_IOU ? gap : (double)INFINITY;
}

// The same for a point, with its polygon if it has one, and a residual.
static double residual_gap(double x, double y, const rim_outline *o,
                           const rim_residual *t, double floor)
{
    const double gap = distance(x, y, t->x, t->y);
    const double radius = t->area_px > 0.0 ? sqrt(t->area_px / pi) : 0.0;
    if (gap <= fmax(radius, floor) || is_inside(&t->outline, x, y) ||
        (o && is_inside(o, t->x, t->y)))
        return gap;
    return (double)INFINITY;
}

static void sort_by_confidence(int *order, const double *confidence, int count)
{
    for (int i = 0; i < count; i++) {
        int at = i;
        for (; at > 0 && confidence[order[at - 1]] < confidence[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

// The nearest lesion or nodule that `s` hits and nobody has taken, or -1.
static int nearest_free(const rim_lesion *s, const rim_truth *t, const bool *taken,
                        double floor)
{
    double best = (double)INFINITY;
    int found = -1;
    for (int i = 0; i < t->seen.lesion_count; i++) {
        const char *name = t->lesion[i].class_name;
        if (taken[i] || !(rim_class_is_lesion(name) || rim_class_is_nodule(name)))
            continue;
        const double gap = lesion_gap(s, &t->seen.lesion[i], floor);
        if (gap < best) {
            best = gap;
            found = i;
        }
    }
    return found;
}

static int nearest_residual(double x, double y, const rim_outline *o,
                            const rim_truth *t, const bool *taken, double floor)
{
    double best = (double)INFINITY;
    int found = -1;
    for (int i = 0; i < t->seen.surface.residual_count; i++) {
        if ((taken && taken[i]) || !rim_class_is_residual(t->residual[i].class_name))
            continue;
        const double gap = residual_gap(x, y, o, &t->seen.surface.residual[i], floor);
        if (gap < best) {
            best = gap;
            found = i;
        }
    }
    return found;
}

static int nearest_distractor(const rim_lesion *s, const rim_truth *t, double floor)
{
    double best = (double)INFINITY;
    int found = -1;
    for (int i = 0; i < t->seen.lesion_count; i++) {
        const char *name = t->lesion[i].class_name;
        if (rim_class_is_lesion(name) || rim_class_is_nodule(name))
            continue;
        const double gap = lesion_gap(s, &t->seen.lesion[i], floor);
        if (gap < best) {
            best = gap;
            found = i;
        }
    }
    return found;
}

static rim_match match_lesion(const rim_lesion *s, const rim_truth *t, bool *taken,
                              double floor)
{
    const int lesion = nearest_free(s, t, taken, floor);
    if (lesion >= 0) {
        taken[lesion] = true;
        if (rim_class_is_nodule(t->lesion[lesion].class_name))
            return (rim_match){RIM_MATCH_NODULE, lesion};
        return (rim_match){
            t->lesion[lesion].detectable ? RIM_MATCH_LESION : RIM_MATCH_FAINT, lesion};
    }
    const int residual = nearest_residual(s->x, s->y, NULL, t, NULL, floor);
    if (residual >= 0)
        return (rim_match){RIM_MATCH_RESIDUAL, residual};
    return (rim_match){RIM_MATCH_FALSE, nearest_distractor(s, t, floor)};
}

void rim_match_lesions(rim_match *out, const rim_truth *truth, const rim_result *seen,
                       double mm_per_px)
{
    bool taken[RIM_LESIONS_MAX] = {false};
    int order[RIM_LESIONS_MAX];
    double confidence[RIM_LESIONS_MAX];
    for (int i = 0; i < seen->lesion_count; i++)
        confidence[i] = rim_confidence(seen->lesion[i].confidence);
    sort_by_confidence(order, confidence, seen->lesion_count);
    for (int k = 0; k < seen->lesion_count; k++)
        out[order[k]] =
            match_lesion(&seen->lesion[order[k]], truth, taken, floor_px(mm_per_px));
}

static int distractor_under(const rim_residual *s, const rim_truth *t, double floor)
{
    for (int i = 0; i < t->seen.surface.residual_count; i++)
        if (!rim_class_is_residual(t->residual[i].class_name) &&
            residual_gap(s->x, s->y, &s->outline, &t->seen.surface.residual[i], floor) <
                (double)INFINITY)
            return i;
    return -1;
}

// A residual reported on a lesion of the intact liver is real, too.
static bool is_on_lesion(const rim_residual *s, const rim_truth *t)
{
    for (int i = 0; i < t->seen.lesion_count; i++) {
        const rim_lesion *l = &t->seen.lesion[i];
        if (rim_class_is_lesion(t->lesion[i].class_name) &&
            distance(s->x, s->y, l->x, l->y) <= sqrt(fmax(l->a * l->b, 0.0)))
            return true;
    }
    return false;
}

void rim_match_residuals(rim_match *out, const rim_truth *truth, const rim_result *seen,
                         double mm_per_px)
{
    const rim_surface *surface = &seen->surface;
    const double floor = floor_px(mm_per_px);
    bool taken[RIM_RESIDUALS_MAX] = {false};
    int order[RIM_RESIDUALS_MAX];
    double confidence[RIM_RESIDUALS_MAX];
    for (int i = 0; i < surface->residual_count; i++)
        confidence[i] = rim_confidence(surface->residual[i].confidence);
    sort_by_confidence(order, confidence, surface->residual_count);
    for (int k = 0; k < surface->residual_count; k++) {
        const rim_residual *s = &surface->residual[order[k]];
        const int hit = nearest_residual(s->x, s->y, &s->outline, truth, taken, floor);
        if (hit >= 0) {
            taken[hit] = true;
            out[order[k]] = (rim_match){
                truth->residual[hit].detectable ? RIM_MATCH_LESION : RIM_MATCH_FAINT,
                hit};
        } else if (is_on_lesion(s, truth)) {
            out[order[k]] = (rim_match){RIM_MATCH_RESIDUAL, -1};
        } else {
            out[order[k]] =
                (rim_match){RIM_MATCH_FALSE, distractor_under(s, truth, floor)};
        }
    }
}
