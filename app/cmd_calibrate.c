// cmd_calibrate.c: rimlight calibrate: finds the part that was asked for.
// SPDX-License-Identifier: MIT
#include "app/banner.h"
#include "app/calibrate/calibrate.h"
#include "app/commands.h"

#include "base/log.h"

#include <string.h>

typedef int part_fn(int argc, char **argv);

static const struct part {
    const char *name, *summary;
    part_fn *run;
} parts[] = {
#define X(name, summary) {#name, summary, rim_calibrate_##name},
    RIM_CALIBRATIONS(X)
#undef X
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static void print_help(FILE *out)
{
    fputs(
        "Makes a calibration, part by part, into one folder: with it an SBR means the\n"
        "same at the edge as in the centre, and the outline lies on the lesion.\n\n"
        "Usage: rimlight calibrate PART [options]\n\nParts:\n",
        out);
    for (int i = 0; i < PARTS; i++)
        fprintf(out, "  %-10s %s\n", parts[i].name, parts[i].summary);
    fputs("\nTen minutes in the lab:\n"
          "  rimlight calibrate dark --nir cap-on/ -o cal\n"
          "      64 frames or more with the cap on and the light off\n"
          "  rimlight calibrate flat --nir white/ -o cal\n"
          "      100 frames of a matt, evenly lit target that fills the picture\n"
          "  rimlight calibrate geometry --nir board/ --board chessboard --grid 9x6 "
          "--pitch 3 -o cal\n"
          "      ten or more views of a board, tilted to all sides, seen by both "
          "cameras\n"
          "  rimlight calibrate report cal\n"
          "      look at cal/report.html\n"
          "  rimlight calibrate leakage --nir before-the-dye.mkv -o cal\n"
          "      at the beginning of a case: light that comes through the filter\n"
          "  rimlight replay case/ --calibration cal\n"
          "      use it\n"
          "\nWithout a camera: rimlight calibrate targets --out practice\n"
          "rimlight calibrate PART --help tells more of each, with "
          "examples.\n\n" RIM_BANNER "\n",
          out);
}

int rim_cmd_calibrate(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    const char *names[PARTS];
    for (int i = 0; i < PARTS; i++) {
        names[i] = parts[i].name;
        if (strcmp(word, parts[i].name) == 0)
            return parts[i].run(argc - 1, argv + 1);
    }
    const char *near = rim_nearest(word, names, PARTS);
    if (near)
        rim_log_error("calibrate: no part %s; did you mean %s?", word, near);
    else
        rim_log_error("calibrate: no part %s; rimlight calibrate --help lists them",
                      word);
    return 2;
}
