// clock.h: time, in nanoseconds of CLOCK_MONOTONIC: the clock of V4L2's stamps.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_CLOCK_H
#define RIM_BASE_CLOCK_H

#include <stdint.h>

#define RIM_NS_PER_S  INT64_C(1000000000)
#define RIM_NS_PER_MS INT64_C(1000000)

int64_t rim_clock_now_ns(void);
// Returns when rim_clock_now_ns() has reached `until_ns`.
void rim_clock_sleep_until(int64_t until_ns);

#endif
