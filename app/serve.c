// serve.c: where the two pictures lie, and which time it is.
// SPDX-License-Identifier: MIT
#include "app/serve.h"

#include "base/clock.h"

#include <math.h>
#include <time.h>

// Of captured_ns 0. A recording counts from its start, which is now.
static int64_t find_epoch(const rim_run_options *o)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    const int64_t now_ns = (int64_t)t.tv_sec * RIM_NS_PER_S + t.tv_nsec;
    return o->start_ns ? now_ns - rim_clock_now_ns() : now_ns;
}

// A picture of the NIR frame's field in another size.
static void place_scaled(rim_igtl_plane *p, const rim_igtl_plane *nir)
{
    const double nir_px_x = (double)nir->width / p->width;
    const double nir_px_y = (double)nir->height / p->height;
    p->pitch_x = nir->pitch_x * nir_px_x;
    p->pitch_y = nir->pitch_y * nir_px_y;
    p->x = (nir_px_x - 1) / 2 * nir->pitch_x;
    p->y = (nir_px_y - 1) / 2 * nir->pitch_y;
}

// A picture of another camera: the scale and place that the homography has in the
// middle of the NIR frame. Turns and slants are small, and are left out.
static void place_registered(rim_igtl_plane *p, const rim_igtl_plane *nir,
                             const double h[9])
{
    const double x = (nir->width - 1) / 2.0, y = (nir->height - 1) / 2.0;
    const double w = h[6] * x + h[7] * y + h[8];
    const double u = (h[0] * x + h[1] * y + h[2]) / w;
    const double v = (h[3] * x + h[4] * y + h[5]) / w;
    const double du_dx = (h[0] - u * h[6]) / w, du_dy = (h[1] - u * h[7]) / w;
    const double dv_dx = (h[3] - v * h[6]) / w, dv_dy = (h[4] - v * h[7]) / w;
    const double scale = sqrt(fabs(du_dx * dv_dy - du_dy * dv_dx));
    if (!(scale > 0)) {
        place_scaled(p, nir);
        return;
    }
    p->pitch_x = p->pitch_y = nir->pitch_x / scale;
    p->x = x * nir->pitch_x - u * p->pitch_x;
    p->y = y * nir->pitch_y - v * p->pitch_y;
}

void rim_serve_place(rim_igtl_plane *picture, const rim_igtl_plane *nir,
                     const double nir_to_picture[9])
{
    bool registered = false;
    for (int i = 0; i < 9; i++)
        registered = registered || nir_to_picture[i] != 0;
    if (registered)
        place_registered(picture, nir, nir_to_picture);
    else
        place_scaled(picture, nir);
}

rim_err rim_serve_create(rim_igtl **out, const rim_run_options *o,
                         const rim_source_info *info, const rim_frame *picture,
                         const double nir_to_picture[9])
{
    const bool in_mm = info->mm_per_px > 0;
    const double pitch = in_mm ? info->mm_per_px : 1;
    rim_igtl_options options = {
        .bind = o->igtl_bind,
        .port = o->igtl_port,
        .nir = {.width = info->width,
                .height = info->height,
                .pitch_x = pitch,
                .pitch_y = pitch},
        .picture = {.width = picture->width, .height = picture->height},
        .in_mm = in_mm,
        .epoch_ns = find_epoch(o),
    };
    rim_serve_place(&options.picture, &options.nir, nir_to_picture);
    return rim_igtl_create(out, &options);
}
