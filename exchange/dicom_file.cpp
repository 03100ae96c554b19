// dicom_file.cpp: the one file that knows DCMTK.
//
// Attributes stand in the order of the modules of PS3.3: A.8.4 (Multi-frame Grayscale
// Word Secondary Capture) and A.8.5 (True Color). No exception leaves it.
// SPDX-License-Identifier: MIT
extern "C" {
#include "exchange/dicom_file.h"
#include "base/log.h"
}

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/oflog/oflog.h>
#include <new>
#include <string>

namespace
{

void put(DcmItem &d, const DcmTagKey &tag, const std::string &value)
{
    const OFCondition done = d.putAndInsertString(tag, value.c_str());
    if (done.bad())
        throw std::string(done.text());
}

void put(DcmItem &d, const DcmTagKey &tag, const char *value)
{
    put(d, tag, std::string(value ? value : ""));
}

void put16(DcmItem &d, const DcmTagKey &tag, int value)
{
    const OFCondition done = d.putAndInsertUint16(tag, static_cast<Uint16>(value));
    if (done.bad())
        throw std::string(done.text());
}

// A decimal string (DS) of at most 16 characters.
std::string decimal(double value)
{
    char text[32];
    for (int digits = 10; digits > 3; digits--) {
        std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (std::strlen(text) <= 16)
            break;
    }
    return text;
}

struct date_time {
    std::string date, time; // DA and TM; empty: not known
    bool utc = false;
};

// "2026-03-01T10:00:00Z", which has been checked.
date_time parse_stamp(const char *text)
{
    date_time t;
    int part[6];
    char digits[16];
    if (!text || std::sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &part[0], &part[1],
                             &part[2], &part[3], &part[4], &part[5]) != 6)
        return t;
    std::snprintf(digits, sizeof digits, "%04d%02d%02d", part[0] % 10000, part[1] % 100,
                  part[2] % 100);
    t.date = digits;
    std::snprintf(digits, sizeof digits, "%02d%02d%02d", part[3] % 100, part[4] % 100,
                  part[5] % 100);
    t.time = digits;
    t.utc = text[std::strlen(text) - 1] == 'Z';
    return t;
}

date_time now_utc()
{
    date_time t;
    const std::time_t now = std::time(nullptr);
    struct tm utc;
    char text[16];
    if (!gmtime_r(&now, &utc))
        return t;
    std::strftime(text, sizeof text, "%Y%m%d", &utc);
    t.date = text;
    std::strftime(text, sizeof text, "%H%M%S", &utc);
    t.time = text;
    t.utc = true;
    return t;
}

const char *class_uid(const rim_dicom_file &f)
{
    return f.kind == RIM_DICOM_NIR
               ? UID_MultiframeGrayscaleWordSecondaryCaptureImageStorage
               : UID_MultiframeTrueColorSecondaryCaptureImageStorage;
}

void put_patient_and_study(DcmItem &d, const rim_dicom_file &f, const date_time &when)
{
    const rim_dicom_facts &facts = *f.facts;
    put(d, DCM_PatientName, facts.patient_name);
    put(d, DCM_PatientID, facts.patient_id);
    put(d, DCM_PatientBirthDate, facts.patient_birth_date);
    put(d, DCM_PatientSex, facts.patient_sex);
    put(d, DCM_StudyInstanceUID, f.study_uid);
    put(d, DCM_StudyDate, when.date);
    put(d, DCM_StudyTime, when.time);
    put(d, DCM_ReferringPhysicianName, "");
    put(d, DCM_StudyID, facts.study_id);
    put(d, DCM_AccessionNumber, facts.accession);
    if (facts.study_description && *facts.study_description)
        put(d, DCM_StudyDescription, facts.study_description);
}

void put_series(DcmItem &d, const rim_dicom_file &f)
{
    put(d, DCM_Modality, "ES");
    put(d, DCM_SeriesInstanceUID, f.series_uid);
    put(d, DCM_Laterality, ""); // the body part is not told to us
    put(d, DCM_SeriesNumber, std::to_string(f.series));
    put(d, DCM_SeriesDescription,
        f.kind == RIM_DICOM_NIR ? "NIR fluorescence, raw"
                                : "NIR fluorescence, overlay, research use only");
}

void put_equipment(DcmItem &d, const rim_dicom_file &f)
{
    const rim_dicom_facts &facts = *f.facts;
    // The camera's maker is not told to us, only its model.
    put(d, DCM_Manufacturer, "");
    if (facts.camera && *facts.camera)
        put(d, DCM_ManufacturerModelName, facts.camera);
    if (facts.serial && *facts.serial)
        put(d, DCM_DeviceSerialNumber, facts.serial);
    put(d, DCM_ConversionType, f.kind == RIM_DICOM_NIR ? "DI" : "WSD");
    put(d, DCM_SecondaryCaptureDeviceManufacturer, "Rimlight");
    put(d, DCM_SecondaryCaptureDeviceManufacturerModelName, "rimlight");
    put(d, DCM_SecondaryCaptureDeviceSoftwareVersions, facts.version);
}

