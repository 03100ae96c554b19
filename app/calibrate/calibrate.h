// calibrate.h: what the parts of `rimlight calibrate` share: frames in, the folder out.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CALIBRATE_CALIBRATE_H
#define RIM_APP_CALIBRATE_CALIBRATE_H

#include "app/camera_facts.h"
#include "app/input_options.h"
#include "app/options.h"
#include "calib/board.h"
#include "calib/calib.h"
#include "calib/doc.h"
#include "calib/folder.h"
#include "capture/camera.h"
#include "capture/source.h"

#include <stdio.h>

// rimlight calibrate NAME: each in its app/calibrate/NAME.c. What is returned is the
// exit status.
// clang-format off
#define RIM_CALIBRATIONS(X) \
    X(dark,     "what the camera gives with the cap on: dark map, noise, hot pixels") \
    X(flat,     "a uniform target: gain of every pixel, fall-off to the edges") \
    X(lens,     "views of a board: focal length, centre, distortion") \
    X(register, "a board seen by both cameras: where the visible picture lies") \
    X(leakage,  "tissue before the dye: excitation light that comes through") \
    X(geometry, "lens, and register where there is a visible picture too") \
    X(check,    "one picture of a target, to see whether a calibration still holds") \
    X(report,   "one page that shows a calibration and what it is good for") \
    X(board,    "draw a board to print") \
    X(targets,  "pictures of targets by two virtual cameras, to practise on")
// clang-format on
#define X(name, summary) int rim_calibrate_##name(int argc, char **argv);
RIM_CALIBRATIONS(X)
#undef X

// ---- options that several have ----

typedef struct rim_cal_options {
    rim_input_options input;
    rim_cameras_setup cameras;
    const char *out; // -o
    const char *camera, *serial;
    double exposure_us, gain_db; // NAN: not given
    int board, pitch_set;
    rim_size grid;
    double pitch_mm, marker_mm;
    bool no_tangential, no_k3;
    double seconds; // a camera is looked at for so long, 0: as long as it takes
    rim_option input_table[3], nir_table[3], visible_table[3], camera_table[6],
        board_table[6], fit_table[3], look_table[2];
} rim_cal_options;

// *o must then stay where it is.
void rim_cal_options_init(rim_cal_options *o);
RIM_NODISCARD rim_err rim_cal_options_finish(rim_cal_options *o);
// Parses and finishes *o for a command that must be given --nir, whose value comes to
// *nir, and -o. As rim_options_parse().
RIM_NODISCARD rim_err rim_cal_options_parse(rim_cal_options *o, const char *const *nir,
                                            const rim_usage *usage, int argc,
                                            char **argv);
// The board as given, or where nothing was given that of `doc` (may be NULL).
// RIM_ERR_ARG, logged.
RIM_NODISCARD rim_err rim_cal_board(rim_board *board, const rim_cal_options *o,
                                    const rim_doc *doc);
unsigned rim_cal_fixed(const rim_cal_options *o);

// ---- frames in ----

typedef struct rim_cal_shape {
    int width, height, bits, black_level; // of NIR
    int visible_width, visible_height;    // 0: none
    int64_t frames;                       // -1: not known
    bool live;                            // a camera: frames come until it is stopped
    rim_source_camera camera;             // as far as it is told
} rim_cal_shape;

// A camera (/dev/..., synth...), a recording, or a folder of pictures (PNG, JPEG), each
// a frame of its own name. use: what a camera is for: RIM_CAMERA_NIR or, as luma,
// RIM_CAMERA_VISIBLE.
typedef struct rim_cal_input rim_cal_input;
RIM_NODISCARD rim_err rim_cal_input_open(rim_cal_input **out, const char *path,
                                         const rim_cal_options *o, rim_camera_use use);
void rim_cal_input_close(rim_cal_input **in);
const rim_cal_shape *rim_cal_input_shape(const rim_cal_input *in);
// The next frame; both belong to the input until the next call. *visible (GRAY16, luma,
// 8 bits) is NULL where this frame has none. name: of the file, or "frame 12".
// RIM_OK, RIM_END, and what rim_source_read() returns; damaged frames are passed over.
RIM_NODISCARD rim_err rim_cal_input_next(rim_cal_input *in, rim_frame **nir,
                                         rim_frame **visible, const char **name);

// From now on frames of a camera that were overtaken by newer ones are passed over.
void rim_cal_input_newest(rim_cal_input *in);
// From frame to frame of a camera; 0: not known.
int64_t rim_cal_input_interval_ns(const rim_cal_input *in);

