// ground.c: grey, white light and pseudo-colour, row by row.
// SPDX-License-Identifier: MIT
#include "render/ground.h"

#include <stdlib.h>
#include <string.h>

enum { CELL = 16, TILE = 8 };

// Rounded down.
static uint32_t root(uint32_t v)
{
    uint32_t r = 0;
    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        const uint32_t t = r + bit;
        r >>= 1;
        if (v >= t) {
            v -= t;
            r += bit;
        }
    }
    return r;
}

// The fixed tone curve: the square root of the signal above black, since noise and
// the eye both follow it; full scale is white.
static void make_grey(uint8_t grey[65536], int bits, int black)
{
    const uint32_t full = (1u << bits) - 1u - (uint32_t)black;
    for (uint32_t v = 0; v < 65536; v++) {
        const uint32_t signal = v > (uint32_t)black ? v - (uint32_t)black : 0;
        const uint64_t square = (uint64_t)signal * 255 * 255 / full;
        grey[v] = (uint8_t)(square > 65025 ? 255 : root((uint32_t)square));
    }
}

static rim_tone make_tone(rim_color c, uint32_t alpha)
{
    const rim_pixel p = rim_pixel_of(c);
    const uint32_t even = 0x00ff00ff, half = 0x00800080;
    return (rim_tone){(p & even) * alpha + half, (p >> 8 & even) * alpha + half,
                      256 - alpha};
}

// Gentle where noise plays about the low end, soon strong enough for a weak rim, and
// never so strong that the tissue is lost.
int rim_veil_alpha(int level)
{
    if (level < 12)
        return level * level / 3;
    if (level < 30)
        return 48 + (level - 12) * 4;
    if (level < 90)
        return 120 + (level - 30);
    return 180 + (level - 90) / 5;
}

static void make_tints(rim_ground *g, rim_color_map map)
{
    for (int i = 0; i < 256; i++) {
        const rim_color c = rim_color_map_at(map, i);
        const int full = 12 * i < 256 ? 12 * i : 256;
        g->tint[RIM_TINT_NONE][i] = make_tone(c, 0);
        g->tint[RIM_TINT_VEIL][i] = make_tone(c, (uint32_t)rim_veil_alpha(i));
        g->tint[RIM_TINT_FULL][i] = make_tone(c, (uint32_t)full);
    }
}

rim_err rim_ground_init(rim_ground *g, int nir_width, int nir_height, int bits,
                        int black_level, double sbr_low, double sbr_high,
                        rim_color_map map, unsigned cpu)
{
    rim_render_kernels_init(&g->kernels, cpu);
    make_grey(g->grey, bits, black_level);
    for (int i = 0; i < 256; i++)
        g->grey_pixel[i] =
            rim_pixel_of((rim_color){(uint8_t)i, (uint8_t)i, (uint8_t)i});
    g->low_q8 = (int32_t)(sbr_low * 256 + 0.5);
    g->high_q8 = (int32_t)(sbr_high * 256 + 0.5);
    g->gain_q16 = (255 << 16) / (g->high_q8 - g->low_q8);
    make_tints(g, map);
    g->tiles_max = (nir_width / TILE + 2) * (nir_height / TILE + 2);
    g->tile = calloc((size_t)g->tiles_max, 1);
    return g->tile ? RIM_OK : RIM_ERR_MEMORY;
}

