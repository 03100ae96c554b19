// outline_rays.c: the ratio along rays, from the plane whose pixels suit their step.
// SPDX-License-Identifier: MIT
#include "process/outline_rays.h"

#define LOOK_OUT_MM 4.0 // how far beyond twice the radius rays look
#define GAP_MM      1.0 // between the outline and where its background begins

// How many samples from `at` on lie within 0 .. limit - 1.
static int inside(int32_t at, int32_t way, int32_t limit, int n)
{
    if (at < 0 || at >= limit)
        return 0;
    const int64_t last = at + (int64_t)way * (n - 1);
    if (last >= 0 && last < limit)
        return n;
    int32_t most = n;
    if (way > 0)
        most = (limit - 1 - at) / way + 1;
    else if (way < 0)
        most = at / -way + 1;
    return most < n ? most : n;
}

// Unknown samples repeat the one before, those at the start the first known one.
static void bridge(int16_t *log, uint64_t valid, int n)
{
    int16_t last = valid ? log[__builtin_ctzll(valid)] : 0;
    for (int k = 0; k < n; k++) {
        const uint64_t left = valid >> k;
        if (left & 1) { // on to the last known one in a row
            const uint64_t gap = ~left;
            k += gap ? __builtin_ctzll(gap) - 1 : RIM_STEPS;
            last = log[k < n ? k : n - 1];
        } else {
            log[k] = last;
        }
    }
}

static int32_t q16(double v)
{
    return (int32_t)(v * 65536.0 + (v < 0.0 ? -0.5 : 0.5));
}

void rim_rays_sample(rim_rays *r, const rim_scene *s, const rim_candidate *c, int count,
                     int steps)
{
    r->scene = s;
    r->count = count;
    r->steps = steps;
    r->step = (2.0 * c->radius + LOOK_OUT_MM / s->grid->mm) / (steps - 1);
    r->radius = c->radius / r->step;
    r->gap = (int)(GAP_MM / s->grid->mm / r->step + 1.0);
    int level = 0;
    while (level + 1 < RIM_SCENE_PLANES && (2 << level) <= r->step)
        level++;
    const rim_scene_plane *plane = &s->plane[level];
    const double scale = 1.0 / (1 << level), step = r->step * scale;
    const int32_t at[2] = {q16((c->x + 0.5) * scale - 0.5),
                           q16((c->y + 0.5) * scale - 0.5)};
    for (int i = 0; i < count; i++) {
        const rim_point u = rim_rays_way(r, i);
        const int32_t way[2] = {q16(step * u.x), q16(step * u.y)};
        int n = inside(at[0], way[0], (plane->width - 1) << 16, steps);
        n = inside(at[1], way[1], (plane->height - 1) << 16, n);
        const uint64_t v =
            n ? s->kernels->sample_ray(r->log[i], plane->ratio, plane->width, at[0],
                                       at[1], way[0], way[1], n)
              : 0;
        r->valid[i] = v;
        if (v != UINT64_MAX >> (64 - steps))
            bridge(r->log[i], v, steps);
    }
}
