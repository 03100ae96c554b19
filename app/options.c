// options.c: reads a command line by a table.
// SPDX-License-Identifier: MIT
#include "app/options.h"

#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 128, WORD_MAX = 64 };

static size_t long_length(const char *name)
{
    return strcspn(name, ",");
}

static bool is_long(const rim_option *o, const char *word, size_t len)
{
    return len == long_length(o->name) && memcmp(o->name, word, len) == 0;
}

static bool is_letter(const rim_option *o, char letter)
{
    const char *comma = strchr(o->name, ',');
    return comma && comma[1] == letter;
}

// The option called `word` (of `len` bytes; one byte after a single dash).
static const rim_option *find(const rim_option *o, const char *word, size_t len,
                              int dashes)
{
    for (; o->type != RIM_OPTION_END; o++) {
        if (o->type == RIM_OPTION_GROUP)
            continue;
        const rim_option *found = NULL;
        if (o->type == RIM_OPTION_INCLUDE)
            found = find(o->to.table, word, len, dashes);
        else if (dashes == 2 ? is_long(o, word, len) : is_letter(o, *word))
            found = o;
        if (found)
            return found;
    }
    return NULL;
}

static int collect_names(const char **names, int count, const rim_option *o)
{
    for (; o->type != RIM_OPTION_END && count < NAMES_MAX; o++) {
        if (o->type == RIM_OPTION_INCLUDE)
            count = collect_names(names, count, o->to.table);
        else if (o->type != RIM_OPTION_GROUP)
            names[count++] = o->name;
    }
    return count;
}

// Levenshtein's distance over the first WORD_MAX bytes, names ending at a comma.
static int distance(const char *a, const char *b)
{
    int row[WORD_MAX + 1];
    const size_t m = strlen(a) < WORD_MAX ? strlen(a) : WORD_MAX;
    const size_t n = long_length(b) < WORD_MAX ? long_length(b) : WORD_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= m; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= n; j++) {
            const int change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            const int shift = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            row[j] = change < shift ? change : shift;
        }
    }
    return row[n];
}

const char *rim_nearest(const char *word, const char *const *names, int count)
{
    const char *best = NULL;
    int best_distance = (int)strlen(word) / 3 + 2; // farther is no slip
    for (int i = 0; i < count; i++) {
        const int d = distance(word, names[i]);
        if (d < best_distance) {
            best_distance = d;
            best = names[i];
        }
    }
    return best;
}

rim_err rim_options_refuse(const rim_usage *u, const char *name, const char *why)
{
    rim_log_error("%s: --%s: %s", u->command, name, why);
    return RIM_ERR_ARG;
}

static rim_err unknown(const rim_usage *u, const char *word)
{
    const char *names[NAMES_MAX];
    const int count = collect_names(names, 0, u->options);
    const char *bare = word + strspn(word, "-");
    char name[WORD_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(bare, "="), bare);
    const char *near = rim_nearest(name, names, count);
    if (near)
        rim_log_error("%s: no option %s; did you mean --%.*s?", u->command, word,
                      (int)long_length(near), near);
    else
        rim_log_error("%s: no option %s; rimlight %s --help lists them", u->command,
                      word, u->command);
    return RIM_ERR_ARG;
}

static rim_err refuse_value(const rim_usage *u, const rim_option *o, const char *value,
                            const char *mend)
{
    rim_log_error("%s: --%.*s %s: %s", u->command, (int)long_length(o->name), o->name,
                  value, mend);
    return RIM_ERR_ARG;
}

static rim_err out_of_range(const rim_usage *u, const rim_option *o, const char *value,
                            const char *kind)
{
    char mend[128];
    snprintf(mend, sizeof mend, "give %s from %.10g to %.10g", kind, o->min, o->max);
    return refuse_value(u, o, value, mend);
}

static rim_err set_number(const rim_usage *u, const rim_option *o, const char *value)
{
    char *end;
    if (o->type == RIM_OPTION_INT) {
        errno = 0;
        const long v = strtol(value, &end, 10);
        if (end == value || *end || errno || (double)v < o->min || (double)v > o->max)
            return out_of_range(u, o, value, "a whole number");
        *o->to.integer = (int)v;
        return RIM_OK;
    }
    const double v = strtod(value, &end);
    if (end == value || *end || !isfinite(v) || v < o->min || v > o->max)
        return out_of_range(u, o, value, "a number");
    *o->to.real = v;
    return RIM_OK;
}

// Reads `count` whole numbers with `separator` between them and nothing around.
static bool read_ints(int *out, const char *text, int count, char separator)
{
    for (int i = 0; i < count; i++) {
        char *end;
        errno = 0;
        const long v = strtol(text, &end, 10);
        if (end == text || errno || v < 0 || v > RIM_FRAME_SIDE_MAX)
            return false;
        if (*end != (i + 1 < count ? separator : '\0'))
            return false;
        out[i] = (int)v;
        text = end + 1;
    }
    return true;
}

