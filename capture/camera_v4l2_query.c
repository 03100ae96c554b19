// camera_v4l2_query.c: which cameras there are and what they offer.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/camera_v4l2.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct mode_list {
    const rim_v4l2 *v;
    rim_camera_mode *mode;
    int count, max;
} mode_list;

double rim_v4l2_timings_rate(const rim_v4l2 *v)
{
    struct v4l2_dv_timings t = {0};
    if (!v->dv_input || rim_v4l2_ioctl(v->fd, VIDIOC_G_DV_TIMINGS, &t) ||
        t.type != V4L2_DV_BT_656_1120)
        return 0;
    const double pixels =
        (double)V4L2_DV_BT_FRAME_WIDTH(&t.bt) * (double)V4L2_DV_BT_FRAME_HEIGHT(&t.bt);
    return pixels > 0 ? (double)t.bt.pixelclock / pixels : 0;
}

// The highest rate of a format and size; 0: the driver does not say.
static double fastest(const rim_v4l2 *v, uint32_t fourcc, int width, int height)
{
    double best = 0;
    struct v4l2_frmivalenum f = {
        .pixel_format = fourcc, .width = (uint32_t)width, .height = (uint32_t)height};
    for (; rim_v4l2_ioctl(v->fd, VIDIOC_ENUM_FRAMEINTERVALS, &f) == 0; f.index++) {
        const bool discrete = f.type == V4L2_FRMIVAL_TYPE_DISCRETE;
        const struct v4l2_fract *i = discrete ? &f.discrete : &f.stepwise.min;
        const double fps = i->numerator ? (double)i->denominator / i->numerator : 0;
        best = fps > best ? fps : best;
        if (!discrete)
            break;
    }
    return best > 0 ? best : rim_v4l2_timings_rate(v);
}

static void add(mode_list *l, const rim_pixel_format *f, int width, int height)
{
    if (l->count == l->max || width < 1 || height < 1 || width > RIM_FRAME_SIDE_MAX ||
        height > RIM_FRAME_SIDE_MAX)
        return;
    for (int i = 0; i < l->count; i++)
        if (l->mode[i].format == f && l->mode[i].width == width &&
            l->mode[i].height == height)
            return;
    l->mode[l->count++] =
        (rim_camera_mode){f, width, height, fastest(l->v, f->fourcc, width, height)};
}

static bool current_size(const rim_v4l2 *v, int *width, int *height)
{
    struct v4l2_format f = {.type = rim_v4l2_buf_type(v)};
    if (rim_v4l2_ioctl(v->fd, VIDIOC_G_FMT, &f))
        return false;
    *width = (int)(v->multiplanar ? f.fmt.pix_mp.width : f.fmt.pix.width);
    *height = (int)(v->multiplanar ? f.fmt.pix_mp.height : f.fmt.pix.height);
    return true;
}

static bool on_grid(uint32_t min, uint32_t max, uint32_t step, int size)
{
    const uint32_t s = (uint32_t)size;
    return size > 0 && s >= min && s <= max && (step < 2 || (s - min) % step == 0);
}

static int largest(uint32_t min, uint32_t max, uint32_t step, int most)
{
    const uint32_t top = max < (uint32_t)most ? max : (uint32_t)most;
    if (top < min)
        return (int)min;
    return (int)(step < 2 ? top : min + (top - min) / step * step);
}

static void add_any_size(mode_list *l, const rim_pixel_format *f,
                         const struct v4l2_frmsize_stepwise *s, int width, int height)
{
    if (on_grid(s->min_width, s->max_width, s->step_width, width) &&
        on_grid(s->min_height, s->max_height, s->step_height, height))
        add(l, f, width, height);
    int w = 0, h = 0;
    if (current_size(l->v, &w, &h))
        add(l, f, w, h);
    add(l, f, largest(s->min_width, s->max_width, s->step_width, 1920),
        largest(s->min_height, s->max_height, s->step_height, 1080));
}

static void add_sizes(mode_list *l, const rim_pixel_format *f, int width, int height)
{
    struct v4l2_frmsizeenum s = {.pixel_format = f->fourcc};
    bool any = false;
    for (; rim_v4l2_ioctl(l->v->fd, VIDIOC_ENUM_FRAMESIZES, &s) == 0; s.index++) {
        any = true;
        if (s.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
            add_any_size(l, f, &s.stepwise, width, height);
            return;
        }
        add(l, f, (int)s.discrete.width, (int)s.discrete.height);
    }
    int w = 0, h = 0; // a driver whose sizes are those of its input
    if (!any && current_size(l->v, &w, &h))
        add(l, f, w, h);
}

