// cv_bridge_none.c: the bridge of a build without OpenCV: says so.
// SPDX-License-Identifier: MIT
#include "calib/cv_bridge.h"

#include "base/log.h"

#include <stddef.h>

static rim_err without(void)
{
    rim_log_error("this build is without OpenCV, which calibration needs; install "
                  "libopencv-calib3d-dev and libopencv-imgcodecs-dev and build again");
    return RIM_ERR_UNSUPPORTED;
}

const char *rim_cv_version(void)
{
    return NULL;
}

rim_err rim_cv_doc_parse(rim_doc *doc, const char *path, const char *text)
{
    (void)doc;
    (void)path;
    (void)text;
    return without();
}

rim_err rim_cv_doc_format(char **text, const rim_doc *doc)
{
    (void)text;
    (void)doc;
    return without();
}
