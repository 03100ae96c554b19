// tracks.c: prediction, assignment, smoothing.
// SPDX-License-Identifier: MIT
#include "process/tracks.h"

#include "process/fixed.h"

#include <math.h>
#include <string.h>

#define START_LOG_ODDS (-3.0) // weaker spots start no track
#define MISSED_MOST    45     // frames
#define HIDDEN_MOST    900
#define MISS_LOG_ODDS  (-2.0) // what a frame without it says
#define SLOWEST        0.12   // least weight of a new frame in the log odds
#define KNOWN_FRAMES   12     // frames from which on a track is known
#define KNOWN_NEARER   0.5
#define SAME           0.9 // larger radii between the centres of one thing
#define SLOWEST_SHAPE  0.3 // and in the shape
#define SLOWEST_PLACE  0.5 // and in the place
#define STRANGE        0.3 // difference from which on what was seen is doubted
#define STRANGE_SHAPE  0.1 // its weight then

void rim_tracks_init(rim_tracks *t, const rim_grid *grid)
{
    *t = (rim_tracks){.grid = grid, .next_id = 1};
}

static double zoom_of(const rim_similarity *s)
{
    return sqrt(s->a * s->a + s->b * s->b);
}

static bool in_view(const rim_grid *g, const uint8_t *valid, rim_point p)
{
    if (!(p.x >= 0.0 && p.y >= 0.0 && p.x <= g->width - 1 && p.y <= g->height - 1))
        return false;
    return valid[(size_t)(p.y + 0.5) * (size_t)g->width + (size_t)(p.x + 0.5)];
}

void rim_tracks_expect(const rim_tracks *t, const rim_motion *m, rim_candidates *out)
{
    if (m->cut)
        return;
    for (int i = 0; i < t->count && out->count < RIM_CANDIDATES_MAX; i++) {
        const rim_point p = rim_similarity_apply(&m->tissue_now, t->at[i].tissue);
        if (!(p.x >= 0.0 && p.y >= 0.0 && p.x < t->grid->width &&
              p.y < t->grid->height))
            continue;
        out->at[out->count++] =
            (rim_candidate){.x = p.x,
                            .y = p.y,
                            .radius = t->at[i].radius * zoom_of(&m->tissue_now),
                            .score = t->at[i].sure,
                            .followed = true};
    }
}

// 0 for the same place and size, 1 and more for something else.
static double difference(const rim_spot *spot, rim_point at, double radius)
{
    const double own = sqrt(spot->a * spot->b);
    const double dx = spot->x - at.x, dy = spot->y - at.y;
    const double big = own > radius ? own : radius, small = own > radius ? radius : own;
    const double place = sqrt(dx * dx + dy * dy) / (0.8 * big + 2.0);
    const double size = (big / small - 1.0) / 1.5;
    return place > size ? place : size;
}

// What a track that is sure and has been seen often is nearer by: where two things
// that touch are found as one, it stays the same one's.
static double standing(const rim_track *t)
{
    const double often = rim_clip(t->sure / (double)KNOWN_FRAMES, 0.0, 1.0);
    return KNOWN_NEARER * often * rim_confidence_of(t->log_odds);
}

static double mix(double was, double now, double k)
{
    return isnan(was) || isnan(now) ? now : was + k * (now - was);
}

// Smooths the shape; `was` has been moved to this frame already.
static void blend_spot(rim_spot *was, const rim_spot *now, double place, double k)
{
    rim_spot s = *now;
    s.x = mix(was->x, now->x, place);
    s.y = mix(was->y, now->y, place);
    s.a = mix(was->a, now->a, k);
    s.b = mix(was->b, now->b, k);
    double turn = now->angle - was->angle; // axes turn by half a turn at most
    while (turn > 90.0)
        turn -= 180.0;
    while (turn < -90.0)
        turn += 180.0;
    s.angle = was->angle + k * turn;
    while (s.angle > 90.0)
        s.angle -= 180.0;
    while (s.angle < -90.0)
        s.angle += 180.0;
    s.sbr = mix(was->sbr, now->sbr, k);
    s.peak = mix(was->peak, now->peak, k);
    s.background = mix(was->background, now->background, k);
    s.core = mix(was->core, now->core, k);
    s.inner = mix(was->inner, now->inner, k);
    s.coverage = mix(was->coverage, now->coverage, k);
    s.ring = mix(was->ring, now->ring, k);
    s.rim_width = mix(was->rim_width, now->rim_width, k);
    s.edge_mm = mix(was->edge_mm, now->edge_mm, k);
    s.spread = mix(was->spread, now->spread, k);
    for (int i = 0; i < RIM_RAYS; i++)
        s.outline[i] = mix(was->outline[i], now->outline[i], k);
    *was = s;
}

