// test_page.c: the page of a case: whole, closed in itself, escaped, and true.
// SPDX-License-Identifier: MIT
#include "exchange/page.h"
#include "media/png_file.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static rim_case *c;
static char *text; // of the page written last

static void set_up(void)
{
    scratch_open();
    logged_start();
    c = NULL;
    text = NULL;
}

static void tear_down(void)
{
    rim_case_destroy(&c);
    free(text);
    scratch_close();
}

#define LESION(id, sbr, mm)                                                            \
    "{\"id\":" #id ",\"x\":100,\"y\":80,\"a\":20,\"b\":16,\"angle\":30,\"sbr\":" #sbr  \
    ",\"confidence\":0.9,\"pattern\":\"rim\",\"diameter_mm\":" #mm "}"
#define RESIDUAL                                                                       \
    "{\"id\":1,\"x\":50,\"y\":60,\"area_px\":900,\"area_mm2\":2.4,\"sbr\":1.9,"        \
    "\"confidence\":0.91,\"polygon\":[[40,50],[62.5,55],[50,70]]}"

static void load(const char *lines)
{
    scratch_write(scratch_path("r.jsonl"), lines, strlen(lines));
    ck_assert_int_eq(rim_case_load(&c, scratch_path("r.jsonl")), RIM_OK);
}

static void load_example(void)
{
    load("{\"frame\":0,\"t_ns\":0,\"lesions\":[" LESION(
        1, 3.25,
        8.1) "]}\n"
             "{\"frame\":1,\"t_ns\":40000000,\"lesions\":[" LESION(
                 1, 3.75,
                 8.3) "," LESION(2, 1.5,
                                 4) "],\"cut_surface\":{\"state\":\"residual\","
                                    "\"assessable\":0.9,\"residuals\":[" RESIDUAL
                                    "]}}\n"
                                    "{\"frame\":5,\"t_ns\":200000000,\"lesions\":[],"
                                    "\"cut_surface\":{\"state\":"
                                    "\"cannot_assess\",\"why\":[\"dark\"]},\"quality\":"
                                    "{\"dropped\":3}}\n");
}

static rim_page plain(void)
{
    return (rim_page){.title = "a case",
                      .banner = "not for patients",
                      .made = "made today",
                      .no_picture = "no pictures, since there is no recording"};
}

static const char *write_page(const rim_page *p)
{
    size_t size;
    const char *path = scratch_path("page.html");
    ck_assert_int_eq(rim_page_write(path, c, p), RIM_OK);
    uint8_t *bytes = scratch_read(path, &size);
    free(text);
    text = malloc(size + 1);
    memcpy(text, bytes, size);
    text[size] = '\0';
    ck_assert_uint_eq(strlen(text), size);
    free(bytes);
    return text;
}

static int count(const char *word)
{
    int n = 0;
    for (const char *s = text; (s = strstr(s, word)); s += strlen(word))
        n++;
    return n;
}

// Every element is closed in its order, but for those that never are.
static void expect_balanced(void)
{
    char open[64][16];
    int depth = 0;
    for (const char *s = text; (s = strchr(s, '<')); s++) {
        char name[16] = "";
        if (s[1] == '!')
            continue;
        const bool closing = s[1] == '/';
        ck_assert_int_eq(sscanf(s + 1 + closing, "%15[a-zA-Z0-9]", name), 1);
        const char *end = s;
        for (bool quoted = false; *end && (quoted || *end != '>'); end++)
            quoted ^= *end == '"';
        ck_assert_int_eq(*end, '>');
        if (closing) {
            ck_assert_int_gt(depth, 0);
            ck_assert_str_eq(open[--depth], name);
        } else if (end[-1] != '/' && strcmp(name, "meta") != 0 &&
                   strcmp(name, "img") != 0) {
            ck_assert_int_lt(depth, 64);
            strcpy(open[depth++], name);
        }
        s = end;
    }
    ck_assert_int_eq(depth, 0);
}

START_TEST(it_tells_the_case)
{
    load_example();
    const rim_page p = plain();
    write_page(&p);
    expect_balanced();
    ck_assert(strstr(text, "3 frames in 0.2 s, 3 lost; 2 lesions, 1 residual."));
    ck_assert(strstr(text, "<td>3.25</td><td>3.75</td><td>8.1</td><td>0.90</td>"));
    ck_assert(strstr(text, "3 frames lost before frame 5"));
    ck_assert(strstr(text, "40.0,50.0 62.5,55.0 50.0,70.0"));
    ck_assert(strstr(text, "cannot_assess</td><td>1</td><td>33.3 %"));
    ck_assert_int_eq(count("no pictures, since there is no recording"), 2);
    ck_assert_int_eq(count("<path class=\"course\""), 4); // two lesions, two charts
    ck_assert_int_eq(count("data:image/png"), 0);
    logged_expect_quiet();
}
END_TEST

