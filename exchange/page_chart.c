// page_chart.c: the time line of a case, and the course of its lesions, as SVG.
// SPDX-License-Identifier: MIT
#include "exchange/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Of the drawing, in its own units; the page scales it to its width.
enum { WIDTH = 960, LEFT = 86, RIGHT = 34, ROW = 18, PLOT = WIDTH - LEFT - RIGHT };

typedef struct axis {
    double seconds; // of the whole width
    double frame_s; // mean distance of two frames
    double step;    // between ticks, in `unit`
    double unit_s;  // 1 or 60
    const char *unit;
} axis;

// The least of 1, 2, 5, 10, 20, ... (and parts of one) that makes at most `most` steps.
static double nice_step(double range, int most)
{
    static const double mantissa[] = {1, 2, 5};
    double power = 1;
    while (range / power > most)
        power *= 10;
    while (range / (power / 10) <= most && power > 1e-9)
        power /= 10;
    // Now a step of `power` is fine, one of a tenth is too small.
    for (int i = 0; i < 3; i++)
        if (range / (power / 10 * mantissa[i]) <= most)
            return power / 10 * mantissa[i];
    return power;
}

static axis make_axis(const rim_case *c)
{
    axis a = {.seconds = rim_case_seconds(c, c->frame_count - 1)};
    if (!(a.seconds > 0))
        a.seconds = 1;
    a.frame_s = c->frame_count > 1 ? a.seconds / (double)(c->frame_count - 1) : 0.04;
    a.seconds += a.frame_s; // the last frame has a width, too
    a.unit_s = a.seconds > 180 ? 60 : 1;
    a.unit = a.unit_s > 1 ? "min" : "s";
    a.step = nice_step(a.seconds / a.unit_s, 10);
    return a;
}

static double x_of(const axis *a, double seconds)
{
    return LEFT + PLOT * seconds / a->seconds;
}

static void put(rim_out *o, double value)
{
    rim_out_number(o, value, 2);
}

static void attribute(rim_out *o, const char *name, double value)
{
    rim_out_print(o, " %s=\"", name);
    put(o, value);
    rim_out_text(o, "\"");
}

static void open_svg(rim_out *o, double height, const char *label)
{
    rim_out_print(o, "<svg viewBox=\"0 0 %d ", WIDTH);
    put(o, height);
    rim_out_print(o, "\" role=\"img\" aria-label=\"%s\">\n", label);
}

static void line(rim_out *o, const char *kind, double x1, double y1, double x2,
                 double y2)
{
    rim_out_print(o, "<line class=\"%s\"", kind);
    attribute(o, "x1", x1);
    attribute(o, "y1", y1);
    attribute(o, "x2", x2);
    attribute(o, "y2", y2);
    rim_out_text(o, "/>");
}

// anchor: "start", "middle", "end".
static void open_label(rim_out *o, double x, double y, const char *anchor)
{
    rim_out_text(o, "<text");
    attribute(o, "x", x);
    attribute(o, "y", y);
    rim_out_print(o, " text-anchor=\"%s\">", anchor);
}

static void put_time_axis(rim_out *o, const axis *a, double top, double bottom)
{
    const double last = a->seconds / a->unit_s;
    for (int i = 0; i * a->step <= last; i++) {
        const double x = x_of(a, i * a->step * a->unit_s);
        line(o, "grid", x, top, x, bottom);
        open_label(o, x, bottom + 14, "middle");
        rim_out_number(o, i * a->step, 3);
        rim_out_text(o, "</text>");
    }
    open_label(o, WIDTH - 4, bottom + 14, "end");
    rim_out_print(o, "%s</text>\n", a->unit);
}

// ---- the time line

typedef struct span {
    size_t first, last; // frames
    bool open;
} span;

static void put_span(rim_out *o, const rim_case *c, const axis *a, const span *s,
                     double y, const char *style)
{
    const double x = x_of(a, rim_case_seconds(c, s->first));
    const double end = x_of(a, rim_case_seconds(c, s->last) + a->frame_s);
    rim_out_print(o, "<rect %s", style);
    attribute(o, "x", x);
    attribute(o, "y", y + 3);
    attribute(o, "width", fmax(end - x, 0.8));
    attribute(o, "height", ROW - 6);
    rim_out_text(o, "/>");
}

// A frame more in which the thing was there. What is next to it, or too near to be
// told apart, is one.
static void extend(rim_out *o, const rim_case *c, const axis *a, span *s, size_t frame,
                   double y, const char *style)
{
    if (s->open) {
        const double gap_s = rim_case_seconds(c, frame) - rim_case_seconds(c, s->last);
        if (frame <= s->last + 1 || PLOT * gap_s / a->seconds < 0.8) {
            s->last = frame;
            return;
        }
        put_span(o, c, a, s, y, style);
    }
    *s = (span){frame, frame, true};
}

