// main.c: finds the command and runs it.
// SPDX-License-Identifier: MIT
#include "app/banner.h"
#include "app/commands.h"
#include "app/options.h"

#include "base/log.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef int command_fn(int argc, char **argv);

static const struct command {
    const char *name, *summary;
    command_fn *run;
} commands[] = {
#define X(name, summary) {#name, summary, rim_cmd_##name},
    RIM_COMMANDS(X)
#undef X
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    fputs(
        "Rimlight finds the bright rims of colorectal liver metastases in\n"
        "near-infrared fluorescence frames, follows them, flags residual fluorescence\n"
        "on a cut surface, and draws it all over the picture.\n\n"
        "Usage: rimlight COMMAND [options]\n\nCommands:\n",
        out);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\nrimlight COMMAND --help tells more of each, with examples.\n\n" RIM_BANNER
          "\n",
          out);
}

static int unknown_command(const char *word)
{
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *near = rim_nearest(word, names, COMMANDS);
    if (near)
        rim_log_error("no command %s; did you mean %s?", word, near);
    else
        rim_log_error("no command %s; rimlight --help lists them", word);
    return 2;
}

static int run(int argc, char **argv)
{
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
        strcmp(word, "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(word, "--version") == 0)
        word = "version";
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(word, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown_command(word);
}

int main(int argc, char **argv)
{
    // A full disk and a reader that left are errors to report, not to die of.
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    int status = run(argc, argv);
    // What was printed may have met a full disk.
    if (fflush(stdout) || ferror(stdout)) {
        rim_log_error("standard output: cannot be written");
        status = status ? status : 1;
    }
    return status;
}
