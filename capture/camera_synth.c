// camera_synth.c: a camera that is not there: raw buffers at true pace, for tests,
// for the bench and for trying the program without a camera.
//
//     synth[:KEY=VALUE[,KEY=VALUE]...]
//
//     size=1280x720     format=Y12      fps=30
//     light=nir         dim glowing rings (default), `visible` bright tissue, or
//                       `both`: they alternate, NIR at even frame numbers
//     from=INPUT        frames of a recording (at most 240, in turn) in its size, as
//                       `light` says NIR or visible ones; which one follows the clock,
//                       so two such cameras of one rate show the same moment
//     phase_ms=0        when its first frame comes, after the start of a frame interval
//     lose=N damage=N   every N-th frame is lost, or has the error flag
//     gone_after=N      unplugged after N frames, for gone_ms=1000
//     fail_after=N      transfers fail after N frames, until the stream is set up anew
//     back_size=WxH     what it offers when it comes back
//     frames=N          no frames come after N of them
//     exposure_us=N gain=N  what it tells of its settings (nothing)
//     automatic=1       it says that its gain cannot be held
//
// Like a driver it holds a few buffers; who is slower than they last loses frames.
// The pictures are drawn when it is opened, RING of them or those of the recording,
// and shown in turn.
// SPDX-License-Identifier: MIT
#include "capture/camera_device.h"

#include "base/clock.h"
#include "capture/camera_choose.h"
#include "capture/camera_synth_film.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 8, BUFFERS = 4 };

typedef enum light { LIGHT_NIR, LIGHT_VISIBLE, LIGHT_BOTH } light;

typedef struct synth {
    rim_camera_setup *setup; // of the camera, which outlives this
    const rim_pixel_format *format;
    int width, height;
    double fps;
    light light;
    int lose, damage, gone_after, gone_ms, fail_after, frames;
    int back_width, back_height;
    int exposure_us, gain; // 0: it does not tell
    int automatic;         // above 0: it says that its gain is
    double phase_ms;
    int64_t start_ns;
    int64_t first;     // of a film: frame intervals of the clock before the start
    int64_t next;      // number of the next frame to give, since the start
    int64_t delivered; // frames given
    size_t bytes;
    char from[512];
    rim_synth_film film; // while the pictures are drawn
    int pictures;
    uint8_t **picture; // [pictures]
} synth;

static rim_err refuse(rim_camera_setup *setup, const char *key)
{
    (void)snprintf(
        setup->why, sizeof setup->why,
        "%.250s: a synthetic camera has no such key or value at \"%.80s\"; see man "
        "rimlight",
        setup->options->device, key);
    return RIM_ERR_ARG;
}

static bool set_light(synth *s, const char *value)
{
    static const char *const names[] = {"nir", "visible", "both"};
    for (int i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            s->light = (light)i;
            return true;
        }
    return false;
}

// One KEY=VALUE; false: not understood.
static bool set_key(synth *s, const char *key, const char *value)
{
    const struct {
        const char *name;
        int *number;
    } numbers[] = {
        {"lose", &s->lose},
        {"damage", &s->damage},
        {"frames", &s->frames},
        {"gone_after", &s->gone_after},
        {"gone_ms", &s->gone_ms},
        {"fail_after", &s->fail_after},
        {"exposure_us", &s->exposure_us},
        {"gain", &s->gain},
        {"automatic", &s->automatic},
    };
    char end = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(key, numbers[i].name) == 0)
            return sscanf(value, "%d%c", numbers[i].number, &end) == 1 &&
                   *numbers[i].number > 0;
    if (strcmp(key, "size") == 0)
        return sscanf(value, "%dx%d%c", &s->width, &s->height, &end) == 2;
    if (strcmp(key, "back_size") == 0)
        return sscanf(value, "%dx%d%c", &s->back_width, &s->back_height, &end) == 2;
    if (strcmp(key, "fps") == 0)
        return sscanf(value, "%lf%c", &s->fps, &end) == 1 && s->fps > 0;
    if (strcmp(key, "phase_ms") == 0)
        return sscanf(value, "%lf%c", &s->phase_ms, &end) == 1;
    if (strcmp(key, "from") == 0) {
        (void)snprintf(s->from, sizeof s->from, "%s", value);
        return strlen(value) < sizeof s->from;
    }
    if (strcmp(key, "format") == 0) {
        s->format = rim_pixel_format_named(value);
        return s->format != NULL;
    }
    return strcmp(key, "light") == 0 && set_light(s, value);
}

