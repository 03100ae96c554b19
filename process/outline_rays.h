// outline_rays.h: what outline.c does with rays, step by step.
//
// Everything along a ray is int16 Q10 log2 of the ratio: an order or a quantile of
// logarithms is that of the values, and half way between two of them is a table.
// Lengths are in samples (`step` grid pixels each) unless named.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_OUTLINE_RAYS_H
#define RIM_PROCESS_OUTLINE_RAYS_H

#include "process/outline.h"

#define RIM_STEPS 64 // samples along a ray, at most
#define RIM_BLOCK 16 // a row has room for that many more, so that loops need no ends

typedef struct rim_ray {
    int peak;       // highest up to the outline, Q10
    int background; // beyond the outline, Q10
    int inner;      // lowest between the centre and the peak, Q10
    int peak_at;
    double fall;    // peak less background, in T
    double outline; // where T is half way; NAN: never
    double edge;    // place of 25 % less place of 75 %; NAN: not both seen
    double width;   // of the ridge at half height; NAN: not a ridge
    bool stands_out;
    bool cut; // leaves the frame or the lit field before the outline
} rim_ray;

typedef struct rim_rays {
    const rim_scene *scene;
    int count, steps; // up to RIM_RAYS, RIM_STEPS
    double step;      // grid pixels
    double radius;    // of the candidate, samples
    int gap;          // samples between the outline and where its background begins
    int path[RIM_RAYS];
    uint64_t valid[RIM_RAYS]; // bit k: sample k is known
    int16_t log[RIM_RAYS][RIM_STEPS + RIM_BLOCK + 4];
    rim_ray ray[RIM_RAYS];
} rim_rays;

// Unit vector of ray i.
static inline rim_point rim_rays_way(const rim_rays *r, int i)
{
    return r->scene->way[i * (RIM_RAYS / r->count)];
}

// Fills log and valid; count divides RIM_RAYS. An unknown sample repeats the one
// before it.
void rim_rays_sample(rim_rays *r, const rim_scene *s, const rim_candidate *c, int count,
                     int steps);
// The closed path of steepest fall: fills path.
void rim_rays_find_path(rim_rays *r);
// First sample that counts as beyond the outline of ray i.
static inline int rim_rays_outside(const rim_rays *r, int i)
{
    return r->path[i] + r->gap;
}
// The local background, Q10; false where too little of it is seen.
bool rim_rays_background(const rim_rays *r, int *around);
// Peak, half way and whether it stands out, of every ray.
void rim_rays_measure(rim_rays *r, int around);
// Edges and ridges of every ray, after that.
void rim_rays_measure_widths(rim_rays *r);

#endif
