// unjudged.c: the part of the cut surface on which nothing can be said, hatched.
//
// The mask's rows become hatched strips whose edges lie on whole pixels, so that the
// stripes run through without a seam.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

enum { STRIPS_MAX = 600, FINER_THAN_PX = 3, SPECK = 5 };

void rim_overlay_set_unjudged(rim_overlay *o, const rim_mask *mask)
{
    o->unjudged = mask ? *mask : (rim_mask){0};
}

// Where the edge of mask cells (x, y) is shown, on whole pixels.
static bool corner(rim_pt *p, const rim_pane *pane, const rim_mask *m, int x, int y)
{
    if (!rim_pane_map(p, pane, x * (double)m->scale - 0.5, y * (double)m->scale - 0.5))
        return false;
    p->x = (p->x + 128) & ~255;
    p->y = (p->y + 128) & ~255;
    return true;
}

static void strip(rim_overlay *o, const rim_pane *pane, int x0, int x1, int y0, int y1)
{
    const rim_mask *m = &o->unjudged;
    rim_pt p[4];
    if (!corner(&p[0], pane, m, x0, y0) || !corner(&p[1], pane, m, x1, y0) ||
        !corner(&p[2], pane, m, x1, y1) || !corner(&p[3], pane, m, x0, y1))
        return;
    const int period = rim_overlay_px(o, 14) > 4 ? rim_overlay_px(o, 14) : 4;
    if (rim_line_seen(pane, rim_line_box(p, 4)))
        rim_scene_hatch(&o->scene, p, 4, rim_color_quiet, rim_color_dark, period, 120);
}

static bool unjudged(const rim_mask *m, int x, int y, int rows)
{
    int n = 0;
    for (int j = y; j < y + rows && j < m->height; j++)
        n += m->data[(size_t)j * (size_t)m->stride + (size_t)x] != 0;
    return 2 * n >= rows;
}

// Rows are taken together where they would be finer than can be seen.
static int rows_of(const rim_pane *pane, const rim_mask *m)
{
    rim_pt a, b;
    const double x = m->width * m->scale / 2.0, y = m->height * m->scale / 2.0;
    if (!rim_pane_map(&a, pane, x, y) || !rim_pane_map(&b, pane, x, y + m->scale))
        return 1;
    const int high = (b.y - a.y) / 256;
    return high >= FINER_THAN_PX ? 1 : FINER_THAN_PX / (high > 0 ? high : 1);
}

void rim_marks_plan_unjudged(rim_overlay *o, const rim_pane *pane)
{
    const rim_mask *m = &o->unjudged;
    if (!m->data)
        return;
    const int rows = rows_of(pane, m);
    int strips = 0;
    for (int y = 0; y < m->height; y += rows)
        for (int x = 0; x < m->width && strips < STRIPS_MAX; x++) {
            const int from = x;
            while (x < m->width && unjudged(m, x, y, rows))
                x++;
            if (x - from < SPECK) // says nothing
                continue;
            strip(o, pane, from, x, y, y + rows);
            strips++;
        }
}
