// tiff_pages.h: the pages of a TIFF, of which FFmpeg's decoder takes the first only.
//
// A page is the place of its directory in the file. To decode another than the first, its
// place is written into the file's head. Inside media only.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_TIFF_PAGES_H
#define RIM_MEDIA_TIFF_PAGES_H

#include <stddef.h>
#include <stdint.h>

// More pages than this are a ring.
enum { RIM_TIFF_PAGES_MAX = 65535 };

// Whether it is a TIFF 6.0 file; size: at least 8.
int rim_tiff_is(const uint8_t *data, size_t size);
// The page that the head names, and the one behind `page`; 0: there is none.
uint32_t rim_tiff_first(const uint8_t *data, size_t size);
uint32_t rim_tiff_next(const uint8_t *data, size_t size, uint32_t page);
void rim_tiff_choose(uint8_t *data, uint32_t page);

#endif
