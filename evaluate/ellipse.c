// ellipse.c: areas by clipping polygons, distances to the exact ellipse.
// SPDX-License-Identifier: MIT
#include "evaluate/ellipse.h"

#include "base/result.h"

#include <math.h>
#include <stdbool.h>

enum { CORNERS = 48 }; // of a polygon that stands for an ellipse

static const double pi = 3.14159265358979323846;

typedef struct polygon {
    int count;
    rim_point point[2 * CORNERS + 2];
} polygon;

static bool has_area(const rim_ellipse *e)
{
    return isfinite(e->x) && isfinite(e->y) && isfinite(e->a) && isfinite(e->b) &&
           e->a > 0.0 && e->b > 0.0;
}

// Points at equal steps of the parameter, `grow` times the half axes away.
static void trace(polygon *p, const rim_ellipse *e, double grow)
{
    const double turn = isfinite(e->angle) ? e->angle * pi / 180.0 : 0.0;
    const double c = cos(turn), s = sin(turn);
    p->count = CORNERS;
    for (int i = 0; i < CORNERS; i++) {
        const double t = 2.0 * pi * i / CORNERS;
        const double u = grow * e->a * cos(t), v = grow * e->b * sin(t);
        p->point[i] = (rim_point){e->x + u * c - v * s, e->y + u * s + v * c};
    }
}

// Twice the signed area of the triangle a, b, p.
static double side(rim_point a, rim_point b, rim_point p)
{
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

// Sutherland and Hodgman: what of `in` lies on the inner side of the line a, b.
static void clip(polygon *out, const polygon *in, rim_point a, rim_point b)
{
    out->count = 0;
    for (int i = 0; i < in->count; i++) {
        const rim_point p = in->point[i], q = in->point[(i + 1) % in->count];
        const double at_p = side(a, b, p), at_q = side(a, b, q);
        if (at_p >= 0.0)
            out->point[out->count++] = p;
        if ((at_p >= 0.0) != (at_q >= 0.0)) {
            const double t = at_p / (at_p - at_q);
            out->point[out->count++] =
                (rim_point){p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)};
        }
    }
}

static double area(const polygon *p)
{
    double sum = 0.0;
    for (int i = 1; i + 1 < p->count; i++)
        sum += side(p->point[0], p->point[i], p->point[i + 1]);
    return 0.5 * sum;
}

static double shared_area(const rim_ellipse *e, const rim_ellipse *f)
{
    if (!has_area(e) || !has_area(f))
        return 0.0;
    const double dx = e->x - f->x, dy = e->y - f->y;
    const double reach = fmax(e->a, e->b) + fmax(f->a, f->b);
    if (dx * dx + dy * dy >= reach * reach)
        return 0.0;
    // Polygons of the ellipses' own areas.
    const double grow = sqrt(2.0 * pi / CORNERS / sin(2.0 * pi / CORNERS));
    polygon p[2], window;
    trace(&p[0], e, grow);
    trace(&window, f, grow);
    int now = 0;
    for (int i = 0; i < CORNERS && p[now].count > 0; i++, now ^= 1)
        clip(&p[now ^ 1], &p[now], window.point[i], window.point[(i + 1) % CORNERS]);
    return area(&p[now]);
}

static double full_area(const rim_ellipse *e)
{
    return has_area(e) ? pi * e->a * e->b : 0.0;
}

static double ratio(double part, double whole)
{
    return whole > 0.0 ? fmin(part / whole, 1.0) : 0.0;
}

double rim_ellipse_iou(const rim_ellipse *p, const rim_ellipse *q)
{
    const double shared = shared_area(p, q);
    return ratio(shared, full_area(p) + full_area(q) - shared);
}

double rim_ellipse_dice(const rim_ellipse *p, const rim_ellipse *q)
{
    return ratio(2.0 * shared_area(p, q), full_area(p) + full_area(q));
}

static rim_ellipse shrink(const rim_ellipse *e, double by)
{
    return (rim_ellipse){e->x, e->y, e->a - by, e->b - by, e->angle};
}

double rim_ring_dice(const rim_ellipse *p, double pw, const rim_ellipse *q, double qw)
{
    const rim_ellipse in_p = shrink(p, pw), in_q = shrink(q, qw);
    const double shared = shared_area(p, q) - shared_area(&in_p, q) -
                          shared_area(p, &in_q) + shared_area(&in_p, &in_q);
    const double areas =
        full_area(p) - full_area(&in_p) + full_area(q) - full_area(&in_q);
    return ratio(2.0 * fmax(shared, 0.0), areas);
}

// From (x, y), in the ellipse's own axes, to the ellipse: the foot is improved by
// stepping along the circle of curvature, which converges in a few steps inside
// and outside.
static double distance_to(double x, double y, double a, double b)
{
    const double px = fabs(x), py = fabs(y), gap = a * a - b * b;
    double tx = sqrt(0.5), ty = sqrt(0.5);
    for (int step = 0; step < 8; step++) {
        const double ex = gap * tx * tx * tx / a, ey = -gap * ty * ty * ty / b;
        const double rx = a * tx - ex, ry = b * ty - ey;
        const double qx = px - ex, qy = py - ey;
        const double q = sqrt(qx * qx + qy * qy);
        if (q <= 0.0)
            break;
        const double scale = sqrt(rx * rx + ry * ry) / q;
        tx = fmin(fmax((qx * scale + ex) / a, 0.0), 1.0);
        ty = fmin(fmax((qy * scale + ey) / b, 0.0), 1.0);
        const double t = sqrt(tx * tx + ty * ty);
        if (t <= 0.0)
            break;
        tx /= t;
        ty /= t;
    }
    const double dx = a * tx - px, dy = b * ty - py;
    return sqrt(dx * dx + dy * dy);
}

// Mean over the contour of `from` of the distance to `to`.
static double mean_distance(const rim_ellipse *from, const rim_ellipse *to)
{
    const double turn = isfinite(to->angle) ? to->angle * pi / 180.0 : 0.0;
    const double c = cos(turn), s = sin(turn);
    polygon p;
    trace(&p, from, 1.0);
    double sum = 0.0, length = 0.0;
    for (int i = 0; i < CORNERS; i++) {
        const rim_point at = p.point[i], next = p.point[(i + 1) % CORNERS];
        const rim_point before = p.point[(i + CORNERS - 1) % CORNERS];
        const double sx = next.x - before.x, sy = next.y - before.y;
        const double weight = sqrt(sx * sx + sy * sy);
        const double dx = at.x - to->x, dy = at.y - to->y;
        sum += weight * distance_to(dx * c + dy * s, dy * c - dx * s, to->a, to->b);
        length += weight;
    }
    return sum / length;
}

double rim_ellipse_distance(const rim_ellipse *p, const rim_ellipse *q)
{
    if (!has_area(p) || !has_area(q))
        return (double)NAN;
    return 0.5 * (mean_distance(p, q) + mean_distance(q, p));
}
