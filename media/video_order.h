// video_order.h: which decoded frame is which, and which will never come.
//
// Every packet is entered when it goes to the decoder. A frame that comes out in
// presentation order settles the packets that should have come before it: they are
// lost. A damaged frame spoils those predicted from it, up to the next key frame.
// Inside media only.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_VIDEO_ORDER_H
#define RIM_MEDIA_VIDEO_ORDER_H

#include "media/source_info.h"

#include <stdbool.h>
#include <stdint.h>

// Decoders hold back 16 frames at most; beyond, the earliest is given up.
#define RIM_VIDEO_PENDING_MAX 64

typedef struct rim_video_entry {
    int64_t index;                 // of the packet in the file
    int64_t pts;                   // in units of the stream's time base
    uint64_t seq;                  // as recorded, where the recording tells
    int64_t t_ns;                  // likewise
    bool has_seq;                  // seq and t_ns are told
    bool unprocessed, has_visible; // likewise, see rim_video_stamp
    int64_t visible;
    const rim_surface_mark *mark;
    bool key;
    bool bad; // damaged, or predicted from damage
} rim_video_entry;

typedef struct rim_video_order {
    bool intra_only; // no frame is predicted from another
    int count;
    rim_video_entry pending[RIM_VIDEO_PENDING_MAX]; // in decoding order
    // Damage that packets yet to come inherit.
    bool spoiled; // until the next key frame
    bool leading; // frames shown before that key frame, too
    int64_t key_pts;
} rim_video_order;

// Enters a packet; inherits damage. `entry` is copied. False: no room, settle the
// earliest first.
bool rim_video_order_enter(rim_video_order *o, const rim_video_entry *entry);
// The packet with `index` is damaged, and what is predicted from it.
void rim_video_order_spoil(rim_video_order *o, int64_t index);
// Packets are missing after the last one entered.
void rim_video_order_gap(rim_video_order *o);
// The pending entry of a packet; NULL: unknown.
rim_video_entry *rim_video_order_find(rim_video_order *o, int64_t index);
// The pending entry that is presented first; NULL: none is pending.
rim_video_entry *rim_video_order_first(rim_video_order *o);
// Takes a pending entry out.
rim_video_entry rim_video_order_take(rim_video_order *o, rim_video_entry *entry);

#endif
