// dicom.h: NIR frames and pictures as DICOM, for the archive.
//
// Two series of one study, as secondary capture: the raw NIR clip (Multi-frame Grayscale
// Word), samples exactly as recorded, uncompressed; and the overlay pictures (Multi-frame
// True Color) with what they were derived from.
// Files hold up to RIM_DICOM_FILE_BYTES of pixels each: nir-001.dcm, overlay-001.dcm, ...
// Every export has new UIDs. One thread owns a rim_dicom.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_DICOM_H
#define RIM_EXCHANGE_DICOM_H

#include "base/err.h"
#include "base/frame.h"

#include <stdbool.h>

#define RIM_DICOM_FILE_BYTES ((size_t)128 << 20)
// Their times stand in one attribute of at most 64 KiB.
#define RIM_DICOM_FILE_FRAMES 4000

// What the files tell beside the pixels. Strings are UTF-8; NULL or "": left empty.
typedef struct rim_dicom_facts {
    const char *patient_name;                                  // "Family^Given"
    const char *patient_id, *patient_birth_date, *patient_sex; // "19500131"; M, F or O
    const char *study_uid; // of a study that is there already; NULL: a new one
    const char *study_id, *accession, *study_description;
    const char *acquired; // of the first frame: "2026-03-01T10:00:00", with Z if in UTC
    const char *camera, *serial; // of the NIR camera
    const char *version;         // of this program
    double nir_mm_per_px;        // NAN or 0: not known
    double picture_mm_per_px; // likewise; of a picture that lies as the NIR frame does
    const char *pitch_from;   // how it is known, in words
    const char *nir_comment;  // e.g. the black level
    const char *nir_derivation; // NULL: the samples are the camera's own
    const char *picture_derivation;
} rim_dicom_facts;

typedef struct rim_dicom rim_dicom;

// False where this build is without DCMTK.
bool rim_dicom_available(void);
// RIM_ERR_ARG: a text is too long or holds what it must not; logged, naming `option`
// that a user gave it by.
RIM_NODISCARD rim_err rim_dicom_check(const rim_dicom_facts *facts);

// folder: made where it is not there; older files of these names are replaced. facts
// must outlive it. RIM_ERR_UNSUPPORTED: no DCMTK, or no data dictionary; RIM_ERR_IO;
// RIM_ERR_ARG as rim_dicom_check(). Logged.
RIM_NODISCARD rim_err rim_dicom_open(rim_dicom **out, const char *folder,
                                     const rim_dicom_facts *facts);
// GRAY16, all of one size; captured_ns must rise.
RIM_NODISCARD rim_err rim_dicom_add_nir(rim_dicom *d, const rim_frame *nir);
// BGRX8, all of one size. Derived from the NIR frame added last, where the times agree.
RIM_NODISCARD rim_err rim_dicom_add_picture(rim_dicom *d, const rim_frame *picture);
// Writes what is left. Returns the first failure of all; *d is NULL afterwards.
RIM_NODISCARD rim_err rim_dicom_close(rim_dicom **d);
// Throws away what is not written yet.
void rim_dicom_abandon(rim_dicom **d);

#endif
