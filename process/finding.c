// finding.c: growth, border, shape.
// SPDX-License-Identifier: MIT
#include "process/finding.h"

#include "process/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH_MM     20.0 // a region grows no farther than this from its seed
#define PEAK_MM      0.8  // half the side in which the peak is looked for, at least
#define PEAK_LEAST   0.08 // excess, of the level
#define APART_MM     0.6  // a region keeps others this far away
#define LIMITED_MOST 10   // 1 / part of the border where REACH_MM ended the growth
#define BORDER_LEAST 4 // pixels of border that are seen, below which no edge is known

rim_err rim_growth_init(rim_growth *g, const rim_grid *grid)
{
    *g = (rim_growth){.grid = grid};
    const size_t area = rim_grid_area(grid);
    g->flat = calloc(area, sizeof *g->flat);
    g->soft = calloc(area, sizeof *g->soft);
    g->taken = calloc(area, 1);
    g->stack = calloc(area, sizeof *g->stack);
    g->border = calloc(area, sizeof *g->border);
    g->width = calloc(area, sizeof *g->width);
    bool halos = true;
    for (int i = 0; i < RIM_HALOS; i++) {
        g->halo[i] = calloc(area, sizeof *g->halo[i]);
        halos &= g->halo[i] != NULL;
    }
    if (g->flat && g->soft && g->taken && g->stack && g->border && g->width && halos)
        return RIM_OK;
    rim_growth_uninit(g);
    return RIM_ERR_MEMORY;
}

void rim_growth_uninit(rim_growth *g)
{
    free(g->flat);
    free(g->soft);
    free(g->taken);
    free(g->stack);
    free(g->border);
    free(g->width);
    for (int i = 0; i < RIM_HALOS; i++)
        free(g->halo[i]);
    *g = (rim_growth){0};
}

static inline int16_t within_ratios(int v)
{
    v = v < RIM_RATIO_MIN ? RIM_RATIO_MIN : v;
    return (int16_t)(v > RIM_RATIO_MAX ? RIM_RATIO_MAX : v);
}

// Takes the level from a row, over what was tissue before glints were taken out also from
// the smoothed one.
static void flatten_row(int16_t *restrict flat, int16_t *restrict soft,
                        const int16_t *restrict excess, const int16_t *restrict fine,
                        const uint8_t *restrict seen, const float q[3], int most,
                        int width)
{
    const float q0 = q[0], q1 = q[1], q2 = q[2];
    for (int x = 0; x < width; x++) {
        int level = (int)(q0 + (float)x * (q1 + (float)x * q2) + 16384.5f);
        level = (level < 0 ? 0 : level > most ? most : level) - 16384;
        const int on = -((seen[x] & RIM_WOUND_TISSUE) != 0);
        flat[x] = within_ratios(excess[x] - level);
        soft[x] = within_ratios((fine[x] - level) & on);
    }
}

void rim_growth_begin(rim_growth *g, rim_wound *w, const rim_seed *seed, int seeds)
{
    // A region reaches REACH_MM from its seed, and is smoothed and told apart beyond it.
    const int reach = (int)((REACH_MM + 2.0 * PEAK_MM + APART_MM) / g->grid->mm) + 4;
    int y0 = w->height, y1 = 0;
    for (int i = 0; i < seeds; i++) {
        y0 = seed[i].y - reach < y0 ? seed[i].y - reach : y0;
        y1 = seed[i].y + reach + 1 > y1 ? seed[i].y + reach + 1 : y1;
    }
    y0 = y0 < 0 ? 0 : y0;
    y1 = y1 > w->height ? w->height : y1;
    const size_t step = (size_t)w->width, first = (size_t)y0 * step;
    memset(g->taken, 0, step * (size_t)w->height);
    for (int y = y0; y < y1; y++) {
        const size_t i = (size_t)y * step;
        float q[3];
        rim_quadric_row(q, &g->level, 0.0, y);
        flatten_row(g->flat + i, g->soft + i, w->excess + i, w->fine + i, w->seen + i,
                    q, (int)g->level_most + 16384, w->width);
    }
    rim_planes_smooth(g->soft + first, g->soft + first, w->seen + first,
                      RIM_WOUND_TISSUE, &w->planes, w->width, y1 - y0);
}

