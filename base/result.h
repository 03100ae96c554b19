// result.h: what one frame showed. The chain fills it, the report writes it, the
// picture draws it, the phantom's truth and the scores are counted in it.
//
// Coordinates are pixels of the NIR frame; the centre of the top left pixel is
// (0, 0), x to the right, y down. Angles are degrees from x towards y. A number
// that is not known is NAN ("null" in the report), never a made-up value.
// Plain data: copy it freely.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_RESULT_H
#define RIM_BASE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#define RIM_LESIONS_MAX   64
#define RIM_RESIDUALS_MAX 32
#define RIM_OUTLINE_MAX   64

typedef struct rim_point {
    double x, y;
} rim_point;

typedef struct rim_ellipse {
    double x, y;  // centre
    double a, b;  // half axes
    double angle; // of a, degrees
} rim_ellipse;

typedef struct rim_outline {
    int count; // 0..RIM_OUTLINE_MAX corners, closed by itself
    rim_point point[RIM_OUTLINE_MAX];
} rim_outline;

typedef enum rim_pattern {
    RIM_PATTERN_NONE = 0, // not known
    RIM_PATTERN_RIM,      // a ring around a darker core
    RIM_PATTERN_PARTIAL,  // a ring with gaps
    RIM_PATTERN_TOTAL,    // bright throughout, also a deeply buried ring
} rim_pattern;

// Why a confidence is low or a surface cannot be assessed; bits of `why`.
enum {
    RIM_WHY_SATURATED = 1,
    RIM_WHY_DARK = 2,     // too little light to judge
    RIM_WHY_SMOKE = 4,    // contrast of the whole picture is veiled
    RIM_WHY_HIDDEN = 8,   // instrument, gauze, blood
    RIM_WHY_AT_EDGE = 16, // cut by the frame or the field of view
    RIM_WHY_MOTION = 32,  // moves too fast to follow
    RIM_WHY_LOW_CONTRAST = 64,
    RIM_WHY_SHARP = 128,         // edges too sharp for buried fluorescence
    RIM_WHY_OUT_OF_VIEW = 256,   // the surface has left the picture
    RIM_WHY_NEW = 512,           // seen in too few frames yet
    RIM_WHY_REGISTRATION = 1024, // NIR and visible picture do not lie upon each other
    RIM_WHY_COUNT = 11,          // how many there are
};

typedef struct rim_lesion {
    int id;           // from 1, stays while the lesion is followed
    double x, y;      // centre of the ellipse
    double a, b;      // half axes (px) of the ellipse fitted to the outline where the
                      // signal above background has fallen to half; a >= b
    double angle;     // of the long axis, -90..90
    double rim_width; // full width at half maximum of the ring, px; NAN for total
    double coverage;  // part of the outline along which the rim stands out, 0..1
    rim_pattern pattern;
    double sbr;                // peak signal over local background, corrected
    double core_ratio;         // signal at the centre over the peak
    double target, background; // the two values behind sbr, corrected counts
    double cnr;                // (target - background) / spread of the background
    double confidence;         // 0..1; of those at p a share p is real
    double diameter_mm;        // of the visible outline, not of the tumour
    unsigned why;              // RIM_WHY_*
} rim_lesion;

typedef struct rim_residual {
    int id;
    double x, y;
    double area_px, area_mm2;
    double sbr;                // highest signal over the surface's own level, corrected
    double target, background; // the two values behind sbr, corrected counts
    double cnr;                // (target - background) / spread of the surface at 1 mm
    double confidence;
    unsigned why;
    rim_outline outline;
} rim_residual;

typedef enum rim_surface_state {
    RIM_SURFACE_OFF = 0,       // no cut surface was given
    RIM_SURFACE_NONE_DETECTED, // no fluorescence seen; says nothing of tumour
    RIM_SURFACE_RESIDUAL,
    RIM_SURFACE_CANNOT_ASSESS,
} rim_surface_state;

typedef struct rim_surface {
    rim_surface_state state;
    double assessable; // part of the surface on which a judgement was possible, 0..1
    double visible_depth_mm; // to which a reference residual would have been seen
    unsigned why;            // RIM_WHY_*
    int residual_count;
    rim_residual residual[RIM_RESIDUALS_MAX];
    rim_outline polygon; // the surface as followed, for drawing
} rim_surface;

// The calibration in use, and whether it still fits. All zero: there is none.
typedef struct rim_calib_state {
    bool used;
    int age_days;           // -1: its date is not known
    double registration_px; // residual, px of the visible picture; NAN: not known
    double shift_px; // by which the pictures part now, NIR pixels; NAN: not known
    bool bumped;     // they part by more than they may
} rim_calib_state;

// Where a number for leaked excitation light comes from; see calib/live_check.h.
typedef enum rim_leakage {
    RIM_LEAKAGE_NONE = 0,
    RIM_LEAKAGE_SUBTRACTED, // part of all NIR light, known and taken off
    RIM_LEAKAGE_HIGHLIGHTS, // part of the NIR light at highlights; not taken off
} rim_leakage;

typedef struct rim_quality {
    double saturated, dark; // fractions of the frame, 0..1
    double motion_px;       // of the tissue since the last frame; NAN for the first
    uint32_t dropped;       // frames lost before this one
    double age_ms; // of the frame when its picture was done, live; 0: a recording
    // Likewise when it was taken from the driver, unpacked, and given to the display;
    // the last NAN: its picture was not shown.
    double acquired_ms, unpacked_ms, presented_ms;
    unsigned why; // RIM_WHY_*: of the picture as a whole
    rim_calib_state calibration;
    rim_leakage leakage_from;
    double leakage; // 0..1, by leakage_from
} rim_quality;

typedef struct rim_result {
    uint64_t frame; // number from 0, lost frames counted
    int64_t t_ns;
    int lesion_count;
    rim_lesion lesion[RIM_LESIONS_MAX];
    rim_surface surface;
    rim_quality quality;
} rim_result;

// The report's fixed words. Never NULL.
const char *rim_pattern_name(rim_pattern pattern);
const char *rim_surface_state_name(rim_surface_state state);
const char *rim_leakage_name(rim_leakage leakage);
// bit: one RIM_WHY_* value.
const char *rim_why_name(unsigned bit);

#endif
