// session.c: puts the chain together as the options say, and runs it.
// SPDX-License-Identifier: MIT
#include "app/session.h"

#include "app/camera_facts.h"
#include "app/record_setup.h"
#include "app/serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "calib/calib.h"
#include "calib/live_check.h"
#include "media/picture_sink.h"
#include "media/recorder.h"
#include "process/pipeline.h"
#include "render/overlay.h"
#include "report/line.h"
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct rim_session {
    const rim_run_options *options;
    rim_source_info info; // with what options overrule
    rim_calib *calib;     // NULL: none
    rim_calib_state calib_state;
    rim_live_check *check; // of the registration, NULL: none
    bool bumped;           // has been said
    rim_pipeline *pipeline;
    rim_overlay *overlay;
    rim_workers *workers; // of pipeline, overlay and screen
    rim_overlay_options overlay_options;
    rim_screen *screen; // NULL: there is no window
    bool is_drawn;      // a surface, since the last frame that was recorded
    int drawn_count;
    rim_point drawn[RIM_SKETCH_MAX];
    rim_report_writer *report;   // NULL: not wanted
    rim_picture_sink *pictures;  // of --overlay, NULL: not wanted
    rim_picture_sink *snapshots; // NULL: not wanted
    rim_recorder *recorder;      // NULL: not wanted
    rim_igtl *igtl;              // NULL: not wanted
    double nir_to_picture[9];    // all zero: scaled to the size
    int64_t next_snapshot_ns;
    rim_surface_marks *given_marks; // of --cut-surface, else NULL
    int marks_done;                 // of info.mark
};

static double first_known(double a, double b, double c)
{
    if (a > 0)
        return a;
    return b > 0 ? b : c;
}

// Now, or the moment that the environment asks for, so that a report can be made again
// to the byte (reproducible-builds.org/specs/source-date-epoch).
static int64_t today_s(void)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH"); // NOLINT(concurrency-mt-unsafe)
    return fixed ? strtoll(fixed, NULL, 10) : (int64_t)time(NULL);
}

static rim_err create_check(rim_session *s)
{
    const rim_live_check_options o = {
        .nir_width = s->info.width,
        .nir_height = s->info.height,
        .bits = s->info.bits,
        .black_level = s->info.black_level,
        .visible_width = s->info.visible_width,
        .visible_height = s->info.visible_height,
    };
    return rim_live_check_create(&s->check, s->calib, &o);
}

static rim_err load_calibration(rim_session *s)
{
    rim_source_info *info = &s->info;
    if (s->options->calibration)
        info->calibration = s->options->calibration;
    if (!info->calibration)
        return RIM_OK;
    rim_err err = rim_calib_load(&s->calib, info->calibration);
    if (!err)
        err = rim_calib_fits(s->calib, info->width, info->height, info->bits);
    if (!err)
        err = rim_camera_facts_fit(&info->camera, s->calib);
    if (!err)
        err = rim_calib_subtract_leakage(s->calib, info->black_level);
    if (err)
        return err;
    const rim_calib *c = s->calib;
    s->calib_state = (rim_calib_state){
        .used = true,
        .age_days = rim_calib_age_days(c, today_s()),
        .registration_px = c->has_register ? c->register_rms_px : (double)NAN,
        .shift_px = (double)NAN,
    };
    return c->has_register && info->visible_width > 0 ? create_check(s) : RIM_OK;
}

static rim_err load_marks(rim_session *s)
{
    const char *path = s->options->cut_surface;
    if (!path)
        return RIM_OK;
    const rim_err err =
        rim_surface_marks_load(&s->given_marks, path, s->info.width, s->info.height);
    if (!err)
        s->info.mark = rim_surface_marks_list(s->given_marks, &s->info.mark_count);
    return err;
}

rim_err rim_session_make_pipeline(const rim_session *s, rim_pipeline **out)
{
    const rim_pipeline_options options = {
        .width = s->info.width,
        .height = s->info.height,
        .bits = s->info.bits,
        .black_level = s->info.black_level,
        .mm_per_px = s->info.mm_per_px,
        .calib = s->calib,
        .min_confidence = s->info.min_confidence,
        .threads = s->options->threads,
        .cpu = s->options->cpu,
        .workers = s->workers,
    };
    return rim_pipeline_create(out, &options);
}