static void finish(rim_out *o, const rim_case *c, const axis *a, span *s, double y,
                   const char *style)
{
    if (s->open)
        put_span(o, c, a, s, y, style);
    s->open = false;
    rim_out_text(o, "\n");
}

static double row_label(rim_out *o, double y, const char *kind, int id)
{
    line(o, "row", LEFT, y + ROW, WIDTH - RIGHT, y + ROW);
    open_label(o, LEFT - 6, y + ROW - 5, "end");
    if (id)
        rim_out_print(o, "%s %d</text>", kind, id);
    else
        rim_out_print(o, "%s</text>", kind);
    return y + ROW;
}

static double put_lesion_rows(rim_out *o, const rim_case *c, const axis *a, double y)
{
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    const int count = rim_case_choose(chosen, c->lesion_track, c->lesion_track_count);
    for (int i = 0; i < count; i++) {
        const int id = c->lesion_track[chosen[i]].id;
        char style[48];
        span s = {0};
        (void)snprintf(style, sizeof style, "fill=\"%s\"", rim_html_color((size_t)i));
        for (size_t k = 0; k < c->lesion_count; k++)
            if (c->lesion[k].seen.id == id)
                extend(o, c, a, &s, c->lesion[k].frame, y, style);
        finish(o, c, a, &s, y, style);
        y = row_label(o, y, "lesion", id);
    }
    return y;
}

static double put_residual_rows(rim_out *o, const rim_case *c, const axis *a, double y)
{
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    const int count =
        rim_case_choose(chosen, c->residual_track, c->residual_track_count);
    for (int i = 0; i < count; i++) {
        const int id = c->residual_track[chosen[i]].id;
        span s = {0};
        for (size_t k = 0; k < c->residual_count; k++)
            if (c->residual[k].id == id)
                extend(o, c, a, &s, c->residual[k].frame, y, "class=\"residual\"");
        finish(o, c, a, &s, y, "class=\"residual\"");
        y = row_label(o, y, "residual", id);
    }
    return y;
}

static double put_surface_row(rim_out *o, const rim_case *c, const axis *a, double y)
{
    static const char *const style[] = {"", "class=\"none\"", "class=\"residual\"",
                                        "class=\"cannot\""};
    for (int state = RIM_SURFACE_NONE_DETECTED; state <= RIM_SURFACE_CANNOT_ASSESS;
         state++) {
        span s = {0};
        for (size_t i = 0; i < c->frame_count; i++)
            if ((int)c->frame[i].state == state)
                extend(o, c, a, &s, i, y, style[state]);
        finish(o, c, a, &s, y, style[state]);
    }
    return row_label(o, y, "cut surface", 0);
}

static double put_lost_row(rim_out *o, const rim_case *c, const axis *a, double y)
{
    for (size_t i = 0; i < c->frame_count; i++) {
        if (c->frame[i].quality.dropped == 0)
            continue;
        // From the frame before the gap to the one after it.
        const double end = x_of(a, rim_case_seconds(c, i));
        const double start =
            i > 0 ? x_of(a, rim_case_seconds(c, i - 1) + a->frame_s) : end;
        rim_out_text(o, "<rect class=\"lost\"");
        attribute(o, "x", start);
        attribute(o, "y", y + 3);
        attribute(o, "width", fmax(end - start, 1));
        attribute(o, "height", ROW - 6);
        rim_out_print(o, "><title>%u frames lost before frame %llu</title></rect>",
                      (unsigned)c->frame[i].quality.dropped,
                      (unsigned long long)c->frame[i].number);
    }
    return row_label(o, y, "lost frames", 0);
}

static int rows_of(size_t tracks)
{
    return tracks > RIM_CASE_CHOSEN_MAX ? RIM_CASE_CHOSEN_MAX : (int)tracks;
}

void rim_page_time_line(rim_out *o, const rim_case *c)
{
    const axis a = make_axis(c);
    const int rows = rows_of(c->lesion_track_count) + rows_of(c->residual_track_count) +
                     (c->surface ? 1 : 0) + 1;
    const double bottom = 6 + rows * ROW;
    open_svg(o, bottom + 22, "Time line of lesions, residuals and lost frames");
    rim_out_text(o, "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" "
                    "patternUnits=\"userSpaceOnUse\" "
                    "patternTransform=\"rotate(45)\"><rect width=\"5\" height=\"5\" "
                    "fill=\"#fff\"/><rect width=\"2\" height=\"5\" fill=\"#555\"/>"
                    "</pattern></defs>\n");
    put_time_axis(o, &a, 6, bottom);
    double y = put_lesion_rows(o, c, &a, 6);
    y = put_residual_rows(o, c, &a, y);
    if (c->surface)
        y = put_surface_row(o, c, &a, y);
    (void)put_lost_row(o, c, &a, y);
    rim_out_text(o, "</svg>\n");
}

