// camera.c: what all cameras share: numbering, unpacking, loss and return.
// SPDX-License-Identifier: MIT
#include "capture/camera.h"

#include "base/clock.h"
#include "base/log.h"
#include "capture/camera_device.h"
#include "capture/camera_sequence.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A camera that is away is tried so often.
#define RETRY_NS (250 * RIM_NS_PER_MS)
// Plugged in, but silent for so long: its stream is set up anew.
#define STALL_NS (5 * RIM_NS_PER_S)
// Time stamps older than this when a frame is taken cannot be true. Some are a
// little ahead of the clock: of the end of a frame, reckoned and not read.
#define STAMP_AGE_MAX_NS   (2 * RIM_NS_PER_S)
#define STAMP_AHEAD_MAX_NS (100 * RIM_NS_PER_MS)
// Frames looked at to tell the place of samples in their containers, and for how long.
enum { PROBE_FRAMES = 8 };
#define PROBE_NS (2 * RIM_NS_PER_S)

// A driver has no more buffers than that.
enum { SKIP_MAX = 32 };

struct rim_camera {
    rim_camera_options options; // strings copied into `text`
    char *text;
    const char **control;
    const rim_camera_kind *kind;
    void *device; // NULL: away
    rim_camera_info info;
    rim_camera_setup setup;
    rim_unpack *unpack;
    int bits; // of samples, as told from them or given
    rim_justify justify;
    rim_sequence sequence;
    rim_camera_counts counts;
    rim_camera_state state;
    int64_t retry_ns;   // when to try again, while away
    int64_t lost_at_ns; // when it was lost
    int64_t heard_ns;   // of the last frame, or of the start of the stream
    bool lent;
};

static rim_err copy_options(rim_camera *c, const rim_camera_options *o)
{
    size_t bytes = strlen(o->device) + 1 + (o->format ? strlen(o->format) + 1 : 0);
    for (int i = 0; i < o->control_count; i++)
        bytes += strlen(o->control[i]) + 1;
    char *at = c->text = malloc(bytes);
    c->control = calloc((size_t)o->control_count + 1, sizeof *c->control);
    if (!c->text || !c->control)
        return RIM_ERR_MEMORY;
    c->options = *o;
    c->options.device = strcpy(at, o->device);
    at += strlen(at) + 1;
    if (o->format) {
        c->options.format = strcpy(at, o->format);
        at += strlen(at) + 1;
    }
    for (int i = 0; i < o->control_count; i++) {
        c->control[i] = strcpy(at, o->control[i]);
        at += strlen(at) + 1;
    }
    c->options.control = c->control;
    return RIM_OK;
}

static rim_err check_options(const rim_camera_options *o)
{
    if (o->format && !rim_pixel_format_named(o->format)) {
        rim_log_error("%s: Rimlight has no pixel format %s; `rimlight devices` lists "
                      "those of your cameras",
                      o->device, o->format);
        return RIM_ERR_ARG;
    }
    const bool size = o->width == 0 ? o->height == 0 : o->width > 0 && o->height > 0;
    if (!size || o->width > RIM_FRAME_SIDE_MAX || o->height > RIM_FRAME_SIDE_MAX ||
        o->fps < 0 || (o->bits && (o->bits < 8 || o->bits > 16)) ||
        (o->buffers && (o->buffers < 2 || o->buffers > 32)) || o->control_count < 0)
        return RIM_ERR_ARG;
    return RIM_OK;
}

static rim_err open_device(rim_camera *c, const rim_camera_info *again)
{
    c->setup = (rim_camera_setup){
        .options = &c->options, .again = again, .kept_ns = c->setup.kept_ns};
    const rim_err err = c->kind->open(&c->device, &c->setup);
    if (err)
        c->device = NULL;
    else
        c->heard_ns = rim_clock_now_ns();
    return err;
}

static rim_err make_unpack(rim_camera *c)
{
    const rim_camera_info *info = &c->setup.info;
    const rim_unpack_options o = {.fourcc = info->format->fourcc,
                                  .width = info->width,
                                  .height = info->height,
                                  .stride = c->setup.stride,
                                  .bits = c->bits,
                                  .justify = c->justify,
                                  .yuv = c->setup.yuv,
                                  .cpu = c->options.cpu};
    rim_unpack_destroy(&c->unpack);
    return rim_unpack_create(&c->unpack, &o);
}

