// folder.h: paths and folders of a sequence. Internal to phantom/.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_FOLDER_H
#define RIM_PHANTOM_FOLDER_H

#include "base/err.h"

#define RIM_PATH_BYTES 4096

// path[RIM_PATH_BYTES] = dir/name. RIM_ERR_ARG: too long, logged.
RIM_NODISCARD rim_err rim_folder_join(char *path, const char *dir, const char *name);
// Makes one folder; one that is there is fine. RIM_ERR_IO, logged.
RIM_NODISCARD rim_err rim_folder_make(const char *path);

#endif
