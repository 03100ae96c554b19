// window_keys.c: what is told to people of the keys; with and without SDL2.
// SPDX-License-Identifier: MIT
#include "render/window.h"

const char *rim_window_help(void)
{
    return "1\toverlay\n"
           "2   3\tNIR in grey, intensity map\n"
           "4   5\toutlines only, white light only\n"
           "6   7\tside by side, inset\n"
           "v\tthe next of these views\n"
           "w\twhite light while held down\n"
           "click, drag\tcorners of the cut surface, or its outline\n"
           "enter\tthe surface is drawn\n"
           "backspace\ttake a corner back\n"
           "e   c\tchange the surface, watch none\n"
           "s\tsnapshot\n"
           "r\tlive: record; twice: end it\n"
           "wheel, [ ]\tzoom; middle button or shift: drag\n"
           "z\tall of the picture\n"
           "l\tloupe: raw values under the pointer\n"
           "right drag, x\tmeasure a region, no more\n"
           "space\tfreeze, go on\n"
           ".   ,\tone frame on, back\n"
           "left   right\tfive seconds back, on\n"
           "home   end\tfirst, last frame\n"
           "page up, down\tto where the verdict changes\n"
           "+   -   0\tfaster, slower, as recorded\n"
           "o\tfrom the end to the start again\n"
           "k\topen the colour scale\n"
           "m, up, down\twhile open: map, end, with shift start\n"
           "shift left, right\twhile open: how opaque its colours are\n"
           "f   d\tfull screen, the next display\n"
           "escape\taway with what lies on the picture\n"
           "?\tthis help\n"
           "q\tquit";
}
