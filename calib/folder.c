// folder.c: reading and replacing a calibration on disk.
// SPDX-License-Identifier: MIT
#include "calib/folder.h"

#include "base/log.h"
#include "calib/cv_bridge.h"
#include "media/png_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 64 << 20, PATH_BYTES = 4096, NAME_BYTES = 128 };

// ---- reading ----

static rim_err log_errno(const char *path, const char *what)
{
    const int code = errno;
    rim_log_error("%s: %s: %s", path, what, strerror(code));
    return code == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
}

// The whole file, ended by 0.
static rim_err read_text(char **out, const char *path)
{
    *out = NULL;
    FILE *f = fopen(path, "rb");
    if (!f)
        return log_errno(path, "cannot open the calibration");
    rim_err err = RIM_OK;
    struct stat st;
    char *text = NULL;
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size > FILE_BYTES_MAX) {
        rim_log_error("%s: not a calibration file", path);
        err = RIM_ERR_FORMAT;
        goto done;
    }
    const size_t size = (size_t)st.st_size;
    text = malloc(size + 1);
    if (!text) {
        err = RIM_ERR_MEMORY;
        goto done;
    }
    errno = 0;
    if (fread(text, 1, size, f) != size) {
        err = log_errno(path, "cannot read the calibration");
        goto done;
    }
    text[size] = '\0';
    if (strlen(text) != size || strncmp(text, "%YAML", 5) != 0) {
        rim_log_error("%s: not a calibration: it must begin with %%YAML", path);
        err = RIM_ERR_FORMAT;
        goto done;
    }
    *out = text;
    text = NULL;
done:
    free(text);
    (void)fclose(f);
    return err;
}

