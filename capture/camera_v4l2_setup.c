// camera_v4l2_setup.c: brings a camera to the format, rate and settings wanted.
// SPDX-License-Identifier: MIT
#include "capture/camera_choose.h"
#include "capture/camera_v4l2.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Is there a picture on the input, and does the driver receive it at its size?
static rim_err lock_input(rim_v4l2 *v, rim_camera_setup *s)
{
    struct v4l2_dv_timings now = {0}, set = {0};
    if (!v->dv_input)
        return RIM_OK;
    if (rim_v4l2_ioctl(v->fd, VIDIOC_QUERY_DV_TIMINGS, &now))
        return errno == ENOTTY ? RIM_OK
                               : rim_v4l2_explain(s->why, sizeof s->why, v->path,
                                                  "no picture", errno);
    if (rim_v4l2_ioctl(v->fd, VIDIOC_G_DV_TIMINGS, &set) == 0 &&
        set.bt.width == now.bt.width && set.bt.height == now.bt.height &&
        set.bt.pixelclock == now.bt.pixelclock)
        return RIM_OK; // setting them again would cost the buffers
    if (rim_v4l2_ioctl(v->fd, VIDIOC_S_DV_TIMINGS, &now))
        return rim_v4l2_explain(s->why, sizeof s->why, v->path,
                                "cannot take the size of its input", errno);
    return RIM_OK;
}

// The deepest format of the kind of `m`, if deeper than that.
static const rim_pixel_format *deepest(const rim_camera_mode *modes, int count,
                                       const rim_camera_mode *m)
{
    const rim_pixel_format *best = m->format;
    for (int i = 0; i < count; i++)
        if (modes[i].format->kind == m->format->kind &&
            modes[i].format->bits > best->bits)
            best = modes[i].format;
    return best == m->format ? NULL : best;
}

static void say_choice(rim_camera_setup *s, const rim_pixel_format *deeper)
{
    rim_camera_info *i = &s->info;
    char rate[32] = "", why[64] = "";
    if (i->fps > 0)
        (void)snprintf(rate, sizeof rate, " at %.4g/s", i->fps);
    if (deeper && !s->options->format && s->options->use != RIM_CAMERA_VISIBLE)
        (void)snprintf(why, sizeof why,
                       " (%s is deeper, but not at this rate and size)", deeper->name);
    (void)snprintf(i->choice, sizeof i->choice, "%s, %d bits, %dx%d%s%s",
                   i->format->name, i->format->bits, i->width, i->height, rate, why);
}

static rim_err choose(const rim_v4l2 *v, rim_camera_setup *s, rim_camera_mode *chosen,
                      const rim_pixel_format **deeper)
{
    rim_camera_options want = *s->options;
    if (s->again) { // the same again, or nothing
        want.format = s->again->format->name;
        want.width = s->again->width;
        want.height = s->again->height;
    }
    rim_camera_mode *modes = calloc(RIM_V4L2_MODES_MAX, sizeof *modes);
    if (!modes)
        return RIM_ERR_MEMORY;
    const int count =
        rim_v4l2_modes(v, modes, RIM_V4L2_MODES_MAX, want.width, want.height);
    const int best = rim_camera_choose(modes, count, &want);
    rim_err err = RIM_OK;
    if (best >= 0) {
        *chosen = modes[best];
        s->info.fps = rim_camera_rate(chosen, s->options);
        *deeper = deepest(modes, count, chosen);
    } else if (count == 0) {
        (void)snprintf(
            s->why, sizeof s->why,
            "%.200s: offers no format that Rimlight can take; `v4l2-ctl -d %.200s "
            "--list-formats-ext` shows what it has",
            v->path, v->path);
        err = RIM_ERR_UNSUPPORTED;
    } else {
        (void)snprintf(s->why, sizeof s->why,
                       s->again ? "%s: no longer offers %s %dx%d; set its source back, "
                                  "or start rimlight again"
                                : "%s: has no mode as asked for by --format and --size "
                                  "(%s, %dx%d); `rimlight devices` lists them",
                       s->options->device, want.format ? want.format : "any format",
                       want.width, want.height);
        err = RIM_ERR_FORMAT;
    }
    free(modes);
    return err;
}

// V4L2's description of colour to ours.
static rim_yuv_kind yuv_kind(uint32_t colorspace, uint32_t encoding, uint32_t range)
{
    if (encoding == V4L2_YCBCR_ENC_DEFAULT)
        encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(colorspace);
    if (range == V4L2_QUANTIZATION_DEFAULT)
        range = V4L2_MAP_QUANTIZATION_DEFAULT(false, colorspace, encoding);
    const bool full = range == V4L2_QUANTIZATION_FULL_RANGE;
    const bool hd = encoding == V4L2_YCBCR_ENC_709 || encoding == V4L2_YCBCR_ENC_XV709;
    return hd ? (full ? RIM_YUV_BT709_FULL : RIM_YUV_BT709_LIMITED)
              : (full ? RIM_YUV_BT601_FULL : RIM_YUV_BT601_LIMITED);
}

static bool whole_frames(uint32_t field)
{
    return field == V4L2_FIELD_NONE || field == V4L2_FIELD_ANY ||
           field == V4L2_FIELD_INTERLACED || field == V4L2_FIELD_INTERLACED_TB ||
           field == V4L2_FIELD_INTERLACED_BT;
}

