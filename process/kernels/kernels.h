// kernels.h: the inner loops of process/, and the table that holds a variant of each.
//
// A kernel is NAME_c.c, the definition, and what is faster and gives the same bits:
// NAME_x86.c, NAME_neon.c. To add one: its type here, its name in RIM_PROCESS_KERNELS,
// its variants in RIM_PROCESS_VARIANTS, its files in process/CMakeLists.txt, and
// check_NAME() in tests/simd/, without which tests/simd does not link. render/kernels/
// is made in the same way.
//
// A kernel keeps no state, takes no memory, reads and writes nothing outside of what
// it is given, and asks for no alignment beyond its types'. Integers; where a float
// helps inside, the result is proved to be the integers' own.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_KERNELS_H
#define RIM_PROCESS_KERNELS_KERNELS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// reduce.h. Raw rows, lone bright pixels cut down to their neighbours l and r, added up by
// `scale` columns (of the last cell those that there are); the first and last pixel of a
// row have no two neighbours and stay:
//
//     cut      = min(src, max(l, r) + ((l + r) >> 3) + margin)
//     sum[i]   = sum of cut << shift
//     count[i] = number of cut >= full
//
// rows, scale: 1..16; shift: 0..8; width: 1..RIM_FRAME_SIDE_MAX; margin, full: 0..65535,
// full above 0. stride in bytes. (width + scale - 1) / scale sums and counts.
typedef void rim_add_cells_fn(uint32_t *sum, uint32_t *count, const uint16_t *src,
                              ptrdiff_t stride, int rows, int width, int scale,
                              int shift, int margin, int full);

// The same with a gain, by columns:
//
//     sum[x] = sum of (cut << shift) * gain, in Q16 of full scale, rounded
//     count[x] = number of cut >= full; only written where the result is true,
//                which says that there is one
//
// Pixels of more than 15 bits lose the last, and pairs of rows are cut to what the sum
// of eight leaves room for: sum of (((a >> d) gain_a + (b >> d) gain_b) >> e), with
// d = 1 of 16 bits and e = bits - 12 (- 13 of 16) where that is above 0. src below
// 2^bits; gain: Q gain_bits (11 or 12), below 2^15; 0 leaves a pixel out. bits: 8..16.
// Strides in bytes; gain_stride 0: one row for all.
typedef bool rim_gain_columns_fn(uint32_t *sum, uint32_t *count, const uint16_t *src,
                                 ptrdiff_t stride, const uint16_t *gain,
                                 ptrdiff_t gain_stride, int gain_bits, int rows,
                                 int width, int bits, int margin, int full);

// sum[i] = the sum of columns i * scale .. (i + 1) * scale - 1, of the last those that
// there are. (width + scale - 1) / scale sums, modulo 2^32; scale: 1..16.
typedef void rim_fold_columns_fn(uint32_t *sum, const uint32_t *columns, int width,
                                 int scale);

// light = (sum - dark) * inverse, cut to a whole number and kept within 0..65535, where
// inverse is 0.5 / n for n = 1..256, or 0; saturated = 255 count / n, n likewise, by
// inverse_all = 1 / n >= 1 / count. sum, dark < 2^29.
typedef void rim_light_row_fn(uint16_t *light, uint8_t *saturated, const uint32_t *sum,
                              const uint32_t *count, const int32_t *dark,
                              const double *inverse, const double *inverse_all,
                              int width);

// Bilinear samples of a plane with rows of `width`, from (x, y) on by steps of (dx, dy),
// all Q16; the weights are Q8. Returns a bit for each sample, the lowest first: that of
// plane[y][x], which says that it and its neighbours right and below are known.
//
// n: 1..64 samples. Of all of them 0 <= x < (width - 1) << 16, and likewise y.
typedef uint64_t rim_sample_ray_fn(int16_t *dst, const int16_t *plane, int width,
                                   int32_t x, int32_t y, int32_t dx, int32_t dy, int n);

// outline_scene.h: a row of such a plane: the ratio with its lowest bit that of above[x]
// & above[x + 1] & below[x] & below[x + 1], all 0 or 1; of the last pixel 0. width >= 1;
// dst lies apart.
typedef void rim_known_row_fn(int16_t *dst, const int16_t *ratio, const uint8_t *above,
                              const uint8_t *below, int width);

