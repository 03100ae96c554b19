// record.c: every good frame of the cameras into the recording, whether the chain
// had time for it or not.
//
// The capture threads copy frames into pools of the recording's own and hand them to its
// thread through a queue that never waits; what does not fit is left out and counted. A
// NIR frame is written as soon as it is decided whether the chain took it, and with
// which visible frame, so that a replay can do the same.
// SPDX-License-Identifier: MIT
#include "app/live/internal.h"
#include "app/record_setup.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/recorder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Frames that may wait for a slow disk: as many as fit, within bounds.
enum { SLOTS_MIN = 4, SLOTS_MAX = 64, MARK_SLOTS = 8, SLOTS_BYTES = 256 << 20 };

// The room on the disk is looked at so often.
#define LOOK_NS RIM_NS_PER_S

typedef struct rim_drawn_mark {
    uint64_t after; // the last frame processed without it
    int count;
    rim_point point[RIM_SKETCH_MAX];
} rim_drawn_mark;

void rim_live_record_form(rim_live *l)
{
    rim_run_options *o = &l->o->run;
    const rim_camera_info *v =
        l->visible.camera ? rim_camera_get_info(l->visible.camera) : NULL;
    o->record_live = true;
    o->record_visible = RIM_RECORD_VISIBLE_BGRX;
    if (!v)
        return;
    if (v->format->kind == RIM_PIXEL_JPEG)
        o->record_visible = RIM_RECORD_VISIBLE_JPEG;
    else if (v->format->fourcc == RIM_FOURCC('Y', 'U', 'Y', 'V') && v->width % 2 == 0)
        o->record_visible = RIM_RECORD_VISIBLE_YUYV;
    else if (v->format->fourcc == RIM_FOURCC('U', 'Y', 'V', 'Y') && v->width % 2 == 0)
        o->record_visible = RIM_RECORD_VISIBLE_UYVY;
    o->record_full_range = v->yuv == RIM_YUV_BT601_FULL || v->yuv == RIM_YUV_BT709_FULL;
    o->record_bt709 = v->yuv == RIM_YUV_BT709_LIMITED || v->yuv == RIM_YUV_BT709_FULL;
}

static int slots(const rim_frame *nir, const rim_frame *visible)
{
    size_t bytes = (size_t)nir->width * (size_t)nir->height * 2;
    if (visible)
        bytes += (size_t)visible->width * (size_t)visible->height * 4;
    const size_t fit = SLOTS_BYTES / bytes;
    return fit < SLOTS_MIN ? SLOTS_MIN : fit > SLOTS_MAX ? SLOTS_MAX : (int)fit;
}

// A frame a slot, one held, one being filled.
rim_err rim_live_record_pools(rim_live *l)
{
    rim_live_record *r = &l->record;
    const bool visible = r->visible_shape.width > 0;
    const int count = (visible ? r->slots / 2 : r->slots) + 2;
    rim_err err = r->nir ? RIM_OK : rim_pool_create(&r->nir, &r->nir_shape, count);
    if (!err && visible && !r->visible)
        err = rim_pool_create(&r->visible, &r->visible_shape, count);
    return err;
}

rim_err rim_live_record_create(rim_live *l, const rim_frame *nir,
                               const rim_frame *visible)
{
    rim_live_record *r = &l->record;
    if (!l->o->run.record && l->o->run.headless)
        return RIM_OK;
    const int count = slots(nir, visible);
    r->nir_shape = *nir;
    if (visible)
        r->visible_shape = *visible;
    r->minutes_tenths = -1;
    r->slots = visible ? 2 * count : count;
    r->slot = calloc((size_t)r->slots, sizeof *r->slot);
    r->drawn = calloc(2, sizeof *r->drawn);
    rim_err err = r->slot && r->drawn ? RIM_OK : RIM_ERR_MEMORY;
    if (!err)
        err =
            rim_queue_create(&r->marks, sizeof(rim_drawn_mark), MARK_SLOTS, NULL, NULL);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    r->able = true;
    return err;
}

static rim_live_recorded *at(const rim_live_record *r, int i)
{
    return &r->slot[(r->first + i) % r->slots];
}

void rim_live_record_destroy(rim_live *l)
{
    rim_live_record *r = &l->record;
    if (!r->able)
        return;
    rim_frame_release(r->held.frame);
    for (int i = 0; i < r->count; i++)
        rim_frame_release(at(r, i)->frame);
    free(r->slot);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    rim_queue_destroy(&r->marks);
    rim_pool_destroy(&r->nir);
    rim_pool_destroy(&r->visible);
    free(r->drawn);
}

// ---- the capture threads ----

unsigned rim_live_record_take(const rim_live *l)
{
    return l->record.take;
}

