// ring.c: paints the ring; integers only, the same on every machine.
// SPDX-License-Identifier: MIT
#include "ring.h"

#include "program.h"

#include "media/png_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int root(int v)
{
    int r = 0;
    while ((r + 1) * (r + 1) <= v)
        r++;
    return r;
}

void rim_ring_paint(rim_frame *f, int seq)
{
    uint32_t noise = 12345u + (uint32_t)seq;
    const int cx = 150 + seq % 20, cy = 118;
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            const int off = abs(root((x - cx) * (x - cx) + (y - cy) * (y - cy)) - 30);
            noise = noise * 1664525u + 1013904223u;
            const int rim = off < 16 ? 1000 * (16 - off) / 16 : 0;
            rim_frame_row16(f, y)[x] = (uint16_t)(464 + rim + (int)(noise >> 28));
        }
    f->seq = (uint64_t)seq;
    f->captured_ns = seq * INT64_C(33333333);
}

void rim_ring_write(const char *folder, int frames)
{
    char path[512];
    snprintf(path, sizeof path, "%s/nir", folder);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    rim_frame f = {
        .width = RING_WIDTH, .height = RING_HEIGHT, .fmt = RIM_FMT_GRAY16, .bits = 12};
    ck_assert_int_eq(rim_frame_init(&f), RIM_OK);
    for (int i = 0; i < frames; i++) {
        rim_ring_paint(&f, i);
        snprintf(path, sizeof path, "%s/nir/%06d.png", folder, i);
        ck_assert_int_eq(rim_png_write(path, &f), RIM_OK);
    }
    rim_frame_uninit(&f);
    rim_put_text(folder, "sequence.json",
                 "{\"format\":\"rimlight-sequence\",\"version\":1,\"fps\":30.0,"
                 "\"nir\":{\"path\":\"nir\",\"bit_depth\":12,\"black_level\":64},"
                 "\"mm_per_px\":0.1,\"cut_surface\":[{\"frame\":2,\"polygon\":"
                 "[[200,40],[300,40],[300,200],[200,200]]}]}\n");
}
