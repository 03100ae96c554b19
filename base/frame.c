// frame.c: pixels and pools.
// SPDX-License-Identifier: MIT
#include "base/frame.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGN = 64, LARGE_PAGE = 2 << 20 };

struct rim_pool {
    pthread_mutex_t lock;
    int count, idle;   // idle: how many entries of `stack` are free frames
    rim_frame *frame;  // [count]
    rim_frame **stack; // [count]
};

size_t rim_fmt_bytes(rim_fmt fmt)
{
    switch (fmt) {
    case RIM_FMT_GRAY16:
        return 2;
    case RIM_FMT_BGRX8:
        return 4;
    case RIM_FMT_NONE:
        break;
    }
    return 0;
}

// A frame is gone through from end to end, and by far more pages than a processor keeps
// the places of: in large ones, where the system has them, a copy takes a third less.
static void *take_pixels(size_t size)
{
    if (size < LARGE_PAGE)
        return aligned_alloc(ALIGN, size);
    const size_t whole = (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *p = aligned_alloc(LARGE_PAGE, whole);
#ifdef MADV_HUGEPAGE
    if (p)
        (void)madvise(p, whole, MADV_HUGEPAGE); // a wish
#endif
    return p;
}

rim_err rim_frame_init(rim_frame *f)
{
    const size_t bytes = rim_fmt_bytes(f->fmt);
    if (bytes == 0 || f->width < 1 || f->height < 1 || f->width > RIM_FRAME_SIDE_MAX ||
        f->height > RIM_FRAME_SIDE_MAX || f->bits < 8 || f->bits > 16)
        return RIM_ERR_ARG;
    const size_t stride = ((size_t)f->width * bytes + ALIGN - 1) / ALIGN * ALIGN;
    const size_t size = stride * (size_t)f->height;
    f->data = take_pixels(size);
    if (!f->data)
        return RIM_ERR_MEMORY;
    memset(f->data, 0, size);
    f->stride = (ptrdiff_t)stride;
    return RIM_OK;
}

void rim_frame_uninit(rim_frame *f)
{
    free(f->data);
    f->data = NULL;
}

void rim_frame_copy(rim_frame *dst, const rim_frame *src)
{
    assert(dst->width == src->width && dst->height == src->height &&
           dst->fmt == src->fmt);
    const size_t bytes = rim_fmt_bytes(src->fmt) * (size_t)src->width;
    for (int y = 0; y < src->height; y++)
        memcpy(rim_frame_row8(dst, y), rim_frame_row8(src, y), bytes);
    dst->bits = src->bits;
    dst->seq = src->seq;
    dst->captured_ns = src->captured_ns;
}

rim_err rim_pool_create(rim_pool **out, const rim_frame *shape, int count)
{
    *out = NULL;
    if (count < 1)
        return RIM_ERR_ARG;
    rim_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return RIM_ERR_MEMORY;
    pthread_mutex_init(&pool->lock, NULL);
    rim_err err = RIM_ERR_MEMORY;
    pool->frame = calloc((size_t)count, sizeof *pool->frame);
    pool->stack = calloc((size_t)count, sizeof *pool->stack);
    if (!pool->frame || !pool->stack)
        goto fail;
    pool->count = count;
    for (int i = 0; i < count; i++) {
        rim_frame *f = &pool->frame[i];
        *f = (rim_frame){.width = shape->width,
                         .height = shape->height,
                         .fmt = shape->fmt,
                         .bits = shape->bits,
                         .pool = pool};
        err = rim_frame_init(f);
        if (err)
            goto fail;
        pool->stack[pool->idle++] = f;
    }
    *out = pool;
    return RIM_OK;
fail:
    pool->idle = pool->count;
    rim_pool_destroy(&pool);
    return err;
}

void rim_pool_destroy(rim_pool **p)
{
    rim_pool *pool = *p;
    if (!pool)
        return;
    assert(pool->idle == pool->count); // every frame was given back
    for (int i = 0; pool->frame && i < pool->count; i++)
        rim_frame_uninit(&pool->frame[i]);
    free(pool->frame);
    free(pool->stack);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
    *p = NULL;
}

rim_frame *rim_pool_acquire(rim_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    rim_frame *f = pool->idle > 0 ? pool->stack[--pool->idle] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return f;
}

void rim_frame_release(rim_frame *frame)
{
    if (!frame)
        return;
    rim_pool *pool = frame->pool;
    pthread_mutex_lock(&pool->lock);
    assert(pool->idle < pool->count); // given back once
    pool->stack[pool->idle++] = frame;
    pthread_mutex_unlock(&pool->lock);
}
