// clock.c: CLOCK_MONOTONIC.
// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <errno.h>
#include <time.h>

int64_t rim_clock_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * RIM_NS_PER_S + t.tv_nsec;
}

void rim_clock_sleep_until(int64_t until_ns)
{
    const struct timespec t = {.tv_sec = (time_t)(until_ns / RIM_NS_PER_S),
                               .tv_nsec = (long)(until_ns % RIM_NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}
