// light.c: from dye in the tissue to light on its surface.
// SPDX-License-Identifier: MIT
#include "phantom/light.h"
#include "phantom/exact.h"

#include "base/log.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 48 // distances at which the ladder is fitted
#define LEVELS  7  // grids, each half as fine as the one before

// The fit of one depth: distances spaced evenly in their logarithm, each counted
// by the area of its ring and by 1 / G^2 down to 2 % of the peak, so that the foot
// of the spot is met as well as its top.
typedef struct ladder {
    double g[SAMPLES], weight[SAMPLES], basis[RIM_LIGHT_WIDTHS][SAMPLES];
} ladder;

static void fill_ladder(ladder *f, const rim_light *light, double z)
{
    const double lo = 0.05 * z, hi = 16.0 + 4.0 * z,
                 peak = rim_optics_spread(&light->optics, 0.0, z);
    for (int i = 0; i < SAMPLES; i++) {
        const double rho = lo * rim_exact_pow(hi / lo, (double)i / (SAMPLES - 1));
        f->g[i] = rim_optics_spread(&light->optics, rho, z);
        const double scale = f->g[i] + 0.02 * peak * z * z / (z * z + rho * rho);
        f->weight[i] = 1.0 / (scale * scale);
        for (int k = 0; k < RIM_LIGHT_WIDTHS; k++) {
            const double s2 = light->sigma_mm[k] * light->sigma_mm[k];
            f->basis[k][i] = rim_exact_exp(-0.5 * rho * rho / s2) / (2.0 * RIM_PI * s2);
        }
    }
}

// Non-negative least squares by coordinate descent.
static void solve_ladder(const ladder *f, double *w)
{
    double a[RIM_LIGHT_WIDTHS][RIM_LIGHT_WIDTHS], b[RIM_LIGHT_WIDTHS];
    for (int j = 0; j < RIM_LIGHT_WIDTHS; j++) {
        b[j] = 0.0;
        for (int i = 0; i < SAMPLES; i++)
            b[j] += f->weight[i] * f->basis[j][i] * f->g[i];
        for (int k = 0; k < RIM_LIGHT_WIDTHS; k++) {
            a[j][k] = 0.0;
            for (int i = 0; i < SAMPLES; i++)
                a[j][k] += f->weight[i] * f->basis[j][i] * f->basis[k][i];
        }
        w[j] = 0.0;
    }
    for (int round = 0; round < 400; round++) {
        for (int j = 0; j < RIM_LIGHT_WIDTHS; j++) {
            double rest = b[j];
            for (int k = 0; k < RIM_LIGHT_WIDTHS; k++)
                rest -= a[j][k] * w[k];
            const double next = w[j] + rest / a[j][j];
            w[j] = next > 0.0 ? next : 0.0;
        }
    }
}

static void fit_layer(rim_light *light, int layer)
{
    ladder f;
    double w[RIM_LIGHT_WIDTHS], sum = 0.0;
    fill_ladder(&f, light, light->z_mm[layer]);
    solve_ladder(&f, w);
    for (int k = 0; k < RIM_LIGHT_WIDTHS; k++)
        sum += w[k];
    for (int k = 0; k < RIM_LIGHT_WIDTHS; k++)
        light->weight[layer][k] = light->layer_part[layer] * w[k] / sum;
}

void rim_light_init(rim_light *light, const rim_optics *optics)
{
    *light = (rim_light){.optics = *optics};
    for (int k = 0; k < RIM_LIGHT_WIDTHS; k++)
        light->sigma_mm[k] = k == 0 ? 0.06 : light->sigma_mm[k - 1] * 1.6;
    double z = 0.0, sum = 0.0;
    while (z < RIM_LIGHT_DEPTH_MM && light->layers < RIM_LIGHT_LAYERS_MAX) {
        const double step = z < 1.0 ? 0.1 : 0.1 * z, mid = z + 0.5 * step;
        const double part =
            rim_optics_excitation(optics, mid) * rim_optics_escape(optics, mid) * step;
        light->z_mm[light->layers] = mid;
        light->layer_part[light->layers++] = part;
        sum += part;
        z += step;
    }
    for (int l = 0; l < light->layers; l++) {
        light->layer_part[l] /= sum;
        fit_layer(light, l);
    }
}

rim_err rim_patch_init(rim_patch *p, double x0, double y0, double x1, double y1,
                       double mm)
{
    // Sides are multiples of the coarsest pixel, so that all grids line up.
    const int unit = 1 << (LEVELS - 1);
    const int w = ((int)ceil((x1 - x0) / mm) + unit - 1) / unit * unit;
    const int h = ((int)ceil((y1 - y0) / mm) + unit - 1) / unit * unit;
    *p = (rim_patch){.x0 = x0, .y0 = y0, .mm = mm, .width = w, .height = h};
    p->value = calloc((size_t)w * (size_t)h, sizeof *p->value);
    if (p->value)
        return RIM_OK;
    rim_log_error("phantom: no memory for a map of %dx%d", w, h);
    return RIM_ERR_MEMORY;
}

