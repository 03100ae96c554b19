// window_sdl.c: the window, through SDL2; no other file includes SDL.
//
// Two ways to the screen. With a graphics processor: a streaming texture, scaled and
// shown in step with the display. Without one, OpenGL would be emulated on the
// processor at many times the cost, so there the pixels are scaled into the window's
// own surface (docs/window.md has the figures).
// SPDX-License-Identifier: MIT
#define SDL_MAIN_HANDLED
#include "base/log.h"
#include "render/window.h"

#include <SDL.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

// RIM_FMT_BGRX8 in SDL's words.
#if SDL_BYTEORDER == SDL_LIL_ENDIAN
#define PIXELS SDL_PIXELFORMAT_RGB888
#else
#define PIXELS SDL_PIXELFORMAT_BGRX8888
#endif

enum { SEEK_S = 5 };

struct rim_window {
    SDL_Window *window;
    int width, height; // of the pictures
    // One of these ways is in use, the other NULL.
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    SDL_Surface *source; // pointed at the picture that is being shown
    uint32_t no_pixel;   // what it points at before the first
    char path[32];
    int shown_width, shown_height; // px of the window's inside
};

// Emulated OpenGL gives its name away.
static bool emulated(void)
{
    typedef const unsigned char *get_string(unsigned);
    void *symbol = SDL_GL_GetProcAddress("glGetString");
    if (!symbol || !SDL_GL_GetCurrentContext())
        return true;
    get_string *get;
    memcpy(&get, &symbol, sizeof get); // ISO C has no cast from data to function
    const char *name = (const char *)get(0x1F01); // GL_RENDERER
    return !name || strstr(name, "llvmpipe") || strstr(name, "softpipe") ||
           strstr(name, "swrast") || strstr(name, "SWR");
}

// False: there is no graphics processor worth using.
static bool open_renderer(rim_window *w)
{
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    w->renderer = SDL_CreateRenderer(
        w->window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
    if (!w->renderer)
        return false;
    SDL_RendererInfo info = {0};
    SDL_GetRendererInfo(w->renderer, &info);
    SDL_strlcpy(w->path, info.name ? info.name : "?", sizeof w->path);
    const bool gl = strncmp(w->path, "opengl", 6) == 0;
    w->texture = SDL_CreateTexture(w->renderer, PIXELS, SDL_TEXTUREACCESS_STREAMING,
                                   w->width, w->height);
    const char *wish = SDL_getenv("RIM_WINDOW"); // "gpu", "software": to compare them
    const bool force = wish && strcmp(wish, "gpu") == 0;
    if (w->texture && (force || !gl || !emulated()))
        return true;
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    SDL_DestroyRenderer(w->renderer);
    w->texture = NULL;
    w->renderer = NULL;
    return false;
}

static bool open_surface(rim_window *w)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    w->source = SDL_CreateRGBSurfaceWithFormatFrom(&w->no_pixel, 1, 1, 32, 4, PIXELS);
    SDL_strlcpy(w->path, "software", sizeof w->path);
    return w->source && SDL_GetWindowSurface(w->window);
}

static bool open_path(rim_window *w)
{
    const char *wish = SDL_getenv("RIM_WINDOW");
    if (!wish || strcmp(wish, "software") != 0)
        if (open_renderer(w))
            return true;
    return open_surface(w);
}

// As large as the picture, or as the screen lets it be with the same shape.
static void fit_screen(int *width, int *height)
{
    SDL_Rect screen;
    if (SDL_GetDisplayUsableBounds(0, &screen) || screen.w < 64 || screen.h < 64)
        return;
    const int most_w = screen.w * 95 / 100, most_h = screen.h * 90 / 100;
    if (*width > most_w) {
        *height = (int)((int64_t)*height * most_w / *width);
        *width = most_w;
    }
    if (*height > most_h) {
        *width = (int)((int64_t)*width * most_h / *height);
        *height = most_h;
    }
    *width = *width < 64 ? 64 : *width;
    *height = *height < 64 ? 64 : *height;
}

