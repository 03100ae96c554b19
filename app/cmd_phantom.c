// cmd_phantom.c: rimlight phantom: synthetic recordings with their truth.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/options.h"
#include "app/progress.h"

#include "phantom/phantom.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct settings {
    rim_phantom_options o;
    const char *out;
    const char *distractors;
    int seed, scene, transport, pattern, threads, suite, cameras, camera_seed, views;
    bool targets;
    rim_size size;
} settings;

static const char *const scene_names[] = {"liver", "wound", NULL};
static const char *const transport_names[] = {"diffusion", "camera", NULL};
static const char *const camera_names[] = {"one", "two", NULL};
static const char *const pattern_names[] = {"drawn", "rim", "partial", "total", NULL};

// "none", "all", "drawn" or names with commas between.
static rim_err read_distractors(unsigned *bits, const char *text,
                                const rim_usage *usage)
{
    const unsigned all = (1u << RIM_DISTRACTOR_COUNT) - 1u;
    *bits = strcmp(text, "all") == 0     ? all
            : strcmp(text, "drawn") == 0 ? RIM_DISTRACTORS_DRAWN
                                         : RIM_DISTRACTORS_NONE;
    if (*bits || strcmp(text, "none") == 0)
        return RIM_OK;
    while (*text) {
        char name[32], why[80];
        const size_t len = strcspn(text, ",");
        rim_distractor d;
        snprintf(name, sizeof name, "%.*s", len < sizeof name ? (int)len : 31, text);
        if (rim_distractor_from_name(&d, name)) {
            snprintf(why, sizeof why, "knows no \"%s\"; --help lists them", name);
            return rim_options_refuse(usage, "distractors", why);
        }
        *bits |= 1u << d;
        text += len + (text[len] == ',');
    }
    return RIM_OK;
}

static void show_progress(void *ctx, int done, int total)
{
    (void)total;
    rim_progress_update(ctx, done);
}

static rim_err write_targets(const settings *s)
{
    rim_progress progress;
    double pitch_mm;
    rim_progress_start(&progress, "targets", "pictures",
                       3 * s->o.frames + 2 * s->views);
    const rim_err err =
        rim_phantom_targets(s->out, &s->o, s->o.frames, s->views, s->threads, &pitch_mm,
                            show_progress, &progress);
    rim_progress_finish(&progress);
    if (!err)
        printf("wrote %s/dark, %s/flat, %s/before, %s/boards (--board chessboard "
               "--grid 9x6 "
               "--pitch %g); the truth is in %s/truth.txt\n",
               s->out, s->out, s->out, s->out, pitch_mm, s->out);
    return err;
}

static rim_err write_out(const settings *s)
{
    if (s->targets)
        return write_targets(s);
    rim_progress progress;
    const int total = s->o.frames * (s->suite ? s->suite : 1);
    rim_progress_start(&progress, "phantom", "frames", total);
    const rim_err err =
        s->suite
            ? rim_phantom_suite(s->out, s->suite, &s->o, s->threads, show_progress,
                                &progress)
            : rim_phantom_write(s->out, &s->o, s->threads, show_progress, &progress);
    rim_progress_finish(&progress);
    return err;
}

static rim_err run(settings *s, const rim_usage *usage)
{
    if (!s->out)
        return rim_options_refuse(usage, "out",
                                  "is missing; name a folder for the sequence");
    const rim_err err = read_distractors(&s->o.distractors, s->distractors, usage);
    if (err)
        return err;
    s->o.seed = (uint64_t)s->seed;
    s->o.scene = (rim_phantom_scene)(s->scene + 1);
    s->o.transport = (rim_transport)(s->transport + 1);
    s->o.pattern = (rim_pattern)s->pattern;
    s->o.two_cameras = s->cameras == 1;
    s->o.camera_seed = s->camera_seed;
    // What a suite varies and one sequence has a default for.
    rim_phantom_options standard;
    rim_phantom_options_init(&standard);
    const bool one = s->suite == 0;
    s->o.width = one && !s->size.width ? standard.width : s->size.width;
    s->o.height = one && !s->size.width ? standard.height : s->size.height;
    s->o.bits = one && !s->o.bits ? standard.bits : s->o.bits;
    s->o.mm_per_px = one && isnan(s->o.mm_per_px) ? standard.mm_per_px : s->o.mm_per_px;
    return write_out(s);
}

