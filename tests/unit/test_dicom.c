// test_dicom.c: DICOM files read back by DCMTK, bit by bit, and judged by dciodvfy.
// SPDX-License-Identifier: MIT
#include "exchange/dicom.h"

#include "dicom_reader.h"
#include "scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 63, HEIGHT = 41 }; // odd, so that padding would show

static rim_frame nir, picture;
static rim_dicom *d;

static void set_up(void)
{
    scratch_open();
    logged_start();
    scratch_frame(&nir, RIM_FMT_GRAY16, WIDTH, HEIGHT, 12);
    scratch_frame(&picture, RIM_FMT_BGRX8, WIDTH, HEIGHT, 8);
    d = NULL;
}

static void tear_down(void)
{
    rim_dicom_abandon(&d);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&picture);
    scratch_close();
}

static rim_dicom_facts bare(void)
{
    return (rim_dicom_facts){.version = "0.1.0",
                             .nir_mm_per_px = (double)NAN,
                             .picture_mm_per_px = (double)NAN,
                             .picture_derivation = "False colour of signal over "
                                                   "background and outlines"};
}

static const int64_t t_ns[] = {1000000000, 1040000000, 1200000000, 1240000000};

// Four frames of noise, pictures of the second and the last.
static void write_all(const rim_dicom_facts *facts)
{
    ck_assert_int_eq(rim_dicom_open(&d, scratch_path("out"), facts), RIM_OK);
    for (int i = 0; i < 4; i++) {
        nir.captured_ns = picture.captured_ns = t_ns[i];
        scratch_noise(&nir, 10 + (uint32_t)i);
        ck_assert_int_eq(rim_dicom_add_nir(d, &nir), RIM_OK);
        scratch_noise(&picture, 20 + (uint32_t)i);
        if (i % 2)
            ck_assert_int_eq(rim_dicom_add_picture(d, &picture), RIM_OK);
    }
    ck_assert_int_eq(rim_dicom_close(&d), RIM_OK);
    logged_expect_quiet();
}

static dicom_reader *open_file(const char *name)
{
    dicom_reader *r = dicom_reader_open(scratch_path("out/%s", name));
    ck_assert_msg(r != NULL, "%s", name);
    return r;
}

static void expect(dicom_reader *r, const char *keyword, const char *value)
{
    const char *text = dicom_reader_text(r, keyword);
    ck_assert_msg(text != NULL, "no %s", keyword);
    ck_assert_msg(strcmp(text, value) == 0, "%s is '%s', not '%s'", keyword, text,
                  value);
}

START_TEST(nir_samples_are_bit_exact)
{
    const rim_dicom_facts facts = bare();
    size_t count;
    nir.bits = _i;
    write_all(&facts);
    dicom_reader *r = open_file("nir-001.dcm");
    const uint16_t *words = dicom_reader_words(r, &count);
    // An odd number of words is no odd number of bytes: nothing is padded.
    ck_assert_uint_eq(count, 4 * WIDTH * HEIGHT);
    for (int i = 0; i < 4; i++) {
        scratch_noise(&nir, 10 + (uint32_t)i);
        for (int y = 0; y < HEIGHT; y++, words += WIDTH)
            ck_assert_mem_eq(words, rim_frame_row16(&nir, y), WIDTH * 2);
    }
    expect(r, "BitsAllocated", "16");
    expect(r, "BitsStored", _i == 12 ? "12" : "16"); // the class takes 9 at least
    expect(r, "HighBit", _i == 12 ? "11" : "15");
    expect(r, "PixelRepresentation", "0");
    dicom_reader_close(&r);
}
END_TEST

