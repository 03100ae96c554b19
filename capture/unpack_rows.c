// unpack_rows.c: plain loops that compilers turn into vector code where they can.
// SPDX-License-Identifier: MIT
#include "capture/unpack_rows.h"

#include <string.h>

// ITU-R BT.601 and BT.709; limited: 16..235 luma, 16..240 chroma. In 1/8192.
const rim_yuv_matrix rim_yuv_bt601_limited = {16, 9539, 13075, 3209, 6660, 16525};
const rim_yuv_matrix rim_yuv_bt601_full = {0, 8192, 11485, 2819, 5850, 14516};
const rim_yuv_matrix rim_yuv_bt709_limited = {16, 9539, 14686, 1747, 4366, 17305};
const rim_yuv_matrix rim_yuv_bt709_full = {0, 8192, 12901, 1535, 3835, 15201};

static inline unsigned le16(const uint8_t *p)
{
    return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static inline unsigned be16(const uint8_t *p)
{
    return (unsigned)p[1] | (unsigned)p[0] << 8;
}

void rim_row_from_8(uint16_t *restrict dst, const uint8_t *restrict src, int width)
{
    for (int x = 0; x < width; x++)
        dst[x] = src[x];
}

void rim_row_from_16le(uint16_t *restrict dst, const uint8_t *restrict src, int width,
                       int shift, int max)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint16_t most = (uint16_t)max;
    for (int x = 0; x < width; x++) {
        uint16_t v;
        memcpy(&v, src + 2 * (size_t)x, sizeof v);
        v = (uint16_t)(v >> shift);
        dst[x] = v < most ? v : most;
    }
#else
    for (int x = 0; x < width; x++) {
        const unsigned v = le16(src + 2 * x) >> shift;
        dst[x] = (uint16_t)(v < (unsigned)max ? v : (unsigned)max);
    }
#endif
}

void rim_row_from_16be(uint16_t *restrict dst, const uint8_t *restrict src, int width,
                       int shift, int max)
{
    for (int x = 0; x < width; x++) {
        const unsigned v = be16(src + 2 * x) >> shift;
        dst[x] = (uint16_t)(v < (unsigned)max ? v : (unsigned)max);
    }
}

void rim_row_from_mipi10(uint16_t *restrict dst, const uint8_t *restrict src, int width)
{
    int x = 0;
    for (; x + 4 <= width; x += 4, src += 5)
        for (int i = 0; i < 4; i++)
            dst[x + i] = (uint16_t)(src[i] << 2 | (src[4] >> (2 * i) & 3));
    for (int i = 0; x + i < width; i++)
        dst[x + i] = (uint16_t)(src[i] << 2 | (src[4] >> (2 * i) & 3));
}

void rim_row_from_mipi12(uint16_t *restrict dst, const uint8_t *restrict src, int width)
{
    int x = 0;
    for (; x + 2 <= width; x += 2, src += 3) {
        dst[x] = (uint16_t)(src[0] << 4 | (src[2] & 15));
        dst[x + 1] = (uint16_t)(src[1] << 4 | src[2] >> 4);
    }
    if (x < width)
        dst[x] = (uint16_t)(src[0] << 4 | (src[2] & 15));
}

void rim_row_from_mipi14(uint16_t *restrict dst, const uint8_t *restrict src, int width)
{
    for (int x = 0; x < width; x += 4, src += 7) {
        const unsigned low = (unsigned)src[4] | (unsigned)src[5] << 8 |
                             (unsigned)src[6] << 16; // 4 times 6 bits
        for (int i = 0; i < 4 && x + i < width; i++)
            dst[x + i] = (uint16_t)((unsigned)src[i] << 6 | (low >> (6 * i) & 63));
    }
}

void rim_row_from_y10b(uint16_t *restrict dst, const uint8_t *restrict src, int width)
{
    for (int x = 0; x < width; x++) {
        const int bit = 10 * x, at = bit & 7;
        const unsigned two = be16(src + bit / 8); // at <= 6: 10 bits fit into 16
        dst[x] = (uint16_t)(two >> (6 - at) & 1023);
    }
}

