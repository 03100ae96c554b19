// screen_layout.c: built-in layouts, and text files that describe others.
// SPDX-License-Identifier: MIT
#include "capture/screen_layout.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 65536, LINE_MAX_BYTES = 256 };

static const struct {
    const char *name, *text;
} built_in[] = {
    // 16:9: three 4:3 panels fill the left quarter, one 4:3 view the rest.
    {"pinpoint",
     "rimlight-layout 1\n"
     "description PINPOINT: 16:9, panels at the left for white light, NIR and overlay, "
     "one big view\n"
     "screen 1920x1080\n"
     "panel white 0,0,480,360\n"
     "panel nir 0,360,480,360\n"
     "panel overlay 0,720,480,360\n"
     "panel big 480,0,1440,1080\n"
     "nir nir\n"
     "visible white\n"
     "nir-from gray\n"},
    {"side-by-side",
     "rimlight-layout 1\n"
     "description 16:9, NIR in the left half, white light in the right half\n"
     "screen 1920x1080\n"
     "panel left 0,0,960,1080\n"
     "panel right 960,0,960,1080\n"
     "nir left\n"
     "visible right\n"
     "nir-from gray\n"},
};
enum { BUILT_IN = sizeof built_in / sizeof *built_in };

// A layout as it is being read.
typedef struct parser {
    rim_screen_layout *l;
    const char *path;
    int line;
    char nir[24], visible[24];
    bool has_head;
} parser;

static rim_err wrong(const parser *p, const char *why)
{
    rim_log_error("%s:%d: %s; docs/recording.md shows a layout", p->path, p->line, why);
    return RIM_ERR_FORMAT;
}

static int find_panel(const rim_screen_layout *l, const char *name)
{
    for (int i = 0; i < l->panel_count; i++)
        if (strcmp(l->panel[i].name, name) == 0)
            return i;
    return -1;
}

static rim_err take_panel(parser *p, const char *value)
{
    rim_screen_layout *l = p->l;
    rim_screen_panel panel = {0};
    rim_crop *c = &panel.at;
    int end = 0;
    if (sscanf(value, "%23s %6d,%6d,%6d,%6d%n", panel.name, &c->x, &c->y, &c->width,
               &c->height, &end) != 5 ||
        value[end])
        return wrong(p, "write a panel as NAME LEFT,TOP,WIDTH,HEIGHT");
    if (l->width == 0)
        return wrong(p, "`screen WxH` comes before the panels");
    if (c->x < 0 || c->y < 0 || c->width < 64 || c->height < 64 ||
        c->x > l->width - c->width || c->y > l->height - c->height)
        return wrong(p, "the panel is not inside the screen, or smaller than 64x64");
    if (l->panel_count == RIM_SCREEN_PANELS || find_panel(l, panel.name) >= 0)
        return wrong(p, "too many panels, or two of one name");
    l->panel[l->panel_count++] = panel;
    return RIM_OK;
}

static rim_err take_line(parser *p, const char *key, const char *value)
{
    rim_screen_layout *l = p->l;
    int end = 0;
    if (strcmp(key, "description") == 0) {
        (void)snprintf(l->description, sizeof l->description, "%s", value);
    } else if (strcmp(key, "screen") == 0) {
        if (sscanf(value, "%5dx%5d%n", &l->width, &l->height, &end) != 2 ||
            value[end] || l->width < 64 || l->height < 64 || l->width > 16384 ||
            l->height > 16384)
            return wrong(p, "write the screen as 1920x1080");
    } else if (strcmp(key, "panel") == 0) {
        return take_panel(p, value);
    } else if (strcmp(key, "nir") == 0) {
        (void)snprintf(p->nir, sizeof p->nir, "%s", value);
    } else if (strcmp(key, "visible") == 0) {
        (void)snprintf(p->visible, sizeof p->visible, "%s", value);
    } else if (strcmp(key, "nir-from") == 0) {
        if (rim_nir_from_name(&l->nir_from, value))
            return wrong(p, "nir-from is gray, red, green, blue or green-overlay");
    } else {
        return wrong(p, "begins with none of description, screen, panel, nir, visible, "
                        "nir-from");
    }
    return RIM_OK;
}

// One line, its comment taken off, split at the first gap.
static rim_err parse_line(parser *p, char *line)
{
    char *comment = strchr(line, '#');
    if (comment)
        *comment = '\0';
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        line[--length] = '\0';
    line += strspn(line, " \t");
    if (!*line)
        return RIM_OK;
    if (!p->has_head) {
        p->has_head = strcmp(line, "rimlight-layout 1") == 0;
        return p->has_head ? RIM_OK
                           : wrong(p, "a layout begins with \"rimlight-layout 1\"");
    }
    char *value = line + strcspn(line, " \t");
    if (*value) {
        *value++ = '\0';
        value += strspn(value, " \t");
    }
    return take_line(p, line, value);
}

