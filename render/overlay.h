// overlay.h: the picture that is shown: pseudo-colour, outlines, verdict.
//
// Composited in integers by our own code: the same bytes on every machine, in a
// file as in the window. The colour scale is fixed at creation and never follows
// the content. One thread owns an overlay; memory is taken at creation.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_OVERLAY_H
#define RIM_RENDER_OVERLAY_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "base/workers.h"
#include "render/color_map.h"
#include "render/health.h"

#include <stdbool.h>

#define RIM_SKETCH_MAX 256
// Less would hide what was found.
#define RIM_OPACITY_MIN 20

// What is shown. The verdict and the health lines stay in every view.
typedef enum rim_view {
    RIM_VIEW_OVERLAY = 0,
    RIM_VIEW_NIR,          // the NIR frame in grey, marks over it
    RIM_VIEW_INTENSITY,    // false colour, opaque, over the NIR frame; marks
    RIM_VIEW_OUTLINES,     // marks only, no colour over the picture
    RIM_VIEW_WHITE,        // the visible picture alone; says that marks are hidden
    RIM_VIEW_SIDE_BY_SIDE, // NIR in grey, and the overlay, at half size
    RIM_VIEW_INSET,        // the overlay, and the NIR frame small in a corner
    RIM_VIEW_COUNT,
} rim_view;

// A part of the full picture, in its pixels; (x, y) is the part's top left corner, not
// a pixel's centre. width 0: all of it.
typedef struct rim_part {
    double x, y, width, height;
} rim_part;

// From a pixel of one picture to that of another; false: no partner. ctx: the caller's.
typedef bool rim_overlay_map_fn(const void *ctx, double x, double y, double *u,
                                double *v);

typedef struct rim_overlay_options {
    int nir_width, nir_height, nir_bits, nir_black_level;
    int width, height; // of the picture: the visible frame's, else the NIR frame's
    // Where not all of a full picture is shown, or at another size: the full one's
    // sides (0: width and height), and which part of it fills width x height.
    int full_width, full_height;
    rim_part part;
    double mm_per_px; // of the NIR frame; 0 or NAN: no scale bar
    // NIR pixel to full picture pixel: by a homography, row-major; all zero: scaled to
    // the size. Or exactly, lenses and all, by functions both ways, which are asked at
    // creation only.
    double nir_to_picture[9];
    rim_overlay_map_fn *map_to_picture, *map_to_nir;
    const void *map_ctx;
    // The scale: SBR shown as transparent and as full colour. 0: 1.3 and 5.
    double sbr_low, sbr_high;
    rim_color_map color_map;
    int opacity; // of the colours over the picture, % of the usual; 0: 100
    rim_view view;
    bool has_visible;     // visible frames are expected: one that is missing is said
    rim_workers *workers; // share the work of a frame; NULL: the caller alone
    unsigned cpu;         // RIM_CPU_* bits that kernels may use
} rim_overlay_options;

// Where something holds of the NIR frame: mask pixel (i, j) covers `scale` NIR pixels
// a side from (i * scale, j * scale) on.
typedef struct rim_mask {
    const uint8_t *data; // [height][stride], 0: it does not hold; NULL: nowhere
    int width, height, stride, scale;
} rim_mask;

typedef struct rim_overlay rim_overlay;

// RIM_ERR_ARG: a size below 16 px or out of range, or a map that cannot be inverted;
// logged with its name.
RIM_NODISCARD rim_err rim_overlay_create(rim_overlay **out,
                                         const rim_overlay_options *options);
void rim_overlay_destroy(rim_overlay **o);

// Draws into *picture (BGRX8, options' size): the visible frame (of the same size: its
// shown part), or where that is NULL the NIR frame in grey. visible may be *picture
// itself, which saves a copy, where rim_overlay_in_place() says so. Over it what `result`
// and the SBR map (GRAY16 Q8, `scale` NIR pixels a map pixel; see rim_pipeline_sbr_map; may
// be NULL) say.
// A label keeps the side on which the frame before had it, lost frames are told for
// three seconds and lost lesions fade for one; else a picture depends on nothing but
// the arguments.
void rim_overlay_draw(rim_overlay *o, rim_frame *picture, const rim_frame *nir,
                      const rim_frame *visible, const rim_frame *sbr_map, int scale,
                      const rim_result *result);

// The same in two steps: what is drawn where is settled at once; then threads of
// options.workers paint while the caller does something else (where there are none, the
// caller, at once), and rim_overlay_finish() does the rest. Until then nothing is asked
// of the overlay, and picture, nir, visible and sbr_map stay as they are; result and masks
// need not.
void rim_overlay_begin(rim_overlay *o, rim_frame *picture, const rim_frame *nir,
                       const rim_frame *visible, const rim_frame *sbr_map, int scale,
                       const rim_result *result);
// Nothing, where nothing was begun.
void rim_overlay_finish(rim_overlay *o);

// Can the present view be painted over the visible frame where it lies? Not where the
// picture is made of two.
bool rim_overlay_in_place(const rim_overlay *o);

// All from the next frame on.
// Another part, for zooming. RIM_ERR_ARG: not finite, or empty.
RIM_NODISCARD rim_err rim_overlay_set_part(rim_overlay *o, const rim_part *part);
void rim_overlay_set_view(rim_overlay *o, rim_view view);
// A line at the lower edge ("PAUSED"); NULL or "" takes it away. Copied.
void rim_overlay_set_note(rim_overlay *o, const char *note);
// A panel over the middle: lines cut at newlines, each a key, a tab, and what it does
// (see rim_window_help()); NULL takes it away. Not copied.
void rim_overlay_set_help(rim_overlay *o, const char *text);
// The part of the cut surface on which nothing can be said; NULL: none. The pixels are
// not copied: they must stay until the next drawing.
void rim_overlay_set_unjudged(rim_overlay *o, const rim_mask *mask);
// NULL: not known. Copied.
void rim_overlay_set_health(rim_overlay *o, const rim_health *health);
// A surface being marked, in NIR pixels, at most RIM_SKETCH_MAX; 0 takes it away.
void rim_overlay_set_sketch(rim_overlay *o, const rim_point *point, int count);

// The NIR pixel shown at a picture pixel in the present view. False: none is.
bool rim_overlay_to_nir(const rim_overlay *o, rim_point *nir, rim_point picture);

// The other way. False: it has no place there, or none in this view; it may lie outside
// of what is shown.
bool rim_overlay_to_picture(const rim_overlay *o, rim_point *picture, rim_point nir);

// "overlay", "nir", "intensity", "outlines", "white", "side-by-side", "inset".
RIM_NODISCARD rim_err rim_view_from_name(rim_view *out, const char *name);
const char *rim_view_name(rim_view view);

#endif