rim_err rim_window_create(rim_window **out, const char *title, int width, int height)
{
    *out = NULL;
    if (width < 1 || height < 1 || width > RIM_FRAME_SIDE_MAX ||
        height > RIM_FRAME_SIDE_MAX)
        return RIM_ERR_ARG;
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // the program has its own
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO)) {
        rim_log_error("no display for a window (%s): give --headless, or set DISPLAY",
                      SDL_GetError());
        return RIM_ERR_UNSUPPORTED;
    }
    rim_window *w = calloc(1, sizeof *w);
    if (!w) {
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return RIM_ERR_MEMORY;
    }
    w->width = width;
    w->height = height;
    fit_screen(&width, &height);
    w->window =
        SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                         height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!w->window || !open_path(w)) {
        rim_log_error("cannot open a window (%s): give --headless", SDL_GetError());
        rim_window_destroy(&w);
        return RIM_ERR_UNSUPPORTED;
    }
    SDL_SetWindowMinimumSize(w->window, 160, 120);
    *out = w;
    return RIM_OK;
}

void rim_window_destroy(rim_window **p)
{
    rim_window *w = *p;
    if (!w)
        return;
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    SDL_FreeSurface(w->source);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(w);
    *p = NULL;
}

const char *rim_window_path(const rim_window *w)
{
    return w->path;
}

// Where the picture lies in the window: as large as fits, in the middle.
static SDL_Rect picture_box(const rim_window *w)
{
    SDL_Rect r = {0, 0, w->shown_width, w->shown_height};
    const int64_t by_width = (int64_t)w->shown_width * w->height;
    const int64_t by_height = (int64_t)w->shown_height * w->width;
    if (by_width > by_height)
        r.w = (int)(by_height / w->height);
    else
        r.h = (int)(by_width / w->width);
    r.w = r.w < 1 ? 1 : r.w;
    r.h = r.h < 1 ? 1 : r.h;
    r.x = (w->shown_width - r.w) / 2;
    r.y = (w->shown_height - r.h) / 2;
    return r;
}

static void show_by_renderer(rim_window *w, const rim_frame *picture)
{
    if (SDL_GetRendererOutputSize(w->renderer, &w->shown_width, &w->shown_height) ||
        SDL_UpdateTexture(w->texture, NULL, picture->data, (int)picture->stride))
        return;
    const SDL_Rect box = picture_box(w);
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    SDL_RenderCopy(w->renderer, w->texture, NULL, &box);
    SDL_RenderPresent(w->renderer);
}

// Black where the picture does not reach.
static void clear_bars(SDL_Surface *to, SDL_Rect box)
{
    const SDL_Rect bar[4] = {
        {0, 0, to->w, box.y},
        {0, box.y + box.h, to->w, to->h - box.y - box.h},
        {0, box.y, box.x, box.h},
        {box.x + box.w, box.y, to->w - box.x - box.w, box.h},
    };
    for (int i = 0; i < 4; i++)
        if (bar[i].w > 0 && bar[i].h > 0)
            SDL_FillRect(to, &bar[i], 0);
}

static void show_by_surface(rim_window *w, const rim_frame *picture)
{
    SDL_Surface *to = SDL_GetWindowSurface(w->window); // a new one after a resize
    if (!to)
        return;
    w->shown_width = to->w;
    w->shown_height = to->h;
    SDL_Rect box = picture_box(w);
    clear_bars(to, box);
    SDL_Surface *from = w->source;
    from->pixels = picture->data;
    from->pitch = (int)picture->stride;
    from->w = picture->width;
    from->h = picture->height;
    from->clip_rect = (SDL_Rect){0, 0, from->w, from->h};
    if (to->format->format == PIXELS && box.w == from->w && box.h == from->h)
        for (int y = 0; y < from->h; y++)
            memcpy((char *)to->pixels + (ptrdiff_t)(box.y + y) * to->pitch +
                       (ptrdiff_t)box.x * 4,
                   rim_frame_row8(picture, y), (size_t)from->w * 4);
    else if (to->format->format != PIXELS ||
             SDL_SoftStretchLinear(from, &from->clip_rect, to, &box))
        SDL_BlitScaled(from, NULL, to, &box);
    SDL_UpdateWindowSurface(w->window);
}

void rim_window_show(rim_window *w, const rim_frame *picture)
{
    assert(picture->fmt == RIM_FMT_BGRX8 && picture->width == w->width &&
           picture->height == w->height);
    if (SDL_GetWindowFlags(w->window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN))
        return;
    if (w->renderer)
        show_by_renderer(w, picture);
    else
        show_by_surface(w, picture);
}

