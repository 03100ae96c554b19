// weave.c: a windowed Fourier transform of a small patch.
// SPDX-License-Identifier: MIT
#include "process/weave.h"

#include <stdlib.h>
#include <string.h>

enum { N = RIM_WEAVE_SIDE, K = 8, ROWS = 2 * K - 1 }; // frequencies 0..7, -7..7

#define CONTRAST_LEAST 60    // Q10 log2, root mean square: 4 %
#define CONTRAST_MOST  600   // what differs more is an edge and is cut down to this
#define PEAKS_LEAST    0.82f // part of the power in the two peaks
#define FIRST2         6     // squared frequencies of the band
#define LOW2           2     // and from here what is coarser than threads
#define COARSE_MOST    0.3f  // strongest of that, of the weaker peak
#define LAST2          52

// cos(2 pi i / 16) and a Hann window.
static const float cosine[N] = {
    1.0f,  0.92388f,  0.707107f,  0.382683f,  0.0f, -0.382683f, -0.707107f, -0.92388f,
    -1.0f, -0.92388f, -0.707107f, -0.382683f, 0.0f, 0.382683f,  0.707107f,  0.92388f};
static const float window[N] = {0.033765f, 0.130221f, 0.279915f, 0.460196f,
                                0.643582f, 0.804379f, 0.928096f, 0.991490f,
                                0.991490f, 0.928096f, 0.804379f, 0.643582f,
                                0.460196f, 0.279915f, 0.130221f, 0.033765f};

static float sine(int i)
{
    return cosine[(i + N - N / 4) % N];
}

// Fourier sums along rows; k = 0..7 side by side.
static void transform_rows(float re[N][K], float im[N][K], float p[N][N])
{
    float c[N][K], s[N][K];
    for (int x = 0; x < N; x++)
        for (int k = 0; k < K; k++) {
            c[x][k] = cosine[k * x % N];
            s[x][k] = sine(k * x % N);
        }
    for (int y = 0; y < N; y++) {
        float a[K] = {0.0f}, b[K] = {0.0f};
        for (int x = 0; x < N; x++)
            for (int k = 0; k < K; k++) {
                a[k] += p[y][x] * c[x][k];
                b[k] -= p[y][x] * s[x][k];
            }
        memcpy(re[y], a, sizeof a);
        memcpy(im[y], b, sizeof b);
    }
}

// power[ky + 7][kx], kx 0..7. The sums for ky and -ky are made of the same four.
static void transform(float power[ROWS][K], float p[N][N])
{
    float re[N][K], im[N][K];
    transform_rows(re, im, p);
    for (int ky = 0; ky < K; ky++) {
        float rc[K] = {0.0f}, rs[K] = {0.0f}, ic[K] = {0.0f}, is[K] = {0.0f};
        for (int y = 0; y < N; y++) {
            const float c = cosine[ky * y % N], s = sine(ky * y % N);
            for (int k = 0; k < K; k++) {
                rc[k] += re[y][k] * c;
                rs[k] += re[y][k] * s;
                ic[k] += im[y][k] * c;
                is[k] += im[y][k] * s;
            }
        }
        for (int kx = 0; kx < K; kx++) {
            const float a = rc[kx] + is[kx], b = ic[kx] - rs[kx];
            const float d = rc[kx] - is[kx], e = ic[kx] + rs[kx];
            const int k2 = kx * kx + ky * ky;
            const bool in = k2 >= LOW2 && k2 < LAST2;
            power[K - 1 - ky][kx] = in && kx > 0 ? d * d + e * e : 0.0f;
            power[K - 1 + ky][kx] = in ? a * a + b * b : 0.0f;
        }
    }
}

static bool in_band(int kx, int ky)
{
    const int k2 = kx * kx + ky * ky;
    return k2 > FIRST2 && k2 < LAST2;
}

// Power in the 3 x 3 frequencies about (kx, ky), of which half the plane is stored.
static float peak_at(float power[ROWS][K], int kx, int ky)
{
    float sum = 0.0f;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            int x = kx + dx, y = ky + dy;
            if (x < 0 || (x == 0 && y < 0)) {
                x = -x;
                y = -y;
            }
            if (x < K && y > -K && y < K && in_band(x, y))
                sum += power[y + K - 1][x];
        }
    return sum;
}

// The patch less its mean, and its variance.
static float centre(float p[N][N], const int16_t *patch, size_t step)
{
    int sum = 0, squares = 0; // at most 2^17 a square: 2^25
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++)
            sum += patch[(size_t)y * step + (size_t)x];
    const int mean = sum / (N * N);
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++) {
            int v = patch[(size_t)y * step + (size_t)x] - mean;
            v = v > CONTRAST_MOST    ? CONTRAST_MOST
                : v < -CONTRAST_MOST ? -CONTRAST_MOST
                                     : v;
            p[y][x] = (float)v;
            squares += v * v;
        }
    return (float)squares / (N * N);
}

// The strongest frequency below the band, but for what belongs to the peaks.
static float coarsest(float power[ROWS][K], int bx, int by, int ox, int oy)
{
    float most = 0.0f;
    for (int ky = -2; ky <= 2; ky++)
        for (int kx = 0; kx <= 2; kx++) {
            const bool own = (abs(kx - bx) <= 1 && abs(ky - by) <= 1) ||
                             (abs(kx - ox) <= 1 && abs(ky - oy) <= 1) ||
                             (abs(kx + bx) <= 1 && abs(ky + by) <= 1) ||
                             (abs(kx + ox) <= 1 && abs(ky + oy) <= 1);
            if (!own && !in_band(kx, ky) && power[ky + K - 1][kx] > most)
                most = power[ky + K - 1][kx];
        }
    return most;
}

bool rim_weave_is_woven(const int16_t *patch, size_t step)
{
    float p[N][N], power[ROWS][K], whole = 0.0f;
    if (centre(p, patch, step) < CONTRAST_LEAST * CONTRAST_LEAST)
        return false;
    for (int y = 0; y < N; y++)
        for (int x = 0; x < N; x++)
            p[y][x] *= window[y] * window[x];
    transform(power, p);
    int bx = 0, by = 0;
    for (int ky = -K + 1; ky < K; ky++)
        for (int kx = 0; kx < K; kx++) {
            const float own = power[ky + K - 1][kx];
            if (!in_band(kx, ky))
                continue;
            whole += own;
            if (own > power[by + K - 1][bx]) {
                bx = kx;
                by = ky;
            }
        }
    const int ox = by < 0 ? -by : by, oy = by < 0 ? bx : -bx; // at right angles
    const float across = peak_at(power, ox, oy), along = peak_at(power, bx, by);
    return along + across > PEAKS_LEAST * whole &&
           coarsest(power, bx, by, ox, oy) <
               COARSE_MOST * (along < across ? along : across);
}