void rim_ground_uninit(rim_ground *g)
{
    free(g->tile);
    g->tile = NULL;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

const rim_frame *rim_ground_scan(rim_ground *g, const rim_frame *map)
{
    if (!map || !map->data || map->fmt != RIM_FMT_GRAY16 || map->width < 2 ||
        map->height < 2)
        return NULL;
    g->tiles_x = (map->width + TILE - 1) / TILE;
    g->tiles_y = (map->height + TILE - 1) / TILE;
    if (g->tiles_x * g->tiles_y > g->tiles_max)
        return NULL;
    memset(g->tile, 0, (size_t)g->tiles_max);
    for (int y = 0; y < map->height; y++) {
        const uint16_t *row = rim_frame_row16(map, y);
        uint8_t *tile = g->tile + (ptrdiff_t)(y / TILE) * g->tiles_x;
        for (int x = 0; x < map->width; x++)
            tile[x / TILE] |= row[x] > g->low_q8;
    }
    return map;
}

// Along one row of a pane: the map coordinates (Q16) at the ends of a cell.
typedef struct run {
    int32_t u, v, du, dv; // at the first pixel, and the step a pixel
} run;

// One cell's part of row y (counted from the pane's top) in pixels of a frame whose
// pixels are `scale` NIR pixels wide.
static run find_run(const rim_pane *pane, int cell, int y, int scale)
{
    const int k = y / CELL * pane->nodes_x + cell, below = k + pane->nodes_x;
    const int32_t t = y % CELL;
    // Sums of two nodes' Q16 coordinates, weights adding to 16, stay in 64 bits.
    const int64_t u0 = ((int64_t)pane->u[k] * (CELL - t) + (int64_t)pane->u[below] * t);
    const int64_t v0 = ((int64_t)pane->v[k] * (CELL - t) + (int64_t)pane->v[below] * t);
    const int64_t u1 =
        ((int64_t)pane->u[k + 1] * (CELL - t) + (int64_t)pane->u[below + 1] * t);
    const int64_t v1 =
        ((int64_t)pane->v[k + 1] * (CELL - t) + (int64_t)pane->v[below + 1] * t);
    // Map pixel (i, j) has its centre at ((i + 0.5) scale - 0.5, ...).
    const int64_t half = (int64_t)(scale - 1) * 32768 * CELL, d = (int64_t)CELL * scale;
    return (run){(int32_t)((u0 - half) / d), (int32_t)((v0 - half) / d),
                 (int32_t)((u1 - u0) / d / CELL), (int32_t)((v1 - v0) / d / CELL)};
}

static uint16_t lerp2(const uint16_t *top, const uint16_t *bottom, uint32_t fx,
                      uint32_t fy)
{
    const uint32_t a = top[0] * (256 - fx) + top[1] * fx;
    const uint32_t b = bottom[0] * (256 - fx) + bottom[1] * fx;
    return (uint16_t)((a * (256 - fy) + b * fy) >> 16); // at most 65535 << 16
}

// A sample where the frame's edge is near; 0 beyond it.
static uint16_t sample_at_edge(const rim_frame *f, int32_t u, int32_t v)
{
    const int32_t right = (f->width - 1) << 16, bottom = (f->height - 1) << 16;
    if (u < -32768 || v < -32768 || u >= right + 32768 || v >= bottom + 32768)
        return 0;
    u = u < 0 ? 0 : u >= right ? right - 1 : u;
    v = v < 0 ? 0 : v >= bottom ? bottom - 1 : v;
    const uint16_t *row = rim_frame_row16(f, v >> 16) + (u >> 16);
    const uint16_t *next = rim_frame_row16(f, (v >> 16) + 1) + (u >> 16);
    return lerp2(row, next, (uint32_t)u >> 8 & 255, (uint32_t)v >> 8 & 255);
}

static bool inside(const rim_frame *f, const run *r, int count)
{
    const int32_t u1 = r->u + r->du * count, v1 = r->v + r->dv * count;
    const int32_t right = (f->width - 1) << 16, bottom = (f->height - 1) << 16;
    return r->u >= 0 && r->v >= 0 && u1 >= 0 && v1 >= 0 && r->u < right && u1 < right &&
           r->v < bottom && v1 < bottom;
}

// `count` samples along a run, bilinear.
static void sample(uint16_t *out, const rim_frame *f, run r, int count)
{
    if (!inside(f, &r, count)) {
        for (int i = 0; i < count; i++, r.u += r.du, r.v += r.dv)
            out[i] = sample_at_edge(f, r.u, r.v);
        return;
    }
    if (r.dv == 0) { // the usual case: rows lie level
        const uint16_t *row = rim_frame_row16(f, r.v >> 16);
        const uint16_t *next = rim_frame_row16(f, (r.v >> 16) + 1);
        const uint32_t fy = (uint32_t)r.v >> 8 & 255;
        for (int i = 0; i < count; i++, r.u += r.du)
            out[i] = lerp2(row + (r.u >> 16), next + (r.u >> 16),
                           (uint32_t)r.u >> 8 & 255, fy);
        return;
    }
    for (int i = 0; i < count; i++, r.u += r.du, r.v += r.dv) {
        const uint16_t *row = rim_frame_row16(f, r.v >> 16) + (r.u >> 16);
        const uint16_t *next = rim_frame_row16(f, (r.v >> 16) + 1) + (r.u >> 16);
        out[i] = lerp2(row, next, (uint32_t)r.u >> 8 & 255, (uint32_t)r.v >> 8 & 255);
    }
}

// Is the pane the NIR frame itself, pixel by pixel?
static bool one_to_one(const rim_pane *pane, const rim_frame *nir)
{
    for (int i = 0; i < 9; i++)
        if (pane->forward[i] != (i % 4 == 0 ? 1 : 0))
            return false;
    return pane->rect.x1 == nir->width && pane->rect.y1 == nir->height;
}

static void base_nir(const rim_ground *g, const rim_pane *pane, rim_pixel *row, int y,
                     const rim_frame *nir)
{
    const int width = pane->rect.x1 - pane->rect.x0;
    if (one_to_one(pane, nir)) {
        g->kernels.grey_row(row, rim_frame_row16(nir, y), g->grey, width);
        return;
    }
    for (int x = 0; x < width; x += CELL) {
        const int count = smaller(CELL, width - x);
        uint16_t v[CELL];
        sample(v, nir, find_run(pane, x / CELL, y, 1), count);
        for (int i = 0; i < count; i++)
            row[x + i] = g->grey_pixel[g->grey[v[i]]];
    }
}

static void base_visible(const rim_pane *pane, rim_pixel *row, int y,
                         const rim_frame *visible)
{
    const int width = pane->rect.x1 - pane->rect.x0, n = pane->shrink;
    if (n == 1) {
        memcpy(row, rim_frame_row8(visible, y), (size_t)width * sizeof *row);
        return;
    }
    for (int x = 0; x < width; x++) {
        unsigned sum[3] = {0};
        for (int j = 0; j < n; j++) {
            const uint8_t *in =
                rim_frame_row8(visible, y * n + j) + (ptrdiff_t)x * n * 4;
            for (int i = 0; i < 4 * n; i += 4) {
                sum[0] += in[i];
                sum[1] += in[i + 1];
                sum[2] += in[i + 2];
            }
        }
        const unsigned d = (unsigned)(n * n);
        row[x] = rim_pixel_of((rim_color){(uint8_t)(sum[2] / d), (uint8_t)(sum[1] / d),
                                          (uint8_t)(sum[0] / d)});
    }
}

static void tint_row(const rim_ground *g, const rim_pane *pane, rim_pixel *row, int y,
                     const rim_tone *tone, const rim_frame *map, int scale)
{
    const int width = pane->rect.x1 - pane->rect.x0;
    const uint8_t *lit = pane->lit + (ptrdiff_t)(y / CELL) * pane->nodes_x;
    for (int x = 0; x < width; x += CELL) {
        if (!lit[x / CELL])
            continue;
        const int count = smaller(CELL, width - x);
        uint16_t v[CELL];
        sample(v, map, find_run(pane, x / CELL, y, scale), count);
        for (int i = 0; i < count; i++) {
            const int32_t over =
                smaller(larger(v[i], g->low_q8), g->high_q8) - g->low_q8;
            const rim_tone *t = &tone[(over * g->gain_q16) >> 16];
            const uint32_t even = 0x00ff00ff, p = row[x + i];
            row[x + i] = ((p & even) * t->keep + t->even) >> 8 & even;
            row[x + i] |= ((p >> 8 & even) * t->keep + t->odd) & ~even;
        }
    }
}

void rim_ground_paint(const rim_ground *g, const rim_pane *pane, rim_frame *picture,
                      rim_rect clip, rim_base base, rim_tint tint, const rim_frame *nir,
                      const rim_frame *visible, const rim_frame *map, int scale)
{
    const int y1 = smaller(clip.y1, pane->rect.y1);
    const int width = pane->rect.x1 - pane->rect.x0;
    for (int y = larger(clip.y0, pane->rect.y0); y < y1; y++) {
        rim_pixel *row =
            (rim_pixel *)(void *)rim_frame_row8(picture, y) + pane->rect.x0;
        if (base == RIM_BASE_NIR)
            base_nir(g, pane, row, y - pane->rect.y0, nir);
        else if (base == RIM_BASE_VISIBLE)
            base_visible(pane, row, y - pane->rect.y0, visible);
        else
            for (int x = 0; x < width; x++)
                row[x] = rim_pixel_of((rim_color){0, 0, 0});
        if (tint && map)
            tint_row(g, pane, row, y - pane->rect.y0, g->tint[tint], map, scale);
    }
}
