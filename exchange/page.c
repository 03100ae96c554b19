// page.c: the document itself.
// SPDX-License-Identifier: MIT
#include "exchange/page.h"

#include "exchange/page_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font:15px/1.45 system-ui,'DejaVu Sans',sans-serif;color:#1a1a1a;"
    "background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.6rem;margin:0 0 .3rem}"
    "h2{font-size:1.15rem;margin:2.2rem 0 .5rem;border-bottom:1px solid #ccc;"
    "padding-bottom:.2rem}"
    ".banner{border:1px solid #b00;color:#800;padding:.4rem .8rem;margin:.8rem 0}"
    ".warn{border-left:5px solid #d55e00;background:#fff6ee;padding:.4rem .8rem}"
    ".note{color:#555;margin:.3rem 0 .6rem}"
    "table{border-collapse:collapse;font-size:.88rem;width:100%}"
    "th,td{padding:.18rem .5rem;text-align:right;border-bottom:1px solid #e2e2e2;"
    "font-variant-numeric:tabular-nums;vertical-align:top}"
    "th{border-bottom:1px solid #888;font-weight:600}"
    ".word,.pairs th,.pairs td{text-align:left}"
    ".pairs th{font-weight:400;color:#555;width:16rem;border-bottom:1px solid #e2e2e2}"
    ".pairs td{overflow-wrap:anywhere}"
    "svg{width:100%;height:auto;display:block}"
    "svg text{font:11px system-ui,'DejaVu Sans',sans-serif;fill:#333}"
    ".grid{stroke:#e3e3e3}.row{stroke:#bbb}"
    ".course{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}"
    ".residual{fill:#d55e00}.none{fill:#9aa5b1}.cannot{fill:url(#hatch)}"
    ".lost{fill:#000}"
    ".chip{display:inline-block;width:.8em;height:.8em;margin-right:.4em}"
    ".figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(27rem,1fr));"
    "gap:1rem;margin-top:1rem}"
    "figure{margin:0;border:1px solid #ddd;padding:.5rem;break-inside:avoid}"
    "figure .pair{display:grid;grid-template-columns:5fr 3fr;gap:.4rem;"
    "align-items:start}"
    "figure img{width:100%;display:block}"
    "figcaption{font-size:.85rem;color:#333;margin-top:.4rem}"
    ".surface{background:#f2f2f2}"
    "footer{margin-top:2.5rem;color:#555;font-size:.85rem;border-top:1px solid #ccc}"
    "@page{margin:15mm}"
    "@media print{body{max-width:none;margin:0;padding:0;font-size:10pt}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    ".figures{grid-template-columns:1fr 1fr}"
    "section,tr{break-inside:avoid}.long{break-inside:auto}h2{break-after:avoid}}";

void rim_page_add(rim_page_table *t, const char *name, const char *fmt, ...)
{
    if (t->count == RIM_PAGE_ROWS_MAX)
        return;
    va_list args;
    va_start(args, fmt);
    (void)snprintf(t->row[t->count].name, sizeof t->row[0].name, "%s", name);
    (void)vsnprintf(t->row[t->count].value, sizeof t->row[0].value, fmt, args);
    va_end(args);
    t->count++;
}

static void put_tagged(rim_out *o, const char *open, const char *text,
                       const char *close)
{
    rim_out_text(o, open);
    rim_html_text(o, text);
    rim_out_text(o, close);
}

static void put_head(rim_out *o, const rim_page *p)
{
    rim_out_text(o, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width\">"
                    "<meta http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; img-src data:; "
                    "style-src 'unsafe-inline'\">\n");
    put_tagged(o, "<title>", p->title, "</title>\n");
    rim_out_text(o, "<style>");
    rim_out_text(o, style);
    rim_out_text(o, "</style></head>\n<body>\n");
    put_tagged(o, "<h1>", p->title, "</h1>\n");
    put_tagged(o, "<p class=\"note\">", p->made, "</p>\n");
    put_tagged(o, "<p class=\"banner\">", p->banner, "</p>\n");
}

static void put_warnings(rim_out *o, const rim_case *c)
{
    if (c->cut_short)
        rim_out_text(o, "<p class=\"warn\">The report breaks off within a line: its "
                        "writer was stopped. What was written by then is all here; "
                        "what came after is not.</p>\n");
    if (c->ended)
        rim_out_text(o, "<p class=\"warn\">A line of the report could not be read; "
                        "this page holds what stands before it.</p>\n");
    if (c->frame_count == 0)
        rim_out_text(o, "<p class=\"warn\">The report has no frames.</p>\n");
}