void rim_live_record_bytes(rim_live *l, rim_live_recorded *r,
                           const rim_camera_shot *shot, bool nir)
{
    const rim_record_visible form = l->o->run.record_visible;
    if (!r->take || nir || form == RIM_RECORD_VISIBLE_BGRX)
        return;
    r->frame = rim_pool_acquire(l->record.visible);
    if (!r->frame)
        return;
    uint8_t *to = r->frame->data;
    const size_t room = (size_t)r->frame->height * (size_t)r->frame->stride;
    if (form == RIM_RECORD_VISIBLE_JPEG) {
        r->bytes = shot->bytes < room ? shot->bytes : room;
        memcpy(to, shot->data, r->bytes);
        return;
    }
    const size_t row = 2 * (size_t)r->frame->width;
    const uint8_t *from = shot->data;
    const ptrdiff_t stride = rim_camera_get_info(l->visible.camera)->stride;
    for (int y = 0; y < r->frame->height; y++) // the unpacker saw that they are there
        memcpy(to + (size_t)y * row, from + y * stride, row);
    r->bytes = row * (size_t)r->frame->height;
}

void rim_live_record_copy(rim_live *l, rim_live_recorded *r, const rim_frame *frame,
                          bool nir)
{
    rim_live_record *record = &l->record;
    if (!r->take) {
        record->left_out += record->state == RIM_TAKE_FAILED; // that was wanted
        return;
    }
    if (record->offered_take[!nir] != r->take)
        record->offered[!nir] = 0;
    record->offered_take[!nir] = r->take;
    r->offered = ++record->offered[!nir];
    if (!nir && l->o->run.record_visible != RIM_RECORD_VISIBLE_BGRX) {
        if (r->frame) {
            r->frame->seq = frame->seq;
            r->frame->captured_ns = frame->captured_ns;
        }
    } else {
        r->frame = rim_pool_acquire(nir ? record->nir : record->visible);
        if (r->frame)
            rim_frame_copy(r->frame, frame);
    }
    if (!r->frame)
        record->left_out++;
}

// The writer is behind: what the chain did not see goes first, so that a replay still
// gives the same report. With the lock held.
static void leave_out_unseen(rim_live *l)
{
    rim_live_record *r = &l->record;
    int kept = 0;
    int64_t partner;
    for (int i = 0; i < r->count; i++) {
        const rim_live_recorded item = *at(r, i);
        if (!item.visible && rim_pairing_fate(l->pairing, item.frame->seq, &partner) ==
                                 RIM_PAIR_DISPLACED) {
            rim_frame_release(item.frame);
            r->left_out++;
        } else {
            *at(r, kept++) = item;
        }
    }
    r->count = kept;
}

void rim_live_record_push(rim_live *l, const rim_live_recorded *r)
{
    rim_live_record *record = &l->record;
    if (!r->frame)
        return;
    pthread_mutex_lock(&record->lock);
    if (r->take != record->accepted) { // that take has ended
        pthread_mutex_unlock(&record->lock);
        rim_frame_release(r->frame);
        return;
    }
    if (record->count * 2 > record->slots)
        leave_out_unseen(l);
    if (record->count == record->slots) {
        rim_frame_release(at(record, 0)->frame);
        record->first = (record->first + 1) % record->slots;
        record->count--;
        record->left_out++;
    }
    *at(record, record->count++) = *r;
    pthread_cond_signal(&record->changed);
    pthread_mutex_unlock(&record->lock);
}

void rim_live_record_mark(rim_live *l, uint64_t after, const rim_surface_mark *mark)
{
    if (!l->record.take)
        return;
    rim_drawn_mark m = {.after = after, .count = mark->count};
    memcpy(m.point, mark->point, (size_t)mark->count * sizeof *m.point);
    rim_queue_push(l->record.marks, &m);
}

// ---- the recording thread ----

static void look_at_disk(rim_live *l)
{
    rim_live_record *r = &l->record;
    const int64_t now_ns = rim_clock_now_ns();
    if (now_ns - r->looked_ns < LOOK_NS)
        return;
    r->looked_ns = now_ns;
    const double minutes = (double)(now_ns - r->started_ns) / 60e9;
    const double rate = (double)rim_recorder_size(r->recorder) / minutes; // a minute
    const int64_t room = rim_recorder_room(r->recorder);
    r->minutes_tenths =
        room < 0 || !(rate > 0) ? -1 : (int64_t)(10 * (double)room / rate);
}

void rim_live_record_reset(rim_live *l)
{
    rim_live_record *r = &l->record;
    for (int i = 0; i < 2; i++) {
        r->has_last[i] = false;
        r->last_offered[i] = 0;
    }
    while (rim_queue_pop(r->marks, &r->drawn[0], 0) == RIM_OK)
        ; // told to the take before
    r->has_drawn = false;
    r->left_out_before = r->left_out;
    r->minutes_tenths = -1;
    r->looked_ns = 0;
}

