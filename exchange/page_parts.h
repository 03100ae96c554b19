// page_parts.h: what the files of the page share.
//
//     page.c         the document: heading, tables, lesions
//     page_chart.c   time line and courses
//     page_surface.c the cut surface
//     page_html.c    escaped text, numbers, embedded pictures, colours
//
// Inside exchange only.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_PAGE_PARTS_H
#define RIM_EXCHANGE_PAGE_PARTS_H

#include "exchange/out_file.h"
#include "exchange/page.h"

// ---- page_html.c

// As text or within an attribute's quotes; what is not UTF-8 becomes U+FFFD.
void rim_html_text(rim_out *o, const char *text);
// With so many decimals (0..3), always; a dash where it is not known.
void rim_html_number(rim_out *o, double value, int decimals);
// "1 lesion", "3 lesions"
void rim_html_count(rim_out *o, uint64_t count, const char *what);
// The words of `why`, commas between; a dash for none.
void rim_html_why(rim_out *o, unsigned why);
// data:image/png;base64,... RIM_ERR_MEMORY ends up in o->err.
void rim_html_picture(rim_out *o, const rim_frame *f);
// The colour and dash pattern of track `which`: eight that colour-blind eyes tell
// apart, then the same dashed, then dotted. For SVG.
const char *rim_html_color(size_t which);
const char *rim_html_dash(size_t which);
// "1.234" s since the report's first frame.
double rim_case_seconds(const rim_case *c, size_t frame);

// ---- page_chart.c

void rim_page_time_line(rim_out *o, const rim_case *c);

typedef enum rim_course {
    RIM_COURSE_SBR = 1,
    RIM_COURSE_DIAMETER_MM,
    RIM_COURSE_DIAMETER_PX, // where mm are not known: twice the mean half axis
} rim_course;

void rim_page_course(rim_out *o, const rim_case *c, rim_course what);

// ---- page_surface.c

void rim_page_surface(rim_out *o, const rim_case *c, const rim_page *p);
// An ellipse, or an outline, over a picture in an SVG of NIR pixels.
void rim_page_ellipse(rim_out *o, const rim_lesion *l, const char *color,
                      double stroke_px);

#endif
