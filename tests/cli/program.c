// program.c: fork, exec, and two pipes.
// SPDX-License-Identifier: MIT
#include "program.h"

#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGS_MAX = 64, LIMIT_MS = 60000 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void be_program(const rim_run_limits *limits, char **argv, int out, int err)
{
    if (limits->file_bytes) {
        const rlim_t bytes = (rlim_t)limits->file_bytes;
        const struct rlimit r = {.rlim_cur = bytes, .rlim_max = bytes};
        setrlimit(RLIMIT_FSIZE, &r);
    }
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    execvp(argv[0], argv);
    _exit(127);
}

// Appends what is there; false at the end of the pipe.
static bool take(int fd, char *text, size_t size, size_t *len)
{
    char scrap[4096];
    const size_t room = size - 1 - *len;
    const ssize_t n = read(fd, room ? text + *len : scrap, room ? room : sizeof scrap);
    if (n > 0 && room)
        *len += (size_t)n;
    text[*len] = '\0';
    return n > 0;
}

// How long a run may take; more under emulators and sanitizers.
static int64_t limit_ms(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
    const int times = multiplier ? atoi(multiplier) : 1;
    return LIMIT_MS * (int64_t)(times > 1 ? times : 1);
}

static void collect(rim_run *run, const rim_run_limits *limits, pid_t pid, int out,
                    int err)
{
    struct pollfd fd[2] = {{.fd = out, .events = POLLIN},
                           {.fd = err, .events = POLLIN}};
    size_t len[2] = {0, 0};
    const int64_t start_ms = now_ms();
    bool interrupted = limits->signal_when == NULL;
    while (fd[0].fd >= 0 || fd[1].fd >= 0) {
        (void)poll(fd, 2, 20);
        const int64_t elapsed_ms = now_ms() - start_ms;
        struct stat st;
        if (!interrupted && stat(limits->signal_when, &st) == 0 && st.st_size > 0) {
            kill(pid, SIGINT);
            interrupted = true;
        }
        if (limits->kill_when && stat(limits->kill_when, &st) == 0 &&
            st.st_size >= limits->kill_bytes)
            kill(pid, SIGKILL);
        if (elapsed_ms > limit_ms())
            kill(pid, SIGKILL);
        if (fd[0].revents && !take(out, run->out, sizeof run->out, &len[0]))
            fd[0].fd = -1;
        if (fd[1].revents && !take(err, run->err, sizeof run->err, &len[1]))
            fd[1].fd = -1;
    }
}

// Lines that are neither warning nor note.
static int count_errors(const char *text)
{
    int count = 0;
    while (*text) {
        count += strncmp(text, "rimlight: note: ", 16) != 0 &&
                 strncmp(text, "rimlight: warning: ", 19) != 0;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return count;
}

static void run_line(rim_run *run, const rim_run_limits *limits, char *line)
{
    char *argv[ARGS_MAX + 1];
    int argc = 0;
    if (*RIM_EMULATOR)
        argv[argc++] = (char *)RIM_EMULATOR;
    argv[argc++] = (char *)RIM_PROGRAM;
    char *rest = NULL;
    for (char *w = strtok_r(line, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        ck_assert_int_lt(argc, ARGS_MAX);
        argv[argc++] = w;
    }
    argv[argc] = NULL;

    int out[2], err[2];
    ck_assert_int_eq(pipe(out), 0);
    ck_assert_int_eq(pipe(err), 0);
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(out[0]);
        close(err[0]);
        be_program(limits, argv, out[1], err[1]);
    }
    close(out[1]);
    close(err[1]);
    memset(run, 0, sizeof *run);
    if (limits->close_stdout)
        close(out[0]);
    collect(run, limits, pid, limits->close_stdout ? -1 : out[0], err[0]);
    if (!limits->close_stdout)
        close(out[0]);
    close(err[0]);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    run->errors = count_errors(run->err);
}

void rim_run_program(rim_run *run, const char *fmt, ...)
{
    char line[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    const rim_run_limits none = {0};
    run_line(run, &none, line);
}

void rim_run_limited(rim_run *run, const rim_run_limits *limits, const char *fmt, ...)
{
    char line[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    run_line(run, limits, line);
}

void rim_expect_error(const rim_run *run, int status, ...)
{
    ck_assert_msg(run->status == status, "status %d, not %d: %s", run->status, status,
                  run->err);
    ck_assert_msg(run->errors == 1, "%d errors: %s", run->errors, run->err);
    va_list args;
    va_start(args, status);
    for (const char *w = va_arg(args, const char *); w; w = va_arg(args, const char *))
        ck_assert_msg(strstr(run->err, w), "'%s' is not in: %s", w, run->err);
    va_end(args);
}

char *rim_slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s is not there", path);
    char *text = NULL;
    size_t room = 0, n;
    *size = 0;
    do {
        room += 1 << 20;
        text = realloc(text, room + 1);
        ck_assert_ptr_nonnull(text);
        n = fread(text + *size, 1, room - *size, f);
        *size += n;
    } while (*size == room);
    text[*size] = '\0';
    fclose(f);
    return text;
}

int rim_count_report(const char *path)
{
    size_t size;
    char *text = rim_slurp(path, &size);
    int lines = 0;
    for (char *line = text; *line; lines++) {
        char *end = strchr(line, '\n');
        ck_assert_msg(end != NULL, "%s: line %d is not whole", path, lines + 1);
        *end = '\0';
        json_error_t error;
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        ck_assert_msg(json_is_object(object), "%s:%d: %s: %s", path, lines + 1,
                      error.text, line);
        json_decref(object);
        line = end + 1;
    }
    free(text);
    return lines;
}

void rim_forget_ages(char *report)
{
    static const char *const keys[] = {",\"age_ms\":", ",\"ages_ms\":"};
    for (int i = 0; i < 2; i++)
        for (char *at = report; (at = strstr(at, keys[i]));) {
            const char *end = at + strlen(keys[i]);
            end = *end == '{' ? strchr(end, '}') + 1 : end + strcspn(end, ",}");
            memmove(at, end, strlen(end) + 1);
        }
}

void rim_fresh_folder(char *path, size_t size, const char *name)
{
    char command[512];
    (void)mkdir(RIM_BINARY_DIR "/tests/scratch", 0777);
    snprintf(path, size, "%s/tests/scratch/%s", RIM_BINARY_DIR, name);
    snprintf(command, sizeof command, "rm -rf '%s' && mkdir -p '%s'", path, path);
    ck_assert_int_eq(system(command), 0); // NOLINT: one thread, our own path
}

void rim_put_text(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    ck_assert_msg(f != NULL, "%s", path);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}
