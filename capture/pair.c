// pair.c: the NIR frames that wait, the last visible frames, one mutex.
// SPDX-License-Identifier: MIT
#include "capture/pair.h"

#include "base/clock.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { SLOTS = RIM_PAIR_VISIBLE_SLOTS, ROOM = RIM_PAIR_NIR_SLOTS };

// Visible frames that a NIR frame yet to come may go with; older ones lie here only as
// long as a NIR frame waits that they may go with.
enum { VISIBLE_RECENT = 2 };

// A frame was taken so many times in a row while a newer one waited: the taker does not
// catch up. So many were taken without one being displaced: it does again.
enum { BEHIND_TAKES = 60, CALM_TAKES = 300 };

// Beyond the time at which a partner must have been captured: for its way through
// driver and unpacking where that was not measured yet.
#define MARGIN_NS (2 * RIM_NS_PER_MS)
// A visible camera that is silent for so many of its intervals is not waited for.
enum { SILENT_INTERVALS = 3 };

struct rim_pairing {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool expects_visible, closed;
    rim_pair waiting[ROOM];    // oldest first
    int count, room;           // how many wait, and may
    int behind, calm;          // takes in a row: with another waiting; none displaced
    rim_frame *visible[SLOTS]; // newest first, NULL: none
    rim_frame *lent;           // to the taker; may be in visible[] too
    int64_t nir_interval_ns, visible_interval_ns;
    int64_t visible_put_ns; // when the last visible frame came
    int64_t visible_way_ns; // from its capture to here, measured
    rim_pair_counts counts;
    struct {
        uint64_t nir;
        int64_t visible; // -1: none
    } taken[RIM_PAIR_KNOWN];
    uint64_t taken_count; // taken[count % RIM_PAIR_KNOWN] is the next
};

rim_err rim_pairing_create(rim_pairing **out, bool visible)
{
    *out = NULL;
    rim_pairing *p = calloc(1, sizeof *p);
    if (!p)
        return RIM_ERR_MEMORY;
    p->expects_visible = visible;
    p->room = ROOM;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &attr);
    pthread_condattr_destroy(&attr);
    *out = p;
    return RIM_OK;
}

// A visible frame leaves the slots; the taker may still have it.
static void drop_visible(rim_pairing *p, int slot)
{
    if (p->visible[slot] != p->lent)
        rim_frame_release(p->visible[slot]);
    p->visible[slot] = NULL;
}

static bool in_slots(const rim_pairing *p, const rim_frame *f)
{
    for (int i = 0; i < SLOTS; i++)
        if (p->visible[i] == f)
            return true;
    return false;
}

static void take_back(rim_pairing *p)
{
    if (p->lent && !in_slots(p, p->lent))
        rim_frame_release(p->lent);
    p->lent = NULL;
}

// The `n` oldest no longer wait.
static void shift(rim_pairing *p, int n)
{
    p->count -= n;
    for (int i = 0; i < p->count; i++)
        p->waiting[i] = p->waiting[i + n];
}

// Those that have waited longest go, until no more than `most` are left.
static void displace(rim_pairing *p, int most)
{
    const int n = p->count > most ? p->count - most : 0;
    for (int i = 0; i < n; i++)
        rim_frame_release(p->waiting[i].nir);
    p->counts.displaced += (uint64_t)n;
    p->calm = n > 0 ? 0 : p->calm;
    shift(p, n);
}

static void empty(rim_pairing *p)
{
    for (int i = 0; i < p->count; i++)
        rim_frame_release(p->waiting[i].nir);
    p->count = 0;
    for (int i = 0; i < SLOTS; i++)
        drop_visible(p, i);
}

void rim_pairing_destroy(rim_pairing **pp)
{
    rim_pairing *p = *pp;
    if (!p)
        return;
    take_back(p);
    empty(p);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *pp = NULL;
}

