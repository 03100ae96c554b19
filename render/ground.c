// ground.c: the colour scale; white light and grey, row by row.
// SPDX-License-Identifier: MIT
#include "render/ground.h"

#include "render/ground_tint.h"

#include <stdlib.h>
#include <string.h>

enum {
    TILE = RIM_TILE,
    AHEAD = 4,
    SHRINK_MAX = 4
}; // AHEAD: rows that are asked for before their turn

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

static void make_tints(rim_ground *g, rim_color_map map, int opacity)
{
    for (int i = 0; i < 256; i++) {
        const rim_color c = rim_color_map_at(map, i);
        const int full = 12 * i < 256 ? 12 * i : 256;
        rim_tones_set(&g->tint[RIM_TINT_NONE], i, c.b, c.g, c.r, 0);
        rim_tones_set(&g->tint[RIM_TINT_VEIL], i, c.b, c.g, c.r,
                      rim_veil_alpha(i) * opacity / 100);
        rim_tones_set(&g->tint[RIM_TINT_FULL], i, c.b, c.g, c.r, full);
    }
}

rim_err rim_ground_init(rim_ground *g, int nir_width, int nir_height, int bits,
                        int black_level, double sbr_low, double sbr_high,
                        rim_color_map map, int opacity)
{
    // The square root of the signal above black, since noise and the eye both follow
    // it; full scale is white.
    g->black = black_level;
    g->gain = 65025.0F / (float)((1 << bits) - 1 - black_level);
    g->low_q8 = (int32_t)(sbr_low * 256 + 0.5);
    g->range_q8 = (int32_t)(sbr_high * 256 + 0.5) - g->low_q8;
    g->gain_q16 = (4 * 255 * 65536 + g->range_q8 / 2) / g->range_q8;
    make_tints(g, map, opacity);
    g->tiles_max = (nir_width / TILE + 2) * (nir_height / TILE + 2);
    g->tile = calloc((size_t)g->tiles_max, sizeof *g->tile);
    g->width_max = nir_width;
    g->over = calloc((size_t)nir_width + TILE, sizeof *g->over);
    if (g->tile && g->over)
        return RIM_OK;
    rim_ground_uninit(g);
    return RIM_ERR_MEMORY;
}

