// frames.c: source, chain and overlay, driven by a report.
// SPDX-License-Identifier: MIT
#include "app/export/frames.h"

#include "app/progress.h"
#include "app/session.h"
#include "app/stop.h"
#include "base/log.h"
#include "capture/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Frames that the chain sees before one that is drawn.
enum { WARM_UP = 8 };

struct rim_export_frames {
    const rim_export_job *job;
    rim_source *source;
    rim_session *session;
    rim_frame nir, visible, picture;
    rim_result seen;   // what the chain finds now
    rim_result result; // what the report says
    bool marked;       // a surface is being followed
};

static rim_err take_frames(rim_export_frames *f)
{
    const rim_source_info *i = rim_source_get_info(f->source);
    f->nir = rim_source_nir_shape(i);
    f->visible = rim_source_visible_shape(i);
    rim_session_picture_shape(f->session, &f->picture);
    rim_err err = rim_frame_init(&f->nir);
    if (!err && i->visible_width > 0)
        err = rim_frame_init(&f->visible);
    return err ? err : rim_frame_init(&f->picture);
}

rim_err rim_export_frames_open(rim_export_frames **out, const rim_export_job *job)
{
    *out = NULL;
    rim_export_frames *f = calloc(1, sizeof *f);
    if (!f)
        return RIM_ERR_MEMORY;
    f->job = job;
    rim_err err = rim_source_open(&f->source, job->source, &job->how.source);
    if (!err)
        err =
            rim_session_create(&f->session, &job->run, rim_source_get_info(f->source));
    if (!err)
        err = take_frames(f);
    if (err)
        rim_export_frames_close(&f);
    *out = f;
    return err;
}

void rim_export_frames_close(rim_export_frames **pf)
{
    rim_export_frames *f = *pf;
    *pf = NULL;
    if (!f)
        return;
    (void)!rim_session_close(&f->session); // it writes nothing
    rim_source_close(&f->source);
    rim_frame_uninit(&f->nir);
    rim_frame_uninit(&f->visible);
    rim_frame_uninit(&f->picture);
    free(f);
}

const rim_source_info *rim_export_frames_info(const rim_export_frames *f)
{
    return rim_session_info(f->session);
}

const rim_calib *rim_export_frames_calib(const rim_export_frames *f)
{
    return rim_session_calib(f->session);
}

double rim_export_frames_picture_pitch(const rim_export_frames *f)
{
    return rim_session_picture_pitch(f->session);
}

static void put_residuals(rim_surface *s, const rim_case *c, const rim_case_frame *from)
{
    s->residual_count = from->residual_count;
    for (int i = 0; i < s->residual_count; i++) {
        const rim_case_residual *r = &c->residual[from->residual + (size_t)i];
        rim_residual *to = &s->residual[i];
        *to = (rim_residual){.id = r->id,
                             .x = r->x,
                             .y = r->y,
                             .area_px = r->area_px,
                             .area_mm2 = r->area_mm2,
                             .sbr = r->sbr,
                             .confidence = r->confidence,
                             .why = r->why};
        to->outline.count = r->corner_count;
        for (int k = 0; k < r->corner_count; k++)
            to->outline.point[k] = c->corner[r->corner + (size_t)k];
    }
}

// The report's line as a result again; the followed surface is the chain's.
static void restore(rim_export_frames *f, const rim_case *c, size_t index)
{
    const rim_case_frame *from = &c->frame[index];
    rim_result *r = &f->result;
    memset(r, 0, sizeof *r);
    r->frame = from->number;
    r->t_ns = from->t_ns;
    r->quality = from->quality;
    r->lesion_count = from->lesion_count;
    for (int i = 0; i < from->lesion_count; i++)
        r->lesion[i] = c->lesion[from->lesion + (size_t)i].seen;
    r->surface.state = from->state;
    r->surface.assessable = from->assessable;
    r->surface.visible_depth_mm = from->visible_depth_mm;
    r->surface.why = from->why;
    r->surface.polygon = f->seen.surface.polygon;
    put_residuals(&r->surface, c, from);
}

