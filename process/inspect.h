// inspect.h: what the chain saw in its last frame, for tools that study it.
//
// Not part of the installed library. Everything belongs to the pipeline and is
// valid until its next frame.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_INSPECT_H
#define RIM_PROCESS_INSPECT_H

#include "process/detect.h"
#include "process/pipeline.h"
#include "process/surface.h"

const rim_grid *rim_pipeline_grid(const rim_pipeline *p);
const rim_detect *rim_pipeline_detect(const rim_pipeline *p);
const rim_watch *rim_pipeline_watch(const rim_pipeline *p);

#endif
