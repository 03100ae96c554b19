// table.c: an evaluation as a table for people, of fixed columns.
// SPDX-License-Identifier: MIT
#include "evaluate/scene.h"

#include <inttypes.h>
#include <math.h>

enum { VALUE_CHARS = 8 };

static void print_value(FILE *out, double value, bool percent)
{
    if (isnan(value))
        fprintf(out, "%*s", VALUE_CHARS, "-");
    else if (percent)
        fprintf(out, "%*.1f%%", VALUE_CHARS - 1, 100.0 * value);
    else
        fprintf(out, "%*.3f", VALUE_CHARS, value);
}

static void print_interval(FILE *out, const rim_figure *f, bool percent)
{
    if (isnan(f->low)) {
        fprintf(out, "%19s", "");
        return;
    }
    fputs("  [", out);
    print_value(out, f->low, percent);
    fputc(',', out);
    print_value(out, f->high, percent);
    fputs("]", out);
}

static void print_figure(FILE *out, const char *row, const rim_figure *f, bool percent)
{
    fprintf(out, "%-42s", row);
    print_value(out, f->value, percent);
    print_interval(out, f, percent);
    fprintf(out, "  %9.0f\n", f->n);
}

static bool is_percent(int ratio)
{
    switch (ratio) {
    case RIM_RATIO_FP:
    case RIM_RATIO_FP_FREE:
    case RIM_RATIO_FP_WOUND:
    case RIM_RATIO_SWITCHES:
    case RIM_RATIO_CHANGES:
    case RIM_RATIO_TRUE_CHANGES:
    case RIM_RATIO_RESIDUAL_FP:
        return false;
    default:
        return true;
    }
}

static void print_ratios(FILE *out, const rim_evaluation *e, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (e->figures.ratio[i].n > 0.0)
            print_figure(out, rim_ratio_row(i), &e->figures.ratio[i], is_percent(i));
}

static void print_heading(FILE *out, const char *text)
{
    fprintf(out, "\n%-42s%8s  %-19s  %7s\n", text, "value", "95 % interval", "of");
}

static void print_samples(FILE *out, const rim_evaluation *e)
{
    for (int i = 0; i < RIM_SAMPLE_COUNT; i++) {
        char row[64];
        const bool dice = i == RIM_SAMPLE_DICE || i == RIM_SAMPLE_RIM_DICE;
        if (e->figures.median[i].n <= 0.0)
            continue;
        snprintf(row, sizeof row, "%s: median", rim_sample_row(i));
        print_figure(out, row, &e->figures.median[i], false);
        snprintf(row, sizeof row, "  %s percentile", dice ? "5th" : "95th");
        print_figure(out, row, &e->figures.tail[i], false);
    }
}

static void print_froc(FILE *out, const rim_evaluation *e)
{
    print_heading(out, "Sensitivity at false lesions a frame");
    for (int i = 0; i < RIM_FROC_COUNT; i++) {
        char row[64];
        if (isnan(e->figures.froc_confidence[i]))
            snprintf(row, sizeof row, "  at most %.2f", rim_froc_rate(i));
        else
            snprintf(row, sizeof row, "  at most %.2f (confidence %.3f)",
                     rim_froc_rate(i), e->figures.froc_confidence[i]);
        print_figure(out, row, &e->figures.froc[i], true);
    }
}

static void print_confusion(FILE *out, const rim_evaluation *e)
{
    fprintf(out, "\n%-24s%10s%10s%10s%10s\n", "Pattern: truth \\ report", "rim",
            "partial", "total", "not said");
    for (int t = 0; t < 3; t++) {
        fprintf(out, "  %-22s", rim_pattern_name((rim_pattern)(t + RIM_PATTERN_RIM)));
        for (int r = 0; r < 4; r++)
            fprintf(out, "%10.0f", e->confusion[t][r]);
        fputc('\n', out);
    }
}

static void print_verdicts(FILE *out, const rim_evaluation *e)
{
    fprintf(out, "\n%-24s%14s%14s%14s%8s%8s\n", "Verdict: truth \\ report",
            "none_detected", "residual", "cannot_assess", "off", "missing");
    for (int t = RIM_SURFACE_NONE_DETECTED; t <= RIM_SURFACE_CANNOT_ASSESS; t++) {
        const double *row = e->verdict[t];
        fprintf(out, "  %-22s%14.0f%14.0f%14.0f%8.0f%8.0f\n",
                rim_surface_state_name((rim_surface_state)t),
                row[RIM_SURFACE_NONE_DETECTED], row[RIM_SURFACE_RESIDUAL],
                row[RIM_SURFACE_CANNOT_ASSESS], row[RIM_SURFACE_OFF],
                row[RIM_SURFACE_CANNOT_ASSESS + 1]);
    }
}

static void print_classes(FILE *out, const rim_evaluation *e)
{
    if (e->class_count)
        fprintf(out, "\n%-42s%8s%12s\n", "What is no lesion", "frames", "reported");
    for (int i = 0; i < e->class_count; i++)
        fprintf(out, "  %-40s%8.0f%12.0f\n", e->class_of[i].name,
                e->class_of[i].present, e->class_of[i].reported);
}

static bool has_verdicts(const rim_evaluation *e)
{
    for (int t = RIM_SURFACE_NONE_DETECTED; t <= RIM_SURFACE_CANNOT_ASSESS; t++)
        for (int r = 0; r <= RIM_SURFACE_CANNOT_ASSESS + 1; r++)
            if (e->verdict[t][r] > 0.0)
                return true;
    return false;
}

// What only scenes with detectable lesions have.
static void print_lesions(FILE *out, const rim_evaluation *e)
{
    print_heading(out, "Of these, by depth, size, SBR and pattern");
    print_ratios(out, e, RIM_RATIO_DEPTH_0, RIM_RATIO_PATTERN_2);
    print_froc(out, e);
    print_heading(out, "Measures of the lesions found");
    print_samples(out, e);
    print_ratios(out, e, RIM_RATIO_PATTERN_RIGHT, RIM_RATIO_SWITCHES);
    print_confusion(out, e);
}

void rim_evaluation_print(const rim_evaluation *e, FILE *out)
{
    fprintf(out,
            "scenes: %d, frames: %" PRId64 ", missing in the report: %" PRId64
            ", operating point: confidence %.3f\n",
            e->figures.scene_count, e->frames, e->missing, e->options.confidence);
    print_heading(out, "Lesions");
    print_ratios(out, e, RIM_RATIO_SENSITIVITY, RIM_RATIO_DISTRACTOR);
    if (e->lesions > 0.0)
        print_lesions(out, e);
    print_heading(out, "Real, of the reports at a confidence of");
    print_ratios(out, e, RIM_RATIO_RELIABLE_0, RIM_RATIO_RELIABLE_9);
    if (has_verdicts(e)) {
        print_heading(out, "Cut surface");
        print_ratios(out, e, RIM_RATIO_VERDICT_SENS, RIM_RATIO_RESIDUAL_FP);
        print_verdicts(out, e);
    }
    print_classes(out, e);
}
