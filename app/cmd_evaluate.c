// cmd_evaluate.c: rimlight evaluate: reports scored against truth.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/options.h"

#include "base/log.h"
#include "evaluate/evaluate.h"

#include <stdlib.h>

static const char *const examples[] = {
    "evaluate --truth demo/truth.jsonl report.jsonl",
    "the figures of one report, as a table",
    "evaluate --truth demo/truth.jsonl ours.jsonl theirs.jsonl --json both.json",
    "two reports of one recording, each by itself",
    "evaluate --truth a/truth.jsonl a.jsonl --truth b/truth.jsonl b.jsonl",
    "two recordings, taken together as two scenes",
    "evaluate --suite scenes --json figures.json",
    "every folder in scenes/ with truth.jsonl and report.jsonl, as one scene each",
    NULL,
};

typedef struct evaluate_job {
    rim_evaluate_options options;
    rim_list truth;
    const char *suite, *report_name, *json;
    int seed;
    const char *report[RIM_LIST_MAX];
    int report_count;
} evaluate_job;

static rim_err add_scenes(rim_evaluation *e, const evaluate_job *job, int which)
{
    if (job->suite)
        return rim_evaluation_add_suite(e, job->suite, job->report_name);
    if (job->truth.count == 1)
        return rim_evaluation_add(e, job->truth.item[0], job->report[which]);
    rim_err err = RIM_OK;
    for (int i = 0; i < job->truth.count && !err; i++)
        err = rim_evaluation_add(e, job->truth.item[i], job->report[i]);
    return err;
}

// Scores and prints the reports, `count` tables.
static rim_err evaluate_all(const evaluate_job *job, rim_evaluation **list,
                            const char **names, int count)
{
    for (int i = 0; i < count; i++) {
        rim_err err = rim_evaluation_create(&list[i], &job->options);
        if (err || (err = add_scenes(list[i], job, i)) ||
            (err = rim_evaluation_finish(list[i])))
            return err;
        names[i] = job->suite ? job->report_name : job->report[i];
        if (count > 1)
            printf("%s%s\n", i ? "\n\n" : "", names[i]);
        rim_evaluation_print(list[i], stdout);
    }
    if (!job->json)
        return RIM_OK;
    return rim_evaluation_save((const rim_evaluation *const *)list, names, count,
                               job->json);
}

static rim_err check(const rim_usage *usage, const evaluate_job *job)
{
    const int truths = job->truth.count, reports = job->report_count;
    if (job->suite && (truths || reports))
        return rim_options_refuse(usage, "suite",
                                  "names truth and reports by itself, leave them out");
    if (job->suite)
        return RIM_OK;
    if (!truths)
        return rim_options_refuse(usage, "truth",
                                  "is missing; give --truth FILE REPORT, "
                                  "or --suite FOLDER");
    if (!reports)
        return rim_options_refuse(usage, "truth", "give the report to score after it");
    if (truths > 1 && truths != reports)
        return rim_options_refuse(usage, "truth",
                                  "give one for all reports, or one for each report");
    return RIM_OK;
}

int rim_cmd_evaluate(int argc, char **argv)
{
    evaluate_job job = {.options = {.confidence = 0.5, .bootstrap = 1000},
                        .report_name = "report.jsonl",
                        .seed = 1};
    const rim_option options[] = {
        RIM_OPT_GROUP("What is scored"),
        RIM_OPT_LIST("truth", "FILE", &job.truth,
                     "the truth of a recording; with one, every report is scored by "
                     "itself; with several, the first report belongs to the first, and "
                     "all are taken together"),
        RIM_OPT_STRING("suite", "FOLDER", &job.suite,
                       "instead: every folder in it with truth.jsonl is a scene"),
        RIM_OPT_STRING("report-name", "NAME", &job.report_name,
                       "with --suite: the report in each folder (report.jsonl)"),
        RIM_OPT_GROUP("How"),
        RIM_OPT_DOUBLE("confidence", "X", &job.options.confidence, 0, 1,
                       "operating point: what is below does not count (0.5). For the "
                       "FROC curve let the reports be made with --min-confidence 0"),
        RIM_OPT_INT("bootstrap", "N", &job.options.bootstrap, 0, 100000,
                    "rounds for the 95 % intervals, drawn over scenes (1000); 0: none"),
        RIM_OPT_INT("seed", "N", &job.seed, 0, 2147483647, "of these rounds (1)"),
        RIM_OPT_GROUP("Output"),
        RIM_OPT_STRING("json", "FILE", &job.json,
                       "all figures as JSON, one key a figure"),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "evaluate",
        .synopsis = "--truth FILE REPORT... [options]",
        .summary =
            "Scores reports against truth: lesions found and missed, false ones, "
            "errors of centre, outline and contrast, verdicts on cut surfaces, "
            "each with a 95 % interval.",
        .options = options,
        .examples = examples,
        .arg = "a REPORT",
        .args_max = RIM_LIST_MAX,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, job.report, &job.report_count);
    if (!err)
        err = check(&usage, &job);
    if (err)
        return rim_exit_status(err);
    job.options.seed = (uint64_t)job.seed;
    rim_evaluation *list[RIM_LIST_MAX] = {NULL};
    const char *names[RIM_LIST_MAX] = {NULL};
    const int count = job.suite || job.truth.count > 1 ? 1 : job.report_count;
    err = evaluate_all(&job, list, names, count);
    for (int i = 0; i < count; i++)
        rim_evaluation_destroy(&list[i]);
    return rim_exit_status(err);
}
