// camera_v4l2_controls.c: exposure, gain and the other controls of a camera.
// SPDX-License-Identifier: MIT
#include "capture/camera_v4l2.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What changes the picture by itself, and the value that stops it. `second` where
// a camera refuses the first: exposure's "shutter priority" leaves the iris alone
// on cameras that have none.
static const struct {
    uint32_t id;
    int value, second;
    bool brightens; // while it is on, counts follow the scene
} automatic[] = {
    {V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL, V4L2_EXPOSURE_SHUTTER_PRIORITY,
     true},
    {V4L2_CID_EXPOSURE_AUTO_PRIORITY, 0, 0, false}, // it would slow the frames down
    {V4L2_CID_AUTOGAIN, 0, 0, true},
    {V4L2_CID_ISO_SENSITIVITY_AUTO, V4L2_ISO_SENSITIVITY_MANUAL, 0, true},
    {V4L2_CID_AUTO_WHITE_BALANCE, 0, 0, false},
    {V4L2_CID_AUTO_N_PRESET_WHITE_BALANCE, V4L2_WHITE_BALANCE_MANUAL, 0, false},
    {V4L2_CID_AUTOBRIGHTNESS, 0, 0, true},
    {V4L2_CID_WIDE_DYNAMIC_RANGE, 0, 0, true},
    {V4L2_CID_BACKLIGHT_COMPENSATION, 0, 0, false},
    {V4L2_CID_HUE_AUTO, 0, 0, false},
    {V4L2_CID_CHROMA_AGC, 0, 0, false},
};

// A change of these by another program changes every number.
static const uint32_t watched[] = {
    V4L2_CID_EXPOSURE_AUTO,     V4L2_CID_AUTOGAIN,     V4L2_CID_AUTO_WHITE_BALANCE,
    V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CID_EXPOSURE,     V4L2_CID_GAIN,
    V4L2_CID_ANALOGUE_GAIN,     V4L2_CID_DIGITAL_GAIN, V4L2_CID_BRIGHTNESS,
    V4L2_CID_CONTRAST,          V4L2_CID_GAMMA,        V4L2_CID_BLACK_LEVEL,
};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

// As v4l2-ctl does: "Exposure Time, Absolute" is exposure_time_absolute.
static void plain_name(char *out, size_t size, const char *name)
{
    size_t n = 0;
    bool gap = false;
    for (; *name && n + 2 < size; name++) {
        if (!isalnum((unsigned char)*name)) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = '_';
        gap = false;
        out[n++] = (char)tolower((unsigned char)*name);
    }
    out[n] = '\0';
}

static bool query(const rim_v4l2 *v, uint32_t id, struct v4l2_queryctrl *q)
{
    memset(q, 0, sizeof *q);
    q->id = id;
    return rim_v4l2_ioctl(v->fd, VIDIOC_QUERYCTRL, q) == 0;
}

static int set(const rim_v4l2 *v, uint32_t id, int value)
{
    struct v4l2_control c = {.id = id, .value = value};
    return rim_v4l2_ioctl(v->fd, VIDIOC_S_CTRL, &c);
}

static bool get(const rim_v4l2 *v, uint32_t id, int *value)
{
    struct v4l2_control c = {.id = id};
    if (rim_v4l2_ioctl(v->fd, VIDIOC_G_CTRL, &c))
        return false;
    *value = c.value;
    return true;
}

void rim_v4l2_manual(const rim_v4l2 *v, char *note, size_t size)
{
    for (int i = 0; i < COUNT(automatic); i++) {
        struct v4l2_queryctrl q;
        if (!query(v, automatic[i].id, &q) || q.flags & V4L2_CTRL_FLAG_DISABLED)
            continue;
        int now = 0;
        const bool known = get(v, q.id, &now);
        if (known && now == automatic[i].value)
            continue;
        if (set(v, q.id, automatic[i].value) == 0 ||
            (automatic[i].second && set(v, q.id, automatic[i].second) == 0))
            continue;
        char name[48];
        plain_name(name, sizeof name, (const char *)q.name);
        const size_t used = strlen(note);
        (void)snprintf(note + used, size - used, "%s%s stays on", used ? ", " : "",
                       name);
    }
}

