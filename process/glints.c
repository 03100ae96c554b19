// glints.c: an opening, and the halo of what it takes away.
// SPDX-License-Identifier: MIT
#include "process/glints.h"

#include "process/fixed.h"
#include "process/quantile.h"

#include <math.h>

#define GLINT_LEAST  307  // Q10 log2 over what is around: 1.23
#define EDGE_MM      0.4  // beside a glint the light is mixed
#define AREA_LEAST   1.2  // mm2: a smaller one is not looked at further
#define PEAK_LEAST   0.3  // over what lies around
#define HALO_LEAST   0.12 // of the peak, at the first of the rings
#define FALLS_LEAST  0.12 // of that at the second: where it ends at once, the glint
#define FALLS_MOST   0.7  // lies on a film; where it goes on, on a plateau
#define BORDER_LEAST 8    // pixels of which something is seen
#define BORDER_MOST  256  // that are looked at

// Beyond the border; the last is far from it.
enum { RINGS = 3 };
static const double ring_mm[RINGS] = {0.6, 1.4, 2.8};

// flag: what is known of a pixel.
enum { PLAIN = 0, GLINT = 1, LOOKED_AT = 2, GLOWS = 3 };

static int pixels(const rim_grid *g, double mm)
{
    const int n = (int)(mm / g->mm + 0.5);
    return n < 1 ? 1 : n;
}

// Lists the pixels that hang together with `start`, first those of the border.
static int list_component(rim_wound *w, int start, int *top)
{
    int32_t *list = w->cell_sum;
    int n = 0, done = 0;
    *top = w->fine[start];
    list[n++] = start;
    w->flag[start] = LOOKED_AT;
    while (done < n) {
        const int i = list[done++], x = i % w->width, y = i / w->width;
        *top = w->fine[i] > *top ? w->fine[i] : *top;
        const int next[] = {x > 0 ? i - 1 : i, x + 1 < w->width ? i + 1 : i,
                            y > 0 ? i - w->width : i,
                            y + 1 < w->height ? i + w->width : i};
        for (int k = 0; k < 4; k++)
            if (w->flag[next[k]] == GLINT) {
                w->flag[next[k]] = LOOKED_AT;
                list[n++] = next[k];
            }
    }
    return n;
}

typedef struct halo {
    int count[RINGS];
    double seen[RINGS][BORDER_MOST]; // light over the surroundings'
} halo;

// Looks outwards, down the slope at pixel i.
static void look_beyond(halo *h, const rim_wound *w, int i)
{
    const int x = i % w->width, y = i / w->width;
    if (x < 1 || y < 1 || x + 1 >= w->width || y + 1 >= w->height)
        return;
    const int16_t *f = w->fine + i;
    if (f[-1] == RIM_UNKNOWN || f[1] == RIM_UNKNOWN || f[-w->width] == RIM_UNKNOWN ||
        f[w->width] == RIM_UNKNOWN)
        return;
    const double gx = f[1] - f[-1], gy = f[w->width] - f[-w->width];
    const double length = sqrt(gx * gx + gy * gy);
    for (int k = 0; k < RINGS && length > 0.0; k++) {
        const double r = ring_mm[k] / w->grid->mm / length;
        const int px = (int)floor(x - gx * r + 0.5), py = (int)floor(y - gy * r + 0.5);
        if (px < 0 || py < 0 || px >= w->width || py >= w->height)
            continue;
        const int j = py * w->width + px;
        if (w->fine[j] != RIM_UNKNOWN && w->flag[j] == PLAIN &&
            h->count[k] < BORDER_MOST)
            h->seen[k][h->count[k]++] = rim_exp2(w->fine[j] / (double)RIM_LOG2_ONE);
    }
}

static bool on_border(const rim_wound *w, int i)
{
    const int x = i % w->width, y = i / w->width;
    return x > 0 && y > 0 && x + 1 < w->width && y + 1 < w->height &&
           (w->flag[i - 1] == PLAIN || w->flag[i + 1] == PLAIN ||
            w->flag[i - w->width] == PLAIN || w->flag[i + w->width] == PLAIN);
}

// Whether light lies around the component that falls off as it does out of tissue.
static bool has_halo(const rim_wound *w, int count, int top)
{
    halo h = {.count = {0}};
    double ring[RINGS];
    for (int n = 0; n < count; n++)
        if (on_border(w, w->cell_sum[n]))
            look_beyond(&h, w, w->cell_sum[n]);
    for (int k = 0; k < RINGS; k++) {
        if (h.count[k] < BORDER_LEAST)
            return false;
        ring[k] = rim_quantile(h.seen[k], h.count[k], 0.5);
    }
    const double peak = rim_exp2(top / (double)RIM_LOG2_ONE) - ring[2];
    const double near = ring[0] - ring[2], far = ring[1] - ring[2];
    return peak > PEAK_LEAST && near > HALO_LEAST * peak && far > FALLS_LEAST * near &&
           far < FALLS_MOST * near;
}

static void spare_what_glows(rim_wound *w)
{
    const int area = w->width * w->height;
    const double mm2 = w->grid->mm * w->grid->mm;
    for (int i = 0; i < area; i++) {
        int top;
        if (w->flag[i] != GLINT)
            continue;
        const int count = list_component(w, i, &top);
        if (count * mm2 < AREA_LEAST || !has_halo(w, count, top))
            continue;
        for (int n = 0; n < count; n++)
            w->flag[w->cell_sum[n]] = GLOWS;
    }
    uint8_t *restrict flag = w->flag;
    for (int i = 0; i < area; i++)
        flag[i] = flag[i] == LOOKED_AT;
}

void rim_glints_drop(rim_wound *w)
{
    const size_t area = (size_t)w->width * (size_t)w->height;
    const int reach = pixels(w->grid, RIM_GLINT_MM);
    int16_t *restrict fine = w->fine, *restrict opened = w->opened;
    uint8_t *restrict flag = w->flag, *restrict seen = w->seen;
    rim_planes_smooth(fine, w->excess, seen, RIM_WOUND_TISSUE, &w->planes, w->width,
                      w->height);
    for (size_t i = 0; i < area; i++)
        opened[i] = fine[i] == RIM_UNKNOWN ? INT16_MAX : fine[i];
    rim_planes_erode(opened, reach, &w->planes, w->width, w->height);
    for (size_t i = 0; i < area; i++)
        opened[i] = opened[i] == INT16_MAX ? INT16_MAX : (int16_t)-opened[i];
    rim_planes_erode(opened, reach, &w->planes, w->width, w->height);
    for (size_t i = 0; i < area; i++)
        flag[i] = (fine[i] != RIM_UNKNOWN) & (opened[i] != INT16_MAX) &
                  (fine[i] + opened[i] > GLINT_LEAST);
    spare_what_glows(w);
    rim_planes_spread(flag, pixels(w->grid, EDGE_MM), &w->planes, w->width, w->height);
    for (size_t i = 0; i < area; i++)
        seen[i] = (uint8_t)(seen[i] & ~(flag[i] * RIM_WOUND_TISSUE));
}
