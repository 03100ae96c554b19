// nir_pack.h: grey samples of 8 to 16 bits without gaps, as a picture of 8 bits.
//
// Matroska has no grey deeper than 8 bits without a codec, and 12 bits in 16 waste a
// quarter of the disk's rate. So a frame is stored as an 8-bit picture of the same
// width: first its rows with the high 8 bits of each sample, which every player shows,
// then as many rows as the low bits take:
//
//     stored rows 0 .. height-1        sample >> (bits - 8)
//     stored rows height ..            the low n = bits - 8 bits of all samples in
//                                      reading order, as one stream of bits: sample i
//                                      has bits i*n .. i*n+n-1, bit k being bit k%8 of
//                                      byte k/8; zeros fill the last row
//
// Inside media only.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_NIR_PACK_H
#define RIM_MEDIA_NIR_PACK_H

#include "base/frame.h"

// Rows of the stored picture. bits: 8..16.
int rim_nir_pack_rows(int width, int height, int bits);
// to: rim_nir_pack_rows() rows of from->width bytes, without gaps. from: GRAY16 with
// samples of at most `bits` bits.
void rim_nir_pack(uint8_t *to, const rim_frame *from, int bits);
// The other way; `stride` bytes from one stored row to the next.
void rim_nir_unpack(rim_frame *to, const uint8_t *from, ptrdiff_t stride, int bits);

#endif
