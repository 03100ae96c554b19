// test_pictures.c: every view and message of the window, as a person would come to it,
// against stored screenshots: those of docs/window.md.
//
// A screenshot may differ from the stored one in a part of its pixels (numbers follow
// the detector), but it must be nearer to it than to any other; it is waited for.
// RIM_RENEW=1 writes them anew (tests/window/renew), when the screen has come to rest: to
// be looked at before they are committed.
// SPDX-License-Identifier: MIT
#include "desk.h"

#include "base/clock.h"
#include "media/png_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 800, HEIGHT = 450, SCREEN_W = 864, SCREEN_H = 520, SKIP = 77 };
enum {
    FAR = 48,         // a pixel differs where a channel does by more than this
    MOST_PERCENT = 6, // of the pixels may differ
    STILL_MS = 200,
    MESSAGE_MS = 3200, // until a message is gone
    PATIENCE_MS = 12000,
};

// One thing after the other: hands, then a look.
typedef struct step {
    const char *hands;   // for xdotool; NULL: none
    const char *picture; // name of the stored one; NULL: not looked at
    int wait_ms;         // until it is there, for renewing
} step;

static const char *const g_names[] = {
    "overlay",      "nir",           "intensity",     "outlines",     "white",
    "side-by-side", "inset",         "help",          "loupe",        "region",
    "zoom",         "scale-open",    "scale-told",    "scale-locked", "snapshot",
    "frozen",       "residual",      "sketch",        "edit",         "marked-anew",
    "no-surface",   "cannot-assess", "none-detected", "no-signal",    "health",
    "loop",         "end",           "fading",        "scale-faint",  "gain",
    "recording",    "record-end",
};
enum { NAMES = sizeof g_names / sizeof g_names[0] };

static bool renewing(void)
{
    const char *renew = getenv("RIM_RENEW"); // NOLINT(concurrency-mt-unsafe)
    return renew && renew[0];
}

static void path_of(char *path, size_t size, const char *name, const char *suffix)
{
    snprintf(path, size, "%s/docs/window/%s%s.png", RIM_SOURCE_DIR, name, suffix);
}

static void init_picture(rim_frame *f)
{
    *f = (rim_frame){.width = WIDTH, .height = HEIGHT, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(f), RIM_OK);
}

// Four bits a channel: noise that nobody sees takes no room in the repository.
static void make_coarse(rim_frame *f)
{
    for (int y = 0; y < f->height; y++) {
        uint8_t *row = rim_frame_row8(f, y);
        for (int i = 0; i < 4 * f->width; i++) {
            const int v = (row[i] + 8) / 16 * 16;
            row[i] = (uint8_t)(i % 4 == 3 || v > 255 ? 255 : v);
        }
    }
}

static bool differ(const uint8_t *a, const uint8_t *b)
{
    for (int i = 0; i < 3; i++)
        if (abs(a[i] - b[i]) > FAR)
            return true;
    return false;
}

// The stored pictures, read once; data NULL: there is none.
static rim_frame g_stored[NAMES];

static void read_stored(void)
{
    char path[512];
    for (int i = 0; i < NAMES; i++) {
        path_of(path, sizeof path, g_names[i], "");
        if (access(path, F_OK) != 0)
            continue;
        init_picture(&g_stored[i]);
        ck_assert_int_eq(rim_png_read(&g_stored[i], path), RIM_OK);
    }
}

static void forget_stored(void)
{
    for (int i = 0; i < NAMES; i++)
        rim_frame_uninit(&g_stored[i]);
}

// Percent of the pixels that differ; 100 where there is no such picture.
static double difference(const rim_frame *seen, const rim_frame *stored)
{
    if (!stored->data)
        return 100;
    int n = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            n += differ(rim_frame_row8(seen, y) + 4L * x,
                        rim_frame_row8(stored, y) + 4L * x);
    return 100.0 * n / (WIDTH * HEIGHT);
}

typedef struct likeness {
    double own, least; // percent that differ from the one meant, and from the nearest,
    const char *nearest; // which is looked for where it is like the one meant
} likeness;

static likeness compare(const rim_frame *seen, const char *name)
{
    likeness l = {100, 100, name};
    for (int i = 0; i < NAMES; i++)
        if (strcmp(g_names[i], name) == 0)
            l.own = l.least = difference(seen, &g_stored[i]);
    for (int i = 0; i < NAMES && l.own <= MOST_PERCENT; i++) {
        const double d = difference(seen, &g_stored[i]);
        if (d < l.least) {
            l.least = d;
            l.nearest = g_names[i];
        }
    }
    return l;
}

static bool is_like(const likeness *l, const char *name)
{
    return l->own <= MOST_PERCENT && strcmp(l->nearest, name) == 0;
}

static void look(rim_frame *seen)
{
    desk_look(seen);
    make_coarse(seen);
}

