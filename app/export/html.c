// html.c: --html: pictures for the page, and the page.
// SPDX-License-Identifier: MIT
#include "app/banner.h"
#include "app/export/export.h"
#include "app/export/frames.h"
#include "app/export/tables.h"
#include "exchange/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Larger pictures are made smaller by whole factors.
enum { SHOWN_MAX_PX = 640, CLOSE_UP_MAX_PX = 420, SURFACE_MAX_PX = 900 };

typedef struct pictures {
    const rim_case *c;
    const rim_source_info *info;
    unsigned char *wish;
    rim_page_picture *lesion, *residual;
    size_t lesions[RIM_CASE_CHOSEN_MAX], residuals[RIM_CASE_CHOSEN_MAX];
    int lesion_count, residual_count;
} pictures;

static int factor(int side, int most)
{
    return (side + most - 1) / most;
}

// The mean of k x k pixels each.
static rim_err shrink(rim_frame *to, const rim_frame *from, int most)
{
    const int longer = from->width > from->height ? from->width : from->height;
    const int k = factor(longer, most);
    *to = (rim_frame){.width = from->width / k,
                      .height = from->height / k,
                      .fmt = RIM_FMT_BGRX8,
                      .bits = 8};
    const rim_err err = rim_frame_init(to);
    if (err)
        return err;
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++)
            for (int b = 0; b < 4; b++) {
                int sum = 0;
                for (int j = 0; j < k; j++)
                    for (int i = 0; i < k; i++)
                        sum += rim_frame_row8(from, y * k + j)[(x * k + i) * 4 + b];
                rim_frame_row8(to, y)[x * 4 + b] =
                    (uint8_t)((sum + k * k / 2) / (k * k));
            }
    return RIM_OK;
}

typedef struct area {
    int x, y, width, height; // px of the NIR frame
} area;

// The value that but five in a thousand pixels exceed: not a hot one's.
static int find_white(const rim_frame *f, int black)
{
    int *seen = calloc(65536, sizeof *seen);
    int white = 65535, beyond = f->width * f->height / 200;
    for (int y = 0; seen && y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            seen[rim_frame_row16(f, y)[x]]++;
    while (seen && white > black + 1 && (beyond -= seen[white]) >= 0)
        white--;
    free(seen);
    return white;
}

static void mean_of(rim_frame *to, const rim_frame *from, area a, int k)
{
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++) {
            int sum = 0;
            for (int j = 0; j < k; j++)
                for (int i = 0; i < k; i++)
                    sum += rim_frame_row16(from, a.y + y * k + j)[a.x + x * k + i];
            rim_frame_row16(to, y)[x] = (uint16_t)(sum / (k * k));
        }
}

// 8 bits for looking at: from black level to the brightest of the area.
static rim_err close_up(rim_page_picture *p, const rim_frame *nir, area a, int most,
                        int black)
{
    const int k = factor(a.width > a.height ? a.width : a.height, most);
    p->nir = (rim_frame){
        .width = a.width / k, .height = a.height / k, .fmt = RIM_FMT_GRAY16, .bits = 8};
    p->step = k;
    p->left = a.x + (k - 1) / 2.0;
    p->top = a.y + (k - 1) / 2.0;
    const rim_err err = rim_frame_init(&p->nir);
    if (err)
        return err;
    mean_of(&p->nir, nir, a, k);
    const int range = find_white(&p->nir, black) - black;
    for (int y = 0; y < p->nir.height; y++)
        for (int x = 0; x < p->nir.width; x++) {
            uint16_t *v = &rim_frame_row16(&p->nir, y)[x];
            const int above = *v > black ? *v - black : 0;
            *v = (uint16_t)(above < range ? above * 255 / range : 255);
        }
    return RIM_OK;
}

static int clamp(double value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)value;
}

// The lesion with as much again around it, within the frame.
static area around(const rim_lesion *l, const rim_frame *nir)
{
    const double reach = 2 * fmax(l->a, 8) + 8;
    const int left = clamp(l->x - reach, 0, nir->width - 2);
    const int top = clamp(l->y - reach, 0, nir->height - 2);
    return (area){left, top, clamp(l->x + reach, left + 1, nir->width - 1) - left + 1,
                  clamp(l->y + reach, top + 1, nir->height - 1) - top + 1};
}

static rim_err keep(void *ctx, const rim_export_frame *f)
{
    pictures *p = ctx;
    const rim_case *c = p->c;
    const int black = p->info->black_level;
    rim_err err = RIM_OK;
    for (int i = 0; i < p->lesion_count && !err; i++) {
        const rim_case_lesion *l = &c->lesion[c->lesion_track[p->lesions[i]].clearest];
        rim_page_picture *to = &p->lesion[p->lesions[i]];
        if (l->frame != f->index)
            continue;
        err = shrink(&to->shown, f->picture, SHOWN_MAX_PX);
        if (!err)
            err =
                close_up(to, f->nir, around(&l->seen, f->nir), CLOSE_UP_MAX_PX, black);
    }
    for (int i = 0; i < p->residual_count && !err; i++) {
        const size_t track = p->residuals[i];
        rim_page_picture *to = &p->residual[track];
        if (c->residual[c->residual_track[track].clearest].frame != f->index)
            continue;
        to->surface = *f->surface;
        err = close_up(to, f->nir, (area){0, 0, f->nir->width, f->nir->height},
                       SURFACE_MAX_PX, black);
    }
    return err;
}

