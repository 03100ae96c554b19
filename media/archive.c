// archive.c: writes FFV1 from a raw recording, then reads both again side by side.
// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // mkdtemp()

#include "media/archive.h"

#include "base/log.h"
#include "media/archive_reader.h"
#include "media/video_in.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 32, REPORT_EVERY = 8 };

typedef struct archive {
    rim_archive_counts *counts;
    const char *from, *to;
    char *part;   // the new file until it is verified
    char *folder; // of attachments on their way
    char *name[FILES_MAX], *path[FILES_MAX];
    int files;
    int64_t total;
    rim_archive_progress *progress;
    void *ctx;
    rim_frame nir, visible, nir_again, visible_again;
} archive;

static char *joined(const char *a, const char *b)
{
    const size_t size = strlen(a) + strlen(b) + 2;
    char *text = malloc(size);
    if (text)
        (void)snprintf(text, size, "%s%s", a, b);
    return text;
}

// ---- attachments ----

// They pass through a folder beside the new file.
static rim_err unpack_files(archive *a)
{
    rim_video_in *v = NULL;
    int count;
    rim_err err = rim_video_in_open(&v, a->from, 0);
    if (err)
        return err;
    a->folder = joined(a->to, ".XXXXXX");
    if (!a->folder || !mkdtemp(a->folder)) {
        rim_log_error("%s: no folder can be made beside it: %s; choose another place",
                      a->to, strerror(errno));
        free(a->folder);
        a->folder = NULL;
        err = RIM_ERR_IO;
    }
    if (!err)
        err = rim_video_in_unpack(v, a->folder, &count);
    rim_video_in_close(&v);
    DIR *dir = err ? NULL : opendir(a->folder);
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.' || a->files == FILES_MAX)
            continue;
        char *folder = joined(a->folder, "/");
        a->path[a->files] = folder ? joined(folder, e->d_name) : NULL;
        a->name[a->files] = strdup(e->d_name);
        free(folder);
        a->files++;
    }
    if (dir)
        (void)closedir(dir);
    return err;
}

static void remove_files(archive *a)
{
    for (int i = 0; i < a->files; i++) {
        if (a->path[i])
            (void)unlink(a->path[i]);
        free(a->path[i]);
        free(a->name[i]);
    }
    if (a->folder)
        (void)rmdir(a->folder);
    free(a->folder);
}

// ---- writing ----

