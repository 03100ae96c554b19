// desk.h: a display without a monitor, a program on it, hands, and eyes.
//
// Xvfb keeps its screen in a file that is read back; xdotool presses keys and moves the
// mouse. One desk at a time. What goes wrong ends the test (Check).
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_WINDOW_DESK_H
#define RIM_TESTS_WINDOW_DESK_H

#include "base/frame.h"

#include <stdbool.h>
#include <sys/types.h>

// False: Xvfb or xdotool are missing or do not start; said on standard output.
bool desk_open(int width, int height);
void desk_close(void);
// Folder of this desk: recordings, settings, what programs write. Programs run in it.
const char *desk_folder(void);
// Ends the X server under whatever runs on it.
void desk_kill_display(void);

// Runs `rimlight ARGS` to its end, without the display; its status.
int desk_run(const char *args);
// Starts `rimlight ARGS` on the display; a window is up when it returns.
pid_t desk_start(const char *args);
// Waits for its end, at most 90 seconds; its exit status, 128 and more where a signal
// ended it.
int desk_wait(pid_t pid);
bool desk_is_running(pid_t pid);

// `xdotool WHAT`.
void desk_do(const char *what);
// Waits until the screen has not changed for `still_ms`, at most ten seconds.
void desk_settle(int still_ms);
// The screen, or the middle of it, of *f's size (BGRX8, initialised).
void desk_look(rim_frame *f);
// One pixel of the screen, 0xrrggbb.
unsigned desk_pixel(int x, int y);
// Waits, at most 90 seconds, until so many pixels of the middle are not black; if not,
// prints what was seen and what the programs said.
bool desk_wait_lit(int width, int height, int least);
bool desk_is_dark(int width, int height);

#endif
