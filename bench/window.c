// window.c: what it costs to bring a picture to the screen.
//
//   rimlight_window ways [WxH]                 every way there is, as fast as it goes
//   rimlight_window paced [WxH [FPS [SECONDS]]]  the program's window at a camera's pace
//
// Without SECONDS 10, without a size 1920x1080. Figures are those of this display; see
// bench/window.sh.
// SPDX-License-Identifier: MIT
#define SDL_MAIN_HANDLED
#include "render/window.h"
#include "base/clock.h"
#include "base/frame.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PICTURES = 4, WAY_FRAMES = 90, SAMPLES_MAX = 1 << 20 };

// ---- pictures: something that moves, so that nobody can leave a copy out ----

static bool make_pictures(rim_frame f[PICTURES], int width, int height)
{
    for (int n = 0; n < PICTURES; n++) {
        f[n] = (rim_frame){
            .width = width, .height = height, .fmt = RIM_FMT_BGRX8, .bits = 8};
        if (rim_frame_init(&f[n]))
            return false;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < 4 * width; x++)
                rim_frame_row8(&f[n], y)[x] = (uint8_t)(x + y * 3 + n * 64);
    }
    return true;
}

// ---- every way ----

typedef struct way {
    const char *name, *driver; // driver NULL: the window's own surface
    uint32_t format;           // of the video's texture
    bool overlay;              // marks in a second texture over it, new each frame
} way;

static const way g_way[] = {
    {"surface, our compositing", NULL, 0, false},
    {"software, BGRX", "software", SDL_PIXELFORMAT_RGB888, false},
    {"software, YUY2 + marks", "software", SDL_PIXELFORMAT_YUY2, true},
    {"software, NV12 + marks", "software", SDL_PIXELFORMAT_NV12, true},
    {"opengl, BGRX", "opengl", SDL_PIXELFORMAT_RGB888, false},
    {"opengl, YUY2 + marks", "opengl", SDL_PIXELFORMAT_YUY2, true},
    {"opengl, NV12 + marks", "opengl", SDL_PIXELFORMAT_NV12, true},
};

typedef struct stage {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *video, *marks;
    int width, height;
} stage;

static int driver_index(const char *name)
{
    for (int i = 0; i < SDL_GetNumRenderDrivers(); i++) {
        SDL_RendererInfo info;
        if (SDL_GetRenderDriverInfo(i, &info) == 0 && strcmp(info.name, name) == 0)
            return i;
    }
    return -1;
}

static bool set(stage *s, const way *w, int width, int height)
{
    *s = (stage){.width = width, .height = height};
    s->window = SDL_CreateWindow("ways", 0, 0, width, height, 0);
    if (!s->window || !w->driver)
        return s->window && SDL_GetWindowSurface(s->window);
    const int index = driver_index(w->driver);
    s->renderer = index < 0 ? NULL : SDL_CreateRenderer(s->window, index, 0);
    if (!s->renderer)
        return false;
    s->video = SDL_CreateTexture(s->renderer, w->format, SDL_TEXTUREACCESS_STREAMING,
                                 width, height);
    if (w->overlay) {
        s->marks = SDL_CreateTexture(s->renderer, SDL_PIXELFORMAT_ARGB8888,
                                     SDL_TEXTUREACCESS_STREAMING, width, height);
        if (s->marks)
            SDL_SetTextureBlendMode(s->marks, SDL_BLENDMODE_BLEND);
    }
    return s->video && (s->marks || !w->overlay);
}

static void clear(stage *s)
{
    if (s->renderer)
        SDL_DestroyRenderer(s->renderer); // and its textures
    if (s->window)
        SDL_DestroyWindow(s->window);
}

static void show_surface(stage *s, const rim_frame *f)
{
    const SDL_Surface *to = SDL_GetWindowSurface(s->window);
    for (int y = 0; to && y < s->height; y++)
        memcpy((char *)to->pixels + (ptrdiff_t)y * to->pitch, rim_frame_row8(f, y),
               (size_t)s->width * 4);
    SDL_UpdateWindowSurface(s->window);
}

