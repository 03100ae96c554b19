// scene.h: what a phantom is made of. Internal to phantom/.
//
// Lengths are millimetres of the scene, x to the right, y down, (0, 0) in the
// middle of the picture when nothing moves; depth grows into the tissue. Light is
// in units of what liver gives ("1.0"). The tissue is painted once, on a canvas
// larger than the frame (canvas.h); a frame is a view of it (view.h).
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_SCENE_H
#define RIM_PHANTOM_SCENE_H

#include "base/workers.h"
#include "phantom/light.h"
#include "phantom/phantom.h"
#include "phantom/rng.h"

#define RIM_FOCI_MAX     48
#define RIM_RAYS         96
#define RIM_SEGMENTS_MAX 24
#define RIM_WAVES        6

// Streams of random numbers, one a part of the scene.
enum {
    RIM_STREAM_OPTICS = 1,
    RIM_STREAM_PLAN,
    RIM_STREAM_FOCI,
    RIM_STREAM_CANVAS,
    RIM_STREAM_WOUND,
    RIM_STREAM_MOTION,
    RIM_STREAM_CAMERA,
    RIM_STREAM_SENSOR,
    RIM_STREAM_SMOKE,
    RIM_STREAM_INSTRUMENT,
    RIM_STREAM_BORDERS,
    RIM_STREAM_EYE,
    RIM_STREAM_FRAME = 1 << 20, // plus the frame's number
};

// A closed wavy curve or a function of the angle: sum of a[k] cos((k + 1) t + p[k]).
typedef struct rim_waves {
    double a[RIM_WAVES], cos_p[RIM_WAVES], sin_p[RIM_WAVES];
} rim_waves;

typedef enum rim_shape {
    RIM_SHAPE_NONE = 0,
    RIM_SHAPE_SHELL, // ellipsoid: a core with or without a shell of dye
    RIM_SHAPE_DISC,  // flat patch at one depth
    RIM_SHAPE_TUBE,  // branched duct at one depth
    RIM_SHAPE_FILM,  // on the surface: sharp edge, not spread by tissue
} rim_shape;

typedef struct rim_segment {
    double x0, y0, x1, y1, radius;
} rim_segment;

// Something that shines, and the light that it adds to the surface.
typedef struct rim_focus {
    char class_name[32];
    rim_shape shape;
    bool residual;                     // goes to cut_surface.residuals, else to lesions
    double x, y;                       // centre
    double ax, ay, az, cos_t, sin_t;   // half axes, turn of the first from x
    double top;                        // depth of the upper end of core or patch
    double rim;                        // width of the shell, 0: none
    double uptake, core;               // dye over that of liver
    double thickness;                  // of a disc
    const struct rim_focus *neighbour; // grown into this one, which takes precedence
    rim_waves bumps;                   // deviation of the outline, part of the radius
    rim_waves gaps;                    // shell shines where above gap_level
    double gap_level, gap_soft;        // gap_soft 0: no gaps
    int segments;
    rim_segment segment[RIM_SEGMENTS_MAX];
    rim_patch light; // what it adds, canvas shading included

    // Measured by rim_measure_focus() in the picture without noise, tissue side.
    bool visible;                 // the light rises above the background at all
    double peak_x, peak_y;        // where it is brightest
    double peak, peak_background; // light there, with and without this focus
    double peak_leak;             // leaked light there
    double core_value;            // light at the centre, leaked light included
    double rim_width_mm;          // NAN: no ring
    double coverage;
    rim_pattern pattern;
    int outline_count;
    rim_point outline[RIM_RAYS]; // mm
} rim_focus;

// A wavy line across the scene: the liver's edge, a segment's border.
typedef struct rim_border {
    bool there;
    double nx, ny, at; // normal; distance from the middle
    double wave_mm, wave_length_mm;
    uint64_t seed;
} rim_border;