// Until the screen shows it.
static void expect(rim_frame *seen, const char *name)
{
    const int64_t until = rim_clock_now_ns() + PATIENCE_MS * RIM_NS_PER_MS;
    char path[512];
    likeness l;
    for (;;) {
        look(seen);
        l = compare(seen, name);
        if (is_like(&l, name))
            return;
        if (rim_clock_now_ns() > until)
            break;
        rim_clock_sleep_until(rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
    }
    path_of(path, sizeof path, name, ".new");
    ck_assert_int_eq(rim_png_write(path, seen), RIM_OK);
    ck_abort_msg("%s: %.1f %% of the pixels differ, %s is nearer (%.1f %%); see %s; if "
                 "that is meant: tests/window/renew",
                 name, l.own, l.nearest, l.least, path);
}

static void renew(rim_frame *seen, const char *name, int wait_ms)
{
    char path[512];
    rim_clock_sleep_until(rim_clock_now_ns() + wait_ms * RIM_NS_PER_MS);
    look(seen);
    path_of(path, sizeof path, name, "");
    ck_assert_int_eq(rim_png_write(path, seen), RIM_OK);
}

static void look_at(const char *name, int wait_ms)
{
    rim_frame seen;
    init_picture(&seen);
    if (renewing())
        renew(&seen, name, wait_ms);
    else
        expect(&seen, name);
    rim_frame_uninit(&seen);
}

static void take(const step *steps, int count)
{
    for (int i = 0; i < count; i++) {
        if (steps[i].hands)
            desk_do(steps[i].hands);
        if (!steps[i].picture || renewing())
            desk_settle(STILL_MS);
        if (steps[i].picture)
            look_at(steps[i].picture, steps[i].wait_ms);
    }
}

// A window of WIDTH x HEIGHT, whatever the recording's size.
static void remember_size(void)
{
    char path[128];
    snprintf(path, sizeof path, "mkdir -p %s/rimlight", desk_folder());
    ck_assert_int_eq(system(path), 0); // NOLINT(concurrency-mt-unsafe)
    snprintf(path, sizeof path, "%s/rimlight/window.conf", desk_folder());
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f, "width %d\nheight %d\n", WIDTH, HEIGHT);
    fclose(f);
}

// Plays it to its end, takes the steps, closes the window.
static void replay(const char *args, const step *steps, int count)
{
    char line[128];
    remember_size();
    snprintf(line, sizeof line, "replay %s", args);
    const pid_t pid = desk_start(line);
    desk_do("mousemove 5 5 key End");
    desk_settle(700);
    take(steps, count);
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}

#define TAKE(args, steps) replay(args, steps, (int)(sizeof steps / sizeof steps[0]))

START_TEST(a_liver_in_every_view)
{
    static const step steps[] = {
        {NULL, "end", 0},
        {"key Home", "frozen", 0},
        {"key period key period key period key period key period", NULL, 0},
        {"key 2", "nir", 0},
        {"key 3", "intensity", 0},
        {"key 4", "outlines", 0},
        {"key 5", "white", 0},
        {"key 6", "side-by-side", 0},
        {"key 7", "inset", 0},
        {"key 1", "overlay", 0},
        {"key question", "help", 0},
        {"key Escape key l mousemove 422 160", "loupe", 0},
        {"key l mousemove 239 243 mousedown 3 mousemove 255 260 mousemove 389 343 "
         "mouseup 3 mousemove 5 5",
         NULL, 0},
        {"key Home", NULL, 0},
        {"key period key period key period key period", NULL, 0},
        {"key period key period key period key period", "region", 0},
        {"key x mousemove 422 160 click 4 click 4 click 4 click 4 mousemove 5 5",
         "zoom", 0},
        {"key z key m", "scale-locked", 0},
        {"key k key m", "scale-told", 0},
        {NULL, "scale-open", MESSAGE_MS},
        {"key shift+Left key shift+Left key shift+Left key shift+Left", "scale-faint",
         0},
        {"key shift+Right key shift+Right key shift+Right key shift+Right", NULL, 0},
        {"key m key m key k key s", "snapshot", 0},
        {"key o", "loop", 0},
    };
    TAKE("liver --view overlay", steps);
}
END_TEST

START_TEST(a_wound_from_the_mark_to_the_verdict)
{
    static const step steps[] = {
        {"key Home", "no-surface", 0},
        {"mousemove 272 160 click 1 mousemove 439 102 click 1 mousemove 580 185 click "
         "1 "
         "mousemove 555 352 click 1 mousemove 5 5",
         "sketch", 0},
        {"mousemove 405 410 click 1 mousemove 280 343 click 1 key Return mousemove 5 5",
         NULL, 0},
        {"key period key period key period key period key period", NULL, 0},
        {NULL, "marked-anew", MESSAGE_MS},
        {"key e", "edit", 0},
        {"key Escape key End", NULL, 0},
        {NULL, "residual", MESSAGE_MS},
    };
    TAKE("unmarked --report wound.jsonl", steps);
}
END_TEST

