// source.c: opens a recording by its kind; NIR and visible frames, paired.
// SPDX-License-Identifier: MIT
#include "capture/source.h"

#include "base/log.h"
#include "capture/screen_layout.h"
#include "capture/source_internal.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Where neither the recording nor the user tells a rate.
static const double fps_assumed = 30.0;

char *rim_path_join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return NULL;
    const size_t length = strlen(folder);
    if (name[0] == '/')
        (void)snprintf(path, size, "%s", name);
    else
        (void)snprintf(path, size, "%s%s%s", folder,
                       length > 0 && folder[length - 1] == '/' ? "" : "/", name);
    return path;
}

void rim_pictures_close(rim_pictures **p)
{
    if (*p)
        (*p)->ops->close(*p);
    *p = NULL;
}

// ---- kinds of input ----

static rim_err open_folder(rim_source *s, const char *path)
{
    const bool told = s->options.fps > 0;
    const double fps = told ? s->options.fps : fps_assumed;
    const rim_err err =
        rim_pictures_open_folder(&s->nir, path, RIM_NUMBERED_BY_ORDER, fps);
    if (err)
        return err;
    if (told)
        s->info.fps = fps;
    else
        rim_log_info("%s: PNGs tell no frame rate; times count %g frames a second",
                     path, fps);
    return RIM_OK;
}

