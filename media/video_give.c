// video_give.c: gives out decoded frames in order, under their numbers and times, and
// says which are lost.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "media/nir_pack.h"
#include "media/video_state.h"

#include <assert.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>

// Packets by which a frame without a time stamp may be shown late.
enum { REORDER_MAX = 8 };

// A transport stream never tells that it was cut: at its end, frames may be there
// without those that are shown before them.
static bool may_miss_frames(const rim_video_in *v)
{
    return v->container_damaged || v->cut_off ||
           (v->reading_ended && strcmp(v->format->iformat->name, "mpegts") == 0);
}

// Frames that vanished with a damaged or missing part of the container, told by the
// time that they should have taken.
static uint64_t frames_in_gap(const rim_video_in *v, const rim_video_entry *entry)
{
    if (!may_miss_frames(v) || v->no_pts || entry->has_seq ||
        v->last_pts == AV_NOPTS_VALUE || !(v->info.fps > 0))
        return 0;
    const double steps =
        (double)(entry->pts - v->last_pts) * av_q2d(v->stream->time_base) * v->info.fps;
    return steps > 1.5 && steps < 1e6 ? (uint64_t)llround(steps) - 1 : 0;
}

static void stamp_entry(rim_video_in *v, rim_video_stamp *stamp,
                        const rim_video_entry *entry)
{
    if (v->first_pts == AV_NOPTS_VALUE)
        v->first_pts = entry->pts;
    v->last_pts = entry->pts;
    stamp->number = entry->has_seq ? entry->seq : v->next_number;
    v->next_number = stamp->number + 1;
    stamp->unprocessed = entry->unprocessed;
    stamp->has_visible = entry->has_visible;
    stamp->visible = entry->visible;
    stamp->mark = entry->mark;
    if (entry->has_seq)
        stamp->t_ns = entry->t_ns;
    else if (!v->no_pts)
        stamp->t_ns = av_rescale_q(entry->pts - v->first_pts, v->stream->time_base,
                                   (AVRational){1, 1000000000});
    else
        stamp->t_ns = v->info.fps > 0
                          ? llround((double)stamp->number * 1e9 / v->info.fps)
                          : (int64_t)stamp->number * 1000000000 / 30;
}

static rim_err lose(rim_video_in *v, rim_video_stamp *stamp, rim_video_entry *entry)
{
    const rim_video_entry taken = rim_video_order_take(&v->order, entry);
    stamp_entry(v, stamp, &taken);
    rim_log_error("%s: frame %llu is damaged and counted as lost", v->path,
                  (unsigned long long)stamp->number);
    return RIM_ERR_DAMAGED;
}

// The frames before `entry`.
static rim_err lose_gap(rim_video_in *v, rim_video_stamp *stamp, uint64_t frames,
                        const rim_video_entry *entry)
{
    rim_log_error("%s: frames %llu to %llu are missing and counted as lost", v->path,
                  (unsigned long long)v->next_number,
                  (unsigned long long)(v->next_number + frames - 1));
    v->next_number += frames;
    v->last_pts = entry->pts - 1; // settled
    stamp->number = v->next_number - 1;
    return RIM_ERR_DAMAGED;
}

// Of what the container tells of its length, less was found.
static bool is_short(const rim_video_in *v)
{
    return v->cut_off ||
           (v->stream->nb_frames > 0 && v->packets < v->stream->nb_frames);
}

static rim_err end(rim_video_in *v)
{
    if (!is_short(v) || v->end_told || !v->is_first)
        return RIM_END;
    v->end_told = true;
    rim_log_error(
        "%s: the file is cut off after frame %llu; what comes before was read; copy "
        "it again from its source",
        v->path, (unsigned long long)(v->next_number ? v->next_number - 1 : 0));
    return RIM_ERR_IO;
}

static rim_err check_shape(const rim_video_in *v)
{
    const AVFrame *f = v->frame;
    const int grey = rim_video_grey_bits((enum AVPixelFormat)f->format);
    if (v->split_bits && grey == 8 && f->width == v->info.width &&
        f->height == rim_nir_pack_rows(v->info.width, v->info.height, v->split_bits))
        return RIM_OK;
    if (f->width == v->info.width && f->height == v->info.height &&
        (grey ? grey == v->info.bits && v->info.fmt == RIM_FMT_GRAY16
              : v->info.fmt == RIM_FMT_BGRX8))
        return RIM_OK;
    rim_log_error(
        "%s: from frame %llu on it is %dx%d %s, not as it began; cut it in two there",
        v->path, (unsigned long long)v->next_number, f->width, f->height,
        av_get_pix_fmt_name((enum AVPixelFormat)f->format));
    return RIM_ERR_IO;
}

// Without time stamps, frames are in order of packets but for B frames. One is lost
// where a key frame that follows it is shown, or one far behind it.
static bool is_overdue(const rim_video_entry *first, const rim_video_entry *shown)
{
    return first->index < shown->index &&
           (shown->key || shown->index - first->index > REORDER_MAX);
}

static rim_err give(rim_video_in *v, rim_video_stamp *stamp)
{
    rim_video_entry *entry = rim_video_order_find(&v->order, v->frame->pts);
    rim_video_entry *first = rim_video_order_first(&v->order);
    assert(entry && first); // decode_step() saw to it
    if (v->no_pts ? !is_overdue(first, entry) : first->pts >= entry->pts)
        first = entry;
    const uint64_t missing = frames_in_gap(v, first);
    if (missing > 0)
        return lose_gap(v, stamp, missing, first);
    if (first != entry)
        return lose(v, stamp, first);
    v->has_frame = false;
    if (entry->bad)
        return lose(v, stamp, entry);
    const rim_err err = check_shape(v);
    if (err)
        return err;
    v->container_damaged = false;
    const rim_video_entry taken = rim_video_order_take(&v->order, entry);
    stamp_entry(v, stamp, &taken);
    return RIM_OK;
}

rim_err rim_video_in_next(rim_video_in *v, rim_video_stamp *stamp)
{
    *stamp = (rim_video_stamp){0};
    for (;;) {
        if (v->has_frame)
            return give(v, stamp);
        if (v->order.count == RIM_VIDEO_PENDING_MAX ||
            (v->drained && v->order.count > 0))
            return lose(v, stamp, rim_video_order_first(&v->order));
        if (v->drained)
            return end(v);
        rim_video_decode_step(v);
    }
}