// A NIR picture and the visible one that belongs to it: of the same recording; the next
// of each of two; of two cameras those nearest in time.
typedef struct rim_cal_pair {
    rim_frame *nir, *visible; // as of rim_cal_input_next(); visible NULL: there is none
    const char *name;
    int64_t skew_ns; // between the two moments; 0 where they are one, or not known
} rim_cal_pair;
// visible: NULL, or where the visible pictures come from. As rim_cal_input_next();
// RIM_ERR_IO, logged: two cameras whose time stamps never meet.
RIM_NODISCARD rim_err rim_cal_pair_next(rim_cal_pair *p, rim_cal_input *nir,
                                        rim_cal_input *visible);

// ---- the folder ----

typedef struct rim_cal_store {
    const char *dir;
    char file[4096];
    rim_doc doc;
    rim_calib *calib; // as it was, NULL: a new folder
} rim_cal_store;

// Reads what is there. An empty or missing folder is fine, unless `must_exist`. What
// is there must be for a stream of `shape` (NULL: any).
RIM_NODISCARD rim_err rim_cal_store_open(rim_cal_store *s, const char *dir,
                                         const rim_cal_shape *shape, bool must_exist);
void rim_cal_store_close(rim_cal_store *s);
typedef enum rim_cal_part { RIM_CAL_DARK, RIM_CAL_OTHER } rim_cal_part;

// Sets what every calibration says: format, size, camera, date. Exposure and gain are
// those of the dark map. RIM_ERR_FORMAT, logged: what is there is for another camera,
// or its dark map for other settings.
RIM_NODISCARD rim_err rim_cal_store_head(rim_cal_store *s, const rim_cal_shape *shape,
                                         const rim_cal_options *o, rim_cal_part part);
// Now, in UTC, under `key`.
RIM_NODISCARD rim_err rim_cal_put_date(rim_doc *doc, const char *key);

// NANs are left out.
typedef struct rim_cal_number {
    const char *key;
    double value;
    bool whole;
} rim_cal_number;
RIM_NODISCARD rim_err rim_cal_put_numbers(rim_doc *doc, const rim_cal_number *n,
                                          size_t count);
// Writes and says where.
RIM_NODISCARD rim_err rim_cal_store_save(rim_cal_store *s, const rim_folder_map *map,
                                         int maps);

// ---- boards in frames ----

typedef struct rim_cal_views {
    int count;         // in which the board was seen
    int looked;        // frames in all
    rim_view *nir;     // [capacity]
    rim_view *visible; // [capacity], pairs only
    int capacity;
    rim_frame nir_picture, visible_picture; // of the first view, for the report
} rim_cal_views;

typedef struct rim_cal_looking {
    int max;        // views, then it ends; 1: any will do
    double seconds; // a camera: for so long; 0: until nothing is missing
} rim_cal_looking;

// Looks for the board in every frame of `nir`, and where `pairs` in the visible frame
// beside it, or in `visible` (NULL: none), picture by picture. Says for each what was
// seen; passes over frames of a video or camera that show nearly the same, and says what
// is still missing. A camera ends when nothing is, or by Ctrl-C. RIM_ERR_FORMAT: none.
RIM_NODISCARD rim_err rim_cal_views_take(rim_cal_views *v, rim_cal_input *nir,
                                         rim_cal_input *visible, bool pairs,
                                         const rim_board *board, const rim_calib *calib,
                                         const rim_cal_looking *how);
void rim_cal_views_uninit(rim_cal_views *v);

// ---- parts that geometry puts together ----

// Solves for the NIR lens, tells of it and sets it in the document.
RIM_NODISCARD rim_err rim_cal_lens(rim_cal_store *s, const rim_cal_views *v,
                                   const rim_board *board, const rim_cal_options *o,
                                   double distance_mm);
// Registers the pairs, tells of it and sets it in the document. geometry: 0 whichever
// fits, 1 one path, 2 two cameras. plane: name of the view whose board is the working
// plane, or NULL.
RIM_NODISCARD rim_err rim_cal_register(rim_cal_store *s, const rim_cal_views *v,
                                       const rim_board *board, const rim_cal_options *o,
                                       int geometry, double distance_mm,
                                       const char *plane);
// A line a parameter, with its uncertainty, but for those that were held fixed.
struct rim_lens; // calib/cv_bridge.h
void rim_cal_tell_lens(const struct rim_lens *l, unsigned fixed, const char *indent);
RIM_NODISCARD rim_err rim_cal_put_board(rim_doc *doc, const rim_board *board);

// A line for people, on standard output.
void rim_cal_say(const char *fmt, ...) RIM_PRINTF(1, 2);

#endif