void rim_pairing_put_nir(rim_pairing *p, rim_frame *frame, int64_t acquired_ns,
                         int64_t interval_ns)
{
    pthread_mutex_lock(&p->lock);
    p->nir_interval_ns = interval_ns;
    if (p->closed) {
        rim_frame_release(frame);
    } else {
        displace(p, p->room - 1);
        p->counts.nir++;
        p->waiting[p->count++] = (rim_pair){.nir = frame,
                                            .acquired_ns = acquired_ns,
                                            .unpacked_ns = rim_clock_now_ns()};
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
}

static int64_t half_interval(const rim_pairing *p)
{
    const int64_t a = p->nir_interval_ns, b = p->visible_interval_ns;
    return (a > b ? a : b) / 2;
}

static void drop_unneeded(rim_pairing *p)
{
    for (int i = VISIBLE_RECENT; i < SLOTS; i++)
        if (p->visible[i] &&
            (p->count == 0 || p->visible[i]->captured_ns + half_interval(p) <
                                  p->waiting[0].nir->captured_ns))
            drop_visible(p, i);
}

void rim_pairing_put_visible(rim_pairing *p, rim_frame *frame, int64_t interval_ns)
{
    const int64_t now_ns = rim_clock_now_ns();
    pthread_mutex_lock(&p->lock);
    p->counts.visible++;
    p->visible_interval_ns = interval_ns;
    const int64_t way_ns = now_ns - frame->captured_ns;
    p->visible_way_ns += (way_ns - p->visible_way_ns) / (p->visible_put_ns ? 8 : 1);
    p->visible_put_ns = now_ns;
    drop_visible(p, SLOTS - 1);
    for (int i = SLOTS - 1; i > 0; i--)
        p->visible[i] = p->visible[i - 1];
    p->visible[0] = frame;
    drop_unneeded(p);
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static int64_t distance(const rim_frame *a, const rim_frame *b)
{
    const int64_t d = a->captured_ns - b->captured_ns;
    return d < 0 ? -d : d;
}

// The visible frame nearest to the one that has waited longest, if near enough.
static rim_frame *partner(const rim_pairing *p)
{
    const rim_frame *nir = p->waiting[0].nir;
    rim_frame *best = NULL;
    for (int i = 0; i < SLOTS; i++) {
        rim_frame *v = p->visible[i];
        if (v && distance(v, nir) <= half_interval(p) &&
            (!best || distance(v, nir) < distance(best, nir)))
            best = v;
    }
    return best;
}

// Until when a partner can still come; 0: none will.
static int64_t patience(const rim_pairing *p, int64_t now_ns)
{
    const rim_frame *nir = p->waiting[0].nir;
    if (!p->expects_visible || !p->visible_put_ns || p->visible_interval_ns <= 0)
        return 0;
    if (now_ns - p->visible_put_ns > SILENT_INTERVALS * p->visible_interval_ns)
        return 0;
    if (p->visible[0] && p->visible[0]->captured_ns >= nir->captured_ns)
        return 0; // later ones are only farther away
    return nir->captured_ns + half_interval(p) + p->visible_way_ns + MARGIN_NS;
}

// After a frame was taken. A taker that was held up catches up; one that is too slow for
// the camera would only ever see the oldest of those that wait: it gets the newest.
static void watch_taker(rim_pairing *p)
{
    p->behind = p->count > 0 ? p->behind + 1 : 0;
    p->calm++;
    if (p->behind >= BEHIND_TAKES)
        p->room = 1;
    else if (p->calm >= CALM_TAKES)
        p->room = ROOM;
    displace(p, p->room);
}

static void hand_out(rim_pairing *p, rim_pair *out, rim_frame *visible)
{
    *out = p->waiting[0];
    out->visible = visible;
    shift(p, 1);
    watch_taker(p);
    p->lent = visible;
    const uint64_t slot = p->taken_count++ % RIM_PAIR_KNOWN;
    p->taken[slot].nir = out->nir->seq;
    p->taken[slot].visible = visible ? (int64_t)visible->seq : -1;
    if (visible) {
        const int64_t skew_ns = distance(out->nir, visible);
        p->counts.paired++;
        if (skew_ns > p->counts.skew_max_ns)
            p->counts.skew_max_ns = skew_ns;
    } else if (p->expects_visible) {
        p->counts.unpaired++;
    }
}

// With the lock held. Until something changes or the time comes.
static void wait_until(rim_pairing *p, int64_t until_ns)
{
    if (until_ns == INT64_MAX) {
        pthread_cond_wait(&p->changed, &p->lock);
        return;
    }
    const struct timespec t = {.tv_sec = (time_t)(until_ns / RIM_NS_PER_S),
                               .tv_nsec = (long)(until_ns % RIM_NS_PER_S)};
    (void)pthread_cond_timedwait(&p->changed, &p->lock, &t);
}

rim_err rim_pairing_take(rim_pairing *p, rim_pair *out, int64_t until_ns)
{
    rim_err err = RIM_ERR_TIMEOUT;
    pthread_mutex_lock(&p->lock);
    assert(!p->lent);
    for (;;) {
        if (p->closed) {
            err = RIM_END;
            break;
        }
        const int64_t now_ns = rim_clock_now_ns();
        int64_t wake_ns = until_ns;
        if (p->count > 0) {
            rim_frame *visible = partner(p);
            const int64_t partner_ns = visible ? 0 : patience(p, now_ns);
            if (visible || now_ns >= partner_ns) {
                hand_out(p, out, visible);
                err = RIM_OK;
                break;
            }
            wake_ns = partner_ns < until_ns ? partner_ns : until_ns;
        }
        if (now_ns >= until_ns)
            break;
        wait_until(p, wake_ns);
    }
    pthread_mutex_unlock(&p->lock);
    return err;
}

rim_pair_fate rim_pairing_fate(rim_pairing *p, uint64_t seq, int64_t *visible)
{
    rim_pair_fate fate = RIM_PAIR_DISPLACED;
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->count && !p->closed; i++)
        if (p->waiting[i].nir->seq == seq)
            fate = RIM_PAIR_WAITING;
    for (uint64_t i = 1; i <= RIM_PAIR_KNOWN && i <= p->taken_count; i++) {
        const uint64_t slot = (p->taken_count - i) % RIM_PAIR_KNOWN;
        if (p->taken[slot].nir != seq)
            continue;
        *visible = p->taken[slot].visible;
        fate = RIM_PAIR_TAKEN;
        break;
    }
    pthread_mutex_unlock(&p->lock);
    return fate;
}

void rim_pairing_done(rim_pairing *p)
{
    pthread_mutex_lock(&p->lock);
    take_back(p);
    pthread_mutex_unlock(&p->lock);
}

void rim_pairing_close(rim_pairing *p)
{
    pthread_mutex_lock(&p->lock);
    p->closed = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

rim_pair_counts rim_pairing_get_counts(rim_pairing *p)
{
    pthread_mutex_lock(&p->lock);
    const rim_pair_counts counts = p->counts;
    pthread_mutex_unlock(&p->lock);
    return counts;
}