static rim_err set_size(const rim_usage *u, const rim_option *o, const char *value)
{
    int v[2];
    if (!read_ints(v, value, 2, 'x') || v[0] < 1 || v[1] < 1)
        return refuse_value(u, o, value, "give width x height in pixels, as 1280x720");
    *o->to.size = (rim_size){.width = v[0], .height = v[1]};
    return RIM_OK;
}

static rim_err set_crop(const rim_usage *u, const rim_option *o, const char *value)
{
    int v[4];
    if (!read_ints(v, value, 4, ',') || v[2] < 1 || v[3] < 1)
        return refuse_value(u, o, value,
                            "give left, top, width and height in pixels, as "
                            "0,0,960,540");
    *o->to.crop = (rim_crop){.x = v[0], .y = v[1], .width = v[2], .height = v[3]};
    return RIM_OK;
}

static rim_err set_choice(const rim_usage *u, const rim_option *o, const char *value)
{
    char mend[256] = "choose one of";
    size_t n = strlen(mend);
    const char *comma = "";
    for (int i = 0; o->names[i]; i++) {
        if (!*o->names[i]) // stands for the default
            continue;
        if (strcmp(value, o->names[i]) == 0) {
            *o->to.integer = i;
            return RIM_OK;
        }
        if (n < sizeof mend)
            n += (size_t)snprintf(mend + n, sizeof mend - n, "%s %s", comma,
                                  o->names[i]);
        comma = ",";
    }
    return refuse_value(u, o, value, mend);
}

static rim_err set_value(const rim_usage *u, const rim_option *o, const char *value)
{
    switch (o->type) {
    case RIM_OPTION_STRING:
        if (!*value)
            return refuse_value(u, o, "''", "must not be empty");
        *o->to.string = value;
        return RIM_OK;
    case RIM_OPTION_LIST:
        if (o->to.list->count == RIM_LIST_MAX)
            return refuse_value(u, o, value, "given too often");
        o->to.list->item[o->to.list->count++] = value;
        return RIM_OK;
    case RIM_OPTION_SIZE:
        return set_size(u, o, value);
    case RIM_OPTION_CROP:
        return set_crop(u, o, value);
    case RIM_OPTION_CHOICE:
        return set_choice(u, o, value);
    default:
        return set_number(u, o, value);
    }
}

// One option, argv[*i]; takes the next argument where that is its value.
static rim_err read_option(const rim_usage *u, int *i, int argc, char *const *argv)
{
    const char *word = argv[*i];
    const int dashes = word[1] == '-' ? 2 : 1;
    const char *name = word + dashes;
    const size_t len = dashes == 2 ? strcspn(name, "=") : 1;
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const rim_option *o = find(u->options, name, len, dashes);
    if (!o || (name[len] && !value))
        return unknown(u, word);
    if (o->type == RIM_OPTION_FLAG) {
        if (value)
            return refuse_value(u, o, value, "takes no value");
        *o->to.flag = true;
        return RIM_OK;
    }
    if (!value) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0) {
            rim_log_error("%s: --%.*s needs a value: --%.*s %s", u->command,
                          (int)long_length(o->name), o->name, (int)long_length(o->name),
                          o->name, o->arg);
            return RIM_ERR_ARG;
        }
        value = argv[++*i];
    }
    return set_value(u, o, value);
}

rim_err rim_options_parse(const rim_usage *u, int argc, char *const *argv,
                          const char **args, int *count)
{
    int found = 0;
    bool options_over = false;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!options_over && strcmp(word, "--") == 0) {
            options_over = true;
        } else if (options_over || word[0] != '-' || !word[1]) {
            if (found == u->args_max) {
                rim_log_error("%s: %s is one argument too many; usage: rimlight %s %s",
                              u->command, word, u->command, u->synopsis);
                return RIM_ERR_ARG;
            }
            args[found++] = word;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            rim_options_help(u, stdout);
            return RIM_END;
        } else {
            const rim_err err = read_option(u, &i, argc, argv);
            if (err)
                return err;
        }
    }
    if (found < u->args_min) {
        rim_log_error("%s needs %s; usage: rimlight %s %s", u->command, u->arg,
                      u->command, u->synopsis);
        return RIM_ERR_ARG;
    }
    if (count)
        *count = found;
    return RIM_OK;
}

// A function, since gcc 12 at -O1 loses rows where it copies such a table in place.
void rim_options_copy(rim_option *to, const rim_option *from, size_t rows)
{
    memcpy(to, from, rows * sizeof *to);
}

int rim_exit_status(rim_err err)
{
    if (err == RIM_OK || err == RIM_END)
        return 0;
    return err == RIM_ERR_ARG ? 2 : 1;
}
