// live_internal.h: what the files of the live run share.
//
//     live.c        creation, threads, the end
//     live_chain.c  capture, process
//     live_show.c   show, NO SIGNAL
//     live_files.c  report, recording and pictures, beside the way of a frame
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_LIVE_INTERNAL_H
#define RIM_APP_LIVE_INTERNAL_H

#include "app/live.h"
#include "app/session.h"
#include "base/queue.h"
#include "capture/pair.h"
#include "capture/pair_phase.h"
#include "render/no_signal.h"
#include "render/window.h"

#include <pthread.h>
#include <stdatomic.h>

enum { RIM_LIVE_SHOW_SLOTS = 1, RIM_LIVE_REPORT_SLOTS = 128, RIM_LIVE_FILE_SLOTS = 8 };

// A picture on its way to the display.
typedef struct rim_live_picture {
    rim_frame *picture;
    int64_t acquired_ns, unpacked_ns, processed_ns; // its captured_ns is the picture's
} rim_live_picture;

typedef struct rim_live rim_live;

typedef struct rim_live_camera {
    rim_live *live;
    rim_camera *camera; // its capture thread's
} rim_live_camera;

// A thread that writes, its queue and the frames that lie in it.
typedef struct rim_live_file {
    rim_live *live;
    rim_queue *queue; // NULL: not wanted
    rim_pool *nir, *visible;
    uint64_t no_frame; // no free frame: left out
    pthread_t thread;
    bool running;
} rim_live_file;

struct rim_live {
    rim_live_options *o;
    rim_live_stats *stats; // the show thread's, until all others have ended
    rim_source_info info;
    rim_live_camera nir, visible;
    rim_session *session;
    rim_pairing *pairing;
    rim_pool *nir_pool, *visible_pool, *picture_pool;
    rim_queue *shown;
    int64_t started_ns;
    atomic_bool stop;

    // The capture threads'; read by others.
    rim_phase phase;
    atomic_ullong unclear_light, no_frame;
    _Atomic int64_t heard_ns;    // when the last good NIR frame was handed on; 0: none
    _Atomic int64_t captured_ns; // its time stamp
    _Atomic int64_t interval_ns; // between NIR frames; 0: not known
    atomic_int state;            // rim_camera_state of the NIR camera

    // The process thread's.
    rim_result result;
    rim_err chain_error;
    uint64_t processed;
    int64_t noted_ns;
    char note[96];                  // the text on the picture
    _Atomic uint32_t age_tenths[4]; // p50, p95, p99, max of the presented, 0.1 ms

    // The show thread's.
    rim_window *window; // NULL: headless
    rim_queue *events;  // rim_event, to the process thread; NULL: headless
    bool wants_snapshot;
    rim_no_signal *no_signal;
    rim_frame blank;
    bool dark; // NO SIGNAL is shown
    uint64_t shown_seq;
    int64_t drawn_ns, aged_ns;

    rim_live_file report, record, pictures, snapshots;
    _Atomic(rim_err) file_error;
};

// Takes a buffer that the camera has by until_ns and hands it on; false: none came.
bool rim_live_capture(rim_live_camera *c, int64_t until_ns);
// One frame through the chain. RIM_OK, RIM_ERR_TIMEOUT, RIM_END.
rim_err rim_live_process(rim_live *l, int64_t until_ns);

RIM_NODISCARD rim_err rim_live_show_create(rim_live *l);
void rim_live_show_destroy(rim_live *l);
// Shows what comes by until_ns, or that nothing does.
void rim_live_show(rim_live *l, int64_t until_ns);

RIM_NODISCARD rim_err rim_live_files_create(rim_live *l, const rim_frame *nir,
                                            const rim_frame *visible,
                                            const rim_frame *picture);
void rim_live_files_destroy(rim_live *l);
RIM_NODISCARD rim_err rim_live_files_start(rim_live *l);
// What waits is written, without waiting for more: for --threads 0.
void rim_live_files_step(rim_live *l);
// What waits is written; then the threads end.
void rim_live_files_end(rim_live *l);
void rim_live_files_account(rim_live *l);
// Copies for the files. Never wait.
void rim_live_files_report(rim_live *l, const rim_result *result);
void rim_live_files_record(rim_live *l, const rim_frame *nir, const rim_frame *visible);
void rim_live_files_picture(rim_live *l, const rim_frame *picture);
// Into rimlight-NUMBER.png of the current folder.
void rim_live_files_snapshot(rim_live *l, const rim_frame *picture);

#endif
