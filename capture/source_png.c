// source_png.c: a folder of PNGs as a stream of pictures.
//
// The folder is listed and every header is read when it is opened, so that a file
// of another size or depth is refused before anything was processed. A file whose
// header cannot be read is one lost frame.
// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "base/log.h"
#include "capture/source_internal.h"
#include "media/png_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DIGITS_MAX = 15 }; // in a frame number: exact in nanoseconds' double

typedef struct entry {
    char *path;
    uint64_t number;
    bool damaged; // its header could not be read, which was logged
} entry;

typedef struct folder {
    rim_pictures head;
    const char *path; // while opening
    rim_numbering numbering;
    entry *entry; // [count], in order
    size_t count, room;
    size_t next;       // entry that next() will go to
    uint64_t expected; // its number where none is lost
} folder;

// ---- order ----

// Runs of digits compare as numbers, the rest by bytes.
static int compare_names(const char *a, const char *b)
{
    const char *const a0 = a, *const b0 = b;
    while (*a && *b) {
        if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b)) {
            if (*a != *b)
                return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
            continue;
        }
        a += strspn(a, "0");
        b += strspn(b, "0");
        const size_t digits_a = strspn(a, "0123456789");
        const size_t digits_b = strspn(b, "0123456789");
        if (digits_a != digits_b)
            return digits_a < digits_b ? -1 : 1;
        const int order = memcmp(a, b, digits_a);
        if (order != 0)
            return order;
        a += digits_a;
        b += digits_b;
    }
    if (*a != *b)
        return *a ? 1 : -1;
    return strcmp(a0, b0); // a different number of leading zeros
}

static int by_name(const void *a, const void *b)
{
    return compare_names(((const entry *)a)->path, ((const entry *)b)->path);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t na = ((const entry *)a)->number, nb = ((const entry *)b)->number;
    return na != nb ? (na < nb ? -1 : 1) : by_name(a, b);
}

// The digits before ".png". False: there are none, or too many.
static bool number_from_name(uint64_t *number, const char *name)
{
    const char *end = name + strlen(name) - strlen(".png"), *digit = end;
    while (digit > name && isdigit((unsigned char)digit[-1]))
        digit--;
    while (end - digit > DIGITS_MAX && *digit == '0')
        digit++;
    if (digit == end || end - digit > DIGITS_MAX)
        return false;
    *number = strtoull(digit, NULL, 10);
    return true;
}

// ---- listing ----

static rim_err add_entry(folder *f, const char *name, uint64_t number)
{
    if (f->count == f->room) {
        const size_t room = f->room ? f->room * 2 : 256;
        entry *bigger = realloc(f->entry, room * sizeof *bigger);
        if (!bigger)
            return RIM_ERR_MEMORY;
        f->entry = bigger;
        f->room = room;
    }
    char *path = rim_path_join(f->path, name);
    if (!path)
        return RIM_ERR_MEMORY;
    f->entry[f->count++] = (entry){.path = path, .number = number};
    return RIM_OK;
}

static bool has_png_suffix(const char *name)
{
    const size_t length = strlen(name);
    return length > 4 && name[0] != '.' && strcasecmp(name + length - 4, ".png") == 0;
}

static rim_err list_names(folder *f, DIR *dir)
{
    int left_out = 0;
    char first[64] = "";
    for (;;) {
        const struct dirent *item = readdir(dir);
        if (!item)
            break;
        uint64_t number = 0;
        const char *name = item->d_name;
        if (!has_png_suffix(name)) {
            if (name[0] != '.' && left_out++ == 0)
                (void)snprintf(first, sizeof first, "%.63s", name);
            continue;
        }
        if (f->numbering == RIM_NUMBERED_BY_NAME && !number_from_name(&number, name)) {
            rim_log_warning("%s/%s: left out: its name does not end in a frame number; "
                            "name it like 000000.png",
                            f->path, name);
            continue;
        }
        const rim_err err = add_entry(f, name, number);
        if (err)
            return err;
    }
    if (left_out > 0)
        rim_log_info("%s: %d other than PNG left out, \"%s\" among them", f->path,
                     left_out, first);
    return RIM_OK;
}