// ---- courses

static double value_of(const rim_lesion *l, rim_course what)
{
    switch (what) {
    case RIM_COURSE_SBR:
        return l->sbr;
    case RIM_COURSE_DIAMETER_MM:
        return l->diameter_mm;
    default:
        return 2 * sqrt(l->a * l->b);
    }
}

enum { TOP = 10, HEIGHT = 220 };

typedef struct course {
    const rim_case *c;
    const axis *a;
    rim_course what;
    double step, high; // of the values
} course;

static double y_of(const course *k, double value)
{
    return TOP + HEIGHT * (1 - value / k->high);
}

static void put_value_axis(rim_out *o, const course *k)
{
    for (int i = 0; i * k->step <= k->high * 1.0001; i++) {
        const double y = y_of(k, i * k->step);
        line(o, i ? "grid" : "row", LEFT, y, WIDTH - RIGHT, y);
        open_label(o, LEFT - 6, y + 4, "end");
        rim_out_number(o, i * k->step, 3);
        rim_out_text(o, "</text>");
    }
    rim_out_text(o, "\n");
}

static void point(rim_out *o, char *command, double x, double y)
{
    rim_out_print(o, "%c", *command);
    put(o, x);
    rim_out_text(o, " ");
    put(o, y);
    *command = 'L';
}

// The line of one lesion. It is broken where the lesion was not seen; of sightings that
// fall within one unit of the drawing the least and the greatest are drawn.
static void put_line(rim_out *o, const course *k, int id, size_t which)
{
    const rim_case *c = k->c;
    char command = 'M';
    double column = -1, low = 0, high = 0, end_x = 0, end_y = 0;
    size_t last = 0;
    rim_out_text(o, "<path class=\"course\" d=\"");
    for (size_t i = 0; i < c->lesion_count; i++) {
        const rim_case_lesion *l = &c->lesion[i];
        const double value = value_of(&l->seen, k->what);
        if (l->seen.id != id || !isfinite(value))
            continue;
        const double x = x_of(k->a, rim_case_seconds(c, l->frame));
        const double y = y_of(k, value);
        const bool gap = end_x > 0 && l->frame > last + 1;
        if (floor(x) != column || gap) { // NOLINT: whole numbers
            if (low < high)
                point(o, &command, end_x, end_y);
            if (gap)
                command = 'M';
            point(o, &command, x, y);
            low = high = y;
            column = floor(x);
        } else if (y < low || y > high) {
            point(o, &command, x, y);
            low = fmin(low, y);
            high = fmax(high, y);
        }
        end_x = x;
        end_y = y;
        last = l->frame;
    }
    if (end_x > 0) // the end, and a dot where there is but one sighting
        point(o, &command, end_x + 0.01, end_y);
    rim_out_print(o, "\" stroke=\"%s\" stroke-dasharray=\"%s\"/>",
                  rim_html_color(which), rim_html_dash(which));
    if (end_x > 0) {
        open_label(o, end_x + 4, end_y + 4, "start");
        rim_out_print(o, "%d</text>\n", id);
    }
}

static double greatest(const rim_case *c, rim_course what)
{
    double high = 0;
    for (size_t i = 0; i < c->lesion_count; i++) {
        const double value = value_of(&c->lesion[i].seen, what);
        if (isfinite(value) && value > high)
            high = value;
    }
    return high;
}

void rim_page_course(rim_out *o, const rim_case *c, rim_course what)
{
    const axis a = make_axis(c);
    course k = {.c = c, .a = &a, .what = what, .high = greatest(c, what)};
    if (!(k.high > 0)) {
        rim_out_text(o, "<p class=\"note\">Not known in any frame.</p>\n");
        return;
    }
    k.step = nice_step(k.high * 1.05, 6);
    k.high = ceil(k.high * 1.02 / k.step) * k.step;
    open_svg(o, TOP + HEIGHT + 22,
             what == RIM_COURSE_SBR ? "Signal over background over time"
                                    : "Diameter over time");
    put_time_axis(o, &a, TOP, TOP + HEIGHT);
    put_value_axis(o, &k);
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    const int count = rim_case_choose(chosen, c->lesion_track, c->lesion_track_count);
    for (int i = 0; i < count; i++)
        put_line(o, &k, c->lesion_track[chosen[i]].id, (size_t)i);
    rim_out_text(o, "</svg>\n");
}
