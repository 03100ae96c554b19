// evaluate.c: pairs the frames of a report with those of its truth.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "evaluate/scene.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

rim_err rim_evaluation_create(rim_evaluation **out, const rim_evaluate_options *options)
{
    *out = calloc(1, sizeof **out);
    if (!*out) {
        rim_log_error("no memory to evaluate");
        return RIM_ERR_MEMORY;
    }
    (*out)->options = *options;
    return RIM_OK;
}

void rim_evaluation_destroy(rim_evaluation **e)
{
    if (!*e)
        return;
    rim_figures_uninit(&(*e)->figures);
    free(*e);
    *e = NULL;
}

// folder/name, to be freed; logs when there is no memory.
static char *join(const char *folder, size_t folder_len, const char *name)
{
    char *path = malloc(folder_len + strlen(name) + 2);
    if (!path) {
        rim_log_error("%s: no memory for its path", name);
        return NULL;
    }
    memcpy(path, folder, folder_len);
    path[folder_len] = '/';
    strcpy(path + folder_len + 1, name);
    return path;
}

static rim_err read_pitch(double *mm_per_px, const char *path)
{
    json_error_t error;
    json_t *top = json_load_file(path, 0, &error);
    if (!top) {
        rim_log_error("%s:%d: %s", path, error.line, error.text);
        return RIM_ERR_FORMAT;
    }
    const json_t *v = json_object_get(top, "mm_per_px");
    const bool absent = !v || json_is_null(v);
    const double pitch = json_number_value(v);
    const bool good = absent || pitch > 0.0;
    if (!good)
        rim_log_error("%s: \"mm_per_px\" must be a number above 0", path);
    else if (!absent)
        *mm_per_px = pitch;
    json_decref(top);
    return good ? RIM_OK : RIM_ERR_FORMAT;
}

// mm per px out of sequence.json beside the truth; NAN where there is none.
static rim_err find_pitch(double *mm_per_px, const char *truth_path)
{
    const char *slash = strrchr(truth_path, '/');
    char *path = slash ? join(truth_path, (size_t)(slash - truth_path), "sequence.json")
                       : join(".", 1, "sequence.json");
    struct stat st;
    rim_err err = path ? RIM_OK : RIM_ERR_MEMORY;
    *mm_per_px = (double)NAN;
    if (path && stat(path, &st) == 0)
        err = read_pitch(mm_per_px, path);
    free(path);
    return err;
}

// The next frame of a file. *last is the number of the one before, -1 for the first.
static rim_err next_frame(rim_report_reader *r, rim_truth *t, int64_t *last,
                          const char *path)
{
    const rim_err err = rim_report_read(r, t);
    if (err)
        return err;
    if ((int64_t)t->seen.frame <= *last) {
        rim_log_error("%s: frame %llu comes after frame %lld; give a file whose frames "
                      "are in order, each once",
                      path, (unsigned long long)t->seen.frame, (long long)*last);
        return RIM_ERR_FORMAT;
    }
    *last = (int64_t)t->seen.frame;
    return RIM_OK;
}

static void score_frame(rim_evaluation *e, rim_scene *s, bool has_report)
{
    if (s->frames == 0)
        s->first_ns = e->truth.seen.t_ns;
    s->last_ns = e->truth.seen.t_ns;
    rim_score_lesions(e, s, has_report);
    rim_score_surface(e, s, has_report);
    s->frames++;
    s->scored += has_report;
    s->missing += !has_report;
}

