// history.h: what was found in every frame so far, to be looked at again.
//
// A byte a frame for the time line, and the results packed one behind the other: some
// kilobytes a frame, up to RIM_HISTORY_BYTES_MAX; what comes later has its byte only.
// It grows while frames come: for replays in a window, not for the live chain. One
// thread owns it.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_HISTORY_H
#define RIM_APP_WINDOW_HISTORY_H

#include "base/err.h"
#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIM_HISTORY_BYTES_MAX ((size_t)512 << 20)

typedef struct rim_history rim_history;

RIM_NODISCARD rim_err rim_history_create(rim_history **out);
void rim_history_destroy(rim_history **h);

// seq: the frame's number; marked: a surface was marked there. A later result of the
// same frame takes the place of the earlier one. What there is no memory for is left
// out.
void rim_history_put(rim_history *h, uint64_t seq, const rim_result *r, bool marked);
// False: that frame was lost, not yet processed, or there was no room.
bool rim_history_get(const rim_history *h, uint64_t seq, rim_result *r);
// Was a surface marked there?
bool rim_history_marked(const rim_history *h, uint64_t seq);
// From the frame after seq on, what was said of the surface holds no more.
void rim_history_forget_surface(rim_history *h, uint64_t seq);
// *count bytes (RIM_TIME_*), one a frame from 0 on.
const uint8_t *rim_history_bytes(const rim_history *h, int64_t *count);
// The frame before or after `from` (direction -1, 1) at which the verdict or the number
// of residuals becomes another, or a lesion appears among none; -1: there is none.
int64_t rim_history_change(const rim_history *h, int64_t from, int direction);

#endif
