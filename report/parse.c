// parse.c: the keys of a report's line, each checked.
// SPDX-License-Identifier: MIT
#include "report/parse.h"

#include "base/log.h"

#include <limits.h>
#include <math.h>
#include <string.h>

// Where in the line a value stands, for messages: "lesions[3]."
typedef struct place {
    const rim_parse *parse;
    const char *list; // "" at the top
    int index;        // -1: not in a list
} place;

static rim_err bad(place at, const char *key, const char *needed)
{
    const rim_parse *p = at.parse;
    if (at.index < 0)
        rim_log_error("%s:%ld: \"%s%s\": %s", p->path, p->line, at.list, key, needed);
    else
        rim_log_error("%s:%ld: \"%s[%d]%s%s\": %s", p->path, p->line, at.list, at.index,
                      *key ? "." : "", key, needed);
    return RIM_ERR_FORMAT;
}

// A number, or NAN where it is null or not there.
static rim_err get_number(double *out, const json_t *o, const char *key, place at)
{
    const json_t *v = json_object_get(o, key);
    *out = (double)NAN;
    if (!v || json_is_null(v))
        return RIM_OK;
    if (!json_is_number(v))
        return bad(at, key, "must be a number or null");
    *out = json_number_value(v);
    return RIM_OK;
}

static rim_err need_number(double *out, const json_t *o, const char *key, place at)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v))
        return bad(at, key, v ? "must be a number" : "is missing");
    *out = json_number_value(v);
    return RIM_OK;
}

// A whole number from `low` to `high`; where it is not there, *out stays.
static rim_err get_whole(int64_t *out, const json_t *o, const char *key, int64_t low,
                         int64_t high, place at)
{
    const json_t *v = json_object_get(o, key);
    if (!v || json_is_null(v))
        return RIM_OK;
    // Some writers print every number as a real one.
    const double real = json_number_value(v);
    if (json_is_real(v) && floor(real) == real && fabs(real) < 9e15)
        *out = (int64_t)real;
    else if (json_is_integer(v))
        *out = json_integer_value(v);
    else
        return bad(at, key, "must be a whole number");
    return *out < low || *out > high ? bad(at, key, "is out of range") : RIM_OK;
}

static rim_err get_id(int *out, const json_t *o, place at)
{
    int64_t id = 0;
    const rim_err err = get_whole(&id, o, "id", INT_MIN, INT_MAX, at);
    *out = (int)id;
    return err;
}

// Words that this version does not know are passed over.
static rim_err get_why(unsigned *out, const json_t *o, place at)
{
    const json_t *v = json_object_get(o, "why");
    *out = 0;
    if (v && !json_is_null(v) && !json_is_array(v))
        return bad(at, "why", "must be a list of words");
    for (size_t i = 0; i < json_array_size(v); i++) {
        const char *word = json_string_value(json_array_get(v, i));
        if (!word)
            return bad(at, "why", "must be a list of words");
        for (unsigned bit = 0; bit < RIM_WHY_COUNT; bit++)
            if (strcmp(word, rim_why_name(1u << bit)) == 0)
                *out |= 1u << bit;
    }
    return RIM_OK;
}

static rim_err get_pattern(rim_pattern *out, const json_t *o, place at)
{
    const json_t *v = json_object_get(o, "pattern");
    *out = RIM_PATTERN_NONE;
    if (!v || json_is_null(v))
        return RIM_OK;
    for (int p = RIM_PATTERN_RIM; p <= RIM_PATTERN_TOTAL; p++)
        if (json_is_string(v) &&
            strcmp(json_string_value(v), rim_pattern_name((rim_pattern)p)) == 0) {
            *out = (rim_pattern)p;
            return RIM_OK;
        }
    return bad(at, "pattern", "must be \"rim\", \"partial\", \"total\" or null");
}

static rim_err get_truth(rim_truth_object *t, const json_t *o, double sbr, place at)
{
    const json_t *name = json_object_get(o, "class");
    const json_t *seen = json_object_get(o, "detectable");
    if (name && !json_is_string(name))
        return bad(at, "class", "must be a word");
    if (name && json_string_length(name) >= sizeof t->class_name)
        return bad(at, "class", "is too long a word");
    if (seen && !json_is_boolean(seen))
        return bad(at, "detectable", "must be true or false");
    strcpy(t->class_name, name ? json_string_value(name) : "");
    t->detectable = seen ? json_is_true(seen) : !(sbr < 1.3);
    const rim_err err = get_number(&t->depth_mm, o, "depth_mm", at);
    return err ? err : get_number(&t->uptake, o, "uptake", at);
}