void rim_ground_uninit(rim_ground *g)
{
    free(g->tile);
    free(g->over);
    g->tile = NULL;
    g->over = NULL;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

// Bits of what a row has above `low`; a loop that becomes vector code.
static void note_over(uint16_t *restrict over, const uint16_t *restrict row,
                      uint16_t low, int width)
{
    for (int x = 0; x < width; x++)
        over[x] |= (uint16_t)(row[x] > low ? row[x] - low : 0);
}

const rim_frame *rim_ground_scan(rim_ground *g, const rim_frame *map)
{
    if (!map || !map->data || map->fmt != RIM_FMT_GRAY16 || map->width < 2 ||
        map->height < 2)
        return NULL;
    g->tiles_x = (map->width + TILE - 1) / TILE;
    g->tiles_y = (map->height + TILE - 1) / TILE;
    if ((g->tiles_x + 1) * (g->tiles_y + 1) > g->tiles_max || map->width > g->width_max)
        return NULL;
    memset(g->tile, 0, ((size_t)g->tiles_x + 1) * sizeof *g->tile);
    int32_t *sum = g->tile + g->tiles_x + 1; // of all tiles above and to the left
    for (int j = 0; j < g->tiles_y; j++) {
        const int y1 = smaller((j + 1) * TILE, map->height);
        memset(g->over, 0, (size_t)g->tiles_x * TILE * sizeof *g->over);
        for (int y = j * TILE; y < y1; y++)
            note_over(g->over, rim_frame_row16(map, y), (uint16_t)g->low_q8,
                      map->width);
        const int32_t *above = sum - g->tiles_x - 1;
        *sum++ = 0;
        for (int i = 0, lit = 0; i < g->tiles_x; i++, sum++) {
            unsigned any = 0;
            for (int x = 0; x < TILE; x++)
                any |= g->over[i * TILE + x];
            lit += any != 0;
            *sum = above[i + 1] + lit;
        }
    }
    g->any_lit = sum[-1] > 0;
    return map;
}

// Lit tiles within b: four of the sums that rim_ground_scan() has left.
static int lit_tiles(const rim_ground *g, rim_tiles b)
{
    const int x0 = larger(b.x0, 0), x1 = smaller(b.x1 + 1, g->tiles_x);
    const int y0 = larger(b.y0, 0), y1 = smaller(b.y1 + 1, g->tiles_y);
    if (x0 >= x1 || y0 >= y1)
        return 0;
    const int32_t *above = g->tile + (ptrdiff_t)y0 * (g->tiles_x + 1);
    const int32_t *below = g->tile + (ptrdiff_t)y1 * (g->tiles_x + 1);
    return below[x1] - below[x0] - above[x1] + above[x0];
}

void rim_ground_light(const rim_ground *g, rim_pane *pane, int scale)
{
    const int blocks = pane->blocks_x * pane->blocks_y;
    rim_pane_set_scale(pane, scale);
    memset(pane->lit, 0, (size_t)blocks);
    for (int i = 0; g->any_lit && i < blocks; i++)
        pane->lit[i] = lit_tiles(g, pane->box[i]) > 0;
}

// Between four pixels, as rim_sample_fn has it; a loop that becomes vector code.
static void between(uint16_t *restrict out, const uint16_t *restrict above,
                    const uint16_t *restrict below, int width)
{
    for (int x = 0; x < width; x++)
        out[x] = (uint16_t)((above[2 * x] + above[2 * x + 1] + below[2 * x] +
                             below[2 * x + 1]) >>
                            2);
}

static void base_nir(const rim_ground *g, const rim_ground_job *j, uint8_t *row, int y,
                     rim_ground_rows *rows)
{
    const rim_pane *pane = j->pane;
    const int width = pane->rect.x1 - pane->rect.x0;
    const uint16_t *in = rows->sample;
    const int n = pane->shrink;
    const bool even =
        pane->even && n * width <= j->nir->width && n * (y + 1) <= j->nir->height;
    if (even && n == 1)
        in = rim_frame_row16(j->nir, y);
    else if (even && n == 2)
        between(rows->sample, rim_frame_row16(j->nir, 2 * y),
                rim_frame_row16(j->nir, 2 * y + 1), width);
    else
        rim_ground_sample(rows->sample, j->kernels, pane, j->nir, y, width);
    j->kernels->grey(row, in, g->black, g->gain, width);
}

// The mean of 2 x 2 pixels; with its numbers known it becomes vector code.
static void halve(uint8_t *restrict row, const uint8_t *restrict above,
                  const uint8_t *restrict below, int width)
{
    for (int x = 0; x < width; x++)
        for (int i = 0; i < 4; i++)
            row[4 * x + i] = (uint8_t)((above[8 * x + i] + above[8 * x + 4 + i] +
                                        below[8 * x + i] + below[8 * x + 4 + i] + 2) >>
                                       2);
}

// A pane pixel is the mean of n x n picture pixels.
static void base_visible(const rim_pane *pane, uint8_t *row, int y,
                         const rim_frame *visible)
{
    const int width = pane->rect.x1 - pane->rect.x0, n = pane->shrink;
    if (n == 1) {
        const uint8_t *in = rim_frame_row8(visible, y);
        if (in != row) // else it is where it is wanted
            memcpy(row, in, (size_t)width * 4);
        return;
    }
    if (n == 2) {
        halve(row, rim_frame_row8(visible, 2 * y), rim_frame_row8(visible, 2 * y + 1),
              width);
        return;
    }
    const unsigned half = (unsigned)(n * n) / 2, d = (unsigned)(n * n);
    for (int x = 0; x < width; x++, row += 4) {
        unsigned sum[3] = {half, half, half};
        for (int j = 0; j < n; j++) {
            const uint8_t *in =
                rim_frame_row8(visible, y * n + j) + (ptrdiff_t)x * n * 4;
            for (int i = 0; i < 4 * n; i += 4) {
                sum[0] += in[i];
                sum[1] += in[i + 1];
                sum[2] += in[i + 2];
            }
        }
        for (int i = 0; i < 3; i++)
            row[i] = (uint8_t)(sum[i] / d);
        row[3] = 255;
    }
}

static void base_none(uint8_t *row, int width)
{
    for (int x = 0; x < width; x++, row += 4) {
        row[0] = row[1] = row[2] = 0;
        row[3] = 255;
    }
}

void rim_ground_paint(const rim_ground *g, const rim_ground_job *j,
                      rim_ground_rows *rows)
{
    const rim_rect r = j->pane->rect;
    const int y0 = larger(j->clip.y0, r.y0), y1 = smaller(j->clip.y1, r.y1);
    const bool tinted = j->tint && j->map;
    const bool lies_there = j->base == RIM_BASE_VISIBLE && j->pane->shrink == 1 &&
                            j->visible->data == j->picture->data;
    for (int y = y0; y < y1; y++) {
        uint8_t *row = rim_frame_row8(j->picture, y) + (ptrdiff_t)r.x0 * 4;
        if (j->base == RIM_BASE_NIR)
            base_nir(g, j, row, y - r.y0, rows);
        else if (j->base == RIM_BASE_VISIBLE)
            base_visible(j->pane, row, y - r.y0, j->visible);
        else
            base_none(row, r.x1 - r.x0);
        if (tinted && lies_there && y + AHEAD < y1)
            rim_ground_ask(j->pane, row + AHEAD * j->picture->stride, y + AHEAD - r.y0);
        if (tinted)
            rim_ground_tint(g, j, row, y - r.y0, y == y0, rows);
    }
}
