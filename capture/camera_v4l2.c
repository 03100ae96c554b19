// camera_v4l2.c: frames of the kernel's Video4Linux, through libv4l2 without its
// conversions: what comes is what the driver gives. Streaming with mmap, which every
// driver has; a buffer is read once, while it is unpacked, so other ways to share
// memory would save nothing.
// SPDX-License-Identifier: MIT
#include "capture/camera_v4l2.h"

#include "base/clock.h"

#include <errno.h>
#include <libv4l2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void init_buffer(const rim_v4l2 *v, struct v4l2_buffer *b,
                        struct v4l2_plane *plane)
{
    memset(b, 0, sizeof *b);
    memset(plane, 0, sizeof *plane);
    b->type = rim_v4l2_buf_type(v);
    b->memory = V4L2_MEMORY_MMAP;
    if (v->multiplanar) {
        b->m.planes = plane;
        b->length = 1;
    }
}

static rim_err map_buffer(rim_v4l2 *v, rim_camera_setup *s, uint32_t index)
{
    struct v4l2_buffer b;
    struct v4l2_plane plane;
    init_buffer(v, &b, &plane);
    b.index = index;
    if (rim_v4l2_ioctl(v->fd, VIDIOC_QUERYBUF, &b))
        return rim_v4l2_explain(s->why, sizeof s->why, v->path,
                                "cannot map its buffers", errno);
    const size_t length = v->multiplanar ? plane.length : b.length;
    const int64_t offset = v->multiplanar ? plane.m.mem_offset : b.m.offset;
    void *start =
        v4l2_mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, offset);
    if (start == MAP_FAILED)
        return rim_v4l2_explain(s->why, sizeof s->why, v->path,
                                "cannot map its buffers", errno);
    v->buffer[v->buffer_count].start = start;
    v->buffer[v->buffer_count++].length = length;
    if (rim_v4l2_ioctl(v->fd, VIDIOC_QBUF, &b))
        return rim_v4l2_explain(s->why, sizeof s->why, v->path,
                                "cannot hand it a buffer", errno);
    return RIM_OK;
}

static rim_err start(rim_v4l2 *v, rim_camera_setup *s)
{
    struct v4l2_requestbuffers r = {
        .count = s->options->buffers ? (uint32_t)s->options->buffers : 4,
        .type = rim_v4l2_buf_type(v),
        .memory = V4L2_MEMORY_MMAP};
    if (rim_v4l2_ioctl(v->fd, VIDIOC_REQBUFS, &r))
        return rim_v4l2_explain(s->why, sizeof s->why, v->path, "cannot get buffers",
                                errno);
    if (r.count < 2)
        return rim_v4l2_explain(s->why, sizeof s->why, v->path, "cannot get buffers",
                                ENOMEM);
    for (uint32_t i = 0; i < r.count && i < RIM_V4L2_BUFFERS_MAX; i++) {
        const rim_err err = map_buffer(v, s, i);
        if (err)
            return err;
    }
    struct v4l2_event_subscription e = {.type = V4L2_EVENT_SOURCE_CHANGE,
                                        .id = (uint32_t)v->input};
    (void)rim_v4l2_ioctl(v->fd, VIDIOC_SUBSCRIBE_EVENT, &e); // not every driver has it
    if (s->options->use != RIM_CAMERA_VISIBLE)
        rim_v4l2_watch_controls(v);
    rim_v4l2_read_settings(v);
    int type = (int)rim_v4l2_buf_type(v);
    if (rim_v4l2_ioctl(v->fd, VIDIOC_STREAMON, &type))
        return rim_v4l2_explain(s->why, sizeof s->why, v->path, "cannot start it",
                                errno);
    v->streaming = true;
    return RIM_OK;
}

// A camera is known by its name and by where it is plugged in; a link of udev's
// stands for both.
static bool same_camera(const rim_v4l2 *v, const rim_camera_setup *s)
{
    const bool by_link = strncmp(s->options->device, "/dev/v4l/", 9) == 0;
    return strncmp((const char *)v->cap.card, s->again->card, 32) == 0 &&
           (by_link || strncmp((const char *)v->cap.bus_info, s->again->bus, 32) == 0);
}

// The node of the camera: the one that the user named, or, when the camera comes
// back under another number, the one that is the same camera.
static rim_err find_node(rim_v4l2 *v, rim_camera_setup *s)
{
    rim_err err = rim_v4l2_open(v, s->options->device, s->why, sizeof s->why);
    if (!s->again)
        return err;
    if (!err && same_camera(v, s))
        return RIM_OK;
    if (!err)
        rim_v4l2_close(v);
    for (int i = 0; i < 64; i++) {
        char path[32], why[512];
        (void)snprintf(path, sizeof path, "/dev/video%d", i);
        if (access(path, F_OK) || rim_v4l2_open(v, path, why, sizeof why))
            continue;
        if (same_camera(v, s))
            return RIM_OK;
        rim_v4l2_close(v);
    }
    if (!err)
        (void)snprintf(s->why, sizeof s->why,
                       "%s: is another camera now; plug %s back into where it was",
                       s->options->device, s->again->card);
    return err ? err : RIM_ERR_NOT_FOUND;
}

