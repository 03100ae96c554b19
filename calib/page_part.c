// page_part.c: see page_part.h.
// SPDX-License-Identifier: MIT
#include "calib/page_part.h"

#include "calib/folder.h"

double rim_calib_page_number(const rim_calib_page_in *g, const char *key)
{
    return rim_doc_number(g->doc, key);
}

void rim_calib_page_heading(rim_calib_page_in *g, const char *text)
{
    (void)fprintf(g->p.out, "<h2>%s</h2>\n", text);
}

void rim_calib_page_put(rim_calib_page_in *g, const char *html)
{
    (void)fputs(html, g->p.out);
}

rim_frame rim_calib_page_read_map(rim_calib_page_in *g, const char *key, int width,
                                  int height)
{
    rim_frame f = {0};
    if (g->p.err == RIM_OK)
        g->p.err = rim_folder_read_map(&f, g->doc, g->file, key, width, height);
    return f;
}

rim_frame rim_calib_page_like(rim_calib_page_in *g, const rim_frame *f)
{
    rim_frame out = {
        .width = f->width, .height = f->height, .fmt = RIM_FMT_GRAY16, .bits = f->bits};
    if (g->p.err == RIM_OK)
        g->p.err = rim_frame_init(&out);
    return out;
}
