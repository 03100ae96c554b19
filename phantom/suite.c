// suite.c: many scenes of all kinds, for scoring.
// SPDX-License-Identifier: MIT
#include "phantom/folder.h"
#include "phantom/phantom.h"
#include "phantom/rng.h"

#include "base/log.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

enum {
    KIND_LESIONS = 0, // with what the seed adds
    KIND_PLAIN,       // lesions and nothing that imitates them
    KIND_IMITATORS,   // no lesion
    KIND_CLEAN,       // liver alone
    KIND_RESIDUAL,
    KIND_BILE,   // no residual, but bile
    KIND_BED,    // a cut surface on which nothing fluoresces
    KIND_HIDDEN, // a cut surface that cannot be judged
};

static const char *const kind_name[] = {"lesions",  "plain", "imitators", "clean",
                                        "residual", "bile",  "bed",       "hidden"};

// Mixed so that a short suite has some of most.
static const int order[] = {
    KIND_LESIONS,   KIND_RESIDUAL, KIND_IMITATORS, KIND_LESIONS,  KIND_BILE,
    KIND_PLAIN,     KIND_LESIONS,  KIND_BED,       KIND_LESIONS,  KIND_HIDDEN,
    KIND_IMITATORS, KIND_LESIONS,  KIND_RESIDUAL,  KIND_CLEAN,    KIND_LESIONS,
    KIND_BILE,      KIND_PLAIN,    KIND_IMITATORS, KIND_RESIDUAL, KIND_LESIONS};
enum { ORDER = sizeof order / sizeof order[0] };

#define BIT(name) (1u << RIM_DISTRACTOR_##name)

static void set_kind(rim_phantom_options *o, int kind, rim_rng *r)
{
    const int lesions = rim_rng_int(r, 1, 4), residuals = rim_rng_int(r, 1, 3);
    const double pool = rim_rng_uniform(r, 0.7, 0.95),
                 smoke = rim_rng_uniform(r, 2.5, 4.0);
    const unsigned imitators =
        (unsigned)rim_rng_next(r) & ((1u << RIM_DISTRACTOR_COUNT) - 1);
    const bool by_smoke = rim_rng_chance(r, 0.3);
    o->scene = kind >= KIND_RESIDUAL ? RIM_PHANTOM_WOUND : RIM_PHANTOM_LIVER;
    o->lesions = kind == KIND_LESIONS || kind == KIND_PLAIN ? lesions
                 : kind == KIND_RESIDUAL                    ? residuals
                                                            : 0;
    if (kind == KIND_PLAIN || kind == KIND_CLEAN)
        o->distractors = RIM_DISTRACTORS_NONE;
    if (kind == KIND_IMITATORS)
        o->distractors = imitators | BIT(nodule) | BIT(vessel);
    if (kind == KIND_BILE)
        o->distractors = (imitators & (BIT(gauze) | BIT(instrument) | BIT(blood))) |
                         BIT(duct) | BIT(bile) | BIT(cautery);
    if (kind == KIND_BED)
        o->distractors =
            (imitators & (BIT(instrument) | BIT(blood))) | BIT(cautery) | BIT(vessel);
    if (o->scene == RIM_PHANTOM_WOUND && isnan(o->pool))
        o->pool = kind == KIND_HIDDEN && !by_smoke ? pool : 0.0;
    if (kind == KIND_HIDDEN && by_smoke && isnan(o->smoke))
        o->smoke = smoke;
}

// Size, depth and scale where they are not pinned.
static void set_camera(rim_phantom_options *o, rim_rng *r)
{
    static const int bits[] = {8, 10, 12, 12, 16};
    static const int size[][2] = {
        {1280, 720}, {1280, 720}, {1920, 1080}, {960, 540}, {720, 576}};
    const int b = bits[rim_rng_int(r, 0, 4)], s = rim_rng_int(r, 0, 4);
    const double view_mm = rim_rng_log_uniform(r, 35.0, 130.0);
    if (!o->bits)
        o->bits = b;
    if (!o->width) {
        o->width = size[s][0];
        o->height = size[s][1];
    }
    if (isnan(o->mm_per_px)) {
        const double mm = floor(view_mm / o->width * 1000.0 + 0.5) / 1000.0;
        o->mm_per_px = mm < 0.03 ? 0.03 : mm > 0.2 ? 0.2 : mm;
    }
}

typedef struct counter {
    rim_phantom_progress_fn *progress;
    void *ctx;
    int before, total;
} counter;

static void count_frame(void *ctx, int done, int total)
{
    const counter *c = ctx;
    (void)total;
    if (c->progress)
        c->progress(c->ctx, c->before + done, c->total);
}

static rim_err write_list(const char *dir, json_t *root)
{
    char path[RIM_PATH_BYTES];
    const rim_err err = rim_folder_join(path, dir, "suite.json");
    if (err)
        return err;
    if (root &&
        json_dump_file(root, path, JSON_INDENT(1) | JSON_REAL_PRECISION(8)) == 0)
        return RIM_OK;
    rim_log_error("%s: cannot be written; is the disk full?", path);
    return RIM_ERR_IO;
}

rim_err rim_phantom_suite(const char *dir, int scenes, const rim_phantom_options *base,
                          int threads, rim_phantom_progress_fn *progress, void *ctx)
{
    counter c = {progress, ctx, 0, scenes * base->frames};
    rim_err err = rim_folder_make(dir);
    json_t *list = json_array();
    for (int n = 0; !err && n < scenes; n++) {
        char path[RIM_PATH_BYTES], name[16];
        rim_phantom_options o = *base;
        rim_rng r;
        rim_rng_init(&r, base->seed, (uint64_t)n);
        // Short enough to be typed after --seed.
        o.seed = rim_rng_next(&r) >> 33;
        const int kind = order[n % ORDER];
        set_kind(&o, kind, &r);
        set_camera(&o, &r);
        snprintf(name, sizeof name, "%03d", n);
        err = rim_folder_join(path, dir, name);
        err = err ? err : rim_phantom_write(path, &o, threads, count_frame, &c);
        c.before += o.frames;
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s,s:I,s:i,s:i,s:i,s:f}", "path", name, "scene",
                      o.scene == RIM_PHANTOM_WOUND ? "wound" : "liver", "kind",
                      kind_name[kind], "seed", (json_int_t)o.seed, "width", o.width,
                      "height", o.height, "bits", o.bits, "mm_per_px", o.mm_per_px));
    }
    // What is finished is listed, also after a failure.
    json_t *root = json_pack("{s:s,s:i,s:I,s:o}", "format", "rimlight-suite", "version",
                             1, "seed", (json_int_t)base->seed, "scenes", list);
    const rim_err listed = write_list(dir, root);
    json_decref(root);
    return err ? err : listed;
}