typedef struct rim_canvas {
    int width, height;
    double x0, y0, mm; // centre of the first pixel, pixel pitch
    float *glow;       // light of the dye and leaked light
    float *base;       // light of the dye without foci
    float *shade;      // factor of blood, char and relief on all light of dye
    float *leak;       // leaked light
    float *bump;       // height of the surface, for highlights
    uint16_t *rgb;     // [3], linear reflectance, 65535 is 1
    uint8_t *cover;    // RIM_COVER_*
} rim_canvas;

enum {
    RIM_COVER_NONE = 0,
    RIM_COVER_GAUZE,
    RIM_COVER_BLOOD, // deep enough that nothing below can be judged
    RIM_COVER_CHAR,
    RIM_COVER_OUTSIDE, // not liver
};

// Where the scene is at one moment: frame (u, v) shows
//     x = mm * (scale * (cos_r * du - sin_r * dv)) + shift_x + bend
// with du = u - middle; `bend` is small and smooth (view.c).
typedef struct rim_view {
    double scale, cos_r, sin_r, shift_x, shift_y;
    double bend_mm, bend_u, bend_v, phase_u, phase_v;
} rim_view;

typedef struct rim_motion {
    double breath_mm, breath_hz, breath_phase, dir_x, dir_y;
    double drift_mm[2], drift_hz[2], drift_phase[4];
    double turn, turn_hz, turn_phase;
    double zoom, zoom_hz;
    double tremor_mm, tremor_hz, tremor_phase[2];
    double bend_mm, bend_wave_mm;
} rim_motion;

typedef struct rim_camera {
    int bits, black_level, full; // full: largest count
    double electrons_full, read_noise, prnu, dsnu;
    double per_light;                  // electrons of the light 1.0 in the middle
    double blur_px;                    // 0: sharp
    double exposure;                   // part of the time between frames
    double spot_x, spot_y, spot_sigma; // px; of the lamp
    double middle_x, middle_y, vignette_half; // px; of the lens
    double vignette_power;                    // n of cos^n
    double round_radius_px, round_x, round_y; // 0: no round view
    double gain_step[8];
    int gain_frame[8], gain_count;
    double hot_per_mpx;
    double highlight, highlight_bound; // strength in light, share of the surface
} rim_camera;

typedef struct rim_instrument {
    bool there;
    double angle, enter_x, enter_y; // px, where the shaft comes in
    double reach_px, sway_px, hz, phase, half_width_px;
} rim_instrument;

typedef struct rim_smoke {
    double depth; // mean optical depth, 0: none
    double scale_px, drift_x, drift_y, glow;
    uint64_t seed;
} rim_smoke;

// The visible camera; where there is no second one, the NIR camera's own eye.
typedef struct rim_eye {
    bool there;             // it sees the scene otherwise than the NIR camera does
    double near_f;          // px, of the NIR camera
    double distance_mm;     // of the scene, when the view does not zoom
    double f, cx, cy, k[3]; // px; radial distortion
    double rotation[9], bumped[9], t_mm[3]; // from the NIR camera, before and after
    float *ray; // [2 * width * height] x, y at z = 1 for each pixel
} rim_eye;

struct rim_phantom {
    rim_phantom_options o; // as pinned; what was drawn is in the parts
    rim_workers *workers;
    rim_light light;
    double blood;
    unsigned distractors;
    double leakage;
    rim_border edge, segment;
    double pool; // part of the cut surface under deep blood
    int focus_count;
    rim_focus focus[RIM_FOCI_MAX];
    rim_canvas canvas;
    rim_motion motion;
    rim_camera camera;
    rim_eye eye;
    rim_instrument instrument;
    rim_smoke smoke;
    double wound_x, wound_y, wound_a, wound_b, wound_cos, wound_sin;
    rim_waves wound_edge;
    rim_outline surface_mm, surface_px; // the cut surface; in frame 0
    // Of the frame's size.
    float *gain, *offset;   // electrons per light; electrons in the dark
    float *raw, *blurred;   // the frame in light, and after the lens
    float *bend_u, *bend_v; // tables of the bend by column and row
    uint16_t *srgb;         // linear 12 bits to 8 bits
    float *normal;          // 65536 normal deviates in order
};

