// test_unpack.c: every pixel format against a plain definition of its layout, with
// odd widths, padded rows, and guards round what may be read and written.
// SPDX-License-Identifier: MIT
#include "capture/unpack.h"
#include "capture/unpack_rows.h"

#include <check.h>
#include <libavcodec/avcodec.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A generator of our own: the same numbers everywhere.
static uint32_t state = 1;
static unsigned next_random(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

// Packs `v` (its low `bits` bits) as sample x of a row, straight from the
// documentation; not how the code under test does it.
static void put_bits(uint8_t *row, size_t bit, unsigned v, int count)
{
    for (int i = 0; i < count; i++) { // least significant bit first
        const size_t at = bit + (size_t)i;
        row[at / 8] = (uint8_t)(row[at / 8] & ~(1u << at % 8));
        row[at / 8] = (uint8_t)(row[at / 8] | (v >> i & 1u) << at % 8);
    }
}

static void pack(uint8_t *row, int x, unsigned v, rim_packing packing)
{
    const size_t at = (size_t)x;
    switch (packing) {
    case RIM_PACK_8:
        row[at] = (uint8_t)v;
        break;
    case RIM_PACK_16LE:
        put_bits(row, 16 * at, v, 16);
        break;
    case RIM_PACK_16BE:
        row[2 * at] = (uint8_t)(v >> 8);
        row[2 * at + 1] = (uint8_t)v;
        break;
    case RIM_PACK_MIPI10: // 4 bytes of high bits, then 4 times 2 low bits
        row[at / 4 * 5 + at % 4] = (uint8_t)(v >> 2);
        put_bits(row, (at / 4 * 5 + 4) * 8 + at % 4 * 2, v, 2);
        break;
    case RIM_PACK_MIPI12:
        row[at / 2 * 3 + at % 2] = (uint8_t)(v >> 4);
        put_bits(row, (at / 2 * 3 + 2) * 8 + at % 2 * 4, v, 4);
        break;
    case RIM_PACK_MIPI14:
        row[at / 4 * 7 + at % 4] = (uint8_t)(v >> 6);
        put_bits(row, (at / 4 * 7 + 4) * 8 + at % 4 * 6, v, 6);
        break;
    case RIM_PACK_10B: // most significant bit first
        for (size_t i = 0; i < 10; i++) {
            const size_t bit = 10 * at + i;
            const unsigned one = v >> (9 - i) & 1u, mask = 0x80u >> bit % 8;
            row[bit / 8] = (uint8_t)(one ? row[bit / 8] | mask : row[bit / 8] & ~mask);
        }
        break;
    case RIM_PACK_NONE:
        ck_abort_msg("no packing");
    }
}

// A buffer of exactly the bytes that an unpacker asks for, on the heap so that a
// sanitizer sees a byte too many; and a frame whose padding holds a mark.
typedef struct bench {
    rim_unpack *u;
    uint8_t *src;
    size_t bytes;
    ptrdiff_t stride;
    rim_frame gray, bgrx;
} bench;

static ptrdiff_t tight_stride(const rim_pixel_format *f, int width)
{
    rim_unpack_options o = {.fourcc = f->fourcc, .width = width, .height = 2};
    rim_unpack *u = NULL;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_OK);
    const size_t bytes = rim_unpack_bytes(u);
    rim_unpack_destroy(&u);
    return (ptrdiff_t)(bytes / (f->kind == RIM_PIXEL_YUV420 ? 3 : 2));
}

static void mark_padding(rim_frame *f)
{
    for (int y = 0; y < f->height; y++) {
        const size_t used = (size_t)f->width * rim_fmt_bytes(f->fmt);
        memset(rim_frame_row8(f, y) + used, 0xa5, (size_t)f->stride - used);
    }
}

static void check_padding(const rim_frame *f)
{
    for (int y = 0; y < f->height; y++)
        for (ptrdiff_t i = (ptrdiff_t)((size_t)f->width * rim_fmt_bytes(f->fmt));
             i < f->stride; i++)
            ck_assert_uint_eq(rim_frame_row8(f, y)[i], 0xa5);
}

