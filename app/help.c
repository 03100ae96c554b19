// help.c: the text of --help, from a command's table.
// SPDX-License-Identifier: MIT
#include "app/options.h"

#include "app/banner.h"

#include <string.h>

enum { WIDTH = 79, HELP_COLUMN = 27 };

// Prints words from column `at`, which is where the cursor is, within WIDTH.
static void print_wrapped(FILE *out, const char *text, int at, int indent)
{
    int column = at;
    while (*text) {
        const int len = (int)strcspn(text, " ");
        if (column > indent && column + 1 + len > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", len, text);
        column += len;
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static int print_name(FILE *out, const rim_option *o)
{
    const char *comma = strchr(o->name, ',');
    const int len = comma ? (int)(comma - o->name) : (int)strlen(o->name);
    int n = comma ? fprintf(out, "  -%s, --%.*s", comma + 1, len, o->name)
                  : fprintf(out, "  --%.*s", len, o->name);
    if (o->arg)
        n += fprintf(out, " %s", o->arg);
    return n;
}

static void print_option(FILE *out, const rim_option *o)
{
    char text[1024];
    int n = snprintf(text, sizeof text, "%s", o->help);
    const char *lead = ": "; // an empty name stands for the default, and is not said
    for (int i = 0; o->type == RIM_OPTION_CHOICE && o->names[i]; i++) {
        if (!*o->names[i] || n < 0 || (size_t)n >= sizeof text)
            continue;
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", lead, o->names[i]);
        lead = ", ";
    }
    const int column = print_name(out, o);
    if (column + 2 > HELP_COLUMN)
        fputc('\n', out);
    fprintf(out, "%*s", column + 2 > HELP_COLUMN ? HELP_COLUMN : HELP_COLUMN - column,
            "");
    print_wrapped(out, text, HELP_COLUMN, HELP_COLUMN);
}

static void print_table(FILE *out, const rim_option *o)
{
    for (; o->type != RIM_OPTION_END; o++) {
        if (o->type == RIM_OPTION_GROUP)
            fprintf(out, "\n%s:\n", o->name);
        else if (o->type == RIM_OPTION_INCLUDE)
            print_table(out, o->to.table);
        else
            print_option(out, o);
    }
}

void rim_options_help(const rim_usage *u, FILE *out)
{
    fprintf(out, "Usage: rimlight %s %s\n\n", u->command, u->synopsis);
    print_wrapped(out, u->summary, 0, 0);
    if (u->options->type != RIM_OPTION_GROUP)
        fputc('\n', out);
    print_table(out, u->options);
    fprintf(out, "\n%-*s%s\n", HELP_COLUMN, "  -h, --help", "this text");
    if (u->examples && u->examples[0])
        fputs("\nExamples:\n", out);
    for (const char *const *e = u->examples; e && e[0]; e += 2) {
        fprintf(out, "  rimlight %s\n      ", e[0]);
        print_wrapped(out, e[1], 6, 6);
    }
    fputs("\n" RIM_BANNER "\n", out);
}
