// file_out.h: a file whose end survives a power cut.
//
// What is written goes to the kernel at once, and a thread of its own asks for it to
// reach the disk (fdatasync) five times a second, so that neither `kill -9` nor a power
// cut costs more than the last moment. A place up to which the file is whole can be
// marked; after a failure the file is cut there. One thread owns a file; its own thread
// is not seen from outside.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_FILE_OUT_H
#define RIM_MEDIA_FILE_OUT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rim_file_out rim_file_out;

// Makes the file, or empties the one that is there. RIM_ERR_IO, logged.
RIM_NODISCARD rim_err rim_file_out_open(rim_file_out **out, const char *path);

// All of it, at the present place. 0, or -errno: of this write, or of a sync before it.
int rim_file_out_write(rim_file_out *f, const uint8_t *data, size_t bytes);
// Moves to a place; -errno where the file has none (a pipe).
int64_t rim_file_out_seek(rim_file_out *f, int64_t at);
bool rim_file_out_seekable(const rim_file_out *f);
int64_t rim_file_out_size(const rim_file_out *f);

// Up to its present end the file is whole.
void rim_file_out_settle(rim_file_out *f);
// Back to what was whole, after a failure.
void rim_file_out_trim(rim_file_out *f);

// Bytes that the disk still takes, as far as this user may fill it; -1: not known.
int64_t rim_file_out_room(const rim_file_out *f);

// Waits until everything is on the disk. *f is NULL afterwards. 0 or -errno.
int rim_file_out_close(rim_file_out **f);

#endif