static void put_summary(rim_out *o, const rim_case *c)
{
    if (c->frame_count == 0)
        return;
    rim_out_text(o, "<p>");
    rim_html_count(o, c->frame_count, "frame");
    rim_out_text(o, " in ");
    rim_html_number(o, rim_case_seconds(c, c->frame_count - 1), 1);
    rim_out_print(o, " s, %" PRIu64 " lost; ", c->dropped);
    rim_html_count(o, c->lesion_track_count, "lesion");
    rim_out_text(o, ", ");
    rim_html_count(o, c->residual_track_count, "residual");
    rim_out_text(o, ".</p>\n");
}

static void put_lesion_row(rim_out *o, const rim_case *c, const rim_case_track *t,
                           const char *color)
{
    rim_out_text(o, "<tr><td class=\"word\">");
    if (color)
        rim_out_print(o, "<span class=\"chip\" style=\"background:%s\"></span>", color);
    rim_out_print(o, "%d</td><td>", t->id);
    rim_html_number(o, rim_case_seconds(c, t->first), 2);
    rim_out_text(o, "</td><td>");
    rim_html_number(o, rim_case_seconds(c, t->last), 2);
    rim_out_print(o, "</td><td>%zu</td><td class=\"word\">%s</td><td>", t->count,
                  t->pattern ? rim_pattern_name(t->pattern) : "&ndash;");
    rim_html_number(o, t->sbr_median, 2);
    rim_out_text(o, "</td><td>");
    rim_html_number(o, t->sbr_max, 2);
    rim_out_text(o, "</td><td>");
    rim_html_number(o, t->size_median, 1);
    rim_out_text(o, "</td><td>");
    rim_html_number(o, t->confidence_max, 2);
    rim_out_text(o, "</td></tr>\n");
}

static void put_lesion_table(rim_out *o, const rim_case *c)
{
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    const int count = rim_case_choose(chosen, c->lesion_track, c->lesion_track_count);
    int next = 0;
    rim_out_text(o, "<table><thead><tr><th class=\"word\">lesion</th><th>from (s)</th>"
                    "<th>to (s)</th><th>frames</th><th class=\"word\">pattern</th>"
                    "<th>SBR, median</th><th>SBR, highest</th>"
                    "<th>diameter, median (mm)</th><th>confidence, highest</th></tr>"
                    "</thead><tbody>\n");
    for (size_t i = 0; i < c->lesion_track_count; i++) {
        const bool drawn = next < count && chosen[next] == i;
        put_lesion_row(o, c, &c->lesion_track[i],
                       drawn ? rim_html_color((size_t)next) : NULL);
        next += drawn;
    }
    rim_out_text(o, "</tbody></table>\n");
    if (c->lesion_track_count > RIM_CASE_CHOSEN_MAX)
        rim_out_print(o,
                      "<p class=\"note\">Drawn below are the %d seen in most frames."
                      "</p>\n",
                      RIM_CASE_CHOSEN_MAX);
}

// The NIR frame around a lesion, its ellipse over it.
static void put_close_up(rim_out *o, const rim_page_picture *picture,
                         const rim_lesion *l)
{
    const rim_frame *n = &picture->nir;
    const double width = n->width * picture->step, height = n->height * picture->step;
    rim_out_text(o, "<svg viewBox=\"0 0 ");
    rim_out_number(o, width, 2);
    rim_out_text(o, " ");
    rim_out_number(o, height, 2);
    rim_out_text(o, "\" role=\"img\" aria-label=\"NIR\"><image "
                    "preserveAspectRatio=\"none\" width=\"");
    rim_out_number(o, width, 2);
    rim_out_text(o, "\" height=\"");
    rim_out_number(o, height, 2);
    rim_out_text(o, "\" href=\"");
    rim_html_picture(o, n);
    rim_out_text(o, "\"/>");
    rim_lesion moved = *l;
    moved.x += picture->step / 2 - picture->left;
    moved.y += picture->step / 2 - picture->top;
    rim_page_ellipse(o, &moved, "#ffd24d", width / 200);
    rim_out_text(o, "</svg>");
}

static void put_lesion_figure(rim_out *o, const rim_case *c, const rim_case_track *t,
                              const rim_page_picture *picture)
{
    const rim_case_lesion *s = &c->lesion[t->clearest];
    rim_out_text(o, "<figure><div class=\"pair\">");
    if (picture->shown.data) {
        rim_out_text(o, "<img alt=\"overlay\" src=\"");
        rim_html_picture(o, &picture->shown);
        rim_out_text(o, "\">");
    }
    if (picture->nir.data)
        put_close_up(o, picture, &s->seen);
    rim_out_print(o, "</div><figcaption>Lesion %d in frame %" PRIu64 ", ", t->id,
                  c->frame[s->frame].number);
    rim_html_number(o, rim_case_seconds(c, s->frame), 2);
    rim_out_print(o, " s: %s, SBR ",
                  s->seen.pattern ? rim_pattern_name(s->seen.pattern) : "&ndash;");
    rim_html_number(o, s->seen.sbr, 2);
    rim_out_text(o, ", ");
    rim_html_number(o, s->seen.diameter_mm, 1);
    rim_out_text(o, " mm, confidence ");
    rim_html_number(o, s->seen.confidence, 2);
    if (s->seen.why) {
        rim_out_text(o, ", lowered by: ");
        rim_html_why(o, s->seen.why);
    }
    rim_out_text(o, ".</figcaption></figure>\n");
}

