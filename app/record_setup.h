// record_setup.h: what a recording is told of the run that makes it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_RECORD_SETUP_H
#define RIM_APP_RECORD_SETUP_H

#include "app/run_options.h"

#include "capture/source.h"
#include "media/recorder.h"

// What the recording of a camera leaves to the picture, on top of this process's nice
// value: the threads of its encoder, and the thread that writes.
enum { RIM_RECORD_ENCODER_NICE = 10, RIM_RECORD_WRITER_NICE = 5 };

// Opens the recorder of --record: codec and form as *o says, command line, colour scale,
// and with info->calibration the files of the calibration as attachments. Logged.
RIM_NODISCARD rim_err rim_record_open(rim_recorder **out, const rim_run_options *o,
                                      const rim_source_info *info);

#endif