static rim_err list_folder(folder *f)
{
    DIR *dir = opendir(f->path);
    if (!dir) {
        const int reason = errno;
        rim_log_error("%s: cannot be opened: %s", f->path, strerror(reason));
        return reason == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    const rim_err err = list_names(f, dir);
    (void)closedir(dir);
    if (err)
        return err;
    if (f->count == 0) {
        rim_log_error("%s: no PNG in this folder; name a folder with PNG frames",
                      f->path);
        return RIM_ERR_NOT_FOUND;
    }
    if (f->numbering == RIM_NUMBERED_BY_NAME) {
        qsort(f->entry, f->count, sizeof *f->entry, by_number);
        return RIM_OK;
    }
    qsort(f->entry, f->count, sizeof *f->entry, by_name);
    for (size_t i = 0; i < f->count; i++)
        f->entry[i].number = i;
    return RIM_OK;
}

static rim_err check_numbers(const folder *f)
{
    for (size_t i = 1; i < f->count; i++) {
        if (f->entry[i].number == f->entry[i - 1].number) {
            rim_log_error("%s: the same frame number as %s; remove one of them",
                          f->entry[i].path, f->entry[i - 1].path);
            return RIM_ERR_FORMAT;
        }
    }
    if (f->entry[0].number > 0)
        rim_log_warning(
            "%s: the first frame is number %llu; if there were frames before "
            "it, they are missing",
            f->entry[0].path, (unsigned long long)f->entry[0].number);
    return RIM_OK;
}

// ---- one shape ----

static const char *kind(const rim_png_info *info)
{
    return info->fmt == RIM_FMT_BGRX8 ? "colour" : "grey";
}

// The bits that carry signal must agree where no manifest tells them.
static rim_err check_shapes(folder *f)
{
    rim_png_info first = {0};
    const char *first_path = NULL;
    for (size_t i = 0; i < f->count; i++) {
        rim_png_info info;
        const char *path = f->entry[i].path;
        const rim_err err = rim_png_probe(&info, path);
        if (err == RIM_ERR_MEMORY || err == RIM_ERR_UNSUPPORTED)
            return err;
        f->entry[i].damaged = err != RIM_OK;
        if (err)
            continue;
        if (!first_path) {
            first = info;
            first_path = path;
        }
        if (info.width == first.width && info.height == first.height &&
            info.fmt == first.fmt && info.sample_bits == first.sample_bits &&
            (info.bits == first.bits || f->numbering == RIM_NUMBERED_BY_NAME))
            continue;
        rim_log_error(
            "%s: %dx%d, %s, %d bits, but %s is %dx%d, %s, %d bits; remove it or "
            "give the folder frames of one kind",
            path, info.width, info.height, kind(&info), info.bits, first_path,
            first.width, first.height, kind(&first), first.bits);
        return RIM_ERR_FORMAT;
    }
    if (!first_path) {
        rim_log_error("%s: none of its PNGs can be read", f->path);
        return RIM_ERR_FORMAT;
    }
    f->head.width = first.width;
    f->head.height = first.height;
    f->head.fmt = first.fmt;
    f->head.sample_bits = first.sample_bits;
    f->head.bits = first.bits;
    return RIM_OK;
}

// ---- reading ----

// Missing files are reported as one damage, however many there are.
static rim_err report_gap(folder *f, rim_stamp *stamp, uint64_t number)
{
    const unsigned long long from = f->expected, to = number - 1;
    if (from == to)
        rim_log_error("%s: frame %llu before it is missing and counted as lost",
                      f->entry[f->next].path, to);
    else
        rim_log_error(
            "%s: frames %llu to %llu before it are missing and counted as lost",
            f->entry[f->next].path, from, to);
    f->expected = number;
    stamp->number = number - 1;
    return RIM_ERR_DAMAGED;
}

static rim_err folder_next(rim_pictures *p, rim_stamp *stamp)
{
    folder *f = (folder *)p;
    if (f->next == f->count)
        return RIM_END;
    const entry *e = &f->entry[f->next];
    stamp->t_ns = llround((double)e->number * (double)RIM_NS_PER_S / p->fps);
    if (f->next > 0 && e->number != f->expected)
        return report_gap(f, stamp, e->number);
    f->expected = e->number + 1;
    f->next++;
    stamp->number = e->number;
    return e->damaged ? RIM_ERR_DAMAGED : RIM_OK;
}

static const char *folder_name(rim_pictures *p)
{
    const folder *f = (const folder *)p;
    return f->entry[f->next - 1].path;
}

static rim_err folder_read(rim_pictures *p, rim_frame *frame)
{
    const rim_err err = rim_png_read(frame, folder_name(p));
    // A file that was replaced or removed meanwhile is one lost frame, too.
    return err == RIM_OK || err == RIM_ERR_MEMORY ? err : RIM_ERR_DAMAGED;
}

static void folder_close(rim_pictures *p)
{
    folder *f = (folder *)p;
    for (size_t i = 0; i < f->count; i++)
        free(f->entry[i].path);
    free(f->entry);
    free(f);
}

rim_err rim_pictures_open_folder(rim_pictures **out, const char *path,
                                 rim_numbering numbering, double fps)
{
    static const rim_pictures_ops ops = {folder_next, folder_read, folder_name,
                                         folder_close};
    *out = NULL;
    folder *f = calloc(1, sizeof *f);
    if (!f)
        return RIM_ERR_MEMORY;
    f->head.ops = &ops;
    f->head.fps = fps;
    f->path = path;
    f->numbering = numbering;
    rim_err err = list_folder(f);
    if (!err && numbering == RIM_NUMBERED_BY_NAME)
        err = check_numbers(f);
    if (!err)
        err = check_shapes(f);
    if (err) {
        folder_close(&f->head);
        return err;
    }
    f->head.frames = (int64_t)(f->entry[f->count - 1].number - f->entry[0].number + 1);
    f->path = NULL;
    *out = &f->head;
    return RIM_OK;
}
