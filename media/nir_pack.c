// nir_pack.c: high bits above, low bits below.
// SPDX-License-Identifier: MIT
#include "media/nir_pack.h"

#include <assert.h>
#include <string.h>

int rim_nir_pack_rows(int width, int height, int bits)
{
    const int64_t low_bits = (int64_t)width * height * (bits - 8);
    const int64_t row_bits = (int64_t)width * 8;
    return height + (int)((low_bits + row_bits - 1) / row_bits);
}

// A stream of bits, lowest first; fewer than 8 wait in `held`.
typedef struct bit_stream {
    uint8_t *to;
    const uint8_t *from;
    uint32_t held;
    int count;
} bit_stream;

static void put_low_bits(bit_stream *s, const uint16_t *row, int width, int n)
{
    const uint32_t mask = (1u << n) - 1;
    for (int x = 0; x < width; x++) {
        s->held |= (row[x] & mask) << s->count;
        s->count += n;
        if (s->count >= 8) {
            *s->to++ = (uint8_t)s->held;
            s->held >>= 8;
            s->count -= 8;
        }
    }
}

// The usual depths, at the speed of memory. Even widths only: rows begin on a byte.
static void put_low_4(uint8_t *to, const uint16_t *row, int width)
{
    for (int x = 0; x < width / 2; x++)
        to[x] = (uint8_t)((row[2 * x] & 15) | (row[2 * x + 1] & 15) << 4);
}

static void put_low_8(uint8_t *to, const uint16_t *row, int width)
{
    for (int x = 0; x < width; x++)
        to[x] = (uint8_t)row[x];
}

void rim_nir_pack(uint8_t *to, const rim_frame *from, int bits)
{
    const int width = from->width, height = from->height, n = bits - 8;
    const size_t bytes = (size_t)width * (size_t)rim_nir_pack_rows(width, height, bits);
    uint8_t *low = to + (size_t)width * (size_t)height;
    bit_stream s = {.to = low};
    for (int y = 0; y < height; y++) {
        const uint16_t *row = rim_frame_row16(from, y);
        uint8_t *high = to + (ptrdiff_t)y * width;
        for (int x = 0; x < width; x++)
            high[x] = (uint8_t)(row[x] >> n);
        if (n == 4 && width % 2 == 0)
            put_low_4(low + (ptrdiff_t)y * (width / 2), row, width);
        else if (n == 8)
            put_low_8(low + (ptrdiff_t)y * width, row, width);
        else if (n > 0)
            put_low_bits(&s, row, width, n);
    }
    if (n == 4 && width % 2 == 0)
        s.to = low + (ptrdiff_t)height * (width / 2);
    else if (n == 8)
        s.to = low + (ptrdiff_t)height * width;
    else if (s.count > 0)
        *s.to++ = (uint8_t)s.held;
    memset(s.to, 0, (size_t)(to + bytes - s.to));
}

// The low bits of the row that begins at sample `first`. Rows are `stride` apart, and
// `width` bytes of each count.
static void add_low_bits(uint16_t *row, const uint8_t *low, ptrdiff_t stride, int width,
                         int64_t first, int n)
{
    const uint32_t mask = (1u << n) - 1;
    for (int x = 0; x < width; x++) {
        const int64_t bit = (first + x) * n;
        const int64_t byte = bit / 8;
        if (stride == width) { // as it nearly always is: without divisions
            const uint32_t pair =
                low[byte] | (bit % 8 + n > 8 ? (uint32_t)low[byte + 1] << 8 : 0);
            row[x] = (uint16_t)(row[x] | (pair >> (bit % 8) & mask));
            continue;
        }
        uint32_t two = low[byte / width * stride + byte % width];
        if (bit % 8 + n > 8)
            two |= (uint32_t)low[(byte + 1) / width * stride + (byte + 1) % width] << 8;
        row[x] = (uint16_t)(row[x] | (two >> (bit % 8) & mask));
    }
}

void rim_nir_unpack(rim_frame *to, const uint8_t *from, ptrdiff_t stride, int bits)
{
    assert(bits >= 8 && bits <= 16);
    const int width = to->width, height = to->height, n = bits - 8;
    const uint8_t *low = from + stride * height;
    for (int y = 0; y < height; y++) {
        uint16_t *row = rim_frame_row16(to, y);
        const uint8_t *high = from + stride * y;
        for (int x = 0; x < width; x++)
            row[x] = (uint16_t)(high[x] << n);
        if (n == 4 && width % 2 == 0) {
            const uint8_t *p = low + y / 2 * stride + y % 2 * (width / 2);
            for (int x = 0; x < width / 2; x++) {
                row[2 * x] = (uint16_t)(row[2 * x] | (p[x] & 15));
                row[2 * x + 1] = (uint16_t)(row[2 * x + 1] | p[x] >> 4);
            }
        } else if (n > 0) {
            add_low_bits(row, low, stride, width, (int64_t)y * width, n);
        }
    }
}
