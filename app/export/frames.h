// frames.h: the frames of a case once more, from the recording that its report
// was made of, drawn as they were shown.
//
// What is drawn are the report's findings; the false colours and the followed surface
// come from the chain, which runs over some frames before each picture, as its
// smoothing over time needs, and from the first mark on where a cut surface is drawn.
// One thread owns it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_EXPORT_FRAMES_H
#define RIM_APP_EXPORT_FRAMES_H

#include "app/export/export.h"

#include "calib/calib.h"
#include "exchange/case.h"
#include "media/source_info.h"

#include <stdbool.h>

typedef struct rim_export_frames rim_export_frames;

// What is wanted of a frame, bits.
enum { RIM_WISH_NIR = 1, RIM_WISH_PICTURE = 2 };

typedef struct rim_export_frame {
    size_t index;               // of the case's frame
    const rim_frame *nir;       // as recorded
    const rim_frame *picture;   // NULL unless wished for
    const rim_outline *surface; // as followed; NULL unless a picture was wished for
} rim_export_frame;

// Called for one wished frame after the other. What it returns but RIM_OK ends the walk.
typedef rim_err rim_export_frame_fn(void *ctx, const rim_export_frame *f);

// Opens job->source. Errors as rim_source_open() and rim_session_create().
RIM_NODISCARD rim_err rim_export_frames_open(rim_export_frames **out,
                                             const rim_export_job *job);
void rim_export_frames_close(rim_export_frames **f);
// With what calibration and options overrule.
const rim_source_info *rim_export_frames_info(const rim_export_frames *f);

// The calibration in use; NULL: none.
const rim_calib *rim_export_frames_calib(const rim_export_frames *f);
// mm a pixel of the pictures; NAN: not known, or not the same in both directions.
double rim_export_frames_picture_pitch(const rim_export_frames *f);

// Goes through the recording once. wish: a byte a frame of the case. Frames that the
// recording has not got are told in one warning; if it has none of those wished for,
// it is another one: RIM_ERR_FORMAT.
RIM_NODISCARD rim_err rim_export_frames_walk(rim_export_frames *f, const rim_case *c,
                                             const unsigned char *wish,
                                             rim_export_frame_fn *fn, void *ctx);

#endif
