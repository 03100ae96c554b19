// recording.c: a frame's number, time and checksum beside its block.
// SPDX-License-Identifier: MIT
#include "media/recording.h"

#include <libavcodec/avcodec.h>
#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>

// FFmpeg puts the addition's number before its bytes.
enum { ADDITION = 1, HEAD_BYTES = 8, STAMP_BYTES = 20 };

static uint32_t checksum(const AVPacket *packet)
{
    return av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), UINT32_MAX, packet->data,
                  (size_t)packet->size);
}

rim_err rim_recording_stamp_put(AVPacket *packet, const rim_recording_stamp *stamp)
{
    uint8_t *data = av_packet_new_side_data(
        packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL, HEAD_BYTES + STAMP_BYTES);
    if (!data)
        return RIM_ERR_MEMORY;
    AV_WB64(data, ADDITION);
    AV_WB64(data + HEAD_BYTES, stamp->seq);
    AV_WB64(data + HEAD_BYTES + 8, (uint64_t)stamp->t_ns);
    AV_WB32(data + HEAD_BYTES + 16, checksum(packet));
    return RIM_OK;
}

bool rim_recording_stamp_get(rim_recording_stamp *stamp, const AVPacket *packet)
{
    size_t size = 0;
    const uint8_t *data =
        av_packet_get_side_data(packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL, &size);
    if (!data || size != HEAD_BYTES + STAMP_BYTES || AV_RB64(data) != ADDITION)
        return false;
    stamp->seq = AV_RB64(data + HEAD_BYTES);
    stamp->t_ns = (int64_t)AV_RB64(data + HEAD_BYTES + 8);
    stamp->intact = AV_RB32(data + HEAD_BYTES + 16) == checksum(packet);
    return stamp->seq <= INT64_MAX;
}
