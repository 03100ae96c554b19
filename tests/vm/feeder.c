// feeder.c: a thread that fills buffers of an output node.
// SPDX-License-Identifier: MIT
#include "feeder.h"

#include "base/clock.h"
#include "capture/unpack.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUFFERS = 4, PICTURES = 8 };

struct feeder {
    int fd, width, height, bytes_per_line, bits;
    feeder_way way;
    const rim_pixel_format *format;
    size_t size;
    uint8_t *picture[PICTURES]; // frame n is picture[n % PICTURES] but for (0, 0)
    void *buffer[BUFFERS];
    pthread_t thread;
    atomic_bool stop;
    unsigned next;
};

unsigned feeder_sample(int x, int y, unsigned n, int bits)
{
    if (x == 0 && y == 0)
        return n & 255;
    const unsigned v =
        (unsigned)x * 7919u + (unsigned)y * 104729u + n % PICTURES * 977u;
    return v >> 2 & ((1u << bits) - 1);
}

static void put(const feeder *f, uint8_t *picture, int x, int y, unsigned v)
{
    uint8_t *row = picture + (ptrdiff_t)y * f->bytes_per_line;
    if (f->format->packing == RIM_PACK_8) {
        row[x] = (uint8_t)v;
        return;
    }
    v <<= f->format->bits - f->bits; // fewer bits lie at the high end
    const int high = f->format->packing == RIM_PACK_16LE;
    row[2 * x + high] = (uint8_t)(v >> 8);
    row[2 * x + !high] = (uint8_t)v;
}

static void draw(feeder *f)
{
    for (unsigned n = 0; n < PICTURES; n++) {
        f->picture[n] = calloc(1, f->size);
        ck_assert_ptr_nonnull(f->picture[n]);
        for (int y = 0; y < f->height; y++)
            for (int x = 0; x < f->width; x++)
                put(f, f->picture[n], x, y, feeder_sample(x, y, n, f->bits));
    }
}

static const uint8_t *next_picture(feeder *f)
{
    uint8_t *p = f->picture[f->next % PICTURES];
    put(f, p, 0, 0, f->next & 255);
    f->next++;
    return p;
}

int feeder_patience(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
    const int n = multiplier ? atoi(multiplier) : 1;
    return n > 1 ? n : 1;
}

static void *write_frames(void *arg)
{
    feeder *f = arg;
    const int fps = feeder_patience() > 1 ? 6 : 30;
    int64_t due_ns = rim_clock_now_ns();
    while (!f->stop) {
        if (write(f->fd, next_picture(f), f->size) != (ssize_t)f->size)
            abort();
        due_ns += RIM_NS_PER_S / fps;
        rim_clock_sleep_until(due_ns);
    }
    return NULL;
}

static void *queue_frames(void *arg)
{
    feeder *f = arg;
    struct v4l2_buffer b = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
                            .memory = V4L2_MEMORY_MMAP};
    while (!f->stop) {
        if (ioctl(f->fd, VIDIOC_DQBUF, &b))
            break; // streaming was stopped
        memcpy(f->buffer[b.index], next_picture(f), f->size);
        b.bytesused = (uint32_t)f->size;
        if (ioctl(f->fd, VIDIOC_QBUF, &b))
            break;
    }
    return NULL;
}

static void set_format(feeder *f)
{
    struct v4l2_format v = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_G_FMT, &v), 0);
    v.fmt.pix.width = (uint32_t)f->width;
    v.fmt.pix.height = (uint32_t)f->height;
    v.fmt.pix.pixelformat = f->format->fourcc;
    v.fmt.pix.field = V4L2_FIELD_NONE;
    v.fmt.pix.bytesperline = 0;
    v.fmt.pix.sizeimage = 0;
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_S_FMT, &v), 0);
    ck_assert_uint_eq(v.fmt.pix.pixelformat, f->format->fourcc);
    ck_assert_uint_eq(v.fmt.pix.width, (uint32_t)f->width);
    ck_assert_uint_eq(v.fmt.pix.height, (uint32_t)f->height);
    f->bytes_per_line = (int)v.fmt.pix.bytesperline;
    f->size = v.fmt.pix.sizeimage;
}

static void start_queue(feeder *f)
{
    struct v4l2_requestbuffers r = {.count = BUFFERS,
                                    .type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
                                    .memory = V4L2_MEMORY_MMAP};
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_REQBUFS, &r), 0);
    ck_assert_uint_eq(r.count, BUFFERS);
    for (uint32_t i = 0; i < BUFFERS; i++) {
        struct v4l2_buffer b = {
            .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP, .index = i};
        ck_assert_int_eq(ioctl(f->fd, VIDIOC_QUERYBUF, &b), 0);
        f->buffer[i] =
            mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, b.m.offset);
        ck_assert_ptr_ne(f->buffer[i], MAP_FAILED);
        memcpy(f->buffer[i], next_picture(f), f->size);
        b.bytesused = (uint32_t)f->size;
        b.field = V4L2_FIELD_NONE;
        ck_assert_int_eq(ioctl(f->fd, VIDIOC_QBUF, &b), 0);
    }
    int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    ck_assert_int_eq(ioctl(f->fd, VIDIOC_STREAMON, &type), 0);
}

feeder *feeder_start(const char *node, feeder_way way, const char *name, int width,
                     int height)
{
    return feeder_start_left(node, way, name, width, height, 0);
}

feeder *feeder_start_left(const char *node, feeder_way way, const char *name, int width,
                          int height, int bits)
{
    feeder *f = calloc(1, sizeof *f);
    ck_assert_ptr_nonnull(f);
    f->way = way;
    f->width = width;
    f->height = height;
    f->format = rim_pixel_format_named(name);
    f->bits = bits ? bits : f->format->bits;
    f->fd = open(node, O_RDWR);
    ck_assert_msg(f->fd >= 0, "%s: error %d", node, errno);
    set_format(f);
    draw(f);
    if (way == FEEDER_MMAP)
        start_queue(f);
    ck_assert_int_eq(pthread_create(&f->thread, NULL,
                                    way == FEEDER_MMAP ? queue_frames : write_frames,
                                    f),
                     0);
    return f;
}

void feeder_stop(feeder *f)
{
    int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    f->stop = true;
    if (f->way == FEEDER_MMAP) {
        rim_clock_sleep_until(rim_clock_now_ns() + 100 * RIM_NS_PER_MS);
        (void)ioctl(f->fd, VIDIOC_STREAMOFF, &type);
    }
    pthread_join(f->thread, NULL);
    close(f->fd);
    for (int i = 0; i < PICTURES; i++)
        free(f->picture[i]);
    free(f);
}
