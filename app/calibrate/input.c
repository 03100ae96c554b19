// input.c: frames for a calibration: a camera, a recording, or a folder of
// pictures.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/stop.h"
#include "base/clock.h"
#include "base/log.h"
#include "calib/still.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, DAMAGED_MAX = 1000 };

// A camera that gives nothing for so long is given up.
static const int64_t SILENT_NS = 5 * RIM_NS_PER_S;

struct rim_cal_input {
    rim_cal_shape shape;
    char name[RIM_VIEW_NAME_MAX];
    rim_frame nir, visible, visible_bgrx;
    rim_source *source; // a recording
    rim_camera *camera; // a camera
    bool newest;        // of what the camera holds, the newest
    const char *folder; // pictures
    char **file;        // [files] names in order
    int files, next;
};

// ---- pictures ----

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static rim_err list_folder(rim_cal_input *in, const char *path)
{
    DIR *d = opendir(path);
    if (!d) {
        rim_log_error("%s: cannot be opened: %s", path, strerror(errno));
        return RIM_ERR_NOT_FOUND;
    }
    rim_err err = RIM_OK;
    int room = 0;
    const struct dirent *e;
    while (err == RIM_OK && (e = readdir(d))) { // NOLINT(concurrency-mt-unsafe)
        if (!rim_still_is_named(e->d_name) || e->d_name[0] == '.')
            continue;
        if (in->files == room) {
            room = room ? 2 * room : 64;
            char **grown = realloc(in->file, (size_t)room * sizeof *grown);
            if (!grown) {
                err = RIM_ERR_MEMORY;
                break;
            }
            in->file = grown;
        }
        in->file[in->files] = strdup(e->d_name);
        if (in->file[in->files])
            in->files++;
        else
            err = RIM_ERR_MEMORY;
    }
    (void)closedir(d);
    if (err == RIM_OK && in->files == 0) {
        rim_log_error("%s: no pictures in it (.png, .jpg)", path);
        err = RIM_ERR_NOT_FOUND;
    }
    if (in->files > 0)
        qsort(in->file, (size_t)in->files, sizeof *in->file, by_name);
    return err;
}