// The calibration's maps, for a picture that may have another size than its own.
static bool nir_to_picture(const void *ctx, double x, double y, double *u, double *v)
{
    const rim_session *s = ctx;
    if (!rim_calib_nir_to_visible(s->calib, x, y, u, v))
        return false;
    *u = (*u + 0.5) * s->info.visible_width / s->calib->visible_width - 0.5;
    *v = (*v + 0.5) * s->info.visible_height / s->calib->visible_height - 0.5;
    return true;
}

static bool picture_to_nir(const void *ctx, double x, double y, double *u, double *v)
{
    const rim_session *s = ctx;
    return rim_calib_visible_to_nir(
        s->calib, (x + 0.5) * s->calib->visible_width / s->info.visible_width - 0.5,
        (y + 0.5) * s->calib->visible_height / s->info.visible_height - 0.5, u, v);
}

static void set_registration(rim_overlay_options *o, const rim_session *s)
{
    enum { SIDE = 9 }; // points over the field
    int found = 0;
    double u, v;
    for (int i = 0; i < SIDE * SIDE; i++)
        found +=
            nir_to_picture(s, (o->nir_width - 1.0) * (i % SIDE) / (SIDE - 1),
                           (o->nir_height - 1.0) * (i / SIDE) / (SIDE - 1), &u, &v);
    if (found < SIDE * SIDE / 4) {
        rim_log_warning("the calibration's registration does not reach the picture: "
                        "laid upon each other by size");
        return;
    }
    o->map_to_picture = nir_to_picture;
    o->map_to_nir = picture_to_nir;
    o->map_ctx = s;
}

static rim_err create_overlay(rim_session *s)
{
    rim_frame shape;
    rim_session_picture_shape(s, &shape);
    rim_overlay_options options = {
        .nir_width = s->info.width,
        .nir_height = s->info.height,
        .nir_bits = s->info.bits,
        .nir_black_level = s->info.black_level,
        .width = shape.width,
        .height = shape.height,
        .mm_per_px = s->info.mm_per_px,
        .sbr_low = s->info.sbr_low,
        .sbr_high = s->info.sbr_high,
        .color_map = s->options->color_map,
        .opacity = s->options->opacity > 0 ? s->options->opacity : 100,
        .view = s->options->view,
        .has_visible = s->info.visible_width > 0,
        .cpu = s->options->cpu,
    };
    if (s->calib && s->calib->has_register && s->info.visible_width > 0)
        set_registration(&options, s);
    options.workers = s->workers;
    memcpy(s->nir_to_picture, options.nir_to_picture, sizeof s->nir_to_picture);
    s->overlay_options = options;
    const rim_err err = rim_overlay_create(&s->overlay, &options);
    if (!err) {
        rim_health health;
        rim_session_known_health(s, &health);
        rim_overlay_set_health(s->overlay, &health);
    }
    return err;
}

// What options overrule of the recording's run, and the defaults where neither tells.
static void settle_run(rim_session *s)
{
    const rim_run_options *o = s->options;
    if (!isnan(o->min_confidence))
        s->info.min_confidence = o->min_confidence;
    else if (!s->info.has_min_confidence)
        s->info.min_confidence = 0.5;
    if (o->sbr_high > 0) {
        s->info.sbr_low = o->sbr_low;
        s->info.sbr_high = o->sbr_high;
    } else if (!(s->info.sbr_high > 0)) {
        s->info.sbr_low = 1.3;
        s->info.sbr_high = 5;
    }
}

static rim_err create_chain(rim_session *s)
{
    settle_run(s);
    rim_err err = load_calibration(s);
    if (err)
        return err;
    s->info.mm_per_px = first_known(
        s->options->mm_per_px, s->calib ? s->calib->mm_per_px : NAN, s->info.mm_per_px);
    err = load_marks(s);
    if (!err)
        err = rim_workers_create(&s->workers, s->options->threads);
    if (!err)
        err = rim_session_make_pipeline(s, &s->pipeline);
    if (!err)
        err = create_overlay(s);
    return err;
}

// For people and programs that find the pictures later.
static void word_scale(char *out, size_t size, const rim_session *s)
{
    const rim_report_scale scale = rim_session_scale(s);
    rim_line l = {.text = out, .size = size - 1};
    rim_line_raw(&l, "{");
    rim_line_key(&l, "color_scale");
    rim_line_scale(&l, &scale);
    rim_line_key(&l, "program");
    rim_line_string(&l, "rimlight " RIM_VERSION);
    rim_line_raw(&l, "}");
    out[l.used] = '\0';
}