static rim_err parse(rim_screen_layout *l, const char *text, const char *path)
{
    parser p = {.l = l, .path = path};
    while (*text) {
        char line[LINE_MAX_BYTES];
        const size_t length = strcspn(text, "\n");
        p.line++;
        if (length >= sizeof line)
            return wrong(&p, "the line is too long");
        memcpy(line, text, length);
        line[length] = '\0';
        const rim_err err = parse_line(&p, line);
        if (err)
            return err;
        text += length + (text[length] == '\n');
    }
    l->nir = find_panel(l, p.nir);
    l->visible = p.visible[0] ? find_panel(l, p.visible) : -1;
    if (!p.has_head || l->nir < 0)
        return wrong(&p, "`nir` must name one of its panels");
    return p.visible[0] && l->visible < 0
               ? wrong(&p, "`visible` names none of its panels")
               : RIM_OK;
}

bool rim_screen_layout_at(rim_screen_layout *out, int i)
{
    *out = (rim_screen_layout){0};
    if (i < 0 || i >= BUILT_IN || parse(out, built_in[i].text, built_in[i].name))
        return false;
    (void)snprintf(out->name, sizeof out->name, "%s", built_in[i].name);
    return true;
}

static rim_err load_file(rim_screen_layout *l, const char *path)
{
    FILE *f = fopen(path, "rbe");
    if (!f) {
        rim_log_error(
            "%s: no such layout: %s; `rimlight devices --layouts` lists those "
            "that are built in",
            path, strerror(errno));
        return RIM_ERR_NOT_FOUND;
    }
    char *text = calloc(1, TEXT_MAX + 1);
    const size_t size = text ? fread(text, 1, TEXT_MAX, f) : 0;
    rim_err err = text ? RIM_OK : RIM_ERR_MEMORY;
    if (!err && (strlen(text) != size || size == TEXT_MAX)) {
        rim_log_error("%s: is no text, or too long for a layout", path);
        err = RIM_ERR_FORMAT;
    }
    if (!err)
        err = parse(l, text, path);
    free(text);
    (void)fclose(f);
    return err;
}

// "nir=big,visible=white"
static rim_err choose_panels(rim_screen_layout *l, const char *words)
{
    while (*words) {
        char key[16], name[24];
        int end = 0;
        if (sscanf(words, "%15[^=,]=%23[^,]%n", key, name, &end) != 2) {
            rim_log_error("--layout: write panels as nir=NAME,visible=NAME, not \"%s\"",
                          words);
            return RIM_ERR_ARG;
        }
        const int panel = find_panel(l, name);
        int *which = strcmp(key, "nir") == 0       ? &l->nir
                     : strcmp(key, "visible") == 0 ? &l->visible
                                                   : NULL;
        if (!which || panel < 0) {
            rim_log_error(
                "--layout: no panel %s=%s; `rimlight devices --layouts` lists "
                "those that are built in",
                key, name);
            return RIM_ERR_ARG;
        }
        *which = panel;
        words += end + (words[end] == ',');
    }
    return RIM_OK;
}

rim_err rim_screen_layout_load(rim_screen_layout *out, const char *text)
{
    *out = (rim_screen_layout){0};
    const char *colon = strrchr(text, ':');
    const size_t length = colon ? (size_t)(colon - text) : strlen(text);
    char name[sizeof out->name];
    if (length >= sizeof name || length == 0) {
        rim_log_error("--layout: \"%s\" is no name of a layout", text);
        return RIM_ERR_ARG;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    rim_err err = RIM_ERR_NOT_FOUND;
    for (int i = 0; i < BUILT_IN && err; i++)
        if (strcmp(built_in[i].name, name) == 0)
            err = rim_screen_layout_at(out, i) ? RIM_OK : RIM_ERR_FORMAT;
    if (err)
        err = load_file(out, name);
    memcpy(out->name, name, length + 1);
    return err || !colon ? err : choose_panels(out, colon + 1);
}

static int scaled(int v, int to, int from)
{
    return (int)(((int64_t)v * to * 2 + from) / (2 * (int64_t)from));
}

rim_err rim_screen_layout_crop(rim_crop *out, const rim_screen_layout *l, int panel,
                               int width, int height, const char *input)
{
    const int64_t a = (int64_t)width * l->height, b = (int64_t)height * l->width;
    if (llabs(a - b) * 50 > b) {
        rim_log_error("%s: %dx%d, but the layout %s is for screens shaped like %dx%d; "
                      "choose another --layout, or --crop",
                      input, width, height, l->name, l->width, l->height);
        return RIM_ERR_FORMAT;
    }
    const rim_crop *p = &l->panel[panel].at;
    out->x = scaled(p->x, width, l->width);
    out->y = scaled(p->y, height, l->height);
    out->width = scaled(p->x + p->width, width, l->width) - out->x;
    out->height = scaled(p->y + p->height, height, l->height) - out->y;
    return RIM_OK;
}
