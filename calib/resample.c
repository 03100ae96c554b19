// resample.c: bilinear look-up.
// SPDX-License-Identifier: MIT
#include "calib/resample.h"

#include "calib/lens_model.h"

#include <assert.h>

static uint16_t sample(const rim_frame *f, double x, double y)
{
    if (!(x >= 0 && y >= 0 && x <= f->width - 1 && y <= f->height - 1))
        return 0;
    const int i = (int)x < f->width - 1 ? (int)x : f->width - 2;
    const int j = (int)y < f->height - 1 ? (int)y : f->height - 2;
    const double a = x - i, b = y - j;
    const uint16_t *p = rim_frame_row16(f, j) + i, *q = rim_frame_row16(f, j + 1) + i;
    return (uint16_t)((1 - b) * ((1 - a) * p[0] + a * p[1]) +
                      b * ((1 - a) * q[0] + a * q[1]) + 0.5);
}

void rim_resample_undistorted(rim_frame *dst, const rim_frame *src,
                              const double camera_matrix[9], const double distortion[5])
{
    assert(dst->width == src->width && dst->height == src->height && src->width > 1 &&
           src->height > 1);
    for (int y = 0; y < dst->height; y++)
        for (int x = 0; x < dst->width; x++) {
            double u, v;
            rim_frame_row16(dst, y)[x] =
                rim_lens_distort(camera_matrix, distortion, x, y, &u, &v)
                    ? sample(src, u, v)
                    : 0;
        }
}

void rim_resample_visible(rim_frame *dst, const rim_frame *src, const rim_calib *c)
{
    assert(src->width > 1 && src->height > 1);
    for (int y = 0; y < dst->height; y++)
        for (int x = 0; x < dst->width; x++) {
            double u, v;
            rim_frame_row16(dst, y)[x] =
                rim_calib_nir_to_visible(c, x, y, &u, &v) ? sample(src, u, v) : 0;
        }
}