static rim_err open_outputs(rim_session *s)
{
    char note[256];
    const rim_run_options *o = s->options;
    rim_frame shape;
    rim_session_picture_shape(s, &shape);
    rim_err err = RIM_OK;
    word_scale(note, sizeof note, s);
    if (o->report)
        err = rim_report_create(&s->report, o->report);
    if (!err && o->overlay)
        err = rim_picture_sink_open(&s->pictures, o->overlay, shape.width, shape.height,
                                    s->info.fps, note);
    if (!err && o->snapshots)
        err = rim_picture_sink_open(&s->snapshots, o->snapshots, shape.width,
                                    shape.height, 0, note);
    if (!err && o->record)
        err = rim_record_open(&s->recorder, o, &s->info);
    if (!err && o->igtl_port)
        err = rim_serve_create(&s->igtl, o, &s->info, &shape, s->nir_to_picture);
    return err;
}

static void keep_first(rim_err *first, rim_err err)
{
    if (!*first)
        *first = err;
}

static rim_err uninit(rim_session *s)
{
    rim_session_finish(s);
    rim_err err = s->report ? rim_report_close(&s->report) : RIM_OK;
    keep_first(&err, rim_picture_sink_close(&s->pictures));
    keep_first(&err, rim_picture_sink_close(&s->snapshots));
    if (s->recorder)
        keep_first(&err, rim_recorder_close(&s->recorder));
    rim_igtl_destroy(&s->igtl);
    rim_screen_destroy(&s->screen);
    rim_overlay_destroy(&s->overlay);
    rim_workers_destroy(&s->workers);
    rim_pipeline_destroy(&s->pipeline);
    rim_surface_marks_destroy(&s->given_marks);
    rim_live_check_destroy(&s->check);
    rim_calib_destroy(&s->calib);
    free(s);
    return err;
}

rim_err rim_session_create(rim_session **out, const rim_run_options *o,
                           const rim_source_info *info)
{
    rim_session *s = calloc(1, sizeof *s);
    if (!s) {
        rim_log_error("out of memory");
        return RIM_ERR_MEMORY;
    }
    s->options = o;
    s->info = *info;
    rim_err err = create_chain(s);
    if (!err)
        err = open_outputs(s);
    if (err) {
        uninit(s); // that nothing was written is told by err
        return err;
    }
    *out = s;
    return RIM_OK;
}

const rim_source_info *rim_session_info(const rim_session *s)
{
    return &s->info;
}

void rim_session_picture_shape(const rim_session *s, rim_frame *shape)
{
    const bool visible = s->info.visible_width > 0;
    *shape = (rim_frame){
        .width = visible ? s->info.visible_width : s->info.width,
        .height = visible ? s->info.visible_height : s->info.height,
        .fmt = RIM_FMT_BGRX8,
        .bits = 8,
    };
}

double rim_session_picture_pitch(const rim_session *s)
{
    rim_frame shape;
    rim_session_picture_shape(s, &shape);
    const double mm = s->info.mm_per_px;
    const rim_igtl_plane nir = {s->info.width, s->info.height, mm, mm, 0, 0};
    rim_igtl_plane picture = {.width = shape.width, .height = shape.height};
    rim_serve_place(&picture, &nir, s->nir_to_picture);
    const bool square = fabs(picture.pitch_x - picture.pitch_y) < 0.005 * mm;
    return mm > 0 && square ? picture.pitch_x : (double)NAN;
}

// The last mark that frame `seq` has reached counts.
static rim_err follow_marks(rim_session *s, uint64_t seq)
{
    const int before = s->marks_done;
    while (s->marks_done < s->info.mark_count &&
           s->info.mark[s->marks_done].frame <= seq)
        s->marks_done++;
    if (s->marks_done == before)
        return RIM_OK;
    const rim_surface_mark *m = &s->info.mark[s->marks_done - 1];
    return rim_pipeline_mark_surface(s->pipeline, m->point, m->count);
}

rim_err rim_session_mark(rim_session *s, const rim_surface_mark *mark)
{
    // What the user gives for this replay stands in the place of what was drawn then.
    if (!mark || s->given_marks)
        return RIM_OK;
    return rim_pipeline_mark_surface(s->pipeline, mark->count ? mark->point : NULL,
                                     mark->count);
}

rim_recorder *rim_session_take_recorder(rim_session *s)
{
    rim_recorder *r = s->recorder;
    s->recorder = NULL;
    return r;
}

