// record_setup.c: the run's options and calibration for the recorder.
// SPDX-License-Identifier: MIT
#include "app/record_setup.h"

#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

// A calibration has its text and ten maps; more are not its own.
enum { FILES_MAX = 32, TEXT_MAX = 1 << 20 };

typedef struct calibration_files {
    char *path[FILES_MAX];
    rim_record_attachment list[FILES_MAX];
    int count;
} calibration_files;

static char *joined(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static rim_err add_file(calibration_files *c, char *path)
{
    if (!path)
        return RIM_ERR_MEMORY;
    const char *slash = strrchr(path, '/');
    c->path[c->count] = path;
    c->list[c->count] = (rim_record_attachment){path, slash ? slash + 1 : path};
    c->count++;
    return RIM_OK;
}

// The YAML file's text, free() it; NULL: logged.
static char *read_text(const char *path)
{
    FILE *f = fopen(path, "rbe");
    char *text = f ? calloc(1, TEXT_MAX + 1) : NULL;
    if (text)
        (void)fread(text, 1, TEXT_MAX, f);
    else
        rim_log_error("%s: cannot be put into the recording: %s", path,
                      strerror(errno));
    if (f)
        (void)fclose(f);
    return text;
}

// The maps that the text names, which lie beside it.
static rim_err add_maps(calibration_files *c, const char *folder, const char *text)
{
    DIR *dir = opendir(folder);
    rim_err err = dir ? RIM_OK : RIM_ERR_IO;
    for (const struct dirent *e; !err && (e = readdir(dir));) {
        const char *suffix = strrchr(e->d_name, '.');
        if (suffix && strcmp(suffix, ".png") == 0 && strstr(text, e->d_name) &&
            c->count < FILES_MAX)
            err = add_file(c, joined(folder, e->d_name));
    }
    if (dir)
        (void)closedir(dir);
    return err;
}

static rim_err collect(calibration_files *c, const char *calibration)
{
    struct stat status;
    const bool folder = stat(calibration, &status) == 0 && S_ISDIR(status.st_mode);
    rim_err err = add_file(c, folder ? joined(calibration, "calibration.yml")
                                     : strdup(calibration));
    if (err)
        return err;
    char *text = read_text(c->path[0]);
    char *place = strdup(c->path[0]);
    if (!text || !place) {
        err = text ? RIM_ERR_MEMORY : RIM_ERR_IO;
    } else {
        char *slash = strrchr(place, '/');
        if (slash)
            *slash = '\0';
        err = add_maps(c, slash ? place : ".", text);
    }
    free(text);
    free(place);
    return err;
}

static const char *date_now(char *text, size_t size)
{
    const time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return NULL;
    return text;
}

// Other programs go by the name.
static void check_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && !strchr(dot, '/') && strcasecmp(dot, ".mkv") != 0)
        rim_log_warning("%s: recordings are Matroska files whatever they are called; "
                        "call it .mkv, else other programs may not open it",
                        path);
}

static rim_err open_recorder(rim_recorder **out, const rim_run_options *o,
                             const rim_source_info *info)
{
    calibration_files files = {0};
    char date[32];
    rim_err err = info->calibration ? collect(&files, info->calibration) : RIM_OK;
    const rim_record_options options = {
        .codec = o->record_codec,
        .live = o->record_live,
        .visible = o->record_visible,
        .visible_full_range = o->record_full_range,
        .visible_bt709 = o->record_bt709,
        .start_ns = o->start_ns,
        .live_ns = o->record_live_ns,
        .program = "rimlight " RIM_VERSION,
        .word = o->word,
        .word_count = o->word_count,
        // A recording played again stays the same, whenever it is.
        .started = o->record_live ? date_now(date, sizeof date) : NULL,
        .has_min_confidence = true,
        .min_confidence = info->min_confidence,
        .sbr_low = info->sbr_low,
        .sbr_high = info->sbr_high,
        .color_map = rim_color_map_name(o->color_map),
        .opacity = o->opacity,
        .attachment = files.list,
        .attachment_count = files.count,
    };
    if (!err) {
        check_name(o->record);
        err = rim_recorder_open(out, o->record, info, &options);
    }
    for (int i = 0; i < files.count; i++)
        free(files.path[i]);
    return err;
}

// ---- below the picture ----

// The encoder's threads are as urgent as the one that opens it.
typedef struct opening {
    rim_recorder **out;
    const rim_run_options *o;
    const rim_source_info *info;
    rim_err err;
} opening;

static void *open_quietly(void *arg)
{
    opening *a = arg;
    const struct sched_param none = {.sched_priority = 0};
    (void)pthread_setschedparam(pthread_self(), SCHED_OTHER, &none);
    (void)setpriority(PRIO_PROCESS, 0, RIM_RECORD_ENCODER_NICE); // of this thread only
    a->err = open_recorder(a->out, a->o, a->info);
    return NULL;
}

rim_err rim_record_open(rim_recorder **out, const rim_run_options *o,
                        const rim_source_info *info)
{
    opening a = {out, o, info, RIM_OK};
    pthread_t thread;
    if (!o->record_live || pthread_create(&thread, NULL, open_quietly, &a) != 0)
        return open_recorder(out, o, info);
    pthread_join(thread, NULL);
    return a.err;
}
