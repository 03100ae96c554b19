// cmd_export.c: rimlight export: results in the forms that other programs read.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/export/export.h"
#include "app/options.h"
#include "app/stop.h"

#include "base/log.h"
#include "exchange/case.h"
#include "exchange/csv.h"

#include <stdio.h>
#include <string.h>

static const char *const examples[] = {
    "export case.jsonl --csv tables",
    "tables for R, Python and spreadsheets, in a folder",
    "export case.jsonl --html case.html --source case.mkv",
    "one page with charts, and a picture of each lesion out of the recording",
    "export case.jsonl --dicom archive --source case.mkv --clip 300:900 --patient-id "
    "4711",
    "frames 300 to 900 as a clip, and the pictures, as DICOM files",
    "export case.mkv --ffv1 case-ffv1.mkv --remove-original",
    "a raw recording made smaller, without loss; the raw one goes when that is sure",
    NULL,
};

static bool set_clip(rim_export_job *job)
{
    job->clip_first = 0;
    job->clip_last = UINT64_MAX;
    if (!job->clip)
        return true;
    int end = 0;
    unsigned first, last;
    if (sscanf(job->clip, "%9u:%9u%n", &first, &last, &end) != 2 || job->clip[end])
        return false;
    job->clip_first = first;
    job->clip_last = last;
    return first <= last;
}

static rim_err check(rim_export_job *job, const rim_usage *usage)
{
    if (job->ffv1 && (job->csv || job->html || job->dicom))
        return rim_options_refuse(usage, "ffv1",
                                  "is made of a recording, the others of a report; run "
                                  "it by itself");
    if (job->remove_original && !job->ffv1)
        return rim_options_refuse(usage, "remove-original", "goes with --ffv1 only");
    if (!job->csv && !job->html && !job->dicom && !job->ffv1)
        return rim_options_refuse(usage, "csv",
                                  "say what is wanted: --csv DIR, --html FILE, --dicom "
                                  "DIR or --ffv1 OUT");
    if (job->html && (strcmp(job->html, job->input) == 0 ||
                      (job->source && strcmp(job->html, job->source) == 0)))
        return rim_options_refuse(usage, "html",
                                  "names what is read; give another file");
    if (job->dicom && !job->source)
        return rim_options_refuse(usage, "dicom",
                                  "the pixels come from the recording; name it by "
                                  "--source INPUT");
    rim_err err = job->dicom ? rim_dicom_check(&job->dicom_facts) : RIM_OK;
    if (err)
        return err;
    if (!set_clip(job))
        return rim_options_refuse(usage, "clip",
                                  "give FIRST:LAST, numbers of frames, as 100:400");
    job->run.headless = true; // what a window remembers is not for files
    job->how.source.mm_per_px = job->run.mm_per_px;
    err = rim_input_options_finish(&job->how);
    return err ? err : rim_run_options_finish(&job->run, usage);
}

