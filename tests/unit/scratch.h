// scratch.h: for tests: a folder that goes away, files in it, and what was logged.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_SCRATCH_H
#define RIM_TESTS_SCRATCH_H

#include "base/frame.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A new folder under the build folder, the same for the whole test.
void scratch_open(void);
// Removes it with all that is in it.
void scratch_close(void);
// Path of a name in it; eight results are kept.
const char *scratch_path(const char *fmt, ...) RIM_PRINTF(1, 2);
// Path of one of the real images, which are not kept here: in $RIMLIGHT_DATA, or beside
// the source tree. NULL, said, where it is absent; eight results are kept.
const char *scratch_real(const char *name);
void scratch_mkdir(const char *name);
void scratch_write(const char *path, const void *data, size_t size);
// The whole file; free() it.
uint8_t *scratch_read(const char *path, size_t *size);

// Collects messages from now on.
void logged_start(void);
// How many of that level since logged_start().
int logged_count(rim_log_level level);
// The last one that was an error or a warning, "" for none.
const char *logged_last(void);
// Fails the test unless exactly one error was logged and it holds `part`.
void logged_expect_error(const char *part);
// Fails the test where an error or a warning was logged.
void logged_expect_quiet(void);

// A frame with pixels. Fails the test where there is no memory.
void scratch_frame(rim_frame *f, rim_fmt fmt, int width, int height, int bits);
// Noise over the whole range of its bits, with both ends in it.
void scratch_noise(rim_frame *f, uint32_t seed);
bool frames_equal(const rim_frame *a, const rim_frame *b);
uint32_t scratch_random(uint32_t *state);

#endif
