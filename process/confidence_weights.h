// confidence_weights.h: the logistic weights, fitted by bench/confidence.py.
//
// One number a feature, in the order of rim_confidence_features(); made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_WEIGHTS_H
#define RIM_PROCESS_CONFIDENCE_WEIGHTS_H

#include "process/confidence.h"

static const double lesion_weight[RIM_FEATURES] = {
    -13.096, 0.131, 0.400, 0.408, 6.498, -0.031, 0.196, -1.677, 4.414, 2.597, 0.637,
    -3.026, 0.174, -1.365, -1.562, 1.179, -1.309, -1.575, -2.011, -0.711, -1.092,
    -6.871, -0.274, -0.015
};
static const double residual_weight[RIM_FEATURES] = {
    -9.750, 0.601, 2.355, -0.083, -0.444, 0.353, 0.827, -1.423, 0.772, 3.162, 1.506,
    0.077, 0.692, -0.088, 0.775, -0.107, -0.684, -2.999, -0.974, 0.598, -2.744,
    -4.891, 0.380, 0.930
};

#endif
