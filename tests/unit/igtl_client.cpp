// igtl_client.cpp: igtl::ClientSocket behind a C header.
// SPDX-License-Identifier: MIT
extern "C" {
#include "igtl_client.h"
}

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <igtlClientSocket.h>
#include <igtlImageMessage.h>
#include <igtlMessageHeader.h>
#include <igtlPointMessage.h>
#include <igtl_util.h>
#include <iostream>

struct igtl_client {
    igtl::ClientSocket::Pointer socket;
};

igtl_client *igtl_client_open(int port)
{
    auto *c = new igtl_client{igtl::ClientSocket::New()};
    std::cerr.setstate(std::ios::failbit); // where the library tells of each attempt
    const bool connected = c->socket->ConnectToServer("127.0.0.1", port) == 0;
    std::cerr.clear();
    if (!connected) {
        delete c;
        return nullptr;
    }
    c->socket->SetReceiveTimeout(10000);
    return c;
}

void igtl_client_close(igtl_client **c)
{
    if (*c) {
        (*c)->socket->CloseSocket();
        delete *c;
    }
    *c = nullptr;
}

static bool take_image(igtl_client *c, igtl::MessageHeader *header, igtl_seen *seen)
{
    igtl::ImageMessage::Pointer message = igtl::ImageMessage::New();
    message->SetMessageHeader(header);
    message->AllocatePack();
    if (c->socket->Receive(message->GetPackBodyPointer(), message->GetPackBodySize()) !=
        message->GetPackBodySize())
        return false;
    if (!(message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY))
        return false;
    int size[3];
    message->GetDimensions(size);
    seen->width = size[0];
    seen->height = size[1];
    seen->components = message->GetNumComponents();
    seen->is_uint16 = message->GetScalarType() == igtl::ImageMessage::TYPE_UINT16;
    message->GetSpacing(seen->spacing);
    igtl::Matrix4x4 m;
    message->GetMatrix(m);
    std::memcpy(seen->matrix, m, sizeof seen->matrix);
    const int here = igtl_is_little_endian() ? igtl::ImageMessage::ENDIAN_LITTLE
                                             : igtl::ImageMessage::ENDIAN_BIG;
    if (seen->is_uint16 && message->GetEndian() != here)
        return false;
    seen->bytes = static_cast<size_t>(message->GetImageSize());
    seen->pixels = static_cast<uint8_t *>(std::malloc(seen->bytes));
    std::memcpy(seen->pixels, message->GetScalarPointer(), seen->bytes);
    return true;
}

static bool take_points(igtl_client *c, igtl::MessageHeader *header, igtl_seen *seen)
{
    igtl::PointMessage::Pointer message = igtl::PointMessage::New();
    message->SetMessageHeader(header);
    message->AllocatePack();
    const int body = message->GetPackBodySize();
    if (body > 0 && c->socket->Receive(message->GetPackBodyPointer(), body) != body)
        return false;
    if (body > 0 && !(message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY))
        return false;
    seen->points = body > 0 ? message->GetNumberOfPointElement() : 0;
    for (int i = 0; i < seen->points && i < IGTL_POINTS_MAX; i++) {
        igtl::PointElement::Pointer p;
        igtl_point_seen *s = &seen->point[i];
        igtlUint8 rgba[4];
        message->GetPointElement(i, p);
        std::snprintf(s->name, sizeof s->name, "%s", p->GetName());
        std::snprintf(s->group, sizeof s->group, "%s", p->GetGroupName());
        std::snprintf(s->owner, sizeof s->owner, "%s", p->GetOwner());
        p->GetPosition(s->x, s->y, s->z);
        p->GetRGBA(rgba);
        s->alpha = rgba[3];
        s->radius = p->GetRadius();
    }
    return true;
}

bool igtl_client_read(igtl_client *c, igtl_seen *seen)
{
    *seen = igtl_seen{};
    igtl::MessageHeader::Pointer header = igtl::MessageHeader::New();
    header->InitPack();
    if (c->socket->Receive(header->GetPackPointer(), header->GetPackSize()) !=
        header->GetPackSize())
        return false;
    if (!(header->Unpack() & igtl::MessageHeader::UNPACK_HEADER))
        return false;
    igtl::TimeStamp::Pointer time = igtl::TimeStamp::New();
    header->GetTimeStamp(time);
    seen->time_ns = time->GetTimeStampInNanoseconds();
    std::snprintf(seen->type, sizeof seen->type, "%s", header->GetDeviceType());
    std::snprintf(seen->device, sizeof seen->device, "%s", header->GetDeviceName());
    if (std::strcmp(seen->type, "IMAGE") == 0)
        return take_image(c, header, seen);
    return std::strcmp(seen->type, "POINT") == 0 && take_points(c, header, seen);
}

void igtl_seen_free(igtl_seen *seen)
{
    std::free(seen->pixels);
    seen->pixels = nullptr;
}
