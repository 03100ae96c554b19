// screen_surface.c: the cut surface: corner by corner or in one stroke; changed later
// by its corners.
// SPDX-License-Identifier: MIT
#include "app/window/screen_internal.h"

#include <math.h>
#include <string.h>

enum {
    NEAR_PER_720 = 12,  // a corner is taken hold of from so far, 1/720 of the height
    STROKE_PER_720 = 9, // between the corners of a stroke
    STROKE_CORNERS = 8, // more than so many make a surface when the button is released
};

static double distance(rim_point a, rim_point b)
{
    return sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

// From a corner of the sketch to a place of the picture, px; far where it is not shown.
static double corner_distance(const rim_screen *s, int i, rim_point at)
{
    rim_point shown;
    if (!rim_overlay_to_picture(s->overlay, &shown, s->sketch.corner[i]))
        return INFINITY;
    return distance(shown, rim_screen_pixel(s, at));
}

static double px(const rim_screen *s, int n)
{
    return n * s->height / 720.0;
}

static int corner_near(const rim_screen *s, rim_point at)
{
    int best = -1;
    double least = px(s, NEAR_PER_720);
    for (int i = 0; i < s->sketch.count; i++) {
        const double d = corner_distance(s, i, at);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

// The side on which a new corner of a closed line lies: before corner i.
static int side_near(const rim_sketch *k, rim_point p)
{
    int best = k->count;
    double least = INFINITY;
    for (int i = 0; i < k->count; i++) {
        const rim_point a = k->corner[i], b = k->corner[(i + 1) % k->count];
        const double detour = distance(a, p) + distance(p, b) - distance(a, b);
        if (detour < least) {
            least = detour;
            best = i + 1;
        }
    }
    return best;
}

static void insert(rim_sketch *k, int at, rim_point p)
{
    if (k->count == RIM_SKETCH_MAX)
        return;
    memmove(&k->corner[at + 1], &k->corner[at],
            (size_t)(k->count - at) * sizeof k->corner[0]);
    k->corner[at] = p;
    k->count++;
    k->held = at;
}

static void press(rim_screen *s, rim_point at)
{
    rim_sketch *k = &s->sketch;
    rim_point p;
    k->stroke = 0;
    k->held = corner_near(s, at);
    if (k->held < 0 && rim_screen_nir(s, &p, at)) {
        insert(k, k->editing && k->count >= 3 ? side_near(k, p) : k->count, p);
        k->stroke = !k->editing;
    }
}

static void drag(rim_screen *s, rim_point at)
{
    rim_sketch *k = &s->sketch;
    rim_point p;
    if (k->held < 0 || !rim_screen_nir(s, &p, at))
        return;
    if (k->stroke == 0) {
        k->corner[k->held] = p;
    } else if (corner_distance(s, k->held, at) >= px(s, STROKE_PER_720)) {
        insert(k, k->count, p);
        k->stroke++;
    }
}

static void finish(rim_screen *s)
{
    rim_sketch *k = &s->sketch;
    if (k->count >= 3) {
        s->finished = k->count;
        memcpy(s->surface, k->corner, (size_t)k->count * sizeof k->corner[0]);
        rim_screen_say(s, k->editing ? "cut surface changed" : "cut surface marked");
    } else if (k->count > 0) {
        rim_screen_say(s, "a cut surface needs three corners or more");
    }
    rim_screen_drop_sketch(s);
}

static void release(rim_screen *s)
{
    rim_sketch *k = &s->sketch;
    k->held = -1;
    if (k->stroke > STROKE_CORNERS)
        finish(s);
    k->stroke = 0;
}

static void edit(rim_screen *s)
{
    rim_sketch *k = &s->sketch;
    if (s->watched.count < 3) {
        rim_screen_say(s, "no cut surface to change: click its corners");
        return;
    }
    k->count = s->watched.count;
    memcpy(k->corner, s->watched.point, (size_t)k->count * sizeof k->corner[0]);
    k->editing = true;
    k->held = -1;
}

void rim_screen_drop_sketch(rim_screen *s)
{
    s->sketch.count = s->sketch.stroke = 0;
    s->sketch.editing = false;
    s->sketch.held = -1;
}

bool rim_screen_apply_surface(rim_screen *s, const rim_event *event)
{
    switch (event->action) {
    case RIM_ACTION_PRESS:
        press(s, event->at);
        return true;
    case RIM_ACTION_DRAG:
        drag(s, event->at);
        return true;
    case RIM_ACTION_RELEASE:
        release(s);
        return true;
    case RIM_ACTION_POINT_UNDO:
        s->sketch.count -= s->sketch.count > 0;
        s->sketch.held = -1;
        return true;
    case RIM_ACTION_POINTS_END:
        finish(s);
        return true;
    case RIM_ACTION_EDIT:
        edit(s);
        return true;
    case RIM_ACTION_CLEAR:
        rim_screen_drop_sketch(s);
        s->finished = 0;
        rim_screen_say(s, "no cut surface is watched");
        return true;
    default:
        return false;
    }
}

int rim_screen_take_surface(rim_screen *s, const rim_point **corner)
{
    const int count = s->finished;
    s->finished = -1;
    *corner = s->surface;
    return count;
}