static rim_err choose(pictures *p, const rim_case *c)
{
    p->c = c;
    p->wish = calloc(c->frame_count + 1, 1);
    p->lesion = calloc(c->lesion_track_count + 1, sizeof *p->lesion);
    p->residual = calloc(c->residual_track_count + 1, sizeof *p->residual);
    if (!p->wish || !p->lesion || !p->residual)
        return RIM_ERR_MEMORY;
    p->lesion_count =
        rim_case_choose(p->lesions, c->lesion_track, c->lesion_track_count);
    p->residual_count =
        rim_case_choose(p->residuals, c->residual_track, c->residual_track_count);
    for (int i = 0; i < p->lesion_count; i++)
        p->wish[c->lesion[c->lesion_track[p->lesions[i]].clearest].frame] =
            RIM_WISH_PICTURE;
    for (int i = 0; i < p->residual_count; i++)
        p->wish[c->residual[c->residual_track[p->residuals[i]].clearest].frame] =
            RIM_WISH_PICTURE;
    return RIM_OK;
}

static void uninit(pictures *p, const rim_case *c)
{
    for (size_t i = 0; p->lesion && i < c->lesion_track_count; i++) {
        rim_frame_uninit(&p->lesion[i].shown);
        rim_frame_uninit(&p->lesion[i].nir);
    }
    for (size_t i = 0; p->residual && i < c->residual_track_count; i++)
        rim_frame_uninit(&p->residual[i].nir);
    free(p->lesion);
    free(p->residual);
    free(p->wish);
}

// Without its line ends.
static void set_banner(char *text, size_t size)
{
    (void)snprintf(text, size, "%s", RIM_BANNER);
    for (char *s = text; *s; s++)
        if (*s == '\n')
            *s = ' ';
}

// calib: NULL: not known.
static rim_err write_page(const rim_export_job *job, const rim_case *c,
                          const rim_source_info *info, const rim_calib *calib,
                          const pictures *p)
{
    char banner[512], made[128], date[32];
    rim_page_table *table = calloc(3, sizeof *table);
    if (!table)
        return RIM_ERR_MEMORY;
    rim_export_table_recording(&table[0], job, c, info);
    rim_export_table_run(&table[1], job, info);
    rim_export_table_calibration(&table[2], c, calib,
                                 rim_export_calibration_name(job, info), info);
    set_banner(banner, sizeof banner);
    rim_export_date(date, rim_export_now_s());
    (void)snprintf(made, sizeof made, "Made by rimlight %s, %s", RIM_VERSION, date);
    const char *slash = strrchr(c->path, '/');
    const rim_page_table *const tables[] = {&table[2], &table[0], &table[1]};
    const rim_page page = {
        .title = job->title ? job->title
                 : slash    ? slash + 1
                            : c->path,
        .banner = banner,
        .made = made,
        .no_picture = "No pictures: they are taken from the recording, which was not "
                      "given (--source).",
        .table = tables,
        .table_count = 3,
        .lesion = p->lesion,
        .residual = p->residual,
        .width = info ? info->width : 0,
        .height = info ? info->height : 0,
        .mark = info ? info->mark : NULL,
        .mark_count = info ? info->mark_count : 0,
    };
    const rim_err err = rim_page_write(job->html, c, &page);
    free(table);
    return err;
}

static rim_err export_with_source(const rim_export_job *job, const rim_case *c)
{
    pictures p = {0};
    rim_export_frames *frames = NULL;
    rim_err err = rim_export_frames_open(&frames, job);
    if (!err)
        err = choose(&p, c);
    if (!err) {
        p.info = rim_export_frames_info(frames);
        err = rim_export_frames_walk(frames, c, p.wish, keep, &p);
    }
    if (!err)
        err = write_page(job, c, p.info, rim_export_frames_calib(frames), &p);
    uninit(&p, c);
    rim_export_frames_close(&frames);
    return err;
}

rim_err rim_export_html(const rim_export_job *job, const rim_case *c)
{
    if (job->source)
        return export_with_source(job, c);
    const pictures none = {0};
    rim_calib *calib = NULL;
    rim_err err = RIM_OK;
    if (job->run.calibration)
        err = rim_calib_load(&calib, job->run.calibration);
    if (!err)
        err = write_page(job, c, NULL, calib, &none);
    rim_calib_destroy(&calib);
    return err;
}
