// test_png_file.c: PNG round trips, foreign PNGs, and PNGs that are none.
// SPDX-License-Identifier: MIT
#include "media/png_file.h"
#include "scratch.h"

#include <check.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- round trips ----

START_TEST(grey_of_every_depth_comes_back)
{
    const int bits = _i;
    rim_frame a, b;
    scratch_frame(&a, RIM_FMT_GRAY16, 67, 41, bits);
    scratch_frame(&b, RIM_FMT_GRAY16, 67, 41, bits);
    scratch_noise(&a, (uint32_t)bits);
    const char *path = scratch_path("a.png");
    ck_assert_int_eq(rim_png_write(path, &a), RIM_OK);
    rim_png_info info;
    ck_assert_int_eq(rim_png_probe(&info, path), RIM_OK);
    ck_assert_int_eq(info.width, 67);
    ck_assert_int_eq(info.height, 41);
    ck_assert_int_eq(info.fmt, RIM_FMT_GRAY16);
    ck_assert_int_eq(info.bits, bits);
    ck_assert_int_eq(info.sample_bits, bits > 8 ? 16 : 8);
    ck_assert_int_eq(rim_png_read(&b, path), RIM_OK);
    ck_assert(frames_equal(&a, &b));
    logged_expect_quiet();
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
}
END_TEST

START_TEST(colour_comes_back)
{
    rim_frame a, b;
    scratch_frame(&a, RIM_FMT_BGRX8, 33, 20, 8);
    scratch_frame(&b, RIM_FMT_BGRX8, 33, 20, 8);
    scratch_noise(&a, 5);
    const char *path = scratch_path("a.png");
    ck_assert_int_eq(rim_png_write(path, &a), RIM_OK);
    ck_assert_int_eq(rim_png_read(&b, path), RIM_OK);
    ck_assert(frames_equal(&a, &b));
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
}
END_TEST

// ---- what others write ----

// Sample c of pixel (x, y) in a foreign file.
static unsigned foreign_sample(int x, int y, int c, int depth)
{
    return (unsigned)(x * 7 + y * 31 + c * 101) * 257U & ((1U << depth) - 1U);
}

static void write_foreign(const char *path, int colour, int depth, int interlace)
{
    enum { W = 19, H = 11 };
    const int channels = colour == PNG_COLOR_TYPE_GRAY         ? 1
                         : colour == PNG_COLOR_TYPE_PALETTE    ? 1
                         : colour == PNG_COLOR_TYPE_GRAY_ALPHA ? 2
                         : colour == PNG_COLOR_TYPE_RGB        ? 3
                                                               : 4;
    FILE *file = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, W, H, depth, colour,
                 interlace ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    png_color palette[256];
    for (int i = 0; i < 256; i++)
        palette[i] =
            (png_color){(png_byte)i, (png_byte)(255 - i), (png_byte)(i ^ 0x55)};
    if (colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 1 << depth);
    png_color_8 significant = {5, 5, 5, 5, 5};
    if (depth > 8)
        png_set_sBIT(png, info, &significant);
    png_write_info(png, info);
    png_set_packing(png);
    static png_byte pixels[H][W * 8];
    png_bytep rows[H];
    for (int y = 0; y < H; y++) {
        rows[y] = pixels[y];
        for (int i = 0; i < W * channels; i++) {
            const unsigned v = foreign_sample(i / channels, y, i % channels, depth);
            if (depth == 16) {
                pixels[y][2 * i] = (png_byte)(v >> 8);
                pixels[y][2 * i + 1] = (png_byte)v;
            } else {
                pixels[y][i] = (png_byte)v;
            }
        }
    }
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    (void)fclose(file);
}

static const struct {
    int colour, depth;
} foreign[] = {
    {PNG_COLOR_TYPE_GRAY, 1},      {PNG_COLOR_TYPE_GRAY, 2},
    {PNG_COLOR_TYPE_GRAY, 4},      {PNG_COLOR_TYPE_GRAY, 8},
    {PNG_COLOR_TYPE_GRAY, 16},     {PNG_COLOR_TYPE_GRAY_ALPHA, 8},
    {PNG_COLOR_TYPE_RGB, 8},       {PNG_COLOR_TYPE_RGB, 16},
    {PNG_COLOR_TYPE_RGB_ALPHA, 8}, {PNG_COLOR_TYPE_RGB_ALPHA, 16},
    {PNG_COLOR_TYPE_PALETTE, 4},   {PNG_COLOR_TYPE_PALETTE, 8},
};

