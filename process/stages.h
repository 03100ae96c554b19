// stages.h: the stages of a frame, and how long each took: for tools that time them.
//
// Not part of the installed library.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_STAGES_H
#define RIM_PROCESS_STAGES_H

#include "process/pipeline.h"

#include <stdint.h>

// In their order.
// clang-format off
#define RIM_STAGES(X) \
    X(correct) X(background) X(motion) X(temporal) X(detect) X(judge) X(map)
// clang-format on
typedef enum rim_stage {
#define X(name) RIM_STAGE_##name,
    RIM_STAGES(X)
#undef X
        RIM_STAGE_COUNT
} rim_stage;

// [RIM_STAGE_COUNT], of the last frame, by the monotonic clock. Belongs to the
// pipeline, valid until its next frame.
const int64_t *rim_pipeline_stage_ns(const rim_pipeline *p);

#endif
