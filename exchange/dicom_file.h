// dicom_file.h: one DICOM file; what knows DCMTK is dicom_file.cpp alone. Inside
// exchange only.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_DICOM_FILE_H
#define RIM_EXCHANGE_DICOM_FILE_H

#include "exchange/dicom.h"

#define RIM_DICOM_UID_BYTES 65

typedef enum rim_dicom_kind {
    RIM_DICOM_NIR = 1,
    RIM_DICOM_PICTURE,
} rim_dicom_kind;

// A NIR file, and which of its frames (from 1) a picture was derived from.
typedef struct rim_dicom_origin {
    char uid[RIM_DICOM_UID_BYTES];
    int frame;
} rim_dicom_origin;

typedef struct rim_dicom_file {
    rim_dicom_kind kind;
    const rim_dicom_facts *facts;
    const char *study_uid, *series_uid, *uid;
    int series, instance;    // numbers, from 1
    int width, height, bits; // bits: of a NIR sample, 8 to 16
    int frames;
    // [frames * height * width] uint16_t, or three uint8_t a pixel (red first).
    const void *pixels;
    const int64_t *t_ns;            // [frames]
    int64_t first_ns;               // of the whole clip
    const rim_dicom_origin *origin; // [frames] of pictures; frame 0: not known
} rim_dicom_file;

// False: no DCMTK, or its data dictionary is not installed; logged.
bool rim_dicom_ready(void);
void rim_dicom_new_uid(char uid[RIM_DICOM_UID_BYTES]);
// RIM_ERR_IO, RIM_ERR_MEMORY: logged with the path.
rim_err rim_dicom_file_write(const char *path, const rim_dicom_file *file);

#endif
