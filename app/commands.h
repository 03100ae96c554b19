// commands.h: what `rimlight NAME ...` knows.
//
// A new command is a line in RIM_COMMANDS and its app/cmd_NAME.c, with
// rim_cmd_NAME(), in app/CMakeLists.txt. argv[0] is the command's own name; what
// is returned is the exit status: 0 done, 1 failed while running, 2 wrong usage.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_COMMANDS_H
#define RIM_APP_COMMANDS_H

// clang-format off
#define RIM_COMMANDS(X) \
    X(bench, "times the chain on this machine") \
    X(calibrate, "makes, checks and shows a calibration") \
    X(devices, "lists the cameras, their formats, what fits") \
    X(evaluate, "scores reports against truth") \
    X(export, "hands results on: tables, ...") \
    X(live, "cameras: capture, process, show, record") \
    X(phantom, "writes a synthetic recording with its truth") \
    X(replay, "processes a recording, every frame") \
    X(version, "prints this version and the libraries in use")
// clang-format on

#define X(name, summary) int rim_cmd_##name(int argc, char **argv);
RIM_COMMANDS(X)
#undef X

#endif
