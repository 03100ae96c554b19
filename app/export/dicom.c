// dicom.c: --dicom: which frames go into the files, and what these tell.
// SPDX-License-Identifier: MIT
#include "exchange/dicom.h"
#include "app/export/export.h"
#include "app/export/frames.h"
#include "base/log.h"
#include "calib/calib.h"
#include "exchange/case.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct dicom_job {
    const rim_export_job *job;
    const rim_source_info *info;
    const rim_case *c;
    unsigned char *wish;
    const rim_calib *calib; // NULL: none
    json_t *tag;            // of a recording, NULL: none
    rim_dicom_facts facts;
    char pitch_from[64], comment[128], nir_derivation[128], derivation[512];
    rim_dicom *files;
    size_t nir, pictures;
} dicom_job;

static void describe_pitch(dicom_job *j, double picture_mm_per_px)
{
    rim_dicom_facts *f = &j->facts;
    f->nir_mm_per_px = j->info->mm_per_px;
    f->picture_mm_per_px = picture_mm_per_px;
    f->pitch_from = j->pitch_from;
    if (j->job->run.mm_per_px > 0)
        (void)snprintf(j->pitch_from, sizeof j->pitch_from,
                       "On the tissue, given by the user");
    else if (j->calib && j->calib->mm_per_px > 0)
        (void)snprintf(j->pitch_from, sizeof j->pitch_from,
                       "Plane of the target of the calibration, %.20s", j->calib->date);
    else
        (void)snprintf(j->pitch_from, sizeof j->pitch_from,
                       "On the tissue, as the recording tells");
}

static void describe_derivation(dicom_job *j)
{
    const rim_source_info *i = j->info;
    if (i->is_panel) {
        (void)snprintf(j->nir_derivation, sizeof j->nir_derivation,
                       "NIR channel taken out of a recorded screen, %dx%d pixels at "
                       "%d, %d",
                       i->width, i->height, i->panel_x, i->panel_y);
        j->facts.nir_derivation = j->nir_derivation;
    }
    (void)snprintf(
        j->derivation, sizeof j->derivation,
        "Signal over local background in false colour (SBR %g to %g, %s) and the "
        "findings of the report, drawn by rimlight %s over the %s. Research use only.",
        i->sbr_low, i->sbr_high, rim_color_map_name(j->job->run.color_map), RIM_VERSION,
        i->visible_width > 0 ? "visible picture" : "NIR frame");
    j->facts.picture_derivation = j->derivation;
    (void)snprintf(j->comment, sizeof j->comment,
                   "Near infrared fluorescence, counts as recorded: %d bits, black "
                   "level %d",
                   i->bits, i->black_level);
    j->facts.nir_comment = j->comment;
}

static void describe(dicom_job *j, double picture_mm_per_px)
{
    j->facts = j->job->dicom_facts;
    j->facts.version = RIM_VERSION;
    if (j->calib) {
        j->facts.camera = j->calib->camera;
        j->facts.serial = j->calib->serial;
    }
    j->tag = j->info->tag ? json_loads(j->info->tag, 0, NULL) : NULL;
    if (!j->facts.acquired)
        j->facts.acquired = json_string_value(json_object_get(j->tag, "started"));
    describe_pitch(j, picture_mm_per_px);
    describe_derivation(j);
}

// The clip, and a picture where a lesion or a residual was clearest.
static rim_err choose(dicom_job *j)
{
    const rim_case *c = j->c;
    size_t chosen[RIM_CASE_CHOSEN_MAX];
    j->wish = calloc(c->frame_count + 1, 1);
    if (!j->wish)
        return RIM_ERR_MEMORY;
    for (size_t i = 0; i < c->frame_count; i++)
        if (c->frame[i].number >= j->job->clip_first &&
            c->frame[i].number <= j->job->clip_last)
            j->wish[i] = RIM_WISH_NIR;
    int count = rim_case_choose(chosen, c->lesion_track, c->lesion_track_count);
    for (int i = 0; i < count; i++)
        j->wish[c->lesion[c->lesion_track[chosen[i]].clearest].frame] |=
            RIM_WISH_PICTURE;
    count = rim_case_choose(chosen, c->residual_track, c->residual_track_count);
    for (int i = 0; i < count; i++)
        j->wish[c->residual[c->residual_track[chosen[i]].clearest].frame] |=
            RIM_WISH_PICTURE;
    return RIM_OK;
}

static rim_err take(void *ctx, const rim_export_frame *f)
{
    dicom_job *j = ctx;
    rim_err err = RIM_OK;
    if (j->wish[f->index] & RIM_WISH_NIR) {
        err = rim_dicom_add_nir(j->files, f->nir);
        j->nir++;
    }
    if (!err && f->picture) {
        err = rim_dicom_add_picture(j->files, f->picture);
        j->pictures++;
    }
    return err;
}

static rim_err run(dicom_job *j, rim_export_frames *frames)
{
    j->info = rim_export_frames_info(frames);
    j->calib = rim_export_frames_calib(frames);
    describe(j, rim_export_frames_picture_pitch(frames));
    rim_err err = choose(j);
    if (!err)
        err = rim_dicom_open(&j->files, j->job->dicom, &j->facts);
    if (!err)
        err = rim_export_frames_walk(frames, j->c, j->wish, take, j);
    if (err) {
        rim_dicom_abandon(&j->files);
        return err;
    }
    err = rim_dicom_close(&j->files);
    if (!err)
        rim_log_info("%s: %zu NIR frames and %zu pictures written", j->job->dicom,
                     j->nir, j->pictures);
    return err;
}

rim_err rim_export_dicom(const rim_export_job *job, const rim_case *c)
{
    dicom_job *j = calloc(1, sizeof *j);
    if (!j)
        return RIM_ERR_MEMORY;
    j->job = job;
    j->c = c;
    rim_export_frames *frames = NULL;
    rim_err err = rim_export_frames_open(&frames, job);
    if (!err)
        err = run(j, frames);
    rim_export_frames_close(&frames);
    json_decref(j->tag);
    free(j->wish);
    free(j);
    return err;
}
