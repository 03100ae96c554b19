// igtl_client.h: for tests: OpenIGTLink's own client, as Slicer uses it.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_IGTL_CLIENT_H
#define RIM_TESTS_IGTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IGTL_POINTS_MAX 64

typedef struct igtl_point_seen {
    char name[64], group[32], owner[24];
    float x, y, z, radius;
    unsigned char alpha;
} igtl_point_seen;

// One message, its checksum checked by the library.
typedef struct igtl_seen {
    char type[16], device[24];
    uint64_t time_ns;
    // IMAGE
    int width, height, components;
    bool is_uint16;
    float spacing[3], matrix[4][4];
    uint8_t *pixels; // in this machine's order; igtl_seen_free()
    size_t bytes;
    // POINT
    int points;
    igtl_point_seen point[IGTL_POINTS_MAX];
} igtl_seen;

typedef struct igtl_client igtl_client;

// NULL: nobody listens there.
igtl_client *igtl_client_open(int port);
void igtl_client_close(igtl_client **c);
// The next message. False: the connection ended, or nothing whole came in 10 s, or its
// checksum is wrong.
bool igtl_client_read(igtl_client *c, igtl_seen *seen);
void igtl_seen_free(igtl_seen *seen);

#endif
