// internal.h: what the files of the live run share.
//
//     live.c      creation, threads, the end
//     chain.c     capture, process
//     show.c      show, NO SIGNAL
//     files.c     report and pictures, beside the way of a frame
//     take.c      the recording's thread; it begins and ends by hand, too
//     record.c    its frames, from the cameras on
//     snapshot.c  frames kept by hand
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_LIVE_INTERNAL_H
#define RIM_APP_LIVE_INTERNAL_H

#include "app/live/live.h"
#include "app/session.h"
#include "app/window/picture.h"
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
    rim_pool *pool;
    uint64_t no_frame; // no free frame: left out
    pthread_t thread;
    bool running;
} rim_live_file;

// When pictures were given to the display, from the show thread to the report's.
typedef struct rim_live_presented {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct {
        uint64_t seq;
        int64_t age_ns; // -1: it is not shown
        bool known;
    } frame[2 * RIM_LIVE_REPORT_SLOTS]; // at seq % their number
} rim_live_presented;

// A frame on its way to the recording.
typedef struct rim_live_recorded {
    rim_frame *frame; // NULL: not wanted, or no room
    bool visible;
    unsigned take;    // that it is for; 0: none
    size_t bytes;     // of the camera's buffer, in frame->data; 0: frame has pixels
    uint64_t offered; // running number of what was to be recorded, for its camera
    double exposure_us, gain; // NAN: not known
    const char *light;        // NULL: not known
} rim_live_recorded;

typedef enum rim_take_state {
    RIM_TAKE_NONE = 0,
    RIM_TAKE_OPENING, // its file is being made
    RIM_TAKE_ON,
    RIM_TAKE_ENDING, // what waits is being written
    RIM_TAKE_FAILED,
} rim_take_state;

enum { RIM_TAKE_NAME = 64 };

// The recording: fed by the capture threads, written by a thread of its own. It may end
// and begin anew: each time is a take, of one file.
typedef struct rim_live_record {
    bool able;        // to record, now or by hand later: there is a thread for it
    atomic_uint take; // number of the present one, 0: none
    rim_queue *marks; // surfaces that were drawn
    rim_frame nir_shape, visible_shape; // visible_shape.width 0: none
    // Frames that wait, oldest first; a ring under `lock`.
    pthread_mutex_t lock;
    pthread_cond_t changed;
    rim_live_recorded *slot;
    int slots, first, count;
    unsigned accepted; // frames of this take are
    bool closed;
    rim_take_state asked;     // ON, ENDING; NONE: nothing
    char name[RIM_TAKE_NAME]; // of the present or last take, for people
    rim_pool *nir, *visible;  // made for the first take
    pthread_t thread;
    bool running;
    // Each its capture thread's: NIR, visible.
    unsigned offered_take[2];
    uint64_t offered[2];
    // The recording thread's.
    rim_recorder *recorder;   // NULL: no take
    char made[RIM_TAKE_NAME]; // path of a take that began by hand
    const char *path;
    unsigned takes;
    rim_live_recorded held; // a NIR frame of which it is not known yet whether the
                            // chain takes it
    uint64_t last_offered[2], last_seq[2];
    bool has_last[2];
    bool by_hand, has_base, ending, failed;
    uint64_t seq_base; // what NIR frames are numbered from
    int64_t base_ns;   // and timed from
    // Two: [0] was taken from `marks` for a frame yet to come, [1] is being written.
    struct rim_drawn_mark *drawn;
    bool has_drawn;
    int64_t looked_ns;
    // The process thread's.
    unsigned marked_take;  // the surface of this take was told
    rim_take_state told;   // on the screen
    int64_t sure_until_ns; // asked by then again, it ends
    // For all to read.
    atomic_int state;                 // rim_take_state
    _Atomic int64_t started_ns;       // of the take
    _Atomic uint64_t left_out;        // frames, of all takes
    _Atomic uint64_t left_out_before; // the present one
    _Atomic int64_t minutes_tenths;   // that the disk has room for; -1: not known
} rim_live_record;

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
    atomic_bool automatic;       // it changes exposure or gain by itself

    // The process thread's.
    rim_result result;
    rim_err chain_error;
    uint64_t processed;
    int64_t noted_ns;
    char note[96];                     // the text on the picture
    bool wants_snapshot;               // of the next frame
    rim_frame *whole;                  // the picture for files, beside the window's
    int64_t health_ns;                 // when health was told last
    uint64_t health_processed;         // frames by then
    double health_fps;                 // up to then
    _Atomic uint32_t age_tenths[4];    // p50, p95, p99, max of the presented, 0.1 ms
    _Atomic uint32_t recent_tenths[2]; // p50, p99 of those of the last seconds

    // The show thread's.
    rim_window *window;    // NULL: headless
    rim_queue *events;     // rim_event, to the process thread; NULL: headless
    rim_frame most;        // shape that has room for any picture of the window
    rim_pool *screen_pool; // such pictures; NULL: headless
    rim_frame *last;       // the one that is shown
    rim_frame stale;       // it, greyed
    rim_no_signal *window_no_signal; // for the height of `stale`
    int window_width, window_height, no_signal_height, stale_height;
    rim_no_signal *no_signal;
    rim_frame blank; // for files
    bool dark;       // NO SIGNAL is shown
    bool display_lost;
    uint64_t shown_seq;
    int64_t drawn_ns, aged_ns;
    rim_ages recent;   // of the last seconds
    int64_t recent_ns; // since then

    rim_live_presented presented;
    rim_live_file report, pictures;
    rim_live_record record;
    struct rim_live_snapshots *kept; // NULL: headless
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