static void close_v4l2(void *device)
{
    rim_v4l2_close(device);
    free(device);
}

static rim_err open_v4l2(void **device, rim_camera_setup *s)
{
    rim_v4l2 *v = calloc(1, sizeof *v);
    if (!v)
        return RIM_ERR_MEMORY;
    v->fd = -1;
    rim_err err = find_node(v, s);
    if (!err)
        err = rim_v4l2_set_up(v, s);
    if (!err)
        err = start(v, s);
    if (err)
        goto fail;
    *device = v;
    return RIM_OK;
fail:
    close_v4l2(v);
    return err;
}

static rim_err error_of_dequeue(int errnum)
{
    return errnum == ENODEV || errnum == ENXIO || errnum == EBADF ? RIM_ERR_GONE
                                                                  : RIM_ERR_IO;
}

// RIM_OK; RIM_ERR_TIMEOUT: no buffer is filled.
static rim_err take_buffer(rim_v4l2 *v, rim_camera_shot *shot)
{
    struct v4l2_buffer b;
    struct v4l2_plane plane;
    init_buffer(v, &b, &plane);
    if (rim_v4l2_ioctl(v->fd, VIDIOC_DQBUF, &b))
        return errno == EAGAIN ? RIM_ERR_TIMEOUT : error_of_dequeue(errno);
    if (b.index >= (uint32_t)v->buffer_count)
        return RIM_ERR_IO;
    const size_t used = v->multiplanar ? plane.bytesused : b.bytesused;
    const size_t length = v->buffer[b.index].length;
    shot->index = (int)b.index;
    shot->data = v->buffer[b.index].start;
    shot->bytes = used < length ? used : length;
    shot->driver_seq = b.sequence;
    shot->damaged = b.flags & V4L2_BUF_FLAG_ERROR;
    const bool monotonic =
        (b.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    shot->captured_ns = monotonic ? (int64_t)b.timestamp.tv_sec * RIM_NS_PER_S +
                                        (int64_t)b.timestamp.tv_usec * 1000
                                  : 0;
    return RIM_OK;
}

// Events that wait. RIM_ERR_FORMAT: the picture on the input went or changed.
static rim_err take_events(rim_v4l2 *v)
{
    struct v4l2_event e;
    while (memset(&e, 0, sizeof e), rim_v4l2_ioctl(v->fd, VIDIOC_DQEVENT, &e) == 0) {
        if (e.type == V4L2_EVENT_SOURCE_CHANGE)
            return RIM_ERR_FORMAT;
        if (e.type == V4L2_EVENT_CTRL)
            rim_v4l2_control_changed(v, &e);
    }
    return RIM_OK;
}

// Until something happens or the clock reaches until_ns. poll() counts whole
// milliseconds: one too many only ever makes it look again.
static int wait_for(const rim_v4l2 *v, int64_t until_ns, short *events)
{
    struct pollfd p = {.fd = v->fd, .events = POLLIN | POLLPRI};
    const int64_t left_ns = until_ns - rim_clock_now_ns();
    const int64_t left_ms = (left_ns + RIM_NS_PER_MS - 1) / RIM_NS_PER_MS;
    int n;
    do {
        n = poll(&p, 1, left_ms < 0 ? 0 : left_ms > 1000 ? 1000 : (int)left_ms);
    } while (n < 0 && errno == EINTR && rim_clock_now_ns() < until_ns);
    *events = n > 0 ? p.revents : 0;
    return n;
}

static rim_err dequeue(void *device, rim_camera_shot *shot, int64_t until_ns)
{
    rim_v4l2 *v = device;
    for (;;) {
        short events = 0;
        rim_err err = take_events(v); // even where frames never have to be waited for
        if (err)
            return err;
        err = take_buffer(v, shot);
        shot->exposure_us = v->exposure_us;
        shot->automatic = v->automatic;
        shot->gain = v->gain;
        if (err != RIM_ERR_TIMEOUT)
            return err;
        if (wait_for(v, until_ns, &events) < 0 && errno != EINTR)
            return RIM_ERR_IO;
        if (events & (POLLERR | POLLHUP | POLLNVAL)) {
            err = take_buffer(v, shot); // it knows which of the errors it is
            return err == RIM_ERR_TIMEOUT ? RIM_ERR_IO : err;
        }
        if (!events && rim_clock_now_ns() >= until_ns)
            return RIM_ERR_TIMEOUT;
    }
}

static rim_err requeue(void *device, const rim_camera_shot *shot)
{
    rim_v4l2 *v = device;
    struct v4l2_buffer b;
    struct v4l2_plane plane;
    init_buffer(v, &b, &plane);
    b.index = (uint32_t)shot->index;
    return rim_v4l2_ioctl(v->fd, VIDIOC_QBUF, &b) ? error_of_dequeue(errno) : RIM_OK;
}

static const char *notice(void *device)
{
    rim_v4l2 *v = device;
    if (!v->notice[0])
        return NULL;
    memcpy(v->told, v->notice, sizeof v->told);
    v->notice[0] = '\0';
    return v->told;
}

const rim_camera_kind rim_camera_v4l2 = {.open = open_v4l2,
                                         .close = close_v4l2,
                                         .dequeue = dequeue,
                                         .requeue = requeue,
                                         .notice = notice};
