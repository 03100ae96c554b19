// geometry.c: see geometry.h.
// SPDX-License-Identifier: MIT
#include "render/geometry.h"

#include <math.h>

enum { CORNERS_MIN = 20 };

// By its series, after folding into -90..90.
double rim_sine_deg(double degrees)
{
    double d = fmod(degrees, 360.0);
    if (d > 180)
        d -= 360;
    if (d < -180)
        d += 360;
    if (d > 90)
        d = 180 - d;
    if (d < -90)
        d = -180 - d;
    const double x = d * (3.14159265358979323846 / 180.0), square = x * x;
    double term = x, sum = x;
    for (int k = 1; k < 10; k++) {
        term *= -square / ((2 * k) * (2 * k + 1));
        sum += term;
    }
    return sum;
}

// Corners for an ellipse with these half axes in the pane. n sides leave a circle of
// radius r by r (1 - cos(180 / n)), about 5 r / n^2: with 6.3 root(r) sides an eighth of
// a pixel, however large it is.
static int corners_of(const rim_pane *pane, double x, double y, double a)
{
    rim_pt c, e;
    if (!rim_pane_map(&c, pane, x, y) || !rim_pane_map(&e, pane, x + a, y))
        return 0;
    const double dx = (e.x - c.x) / 256.0, dy = (e.y - c.y) / 256.0;
    const double n = 6.3 * sqrt(sqrt(dx * dx + dy * dy));
    return n < CORNERS_MIN ? CORNERS_MIN : n > RIM_LINE_MAX ? RIM_LINE_MAX : (int)n;
}

int rim_line_ellipse(rim_pt p[RIM_LINE_MAX], const rim_pane *pane, double x, double y,
                     double a, double b, double angle)
{
    const double far = 4 * RIM_FRAME_SIDE_MAX;
    if (!(fabs(x) < far && fabs(y) < far && a > 0 && a < far && b > 0 && b < far))
        return 0;
    const double turn = isfinite(angle) ? angle : 0;
    const double c = rim_sine_deg(turn + 90), s = rim_sine_deg(turn);
    const int count = corners_of(pane, x, y, a > b ? a : b);
    const double step_c = count ? rim_sine_deg(360.0 / count + 90) : 0;
    const double step_s = count ? rim_sine_deg(360.0 / count) : 0;
    double along = 1, across = 0; // on the unit circle, a step farther each time
    for (int i = 0; i < count; i++) {
        const double u = a * along, v = b * across, before = along;
        along = along * step_c - across * step_s;
        across = before * step_s + across * step_c;
        if (!rim_pane_map(&p[i], pane, x + u * c - v * s, y + u * s + v * c))
            return 0;
    }
    return count;
}

bool rim_line_outline(rim_pt p[RIM_LINE_MAX], const rim_pane *pane,
                      const rim_outline *in)
{
    if (in->count < 3 || in->count > RIM_OUTLINE_MAX)
        return false;
    for (int i = 0; i < in->count; i++)
        if (!rim_pane_map(&p[i], pane, in->point[i].x, in->point[i].y))
            return false;
    return true;
}

rim_rect rim_line_box(const rim_pt *p, int count)
{
    rim_rect r = {p[0].x >> 8, p[0].y >> 8, (p[0].x >> 8) + 1, (p[0].y >> 8) + 1};
    for (int i = 1; i < count; i++) {
        const int x = p[i].x >> 8, y = p[i].y >> 8;
        r.x0 = x < r.x0 ? x : r.x0;
        r.y0 = y < r.y0 ? y : r.y0;
        r.x1 = x + 1 > r.x1 ? x + 1 : r.x1;
        r.y1 = y + 1 > r.y1 ? y + 1 : r.y1;
    }
    return r;
}

bool rim_line_seen(const rim_pane *pane, rim_rect box)
{
    const rim_rect r = rim_rect_intersect(pane->rect, box);
    return r.x0 < r.x1 && r.y0 < r.y1;
}

rim_pt rim_line_nearest(const rim_pt *p, int count, rim_pt from)
{
    rim_pt best = p[0];
    int64_t least = INT64_MAX;
    for (int i = 0; i < count; i++) {
        const int64_t dx = p[i].x - from.x, dy = p[i].y - from.y;
        if (dx * dx + dy * dy < least) {
            least = dx * dx + dy * dy;
            best = p[i];
        }
    }
    return best;
}

rim_pt rim_rect_edge(rim_rect r, rim_pt to)
{
    const int32_t x0 = r.x0 * 256, x1 = r.x1 * 256, y0 = r.y0 * 256, y1 = r.y1 * 256;
    return (rim_pt){to.x < x0   ? x0
                    : to.x > x1 ? x1
                                : to.x,
                    to.y < y0   ? y0
                    : to.y > y1 ? y1
                                : to.y};
}

rim_pt rim_rect_center(rim_rect r)
{
    return (rim_pt){(r.x0 + r.x1) * 128, (r.y0 + r.y1) * 128};
}
