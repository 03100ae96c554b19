// confidence_weights.h: the logistic weights, fitted by bench/confidence.py.
//
// One number a feature, in the order of rim_confidence_features(); made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_WEIGHTS_H
#define RIM_PROCESS_CONFIDENCE_WEIGHTS_H

#include "process/confidence.h"

static const double lesion_weight[RIM_FEATURES] = {
    -15.238, -0.589, 1.533,  0.239,  4.545,  0.522,  -0.846, -1.246,
    3.957,   7.174,  -0.051, -3.443, 0.462,  -0.740, -4.285, 0.262,
    -16.753, -1.296, -3.130, 0.692,  -3.310, -7.538, 0.219,  0.166};
static const double residual_weight[RIM_FEATURES] = {
    -12.577, -0.597, 4.272,  0.565,  2.615,  -0.888, 0.243, -1.153,
    1.907,   1.390,  0.739,  -2.905, 0.488,  -0.938, 0.676, -0.326,
    -5.862,  -5.758, -2.436, 2.894,  -2.693, -6.651, 0.467, 0.984};

#endif
