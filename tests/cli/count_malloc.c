// count_malloc.c: malloc and its kin, counted.
// SPDX-License-Identifier: MIT
#include "tests/cli/count_malloc.h"

#include <stdatomic.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static atomic_int g_calls;

int rim_count_malloc(void)
{
    return g_calls;
}

bool rim_count_malloc_works(void)
{
#ifdef SANITIZED
    return false;
#else
    void *volatile probe = malloc(1);
    free(probe);
    return g_calls > 0;
#endif
}

#ifndef SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    g_calls++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    g_calls++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    g_calls++;
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    g_calls++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    g_calls++;
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12; // ENOMEM
}
#endif