static void take(rim_track *track, const rim_motion *m, const rim_found *found)
{
    track->hits++;
    track->missed = track->hidden = 0;
    track->seen = true;
    const double n = 1.0 / track->hits;
    const double k = n > SLOWEST ? n : SLOWEST;
    track->log_odds += k * (found->log_odds - track->log_odds);
    track->sure += track->log_odds > 0.0;
    const rim_point at = rim_similarity_apply(&m->tissue_now, track->tissue);
    double place = fmax(n, SLOWEST_PLACE), shape = fmax(n, SLOWEST_SHAPE);
    if (track->sure > KNOWN_FRAMES &&
        difference(found->spot, at, track->radius * zoom_of(&m->tissue_now)) > STRANGE)
        place = shape = STRANGE_SHAPE;
    track->spot.x = at.x;
    track->spot.y = at.y;
    blend_spot(&track->spot, found->spot, place, shape);
    const rim_similarity back = rim_similarity_invert(&m->tissue_now);
    track->tissue =
        rim_similarity_apply(&back, (rim_point){track->spot.x, track->spot.y});
    track->radius = sqrt(track->spot.a * track->spot.b) / zoom_of(&m->tissue_now);
}

static void miss(rim_track *track, bool visible)
{
    track->seen = false;
    if (!visible) {
        track->hidden++;
        return;
    }
    track->missed++;
    track->log_odds += SLOWEST * (MISS_LOG_ODDS - track->log_odds);
}

static void forget(rim_tracks *t)
{
    int kept = 0;
    for (int i = 0; i < t->count; i++) {
        const rim_track *k = &t->at[i];
        if (k->missed > MISSED_MOST || k->hidden > HIDDEN_MOST ||
            (k->missed > 3 && k->hits < 4))
            continue;
        if (kept != i)
            t->at[kept] = *k;
        kept++;
    }
    t->count = kept;
}

static void begin(rim_tracks *t, const rim_motion *m, const rim_found *found)
{
    if (found->log_odds < START_LOG_ODDS || t->count == RIM_TRACKS_MAX)
        return;
    rim_track *track = &t->at[t->count++];
    *track = (rim_track){.log_odds = found->log_odds, .spot = *found->spot};
    const rim_similarity back = rim_similarity_invert(&m->tissue_now);
    track->tissue =
        rim_similarity_apply(&back, (rim_point){found->spot->x, found->spot->y});
    take(track, m, found);
}

// Whether there can be but one thing (detect.c) at both places.
static bool same_thing(const rim_spot *s, rim_point at, double radius)
{
    const double dx = s->x - at.x, dy = s->y - at.y;
    return sqrt(dx * dx + dy * dy) < SAME * fmax(radius, sqrt(s->a * s->b));
}

// Where a known track and what was found for one that was seen for less than half as long
// can be but one thing, a part or a circle of another size was seen of it: it is still
// the known one, and not two.
static void keep_known(const rim_tracks *t, int by[RIM_TRACKS_MAX], int known,
                       const rim_found *found, rim_point at, double radius)
{
    for (int i = 0; i < t->count; i++) {
        if (by[i] < 0 || 2 * t->at[i].sure > t->at[known].sure ||
            !same_thing(found[by[i]].spot, at, radius))
            continue;
        if (by[known] < 0)
            by[known] = by[i];
        by[i] = -1;
    }
}

void rim_tracks_update(rim_tracks *t, const rim_motion *m, const uint8_t *valid,
                       const rim_found *found, int count)
{
    bool taken[RIM_DETECTIONS_MAX] = {false};
    int by[RIM_TRACKS_MAX]; // which of `found` is track i; -1: none
    if (m->cut)
        t->count = 0;
    rim_point at[RIM_TRACKS_MAX];
    for (int i = 0; i < t->count; i++) {
        at[i] = rim_similarity_apply(&m->tissue_now, t->at[i].tissue);
        t->at[i].seen = false;
        by[i] = -1;
    }
    const double zoom = zoom_of(&m->tissue_now);
    for (;;) { // the closest pair first, what is well known before what is not
        double least = INFINITY;
        int track = -1, which = -1;
        for (int i = 0; i < t->count; i++)
            for (int j = 0; j < count && by[i] < 0; j++) {
                if (taken[j])
                    continue;
                const double d =
                    difference(found[j].spot, at[i], t->at[i].radius * zoom);
                if (d < 1.0 && d - standing(&t->at[i]) < least) {
                    least = d - standing(&t->at[i]);
                    track = i;
                    which = j;
                }
            }
        if (track < 0)
            break;
        taken[which] = true;
        by[track] = which;
    }
    for (int i = 0; i < t->count; i++)
        if (t->at[i].sure >= KNOWN_FRAMES) {
            const double radius = t->at[i].radius * zoom;
            keep_known(t, by, i, found, at[i], radius);
            for (int j = 0; j < count && by[i] >= 0; j++)
                taken[j] |= same_thing(found[j].spot, at[i], radius);
        }
    for (int i = 0; i < t->count; i++)
        if (by[i] >= 0)
            take(&t->at[i], m, &found[by[i]]);
        else
            miss(&t->at[i], in_view(t->grid, valid, at[i]));
    forget(t);
    for (int j = 0; j < count; j++)
        if (!taken[j])
            begin(t, m, &found[j]);
}
