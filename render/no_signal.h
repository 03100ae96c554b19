// no_signal.h: the picture where there is none: what is wrong, and for how long.
//
// It shows no frame, no outline and no verdict, or the last picture in grey with its
// verdict hidden: nothing that could be taken for the present. One thread owns it;
// memory is taken at creation.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_NO_SIGNAL_H
#define RIM_RENDER_NO_SIGNAL_H

#include "base/err.h"
#include "base/frame.h"

typedef struct rim_no_signal rim_no_signal;

// height: of the pictures, px. RIM_ERR_ARG, RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_no_signal_create(rim_no_signal **out, int height);
void rim_no_signal_destroy(rim_no_signal **n);

// Fills *picture (BGRX8) with NO SIGNAL, the reason (a few words; "" for none) and
// the time since the last frame. age_ns below 0: there was none yet.
void rim_no_signal_draw(const rim_no_signal *n, rim_frame *picture, const char *why,
                        int64_t age_ns);

// *picture becomes the last one, grey and dim. Of the same size.
void rim_no_signal_grey(rim_frame *picture, const rim_frame *last);
// The same words over such a picture, on a band over its upper part, where verdict and
// time stood.
void rim_no_signal_draw_over(const rim_no_signal *n, rim_frame *picture,
                             const char *why, int64_t age_ns);

#endif