// Must the chain see the frame in hand for the next one that is drawn?
static bool is_needed(const rim_export_frames *f, const rim_case *c,
                      const unsigned char *wish, size_t at)
{
    for (; at < c->frame_count; at++)
        if (wish[at] & RIM_WISH_PICTURE)
            return f->marked || c->frame[at].number - f->nir.seq <= WARM_UP;
    return false;
}

static rim_err follow_surface(rim_export_frames *f)
{
    const rim_surface_mark *mark = rim_source_mark(f->source);
    const rim_source_info *i = rim_session_info(f->session);
    if (mark)
        f->marked = mark->count > 0;
    for (int k = 0; k < i->mark_count; k++)
        if (i->mark[k].frame <= f->nir.seq && i->mark[k].count > 0)
            f->marked = true;
    return rim_session_mark(f->session, mark);
}

static rim_err give(rim_export_frames *f, const rim_case *c, size_t index,
                    unsigned char wish, const rim_frame *visible,
                    rim_export_frame_fn *fn, void *ctx)
{
    rim_export_frame frame = {.index = index, .nir = &f->nir};
    if (wish & RIM_WISH_PICTURE) {
        restore(f, c, index);
        rim_session_draw(f->session, &f->picture, &f->nir, visible, &f->result);
        frame.picture = &f->picture;
        frame.surface = &f->result.surface.polygon;
    }
    return fn(ctx, &frame);
}

typedef struct walk {
    size_t at;              // the first frame of the case that has not been reached
    size_t left, got, last; // frames wished for, given out; the last one wished for
    bool done;              // that one was reached
} walk;

static void count_wishes(walk *w, const rim_case *c, const unsigned char *wish)
{
    for (size_t i = 0; i < c->frame_count; i++)
        if (wish[i]) {
            w->left++;
            w->last = i;
        }
}

// One frame of the recording.
static rim_err step(rim_export_frames *f, const rim_case *c, const unsigned char *wish,
                    walk *w, rim_export_frame_fn *fn, void *ctx)
{
    bool has_visible = false;
    rim_err err = rim_source_read(f->source, &f->nir,
                                  f->visible.data ? &f->visible : NULL, &has_visible);
    if (err == RIM_ERR_DAMAGED)
        return RIM_OK; // as it was when the report was made
    if (err || (err = follow_surface(f)))
        return err;
    while (w->at < c->frame_count && c->frame[w->at].number < f->nir.seq)
        w->at++;
    w->done = c->frame[w->last].number <= f->nir.seq;
    if (is_needed(f, c, wish, w->at))
        err = rim_session_process(f->session, &f->seen, &f->nir,
                                  has_visible ? &f->visible : NULL);
    if (err || w->at == c->frame_count || c->frame[w->at].number != f->nir.seq ||
        !wish[w->at])
        return err;
    w->got++;
    return give(f, c, w->at, wish[w->at], has_visible ? &f->visible : NULL, fn, ctx);
}

static rim_err check_got(const rim_export_frames *f, const rim_case *c, const walk *w)
{
    if (w->got == 0) {
        rim_log_error("%s: has none of the frames of %s; name the recording that it "
                      "was made of",
                      f->job->source, c->path);
        return RIM_ERR_FORMAT;
    }
    if (w->got < w->left)
        rim_log_warning("%s: %zu of the %zu frames wanted are not in it or damaged",
                        f->job->source, w->left - w->got, w->left);
    return RIM_OK;
}

rim_err rim_export_frames_walk(rim_export_frames *f, const rim_case *c,
                               const unsigned char *wish, rim_export_frame_fn *fn,
                               void *ctx)
{
    walk w = {0};
    count_wishes(&w, c, wish);
    if (w.left == 0)
        return RIM_OK;
    rim_progress progress = {0};
    rim_progress_start(&progress, "export", "frames",
                       (int64_t)c->frame[w.last].number + 1);
    rim_err err = RIM_OK;
    while (!err && !w.done) {
        err = step(f, c, wish, &w, fn, ctx);
        rim_progress_update(&progress, (int64_t)f->nir.seq);
        if (!err && rim_stop_asked()) {
            rim_log_error("stopped by a signal");
            err = RIM_ERR_IO;
        }
    }
    rim_progress_finish(&progress);
    if (err && err != RIM_END)
        return err;
    return check_got(f, c, &w);
}