// Excess over the level at (x, y), of the level, smoothed over 3 x 3 whatever is there.
static double excess_at(const rim_growth *g, const rim_wound *w, const rim_scene *s,
                        int x, int y)
{
    int sum = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int px = x + dx < 0 ? 0 : x + dx < w->width ? x + dx : w->width - 1;
            const int py = y + dy < 0 ? 0 : y + dy < w->height ? y + dy : w->height - 1;
            sum += (2 - abs(dx)) * (2 - abs(dy)) *
                   g->flat[(size_t)py * (size_t)w->width + (size_t)px];
        }
    return s->linear[sum / 16 - RIM_RATIO_MIN] - 1.0;
}

// The place's peak, and the brightest pixel there. RIM_UNKNOWN: no tissue.
static int find_peak(const rim_growth *g, const rim_wound *w, const rim_seed *seed,
                     int *start)
{
    enum { STEP = 16, BINS = (RIM_RATIO_MAX - RIM_RATIO_MIN) / STEP };
    uint32_t bin[BINS] = {0}, n = 0, seen = 0;
    const double mm = fmax(PEAK_MM, 0.6 * seed->sigma_mm) / g->grid->mm;
    const int reach = mm < 1.0 ? 1 : (int)(mm + 0.5);
    *start = -1;
    for (int y = seed->y > reach ? seed->y - reach : 0;
         y <= seed->y + reach && y < w->height; y++)
        for (int x = seed->x > reach ? seed->x - reach : 0;
             x <= seed->x + reach && x < w->width; x++) {
            const int i = y * w->width + x;
            if (g->soft[i] == RIM_UNKNOWN || !(w->seen[i] & RIM_WOUND_INSIDE))
                continue;
            if (*start < 0 || g->soft[i] > g->soft[*start])
                *start = i;
            const int k = (g->soft[i] - RIM_RATIO_MIN) / STEP;
            bin[k < BINS ? k : BINS - 1]++;
            n++;
        }
    if (*start < 0)
        return RIM_UNKNOWN;
    int i = BINS - 1;
    while (i > 0 && (seen += bin[i]) * 10 < n)
        i--;
    return i * STEP + STEP / 2 + RIM_RATIO_MIN;
}

typedef struct region {
    int count, border; // pixels of it; of what lies around it, as listed
    int x0, y0, x1, y1;
    double x, y, xx, yy, xy;
    int hidden, outside, full; // of the border
    int limited;               // of the border: as bright, but too far from the seed
    int beyond;                // of the pixels: off the polygon
    int cut;                   // beyond the frame, not listed
    int seen;                  // entries in g->width
    int halos[RIM_HALOS];      // and in g->halo
} region;

static bool within(const rim_wound *w, int x, int y)
{
    return x >= 0 && y >= 0 && x < w->width && y < w->height;
}

// Marks and lists the pixels brighter than `half` that hang together with `start`.
static void grow(region *r, rim_growth *g, const rim_wound *w, int start, int half)
{
    static const int dx[] = {1, -1, 0, 0}, dy[] = {0, 0, 1, -1};
    const double reach = REACH_MM / g->grid->mm;
    const int sx = start % w->width, sy = start / w->width;
    int top = 0;
    g->stack[top++] = start;
    g->taken[start] = 2;
    while (top > 0) {
        const int i = g->stack[--top], x = i % w->width, y = i / w->width;
        r->count++;
        r->beyond += !(w->seen[i] & RIM_WOUND_INSIDE);
        r->x0 = x < r->x0 ? x : r->x0;
        r->x1 = x > r->x1 ? x : r->x1;
        r->y0 = y < r->y0 ? y : r->y0;
        r->y1 = y > r->y1 ? y : r->y1;
        r->x += x;
        r->y += y;
        r->xx += (double)x * x;
        r->yy += (double)y * y;
        r->xy += (double)x * y;
        for (int k = 0; k < 4; k++) {
            const int nx = x + dx[k], ny = y + dy[k], j = ny * w->width + nx;
            if (!within(w, nx, ny)) {
                r->cut++;
                continue;
            }
            if (g->taken[j] >= 2)
                continue;
            const double d2 =
                (double)(nx - sx) * (nx - sx) + (double)(ny - sy) * (ny - sy);
            if (!g->taken[j] && g->soft[j] != RIM_UNKNOWN && g->soft[j] > half &&
                d2 < reach * reach) {
                g->taken[j] = 2;
                g->stack[top++] = j;
            } else {
                r->limited +=
                    !g->taken[j] && g->soft[j] != RIM_UNKNOWN && g->soft[j] > half;
                g->taken[j] |= 4; // of the border, listed once
                g->border[r->border++] = j;
            }
        }
    }
}

