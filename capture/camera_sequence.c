// camera_sequence.c: the driver's count against the clock.
// SPDX-License-Identifier: MIT
#include "capture/camera_sequence.h"

#include <string.h>

// A count that is so many frames ahead of the clock is a jump, not a loss.
enum { SLACK = 64 };

void rim_sequence_init(rim_sequence *s, int64_t interval_ns)
{
    memset(s, 0, sizeof *s);
    s->interval_ns = interval_ns;
}

void rim_sequence_restart(rim_sequence *s)
{
    s->restarted = true;
}

// Frame intervals that passed; at least 1. 0: not known.
static uint64_t by_clock(const rim_sequence *s, int64_t captured_ns)
{
    const int64_t passed = captured_ns - s->captured_ns;
    if (s->interval_ns <= 0)
        return 0;
    if (passed < s->interval_ns)
        return 1;
    return (uint64_t)((passed + s->interval_ns / 2) / s->interval_ns);
}

static uint64_t step(const rim_sequence *s, uint32_t driver, int64_t captured_ns)
{
    const uint64_t clock = by_clock(s, captured_ns);
    const uint32_t count = driver - s->driver; // wraps as the driver does
    if (s->restarted)
        return clock ? clock : 1;
    if (count == 0) // a driver that does not count
        return clock ? clock : 1;
    // v4l2loopback numbers the first frame 0 and the next as its writer does.
    if (s->since_start == 1 && clock)
        return count <= clock + 1 ? count : clock;
    if (clock && count > 2 * clock + SLACK)
        return clock;
    return count;
}

// The driver promises an interval; exposure and buses may stretch it.
static void measure(rim_sequence *s, uint64_t steps, int64_t captured_ns)
{
    const int64_t each = (captured_ns - s->captured_ns) / (int64_t)steps;
    if (steps > 8 || each <= 0)
        return;
    if (s->interval_ns <= 0)
        s->interval_ns = each;
    s->interval_ns += (each - s->interval_ns) / 8;
}

uint32_t rim_sequence_next(rim_sequence *s, uint32_t driver, int64_t captured_ns)
{
    uint64_t steps = 0;
    if (s->started) {
        steps = step(s, driver, captured_ns);
        if (!s->restarted)
            measure(s, steps, captured_ns);
    }
    if (s->restarted)
        s->since_start = 0;
    s->restarted = false;
    s->since_start++;
    s->number += steps;
    s->driver = driver;
    s->captured_ns = captured_ns;
    const uint64_t lost = s->started ? steps - 1 : 0;
    s->started = true;
    s->lost += lost;
    return lost < UINT32_MAX ? (uint32_t)lost : UINT32_MAX;
}
