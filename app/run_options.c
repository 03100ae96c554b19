// run_options.c: the options that live and replay share.
// SPDX-License-Identifier: MIT
#include "app/run_options.h"

#include "base/cpu.h"
#include "base/log.h"
#include "base/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const rim_cpu_choices[] = {"auto",   "c",    "sse41", "avx2",
                                       "avx512", "neon", NULL};

static int default_threads(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > 4 ? 4 : (int)cores;
}

void rim_run_options_init(rim_run_options *o, rim_run_table *table)
{
    *o = (rim_run_options){
        .min_confidence = (double)NAN,
        .threads = default_threads(),
        .view_index = -1,
        .color_map_index = -1,
        .opacity = 0,
    };
    for (int i = 0; i <= RIM_VIEW_COUNT; i++)
        table->view[i] = i < RIM_VIEW_COUNT ? rim_view_name((rim_view)i) : NULL;
    for (int i = 0; i <= RIM_COLOR_MAP_COUNT; i++)
        table->color_map[i] =
            i < RIM_COLOR_MAP_COUNT ? rim_color_map_name((rim_color_map)i) : NULL;
    const rim_option options[] = {
        RIM_OPT_GROUP("Output"),
        RIM_OPT_FLAG("headless", &o->headless, "no window"),
        RIM_OPT_STRING("report", "FILE", &o->report,
                       "one JSON object a frame, a line each; - is standard output"),
        RIM_OPT_STRING(
            "overlay", "FILE", &o->overlay,
            "the picture that is shown, as a video file (.mkv, .mp4, ...) or "
            "a folder of PNGs"),
        RIM_OPT_STRING("snapshots", "DIR", &o->snapshots,
                       "one picture a second of what is shown, as PNGs"),
        RIM_OPT_STRING("record", "FILE", &o->record,
                       "the raw frames, lossless, at full bit depth (.mkv)"),
        RIM_OPT_CHOICE("record-codec", "NAME", &o->codec_index, rim_record_codec_names,
                       "raw, packed (fast) or ffv1 (small); auto: ffv1, live only "
                       "where a short measurement says that it keeps up"),
        RIM_OPT_STRING("sbr-range", "LOW:HIGH", &o->sbr_range,
                       "signal over background shown as transparent and as full "
                       "colour; fixed for all frames (1.3:5)"),
        RIM_OPT_CHOICE("view", "NAME", &o->view_index, table->view, "what is shown"),
        RIM_OPT_CHOICE("color-map", "NAME", &o->color_map_index, table->color_map,
                       "of the false colours"),
        RIM_OPT_INT("opacity", "PERCENT", &o->opacity, RIM_OPACITY_MIN, 100,
                    "of the false colours over the picture, of what is usual (100)"),
        RIM_OPT_INT("igtl", "PORT", &o->igtl_port, 1, 65535,
                    "serves frames, picture and findings to 3D Slicer, PLUS and "
                    "others over OpenIGTLink (18944 is usual)"),
        RIM_OPT_STRING("igtl-bind", "ADDRESS", &o->igtl_bind,
                       "with --igtl: the address to listen on; 0.0.0.0 is all, for "
                       "everybody in the network (127.0.0.1, this machine only)"),
        RIM_OPT_GROUP("What is known of the scene"),
        RIM_OPT_STRING("calibration", "FILE", &o->calibration,
                       "dark, flat, geometry; instead of the one that the recording "
                       "names"),
        RIM_OPT_DOUBLE("mm-per-px", "X", &o->mm_per_px, 0.0001, 10,
                       "pixel pitch on the tissue, instead of what calibration or "
                       "recording tell"),
        RIM_OPT_STRING("cut-surface", "FILE", &o->cut_surface,
                       "the resection surface to watch: JSON, as cut_surface in "
                       "sequence.json"),
        RIM_OPT_GROUP("Processing"),
        RIM_OPT_DOUBLE("min-confidence", "X", &o->min_confidence, 0, 1,
                       "leave out lesions and residuals below X (0.5, or as the "
                       "recording says)"),
        RIM_OPT_INT("threads", "N", &o->threads, 0, RIM_THREADS_MAX,
                    "worker threads, 0: none but the main one; results do not depend "
                    "on it"),
        RIM_OPT_CHOICE("cpu", "LEVEL", &o->cpu_level, rim_cpu_choices,
                       "instruction set, results do not depend on it"),
        RIM_OPT_END,
    };
    RIM_OPTIONS_KEEP(table->option, options);
}

// What was not given is as the window had it the last time. Pictures in files do not
// depend on that.
static void finish_picture(rim_run_options *o)
{
    const rim_settings *last = &o->settings;
    if (!o->headless)
        rim_settings_load(&o->settings);
    const bool files = o->overlay || o->snapshots;
    if (o->view_index >= 0)
        o->view = (rim_view)o->view_index;
    else if (last->has_view && !files)
        o->view = last->view;
    if (o->color_map_index >= 0)
        o->color_map = (rim_color_map)o->color_map_index;
    else if (last->has_color_map && !files)
        o->color_map = last->color_map;
    if (o->opacity == 0)
        o->opacity = last->opacity > 0 && !files ? last->opacity : 100;
}

static rim_err finish_range(rim_run_options *o, const rim_usage *usage)
{
    if (!o->sbr_range)
        return RIM_OK;
    char *end;
    o->sbr_low = strtod(o->sbr_range, &end);
    if (*end != ':')
        return rim_options_refuse(usage, "sbr-range", "give LOW:HIGH, as 1.3:5");
    o->sbr_high = strtod(end + 1, &end);
    if (*end || !(o->sbr_low >= 1 && o->sbr_high > o->sbr_low && o->sbr_high <= 100))
        return rim_options_refuse(usage, "sbr-range",
                                  "give LOW:HIGH with 1 <= LOW < HIGH <= 100");
    return RIM_OK;
}

rim_err rim_cpu_choose(unsigned *cpu, int choice, const rim_usage *usage)
{
    const char *name = rim_cpu_choices[choice];
    if (choice == 0)
        name = getenv("RIMLIGHT_CPU"); // NOLINT(concurrency-mt-unsafe): no thread yet
    if (!name || !*name || strcmp(name, "auto") == 0) {
        *cpu = rim_cpu_detect();
        return RIM_OK;
    }
    const rim_err err = rim_cpu_from_name(cpu, name);
    if (err == RIM_ERR_UNSUPPORTED)
        return rim_options_refuse(usage, "cpu",
                                  "this machine has not got it; leave the option out");
    if (err)
        return rim_options_refuse(usage, "cpu",
                                  "RIMLIGHT_CPU names no instruction set");
    return RIM_OK;
}

static bool same_file(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

rim_err rim_run_options_finish(rim_run_options *o, const rim_usage *usage)
{
    finish_picture(o);
    o->record_codec = (rim_record_codec)o->codec_index;
    rim_err err = finish_range(o, usage);
    if (!err)
        err = rim_cpu_choose(&o->cpu, o->cpu_level, usage);
    if (err)
        return err;
    if (o->igtl_bind && !o->igtl_port)
        return rim_options_refuse(usage, "igtl-bind", "goes with --igtl PORT");
    if (same_file(o->report, o->overlay) || same_file(o->report, o->record) ||
        same_file(o->overlay, o->record))
        return rim_options_refuse(usage, o->report ? "report" : "overlay",
                                  "names the same file as another output");
    return RIM_OK;
}
