// source_internal.h: what the files of a source share; not for others.
//
// A source has one or two rim_pictures: streams of numbered pictures, from a folder
// of PNGs or a video. The source cuts the NIR and visible frames out of them.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_SOURCE_INTERNAL_H
#define RIM_CAPTURE_SOURCE_INTERNAL_H

#include "capture/source.h"

#include <jansson.h>

// ---- a stream of pictures ----

typedef struct rim_stamp {
    uint64_t number; // of the frame, lost ones counted
    int64_t t_ns;    // since the start
    // Of recordings of this program, see rim_video_stamp:
    bool has_visible;
    int64_t visible;
    const rim_surface_mark *mark;
} rim_stamp;

typedef struct rim_pictures rim_pictures;

typedef struct rim_pictures_ops {
    // Goes to the next picture. RIM_OK, RIM_END, RIM_ERR_DAMAGED (stamp->number is
    // lost, logged), RIM_ERR_IO (logged).
    rim_err (*next)(rim_pictures *p, rim_stamp *stamp);
    // Pixels of the picture that next() went to, into a frame of its size and format.
    // RIM_OK, RIM_ERR_DAMAGED (logged), RIM_ERR_IO.
    rim_err (*read)(rim_pictures *p, rim_frame *f);
    // The picture that next() went to, for messages: a path, or a path and a number.
    const char *(*name)(rim_pictures *p);
    void (*close)(rim_pictures *p); // frees all of it
} rim_pictures_ops;

// The head of every implementation.
struct rim_pictures {
    const rim_pictures_ops *ops;
    int width, height;
    rim_fmt fmt;     // as recorded: GRAY16 or BGRX8
    int sample_bits; // that a sample of GRAY16 can hold: 8 to 16
    int bits;        // that carry signal, as far as the files tell
    int black_level; // as far as the files tell
    double fps;      // 0: not known
    int64_t frames;  // -1: not known
};

// PNGs of a folder, see source.h. fps > 0 gives the times.
typedef enum rim_numbering {
    RIM_NUMBERED_BY_ORDER = 0, // 0, 1, 2, ... in name order
    RIM_NUMBERED_BY_NAME,      // as the names say; gaps are lost frames
} rim_numbering;
RIM_NODISCARD rim_err rim_pictures_open_folder(rim_pictures **out, const char *path,
                                               rim_numbering numbering, double fps);

// A video stream. SECOND is the visible stream of a recording of this program.
typedef enum rim_video_stream {
    RIM_VIDEO_STREAM_FIRST = 0,
    RIM_VIDEO_STREAM_SECOND,
} rim_video_stream;
RIM_NODISCARD rim_err rim_pictures_open_video(rim_pictures **out, const char *path,
                                              rim_video_stream stream);
void rim_pictures_close(rim_pictures **p);

// ---- JSON with messages that name file and key ----

// Loads a file that must hold valid JSON without double keys.
RIM_NODISCARD rim_err rim_json_load(json_t **out, const char *path);
// Members of `object`, which stands in `file` under `where` ("" or "nir."). Missing,
// of another type or out of range: RIM_ERR_FORMAT, logged.
RIM_NODISCARD rim_err rim_json_get_integer(int *out, const json_t *object,
                                           const char *key, const char *file,
                                           const char *where, int min, int max);
// A finite number above 0, at most `max`.
RIM_NODISCARD rim_err rim_json_get_positive(double *out, const json_t *object,
                                            const char *key, const char *file,
                                            const char *where, double max);
// A string that is not empty. Belongs to `object`.
RIM_NODISCARD rim_err rim_json_get_string(const char **out, const json_t *object,
                                          const char *key, const char *file,
                                          const char *where);
// An optional member; null counts as absent (NULL).
const json_t *rim_json_optional(const json_t *object, const char *key);
// A value as it would stand in a message, cut to the size of `text`.
const char *rim_json_show(char text[48], const json_t *value);

// ---- marks ----

