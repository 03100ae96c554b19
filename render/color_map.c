// color_map.c: colours between fixed stops.
// SPDX-License-Identifier: MIT
#include "render/color_map.h"

#include <string.h>

enum { STOPS = 5 }; // at levels 0, 64, 128, 192, 256

static const rim_color g_stop[RIM_COLOR_MAP_COUNT][STOPS] = {
    {{0, 165, 60}, {0, 205, 60}, {20, 240, 60}, {110, 255, 90}, {215, 255, 180}},
    {{20, 50, 170}, {10, 110, 235}, {20, 180, 255}, {110, 230, 255}, {235, 255, 255}},
    {{110, 0, 20}, {200, 30, 10}, {245, 110, 10}, {255, 195, 40}, {255, 255, 210}},
};

static const char *const g_name[RIM_COLOR_MAP_COUNT] = {"green", "ice", "heat"};

rim_err rim_color_map_from_name(rim_color_map *out, const char *name)
{
    for (int i = 0; i < RIM_COLOR_MAP_COUNT; i++) {
        if (strcmp(name, g_name[i]) == 0) {
            *out = (rim_color_map)i;
            return RIM_OK;
        }
    }
    return RIM_ERR_ARG;
}

const char *rim_color_map_name(rim_color_map map)
{
    return g_name[map];
}

static uint8_t mix(int a, int b, int part)
{
    return (uint8_t)((a * (64 - part) + b * part + 32) / 64);
}

rim_color rim_color_map_at(rim_color_map map, int level)
{
    const rim_color *a = &g_stop[map][level / 64];
    const int part = level % 64;
    return (rim_color){mix(a[0].r, a[1].r, part), mix(a[0].g, a[1].g, part),
                       mix(a[0].b, a[1].b, part)};
}