static rim_err get_lesion(rim_lesion *s, rim_truth_object *t, const json_t *o, place at)
{
    const struct {
        const char *key;
        double *to;
    } optional[] = {
        {"angle", &s->angle},           {"rim_width", &s->rim_width},
        {"coverage", &s->coverage},     {"sbr", &s->sbr},
        {"core_ratio", &s->core_ratio}, {"target", &s->target},
        {"background", &s->background}, {"cnr", &s->cnr},
        {"confidence", &s->confidence}, {"diameter_mm", &s->diameter_mm},
    };
    rim_err err = RIM_OK;
    if (!json_is_object(o))
        return bad(at, "", "must be an object");
    if ((err = get_id(&s->id, o, at)) || (err = need_number(&s->x, o, "x", at)) ||
        (err = need_number(&s->y, o, "y", at)) ||
        (err = need_number(&s->a, o, "a", at)) ||
        (err = need_number(&s->b, o, "b", at)) ||
        (err = get_pattern(&s->pattern, o, at)) || (err = get_why(&s->why, o, at)))
        return err;
    for (size_t i = 0; i < sizeof optional / sizeof optional[0] && !err; i++)
        err = get_number(optional[i].to, o, optional[i].key, at);
    return err ? err : get_truth(t, o, s->sbr, at);
}

static rim_err get_polygon(rim_outline *out, const json_t *o, place at, rim_parse *p)
{
    const json_t *v = json_object_get(o, "polygon");
    const size_t count = json_array_size(v);
    if (v && !json_is_null(v) && !json_is_array(v))
        return bad(at, "polygon", "must be a list of [x, y]");
    out->count = count > RIM_OUTLINE_MAX ? RIM_OUTLINE_MAX : (int)count;
    if (count > RIM_OUTLINE_MAX && !p->said_corners) {
        rim_log_warning("%s:%ld: %zu corners in a polygon, the first %d are kept",
                        p->path, p->line, count, RIM_OUTLINE_MAX);
        p->said_corners = true;
    }
    for (int i = 0; i < out->count; i++) {
        const json_t *q = json_array_get(v, (size_t)i);
        const json_t *x = json_array_get(q, 0), *y = json_array_get(q, 1);
        if (json_array_size(q) != 2 || !json_is_number(x) || !json_is_number(y))
            return bad(at, "polygon", "must be a list of [x, y]");
        out->point[i] = (rim_point){json_number_value(x), json_number_value(y)};
    }
    return RIM_OK;
}

static rim_err get_residual(rim_residual *s, rim_truth_object *t, const json_t *o,
                            place at, rim_parse *p)
{
    rim_err err = RIM_OK;
    if (!json_is_object(o))
        return bad(at, "", "must be an object");
    if ((err = get_id(&s->id, o, at)) || (err = need_number(&s->x, o, "x", at)) ||
        (err = need_number(&s->y, o, "y", at)) ||
        (err = get_number(&s->area_px, o, "area_px", at)) ||
        (err = get_number(&s->area_mm2, o, "area_mm2", at)) ||
        (err = get_number(&s->sbr, o, "sbr", at)) ||
        (err = get_number(&s->target, o, "target", at)) ||
        (err = get_number(&s->background, o, "background", at)) ||
        (err = get_number(&s->cnr, o, "cnr", at)) ||
        (err = get_number(&s->confidence, o, "confidence", at)) ||
        (err = get_why(&s->why, o, at)) || (err = get_polygon(&s->outline, o, at, p)))
        return err;
    return get_truth(t, o, s->sbr, at);
}

// The list under `key`, its length cut to `max`.
static rim_err get_list(const json_t **list, int *count, const json_t *o,
                        const char *key, int max, place at, bool *said)
{
    const rim_parse *p = at.parse;
    *list = json_object_get(o, key);
    const size_t size = json_array_size(*list);
    if (!json_is_array(*list))
        return bad(at, key, *list ? "must be a list" : "is missing");
    if (size > (size_t)max && !*said) {
        rim_log_warning("%s:%ld: %zu entries in \"%s\", the first %d are kept", p->path,
                        p->line, size, key, max);
        *said = true;
    }
    *count = size > (size_t)max ? max : (int)size;
    return RIM_OK;
}

static rim_err get_state(rim_surface_state *out, const json_t *o, place at)
{
    const json_t *v = json_object_get(o, "state");
    const char *word = json_string_value(v);
    for (int s = RIM_SURFACE_OFF; word && s <= RIM_SURFACE_CANNOT_ASSESS; s++)
        if (strcmp(word, rim_surface_state_name((rim_surface_state)s)) == 0) {
            *out = (rim_surface_state)s;
            return RIM_OK;
        }
    return bad(at, "state",
               v ? "must be \"off\", \"none_detected\", \"residual\" or "
                   "\"cannot_assess\""
                 : "is missing");
}

