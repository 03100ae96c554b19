// folder.h: a calibration on disk: calibration.yml and the maps beside it.
//
// A map's name carries a checksum of its samples ("dark-5f3a9c01.png") and the YAML
// file names its maps, so renaming the new YAML file over the old one changes the
// whole calibration at once: whatever fails before leaves the old one as it was.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_FOLDER_H
#define RIM_CALIB_FOLDER_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/doc.h"

#define RIM_CALIB_FILE    "calibration.yml"
#define RIM_CALIB_FORMAT  "rimlight-calibration"
#define RIM_CALIB_VERSION 1

// Reads the YAML file (path: the file, or the folder that holds it) and checks format
// and version. `file` gets the path of the YAML file. RIM_ERR_NOT_FOUND is logged
// like every other error.
RIM_NODISCARD rim_err rim_folder_read(rim_doc *doc, char *file, size_t file_size,
                                      const char *path);
// Reads the map that `doc` names under `key` into *map (pixels are taken; the caller
// uninits it). No such key: *map stays zeroed, RIM_OK. RIM_ERR_FORMAT where the map is
// damaged, not of width x height (0: any) or not the one that was written.
RIM_NODISCARD rim_err rim_folder_read_map(rim_frame *map, const rim_doc *doc,
                                          const char *file, const char *key, int width,
                                          int height);

typedef struct rim_folder_map {
    const char *key;        // "dark_map"; the file is called dark-<checksum>.png
    const rim_frame *frame; // GRAY16
} rim_folder_map;

// Writes new maps and then the document, each under a temporary name first, and takes
// away map files that the document before named and this one does not. Makes the
// folder where there is none. The maps' keys are set in *doc.
RIM_NODISCARD rim_err rim_folder_write(const char *dir, rim_doc *doc,
                                       const rim_folder_map *map, int count);

#endif