static void bench_init(bench *b, const rim_unpack_options *o, int padding)
{
    const rim_pixel_format *f = rim_pixel_format_find(o->fourcc);
    rim_unpack_options with = *o;
    b->stride = tight_stride(f, o->width) + padding;
    with.stride = b->stride;
    ck_assert_int_eq(rim_unpack_create(&b->u, &with), RIM_OK);
    b->bytes = rim_unpack_bytes(b->u);
    b->src = malloc(b->bytes);
    ck_assert_ptr_nonnull(b->src);
    for (size_t i = 0; i < b->bytes; i++)
        b->src[i] = (uint8_t)next_random();
    b->gray = (rim_frame){
        .width = o->width, .height = o->height, .fmt = RIM_FMT_GRAY16, .bits = 16};
    b->bgrx = b->gray;
    b->bgrx.fmt = RIM_FMT_BGRX8;
    ck_assert_int_eq(rim_frame_init(&b->gray), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&b->bgrx), RIM_OK);
    mark_padding(&b->gray);
    mark_padding(&b->bgrx);
}

static void bench_run(bench *b)
{
    ck_assert_int_eq(rim_unpack_frame(b->u, &b->gray, b->src, b->bytes - 1),
                     RIM_ERR_DAMAGED);
    ck_assert_int_eq(rim_unpack_frame(b->u, &b->gray, b->src, b->bytes), RIM_OK);
    ck_assert_int_eq(rim_unpack_frame(b->u, &b->bgrx, b->src, b->bytes), RIM_OK);
    check_padding(&b->gray);
    check_padding(&b->bgrx);
    ck_assert_int_eq(b->gray.bits, rim_unpack_bits(b->u));
    ck_assert_int_eq(b->bgrx.bits, 8);
}

static void bench_uninit(bench *b)
{
    rim_unpack_destroy(&b->u);
    free(b->src);
    rim_frame_uninit(&b->gray);
    rim_frame_uninit(&b->bgrx);
}

static const int widths[] = {2, 3, 4, 5, 7, 8, 31, 64, 65, 67};
enum { WIDTHS = sizeof widths / sizeof *widths, HEIGHT = 5 };

static void fill(bench *b, const rim_pixel_format *f, unsigned *want, int width)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < width; x++) {
            const unsigned max = (1u << f->bits) - 1, v = next_random() & max;
            want[y * width + x] = v;
            const unsigned raw =
                f->justify == RIM_JUSTIFY_LEFT ? v << (16 - f->bits) : v;
            pack(b->src + y * b->stride, x, raw, f->packing);
        }
}

static void check_mono(const bench *b, const unsigned *want)
{
    const int width = b->gray.width, shift = b->gray.bits - 8;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < width; x++) {
            const unsigned v = want[y * width + x];
            ck_assert_uint_eq(rim_frame_row16(&b->gray, y)[x], v);
            const uint8_t *p = rim_frame_row8(&b->bgrx, y) + 4 * x;
            ck_assert_uint_eq(p[0], v >> shift);
            ck_assert_uint_eq(p[1], v >> shift);
            ck_assert_uint_eq(p[2], v >> shift);
            ck_assert_uint_eq(p[3], 255);
        }
}

// An index beyond an edge, mirrored so that the mosaic goes on.
static int mirror(int i, int n)
{
    return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
}

// Mean over the cells of one colour in the 3 x 3 neighbourhood, as bilinear
// demosaicing defines it: the cell itself where it has that colour.
static unsigned cell_mean(const rim_pixel_format *f, const unsigned *want, int width,
                          int x, int y, int colour)
{
    unsigned sum = 0, count = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int red_col = ((x + dx) & 1) == f->layout[0];
            const int red_row = ((y + dy) & 1) == f->layout[1];
            const int here = red_col && red_row ? 2 : !red_col && !red_row ? 0 : 1;
            if (here != colour)
                continue;
            const unsigned v =
                want[mirror(y + dy, HEIGHT) * width + mirror(x + dx, width)];
            if (dx == 0 && dy == 0)
                return v;
            if (colour == 1 && dx && dy)
                continue; // green at a red or blue cell: the four next to it
            sum += v;
            count++;
        }
    return (sum + count / 2) / count;
}