// Whole numbers; true, on and the names of menu entries too.
static bool parse_value(const rim_v4l2 *v, const struct v4l2_queryctrl *q,
                        const char *text, int *value)
{
    char *end = NULL;
    errno = 0;
    const long number = strtol(text, &end, 0);
    if (*text && !*end && !errno && number >= INT32_MIN && number <= INT32_MAX) {
        *value = (int)number;
        return true;
    }
    if (q->type == V4L2_CTRL_TYPE_BOOLEAN) {
        *value = strcmp(text, "true") == 0 || strcmp(text, "on") == 0;
        return *value || strcmp(text, "false") == 0 || strcmp(text, "off") == 0;
    }
    for (int i = q->minimum; q->type == V4L2_CTRL_TYPE_MENU && i <= q->maximum; i++) {
        struct v4l2_querymenu m = {.id = q->id, .index = (uint32_t)i};
        char want[48], have[48];
        plain_name(want, sizeof want, text);
        if (rim_v4l2_ioctl(v->fd, VIDIOC_QUERYMENU, &m))
            continue;
        plain_name(have, sizeof have, (const char *)m.name);
        if (strcmp(want, have) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

static bool find(const rim_v4l2 *v, const char *name, struct v4l2_queryctrl *q)
{
    char want[48], have[48];
    plain_name(want, sizeof want, name);
    for (uint32_t id = V4L2_CTRL_FLAG_NEXT_CTRL; query(v, id, q);
         id = q->id | V4L2_CTRL_FLAG_NEXT_CTRL) {
        plain_name(have, sizeof have, (const char *)q->name);
        if (strcmp(want, have) == 0)
            return true;
    }
    return false;
}

rim_err rim_v4l2_set_control(const rim_v4l2 *v, const char *setting, char *why,
                             size_t size)
{
    char name[48];
    const char *equals = strchr(setting, '=');
    if (!equals || equals == setting || equals - setting >= (int)sizeof name) {
        (void)snprintf(why, size, "--control %s: write it as NAME=VALUE", setting);
        return RIM_ERR_ARG;
    }
    memcpy(name, setting, (size_t)(equals - setting));
    name[equals - setting] = '\0';
    struct v4l2_queryctrl q;
    int value = 0;
    if (!find(v, name, &q)) {
        (void)snprintf(why, size,
                       "%s: no control %s; `rimlight devices` lists what it has",
                       v->path, name);
        return RIM_ERR_ARG;
    }
    const bool button = q.type == V4L2_CTRL_TYPE_BUTTON; // any value presses it
    if (!parse_value(v, &q, equals + 1, &value) ||
        (!button && (value < q.minimum || value > q.maximum))) {
        (void)snprintf(why, size, "%s: --control %s: the value goes from %d to %d",
                       v->path, setting, q.minimum, q.maximum);
        return RIM_ERR_ARG;
    }
    if (set(v, q.id, value)) {
        (void)rim_v4l2_explain(why, size, v->path, setting, errno);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

// Could not be switched off, or was switched on by somebody.
static bool is_automatic(const rim_v4l2 *v)
{
    struct v4l2_queryctrl q;
    for (int i = 0; i < COUNT(automatic); i++) {
        int now = 0;
        if (automatic[i].brightens && query(v, automatic[i].id, &q) &&
            !(q.flags & V4L2_CTRL_FLAG_DISABLED) && get(v, q.id, &now) &&
            now != automatic[i].value &&
            (automatic[i].second == 0 || now != automatic[i].second))
            return true;
    }
    return false;
}

// EXPOSURE_ABSOLUTE counts in 100 us; EXPOSURE has no unit and is left out.
void rim_v4l2_read_settings(rim_v4l2 *v)
{
    static const uint32_t gains[] = {V4L2_CID_GAIN, V4L2_CID_ANALOGUE_GAIN};
    int value;
    v->exposure_us =
        get(v, V4L2_CID_EXPOSURE_ABSOLUTE, &value) ? 100.0 * value : (double)NAN;
    v->automatic = is_automatic(v);
    v->gain = (double)NAN;
    for (int i = 0; i < COUNT(gains) && isnan(v->gain); i++)
        if (get(v, gains[i], &value))
            v->gain = value;
}

void rim_v4l2_watch_controls(const rim_v4l2 *v)
{
    for (int i = 0; i < COUNT(watched); i++) {
        struct v4l2_event_subscription s = {.type = V4L2_EVENT_CTRL, .id = watched[i]};
        // Refused for controls that it does not have: nothing to watch then.
        (void)rim_v4l2_ioctl(v->fd, VIDIOC_SUBSCRIBE_EVENT, &s);
    }
}

void rim_v4l2_control_changed(rim_v4l2 *v, const struct v4l2_event *event)
{
    struct v4l2_queryctrl q;
    if (!(event->u.ctrl.changes & V4L2_EVENT_CTRL_CH_VALUE) || !query(v, event->id, &q))
        return;
    char name[48];
    rim_v4l2_read_settings(v);
    plain_name(name, sizeof name, (const char *)q.name);
    (void)snprintf(v->notice, sizeof v->notice,
                   "another program set %s to %d: numbers before and after do not "
                   "compare",
                   name, event->u.ctrl.value);
}

static void describe(const rim_v4l2 *v, const struct v4l2_queryctrl *q,
                     rim_camera_control *c)
{
    int value = 0;
    plain_name(c->name, sizeof c->name, (const char *)q->name);
    struct v4l2_querymenu m = {.id = q->id};
    if (!get(v, q->id, &value)) {
        (void)snprintf(c->value, sizeof c->value, "?");
    } else {
        m.index = (uint32_t)value;
        const bool named = q->type == V4L2_CTRL_TYPE_MENU &&
                           rim_v4l2_ioctl(v->fd, VIDIOC_QUERYMENU, &m) == 0;
        (void)snprintf(c->value, sizeof c->value, named ? "%d (%.32s)" : "%d", value,
                       (const char *)m.name);
    }
    const char *state = q->flags & V4L2_CTRL_FLAG_READ_ONLY  ? ", cannot be set"
                        : q->flags & V4L2_CTRL_FLAG_INACTIVE ? ", not in effect now"
                                                             : "";
    if (q->step > 1)
        (void)snprintf(c->range, sizeof c->range, "%d..%d in steps of %d, %d usual%s",
                       q->minimum, q->maximum, q->step, q->default_value, state);
    else
        (void)snprintf(c->range, sizeof c->range, "%d..%d, %d usual%s", q->minimum,
                       q->maximum, q->default_value, state);
}

int rim_v4l2_controls(const rim_v4l2 *v, rim_camera_control **out)
{
    enum { MAX = 256 };
    struct v4l2_queryctrl q;
    int n = 0;
    *out = calloc(MAX, sizeof **out);
    for (uint32_t id = V4L2_CTRL_FLAG_NEXT_CTRL; *out && n < MAX && query(v, id, &q);
         id = q.id | V4L2_CTRL_FLAG_NEXT_CTRL)
        switch (q.type) {
        case V4L2_CTRL_TYPE_INTEGER:
        case V4L2_CTRL_TYPE_BOOLEAN:
        case V4L2_CTRL_TYPE_MENU:
        case V4L2_CTRL_TYPE_INTEGER_MENU:
            if (!(q.flags & V4L2_CTRL_FLAG_DISABLED))
                describe(v, &q, &(*out)[n++]);
            break;
        default: // headings, buttons, strings, 64-bit and compound ones
            break;
        }
    return n;
}