RIM_NODISCARD rim_err rim_live_files_create(rim_live *l, const rim_frame *picture);
void rim_live_files_destroy(rim_live *l);
RIM_NODISCARD rim_err rim_live_files_start(rim_live *l);
// What waits is written, without waiting for more: for --threads 0.
void rim_live_files_step(rim_live *l);
// What waits is written; then the threads end.
void rim_live_files_end(rim_live *l);
void rim_live_files_account(rim_live *l);
// A picture was given to the display, so old; -1: it will not be.
void rim_live_files_presented(rim_live *l, uint64_t seq, int64_t age_ns);
// Copies for the files. Never wait.
void rim_live_files_report(rim_live *l, const rim_result *result);
void rim_live_files_picture(rim_live *l, const rim_frame *picture);

// Snapshots, written by a thread of their own.
RIM_NODISCARD rim_err rim_live_snapshots_create(rim_live *l);
RIM_NODISCARD rim_err rim_live_snapshots_start(rim_live *l);
void rim_live_snapshots_step(rim_live *l);
void rim_live_snapshots_end(rim_live *l);
void rim_live_snapshots_destroy(rim_live *l);
// Copies what a snapshot keeps of the frame at hand. Never waits; what cannot be kept is
// told on the screen.
void rim_live_snapshot(rim_live *l, const rim_frame *nir, const rim_frame *visible);

// The show goes on without the file; the user has been told, and is at the end.
void rim_live_keep_error(rim_live *l, rim_err err);
// Disks have no deadline: --realtime is not for the threads that write.
void rim_live_leave_realtime(void);

// How the visible camera's frames are recorded, before the session opens the recorder.
void rim_live_record_form(rim_live *l);
RIM_NODISCARD rim_err rim_live_record_create(rim_live *l, const rim_frame *nir,
                                             const rim_frame *visible);
void rim_live_record_destroy(rim_live *l);
void rim_live_record_account(rim_live *l);
// The take that a frame is for which a capture thread has now; 0: none.
unsigned rim_live_record_take(const rim_live *l);
// By the capture threads, never waiting. Bytes of the camera's buffer where the form is
// such: before the buffer is released.
void rim_live_record_bytes(rim_live *l, rim_live_recorded *r,
                           const rim_camera_shot *shot, bool nir);
// A copy of the frame, before it is put into the pairing.
void rim_live_record_copy(rim_live *l, rim_live_recorded *r, const rim_frame *frame,
                          bool nir);
// After the frame was put into the pairing, which then knows what becomes of it.
void rim_live_record_push(rim_live *l, const rim_live_recorded *r);
// By the process thread: a surface drawn after frame `after`; count 0: none is watched.
void rim_live_record_mark(rim_live *l, uint64_t after, const rim_surface_mark *mark);
// For a new take, by the recording thread.
rim_err rim_live_record_pools(rim_live *l);
void rim_live_record_reset(rim_live *l);
// No more frames are taken; those that wait are written yet.
void rim_live_record_stop(rim_live *l);
// Writes the frame that is held, or the next. RIM_ERR_TIMEOUT: there is none, or it is
// not decided yet what becomes of it; RIM_END: no more come. A failure is logged, and
// stops the take.
rim_err rim_live_record_next(rim_live *l, bool wait);

// The take of --record, if there is one: its recorder is the session's no more.
RIM_NODISCARD rim_err rim_live_take_given(rim_live *l);
// Starts the recording thread.
RIM_NODISCARD rim_err rim_live_take_start(rim_live *l);
// What was asked for is done, what waits and is decided is written, without waiting: for
// --threads 0.
void rim_live_take_step(rim_live *l);
// All is written; then the thread ends. After the pairing was closed.
void rim_live_take_finish(rim_live *l);
// Ends the take, if there is one, without a thread.
void rim_live_take_end(rim_live *l);
// Begins a take, or ends it when asked a second time within a moment; by the process
// thread, as the next two. What becomes of it is told on the screen.
void rim_live_take_key(rim_live *l);
// After each frame: tells what has changed on the screen, and the recording which surface
// is watched as it begins. True: something has changed.
bool rim_live_take_tell(rim_live *l);
void rim_live_take_health(rim_live *l, rim_health *health);

#endif
