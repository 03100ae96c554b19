// csv.c: five tables, each column a line here.
// SPDX-License-Identifier: MIT
#include "exchange/csv.h"

#include "exchange/out_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_number(rim_out *o, double value, int decimals)
{
    rim_out_text(o, ",");
    rim_out_number(o, value, decimals);
}

static void put_size(rim_out *o, size_t value)
{
    rim_out_print(o, ",%zu", value);
}

// The words of `why`, spaces between. None holds what a field must quote.
static void put_why(rim_out *o, unsigned why)
{
    const char *lead = ",";
    for (unsigned bit = 0; bit < RIM_WHY_COUNT; bit++) {
        if (!(why & 1u << bit))
            continue;
        rim_out_text(o, lead);
        rim_out_text(o, rim_why_name(1u << bit));
        lead = " ";
    }
    if (*lead == ',')
        rim_out_text(o, lead);
}

static void put_pattern(rim_out *o, rim_pattern pattern)
{
    rim_out_text(o, ",");
    if (pattern != RIM_PATTERN_NONE)
        rim_out_text(o, rim_pattern_name(pattern));
}

static void start_row(rim_out *o, const rim_case_frame *f)
{
    rim_out_print(o, "%" PRIu64 ",", f->number);
    rim_out_seconds(o, f->t_ns);
}

static void end_row(rim_out *o)
{
    rim_out_text(o, "\r\n");
}

// What is known where a calibration is in use; else empty.
static void put_calibration(rim_out *o, const rim_quality *q)
{
    const rim_calib_state *c = &q->calibration;
    const bool leaks = c->used && q->leakage_from != RIM_LEAKAGE_NONE;
    put_why(o, c->used ? q->why : 0);
    put_number(o, c->used && c->age_days >= 0 ? c->age_days : (double)NAN, 0);
    put_number(o, c->used ? c->registration_px : (double)NAN, 3);
    put_number(o, c->used ? c->shift_px : (double)NAN, 2);
    put_number(o, leaks ? q->leakage : (double)NAN, 4);
    rim_out_text(o, ",");
    if (leaks)
        rim_out_text(o, rim_leakage_name(q->leakage_from));
}

static void put_frames(rim_out *o, const rim_case *c)
{
    rim_out_text(o, "frame,t_s,dropped_frames,saturated,dark,motion_px,age_ms,lesions,"
                    "surface_state,assessable,visible_depth_mm,surface_why,"
                    "residuals,picture_why,calibration_age_days,registration_px,"
                    "shift_px,leakage,leakage_from\r\n");
    for (size_t i = 0; i < c->frame_count; i++) {
        const rim_case_frame *f = &c->frame[i];
        const bool off = f->state == RIM_SURFACE_OFF;
        start_row(o, f);
        rim_out_print(o, ",%" PRIu32, f->quality.dropped);
        put_number(o, f->quality.saturated, 6);
        put_number(o, f->quality.dark, 6);
        put_number(o, f->quality.motion_px, 3);
        put_number(o, f->quality.age_ms > 0 ? f->quality.age_ms : (double)NAN, 3);
        rim_out_print(o, ",%d,%s", f->lesion_count, rim_surface_state_name(f->state));
        put_number(o, off ? (double)NAN : f->assessable, 4);
        put_number(o, off ? (double)NAN : f->visible_depth_mm, 3);
        put_why(o, off ? 0 : f->why);
        rim_out_print(o, ",%d", f->residual_count);
        put_calibration(o, &f->quality);
        end_row(o);
    }
}

static void put_lesion_frames(rim_out *o, const rim_case *c)
{
    rim_out_text(o,
                 "frame,t_s,lesion,x_px,y_px,a_px,b_px,angle_deg,rim_width_px,coverage,"
                 "pattern,sbr,core_ratio,target_counts,background_counts,cnr,"
                 "confidence,diameter_mm,why\r\n");
    for (size_t i = 0; i < c->lesion_count; i++) {
        const rim_lesion *s = &c->lesion[i].seen;
        start_row(o, &c->frame[c->lesion[i].frame]);
        rim_out_print(o, ",%d", s->id);
        put_number(o, s->x, 3);
        put_number(o, s->y, 3);
        put_number(o, s->a, 3);
        put_number(o, s->b, 3);
        put_number(o, s->angle, 2);
        put_number(o, s->rim_width, 3);
        put_number(o, s->coverage, 4);
        put_pattern(o, s->pattern);
        put_number(o, s->sbr, 4);
        put_number(o, s->core_ratio, 4);
        put_number(o, s->target, 2);
        put_number(o, s->background, 2);
        put_number(o, s->cnr, 3);
        put_number(o, s->confidence, 4);
        put_number(o, s->diameter_mm, 3);
        put_why(o, s->why);
        end_row(o);
    }
}