static void check_bayer(const bench *b, const rim_pixel_format *f, const unsigned *want)
{
    const int width = b->gray.width;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < width; x++) {
            const int x1 = mirror(x + 1, width), y1 = mirror(y + 1, HEIGHT);
            const unsigned four = want[y * width + x] + want[y * width + x1] +
                                  want[y1 * width + x] + want[y1 * width + x1];
            ck_assert_uint_eq(rim_frame_row16(&b->gray, y)[x], (four + 2) / 4);
            for (int colour = 0; colour < 3; colour++)
                ck_assert_uint_eq(rim_frame_row8(&b->bgrx, y)[4 * x + colour],
                                  cell_mean(f, want, width, x, y, colour) >>
                                      (f->bits - 8));
            ck_assert_uint_eq(rim_frame_row8(&b->bgrx, y)[4 * x + 3], 255);
        }
}

START_TEST(samples_exact)
{
    for (int i = 0;; i++) {
        const rim_pixel_format *f = rim_pixel_format_at(i);
        if (!f)
            break;
        if (f->packing == RIM_PACK_NONE)
            continue;
        const int width = widths[_i];
        unsigned want[HEIGHT * 67];
        const rim_unpack_options o = {
            .fourcc = f->fourcc, .width = width, .height = HEIGHT};
        bench b = {0};
        bench_init(&b, &o, i % 3); // odd strides among them
        fill(&b, f, want, width);
        bench_run(&b);
        ck_assert_int_eq(b.gray.bits, f->bits);
        ck_assert_int_eq(rim_unpack_black_level(b.u), 0);
        if (f->kind == RIM_PIXEL_MONO)
            check_mono(&b, want);
        else
            check_bayer(&b, f, want);
        bench_uninit(&b);
    }
}
END_TEST

static int yuv_channel(int y, int u, int v, int channel, const double k[4], double y0,
                       double scale)
{
    const double luma = scale * (y - y0);
    const double add[3] = {k[3] * (u - 128), -k[1] * (u - 128) - k[2] * (v - 128),
                           k[0] * (v - 128)};
    const double out = luma + add[channel];
    return out < 0 ? 0 : out > 255 ? 255 : (int)floor(out + 0.5);
}

// The definition of the standards in floating point; one count for rounding.
static void check_yuv(const bench *b, int kind, int x, int y, int luma, int u, int v)
{
    static const double k[4][4] = {{1.596027, 0.391762, 0.812968, 2.017232},
                                   {1.402, 0.344136, 0.714136, 1.772},
                                   {1.792741, 0.213249, 0.532909, 2.112402},
                                   {1.5748, 0.187324, 0.468124, 1.8556}};
    const int limited = !(kind & 1);
    for (int c = 0; c < 3; c++) {
        const int want = yuv_channel(luma, u, v, c, k[kind], limited ? 16 : 0,
                                     limited ? 255.0 / 219.0 : 1.0);
        const int got = rim_frame_row8(&b->bgrx, y)[4 * x + c];
        ck_assert_int_le(abs(want - got), 1);
    }
    ck_assert_uint_eq(rim_frame_row16(&b->gray, y)[x], (unsigned)luma);
    ck_assert_uint_eq(rim_frame_row8(&b->bgrx, y)[4 * x + 3], 255);
}

START_TEST(yuv_as_the_standards_say)
{
    static const struct {
        const char *name;
        int order[4]; // of Y0, U, Y1, V in the four bytes
    } formats[] = {{"YUYV", {0, 1, 2, 3}},
                   {"YVYU", {0, 3, 2, 1}},
                   {"UYVY", {1, 0, 3, 2}},
                   {"VYUY", {1, 2, 3, 0}}};
    for (int i = 0; i < 4; i++)
        for (int kind = 0; kind < 4; kind++) {
            const int width = widths[_i];
            const rim_unpack_options o = {
                .fourcc = rim_pixel_format_named(formats[i].name)->fourcc,
                .width = width,
                .height = HEIGHT,
                .yuv = (rim_yuv_kind)kind};
            bench b = {0};
            bench_init(&b, &o, kind);
            bench_run(&b);
            ck_assert_int_eq(rim_unpack_black_level(b.u), kind & 1 ? 0 : 16);
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < width; x++) {
                    const uint8_t *p = b.src + y * b.stride + x / 2 * 4;
                    check_yuv(&b, kind, x, y, p[formats[i].order[x % 2 * 2]],
                              p[formats[i].order[1]], p[formats[i].order[3]]);
                }
            bench_uninit(&b);
        }
}
END_TEST

