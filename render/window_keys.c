// window_keys.c: what is told to people of the keys; with and without SDL2.
// SPDX-License-Identifier: MIT
#include "render/window.h"

const char *rim_window_help(void)
{
    return "space\tfreeze, go on\n"
           ".   ,\tone frame on, back\n"
           "left   right\tfive seconds back, on\n"
           "home   end\tfirst, last frame\n"
           "+   -   0\tfaster, slower, as recorded\n"
           "1\toverlay\n"
           "2   3\tNIR in grey, intensity map\n"
           "4   5\toutlines only, white light only\n"
           "6   7\tside by side, inset\n"
           "v\tthe next of these views\n"
           "w\twhite light while held down\n"
           "click\tcorner of the cut surface\n"
           "backspace\ttake the corner back\n"
           "enter\tthe surface is drawn\n"
           "c\twatch no surface\n"
           "s\tsnapshot\n"
           "f\tfull screen\n"
           "?\tthis help\n"
           "q\tquit";
}