void rim_patch_uninit(rim_patch *p)
{
    free(p->value);
    p->value = NULL;
}

double rim_patch_at(const rim_patch *p, double x_mm, double y_mm)
{
    const double fx = (x_mm - p->x0) / p->mm, fy = (y_mm - p->y0) / p->mm;
    if (!(fx >= 0.0 && fy >= 0.0 && fx < p->width - 1 && fy < p->height - 1))
        return 0.0;
    const int x = (int)fx, y = (int)fy;
    const double u = fx - x, v = fy - y;
    const float *a = p->value + (size_t)y * (size_t)p->width + x, *b = a + p->width;
    return (1.0 - v) * ((1.0 - u) * (double)a[0] + u * (double)a[1]) +
           v * ((1.0 - u) * (double)b[0] + u * (double)b[1]);
}

// ---- the sum ----

typedef struct bands {
    const rim_light *light;
    const rim_patch *patch;
    int level[RIM_LIGHT_WIDTHS];    // grid of each width
    float *sum[RIM_LIGHT_WIDTHS];   // dye collected for each width
    float *slice, *scratch, *total; // each of the patch's size
} bands;

static void uninit_bands(bands *b)
{
    for (int k = 0; k < RIM_LIGHT_WIDTHS; k++)
        free(b->sum[k]);
    free(b->slice);
    free(b->scratch);
    free(b->total);
}

static rim_err init_bands(bands *b, const rim_light *light, const rim_patch *patch)
{
    *b = (bands){.light = light, .patch = patch};
    const size_t n = (size_t)patch->width * (size_t)patch->height;
    bool ok = (b->slice = malloc(n * sizeof(float))) != NULL;
    ok = (b->scratch = malloc(n * sizeof(float))) != NULL && ok;
    ok = (b->total = calloc(n, sizeof(float))) != NULL && ok;
    for (int k = 0; k < RIM_LIGHT_WIDTHS; k++) {
        // The grid on which the width is 2 to 4 pixels.
        int level = 0;
        while (level < LEVELS - 1 &&
               light->sigma_mm[k] >= 4.0 * patch->mm * (1 << level))
            level++;
        b->level[k] = level;
        b->sum[k] = calloc(n >> (2 * level), sizeof(float));
        ok = ok && b->sum[k];
    }
    if (ok)
        return RIM_OK;
    uninit_bands(b);
    rim_log_error("phantom: no memory for a map of %dx%d", patch->width, patch->height);
    return RIM_ERR_MEMORY;
}

// In place, to half the width and height: means of 2x2.
static void halve(float *v, int width, int height)
{
    for (int y = 0; y < height / 2; y++) {
        for (int x = 0; x < width / 2; x++) {
            const float *p = v + (size_t)(2 * y) * (size_t)width + 2 * x;
            const float mean = 0.25f * ((p[0] + p[1]) + (p[width] + p[width + 1]));
            v[(size_t)y * (size_t)(width / 2) + (size_t)x] = mean;
        }
    }
}

static void add_layer(bands *b, int layer, rim_dye_fn *dye, const void *ctx)
{
    const rim_light *light = b->light;
    const double *weight = light->weight[layer];
    int k = 0;
    while (k < RIM_LIGHT_WIDTHS && weight[k] <= 1e-5 * light->layer_part[layer])
        k++;
    if (k == RIM_LIGHT_WIDTHS)
        return;
    int level = b->level[k], width = b->patch->width >> level,
        height = b->patch->height >> level;
    const double mm = b->patch->mm * (1 << level), shift = 0.5 * (mm - b->patch->mm);
    for (int y = 0; y < height; y++)
        dye(ctx, b->slice + (size_t)y * (size_t)width, width, b->patch->x0 + shift, mm,
            b->patch->y0 + shift + y * mm, light->z_mm[layer], mm);
    for (; k < RIM_LIGHT_WIDTHS; k++) {
        for (; level < b->level[k]; level++, width /= 2, height /= 2)
            halve(b->slice, width, height);
        const float w = (float)weight[k];
        for (size_t i = 0; w > 0.0f && i < (size_t)width * (size_t)height; i++)
            b->sum[k][i] += w * b->slice[i];
    }
}

// One direction of a Gaussian. The ends repeat.
static void blur_line(float *out, const float *in, int count, ptrdiff_t step,
                      const float *tap, int radius)
{
    for (int i = 0; i < count; i++) {
        float sum = tap[0] * in[i * step];
        for (int t = 1; t <= radius; t++) {
            const int lo = i - t < 0 ? 0 : i - t,
                      hi = i + t >= count ? count - 1 : i + t;
            sum += tap[t] * (in[lo * step] + in[hi * step]);
        }
        out[i * step] = sum;
    }
}

