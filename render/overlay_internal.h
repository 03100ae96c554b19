// overlay_internal.h: what the files of the overlay share.
//
//     overlay.c    creation, and the order of a frame: plan, then paint in bands
//     marks.c      lesions, the cut surface, labels
//     residuals.c  residual fluorescence
//     verdict.c    what is said of the cut surface
//     unjudged.c   where nothing can be said of it
//     fading.c     lesions that are no longer found
//     health.c     source, calibration, machine
//     hud.c        time, notes, help
//     scales.c     colours with their numbers, the bar of millimetres
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_OVERLAY_INTERNAL_H
#define RIM_RENDER_OVERLAY_INTERNAL_H

#include "render/geometry.h"
#include "render/ground.h"
#include "render/layout.h"
#include "render/overlay.h"
#include "render/scene.h"

enum { RIM_BANDS = 16, RIM_NOTE_MAX = 96, RIM_PANEL_ALPHA = 190 };

typedef enum rim_pane_name {
    RIM_PANE_WHOLE,
    RIM_PANE_LEFT,
    RIM_PANE_RIGHT,
    RIM_PANE_INSET,
    RIM_PANE_COUNT,
} rim_pane_name;

// How the label of a lesion or residual was shown in the last frame, so that it stays.
typedef struct rim_place {
    int id, place;
    int detail; // of a lesion's label
    int frames; // for so long
} rim_place;
enum { RIM_PLACES = 256 };

// Lesions that were found a moment ago.
typedef struct rim_fading {
    rim_lesion last[RIM_LESIONS_MAX], lesion[RIM_LESIONS_MAX];
    int64_t lost_ns[RIM_LESIONS_MAX];
    int last_count, count;
    int64_t last_ns;
    uint64_t frame;
    bool begun;
} rim_fading;

enum { RIM_HEALTH_TEXT = 192 };

typedef struct rim_overlay_style {
    rim_stroke single, twin, thin, surface, alarm, icon;
    int icon_q4; // width of the ring in an icon, 1/16 px
} rim_overlay_style;

struct rim_overlay {
    rim_overlay_options options;
    rim_view view;
    int unit_q8; // px per 1/720 of the picture's height, Q8
    rim_font *small, *label, *large;
    rim_overlay_style style;
    rim_ground ground;
    rim_render_kernels kernels;
    rim_warp to_picture, to_nir; // NIR pixels and those of the full picture
    rim_pane pane[RIM_PANE_COUNT];
    rim_scene scene;
    rim_layout layout;
    rim_place lesion_place[RIM_PLACES], residual_place[RIM_PLACES];
    // Frames lost, shown for a while after the last of them.
    uint64_t lost;
    int64_t lost_ns, last_ns;
    rim_fading fading;
    rim_mask unjudged;
    bool has_health;
    rim_health health;
    char note[RIM_NOTE_MAX];
    const char *help;
    rim_point sketch[RIM_SKETCH_MAX];
    int sketch_count;

    uint8_t *near;
    rim_canvas canvas[RIM_BANDS];
    rim_edges *edges; // [RIM_BANDS]
    rim_ground_rows ground_rows[RIM_BANDS];
    int32_t *rows; // scratch of the canvases
    uint16_t *samples;
    uint8_t *levels;

    // Of the frame under way.
    rim_frame *picture;
    const rim_frame *nir, *visible, *map;
    int scale;
    bool lent; // to the workers, not finished yet
};

// n 1/720 of the picture's height in px, rounded.
static inline int rim_overlay_px(const rim_overlay *o, int n)
{
    return (n * o->unit_q8 + 128) >> 8;
}

extern const rim_color rim_color_white, rim_color_dark, rim_color_alarm,
    rim_color_quiet, rim_color_surface, rim_color_warn;

// The dash that a confidence is shown with.
rim_dash rim_mark_dash(const rim_overlay *o, double confidence);
// What is remembered of a mark's label; a new entry where nothing is.
rim_place *rim_mark_place(rim_place *places, int id);

// A dark panel with a line of text, as large as rim_hud_line_box() says.
rim_rect rim_hud_line_box(const rim_overlay *o, const rim_font *font, const char *text);
rim_rect rim_hud_line(rim_overlay *o, rim_rect r, const rim_font *font, rim_color color,
                      const char *text);
// A panel that no label may cover.
void rim_hud_panel(rim_overlay *o, rim_rect r, rim_color color, int alpha);

// Adds to the scene. pane: the one that the marks are drawn on.
void rim_marks_plan_lines(rim_overlay *o, const rim_pane *pane, const rim_result *r);
void rim_marks_plan_labels(rim_overlay *o, const rim_pane *pane, const rim_result *r);
void rim_marks_plan_residuals(rim_overlay *o, const rim_pane *pane,
                              const rim_result *r);
void rim_marks_plan_fading(rim_overlay *o, const rim_pane *pane, const rim_result *r);
void rim_marks_plan_unjudged(rim_overlay *o, const rim_pane *pane);
void rim_hud_plan(rim_overlay *o, const rim_pane *pane, const rim_result *r);
// Returns the bar.
rim_rect rim_hud_plan_verdict(rim_overlay *o, const rim_surface *s);
// What is not well, in lines from y on.
void rim_hud_plan_health(rim_overlay *o, const rim_result *r, int y);
// What is known, in one line.
void rim_health_word(char out[RIM_HEALTH_TEXT], const rim_health *h);
// That of a recording; "" where there is none.
void rim_health_record_word(char out[RIM_HEALTH_TEXT], const rim_health *h);
// Returns the lower edge for what is `middle` px wide and stands between them.
int rim_hud_plan_scales(rim_overlay *o, const rim_pane *pane, int middle);
void rim_hud_plan_caption(rim_overlay *o, const rim_pane *pane, const char *text);
void rim_hud_plan_help(rim_overlay *o);

// "3.1", or an en dash where v is not known. Takes no memory, knows no locale.
void rim_text_tenths(char *out, size_t size, double v);

#endif