void rim_row_luma422(uint16_t *restrict dst, const uint8_t *restrict src, int width,
                     int first)
{
    for (int x = 0; x < width; x++)
        dst[x] = src[2 * x + first];
}

static inline unsigned luma_of(unsigned red, unsigned green, unsigned blue)
{
    return (77 * red + 150 * green + 29 * blue + 128) >> 8;
}

void rim_row_luma_rgb(uint16_t *restrict dst, const uint8_t *restrict src, int width,
                      int step, const int rgb[3])
{
    for (int x = 0; x < width; x++, src += step)
        dst[x] = (uint16_t)luma_of(src[rgb[0]], src[rgb[1]], src[rgb[2]]);
}

unsigned rim_row_or16le(const uint8_t *src, int width)
{
    unsigned all = 0;
    for (int x = 0; x < width; x++)
        all |= le16(src + 2 * x);
    return all;
}

unsigned rim_row_or16be(const uint8_t *src, int width)
{
    unsigned all = 0;
    for (int x = 0; x < width; x++)
        all |= be16(src + 2 * x);
    return all;
}

void rim_row_bayer_gray(uint16_t *restrict dst, const uint16_t *row,
                        const uint16_t *below, int width)
{
    for (int x = 0; x < width; x++)
        dst[x] = (uint16_t)((row[x] + row[x + 1] + below[x] + below[x + 1] + 2) >> 2);
}

static inline void put(uint8_t *dst, unsigned blue, unsigned green, unsigned red)
{
    dst[0] = (uint8_t)blue;
    dst[1] = (uint8_t)green;
    dst[2] = (uint8_t)red;
    dst[3] = 255;
}

void rim_row_gray_bgrx(uint8_t *restrict dst, const uint16_t *restrict src, int width,
                       int bits)
{
    const int shift = bits - 8;
    for (int x = 0; x < width; x++) {
        const unsigned v = (unsigned)src[x] >> shift;
        put(dst + 4 * x, v, v, v);
    }
}

typedef struct site {
    unsigned main, green, other;
} site;

static inline site at_main(const uint16_t *above, const uint16_t *row,
                           const uint16_t *below)
{
    const int green = row[-1] + row[1] + above[0] + below[0] + 2;
    const int other = above[-1] + above[1] + below[-1] + below[1] + 2;
    return (site){row[0], (unsigned)green >> 2, (unsigned)other >> 2};
}

static inline site at_green(const uint16_t *above, const uint16_t *row,
                            const uint16_t *below)
{
    const int main = row[-1] + row[1] + 1, other = above[0] + below[0] + 1;
    return (site){(unsigned)main >> 1, row[0], (unsigned)other >> 1};
}

void rim_row_bayer_bgrx(uint8_t *restrict dst, const uint16_t *above,
                        const uint16_t *row, const uint16_t *below, int width, int bits,
                        int main_at, int red_row)
{
    const int shift = bits - 8;
    for (int x = 0; x < width; x++) {
        const site s = (x & 1) == main_at ? at_main(above + x, row + x, below + x)
                                          : at_green(above + x, row + x, below + x);
        const unsigned main = s.main >> shift, other = s.other >> shift;
        put(dst + 4 * x, red_row ? other : main, s.green >> shift,
            red_row ? main : other);
    }
}

void rim_row_rgb_bgrx(uint8_t *restrict dst, const uint8_t *restrict src, int width,
                      int step, const int rgb[3])
{
    if (step == 4 && rgb[0] == 2 && rgb[1] == 1 && rgb[2] == 0) {
        memcpy(dst, src, 4 * (size_t)width);
        for (int x = 0; x < width; x++)
            dst[4 * x + 3] = 255;
        return;
    }
    for (int x = 0; x < width; x++, src += step)
        put(dst + 4 * x, src[rgb[2]], src[rgb[1]], src[rgb[0]]);
}