static rim_err parse(synth *s, rim_camera_setup *setup)
{
    const char *at = strchr(setup->options->device, ':');
    while (at && *++at) {
        char word[600];
        const size_t n = strcspn(at, ",");
        if (n >= sizeof word)
            return refuse(setup, at);
        memcpy(word, at, n);
        word[n] = '\0';
        char *value = strchr(word, '=');
        if (!value)
            return refuse(setup, word);
        *value++ = '\0';
        if (!set_key(s, word, value))
            return refuse(setup, word);
        at = at[n] ? at + n : NULL;
    }
    return RIM_OK;
}

// Light of a scene at (x, y), 0..65535: tissue that dims outwards and, in NIR,
// three rings; `t` shifts them from picture to picture.
static unsigned scene(const synth *s, light lit, int x, int y, int t)
{
    const int w = s->width, h = s->height;
    if (s->film.light)
        return s->film
            .light[((size_t)t * (size_t)h + (size_t)y) * (size_t)w + (size_t)x];
    const int dx = 2 * x - w, dy = 2 * y - h; // -w..w
    const int64_t far2 = (int64_t)dx * dx + (int64_t)dy * dy, all2 = (int64_t)w * w * 2;
    int64_t v = (lit == LIGHT_VISIBLE ? 40000 : 6000) * (all2 - far2) / all2;
    for (int i = 0; i < 3 && lit != LIGHT_VISIBLE; i++) {
        const int cx = w * (2 + 3 * i) / 10 + t, cy = h * (3 + 2 * i) / 10;
        const int64_t r = h / 10, thick = h / 40 + 1;
        if (abs(x - cx) > r + thick || abs(y - cy) > r + thick)
            continue;
        const int64_t d2 = (int64_t)(x - cx) * (x - cx) + (int64_t)(y - cy) * (y - cy);
        const int64_t off = (d2 - r * r) / (2 * r); // distance from the ring, nearly
        if (off > -thick && off < thick)
            v += 20000 * (thick * thick - off * off) / (thick * thick);
    }
    // Noise that is the same everywhere and on every run.
    uint32_t n = (uint32_t)x * 2654435761u ^ (uint32_t)y * 2246822519u ^
                 (uint32_t)t * 3266489917u;
    n ^= n >> 15;
    n *= 2246822519u;
    v += (int)(n >> 22) - 512;
    return v < 0 ? 0 : v > 65535 ? 65535 : (unsigned)v;
}

static void put_sample(uint8_t *row, int x, unsigned v, rim_packing packing)
{
    switch (packing) {
    case RIM_PACK_8:
        row[x] = (uint8_t)v;
        break;
    case RIM_PACK_16LE:
        row[2 * x] = (uint8_t)v;
        row[2 * x + 1] = (uint8_t)(v >> 8);
        break;
    case RIM_PACK_16BE:
        row[2 * x] = (uint8_t)(v >> 8);
        row[2 * x + 1] = (uint8_t)v;
        break;
    case RIM_PACK_MIPI12:
        row[x / 2 * 3 + x % 2] = (uint8_t)(v >> 4);
        row[x / 2 * 3 + 2] |= (uint8_t)((v & 15) << (x % 2 * 4));
        break;
    default:
        break; // refused when it was opened
    }
}

// Tissue red: more red than green, more green than blue.
static void put_colour(uint8_t *row, int x, unsigned v, const rim_pixel_format *f)
{
    if (f->kind == RIM_PIXEL_YUV422) {
        uint8_t *p = row + x / 2 * 4;
        p[f->layout[0] + 2 * (x & 1)] = (uint8_t)(16 + v * 219 / 255);
        p[f->layout[1]] = 110;
        p[f->layout[2]] = 160;
    } else {
        uint8_t *p = row + x * f->step;
        p[f->layout[0]] = (uint8_t)v;
        p[f->layout[1]] = (uint8_t)(v * 5 / 8);
        p[f->layout[2]] = (uint8_t)(v / 2);
    }
}

