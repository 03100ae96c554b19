// similarity.h: shift, turn and zoom of the plane; grid coordinates.
//
//     x' = a x - b y + tx        y' = b x + a y + ty
//
// Plain values, any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_SIMILARITY_H
#define RIM_PROCESS_SIMILARITY_H

#include "base/result.h"

typedef struct rim_similarity {
    double a, b, tx, ty;
} rim_similarity;

#define RIM_SIMILARITY_NONE ((rim_similarity){.a = 1.0})

static inline rim_point rim_similarity_apply(const rim_similarity *s, rim_point p)
{
    return (rim_point){s->a * p.x - s->b * p.y + s->tx,
                       s->b * p.x + s->a * p.y + s->ty};
}

// First `inner`, then `outer`.
static inline rim_similarity rim_similarity_chain(const rim_similarity *outer,
                                                  const rim_similarity *inner)
{
    const rim_point t = rim_similarity_apply(outer, (rim_point){inner->tx, inner->ty});
    return (rim_similarity){outer->a * inner->a - outer->b * inner->b,
                            outer->b * inner->a + outer->a * inner->b, t.x, t.y};
}

static inline rim_similarity rim_similarity_invert(const rim_similarity *s)
{
    const double n = s->a * s->a + s->b * s->b;
    const double a = s->a / n, b = -s->b / n;
    return (rim_similarity){a, b, -(a * s->tx - b * s->ty), -(b * s->tx + a * s->ty)};
}

#endif
