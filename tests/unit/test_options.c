// test_options.c: the command-line parser, its help and its errors; the progress line.
// SPDX-License-Identifier: MIT
#include "app/options.h"
#include "app/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char g_error[1024];
static int g_errors;

static void keep(void *ctx, rim_log_level level, const char *line)
{
    (void)ctx;
    ck_assert_int_eq(level, RIM_LOG_ERROR);
    snprintf(g_error, sizeof g_error, "%s", line);
    g_errors++;
}

static struct {
    bool flag;
    const char *report;
    rim_list controls;
    int threads, scene;
    double confidence;
    rim_size size;
    rim_crop crop;
    const char *args[2];
    int count;
} g_set;

static const char *const scenes[] = {"", "liver", "wound", NULL};
static const rim_option included[] = {
    RIM_OPT_INT("threads", "N", &g_set.threads, 0, 64, "worker threads"),
    RIM_OPT_END,
};
static const rim_option options[] = {
    RIM_OPT_GROUP("Output"),
    RIM_OPT_FLAG("headless", &g_set.flag, "no window"),
    RIM_OPT_STRING("report,o", "FILE", &g_set.report, "one JSON object a frame"),
    RIM_OPT_LIST("control", "NAME=VALUE", &g_set.controls, "a camera control"),
    RIM_OPT_INCLUDE(included),
    RIM_OPT_DOUBLE("min-confidence", "X", &g_set.confidence, 0, 1, "leave out below X"),
    RIM_OPT_SIZE("size", &g_set.size, "of the picture"),
    RIM_OPT_CROP("crop", &g_set.crop, "the panel"),
    RIM_OPT_CHOICE("scene", "NAME", &g_set.scene, scenes, "what to show"),
    RIM_OPT_END,
};
static const char *const examples[] = {"try a --headless", "does it blind", NULL};
static const rim_usage usage = {
    .command = "try",
    .synopsis = "INPUT [options]",
    .summary = "Tries the parser.",
    .options = options,
    .examples = examples,
    .arg = "an INPUT",
    .args_min = 1,
    .args_max = 2,
};

// Parses a line split at spaces.
static rim_err parse(const char *line)
{
    static char text[512];
    char *argv[32];
    int argc = 0;
    snprintf(text, sizeof text, "try %s", line);
    char *rest = NULL;
    for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    memset(&g_set, 0, sizeof g_set);
    g_errors = 0;
    g_error[0] = '\0';
    rim_log_set_sink(keep, NULL);
    const rim_err err = rim_options_parse(&usage, argc, argv, g_set.args, &g_set.count);
    rim_log_set_sink(NULL, NULL);
    return err;
}

START_TEST(every_type)
{
    ck_assert_int_eq(parse("in --headless --report out.jsonl --threads=3 "
                           "--min-confidence 0.25 --size 1280x720 --crop 1,2,3,4 "
                           "--scene wound --control a=1 --control b=-2"),
                     RIM_OK);
    ck_assert_int_eq(g_errors, 0);
    ck_assert(g_set.flag);
    ck_assert_str_eq(g_set.report, "out.jsonl");
    ck_assert_int_eq(g_set.threads, 3);
    ck_assert_double_eq(g_set.confidence, 0.25);
    ck_assert_int_eq(g_set.size.width, 1280);
    ck_assert_int_eq(g_set.size.height, 720);
    ck_assert_int_eq(g_set.crop.x, 1);
    ck_assert_int_eq(g_set.crop.y, 2);
    ck_assert_int_eq(g_set.crop.width, 3);
    ck_assert_int_eq(g_set.crop.height, 4);
    ck_assert_int_eq(g_set.scene, 2);
    ck_assert_int_eq(g_set.controls.count, 2);
    ck_assert_str_eq(g_set.controls.item[1], "b=-2");
    ck_assert_int_eq(g_set.count, 1);
    ck_assert_str_eq(g_set.args[0], "in");
}
END_TEST

START_TEST(forms)
{
    ck_assert_int_eq(parse("--report=a=b x - "), RIM_OK);
    ck_assert_str_eq(g_set.report, "a=b");
    ck_assert_str_eq(g_set.args[1], "-");
    ck_assert_int_eq(parse("-o - x"), RIM_OK);
    ck_assert_str_eq(g_set.report, "-");
    ck_assert_int_eq(parse("-o=y x"), RIM_OK);
    ck_assert_str_eq(g_set.report, "y");
    ck_assert_int_eq(parse("-- --headless"), RIM_OK);
    ck_assert(!g_set.flag);
    ck_assert_str_eq(g_set.args[0], "--headless");
    ck_assert_int_eq(parse("x --threads 1 --threads 2"), RIM_OK);
    ck_assert_int_eq(g_set.threads, 2);
}
END_TEST