// The bits that are set in any sample of the first frames.
static unsigned look_at_samples(rim_camera *c)
{
    const int64_t until_ns = rim_clock_now_ns() + PROBE_NS;
    unsigned seen = 0;
    rim_camera_shot shot;
    for (int i = 0; i < PROBE_FRAMES; i++) {
        if (c->kind->dequeue(c->device, &shot, until_ns))
            break; // rim_camera_acquire() will meet it again
        if (!shot.damaged)
            seen |= rim_unpack_bits_seen(c->unpack, shot.data, shot.bytes);
        if (c->kind->requeue(c->device, &shot))
            break;
    }
    return seen;
}

static void say_what_samples_tell(const rim_camera *c, const rim_justify_guess *g)
{
    const rim_pixel_format *f = c->info.format;
    if (g->sure && g->justify == RIM_JUSTIFY_LEFT)
        rim_log_info("%s: samples of %s are %d bits, left-justified; if that is wrong, "
                     "say --bits and --justify",
                     c->info.device, f->name, g->bits);
    else if (g->bits > f->bits)
        rim_log_warning("%s: samples of %s have more than %d bits; they are taken as "
                        "%d; if that is wrong, say --bits and --justify",
                        c->info.device, f->name, f->bits, g->bits);
    else if (!g->sure && f->bits == 16)
        rim_log_warning("%s: no sample of %s came near 16 bits; if the camera has "
                        "fewer, say --bits 10, 12 or 14, else saturation is not seen",
                        c->info.device, f->name);
}

// Left- or right-justified, and how many bits: by the user, else by the samples.
static rim_err settle_bits(rim_camera *c)
{
    const rim_pixel_format *f = c->info.format;
    const bool container = f->packing == RIM_PACK_16LE || f->packing == RIM_PACK_16BE;
    c->bits = c->options.bits;
    c->justify = c->options.justify;
    if (!container && (c->bits || c->justify)) {
        if (c->bits == 0 || c->bits == f->bits)
            c->justify = RIM_JUSTIFY_AUTO;
        else {
            rim_log_error("%s: %s has %d bits a sample; leave out --bits, or choose "
                          "another --format",
                          c->info.device, f->name, f->bits);
            return RIM_ERR_ARG;
        }
    }
    rim_err err = make_unpack(c);
    if (err || !container || c->bits || c->justify || f->justify == RIM_JUSTIFY_LEFT)
        return err;
    const rim_justify_guess g = rim_justify_tell(f->bits, look_at_samples(c));
    say_what_samples_tell(c, &g);
    c->bits = g.bits;
    c->justify = g.justify;
    return make_unpack(c);
}

rim_err rim_camera_open(rim_camera **out, const rim_camera_options *options)
{
    *out = NULL;
    rim_err err = check_options(options);
    if (err)
        return err;
    rim_camera *c = calloc(1, sizeof *c);
    if (!c)
        return RIM_ERR_MEMORY;
    const bool synth = strncmp(options->device, "synth", 5) == 0 &&
                       (options->device[5] == '\0' || options->device[5] == ':');
#ifdef RIM_HAVE_V4L2
    c->kind = synth ? &rim_camera_synth : &rim_camera_v4l2;
#else
    c->kind = &rim_camera_synth;
    if (!synth) {
        rim_log_error("%s: this build is without cameras; build it with libv4l-dev",
                      options->device);
        err = RIM_ERR_UNSUPPORTED;
        goto fail;
    }
#endif
    err = copy_options(c, options);
    if (err)
        goto fail;
    err = open_device(c, NULL);
    if (err) {
        rim_log_error("%s", c->setup.why);
        goto fail;
    }
    if (c->setup.note[0])
        rim_log_warning("%s", c->setup.note);
    c->info = c->setup.info;
    c->info.stride = c->setup.stride;
    c->info.yuv = c->setup.yuv;
    err = settle_bits(c);
    if (err)
        goto fail;
    c->info.bits = rim_unpack_bits(c->unpack);
    c->info.black_level = rim_unpack_black_level(c->unpack);
    rim_sequence_init(&c->sequence, c->info.fps > 0
                                        ? (int64_t)((double)RIM_NS_PER_S / c->info.fps)
                                        : 0);
    c->state = RIM_CAMERA_STREAMING;
    c->heard_ns = rim_clock_now_ns();
    *out = c;
    return RIM_OK;
fail:
    rim_camera_close(&c);
    return err;
}