static void put_lesion_figures(rim_out *o, const rim_case *c, const rim_page *p)
{
    rim_out_text(o, "<section class=\"long\"><h2>Each lesion at its clearest</h2>\n");
    if (!p->lesion) {
        put_tagged(o, "<p class=\"note\">", p->no_picture ? p->no_picture : "",
                   "</p></section>\n");
        return;
    }
    rim_out_text(o,
                 "<p class=\"note\">Where its confidence was highest: the picture as "
                 "it is shown, and the NIR frame around the lesion with the ellipse "
                 "of the report, from black level to the brightest there.</p>\n"
                 "<div class=\"figures\">\n");
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    const int count = rim_case_choose(chosen, c->lesion_track, c->lesion_track_count);
    for (int i = 0; i < count; i++)
        put_lesion_figure(o, c, &c->lesion_track[chosen[i]], &p->lesion[chosen[i]]);
    rim_out_text(o, "</div></section>\n");
}

static bool knows_mm(const rim_case *c)
{
    for (size_t i = 0; i < c->lesion_count; i++)
        if (isfinite(c->lesion[i].seen.diameter_mm))
            return true;
    return false;
}

static void put_lesions(rim_out *o, const rim_case *c, const rim_page *p)
{
    rim_out_text(o, "<section><h2>Lesions</h2>\n");
    if (c->lesion_track_count == 0) {
        rim_out_text(o, "<p class=\"note\">None reported.</p></section>\n");
        return;
    }
    put_lesion_table(o, c);
    rim_out_text(o, "</section>\n<section><h2>Signal over background</h2>\n");
    rim_page_course(o, c, RIM_COURSE_SBR);
    rim_out_text(o, "</section>\n");
    const bool mm = knows_mm(c);
    rim_out_print(o, "<section><h2>Diameter of the visible outline (%s)</h2>\n",
                  mm ? "mm" : "px");
    rim_out_print(o, "<p class=\"note\">%s</p>\n",
                  mm ? "Not of the tumour: light spreads in tissue."
                     : "Twice the mean half axis: the pixel pitch was not known. Not "
                       "of the tumour: light spreads in tissue.");
    rim_page_course(o, c, mm ? RIM_COURSE_DIAMETER_MM : RIM_COURSE_DIAMETER_PX);
    rim_out_text(o, "</section>\n");
    put_lesion_figures(o, c, p);
}

static void put_table(rim_out *o, const rim_page_table *t)
{
    put_tagged(o, "<section class=\"long\"><h2>", t->heading,
               "</h2>\n<table class=\"pairs\"><tbody>\n");
    for (int i = 0; i < t->count; i++) {
        put_tagged(o, "<tr><th>", t->row[i].name, "</th><td>");
        put_tagged(o, "", t->row[i].value, "</td></tr>\n");
    }
    rim_out_text(o, "</tbody></table></section>\n");
}

static void put_body(rim_out *o, const rim_case *c, const rim_page *p)
{
    put_warnings(o, c);
    put_summary(o, c);
    if (c->frame_count > 0) {
        rim_out_text(o, "<section><h2>Time line</h2>\n<p class=\"note\">Seconds since "
                        "the first frame of the report. Cut surface: orange residual, "
                        "grey none detected, hatched cannot be assessed.</p>\n");
        rim_page_time_line(o, c);
        rim_out_text(o, "</section>\n");
        put_lesions(o, c, p);
        rim_out_text(o, "<section class=\"long\"><h2>Cut surface</h2>\n");
        if (c->surface)
            rim_page_surface(o, c, p);
        else
            rim_out_text(o, "<p class=\"note\">None was given.</p>\n");
        rim_out_text(o, "</section>\n");
    }
    for (int i = 0; i < p->table_count; i++)
        put_table(o, p->table[i]);
}

rim_err rim_page_write(const char *path, const rim_case *c, const rim_page *p)
{
    rim_out o;
    const rim_err err = rim_out_open(&o, path);
    if (err)
        return err;
    put_head(&o, p);
    put_body(&o, c, p);
    rim_out_text(&o, "<footer><p>Coordinates are pixels of the NIR frame. SBR: peak "
                     "signal over local background, both after black level, dark and "
                     "flat correction. A confidence of 0.5 is the operating point."
                     "</p></footer>\n</body></html>\n");
    return rim_out_close(&o);
}
