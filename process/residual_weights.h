// residual_weights.h: the weights of findings, fitted by bench/residual_weights.py.
//
// One number a feature, in the order of finding.c; made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_RESIDUAL_WEIGHTS_H
#define RIM_PROCESS_RESIDUAL_WEIGHTS_H

#include "process/finding.h"

static const double finding_weight[RIM_FINDING_FEATURES] = {
    -5.040, 1.716, -0.141, -0.149, -0.789, 1.656, 0.425, 0.379, 0.506, 0.682,
    -2.229, 0.252, 1.003,  2.105,  -0.162, 0.263, 0.533, 0.916, -0.443};

#endif