// A sample beyond the stated depth is kept, and the depth told accordingly.
START_TEST(no_sample_is_cut)
{
    const rim_dicom_facts facts = bare();
    size_t count;
    ck_assert_int_eq(rim_dicom_open(&d, scratch_path("out"), &facts), RIM_OK);
    rim_frame_row16(&nir, 0)[1] = 50000;
    ck_assert_int_eq(rim_dicom_add_nir(d, &nir), RIM_OK);
    ck_assert_int_eq(rim_dicom_close(&d), RIM_OK);
    dicom_reader *r = open_file("nir-001.dcm");
    ck_assert_int_eq(dicom_reader_words(r, &count)[1], 50000);
    expect(r, "BitsStored", "16");
    ck_assert_int_ne(access(scratch_path("out/overlay-001.dcm"), F_OK), 0);
    dicom_reader_close(&r);
}
END_TEST

START_TEST(pictures_are_bit_exact)
{
    const rim_dicom_facts facts = bare();
    size_t count;
    write_all(&facts);
    dicom_reader *r = open_file("overlay-001.dcm");
    const uint8_t *bytes = dicom_reader_bytes(r, &count);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_ge(count, 2 * 3 * WIDTH * HEIGHT);
    for (int i = 1; i < 4; i += 2) {
        scratch_noise(&picture, 20 + (uint32_t)i);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++, bytes += 3) {
                const uint8_t *from = rim_frame_row8(&picture, y) + 4 * x;
                const uint8_t wanted[] = {from[2], from[1], from[0]};
                ck_assert_mem_eq(bytes, wanted, 3);
            }
    }
    expect(r, "PhotometricInterpretation", "RGB");
    expect(r, "PlanarConfiguration", "0");
    expect(r, "BurnedInAnnotation", "YES");
    expect(r, "NumberOfFrames", "2");
    expect(r, "FrameTimeVector", "0.0000\\200.0000");
    dicom_reader_close(&r);
}
END_TEST

START_TEST(times_are_kept)
{
    const rim_dicom_facts facts = bare();
    write_all(&facts);
    dicom_reader *r = open_file("nir-001.dcm");
    expect(r, "NumberOfFrames", "4");
    expect(r, "FrameIncrementPointer", "(0018,1065)");
    expect(r, "FrameTimeVector", "0.0000\\40.0000\\160.0000\\40.0000");
    expect(r, "FrameDelay", "0");
    ck_assert_ptr_null(dicom_reader_text(r, "AcquisitionDateTime"));
    dicom_reader_close(&r);
}
END_TEST

START_TEST(what_is_not_given_is_empty)
{
    static const char *const empty[] = {
        "PatientName", "PatientID",  "PatientBirthDate",
        "PatientSex",  "StudyID",    "AccessionNumber",
        "StudyDate",   "StudyTime",  "ReferringPhysicianName",
        "ContentDate", "ContentTime"};
    const rim_dicom_facts facts = bare();
    write_all(&facts);
    for (int i = 0; i < 2; i++) {
        dicom_reader *r = open_file(i ? "overlay-001.dcm" : "nir-001.dcm");
        for (size_t k = 0; k < sizeof empty / sizeof empty[0]; k++)
            expect(r, empty[k], "");
        ck_assert_ptr_null(dicom_reader_text(r, "PixelSpacing"));
        ck_assert_ptr_null(dicom_reader_text(r, "DeviceSerialNumber"));
        dicom_reader_close(&r);
    }
}
END_TEST

static rim_dicom_facts full(void)
{
    rim_dicom_facts f = bare();
    f.patient_name = "M\xc3\xbcller^Anna";
    f.patient_id = "4711";
    f.patient_birth_date = "19500131";
    f.patient_sex = "F";
    f.study_uid = "1.2.276.0.7230010.3.1.2.1";
    f.study_id = "S1";
    f.accession = "A1";
    f.study_description = "Laparoscopic liver resection";
    f.acquired = "2026-03-01T10:20:30Z";
    f.camera = "Blackfly";
    f.serial = "123";
    f.nir_mm_per_px = 0.052;
    f.picture_mm_per_px = 1.0 / 30;
    f.pitch_from = "calibration of 2026-02-01";
    f.nir_comment = "Raw sensor counts, black level 64";
    return f;
}