START_TEST(foreign_pngs_are_read)
{
    const int colour = foreign[_i / 2].colour, depth = foreign[_i / 2].depth;
    const bool grey = !(colour & PNG_COLOR_MASK_COLOR);
    const char *path = scratch_path("a.png");
    write_foreign(path, colour, depth, _i % 2);
    rim_png_info info;
    ck_assert_int_eq(rim_png_probe(&info, path), RIM_OK);
    ck_assert_int_eq(info.fmt, grey ? RIM_FMT_GRAY16 : RIM_FMT_BGRX8);
    ck_assert_int_eq(info.bits, grey && depth == 16 ? 16 : 8);
    rim_frame f;
    scratch_frame(&f, info.fmt, 19, 11, info.bits);
    ck_assert_int_eq(rim_png_read(&f, path), RIM_OK);
    for (int y = 0; y < 11; y++) {
        for (int x = 0; x < 19; x++) {
            unsigned v[3];
            for (int c = 0; c < 3; c++) {
                v[c] = foreign_sample(x, y, c, depth);
                if (depth < 8 && grey)
                    v[c] = v[c] * 255U / ((1U << depth) - 1U);
                if (depth == 16 && !grey)
                    v[c] = (v[c] * 255U + 32895U) >> 16; // libpng's exact rounding
            }
            if (grey) {
                ck_assert_uint_eq(rim_frame_row16(&f, y)[x], v[0]);
                continue;
            }
            if (colour == PNG_COLOR_TYPE_PALETTE) {
                const unsigned i = v[0];
                v[0] = i;
                v[1] = 255 - i;
                v[2] = i ^ 0x55;
            }
            const uint8_t *p = rim_frame_row8(&f, y) + 4 * (ptrdiff_t)x;
            ck_assert_uint_eq(p[2], v[0]);
            ck_assert_uint_eq(p[1], v[1]);
            ck_assert_uint_eq(p[0], v[2]);
            ck_assert_uint_eq(p[3], 255);
        }
    }
    rim_frame_uninit(&f);
    logged_expect_quiet();
}
END_TEST

START_TEST(grey_is_shown_as_colour)
{
    const char *path = scratch_path("a.png");
    write_foreign(path, PNG_COLOR_TYPE_GRAY, 16, 0);
    rim_frame f;
    scratch_frame(&f, RIM_FMT_BGRX8, 19, 11, 8);
    ck_assert_int_eq(rim_png_read(&f, path), RIM_OK);
    const uint8_t *p = rim_frame_row8(&f, 3) + 4 * (ptrdiff_t)5;
    const unsigned v = (foreign_sample(5, 3, 0, 16) * 255U + 32895U) >> 16;
    ck_assert_uint_eq(p[0], v);
    ck_assert_uint_eq(p[1], v);
    ck_assert_uint_eq(p[2], v);
    rim_frame_uninit(&f);
}
END_TEST

// ---- what cannot be read ----

static rim_err read_shape(const char *path, rim_fmt fmt, int width, int height)
{
    rim_frame f;
    scratch_frame(&f, fmt, width, height, 16);
    logged_start();
    const rim_err err = rim_png_read(&f, path);
    rim_frame_uninit(&f);
    return err;
}

START_TEST(wrong_files_are_named)
{
    const char *path = scratch_path("a.png");
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_NOT_FOUND);
    logged_expect_error(path);
    scratch_write(path, "", 0);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_DAMAGED);
    logged_expect_error("a.png: the file is empty");
    scratch_write(path, "\xff\xd8\xff\xe0 JFIF and more", 18);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_DAMAGED);
    logged_expect_error("a.png: a JPEG, not a PNG");
    scratch_write(path, "hello", 5);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_DAMAGED);
    logged_expect_error("not a PNG");
    scratch_mkdir("folder.png");
    ck_assert_int_eq(read_shape(scratch_path("folder.png"), RIM_FMT_GRAY16, 19, 11),
                     RIM_ERR_IO);
    logged_expect_error("folder.png");
    write_foreign(path, PNG_COLOR_TYPE_GRAY, 8, 0);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 20, 11), RIM_ERR_FORMAT);
    logged_expect_error("19x11, but 20x11");
    write_foreign(path, PNG_COLOR_TYPE_RGB, 8, 0);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_FORMAT);
    logged_expect_error("in colour");
}
END_TEST

// A header that lies: two thousand million pixels a side, interlaced.
START_TEST(huge_header_is_refused)
{
    const char *path = scratch_path("a.png");
    write_foreign(path, PNG_COLOR_TYPE_GRAY, 16, 1);
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    memcpy(data + 16, "\x7f\xff\xff\xff\x7f\xff\xff\xff", 8);
    scratch_write(path, data, size);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_DAMAGED); // CRC
    logged_expect_error("a.png");
    const uint8_t crc_of_huge[4] = {0x16, 0x35, 0xb8, 0x6f};
    memcpy(data + 29, crc_of_huge, 4);
    scratch_write(path, data, size);
    ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_UNSUPPORTED);
    logged_expect_error("2147483647x2147483647");
    free(data);
}
END_TEST