int rim_cmd_phantom(int argc, char **argv)
{
    settings s = {.distractors = "drawn",
                  .seed = 1,
                  .threads = 2,
                  .camera_seed = -1,
                  .views = 12};
    rim_phantom_options_init(&s.o);
    s.o.bits = 0;
    s.o.mm_per_px = NAN;
    const rim_option options[] = {
        RIM_OPT_GROUP("Recording"),
        RIM_OPT_STRING("out", "DIR", &s.out,
                       "folder for the sequence (made if missing)"),
        RIM_OPT_CHOICE("scene", "SCENE", &s.scene, scene_names, "what is seen"),
        RIM_OPT_INT("seed", "N", &s.seed, 0, 2147483647,
                    "draws all that is not given below (1)"),
        RIM_OPT_INT("frames", "N", &s.o.frames, 1, 1000000, "how many (30)"),
        RIM_OPT_SIZE("size", &s.size, "of a frame (1280x720; a suite varies it)"),
        RIM_OPT_DOUBLE("fps", "F", &s.o.fps, 1, 1000, "frames a second (25)"),
        RIM_OPT_INT("bits", "N", &s.o.bits, 8, 16,
                    "of a sample: 8, 10, 12 or 16 (12; a suite varies it)"),
        RIM_OPT_DOUBLE("mm-per-px", "X", &s.o.mm_per_px, 0.01, 0.5,
                       "pixel pitch on the tissue (0.08; a suite varies it)"),
        RIM_OPT_FLAG("no-visible", &s.o.no_visible, "near infrared only"),
        RIM_OPT_INT("threads", "N", &s.threads, 0, 64,
                    "workers (2); the frames do not depend on it"),
        RIM_OPT_INT(
            "suite", "N", &s.suite, 0, 10000,
            "write N scenes of all kinds, DIR/000 and on, for evaluate; --scene, "
            "--lesions and --distractors are then chosen by kind"),
        RIM_OPT_GROUP("Tissue (drawn from the seed where not given)"),
        RIM_OPT_INT("lesions", "N", &s.o.lesions, 0, 24,
                    "lesions; on a wound residuals"),
        RIM_OPT_CHOICE("pattern", "P", &s.pattern, pattern_names,
                       "how lesions are built"),
        RIM_OPT_DOUBLE("x", "MM", &s.o.x_mm, -500, 500,
                       "the first one's place, from the middle of the picture"),
        RIM_OPT_DOUBLE("y", "MM", &s.o.y_mm, -500, 500, "the same, downwards"),
        RIM_OPT_DOUBLE("depth", "MM", &s.o.depth_mm, -10, 14,
                       "of their tops; negative: they break the surface"),
        RIM_OPT_DOUBLE("diameter", "MM", &s.o.diameter_mm, 1, 80,
                       "of tumour or residual"),
        RIM_OPT_DOUBLE("uptake", "U", &s.o.uptake, 0, 100,
                       "dye in the rim over dye in liver"),
        RIM_OPT_DOUBLE("core", "C", &s.o.core, 0, 100,
                       "dye in the core over dye in liver"),
        RIM_OPT_DOUBLE("rim", "MM", &s.o.rim_mm, 0.1, 10, "width of the shell of dye"),
        RIM_OPT_DOUBLE("blood", "B", &s.o.blood, 0.01, 0.5,
                       "volume part of blood in the liver"),
        RIM_OPT_DOUBLE("pool", "P", &s.o.pool, 0, 1,
                       "part of a cut surface that is under deep blood"),
        RIM_OPT_CHOICE("transport", "T", &s.transport, transport_names,
                       "spread of the light; camera: with a sharper core"),
        RIM_OPT_STRING(
            "distractors", "LIST", &s.distractors,
            "none, all, drawn, or some of nodule, duct, bile, gallbladder, cyst, "
            "cautery, gauze, instrument, segment, vessel, edge, blood; with commas"),
        RIM_OPT_FLAG(
            "round-bile", &s.o.round_bile,
            "spilled bile in smooth drops: round as deep lesions are, but with "
            "a sharp edge"),
        RIM_OPT_GROUP("Camera (drawn from the seed where not given)"),
        RIM_OPT_DOUBLE("leakage", "L", &s.o.leakage, 0, 10,
                       "excitation light let through, over the fluorescence of liver"),
        RIM_OPT_DOUBLE("smoke", "D", &s.o.smoke, 0, 5, "mean optical depth of smoke"),
        RIM_OPT_DOUBLE("peak", "P", &s.o.peak, 0.01, 10,
                       "brightest lesion, part of full scale; above 1 it saturates"),
        RIM_OPT_DOUBLE("electrons", "E", &s.o.electrons, 50, 1e6,
                       "at full scale: few is noisy"),
        RIM_OPT_DOUBLE("read-noise", "E", &s.o.read_noise, 0, 100, "electrons"),
        RIM_OPT_DOUBLE("blur", "PX", &s.o.blur_px, 0, 3,
                       "of the lens, standard deviation"),
        RIM_OPT_DOUBLE("motion", "K", &s.o.motion, 0, 3,
                       "factor on all motion; 0: a still"),
        RIM_OPT_INT("gain-steps", "0|1", &s.o.gain_steps, 0, 1,
                    "the gain changes now and then"),
        RIM_OPT_INT("round-view", "0|1", &s.o.round_view, 0, 1,
                    "round view, dark corners"),
        RIM_OPT_INT("camera-seed", "N", &s.camera_seed, 0, 2147483647,
                    "the cameras of another seed, to film several scenes with them"),
        RIM_OPT_CHOICE("cameras", "N", &s.cameras, camera_names,
                       "two: the visible one beside the NIR one, with a lens of its "
                       "own (one)"),
        RIM_OPT_DOUBLE("bump", "PX", &s.o.bump_px, 0, 500,
                       "the visible camera is bumped by so much"),
        RIM_OPT_INT("bump-frame", "N", &s.o.bump_frame, 0, 1000000,
                    "from this frame on (0)"),
        RIM_OPT_GROUP("Targets, for rimlight calibrate"),
        RIM_OPT_FLAG("targets", &s.targets,
                     "instead of a scene: what these cameras see of a cap, a white "
                     "target, tissue before the dye (--frames each) and a chessboard"),
        RIM_OPT_INT("views", "N", &s.views, 1, 200, "of the chessboard (12)"),
        RIM_OPT_END,
    };
    const char *const examples[] = {
        "phantom --out demo --scene liver --seed 7 --frames 100",
        "100 frames of a liver, visible pictures and truth beside them",
        "phantom --out deep --lesions 1 --depth 3 --diameter 8 --uptake 15 "
        "--distractors none",
        "one lesion 3 mm deep and nothing that imitates it",
        "phantom --out bed --scene wound --lesions 2 --bits 10 --no-visible",
        "a cut surface with two residuals",
        "phantom --out suite --suite 60 --seed 5 --frames 12 --no-visible",
        "60 scenes for rimlight evaluate --suite suite",
        "phantom --out targets --targets --frames 64 --seed 7 --cameras two",
        "dark, flat and boards by the two cameras of --seed 7 --cameras two",
        NULL,
    };
    const rim_usage usage = {
        .command = "phantom",
        .synopsis = "--out DIR [options]",
        .summary =
            "Writes a synthetic recording of a liver with metastases, or of a cut "
            "surface, and what is to be seen in it (truth.jsonl). The same options "
            "give the same bytes on every machine.",
        .options = options,
        .examples = examples,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    err = err ? err : run(&s, &usage);
    return rim_exit_status(err);
}
