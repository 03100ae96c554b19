// cv_bridge.h: all that the program asks of OpenCV, in C.
//
// cv_bridge.cpp is the only file that knows OpenCV; cv_bridge_none.c takes its place
// in a build without and answers RIM_ERR_UNSUPPORTED. No exception leaves. One thread
// at a time. What OpenCV itself would print is kept silent; the reason is logged.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_CV_BRIDGE_H
#define RIM_CALIB_CV_BRIDGE_H

#include "base/err.h"
#include "calib/doc.h"

// "OpenCV 4.6.0", or NULL in a build without it.
const char *rim_cv_version(void);

// Reads FileStorage YAML (`text`, ended by 0; `path` for messages) into *doc, which is
// empty. Entries that are neither number, string nor matrix of one channel are passed
// over. RIM_ERR_FORMAT, RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_cv_doc_parse(rim_doc *doc, const char *path,
                                       const char *text);
// Writes all entries in their order. *text is freed with free().
RIM_NODISCARD rim_err rim_cv_doc_format(char **text, const rim_doc *doc);

#endif