// Marks out of a list that stands in `file` under `where`. Corners are shifted by
// (-x, -y) and must then lie in width x height.
RIM_NODISCARD rim_err rim_surface_marks_parse(rim_surface_marks **out,
                                              const json_t *list, const char *file,
                                              const char *where, const rim_crop *crop);

// ---- manifest ----

typedef struct rim_manifest {
    json_t *root;         // owns the strings and the list
    const char *file;     // for messages
    bool is_recording;    // has its streams in itself; a sequence names them
    double fps;           // 0: not told (a recording)
    const char *nir_path; // as written; NULL in a recording
    int bit_depth;        // 8 to 16
    int black_level;      // counts
    rim_source_camera camera;
    const char *visible_path; // NULL: none
    bool has_visible;
    double mm_per_px;          // NAN: not told
    const char *calibration;   // as written; NULL: none
    const json_t *cut_surface; // NULL: none
    // Of a recording:
    const char *calibration_file; // attached, as named there; NULL: none
    // Of the run that recorded it:
    bool has_min_confidence;
    double min_confidence;
    double sbr_low, sbr_high; // of its colour scale; 0: not told
} rim_manifest;

#define RIM_SEQUENCE_FORMAT "rimlight-sequence"

// Reads and checks sequence.json at `file`, which must outlive the manifest. The
// marks are checked later, when the size of the frames is known.
RIM_NODISCARD rim_err rim_manifest_load(rim_manifest *m, const char *file);
// The same out of the tag of a recording at `file`, where paths and a rate are not
// needed.
RIM_NODISCARD rim_err rim_manifest_parse_recording(rim_manifest *m, const char *tag,
                                                   const char *file);
// The stated depth against what the samples can hold.
RIM_NODISCARD rim_err rim_manifest_check_depth(const rim_manifest *m,
                                               const rim_pictures *nir);
void rim_manifest_unload(rim_manifest *m);

// ---- NIR out of a picture ----

// Cuts `crop` out of `picture` (GRAY16 or BGRX8) into *nir (GRAY16 of crop's size).
void rim_nir_extract(rim_frame *nir, const rim_frame *picture, const rim_crop *crop,
                     rim_nir_from from);
// Cuts `crop` out of `picture` into *visible (both BGRX8), as it is or without the
// green that a tower painted: green is lowered to the larger of red and blue.
void rim_visible_extract(rim_frame *visible, const rim_frame *picture,
                         const rim_crop *crop, rim_nir_from from);

// ---- the source ----

struct rim_source {
    rim_source_options options;
    rim_source_info info;
    rim_pictures *nir;
    rim_pictures *visible;           // NULL: none, or cut out of nir's pictures
    rim_crop nir_crop, visible_crop; // whole pictures where none was asked for
    bool visible_from_nir;
    rim_nir_from visible_without; // GREEN_OVERLAY: taken out of the visible frame
    rim_frame nir_picture;        // data NULL where frames are read as they are
    rim_frame visible_picture;
    rim_stamp visible_stamp; // of the visible picture in hand
    bool visible_in_hand, visible_ended;
    rim_stamp nir_stamp; // that skipping has come to
    bool nir_in_hand;
    rim_manifest manifest; // root NULL: there is none
    rim_surface_marks *marks;
    const char *kind;
    char *manifest_path;             // or of the recording that holds it
    char *unpacked;                  // folder of its attached files, to be removed
    const rim_surface_mark *mark;    // of the frame read last
    bool mark_cropped;               // it was said that marks cannot follow the crop
    char *calibration, *description; // info's strings
};

// Each fills *s of a kind of input; the rest is done by rim_source_open().
RIM_NODISCARD rim_err rim_source_open_sequence(rim_source *s, const char *folder);
RIM_NODISCARD rim_err rim_source_open_video(rim_source *s, const char *path);

// Removes the folder of unpacked attachments.
void rim_source_remove_unpacked(rim_source *s);

// folder/name, or name where it is absolute. NULL: no memory.
char *rim_path_join(const char *folder, const char *name);

#endif