static rim_err open_input(rim_source *s, const char *input)
{
    struct stat status;
    if (stat(input, &status) != 0) {
        const int reason = errno;
        rim_log_error("%s: cannot be opened: %s", input, strerror(reason));
        return reason == ENOENT || reason == ENOTDIR ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    if (!S_ISDIR(status.st_mode)) {
        s->kind = "video";
        return rim_source_open_video(s, input);
    }
    char *manifest = rim_path_join(input, "sequence.json");
    if (!manifest)
        return RIM_ERR_MEMORY;
    const bool is_sequence = stat(manifest, &status) == 0;
    free(manifest);
    s->kind = is_sequence ? "sequence" : "folder";
    return is_sequence ? rim_source_open_sequence(s, input) : open_folder(s, input);
}

// ---- shape of the frames ----

// *crop: as asked for, or the whole picture.
static rim_err resolve_crop(rim_crop *crop, const rim_crop *asked,
                            const rim_pictures *pictures, const char *input,
                            const char *what)
{
    const int width = pictures->width, height = pictures->height;
    *crop = (rim_crop){.width = width, .height = height};
    if (asked->width == 0)
        return RIM_OK;
    if (asked->x < 0 || asked->y < 0 || asked->width < 1 || asked->height < 1 ||
        asked->x > width - asked->width || asked->y > height - asked->height) {
        rim_log_error(
            "%s: the crop %d,%d,%d,%d for the %s frame is not inside its %dx%d "
            "picture; correct the crop",
            input, asked->x, asked->y, asked->width, asked->height, what, width,
            height);
        return RIM_ERR_ARG;
    }
    *crop = *asked;
    return RIM_OK;
}

static bool is_whole(const rim_crop *crop, const rim_pictures *pictures)
{
    return crop->width == pictures->width && crop->height == pictures->height;
}

static rim_err make_picture(rim_frame *picture, const rim_pictures *pictures)
{
    *picture = (rim_frame){.width = pictures->width,
                           .height = pictures->height,
                           .fmt = pictures->fmt,
                           .bits = pictures->fmt == RIM_FMT_GRAY16 ? 16 : 8};
    return rim_frame_init(picture);
}

static rim_err shape_nir(rim_source *s, const char *input)
{
    const rim_source_options *o = &s->options;
    const bool colour = s->nir->fmt == RIM_FMT_BGRX8;
    if (o->nir_from == RIM_NIR_FROM_GREEN_OVERLAY && !colour) {
        rim_log_error(
            "%s: a green overlay was asked for, but the pictures are grey; use "
            "--nir-from gray",
            input);
        return RIM_ERR_ARG;
    }
    rim_err err = resolve_crop(&s->nir_crop, &o->nir_crop, s->nir, input, "NIR");
    if (!err && (colour || !is_whole(&s->nir_crop, s->nir)))
        err = make_picture(&s->nir_picture, s->nir);
    s->info.width = s->nir_crop.width;
    s->info.height = s->nir_crop.height;
    s->info.is_panel =
        !is_whole(&s->nir_crop, s->nir) || o->nir_from != RIM_NIR_FROM_GRAY;
    s->info.panel_x = s->nir_crop.x;
    s->info.panel_y = s->nir_crop.y;
    return err;
}

// Where the visible frame comes from: a recording of its own, a panel of the NIR
// picture, or the picture under a green overlay.
static rim_err shape_visible(rim_source *s, const char *input)
{
    const rim_source_options *o = &s->options;
    const bool overlay = o->nir_from == RIM_NIR_FROM_GREEN_OVERLAY;
    rim_err err = RIM_OK;
    if (s->visible) {
        err = resolve_crop(&s->visible_crop, &o->visible_crop, s->visible, input,
                           "visible");
        if (!err && (s->visible->fmt != RIM_FMT_BGRX8 ||
                     !is_whole(&s->visible_crop, s->visible))) {
            // Grey white-light pictures are shown as grey.
            s->visible->fmt = RIM_FMT_BGRX8;
            err = make_picture(&s->visible_picture, s->visible);
        }
    } else if (o->visible_crop.width != 0 || overlay) {
        const rim_crop *asked = o->visible_crop.width ? &o->visible_crop : &o->nir_crop;
        err = resolve_crop(&s->visible_crop, asked, s->nir, input, "visible");
        if (!err && s->nir->fmt != RIM_FMT_BGRX8) {
            rim_log_error(
                "%s: a visible panel was asked for, but the pictures are grey; "
                "leave out the crop for the visible frame",
                input);
            return RIM_ERR_ARG;
        }
        s->visible_from_nir = true;
        // A white-light panel beside the NIR panel has no green painted over it.
        if (overlay && memcmp(&s->visible_crop, &s->nir_crop, sizeof s->nir_crop) == 0)
            s->visible_without = RIM_NIR_FROM_GREEN_OVERLAY;
    } else {
        return RIM_OK;
    }
    s->info.visible_width = s->visible_crop.width;
    s->info.visible_height = s->visible_crop.height;
    return err;
}

static rim_err shape_samples(rim_source *s, const char *input)
{
    const rim_source_options *o = &s->options;
    const bool grey = s->nir->fmt == RIM_FMT_GRAY16;
    const int told = s->manifest.root ? s->manifest.bit_depth : s->nir->bits;
    s->info.bits = o->bits ? o->bits : told;
    const int most = grey ? s->nir->sample_bits : 8;
    if (s->info.bits < 8 || s->info.bits > most) {
        rim_log_error(
            "%s: %d bits a sample were asked for, but its samples have %d; give "
            "8 to %d, or none",
            input, s->info.bits, most, most);
        return RIM_ERR_ARG;
    }
    s->info.black_level =
        s->manifest.root ? s->manifest.black_level : s->nir->black_level;
    if (o->black_level)
        s->info.black_level = o->black_level > 0 ? o->black_level : 0;
    if (s->info.black_level >= 1 << s->info.bits) {
        rim_log_error(
            "%s: a black level of %d was asked for, but samples of %d bits end at "
            "%d; give a lower one",
            input, s->info.black_level, s->info.bits, (1 << s->info.bits) - 1);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

static rim_err describe(rim_source *s, const char *input)
{
    char frames[32] = "", visible[48] = "";
    const rim_source_info *i = &s->info;
    if (i->frames >= 0)
        (void)snprintf(frames, sizeof frames, "%lld frames ", (long long)i->frames);
    if (i->visible_width)
        (void)snprintf(visible, sizeof visible, ", visible %dx%d", i->visible_width,
                       i->visible_height);
    const size_t size = strlen(input) + 160;
    s->description = malloc(size);
    if (!s->description)
        return RIM_ERR_MEMORY;
    (void)snprintf(s->description, size, "%s %s, %s%dx%d, %d bits%s", s->kind, input,
                   frames, i->width, i->height, i->bits, visible);
    return RIM_OK;
}

// The panels of a known screen.
static rim_err apply_layout(rim_source *s, const char *input)
{
    rim_source_options *o = &s->options;
    const rim_screen_layout *l = o->layout;
    rim_err err = RIM_OK;
    if (!l)
        return RIM_OK;
    o->layout = NULL; // the caller's
    if (o->nir_from == RIM_NIR_FROM_GRAY)
        o->nir_from = l->nir_from;
    const int width = s->nir->width, height = s->nir->height;
    if (o->nir_crop.width == 0)
        err = rim_screen_layout_crop(&o->nir_crop, l, l->nir, width, height, input);
    if (!err && o->visible_crop.width == 0 && l->visible >= 0 && !s->visible)
        err = rim_screen_layout_crop(&o->visible_crop, l, l->visible, width, height,
                                     input);
    return err;
}

static rim_err finish_open(rim_source *s, const char *input)
{
    rim_err err = apply_layout(s, input);
    if (!err)
        err = shape_nir(s, input);
    if (!err)
        err = shape_visible(s, input);
    if (!err)
        err = shape_samples(s, input);
    if (!err && s->manifest.cut_surface)
        err = rim_surface_marks_parse(&s->marks, s->manifest.cut_surface,
                                      s->manifest.file, "cut_surface", &s->nir_crop);
    if (err)
        return err;
    rim_source_info *i = &s->info;
    i->frames = s->nir->frames;
    i->camera = s->manifest.camera;
    i->mm_per_px = s->manifest.root ? s->manifest.mm_per_px : (double)NAN;
    if (s->options.mm_per_px > 0)
        i->mm_per_px = s->options.mm_per_px;
    i->calibration = s->calibration;
    i->has_min_confidence = s->manifest.has_min_confidence;
    i->min_confidence = s->manifest.min_confidence;
    i->sbr_low = s->manifest.sbr_low;
    i->sbr_high = s->manifest.sbr_high;
    i->mark = rim_surface_marks_list(s->marks, &i->mark_count);
    err = describe(s, input);
    i->description = s->description;
    return err;
}

rim_err rim_source_open(rim_source **out, const char *input,
                        const rim_source_options *options)
{
    *out = NULL;
    rim_source *s = calloc(1, sizeof *s);
    if (!s)
        return RIM_ERR_MEMORY;
    if (options)
        s->options = *options;
    rim_err err = open_input(s, input);
    if (!err)
        err = finish_open(s, input);
    if (err) {
        if (err == RIM_ERR_MEMORY)
            rim_log_error("%s: not enough memory to open it", input);
        rim_source_close(&s);
    }
    *out = s;
    return err;
}

void rim_source_close(rim_source **p)
{
    rim_source *s = *p;
    if (!s)
        return;
    rim_pictures_close(&s->nir);
    rim_pictures_close(&s->visible);
    rim_frame_uninit(&s->nir_picture);
    rim_frame_uninit(&s->visible_picture);
    rim_surface_marks_destroy(&s->marks);
    rim_manifest_unload(&s->manifest);
    rim_source_remove_unpacked(s);
    free(s->manifest_path);
    free(s->calibration);
    free(s->description);
    free(s);
    *p = NULL;
}

const rim_source_info *rim_source_get_info(const rim_source *s)
{
    return &s->info;
}

// ---- reading ----

static rim_err check_samples(rim_source *s, const rim_frame *nir)
{
    if (s->nir->fmt != RIM_FMT_GRAY16 || s->info.bits >= s->nir->sample_bits)
        return RIM_OK;
    unsigned all = 0;
    for (int y = 0; y < nir->height; y++) {
        const uint16_t *row = rim_frame_row16(nir, y);
        for (int x = 0; x < nir->width; x++)
            all |= row[x];
    }
    if (all >> s->info.bits == 0)
        return RIM_OK;
    rim_log_error(
        "%s: samples exceed %d, the most that %d bits hold; correct \"bit_depth\" "
        "or the frame; it is counted as lost",
        s->nir->ops->name(s->nir), (1 << s->info.bits) - 1, s->info.bits);
    return RIM_ERR_DAMAGED;
}

// Goes to the visible picture of frame `number`, passing over earlier ones.
static bool find_visible(rim_source *s, uint64_t number)
{
    while (!s->visible_ended) {
        if (s->visible_in_hand && s->visible_stamp.number >= number)
            break;
        s->visible_in_hand = false;
        const rim_err err = s->visible->ops->next(s->visible, &s->visible_stamp);
        s->visible_in_hand = err == RIM_OK;
        s->visible_ended = err == RIM_END || (err && err != RIM_ERR_DAMAGED);
        if (err == RIM_ERR_DAMAGED && s->visible_stamp.number >= number)
            return false;
    }
    return s->visible_in_hand && s->visible_stamp.number == number;
}

// The number of the visible frame that belongs to a NIR frame: its own, or what a
// recording tells.
static bool partner_of(const rim_stamp *stamp, uint64_t *number)
{
    *number = stamp->has_visible && stamp->visible >= 0 ? (uint64_t)stamp->visible
                                                        : stamp->number;
    return !stamp->has_visible || stamp->visible >= 0;
}

static bool read_visible(rim_source *s, rim_frame *visible, const rim_stamp *stamp)
{
    uint64_t number;
    if (!visible)
        return false;
    if (s->visible_from_nir) {
        rim_visible_extract(visible, &s->nir_picture, &s->visible_crop,
                            s->visible_without);
        return true;
    }
    if (!s->visible || !partner_of(stamp, &number))
        return false;
    const bool ended = s->visible_ended;
    if (!find_visible(s, number)) {
        // What is damaged or missing in between was logged where it was met.
        if (s->visible_ended && !ended)
            rim_log_warning("frame %llu: the visible pictures have ended; NIR frames "
                            "stand alone from here on",
                            (unsigned long long)stamp->number);
        return false;
    }
    rim_frame *whole = s->visible_picture.data ? &s->visible_picture : visible;
    if (s->visible->ops->read(s->visible, whole))
        return false;
    if (whole != visible)
        rim_visible_extract(visible, whole, &s->visible_crop, RIM_NIR_FROM_GRAY);
    return true;
}

// Marks are in pixels of the recorded frame.
static const rim_surface_mark *mark_of(rim_source *s, const rim_stamp *stamp)
{
    if (!stamp->mark || is_whole(&s->nir_crop, s->nir))
        return stamp->mark;
    if (!s->mark_cropped)
        rim_log_warning("frame %llu: a cut surface was drawn there, but the crop moves "
                        "it; give it with --cut-surface",
                        (unsigned long long)stamp->number);
    s->mark_cropped = true;
    return NULL;
}

const rim_surface_mark *rim_source_mark(const rim_source *s)
{
    return s->mark;
}

// The next stamp: the one that skipping has come to, or the next of the recording.
static rim_err next_stamp(rim_source *s, rim_stamp *stamp)
{
    if (!s->nir_in_hand)
        return s->nir->ops->next(s->nir, stamp);
    s->nir_in_hand = false;
    *stamp = s->nir_stamp;
    return RIM_OK;
}

rim_err rim_source_skip(rim_source *s, uint64_t number)
{
    while (!s->nir_in_hand || s->nir_stamp.number < number) {
        const rim_err err = s->nir->ops->next(s->nir, &s->nir_stamp);
        s->nir_in_hand = err == RIM_OK;
        if (err && err != RIM_ERR_DAMAGED)
            return err;
    }
    return RIM_OK;
}

rim_err rim_source_read(rim_source *s, rim_frame *nir, rim_frame *visible,
                        bool *has_visible)
{
    assert(nir->fmt == RIM_FMT_GRAY16 && nir->width == s->info.width &&
           nir->height == s->info.height);
    *has_visible = false;
    rim_stamp stamp = {0};
    rim_err err = next_stamp(s, &stamp);
    nir->seq = stamp.number;
    nir->captured_ns = stamp.t_ns;
    nir->bits = s->info.bits;
    s->mark = err ? NULL : mark_of(s, &stamp);
    if (err)
        return err;
    rim_frame *whole = s->nir_picture.data ? &s->nir_picture : nir;
    err = s->nir->ops->read(s->nir, whole);
    if (err)
        return err;
    if (whole != nir)
        rim_nir_extract(nir, whole, &s->nir_crop, s->options.nir_from);
    err = check_samples(s, nir);
    if (err)
        return err;
    *has_visible = read_visible(s, visible, &stamp);
    if (*has_visible) {
        visible->seq = stamp.number;
        visible->captured_ns = stamp.t_ns;
        visible->bits = 8;
    }
    return RIM_OK;
}