static rim_err open_recorder(rim_recorder **out, archive *a,
                             const rim_archive_reader *r)
{
    rim_record_attachment list[FILES_MAX];
    for (int i = 0; i < a->files; i++)
        list[i] = (rim_record_attachment){a->path[i], a->name[i]};
    json_t *tag = json_deep_copy(r->tag);
    (void)json_object_del(json_object_get(tag, "nir"), "packing");
    char *text = json_dumps(tag, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(tag);
    if (!text)
        return RIM_ERR_MEMORY;
    const AVCodecParameters *visible =
        r->index[1] >= 0 ? r->format->streams[r->index[1]]->codecpar : NULL;
    const rim_record_options o = {
        .codec = RIM_RECORD_FFV1,
        .visible = r->form,
        .visible_full_range = visible && visible->color_range == AVCOL_RANGE_JPEG,
        .visible_bt709 = visible && visible->color_space == AVCOL_SPC_BT709,
        .tag = text,
        .attachment = list,
        .attachment_count = a->files};
    const rim_err err = rim_recorder_open(out, a->part, &r->info, &o);
    free(text);
    return err;
}

static rim_err write_frame(archive *a, rim_recorder *to, const rim_archive_reader *r)
{
    const uint8_t *data;
    size_t size;
    if (r->stream == 0) {
        rim_archive_reader_nir(r, &a->nir);
        return rim_recorder_write_nir(to, &a->nir, &r->stamp);
    }
    rim_archive_reader_visible(r, &a->visible, &data, &size);
    return r->form == RIM_RECORD_VISIBLE_BGRX
               ? rim_recorder_write_visible(to, &a->visible, &r->stamp)
               : rim_recorder_write_bytes(to, data, size, &r->stamp);
}

static rim_err tell(const archive *a, int64_t frames, int64_t done)
{
    if (!a->progress || frames % REPORT_EVERY != 0)
        return RIM_OK;
    return a->progress(a->ctx, done, 2 * a->total) ? RIM_END : RIM_OK;
}

static rim_err write_all(archive *a, rim_archive_reader *r)
{
    rim_recorder *to = NULL;
    rim_err err = open_recorder(&to, a, r);
    for (int64_t n = 0; !err; n++) {
        if (rim_archive_reader_next(r) == RIM_END)
            break;
        if (r->damaged) {
            a->counts->damaged++;
            continue;
        }
        err = write_frame(a, to, r);
        a->counts->frames++;
        if (!err)
            err = tell(a, n, r->position);
    }
    const rim_err closed = rim_recorder_close(&to);
    return err ? err : closed;
}

// ---- comparing ----

static bool same_pixels(const rim_frame *a, const rim_frame *b)
{
    const size_t row = (size_t)a->width * rim_fmt_bytes(a->fmt);
    for (int y = 0; y < a->height; y++)
        if (memcmp(rim_frame_row8(a, y), rim_frame_row8(b, y), row) != 0)
            return false;
    return true;
}

static bool same_stamp(const rim_recording_stamp *a, const rim_recording_stamp *b)
{
    return a->seq == b->seq && a->t_ns == b->t_ns && a->lost == b->lost &&
           a->left_out == b->left_out && a->unprocessed == b->unprocessed &&
           a->has_visible == b->has_visible && a->visible == b->visible &&
           a->has_exposure == b->has_exposure && a->has_gain == b->has_gain &&
           !(a->exposure_us < b->exposure_us) && !(a->exposure_us > b->exposure_us) &&
           !(a->gain < b->gain) && !(a->gain > b->gain) && a->light == b->light &&
           a->mark_count == b->mark_count &&
           (a->mark_count < 1 ||
            memcmp(a->mark, b->mark, (size_t)a->mark_count * sizeof *a->mark) == 0);
}

static bool same_frame(archive *a, const rim_archive_reader *x,
                       const rim_archive_reader *y)
{
    const uint8_t *data, *data_again;
    size_t size, size_again;
    if (y->damaged || x->stream != y->stream || !same_stamp(&x->stamp, &y->stamp))
        return false;
    if (x->stream == 0) {
        rim_archive_reader_nir(x, &a->nir);
        rim_archive_reader_nir(y, &a->nir_again);
        return same_pixels(&a->nir, &a->nir_again);
    }
    rim_archive_reader_visible(x, &a->visible, &data, &size);
    rim_archive_reader_visible(y, &a->visible_again, &data_again, &size_again);
    if (x->form == RIM_RECORD_VISIBLE_BGRX)
        return same_pixels(&a->visible, &a->visible_again);
    if (size != size_again || x->form != RIM_RECORD_VISIBLE_UYVY)
        return size == size_again && memcmp(data, data_again, size) == 0;
    for (size_t i = 0; i + 1 < size; i += 2) // the same samples in the other order
        if (data[i] != data_again[i + 1] || data[i + 1] != data_again[i])
            return false;
    return true;
}

static rim_err compare_all(archive *a)
{
    rim_archive_reader x, y = {0};
    rim_err err = rim_archive_reader_open(&x, a->from);
    if (!err)
        err = rim_archive_reader_open(&y, a->part);
    int64_t n = 0;
    while (!err) {
        rim_err end = rim_archive_reader_next(&x);
        while (!end && x.damaged)
            end = rim_archive_reader_next(&x);
        const rim_err end_again = rim_archive_reader_next(&y);
        if (end || end_again) {
            if (end != end_again || n != a->counts->frames)
                err = RIM_ERR_DAMAGED;
            break;
        }
        if (!same_frame(a, &x, &y))
            err = RIM_ERR_DAMAGED;
        else
            err = tell(a, n++, a->total + x.position);
    }
    if (err == RIM_ERR_DAMAGED)
        rim_log_error("%s: read again, packet %lld differs from the raw recording; the "
                      "disk or the memory is not sound; the raw one was kept",
                      a->part, (long long)n);
    rim_archive_reader_close(&x);
    rim_archive_reader_close(&y);
    return err;
}

static rim_err make_frames(archive *a, const rim_source_info *i)
{
    a->nir = a->nir_again = rim_source_nir_shape(i);
    rim_err err = rim_frame_init(&a->nir);
    if (!err)
        err = rim_frame_init(&a->nir_again);
    if (err || i->visible_width == 0)
        return err;
    a->visible = a->visible_again = rim_source_visible_shape(i);
    err = rim_frame_init(&a->visible);
    return err ? err : rim_frame_init(&a->visible_again);
}

static rim_err convert(archive *a)
{
    rim_archive_reader r;
    rim_err err = rim_archive_reader_open(&r, a->from);
    if (!err && r.decoder[0]) {
        rim_log_error("%s: is FFV1 already", a->from);
        err = RIM_ERR_FORMAT;
    }
    if (!err)
        err = make_frames(a, &r.info);
    if (!err)
        err = unpack_files(a);
    if (!err)
        err = write_all(a, &r);
    rim_archive_reader_close(&r);
    if (!err && a->counts->frames == 0) {
        rim_log_error("%s: no frame in it can be read", a->from);
        err = RIM_ERR_FORMAT;
    }
    return err ? err : compare_all(a);
}

static bool is_one_file(const struct stat *from, const char *to)
{
    struct stat status;
    return stat(to, &status) == 0 && status.st_dev == from->st_dev &&
           status.st_ino == from->st_ino;
}

// The name is on the disk, too, before anybody removes the raw file.
static rim_err give_name(archive *a)
{
    struct stat status;
    if (stat(a->part, &status) == 0)
        a->counts->bytes_after = status.st_size;
    if (rename(a->part, a->to) != 0) {
        rim_log_error("%s: cannot be called so: %s", a->to, strerror(errno));
        return RIM_ERR_IO;
    }
    char *folder = strdup(a->to);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        slash[slash == folder] = '\0';
    const int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(folder);
    return RIM_OK;
}

rim_err rim_archive_ffv1(rim_archive_counts *counts, const char *to, const char *from,
                         rim_archive_progress *progress, void *ctx)
{
    *counts = (rim_archive_counts){0};
    archive a = {
        .counts = counts, .from = from, .to = to, .progress = progress, .ctx = ctx};
    struct stat status;
    if (stat(from, &status) != 0) {
        rim_log_error("%s: cannot be opened: %s", from, strerror(errno));
        return RIM_ERR_NOT_FOUND;
    }
    if (is_one_file(&status, to)) {
        rim_log_error("%s: is the recording itself; name another file", to);
        return RIM_ERR_ARG;
    }
    counts->bytes_before = a.total = status.st_size;
    a.part = joined(to, ".part");
    rim_err err = a.part ? convert(&a) : RIM_ERR_MEMORY;
    if (!err)
        err = give_name(&a);
    else if (a.part)
        (void)unlink(a.part);
    if (err == RIM_ERR_MEMORY)
        rim_log_error("%s: not enough memory", from);
    remove_files(&a);
    rim_frame_uninit(&a.nir);
    rim_frame_uninit(&a.nir_again);
    rim_frame_uninit(&a.visible);
    rim_frame_uninit(&a.visible_again);
    free(a.part);
    return err;
}
