// dicom.c: frames gathered until a file is full.
// SPDX-License-Identifier: MIT
#include "exchange/dicom.h"

#include "base/log.h"
#include "exchange/dicom_file.h"
#include "exchange/out_file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The frames of the file that is being filled.
typedef struct batch {
    rim_dicom_file file;
    char series_uid[RIM_DICOM_UID_BYTES], uid[RIM_DICOM_UID_BYTES];
    void *pixels;
    size_t frame_bytes;
    int room; // frames that there is memory for
    int most; // frames a file takes
    int64_t *t_ns;
    rim_dicom_origin *origin; // of pictures
} batch;

struct rim_dicom {
    const rim_dicom_facts *facts;
    char *folder;
    char study_uid[RIM_DICOM_UID_BYTES];
    batch nir, picture;
    rim_dicom_origin last; // the NIR frame added last
    int64_t last_ns;
    bool started;
    int64_t first_ns;
    rim_err err; // the first failure
};

// ---- texts that a user gives

static bool has_control(const char *text)
{
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == '\\' || *s == 0x7f)
            return true;
    return false;
}

static rim_err refuse(const char *option, const char *value, const char *needed)
{
    rim_log_error("--%s '%s': %s", option, value, needed);
    return RIM_ERR_ARG;
}

static rim_err check_text(const char *option, const char *value, size_t most)
{
    char needed[64];
    if (!value)
        return RIM_OK;
    (void)snprintf(needed, sizeof needed, "give at most %zu bytes", most);
    if (strlen(value) > most)
        return refuse(option, value, needed);
    return has_control(value)
               ? refuse(option, value, "neither backslashes nor control characters")
               : RIM_OK;
}

static bool is_date(const char *text)
{
    int year, month, day, end = 0;
    return sscanf(text, "%4d%2d%2d%n", &year, &month, &day, &end) == 3 && end == 8 &&
           !text[8] && strspn(text, "0123456789") == 8 && month >= 1 && month <= 12 &&
           day >= 1 && day <= 31;
}

static bool is_time_stamp(const char *text)
{
    int year, month, day, hour, minute, second, end = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
               &second, &end) != 6 ||
        end != 19 || (text[19] && strcmp(text + 19, "Z") != 0))
        return false;
    return year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
           hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 &&
           second <= 60;
}

// PS3.5, chapter 9: parts of digits, no part but "0" begins with 0.
static bool is_uid(const char *text)
{
    const size_t length = strlen(text);
    if (length == 0 || length > 64 || text[length - 1] == '.' ||
        strspn(text, "0123456789.") != length)
        return false;
    for (const char *part = text; part; part = strchr(part, '.')) {
        part += *part == '.';
        if (*part == '.' || (*part == '0' && part[1] != '.' && part[1]))
            return false;
    }
    return true;
}

rim_err rim_dicom_check(const rim_dicom_facts *f)
{
    rim_err err = RIM_OK;
    if ((err = check_text("patient-name", f->patient_name, 64)) ||
        (err = check_text("patient-id", f->patient_id, 64)) ||
        (err = check_text("study-id", f->study_id, 16)) ||
        (err = check_text("accession", f->accession, 16)) ||
        (err = check_text("study-description", f->study_description, 64)))
        return err;
    const char *sex = f->patient_sex;
    if (f->patient_birth_date && !is_date(f->patient_birth_date))
        return refuse("patient-birth-date", f->patient_birth_date,
                      "give YYYYMMDD, as 19500131");
    if (sex && strcmp(sex, "M") != 0 && strcmp(sex, "F") != 0 && strcmp(sex, "O") != 0)
        return refuse("patient-sex", sex, "give M, F or O");
    if (f->study_uid && !is_uid(f->study_uid))
        return refuse("study-uid", f->study_uid, "not a DICOM UID");
    if (f->acquired && !is_time_stamp(f->acquired))
        return refuse("acquired", f->acquired,
                      "give YYYY-MM-DDTHH:MM:SS, with Z at the end where it is UTC");
    return RIM_OK;
}

// ---- batches

static void init_batch(rim_dicom *d, batch *b, rim_dicom_kind kind)
{
    rim_dicom_new_uid(b->series_uid);
    b->file.kind = kind;
    b->file.facts = d->facts;
    b->file.study_uid = d->study_uid;
    b->file.series_uid = b->series_uid;
    b->file.uid = b->uid;
    b->file.series = (int)kind;
}

rim_err rim_dicom_open(rim_dicom **out, const char *folder,
                       const rim_dicom_facts *facts)
{
    *out = NULL;
    if (!rim_dicom_ready())
        return RIM_ERR_UNSUPPORTED;
    rim_err err = rim_dicom_check(facts);
    if (!err)
        err = rim_out_folder(folder);
    if (err)
        return err;
    rim_dicom *d = calloc(1, sizeof *d);
    if (!d || !(d->folder = strdup(folder))) {
        free(d);
        return RIM_ERR_MEMORY;
    }
    d->facts = facts;
    if (facts->study_uid)
        (void)snprintf(d->study_uid, sizeof d->study_uid, "%s", facts->study_uid);
    else
        rim_dicom_new_uid(d->study_uid);
    init_batch(d, &d->nir, RIM_DICOM_NIR);
    init_batch(d, &d->picture, RIM_DICOM_PICTURE);
    *out = d;
    return RIM_OK;
}

