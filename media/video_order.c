// video_order.c: see video_order.h.
// SPDX-License-Identifier: MIT
#include "media/video_order.h"

#include <stddef.h>
#include <string.h>

// Damage that `e` inherits from packets decoded before it, or hands on.
static void inherit(rim_video_order *o, rim_video_entry *e)
{
    if (o->intra_only)
        return;
    const bool damaged = e->bad;
    if (e->key) {
        // Frames decoded after a key frame but shown before it may still be predicted
        // from those before (open groups of pictures).
        o->leading = o->spoiled;
        o->spoiled = false;
        o->key_pts = e->pts;
    } else if (o->spoiled || (o->leading && e->pts < o->key_pts)) {
        e->bad = true;
    }
    if (damaged)
        o->spoiled = true;
}

bool rim_video_order_enter(rim_video_order *o, const rim_video_entry *entry)
{
    if (o->count == RIM_VIDEO_PENDING_MAX)
        return false;
    rim_video_entry *e = &o->pending[o->count++];
    *e = *entry;
    inherit(o, e);
    return true;
}

void rim_video_order_spoil(rim_video_order *o, int64_t index)
{
    rim_video_entry *e = rim_video_order_find(o, index);
    if (e)
        e->bad = true;
    if (o->intra_only)
        return;
    o->spoiled = true;
    for (int i = 0; i < o->count; i++)
        if (o->pending[i].index > index)
            inherit(o, &o->pending[i]);
}

void rim_video_order_gap(rim_video_order *o)
{
    o->spoiled = !o->intra_only;
}

rim_video_entry *rim_video_order_find(rim_video_order *o, int64_t index)
{
    for (int i = 0; i < o->count; i++)
        if (o->pending[i].index == index)
            return &o->pending[i];
    return NULL;
}

rim_video_entry *rim_video_order_first(rim_video_order *o)
{
    rim_video_entry *first = NULL;
    for (int i = 0; i < o->count; i++)
        if (!first || o->pending[i].pts < first->pts)
            first = &o->pending[i];
    return first;
}

rim_video_entry rim_video_order_take(rim_video_order *o, rim_video_entry *entry)
{
    const rim_video_entry taken = *entry;
    o->count--;
    memmove(entry, entry + 1, (size_t)(&o->pending[o->count] - entry) * sizeof *entry);
    return taken;
}
