// recorder.h: raw frames as captured, lossless, in one Matroska file.
//
// Stream 0 is NIR at its full depth: uncompressed and packed (media/nir_pack.h), or
// FFV1. Stream 1, where there is one, is the visible picture: the camera's own JPEGs or
// YUV 4:2:2 as they came, else RGB, uncompressed or FFV1. Attachments hold the files of
// the calibration. The tag RIMLIGHT holds as JSON what a manifest would, and what is
// known of the run (docs/recording.md has all of its keys). Each frame carries its
// number, its time in ns, and a checksum (media/recording.h), so lost frames stay gaps,
// damage is found, and a replay gives the same report. ffmpeg and OpenCV open the file.
//
// One thread owns a recorder. The first failure is logged; after it, further frames are
// refused silently. What was written by then stays readable, also after a crash or a
// power cut: every frame stands in the file by itself as soon as it is written, and is
// on the disk some 200 ms later (media/file_out.h).
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_RECORDER_H
#define RIM_MEDIA_RECORDER_H

#include "base/err.h"
#include "base/frame.h"
#include "media/recording.h"
#include "media/source_info.h"

typedef struct rim_recorder rim_recorder;

typedef enum rim_record_codec {
    RIM_RECORD_AUTO = 0, // FFV1 where it keeps up (see `live`), else raw
    RIM_RECORD_RAW,
    RIM_RECORD_FFV1,
} rim_record_codec;

// How visible frames come.
typedef enum rim_record_visible {
    RIM_RECORD_VISIBLE_BGRX = 0, // rim_recorder_write_visible()
    // As the camera's bytes, by rim_recorder_write_bytes():
    RIM_RECORD_VISIBLE_JPEG,
    RIM_RECORD_VISIBLE_YUYV,
    RIM_RECORD_VISIBLE_UYVY,
} rim_record_visible;

typedef struct rim_record_attachment {
    const char *path, *name; // a file on disk, and what it is called in the recording
} rim_record_attachment;

// All zero: defaults. Nothing is kept of it.
typedef struct rim_record_options {
    rim_record_codec codec;
    // A camera does not wait: AUTO takes FFV1 only where a short measurement says that
    // it leaves half of the time of a frame. Else AUTO is FFV1.
    bool live;
    rim_record_visible visible;
    bool visible_full_range; // of YUYV and UYVY
    bool visible_bt709;      // likewise; else BT.601
    int64_t start_ns;        // the captured_ns that is to count as 0
    int64_t live_ns;         // begun so long after the start of a live run; 0: left out
    const char *program;     // "rimlight 0.1.0"; NULL: left out
    const char *const *word; // [word_count] of the command line
    int word_count;
    const char *started;     // date and time, ISO 8601; NULL: left out
    bool has_min_confidence; // of the report; else left out
    double min_confidence;
    double sbr_low, sbr_high; // of the picture's colour scale; 0: left out
    const char *color_map;    // likewise; NULL: left out
    int opacity;              // likewise, %; 0: left out
    const char *tag; // in place of what is said above: the JSON of another recording
    const rim_record_attachment *attachment; // the first is the calibration itself
    int attachment_count;
} rim_record_options;

// "auto", "raw", "ffv1", NULL at the end: for --record-codec.
extern const char *const rim_record_codec_names[];

// info: what the source tells, copied. RIM_ERR_IO, RIM_ERR_ARG, RIM_ERR_UNSUPPORTED
// (FFmpeg without FFV1), RIM_ERR_MEMORY. Logged; so is what AUTO chose, and why.
RIM_NODISCARD rim_err rim_recorder_open(rim_recorder **out, const char *path,
                                        const rim_source_info *info,
                                        const rim_record_options *options);

// What is told of a frame: stamp->seq and t_ns are taken from the frame and start_ns.
// nir: GRAY16 of the stated size. seq must rise from frame to frame in each stream.
RIM_NODISCARD rim_err rim_recorder_write_nir(rim_recorder *r, const rim_frame *nir,
                                             const rim_recording_stamp *stamp);
RIM_NODISCARD rim_err rim_recorder_write_visible(rim_recorder *r,
                                                 const rim_frame *visible,
                                                 const rim_recording_stamp *stamp);
// stamp->seq and t_ns (since start_ns) are the caller's. RIM_ERR_ARG: not as many bytes
// as a frame has.
RIM_NODISCARD rim_err rim_recorder_write_bytes(rim_recorder *r, const uint8_t *data,
                                               size_t bytes,
                                               const rim_recording_stamp *stamp);
// A pair: `visible` (NULL: none) under the number of `nir`. mark: the surface that is
// watched from this frame on, NULL: no news.
RIM_NODISCARD rim_err rim_recorder_write(rim_recorder *r, const rim_frame *nir,
                                         const rim_frame *visible,
                                         const rim_surface_mark *mark);

// RAW or FFV1: what was chosen.
rim_record_codec rim_recorder_codec(const rim_recorder *r);

// Bytes written, and what the disk still takes; -1: not known.
int64_t rim_recorder_size(const rim_recorder *r);
int64_t rim_recorder_room(const rim_recorder *r);

// Finishes the file; *r is NULL afterwards. Returns the first failure of all.
RIM_NODISCARD rim_err rim_recorder_close(rim_recorder **r);

#endif