// The excess beyond the border at (x, y), down the slope (gx, gy), where that is tissue
// of no other finding.
static void look_beyond(region *r, rim_growth *g, const rim_wound *w,
                        const rim_scene *s, double peak, int x, int y, double gx,
                        double gy)
{
    const double length = sqrt(gx * gx + gy * gy) * g->grid->mm;
    for (int k = 0; k < RIM_HALOS && length > 0.0; k++) {
        const int px = (int)floor(x - gx / length * RIM_HALO_MM[k] + 0.5),
                  py = (int)floor(y - gy / length * RIM_HALO_MM[k] + 0.5);
        if (!within(w, px, py))
            continue;
        const size_t i = (size_t)py * (size_t)w->width + (size_t)px;
        if ((w->seen[i] & RIM_WOUND_TISSUE) && (g->taken[i] & 3) == 0)
            g->halo[k][r->halos[k]++] = excess_at(g, w, s, px, py) / peak;
    }
}

// What is seen along the border, and the width of the edge there in mm.
static void walk_border(region *r, rim_growth *g, const rim_wound *w,
                        const rim_scene *s, double peak)
{
    const double mm = g->grid->mm;
    for (int n = 0; n < r->border; n++) {
        const int i = g->border[n];
        g->taken[i] &= 3;
        const int x = i % w->width, y = i / w->width;
        r->outside += !(w->seen[i] & RIM_WOUND_INSIDE);
        if (!(w->seen[i] & RIM_WOUND_TISSUE)) {
            r->hidden++;
            r->full += !(w->seen[i] & (RIM_WOUND_LIT | RIM_WOUND_HIDDEN));
            continue;
        }
        const double gx = excess_at(g, w, s, x + 1, y) - excess_at(g, w, s, x - 1, y);
        const double gy = excess_at(g, w, s, x, y + 1) - excess_at(g, w, s, x, y - 1);
        const double slope = sqrt(gx * gx + gy * gy) / (2.0 * mm);
        g->width[r->seen++] = peak / fmax(slope, 0.02 * peak);
        look_beyond(r, g, w, s, peak, x, y, gx, gy);
    }
}

// Leaves the region, and what lies close to it, to this finding.
static void keep_apart(const region *r, rim_growth *g, const rim_wound *w)
{
    const int apart = (int)(APART_MM / g->grid->mm + 0.5) - 1; // from the border
    for (int y = r->y0; y <= r->y1; y++) {
        uint8_t *taken = g->taken + (size_t)y * (size_t)w->width;
        for (int x = r->x0; x <= r->x1; x++)
            taken[x] = taken[x] != 0;
    }
    for (int n = 0; n < r->border; n++) {
        const int x = g->border[n] % w->width, y = g->border[n] / w->width;
        const int x0 = x > apart ? x - apart : 0;
        const int x1 = x + apart < w->width ? x + apart : w->width - 1;
        for (int k = y > apart ? y - apart : 0; k <= y + apart && k < w->height; k++)
            memset(g->taken + (size_t)k * (size_t)w->width + x0, 1,
                   x1 >= x0 ? (size_t)(x1 - x0) + 1 : 0);
    }
}

// Farthest pixel of the region from (x, y) along each ray.
static void trace_outline(double outline[RIM_RAYS], const region *r,
                          const rim_growth *g, const rim_wound *w, double x, double y)
{
    const int most = r->x1 - r->x0 + r->y1 - r->y0 + 2;
    for (int i = 0; i < RIM_RAYS; i++) {
        double s, c;
        rim_turn(&s, &c, i, RIM_RAYS);
        outline[i] = 0.5;
        for (int k = 0; k <= 2 * most; k++) {
            const int px = (int)floor(x + 0.5 * k * c + 0.5);
            const int py = (int)floor(y + 0.5 * k * s + 0.5);
            if (within(w, px, py) &&
                g->taken[(size_t)py * (size_t)w->width + (size_t)px] == 2)
                outline[i] = 0.5 * k + 0.5;
        }
    }
}