static rim_err write_batch(rim_dicom *d, batch *b)
{
    if (d->err || b->file.frames == 0)
        return d->err;
    const char *name = b->file.kind == RIM_DICOM_NIR ? "nir" : "overlay";
    const size_t size = strlen(d->folder) + 32;
    char *path = malloc(size);
    if (!path)
        return d->err = RIM_ERR_MEMORY;
    b->file.instance++;
    (void)snprintf(path, size, "%s/%s-%03d.dcm", d->folder, name, b->file.instance);
    b->file.first_ns = d->first_ns;
    b->file.pixels = b->pixels;
    b->file.t_ns = b->t_ns;
    b->file.origin = b->origin;
    d->err = rim_dicom_file_write(path, &b->file);
    free(path);
    b->file.frames = 0;
    return d->err;
}

static rim_err make_room(batch *b)
{
    if (b->file.frames < b->room)
        return RIM_OK;
    const int wanted = b->room ? 2 * b->room : 16;
    const int room = wanted < b->most ? wanted : b->most;
    void *pixels = realloc(b->pixels, (size_t)room * b->frame_bytes);
    if (pixels)
        b->pixels = pixels;
    int64_t *t_ns = realloc(b->t_ns, (size_t)room * sizeof *t_ns);
    if (t_ns)
        b->t_ns = t_ns;
    rim_dicom_origin *origin = realloc(b->origin, (size_t)room * sizeof *origin);
    if (origin)
        b->origin = origin;
    if (!pixels || !t_ns || !origin) {
        rim_log_error("--dicom: no memory for %d frames", room);
        return RIM_ERR_MEMORY;
    }
    b->room = room;
    return RIM_OK;
}

// Room for a frame more, in this file or in the next.
static rim_err start_frame(rim_dicom *d, batch *b, const rim_frame *f,
                           size_t pixel_bytes)
{
    if (d->err)
        return d->err;
    if (b->frame_bytes == 0) {
        b->frame_bytes = (size_t)f->width * (size_t)f->height * pixel_bytes;
        const size_t fit = RIM_DICOM_FILE_BYTES / b->frame_bytes;
        b->most = fit < 1                       ? 1
                  : fit > RIM_DICOM_FILE_FRAMES ? RIM_DICOM_FILE_FRAMES
                                                : (int)fit;
        b->file.width = f->width;
        b->file.height = f->height;
    }
    if (f->width != b->file.width || f->height != b->file.height)
        return RIM_ERR_ARG;
    if (b->file.frames == b->most && write_batch(d, b))
        return d->err;
    if (b->file.frames == 0)
        rim_dicom_new_uid(b->uid);
    d->err = make_room(b);
    if (!d->err && !d->started)
        d->first_ns = f->captured_ns;
    d->started = true;
    return d->err;
}

rim_err rim_dicom_add_nir(rim_dicom *d, const rim_frame *nir)
{
    batch *b = &d->nir;
    const rim_err err = start_frame(d, b, nir, sizeof(uint16_t));
    if (err)
        return err;
    const int n = b->file.frames++;
    uint16_t *to = (uint16_t *)b->pixels + (size_t)n * (b->frame_bytes / 2);
    b->file.bits = nir->bits;
    for (int y = 0; y < nir->height; y++, to += nir->width)
        memcpy(to, rim_frame_row16(nir, y), (size_t)nir->width * sizeof *to);
    b->t_ns[n] = nir->captured_ns;
    memcpy(d->last.uid, b->uid, sizeof d->last.uid);
    d->last.frame = n + 1;
    d->last_ns = nir->captured_ns;
    return RIM_OK;
}

rim_err rim_dicom_add_picture(rim_dicom *d, const rim_frame *picture)
{
    batch *b = &d->picture;
    const rim_err err = start_frame(d, b, picture, 3);
    if (err)
        return err;
    const int n = b->file.frames++;
    uint8_t *to = (uint8_t *)b->pixels + (size_t)n * b->frame_bytes;
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *from = rim_frame_row8(picture, y);
        for (int x = 0; x < picture->width; x++, to += 3, from += 4) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    b->t_ns[n] = picture->captured_ns;
    b->origin[n] = (rim_dicom_origin){0};
    if (d->last_ns == picture->captured_ns)
        b->origin[n] = d->last;
    return RIM_OK;
}

static void free_batch(batch *b)
{
    free(b->pixels);
    free(b->t_ns);
    free(b->origin);
}

void rim_dicom_abandon(rim_dicom **pd)
{
    rim_dicom *d = *pd;
    *pd = NULL;
    if (!d)
        return;
    free_batch(&d->nir);
    free_batch(&d->picture);
    free(d->folder);
    free(d);
}

rim_err rim_dicom_close(rim_dicom **pd)
{
    rim_dicom *d = *pd;
    if (!d)
        return RIM_OK;
    if (!write_batch(d, &d->nir))
        (void)write_batch(d, &d->picture);
    const rim_err err = d->err;
    rim_dicom_abandon(pd);
    return err;
}
