// count_malloc.h: counts what a program asks of the allocator, by its own functions
// in front of glibc's. Under a sanitizer, which has its own, nothing is counted.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_COUNT_MALLOC_H
#define RIM_TESTS_COUNT_MALLOC_H

#include <stdbool.h>

// Is there a counter?
bool rim_count_malloc_works(void);
// Calls so far, of all threads.
int rim_count_malloc(void);

#endif
