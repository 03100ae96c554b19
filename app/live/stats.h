// stats.h: how old frames are at each hand-over, and the end's account.
//
// Ages go into fixed bins, so nothing is allocated while frames come. One thread
// owns each rim_ages.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_LIVE_STATS_H
#define RIM_APP_LIVE_STATS_H

#include "base/err.h"
#include "capture/camera.h"
#include "capture/pair.h"

#include <stdint.h>

// Bins of 0.1 ms up to 2 s; what is older counts as that, but for the maximum.
enum { RIM_AGE_BINS = 20000, RIM_AGE_BIN_NS = 100000 };

typedef struct rim_ages {
    uint64_t count;
    int64_t max_ns;
    uint32_t bin[RIM_AGE_BINS];
} rim_ages;

// Below 0 (a time stamp that is ahead of the clock) counts as 0.
void rim_ages_add(rim_ages *a, int64_t age_ns);
// The age that a share `part` (0..1) of the frames does not exceed; 0: no frames.
int64_t rim_ages_at(const rim_ages *a, double part);

typedef enum rim_hand_over {
    RIM_HAND_ACQUIRED = 0, // taken from the driver
    RIM_HAND_UNPACKED,
    RIM_HAND_PROCESSED, // picture and numbers are done
    RIM_HAND_PRESENTED, // given to the display
    RIM_HAND_COUNT,
} rim_hand_over;

typedef struct rim_live_stats {
    rim_ages age[RIM_HAND_COUNT];
    double seconds;
    uint64_t processed, presented;
    uint64_t stale; // pictures that came after the signal was lost, not shown
    // Displaced by a newer one between capture and process, process and show; left
    // out of the report, the recording, the pictures written.
    uint64_t displaced_capture, displaced_show;
    uint64_t lost_report, lost_record, lost_pictures;
    uint64_t unclear_light; // interleaved frames of which nobody could say the light
    uint64_t no_signal;     // times that it was shown
    int64_t no_signal_after_ns; // longest from the missing frame until it was shown
    rim_camera_counts nir, visible;
    rim_pair_counts pairs;
    int64_t memory_start_kib, memory_end_kib; // resident, after 5 s and at the end
} rim_live_stats;

// One JSON object. Logs the path and the reason where it cannot be written.
RIM_NODISCARD rim_err rim_live_stats_write(const rim_live_stats *s, const char *path);
// "age 5.1 / 7.0 / 8.9 / 12.4 ms" (p50, p95, p99, max of one hand-over).
void rim_ages_text(char *out, size_t size, const rim_ages *a);
// Resident memory of this process in KiB; 0: not known.
int64_t rim_memory_kib(void);

#endif