static rim_err check_version(const rim_doc *doc, const char *file)
{
    if (strcmp(rim_doc_string(doc, "format"), RIM_CALIB_FORMAT) != 0) {
        rim_log_error("%s: \"format\" is not \"%s\": give a calibration made by "
                      "rimlight calibrate",
                      file, RIM_CALIB_FORMAT);
        return RIM_ERR_FORMAT;
    }
    int version = 0;
    const rim_err err = rim_doc_need_int(&version, doc, file, "version", 1, 1000000);
    if (err != RIM_OK)
        return err;
    if (version > RIM_CALIB_VERSION) {
        rim_log_error(
            "%s: version %d, but this program knows up to %d: use a newer one "
            "or calibrate again",
            file, version, RIM_CALIB_VERSION);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

static rim_err find_file(char *file, size_t size, const char *path)
{
    struct stat st;
    const bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    const int n = snprintf(file, size, folder ? "%s/" RIM_CALIB_FILE : "%s", path);
    if (n < 0 || (size_t)n >= size) {
        rim_log_error("%.64s...: the path is too long", path);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

rim_err rim_folder_read(rim_doc *doc, char *file, size_t file_size, const char *path)
{
    *doc = (rim_doc){0};
    char *text = NULL;
    rim_err err = find_file(file, file_size, path);
    if (err == RIM_OK)
        err = read_text(&text, file);
    if (err == RIM_OK)
        err = rim_cv_doc_parse(doc, file, text);
    if (err == RIM_OK)
        err = check_version(doc, file);
    if (err != RIM_OK)
        rim_doc_uninit(doc);
    free(text);
    return err;
}

// ---- maps ----

// FNV-1a over size and samples.
static uint32_t checksum(const rim_frame *f)
{
    uint32_t h = 2166136261U;
    const uint32_t head[2] = {(uint32_t)f->width, (uint32_t)f->height};
    for (int i = 0; i < 2; i++)
        h = (h ^ head[i]) * 16777619U;
    for (int y = 0; y < f->height; y++) {
        const uint16_t *row = rim_frame_row16(f, y);
        for (int x = 0; x < f->width; x++)
            h = (h ^ row[x]) * 16777619U;
    }
    return h;
}

// "dark-5f3a9c01.png" for "dark_map".
static void map_name(char *name, size_t size, const char *key, const rim_frame *f)
{
    size_t stem = strlen(key);
    if (stem > 4 && strcmp(key + stem - 4, "_map") == 0)
        stem -= 4;
    (void)snprintf(name, size, "%.*s-%08x.png", (int)stem, key, checksum(f));
}

// A file beside `file`.
static rim_err beside(char *path, size_t size, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    const int lead = slash ? (int)(slash - file) + 1 : 0;
    const int n = snprintf(path, size, "%.*s%s", lead, file, name);
    if (n < 0 || (size_t)n >= size) {
        rim_log_error("%s: the path is too long", file);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

static rim_err read_checked(rim_frame *map, const char *path, const char *name,
                            const char *key, int width, int height)
{
    rim_png_info info;
    rim_err err = rim_png_probe(&info, path);
    if (err != RIM_OK)
        return err == RIM_ERR_DAMAGED ? RIM_ERR_FORMAT : err;
    if (info.fmt != RIM_FMT_GRAY16 ||
        (width > 0 && (info.width != width || info.height != height))) {
        rim_log_error("%s: %dx%d, but the calibration is for %dx%d; restore the map or "
                      "calibrate again",
                      path, info.width, info.height, width, height);
        return RIM_ERR_FORMAT;
    }
    *map = (rim_frame){
        .width = info.width, .height = info.height, .fmt = RIM_FMT_GRAY16, .bits = 16};
    err = rim_frame_init(map);
    if (err == RIM_OK)
        err = rim_png_read(map, path);
    if (err != RIM_OK)
        return err == RIM_ERR_DAMAGED ? RIM_ERR_FORMAT : err;
    char expected[NAME_BYTES];
    map_name(expected, sizeof expected, key, map);
    if (strcmp(expected, name) != 0) {
        rim_log_error("%s: not the map that the calibration was written with (checksum "
                      "%.8s); restore it or calibrate again",
                      path, strrchr(expected, '-') + 1);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

rim_err rim_folder_read_map(rim_frame *map, const rim_doc *doc, const char *file,
                            const char *key, int width, int height)
{
    *map = (rim_frame){0};
    const rim_doc_entry *e = rim_doc_find(doc, key);
    if (!e)
        return RIM_OK;
    if (e->kind != RIM_DOC_STRING || !*e->string || strchr(e->string, '/')) {
        rim_log_error("%s: \"%s\" must be the name of a PNG beside it", file, key);
        return RIM_ERR_FORMAT;
    }
    char path[PATH_BYTES];
    rim_err err = beside(path, sizeof path, file, e->string);
    if (err == RIM_OK)
        err = read_checked(map, path, e->string, key, width, height);
    if (err != RIM_OK) {
        rim_frame_uninit(map);
        *map = (rim_frame){0};
    }
    return err;
}

// ---- writing ----

// A system crash must not leave the new name with the old or no content.
static rim_err write_text(const char *path, const char *text)
{
    char part[PATH_BYTES];
    const int n = snprintf(part, sizeof part, "%s.part", path);
    if (n < 0 || (size_t)n >= sizeof part)
        return RIM_ERR_ARG;
    FILE *f = fopen(part, "wb");
    if (!f)
        return log_errno(part, "cannot be written");
    const size_t size = strlen(text);
    bool ok =
        fwrite(text, 1, size, f) == size && fflush(f) == 0 && fsync(fileno(f)) == 0;
    const int code = errno;
    ok = fclose(f) == 0 && ok;
    if (ok && rename(part, path) == 0)
        return RIM_OK;
    if (!ok)
        errno = code;
    const rim_err err = log_errno(path, "cannot be written; the old one is as it was");
    (void)remove(part);
    return err == RIM_ERR_NOT_FOUND ? RIM_ERR_IO : err;
}

static bool names_file(const rim_doc *doc, const char *name)
{
    for (int i = 0; i < doc->count; i++)
        if (doc->entry[i].kind == RIM_DOC_STRING &&
            strcmp(doc->entry[i].string, name) == 0)
            return true;
    return false;
}

// Does `name` have the form that map_name() gives?
static bool is_map_name(const char *name)
{
    const char *dash = strrchr(name, '-');
    return dash && !strchr(name, '/') && strlen(dash) == 13 &&
           strspn(dash + 1, "0123456789abcdef") == 8 && strcmp(dash + 9, ".png") == 0;
}

// Takes away the maps that `old` names and `now` does not. Not being able to is
// harmless.
static void remove_stale(const char *dir, const rim_doc *old, const rim_doc *now)
{
    for (int i = 0; i < old->count; i++) {
        const rim_doc_entry *e = &old->entry[i];
        char path[PATH_BYTES];
        if (e->kind != RIM_DOC_STRING || !is_map_name(e->string) ||
            names_file(now, e->string))
            continue;
        const int n = snprintf(path, sizeof path, "%s/%s", dir, e->string);
        if (n > 0 && (size_t)n < sizeof path)
            (void)remove(path);
    }
}

static rim_err write_map(const char *dir, rim_doc *doc, const rim_folder_map *map)
{
    char name[NAME_BYTES], path[PATH_BYTES];
    map_name(name, sizeof name, map->key, map->frame);
    const int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return RIM_ERR_ARG;
    rim_frame f = *map->frame;
    f.bits = 16; // samples of a map use all bits
    const rim_err err = rim_png_write(path, &f);
    return err == RIM_OK ? rim_doc_set_string(doc, map->key, name) : err;
}

rim_err rim_folder_write(const char *dir, rim_doc *doc, const rim_folder_map *map,
                         int count)
{
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%s/" RIM_CALIB_FILE, dir);
    if (n < 0 || (size_t)n >= sizeof path) {
        rim_log_error("%.64s...: the path is too long", dir);
        return RIM_ERR_ARG;
    }
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return log_errno(dir, "cannot make the folder");
    rim_doc old = {0};
    rim_err err = RIM_OK;
    if (access(path, F_OK) == 0)
        err = rim_folder_read(&old, path, sizeof path, dir);
    for (int i = 0; i < count && err == RIM_OK; i++)
        err = write_map(dir, doc, &map[i]);
    char *text = NULL;
    if (err == RIM_OK)
        err = rim_cv_doc_format(&text, doc);
    if (err == RIM_OK)
        err = write_text(path, text);
    free(text);
    if (err == RIM_OK)
        remove_stale(dir, &old, doc);
    rim_doc_uninit(&old);
    return err;
}
