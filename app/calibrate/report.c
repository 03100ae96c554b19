// report.c: rimlight calibrate report.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "calib/page.h"

#include <time.h>

static const char *const examples[] = {
    "calibrate report cal",
    "writes cal/report.html",
    "calibrate report cal --html for-the-paper.html",
    "elsewhere",
    NULL,
};

static rim_err run(const char *dir, const char *html)
{
    char path[4096];
    rim_cal_store s;
    rim_err err = rim_cal_store_open(&s, dir, NULL, true);
    if (err == RIM_OK) {
        (void)snprintf(path, sizeof path, "%s/report.html", dir);
        err = rim_calib_page_write(html ? html : path, &s.doc, s.calib, s.file,
                                   (int64_t)time(NULL));
    }
    if (err == RIM_OK)
        rim_cal_say("wrote %s", html ? html : path);
    rim_cal_store_close(&s);
    return err;
}

int rim_calibrate_report(int argc, char **argv)
{
    const char *dir = NULL, *html = NULL;
    const rim_option options[] = {
        RIM_OPT_STRING("html", "FILE", &html, "where to (DIR/report.html)"),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "calibrate report",
        .synopsis = "DIR [options]",
        .summary =
            "Writes one page that shows a calibration: what it is good for, the "
            "maps, the residuals as arrows, before and after. The page holds its "
            "pictures in itself.",
        .options = options,
        .examples = examples,
        .arg = "the folder of a calibration",
        .args_min = 1,
        .args_max = 1,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, &dir, NULL);
    if (err == RIM_OK)
        err = run(dir, html);
    return rim_exit_status(err);
}
