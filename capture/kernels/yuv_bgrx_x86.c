// yuv_bgrx_x86.c: luma and chroma to display pixels.
// SPDX-License-Identifier: MIT
#include "capture/kernels/kernels.h"

#include <immintrin.h>
#include <stdbool.h>

// Where the bytes of 8 pixels lie among 16: to pairs of 16-bit numbers, (Y, U) or
// (Y, V), of four pixels a lane. Each of the shuffles is for both lanes.
typedef struct picks {
    uint8_t yu[32], yv[32];
} picks;

static void make_picks(picks *p, const int y[8], const int u[8], const int v[8])
{
    for (int i = 0; i < 8; i++) {
        uint8_t *const yu = &p->yu[4 * i], *const yv = &p->yv[4 * i];
        yu[0] = yv[0] = (uint8_t)y[i];
        yu[2] = (uint8_t)u[i];
        yv[2] = (uint8_t)v[i];
        yu[1] = yu[3] = yv[1] = yv[3] = 0x80; // a zero
    }
}

// YUYV and its like: 8 pixels are 16 bytes; a pair of pixels is 4 in any order.
static bool pick_packed(picks *p, const uint8_t **from, const rim_yuv_row *s)
{
    const uint8_t *low = s->u < s->v ? s->u : s->v;
    low = s->y < low ? s->y : low;
    const ptrdiff_t dy = s->y - low, du = s->u - low, dv = s->v - low;
    if (s->luma_step != 2 || s->chroma_step != 4 || s->chroma_shift != 1 || dy > 1 ||
        du > 3 || dv > 3)
        return false;
    int y[8], u[8], v[8];
    for (int i = 0; i < 8; i++) {
        y[i] = 2 * i + (int)dy;
        u[i] = i / 2 * 4 + (int)du;
        v[i] = i / 2 * 4 + (int)dv;
    }
    *from = low;
    make_picks(p, y, u, v);
    return true;
}

// NV12 and NV21: 8 bytes of luma, and after them 4 pairs of chroma.
static bool pick_planes(picks *p, const uint8_t **chroma, const rim_yuv_row *s)
{
    const uint8_t *low = s->u < s->v ? s->u : s->v;
    const ptrdiff_t du = s->u - low, dv = s->v - low;
    if (s->luma_step != 1 || s->chroma_step != 2 || s->chroma_shift != 1 ||
        du + dv != 1)
        return false;
    int y[8], u[8], v[8];
    for (int i = 0; i < 8; i++) {
        y[i] = i;
        u[i] = 8 + i / 2 * 2 + (int)du;
        v[i] = 8 + i / 2 * 2 + (int)dv;
    }
    *chroma = low;
    make_picks(p, y, u, v);
    return true;
}

typedef struct weights {
    __m256i yu, yv, zero; // shuffles; what stands for no light and no colour
    __m256i blue, green_u, green_v, red;
} weights;

__attribute__((target("avx2"))) static inline __m256i pair(int y, int c)
{
    return _mm256_set1_epi32((int)((unsigned)(uint16_t)y | (unsigned)c << 16));
}

__attribute__((target("avx2"))) static inline weights
make_weights(const picks *p, const rim_yuv_matrix *m)
{
    return (weights){.yu = _mm256_loadu_si256((const __m256i *)p->yu),
                     .yv = _mm256_loadu_si256((const __m256i *)p->yv),
                     .zero = pair(m->y0, 128),
                     .blue = pair(m->y, m->bu),
                     .green_u = pair(m->y, -m->gu),
                     .green_v = pair(0, -m->gv),
                     .red = pair(m->y, m->rv)};
}

// 8 pixels from their 16 bytes.
__attribute__((target("avx2"))) static inline __m256i convert(__m128i bytes,
                                                              const weights *w)
{
    const __m256i both = _mm256_broadcastsi128_si256(bytes);
    const __m256i yu = _mm256_sub_epi16(_mm256_shuffle_epi8(both, w->yu), w->zero);
    const __m256i yv = _mm256_sub_epi16(_mm256_shuffle_epi8(both, w->yv), w->zero);
    const __m256i half = _mm256_set1_epi32(4096), opaque = _mm256_set1_epi32(255);
    const __m256i b = _mm256_add_epi32(_mm256_madd_epi16(yu, w->blue), half);
    const __m256i r = _mm256_add_epi32(_mm256_madd_epi16(yv, w->red), half);
    const __m256i g =
        _mm256_add_epi32(_mm256_add_epi32(_mm256_madd_epi16(yu, w->green_u), half),
                         _mm256_madd_epi16(yv, w->green_v));
    const __m256i bg =
        _mm256_packs_epi32(_mm256_srai_epi32(b, 13), _mm256_srai_epi32(g, 13));
    const __m256i rx = _mm256_packs_epi32(_mm256_srai_epi32(r, 13), opaque);
    // Of each lane 4 blue, 4 green, 4 red, 4 times 255: to pixels.
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    return _mm256_shuffle_epi8(_mm256_packus_epi16(bg, rx), order);
}

__attribute__((target("avx2"))) void rim_yuv_bgrx_avx2(uint8_t *dst,
                                                       const rim_yuv_row *src,
                                                       int width,
                                                       const rim_yuv_matrix *matrix)
{
    picks p;
    const uint8_t *from = NULL, *chroma = NULL;
    int x = 0;
    if (pick_packed(&p, &from, src)) {
        const weights w = make_weights(&p, matrix);
        for (; x + 8 <= width; x += 8)
            _mm256_storeu_si256(
                (__m256i *)(dst + 4 * (ptrdiff_t)x),
                convert(_mm_loadu_si128((const __m128i *)(from + 2 * (ptrdiff_t)x)),
                        &w));
    } else if (pick_planes(&p, &chroma, src)) {
        const weights w = make_weights(&p, matrix);
        for (; x + 8 <= width; x += 8) {
            const __m128i y = _mm_loadl_epi64((const __m128i *)(src->y + x));
            const __m128i c = _mm_loadl_epi64((const __m128i *)(chroma + x));
            _mm256_storeu_si256((__m256i *)(dst + 4 * (ptrdiff_t)x),
                                convert(_mm_unpacklo_epi64(y, c), &w));
        }
    }
    rim_yuv_row rest = *src;
    const ptrdiff_t at = (ptrdiff_t)(x >> rest.chroma_shift) * rest.chroma_step;
    rest.y += (ptrdiff_t)x * rest.luma_step;
    rest.u += at;
    rest.v += at;
    rim_yuv_bgrx_c(dst + 4 * (ptrdiff_t)x, &rest, width - x, matrix);
}
