// scales.c: what colours and lengths mean.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <math.h>
#include <stdio.h>

static int px(const rim_overlay *o, int n)
{
    return rim_overlay_px(o, n);
}

static void plan_ramp(rim_overlay *o, rim_rect bar)
{
    const int steps = 64;
    for (int i = 0; i < steps; i++) {
        const int level = i * 255 / (steps - 1);
        const rim_rect r = {bar.x0 + (bar.x1 - bar.x0) * i / steps, bar.y0,
                            bar.x0 + (bar.x1 - bar.x0) * (i + 1) / steps, bar.y1};
        const int usual = level < 90 ? rim_veil_alpha(level) * 256 / 180 : 256;
        const int alpha = usual * o->options.opacity / 100;
        rim_scene_rect(&o->scene, r, rim_color_map_at(o->options.color_map, level),
                       alpha);
    }
}

// *free: where the last number ended, px; one that has no room is left out.
static void plan_tick(rim_overlay *o, rim_rect bar, int *free, double sbr, bool whole)
{
    char text[16];
    const double low = o->options.sbr_low, high = o->options.sbr_high;
    const int x = bar.x0 + (int)((sbr - low) / (high - low) * (bar.x1 - bar.x0) + 0.5);
    if (whole)
        snprintf(text, sizeof text, "%d", (int)sbr);
    else
        rim_text_tenths(text, sizeof text, sbr);
    const int wide = rim_font_text_width(o->small, text);
    rim_scene_rect(&o->scene, (rim_rect){x, bar.y1, x + 1, bar.y1 + px(o, 4)},
                   rim_color_white, 256);
    if (x - wide / 2 < *free)
        return;
    *free = x - wide / 2 + wide + px(o, 6);
    rim_scene_text(&o->scene, o->small, x - wide / 2,
                   bar.y1 + px(o, 8) + rim_font_cap_px(o->small), rim_color_white,
                   text);
}

// Bottom right: the colours with their numbers. Returns its box.
static rim_rect plan_legend(rim_overlay *o)
{
    const double low = o->options.sbr_low, high = o->options.sbr_high;
    const int cap = rim_font_cap_px(o->small), pad = px(o, 9), wide = px(o, 190);
    const int title = rim_font_text_width(o->small, "SBR");
    const bool faint = o->options.opacity != 100;
    const int height = (faint ? cap + pad : 0) + px(o, 12) + px(o, 8) + cap + 2 * pad;
    const rim_rect r = {o->options.width - px(o, 14) - wide - title - 4 * pad,
                        o->options.height - px(o, 14) - height,
                        o->options.width - px(o, 14), o->options.height - px(o, 14)};
    const int top = r.y0 + pad + (faint ? cap + pad : 0);
    const rim_rect bar = {r.x0 + 2 * pad + title, top, r.x1 - 2 * pad, top + px(o, 12)};
    rim_hud_panel(o, r, rim_color_dark, RIM_PANEL_ALPHA);
    rim_scene_text(&o->scene, o->small, r.x0 + pad, bar.y1, rim_color_white, "SBR");
    if (faint) {
        char text[32];
        snprintf(text, sizeof text, "colour at %d %%", o->options.opacity);
        rim_scene_text(&o->scene, o->small, r.x0 + pad, r.y0 + pad + cap,
                       rim_color_warn, text);
    }
    plan_ramp(o, bar);
    int free = 0;
    plan_tick(o, bar, &free, low, false);
    const int step = high - low > 12 ? 5 : high - low > 6 ? 2 : 1;
    for (int v = step; v < high - 0.12 * (high - low); v += step)
        if (v > low + 0.12 * (high - low))
            plan_tick(o, bar, &free, v, true);
    plan_tick(o, bar, &free, high, high - (int)high < 0.05);
    return r;
}

// Shown pixels a mm at the middle of the NIR frame, 0 where not known.
static double px_per_mm(const rim_overlay *o, const rim_pane *pane)
{
    const double mm = o->options.mm_per_px;
    rim_pt a, b;
    if (!(mm > 0) || !isfinite(mm))
        return 0;
    const double x = o->options.nir_width / 2.0, y = o->options.nir_height / 2.0;
    if (!rim_pane_map(&a, pane, x - 8, y) || !rim_pane_map(&b, pane, x + 8, y))
        return 0;
    const double dx = b.x - a.x, dy = b.y - a.y;
    return sqrt(dx * dx + dy * dy) / 256 / 16 / mm;
}

// Bottom left: a bar of a round length. Returns its box, empty where there is none.
static rim_rect plan_scale_bar(rim_overlay *o, const rim_pane *pane)
{
    static const int lengths[] = {50, 20, 10, 5, 2, 1};
    const double per_mm = px_per_mm(o, pane);
    const int most = o->options.width / 5, pad = px(o, 9);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const double length = lengths[i] * per_mm;
        if (!(length <= most) || length < px(o, 20))
            continue;
        char text[16];
        snprintf(text, sizeof text, "%d mm", lengths[i]);
        const int wide = (int)(length + 0.5), cap = rim_font_cap_px(o->small);
        const int label = rim_font_text_width(o->small, text), thick = px(o, 3);
        const int height = cap + 2 * pad, y1 = o->options.height - px(o, 14);
        const rim_rect r = {px(o, 14), y1 - height, px(o, 14) + wide + label + 3 * pad,
                            y1};
        const int x = r.x0 + pad, middle = (r.y0 + r.y1) / 2, end = px(o, 6);
        rim_hud_panel(o, r, rim_color_dark, RIM_PANEL_ALPHA);
        const rim_rect bar = {x, middle - thick / 2, x + wide,
                              middle - thick / 2 + thick};
        const rim_rect left = {x, middle - end, x + px(o, 2), middle + end};
        const rim_rect right = {x + wide - px(o, 2), middle - end, x + wide,
                                middle + end};
        rim_scene_rect(&o->scene, bar, rim_color_white, 256);
        rim_scene_rect(&o->scene, left, rim_color_white, 256);
        rim_scene_rect(&o->scene, right, rim_color_white, 256);
        rim_scene_text(&o->scene, o->small, x + wide + pad, r.y1 - pad, rim_color_white,
                       text);
        return r;
    }
    return (rim_rect){0, o->options.height, 0, o->options.height};
}

int rim_hud_plan_scales(rim_overlay *o, const rim_pane *pane, int middle)
{
    const rim_rect legend = plan_legend(o), bar = plan_scale_bar(o, pane);
    const int left = (o->options.width - middle) / 2 - px(o, 4);
    const int right = (o->options.width + middle) / 2 + px(o, 4);
    if (bar.x1 <= left && right <= legend.x0)
        return o->options.height - px(o, 14);
    return (legend.y0 < bar.y0 ? legend.y0 : bar.y0) - px(o, 6);
}