// ---- waves.c: shapes from a few random waves ----
void rim_waves_draw(rim_waves *w, rim_rng *r, int first, int last, double strength);
double rim_waves_at(const rim_waves *w, double cos_t, double sin_t);
// The level above which the waves are over `part` of the circle.
double rim_waves_level(const rim_waves *w, double part);

// ---- focus.c ----
RIM_NODISCARD rim_err rim_focus_light(rim_focus *f, const rim_light *light, double mm);
// Distance by which (x, y) lies inside the outline seen from above; 0 on it.
double rim_focus_inside(const rim_focus *f, double x, double y);

// ---- plan.c: draws what is in the scene ----
void rim_plan_tissue(rim_phantom *p); // blood, leakage, distractors, borders
void rim_plan_scene(rim_phantom *p);  // foci; after the camera, whose view counts

// ---- canvas.c, tissue.c ----
RIM_NODISCARD rim_err rim_canvas_init(rim_phantom *p);
void rim_canvas_uninit(rim_canvas *c);
RIM_NODISCARD rim_err rim_canvas_paint(rim_phantom *p);
// Distance beyond the border, in mm.
double rim_border_beyond(const rim_border *b, double x, double y);
double rim_canvas_at(const rim_canvas *c, const float *map, double x, double y);
int rim_canvas_cover(const rim_canvas *c, double x, double y);

// ---- view.c: motion ----
void rim_motion_draw(rim_motion *m, const rim_phantom_options *o);
void rim_view_at(rim_view *v, const rim_motion *m, const rim_phantom_options *o,
                 double index);
void rim_view_to_scene(const rim_view *v, const rim_phantom_options *o, double u,
                       double vv, double *x, double *y);
void rim_view_to_frame(const rim_view *v, const rim_phantom_options *o, double x,
                       double y, double *u, double *vv);

// ---- eye.c ----
void rim_eye_draw(rim_eye *e, const rim_phantom_options *o);
RIM_NODISCARD rim_err rim_eye_init(rim_phantom *p);
// From the NIR camera to the visible one, in frame `index`.
const double *rim_eye_rotation(const rim_phantom *p, int index);
void rim_eye_inverse(double out[9], const double m[9]);
// Around x, then y, then z, in radians.
void rim_eye_turn(double r[9], double x, double y, double z);
// A ray (x, y, 1) of the visible camera to the NIR pixel that shows the same.
void rim_eye_to_nir(double m[9], const rim_phantom *p, const rim_view *view, int index);

// ---- camera.c ----
uint64_t rim_camera_seed(const rim_phantom_options *o);
void rim_camera_draw(rim_phantom *p);
RIM_NODISCARD rim_err rim_camera_init(rim_phantom *p);
void rim_camera_expose(rim_phantom *p); // sets per_light and the maps
double rim_camera_field(const rim_camera *c, double u, double v);
double rim_camera_gain(const rim_camera *c, int index);
bool rim_instrument_covers(const rim_phantom *p, int index, double u, double v,
                           double *across);
double rim_smoke_depth(const rim_smoke *s, int index, double u, double v);

// ---- render.c ----
void rim_render_nir(rim_phantom *p, rim_frame *nir, const rim_view *view, int index);
void rim_render_visible(rim_phantom *p, rim_frame *out, const rim_view *view,
                        int index);
// p->raw, light of a scene that stands still, through lens and sensor.
void rim_render_still(rim_phantom *p, rim_frame *nir, int index);
// A visible frame of this reflectance, 0..1; `index` draws its noise.
void rim_render_grey(rim_phantom *p, rim_frame *out, const float *reflectance,
                     int index);

// ---- measure.c ----
void rim_measure_focus(rim_focus *f, const rim_phantom *p);

// ---- truth.c ----
void rim_truth_frame(const rim_phantom *p, rim_truth *t, const rim_view *view,
                     int index);

#endif
