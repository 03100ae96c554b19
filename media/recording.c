// recording.c: a frame's number and time beside its block.
// SPDX-License-Identifier: MIT
#include "media/recording.h"

#include <libavcodec/avcodec.h>
#include <libavutil/intreadwrite.h>

// FFmpeg puts the addition's number before its bytes.
enum { ADDITION = 1, HEAD_BYTES = 8, STAMP_BYTES = 16 };

rim_err rim_recording_stamp_put(AVPacket *packet, uint64_t seq, int64_t t_ns)
{
    uint8_t *data = av_packet_new_side_data(
        packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL, HEAD_BYTES + STAMP_BYTES);
    if (!data)
        return RIM_ERR_MEMORY;
    AV_WB64(data, ADDITION);
    AV_WB64(data + HEAD_BYTES, seq);
    AV_WB64(data + HEAD_BYTES + 8, (uint64_t)t_ns);
    return RIM_OK;
}

bool rim_recording_stamp_get(uint64_t *seq, int64_t *t_ns, const AVPacket *packet)
{
    size_t size = 0;
    const uint8_t *data =
        av_packet_get_side_data(packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL, &size);
    if (!data || size != HEAD_BYTES + STAMP_BYTES || AV_RB64(data) != ADDITION)
        return false;
    *seq = AV_RB64(data + HEAD_BYTES);
    *t_ns = (int64_t)AV_RB64(data + HEAD_BYTES + 8);
    return *seq <= INT64_MAX;
}