static void draw(const synth *s, uint8_t *picture, ptrdiff_t stride, int number)
{
    const bool visible =
        s->light == LIGHT_VISIBLE || (s->light == LIGHT_BOTH && number % 2 == 1);
    const light lit = visible ? LIGHT_VISIBLE : LIGHT_NIR;
    const bool colour =
        s->format->kind != RIM_PIXEL_MONO && s->format->kind != RIM_PIXEL_BAYER;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const unsigned v = scene(s, lit, x, y, number);
            if (colour)
                put_colour(picture + y * stride, x, v >> 8, s->format);
            else
                put_sample(picture + y * stride, x, v >> (16 - s->format->bits),
                           s->format->packing);
        }
    // Which picture this is, in its first sample, for tests.
    if (!colour && !s->film.light)
        put_sample(picture, 0, (unsigned)number, s->format->packing);
}

static bool drawable(const rim_pixel_format *f)
{
    switch (f->kind) {
    case RIM_PIXEL_MONO:
    case RIM_PIXEL_BAYER:
        return f->packing == RIM_PACK_8 || f->packing == RIM_PACK_16LE ||
               f->packing == RIM_PACK_16BE || f->packing == RIM_PACK_MIPI12;
    case RIM_PIXEL_YUV422:
    case RIM_PIXEL_RGB:
        return true;
    default:
        return false;
    }
}

static ptrdiff_t stride_of(const synth *s)
{
    if (s->format->kind == RIM_PIXEL_YUV422)
        return (s->width + 1) / 2 * 4;
    if (s->format->kind == RIM_PIXEL_RGB)
        return (ptrdiff_t)s->width * s->format->step;
    if (s->format->packing == RIM_PACK_MIPI12)
        return (s->width + 1) / 2 * 3;
    return (ptrdiff_t)s->width * (s->format->packing == RIM_PACK_8 ? 1 : 2);
}

