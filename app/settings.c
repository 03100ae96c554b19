// settings.c: lines of "name value".
// SPDX-License-Identifier: MIT
#include "app/settings.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

// The folder that settings lie in; false: there is none to be found.
static bool find_folder(char out[PATH_BYTES], const char **below)
{
    const char *config = getenv("XDG_CONFIG_HOME"); // NOLINT(concurrency-mt-unsafe)
    const char *home = getenv("HOME");              // NOLINT(concurrency-mt-unsafe)
    int used = -1;
    *below = "/rimlight";
    if (config && config[0] == '/') { // the XDG rules want an absolute path
        used = snprintf(out, PATH_BYTES, "%s", config);
    } else if (home && home[0] == '/') {
        used = snprintf(out, PATH_BYTES, "%s/.config", home);
    }
    return used > 0 && used < PATH_BYTES - 64;
}

static bool find_path(char out[PATH_BYTES])
{
    const char *below;
    if (!find_folder(out, &below))
        return false;
    strcat(out, below);
    strcat(out, "/window.conf");
    return true;
}

static void take(rim_settings *s, const char *name, const char *value)
{
    if (strcmp(name, "view") == 0) {
        s->has_view =
            rim_view_from_name(&s->view, value) == RIM_OK && s->view != RIM_VIEW_WHITE;
    } else if (strcmp(name, "color-map") == 0) {
        s->has_color_map = rim_color_map_from_name(&s->color_map, value) == RIM_OK;
    } else if (strcmp(name, "opacity") == 0) {
        const long v = strtol(value, NULL, 10);
        s->opacity = v >= RIM_OPACITY_MIN && v <= 100 ? (int)v : 0;
    } else if (strcmp(name, "width") == 0 || strcmp(name, "height") == 0) {
        const long v = strtol(value, NULL, 10);
        const int side = v >= 160 && v <= RIM_FRAME_SIDE_MAX ? (int)v : 0;
        if (name[0] == 'w')
            s->width = side;
        else
            s->height = side;
    }
}

void rim_settings_load(rim_settings *s)
{
    char path[PATH_BYTES], line[128], name[32], value[64];
    *s = (rim_settings){0};
    if (!find_path(path))
        return;
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%31s %63s", name, value) == 2)
            take(s, name, value);
    fclose(f);
}

static bool write_file(const rim_settings *s, const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return false;
    if (s->width > 0 && s->height > 0)
        fprintf(f, "width %d\nheight %d\n", s->width, s->height);
    if (s->has_view)
        fprintf(f, "view %s\n", rim_view_name(s->view));
    if (s->has_color_map)
        fprintf(f, "color-map %s\n", rim_color_map_name(s->color_map));
    if (s->opacity > 0)
        fprintf(f, "opacity %d\n", s->opacity);
    const bool good = !ferror(f);
    return fclose(f) == 0 && good;
}

static bool same(const rim_settings *a, const rim_settings *b)
{
    return a->width == b->width && a->height == b->height &&
           a->has_view == b->has_view && (!a->has_view || a->view == b->view) &&
           a->has_color_map == b->has_color_map &&
           (!a->has_color_map || a->color_map == b->color_map) &&
           a->opacity == b->opacity;
}

void rim_settings_save(const rim_settings *s, const rim_settings *was)
{
    char folder[PATH_BYTES], path[PATH_BYTES], part[PATH_BYTES + 8];
    const char *below;
    if (same(s, was) || !find_folder(folder, &below) || !find_path(path))
        return;
    (void)mkdir(folder, 0700);
    strcat(folder, below);
    (void)mkdir(folder, 0700);
    snprintf(part, sizeof part, "%s.new", path);
    if (write_file(s, part) && rename(part, path) == 0)
        return;
    rim_log_info("%s: the window's settings cannot be kept: %s", path, strerror(errno));
    (void)unlink(part);
}
