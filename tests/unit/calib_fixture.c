// calib_fixture.c: cameras, and boards in space.
// SPDX-License-Identifier: MIT
#include "calib_fixture.h"

#include "calib/board_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rim_target_camera fixture_nir(void)
{
    rim_target_camera c = {
        .width = 640,
        .height = 480,
        .bits = 12,
        .black_level = 64,
        .camera_matrix = {620, 0, 325.3, 0, 621, 236.8, 0, 0, 1},
        .distortion = {-0.32, 0.12, 0, 0, -0.03},
        .rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1},
        .falloff = 0.55,
        .light_x = 0.06,
        .light_y = -0.04,
        .electrons_per_count = 4,
        .read_noise_counts = 2,
        .row_noise_counts = 0.5,
        .dsnu_counts = 3,
        .prnu = 0.008,
        .hot_per_mpx = 120,
        .dead_per_mpx = 40,
        .seed = 7,
    };
    return c;
}

rim_target_camera fixture_visible(void)
{
    rim_target_camera c = fixture_nir();
    c.width = 720;
    c.height = 540;
    c.bits = 8;
    c.black_level = 4;
    const double k[9] = {705, 0, 352.1, 0, 704, 275.9, 0, 0, 1};
    const double d[5] = {-0.27, 0.09, 0, 0, -0.02};
    memcpy(c.camera_matrix, k, sizeof k);
    memcpy(c.distortion, d, sizeof d);
    rim_target_rotation(c.rotation, 0.01, 0.035, 0.02);
    c.translation_mm[0] = 4;
    c.translation_mm[1] = -0.4;
    c.translation_mm[2] = 0.6;
    c.electrons_per_count = 60;
    c.read_noise_counts = 0.8;
    c.row_noise_counts = 0;
    c.dsnu_counts = 0.3;
    c.hot_per_mpx = c.dead_per_mpx = 0;
    c.seed = 11;
    return c;
}

rim_target_camera fixture_visible_same_path(void)
{
    rim_target_camera c = fixture_visible();
    memset(c.translation_mm, 0, sizeof c.translation_mm);
    rim_target_rotation(c.rotation, 0.004, -0.006, 0.05);
    return c;
}

rim_target *fixture_create(const rim_target_camera *c)
{
    rim_target *t = NULL;
    if (rim_target_create(&t, c) != RIM_OK)
        abort();
    return t;
}

rim_frame fixture_frame(const rim_target_camera *c)
{
    rim_frame f = {
        .width = c->width, .height = c->height, .fmt = RIM_FMT_GRAY16, .bits = c->bits};
    if (rim_frame_init(&f) != RIM_OK)
        abort();
    return f;
}

static struct {
    rim_board board;
    rim_frame picture;
    rim_point origin;
} g_texture[8];
static int g_textures;

void fixture_drop_textures(void)
{
    for (int i = 0; i < g_textures; i++)
        rim_frame_uninit(&g_texture[i].picture);
    g_textures = 0;
}

rim_target_plane fixture_board(const rim_board *board, int i)
{
    const double px_per_mm = 12; // as fine as the pictures of it, or finer
    int n = 0;
    while (n < g_textures && memcmp(&g_texture[n].board, board, sizeof *board) != 0)
        n++;
    if (n == g_textures) {
        if (n == 8 || rim_board_draw(&g_texture[n].picture, &g_texture[n].origin, board,
                                     px_per_mm) != RIM_OK)
            abort();
        g_texture[n].board = *board;
        g_textures++;
    }
    // Tilts to all sides, places over the whole field, three distances.
    static const double sx[] = {0, 0.42, -0.42, 0.1, -0.1, 0.36, -0.36, 0.3, -0.3};
    static const double sy[] = {0, 0.1, -0.1, 0.45, -0.45, 0.3, -0.3, -0.34, 0.34};
    static const double at_x[] = {0, -16, 16, -17, 17, 0, 0, 15, -15};
    static const double at_y[] = {0, -11, 11, 9, -9, 12, -12, -10, 10};
    const int k = i % 9;
    const rim_point last = rim_board_point(board, rim_board_points(board) - 1);
    rim_target_plane p = {.texture = &g_texture[n].picture,
                          .origin = g_texture[n].origin,
                          .mm_per_px = 1 / px_per_mm,
                          .beyond = 0.25};
    rim_target_rotation(p.rotation, sx[k], sy[k], 0.12 * (i % 5 - 2));
    const double mx = last.x / 2, my = last.y / 2, *r = p.rotation;
    p.translation_mm[0] = at_x[k] - r[0] * mx - r[1] * my;
    p.translation_mm[1] = at_y[k] - r[3] * mx - r[4] * my;
    p.translation_mm[2] = 62 + 5 * (i % 3) - r[6] * mx - r[7] * my;
    return p;
}
