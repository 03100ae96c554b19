// lookback.c: reads, warms up, processes.
// SPDX-License-Identifier: MIT
#include "app/window/lookback.h"

#include "base/log.h"
#include "process/pipeline.h"

#include <stdlib.h>
#include <string.h>

// Frames before the wanted one: as many as the denoising needs.
enum { WARM_UP = 4 };

struct rim_lookback {
    const char *input;
    const rim_source_options *options;
    rim_session *session;
    const rim_history *history;
    rim_source *source; // NULL: not opened yet
    rim_pipeline *pipeline;
    rim_frame nir, visible;
    bool has_visible;
    uint64_t next; // the source gives this frame or a later one
    rim_result result, scratch;
    rim_shown shown;
};

rim_err rim_lookback_create(rim_lookback **out, const char *input,
                            const rim_source_options *options, rim_session *session,
                            const rim_history *history)
{
    rim_lookback *l = calloc(1, sizeof *l);
    *out = l;
    if (!l)
        return RIM_ERR_MEMORY;
    l->input = input;
    l->options = options;
    l->session = session;
    l->history = history;
    return RIM_OK;
}

void rim_lookback_destroy(rim_lookback **p)
{
    rim_lookback *l = *p;
    if (!l)
        return;
    rim_pipeline_destroy(&l->pipeline);
    rim_source_close(&l->source);
    rim_frame_uninit(&l->nir);
    rim_frame_uninit(&l->visible);
    free(l);
    *p = NULL;
}

static rim_err make_frames(rim_lookback *l)
{
    const rim_source_info *i = rim_source_get_info(l->source);
    rim_err err = RIM_OK;
    if (l->nir.data)
        return err;
    l->nir = rim_source_nir_shape(i);
    err = rim_frame_init(&l->nir);
    if (!err && i->visible_width > 0) {
        l->visible = rim_source_visible_shape(i);
        err = rim_frame_init(&l->visible);
    }
    return err;
}

static rim_err open_source(rim_lookback *l)
{
    rim_source_close(&l->source);
    l->next = 0;
    const rim_err err = rim_source_open(&l->source, l->input, l->options);
    return err ? err : make_frames(l);
}

// A pipeline that has seen nothing.
static rim_err renew_pipeline(rim_lookback *l)
{
    rim_pipeline_destroy(&l->pipeline);
    return rim_session_make_pipeline(l->session, &l->pipeline);
}

void rim_lookback_mark(rim_lookback *l, const rim_point *corner, int count)
{
    if (rim_pipeline_mark_surface(l->pipeline, count ? corner : NULL, count) != RIM_OK)
        rim_log_warning("the surface that was drawn cannot be watched");
}

// The surface as it was followed to this frame.
static void mark_as_then(rim_lookback *l, uint64_t seq)
{
    if (rim_history_get(l->history, seq, &l->scratch))
        rim_lookback_mark(l, l->scratch.surface.polygon.point,
                          l->scratch.surface.polygon.count);
}

static rim_err read_frame(rim_lookback *l)
{
    rim_err err;
    do {
        err = rim_source_read(l->source, &l->nir, l->visible.data ? &l->visible : NULL,
                              &l->has_visible);
        l->next = l->nir.seq + 1;
    } while (err == RIM_ERR_DAMAGED);
    return err;
}

static rim_err process(rim_lookback *l, bool first)
{
    const rim_err err = read_frame(l);
    if (err)
        return err;
    if (first || rim_history_marked(l->history, l->nir.seq))
        mark_as_then(l, l->nir.seq);
    rim_pipeline_process(l->pipeline, &l->result, &l->nir);
    rim_shown *s = &l->shown;
    *s = (rim_shown){.nir = &l->nir,
                     .visible = l->has_visible ? &l->visible : NULL,
                     .result = &l->result};
    s->sbr = rim_pipeline_sbr_map(l->pipeline, &s->scale);
    s->unjudged.data = rim_pipeline_unjudged(l->pipeline, &s->unjudged.width,
                                             &s->unjudged.height, &s->unjudged.scale);
    s->unjudged.stride = s->unjudged.width;
    return RIM_OK;
}

rim_err rim_lookback_go(rim_lookback *l, uint64_t seq)
{
    const uint64_t from = seq > WARM_UP ? seq - WARM_UP : 0;
    rim_err err = RIM_OK;
    if (!l->source || from < l->next)
        err = open_source(l);
    if (!err)
        err = renew_pipeline(l);
    if (!err)
        err = rim_source_skip(l->source, from);
    bool first = true;
    while (!err && (first || l->nir.seq < seq)) {
        err = process(l, first);
        first = false;
    }
    return err;
}

rim_err rim_lookback_next(rim_lookback *l)
{
    return process(l, false);
}

const rim_shown *rim_lookback_shown(const rim_lookback *l)
{
    return &l->shown;
}
