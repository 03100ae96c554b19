// window_sdl.c: the window, through SDL2; it and window_input.c alone include SDL.
//
// Two ways to the screen. With a graphics processor: a streaming texture, scaled and
// shown in step with the display. Without one, OpenGL would be emulated on the
// processor at many times the cost, so there the pixels are scaled into the window's
// own surface (docs/window.md has the figures).
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "render/window_state.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// RIM_FMT_BGRX8 in SDL's words.
#if SDL_BYTEORDER == SDL_LIL_ENDIAN
#define PIXELS SDL_PIXELFORMAT_RGB888
#else
#define PIXELS SDL_PIXELFORMAT_BGRX8888
#endif

static bool g_lost;
static jmp_buf g_way_out;
static bool g_inside; // of SDL, on the main thread

bool rim_window_is_lost(void)
{
    return g_lost;
}

jmp_buf *rim_window_enter(void)
{
    g_inside = true;
    return &g_way_out;
}

void rim_window_leave(void)
{
    g_inside = false;
}

// Xlib ends the program when the X server is gone, once its handler returns: so this one
// does not, and SDL is never called again.
static int lose(void *display)
{
    (void)display;
    g_lost = true;
    if (g_inside)
        longjmp(g_way_out, 1);
    return 0;
}

// Through dlsym(), since SDL loads Xlib by itself where it needs it.
static void outlive_server(void)
{
    typedef int handler(void *display);
    typedef handler *set_handler(handler * h);
    void *xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *symbol = xlib ? dlsym(xlib, "XSetIOErrorHandler") : NULL;
    if (symbol) {
        set_handler *set;
        memcpy(&set, &symbol, sizeof set); // ISO C has no cast from data to function
        (void)set(lose);
    }
    if (xlib)
        dlclose(xlib);
}

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
    const char *wish = SDL_getenv("RIM_WINDOW"); // "gpu", "software": to compare them
    const bool force = wish && strcmp(wish, "gpu") == 0;
    if (force || !gl || !emulated())
        return true;
    SDL_DestroyRenderer(w->renderer);
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

static rim_err open_window(rim_window *w, const char *title, int width, int height)
{
    w->window =
        SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width,
                         height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!w->window || !open_path(w)) {
        rim_log_error("cannot open a window (%s): give --headless", SDL_GetError());
        return RIM_ERR_UNSUPPORTED;
    }
    outlive_server();
    SDL_SetWindowMinimumSize(w->window, 160, 120);
    rim_window_measure(w);
    w->inside_width = width;
    w->inside_height = height;
    w->pointer_ms = SDL_GetTicks();
    return RIM_OK;
}

// Where there is no display, SDL falls back on drivers whose windows nobody sees; only
// who asks for one by SDL_VIDEODRIVER gets it.
static rim_err open_display(void)
{
    const char *why = NULL;
    if (SDL_InitSubSystem(SDL_INIT_VIDEO)) {
        why = SDL_GetError();
    } else if (!getenv("SDL_VIDEODRIVER")) { // NOLINT(concurrency-mt-unsafe)
        static const char *const unseen[] = {"offscreen", "dummy", "evdev"};
        const char *driver = SDL_GetCurrentVideoDriver();
        for (size_t i = 0; driver && i < sizeof unseen / sizeof *unseen; i++)
            if (strcmp(driver, unseen[i]) == 0)
                why = "no X11, Wayland or console that can show one";
    }
    if (!why)
        return RIM_OK;
    rim_log_error("no display for a window (%s): give --headless, or set DISPLAY", why);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return RIM_ERR_UNSUPPORTED;
}

rim_err rim_window_create(rim_window **out, const char *title, int width, int height,
                          int inside_width, int inside_height)
{
    *out = NULL;
    if (width < 1 || height < 1 || width > RIM_FRAME_SIDE_MAX ||
        height > RIM_FRAME_SIDE_MAX)
        return RIM_ERR_ARG;
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // the program has its own
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    rim_err err = open_display();
    if (err)
        return err;
    rim_window *w = calloc(1, sizeof *w);
    if (!w) {
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return RIM_ERR_MEMORY;
    }
    w->width = width;
    w->height = height;
    if (inside_width > 0 && inside_height > 0) {
        width = inside_width;
        height = inside_height;
    }
    fit_screen(&width, &height);
    err = open_window(w, title, width, height);
    if (err)
        rim_window_destroy(&w);
    *out = w;
    return err;
}

void rim_window_destroy(rim_window **p)
{
    rim_window *w = *p;
    if (!w)
        return;
    *p = NULL;
    SDL_FreeSurface(w->source);
    if (g_lost) { // of the rest SDL would speak to the server
        free(w);
        return;
    }
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(w);
}

const char *rim_window_path(const rim_window *w)
{
    return w->path;
}

bool rim_window_lost(const rim_window *w)
{
    (void)w;
    return g_lost;
}

void rim_window_inside(const rim_window *w, int *width, int *height)
{
    *width = w->inside_width;
    *height = w->inside_height;
}

void rim_window_most(const rim_window *w, int *width, int *height)
{
    *width = w->shown_width;
    *height = w->shown_height;
    const int displays = SDL_GetNumVideoDisplays();
    for (int i = 0; i < displays; i++) {
        SDL_DisplayMode mode;
        if (SDL_GetDesktopDisplayMode(i, &mode))
            continue;
        *width = mode.w > *width ? mode.w : *width;
        *height = mode.h > *height ? mode.h : *height;
    }
}

void rim_window_measure(rim_window *w)
{
    if (w->renderer) {
        SDL_GetRendererOutputSize(w->renderer, &w->shown_width, &w->shown_height);
        return;
    }
    const SDL_Surface *to = SDL_GetWindowSurface(w->window); // new after a resize
    if (to) {
        w->shown_width = to->w;
        w->shown_height = to->h;
    }
}

SDL_Rect rim_window_box(const rim_window *w)
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

// A texture of the picture's size. False: there is none to be had.
static bool fit_texture(rim_window *w, const rim_frame *picture)
{
    if (w->texture && w->texture_width == picture->width &&
        w->texture_height == picture->height)
        return true;
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    w->texture = SDL_CreateTexture(w->renderer, PIXELS, SDL_TEXTUREACCESS_STREAMING,
                                   picture->width, picture->height);
    w->texture_width = picture->width;
    w->texture_height = picture->height;
    return w->texture != NULL;
}

static void show_by_renderer(rim_window *w, const rim_frame *picture)
{
    rim_window_measure(w);
    if (!fit_texture(w, picture) ||
        SDL_UpdateTexture(w->texture, NULL, picture->data, (int)picture->stride))
        return;
    const SDL_Rect box = rim_window_box(w);
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
    SDL_Rect box = rim_window_box(w);
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

static void show(rim_window *w, const rim_frame *picture)
{
    if (SDL_GetWindowFlags(w->window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN))
        return;
    if (w->renderer)
        show_by_renderer(w, picture);
    else
        show_by_surface(w, picture);
}

void rim_window_show(rim_window *w, const rim_frame *picture)
{
    assert(picture->fmt == RIM_FMT_BGRX8);
    if (g_lost)
        return;
    if (setjmp(*rim_window_enter()) == 0)
        show(w, picture);
    rim_window_leave();
}
