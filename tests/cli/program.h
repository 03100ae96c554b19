// program.h: runs the real rimlight for a test and keeps what it said.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_PROGRAM_H
#define RIM_TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rim_run {
    int status;      // exit status, or 128 + the signal that killed it
    char out[65536]; // what it wrote, cut off there, ended by 0
    char err[8192];
    int errors; // lines of err that are neither warning nor note
} rim_run;

// What to run it under; all zero: nothing special.
typedef struct rim_run_limits {
    long file_bytes;         // RLIMIT_FSIZE, 0: none: "the disk is full"
    const char *signal_when; // SIGINT once this file has a first byte
    const char *kill_when;   // SIGKILL once this file has so many bytes
    long kill_bytes;
    bool close_stdout; // nobody reads standard output
} rim_run_limits;

// Runs `rimlight ARGS`, args split at spaces; %s-style formatting first. A run that
// takes longer than a minute (times CK_TIMEOUT_MULTIPLIER) is killed, status 137.
void rim_run_program(rim_run *run, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void rim_run_limited(rim_run *run, const rim_run_limits *limits, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// Fails the test unless the run ended with `status` and one line of error that has
// each of the words, NULL-ended.
void rim_expect_error(const rim_run *run, int status, ...);

// Every line of the file must be a JSON object that ends with a newline; returns how
// many there are. Fails the test otherwise.
int rim_count_report(const char *path);

// Takes the ages, which only a live run has, out of every line of a report.
void rim_forget_ages(char *report);

// An empty folder for this test, removed and made anew.
void rim_fresh_folder(char *path, size_t size, const char *name);
// Writes text to folder/name.
void rim_put_text(const char *folder, const char *name, const char *text);
// Reads a whole file; the caller frees it.
char *rim_slurp(const char *path, size_t *size);

#endif
