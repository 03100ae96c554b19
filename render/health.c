// health.c: the health of source, calibration and machine: a small line while all is
// well, words below the verdict where it is not.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LOST_SHOWN_S = 3, CALIBRATION_OLD_DAYS = 30, TEXT_MAX = 96 };

#define REGISTER_POOR_PX 3.0   // more is said loudly
#define DELAY_LONG_MS    150.0 // what a hand begins to feel
#define RECORD_SHORT_MIN 10.0
#define RATE_LOW         0.8 // of the source's
#define LEAK_SHOWN       0.1

static bool between(double v, double low, double high)
{
    return v >= low && v <= high;
}

void rim_overlay_set_health(rim_overlay *o, const rim_health *health)
{
    o->has_health = health != NULL;
    if (health)
        o->health = *health;
}

static void note_lost(rim_overlay *o, const rim_result *r)
{
    if (r->t_ns < o->last_ns) // the recording was wound back
        o->lost = 0;
    o->last_ns = r->t_ns;
    if (r->quality.dropped) {
        o->lost += r->quality.dropped;
        o->lost_ns = r->t_ns;
    }
}

// Lines one below the other.
typedef struct list {
    rim_overlay *o;
    int y;
} list;

__attribute__((format(printf, 3, 4))) static void say(list *l, rim_color color,
                                                      const char *form, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, form);
    vsnprintf(text, sizeof text, form, args);
    va_end(args);
    rim_overlay *o = l->o;
    rim_rect r = rim_hud_line_box(o, o->small, text);
    const int x = rim_overlay_px(o, 14), y = l->y + rim_overlay_px(o, 6);
    r = (rim_rect){r.x0 + x, r.y0 + y, r.x1 + x, r.y1 + y};
    l->y = rim_hud_line(o, r, o->small, color, text).y1;
}

// Are the outlines where the lesions are, and how much of the light is not dye's?
static void say_fit(list *l, const rim_quality *q)
{
    char number[16];
    if (q->calibration.bumped) {
        rim_text_tenths(number, sizeof number, q->calibration.shift_px);
        say(l, rim_color_warn, "OUTLINES ARE OFF by %s px: was the scope bumped?",
            number);
    }
    const int percent = (int)(q->leakage * 100 + 0.5);
    if (q->leakage_from == RIM_LEAKAGE_SUBTRACTED)
        say(l, rim_color_quiet, "leaked light: %d %%, subtracted", percent);
    if (q->leakage_from == RIM_LEAKAGE_HIGHLIGHTS && q->leakage >= LEAK_SHOWN)
        say(l, rim_color_quiet, "leaked light: %d %% at highlights", percent);
}

static void say_picture(list *l, const rim_result *r)
{
    rim_overlay *o = l->o;
    if (o->options.has_visible && !o->visible)
        say(l, rim_color_warn, "NO WHITE LIGHT: NIR is shown");
    if (o->lost && r->t_ns - o->lost_ns < (int64_t)LOST_SHOWN_S * 1000000000)
        say(l, rim_color_warn, "frames lost: %llu", (unsigned long long)o->lost);
    say_fit(l, &r->quality);
    const double saturated = r->quality.saturated;
    if (between(saturated, 0.0005, 1)) {
        char percent[16];
        rim_text_tenths(percent, sizeof percent, saturated * 100);
        say(l, saturated >= 0.01 ? rim_color_warn : rim_color_quiet, "saturated: %s %%",
            percent);
    }
}

static void say_source(list *l, const rim_health *h)
{
    char number[16];
    if (h->automatic_gain)
        say(l, rim_color_warn, "AUTOMATIC GAIN: numbers do not compare");
    if (h->nominal_fps > 0 && between(h->fps, 0.1, RATE_LOW * h->nominal_fps))
        say(l, rim_color_warn, "slow: %d of %d frames a second", (int)(h->fps + 0.5),
            (int)(h->nominal_fps + 0.5));
    if (between(h->delay_p99_ms, DELAY_LONG_MS, 1e6))
        say(l, rim_color_warn, "delay: up to %d ms", (int)(h->delay_p99_ms + 0.5));
    if (h->wants_calibration && !h->calibrated)
        say(l, rim_color_warn, "not calibrated");
    if (h->calibrated && h->calibration_days > CALIBRATION_OLD_DAYS)
        say(l, rim_color_warn, "calibration is %d days old", h->calibration_days);
    if (h->registered && between(h->register_rms_px, REGISTER_POOR_PX, 1e6)) {
        rim_text_tenths(number, sizeof number, h->register_rms_px);
        say(l, rim_color_warn, "registration off by %s px", number);
    }
}

static void say_record(list *l, const rim_health *h)
{
    if (h->record == RIM_HEALTH_RECORD_FAILED)
        say(l, rim_color_warn, "NOT RECORDING: it failed");
    if (h->record != RIM_HEALTH_RECORDING)
        return;
    if (between(h->record_minutes, 0, RECORD_SHORT_MIN))
        say(l, rim_color_warn, "disk: room for %d min of recording",
            (int)h->record_minutes);
    if (h->record_lost)
        say(l, rim_color_warn, "missing in the recording: %llu frames",
            (unsigned long long)h->record_lost);
}

void rim_hud_plan_health(rim_overlay *o, const rim_result *r, int y)
{
    list l = {o, y};
    note_lost(o, r);
    say_picture(&l, r);
    if (!o->has_health)
        return;
    say_source(&l, &o->health);
    say_record(&l, &o->health);
}

__attribute__((format(printf, 2, 3))) static void add(char *out, const char *form, ...)
{
    const size_t used = strlen(out);
    va_list args;
    va_start(args, form);
    vsnprintf(out + used, TEXT_MAX * 2 - used, form, args);
    va_end(args);
}

void rim_health_word(char out[RIM_HEALTH_TEXT], const rim_health *h)
{
    char a[16];
    out[0] = '\0';
    if (h->source[0])
        add(out, "   %s", h->source);
    if (h->fps > 0) {
        rim_text_tenths(a, sizeof a, h->fps);
        add(out, "   %s fps", a);
    }
    if (h->delay_p50_ms > 0)
        add(out, "   delay %d, %d ms", (int)(h->delay_p50_ms + 0.5),
            (int)(h->delay_p99_ms + 0.5));
    if (h->calibrated && h->calibration_days >= 0)
        add(out, "   calibration %d d", h->calibration_days);
    else if (h->calibrated)
        add(out, "   calibrated");
    if (h->registered && between(h->register_rms_px, 1e-6, 1e6)) {
        rim_text_tenths(a, sizeof a, h->register_rms_px);
        add(out, ", %s px", a);
    }
    memmove(out, out + (out[0] ? 3 : 0), strlen(out) + 1 - (out[0] ? 3 : 0));
}

void rim_health_record_word(char out[RIM_HEALTH_TEXT], const rim_health *h)
{
    out[0] = '\0';
    if (h->record != RIM_HEALTH_RECORDING)
        return;
    add(out, "REC %d:%02d", h->record_s / 60, h->record_s % 60);
    if (h->record_name[0])
        add(out, "   %s", h->record_name);
    if (between(h->record_minutes, 0, 1e6))
        add(out, "   room for %d min", (int)h->record_minutes);
}
