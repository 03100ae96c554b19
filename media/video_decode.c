// video_decode.c: goes through the packets of a film, and notes which are damaged.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "media/recording.h"
#include "media/tiff_pages.h"
#include "media/video_state.h"

#include <stdlib.h>

// Reading errors in a row after which there is nothing left to find.
enum { ERRORS_MAX = 64 };

// ---- packets ----

// Time stamps that fall behind frames already shown begin anew after the last.
static int64_t continue_pts(rim_video_in *v, int64_t pts)
{
    pts += v->pts_offset;
    if (v->last_pts != AV_NOPTS_VALUE && pts < v->last_pts) {
        rim_log_warning(
            "%s: time stamps jump back at frame %llu; times go on from there", v->path,
            (unsigned long long)v->next_number);
        const int64_t step = v->packet->duration > 0 ? v->packet->duration : 1;
        v->pts_offset += v->pts_max + step - pts;
        pts = v->pts_max + step;
    }
    if (v->pts_max == AV_NOPTS_VALUE || pts > v->pts_max)
        v->pts_max = pts;
    return pts;
}

// NULL: no memory, and then the surface is not followed; said.
static const rim_surface_mark *keep_mark(rim_video_in *v, const rim_recording_stamp *s,
                                         rim_point *point)
{
    rim_video_mark *m = calloc(1, sizeof *m);
    if (!m) {
        free(point);
        return NULL;
    }
    *m =
        (rim_video_mark){.next = v->marks,
                         .mark = {s->seq, s->mark_count > 0 ? s->mark_count : 0, point},
                         .point = point};
    v->marks = m;
    return &m->mark;
}

static void read_stamp(rim_video_in *v, rim_video_entry *entry)
{
    rim_recording_stamp stamp;
    rim_point *point = NULL;
    if (!rim_recording_stamp_get(&stamp, &point, v->packet)) {
        // Lost with the end of the file; a recording that another program wrote anew
        // has none at all.
        entry->bad = entry->bad || v->is_stamped || v->split_bits > 0;
        return;
    }
    v->is_stamped = true;
    entry->has_seq = true;
    entry->seq = stamp.seq;
    entry->t_ns = stamp.t_ns;
    entry->unprocessed = stamp.unprocessed;
    entry->has_visible = stamp.has_visible;
    entry->visible = stamp.visible;
    entry->bad = entry->bad || !stamp.intact;
    if (stamp.mark_count != 0)
        entry->mark = keep_mark(v, &stamp, point);
}

static void enter_packet(rim_video_in *v)
{
    AVPacket *p = v->packet;
    rim_video_entry entry = {
        .index = v->packets++,
        .pts = AV_NOPTS_VALUE,
        .key = (p->flags & AV_PKT_FLAG_KEY) != 0,
        .bad = (p->flags & AV_PKT_FLAG_CORRUPT) != 0,
    };
    if (v->is_recording)
        read_stamp(v, &entry);
    if (p->pts == AV_NOPTS_VALUE && !v->no_pts) {
        v->no_pts = true;
        for (int i = 0; i < v->order.count; i++)
            v->order.pending[i].pts = AV_NOPTS_VALUE;
    }
    if (!v->no_pts)
        entry.pts = continue_pts(v, p->pts);
    // The index goes through the decoder in place of the time.
    p->pts = entry.index;
    // Packets before an edited film's beginning come to nothing on purpose.
    if (!(p->flags & AV_PKT_FLAG_DISCARD))
        (void)rim_video_order_enter(&v->order, &entry);
}

static void note_container_damage(rim_video_in *v)
{
    if (rim_av_last_message()[0] == '\0' || v->container_damaged)
        return;
    if (v->is_first)
        rim_log_error(
            "%s: damaged near frame %llu (%s); frames may be lost there; copy it "
            "again from its source",
            v->path, (unsigned long long)v->next_number, rim_av_last_message());
    v->container_damaged = true;
    rim_video_order_gap(&v->order);
}

// The next packet of the stream into v->packet. False: there is none.
static bool read_packet(rim_video_in *v)
{
    for (int errors = 0; errors < ERRORS_MAX;) {
        rim_av_forget();
        const int code = av_read_frame(v->format, v->packet);
        if (code == AVERROR_EOF) {
            // Demuxers that met the end inside something say so.
            v->cut_off = v->cut_off || rim_av_last_message()[0] != '\0' ||
                         (v->format->pb && v->format->pb->error < 0);
            return false;
        }
        if (code < 0) {
            v->cut_off = true;
            errors++;
            continue;
        }
        note_container_damage(v);
        if (v->packet->stream_index == v->stream->index)
            return true;
        av_packet_unref(v->packet);
    }
    return false;
}

// ---- decoding ----

// What the decoder had to say in the last call belongs to the last packet.
static void note_complaints(rim_video_in *v, int code)
{
    const int complaints = atomic_exchange(&v->watch.complaints, 0);
    const bool failed = code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF;
    if (failed || (v->log_tells && complaints > 0))
        rim_video_order_spoil(&v->order, v->packets - 1);
}

// The next page of a TIFF into v->packet, shown a frame later. The decoder has done with
// the page before.
static bool read_page(rim_video_in *v)
{
    AVPacket *sheet = v->sheet;
    if (!sheet || v->pages >= RIM_TIFF_PAGES_MAX)
        return false;
    const uint32_t next = rim_tiff_next(sheet->data, (size_t)sheet->size, v->page);
    if (next == 0 || av_packet_ref(v->packet, sheet) < 0)
        return false;
    v->page = next;
    rim_tiff_choose(sheet->data, next); // seen through v->packet, which shares it
    if (v->packet->pts != AV_NOPTS_VALUE)
        v->packet->pts += v->pages;
    v->pages++;
    return true;
}

// A TIFF has come, whole.
static void open_sheet(rim_video_in *v)
{
    v->page = rim_tiff_first(v->packet->data, (size_t)v->packet->size);
    v->pages = 1;
    v->sheet = v->page ? av_packet_clone(v->packet) : NULL;
    if (v->sheet && av_packet_make_writable(v->sheet) < 0)
        av_packet_free(&v->sheet); // no memory: its first page
}

static void feed(rim_video_in *v)
{
    int code;
    const bool paged = read_page(v);
    if (paged || read_packet(v)) {
        if (!paged && !v->sheet && v->codec->codec_id == AV_CODEC_ID_TIFF)
            open_sheet(v);
        enter_packet(v);
        code = avcodec_send_packet(v->codec, v->packet);
        av_packet_unref(v->packet);
    } else {
        v->reading_ended = true;
        code = avcodec_send_packet(v->codec, NULL);
    }
    note_complaints(v, code);
}

// One step: a frame, or a packet more, or the end.
void rim_video_decode_step(rim_video_in *v)
{
    const int code = avcodec_receive_frame(v->codec, v->frame);
    note_complaints(v, code);
    if (code == AVERROR(EAGAIN) && !v->reading_ended) {
        feed(v);
        return;
    }
    if (code < 0) {
        // After the end every failure is final; before, the decoder takes the next
        // packet.
        v->drained = v->reading_ended;
        if (!v->reading_ended)
            feed(v);
        return;
    }
    const rim_video_entry *entry = rim_video_order_find(&v->order, v->frame->pts);
    if (!entry) { // made up by the decoder for a packet that is not there
        av_frame_unref(v->frame);
        return;
    }
    v->has_frame = true;
    if (v->frame->flags & AV_FRAME_FLAG_CORRUPT || v->frame->decode_error_flags)
        rim_video_order_spoil(&v->order, entry->index);
}
