// camera_v4l2_node.c: a device node: opened, asked what it is, spoken to, closed.
// SPDX-License-Identifier: MIT
#include "capture/camera_v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

int rim_v4l2_ioctl(int fd, unsigned long request, void *arg)
{
    int r;
    do {
        r = v4l2_ioctl(fd, request, arg);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? -1 : 0;
}

rim_err rim_v4l2_explain(char *why, size_t size, const char *path, const char *what,
                         int errnum)
{
    static const struct {
        int errnum;
        rim_err err;
        const char *mend;
    } known[] = {
        {ENOENT, RIM_ERR_NOT_FOUND,
         "there is no such device; `rimlight devices` lists the cameras"},
        {ENODEV, RIM_ERR_GONE, "it was unplugged"},
        {ENXIO, RIM_ERR_GONE, "it was unplugged"},
        {EACCES, RIM_ERR_IO,
         "you may not use it; as root: usermod -aG video YOU, then log in again"},
        {EPERM, RIM_ERR_IO,
         "you may not use it; as root: usermod -aG video YOU, then log in again"},
        {EBUSY, RIM_ERR_BUSY,
         "another program holds it; `fuser -v DEVICE` names it, close that"},
        {ENOMEM, RIM_ERR_MEMORY,
         "no memory for its buffers; choose a smaller --size or close programs"},
        {ENOSPC, RIM_ERR_IO,
         "its bus has no room left; choose a lower --fps or --size, or plug it into a "
         "port of its own"},
        {EIO, RIM_ERR_IO, "a transfer failed; check the cable and the port"},
        {EPIPE, RIM_ERR_IO,
         "its media pipeline is not set up; set its links and pads with media-ctl"},
        {ENOLINK, RIM_ERR_TIMEOUT, "no video on its input; check the cable and source"},
        {ENOLCK, RIM_ERR_TIMEOUT,
         "the video on its input cannot be locked; check the cable and source"},
        {ERANGE, RIM_ERR_TIMEOUT,
         "the video on its input is beyond what it can take; set the source to a size "
         "and rate that it has"},
        {EINVAL, RIM_ERR_IO, "the driver refuses it; unplug the camera and plug it in"},
        {EPROTO, RIM_ERR_IO, "the camera does not answer; unplug it and plug it in"},
        {ETIMEDOUT, RIM_ERR_IO, "the camera does not answer; unplug it and plug it in"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].errnum == errnum) {
            (void)snprintf(why, size, "%s: %s: %s", path, what, known[i].mend);
            return known[i].err;
        }
    (void)snprintf(why, size, "%s: %s failed (error %d); see dmesg, try another port",
                   path, what, errnum);
    return RIM_ERR_IO;
}

enum v4l2_buf_type rim_v4l2_buf_type(const rim_v4l2 *v)
{
    return v->multiplanar ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
                          : V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

static void ask_input(rim_v4l2 *v)
{
    struct v4l2_input in = {0};
    if (rim_v4l2_ioctl(v->fd, VIDIOC_G_INPUT, &v->input))
        return; // a driver without inputs
    in.index = (uint32_t)v->input;
    if (rim_v4l2_ioctl(v->fd, VIDIOC_ENUMINPUT, &in) == 0)
        v->dv_input = in.capabilities & V4L2_IN_CAP_DV_TIMINGS;
}

// What libv4l2 would print is told by our own messages where it matters.
static void silence_libv4l2(void)
{
    v4l2_log_file = fopen("/dev/null", "we"); // kept until the end
}

rim_err rim_v4l2_open(rim_v4l2 *v, const char *path, char *why, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, silence_libv4l2);
    memset(v, 0, sizeof *v);
    (void)snprintf(v->path, sizeof v->path, "%s", path);
    v->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (v->fd < 0)
        return rim_v4l2_explain(why, size, path, "cannot open it", errno);
    if (rim_v4l2_ioctl(v->fd, VIDIOC_QUERYCAP, &v->cap)) {
        const int errnum = errno;
        rim_v4l2_close(v);
        if (errnum == ENODEV)
            return rim_v4l2_explain(why, size, path, "cannot ask what it is", errnum);
        (void)snprintf(why, size,
                       "%s: not a camera; `rimlight devices` lists the cameras", path);
        return RIM_ERR_UNSUPPORTED;
    }
    const uint32_t caps = v->cap.capabilities & V4L2_CAP_DEVICE_CAPS
                              ? v->cap.device_caps
                              : v->cap.capabilities;
    v->multiplanar =
        !(caps & V4L2_CAP_VIDEO_CAPTURE) && (caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE);
    if (!(caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) ||
        !(caps & V4L2_CAP_STREAMING)) {
        rim_v4l2_close(v);
        (void)snprintf(why, size,
                       "%s: takes no pictures (another node of the same camera may); "
                       "`rimlight devices` lists the cameras",
                       path);
        return RIM_ERR_UNSUPPORTED;
    }
    // From here on the descriptor is libv4l2's too, for vendors' plugins. Not where
    // buffers are multi-planar: a plugin of its own would hide that, and print to
    // standard output. What it does not know it passes on to the kernel as it is.
    if (!v->multiplanar && v4l2_fd_open(v->fd, V4L2_DISABLE_CONVERSION) < 0) {
        const int errnum = errno;
        rim_v4l2_close(v);
        if (errnum != EINVAL)
            return rim_v4l2_explain(why, size, path, "cannot open it", errnum);
        (void)snprintf(
            why, size,
            "%s: has no format yet; for v4l2loopback, start what writes into "
            "it first",
            path);
        return RIM_ERR_IO;
    }
    ask_input(v);
    return RIM_OK;
}

void rim_v4l2_close(rim_v4l2 *v)
{
    if (v->streaming) {
        int type = (int)rim_v4l2_buf_type(v);
        (void)rim_v4l2_ioctl(v->fd, VIDIOC_STREAMOFF, &type);
    }
    for (int i = 0; i < v->buffer_count; i++)
        (void)v4l2_munmap(v->buffer[i].start, v->buffer[i].length);
    if (v->fd >= 0)
        (void)v4l2_close(v->fd);
    v->fd = -1;
    v->buffer_count = 0;
    v->streaming = false;
}
