// light.h: from dye in the tissue to light on its surface.
//
//     F(x, y) = sum over z of phi_x(z) [C(., ., z) * G(., z)](x, y) dz
//
// G is written, for each depth, as a sum of Gaussians of fixed widths (a ladder
// from 0.06 to 17 mm, factor 1.6, weights >= 0 by least squares). The sum then
// needs one convolution a width, not one a depth, and a wide Gaussian is done on
// a coarse grid. tests/unit/test_phantom.c holds its error: below 3 % of G(0, d)
// anywhere, the integral exact.
//
// A rim_light is immutable after rim_light_init(): any thread may use it.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_LIGHT_H
#define RIM_PHANTOM_LIGHT_H

#include "base/err.h"
#include "phantom/optics.h"

#define RIM_LIGHT_WIDTHS     13
#define RIM_LIGHT_LAYERS_MAX 64
#define RIM_LIGHT_DEPTH_MM   14.0 // deeper dye adds nothing that can be seen

typedef struct rim_light {
    rim_optics optics;
    int layers;
    double z_mm[RIM_LIGHT_LAYERS_MAX]; // middle of each
    double sigma_mm[RIM_LIGHT_WIDTHS];
    // Light of a layer of liver, part of all that liver gives: sums to 1.
    double layer_part[RIM_LIGHT_LAYERS_MAX];
    // The same spread over the ladder: weight[l][.] sums to layer_part[l].
    double weight[RIM_LIGHT_LAYERS_MAX][RIM_LIGHT_WIDTHS];
} rim_light;

void rim_light_init(rim_light *light, const rim_optics *optics);

// A map of the surface, `mm` a pixel; pixel (i, j) has its centre at
// (x0 + i * mm, y0 + j * mm) in millimetres of the scene.
typedef struct rim_patch {
    double x0, y0, mm;
    int width, height;
    float *value; // [height][width]
} rim_patch;

// Covers x0..x1, y0..y1 (mm), a little more to suit the grids. Values are 0.
RIM_NODISCARD rim_err rim_patch_init(rim_patch *p, double x0, double y0, double x1,
                                     double y1, double mm);
void rim_patch_uninit(rim_patch *p);
// Between pixels bilinear, 0 outside.
double rim_patch_at(const rim_patch *p, double x_mm, double y_mm);

// Concentration above that of liver (so 0 in liver, -1 in tissue without dye) of
// a row of points: (x0 + i * step, y, z), i < count, edges softened over soft_mm.
typedef void rim_dye_fn(const void *ctx, float *row, int count, double x0, double step,
                        double y, double z, double soft_mm);

// patch += light of the dye, in units of the light of liver. z_top: where the dye
// begins, z_end: where it ends (layers outside are not asked for).
RIM_NODISCARD rim_err rim_light_add(const rim_light *light, rim_patch *patch,
                                    rim_dye_fn *dye, const void *ctx, double z_top,
                                    double z_end);

#endif
