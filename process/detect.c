// detect.c: candidates, outlines, and which of several answers stays.
// SPDX-License-Identifier: MIT
#include "process/detect.h"

#include "process/ellipse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A larger spot takes those inside it, unless one of them is this much (log odds)
// the better answer.
#define PART_OF_WHOLE  0.2
#define KNOWN_BETTER   1.0
#define LEAST_LOG_ODDS (-5.0)
// Candidates that promise less (outline.h) are not measured, nor more than so many of
// those that nothing was seen of before: a crowded frame may not take much longer.
#define LEAST_PROMISE (-3.5)
#define FIRST_PROMISE (-9.0) // after the first look
#define MOST_MEASURED 16
#define MOST_LOOKED   28 // at twice
#define LOOKS         8  // that make a job: each takes some microseconds

rim_err rim_detect_init(rim_detect *d, const rim_grid *grid,
                        const rim_process_kernels *kernels)
{
    *d = (rim_detect){.kernels = kernels};
    rim_err err = rim_outline_scene_init(&d->scene, grid, kernels);
    if (!err)
        err = rim_pyramid_init(&d->pyramid, grid, kernels);
    if (!err)
        err = rim_blobs_init(&d->blobs, &d->pyramid);
    if (!err)
        err = rim_rings_init(&d->rings, &d->pyramid);
    d->measured = calloc(RIM_CANDIDATES_MAX, sizeof *d->measured);
    d->fits = calloc(RIM_CANDIDATES_MAX, sizeof *d->fits);
    if (!err && (!d->measured || !d->fits))
        err = RIM_ERR_MEMORY;
    if (err)
        rim_detect_uninit(d);
    return err;
}

void rim_detect_uninit(rim_detect *d)
{
    rim_outline_scene_uninit(&d->scene);
    rim_pyramid_uninit(&d->pyramid);
    rim_blobs_uninit(&d->blobs);
    rim_rings_uninit(&d->rings);
    free(d->measured);
    free(d->fits);
    *d = (rim_detect){0};
}

// Two candidates from which the same outline is seen.
static bool met(const rim_candidate *p, const rim_candidate *q)
{
    const double dx = p->x - q->x, dy = p->y - q->y;
    const double least = fmin(p->radius, q->radius), most = fmax(p->radius, q->radius);
    return dx * dx + dy * dy < 0.04 * least * least && most < 1.18 * least;
}

// Drops the candidates that found nothing or promise too little, and those that met an
// earlier one.
static void thin_out(rim_detect *d, double least)
{
    rim_candidate *c = d->candidates.at;
    int kept = 0;
    for (int i = 0; i < d->candidates.count; i++) {
        bool keep = d->fits[i] && (c[i].followed || c[i].promise > least);
        for (int j = 0; j < kept && keep; j++)
            keep = !met(&c[i], &c[j]);
        if (keep)
            c[kept++] = c[i];
    }
    d->candidates.count = kept;
}

// Keeps those followed and the `most` others that promise most.
static void keep_promising(rim_detect *d, int most)
{
    rim_candidate *c = d->candidates.at;
    const int n = d->candidates.count;
    if (n <= most)
        return;
    bool keep[RIM_CANDIDATES_MAX];
    for (int i = 0; i < n; i++) {
        int better = 0;
        for (int j = 0; j < n; j++)
            better += !c[j].followed && (c[j].promise > c[i].promise ||
                                         (c[j].promise == c[i].promise && j < i));
        keep[i] = c[i].followed || better < most;
    }
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (keep[i])
            c[kept++] = c[i];
    d->candidates.count = kept;
}

static void copy(rim_candidates *to, const rim_candidates *from)
{
    to->count = from->count;
    memcpy(to->at, from->at, (size_t)from->count * sizeof *to->at);
}

// The finders and the planes that rays run through ask nothing of each other.
enum { FIND_RINGS = 0, FIND_BLOBS, BUILD_SCENE, FIRST_JOBS };
static void find(void *ctx, int job)
{
    rim_detect *d = ctx;
    if (job == FIND_RINGS)
        rim_rings_find(&d->rings, &d->ringed);
    else if (job == FIND_BLOBS)
        rim_blobs_find(&d->blobs, &d->candidates);
    else
        rim_outline_scene_build(&d->scene, d->ratio, d->valid, d->saturated,
                                &d->pyramid);
}

// Adds what the rings found behind what the tracks expect, as far as there is room.
static void join(rim_candidates *all, const rim_candidates *ringed, int expected)
{
    for (int i = expected; i < ringed->count && all->count < RIM_CANDIDATES_MAX; i++)
        all->at[all->count++] = ringed->at[i];
}

// A track knows its place well enough to do with one look less.
static void centre_new(void *ctx, int job)
{
    rim_detect *d = ctx;
    for (int i = job * LOOKS; i < (job + 1) * LOOKS && i < d->candidates.count; i++) {
        rim_candidate *c = &d->candidates.at[i];
        d->fits[i] = c->followed || rim_outline_centre(c, &d->scene);
    }
}