START_TEST(what_is_given_is_told)
{
    const rim_dicom_facts facts = full();
    write_all(&facts);
    dicom_reader *r = open_file("nir-001.dcm");
    expect(r, "SpecificCharacterSet", "ISO_IR 192");
    expect(r, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.7.3");
    expect(r, "PatientName", facts.patient_name);
    expect(r, "PatientSex", "F");
    expect(r, "StudyInstanceUID", facts.study_uid);
    expect(r, "StudyDate", "20260301");
    expect(r, "ContentTime", "102030");
    expect(r, "AcquisitionDateTime", "20260301102030+0000");
    expect(r, "ManufacturerModelName", "Blackfly");
    expect(r, "DeviceSerialNumber", "123");
    expect(r, "SecondaryCaptureDeviceSoftwareVersions", "0.1.0");
    expect(r, "PixelSpacing", "0.052\\0.052");
    expect(r, "PixelSpacingCalibrationDescription", facts.pitch_from);
    expect(r, "ImageType", "ORIGINAL\\PRIMARY");
    expect(r, "ImageComments", facts.nir_comment);
    char uid[80], series[80];
    strcpy(uid, dicom_reader_text(r, "SOPInstanceUID"));
    strcpy(series, dicom_reader_text(r, "SeriesInstanceUID"));
    dicom_reader_close(&r);

    r = open_file("overlay-001.dcm");
    expect(r, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.7.4");
    expect(r, "StudyInstanceUID", facts.study_uid);
    expect(r, "ImageType", "DERIVED\\SECONDARY");
    expect(r, "DerivationDescription", facts.picture_derivation);
    expect(r, "PixelSpacing", "0.03333333333\\0.03333333333");
    ck_assert_str_ne(dicom_reader_text(r, "SeriesInstanceUID"), series);
    ck_assert_str_eq(
        dicom_reader_item_text(r, "SourceImageSequence", 0, "ReferencedSOPInstanceUID"),
        uid);
    ck_assert_str_eq(
        dicom_reader_item_text(r, "SourceImageSequence", 0, "ReferencedFrameNumber"),
        "2\\4");
    dicom_reader_close(&r);
}
END_TEST

// A long clip goes into several files of one series.
START_TEST(large_clips_are_parted)
{
    const rim_dicom_facts facts = bare();
    rim_frame large;
    char series[80] = "";
    int frames = 0;
    scratch_frame(&large, RIM_FMT_GRAY16, 4096, 4096, 12);
    ck_assert_int_eq(rim_dicom_open(&d, scratch_path("out"), &facts), RIM_OK);
    for (int i = 0; i < 5; i++) {
        large.captured_ns = i * 1000000000LL;
        rim_frame_row16(&large, 0)[0] = (uint16_t)(i + 1);
        ck_assert_int_eq(rim_dicom_add_nir(d, &large), RIM_OK);
    }
    ck_assert_int_eq(rim_dicom_close(&d), RIM_OK);
    rim_frame_uninit(&large);
    for (int file = 1; file <= 2; file++) {
        char name[32], number[8];
        size_t count;
        (void)snprintf(name, sizeof name, "nir-%03d.dcm", file);
        (void)snprintf(number, sizeof number, "%d", file);
        dicom_reader *r = open_file(name);
        expect(r, "InstanceNumber", number);
        if (file == 1)
            strcpy(series, dicom_reader_text(r, "SeriesInstanceUID"));
        expect(r, "SeriesInstanceUID", series);
        expect(r, "FrameDelay", file == 1 ? "0" : "4000");
        const uint16_t *words = dicom_reader_words(r, &count);
        for (size_t at = 0; at < count; at += (size_t)4096 * 4096)
            ck_assert_int_eq(words[at], ++frames);
        dicom_reader_close(&r);
    }
    ck_assert_int_eq(frames, 5);
}
END_TEST

START_TEST(wrong_texts_are_refused)
{
    static const struct {
        const char *option;
        rim_dicom_facts facts;
    } wrong[] = {
        {"--patient-name", {.patient_name = "a\\b"}},
        {"--patient-id", {.patient_id = "new\nline"}},
        {"--patient-id",
         {.patient_id = "0123456789012345678901234567890123456789"
                        "012345678901234567890123456789"}},
        {"--patient-birth-date", {.patient_birth_date = "1950-01-31"}},
        {"--patient-birth-date", {.patient_birth_date = "19501331"}},
        {"--patient-sex", {.patient_sex = "female"}},
        {"--accession", {.accession = "01234567890123456"}},
        {"--study-uid", {.study_uid = "1.2.x"}},
        {"--study-uid", {.study_uid = "1.02.3"}},
        {"--study-uid", {.study_uid = "1..3"}},
        {"--study-uid", {.study_uid = ""}},
        {"--acquired", {.acquired = "yesterday"}},
        {"--acquired", {.acquired = "2026-13-01T10:00:00"}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        logged_start();
        ck_assert_int_eq(rim_dicom_open(&d, scratch_path("out"), &wrong[i].facts),
                         RIM_ERR_ARG);
        logged_expect_error(wrong[i].option);
    }
    ck_assert_int_ne(access(scratch_path("out"), F_OK), 0);
}
END_TEST

START_TEST(where_it_cannot_be_written)
{
    const rim_dicom_facts facts = bare();
    ck_assert_int_eq(rim_dicom_open(&d, scratch_path("no/out"), &facts), RIM_ERR_IO);
    logged_expect_error("no/out");
    logged_start();
    scratch_mkdir("out");
    scratch_mkdir("out/nir-001.dcm"); // a folder in the file's place
    ck_assert_int_eq(rim_dicom_open(&d, scratch_path("out"), &facts), RIM_OK);
    ck_assert_int_eq(rim_dicom_add_nir(d, &nir), RIM_OK);
    ck_assert_int_eq(rim_dicom_close(&d), RIM_ERR_IO);
    logged_expect_error("nir-001.dcm");
    ck_assert_int_ne(access(scratch_path("out/nir-001.dcm.part"), F_OK), 0);
}
END_TEST

// With dicom3tools: no error, whatever is given.
START_TEST(dciodvfy_finds_no_error)
{
    const rim_dicom_facts facts = _i ? full() : bare();
    if (system("command -v dciodvfy >/dev/null") != 0) { // NOLINT: one thread
        printf("skipped: no dciodvfy (dicom3tools)\n");
        return;
    }
    write_all(&facts);
    static const char *const names[] = {"nir-001.dcm", "overlay-001.dcm"};
    for (int i = 0; i < 2; i++) {
        char command[1024];
        size_t size;
        (void)snprintf(command, sizeof command, "dciodvfy '%s' >'%s' 2>&1",
                       scratch_path("out/%s", names[i]), scratch_path("said"));
        (void)!system(command); // NOLINT: one thread
        char *said = (char *)scratch_read(scratch_path("said"), &size);
        said = realloc(said, size + 1);
        said[size] = '\0';
        ck_assert_msg(strstr(said, "SCImage") || strstr(said, "SC"), "%s", said);
        ck_assert_msg(!strstr(said, "Error"), "%s: %s", names[i], said);
        free(said);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dicom");
    TCase *t = tcase_create("dicom");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, nir_samples_are_bit_exact, 8, 9);
    tcase_add_loop_test(t, nir_samples_are_bit_exact, 12, 13);
    tcase_add_loop_test(t, nir_samples_are_bit_exact, 16, 17);
    tcase_add_test(t, no_sample_is_cut);
    tcase_add_test(t, pictures_are_bit_exact);
    tcase_add_test(t, times_are_kept);
    tcase_add_test(t, what_is_not_given_is_empty);
    tcase_add_test(t, what_is_given_is_told);
    tcase_add_test(t, large_clips_are_parted);
    tcase_add_test(t, wrong_texts_are_refused);
    tcase_add_test(t, where_it_cannot_be_written);
    tcase_add_loop_test(t, dciodvfy_finds_no_error, 0, 2);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
