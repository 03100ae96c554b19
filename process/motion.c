// motion.c: from frame to frame, and key frames.
// SPDX-License-Identifier: MIT
#include "process/motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXTURE_MIN  (-400) // Q10: a dark instrument is not the tissue's texture
#define TEXTURE_MAX  1536
#define KEY_OVERLAP  0.75 // below this part of the key frame in view, a new key
#define CUT_LIKENESS 0.3
#define CUT_TEXTURE  60.0 // Q10: flatter frames cannot be told from one another

rim_err rim_motion_init(rim_motion *m, const rim_background *b)
{
    *m = (rim_motion){.key_now = RIM_SIMILARITY_NONE,
                      .tissue_key = RIM_SIMILARITY_NONE,
                      .before_now = RIM_SIMILARITY_NONE,
                      .tissue_now = RIM_SIMILARITY_NONE,
                      .kernels = b->kernels};
    int w = b->cells_x, h = b->cells_y, cell = RIM_CELL;
    m->row = calloc((size_t)w, sizeof *m->row);
    rim_err err = m->row ? RIM_OK : RIM_ERR_MEMORY;
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        rim_motion_level *const set[] = {&m->key[i], &m->now[i], &m->before[i]};
        for (int j = 0; j < 3 && !err; j++)
            err = rim_motion_level_init(set[j], w, h, cell);
        w = (w + 1) / 2;
        h = (h + 1) / 2;
        cell *= 2;
    }
    if (err)
        rim_motion_uninit(m);
    return err;
}

void rim_motion_uninit(rim_motion *m)
{
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        rim_motion_level_uninit(&m->key[i]);
        rim_motion_level_uninit(&m->now[i]);
        rim_motion_level_uninit(&m->before[i]);
    }
    free(m->row);
    *m = (rim_motion){0};
}

static void build_pyramid(rim_motion_level *level, const rim_background *b)
{
    const size_t n = (size_t)level[0].width * (size_t)level[0].height;
    int16_t *restrict texture = level[0].texture;
    uint8_t *restrict valid = level[0].valid;
    const int16_t *light = b->level, *smooth = b->smooth;
    const uint16_t *weight = b->weight;
    for (size_t i = 0; i < n; i++) {
        int16_t t = (int16_t)(light[i] - smooth[i]);
        t = t < TEXTURE_MIN ? TEXTURE_MIN : t;
        t = t > TEXTURE_MAX ? TEXTURE_MAX : t;
        const int16_t on = (int16_t) - ((int16_t)weight[i] >= 128);
        texture[i] = (int16_t)((t & on) | (RIM_NO_PAST & ~on));
        valid[i] = (uint8_t)(on & 1);
    }
    for (int i = 1; i < RIM_MOTION_LEVELS; i++)
        rim_motion_level_halve(&level[i], &level[i - 1]);
    for (int i = 0; i < RIM_MOTION_LEVELS; i++)
        rim_motion_level_slopes(&level[i]);
}

static void copy_pyramid(rim_motion_level *dst, const rim_motion_level *src)
{
    for (int i = 0; i < RIM_MOTION_LEVELS; i++)
        rim_motion_level_copy(&dst[i], &src[i]);
}

static double mean_shift(const rim_motion *m, const rim_similarity *s)
{
    const rim_motion_level *l = &m->now[0];
    double sum = 0.0;
    for (int i = 0; i < 9; i++) {
        const rim_point p = {l->width * l->cell * (1 + i % 3) / 4.0,
                             l->height * l->cell * (1 + i / 3) / 4.0};
        const rim_point q = rim_similarity_apply(s, p);
        sum += sqrt((q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y));
    }
    return sum / 9.0;
}

// Tissue coordinates start anew with this frame.
static void start(rim_motion *m)
{
    copy_pyramid(m->key, m->now);
    m->key_now = m->tissue_key = m->tissue_now = m->before_now = RIM_SIMILARITY_NONE;
    m->shift_px = NAN;
    m->likeness = 1.0;
}

void rim_motion_run(rim_motion *m, const rim_background *b)
{
    for (int i = 0; i < RIM_MOTION_LEVELS; i++) {
        const rim_motion_level last = m->before[i];
        m->before[i] = m->now[i];
        m->now[i] = last;
    }
    build_pyramid(m->now, b);
    m->cut = false;
    if (m->frames++ == 0) {
        start(m);
        return;
    }
    // Step from the last frame, then settle on the key frame from there.
    const rim_similarity key_before = m->key_now;
    rim_similarity step = m->before_now;
    if (!rim_motion_align(&step, m->kernels, m->row, m->before, m->now)) {
        step = RIM_SIMILARITY_NONE;
    }
    const rim_similarity still = RIM_SIMILARITY_NONE;
    rim_agreement near =
        rim_motion_compare(m->kernels, m->row, &m->before[0], &m->now[0], &step);
    const rim_agreement rest =
        rim_motion_compare(m->kernels, m->row, &m->before[0], &m->now[0], &still);
    if (rest.likeness >= near.likeness) {
        step = still;
        near = rest;
    }
    m->likeness = near.likeness;
    if (near.likeness < CUT_LIKENESS && near.spread > CUT_TEXTURE) {
        m->cut = true;
        start(m);
        return;
    }
    rim_similarity settled = rim_similarity_chain(&step, &key_before);
    const rim_similarity chained = settled;
    const rim_agreement loose =
        rim_motion_compare(m->kernels, m->row, &m->key[0], &m->now[0], &chained);
    rim_agreement tight = loose;
    if (rim_motion_align(&settled, m->kernels, m->row, m->key, m->now))
        tight =
            rim_motion_compare(m->kernels, m->row, &m->key[0], &m->now[0], &settled);
    if (tight.likeness < loose.likeness) {
        settled = chained;
        tight = loose;
    }
    const rim_similarity back = rim_similarity_invert(&key_before);
    m->key_now = settled;
    m->before_now = rim_similarity_chain(&settled, &back);
    m->tissue_now = rim_similarity_chain(&m->key_now, &m->tissue_key);
    m->shift_px = mean_shift(m, &m->before_now);
    if (tight.overlap < KEY_OVERLAP || tight.likeness < 0.5 * near.likeness) {
        copy_pyramid(m->key, m->now);
        m->tissue_key = m->tissue_now;
        m->key_now = RIM_SIMILARITY_NONE;
    }
}