// The ellipse with the region's moments.
static void set_shape(rim_spot *spot, const region *r)
{
    const double n = r->count, x = r->x / n, y = r->y / n;
    const double xx = r->xx / n - x * x + 1.0 / 12, yy = r->yy / n - y * y + 1.0 / 12;
    const double xy = r->xy / n - x * y;
    const double mean = (xx + yy) / 2.0;
    const double off = sqrt((xx - yy) * (xx - yy) / 4.0 + xy * xy);
    spot->x = x;
    spot->y = y;
    spot->a = 2.0 * sqrt(mean + off);
    spot->b = 2.0 * sqrt(fmax(mean - off, 1.0 / 12));
    spot->angle = rim_atan2(2.0 * xy, xx - yy) / 2.0 * 57.29577951308232;
}

static void sort(double *v, int n)
{
    for (int gap = n / 2; gap > 0; gap /= 2)
        for (int i = gap; i < n; i++) {
            const double x = v[i];
            int k = i;
            for (; k >= gap && v[k - gap] > x; k -= gap)
                v[k] = v[k - gap];
            v[k] = x;
        }
}

static void weigh(rim_finding *f, const rim_growth *g, const region *r,
                  const rim_seed *seed, double peak)
{
    const double border = r->border + r->cut, mm = g->grid->mm;
    rim_finding_look l = {.t = seed->t,
                          .contrast = seed->contrast,
                          .peak = peak,
                          .area_mm2 = r->count * mm * mm,
                          .hidden = (r->hidden + r->cut) / border,
                          .outside = r->outside / border,
                          .roundness = 12.0 * r->count / (border * border)};
    for (int i = 0; i < 3 && r->seen >= BORDER_LEAST; i++)
        l.edge_mm[i] = g->width[r->seen * (i + 1) / 4];
    for (int i = 0; i < RIM_HALOS; i++) {
        sort(g->halo[i], r->halos[i]);
        l.halo[i] = r->halos[i] < BORDER_LEAST ? NAN : g->halo[i][r->halos[i] / 2];
    }
    f->log_odds = rim_finding_weigh(f->feature, &l, mm);
}

static void set_spot(rim_spot *spot, const region *r, const rim_growth *g,
                     const rim_wound *w, const rim_scene *scene, double peak)
{
    const double border = r->border + r->cut;
    *spot = (rim_spot){.sbr = 1.0 + peak,
                       .peak = 1.0 + peak,
                       .background = 1.0,
                       .coverage = 1.0 - (r->hidden + r->cut) / border,
                       .rim_width = NAN,
                       .edge_mm = r->seen < BORDER_LEAST ? NAN : g->width[r->seen / 2],
                       .cut = r->cut / border,
                       .saturated = r->full / border};
    set_shape(spot, r);
    trace_outline(spot->outline, r, g, w, spot->x, spot->y);
    spot->core = spot->inner =
        1.0 + excess_at(g, w, scene, (int)(spot->x + 0.5), (int)(spot->y + 0.5));
    spot->x += w->x0;
    spot->y += w->y0;
}

bool rim_growth_measure(rim_finding *f, rim_growth *g, const rim_wound *w,
                        const rim_scene *scene, const rim_seed *seed)
{
    if (g->taken[(size_t)seed->y * (size_t)w->width + (size_t)seed->x])
        return false;
    int start;
    const int top = find_peak(g, w, seed, &start);
    if (top == RIM_UNKNOWN || g->taken[start])
        return false;
    const double peak = scene->linear[top - RIM_RATIO_MIN] - 1.0;
    if (peak < PEAK_LEAST)
        return false;
    const int half = (int)floor(rim_log2(1.0 + peak / 2.0) * RIM_LOG2_ONE + 0.5);
    region r = {.x0 = w->width, .y0 = w->height};
    grow(&r, g, w, start, half);
    walk_border(&r, g, w, scene, peak);
    if (LIMITED_MOST * r.limited > r.border || 2 * r.beyond > r.count) {
        keep_apart(&r, g, w);
        return false; // another level of light, not a bump; or not the surface's own
    }
    sort(g->width, r.seen);
    weigh(f, g, &r, seed, peak);
    set_spot(&f->spot, &r, g, w, scene, peak);
    keep_apart(&r, g, w);
    return true;
}