// background.h: one row of grid pixels:
//     log = log2(light + 8), Q10, within 1      valid = light >= dark (1 or 0)
//     sum += valid * log      count += valid               in each pair of columns
typedef void rim_level_row_fn(int32_t *sum, int32_t *count, int16_t *log,
                              uint8_t *valid, const uint16_t *light, int dark,
                              int width);

// A row of cells from sums and counts of pairs of columns, n = 0..16 valid pixels a cell:
//     level = sum / n, 0 where n is 0      weight = 16 n
// Returns how many pixels are valid; *few: a cell has some, but fewer than `least`.
typedef int rim_cells_row_fn(int16_t *level, uint16_t *weight, bool *few,
                             const int32_t *sum, const int32_t *count, int least,
                             int cells);

// smooth = q[0] + x (q[1] + x q[2]) + off, rounded, with x = 2 i / cells - 1; off is kept
// within low..high, the result within 0..16383.
typedef void rim_smooth_row_fn(int16_t *smooth, const int16_t *off, const float q[3],
                               int low, int high, int cells);

// One row of cells against a quadratic in x = 2 i / cells - 1:
//     residual = level - (q[0] + x (q[1] + x q[2])), rounded
// level: 0..16384; the quadratic is kept within -8192..24576.
typedef void rim_residual_row_fn(int16_t *residual, const int16_t *level,
                                 const float q[3], int cells);

// w = weight / (1 + r^2)^2, rounded, with r = residual * sharp. weight: 0..256.
typedef void rim_weigh_row_fn(uint16_t *w, const uint16_t *weight,
                              const int16_t *residual, float sharp, int cells);

// moment[k] = sum of w X^k for k = 0..4, moment[5 + k] = sum of w level X^k for
// k = 0..2, with X = 2 i - cells: whole numbers below 2^53, exact in any order.
// level: 0..16384; w: 0..256; cells: 1..2048.
typedef void rim_moments_row_fn(double moment[8], const int16_t *level,
                                const uint16_t *w, int cells);

// on = low <= residual - about <= high ? weight / 16 : 0
// sum = on * (residual / 4)
// residual, about: -24576..24576; low, high: -4096..4096.
typedef void rim_mask_row_fn(int32_t *sum, int32_t *on, const int16_t *residual,
                             const int16_t *about, const uint16_t *weight, int low,
                             int high, int cells);

// sum += in - out, element by element; a sliding box's columns.
typedef void rim_slide_row_fn(int32_t *sum, const int32_t *in, const int32_t *out,
                              int cells);

// mean = (4 sum + pull about) / (on + pull), towards zero; sum and on are of boxes.
// pull: 1..2^20; on >= 0; the mean within -32768..32767.
typedef void rim_mean_row_fn(int16_t *mean, const int32_t *sum, const int32_t *on,
                             const int16_t *about, int pull, int cells);

// One row of grid pixels, four a cell: ratio = log - m, kept within
// RIM_RATIO_MIN..RIM_RATIO_MAX, 0 where not valid. m lies on the line between
// cells: line[-1] .. line[cells], each 8 times a value 0..16384, the ends repeated.
// cells: (width + 3) / 4, at most 2048.
typedef void rim_ratio_row_fn(int16_t *ratio, const int16_t *log, const uint8_t *valid,
                              const int32_t *line, int width);

// temporal.h: ratio minus the past where this row of pixels was: from (px, py) on by
// steps of (step_x, step_y), Q16, |step_x|, |step_y| < 2 << 16, |px|, |py| < 1 << 30;
// bilinear with weights of 15 bits, rounded along the row and then between rows, the
// last row and column repeated. RIM_NO_PAST where it
// is not valid or lay outside of the past or next to a RIM_NO_PAST there.
// ratio, past: -8192..8191 else.
#define RIM_NO_PAST INT16_MIN
typedef void rim_subtract_row_fn(int16_t *difference, const int16_t *ratio,
                                 const uint8_t *valid, const int16_t *past,
                                 int past_width, int past_height, int32_t px,
                                 int32_t py, int32_t step_x, int32_t step_y, int width);

// out = ratio - difference * keep / 256 (towards zero), 0 for RIM_NO_PAST, with
//     keep = 192 - 192 * min(max(local - most, 0), most) / most
//     local = |mean of the 3 x 3 differences that are there|, most = limit[log >> 9]
// past = out, RIM_NO_PAST where not valid. `difference` has a column more at each side
// and a row above and below, `stride` elements apart; |difference| <= 8192 but for
// RIM_NO_PAST. limit: 1..4096. log: 0..17407.
typedef void rim_blend_row_fn(int16_t *out, int16_t *past, const int16_t *difference,
                              ptrdiff_t stride, const int16_t *ratio,
                              const uint8_t *valid, const int16_t *log,
                              const int32_t *limit, int width);

