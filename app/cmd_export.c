// cmd_export.c: rimlight export: results in the forms that other programs read.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/export.h"
#include "app/options.h"

#include "base/log.h"
#include "exchange/case.h"
#include "exchange/csv.h"

static const char *const examples[] = {
    "export case.jsonl --csv tables",
    "tables for R, Python and spreadsheets, in a folder",
    NULL,
};

static rim_err parse(rim_export_job *job, int argc, char **argv)
{
    const rim_option options[] = {
        RIM_OPT_GROUP("Of a report"),
        RIM_OPT_STRING(
            "csv", "DIR", &job->csv,
            "tables: frames, lesions, residuals, with units in the headings"),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "export",
        .synopsis = "FILE [options]",
        .summary = "Hands results on in the forms that other programs read. FILE is a "
                   "report that live or replay wrote; one that was cut short by a "
                   "crash is exported as far as it goes.",
        .options = options,
        .examples = examples,
        .arg = "a FILE",
        .args_min = 1,
        .args_max = 1,
    };
    const rim_err err = rim_options_parse(&usage, argc, argv, &job->input, NULL);
    if (err)
        return err;
    if (!job->csv)
        return rim_options_refuse(&usage, "csv", "say what is wanted: --csv DIR");
    return RIM_OK;
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
    if (!err)
        err = export_report(&job);
    return rim_exit_status(err);
}
