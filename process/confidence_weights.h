// confidence_weights.h: the logistic weights, fitted by bench/confidence.py.
//
// One number a feature, in the order of rim_confidence_features(); made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_WEIGHTS_H
#define RIM_PROCESS_CONFIDENCE_WEIGHTS_H

#include "process/confidence.h"

static const double lesion_weight[RIM_FEATURES] = {
    -15.830, -0.690, 1.650,  0.239,  4.978,  0.430,  -0.407, -1.260,
    3.900,   6.957,  -0.234, -3.297, 0.622,  -0.075, -5.134, 0.510,
    -16.360, -0.554, -2.639, 0.568,  -3.252, -7.101, 0.401,  0.174};
static const double residual_weight[RIM_FEATURES] = {
    -11.785, -0.639, 3.441,  0.652,  0.826,  -0.645, 0.440, -1.244,
    1.362,   1.675,  1.210,  -2.043, 0.573,  -1.356, 1.478, -0.073,
    -4.958,  -2.370, -2.531, 2.836,  -1.370, -6.431, 1.713, 1.065};

#endif
