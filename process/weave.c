// weave.c: a windowed Fourier transform of a small patch.
// SPDX-License-Identifier: MIT
#include "process/weave.h"

#include <string.h>

enum { N = RIM_WEAVE_SIDE, K = 8, ROWS = 2 * K - 1 }; // frequencies 0..7, -7..7

#define CONTRAST_LEAST 60   // Q10 log2, root mean square: 4 %
#define CONTRAST_MOST  600  // what differs more is an edge and is cut down to this
#define PEAKS_LEAST    0.82 // part of the power in the two peaks
#define FIRST2         6.0  // squared frequencies of the band
#define LAST2          52.0

// cos(2 pi i / 16) and a Hann window, Q8.
static const int16_t cosine[N] = {256,  237,  181,  98,  0, -98, -181, -237,
                                  -256, -237, -181, -98, 0, 98,  181,  237};
static const int16_t window[N] = {9,   33,  72,  118, 164, 206, 238, 254,
                                  254, 238, 206, 164, 118, 72,  33,  9};

static double sine(int i)
{
    return cosine[(i + N - N / 4) % N];
}

// power[ky + 7][kx], kx 0..7.
static void transform(double power[ROWS][K], double p[N][N])
{
    double re[N][K], im[N][K];
    for (int y = 0; y < N; y++)
        for (int k = 0; k < K; k++) {
            re[y][k] = im[y][k] = 0.0;
            for (int x = 0; x < N; x++) {
                re[y][k] += p[y][x] * cosine[k * x % N];
                im[y][k] -= p[y][x] * sine(k * x % N);
            }
        }
    for (int ky = -K + 1; ky < K; ky++)
        for (int kx = 0; kx < K; kx++) {
            double a = 0.0, b = 0.0;
            for (int y = 0; y < N; y++) {
                const int turn = (ky * y % N + N) % N;
                const double c = cosine[turn], s = -sine(turn);
                a += re[y][kx] * c - im[y][kx] * s;
                b += re[y][kx] * s + im[y][kx] * c;
            }
            const int k2 = kx * kx + ky * ky;
            const bool in = k2 > FIRST2 && k2 < LAST2 && (kx > 0 || ky > 0);
            power[ky + K - 1][kx] = in ? a * a + b * b : 0.0;
        }
}

// Power in the 3 x 3 frequencies about (kx, ky), of which half the plane is stored.
static double peak_at(double power[ROWS][K], int kx, int ky)
{
    double sum = 0.0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            int x = kx + dx, y = ky + dy;
            if (x < 0 || (x == 0 && y < 0)) {
                x = -x;
                y = -y;
            }
            if (x < K && y > -K && y < K)
                sum += power[y + K - 1][x];
        }
    return sum;
}

// The patch less its mean, and its variance.
static double centre(double p[N][N], const int16_t *patch, size_t step)
{
    int sum = 0;
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++)
            sum += patch[(size_t)y * step + (size_t)x];
    const double mean = (double)sum / (N * N);
    double squares = 0.0;
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++) {
            double v = patch[(size_t)y * step + (size_t)x] - mean;
            v = v > CONTRAST_MOST    ? CONTRAST_MOST
                : v < -CONTRAST_MOST ? -CONTRAST_MOST
                                     : v;
            p[y][x] = v;
            squares += v * v;
        }
    return squares / (N * N);
}

bool rim_weave_is_woven(const int16_t *patch, size_t step)
{
    double p[N][N], power[ROWS][K], whole = 0.0;
    if (centre(p, patch, step) < CONTRAST_LEAST * CONTRAST_LEAST)
        return false;
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++)
            p[y][x] *= window[y] * window[x];
    transform(power, p);
    int bx = 0, by = 0;
    for (int ky = -K + 1; ky < K; ky++)
        for (int kx = 0; kx < K; kx++) {
            whole += power[ky + K - 1][kx];
            if (power[ky + K - 1][kx] > power[by + K - 1][bx]) {
                bx = kx;
                by = ky;
            }
        }
    const int ox = by < 0 ? -by : by, oy = by < 0 ? bx : -bx; // at right angles
    return peak_at(power, bx, by) + peak_at(power, ox, oy) > PEAKS_LEAST * whole;
}