// Where, when and how long, as both kinds of tracks begin.
static void put_span(rim_out *o, const rim_case *c, const rim_case_track *t)
{
    const rim_case_frame *first = &c->frame[t->first], *last = &c->frame[t->last];
    rim_out_print(o, "%d,%" PRIu64 ",%" PRIu64 ",", t->id, first->number, last->number);
    rim_out_seconds(o, first->t_ns);
    rim_out_text(o, ",");
    rim_out_seconds(o, last->t_ns);
    put_size(o, t->count);
}

static void put_lesions(rim_out *o, const rim_case *c)
{
    rim_out_text(o, "lesion,first_frame,last_frame,first_t_s,last_t_s,frames_seen,"
                    "pattern,sbr_median,sbr_max,diameter_mm_median,confidence_max,"
                    "clearest_frame,clearest_x_px,clearest_y_px,clearest_a_px,"
                    "clearest_b_px\r\n");
    for (size_t i = 0; i < c->lesion_track_count; i++) {
        const rim_case_track *t = &c->lesion_track[i];
        const rim_case_lesion *s = &c->lesion[t->clearest];
        put_span(o, c, t);
        put_pattern(o, t->pattern);
        put_number(o, t->sbr_median, 4);
        put_number(o, t->sbr_max, 4);
        put_number(o, t->size_median, 3);
        put_number(o, t->confidence_max, 4);
        rim_out_print(o, ",%" PRIu64, c->frame[s->frame].number);
        put_number(o, s->seen.x, 3);
        put_number(o, s->seen.y, 3);
        put_number(o, s->seen.a, 3);
        put_number(o, s->seen.b, 3);
        end_row(o);
    }
}

static void put_residual_frames(rim_out *o, const rim_case *c)
{
    rim_out_text(o,
                 "frame,t_s,surface_state,residual,x_px,y_px,area_px,area_mm2,sbr,"
                 "target_counts,background_counts,cnr,confidence,why,polygon_px\r\n");
    for (size_t i = 0; i < c->residual_count; i++) {
        const rim_case_residual *r = &c->residual[i];
        const rim_case_frame *f = &c->frame[r->frame];
        start_row(o, f);
        rim_out_print(o, ",%s,%d", rim_surface_state_name(f->state), r->id);
        put_number(o, r->x, 3);
        put_number(o, r->y, 3);
        put_number(o, r->area_px, 2);
        put_number(o, r->area_mm2, 4);
        put_number(o, r->sbr, 4);
        put_number(o, r->target, 2);
        put_number(o, r->background, 2);
        put_number(o, r->cnr, 3);
        put_number(o, r->confidence, 4);
        put_why(o, r->why);
        rim_out_text(o, ",");
        for (int k = 0; k < r->corner_count; k++) {
            const rim_point *p = &c->corner[r->corner + (size_t)k];
            rim_out_text(o, k ? ";" : "");
            rim_out_number(o, p->x, 2);
            rim_out_text(o, " ");
            rim_out_number(o, p->y, 2);
        }
        end_row(o);
    }
}

static void put_residuals(rim_out *o, const rim_case *c)
{
    rim_out_text(o, "residual,first_frame,last_frame,first_t_s,last_t_s,frames_seen,"
                    "sbr_median,sbr_max,area_mm2_median,confidence_max,clearest_frame,"
                    "clearest_x_px,clearest_y_px\r\n");
    for (size_t i = 0; i < c->residual_track_count; i++) {
        const rim_case_track *t = &c->residual_track[i];
        const rim_case_residual *r = &c->residual[t->clearest];
        put_span(o, c, t);
        put_number(o, t->sbr_median, 4);
        put_number(o, t->sbr_max, 4);
        put_number(o, t->size_median, 4);
        put_number(o, t->confidence_max, 4);
        rim_out_print(o, ",%" PRIu64, c->frame[r->frame].number);
        put_number(o, r->x, 3);
        put_number(o, r->y, 3);
        end_row(o);
    }
}

static rim_err write_table(const rim_case *c, const char *folder, const char *name,
                           void (*put)(rim_out *, const rim_case *))
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return RIM_ERR_MEMORY;
    (void)snprintf(path, size, "%s/%s", folder, name);
    rim_out o;
    rim_err err = rim_out_open(&o, path);
    free(path);
    if (err)
        return err;
    put(&o, c);
    return rim_out_close(&o);
}

rim_err rim_csv_write(const rim_case *c, const char *folder)
{
    static const struct {
        const char *name;
        void (*put)(rim_out *, const rim_case *);
    } table[] = {
        {"frames.csv", put_frames},       {"lesion_frames.csv", put_lesion_frames},
        {"lesions.csv", put_lesions},     {"residual_frames.csv", put_residual_frames},
        {"residuals.csv", put_residuals},
    };
    rim_err err = rim_out_folder(folder);
    for (size_t i = 0; i < sizeof table / sizeof table[0] && !err; i++)
        err = write_table(c, folder, table[i].name, table[i].put);
    return err;
}