START_TEST(nv12_planes)
{
    for (int swap = 0; swap < 2; swap++) {
        const int width = widths[_i];
        const rim_unpack_options o = {
            .fourcc = rim_pixel_format_named(swap ? "NV21" : "NV12")->fourcc,
            .width = width,
            .height = HEIGHT};
        bench b = {0};
        bench_init(&b, &o, 2 * swap);
        ck_assert_uint_eq(b.bytes,
                          (size_t)(b.stride * 7 + (b.stride - 2 * swap))); // 5 + 3 rows
        bench_run(&b);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < width; x++) {
                const uint8_t *c = b.src + (HEIGHT + y / 2) * b.stride + x / 2 * 2;
                check_yuv(&b, 0, x, y, b.src[y * b.stride + x], c[swap], c[!swap]);
            }
        bench_uninit(&b);
    }
}
END_TEST

START_TEST(rgb_orders)
{
    static const struct {
        const char *name, *bytes;
    } formats[] = {{"RGB3", "rgb"},  {"BGR3", "bgr"},  {"XR24", "bgrx"},
                   {"AR24", "bgra"}, {"BX24", "xrgb"}, {"XB24", "rgbx"},
                   {"RX24", "xbgr"}, {"RGB4", "xrgb"}, {"BGR4", "bgrx"},
                   {"BA24", "argb"}, {"AB24", "rgba"}, {"RA24", "abgr"}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const int width = widths[_i], step = (int)strlen(formats[i].bytes);
        const rim_pixel_format *f = rim_pixel_format_named(formats[i].name);
        const rim_unpack_options o = {
            .fourcc = f->fourcc, .width = width, .height = HEIGHT};
        bench b = {0};
        bench_init(&b, &o, 1);
        bench_run(&b);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < width; x++) {
                const uint8_t *p = b.src + y * b.stride + x * step;
                const uint8_t *got = rim_frame_row8(&b.bgrx, y) + 4 * x;
                int v[3]; // blue, green, red
                for (int c = 0; c < 3; c++) {
                    v[c] = p[strchr(formats[i].bytes, "bgr"[c]) - formats[i].bytes];
                    ck_assert_int_eq(got[c], v[c]);
                }
                ck_assert_int_eq(got[3], 255);
                const double luma = 0.299 * v[2] + 0.587 * v[1] + 0.114 * v[0];
                ck_assert(fabs(rim_frame_row16(&b.gray, y)[x] - luma) < 1.5);
            }
        bench_uninit(&b);
    }
}
END_TEST

START_TEST(bits_and_justification)
{
    // 12 bits in Y16, at either end of the container.
    const uint8_t raw[] = {0x34, 0x12, 0xf0, 0xff, 0xff, 0x0f, 0x10, 0x00};
    static const unsigned right[] = {0xfff, 0xfff, 0xfff, 0x010},
                          left[] = {0x123, 0xfff, 0x0ff, 0x001};
    for (int i = 0; i < 2; i++) {
        const rim_unpack_options o = {.fourcc = RIM_FOURCC('Y', '1', '6', ' '),
                                      .width = 4,
                                      .height = 1,
                                      .bits = 12,
                                      .justify =
                                          i ? RIM_JUSTIFY_LEFT : RIM_JUSTIFY_RIGHT};
        rim_unpack *u = NULL;
        rim_frame f = {.width = 4, .height = 1, .fmt = RIM_FMT_GRAY16, .bits = 12};
        ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
        ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_OK);
        ck_assert_int_eq(rim_unpack_frame(u, &f, raw, sizeof raw), RIM_OK);
        for (int x = 0; x < 4; x++)
            ck_assert_uint_eq(rim_frame_row16(&f, 0)[x], i ? left[x] : right[x]);
        ck_assert_uint_eq(rim_unpack_bits_seen(u, raw, sizeof raw), 0xffff);
        rim_unpack_destroy(&u);
        rim_frame_uninit(&f);
    }
}
END_TEST

