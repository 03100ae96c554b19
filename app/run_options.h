// run_options.h: the options that live and replay share, and what they turn into.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_RUN_OPTIONS_H
#define RIM_APP_RUN_OPTIONS_H

#include "app/options.h"
#include "app/settings.h"

#include "media/recorder.h"
#include "render/overlay.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct rim_run_options {
    bool headless;
    const char *report, *overlay, *snapshots, *record; // NULL: not wanted
    const char *calibration, *cut_surface;             // NULL: as the recording says
    double mm_per_px;                                  // 0: not given
    double min_confidence;    // 0..1; NAN: as the recording says, else 0.5
    int threads;              // 0..RIM_THREADS_MAX
    unsigned cpu;             // RIM_CPU_* bits
    double sbr_low, sbr_high; // the colour scale of the picture, 0: its default
    int64_t start_ns;      // the captured_ns that counts as 0: 0 for a recording played
    int igtl_port;         // 0: not wanted
    const char *igtl_bind; // NULL: this machine only
    rim_view view;
    rim_color_map color_map;
    int opacity; // of its colours, % of the usual
    rim_record_codec record_codec;
    rim_settings settings; // of the window the last time; empty where headless

    // Of the command, not of its options: the command line, and what live records.
    const char *const *word; // [word_count]
    int word_count;
    bool record_live;
    int64_t record_live_ns; // since the start of live, of a recording begun by hand
    rim_record_visible record_visible;
    bool record_full_range, record_bt709; // see rim_record_options

    // As given, before rim_run_options_finish().
    const char *sbr_range;
    int cpu_level, view_index, color_map_index, codec_index;
} rim_run_options;

// The shared table, for RIM_OPT_INCLUDE(table->option).
typedef struct rim_run_table {
    const char *view[RIM_VIEW_COUNT + 1];
    const char *color_map[RIM_COLOR_MAP_COUNT + 1];
    rim_option option[32];
} rim_run_table;

// Sets defaults (RIMLIGHT_CPU of the environment among them) and binds the table to *o.
void rim_run_options_init(rim_run_options *o, rim_run_table *table);
// After parsing: turns names and ranges into values. RIM_ERR_ARG, logged: a range
// that is none, an instruction set that this machine has not, two outputs of one
// name.
RIM_NODISCARD rim_err rim_run_options_finish(rim_run_options *o,
                                             const rim_usage *usage);

// What --cpu takes; the first, "auto", is what RIMLIGHT_CPU says or the machine has.
extern const char *const rim_cpu_choices[];
// choice: an index into it. RIM_ERR_ARG, logged: this machine has it not.
RIM_NODISCARD rim_err rim_cpu_choose(unsigned *cpu, int choice, const rim_usage *usage);

#endif
