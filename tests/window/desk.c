// desk.c: see desk.h.
// SPDX-License-Identifier: MIT
#include "desk.h"

#include "base/clock.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// A busy machine may take so long for what a free one does in a moment.
#define PATIENCE_NS (90 * RIM_NS_PER_S)

static char g_dir[64];
static pid_t g_server;
static int g_width, g_height;

static bool has_program(const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", name);
    return system(line) == 0; // NOLINT(concurrency-mt-unsafe)
}

static void become_server(int display_fd)
{
    char fd[16], screen[32];
    snprintf(fd, sizeof fd, "%d", display_fd);
    snprintf(screen, sizeof screen, "%dx%dx24", g_width, g_height);
    prctl(PR_SET_PDEATHSIG, SIGTERM); // it ends with the test, however that ends
    if (!freopen("/dev/null", "w", stderr))
        _exit(1);
    execlp("Xvfb", "Xvfb", "-displayfd", fd, "-screen", "0", screen, "-fbdir", g_dir,
           "-nolisten", "tcp", "-nocursor", "-noreset", (char *)NULL);
    _exit(1);
}

static bool start_server(void)
{
    int fd[2];
    if (pipe(fd))
        return false;
    g_server = fork();
    if (g_server == 0)
        become_server(fd[1]);
    close(fd[1]);
    char name[16] = ":";
    size_t used = 1;
    while (used < sizeof name - 1 && read(fd[0], name + used, 1) == 1 &&
           name[used] != '\n')
        used++;
    close(fd[0]);
    if (used < 2 || name[used] != '\n')
        return false;
    name[used] = '\0';
    setenv("DISPLAY", name, 1);          // NOLINT(concurrency-mt-unsafe)
    setenv("SDL_VIDEODRIVER", "x11", 1); // NOLINT(concurrency-mt-unsafe)
    setenv("XDG_CONFIG_HOME", g_dir, 1); // NOLINT(concurrency-mt-unsafe)
    return true;
}

bool desk_open(int width, int height)
{
    g_width = width;
    g_height = height;
    if (!has_program("Xvfb") || !has_program("xdotool")) {
        puts("skipped: needs Xvfb and xdotool (apt install xvfb xdotool)");
        return false;
    }
    strcpy(g_dir, "/tmp/rimlight-desk-XXXXXX");
    if (!mkdtemp(g_dir) || !start_server()) {
        puts("skipped: Xvfb does not start here");
        return false;
    }
    return true;
}

void desk_kill_display(void)
{
    if (g_server <= 0)
        return;
    kill(g_server, SIGKILL);
    waitpid(g_server, NULL, 0);
    g_server = 0;
}

void desk_close(void)
{
    char line[128];
    if (g_server > 0) {
        kill(g_server, SIGTERM);
        waitpid(g_server, NULL, 0);
        g_server = 0;
    }
    snprintf(line, sizeof line, "test -n \"$RIM_KEEP\" || rm -rf %s", g_dir);
    if (system(line) != 0) // NOLINT(concurrency-mt-unsafe)
        printf("%s: left behind\n", g_dir);
}

const char *desk_folder(void)
{
    return g_dir;
}