START_TEST(justification_is_told_apart)
{
    static const struct {
        int bits;
        unsigned seen;
        rim_justify_guess want;
    } cases[] = {
        {10, 0x03ff, {10, RIM_JUSTIFY_RIGHT, true}},
        {10, 0x00ff, {10, RIM_JUSTIFY_RIGHT, true}}, // a dim scene
        {10, 0xffc0, {10, RIM_JUSTIFY_LEFT, true}},
        {12, 0xfff0, {12, RIM_JUSTIFY_LEFT, true}},
        {12, 0x7ff0, {12, RIM_JUSTIFY_LEFT, true}},
        {12, 0x3fff, {16, RIM_JUSTIFY_RIGHT, false}}, // more than it promises
        {12, 0x0000, {12, RIM_JUSTIFY_RIGHT, false}}, // the cap is on
        {16, 0xffff, {16, RIM_JUSTIFY_RIGHT, true}},
        {16, 0xfff0, {12, RIM_JUSTIFY_LEFT, true}},
        {16, 0x3fc0, {10, RIM_JUSTIFY_LEFT, true}},
        {16, 0xfffc, {14, RIM_JUSTIFY_LEFT, true}},
        {16, 0xff00, {16, RIM_JUSTIFY_RIGHT, true}},  // 8 bits shifted: still 16
        {16, 0x0fff, {16, RIM_JUSTIFY_RIGHT, false}}, // 12 bits, or dim
        {16, 0x0040, {16, RIM_JUSTIFY_RIGHT, false}}, // black level only
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const rim_justify_guess g = rim_justify_tell(cases[i].bits, cases[i].seen);
        ck_assert_msg(
            g.bits == cases[i].want.bits && g.justify == cases[i].want.justify &&
                g.sure == cases[i].want.sure,
            "case %zu: %d bits, justify %d, sure %d", i, g.bits, g.justify, g.sure);
    }
}
END_TEST

START_TEST(names)
{
    ck_assert_uint_eq(rim_pixel_format_named("y12")->fourcc,
                      RIM_FOURCC('Y', '1', '2', ' '));
    ck_assert_uint_eq(rim_pixel_format_named("Y16 ")->fourcc,
                      RIM_FOURCC('Y', '1', '6', ' '));
    ck_assert_uint_eq(rim_pixel_format_named("y16-be")->fourcc,
                      RIM_FOURCC_BE('Y', '1', '6', ' '));
    ck_assert_int_eq(rim_pixel_format_named("pgAA")->layout[0], 1);
    ck_assert_int_eq(rim_pixel_format_named("pGAA")->layout[0], 0);
    ck_assert_ptr_null(rim_pixel_format_named("Y1"));
    ck_assert_ptr_null(rim_pixel_format_named("H264"));
    ck_assert_ptr_null(rim_pixel_format_find(RIM_FOURCC('H', '2', '6', '4')));
    for (int i = 0; rim_pixel_format_at(i); i++)
        ck_assert_ptr_eq(rim_pixel_format_find(rim_pixel_format_at(i)->fourcc),
                         rim_pixel_format_at(i));
}
END_TEST

START_TEST(nonsense_is_refused)
{
    rim_unpack *u = NULL;
    rim_unpack_options o = {
        .fourcc = RIM_FOURCC('Y', '1', '2', ' '), .width = 8, .height = 8};
    o.stride = 15;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_ARG);
    o.stride = 0;
    o.bits = 17;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_ARG);
    o.bits = 7;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_ARG);
    o.bits = 0;
    o.width = 0;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_ARG);
    o.width = RIM_FRAME_SIDE_MAX + 1;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_ARG);
    o.width = 1;
    o.fourcc = RIM_FOURCC('R', 'G', 'G', 'B');
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_ARG);
    o.fourcc = RIM_FOURCC('H', '2', '6', '4');
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_ERR_UNSUPPORTED);
    ck_assert_ptr_null(u);
}
END_TEST

START_TEST(thumb_samples_the_picture)
{
    const rim_unpack_options o = {
        .fourcc = RIM_FOURCC('Y', '1', '0', ' '), .width = 64, .height = 32};
    rim_unpack *u = NULL;
    uint8_t raw[64 * 32 * 2];
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_OK);
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 64; x++)
            pack(raw + y * 128, x, (unsigned)(x + y), RIM_PACK_16LE);
    uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    ck_assert_int_eq(rim_unpack_thumb(u, thumb, raw, sizeof raw), RIM_OK);
    for (int j = 0; j < RIM_THUMB_SIDE; j++)
        for (int i = 0; i < RIM_THUMB_SIDE; i++)
            ck_assert_uint_eq(thumb[j * RIM_THUMB_SIDE + i],
                              (unsigned)(4 * i + 2 + 2 * j + 1) << 6);
    ck_assert_int_eq(rim_unpack_thumb(u, thumb, raw, sizeof raw - 1), RIM_ERR_DAMAGED);
    rim_unpack_destroy(&u);
}
END_TEST