static void toggle_full_screen(rim_window *w)
{
    const bool full = SDL_GetWindowFlags(w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(w->window, full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
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
    {SDLK_PLUS, RIM_ACTION_SPEED, 1, false},
    {SDLK_EQUALS, RIM_ACTION_SPEED, 1, false}, // + without shift
    {SDLK_KP_PLUS, RIM_ACTION_SPEED, 1, false},
    {SDLK_MINUS, RIM_ACTION_SPEED, -1, false},
    {SDLK_KP_MINUS, RIM_ACTION_SPEED, -1, false},
    {SDLK_0, RIM_ACTION_SPEED, 0, false},
    {SDLK_s, RIM_ACTION_SNAPSHOT, 0, false},
    {SDLK_v, RIM_ACTION_VIEW_NEXT, 0, false},
    {SDLK_w, RIM_ACTION_WHITE_HOLD, 0, false},
    {SDLK_h, RIM_ACTION_HELP, 0, false},
    {SDLK_F1, RIM_ACTION_HELP, 0, false},
    {SDLK_RETURN, RIM_ACTION_POINTS_END, 0, false},
    {SDLK_KP_ENTER, RIM_ACTION_POINTS_END, 0, false},
    {SDLK_BACKSPACE, RIM_ACTION_POINT_UNDO, 0, true},
    {SDLK_c, RIM_ACTION_CLEAR, 0, false},
};

static bool on_key(rim_window *w, rim_event *event, const SDL_KeyboardEvent *key)
{
    const SDL_Keycode code = key->keysym.sym;
    if (key->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return false; // the desktop's
    if (code == SDLK_f && !key->repeat)
        toggle_full_screen(w);
    if (code == SDLK_ESCAPE)
        SDL_SetWindowFullscreen(w->window, 0);
    if (code >= SDLK_1 && code < SDLK_1 + RIM_VIEW_COUNT && !key->repeat) {
        *event =
            (rim_event){.action = RIM_ACTION_VIEW, .view = (rim_view)(code - SDLK_1)};
        return true;
    }
    for (size_t i = 0; i < sizeof g_keys / sizeof g_keys[0]; i++) {
        if (g_keys[i].key != code || (key->repeat && !g_keys[i].repeats))
            continue;
        *event = (rim_event){.action = g_keys[i].action, .amount = g_keys[i].amount};
        return true;
    }
    return false;
}

// A click in the window, in the picture's pixels.
static bool on_click(const rim_window *w, rim_event *event,
                     const SDL_MouseButtonEvent *button)
{
    int wide = 0, high = 0;
    SDL_GetWindowSize(w->window, &wide, &high);
    if (button->button == SDL_BUTTON_RIGHT) {
        *event = (rim_event){.action = RIM_ACTION_POINT_UNDO};
        return true;
    }
    if (button->button != SDL_BUTTON_LEFT || wide < 1 || high < 1)
        return false;
    const SDL_Rect box = picture_box(w);
    // Points of the desktop to pixels of the screen, then to the picture's.
    const double x = (button->x + 0.5) * w->shown_width / wide - box.x;
    const double y = (button->y + 0.5) * w->shown_height / high - box.y;
    if (x < 0 || y < 0 || x >= box.w || y >= box.h)
        return false;
    *event = (rim_event){
        .action = button->clicks > 1 ? RIM_ACTION_POINTS_END : RIM_ACTION_POINT,
        .at = {x * w->width / box.w - 0.5, y * w->height / box.h - 0.5}};
    return true;
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
        return on_click(w, event, &e->button);
    case SDL_WINDOWEVENT: // the key may be released where we do not hear it
        *event = (rim_event){.action = RIM_ACTION_WHITE_FREE};
        return e->window.event == SDL_WINDOWEVENT_FOCUS_LOST;
    default:
        return false;
    }
}

bool rim_window_poll(rim_window *w, rim_event *event)
{
    SDL_Event e;
    while (SDL_PollEvent(&e))
        if (translate(w, event, &e))
            return true;
    *event = (rim_event){.action = RIM_ACTION_NONE};
    return false;
}
