// session.h: one run of the chain: raw frames in; report, picture and files out.
//
//     nir, visible --> pipeline --> report
//                         |
//                         +-------> overlay --> picture --> files
//
// replay and live both drive it. All memory is taken in rim_session_create(), all
// files are opened there, so that what cannot be written is found before the first
// frame. One thread owns a session; but the chain (rim_session_process() and
// rim_session_draw()), the report, the pictures and the recording may each be run by
// a thread of its own.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_SESSION_H
#define RIM_APP_SESSION_H

#include "app/run_options.h"
#include "app/window/screen.h"

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "calib/calib.h"
#include "capture/source.h"
#include "media/recorder.h"
#include "process/pipeline.h"
#include "render/window.h"
#include "report/report.h"

typedef struct rim_session rim_session;

// info: of the frames to come. *o and what *info points to must outlive the session.
// Of the pixel pitches that are known --mm-per-px counts, then the calibration's, then
// the recording's. What is wrong has been logged: a calibration that does not fit, an
// output that cannot be written, a surface outside the frame.
RIM_NODISCARD rim_err rim_session_create(rim_session **out, const rim_run_options *o,
                                         const rim_source_info *info);

// What was given at creation, with what options and calibration overrule.
const rim_source_info *rim_session_info(const rim_session *s);

// The picture's shape: the visible frame's, else the NIR frame's. For
// rim_frame_init() and rim_pool_create().
void rim_session_picture_shape(const rim_session *s, rim_frame *shape);

// mm on the tissue a pixel of the picture, in its middle. NAN: not known, or not the same
// in both directions.
double rim_session_picture_pitch(const rim_session *s);

// Does a file want the picture: --overlay or --snapshots?
bool rim_session_draws(const rim_session *s);

// Is a report wanted?
bool rim_session_reports(const rim_session *s);

// One frame: processed, reported, and drawn into *picture where that is not NULL.
// visible is NULL where this frame has none, and may be *picture where
// rim_session_in_place() says so. Frames overlap: the picture is made while the next frame
// is processed, and is done when rim_session_run() or rim_session_finish() returns the
// next time; picture, nir and visible must stay until then. Allocates nothing.
// RIM_ERR_IO, logged: the report cannot be written any more; what it holds stays readable.
RIM_NODISCARD rim_err rim_session_run(rim_session *s, rim_result *result,
                                      rim_frame *picture, const rim_frame *nir,
                                      const rim_frame *visible);
// The last picture is done.
void rim_session_finish(rim_session *s);

// The surface that a recording tells was drawn before the frame that comes next; NULL:
// no news. Nothing where --cut-surface was given.
RIM_NODISCARD rim_err rim_session_mark(rim_session *s, const rim_surface_mark *mark);

// The steps of rim_session_run(), without overlap. Drawing follows processing, before the
// next frame. What rim_screen_begin() began is done when processing returns.
RIM_NODISCARD rim_err rim_session_process(rim_session *s, rim_result *result,
                                          const rim_frame *nir,
                                          const rim_frame *visible);
void rim_session_draw(rim_session *s, rim_frame *picture, const rim_frame *nir,
                      const rim_frame *visible, const rim_result *result);
// May the picture be the visible frame itself, painted over where it lies?
bool rim_session_in_place(const rim_session *s);
// What the chain knows of the frame that it did last, for the screen.
rim_shown rim_session_shown(const rim_session *s, const rim_frame *nir,
                            const rim_frame *visible, const rim_result *result);
// Any frame, with what is known of it, as rim_session_draw().
void rim_session_draw_shown(rim_session *s, rim_frame *picture, const rim_shown *shown);
// A pipeline like the session's, that has seen nothing; the caller destroys it.
RIM_NODISCARD rim_err rim_session_make_pipeline(const rim_session *s,
                                                rim_pipeline **out);
// A line at the picture's lower edge from the next frame on; see overlay.h.
void rim_session_note(rim_session *s, const char *note);

// The window's picture, beside the one for files. From here on, rim_session_draw() is
// for files alone.
RIM_NODISCARD rim_err rim_session_open_screen(rim_session *s);
rim_screen *rim_session_screen(rim_session *s); // NULL: there is none
// A key, click or size for the screen, from the next frame on. False: it is none of
// these. Files follow the view. For the thread that draws.
bool rim_session_apply(rim_session *s, const rim_event *event);
// The surface to watch from the next frame on, in NIR pixels (at most RIM_SKETCH_MAX);
// count 0: none. What cannot be watched is logged. rim_session_record() records it with
// the next frame.
void rim_session_mark_surface(rim_session *s, const rim_point *corner, int count);
// A surface that was finished with the mouse since the last call: the chain watches it
// from the next frame on. *mark (frame 0; count 0: none is watched any more) is valid
// until the next event. False: there is none.
bool rim_session_take_mark(rim_session *s, rim_surface_mark *mark);
// What source, calibration and machine are like; copied.
void rim_session_set_health(rim_session *s, const rim_health *health);
// What is known of them from the start: source, calibration, registration.
void rim_session_known_health(const rim_session *s, rim_health *health);
const rim_calib *rim_session_calib(const rim_session *s); // NULL: none
// The picture's colour scale, as it is now; for the thread that draws.
rim_report_scale rim_session_scale(const rim_session *s);
// scale: of the frame's picture.
RIM_NODISCARD rim_err rim_session_report(rim_session *s, const rim_result *result,
                                         const rim_report_scale *scale);

// The picture that was drawn into the files that want it.
RIM_NODISCARD rim_err rim_session_write_picture(rim_session *s,
                                                const rim_frame *picture);

// The frame into --record, if that was asked for; mark: as for rim_session_mark().
RIM_NODISCARD rim_err rim_session_record(rim_session *s, const rim_frame *nir,
                                         const rim_frame *visible,
                                         const rim_surface_mark *mark);

// The recorder of --record, for one who writes more to it than pairs, and closes it; the
// session has none from then on. NULL: there is none.
rim_recorder *rim_session_take_recorder(rim_session *s);

// Is the picture to be served: --igtl? Is anybody there now?
bool rim_session_serves(const rim_session *s);
bool rim_session_is_heard(const rim_session *s);
// A frame and its picture to those who are connected. Copies, where anybody is; never
// waits. For one thread, of its own if need be.
void rim_session_serve(rim_session *s, const rim_frame *nir, const rim_frame *picture,
                       const rim_result *result);

// Ends all files properly and frees everything; *s may be NULL. The first error met
// here is returned, all are logged.
RIM_NODISCARD rim_err rim_session_close(rim_session **s);

#endif
