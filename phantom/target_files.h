// target_files.h: pictures of targets on disk: a sequence folder for each kind of them,
// and the truth beside. Internal to phantom/.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_TARGET_FILES_H
#define RIM_PHANTOM_TARGET_FILES_H

#include "base/err.h"
#include "base/frame.h"
#include "phantom/phantom.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct rim_target_files {
    const char *dir;
    int bits, black_level; // of NIR
    int done, total;       // pictures
    rim_phantom_progress_fn *progress;
    void *ctx;
} rim_target_files;

// Makes the folders of dir/part. RIM_ERR_BUSY: it holds a sequence already. All errors
// are logged.
RIM_NODISCARD rim_err rim_target_files_start(const rim_target_files *f,
                                             const char *part, bool visible);
// Writes picture number `index` of dir/part/stream, and tells of the progress.
RIM_NODISCARD rim_err rim_target_files_put(rim_target_files *f, const char *part,
                                           const char *stream, int index,
                                           const rim_frame *picture);
// Writes its manifest, which makes it a sequence.
RIM_NODISCARD rim_err rim_target_files_finish(const rim_target_files *f,
                                              const char *part, bool visible);
// dir/truth.txt, to be written and given to rim_target_files_end(); NULL: logged.
FILE *rim_target_files_truth(const rim_target_files *f);
RIM_NODISCARD rim_err rim_target_files_end(const rim_target_files *f, FILE *truth);

#endif
