// window_input.c: what is done with keys and mouse, in words of window.h.
// SPDX-License-Identifier: MIT
#include "render/window_state.h"

#include <string.h>

enum {
    SEEK_S = 5,
    SETTLED_MS = 80,   // a new size is told after so long
    POINTER_MS = 3000, // a pointer that rests is hidden
};

static bool is_full_screen(const rim_window *w)
{
    return (SDL_GetWindowFlags(w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP) ==
           SDL_WINDOW_FULLSCREEN_DESKTOP;
}

// Its size is set too: where no window manager runs, nobody else does it.
static void fill_screen(rim_window *w)
{
    SDL_Rect all;
    const int display = SDL_GetWindowDisplayIndex(w->window);
    if (is_full_screen(w) || display < 0 || SDL_GetDisplayBounds(display, &all))
        return;
    SDL_GetWindowPosition(w->window, &w->inside.x, &w->inside.y);
    SDL_GetWindowSize(w->window, &w->inside.w, &w->inside.h);
    SDL_SetWindowPosition(w->window, all.x, all.y);
    SDL_SetWindowSize(w->window, all.w, all.h);
    SDL_SetWindowFullscreen(w->window, SDL_WINDOW_FULLSCREEN_DESKTOP);
}

static void leave_full_screen(rim_window *w)
{
    if (!is_full_screen(w))
        return;
    SDL_SetWindowFullscreen(w->window, 0);
    SDL_SetWindowSize(w->window, w->inside.w, w->inside.h);
    SDL_SetWindowPosition(w->window, w->inside.x, w->inside.y);
}

static void toggle_full_screen(rim_window *w)
{
    if (is_full_screen(w))
        leave_full_screen(w);
    else
        fill_screen(w);
}

// Full screen there too, if it is.
static void go_to_next_display(rim_window *w)
{
    const int count = SDL_GetNumVideoDisplays();
    const int here = SDL_GetWindowDisplayIndex(w->window);
    if (count < 2 || here < 0)
        return;
    const int next = (here + 1) % count;
    const int middle = (int)SDL_WINDOWPOS_CENTERED_DISPLAY((unsigned)next);
    const bool full = is_full_screen(w);
    leave_full_screen(w);
    SDL_SetWindowPosition(w->window, middle, middle);
    if (full)
        fill_screen(w);
}

typedef struct key_action {
    SDL_Keycode key;
    rim_action action;
    int amount;
    bool repeats; // while the key is held
} key_action;

static const key_action g_keys[] = {
    {SDLK_q, RIM_ACTION_QUIT, 0, false},
    {SDLK_SPACE, RIM_ACTION_PAUSE, 0, false},
    {SDLK_PERIOD, RIM_ACTION_STEP, 1, true},
    {SDLK_COMMA, RIM_ACTION_STEP, -1, true},
    {SDLK_RIGHT, RIM_ACTION_SEEK, SEEK_S, true},
    {SDLK_LEFT, RIM_ACTION_SEEK, -SEEK_S, true},
    {SDLK_HOME, RIM_ACTION_SEEK_ENDS, -1, false},
    {SDLK_END, RIM_ACTION_SEEK_ENDS, 1, false},
    {SDLK_PAGEUP, RIM_ACTION_SEEK_MARK, -1, true},
    {SDLK_PAGEDOWN, RIM_ACTION_SEEK_MARK, 1, true},
    {SDLK_PLUS, RIM_ACTION_SPEED, 1, false},
    {SDLK_EQUALS, RIM_ACTION_SPEED, 1, false}, // + without shift
    {SDLK_KP_PLUS, RIM_ACTION_SPEED, 1, false},
    {SDLK_MINUS, RIM_ACTION_SPEED, -1, false},
    {SDLK_KP_MINUS, RIM_ACTION_SPEED, -1, false},
    {SDLK_0, RIM_ACTION_SPEED, 0, false},
    {SDLK_o, RIM_ACTION_LOOP, 0, false},
    {SDLK_s, RIM_ACTION_SNAPSHOT, 0, false},
    {SDLK_r, RIM_ACTION_RECORD, 0, false},
    {SDLK_v, RIM_ACTION_VIEW_NEXT, 0, false},
    {SDLK_w, RIM_ACTION_WHITE_HOLD, 0, false},
    {SDLK_h, RIM_ACTION_HELP, 0, false},
    {SDLK_F1, RIM_ACTION_HELP, 0, false},
    {SDLK_RETURN, RIM_ACTION_POINTS_END, 0, false},
    {SDLK_KP_ENTER, RIM_ACTION_POINTS_END, 0, false},
    {SDLK_BACKSPACE, RIM_ACTION_POINT_UNDO, 0, true},
    {SDLK_e, RIM_ACTION_EDIT, 0, false},
    {SDLK_c, RIM_ACTION_CLEAR, 0, false},
    {SDLK_l, RIM_ACTION_LOUPE, 0, false},
    {SDLK_x, RIM_ACTION_REGION_CLEAR, 0, false},
    {SDLK_z, RIM_ACTION_ZOOM_RESET, 0, false},
    {SDLK_RIGHTBRACKET, RIM_ACTION_ZOOM, 1, true},
    {SDLK_LEFTBRACKET, RIM_ACTION_ZOOM, -1, true},
    {SDLK_k, RIM_ACTION_SCALE_OPEN, 0, false},
    {SDLK_m, RIM_ACTION_SCALE_MAP, 0, false},
    {SDLK_UP, RIM_ACTION_SCALE_HIGH, 1, true},
    {SDLK_DOWN, RIM_ACTION_SCALE_HIGH, -1, true},
};

// Keys of which shift makes another.
static bool on_shifted_key(rim_event *event, SDL_Keycode code)
{
    switch (code) {
    case SDLK_UP:
        *event = (rim_event){.action = RIM_ACTION_SCALE_LOW, .amount = 1};
        return true;
    case SDLK_DOWN:
        *event = (rim_event){.action = RIM_ACTION_SCALE_LOW, .amount = -1};
        return true;
    case SDLK_LEFT:
        *event = (rim_event){.action = RIM_ACTION_SCALE_VEIL, .amount = -1};
        return true;
    case SDLK_RIGHT:
        *event = (rim_event){.action = RIM_ACTION_SCALE_VEIL, .amount = 1};
        return true;
    default:
        return false;
    }
}

static bool on_key(rim_window *w, rim_event *event, const SDL_KeyboardEvent *key)
{
    const SDL_Keycode code = key->keysym.sym;
    if (key->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return false; // the desktop's
    if (code == SDLK_f && !key->repeat)
        toggle_full_screen(w);
    if (code == SDLK_d && !key->repeat)
        go_to_next_display(w);
    if (code == SDLK_ESCAPE) {
        leave_full_screen(w);
        *event = (rim_event){.action = RIM_ACTION_ESCAPE};
        return true;
    }
    if (code >= SDLK_1 && code < SDLK_1 + RIM_VIEW_COUNT && !key->repeat) {
        *event =
            (rim_event){.action = RIM_ACTION_VIEW, .view = (rim_view)(code - SDLK_1)};
        return true;
    }
    if (key->keysym.mod & KMOD_SHIFT && on_shifted_key(event, code))
        return true;
    for (size_t i = 0; i < sizeof g_keys / sizeof g_keys[0]; i++) {
        if (g_keys[i].key != code || (key->repeat && !g_keys[i].repeats))
            continue;
        *event = (rim_event){
            .action = g_keys[i].action, .amount = g_keys[i].amount, .at = {0.5, 0.5}};
        return true;
    }
    return false;
}

// A place in the window, in parts of the picture. False: beside it.
static bool place(const rim_window *w, rim_point *at, int x, int y)
{
    int wide = 0, high = 0;
    SDL_GetWindowSize(w->window, &wide, &high);
    if (wide < 1 || high < 1)
        return false;
    const SDL_Rect box = rim_window_box(w);
    // Points of the desktop to pixels of the screen, then to parts of the picture.
    at->x = ((x + 0.5) * w->shown_width / wide - box.x) / box.w;
    at->y = ((y + 0.5) * w->shown_height / high - box.y) / box.h;
    return at->x >= 0 && at->y >= 0 && at->x < 1 && at->y < 1;
}

static void keep_within(rim_point *at)
{
    at->x = at->x < 0 ? 0 : at->x > 1 ? 1 : at->x;
    at->y = at->y < 0 ? 0 : at->y > 1 ? 1 : at->y;
}

static bool on_button(rim_window *w, rim_event *event, const SDL_MouseButtonEvent *b)
{
    *event = (rim_event){0};
    const bool on = place(w, &event->at, b->x, b->y);
    if (b->type == SDL_MOUSEBUTTONUP) {
        const bool was = w->dragging && b->button == SDL_BUTTON_LEFT;
        w->dragging = w->region = w->panning = false;
        keep_within(&event->at);
        event->action = RIM_ACTION_RELEASE;
        return was;
    }
    if (!on)
        return false;
    w->dragging = b->button == SDL_BUTTON_LEFT;
    w->region = b->button == SDL_BUTTON_RIGHT;
    w->panning = b->button == SDL_BUTTON_MIDDLE;
    if (w->dragging && SDL_GetModState() & KMOD_SHIFT) { // for mice of one button
        w->dragging = false;
        w->panning = true;
    }
    if (w->dragging)
        event->action = b->clicks > 1 ? RIM_ACTION_POINTS_END : RIM_ACTION_PRESS;
    else if (w->region)
        event->action = RIM_ACTION_REGION_PRESS;
    w->dragging = event->action == RIM_ACTION_PRESS;
    return event->action != RIM_ACTION_NONE;
}

static void show_pointer(rim_window *w)
{
    w->pointer_ms = SDL_GetTicks();
    if (w->pointer_hidden)
        SDL_ShowCursor(SDL_ENABLE);
    w->pointer_hidden = false;
}

static bool on_motion(rim_window *w, rim_event *event, const SDL_MouseMotionEvent *m)
{
    *event = (rim_event){0};
    show_pointer(w);
    const bool on = place(w, &event->at, m->x, m->y);
    if (w->panning) {
        rim_point was;
        (void)place(w, &was, m->x - m->xrel, m->y - m->yrel);
        event->at = (rim_point){event->at.x - was.x, event->at.y - was.y};
        event->action = RIM_ACTION_PAN;
        return true;
    }
    if (w->dragging || w->region) {
        keep_within(&event->at);
        event->action = w->dragging ? RIM_ACTION_DRAG : RIM_ACTION_REGION_DRAG;
        return true;
    }
    event->action = on ? RIM_ACTION_HOVER : RIM_ACTION_LEAVE;
    return true;
}

static bool on_wheel(rim_window *w, rim_event *event, const SDL_MouseWheelEvent *e)
{
    int x = 0, y = 0;
    SDL_GetMouseState(&x, &y);
    *event = (rim_event){.action = RIM_ACTION_ZOOM, .amount = e->y};
    return place(w, &event->at, x, y) && e->y != 0;
}

static bool on_window(rim_event *event, const SDL_WindowEvent *e)
{
    *event = (rim_event){.action = e->event == SDL_WINDOWEVENT_LEAVE
                                       ? RIM_ACTION_LEAVE
                                       : RIM_ACTION_WHITE_FREE};
    // A key may be released where we do not hear it.
    return e->event == SDL_WINDOWEVENT_LEAVE || e->event == SDL_WINDOWEVENT_FOCUS_LOST;
}

static bool translate(rim_window *w, rim_event *event, const SDL_Event *e)
{
    switch (e->type) {
    case SDL_QUIT:
        *event = (rim_event){.action = RIM_ACTION_QUIT};
        return true;
    case SDL_KEYDOWN:
        return on_key(w, event, &e->key);
    case SDL_KEYUP:
        *event = (rim_event){.action = RIM_ACTION_WHITE_FREE};
        return e->key.keysym.sym == SDLK_w;
    case SDL_TEXTINPUT: // where the question mark lies depends on the keyboard
        *event = (rim_event){.action = RIM_ACTION_HELP};
        return strcmp(e->text.text, "?") == 0;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return on_button(w, event, &e->button);
    case SDL_MOUSEMOTION:
        return on_motion(w, event, &e->motion);
    case SDL_MOUSEWHEEL:
        return on_wheel(w, event, &e->wheel);
    case SDL_WINDOWEVENT:
        return on_window(event, &e->window);
    default:
        return false;
    }
}

// A size that has lasted is told: pictures are made anew for it. Until then the last
// ones are stretched, so that a window that is being dragged answers at once.
static bool tell_size(rim_window *w, rim_event *event)
{
    const uint32_t flags = SDL_GetWindowFlags(w->window);
    if (flags & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN))
        return false;
    rim_window_measure(w);
    const SDL_Rect box = rim_window_box(w);
    if (box.w != w->seen_width || box.h != w->seen_height) {
        w->seen_width = box.w;
        w->seen_height = box.h;
        w->seen_ms = SDL_GetTicks();
    }
    if (box.w == w->told_width && box.h == w->told_height)
        return false;
    if (w->told_width > 0 && SDL_GetTicks() - w->seen_ms < SETTLED_MS)
        return false;
    w->told_width = box.w;
    w->told_height = box.h;
    if (!(flags & SDL_WINDOW_FULLSCREEN_DESKTOP))
        SDL_GetWindowSize(w->window, &w->inside_width, &w->inside_height);
    *event = (rim_event){.action = RIM_ACTION_RESIZED, .width = box.w, .height = box.h};
    return true;
}

static void hide_resting_pointer(rim_window *w)
{
    if (w->pointer_hidden || SDL_GetTicks() - w->pointer_ms < POINTER_MS)
        return;
    SDL_ShowCursor(SDL_DISABLE);
    w->pointer_hidden = true;
}

static bool poll_events(rim_window *w, rim_event *event)
{
    SDL_Event e;
    if (tell_size(w, event))
        return true;
    while (SDL_PollEvent(&e))
        if (translate(w, event, &e))
            return true;
    hide_resting_pointer(w);
    return false;
}

bool rim_window_poll(rim_window *w, rim_event *event)
{
    volatile bool found = false;
    if (rim_window_is_lost())
        return false;
    if (setjmp(*rim_window_enter()) == 0)
        found = poll_events(w, event);
    rim_window_leave();
    if (!found)
        *event = (rim_event){.action = RIM_ACTION_NONE};
    return found;
}
