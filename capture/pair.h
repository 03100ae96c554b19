// pair.h: where the capture threads of a NIR and a visible camera meet the chain.
//
// A NIR frame goes with the visible frame nearest in time, when that is within half
// a frame interval (of the slower camera); else it goes alone, and says so: pictures
// of different moments are never mixed in silence. It waits for a visible frame
// that may still come, but not longer than that, and not at all for a camera that is
// silent.
//
// A few NIR frames may wait, so that a taker that is held up for a moment (by another
// program, a slow frame) loses none and catches up. When all places are taken the oldest
// is displaced and counted. A taker that does not catch up is too slow for the camera:
// then only the newest waits, until none was displaced for a while, or it would be given
// frames that are old for nothing.
//
// put: one thread per camera. take, done: one other thread. Takes no memory after
// creation.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_PAIR_H
#define RIM_CAPTURE_PAIR_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

// NIR frames that may wait: as many as a driver has buffers, which come at once when the
// capture thread was held up. Their pool needs as many, and one taken, and one being
// filled.
#define RIM_PAIR_NIR_SLOTS 4
// Visible frames that lie ready: a partner for each of those, and the two newest. Their
// pool needs as many, and one lent, and one being filled.
#define RIM_PAIR_VISIBLE_SLOTS 6

typedef struct rim_pair {
    rim_frame *nir;           // the taker's, to be released
    const rim_frame *visible; // lent until rim_pairing_done(); NULL: none fits
    int64_t acquired_ns;      // when the NIR frame was taken from its driver
    int64_t unpacked_ns;      // when it was put here
} rim_pair;

typedef struct rim_pair_counts {
    uint64_t nir, visible; // put
    uint64_t paired;
    uint64_t unpaired;   // NIR frames that went alone though there is a visible camera
    uint64_t displaced;  // NIR frames that were not taken in time
    int64_t skew_max_ns; // greatest distance in time of a pair
} rim_pair_counts;

// What became of a NIR frame that was put.
typedef enum rim_pair_fate {
    RIM_PAIR_WAITING = 0,
    RIM_PAIR_TAKEN,
    RIM_PAIR_DISPLACED, // nobody took it, or will
} rim_pair_fate;

typedef struct rim_pairing rim_pairing;

// visible: there is a visible camera.
RIM_NODISCARD rim_err rim_pairing_create(rim_pairing **out, bool visible);
// Releases what lies in it.
void rim_pairing_destroy(rim_pairing **p);

// The frame is the pairing's from now on. interval_ns: between frames of that
// camera, as measured; 0: not known.
void rim_pairing_put_nir(rim_pairing *p, rim_frame *frame, int64_t acquired_ns,
                         int64_t interval_ns);
void rim_pairing_put_visible(rim_pairing *p, rim_frame *frame, int64_t interval_ns);

// The oldest NIR frame with its partner. Waits until the clock reaches until_ns.
// RIM_OK: rim_pairing_done() comes before the next call. RIM_ERR_TIMEOUT; RIM_END:
// closed.
RIM_NODISCARD rim_err rim_pairing_take(rim_pairing *p, rim_pair *out, int64_t until_ns);
// The fate of the NIR frame `seq`, which was put; of those taken the last
// RIM_PAIR_KNOWN are known. *visible: the seq of its partner, -1: it went alone; set for
// TAKEN only. Any thread.
#define RIM_PAIR_KNOWN 256
rim_pair_fate rim_pairing_fate(rim_pairing *p, uint64_t seq, int64_t *visible);
// The visible frame of the last pair is no longer needed.
void rim_pairing_done(rim_pairing *p);
// The taker wakes and gets RIM_END; frames that still wait are not handed out.
void rim_pairing_close(rim_pairing *p);
rim_pair_counts rim_pairing_get_counts(rim_pairing *p);

#endif