static rim_err parse(rim_export_job *job, int argc, char **argv)
{
    rim_run_table shared; // defaults only
    rim_run_options *run = &job->run;
    rim_dicom_facts *dicom = &job->dicom_facts;
    rim_run_options_init(run, &shared);
    rim_input_options_init(&job->how);
    const rim_option options[] = {
        RIM_OPT_GROUP("Of a report"),
        RIM_OPT_STRING(
            "csv", "DIR", &job->csv,
            "tables: frames, lesions, residuals, with units in the headings"),
        RIM_OPT_STRING("html", "FILE", &job->html,
                       "one page, complete in itself: time line, courses, pictures, "
                       "cut surface, calibration, parameters"),
        RIM_OPT_STRING("title", "TEXT", &job->title,
                       "what the case is called (the report's name)"),
        RIM_OPT_STRING(
            "dicom", "DIR", &job->dicom,
            "the raw NIR clip and the pictures of lesions and residuals, for "
            "the archive; with --source"),
        RIM_OPT_GROUP("Into the DICOM files, where given"),
        RIM_OPT_STRING("clip", "FIRST:LAST", &job->clip,
                       "numbers of the NIR frames (all of the report)"),
        RIM_OPT_STRING("acquired", "TIME", &dicom->acquired,
                       "of the first frame: YYYY-MM-DDTHH:MM:SS, with Z in UTC (as a "
                       "recording of live tells)"),
        RIM_OPT_STRING("patient-name", "TEXT", &dicom->patient_name, "Family^Given"),
        RIM_OPT_STRING("patient-id", "TEXT", &dicom->patient_id, "of the hospital"),
        RIM_OPT_STRING("patient-birth-date", "DATE", &dicom->patient_birth_date,
                       "YYYYMMDD"),
        RIM_OPT_STRING("patient-sex", "X", &dicom->patient_sex, "M, F or O"),
        RIM_OPT_STRING("study-uid", "UID", &dicom->study_uid,
                       "a study that is there already (a new one)"),
        RIM_OPT_STRING("study-id", "TEXT", &dicom->study_id, "number of the study"),
        RIM_OPT_STRING("study-description", "TEXT", &dicom->study_description, "of it"),
        RIM_OPT_STRING("accession", "TEXT", &dicom->accession, "accession number"),
        RIM_OPT_GROUP("Of a recording"),
        RIM_OPT_STRING(
            "ffv1", "OUT", &job->ffv1,
            "the raw recording FILE as FFV1 in Matroska, smaller, read again "
            "and compared frame by frame"),
        RIM_OPT_FLAG("remove-original", &job->remove_original,
                     "remove FILE when --ffv1 has found every frame of it in OUT"),
        RIM_OPT_GROUP("The recording that the report was made of"),
        RIM_OPT_STRING("source", "INPUT", &job->source,
                       "as replay takes it: for pictures, and for what it tells of the "
                       "run"),
        RIM_OPT_STRING("calibration", "FILE", &run->calibration,
                       "instead of the one that the recording names"),
        RIM_OPT_STRING("cut-surface", "FILE", &run->cut_surface,
                       "as it was given to replay"),
        RIM_OPT_DOUBLE("mm-per-px", "X", &run->mm_per_px, 0.0001, 10,
                       "as it was given to replay"),
        RIM_OPT_STRING("sbr-range", "LOW:HIGH", &run->sbr_range,
                       "colour scale of the pictures (the recording's, or 1.3:5)"),
        RIM_OPT_INCLUDE(job->how.table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "export",
        .synopsis = "FILE [options]",
        .summary = "Hands results on in the forms that other programs read. FILE is a "
                   "report that live or replay wrote, or, for --ffv1, a recording. A "
                   "report that was cut short by a crash is exported as far as it "
                   "goes.",
        .options = options,
        .examples = examples,
        .arg = "a FILE",
        .args_min = 1,
        .args_max = 1,
    };
    const rim_err err = rim_options_parse(&usage, argc, argv, &job->input, NULL);
    return err ? err : check(job, &usage);
}

// All forms that are made of a report, which is read once.
static rim_err export_report(const rim_export_job *job)
{
    rim_case *c = NULL;
    rim_err err = rim_case_load(&c, job->input);
    if (err)
        return err;
    if (job->csv)
        err = rim_csv_write(c, job->csv);
    if (!err && job->html)
        err = rim_export_html(job, c);
    if (!err && job->dicom)
        err = rim_export_dicom(job, c);
    if (!err && c->ended)
        rim_log_warning("%s: exported are the %zu frames before this", c->path,
                        c->frame_count);
    else if (!err)
        rim_log_info("%s: %zu frames, %zu lesions, %zu residuals exported", c->path,
                     c->frame_count, c->lesion_track_count, c->residual_track_count);
    if (!err)
        err = c->ended;
    rim_case_destroy(&c);
    return err;
}

int rim_cmd_export(int argc, char **argv)
{
    rim_export_job job = {0};
    rim_err err = parse(&job, argc, argv);
    if (!err) {
        rim_stop_install();
        err = job.ffv1 ? rim_export_ffv1(&job) : export_report(&job);
    }
    return rim_exit_status(err);
}