static rim_err set_format(const rim_v4l2 *v, rim_camera_setup *s,
                          const rim_camera_mode *m)
{
    struct v4l2_format f = {.type = rim_v4l2_buf_type(v)};
    struct v4l2_pix_format *p = &f.fmt.pix;
    struct v4l2_pix_format_mplane *mp = &f.fmt.pix_mp;
    if (v->multiplanar)
        *mp = (struct v4l2_pix_format_mplane){.width = (uint32_t)m->width,
                                              .height = (uint32_t)m->height,
                                              .pixelformat = m->format->fourcc,
                                              .field = V4L2_FIELD_NONE,
                                              .num_planes = 1};
    else
        *p = (struct v4l2_pix_format){.width = (uint32_t)m->width,
                                      .height = (uint32_t)m->height,
                                      .pixelformat = m->format->fourcc,
                                      .field = V4L2_FIELD_NONE};
    if (rim_v4l2_ioctl(v->fd, VIDIOC_S_FMT, &f))
        return rim_v4l2_explain(s->why, sizeof s->why, v->path, "cannot set its format",
                                errno);
    const uint32_t width = v->multiplanar ? mp->width : p->width;
    const uint32_t height = v->multiplanar ? mp->height : p->height;
    const uint32_t fourcc = v->multiplanar ? mp->pixelformat : p->pixelformat;
    const uint32_t field = v->multiplanar ? mp->field : p->field;
    if (width != (uint32_t)m->width || height != (uint32_t)m->height ||
        fourcc != m->format->fourcc || !whole_frames(field)) {
        (void)snprintf(s->why, sizeof s->why,
                       "%s: does not give %s %dx%d in whole frames though it lists it; "
                       "choose another --format or --size",
                       v->path, m->format->name, m->width, m->height);
        return RIM_ERR_FORMAT;
    }
    s->stride =
        (ptrdiff_t)(v->multiplanar ? mp->plane_fmt[0].bytesperline : p->bytesperline);
    if (m->format->kind == RIM_PIXEL_JPEG)
        s->stride = 0;
    s->yuv = v->multiplanar ? yuv_kind(mp->colorspace, mp->ycbcr_enc, mp->quantization)
                            : yuv_kind(p->colorspace, p->ycbcr_enc, p->quantization);
    return RIM_OK;
}

static void set_rate(const rim_v4l2 *v, rim_camera_setup *s)
{
    struct v4l2_streamparm p = {.type = rim_v4l2_buf_type(v)};
    double *fps = &s->info.fps;
    if (rim_v4l2_ioctl(v->fd, VIDIOC_G_PARM, &p) == 0) {
        struct v4l2_fract *t = &p.parm.capture.timeperframe;
        if (p.parm.capture.capability & V4L2_CAP_TIMEPERFRAME && *fps > 0) {
            t->numerator = 1000;
            t->denominator = (uint32_t)(*fps * 1000 + 0.5);
            (void)rim_v4l2_ioctl(v->fd, VIDIOC_S_PARM, &p); // it tells what it took
        }
        *fps = t->numerator ? (double)t->denominator / t->numerator : 0;
    } else {
        *fps = rim_v4l2_timings_rate(v);
    }
    if (s->options->fps > 0 && *fps > 0 && *fps < s->options->fps * 0.98)
        (void)snprintf(s->note, sizeof s->note,
                       "%s: gives %.4g frames a second, not the %.4g asked for; a "
                       "smaller --size or another --format may be faster",
                       v->path, *fps, s->options->fps);
}

static rim_err set_controls(const rim_v4l2 *v, rim_camera_setup *s)
{
    if (s->options->use != RIM_CAMERA_VISIBLE) {
        char on[256] = "";
        rim_v4l2_manual(v, on, sizeof on);
        const size_t used = strlen(s->note);
        if (on[0])
            (void)snprintf(s->note + used, sizeof s->note - used,
                           "%s%s: cannot be taken off automatic: %s; numbers of "
                           "different frames do not compare",
                           used ? "; " : "", v->path, on);
    }
    for (int i = 0; i < s->options->control_count; i++) {
        const rim_err err =
            rim_v4l2_set_control(v, s->options->control[i], s->why, sizeof s->why);
        if (err)
            return err;
    }
    return RIM_OK;
}

rim_err rim_v4l2_set_up(rim_v4l2 *v, rim_camera_setup *s)
{
    rim_camera_mode mode = {0};
    const rim_pixel_format *deeper = NULL;
    rim_err err = lock_input(v, s);
    if (!err)
        err = choose(v, s, &mode, &deeper);
    if (!err)
        err = set_format(v, s, &mode);
    if (err)
        return err;
    rim_camera_info *i = &s->info;
    i->format = mode.format;
    i->width = mode.width;
    i->height = mode.height;
    (void)snprintf(i->device, sizeof i->device, "%s", v->path);
    (void)snprintf(i->card, sizeof i->card, "%.32s", (const char *)v->cap.card);
    (void)snprintf(i->bus, sizeof i->bus, "%.32s", (const char *)v->cap.bus_info);
    set_rate(v, s);
    say_choice(s, deeper);
    return set_controls(v, s);
}