static void blur_columns(float *out, const float *in, int width, int height,
                         const float *tap, int radius)
{
    for (int y = 0; y < height; y++) {
        float *o = out + (size_t)y * (size_t)width;
        const float *mid = in + (size_t)y * (size_t)width;
        for (int x = 0; x < width; x++)
            o[x] = tap[0] * mid[x];
        for (int t = 1; t <= radius; t++) {
            const int ya = y - t < 0 ? 0 : y - t,
                      yb = y + t >= height ? height - 1 : y + t;
            const float *a = in + (size_t)ya * (size_t)width,
                        *c = in + (size_t)yb * (size_t)width;
            for (int x = 0; x < width; x++)
                o[x] += tap[t] * (a[x] + c[x]);
        }
    }
}

static void blur_band(bands *b, int k)
{
    const int level = b->level[k], width = b->patch->width >> level,
              height = b->patch->height >> level;
    const double mm = b->patch->mm * (1 << level), sigma = b->light->sigma_mm[k];
    // The pixels of the slice have blurred by their own size already.
    const double var = sigma * sigma / (mm * mm) - 1.0 / 12.0;
    float tap[20];
    int radius = 0;
    double sum = 0.0, w[20];
    if (var > 0.01) {
        radius = (int)ceil(4.0 * sqrt(var));
        radius = radius > 17 ? 17 : radius;
    }
    for (int t = 0; t <= radius; t++) {
        w[t] = t == 0 ? 1.0 : rim_exact_exp(-0.5 * t * t / var);
        sum += t == 0 ? w[t] : 2.0 * w[t];
    }
    for (int t = 0; t <= radius; t++)
        tap[t] = (float)(w[t] / sum);
    for (int y = 0; y < height; y++)
        blur_line(b->scratch + (size_t)y * (size_t)width,
                  b->sum[k] + (size_t)y * (size_t)width, width, 1, tap, radius);
    blur_columns(b->sum[k], b->scratch, width, height, tap, radius);
}

// Twice as fine, by cubic interpolation (Catmull-Rom at a quarter and three).
static const float cubic[4] = {-0.0234375f, 0.2265625f, 0.8671875f, -0.0703125f};

static int clamp_index(int i, int count)
{
    return i < 0 ? 0 : i >= count ? count - 1 : i;
}

static void refine(float *out, float *scratch, const float *in, int width, int height)
{
    for (int y = 0; y < height; y++) { // along x: scratch is 2 width by height
        const float *row = in + (size_t)y * (size_t)width;
        float *o = scratch + (size_t)y * (size_t)(2 * width);
        for (int x = 0; x < width; x++) {
            const float far_l = row[clamp_index(x - 2, width)],
                        l = row[clamp_index(x - 1, width)], m = row[x],
                        r = row[clamp_index(x + 1, width)],
                        far_r = row[clamp_index(x + 2, width)];
            o[2 * x] = cubic[0] * far_l + cubic[1] * l + cubic[2] * m + cubic[3] * r;
            o[2 * x + 1] =
                cubic[0] * far_r + cubic[1] * r + cubic[2] * m + cubic[3] * l;
        }
    }
    for (int y = 0; y < 2 * height; y++) {
        const int c = y / 2, side = y & 1 ? 1 : -1;
        const size_t w2 = (size_t)(2 * width);
        const float *far = scratch + (size_t)clamp_index(c + 2 * side, height) * w2;
        const float *near = scratch + (size_t)clamp_index(c + side, height) * w2;
        const float *mid = scratch + (size_t)c * w2;
        const float *other = scratch + (size_t)clamp_index(c - side, height) * w2;
        float *o = out + (size_t)y * w2;
        for (size_t x = 0; x < w2; x++)
            o[x] = cubic[0] * far[x] + cubic[1] * near[x] + cubic[2] * mid[x] +
                   cubic[3] * other[x];
    }
}

// From the coarsest grid to the finest, each adding its widths.
static void gather(bands *b)
{
    for (int level = LEVELS - 1; level >= 0; level--) {
        const int width = b->patch->width >> level, height = b->patch->height >> level;
        for (int k = 0; k < RIM_LIGHT_WIDTHS; k++) {
            if (b->level[k] != level)
                continue;
            blur_band(b, k);
            for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
                b->total[i] += b->sum[k][i];
        }
        if (level > 0) {
            memcpy(b->slice, b->total, (size_t)width * (size_t)height * sizeof(float));
            refine(b->total, b->scratch, b->slice, width, height);
        }
    }
}

rim_err rim_light_add(const rim_light *light, rim_patch *patch, rim_dye_fn *dye,
                      const void *ctx, double z_top, double z_end)
{
    bands b;
    const rim_err err = init_bands(&b, light, patch);
    if (err)
        return err;
    for (int layer = 0; layer < light->layers; layer++) {
        const double z = light->z_mm[layer], half = z < 1.0 ? 0.05 : 0.05 * z;
        if (z + half >= z_top && z - half <= z_end)
            add_layer(&b, layer, dye, ctx);
    }
    gather(&b);
    for (size_t i = 0; i < (size_t)patch->width * (size_t)patch->height; i++)
        patch->value[i] += b.total[i];
    uninit_bands(&b);
    return RIM_OK;
}