// What options and the first opening demand, against what it offers.
static rim_err fit(synth *s, rim_camera_setup *setup)
{
    const rim_camera_options *o = setup->options;
    const rim_camera_mode mode = {s->format, s->width, s->height, s->fps};
    if (s->width < 16 || s->height < 16 || s->width > RIM_FRAME_SIDE_MAX ||
        s->height > RIM_FRAME_SIDE_MAX || !drawable(s->format))
        return refuse(setup, "size or format");
    const rim_camera_info *again = setup->again;
    const bool other =
        again && (again->width != s->width || again->height != s->height);
    if (other || rim_camera_choose(&mode, 1, o) < 0) {
        (void)snprintf(setup->why, sizeof setup->why,
                       "%s: offers %s %dx%d only; leave out --format and --size",
                       o->device, s->format->name, s->width, s->height);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

static void describe(const synth *s, rim_camera_setup *setup)
{
    rim_camera_info *i = &setup->info;
    *i = (rim_camera_info){
        .format = s->format, .width = s->width, .height = s->height, .fps = s->fps};
    (void)snprintf(i->device, sizeof i->device, "%s", setup->options->device);
    (void)snprintf(i->card, sizeof i->card, "synthetic camera");
    (void)snprintf(i->choice, sizeof i->choice, "%s, %d bits, %dx%d at %g/s",
                   s->format->name, s->format->bits, s->width, s->height, s->fps);
    setup->stride = stride_of(s);
}

static void close_synth(void *device)
{
    synth *s = device;
    for (int i = 0; s->picture && i < s->pictures; i++)
        free(s->picture[i]);
    free(s->picture);
    rim_synth_film_drop(&s->film);
    free(s);
}

static rim_err load_film(synth *s, rim_camera_setup *setup)
{
    const rim_err err =
        rim_synth_film_load(&s->film, s->from, s->light == LIGHT_VISIBLE);
    if (err)
        (void)snprintf(setup->why, sizeof setup->why,
                       "%.400s: \"from\" must name a recording",
                       setup->options->device);
    s->width = s->film.width;
    s->height = s->film.height;
    return err;
}

// Those that show a film keep to the clock's own intervals, whenever they are opened.
static void start_clock(synth *s)
{
    const int64_t now_ns = rim_clock_now_ns();
    s->start_ns = now_ns;
    if (s->film.count) {
        s->first = (int64_t)((double)now_ns * s->fps / 1e9) + 1;
        s->start_ns = (int64_t)((double)s->first * 1e9 / s->fps);
    }
    s->start_ns += (int64_t)(s->phase_ms * 1e6);
}

static rim_err open_synth(void **device, rim_camera_setup *setup)
{
    if (setup->again && rim_clock_now_ns() < setup->kept_ns) {
        (void)snprintf(setup->why, sizeof setup->why, "%s: is unplugged",
                       setup->options->device);
        return RIM_ERR_NOT_FOUND;
    }
    synth *s = calloc(1, sizeof *s);
    if (!s)
        return RIM_ERR_MEMORY;
    *s = (synth){.setup = setup,
                 .format = rim_pixel_format_named("Y12"),
                 .width = 1280,
                 .height = 720,
                 .fps = 30,
                 .gone_ms = 1000};
    rim_err err = parse(s, setup);
    if (!err && setup->again && s->back_width) {
        s->width = s->back_width;
        s->height = s->back_height;
    }
    if (!err && s->from[0])
        err = load_film(s, setup);
    if (!err)
        err = fit(s, setup);
    if (err)
        goto fail;
    describe(s, setup);
    s->bytes = (size_t)setup->stride * (size_t)s->height;
    s->pictures = s->film.count ? s->film.count : RING;
    s->picture = calloc((size_t)s->pictures, sizeof *s->picture);
    if (!s->picture) {
        err = RIM_ERR_MEMORY;
        goto fail;
    }
    for (int i = 0; i < s->pictures; i++) {
        s->picture[i] = calloc(1, s->bytes);
        if (!s->picture[i]) {
            err = RIM_ERR_MEMORY;
            goto fail;
        }
        draw(s, s->picture[i], setup->stride, i);
    }
    start_clock(s);
    rim_synth_film_drop(&s->film);
    *device = s;
    return RIM_OK;
fail:
    close_synth(s);
    return err;
}

static int64_t time_of(const synth *s, int64_t number)
{
    return s->start_ns + (int64_t)((double)(number + 1) * 1e9 / s->fps);
}

// What happens instead of a frame; RIM_OK: nothing.
static rim_err fault(synth *s)
{
    if (s->setup->again) // faults happen once
        return RIM_OK;
    if (s->gone_after && s->delivered >= s->gone_after) {
        s->setup->kept_ns = rim_clock_now_ns() + s->gone_ms * RIM_NS_PER_MS;
        return RIM_ERR_GONE;
    }
    return s->fail_after && s->delivered >= s->fail_after ? RIM_ERR_IO : RIM_OK;
}

static rim_err dequeue(void *device, rim_camera_shot *shot, int64_t until_ns)
{
    synth *s = device;
    const rim_err err = fault(s);
    if (err)
        return err;
    if (s->frames && s->delivered >= s->frames) {
        rim_clock_sleep_until(until_ns);
        return RIM_ERR_TIMEOUT;
    }
    // Frames older than the buffers last have been overwritten.
    const double passed_ns = (double)(rim_clock_now_ns() - s->start_ns);
    const int64_t newest = (int64_t)(passed_ns * s->fps / 1e9) - 1;
    if (s->next < newest - (BUFFERS - 1))
        s->next = newest - (BUFFERS - 1);
    if (s->lose && s->next % s->lose == s->lose - 1)
        s->next++;
    const int64_t due_ns = time_of(s, s->next);
    if (due_ns > until_ns && due_ns > rim_clock_now_ns()) {
        rim_clock_sleep_until(until_ns);
        return RIM_ERR_TIMEOUT;
    }
    rim_clock_sleep_until(due_ns);
    shot->data = s->picture[(s->first + s->next) % s->pictures];
    shot->automatic = s->automatic > 0;
    shot->bytes = s->bytes;
    shot->driver_seq = (uint32_t)s->next;
    shot->captured_ns = due_ns;
    if (s->exposure_us)
        shot->exposure_us = s->exposure_us;
    if (s->gain)
        shot->gain = s->gain;
    shot->damaged = s->damage && s->next % s->damage == s->damage - 1;
    s->next++;
    s->delivered++;
    return RIM_OK;
}

static rim_err requeue(void *device, const rim_camera_shot *shot)
{
    (void)device;
    (void)shot;
    return RIM_OK;
}

const rim_camera_kind rim_camera_synth = {
    .open = open_synth, .close = close_synth, .dequeue = dequeue, .requeue = requeue};
