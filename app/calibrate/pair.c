// pair.c: pictures of both cameras that belong together.
//
// As in live (capture/pair.h) the two frames of a pair lie within half a frame interval
// of the slower camera. Here one thread takes from both: whichever is behind is moved on.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "base/clock.h"
#include "base/log.h"

// Two cameras of which no frames meet for so long are given up.
static const int64_t APART_NS = 5 * RIM_NS_PER_S;

static int64_t skew_of(const rim_cal_pair *p)
{
    const int64_t d = p->visible->captured_ns - p->nir->captured_ns;
    return d < 0 ? -d : d;
}

static int64_t allowed_ns(const rim_cal_input *nir, const rim_cal_input *visible)
{
    const int64_t a = rim_cal_input_interval_ns(nir),
                  b = rim_cal_input_interval_ns(visible);
    const int64_t slower = a > b ? a : b;
    return slower > 0 ? slower / 2 : RIM_NS_PER_S / 60;
}

// The next visible picture by itself.
static rim_err next_visible(rim_cal_pair *p, rim_cal_input *visible)
{
    rim_frame *unused;
    return rim_cal_input_next(visible, &p->visible, &unused, NULL);
}

static rim_err meet(rim_cal_pair *p, rim_cal_input *nir, rim_cal_input *visible)
{
    const int64_t until_ns = rim_clock_now_ns() + APART_NS;
    rim_err err = next_visible(p, visible);
    while (err == RIM_OK && skew_of(p) > allowed_ns(nir, visible)) {
        if (rim_clock_now_ns() > until_ns) {
            rim_log_error("the two cameras give no frames of one moment: the nearest "
                          "are %lld ms apart; is one of them much slower, or its time "
                          "stamps wrong?",
                          (long long)(skew_of(p) / RIM_NS_PER_MS));
            return RIM_ERR_IO;
        }
        rim_frame *unused;
        err = p->nir->captured_ns < p->visible->captured_ns
                  ? rim_cal_input_next(nir, &p->nir, &unused, &p->name)
                  : next_visible(p, visible);
    }
    if (err == RIM_OK)
        p->skew_ns = skew_of(p);
    return err;
}

rim_err rim_cal_pair_next(rim_cal_pair *p, rim_cal_input *nir, rim_cal_input *visible)
{
    *p = (rim_cal_pair){0};
    rim_err err = rim_cal_input_next(nir, &p->nir, &p->visible, &p->name);
    if (err != RIM_OK || !visible)
        return err;
    if (rim_cal_input_shape(nir)->live && rim_cal_input_shape(visible)->live)
        return meet(p, nir, visible);
    err = next_visible(p, visible);
    if (err == RIM_END)
        rim_log_warning("%s and what follows it have no visible picture", p->name);
    return err;
}
