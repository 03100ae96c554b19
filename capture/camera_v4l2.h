// camera_v4l2.h: what the camera_v4l2*.c files share. Private to capture; only they
// include the kernel's headers and libv4l2.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_CAMERA_V4L2_H
#define RIM_CAPTURE_CAMERA_V4L2_H

#include "capture/camera_device.h"

#include <linux/videodev2.h>

enum { RIM_V4L2_BUFFERS_MAX = 32, RIM_V4L2_MODES_MAX = 1024 };

typedef struct rim_v4l2 {
    int fd;
    bool multiplanar; // the driver's kind of buffers; one plane each all the same
    bool streaming;
    bool dv_input; // HDMI, SDI: its picture has timings of its own
    int input;
    struct v4l2_capability cap;
    char path[256];
    int buffer_count;
    struct {
        void *start;
        size_t length;
    } buffer[RIM_V4L2_BUFFERS_MAX];
    char notice[160];         // what rim_camera_kind.notice() has to tell, or ""
    char told[160];           // what it has told last
    double exposure_us, gain; // as set; NAN: not known
    bool automatic;           // something changes the counts by itself
} rim_v4l2;

// An ioctl that a signal cannot break. 0, or -1 and errno.
int rim_v4l2_ioctl(int fd, unsigned long request, void *arg);
// "<path>: <what>: <reason>; <mend>" for errno into why. Returns the matching error.
rim_err rim_v4l2_explain(char *why, size_t size, const char *path, const char *what,
                         int errnum);

// Opens the node, without libv4l2's conversions, and asks what it is.
// RIM_ERR_NOT_FOUND, RIM_ERR_IO, RIM_ERR_BUSY; RIM_ERR_UNSUPPORTED: not a camera.
rim_err rim_v4l2_open(rim_v4l2 *v, const char *path, char *why, size_t size);
void rim_v4l2_close(rim_v4l2 *v);
enum v4l2_buf_type rim_v4l2_buf_type(const rim_v4l2 *v);

// Chooses and sets format, rate and controls; fills setup->info, stride, yuv, note.
// The errors of rim_camera_open(), with setup->why.
rim_err rim_v4l2_set_up(rim_v4l2 *v, rim_camera_setup *setup);

// Every format, size and highest rate into modes[]; returns how many. Sizes of
// drivers that take any: the one asked for (0: none), the one set, the largest
// within 1920x1080.
int rim_v4l2_modes(const rim_v4l2 *v, rim_camera_mode *modes, int max, int width,
                   int height);
// Frames a second of the timings of an HDMI or SDI input; 0: not known.
double rim_v4l2_timings_rate(const rim_v4l2 *v);

// Switches off what changes the picture by itself; what stays on is added to note.
void rim_v4l2_manual(const rim_v4l2 *v, char *note, size_t size);
// "NAME=VALUE", NAME as v4l2-ctl writes it. RIM_ERR_ARG, with why.
rim_err rim_v4l2_set_control(const rim_v4l2 *v, const char *setting, char *why,
                             size_t size);
// Reads exposure and gain.
void rim_v4l2_read_settings(rim_v4l2 *v);
// Wants to hear when another program changes exposure, gain and the like.
void rim_v4l2_watch_controls(const rim_v4l2 *v);
void rim_v4l2_control_changed(rim_v4l2 *v, const struct v4l2_event *event);
// All controls, made with malloc; returns how many.
int rim_v4l2_controls(const rim_v4l2 *v, rim_camera_control **out);

#endif