// A JPEG of a smooth picture, made by FFmpeg's encoder.
static AVPacket *encode_jpeg(int width, int height)
{
    AVCodecContext *c = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    c->width = width;
    c->height = height;
    c->pix_fmt = AV_PIX_FMT_YUVJ422P;
    c->time_base = (AVRational){1, 30};
    c->qmin = c->qmax = 2;
    ck_assert_int_ge(avcodec_open2(c, c->codec, NULL), 0);
    AVFrame *f = av_frame_alloc();
    f->width = width;
    f->height = height;
    f->format = AV_PIX_FMT_YUVJ422P;
    ck_assert_int_ge(av_frame_get_buffer(f, 0), 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            f->data[0][y * f->linesize[0] + x] = (uint8_t)(40 + x + y);
        for (int x = 0; x < (width + 1) / 2; x++) {
            f->data[1][y * f->linesize[1] + x] = 100;
            f->data[2][y * f->linesize[2] + x] = 180;
        }
    }
    AVPacket *p = av_packet_alloc();
    ck_assert_int_ge(avcodec_send_frame(c, f), 0);
    ck_assert_int_ge(avcodec_receive_packet(c, p), 0);
    av_frame_free(&f);
    avcodec_free_context(&c);
    return p;
}

START_TEST(jpeg_pictures)
{
    const int width = 64, height = 48;
    AVPacket *p = encode_jpeg(width, height);
    const rim_unpack_options o = {
        .fourcc = RIM_FOURCC('M', 'J', 'P', 'G'), .width = width, .height = height};
    rim_unpack *u = NULL;
    ck_assert_int_eq(rim_unpack_create(&u, &o), RIM_OK);
    rim_frame gray = {
        .width = width, .height = height, .fmt = RIM_FMT_GRAY16, .bits = 8};
    rim_frame bgrx = gray;
    bgrx.fmt = RIM_FMT_BGRX8;
    ck_assert_int_eq(rim_frame_init(&gray), RIM_OK);
    ck_assert_int_eq(rim_frame_init(&bgrx), RIM_OK);
    const size_t bytes = (size_t)p->size;
    ck_assert_int_eq(rim_unpack_frame(u, &gray, p->data, bytes), RIM_OK);
    ck_assert_int_eq(rim_unpack_frame(u, &bgrx, p->data, bytes), RIM_OK);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const int luma = 40 + x + y;
            ck_assert_int_le(abs(rim_frame_row16(&gray, y)[x] - luma), 4);
            const double red = luma + 1.402 * 52;
            ck_assert(fabs(rim_frame_row8(&bgrx, y)[4 * x + 2] - red) < 8);
        }
    // Cut short, empty, not a JPEG at all, of another size: damaged, and the next
    // good one is taken again.
    ck_assert_int_eq(rim_unpack_frame(u, &gray, p->data, bytes / 2), RIM_ERR_DAMAGED);
    ck_assert_int_eq(rim_unpack_frame(u, &gray, p->data, 0), RIM_ERR_DAMAGED);
    ck_assert_int_eq(rim_unpack_frame(u, &gray, "not a picture", 13), RIM_ERR_DAMAGED);
    AVPacket *other = encode_jpeg(32, 48);
    ck_assert_int_eq(rim_unpack_frame(u, &gray, other->data, (size_t)other->size),
                     RIM_ERR_DAMAGED);
    av_packet_free(&other);
    ck_assert_int_eq(rim_unpack_frame(u, &gray, p->data, bytes), RIM_OK);
    rim_unpack_destroy(&u);
    rim_frame_uninit(&gray);
    rim_frame_uninit(&bgrx);
    av_packet_free(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("unpack");
    TCase *t = tcase_create("unpack");
    suite_add_tcase(s, t);
    tcase_add_loop_test(t, samples_exact, 0, WIDTHS);
    tcase_add_loop_test(t, yuv_as_the_standards_say, 0, WIDTHS);
    tcase_add_loop_test(t, nv12_planes, 0, WIDTHS);
    tcase_add_loop_test(t, rgb_orders, 0, WIDTHS);
    tcase_add_test(t, bits_and_justification);
    tcase_add_test(t, justification_is_told_apart);
    tcase_add_test(t, names);
    tcase_add_test(t, nonsense_is_refused);
    tcase_add_test(t, thumb_samples_the_picture);
    tcase_add_test(t, jpeg_pictures);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
