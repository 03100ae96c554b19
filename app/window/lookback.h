// lookback.h: a recording at any place, beside the chain that only goes forward.
//
// It reads the recording a second time and has a pipeline of its own, so that the
// chain, and with it the report, does not notice that somebody looks back. Opened when
// it is first needed. One thread owns it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_LOOKBACK_H
#define RIM_APP_WINDOW_LOOKBACK_H

#include "app/session.h"
#include "app/window/history.h"
#include "app/window/screen.h"
#include "capture/source.h"

typedef struct rim_lookback rim_lookback;

// Nothing is copied: all must outlive it.
RIM_NODISCARD rim_err rim_lookback_create(rim_lookback **out, const char *input,
                                          const rim_source_options *options,
                                          rim_session *session,
                                          const rim_history *history);
void rim_lookback_destroy(rim_lookback **l);

// To frame `seq`, or the first after it that can be read: it is processed after a few
// before it, watching the surface that was watched there. Errors are logged: RIM_END,
// there is none; others as rim_source_open() and rim_source_read().
RIM_NODISCARD rim_err rim_lookback_go(rim_lookback *l, uint64_t seq);
// To the next frame.
RIM_NODISCARD rim_err rim_lookback_next(rim_lookback *l);
// The surface to watch from the next frame on; count 0: none.
void rim_lookback_mark(rim_lookback *l, const rim_point *corner, int count);

// The frame at hand, valid until the next call. Its result is this pipeline's own.
const rim_shown *rim_lookback_shown(const rim_lookback *l);

#endif