static void centre(void *ctx, int job)
{
    rim_detect *d = ctx;
    for (int i = job * LOOKS; i < (job + 1) * LOOKS && i < d->candidates.count; i++)
        d->fits[i] = rim_outline_centre(&d->candidates.at[i], &d->scene);
}

static void look(rim_detect *d, rim_workers *workers, rim_job_fn *centre_some)
{
    rim_workers_run(workers, centre_some, d, (d->candidates.count + LOOKS - 1) / LOOKS);
}

static void measure(void *ctx, int job)
{
    rim_detect *d = ctx;
    rim_detection *m = &d->measured[job];
    d->fits[job] = rim_outline_fit(&m->spot, &d->scene, &d->candidates.at[job]);
    if (!d->fits[job])
        return;
    rim_confidence_features(m->feature, &m->spot, d->scene.grid);
    m->lesion = rim_confidence_lesion(m->feature);
}

static double radius_of(const rim_spot *s)
{
    return sqrt(s->a * s->b);
}

// Whether two spots cannot both be real: one's centre lies well inside the other.
static bool same_thing(const rim_spot *p, const rim_spot *q)
{
    const double dx = p->x - q->x, dy = p->y - q->y, d = sqrt(dx * dx + dy * dy);
    const double big = fmax(radius_of(p), radius_of(q));
    return d < 0.9 * big;
}

// Whether what stands out of p is mostly q's own rim: a circle laid through an arc.
static bool borrows(const rim_scene *scene, const rim_spot *p, const rim_spot *q)
{
    const double far_x = p->x - q->x, far_y = p->y - q->y;
    const double reach = 1.1 * (p->a + p->b) + 1.2 * (q->a + q->b);
    if (far_x * far_x + far_y * far_y > reach * reach)
        return false; // of whatever shape
    const rim_ellipse_form form =
        rim_ellipse_form_of(&(rim_ellipse){q->x, q->y, q->a, q->b, q->angle});
    int standing = 0, inside = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        if (!(p->stands_out >> i & 1))
            continue;
        const double dx = p->x + p->outline[i] * scene->way[i].x - q->x;
        const double dy = p->y + p->outline[i] * scene->way[i].y - q->y;
        standing++; // 1.15 times the ellipse
        inside += form.xx * dx * dx + form.xy * dx * dy + form.yy * dy * dy < 1.3225;
    }
    return 2 * inside > standing;
}

// What a track has been sure of for some time is not given up for a part of it that one
// frame makes look better. Log odds.
static double known(const rim_candidate *c)
{
    return c->followed ? KNOWN_BETTER * (c->score < 12 ? c->score : 12) / 12.0 : 0.0;
}

static bool wins(const rim_detect *d, int i, int j)
{
    const rim_detection *m = &d->measured[i], *other = &d->measured[j];
    const double own = radius_of(&m->spot), its = radius_of(&other->spot);
    double edge = m->lesion - other->lesion;
    edge += known(&d->candidates.at[i]) - known(&d->candidates.at[j]);
    if (own > 1.5 * its)
        edge += PART_OF_WHOLE;
    else if (its > 1.5 * own)
        edge -= PART_OF_WHOLE;
    return edge > 0.0;
}

// Greedy: the best that remains takes the place of all that are the same thing.
static void keep_best(rim_detect *d)
{
    int order[RIM_CANDIDATES_MAX], n = 0;
    for (int i = 0; i < d->candidates.count; i++) {
        if (!d->fits[i] || d->measured[i].lesion < LEAST_LOG_ODDS)
            continue;
        int j = n++;
        while (j > 0 && wins(d, i, order[j - 1])) {
            order[j] = order[j - 1];
            j--;
        }
        order[j] = i;
    }
    d->count = 0;
    for (int i = 0; i < n && d->count < RIM_DETECTIONS_MAX; i++) {
        bool taken = false;
        for (int j = 0; j < d->count && !taken; j++) {
            const rim_spot *p = &d->measured[order[i]].spot;
            const rim_spot *q = &d->measured[d->best[j]].spot;
            taken = same_thing(p, q) || borrows(&d->scene, p, q);
        }
        if (!taken)
            d->best[d->count++] = order[i];
    }
}

void rim_detect_run(rim_detect *d, const int16_t *ratio, const uint8_t *valid,
                    const uint8_t *saturated, const rim_candidates *expected,
                    rim_workers *workers)
{
    d->ratio = ratio;
    d->valid = valid;
    d->saturated = saturated;
    copy(&d->candidates, expected);
    copy(&d->ringed, expected);
    rim_pyramid_build(&d->pyramid, ratio);
    rim_workers_run(workers, find, d, FIRST_JOBS);
    join(&d->candidates, &d->ringed, expected->count);
    look(d, workers, centre_new);
    thin_out(d, FIRST_PROMISE);
    keep_promising(d, MOST_LOOKED);
    look(d, workers, centre);
    thin_out(d, LEAST_PROMISE);
    keep_promising(d, MOST_MEASURED);
    rim_workers_run(workers, measure, d, d->candidates.count);
    keep_best(d);
}
