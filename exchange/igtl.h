// igtl.h: frames and findings to 3D Slicer, PLUS and others, over OpenIGTLink.
//
// A server with a thread of its own. Each frame goes out as messages of one time stamp:
//
//     IMAGE RimlightNIR        grey, 16 bits, the frame as it came
//     IMAGE RimlightOverlay    RGB, 8 bits, the picture that is shown
//     POINT RimlightLesions    centres, and as radius the mean half axis
//     POINT RimlightResiduals  the same, radius of the circle of equal area
//
// Positions and spacings are mm; where the pixel pitch is not known a pixel counts as
// one, and the points are called RimlightLesionsPx and RimlightResidualsPx. Of the NIR
// frame pixel (x, y) lies at R = -x * pitch, A = -y * pitch, S = 0 (so in LPS at
// +x, +y): Slicer's axial view shows it as the screen does.
//
// Newest wins: a client that takes longer than a frame gets the newest when it has
// taken the last, whole; what it missed is counted. One that takes nothing for
// RIM_IGTL_PATIENCE_NS is let go. What clients send is read and dropped.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_IGTL_H
#define RIM_EXCHANGE_IGTL_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"

#include <stdbool.h>

#define RIM_IGTL_CLIENTS_MAX 8
#define RIM_IGTL_PATIENCE_NS (10 * INT64_C(1000000000))

// Where a picture lies on the NIR frame's plane, mm.
typedef struct rim_igtl_plane {
    int width, height;
    double pitch_x, pitch_y; // mm a pixel
    double x, y;             // of the top left pixel's centre
} rim_igtl_plane;

typedef struct rim_igtl_options {
    const char *bind;   // address or name of this machine; NULL: 127.0.0.1
    int port;           // 1..65535; 0: one that is free
    rim_igtl_plane nir; // x = y = 0
    rim_igtl_plane picture;
    bool in_mm;          // the pixel pitch is known; else pitches are 1
    int64_t epoch_ns;    // UTC, ns since 1970, of captured_ns 0
    int64_t patience_ns; // 0: RIM_IGTL_PATIENCE_NS
} rim_igtl_options;

typedef struct rim_igtl_stats {
    uint64_t published; // frames given to rim_igtl_publish() while clients were there
    uint64_t sent, skipped; // frames, of all clients taken together
    int clients;            // connected now
    uint64_t connected;     // in all
} rim_igtl_stats;

typedef struct rim_igtl rim_igtl;

// False where this build is without OpenIGTLink.
bool rim_igtl_available(void);

// Takes the port and starts the thread. All memory of publishing is taken here.
// RIM_ERR_BUSY: another program has the port; RIM_ERR_ARG: not an address of this
// machine; RIM_ERR_UNSUPPORTED: this build is without the library; RIM_ERR_IO,
// RIM_ERR_MEMORY. Logged with option and mend.
RIM_NODISCARD rim_err rim_igtl_create(rim_igtl **out, const rim_igtl_options *options);
// What each client is being sent is finished first, for half a second at most.
void rim_igtl_destroy(rim_igtl **s);

// The port that was taken.
int rim_igtl_port(const rim_igtl *s);

// Is any client connected? Who would draw only for them need not, else.
bool rim_igtl_is_heard(const rim_igtl *s);
// One frame: nir GRAY16 and picture BGRX8 of the stated sizes. Copied; never waits, and
// does nothing while no client is connected. One thread at a time.
void rim_igtl_publish(rim_igtl *s, const rim_frame *nir, const rim_frame *picture,
                      const rim_result *result);

rim_igtl_stats rim_igtl_get_stats(rim_igtl *s);

#endif
