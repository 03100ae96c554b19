// tiff_pages.c: follows the chain of directories.
// SPDX-License-Identifier: MIT
#include "media/tiff_pages.h"

#include <libavutil/intreadwrite.h>
#include <stdbool.h>
#include <string.h>

enum { HEAD_BYTES = 8, ENTRY_BYTES = 12 };

static bool is_big(const uint8_t *data)
{
    return data[0] == 'M';
}

static uint32_t long_at(const uint8_t *data, size_t at)
{
    return is_big(data) ? AV_RB32(data + at) : AV_RL32(data + at);
}

int rim_tiff_is(const uint8_t *data, size_t size)
{
    return size >= HEAD_BYTES &&
           (memcmp(data, "II*", 4) == 0 || memcmp(data, "MM\0*", 4) == 0);
}

// A directory is a count of entries, the entries, and the place of the next.
static uint32_t within(uint32_t page, size_t size)
{
    return page >= HEAD_BYTES && page <= size - 6 ? page : 0;
}

uint32_t rim_tiff_first(const uint8_t *data, size_t size)
{
    return rim_tiff_is(data, size) ? within(long_at(data, 4), size) : 0;
}

uint32_t rim_tiff_next(const uint8_t *data, size_t size, uint32_t page)
{
    if (!within(page, size))
        return 0;
    const size_t entries = is_big(data) ? AV_RB16(data + page) : AV_RL16(data + page);
    const size_t next = page + 2 + ENTRY_BYTES * entries;
    return next <= size - 4 ? within(long_at(data, next), size) : 0;
}

void rim_tiff_choose(uint8_t *data, uint32_t page)
{
    if (is_big(data))
        AV_WB32(data + 4, page);
    else
        AV_WL32(data + 4, page);
}
