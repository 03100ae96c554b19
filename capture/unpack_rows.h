// unpack_rows.h: one row of a camera's pixels into samples or into display pixels.
//
// Pure functions: they read exactly the bytes that `width` pixels take, write
// exactly `width` pixels, and keep no state. Layouts are those of the kernel's
// documentation of V4L2 pixel formats. Bytes are read one by one or copied, so
// neither alignment nor the machine's byte order matters.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_UNPACK_ROWS_H
#define RIM_CAPTURE_UNPACK_ROWS_H

#include "capture/kernels/kernels.h"

#include <stdint.h>

// Bytes -> samples, value in the low bits of dst.
// 8 bits a sample: GREY, 8-bit Bayer.
void rim_row_from_8(uint16_t *dst, const uint8_t *src, int width);
// 16-bit containers, little and big endian: (sample >> shift), then clamped to max,
// so that a stray high bit reads as saturated and never as a small value.
void rim_row_from_16le(uint16_t *dst, const uint8_t *src, int width, int shift,
                       int max);
void rim_row_from_16be(uint16_t *dst, const uint8_t *src, int width, int shift,
                       int max);
// MIPI CSI-2 packing: the high 8 bits of each sample, then the low bits together.
// 10: 4 samples in 5 bytes; 12: 2 in 3; 14: 4 in 7. A row ends with whole groups.
void rim_row_from_mipi10(uint16_t *dst, const uint8_t *src, int width);
void rim_row_from_mipi12(uint16_t *dst, const uint8_t *src, int width);
void rim_row_from_mipi14(uint16_t *dst, const uint8_t *src, int width);
// Y10B: samples of 10 bits one after the other, most significant bit first.
void rim_row_from_y10b(uint16_t *dst, const uint8_t *src, int width);
// Every second byte from `first`: the luma of YUYV (0) and UYVY (1).
void rim_row_luma422(uint16_t *dst, const uint8_t *src, int width, int first);
// Luma of BT.601 from red, green, blue at the offsets rgb[0..2] of each `step` bytes.
void rim_row_luma_rgb(uint16_t *dst, const uint8_t *src, int width, int step,
                      const int rgb[3]);
// All bits that are set in any sample of the row; for telling justification.
unsigned rim_row_or16le(const uint8_t *src, int width);
unsigned rim_row_or16be(const uint8_t *src, int width);

// Samples -> samples. Each output is the mean of the 2x2 mosaic cells at x and
// x + 1 of two rows, rounded: every colour counts as in the mosaic, no pattern is
// left, and the picture lies half a pixel to the right and down.
// `row` and `below` must be readable at index `width`.
void rim_row_bayer_gray(uint16_t *dst, const uint16_t *row, const uint16_t *below,
                        int width);

// Samples -> display pixels (blue, green, red, 255).
void rim_row_gray_bgrx(uint8_t *dst, const uint16_t *src, int width, int bits);
// Bilinear demosaicing of a row. `main_at` is the parity (0, 1) of the columns that
// hold the row's own colour, which is red where `red_row` is 1, else blue. The
// three rows must be readable at indices -1 and `width`.
void rim_row_bayer_bgrx(uint8_t *dst, const uint16_t *above, const uint16_t *row,
                        const uint16_t *below, int width, int bits, int main_at,
                        int red_row);
// From red, green, blue at the offsets rgb[0..2] of each `step` bytes.
void rim_row_rgb_bgrx(uint8_t *dst, const uint8_t *src, int width, int step,
                      const int rgb[3]);

extern const rim_yuv_matrix rim_yuv_bt601_limited, rim_yuv_bt601_full,
    rim_yuv_bt709_limited, rim_yuv_bt709_full;

#endif