void put_reference(DcmItem &item, const rim_dicom_origin &o, const std::string &frames)
{
    put(item, DCM_ReferencedSOPClassUID,
        UID_MultiframeGrayscaleWordSecondaryCaptureImageStorage);
    put(item, DCM_ReferencedSOPInstanceUID, o.uid);
    put(item, DCM_ReferencedFrameNumber, frames);
}

// One item a NIR file, with the numbers of its frames.
void put_origins(DcmItem &d, const rim_dicom_file &f)
{
    for (int i = 0; i < f.frames;) {
        const rim_dicom_origin &o = f.origin[i];
        std::string frames;
        for (; i < f.frames && std::strcmp(f.origin[i].uid, o.uid) == 0; i++)
            frames += (frames.empty() ? "" : "\\") + std::to_string(f.origin[i].frame);
        if (o.frame == 0)
            continue;
        DcmItem *item = nullptr;
        const OFCondition done =
            d.findOrCreateSequenceItem(DCM_SourceImageSequence, item, -2);
        if (done.bad())
            throw std::string(done.text());
        put_reference(*item, o, frames);
    }
}

void put_image(DcmItem &d, const rim_dicom_file &f, const date_time &when)
{
    const rim_dicom_facts &facts = *f.facts;
    const bool nir = f.kind == RIM_DICOM_NIR;
    const char *derivation = nir ? facts.nir_derivation : facts.picture_derivation;
    put(d, DCM_InstanceNumber, std::to_string(f.instance));
    put(d, DCM_PatientOrientation, "");
    put(d, DCM_ContentDate, when.date);
    put(d, DCM_ContentTime, when.time);
    if (!when.date.empty())
        put(d, DCM_AcquisitionDateTime,
            when.date + when.time + (when.utc ? "+0000" : ""));
    put(d, DCM_ImageType,
        nir && !derivation ? "ORIGINAL\\PRIMARY" : "DERIVED\\SECONDARY");
    if (derivation)
        put(d, DCM_DerivationDescription, derivation);
    if (nir && facts.nir_comment)
        put(d, DCM_ImageComments, facts.nir_comment);
    if (!nir)
        put_origins(d, f);
    // A recorded screen may show a name.
    put(d, DCM_BurnedInAnnotation, nir && !derivation ? "NO" : "YES");
    const date_time now = now_utc();
    put(d, DCM_DateOfSecondaryCapture, now.date);
    put(d, DCM_TimeOfSecondaryCapture, now.time);
}

// Rows first, then columns: here the same.
void put_pitch(DcmItem &d, const rim_dicom_file &f)
{
    const rim_dicom_facts &facts = *f.facts;
    const double mm =
        f.kind == RIM_DICOM_NIR ? facts.nir_mm_per_px : facts.picture_mm_per_px;
    if (!(mm > 0))
        return;
    const std::string pitch = decimal(mm);
    put(d, DCM_PixelSpacing, pitch + "\\" + pitch);
    put(d, DCM_PixelSpacingCalibrationType, "GEOMETRY");
    put(d, DCM_PixelSpacingCalibrationDescription, facts.pitch_from);
}

// The time from each frame to the next, ms: lost frames are longer ones.
void put_times(DcmItem &d, const rim_dicom_file &f)
{
    std::string vector;
    for (int i = 0; i < f.frames; i++) {
        char text[32];
        const double ms =
            i > 0 ? static_cast<double>(f.t_ns[i] - f.t_ns[i - 1]) / 1e6 : 0;
        std::snprintf(text, sizeof text, "%.4f", ms > 0 ? ms : 0);
        vector += (i ? "\\" : "") + std::string(text);
    }
    put(d, DCM_NumberOfFrames, std::to_string(f.frames));
    put(d, DCM_FrameTimeVector, vector);
    // Where this file begins in the clip.
    put(d, DCM_FrameDelay, decimal(static_cast<double>(f.t_ns[0] - f.first_ns) / 1e6));
    DcmAttributeTag *pointer = new DcmAttributeTag(DCM_FrameIncrementPointer);
    if (pointer->putTagVal(DCM_FrameTimeVector).bad() ||
        d.insert(pointer, OFTrue).bad()) {
        delete pointer;
        throw std::string("frame increment pointer");
    }
}