START_TEST(every_truncation_is_one_line)
{
    const char *path = scratch_path("a.png");
    write_foreign(path, PNG_COLOR_TYPE_GRAY, 16, _i);
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    for (size_t cut = 0; cut < size; cut++) {
        scratch_write(path, data, cut);
        ck_assert_int_eq(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_ERR_DAMAGED);
        logged_expect_error("a.png");
    }
    free(data);
}
END_TEST

// Every bit of a PNG is under a checksum: none may flip unnoticed.
START_TEST(every_flipped_bit_is_noticed)
{
    const char *path = scratch_path("a.png");
    rim_frame f;
    scratch_frame(&f, RIM_FMT_GRAY16, 19, 11, 12);
    scratch_noise(&f, 3);
    ck_assert_int_eq(rim_png_write(path, &f), RIM_OK);
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        scratch_write(path, data, size);
        ck_assert_int_ne(read_shape(path, RIM_FMT_GRAY16, 19, 11), RIM_OK);
        logged_expect_error("a.png");
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    free(data);
    rim_frame_uninit(&f);
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
    rim_frame f;
    scratch_frame(&f, RIM_FMT_GRAY16, 19, 11, 12);
    const char *path = scratch_path("none/a.png");
    ck_assert_int_eq(rim_png_write(path, &f), RIM_ERR_IO);
    logged_expect_error(path);
    // No half file is left where the name cannot be taken.
    scratch_mkdir("taken.png");
    logged_start();
    ck_assert_int_eq(rim_png_write(scratch_path("taken.png"), &f), RIM_ERR_IO);
    logged_expect_error("taken.png");
    struct stat status;
    ck_assert_int_ne(stat(scratch_path("taken.png.part"), &status), 0);
    rim_frame_uninit(&f);
}
END_TEST

// A liver in white light, RGB, and a chessboard through an endoscope, RGBA.
START_TEST(real_pictures_are_read)
{
    static const char *const names[] = {"scikit_surgeryvtk/image0232.png",
                                        "scikit_surgeryvtk/calibration/left-1095.png"};
    const char *path = scratch_real(names[_i]);
    if (!path)
        return;
    rim_png_info info;
    ck_assert_int_eq(rim_png_probe(&info, path), RIM_OK);
    ck_assert_int_eq(info.fmt, RIM_FMT_BGRX8);
    rim_frame a, b;
    scratch_frame(&a, RIM_FMT_BGRX8, 1920, 1080, 8);
    scratch_frame(&b, RIM_FMT_BGRX8, 1920, 1080, 8);
    ck_assert_int_eq(rim_png_read(&a, path), RIM_OK);
    uint64_t sum[3] = {0};
    for (int y = 0; y < 1080; y++)
        for (int x = 0; x < 1920; x++)
            for (int c = 0; c < 3; c++)
                sum[c] += rim_frame_row8(&a, y)[4 * x + c];
    if (_i == 0) // a liver is red
        ck_assert_uint_gt(sum[2], sum[0] + sum[0] / 4);
    ck_assert_int_eq(rim_png_write(scratch_path("a.png"), &a), RIM_OK);
    ck_assert_int_eq(rim_png_read(&b, scratch_path("a.png")), RIM_OK);
    ck_assert(frames_equal(&a, &b));
    logged_expect_quiet();
    rim_frame_uninit(&a);
    rim_frame_uninit(&b);
}
END_TEST

static void start(void)
{
    scratch_open();
    logged_start();
}

int main(void)
{
    TCase *tc = tcase_create("png_file");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, start, scratch_close);
    tcase_add_loop_test(tc, grey_of_every_depth_comes_back, 8, 17);
    tcase_add_test(tc, colour_comes_back);
    tcase_add_loop_test(tc, foreign_pngs_are_read, 0,
                        2 * (int)(sizeof foreign / sizeof *foreign));
    tcase_add_test(tc, grey_is_shown_as_colour);
    tcase_add_test(tc, wrong_files_are_named);
    tcase_add_test(tc, huge_header_is_refused);
    tcase_add_loop_test(tc, every_truncation_is_one_line, 0, 2);
    tcase_add_test(tc, every_flipped_bit_is_noticed);
    tcase_add_test(tc, what_cannot_be_written_is_said);
    tcase_add_loop_test(tc, real_pictures_are_read, 0, 2);
    Suite *suite = suite_create("png_file");
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
