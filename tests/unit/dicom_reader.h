// dicom_reader.h: for tests: a DICOM file as DCMTK reads it.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_DICOM_READER_H
#define RIM_TESTS_DICOM_READER_H

#include <stddef.h>
#include <stdint.h>

typedef struct dicom_reader dicom_reader;

// NULL: not a DICOM file.
dicom_reader *dicom_reader_open(const char *path);
void dicom_reader_close(dicom_reader **r);
// An attribute by its keyword, all values with backslashes between; "" where it is
// empty, NULL where it is missing. Valid until the next call.
const char *dicom_reader_text(dicom_reader *r, const char *keyword);
// The same within item `which` of a sequence.
const char *dicom_reader_item_text(dicom_reader *r, const char *sequence, int which,
                                   const char *keyword);
// The samples; NULL: none of this size.
const uint16_t *dicom_reader_words(dicom_reader *r, size_t *count);
const uint8_t *dicom_reader_bytes(dicom_reader *r, size_t *count);

#endif
