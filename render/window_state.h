// window_state.h: what the two files of the SDL window share.
//
//     window_sdl.c    opening, showing
//     window_input.c  keys, mouse, sizes
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_WINDOW_STATE_H
#define RIM_RENDER_WINDOW_STATE_H

#define SDL_MAIN_HANDLED
#include "render/window.h"

#include <SDL.h>
#include <setjmp.h>

struct rim_window {
    SDL_Window *window;
    int width, height; // the shape of the pictures
    // One of these ways is in use, the other NULL.
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    int texture_width, texture_height;
    SDL_Surface *source; // pointed at the picture that is being shown
    uint32_t no_pixel;   // what it points at before the first
    char path[32];
    int shown_width, shown_height; // px of the window's inside

    // Sizes: told when they have lasted for a moment.
    int told_width, told_height, seen_width, seen_height;
    uint32_t seen_ms;
    int inside_width, inside_height; // while it is not full screen
    SDL_Rect inside;                 // likewise, before it was last
    bool dragging, region, panning;
    bool pointer_hidden;
    uint32_t pointer_ms; // when it last moved
};

// Where the picture lies in the window: as large as fits, in the middle. px.
SDL_Rect rim_window_box(const rim_window *w);
// Measures the window's inside into shown_width and shown_height.
void rim_window_measure(rim_window *w);
// The display is gone: no more calls of SDL.
bool rim_window_is_lost(void);
// SDL is called in between: setjmp(*rim_window_enter()) is 0 at first, and comes back
// with 1 where the display was lost on the way.
jmp_buf *rim_window_enter(void);
void rim_window_leave(void);

#endif