void put_nir_pixels(DcmItem &d, const rim_dicom_file &f)
{
    const auto *sample = static_cast<const Uint16 *>(f.pixels);
    const size_t count = static_cast<size_t>(f.frames) * static_cast<size_t>(f.width) *
                         static_cast<size_t>(f.height);
    const auto ends = std::minmax_element(sample, sample + count);
    const int low = *ends.first, high = *ends.second;
    // The class takes 9 to 16 bits; and no sample may be cut.
    const int stored = f.bits < 9 || high >> f.bits ? 16 : f.bits;
    put16(d, DCM_SamplesPerPixel, 1);
    put(d, DCM_PhotometricInterpretation, "MONOCHROME2");
    put16(d, DCM_BitsAllocated, 16);
    put16(d, DCM_BitsStored, stored);
    put16(d, DCM_HighBit, stored - 1);
    put16(d, DCM_PixelRepresentation, 0);
    put(d, DCM_RescaleIntercept, "0");
    put(d, DCM_RescaleSlope, "1");
    put(d, DCM_RescaleType, "US");
    put(d, DCM_PresentationLUTShape, "IDENTITY");
    put(d, DCM_WindowCenter, decimal((low + high + 1) / 2.0));
    put(d, DCM_WindowWidth, decimal(high - low + 1));
    const OFCondition done = d.putAndInsertUint16Array(DCM_PixelData, sample, count);
    if (done.bad())
        throw std::string(done.text());
}

void put_picture_pixels(DcmItem &d, const rim_dicom_file &f)
{
    const auto *sample = static_cast<const Uint8 *>(f.pixels);
    size_t count = static_cast<size_t>(f.frames) * static_cast<size_t>(f.width) *
                   static_cast<size_t>(f.height) * 3;
    put16(d, DCM_SamplesPerPixel, 3);
    put(d, DCM_PhotometricInterpretation, "RGB");
    put16(d, DCM_PlanarConfiguration, 0);
    put16(d, DCM_BitsAllocated, 8);
    put16(d, DCM_BitsStored, 8);
    put16(d, DCM_HighBit, 7);
    put16(d, DCM_PixelRepresentation, 0);
    const OFCondition done = d.putAndInsertUint8Array(DCM_PixelData, sample, count);
    if (done.bad())
        throw std::string(done.text());
}

void fill(DcmItem &d, const rim_dicom_file &f)
{
    const date_time when = parse_stamp(f.facts->acquired), now = now_utc();
    put(d, DCM_SpecificCharacterSet, "ISO_IR 192");
    put(d, DCM_SOPClassUID, class_uid(f));
    put(d, DCM_SOPInstanceUID, f.uid);
    put(d, DCM_InstanceCreationDate, now.date);
    put(d, DCM_InstanceCreationTime, now.time);
    put_patient_and_study(d, f, when);
    put_series(d, f);
    put_equipment(d, f);
    put_image(d, f, when);
    put_pitch(d, f);
    put_times(d, f);
    put16(d, DCM_Rows, f.height);
    put16(d, DCM_Columns, f.width);
    if (f.kind == RIM_DICOM_NIR)
        put_nir_pixels(d, f);
    else
        put_picture_pixels(d, f);
}

rim_err write(const char *path, const rim_dicom_file &f)
{
    const std::string part = std::string(path) + ".part";
    DcmFileFormat file;
    fill(*file.getDataset(), f);
    const OFCondition done =
        file.saveFile(part.c_str(), EXS_LittleEndianExplicit, EET_ExplicitLength);
    if (done.bad()) {
        std::remove(part.c_str());
        throw std::string(done.text());
    }
    if (std::rename(part.c_str(), path) != 0) {
        const std::string reason = std::strerror(errno); // NOLINT: named at once
        std::remove(part.c_str());
        throw reason;
    }
    return RIM_OK;
}

} // namespace

bool rim_dicom_available(void)
{
    return true;
}

bool rim_dicom_ready(void)
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL); // what fails is told by us
    if (dcmDataDict.isDictionaryLoaded())
        return true;
    rim_log_error(
        "--dicom: DCMTK's data dictionary is not there; install dcmtk-data, or "
        "the package of libdcmdata again");
    return false;
}

void rim_dicom_new_uid(char uid[RIM_DICOM_UID_BYTES])
{
    char text[100];
    dcmGenerateUniqueIdentifier(text, SITE_INSTANCE_UID_ROOT);
    std::snprintf(uid, RIM_DICOM_UID_BYTES, "%.64s", text);
}

rim_err rim_dicom_file_write(const char *path, const rim_dicom_file *file)
{
    try {
        return write(path, *file);
    } catch (const std::string &reason) {
        rim_log_error("%s: cannot be written: %s; free space or choose another place",
                      path, reason.c_str());
        return RIM_ERR_IO;
    } catch (...) {
        rim_log_error("%s: no memory to write it", path);
        return RIM_ERR_MEMORY;
    }
}
