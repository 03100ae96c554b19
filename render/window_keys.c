// window_keys.c: what is told to people of the keys; with and without SDL2.
// SPDX-License-Identifier: MIT
#include "render/window.h"

const char *rim_window_help(void)
{
    return "space  freeze, go on          .  ,  one frame on, back\n"
           "left  right  5 seconds back, on          home  end  first, last frame\n"
           "+  -  faster, slower          0  speed as recorded\n"
           "1 – 7  overlay, NIR, intensity map, outlines only,\n"
           "            white light, side by side, inset          v  the next\n"
           "w  white light while held down\n"
           "click  corner of the cut surface          backspace  take it back\n"
           "enter  surface drawn          c  watch no surface\n"
           "s  snapshot          f  full screen          ?  this help          q  quit";
}