// Walks both files, which are in order of frames, side by side.
static rim_err score_files(rim_evaluation *e, rim_scene *s, rim_report_reader *truth,
                           const char *truth_path, rim_report_reader *report,
                           const char *report_path)
{
    int64_t truth_frame = -1, report_frame = -1;
    bool report_ended = false;
    for (;;) {
        rim_err err = next_frame(truth, &e->truth, &truth_frame, truth_path);
        if (err && err != RIM_END)
            return err;
        // After the truth has ended, what the report still holds is counted.
        const int64_t wanted = err ? INT64_MAX : truth_frame;
        while (!report_ended && report_frame < wanted) {
            const rim_err got =
                next_frame(report, &e->report, &report_frame, report_path);
            if (got && got != RIM_END)
                return got;
            report_ended = got == RIM_END;
            s->extra += !report_ended && report_frame < wanted;
        }
        if (err)
            return RIM_OK;
        score_frame(e, s, !report_ended && report_frame == wanted);
    }
}

static rim_err end_scene(rim_evaluation *e, const rim_scene *s, const char *truth_path,
                         const char *report_path)
{
    if (s->frames == 0) {
        rim_log_error("%s: no frames; give a truth file with a line a frame",
                      truth_path);
        return RIM_ERR_FORMAT;
    }
    if (s->missing)
        rim_log_warning("%s: %lld of %lld frames are missing; what they show counts as "
                        "missed",
                        report_path, (long long)s->missing, (long long)s->frames);
    if (s->extra)
        rim_log_warning("%s: %lld frames that %s lacks, passed over", report_path,
                        (long long)s->extra, truth_path);
    rim_score_lesions_end(e, s);
    rim_score_surface_end(e, s);
    e->frames += s->frames;
    e->missing += s->missing;
    e->extra += s->extra;
    return RIM_OK;
}

rim_err rim_evaluation_add(rim_evaluation *e, const char *truth_path,
                           const char *report_path)
{
    rim_scene s = {0};
    rim_report_reader *truth = NULL, *report = NULL;
    rim_err err = find_pitch(&s.mm_per_px, truth_path);
    if (err || (err = rim_report_open(&truth, truth_path)) ||
        (err = rim_report_open(&report, report_path)))
        goto done;
    rim_figures_begin_scene(&e->figures);
    err = score_files(e, &s, truth, truth_path, report, report_path);
    if (!err)
        err = end_scene(e, &s, truth_path, report_path);
done:
    rim_report_reader_close(&truth);
    rim_report_reader_close(&report);
    free(s.track);
    return err;
}

static rim_err add_from_folder(rim_evaluation *e, int *scenes, const char *folder,
                               const char *name, const char *report_name)
{
    char *scene = join(folder, strlen(folder), name);
    char *truth = scene ? join(scene, strlen(scene), "truth.jsonl") : NULL;
    char *report = truth ? join(scene, strlen(scene), report_name) : NULL;
    struct stat st;
    rim_err err = report ? RIM_OK : RIM_ERR_MEMORY;
    if (report && stat(truth, &st) == 0) {
        err = rim_evaluation_add(e, truth, report);
        (*scenes)++;
    }
    free(scene);
    free(truth);
    free(report);
    return err;
}

rim_err rim_evaluation_add_suite(rim_evaluation *e, const char *folder,
                                 const char *report_name)
{
    struct dirent **entry = NULL;
    const int count = scandir(folder, &entry, NULL, alphasort);
    int scenes = 0;
    rim_err err = RIM_OK;
    if (count < 0) {
        char reason[128] = "unknown error";
        const int error = errno;
        (void)strerror_r(error, reason, sizeof reason);
        rim_log_error("%s: cannot be read: %s; give a folder of scenes", folder,
                      reason);
        return error == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    for (int i = 0; i < count; i++) {
        if (!err && entry[i]->d_name[0] != '.')
            err = add_from_folder(e, &scenes, folder, entry[i]->d_name, report_name);
        free(entry[i]);
    }
    free(entry);
    if (!err && scenes == 0) {
        rim_log_error("%s: no scene in it; a scene is a folder with truth.jsonl and %s",
                      folder, report_name);
        return RIM_ERR_NOT_FOUND;
    }
    return err;
}

rim_err rim_evaluation_finish(rim_evaluation *e)
{
    return rim_figures_finish(&e->figures, e->options.bootstrap, e->options.seed);
}
