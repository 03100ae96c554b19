// recording.c: a frame's number, time and checksum beside its block.
// SPDX-License-Identifier: MIT
#include "media/recording.h"

#include "media/source_info.h"

#include <inttypes.h>
#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <libavutil/adler32.h>
#include <libavutil/bprint.h>
#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
#include <stdlib.h>
#include <string.h>

// FFmpeg puts the addition's number before its bytes.
enum { ADDITION = 1, HEAD_BYTES = 8, STAMP_1_BYTES = 20, STAMP_MAX = 1 << 17 };

static const char sum_key[] = ",\"adler32\":\"";

static uint32_t checksum(const AVPacket *packet, const char *text, size_t length)
{
    const uint32_t data =
        (uint32_t)av_adler32_update(1, packet->data, (size_t)packet->size);
    return (uint32_t)av_adler32_update(data, (const uint8_t *)text, length);
}

// ---- writing ----

static void print_mark(AVBPrint *b, const rim_recording_stamp *s)
{
    av_bprintf(b, ",\"cut_surface\":[");
    for (int i = 0; i < s->mark_count; i++)
        av_bprintf(b, "%s[%.17g,%.17g]", i ? "," : "", s->mark[i].x, s->mark[i].y);
    av_bprintf(b, "]");
}

static void print_stamp(AVBPrint *b, const rim_recording_stamp *s)
{
    av_bprintf(b, "{\"seq\":%" PRIu64 ",\"t_ns\":%" PRId64, s->seq, s->t_ns);
    if (s->lost)
        av_bprintf(b, ",\"lost\":%" PRIu64, s->lost);
    if (s->left_out)
        av_bprintf(b, ",\"left_out\":%" PRIu64, s->left_out);
    if (s->unprocessed)
        av_bprintf(b, ",\"processed\":false");
    if (s->has_visible)
        av_bprintf(b, ",\"visible\":%" PRId64, s->visible);
    if (s->has_exposure)
        av_bprintf(b, ",\"exposure_us\":%.10g", s->exposure_us);
    if (s->has_gain)
        av_bprintf(b, ",\"gain\":%.10g", s->gain);
    if (s->light)
        av_bprintf(b, ",\"light\":\"%s\"", s->light);
    if (s->mark_count)
        print_mark(b, s);
}

rim_err rim_recording_stamp_put(AVPacket *packet, const rim_recording_stamp *stamp)
{
    AVBPrint b;
    av_bprint_init(&b, 256, STAMP_MAX);
    print_stamp(&b, stamp);
    av_bprintf(&b, "%s%08" PRIx32 "\"}", sum_key, checksum(packet, b.str, b.len));
    uint8_t *data = NULL;
    if (av_bprint_is_complete(&b))
        data = av_packet_new_side_data(packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL,
                                       HEAD_BYTES + b.len);
    if (data) {
        AV_WB64(data, ADDITION);
        memcpy(data + HEAD_BYTES, b.str, b.len);
    }
    (void)av_bprint_finalize(&b, NULL);
    return data ? RIM_OK : RIM_ERR_MEMORY;
}

// ---- reading ----

static bool read_version_1(rim_recording_stamp *s, const AVPacket *packet,
                           const uint8_t *data)
{
    s->seq = AV_RB64(data);
    s->t_ns = (int64_t)AV_RB64(data + 8);
    s->intact =
        AV_RB32(data + 16) == av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), UINT32_MAX,
                                     packet->data, (size_t)packet->size);
    return s->seq <= INT64_MAX;
}

static uint64_t count_at(const json_t *o, const char *key)
{
    const json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 ? (uint64_t)n : 0;
}

// A surface of 0 corners is one that is no longer watched.
static bool read_mark(rim_recording_stamp *s, rim_point **mark, const json_t *list)
{
    const size_t count = json_array_size(list);
    if (count == 0) {
        s->mark_count = -1;
        return true;
    }
    if (count < 3 || count > RIM_SURFACE_CORNERS_MAX)
        return false;
    rim_point *p = calloc(count, sizeof *p);
    for (size_t i = 0; p && i < count; i++) {
        const json_t *corner = json_array_get(list, i);
        if (!json_is_number(json_array_get(corner, 0)) ||
            !json_is_number(json_array_get(corner, 1))) {
            free(p);
            return false;
        }
        p[i] = (rim_point){json_number_value(json_array_get(corner, 0)),
                           json_number_value(json_array_get(corner, 1))};
    }
    s->mark = *mark = p;
    s->mark_count = p ? (int)count : 0;
    return p != NULL;
}

static bool read_stamp(rim_recording_stamp *s, rim_point **mark, const json_t *o)
{
    const json_t *seq = json_object_get(o, "seq"), *t = json_object_get(o, "t_ns");
    if (!json_is_integer(seq) || json_integer_value(seq) < 0 || !json_is_integer(t))
        return false;
    s->seq = (uint64_t)json_integer_value(seq);
    s->t_ns = json_integer_value(t);
    s->lost = count_at(o, "lost");
    s->left_out = count_at(o, "left_out");
    s->unprocessed = json_is_false(json_object_get(o, "processed"));
    const json_t *visible = json_object_get(o, "visible");
    s->has_visible = json_is_integer(visible);
    s->visible = s->has_visible ? json_integer_value(visible) : -1;
    const json_t *exposure = json_object_get(o, "exposure_us");
    s->has_exposure = json_is_number(exposure);
    s->exposure_us = json_number_value(exposure);
    const json_t *gain = json_object_get(o, "gain");
    s->has_gain = json_is_number(gain);
    s->gain = json_number_value(gain);
    // The word itself belongs to `o`.
    const char *light = json_string_value(json_object_get(o, "light"));
    s->light = !light ? NULL : strcmp(light, "visible") == 0 ? "visible" : "nir";
    const json_t *surface = json_object_get(o, "cut_surface");
    return !json_is_array(surface) || read_mark(s, mark, surface);
}

bool rim_recording_stamp_get(rim_recording_stamp *stamp, rim_point **mark,
                             const AVPacket *packet)
{
    *stamp = (rim_recording_stamp){0};
    *mark = NULL;
    size_t size = 0;
    const uint8_t *data =
        av_packet_get_side_data(packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL, &size);
    if (!data || size <= HEAD_BYTES || AV_RB64(data) != ADDITION)
        return false;
    const char *text = (const char *)data + HEAD_BYTES;
    size -= HEAD_BYTES;
    if (size == STAMP_1_BYTES && *text != '{')
        return read_version_1(stamp, packet, data + HEAD_BYTES);
    json_t *o = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    const char *sum = json_string_value(json_object_get(o, "adler32"));
    const size_t tail = sizeof sum_key - 1 + 8 + 2; // ,"adler32":"0a1b2c3d"}
    stamp->intact = sum && size > tail &&
                    strtoul(sum, NULL, 16) == checksum(packet, text, size - tail);
    const bool read = sum && read_stamp(stamp, mark, o);
    json_decref(o);
    return read;
}
