// options.h: a command's options: one table reads them and writes the help.
//
// A command lists its options with the RIM_OPT_... macros below, each bound to the
// variable that it sets and that holds the default beforehand:
//
//     const rim_option table[] = {
//         RIM_OPT_GROUP("Output"),
//         RIM_OPT_STRING("report", "FILE", &o.report, "one JSON object a frame"),
//         RIM_OPT_INT("threads", "N", &o.threads, 0, 64, "worker threads"),
//         RIM_OPT_INCLUDE(shared_table),
//         RIM_OPT_END,
//     };
//
// Understood are --name value, --name=value, -x value where the name is given as
// "name,x", and -- before arguments that begin with a dash. --help and -h are
// there by themselves. The last of several equal options counts, except for lists.
// Strings are not copied: they belong to argv.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_OPTIONS_H
#define RIM_APP_OPTIONS_H

#include "base/err.h"
#include "capture/source.h"

#include <stdbool.h>
#include <stdio.h>

#define RIM_LIST_MAX 64

typedef struct rim_size {
    int width, height; // px, 1..RIM_FRAME_SIDE_MAX
} rim_size;

typedef struct rim_list {
    int count;
    const char *item[RIM_LIST_MAX];
} rim_list;

typedef enum rim_option_type {
    RIM_OPTION_END = 0,
    RIM_OPTION_GROUP,
    RIM_OPTION_INCLUDE,
    RIM_OPTION_FLAG,
    RIM_OPTION_STRING,
    RIM_OPTION_LIST,
    RIM_OPTION_INT,
    RIM_OPTION_DOUBLE,
    RIM_OPTION_SIZE,
    RIM_OPTION_CROP,
    RIM_OPTION_CHOICE,
} rim_option_type;

typedef struct rim_option {
    rim_option_type type;
    const char *name; // without dashes; of a group its heading
    const char *arg;  // what stands for the value in the help
    const char *help; // wrapped to the width of a terminal
    double min, max;  // of numbers, both allowed
    // Of a choice: the names, ended by NULL; the variable gets the index. An empty
    // name cannot be chosen: it keeps a place for the default.
    const char *const *names;
    union {
        const struct rim_option *table;
        bool *flag;
        const char **string;
        rim_list *list;
        int *integer;
        double *real;
        rim_size *size;
        rim_crop *crop;
    } to;
} rim_option;

// clang-format off
#define RIM_OPT_END {.type = RIM_OPTION_END}
#define RIM_OPT_GROUP(heading) {.type = RIM_OPTION_GROUP, .name = (heading)}
// The options of another table, in this place.
#define RIM_OPT_INCLUDE(other) {.type = RIM_OPTION_INCLUDE, .to.table = (other)}
#define RIM_OPT_FLAG(n, var, text) \
    {.type = RIM_OPTION_FLAG, .name = (n), .help = (text), .to.flag = (var)}
#define RIM_OPT_STRING(n, a, var, text) \
    {.type = RIM_OPTION_STRING, .name = (n), .arg = (a), .help = (text), .to.string = (var)}
// May be given up to RIM_LIST_MAX times.
#define RIM_OPT_LIST(n, a, var, text) \
    {.type = RIM_OPTION_LIST, .name = (n), .arg = (a), .help = (text), .to.list = (var)}
#define RIM_OPT_INT(n, a, var, lo, hi, text) \
    {.type = RIM_OPTION_INT, .name = (n), .arg = (a), .help = (text), \
     .min = (lo), .max = (hi), .to.integer = (var)}
#define RIM_OPT_DOUBLE(n, a, var, lo, hi, text) \
    {.type = RIM_OPTION_DOUBLE, .name = (n), .arg = (a), .help = (text), \
     .min = (lo), .max = (hi), .to.real = (var)}
// WxH
#define RIM_OPT_SIZE(n, var, text) \
    {.type = RIM_OPTION_SIZE, .name = (n), .arg = "WxH", .help = (text), .to.size = (var)}
// X,Y,W,H
#define RIM_OPT_CROP(n, var, text) \
    {.type = RIM_OPTION_CROP, .name = (n), .arg = "X,Y,W,H", .help = (text), \
     .to.crop = (var)}
#define RIM_OPT_CHOICE(n, a, var, list, text) \
    {.type = RIM_OPTION_CHOICE, .name = (n), .arg = (a), .help = (text), \
     .names = (list), .to.integer = (var)}
// clang-format on

// What a command is called and how it is used.
typedef struct rim_usage {
    const char *command;  // "replay"
    const char *synopsis; // what follows it: "INPUT [options]"
    const char *summary;  // one or a few sentences
    const rim_option *options;
    // Pairs: a command line without "rimlight ", and what it does. Ended by NULL.
    const char *const *examples;
    const char *arg;        // what a positional argument is, for errors: "an INPUT"
    int args_min, args_max; // how many of them there may be
} rim_usage;

// Reads argv[1] on (argv[0] is the command itself). The positional arguments are
// moved to args[0..args_max-1], *count of them; both may be NULL where args_max is 0.
// RIM_OK; RIM_END: help was asked for and is printed on standard output;
// RIM_ERR_ARG: logged, names the option and the mend.
RIM_NODISCARD rim_err rim_options_parse(const rim_usage *usage, int argc,
                                        char *const *argv, const char **args,
                                        int *count);
// Copies a table that was made on the stack into an array that stays.
#define RIM_OPTIONS_KEEP(to, from)                                                     \
    do {                                                                               \
        _Static_assert(sizeof(from) <= sizeof(to), "table too small");                 \
        rim_options_copy((to), (from), sizeof(from) / sizeof *(from));                 \
    } while (0)
void rim_options_copy(rim_option *to, const rim_option *from, size_t rows);

// What the process returns for an error: 0 for RIM_OK and RIM_END, 2 for
// RIM_ERR_ARG, else 1.
int rim_exit_status(rim_err err);

void rim_options_help(const rim_usage *usage, FILE *out);
// Logs that `name` given to `command` does not fit: for what only the command can
// check. Returns RIM_ERR_ARG.
rim_err rim_options_refuse(const rim_usage *usage, const char *name, const char *why);

// The name nearest to `word` that a typing slip could have meant, or NULL.
const char *rim_nearest(const char *word, const char *const *names, int count);

#endif
