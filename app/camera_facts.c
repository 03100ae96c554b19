// camera_facts.c: name, link and controls of a camera.
// SPDX-License-Identifier: MIT
#include "app/camera_facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A control's value as a number; NAN: it has no such control.
static double control(const rim_camera_survey *s, const char *name)
{
    for (int i = 0; i < s->control_count; i++) {
        char *end;
        const double v = strtod(s->control[i].value, &end);
        if (strcmp(s->control[i].name, name) == 0 && end != s->control[i].value)
            return v;
    }
    return (double)NAN;
}

// The link that udev names after maker, model and serial number.
static void take_serial(rim_source_camera *f, const char *stable)
{
    const char *slash = strrchr(stable, '/');
    if (strstr(stable, "/by-id/") && slash)
        (void)snprintf(f->serial, sizeof f->serial, "%s", slash + 1);
}

void rim_camera_facts_get(rim_source_camera *f, const rim_camera_info *info)
{
    *f = (rim_source_camera){0};
    (void)snprintf(f->camera, sizeof f->camera, "%s", info->card);
    if (strncmp(info->device, "synth", 5) == 0)
        return;
    rim_camera_survey *all = NULL;
    int count = 0;
    if (rim_camera_surveys(&all, &count) != RIM_OK)
        return;
    for (int i = 0; i < count; i++) {
        if (strcmp(all[i].device, info->device) != 0 &&
            strcmp(all[i].stable, info->device) != 0)
            continue;
        take_serial(f, all[i].stable);
        double hundreds_us = control(&all[i], "exposure_time_absolute"); // V4L2's unit
        if (isnan(hundreds_us))
            hundreds_us = control(&all[i], "exposure_absolute");
        f->exposure_us = hundreds_us > 0 ? 100 * hundreds_us : 0;
        f->gain = control(&all[i], "gain");
        f->has_gain = !isnan(f->gain);
    }
    rim_camera_surveys_free(all, count);
}

rim_calib_camera rim_camera_facts_held(const rim_source_camera *f)
{
    return (rim_calib_camera){.camera = f->camera,
                              .serial = f->serial,
                              .exposure_us =
                                  f->exposure_us > 0 ? f->exposure_us : (double)NAN,
                              .gain_db = f->has_gain_db ? f->gain_db : (double)NAN,
                              .gain = f->has_gain ? f->gain : (double)NAN};
}

rim_err rim_camera_facts_fit(const rim_source_camera *f, const rim_calib *c)
{
    const rim_calib_camera camera = rim_camera_facts_held(f);
    return rim_calib_fits_camera(c, &camera);
}
