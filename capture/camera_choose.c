// camera_choose.c: modes are ranked by a list of figures, compared in order.
// SPDX-License-Identifier: MIT
#include "capture/camera_choose.h"

enum { FIGURES = 6, AREA_MOST = 1920 * 1080 };

// Rates are fractions of integers at the driver: 29.97 holds 30.
static const double RATE_SLACK = 0.98;

static double wanted(const rim_camera_options *o)
{
    return o->fps > 0 ? o->fps : RIM_CAMERA_RATE_LEAST;
}

bool rim_camera_holds(const rim_camera_mode *mode, const rim_camera_options *o)
{
    return mode->fps <= 0 || mode->fps >= wanted(o) * RATE_SLACK;
}

double rim_camera_rate(const rim_camera_mode *mode, const rim_camera_options *o)
{
    if (o->fps > 0 || mode->fps <= 0)
        return o->fps;
    return mode->fps < RIM_CAMERA_RATE_MOST ? mode->fps : RIM_CAMERA_RATE_MOST;
}

static bool allowed(const rim_camera_mode *m, const rim_camera_options *o)
{
    if (o->format && rim_pixel_format_named(o->format) != m->format)
        return false;
    if (o->width > 0 && (m->width != o->width || m->height != o->height))
        return false;
    return !(o->use == RIM_CAMERA_INTERLEAVED && m->format->kind == RIM_PIXEL_JPEG);
}

static double kind_figure(rim_pixel_kind kind, rim_camera_use use)
{
    // Higher is better; the columns are rim_pixel_kind.
    static const int figure[3][RIM_PIXEL_JPEG + 1] = {
        [RIM_CAMERA_NIR] = {0, 5, 4, 3, 3, 2, 1},
        [RIM_CAMERA_VISIBLE] = {0, 0, 1, 4, 3, 4, 2},
        [RIM_CAMERA_INTERLEAVED] = {0, 2, 5, 4, 4, 3, 0},
    };
    return figure[use][kind];
}

static void rank(double out[FIGURES], const rim_camera_mode *m,
                 const rim_camera_options *o)
{
    const double pixels = (double)m->width * m->height;
    // Beyond the most, smaller is better, and all are worse than any within.
    const double area = pixels <= AREA_MOST ? pixels : -pixels;
    const double kind = kind_figure(m->format->kind, o->use);
    double fps = m->fps < RIM_CAMERA_RATE_MOST ? m->fps : RIM_CAMERA_RATE_MOST;
    // A rate that is missed: the fastest mode comes nearest to it.
    const double held = rim_camera_holds(m, o) ? 1e9 : m->fps;
    int n = 0;
    out[n++] = held;
    if (o->use == RIM_CAMERA_VISIBLE) {
        out[n++] = kind > 0;
        out[n++] = area;
        out[n++] = kind;
        out[n++] = m->format->bits;
    } else {
        out[n++] = kind;
        out[n++] = m->format->bits;
        out[n++] = area > 0;
        out[n++] = area;
    }
    out[n] = fps;
}

int rim_camera_choose(const rim_camera_mode *modes, int count,
                      const rim_camera_options *o)
{
    int best = -1;
    double best_rank[FIGURES] = {0};
    for (int i = 0; i < count; i++) {
        double r[FIGURES];
        if (!allowed(&modes[i], o))
            continue;
        rank(r, &modes[i], o);
        int at = 0;
        while (best >= 0 && at < FIGURES && !(r[at] < best_rank[at]) &&
               !(r[at] > best_rank[at]))
            at++;
        if (best >= 0 && (at == FIGURES || r[at] < best_rank[at]))
            continue; // equal: the one that the driver names first
        best = i;
        for (int k = 0; k < FIGURES; k++)
            best_rank[k] = r[k];
    }
    return best;
}
