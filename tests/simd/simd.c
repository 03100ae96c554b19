// simd.c: every kernel of every table, at each level that this machine has, against
// the definition in C; with --bench, how fast: against C and against a copy that reads and
// writes as many bytes in the first cache, and why where that is more than twice as fast.
//
// A level is offered after the other, from the lowest; where the table changes there
// is a variant to check. In the manner of dav1d's and FFmpeg's checkasm.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd_internal.h"

#include "base/clock.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIALS = 400, LEVELS_MAX = 8, KERNELS_MAX = 64 };

typedef struct entry {
    const char *table, *kernel;
    const char *reason; // why it takes more than twice as long as a copy; NULL
    simd_check_fn *check;
    simd_any_fn *at[LEVELS_MAX]; // by level; equal to the one before: no variant
} entry;

static simd state;

// For the signal handler: what is on trial.
static char on_trial[160];

simd_any_fn *simd_reference(const simd *s)
{
    return s->reference;
}

simd_any_fn *simd_variant(const simd *s)
{
    return s->variant;
}

void simd_fail(simd *s, const char *format, ...)
{
    if (s->failed)
        return; // the first says enough
    s->failed = true;
    fprintf(stderr, "%s %s: trial %d, --seed %llu: ", s->kernel, s->level, s->trial,
            (unsigned long long)s->seed);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

bool simd_trial(simd *s)
{
    simd_check_guards(s);
    s->trial++;
    s->way = s->trials > 0 ? (int)(simd_next(s) % SIMD_WAYS) : 0;
    return s->trial < s->trials && !s->failed;
}

void simd_same(simd *s, const void *made, const void *right, int count, size_t element)
{
    const uint8_t *m = made, *r = right;
    for (int i = 0; i < count; i++, m += element, r += element) {
        if (memcmp(m, r, element) == 0)
            continue;
        uint64_t a = 0, b = 0; // little endian, as all machines with variants are
        memcpy(&a, m, element < 8 ? element : 8);
        memcpy(&b, r, element < 8 ? element : 8);
        simd_fail(s, "element %d of %d is %#llx, should be %#llx", i, count,
                  (unsigned long long)a, (unsigned long long)b);
        return;
    }
}

bool simd_bench(simd *s, size_t bytes)
{
    if (!s->bench)
        return false;
    s->bytes = bytes;
    if (s->call++ < s->calls)
        return true;
    const int64_t now = rim_clock_now_ns(), took = now - s->start_ns;
    if (s->batch < 0 && took < 200000 && s->calls < 1 << 20) {
        s->calls *= 2; // too short to be timed
    } else {
        if (s->batch >= 0)
            s->batch_ns[s->batch] = (double)took / s->calls;
        if (++s->batch == SIMD_BATCHES)
            return false;
    }
    s->call = 1;
    s->start_ns = rim_clock_now_ns();
    return true;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// Median time of a call of `fn` in nanoseconds.
static double time_of(simd *s, const entry *e, simd_any_fn *fn)
{
    s->variant = fn;
    s->trials = s->trial = s->call = 0;
    s->calls = 1;
    s->batch = -1;
    s->start_ns = rim_clock_now_ns();
    s->bench = true;
    e->check(s);
    s->bench = false;
    s->used = 0;
    qsort(s->batch_ns, SIMD_BATCHES, sizeof s->batch_ns[0], by_size);
    return s->batch_ns[SIMD_BATCHES / 2];
}

static bool check_level(simd *s, const entry *e, int level, const char *name)
{
    s->kernel = e->kernel;
    s->level = name;
    s->reference = e->at[0];
    s->variant = e->at[level];
    s->trials = TRIALS;
    s->trial = -1;
    s->state = s->seed;
    s->used = 0;
    s->failed = false;
    snprintf(on_trial, sizeof on_trial,
             "%s %s, --seed %llu: touched memory outside of its buffers\n", e->kernel,
             name, (unsigned long long)s->seed);
    e->check(s);
    return !s->failed;
}

static void on_fault(int signal)
{
    (void)!write(STDERR_FILENO, on_trial, strlen(on_trial));
    _exit(128 + signal);
}

static void copy_bytes(simd *s)
{
    const int half = (int)(s->bytes / 2) + 1;
    const uint8_t *from = simd_room(s, half, 1);
    uint8_t *to = simd_room(s, half, 1);
    SIMD_BENCH(s, s->bytes, memcpy(to, from, (size_t)half));
}

static void bench_kernel(simd *s, const entry *e, const char *const *level, int levels)
{
    s->kernel = e->kernel;
    s->reference = e->at[0];
    double c = 0, below = 0, copy = 0;
    for (int i = 0; i < levels; i++) {
        if (i > 0 && e->at[i] == e->at[i - 1])
            continue;
        const double ns = time_of(s, e, e->at[i]);
        if (i == 0) {
            c = ns;
            copy = time_of(s, &(entry){.check = copy_bytes}, NULL);
        }
        printf("%-8s %-12s %-7s %6.0f ns %6.1f GB/s %6.2f x C %6.1f copies  %s%s\n",
               e->table, e->kernel, level[i], ns, (double)s->bytes / ns, c / ns,
               ns / copy,
               i > 0 && ns >= below ? "not faster than the level below; " : "",
               ns <= 2.0 * copy ? ""
               : e->reason      ? e->reason
                                : "no reason is given");
        below = ns;
    }
}

// The levels of this machine and what each table holds at each.
static int find_kernels(entry *e, const char **level, int *levels)
{
    int kernels = 0;
    *levels = 0;
    for (int i = 0; rim_cpu_level(i); i++) {
        unsigned cpu;
        if (rim_cpu_from_name(&cpu, rim_cpu_level(i)))
            continue;
        rim_capture_kernels capture;
        rim_process_kernels process;
        rim_render_kernels render;
        rim_capture_kernels_init(&capture, cpu);
        rim_process_kernels_init(&process, cpu);
        rim_render_kernels_init(&render, cpu);
        kernels = 0;
#define ENTRY(folder, name)                                                            \
    e[kernels].table = #folder;                                                        \
    e[kernels].kernel = #name;                                                         \
    e[kernels].check = check_##name;                                                   \
    e[kernels++].at[*levels] = (simd_any_fn *)folder.name;
#define X(name) ENTRY(capture, name)
        RIM_CAPTURE_KERNELS(X)
#undef X
#define X(name) ENTRY(process, name)
        RIM_PROCESS_KERNELS(X)
#undef X
#define X(name) ENTRY(render, name)
        RIM_RENDER_KERNELS(X)
#undef X
        level[(*levels)++] = rim_cpu_level(i);
    }
#define R(name, why)                                                                   \
    for (int i = 0; i < kernels; i++)                                                  \
        if (e[i].check == check_##name)                                                \
            e[i].reason = why;
    RIM_CAPTURE_REASONS(R)
    RIM_PROCESS_REASONS(R)
    RIM_RENDER_REASONS(R)
#undef R
    return kernels;
}

static int usage(void)
{
    fputs("usage: test_simd [--bench] [--kernel NAME] [--seed N]\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static entry kernel[KERNELS_MAX];
    const char *level[LEVELS_MAX], *only = NULL;
    bool bench = false;
    int levels, checked = 0, failed = 0;
    simd *s = &state;
    s->seed = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--bench") == 0)
            bench = true;
        else if (strcmp(argv[i], "--kernel") == 0 && i + 1 < argc)
            only = argv[++i];
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            s->seed = strtoull(argv[++i], NULL, 10);
        else
            return usage();
    }
    s->seed = s->seed ? s->seed : 1;
    simd_arenas_init(s);
    (void)signal(SIGSEGV, on_fault);
    (void)signal(SIGBUS, on_fault);
    const int kernels = find_kernels(kernel, level, &levels);
    for (int k = 0; k < kernels; k++) {
        if (only && strcmp(only, kernel[k].kernel) != 0)
            continue;
        // C too, against itself: that it stays within its buffers.
        for (int i = 0; i < levels; i++)
            if (i == 0 || kernel[k].at[i] != kernel[k].at[i - 1]) {
                failed += !check_level(s, &kernel[k], i, level[i]);
                checked++;
            }
        if (bench)
            bench_kernel(s, &kernel[k], level, levels);
    }
    printf("%d kernels, %d variants at %d levels (highest %s), %d wrong\n", kernels,
           checked, levels, level[levels - 1], failed);
    return checked == 0 || failed > 0;
}
