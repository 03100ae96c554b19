// png_file.h: pictures on disk, as PNG.
//
// The only file that knows libpng is png_file.c. Any thread may call these; two
// threads must not write one path. Every failure is logged once, naming the file
// and the mend; libpng itself prints nothing.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_PNG_FILE_H
#define RIM_MEDIA_PNG_FILE_H

#include "base/err.h"
#include "base/frame.h"

// What a file's header says of its picture.
typedef struct rim_png_info {
    int width, height; // px, 1..RIM_FRAME_SIDE_MAX
    rim_fmt fmt;       // GRAY16 for grey at any depth, BGRX8 for anything in colour
    int sample_bits;   // of a sample in the file: up to 8 bits counts as 8, else 16
    int bits;          // that carry signal, see below; 8 for BGRX8
} rim_png_info;

// Reads the header only.
//
// Grey samples of 16 bits are right-aligned as they stand. Files written here tell
// in a text chunk ("rimlight-bits") how many bits carry signal; in others all 16
// do. An sBIT chunk is not used for that: it speaks of left-aligned samples (PNG,
// 11.3.3.4), which are rightly read as 16 bits.
// RIM_ERR_NOT_FOUND, RIM_ERR_DAMAGED: not a whole PNG; RIM_ERR_UNSUPPORTED: too
// large; RIM_ERR_IO.
RIM_NODISCARD rim_err rim_png_probe(rim_png_info *info, const char *path);

// Decodes into *f, whose size and format the caller has set:
// - GRAY16 takes grey files: 8-bit samples (1, 2 and 4 bits scaled to 8) as
//   0..255, 16-bit samples as they stand. f->bits is left to the caller, who knows
//   more than the file; a sample may exceed it.
// - BGRX8 takes any file: palettes are resolved, grey is spread to three channels,
//   16 bits are rounded to 8, transparency is dropped, colours are not converted.
// seq and captured_ns are left alone. On failure the pixels are undefined.
// RIM_ERR_FORMAT: another size, or colour where grey is asked for; RIM_ERR_DAMAGED:
// cut off, wrong checksum, not a PNG; else as rim_png_probe().
RIM_NODISCARD rim_err rim_png_read(rim_frame *f, const char *path);

// Writes GRAY16 as grey of 8 bits where f->bits is 8, else of 16 bits, right-aligned,
// with the text chunk above where bits is less than 16; BGRX8 as RGB. The file
// appears under its name when it is whole ("path.part" until then).
// RIM_ERR_IO: disk full, no such folder, no permission.
RIM_NODISCARD rim_err rim_png_write(const char *path, const rim_frame *f);
// With a text chunk "Comment" (Latin-1); NULL: none.
RIM_NODISCARD rim_err rim_png_write_noted(const char *path, const rim_frame *f,
                                          const char *note);
// The same bytes in memory; free() *bytes. RIM_ERR_MEMORY, logged.
RIM_NODISCARD rim_err rim_png_encode(uint8_t **bytes, size_t *size, const rim_frame *f);

#endif