// pipeline.c: sbr = 2^(ratio / 1024) in Q8, within 1, 0 where valid is 0 and not 1. Ratios
// are kept within RIM_RATIO_MIN..RIM_RATIO_MAX - 1.
typedef void rim_map_row_fn(uint16_t *sbr, const int16_t *ratio, const uint8_t *valid,
                            int width);

// motion_level.h: a row's part of the normal equations. Over the pixels of which the
// difference is not RIM_NO_PAST, with u = 2 i - (width - 1), e = -difference and
// e' = e clamped to -clip..clip:
//     sum[0..2]  slope_x^2 u^k         sum[9], [10]   slope_x e', slope_y e'
//     sum[3..5]  slope_x slope_y u^k   sum[11], [12]  slope_x e' u, slope_y e' u
//     sum[6..8]  slope_y^2 u^k         sum[13], [14]  |e|, 1
// Whole numbers below 2^53. |slopes| <= 2^11, |difference| <= 2^14, clip: 0..2^12,
// width: 1..2048.
#define RIM_NORMAL_SUMS 15
typedef void rim_normal_row_fn(double sum[RIM_NORMAL_SUMS], const int16_t *slope_x,
                               const int16_t *slope_y, const int16_t *difference,
                               int clip, int width);

// pyramid.h: dst = the mean of 2 x 2, towards zero, of pixels of a and b raised to
// `least`; where width is odd the last column repeats. dst: (width + 1) / 2.
// least: -8192..8191, a, b <= 8191.
typedef void rim_halve_row_fn(int16_t *dst, const int16_t *a, const int16_t *b,
                              int least, int width);

// blobs.h: means over 5 x 5 pixels, first of the columns of five rows into line[2 ..
// width + 1], of which the ends repeat, then along it. A fifth is (sum + 2) * 13107 /
// 65536, downwards. line: width + 4; it, dst and the rows lie apart. width >= 1,
// |pixels| <= 6500.
typedef void rim_mean5_row_fn(int16_t *dst, int16_t *line, const int16_t *const row[5],
                              int width);

// rings.h: the same over three with weights of 1, 2, 1 and (sum + 2) / 4, downwards.
// line: width + 2. |pixels| <= 8190.
typedef void rim_binomial_row_fn(int16_t *dst, int16_t *line,
                                 const int16_t *const row[3], int width);

// The columns, rising, in which `row` is above `least` and higher than its eight
// neighbours, those that follow in reading order being let be as high; pixels beyond the
// ends are none. Returns how many. at: room for (width + 1) / 2; width: 1..32767;
// least: INT16_MIN..INT16_MAX.
typedef int rim_peak_row_fn(uint16_t *at, const int16_t *above, const int16_t *row,
                            const int16_t *below, int least, int width);

// rings.h: row[x] = votes[x - reach] + .. + votes[x + reach], sum = before + row -
// leaving, all modulo 2^16. `votes` has `reach` more at both ends. All others lie apart.
typedef void rim_spread_row_fn(int16_t *row, int16_t *sum, const int16_t *votes,
                               const int16_t *before, const int16_t *leaving, int reach,
                               int width);

typedef struct rim_ridge {
    int16_t x, nx, ny; // column, unit normal in Q8
} rim_ridge;

// rings.h: pixels of a row whose sharper curvature is below -least, rising, and which
// way it is, from second differences over two pixels. Returns how many. Two more rows
// above and below and two more columns at both ends are read. Pixels: -2048..6144;
// least: 0..4096; ridge: room for width. Single precision, each step rounded alike.
typedef int rim_ridge_row_fn(rim_ridge *ridge, const int16_t *row, ptrdiff_t stride,
                             int least, int width);

// rings.h: where a ridge votes along its normal: at distances in pixels of its own, two
// of which are one of the planes of votes. What is past the last step lies beyond any
// frame.
#define RIM_VOTE_STEPS  512
#define RIM_VOTE_BEYOND 16384
typedef struct rim_vote_way {
    int steps, width, height, stride; // of a plane
    int32_t nowhere;                  // the element that what leaves the frame goes to
    int32_t distance[RIM_VOTE_STEPS], plane[RIM_VOTE_STEPS]; // first element of a plane
} rim_vote_way;

