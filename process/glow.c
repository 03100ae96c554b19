// glow.c: samples around each lesion, and what all lesions send there.
// SPDX-License-Identifier: MIT
#include "process/glow.h"

#include "process/ellipse.h"
#include "process/quantile.h"

#include <math.h>

#define REACH_MM    5.0
#define EDGE_MM     1.0
#define LEAST_PART  0.15 // of what is seen around: no background lies lower
#define MUCH_LOWER  0.6
#define LEAST_SEEN  6  // samples that make a median
#define SOURCES_MAX 12 // that are looked at from one place: the brightest

enum { WAYS = 12, RINGS = 6, NEAR = 4, FAR = 2, SAMPLES = WAYS * RINGS };
static const double ring_mm[RINGS] = {5.0, 6.5, 8.0, 9.5, 11.0, 13.0};

typedef struct place { // what is seen around one lesion
    int count;
    double light[SAMPLES];
    double part[SAMPLES][SOURCES_MAX]; // h() of each source
    int first[RINGS + 1];              // of each distance
} place;

// 1 / exp(x) for x >= 0 by the first terms of the series of exp(x): within 1 % up to 2.
static double fading(double x)
{
    return 1.0 / (1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x / 24.0))));
}

static double part_at(double d_mm)
{
    const double d = d_mm > 0.0 ? d_mm : 0.0;
    return 0.5 * fading(d / REACH_MM) / (1.0 + d / EDGE_MM);
}

// Distance from the outline along the line to the centre, grid pixels; below 0 inside.
static double distance(const rim_spot *s, const rim_ellipse_form *f, double x, double y)
{
    const double dx = x - s->x, dy = y - s->y, d = sqrt(dx * dx + dy * dy);
    return d > 0.0 ? d - rim_ellipse_radius(f, dx / d, dy / d) : -s->b;
}

static void look_around(place *p, const rim_glow *glow, const rim_ellipse_form *form,
                        int which, int count, const rim_grid *grid,
                        const uint16_t *light, const uint8_t *valid)
{
    const rim_spot *own = glow[which].spot;
    p->count = 0;
    for (int ring = 0; ring < RINGS; ring++) {
        p->first[ring] = p->count;
        for (int way = 0; way < WAYS; way++) {
            double s, c;
            rim_turn(&s, &c, way, WAYS);
            const double r =
                rim_ellipse_radius(&form[which], c, s) + ring_mm[ring] / grid->mm;
            const double x = own->x + r * c, y = own->y + r * s;
            if (!(x >= 0.0 && y >= 0.0 && x < grid->width && y < grid->height))
                continue;
            const size_t at = (size_t)y * (size_t)grid->width + (size_t)x;
            bool free = valid[at];
            for (int i = 0; i < count && free; i++) {
                const double d = distance(glow[i].spot, &form[i], x, y) * grid->mm;
                free = d > EDGE_MM;
                if (i < SOURCES_MAX)
                    p->part[p->count][i] = part_at(d);
            }
            if (free)
                p->light[p->count++] = light[at];
        }
    }
    p->first[RINGS] = p->count;
}

// The background at one place, given the excess of all sources.
static double without_glow(const place *p, const double *excess, int sources,
                           double seen)
{
    double shine[SAMPLES], left[SAMPLES];
    for (int i = 0; i < p->count; i++) {
        shine[i] = 0.0;
        for (int k = 0; k < sources; k++)
            shine[i] += excess[k] * p->part[i][k];
        left[i] = p->light[i] - shine[i];
    }
    double least = INFINITY; // of the medians at two distances together
    for (int ring = 0; ring < NEAR; ring += 2) {
        const int first = p->first[ring], n = p->first[ring + 2] - first;
        if (n >= LEAST_SEEN)
            least = fmin(least, rim_quantile(left + first, n, 0.5));
    }
    double background = seen;
    const int far = p->count - p->first[FAR];
    if (far >= LEAST_SEEN)
        background -= rim_quantile(shine + p->first[FAR], far, 0.5);
    if (least < MUCH_LOWER * background)
        background = least;
    return fmax(background, LEAST_PART * seen);
}

void rim_glow_remove(rim_glow *glow, int count, const rim_grid *grid,
                     const uint16_t *light, const uint8_t *valid)
{
    if (!grid->pitch_known || count == 0)
        return;
    rim_ellipse_form form[RIM_GLOWS_MAX];
    double excess[SOURCES_MAX], found[RIM_GLOWS_MAX];
    const int sources = count < SOURCES_MAX ? count : SOURCES_MAX;
    for (int i = 0; i < count; i++) {
        const rim_spot *s = glow[i].spot;
        form[i] = rim_ellipse_form_of(&(rim_ellipse){s->x, s->y, s->a, s->b, s->angle});
    }
    for (int k = 0; k < sources; k++)
        excess[k] = fmax(glow[k].peak - glow[k].background, 0.0);
    for (int i = 0; i < count; i++) {
        place p;
        look_around(&p, glow, form, i, count, grid, light, valid);
        found[i] = without_glow(&p, excess, sources, glow[i].background);
    }
    for (int i = 0; i < count; i++)
        glow[i].background = found[i];
}
