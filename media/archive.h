// archive.h: a raw recording turned into FFV1, for keeping.
//
// The new file is made beside its final name ("OUT.part") and gets that name when it was
// read again and found to hold, frame by frame, the same samples and stamps as the raw
// one. Tag and attachments are taken over. One thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_ARCHIVE_H
#define RIM_MEDIA_ARCHIVE_H

#include "base/err.h"

#include <stdint.h>

typedef struct rim_archive_counts {
    int64_t frames;  // of all streams, written and compared
    int64_t damaged; // of the raw recording, left out
    int64_t bytes_before, bytes_after;
} rim_archive_counts;

// done of total, of bytes of the raw file, once written and once compared; returns
// nonzero to stop.
typedef int rim_archive_progress(void *ctx, int64_t done, int64_t total);

// RIM_OK: `to` is there and verified. RIM_END: stopped. RIM_ERR_FORMAT: not a recording,
// or not a raw one; RIM_ERR_DAMAGED: what was read again differs; RIM_ERR_ARG: from and
// to are one file; RIM_ERR_IO, RIM_ERR_UNSUPPORTED, RIM_ERR_MEMORY. Logged; then `to` is
// as it was before.
RIM_NODISCARD rim_err rim_archive_ffv1(rim_archive_counts *counts, const char *to,
                                       const char *from, rim_archive_progress *progress,
                                       void *ctx);

#endif