// How old the calibration is, how good, and whether it still fits.
static void tell_calibration(rim_session *s, rim_quality *q, const rim_frame *nir,
                             const rim_frame *visible)
{
    q->calibration = s->calib_state;
    if (!s->check)
        return;
    rim_live_check_frame(s->check, q, nir, visible);
    if (q->calibration.bumped && !s->bumped)
        rim_log_warning("frame %llu: NIR and visible picture part by %.0f px: was the "
                        "scope bumped? run `rimlight calibrate check`",
                        (unsigned long long)nir->seq, q->calibration.shift_px);
    s->bumped = q->calibration.bumped;
}

rim_err rim_session_process(rim_session *s, rim_result *result, const rim_frame *nir,
                            const rim_frame *visible)
{
    const rim_err err = follow_marks(s, nir->seq);
    if (!err)
        rim_pipeline_process(s->pipeline, result, nir);
    if (!err && s->calib)
        tell_calibration(s, &result->quality, nir, visible);
    rim_workers_settle(s->workers);
    return err;
}

rim_shown rim_session_shown(const rim_session *s, const rim_frame *nir,
                            const rim_frame *visible, const rim_result *result)
{
    rim_shown f = {.nir = nir, .visible = visible, .result = result};
    f.sbr = rim_pipeline_sbr_map(s->pipeline, &f.scale);
    f.unjudged.data = rim_pipeline_unjudged(s->pipeline, &f.unjudged.width,
                                            &f.unjudged.height, &f.unjudged.scale);
    f.unjudged.stride = f.unjudged.width;
    return f;
}

// A picture is of its NIR frame's moment.
static void stamp(rim_frame *picture, const rim_frame *nir)
{
    picture->seq = nir->seq;
    picture->captured_ns = nir->captured_ns;
}

void rim_session_draw_shown(rim_session *s, rim_frame *picture, const rim_shown *f)
{
    rim_overlay_set_unjudged(s->overlay, &f->unjudged);
    rim_overlay_draw(s->overlay, picture, f->nir, f->visible, f->sbr, f->scale,
                     f->result);
    stamp(picture, f->nir);
}

void rim_session_draw(rim_session *s, rim_frame *picture, const rim_frame *nir,
                      const rim_frame *visible, const rim_result *result)
{
    const rim_shown f = rim_session_shown(s, nir, visible, result);
    rim_session_draw_shown(s, picture, &f);
}

bool rim_session_in_place(const rim_session *s)
{
    return rim_overlay_in_place(s->overlay);
}

void rim_session_note(rim_session *s, const char *note)
{
    rim_overlay_set_note(s->overlay, note);
    if (s->screen)
        rim_screen_state(s->screen, note);
}

// ---- the window ----

rim_err rim_session_open_screen(rim_session *s)
{
    const rim_screen_options options = {.overlay = s->overlay_options,
                                        .calib = s->calib,
                                        .scale_is_fixed = rim_session_draws(s)};
    const rim_err err = rim_screen_create(&s->screen, &options);
    if (err)
        return err;
    rim_health health;
    rim_session_known_health(s, &health);
    rim_session_set_health(s, &health);
    return RIM_OK;
}

rim_screen *rim_session_screen(rim_session *s)
{
    return s->screen;
}

// Snapshots of the whole picture are made with the scale that is shown.
static void follow_scale(rim_session *s)
{
    rim_overlay_options *p = &s->overlay_options;
    rim_overlay *overlay = NULL;
    if (!rim_screen_take_scale(s->screen))
        return;
    const rim_overlay_options *now = rim_screen_scale(s->screen);
    p->sbr_low = now->sbr_low;
    p->sbr_high = now->sbr_high;
    p->color_map = now->color_map;
    p->opacity = now->opacity;
    if (rim_overlay_create(&overlay, p) != RIM_OK) {
        rim_log_warning("snapshots keep the old colour scale: out of memory");
        return;
    }
    rim_overlay_destroy(&s->overlay);
    s->overlay = overlay;
}

bool rim_session_apply(rim_session *s, const rim_event *event)
{
    const bool mine = s->screen && rim_screen_apply(s->screen, event);
    if (!mine)
        return false;
    follow_scale(s);
    rim_overlay_set_view(s->overlay, rim_screen_view(s->screen));
    return true;
}