static rim_err read_picture(rim_cal_input *in, rim_frame *f)
{
    char path[PATH_BYTES];
    const char *name = in->file[in->next++];
    const int n = snprintf(path, sizeof path, "%s/%s", in->folder, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return RIM_ERR_ARG;
    (void)snprintf(in->name, sizeof in->name, "%s", name);
    return rim_still_read(f, path);
}

static rim_err open_pictures(rim_cal_input *in, const char *path,
                             const rim_cal_options *o)
{
    in->folder = path;
    rim_err err = list_folder(in, path);
    if (err == RIM_OK)
        err = read_picture(in, &in->nir);
    if (err != RIM_OK)
        return err;
    in->next = 0;
    in->shape = (rim_cal_shape){
        .width = in->nir.width,
        .height = in->nir.height,
        .bits = o->input.source.bits ? o->input.source.bits : in->nir.bits,
        .black_level = o->input.black_level > 0 ? o->input.black_level : 0,
        .frames = in->files};
    return RIM_OK;
}

static rim_err next_picture(rim_cal_input *in)
{
    if (in->next == in->files)
        return RIM_END;
    rim_frame_uninit(&in->nir);
    const rim_err err = read_picture(in, &in->nir);
    if (err != RIM_OK)
        return err;
    if (in->nir.width != in->shape.width || in->nir.height != in->shape.height) {
        rim_log_error("%s/%s: %dx%d, but the first picture is %dx%d; give pictures of "
                      "one camera mode",
                      in->folder, in->name, in->nir.width, in->nir.height,
                      in->shape.width, in->shape.height);
        return RIM_ERR_FORMAT;
    }
    in->nir.bits = in->shape.bits;
    in->nir.seq = (uint64_t)in->next - 1;
    return RIM_OK;
}

// ---- recordings ----

static rim_err open_recording(rim_cal_input *in, const char *path,
                              const rim_cal_options *o)
{
    rim_err err = rim_source_open(&in->source, path, &o->input.source);
    if (err != RIM_OK)
        return err;
    const rim_source_info *info = rim_source_get_info(in->source);
    in->shape = (rim_cal_shape){.width = info->width,
                                .height = info->height,
                                .bits = info->bits,
                                .black_level = info->black_level,
                                .visible_width = info->visible_width,
                                .visible_height = info->visible_height,
                                .frames = info->frames,
                                .camera = info->camera};
    in->nir = (rim_frame){.width = info->width,
                          .height = info->height,
                          .fmt = RIM_FMT_GRAY16,
                          .bits = info->bits};
    err = rim_frame_init(&in->nir);
    if (err != RIM_OK || info->visible_width == 0)
        return err;
    in->visible_bgrx = (rim_frame){.width = info->visible_width,
                                   .height = info->visible_height,
                                   .fmt = RIM_FMT_BGRX8,
                                   .bits = 8};
    in->visible = in->visible_bgrx;
    in->visible.fmt = RIM_FMT_GRAY16;
    err = rim_frame_init(&in->visible_bgrx);
    return err == RIM_OK ? rim_frame_init(&in->visible) : err;
}

static rim_err next_recorded(rim_cal_input *in, rim_frame **visible)
{
    bool has_visible = false;
    rim_frame *bgrx = in->visible_bgrx.data ? &in->visible_bgrx : NULL;
    rim_err err = RIM_ERR_DAMAGED;
    for (int i = 0; i < DAMAGED_MAX && err == RIM_ERR_DAMAGED; i++)
        err = rim_source_read(in->source, &in->nir, bgrx, &has_visible);
    if (err != RIM_OK)
        return err;
    (void)snprintf(in->name, sizeof in->name, "frame %llu",
                   (unsigned long long)in->nir.seq);
    if (bgrx && has_visible) {
        rim_still_luma(&in->visible, bgrx);
        *visible = &in->visible;
    }
    return RIM_OK;
}

// ---- cameras ----

static bool is_camera(const char *path)
{
    return strncmp(path, "/dev/", 5) == 0 || strcmp(path, "synth") == 0 ||
           strncmp(path, "synth:", 6) == 0;
}

static rim_err open_camera(rim_cal_input *in, const char *device,
                           const rim_cal_options *o, rim_camera_use use)
{
    const bool nir = use == RIM_CAMERA_NIR;
    rim_camera_options options = {
        .device = device, .use = use, .bits = nir ? o->input.source.bits : 0};
    rim_camera_setup_apply(&options, nir ? &o->cameras.nir : &o->cameras.visible);
    rim_err err = rim_camera_open(&in->camera, &options);
    if (err != RIM_OK)
        return err;
    rim_stop_install();
    const rim_camera_info *i = rim_camera_get_info(in->camera);
    rim_log_info("%s (%s): %s", i->device, i->card, i->choice);
    const int black = o->input.black_level;
    in->shape = (rim_cal_shape){.width = i->width,
                                .height = i->height,
                                .bits = nir ? i->bits : 8,
                                .black_level = black >= 0 ? black : i->black_level,
                                .frames = -1,
                                .live = true};
    rim_camera_facts_get(&in->shape.camera, i);
    in->nir = (rim_frame){.width = i->width,
                          .height = i->height,
                          .fmt = RIM_FMT_GRAY16,
                          .bits = in->shape.bits};
    err = rim_frame_init(&in->nir);
    if (err != RIM_OK || nir)
        return err;
    in->visible_bgrx = in->nir;
    in->visible_bgrx.fmt = RIM_FMT_BGRX8;
    return rim_frame_init(&in->visible_bgrx);
}

// One that is good; of those that wait the newest, where that is wanted.
static rim_err next_shot(rim_cal_input *in, rim_frame *f)
{
    int64_t until_ns = rim_clock_now_ns() + SILENT_NS;
    rim_err taken = RIM_ERR_TIMEOUT;
    while (!rim_stop_asked()) {
        rim_camera_shot shot;
        rim_err err = rim_camera_acquire(in->camera, &shot, until_ns);
        if (err == RIM_ERR_TIMEOUT)
            break;
        if (err != RIM_OK)
            return err;
        if (!shot.damaged && rim_camera_unpack(in->camera, f, &shot) == RIM_OK)
            taken = RIM_OK;
        rim_camera_release(in->camera, &shot);
        if (taken == RIM_OK && !in->newest)
            break;
        if (taken == RIM_OK)
            until_ns = 0; // only what is there already
    }
    if (rim_stop_asked())
        return RIM_END;
    if (taken != RIM_OK) {
        rim_log_error("%s: no frames: %s", rim_camera_get_info(in->camera)->device,
                      rim_camera_state_text(rim_camera_get_state(in->camera)));
        return RIM_ERR_IO;
    }
    return RIM_OK;
}

static rim_err next_from_camera(rim_cal_input *in)
{
    const bool colour = in->visible_bgrx.data;
    const rim_err err = next_shot(in, colour ? &in->visible_bgrx : &in->nir);
    if (err == RIM_OK && colour) {
        rim_still_luma(&in->nir, &in->visible_bgrx);
        in->nir.seq = in->visible_bgrx.seq;
        in->nir.captured_ns = in->visible_bgrx.captured_ns;
    }
    (void)snprintf(in->name, sizeof in->name, "frame %llu",
                   (unsigned long long)in->nir.seq);
    return err;
}

int64_t rim_cal_input_interval_ns(const rim_cal_input *in)
{
    const int64_t measured_ns = in->camera ? rim_camera_interval_ns(in->camera) : 0;
    const double fps = in->camera ? rim_camera_get_info(in->camera)->fps : 0;
    return measured_ns > 0 ? measured_ns
           : fps > 0       ? (int64_t)((double)RIM_NS_PER_S / fps)
                           : 0;
}

void rim_cal_input_newest(rim_cal_input *in)
{
    in->newest = true;
}

// ---- the door ----

static bool is_folder_of_pictures(const char *path)
{
    struct stat st;
    char manifest[PATH_BYTES];
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return false;
    const int n = snprintf(manifest, sizeof manifest, "%s/sequence.json", path);
    return n > 0 && (size_t)n < sizeof manifest && stat(manifest, &st) != 0;
}

rim_err rim_cal_input_open(rim_cal_input **out, const char *path,
                           const rim_cal_options *o, rim_camera_use use)
{
    *out = NULL;
    rim_cal_input *in = calloc(1, sizeof *in);
    if (!in)
        return RIM_ERR_MEMORY;
    const rim_err err = is_camera(path)               ? open_camera(in, path, o, use)
                        : is_folder_of_pictures(path) ? open_pictures(in, path, o)
                                                      : open_recording(in, path, o);
    if (err != RIM_OK) {
        rim_cal_input_close(&in);
        return err;
    }
    *out = in;
    return RIM_OK;
}

void rim_cal_input_close(rim_cal_input **in)
{
    if (!*in)
        return;
    for (int i = 0; i < (*in)->files; i++)
        free((*in)->file[i]);
    free((*in)->file);
    rim_source_close(&(*in)->source);
    rim_camera_close(&(*in)->camera);
    rim_frame_uninit(&(*in)->nir);
    rim_frame_uninit(&(*in)->visible);
    rim_frame_uninit(&(*in)->visible_bgrx);
    free(*in);
    *in = NULL;
}

const rim_cal_shape *rim_cal_input_shape(const rim_cal_input *in)
{
    return &in->shape;
}

rim_err rim_cal_input_next(rim_cal_input *in, rim_frame **nir, rim_frame **visible,
                           const char **name)
{
    *nir = &in->nir;
    *visible = NULL;
    const rim_err err = in->camera   ? next_from_camera(in)
                        : in->source ? next_recorded(in, visible)
                                     : next_picture(in);
    if (name)
        *name = in->name;
    return err;
}
