// prefetch.h: reads a source ahead in a thread of its own; nothing is dropped.
//
// The reading thread owns the source from create to destroy. A ring of slots lies
// between: it waits when all are full, the caller waits when all are empty. All
// memory is taken at creation.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_PREFETCH_H
#define RIM_APP_PREFETCH_H

#include "base/err.h"
#include "base/frame.h"
#include "capture/source.h"

typedef struct rim_prefetch rim_prefetch;

// What one call of rim_source_read() gave.
typedef struct rim_fetched {
    rim_err err; // RIM_OK, RIM_END, RIM_ERR_DAMAGED, RIM_ERR_IO
    rim_frame nir, visible;
    bool has_visible;
    const rim_surface_mark *mark; // see rim_source_mark()
} rim_fetched;

// threaded false: no thread, every get reads. The source must outlive it.
RIM_NODISCARD rim_err rim_prefetch_create(rim_prefetch **out, rim_source *source,
                                          bool threaded);
void rim_prefetch_destroy(rim_prefetch **p);
// The next in order; the caller's until the call after the next, pixels too. RIM_END and
// RIM_ERR_IO come again and again.
rim_fetched *rim_prefetch_get(rim_prefetch *p);

#endif