static rim_err get_surface(rim_truth *t, const json_t *top, rim_parse *p)
{
    const json_t *o = json_object_get(top, "cut_surface"), *list = NULL;
    const place at = {p, "cut_surface.", -1};
    rim_surface *s = &t->seen.surface;
    s->assessable = s->visible_depth_mm = (double)NAN;
    if (!o || json_is_null(o))
        return RIM_OK;
    if (!json_is_object(o))
        return bad((place){p, "", -1}, "cut_surface", "must be an object");
    rim_err err = RIM_OK;
    if ((err = get_state(&s->state, o, at)) ||
        (err = get_number(&s->assessable, o, "assessable", at)) ||
        (err = get_number(&s->visible_depth_mm, o, "visible_depth_mm", at)) ||
        (err = get_why(&s->why, o, at)))
        return err;
    if (!json_object_get(o, "residuals"))
        return RIM_OK;
    err = get_list(&list, &s->residual_count, o, "residuals", RIM_RESIDUALS_MAX, at,
                   &p->said_residuals);
    for (int i = 0; i < s->residual_count && !err; i++)
        err = get_residual(&s->residual[i], &t->residual[i],
                           json_array_get(list, (size_t)i),
                           (place){p, "cut_surface.residuals", i}, p);
    return err;
}

// The calibration in use and the leaked light; reports without one have neither.
static rim_err get_calibration(rim_quality *q, const json_t *quality, rim_parse *p)
{
    const json_t *c = json_object_get(quality, "calibration"),
                 *l = json_object_get(quality, "leakage");
    const place at = {p, "quality.calibration.", -1}, in = {p, "quality.leakage.", -1};
    int64_t age = -1;
    rim_err err = RIM_OK;
    if (!json_is_object(c))
        return RIM_OK;
    q->calibration.used = true;
    if ((err = get_whole(&age, c, "age_days", 0, INT_MAX, at)) ||
        (err = get_number(&q->calibration.registration_px, c, "registration_px", at)) ||
        (err = get_number(&q->calibration.shift_px, c, "shift_px", at)) ||
        (err = get_why(&q->why, quality, (place){p, "quality.", -1})))
        return err;
    q->calibration.age_days = (int)age;
    q->calibration.bumped = (q->why & RIM_WHY_REGISTRATION) != 0;
    if (!json_is_object(l))
        return RIM_OK;
    const char *from = json_string_value(json_object_get(l, "from"));
    for (int i = RIM_LEAKAGE_SUBTRACTED; from && i <= RIM_LEAKAGE_HIGHLIGHTS; i++)
        if (strcmp(from, rim_leakage_name((rim_leakage)i)) == 0)
            q->leakage_from = (rim_leakage)i;
    return get_number(&q->leakage, l, "part", in);
}

static rim_err get_quality(rim_quality *q, const json_t *top, rim_parse *p)
{
    const json_t *o = json_object_get(top, "quality");
    const place at = {p, "quality.", -1};
    int64_t dropped = 0;
    if (o && !json_is_null(o) && !json_is_object(o))
        return bad((place){p, "", -1}, "quality", "must be an object");
    rim_err err = RIM_OK;
    if ((err = get_number(&q->saturated, o, "saturated", at)) ||
        (err = get_number(&q->dark, o, "dark", at)) ||
        (err = get_number(&q->motion_px, o, "motion_px", at)) ||
        (err = get_number(&q->age_ms, o, "age_ms", at)) ||
        (err = get_whole(&dropped, o, "dropped", 0, UINT32_MAX, at)))
        return err;
    if (isnan(q->age_ms))
        q->age_ms = 0; // a recording
    q->dropped = (uint32_t)dropped;
    return get_calibration(q, o, p);
}

rim_err rim_parse_frame(rim_truth *t, const json_t *top, rim_parse *p)
{
    const json_t *list = NULL;
    const place at = {p, "", -1};
    int64_t frame = -1;
    rim_err err = RIM_OK;
    if (!json_is_object(top))
        return bad(at, "frame", "is missing, the line is no object");
    if (!json_object_get(top, "frame"))
        return bad(at, "frame", "is missing");
    if ((err = get_whole(&frame, top, "frame", 0, INT64_MAX, at)) ||
        (err = get_whole(&t->seen.t_ns, top, "t_ns", INT64_MIN, INT64_MAX, at)) ||
        (err = get_list(&list, &t->seen.lesion_count, top, "lesions", RIM_LESIONS_MAX,
                        at, &p->said_lesions)))
        return err;
    if (frame < 0)
        return bad(at, "frame", "must be a whole number");
    t->seen.frame = (uint64_t)frame;
    for (int i = 0; i < t->seen.lesion_count && !err; i++)
        err = get_lesion(&t->seen.lesion[i], &t->lesion[i],
                         json_array_get(list, (size_t)i), (place){p, "lesions", i});
    if (err || (err = get_surface(t, top, p)))
        return err;
    return get_quality(&t->seen.quality, top, p);
}
