// dicom_none.c: in place of dicom_file.cpp where DCMTK is not at hand.
// SPDX-License-Identifier: MIT
#include "exchange/dicom_file.h"

#include "base/log.h"

bool rim_dicom_available(void)
{
    return false;
}

bool rim_dicom_ready(void)
{
    rim_log_error(
        "--dicom: this build is without DCMTK; install libdcmtk-dev and build "
        "it again");
    return false;
}

void rim_dicom_new_uid(char uid[RIM_DICOM_UID_BYTES])
{
    uid[0] = '\0';
}

rim_err rim_dicom_file_write(const char *path, const rim_dicom_file *file)
{
    (void)path;
    (void)file;
    return RIM_ERR_UNSUPPORTED;
}
