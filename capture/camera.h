// camera.h: a live camera: frames with their driver's time, and what happens when
// it is unplugged.
//
// rim_camera_acquire() lends a buffer of the driver; rim_camera_unpack() turns it
// into a frame of the caller's pool; rim_camera_release() queues it again, to be
// done at once: driver memory never travels. A camera that is lost (unplugged, a
// failed transfer, no frames) is closed and tried again until it is back; frame
// numbers go on across the gap. One thread owns a camera. After opening, nothing
// is allocated while frames come (JPEG's decoder aside).
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_CAMERA_H
#define RIM_CAPTURE_CAMERA_H

#include "base/err.h"
#include "base/frame.h"
#include "capture/unpack.h"

#include <stdbool.h>

typedef enum rim_camera_use {
    RIM_CAMERA_NIR = 0,
    RIM_CAMERA_VISIBLE,
    RIM_CAMERA_INTERLEAVED, // NIR and visible frames alternate
} rim_camera_use;

typedef struct rim_camera_options {
    // "/dev/video0" (or any path to such a node), or "synth[:KEY=VALUE,...]": see
    // camera_synth.c.
    const char *device;
    rim_camera_use use;
    const char *format;  // V4L2's name, "Y12"; NULL: chosen
    int width, height;   // px; 0: chosen
    double fps;          // 0: chosen
    int bits;            // of a sample in a 16-bit container; 0: told from the samples
    rim_justify justify; // AUTO: told from the samples
    const char *const *control; // [control_count] of "NAME=VALUE"
    int control_count;
    int buffers;  // of the driver, 2..32; 0: 4
    unsigned cpu; // RIM_CPU_* bits that kernels may use
} rim_camera_options;

// A format, size and highest rate that a camera offers.
typedef struct rim_camera_mode {
    const rim_pixel_format *format;
    int width, height;
    double fps; // 0: not known
} rim_camera_mode;

typedef struct rim_camera_info {
    const rim_pixel_format *format;
    int width, height;
    int bits;        // of GRAY16 frames
    int black_level; // counts that mean no light
    double fps;      // as the driver promises; 0: not known
    char device[256];
    char card[64];        // the camera's name
    char bus[64];         // where it is plugged in
    ptrdiff_t stride;     // bytes of a row of its buffers
    rim_yuv_kind yuv;     // of YUV formats
    bool exposure_stamps; // time stamps are of the start of exposure, not its end
    char choice[256];     // a line for people: what was chosen and why
} rim_camera_info;

typedef enum rim_camera_state {
    RIM_CAMERA_NONE = 0,
    RIM_CAMERA_STREAMING,
    RIM_CAMERA_STALLED, // plugged in, but no frames come
    RIM_CAMERA_GONE,    // unplugged
    RIM_CAMERA_NO_LOCK, // its input (HDMI, SDI) has no signal or loses it
    RIM_CAMERA_CHANGED, // it came back with other sizes or formats
    RIM_CAMERA_HELD,    // another program holds it
    RIM_CAMERA_FAILED,  // the driver reports failed transfers
} rim_camera_state;

// A buffer that the driver lends.
typedef struct rim_camera_shot {
    const void *data;
    size_t bytes;
    uint64_t seq;        // frame number from 0, lost frames counted
    uint32_t lost;       // frames lost before this one
    int64_t captured_ns; // the driver's time stamp, CLOCK_MONOTONIC
    int64_t acquired_ns; // when it was taken from the driver
    bool damaged;        // the driver says that its pixels are not good
    uint32_t driver_seq; // the driver's own number
    int index;           // of the driver's buffer
    double exposure_us;  // as set when it was taken; NAN: the camera does not tell
    double gain;         // likewise, in the camera's own unit
    bool automatic;      // the camera changes exposure, gain or the like by itself
} rim_camera_shot;

typedef struct rim_camera_counts {
    uint64_t frames;        // acquired, the damaged ones not counted
    uint64_t lost;          // gaps in the driver's numbers, and while it was away
    uint64_t damaged;       // with the error flag, or not to be decoded
    uint64_t interruptions; // times that it was lost and came back
    uint64_t stamps;        // time stamps that could not be true and were replaced
} rim_camera_counts;

typedef struct rim_camera rim_camera;

// Opens, sets up and starts the camera. What is wrong is logged with its mend.
// RIM_ERR_ARG, RIM_ERR_NOT_FOUND, RIM_ERR_BUSY, RIM_ERR_IO, RIM_ERR_FORMAT (no mode
// as asked for), RIM_ERR_UNSUPPORTED, RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_camera_open(rim_camera **out,
                                      const rim_camera_options *options);
void rim_camera_close(rim_camera **c);
const rim_camera_info *rim_camera_get_info(const rim_camera *c);

// Gives back unseen what the driver has filled by now. Before the first acquire, so that
// frames that came while the rest was set up count neither as old nor as lost, and the
// camera not as silent.
void rim_camera_skip(rim_camera *c);
// The next buffer. Waits until the clock reaches until_ns.
// RIM_OK: to be released before the next call. RIM_ERR_TIMEOUT: nothing came; see
// rim_camera_get_state(). Logs (once each time) when the camera is lost and back.
RIM_NODISCARD rim_err rim_camera_acquire(rim_camera *c, rim_camera_shot *shot,
                                         int64_t until_ns);
// Into *frame (GRAY16 or BGRX8, info's size), with seq and captured_ns.
// RIM_ERR_DAMAGED: not a good picture; the frame's pixels are not to be used.
RIM_NODISCARD rim_err rim_camera_unpack(rim_camera *c, rim_frame *frame,
                                        const rim_camera_shot *shot);
// A small picture of the buffer; see rim_unpack_thumb().
RIM_NODISCARD rim_err rim_camera_thumb(rim_camera *c,
                                       uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE],
                                       const rim_camera_shot *shot);
void rim_camera_release(rim_camera *c, const rim_camera_shot *shot);

// Of the frames as they come, measured; 0: not known yet.
int64_t rim_camera_interval_ns(const rim_camera *c);
rim_camera_state rim_camera_get_state(const rim_camera *c);
// Upper case words for the screen: "CAMERA UNPLUGGED". Never NULL.
const char *rim_camera_state_text(rim_camera_state state);
rim_camera_counts rim_camera_get_counts(const rim_camera *c);

// What a camera is and can do, for `rimlight devices`.
typedef struct rim_camera_control {
    char name[48];  // as --control takes it
    char value[64]; // as set now
    char range[96]; // what it can be
} rim_camera_control;

typedef struct rim_camera_survey {
    char device[256], stable[256]; // stable: the path that stays; "" where none is
    char card[64], bus[64], driver[32];
    int mode_count, control_count;
    rim_camera_mode *mode; // highest rate of each format and size
    rim_camera_control *control;
    bool busy; // another program holds it: the choice may be out of date
} rim_camera_survey;

// Every node that is a camera, in order of their numbers. *out is made with
// malloc; give it to rim_camera_surveys_free(). RIM_ERR_UNSUPPORTED: this build is
// without V4L2.
RIM_NODISCARD rim_err rim_camera_surveys(rim_camera_survey **out, int *count);
void rim_camera_surveys_free(rim_camera_survey *surveys, int count);

#endif