static const struct {
    const char *line, *error;
} wrong[] = {
    {"", "try needs an INPUT; usage: rimlight try INPUT [options]"},
    {"a b c", "try: c is one argument too many; usage: rimlight try INPUT [options]"},
    {"a --headles", "try: no option --headles; did you mean --headless?"},
    {"a --reprot=x", "try: no option --reprot=x; did you mean --report?"},
    {"a --zzzzzzzzz", "try: no option --zzzzzzzzz; rimlight try --help lists them"},
    {"a -x", "try: no option -x; rimlight try --help lists them"},
    {"a -ox", "try: no option -ox; rimlight try --help lists them"},
    {"a --headless=1", "try: --headless 1: takes no value"},
    {"a --report", "try: --report needs a value: --report FILE"},
    {"a --report --headless", "try: --report needs a value: --report FILE"},
    {"a --report=", "try: --report '': must not be empty"},
    {"a --threads 65", "try: --threads 65: give a whole number from 0 to 64"},
    {"a --threads -1", "try: --threads -1: give a whole number from 0 to 64"},
    {"a --threads 2x", "try: --threads 2x: give a whole number from 0 to 64"},
    {"a --threads 1.5", "try: --threads 1.5: give a whole number from 0 to 64"},
    {"a --threads 99999999999999999999",
     "try: --threads 99999999999999999999: give a whole number from 0 to 64"},
    {"a --min-confidence nan", "try: --min-confidence nan: give a number from 0 to 1"},
    {"a --min-confidence 1e9", "try: --min-confidence 1e9: give a number from 0 to 1"},
    {"a --size 12", "try: --size 12: give width x height in pixels, as 1280x720"},
    {"a --size 0x9", "try: --size 0x9: give width x height in pixels, as 1280x720"},
    {"a --size 99999x9",
     "try: --size 99999x9: give width x height in pixels, as 1280x720"},
    {"a --crop 1,2,3",
     "try: --crop 1,2,3: give left, top, width and height in pixels, as 0,0,960,540"},
    {"a --crop 1,2,3,0",
     "try: --crop 1,2,3,0: give left, top, width and height in pixels, as 0,0,960,540"},
    {"a --scene=", "try: --scene : choose one of liver, wound"},
    {"a --scene lung", "try: --scene lung: choose one of liver, wound"},
};

START_TEST(mistakes_name_option_and_mend)
{
    ck_assert_int_eq(parse(wrong[_i].line), RIM_ERR_ARG);
    ck_assert_int_eq(g_errors, 1);
    ck_assert_str_eq(g_error, wrong[_i].error);
}
END_TEST

START_TEST(too_many_in_a_list)
{
    char *argv[2 * RIM_LIST_MAX + 8] = {(char *)"try", (char *)"in"};
    int argc = 2;
    for (int i = 0; i <= RIM_LIST_MAX; i++)
        argv[argc++] = (char *)"--control=x";
    memset(&g_set, 0, sizeof g_set);
    rim_log_set_sink(keep, NULL);
    ck_assert_int_eq(rim_options_parse(&usage, argc, argv, g_set.args, &g_set.count),
                     RIM_ERR_ARG);
    rim_log_set_sink(NULL, NULL);
    ck_assert_int_eq(g_set.controls.count, RIM_LIST_MAX);
}
END_TEST

START_TEST(help_names_everything)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    rim_options_help(&usage, out);
    fclose(out);
    static const char *const wanted[] = {
        "Usage: rimlight try INPUT [options]\n",
        "\nOutput:\n",
        "  -o, --report FILE ",
        "  --threads N ",
        "what to show: liver, wound\n",
        "  --crop X,Y,W,H ",
        "  rimlight try a --headless\n      does it blind\n",
        "research use only",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        ck_assert_msg(strstr(text, wanted[i]), "'%s' not in\n%s", wanted[i], text);
    for (const char *line = text; line; line = strchr(line + 1, '\n'))
        ck_assert_uint_le(strcspn(line + 1, "\n"), 80);
    free(text);
}
END_TEST

START_TEST(status_of_errors)
{
    ck_assert_int_eq(rim_exit_status(RIM_OK), 0);
    ck_assert_int_eq(rim_exit_status(RIM_END), 0);
    ck_assert_int_eq(rim_exit_status(RIM_ERR_ARG), 2);
    ck_assert_int_eq(rim_exit_status(RIM_ERR_IO), 1);
}
END_TEST

START_TEST(nearest_name)
{
    static const char *const names[] = {"replay", "report", "live"};
    ck_assert_str_eq(rim_nearest("repaly", names, 3), "replay");
    ck_assert_str_eq(rim_nearest("liv", names, 3), "live");
    ck_assert_ptr_null(rim_nearest("calibrate", names, 3));
}
END_TEST

START_TEST(progress_line)
{
    char line[160];
    rim_progress p = {.what = "replay", .unit = "frames", .total = 3000};
    rim_progress_format(line, sizeof line, &p, 300, 3 * RIM_NS_PER_S);
    ck_assert_str_eq(line, "replay  300/3000 frames  10 %  100.0/s  0:27 left");
    rim_progress_format(line, sizeof line, &p, 0, 0);
    ck_assert_str_eq(line, "replay  0/3000 frames  0 %  0.0/s");
    p.total = -1;
    rim_progress_format(line, sizeof line, &p, 300, 3 * RIM_NS_PER_S);
    ck_assert_str_eq(line, "replay  300 frames  100.0/s");
    p.total = 1000000;
    rim_progress_format(line, sizeof line, &p, 100, 10 * RIM_NS_PER_S);
    ck_assert_str_eq(line, "replay  100/1000000 frames  0 %  10.0/s  27:46:30 left");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_test(t, every_type);
    tcase_add_test(t, forms);
    tcase_add_loop_test(t, mistakes_name_option_and_mend, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(t, too_many_in_a_list);
    tcase_add_test(t, help_names_everything);
    tcase_add_test(t, status_of_errors);
    tcase_add_test(t, nearest_name);
    tcase_add_test(t, progress_line);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
