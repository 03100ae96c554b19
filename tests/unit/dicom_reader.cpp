// dicom_reader.cpp: DCMTK's reader behind a C header.
// SPDX-License-Identifier: MIT
extern "C" {
#include "dicom_reader.h"
}

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <string>

struct dicom_reader {
    DcmFileFormat file;
    std::string text;
};

dicom_reader *dicom_reader_open(const char *path)
{
    auto *r = new dicom_reader;
    if (r->file.loadFile(path).good())
        return r;
    delete r;
    return nullptr;
}

void dicom_reader_close(dicom_reader **r)
{
    delete *r;
    *r = nullptr;
}

static const char *text_of(dicom_reader *r, DcmItem *item, const char *keyword)
{
    DcmTag tag;
    OFString value;
    if (DcmTag::findTagFromName(keyword, tag).bad() || !item->tagExists(tag))
        return nullptr;
    if (item->findAndGetOFStringArray(tag, value).bad())
        value = "";
    r->text = value.c_str();
    return r->text.c_str();
}

const char *dicom_reader_text(dicom_reader *r, const char *keyword)
{
    return text_of(r, r->file.getDataset(), keyword);
}

const char *dicom_reader_item_text(dicom_reader *r, const char *sequence, int which,
                                   const char *keyword)
{
    DcmTag tag;
    DcmItem *item = nullptr;
    if (DcmTag::findTagFromName(sequence, tag).bad() ||
        r->file.getDataset()->findAndGetSequenceItem(tag, item, which).bad())
        return nullptr;
    return text_of(r, item, keyword);
}

const uint16_t *dicom_reader_words(dicom_reader *r, size_t *count)
{
    const Uint16 *words = nullptr;
    unsigned long n = 0;
    r->file.getDataset()->findAndGetUint16Array(DCM_PixelData, words, &n);
    *count = n;
    return words;
}

const uint8_t *dicom_reader_bytes(dicom_reader *r, size_t *count)
{
    const Uint8 *bytes = nullptr;
    unsigned long n = 0;
    r->file.getDataset()->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
    r->file.getDataset()->findAndGetUint8Array(DCM_PixelData, bytes, &n);
    *count = n;
    return bytes;
}
