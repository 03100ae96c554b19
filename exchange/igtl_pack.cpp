// igtl_pack.cpp: the one file that knows OpenIGTLink.
//
// The library allocates for each message; this runs in the server's thread, beside the
// way of a frame. No exception leaves it.
// SPDX-License-Identifier: MIT
extern "C" {
#include "exchange/igtl_pack.h"
#include "exchange/igtl.h"
}

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <igtlImageMessage.h>
#include <igtlPointMessage.h>
#include <igtl_util.h>
#include <new>
#include <vector>

namespace
{

void stamp(igtl::MessageBase *message, const char *name, int64_t utc_ns)
{
    igtl::TimeStamp::Pointer time = igtl::TimeStamp::New();
    time->SetTimeInNanoseconds(static_cast<igtlUint64>(utc_ns > 0 ? utc_ns : 0));
    message->SetDeviceName(name);
    message->SetTimeStamp(time);
}

// Rows go along -R, columns along -A; a message's position is the image's centre.
void place(igtl::ImageMessage *message, const rim_igtl_plane &plane)
{
    igtl::Matrix4x4 m = {{-1, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    m[0][3] = static_cast<float>(-(plane.x + plane.pitch_x * (plane.width - 1) / 2));
    m[1][3] = static_cast<float>(-(plane.y + plane.pitch_y * (plane.height - 1) / 2));
    message->SetDimensions(plane.width, plane.height, 1);
    message->SetSpacing(static_cast<float>(plane.pitch_x),
                        static_cast<float>(plane.pitch_y), 1.0F);
    message->SetCoordinateSystem(igtl::ImageMessage::COORDINATE_RAS);
    message->SetMatrix(m);
}

igtl::ImageMessage::Pointer nir_image(const rim_igtl_plane &plane, const rim_frame *f)
{
    igtl::ImageMessage::Pointer message = igtl::ImageMessage::New();
    place(message, plane);
    message->SetScalarTypeToUint16();
    message->SetEndian(igtl_is_little_endian() ? igtl::ImageMessage::ENDIAN_LITTLE
                                               : igtl::ImageMessage::ENDIAN_BIG);
    message->AllocateScalars();
    auto *to = static_cast<uint16_t *>(message->GetScalarPointer());
    for (int y = 0; y < f->height; y++, to += f->width)
        std::memcpy(to, rim_frame_row16(f, y), static_cast<size_t>(f->width) * 2);
    return message;
}

igtl::ImageMessage::Pointer picture_image(const rim_igtl_plane &plane,
                                          const rim_frame *f)
{
    igtl::ImageMessage::Pointer message = igtl::ImageMessage::New();
    place(message, plane);
    message->SetScalarTypeToUint8();
    message->SetNumComponents(3);
    message->AllocateScalars();
    auto *to = static_cast<uint8_t *>(message->GetScalarPointer());
    for (int y = 0; y < f->height; y++) {
        const uint8_t *from = rim_frame_row8(f, y);
        for (int x = 0; x < f->width; x++, to += 3, from += 4) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    return message;
}

struct finding {
    int id;
    double x, y, radius; // px of the NIR frame
    double confidence;
};

void add_point(igtl::PointMessage *message, const char *kind, const rim_igtl_plane &nir,
               const finding &f)
{
    char name[32];
    std::snprintf(name, sizeof name, "%s %d", kind, f.id);
    igtl::PointElement::Pointer point = igtl::PointElement::New();
    point->SetName(name);
    point->SetGroupName(kind);
    point->SetOwner("RimlightNIR");
    // Alpha tells the confidence.
    const double alpha = f.confidence >= 0 && f.confidence <= 1 ? f.confidence : 1;
    point->SetRGBA(255, 255, 0, static_cast<igtlUint8>(std::lround(alpha * 255)));
    point->SetPosition(static_cast<float>(-f.x * nir.pitch_x),
                       static_cast<float>(-f.y * nir.pitch_y), 0.0F);
    point->SetRadius(static_cast<float>(f.radius * (nir.pitch_x + nir.pitch_y) / 2));
    message->AddPointElement(point);
}

igtl::PointMessage::Pointer lesion_points(const rim_igtl_plane &nir,
                                          const rim_result *r)
{
    igtl::PointMessage::Pointer message = igtl::PointMessage::New();
    for (int i = 0; i < r->lesion_count; i++) {
        const rim_lesion &s = r->lesion[i];
        add_point(message, "lesion", nir,
                  {s.id, s.x, s.y, std::sqrt(s.a * s.b), s.confidence});
    }
    return message;
}

igtl::PointMessage::Pointer residual_points(const rim_igtl_plane &nir,
                                            const rim_result *r)
{
    const double pi = 3.14159265358979323846;
    igtl::PointMessage::Pointer message = igtl::PointMessage::New();
    for (int i = 0; i < r->surface.residual_count; i++) {
        const rim_residual &s = r->surface.residual[i];
        const double radius = s.area_px > 0 ? std::sqrt(s.area_px / pi) : 0;
        add_point(message, "residual", nir, {s.id, s.x, s.y, radius, s.confidence});
    }
    return message;
}

rim_err pack(uint8_t **bytes, size_t *size, const rim_igtl_options &o, int64_t utc_ns,
             const rim_frame *nir, const rim_frame *picture, const rim_result *result)
{
    const igtl::MessageBase::Pointer part[] = {
        nir_image(o.nir, nir).GetPointer(),
        picture_image(o.picture, picture).GetPointer(),
        lesion_points(o.nir, result).GetPointer(),
        residual_points(o.nir, result).GetPointer()};
    const char *const name[] = {"RimlightNIR", "RimlightOverlay",
                                o.in_mm ? "RimlightLesions" : "RimlightLesionsPx",
                                o.in_mm ? "RimlightResiduals" : "RimlightResidualsPx"};
    *size = 0;
    for (int i = 0; i < 4; i++) {
        igtl::MessageBase *message = part[i].GetPointer();
        stamp(message, name[i], utc_ns);
        message->Pack();
        *size += static_cast<size_t>(message->GetPackSize());
    }
    *bytes = static_cast<uint8_t *>(std::malloc(*size));
    if (!*bytes)
        return RIM_ERR_MEMORY;
    size_t at = 0;
    for (const igtl::MessageBase::Pointer &p : part) {
        igtl::MessageBase *message = p.GetPointer();
        const auto count = static_cast<size_t>(message->GetPackSize());
        std::memcpy(*bytes + at, message->GetPackPointer(), count);
        at += count;
    }
    return RIM_OK;
}

} // namespace

bool rim_igtl_available(void)
{
    return true;
}

rim_err rim_igtl_pack(uint8_t **bytes, size_t *size, const rim_igtl_options *options,
                      int64_t utc_ns, const rim_frame *nir, const rim_frame *picture,
                      const rim_result *result)
{
    *bytes = nullptr;
    try {
        return pack(bytes, size, *options, utc_ns, nir, picture, result);
    } catch (...) {
        return RIM_ERR_MEMORY;
    }
}