// What the numbers tell: the camera's losses, and what had no place in the queue.
static void count_gaps(rim_live_record *r, const rim_live_recorded *w,
                       rim_recording_stamp *stamp)
{
    const int i = w->visible;
    if (r->has_last[i] || w->offered > 1) {
        stamp->left_out = w->offered - r->last_offered[i] - 1;
        // What the camera lost before a take that began by hand is not the take's.
        const uint64_t begin = r->by_hand ? w->frame->seq : 0;
        const uint64_t before = r->has_last[i] ? r->last_seq[i] + 1 : begin;
        const uint64_t gap = w->frame->seq > before ? w->frame->seq - before : 0;
        stamp->lost = gap > stamp->left_out ? gap - stamp->left_out : 0;
    }
    r->has_last[i] = true;
    r->last_offered[i] = w->offered;
    r->last_seq[i] = w->frame->seq;
}

// A surface that was drawn before this frame was processed; the newest counts.
static void take_marks(rim_live_record *r, uint64_t seq, rim_recording_stamp *stamp)
{
    while (!stamp->unprocessed) {
        if (!r->has_drawn)
            r->has_drawn = rim_queue_pop(r->marks, &r->drawn[0], 0) == RIM_OK;
        if (!r->has_drawn || r->drawn[0].after >= seq)
            return;
        r->has_drawn = false;
        r->drawn[1] = r->drawn[0];
        stamp->mark = r->drawn[1].point;
        stamp->mark_count = r->drawn[1].count ? r->drawn[1].count : -1;
    }
}

// No more frames are taken; those that wait are written yet.
void rim_live_record_stop(rim_live *l)
{
    rim_live_record *r = &l->record;
    r->take = 0;
    r->ending = true;
    pthread_mutex_lock(&r->lock);
    r->accepted = 0;
    pthread_mutex_unlock(&r->lock);
}

// Logged already.
static void fail(rim_live *l, rim_err err)
{
    rim_live_record *r = &l->record;
    rim_log_warning("%s: the recording has ended, the picture goes on", r->path);
    rim_live_keep_error(l, err);
    rim_live_record_stop(l);
    r->failed = true;
    r->state = RIM_TAKE_FAILED;
}

static rim_err write_nir(rim_live_record *r, const rim_live_recorded *w,
                         rim_recording_stamp *stamp)
{
    take_marks(r, w->frame->seq, stamp);
    // A take that began by hand counts from its own first frame.
    if (r->by_hand && !r->has_base)
        r->seq_base = w->frame->seq;
    r->has_base = true;
    w->frame->seq -= r->seq_base; // a copy, and the recording's own
    return rim_recorder_write_nir(r->recorder, w->frame, stamp);
}

static void write_item(rim_live *l, const rim_live_recorded *w, rim_pair_fate fate,
                       int64_t partner)
{
    rim_live_record *r = &l->record;
    rim_recording_stamp stamp = {.has_exposure = !isnan(w->exposure_us),
                                 .exposure_us = w->exposure_us,
                                 .has_gain = !isnan(w->gain),
                                 .gain = w->gain,
                                 .light = w->light};
    rim_err err;
    count_gaps(r, w, &stamp);
    if (w->bytes > 0) {
        stamp.seq = w->frame->seq;
        stamp.t_ns = w->frame->captured_ns - r->base_ns;
        err = rim_recorder_write_bytes(r->recorder, w->frame->data, w->bytes, &stamp);
    } else if (w->visible) {
        err = rim_recorder_write_visible(r->recorder, w->frame, &stamp);
    } else {
        stamp.unprocessed = fate == RIM_PAIR_DISPLACED;
        stamp.has_visible = l->info.visible_width > 0;
        stamp.visible = partner;
        err = write_nir(r, w, &stamp);
    }
    if (err)
        fail(l, err);
    else
        look_at_disk(l);
}

// The next into *w. RIM_ERR_TIMEOUT: there is none, and waiting was not wanted, or
// something was asked for; RIM_END.
static rim_err pop(rim_live_record *r, rim_live_recorded *w, bool wait)
{
    rim_err err = RIM_OK;
    pthread_mutex_lock(&r->lock);
    while (wait && r->count == 0 && !r->closed && !r->asked)
        pthread_cond_wait(&r->changed, &r->lock);
    if (r->count == 0) {
        err = r->closed ? RIM_END : RIM_ERR_TIMEOUT;
    } else {
        *w = *at(r, 0);
        r->first = (r->first + 1) % r->slots;
        r->count--;
    }
    pthread_mutex_unlock(&r->lock);
    return err;
}

rim_err rim_live_record_next(rim_live *l, bool wait)
{
    rim_live_record *r = &l->record;
    rim_live_recorded *w = &r->held;
    rim_err err = w->frame ? RIM_OK : pop(r, w, wait);
    if (err)
        return err;
    int64_t partner = -1;
    rim_pair_fate fate = RIM_PAIR_TAKEN;
    if (!w->visible)
        fate = rim_pairing_fate(l->pairing, w->frame->seq, &partner);
    if (fate == RIM_PAIR_WAITING)
        return RIM_ERR_TIMEOUT;
    if (r->failed)
        r->left_out++;
    else
        write_item(l, w, fate, partner);
    rim_frame_release(w->frame);
    w->frame = NULL;
    return RIM_OK;
}

void rim_live_record_account(rim_live *l)
{
    l->stats->lost_record = l->record.left_out;
}
