// av_support.h: what the files that use FFmpeg's libraries share.
//
// FFmpeg prints to standard error by itself. rim_av_init() replaces its log
// callback, which is one for the whole process: its messages go nowhere, but the
// last error of each thread is kept, since it often tells more than the code, and
// those of watched decoders are counted. Any thread may call these.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_AV_SUPPORT_H
#define RIM_MEDIA_AV_SUPPORT_H

#include "base/err.h"

#include <stdatomic.h>

// Before the first call of FFmpeg, any number of times.
void rim_av_init(void);
// FFmpeg's last error message in this thread since rim_av_forget(), "" for none.
const char *rim_av_last_message(void);
void rim_av_forget(void);
// The reason for a message: what FFmpeg said last, or else its code in words.
// Valid until the thread's next call.
const char *rim_av_reason(int averror);
// RIM_ERR_MEMORY, _NOT_FOUND, _IO or `otherwise`.
rim_err rim_av_err(int averror, rim_err otherwise);

// Counts what a decoder logs of errors, and of concealing them, from whichever of its
// threads; supplemental information (SEI, VUI), which touches no pixel, is left out. The caller
// sets `codec`, and keeps the watch in place until rim_av_watch_end().
typedef struct rim_av_watch {
    const void *codec; // AVCodecContext
    atomic_int complaints;
    struct rim_av_watch *next;
} rim_av_watch;
void rim_av_watch_begin(rim_av_watch *watch);
void rim_av_watch_end(rim_av_watch *watch);

#endif