START_TEST(verdicts)
{
    static const step clear[] = {{NULL, "none-detected", 0}};
    static const step smoky[] = {{NULL, "cannot-assess", 0}};
    TAKE("clear", clear);
    TAKE("smoky", smoky);
}
END_TEST

// A lesion that goes: where it was is told for a second.
START_TEST(a_lost_lesion_fades)
{
    static const step steps[] = {
        {"key Home", NULL, 0},
        {"key Next", NULL, 0},
        {"key period key period key period", "fading", MESSAGE_MS},
    };
    TAKE("leaving", steps);
}
END_TEST

START_TEST(live_health_and_no_signal)
{
    remember_size();
    const pid_t pid =
        desk_start("live --nir "
                   "synth:size=640x360,fps=20,gone_after=60,gone_ms=60000");
    ck_assert(desk_wait_lit(WIDTH, HEIGHT, WIDTH * HEIGHT * 8 / 10));
    look_at("health", 1800);
    look_at("no-signal", 4000);
    desk_do("key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

START_TEST(live_recording_and_automatic_gain)
{
    remember_size();
    const pid_t pid = desk_start("live --record-codec raw --nir "
                                 "synth:size=640x360,fps=20,automatic=1");
    ck_assert(desk_wait_lit(WIDTH, HEIGHT, WIDTH * HEIGHT * 8 / 10));
    look_at("gain", 6000);
    desk_do("key r");
    look_at("recording", 2500);
    desk_do("key r");
    look_at("record-end", 500);
    desk_do("key r key q");
    ck_assert_int_eq(desk_wait(pid), 0);
}
END_TEST

// A wound whose manifest has no cut surface; and a liver from which the lesion is gone
// in the second half, which is another scene.
static bool make_variants(void)
{
    char line[768];
    snprintf(line, sizeof line,
             "cd %s && cp -r wound unmarked && "
             "sed -i 's/\"cut_surface\"/\"was\"/' unmarked/sequence.json && "
             "cp -r some leaving && for i in 10 11 12 13 14 15; do "
             "for d in nir visible; do cp none/$d/0000$i.png leaving/$d/; done; done",
             desk_folder());
    return system(line) == 0; // NOLINT(concurrency-mt-unsafe)
}

static bool make_recordings(void)
{
#define SMALL " --size 640x360 --bits 12 --fps 25 --mm-per-px 0.16 "
    static const char *const args[] = {
        "phantom --scene liver" SMALL "--frames 16 --seed 7 --lesions 5 --distractors "
        "vessel,duct,blood --out liver",
        "phantom --scene wound" SMALL
        "--frames 16 --seed 5 --lesions 1 --depth 1 --diameter 6 --out wound",
        "phantom --scene wound" SMALL
        "--frames 8 --seed 5 --lesions 0 --distractors none --out clear",
        "phantom --scene wound" SMALL
        "--frames 8 --seed 5 --lesions 0 --smoke 2.5 --out smoky",
        "phantom --scene liver" SMALL "--frames 16 --seed 3 --lesions 1 --depth 1 "
        "--x -12 --y -4 --distractors none --motion 0 --smoke 0 --out some",
        "phantom --scene liver" SMALL "--frames 16 --seed 3 --lesions 0 --distractors "
        "none --motion 0 --smoke 0 --out none",
    };
    char line[4096];
    int used =
        snprintf(line, sizeof line, "cd %s || exit 1; exec >log 2>&1;", desk_folder());
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++) // all at once
        used += snprintf(line + used, sizeof line - (size_t)used, RIM_PROGRAM " %s & ",
                         args[i]);
    snprintf(line + used, sizeof line - (size_t)used,
             "wait; ls liver/truth.jsonl wound/truth.jsonl clear/truth.jsonl "
             "smoky/truth.jsonl some/truth.jsonl none/truth.jsonl");
    if (system(line) != 0) { // NOLINT(concurrency-mt-unsafe)
        puts("the recordings cannot be made");
        return false;
    }
    return make_variants();
}

int main(void)
{
    if (!desk_open(SCREEN_W, SCREEN_H))
        return SKIP;
    const char *only = getenv("CK_RUN_CASE"); // NOLINT(concurrency-mt-unsafe)
    if (!(only && strcmp(only, "live") == 0) && !make_recordings())
        return EXIT_FAILURE;
    Suite *s = suite_create("pictures");
    TCase *t = tcase_create("replay");
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 120);
    tcase_add_unchecked_fixture(t, read_stored, forget_stored);
    tcase_add_test(t, a_liver_in_every_view);
    tcase_add_test(t, a_wound_from_the_mark_to_the_verdict);
    tcase_add_test(t, verdicts);
    tcase_add_test(t, a_lost_lesion_fades);
    TCase *live = tcase_create("live");
    suite_add_tcase(s, live);
    tcase_set_timeout(live, 120);
    tcase_add_unchecked_fixture(live, read_stored, forget_stored);
    tcase_add_test(live, live_health_and_no_signal);
    tcase_add_test(live, live_recording_and_automatic_gain);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK); // the server and the recordings are shared
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    desk_close();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