void rim_session_mark_surface(rim_session *s, const rim_point *corner, int count)
{
    s->is_drawn = true;
    s->drawn_count = count;
    memcpy(s->drawn, corner, (size_t)count * sizeof *corner);
    if (rim_pipeline_mark_surface(s->pipeline, count ? corner : NULL, count) != RIM_OK)
        rim_log_warning("the surface that was drawn cannot be watched");
}

bool rim_session_take_mark(rim_session *s, rim_surface_mark *mark)
{
    const rim_point *corner = NULL;
    const int count = s->screen ? rim_screen_take_surface(s->screen, &corner) : -1;
    if (count < 0)
        return false;
    rim_session_mark_surface(s, corner, count);
    *mark = (rim_surface_mark){.count = count, .point = corner};
    return true;
}

void rim_session_set_health(rim_session *s, const rim_health *health)
{
    rim_overlay_set_health(s->overlay, health);
    if (s->screen)
        rim_screen_health(s->screen, health);
}

void rim_session_known_health(const rim_session *s, rim_health *h)
{
    const rim_calib_state *c = &s->calib_state;
    *h = (rim_health){.calibrated = c->used,
                      .calibration_days = c->used ? c->age_days : -1,
                      .registered = s->calib && s->calib->has_register,
                      .register_rms_px = c->registration_px,
                      .record_minutes = (double)NAN};
}

const rim_calib *rim_session_calib(const rim_session *s)
{
    return s->calib;
}

rim_report_scale rim_session_scale(const rim_session *s)
{
    const rim_overlay_options *p = &s->overlay_options;
    return (rim_report_scale){p->sbr_low, p->sbr_high, rim_color_map_name(p->color_map),
                              p->opacity};
}

rim_err rim_session_report(rim_session *s, const rim_result *result,
                           const rim_report_scale *scale)
{
    if (!s->report)
        return RIM_OK;
    rim_report_set_scale(s->report, scale);
    return rim_report_write(s->report, result);
}

rim_err rim_session_run(rim_session *s, rim_result *result, rim_frame *picture,
                        const rim_frame *nir, const rim_frame *visible)
{
    const rim_report_scale scale = rim_session_scale(s);
    rim_err err = rim_session_process(s, result, nir, visible);
    rim_session_finish(s);
    if (!err)
        err = rim_session_report(s, result, &scale);
    if (err || !picture)
        return err;
    const rim_shown f = rim_session_shown(s, nir, visible, result);
    rim_overlay_set_unjudged(s->overlay, &f.unjudged);
    rim_overlay_begin(s->overlay, picture, nir, visible, f.sbr, f.scale, result);
    stamp(picture, nir);
    return RIM_OK;
}

void rim_session_finish(rim_session *s)
{
    if (s->overlay)
        rim_overlay_finish(s->overlay);
}

bool rim_session_draws(const rim_session *s)
{
    return s->pictures || s->snapshots;
}

bool rim_session_reports(const rim_session *s)
{
    return s->report;
}

rim_err rim_session_write_picture(rim_session *s, const rim_frame *picture)
{
    rim_err err = RIM_OK;
    if (s->pictures)
        err = rim_picture_sink_write(s->pictures, picture);
    if (!err && s->snapshots && picture->captured_ns >= s->next_snapshot_ns) {
        err = rim_picture_sink_write(s->snapshots, picture);
        s->next_snapshot_ns = picture->captured_ns + RIM_NS_PER_S;
    }
    return err;
}

rim_err rim_session_record(rim_session *s, const rim_frame *nir,
                           const rim_frame *visible, const rim_surface_mark *mark)
{
    const rim_surface_mark drawn = {.count = s->drawn_count, .point = s->drawn};
    if (!s->recorder)
        return RIM_OK;
    if (s->is_drawn)
        mark = &drawn;
    s->is_drawn = false;
    return rim_recorder_write(s->recorder, nir, visible, mark);
}

bool rim_session_serves(const rim_session *s)
{
    return s->igtl;
}

bool rim_session_is_heard(const rim_session *s)
{
    return s->igtl && rim_igtl_is_heard(s->igtl);
}

void rim_session_serve(rim_session *s, const rim_frame *nir, const rim_frame *picture,
                       const rim_result *result)
{
    if (s->igtl)
        rim_igtl_publish(s->igtl, nir, picture, result);
}

rim_err rim_session_close(rim_session **s)
{
    const rim_err err = *s ? uninit(*s) : RIM_OK;
    *s = NULL;
    return err;
}