int desk_run(const char *args)
{
    char line[512];
    snprintf(line, sizeof line, "cd %s && %s %s >/dev/null 2>>%s/log", g_dir,
             RIM_PROGRAM, args, g_dir);
    const int status = system(line); // NOLINT(concurrency-mt-unsafe)
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void wait_for_window(pid_t pid)
{
    const int64_t until = rim_clock_now_ns() + PATIENCE_NS;
    char line[128];
    snprintf(line, sizeof line, "xdotool search --onlyvisible --pid %d >/dev/null 2>&1",
             (int)pid);
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    while (system(line) != 0 && desk_is_running(pid) && rim_clock_now_ns() < until)
        rim_clock_sleep_until(rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
}

pid_t desk_start(const char *args)
{
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        char line[512];
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        snprintf(line, sizeof line, "cd %s && exec %s %s 2>>%s/log", g_dir, RIM_PROGRAM,
                 args, g_dir);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    wait_for_window(pid);
    return pid;
}

bool desk_is_running(pid_t pid)
{
    siginfo_t info = {0};
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
}

int desk_wait(pid_t pid)
{
    const int64_t until = rim_clock_now_ns() + PATIENCE_NS;
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (rim_clock_now_ns() > until) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            ck_abort_msg("it did not end");
        }
        rim_clock_sleep_until(rim_clock_now_ns() + 20 * RIM_NS_PER_MS);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void desk_do(const char *what)
{
    char line[512];
    snprintf(line, sizeof line, "timeout 90 xdotool %s", what);
    ck_assert_msg(system(line) == 0, "%s", line); // NOLINT(concurrency-mt-unsafe)
}

// The server's file is in the XWD format: its header's first field is its own length;
// then the colour map, 12 bytes a colour.
static FILE *open_screen(long *at, long *stride)
{
    char path[96];
    unsigned char h[100];
    snprintf(path, sizeof path, "%s/Xvfb_screen0", g_dir);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(h, 1, sizeof h, f), sizeof h);
#define FIELD(i)                                                                       \
    ((long)h[4 * (i)] << 24 | (long)h[4 * (i) + 1] << 16 | (long)h[4 * (i) + 2] << 8 | \
     (long)h[4 * (i) + 3])
    ck_assert_int_eq(FIELD(7), 0); // the low byte first: BGRX as it lies
    *at = FIELD(0) + FIELD(19) * 12;
    *stride = FIELD(12);
    return f;
}

void desk_look(rim_frame *picture)
{
    long at, stride;
    FILE *f = open_screen(&at, &stride);
    const long x0 = (g_width - picture->width) / 2;
    const long y0 = (g_height - picture->height) / 2;
    for (int y = 0; y < picture->height; y++) {
        const size_t bytes = 4 * (size_t)picture->width;
        ck_assert_int_eq(fseek(f, at + (y0 + y) * stride + 4 * x0, SEEK_SET), 0);
        ck_assert_uint_eq(fread(rim_frame_row8(picture, y), 1, bytes, f), bytes);
    }
    fclose(f);
}

unsigned desk_pixel(int x, int y)
{
    long at, stride;
    unsigned char p[4];
    FILE *f = open_screen(&at, &stride);
    ck_assert_int_eq(fseek(f, at + y * stride + x * 4L, SEEK_SET), 0);
    ck_assert_uint_eq(fread(p, 1, 4, f), 4);
    fclose(f);
    return (unsigned)p[2] << 16 | (unsigned)p[1] << 8 | p[0];
}

static int lit_pixels(int width, int height)
{
    rim_frame f = {.width = width, .height = height, .fmt = RIM_FMT_BGRX8, .bits = 8};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    desk_look(&f);
    int n = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < 4 * width; x += 4) {
            const uint8_t *p = rim_frame_row8(&f, y) + x;
            n += p[0] > 16 || p[1] > 16 || p[2] > 16;
        }
    rim_frame_uninit(&f);
    return n;
}

static void print_log(void)
{
    char line[128];
    snprintf(line, sizeof line, "tail -n 20 %s/log", g_dir);
    if (system(line) != 0) // NOLINT(concurrency-mt-unsafe)
        puts("(nothing)");
}

bool desk_wait_lit(int width, int height, int least)
{
    const int64_t until = rim_clock_now_ns() + PATIENCE_NS;
    while (rim_clock_now_ns() < until) {
        if (lit_pixels(width, height) >= least)
            return true;
        rim_clock_sleep_until(rim_clock_now_ns() + 50 * RIM_NS_PER_MS);
    }
    printf("%d of %d pixels are lit, %d wanted; what programs said:\n",
           lit_pixels(width, height), width * height, least);
    print_log();
    return false;
}

bool desk_is_dark(int width, int height)
{
    return lit_pixels(width, height) == 0;
}

static uint64_t hash_screen(void)
{
    uint64_t h = UINT64_C(14695981039346656037);
    long at, stride;
    FILE *f = open_screen(&at, &stride);
    unsigned char part[4096];
    size_t n;
    ck_assert_int_eq(fseek(f, at, SEEK_SET), 0);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        for (size_t i = 0; i < n; i += 4)
            h = (h ^ part[i]) * UINT64_C(1099511628211);
    fclose(f);
    return h;
}

void desk_settle(int still_ms)
{
    const int64_t until = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    int64_t since = rim_clock_now_ns();
    uint64_t last = hash_screen();
    while (rim_clock_now_ns() < until) {
        rim_clock_sleep_until(rim_clock_now_ns() + 40 * RIM_NS_PER_MS);
        const uint64_t now = hash_screen();
        if (now != last)
            since = rim_clock_now_ns();
        last = now;
        if (rim_clock_now_ns() - since >= still_ms * RIM_NS_PER_MS)
            return;
    }
}
