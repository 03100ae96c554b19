// snapshot.h: one frame kept by hand, in the current folder:
//
//     rimlight-000123.png        the picture with its overlay, whole, at its full size
//     rimlight-000123-white.png  the visible picture without it, where there is one
//     rimlight-000123-nir.png    the raw NIR frame, 16 bits
//     rimlight-000123.json       {"shown":{view, scale, source},"report":{a line of it}}
//
// Where such files are there already, a number is added: nothing is overwritten.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_SNAPSHOT_H
#define RIM_APP_SNAPSHOT_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "render/overlay.h"
#include "report/report.h"

enum { RIM_SNAPSHOT_NAME = 48 };

typedef struct rim_snapshot {
    const rim_frame *picture, *nir, *visible; // visible NULL: there is none
    const rim_result *result;
    const char *source; // what the recording or camera is called
    rim_view view;
    rim_report_scale scale; // of the picture
} rim_snapshot;

// *name: of the picture, without ".png". What cannot be written is logged. RIM_ERR_IO.
RIM_NODISCARD rim_err rim_snapshot_write(const rim_snapshot *s,
                                         char name[RIM_SNAPSHOT_NAME]);

#endif
