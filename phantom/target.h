// target.h: a virtual camera that looks at targets: pictures with known truth.
//
// For tests of the calibration, for people to practise on (practice.h), and for the
// boards before a phantom's cameras (targets.c). A camera has a lens with distortion, light that falls off, its own gain
// and dark level in every pixel, hot and dead pixels, shot noise, noise of reading and
// of rows. The same numbers give the same pictures on every machine: sums, products,
// quotients and square roots only. One thread owns a camera.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_TARGET_H
#define RIM_PHANTOM_TARGET_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"

#include <stdbool.h>

typedef struct rim_target_camera {
    int width, height, bits, black_level; // px, bits, counts
    double camera_matrix[9], distortion[5];
    double rotation[9], translation_mm[3]; // from world (NIR camera) to this camera
    double falloff;                        // light lost at the corners, 0..0.9
    double light_x, light_y;               // where it is brightest: -1..1 of the frame
    double electrons_per_count, read_noise_counts, row_noise_counts;
    double dsnu_counts, prnu; // spread from pixel to pixel
    double hot_per_mpx, dead_per_mpx;
    uint64_t seed;
} rim_target_camera;

// A flat picture in space. Its point (x, y) in mm lies at rotation (x, y, 0) +
// translation in the world. The light that leaves it is the sample of `texture` at
// origin + (x, y) / mm_per_px over full scale, between samples linear; `beyond`
// outside.
typedef struct rim_target_plane {
    double rotation[9], translation_mm[3];
    const rim_frame *texture; // GRAY16; NULL: `beyond` everywhere
    rim_point origin;
    double mm_per_px;
    double beyond; // 0..1
} rim_target_plane;

typedef struct rim_target rim_target;

RIM_NODISCARD rim_err rim_target_create(rim_target **out, const rim_target_camera *c);
void rim_target_destroy(rim_target **t);

// Points the camera at a plane, or at the dark where it is NULL. The texture is not
// needed afterwards.
void rim_target_aim(rim_target *t, const rim_target_plane *plane);
// Takes frame number `index` into *out (GRAY16, the camera's size and bits). level:
// signal in parts of full scale that light 1 gives at the brightest place. noise false:
// without noise over time.
void rim_target_shoot(rim_target *t, rim_frame *out, double level, uint64_t index,
                      bool noise);

// What the camera is aimed at, before its own falloff and gains: the light at each pixel
// [width * height], 0..1. Its own until it is aimed again.
const float *rim_target_light(const rim_target *t);

// The pixel that shows a point of the plane. false: out of the model's view.
bool rim_target_project(const rim_target *t, const rim_target_plane *plane, double x_mm,
                        double y_mm, rim_point *px);
// The point of the plane that a pixel shows.
bool rim_target_unproject(const rim_target *t, const rim_target_plane *plane,
                          rim_point px, double *x_mm, double *y_mm);
// What is known of a pixel.
bool rim_target_is_hot(const rim_target *t, int x, int y);
bool rim_target_is_dead(const rim_target *t, int x, int y);
double rim_target_dark_counts(const rim_target *t, int x, int y);
double rim_target_response(const rim_target *t, int x, int y); // 1 at the brightest

// Rows of a rotation by small turns: sines of the turns about x, y and z, in that order.
void rim_target_rotation(double r[9], double sin_x, double sin_y, double sin_z);

#endif