void rim_camera_close(rim_camera **p)
{
    rim_camera *c = *p;
    if (!c)
        return;
    if (c->device)
        c->kind->close(c->device);
    rim_unpack_destroy(&c->unpack);
    free(c->text);
    free(c->control);
    free(c);
    *p = NULL;
}

const rim_camera_info *rim_camera_get_info(const rim_camera *c)
{
    return &c->info;
}

static void lose(rim_camera *c, rim_camera_state state, const char *what)
{
    c->kind->close(c->device);
    c->device = NULL;
    c->state = state;
    c->lost_at_ns = rim_clock_now_ns();
    c->retry_ns = c->lost_at_ns; // at once: many faults pass with a new start
    c->lent = false;
    rim_log_warning("%s: %s; no signal until it is back", c->info.device, what);
}

static rim_camera_state state_of_open(rim_err err)
{
    switch (err) {
    case RIM_ERR_NOT_FOUND:
    case RIM_ERR_GONE:
        return RIM_CAMERA_GONE;
    case RIM_ERR_BUSY:
        return RIM_CAMERA_HELD;
    case RIM_ERR_TIMEOUT:
        return RIM_CAMERA_NO_LOCK;
    case RIM_ERR_FORMAT:
        return RIM_CAMERA_CHANGED;
    default:
        return RIM_CAMERA_FAILED;
    }
}

// Tries to get a lost camera back. Says why not whenever the reason changes.
static rim_err come_back(rim_camera *c)
{
    const rim_err err = open_device(c, &c->info);
    if (err) {
        const rim_camera_state state = state_of_open(err);
        if (state != c->state && state != RIM_CAMERA_GONE)
            rim_log_warning("%s", c->setup.why);
        c->state = state;
        c->retry_ns = rim_clock_now_ns() + RETRY_NS;
        return RIM_ERR_TIMEOUT;
    }
    const rim_err unpack_err = make_unpack(c); // its stride may be another
    if (unpack_err) {
        c->kind->close(c->device);
        c->device = NULL;
        c->state = RIM_CAMERA_CHANGED;
        c->retry_ns = rim_clock_now_ns() + RETRY_NS;
        return RIM_ERR_TIMEOUT;
    }
    (void)snprintf(c->info.device, sizeof c->info.device, "%s", c->setup.info.device);
    c->info.stride = c->setup.stride;
    rim_sequence_restart(&c->sequence);
    c->state = RIM_CAMERA_STALLED; // until a frame comes
    return RIM_OK;
}

static void tell_return(rim_camera *c)
{
    if (c->lost_at_ns) {
        c->counts.interruptions++;
        rim_log_info("%s: frames again after %.1f s", c->info.device,
                     (double)(rim_clock_now_ns() - c->lost_at_ns) / 1e9);
    }
    c->lost_at_ns = 0;
    c->state = RIM_CAMERA_STREAMING;
}

static void stamp(rim_camera *c, rim_camera_shot *shot)
{
    shot->acquired_ns = rim_clock_now_ns();
    const int64_t age_ns = shot->acquired_ns - shot->captured_ns;
    if (age_ns < -STAMP_AHEAD_MAX_NS || age_ns > STAMP_AGE_MAX_NS) {
        shot->captured_ns = shot->acquired_ns;
        c->counts.stamps++;
    }
}

static void take(rim_camera *c, rim_camera_shot *shot)
{
    stamp(c, shot);
    c->heard_ns = shot->acquired_ns;
    shot->lost = rim_sequence_next(&c->sequence, shot->driver_seq, shot->captured_ns);
    shot->seq = c->sequence.number;
    c->counts.lost += shot->lost;
    if (shot->damaged)
        c->counts.damaged++;
    else
        c->counts.frames++;
    if (c->state != RIM_CAMERA_STREAMING)
        tell_return(c);
    c->lent = true;
}

static void fail(rim_camera *c, rim_err err)
{
    switch (err) {
    case RIM_ERR_GONE:
        lose(c, RIM_CAMERA_GONE, "the camera was unplugged");
        break;
    case RIM_ERR_FORMAT:
        lose(c, RIM_CAMERA_NO_LOCK, "its input signal was lost or changed");
        break;
    default:
        lose(c, RIM_CAMERA_FAILED,
             "a transfer failed (check the cable and the port); it is started anew");
        break;
    }
}

