// confidence_weights.h: the logistic weights, fitted by bench/confidence.py.
//
// One number a feature, in the order of rim_confidence_features(); made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_WEIGHTS_H
#define RIM_PROCESS_CONFIDENCE_WEIGHTS_H

#include "process/confidence.h"

static const double lesion_weight[RIM_FEATURES] = {
    -14.955, -0.797, 1.592,  0.438,  4.386,  0.575,  -0.478, -1.038,
    3.788,   6.357,  0.155,  -4.274, 0.310,  -0.357, -5.262, 0.564,
    -12.044, -1.669, -3.555, 0.729,  -2.417, -8.363, 0.588,  -0.013};
static const double residual_weight[RIM_FEATURES] = {
    -9.739, -0.118,  2.726,  0.266,  3.106,  -1.257, 1.164, -1.494,
    1.551,  1.445,   1.171,  -1.171, 0.604,  -1.382, 0.555, 0.083,
    -3.739, -17.877, -3.052, 2.364,  -2.839, -6.356, 1.537, 0.868};

#endif