// The bytes of a picture are taken for those of the video's format, whatever they show.
static void show(stage *s, const way *w, const rim_frame *f)
{
    if (!s->renderer) {
        show_surface(s, f);
        return;
    }
    const int pitch = w->format == SDL_PIXELFORMAT_YUY2   ? 2 * s->width
                      : w->format == SDL_PIXELFORMAT_NV12 ? s->width
                                                          : (int)f->stride;
    SDL_UpdateTexture(s->video, NULL, f->data, pitch);
    SDL_RenderCopy(s->renderer, s->video, NULL, NULL);
    if (s->marks) {
        SDL_UpdateTexture(s->marks, NULL, f->data, (int)f->stride);
        SDL_RenderCopy(s->renderer, s->marks, NULL, NULL);
    }
    SDL_RenderPresent(s->renderer);
}

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void time_way(const way *w, int width, int height, rim_frame f[PICTURES])
{
    stage s;
    SDL_Event e;
    if (!set(&s, w, width, height)) {
        printf("%-26s is not to be had here\n", w->name);
        clear(&s);
        return;
    }
    for (int i = 0; i < 5; i++) // the first ones set things up
        show(&s, w, &f[i % PICTURES]);
    const int64_t start_ns = rim_clock_now_ns();
    const double start_cpu = cpu_ms();
    int frames = 0;
    while (frames < WAY_FRAMES && rim_clock_now_ns() - start_ns < 2 * RIM_NS_PER_S) {
        while (SDL_PollEvent(&e)) {
        }
        show(&s, w, &f[frames++ % PICTURES]);
    }
    const double ms = (double)(rim_clock_now_ns() - start_ns) / 1e6;
    printf("%-26s %10.1f %10.1f\n", w->name, ms / frames,
           (cpu_ms() - start_cpu) / frames);
    clear(&s);
}

static int time_ways(int width, int height, rim_frame f[PICTURES])
{
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); // else OpenGL comes in between
    if (SDL_Init(SDL_INIT_VIDEO)) {
        fprintf(stderr, "rimlight_window: no display: %s\n", SDL_GetError());
        return 1;
    }
    printf("%dx%d                  ms a picture  of this program's CPU\n", width,
           height);
    for (size_t i = 0; i < sizeof g_way / sizeof g_way[0]; i++)
        time_way(&g_way[i], width, height, f);
    SDL_Quit();
    return 0;
}

// ---- the program's window, at a camera's pace ----

typedef struct pace {
    int64_t *took_ns; // [SAMPLES_MAX]
    int frames, missed;
    double seconds;
} pace;

static void run_paced(pace *p, rim_window *w, rim_frame f[PICTURES], double fps,
                      double seconds)
{
    const int64_t start_ns = rim_clock_now_ns(), interval_ns = (int64_t)(1e9 / fps);
    const int wanted = (int)(fps * seconds);
    rim_event e;
    for (int i = 0; i < wanted && p->frames < SAMPLES_MAX; i++) {
        const int64_t due_ns = start_ns + i * interval_ns;
        // Its time is over: as in live, a newer one is shown.
        if (rim_clock_now_ns() >= due_ns + interval_ns) {
            p->missed++;
            continue;
        }
        rim_clock_sleep_until(due_ns);
        while (rim_window_poll(w, &e)) {
        }
        const int64_t from_ns = rim_clock_now_ns();
        rim_window_show(w, &f[i % PICTURES]);
        p->took_ns[p->frames++] = rim_clock_now_ns() - from_ns;
    }
    p->seconds = (double)(rim_clock_now_ns() - start_ns) / 1e9;
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int time_paced(int width, int height, double fps, double seconds,
                      rim_frame f[PICTURES])
{
    rim_window *w = NULL;
    pace p = {.took_ns = calloc(SAMPLES_MAX, sizeof *p.took_ns)};
    if (!p.took_ns || rim_window_create(&w, "paced", width, height, width, height))
        return 1;
    pace warm_up = {.took_ns = p.took_ns};
    run_paced(&warm_up, w, f, fps, 0.5);
    const double start_cpu = cpu_ms();
    run_paced(&p, w, f, fps, seconds);
    const double cpu = (cpu_ms() - start_cpu) / p.frames;
    qsort(p.took_ns, (size_t)p.frames, sizeof *p.took_ns, by_size);
    printf("%dx%d at %g through %s: %.1f shown a second, missed %d of %d, present p50 "
           "%.1f p99 %.1f max %.1f ms, CPU %.1f ms a picture\n",
           width, height, fps, rim_window_path(w), p.frames / p.seconds, p.missed,
           p.frames + p.missed, (double)p.took_ns[p.frames / 2] / 1e6,
           (double)p.took_ns[p.frames * 99 / 100] / 1e6,
           (double)p.took_ns[p.frames - 1] / 1e6, cpu);
    rim_window_destroy(&w);
    free(p.took_ns);
    return p.missed > 0 ? 3 : 0;
}

int main(int argc, char **argv)
{
    int width = 1920, height = 1080;
    rim_frame f[PICTURES];
    const bool ways = argc > 1 && strcmp(argv[1], "ways") == 0;
    const bool paced = argc > 1 && strcmp(argv[1], "paced") == 0;
    if ((!ways && !paced) ||
        (argc > 2 && sscanf(argv[2], "%dx%d", &width, &height) != 2) ||
        !make_pictures(f, width, height)) {
        fprintf(stderr, "usage: rimlight_window ways|paced [WxH [FPS [SECONDS]]]\n");
        return 2;
    }
    const int status =
        ways ? time_ways(width, height, f)
             : time_paced(width, height, argc > 3 ? strtod(argv[3], NULL) : 60,
                          argc > 4 ? strtod(argv[4], NULL) : 10, f);
    for (int i = 0; i < PICTURES; i++)
        rim_frame_uninit(&f[i]);
    return status;
}
