// recorder.h: raw frames as captured, lossless, in one file.
//
// Matroska with FFVHUFF: NIR at its full depth (stream 0, grey of 8 or 16 bits) and,
// where there is one, the visible picture (stream 1, planar RGB). FFV1 would make the
// files a tenth smaller at ten times the work, which no camera waits for; to archive,
// `ffmpeg -i r.mkv -c:v ffv1 ...` (which loses what only this program reads). The tag RIMLIGHT holds as JSON what a manifest would:
// {"format":"rimlight-recording","version":1,"fps":...,"nir":{"bit_depth":...,
// "black_level":...},"visible":{},"mm_per_px":...,"calibration":...,
// "cut_surface":[...]}. Each frame carries its number, time and checksum, so lost frames
// stay gaps, damage is found, and a replay gives the same report. Other players show the file as it is.
//
// One thread owns a recorder. The first failure is logged; after it, further frames
// are refused silently. What was written by then stays readable, also when the
// program is killed: every frame stands in a cluster of its own.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_RECORDER_H
#define RIM_MEDIA_RECORDER_H

#include "base/err.h"
#include "base/frame.h"
#include "media/source_info.h"

typedef struct rim_recorder rim_recorder;

// info: what the source tells, copied; a relative calibration path is made absolute.
// start_ns: the captured_ns that is to count as 0: 0 for a recording played again, the
// first frame's for a camera. RIM_ERR_IO, RIM_ERR_ARG, RIM_ERR_UNSUPPORTED (FFmpeg
// without FFVHUFF), RIM_ERR_MEMORY. Logged.
RIM_NODISCARD rim_err rim_recorder_open(rim_recorder **out, const char *path,
                                        const rim_source_info *info, int64_t start_ns);
// nir: GRAY16 of the stated size; visible: BGRX8 likewise, NULL where this frame has
// none. seq must rise from frame to frame.
RIM_NODISCARD rim_err rim_recorder_write(rim_recorder *r, const rim_frame *nir,
                                         const rim_frame *visible);
// Finishes the file; *r is NULL afterwards. Returns the first failure of all.
RIM_NODISCARD rim_err rim_recorder_close(rim_recorder **r);

#endif