// For n ridges of row y, forwards and backwards along their normals, each step:
//     x = (256 ridge.x +- distance nx) / 512, downwards, and y likewise
//     votes[plane + y stride + x]++ where 0 <= x < width, 0 <= y < height
// votes[nowhere] becomes anything. A normal's larger part is 181..256; places and sides
// are below 4096, distances 0..RIM_VOTE_BEYOND.
typedef void rim_vote_row_fn(int16_t *votes, const rim_ridge *ridge, int n, int y,
                             const rim_vote_way *way);

// outline_path.c: a step of the path from ray to ray. For k = low..high
//     fall = mean of log[k - side + 1 .. k] - mean of log[k + 1 .. k + side], Q8, downwards,
//            kept within -256..256; 0 where bit k of `known` is not set
//     next[k] = fall + max over d = -2..2 of before[k + d] - bend d^2
// side: 1, 2 or 4. `before` is read and `next` written up to high + 15 (+ 2), `log` up
// to high + 19. 0 <= low <= high < 64; log: -2048..6144; |before| <= 30000.
typedef void rim_path_row_fn(int16_t *next, const int16_t *before, const int16_t *log,
                             uint64_t known, int side, int bend, int low, int high);

// Bit k: v[k] < level. n: 1..64; v is read up to the next multiple of 16.
typedef uint64_t rim_below_row_fn(const int16_t *v, int level, int n);

// The highest of v[0 .. n - 1]; likewise.
typedef int rim_highest_row_fn(const int16_t *v, int n);

// The value that `rank` (0..n - 1) others come before in rising order. n: 1..32752; v is
// read up to the next multiple of 16.
typedef int rim_rank_row_fn(const int16_t *v, int n, int rank);

// clang-format off
// Every kernel there is.
#define RIM_PROCESS_KERNELS(X) \
    X(add_cells) X(gain_columns) X(fold_columns) X(light_row) \
    X(sample_ray) X(known_row) \
    X(level_row) X(cells_row) X(smooth_row) X(residual_row) X(weigh_row) X(moments_row) X(mask_row) \
    X(slide_row) X(mean_row) X(ratio_row) \
    X(subtract_row) X(blend_row) X(map_row) \
    X(normal_row) X(halve_row) \
    X(mean5_row) X(binomial_row) X(peak_row) X(spread_row) X(ridge_row) X(vote_row) \
    X(path_row) X(below_row) X(highest_row) X(rank_row)

// R(kernel, why it takes more than twice as long as a copy of the bytes it reads and
// writes within the first cache).
#define RIM_PROCESS_REASONS(R) \
    R(add_cells, "each pixel is held against both neighbours before it is added") \
    R(gain_columns, "a product of 32 bits for each pixel, after the neighbours") \
    R(fold_columns, "sums of neighbours by shuffles, of any width from 1 to 16") \
    R(light_row, "a product in double precision for each pixel") \
    R(sample_ray, "four pixels gathered for each sample, of which each is one load") \
    R(known_row, "four masks of bytes widened to 16 bits") \
    R(level_row, "a polynomial of the fifth degree for each logarithm") \
    R(cells_row, "a quotient for each cell") \
    R(smooth_row, "a quadratic in single precision for each cell") \
    R(residual_row, "a quadratic in single precision for each cell") \
    R(weigh_row, "a quotient for each cell") \
    R(moments_row, "eight sums of products up to the fourth power") \
    R(mask_row, "two comparisons and a product of 32 bits for each cell") \
    R(mean_row, "a quotient in double precision for each cell") \
    R(ratio_row, "four points of a line for each cell, then limits") \
    R(subtract_row, "four pixels and three products for each pixel") \
    R(blend_row, "nine neighbours for each pixel; quotients where they differ") \
    R(map_row, "a power of two for each pixel: five products") \
    R(normal_row, "thirteen sums of products for each pixel") \
    R(halve_row, "four pixels are added for each one out") \
    R(mean5_row, "ten pixels and two products for each pixel") \
    R(binomial_row, "six pixels for each pixel") \
    R(peak_row, "nine comparisons for each pixel, and a list of few") \
    R(spread_row, "up to seven votes for each, as loads that are not aligned") \
    R(ridge_row, "a square root for each block that holds a ridge") \
    R(vote_row, "a vote is a store to a place of its own, after a load of it") \
    R(path_row, "five ways and eight samples for each radius; calls of 20 radii") \
    R(below_row, "a call of a few nanoseconds") \
    R(highest_row, "a call of a few nanoseconds") \
    R(rank_row, "halves the range of values some eight times, over all of them each")

