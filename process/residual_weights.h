// residual_weights.h: the weights of findings, fitted by bench/residual_weights.py.
//
// One number a feature, in the order of finding.c; made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_RESIDUAL_WEIGHTS_H
#define RIM_PROCESS_RESIDUAL_WEIGHTS_H

#include "process/finding.h"

static const double finding_weight[RIM_FINDING_FEATURES] = {
    -0.649, 0.321,  0.069, 0.157,  -2.546, 1.278,
    1.804,  -0.589, 0.323, -0.652, -1.483, -1.054};

#endif
