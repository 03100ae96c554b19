// camera_device.h: what a kind of camera (V4L2, synthetic) does for camera.c.
//
// Private to capture. A device is streaming from open to close. It does not log:
// it leaves a line in setup->why, and camera.c decides whether that is news.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_CAMERA_DEVICE_H
#define RIM_CAPTURE_CAMERA_DEVICE_H

#include "capture/camera.h"

typedef struct rim_camera_setup {
    const rim_camera_options *options;
    // What the camera was when it was first opened: it is taken again only when it
    // is the same. NULL: this is the first time.
    const rim_camera_info *again;

    // A device's own, kept from one opening to the next; 0 at first.
    int64_t kept_ns;

    // Filled in by open:
    rim_camera_info info;
    ptrdiff_t stride;
    rim_yuv_kind yuv;
    char why[512];  // what is wrong and how to mend it, naming the device
    char note[512]; // what the user must know though it works, or ""
} rim_camera_setup;

typedef struct rim_camera_kind {
    rim_err (*open)(void **device, rim_camera_setup *setup);
    void (*close)(void *device);
    // Sets data, bytes, driver_seq, captured_ns, damaged, index. captured_ns 0: the
    // driver has no usable clock. RIM_OK; RIM_ERR_TIMEOUT; RIM_ERR_GONE; RIM_ERR_IO;
    // RIM_ERR_FORMAT: the signal is lost or changed. After the last three: close.
    rim_err (*dequeue)(void *device, rim_camera_shot *shot, int64_t until_ns);
    rim_err (*requeue)(void *device, const rim_camera_shot *shot);
    // What has been noticed since the last call ("gain changed ..."), or NULL.
    const char *(*notice)(void *device);
} rim_camera_kind;

extern const rim_camera_kind rim_camera_synth;
#ifdef RIM_HAVE_V4L2
extern const rim_camera_kind rim_camera_v4l2;
#endif

#endif