// V(kernel, level, bit of base/cpu.h), a kernel's lower levels before its higher.
#if defined(__x86_64__)
#define RIM_PROCESS_VARIANTS(V) \
    V(add_cells, avx2, RIM_CPU_AVX2) \
    V(add_cells, avx512, RIM_CPU_AVX512) \
    V(gain_columns, avx2, RIM_CPU_AVX2) \
    V(fold_columns, avx2, RIM_CPU_AVX2) \
    V(light_row, avx2, RIM_CPU_AVX2) \
    V(light_row, avx512, RIM_CPU_AVX512) \
    V(sample_ray, avx2, RIM_CPU_AVX2) \
    V(known_row, avx2, RIM_CPU_AVX2) \
    V(level_row, avx2, RIM_CPU_AVX2) \
    V(level_row, avx512, RIM_CPU_AVX512) \
    V(cells_row, avx2, RIM_CPU_AVX2) \
    V(smooth_row, avx2, RIM_CPU_AVX2) \
    V(residual_row, avx2, RIM_CPU_AVX2) \
    V(weigh_row, avx2, RIM_CPU_AVX2) \
    V(moments_row, avx2, RIM_CPU_AVX2) \
    V(mask_row, avx2, RIM_CPU_AVX2) \
    V(slide_row, avx2, RIM_CPU_AVX2) \
    V(mean_row, avx2, RIM_CPU_AVX2) \
    V(ratio_row, avx2, RIM_CPU_AVX2) \
    V(subtract_row, avx2, RIM_CPU_AVX2) \
    V(blend_row, avx2, RIM_CPU_AVX2) \
    V(map_row, avx2, RIM_CPU_AVX2) \
    V(normal_row, avx2, RIM_CPU_AVX2) \
    V(halve_row, avx2, RIM_CPU_AVX2) \
    V(mean5_row, avx2, RIM_CPU_AVX2) \
    V(binomial_row, avx2, RIM_CPU_AVX2) \
    V(peak_row, avx2, RIM_CPU_AVX2) \
    V(spread_row, avx2, RIM_CPU_AVX2) \
    V(ridge_row, avx2, RIM_CPU_AVX2) \
    V(vote_row, avx2, RIM_CPU_AVX2) \
    V(path_row, avx2, RIM_CPU_AVX2) \
    V(below_row, avx2, RIM_CPU_AVX2) \
    V(highest_row, avx2, RIM_CPU_AVX2) \
    V(rank_row, avx2, RIM_CPU_AVX2)
#elif defined(__aarch64__)
#define RIM_PROCESS_VARIANTS(V) \
    V(add_cells, neon, RIM_CPU_NEON) \
    V(gain_columns, neon, RIM_CPU_NEON) \
    V(sample_ray, neon, RIM_CPU_NEON) \
    V(level_row, neon, RIM_CPU_NEON) \
    V(moments_row, neon, RIM_CPU_NEON) \
    V(subtract_row, neon, RIM_CPU_NEON) \
    V(blend_row, neon, RIM_CPU_NEON) \
    V(map_row, neon, RIM_CPU_NEON) \
    V(normal_row, neon, RIM_CPU_NEON) \
    V(halve_row, neon, RIM_CPU_NEON) \
    V(mean5_row, neon, RIM_CPU_NEON) \
    V(binomial_row, neon, RIM_CPU_NEON) \
    V(peak_row, neon, RIM_CPU_NEON) \
    V(ridge_row, neon, RIM_CPU_NEON) \
    V(path_row, neon, RIM_CPU_NEON) \
    V(below_row, neon, RIM_CPU_NEON) \
    V(highest_row, neon, RIM_CPU_NEON)
#else
#define RIM_PROCESS_VARIANTS(V)
#endif
// clang-format on

#define X(name) rim_##name##_fn rim_##name##_c;
RIM_PROCESS_KERNELS(X)
#undef X
#define V(name, level, bit) rim_##name##_fn rim_##name##_##level;
RIM_PROCESS_VARIANTS(V)
#undef V

typedef struct rim_process_kernels {
#define X(name) rim_##name##_fn *name;
    RIM_PROCESS_KERNELS(X)
#undef X
} rim_process_kernels;

// The fastest variants that `cpu` allows: RIM_CPU_* bits of base/cpu.h, 0 is C.
void rim_process_kernels_init(rim_process_kernels *k, unsigned cpu);

#endif