rim_err rim_camera_acquire(rim_camera *c, rim_camera_shot *shot, int64_t until_ns)
{
    assert(!c->lent); // release comes before the next acquire
    if (!c->device) {
        if (until_ns < c->retry_ns) {
            rim_clock_sleep_until(until_ns);
            return RIM_ERR_TIMEOUT;
        }
        rim_clock_sleep_until(c->retry_ns);
        if (come_back(c))
            return RIM_ERR_TIMEOUT;
    }
    memset(shot, 0, sizeof *shot);
    shot->exposure_us = shot->gain = (double)NAN;
    shot->automatic = false;
    const rim_err err = c->kind->dequeue(c->device, shot, until_ns);
    const char *notice = c->kind->notice ? c->kind->notice(c->device) : NULL;
    if (notice)
        rim_log_warning("%s: %s", c->info.device, notice);
    if (err == RIM_OK) {
        take(c, shot);
        return RIM_OK;
    }
    if (err != RIM_ERR_TIMEOUT) {
        fail(c, err);
        return RIM_ERR_TIMEOUT;
    }
    const int64_t silent_ns = rim_clock_now_ns() - c->heard_ns;
    if (silent_ns > STALL_NS)
        lose(c, RIM_CAMERA_STALLED, "no frames for 5 s; it is started anew");
    else if (c->sequence.interval_ns > 0 && silent_ns > 3 * c->sequence.interval_ns)
        c->state = RIM_CAMERA_STALLED;
    return RIM_ERR_TIMEOUT;
}

void rim_camera_skip(rim_camera *c)
{
    rim_camera_shot shot;
    c->heard_ns = rim_clock_now_ns(); // nobody listened before
    for (int i = 0; i < SKIP_MAX; i++)
        if (c->kind->dequeue(c->device, &shot, 0) || c->kind->requeue(c->device, &shot))
            return; // none is left; an error rim_camera_acquire() will meet again
}

rim_err rim_camera_unpack(rim_camera *c, rim_frame *frame, const rim_camera_shot *shot)
{
    frame->seq = shot->seq;
    frame->captured_ns = shot->captured_ns;
    if (shot->damaged)
        return RIM_ERR_DAMAGED; // counted when it was acquired
    const rim_err err = rim_unpack_frame(c->unpack, frame, shot->data, shot->bytes);
    if (err)
        c->counts.damaged++;
    return err ? RIM_ERR_DAMAGED : RIM_OK;
}

rim_err rim_camera_thumb(rim_camera *c, uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE],
                         const rim_camera_shot *shot)
{
    return rim_unpack_thumb(c->unpack, thumb, shot->data, shot->bytes);
}

void rim_camera_release(rim_camera *c, const rim_camera_shot *shot)
{
    c->lent = false;
    const rim_err err = c->kind->requeue(c->device, shot);
    if (err)
        fail(c, err);
}

int64_t rim_camera_interval_ns(const rim_camera *c)
{
    return c->sequence.interval_ns;
}

rim_camera_state rim_camera_get_state(const rim_camera *c)
{
    return c->state;
}

const char *rim_camera_state_text(rim_camera_state state)
{
    switch (state) {
    case RIM_CAMERA_STREAMING:
    case RIM_CAMERA_NONE:
        break;
    case RIM_CAMERA_STALLED:
        return "NO FRAMES COME";
    case RIM_CAMERA_GONE:
        return "CAMERA UNPLUGGED";
    case RIM_CAMERA_NO_LOCK:
        return "NO VIDEO ON THE INPUT";
    case RIM_CAMERA_CHANGED:
        return "PICTURE SIZE CHANGED";
    case RIM_CAMERA_HELD:
        return "HELD BY ANOTHER PROGRAM";
    case RIM_CAMERA_FAILED:
        return "TRANSFERS FAIL";
    }
    return "";
}

rim_camera_counts rim_camera_get_counts(const rim_camera *c)
{
    return c->counts;
}

#ifndef RIM_HAVE_V4L2
rim_err rim_camera_surveys(rim_camera_survey **out, int *count)
{
    *out = NULL;
    *count = 0;
    rim_log_error("this build is without cameras; build it with libv4l-dev");
    return RIM_ERR_UNSUPPORTED;
}
#endif

void rim_camera_surveys_free(rim_camera_survey *surveys, int count)
{
    for (int i = 0; i < count; i++) {
        free(surveys[i].mode);
        free(surveys[i].control);
    }
    free(surveys);
}
