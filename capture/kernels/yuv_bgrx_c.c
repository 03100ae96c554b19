// yuv_bgrx_c.c: luma and chroma to display pixels.
// SPDX-License-Identifier: MIT
#include "capture/kernels/kernels.h"

static inline uint8_t clamp8(int v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

void rim_yuv_bgrx_c(uint8_t *dst, const rim_yuv_row *src, int width,
                    const rim_yuv_matrix *matrix)
{
    const rim_yuv_matrix m = *matrix;
    const rim_yuv_row s = *src;
    const int pixels = 1 << s.chroma_shift; // that share one chroma sample
    for (int x = 0, c = 0; x < width; c += s.chroma_step) {
        const int u = s.u[c] - 128, v = s.v[c] - 128;
        const int red = m.rv * v + 4096, green = 4096 - m.gu * u - m.gv * v,
                  blue = m.bu * u + 4096;
        for (int i = 0; i < pixels && x < width; i++, x++, dst += 4) {
            const int y = m.y * (s.y[x * s.luma_step] - m.y0);
            dst[0] = clamp8((y + blue) >> 13);
            dst[1] = clamp8((y + green) >> 13);
            dst[2] = clamp8((y + red) >> 13);
            dst[3] = 255;
        }
    }
}
