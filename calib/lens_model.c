// lens_model.c: distortion and homographies in double precision.
// SPDX-License-Identifier: MIT
#include "calib/lens_model.h"

#include <stddef.h>

enum { NEWTON_STEPS_MAX = 40 };

typedef struct bent { // a bent point and its derivatives
    double x, y;
    double dxx, dxy, dyx, dyy; // dx'/dx, dx'/dy, dy'/dx, dy'/dy
} bent;

static bent bend(const double k[5], double x, double y)
{
    const double r2 = x * x + y * y;
    const double radial = 1 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]));
    const double slope = k[0] + r2 * (2 * k[1] + r2 * 3 * k[4]); // d radial / d r2
    const double p1 = k[2], p2 = k[3];
    return (bent){
        .x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
        .y = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
        .dxx = radial + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x,
        .dxy = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y,
        .dyx = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y,
        .dyy = radial + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x,
    };
}

// On the way from the axis out to (x, y) the picture must keep growing, else the
// model shows the same pixel twice. d(r radial)/dr = 1 + 3 k1 r2 + 5 k2 r4 + 7 k3 r6
// is a cubic in r2; its sign is looked at in steps fine against any root that a lens
// can have.
static bool folds_over(const double k[5], double x, double y)
{
    const double r2 = x * x + y * y;
    for (int i = 1; i <= 16; i++) {
        const double q = r2 * i / 16;
        if (1 + q * (3 * k[0] + q * (5 * k[1] + q * 7 * k[4])) <= 0)
            return true;
    }
    return false;
}

bool rim_lens_distort(const double camera_matrix[9], const double distortion[5],
                      double x, double y, double *u, double *v)
{
    const double xn = (x - camera_matrix[2]) / camera_matrix[0];
    const double yn = (y - camera_matrix[5]) / camera_matrix[4];
    if (folds_over(distortion, xn, yn))
        return false;
    const bent b = bend(distortion, xn, yn);
    *u = b.x * camera_matrix[0] + camera_matrix[2];
    *v = b.y * camera_matrix[4] + camera_matrix[5];
    return true;
}

bool rim_lens_undistort(const double camera_matrix[9], const double distortion[5],
                        double u, double v, double *x, double *y)
{
    const double un = (u - camera_matrix[2]) / camera_matrix[0];
    const double vn = (v - camera_matrix[5]) / camera_matrix[4];
    double xn = un, yn = vn;
    for (int i = 0; i < NEWTON_STEPS_MAX; i++) {
        // Keep inside the part where the model is one to one; the axis is in it.
        for (int cut = 0; cut < 30 && folds_over(distortion, xn, yn); cut++) {
            xn *= 0.9;
            yn *= 0.9;
        }
        const bent b = bend(distortion, xn, yn);
        const double ex = un - b.x, ey = vn - b.y;
        if (ex * ex + ey * ey < 1e-18) {
            *x = xn * camera_matrix[0] + camera_matrix[2];
            *y = yn * camera_matrix[4] + camera_matrix[5];
            return !folds_over(distortion, xn, yn);
        }
        const double det = b.dxx * b.dyy - b.dxy * b.dyx;
        if (!(det > 1e-12))
            return false;
        xn += (b.dyy * ex - b.dxy * ey) / det;
        yn += (b.dxx * ey - b.dyx * ex) / det;
    }
    return false;
}

bool rim_homography_apply(const double h[9], double x, double y, double *u, double *v)
{
    const double w = h[6] * x + h[7] * y + h[8];
    if (!(w > 1e-9))
        return false;
    *u = (h[0] * x + h[1] * y + h[2]) / w;
    *v = (h[3] * x + h[4] * y + h[5]) / w;
    return true;
}

bool rim_homography_invert(double out[9], const double h[9])
{
    const double a = h[4] * h[8] - h[5] * h[7], b = h[5] * h[6] - h[3] * h[8],
                 c = h[3] * h[7] - h[4] * h[6];
    const double det = h[0] * a + h[1] * b + h[2] * c;
    // Relative to the size of what was summed: a map onto a line is no map.
    const double size = h[0] * h[0] + h[1] * h[1] + h[3] * h[3] + h[4] * h[4];
    if (!(det * det > 1e-16 * size * size * h[8] * h[8]))
        return false;
    double m[9] = {a, h[2] * h[7] - h[1] * h[8], h[1] * h[5] - h[2] * h[4],
                   b, h[0] * h[8] - h[2] * h[6], h[2] * h[3] - h[0] * h[5],
                   c, h[1] * h[6] - h[0] * h[7], h[0] * h[4] - h[1] * h[3]};
    const double scale = m[8] * m[8] > 1e-300 ? m[8] : det;
    for (int i = 0; i < 9; i++)
        out[i] = m[i] / scale;
    return true;
}

void rim_homography_multiply(double out[9], const double a[9], const double b[9])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out[3 * i + j] =
                a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
}
