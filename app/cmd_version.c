// cmd_version.c: rimlight version, also --version: what this build is made of.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/options.h"

#include "base/cpu.h"
#include "exchange/igtl.h"

#include <jansson.h>
#include <libavutil/avutil.h>
#include <png.h>
#include <stdio.h>
#ifdef RIM_HAVE_SDL2
#include <SDL_version.h>
#endif

static void print_optional(void)
{
#ifdef RIM_OPENCV_VERSION
    printf("  OpenCV   %s (Apache-2.0)\n", RIM_OPENCV_VERSION);
#else
    puts("  OpenCV   left out: no calibration can be made or read");
#endif
#ifdef RIM_HAVE_SDL2
    SDL_version sdl;
    SDL_GetVersion(&sdl);
    printf("  SDL2     %d.%d.%d (zlib)\n", sdl.major, sdl.minor, sdl.patch);
#else
    puts("  SDL2     left out: no window, use --headless");
#endif
#ifdef RIM_V4L2_VERSION
    printf("  libv4l2  %s (LGPL-2.1-or-later)\n", RIM_V4L2_VERSION);
#else
    puts("  libv4l2  left out: no cameras");
#endif
#ifdef RIM_DCMTK_VERSION
    printf("  DCMTK    %s (BSD-3-Clause)\n", RIM_DCMTK_VERSION);
#else
    puts("  DCMTK    left out: no export --dicom");
#endif
    puts(rim_igtl_available() ? "  OpenIGTLink (BSD-3-Clause)"
                              : "  OpenIGTLink left out: no --igtl");
}

int rim_cmd_version(int argc, char **argv)
{
    const rim_option options[] = {RIM_OPT_END};
    const rim_usage usage = {
        .command = "version",
        .synopsis = "",
        .summary = "Prints the version of this program and of the libraries in use.",
        .options = options,
    };
    const rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    if (err)
        return rim_exit_status(err);
    printf("rimlight %s\n", RIM_VERSION);
    printf("  FFmpeg   %s (%s)\n", av_version_info(), avutil_license());
    printf("  libpng   %s (libpng-2.0)\n", png_get_libpng_ver(NULL));
    printf("  Jansson  %s (MIT)\n", jansson_version_str());
    print_optional();
    printf("  CPU      %s\n", rim_cpu_name(rim_cpu_detect()));
    return 0;
}
