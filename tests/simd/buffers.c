// buffers.c: memory between guards, and what is put into it.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GUARD = 256 }; // bytes around a buffer that are watched
#define CANARY 0xA5

void simd_arenas_init(simd *s)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < SIMD_BUFFERS; i++) {
        uint8_t *p = mmap(NULL, SIMD_BUFFER_BYTES + 2 * page, PROT_NONE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED ||
            mprotect(p + page, SIMD_BUFFER_BYTES, PROT_READ | PROT_WRITE)) {
            perror("simd: memory between guard pages");
            exit(1);
        }
        s->buffer[i].arena = p + page;
    }
}

uint32_t simd_next(simd *s)
{
    // xorshift64* (Vigna 2016).
    s->state ^= s->state >> 12;
    s->state ^= s->state << 25;
    s->state ^= s->state >> 27;
    return (uint32_t)(s->state * 0x2545F4914F6CDD1DULL >> 32);
}

int simd_between(simd *s, int lo, int hi)
{
    return lo + (int)(simd_next(s) % ((uint32_t)(hi - lo) + 1));
}

int simd_size(simd *s, int lo, int hi)
{
    const int random = simd_between(s, lo, hi);
    return s->trial <= hi - lo ? lo + s->trial : random;
}

void *simd_room(simd *s, int count, size_t element)
{
    assert(s->used < SIMD_BUFFERS);
    simd_buffer *b = &s->buffer[s->used++];
    b->bytes = (size_t)count * element;
    assert(b->bytes + 2 * GUARD <= SIMD_BUFFER_BYTES);
    const size_t slack = SIMD_BUFFER_BYTES - b->bytes;
    switch (simd_next(s) % 3) {
    case 0: // flush with the page behind
        b->offset = slack;
        break;
    case 1: // and with the one before
        b->offset = 0;
        break;
    default:
        b->offset = (GUARD + simd_next(s) % 64) / element * element;
        break;
    }
    const size_t before = b->offset < GUARD ? b->offset : GUARD;
    const size_t after = slack - b->offset < GUARD ? slack - b->offset : GUARD;
    memset(b->arena + b->offset - before, CANARY, before + b->bytes + after);
    return b->arena + b->offset;
}

static bool untouched(const uint8_t *p, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (p[i] != CANARY)
            return false;
    return true;
}

void simd_check_guards(simd *s)
{
    for (int i = 0; i < s->used; i++) {
        const simd_buffer *b = &s->buffer[i];
        const size_t end = b->offset + b->bytes;
        const size_t before = b->offset < GUARD ? b->offset : GUARD;
        const size_t left = SIMD_BUFFER_BYTES - end;
        if (!untouched(b->arena + b->offset - before, before))
            simd_fail(s, "wrote before buffer %d", i + 1);
        if (!untouched(b->arena + end, left < GUARD ? left : GUARD))
            simd_fail(s, "wrote behind buffer %d of %zu bytes", i + 1, b->bytes);
    }
    s->used = 0;
}

// The value of element i of `count` in the trial's way of filling.
static int value(simd *s, int i, int count, int lo, int hi)
{
    const int low_end = hi - lo > 12 ? lo + 12 : hi;
    switch (s->way) {
    case 1:
        return lo;
    case 2:
        return hi;
    case 3:
        return i % 2 ? lo : hi;
    case 4: { // ends and their neighbours
        const int near = hi > lo ? simd_between(s, 0, 1) : 0;
        return simd_next(s) % 2 ? lo + near : hi - near;
    }
    case 5:
        return (int)(lo + ((int64_t)hi - lo) * i / count);
    case 6: // few that stand out
        return simd_next(s) % 16 ? simd_between(s, lo, low_end) : hi;
    default:
        return simd_between(s, lo, hi);
    }
}

#define FILLED(name, type)                                                             \
    type *name(simd *s, int count, int lo, int hi)                                     \
    {                                                                                  \
        type *p = simd_room(s, count, sizeof *p);                                      \
        for (int i = 0; i < count; i++)                                                \
            p[i] = (type)value(s, i, count, lo, hi);                                   \
        return p;                                                                      \
    }
FILLED(simd_random8, uint8_t)
FILLED(simd_random16, uint16_t)
FILLED(simd_random_i16, int16_t)
FILLED(simd_random_i32, int32_t)