int rim_v4l2_modes(const rim_v4l2 *v, rim_camera_mode *modes, int max, int width,
                   int height)
{
    mode_list l = {v, modes, 0, max};
    struct v4l2_fmtdesc d = {.type = rim_v4l2_buf_type(v)};
    for (; rim_v4l2_ioctl(v->fd, VIDIOC_ENUM_FMT, &d) == 0; d.index++) {
        const rim_pixel_format *f = rim_pixel_format_find(d.pixelformat);
        if (f && !(d.flags & V4L2_FMT_FLAG_EMULATED))
            add_sizes(&l, f, width, height);
    }
    return l.count;
}

// The link of udev's that leads to this node: by-id names the camera itself,
// by-path the socket that it is plugged into.
static void stable_path(char *out, size_t size, dev_t node)
{
    static const char *const folders[] = {"/dev/v4l/by-id", "/dev/v4l/by-path"};
    out[0] = '\0';
    for (int i = 0; i < 2 && !out[0]; i++) {
        DIR *d = opendir(folders[i]);
        const struct dirent *e;
        while (d && !out[0] && (e = readdir(d))) { // NOLINT(concurrency-mt-unsafe)
            char path[256];
            struct stat st;
            (void)snprintf(path, sizeof path, "%s/%.200s", folders[i], e->d_name);
            if (stat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == node)
                (void)snprintf(out, size, "%s", path);
        }
        if (d)
            (void)closedir(d);
    }
}

static bool survey(rim_camera_survey *s, const char *path)
{
    rim_v4l2 v;
    char why[512];
    struct stat st;
    const rim_err err = rim_v4l2_open(&v, path, why, sizeof why);
    if (err) {
        if (err != RIM_ERR_UNSUPPORTED) // its nodes for metadata are not news
            rim_log_warning("%s", why);
        return false;
    }
    memset(s, 0, sizeof *s);
    (void)snprintf(s->device, sizeof s->device, "%s", path);
    (void)snprintf(s->card, sizeof s->card, "%.32s", (const char *)v.cap.card);
    (void)snprintf(s->bus, sizeof s->bus, "%.32s", (const char *)v.cap.bus_info);
    (void)snprintf(s->driver, sizeof s->driver, "%.16s", (const char *)v.cap.driver);
    if (stat(path, &st) == 0)
        stable_path(s->stable, sizeof s->stable, st.st_rdev);
    s->mode = calloc(RIM_V4L2_MODES_MAX, sizeof *s->mode);
    if (s->mode)
        s->mode_count = rim_v4l2_modes(&v, s->mode, RIM_V4L2_MODES_MAX, 0, 0);
    s->control_count = rim_v4l2_controls(&v, &s->control);
    struct v4l2_format f = {.type = rim_v4l2_buf_type(&v)};
    if (rim_v4l2_ioctl(v.fd, VIDIOC_G_FMT, &f) == 0)
        s->busy = rim_v4l2_ioctl(v.fd, VIDIOC_S_FMT, &f) && errno == EBUSY;
    rim_v4l2_close(&v);
    return true;
}

static int by_number(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

// Numbers of the nodes /dev/videoN, in order.
static int nodes(int *number, int max)
{
    int n = 0;
    DIR *d = opendir("/dev");
    const struct dirent *e;
    while (d && n < max && (e = readdir(d))) { // NOLINT(concurrency-mt-unsafe)
        char end = 0;
        int i = 0;
        if (sscanf(e->d_name, "video%d%c", &i, &end) == 1)
            number[n++] = i;
    }
    if (d)
        (void)closedir(d);
    qsort(number, (size_t)n, sizeof *number, by_number);
    return n;
}

rim_err rim_camera_surveys(rim_camera_survey **out, int *count)
{
    int number[256];
    const int n = nodes(number, 256);
    *count = 0;
    *out = calloc((size_t)n + 1, sizeof **out);
    if (!*out)
        return RIM_ERR_MEMORY;
    for (int i = 0; i < n; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "/dev/video%d", number[i]);
        if (survey(&(*out)[*count], path))
            ++*count;
    }
    return RIM_OK;
}