// No script, and nothing that is fetched from anywhere.
START_TEST(it_needs_nothing_else)
{
    load_example();
    const rim_page p = plain();
    write_page(&p);
    static const char *const never[] = {"http:",   "https:", "//",
                                        "<script", "<link",  "@import",
                                        "url(h",   "file:",  "onload"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        ck_assert_msg(!strstr(text, never[i]), "%s", never[i]);
    ck_assert(strstr(text, "default-src 'none'"));
}
END_TEST

START_TEST(every_string_is_escaped)
{
    static const char bad[] =
        "</title><script>alert(\"1\")</script>&amp;'\x01\xff\xc0\x80"
        "\xed\xa0\x80 K\xc3\xb6ln";
    static const char good[] =
        "&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;"
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
        "\xef\xbf\xbd K\xc3\xb6ln";
    static rim_page_table table;
    table = (rim_page_table){.heading = bad};
    rim_page_add(&table, bad, "%s", bad);
    const rim_page_table *const tables[] = {&table};
    load_example();
    const rim_page p = {.title = bad,
                        .banner = bad,
                        .made = bad,
                        .no_picture = bad,
                        .table = tables,
                        .table_count = 1};
    write_page(&p);
    expect_balanced();
    ck_assert_ptr_null(strstr(text, "<script"));
    // title, heading, banner, made, twice no picture; the table's heading, name, value.
    ck_assert_int_eq(count(good), 9);
}
END_TEST

START_TEST(long_rows_and_many)
{
    static rim_page_table table;
    char text_of[2000];
    memset(text_of, 'x', sizeof text_of - 1);
    text_of[sizeof text_of - 1] = '\0';
    table = (rim_page_table){.heading = "h"};
    for (int i = 0; i < 2 * RIM_PAGE_ROWS_MAX; i++)
        rim_page_add(&table, text_of, "%s", text_of);
    ck_assert_int_eq(table.count, RIM_PAGE_ROWS_MAX);
    ck_assert_uint_eq(strlen(table.row[0].name), sizeof table.row[0].name - 1);
    ck_assert_uint_eq(strlen(table.row[0].value), sizeof table.row[0].value - 1);
}
END_TEST

static int digit(char ch)
{
    static const char all[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(all, ch);
    return ch && at ? (int)(at - all) : -1;
}

// The picture embedded as number `which`, decoded, is the frame.
static void expect_embedded(int which, const rim_frame *f)
{
    const char *s = text;
    for (int i = 0; i <= which; i++) {
        s = strstr(s, "data:image/png;base64,");
        ck_assert_ptr_nonnull(s);
        s += strlen("data:image/png;base64,");
    }
    uint8_t *bytes = malloc(strlen(s));
    size_t size = 0;
    for (unsigned bits = 0, held = 0; digit(*s) >= 0; s++) {
        held = held << 6 | (unsigned)digit(*s);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[size++] = (uint8_t)(held >> bits);
        }
    }
    scratch_write(scratch_path("embedded.png"), bytes, size);
    free(bytes);
    rim_frame read;
    scratch_frame(&read, f->fmt, f->width, f->height, f->bits);
    ck_assert_int_eq(rim_png_read(&read, scratch_path("embedded.png")), RIM_OK);
    ck_assert(frames_equal(&read, f));
    rim_frame_uninit(&read);
}

START_TEST(pictures_are_in_it)
{
    static rim_page_picture lesion[2], residual[1];
    static const rim_point corner[] = {{10, 10}, {90, 10}, {50, 90}};
    const rim_surface_mark mark = {.frame = 1, .count = 3, .point = corner};
    load_example();
    for (int i = 0; i < 2; i++) {
        scratch_frame(&lesion[i].shown, RIM_FMT_BGRX8, 61 + i, 40, 8);
        scratch_frame(&lesion[i].nir, RIM_FMT_GRAY16, 30 + i, 20, 8);
        scratch_noise(&lesion[i].shown, 3 + (uint32_t)i);
        scratch_noise(&lesion[i].nir, 5 + (uint32_t)i);
        lesion[i].left = lesion[i].top = 70;
        lesion[i].step = 2;
    }
    scratch_frame(&residual[0].nir, RIM_FMT_GRAY16, 160, 120, 8);
    scratch_noise(&residual[0].nir, 7);
    residual[0].step = 2;
    rim_page p = plain();
    p.lesion = lesion;
    p.residual = residual;
    p.width = 320;
    p.height = 240;
    p.mark = &mark;
    p.mark_count = 1;
    write_page(&p);
    expect_balanced();
    ck_assert_int_eq(count("data:image/png"), 5);
    for (int i = 0; i < 2; i++) {
        expect_embedded(2 * i, &lesion[i].shown);
        expect_embedded(2 * i + 1, &lesion[i].nir);
    }
    expect_embedded(4, &residual[0].nir);
    // The ellipse in the close-up: 100 - 70 + half a pixel of two.
    ck_assert(strstr(text, "translate(31.0 11.0) rotate(30.0)"));
    ck_assert(strstr(text, "viewBox=\"-0.5 -0.5 320.0 240.0\""));
    ck_assert(strstr(text, "marked in frame 1"));
    ck_assert(strstr(text, "10.0,10.0 90.0,10.0 50.0,90.0"));
    char *first = strdup(text);
    write_page(&p);
    ck_assert_str_eq(first, text); // the same bytes
    free(first);
    for (int i = 0; i < 2; i++) {
        rim_frame_uninit(&lesion[i].shown);
        rim_frame_uninit(&lesion[i].nir);
    }
    rim_frame_uninit(&residual[0].nir);
    logged_expect_quiet();
}
END_TEST

START_TEST(odd_cases)
{
    static const char *const lines[] = {
        "",
        "{\"frame\":7,\"t_ns\":5,\"lesions\":[]}\n",
        // One frame; values that are not known; sizes that cannot be.
        "{\"frame\":7,\"lesions\":[{\"id\":3,\"x\":1e300,\"y\":-1e300,\"a\":-5,"
        "\"b\":1e200}]}\n",
        // Time runs backwards.
        "{\"frame\":1,\"t_ns\":9000000000,\"lesions\":[" LESION(
            1, 3, 4) "]}\n"
                     "{\"frame\":2,\"t_ns\":0,\"lesions\":[" LESION(1, 3, 4) "]}\n",
        "{\"frame\":1,\"t_ns\":-9223372036854775807,\"lesions\":[" LESION(
            1, 3, 4) "]}\n"
                     "{\"frame\":2,\"t_ns\":9223372036854775807,\"lesions\":[" LESION(
                         1, 3, 4) "]}\n",
    };
    const rim_page p = plain();
    load(lines[_i]);
    write_page(&p);
    expect_balanced();
    ck_assert_ptr_null(strstr(text, "nan"));
    ck_assert_ptr_null(strstr(text, "inf\""));
}
END_TEST

START_TEST(many_lesions)
{
    char *all = malloc(200000);
    size_t used = 0;
    used += (size_t)sprintf(all + used, "{\"frame\":0,\"t_ns\":0,\"lesions\":[");
    for (int i = 1; i <= 40; i++)
        used += (size_t)sprintf(
            all + used, "%s{\"id\":%d,\"x\":1,\"y\":1,\"a\":2,\"b\":1,\"sbr\":2}",
            i > 1 ? "," : "", i);
    strcpy(all + used, "]}\n");
    load(all);
    free(all);
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    ck_assert_int_eq(rim_case_choose(chosen, c->lesion_track, c->lesion_track_count),
                     RIM_CASE_CHOSEN_MAX);
    ck_assert_uint_eq(chosen[0], 0);
    ck_assert_uint_eq(chosen[23], 23);
    const rim_page p = plain();
    write_page(&p);
    expect_balanced();
    ck_assert(strstr(text, "Drawn below are the 24"));
    ck_assert_int_eq(count("<path class=\"course\""), 48);
}
END_TEST

START_TEST(where_it_cannot_be_written)
{
    load_example();
    const rim_page p = plain();
    ck_assert_int_eq(rim_page_write(scratch_path("no/page.html"), c, &p), RIM_ERR_IO);
    logged_expect_error("no/page.html");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("page");
    TCase *t = tcase_create("page");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, it_tells_the_case);
    tcase_add_test(t, it_needs_nothing_else);
    tcase_add_test(t, every_string_is_escaped);
    tcase_add_test(t, long_rows_and_many);
    tcase_add_test(t, pictures_are_in_it);
    tcase_add_loop_test(t, odd_cases, 0, 5);
    tcase_add_test(t, many_lesions);
    tcase_add_test(t, where_it_cannot_be_written);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
