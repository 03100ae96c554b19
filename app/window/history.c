// history.c: results, packed.
// SPDX-License-Identifier: MIT
#include "app/window/history.h"

#include "render/tools.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 20, FIRST_FRAMES = 4096 };

#define NOWHERE SIZE_MAX

struct rim_history {
    uint8_t *byte; // [frames_max]
    size_t *at;    // [frames_max] where the packed result begins, or NOWHERE
    size_t frames, frames_max;
    uint8_t *packed;
    size_t used, size;
};

rim_err rim_history_create(rim_history **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? RIM_OK : RIM_ERR_MEMORY;
}

void rim_history_destroy(rim_history **p)
{
    if (!*p)
        return;
    free((*p)->byte);
    free((*p)->at);
    free((*p)->packed);
    free(*p);
    *p = NULL;
}

// ---- packing: plain copies, lists no longer than they are ----

typedef struct cursor {
    uint8_t *data; // NULL: only counted
    size_t used;
} cursor;

static void put(cursor *c, const void *from, size_t bytes)
{
    if (c->data)
        memcpy(c->data + c->used, from, bytes);
    c->used += bytes;
}

static void get(cursor *c, void *to, size_t bytes)
{
    memcpy(to, c->data + c->used, bytes);
    c->used += bytes;
}

static void put_outline(cursor *c, const rim_outline *o)
{
    put(c, &o->count, sizeof o->count);
    put(c, o->point, (size_t)o->count * sizeof o->point[0]);
}

static void get_outline(cursor *c, rim_outline *o)
{
    get(c, &o->count, sizeof o->count);
    get(c, o->point, (size_t)o->count * sizeof o->point[0]);
}

static void pack(cursor *c, const rim_result *r)
{
    put(c, &r->frame, sizeof r->frame);
    put(c, &r->t_ns, sizeof r->t_ns);
    put(c, &r->quality, sizeof r->quality);
    put(c, &r->lesion_count, sizeof r->lesion_count);
    put(c, r->lesion, (size_t)r->lesion_count * sizeof r->lesion[0]);
    const rim_surface *s = &r->surface;
    put(c, s, offsetof(rim_surface, residual));
    put_outline(c, &s->polygon);
    for (int i = 0; i < s->residual_count; i++) {
        put(c, &s->residual[i], offsetof(rim_residual, outline));
        put_outline(c, &s->residual[i].outline);
    }
}

static void unpack(cursor *c, rim_result *r)
{
    get(c, &r->frame, sizeof r->frame);
    get(c, &r->t_ns, sizeof r->t_ns);
    get(c, &r->quality, sizeof r->quality);
    get(c, &r->lesion_count, sizeof r->lesion_count);
    get(c, r->lesion, (size_t)r->lesion_count * sizeof r->lesion[0]);
    rim_surface *s = &r->surface;
    get(c, s, offsetof(rim_surface, residual));
    get_outline(c, &s->polygon);
    for (int i = 0; i < s->residual_count; i++) {
        get(c, &s->residual[i], offsetof(rim_residual, outline));
        get_outline(c, &s->residual[i].outline);
    }
}

// ---- room ----

static bool grow_frames(rim_history *h, size_t least)
{
    if (least <= h->frames_max)
        return true;
    size_t most = h->frames_max ? h->frames_max : FIRST_FRAMES;
    while (most < least)
        most *= 2;
    uint8_t *byte = realloc(h->byte, most);
    if (byte)
        h->byte = byte;
    size_t *at = byte ? realloc(h->at, most * sizeof *at) : NULL;
    if (!at)
        return false;
    h->at = at;
    h->frames_max = most;
    return true;
}

static bool grow_packed(rim_history *h, size_t least)
{
    if (least <= h->size)
        return true;
    size_t size = h->size ? h->size : FIRST_BYTES;
    while (size < least)
        size *= 2;
    if (size > RIM_HISTORY_BYTES_MAX)
        return false;
    uint8_t *packed = realloc(h->packed, size);
    if (!packed)
        return false;
    h->packed = packed;
    h->size = size;
    return true;
}

void rim_history_put(rim_history *h, uint64_t seq, const rim_result *r, bool marked)
{
    if (seq > (uint64_t)INT32_MAX || !grow_frames(h, (size_t)seq + 1))
        return;
    for (; h->frames <= seq; h->frames++) { // lost ones in between are empty
        h->byte[h->frames] = 0;
        h->at[h->frames] = NOWHERE;
    }
    h->byte[seq] = rim_time_byte(r, marked);
    cursor count = {NULL, 0};
    pack(&count, r);
    h->at[seq] = NOWHERE;
    if (!grow_packed(h, h->used + count.used))
        return;
    cursor c = {h->packed, h->used};
    pack(&c, r);
    h->at[seq] = h->used;
    h->used = c.used;
}

bool rim_history_get(const rim_history *h, uint64_t seq, rim_result *r)
{
    if (seq >= h->frames || h->at[seq] == NOWHERE)
        return false;
    cursor c = {h->packed, h->at[seq]};
    memset(r, 0, sizeof *r);
    unpack(&c, r);
    return true;
}

bool rim_history_marked(const rim_history *h, uint64_t seq)
{
    return seq < h->frames && h->byte[seq] & RIM_TIME_MARKED;
}

void rim_history_forget_surface(rim_history *h, uint64_t seq)
{
    for (size_t i = (size_t)seq + 1; i < h->frames; i++)
        h->byte[i] &= RIM_TIME_LESIONS | RIM_TIME_SEEN;
}

const uint8_t *rim_history_bytes(const rim_history *h, int64_t *count)
{
    *count = (int64_t)h->frames;
    return h->byte;
}

// What makes a place worth going to.
static int kind(const rim_history *h, int64_t i)
{
    const int state = h->byte[i] >> RIM_TIME_STATE_SHIFT & 3;
    return state << 1 | ((h->byte[i] & RIM_TIME_LESIONS) != 0);
}

int64_t rim_history_change(const rim_history *h, int64_t from, int direction)
{
    for (int64_t i = from + direction; i > 0 && i < (int64_t)h->frames; i += direction)
        if (h->byte[i] & RIM_TIME_SEEN && h->byte[i - 1] & RIM_TIME_SEEN &&
            kind(h, i) != kind(h, i - 1))
            return i;
    return -1;
}
