// igtl_clients.h: who is connected, and what each is being sent. Inside exchange only;
// one thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_IGTL_CLIENTS_H
#define RIM_EXCHANGE_IGTL_CLIENTS_H

#include "exchange/igtl.h"

#include <poll.h>

// A frame as bytes, shared by the clients that it is being sent to.
typedef struct rim_igtl_packet rim_igtl_packet;

typedef struct rim_igtl_client {
    int fd;
    char name[64];           // "127.0.0.1:51234"
    rim_igtl_packet *packet; // being sent; NULL: waits for the next
    size_t sent;             // bytes of it
    uint64_t number;         // of the last frame it got or is getting
    int64_t moved_ns;        // when it last took a byte
} rim_igtl_client;

// All zero: nobody.
typedef struct rim_igtl_clients {
    rim_igtl_client client[RIM_IGTL_CLIENTS_MAX];
    rim_igtl_packet *newest; // for who is done with an older one; NULL: none
    int64_t patience_ns;
    uint64_t published;   // number of the last frame published, set by the owner
    rim_igtl_stats stats; // but for `published`
} rim_igtl_clients;

// Takes those who knock. They get what is published from now on.
void rim_igtl_clients_accept(rim_igtl_clients *c, int listener);
// Fills what poll() is to watch, a client each; returns how many.
int rim_igtl_clients_watch(const rim_igtl_clients *c, struct pollfd *fd);
// Reads, sends and lets go, as poll() has found.
void rim_igtl_clients_serve(rim_igtl_clients *c, const struct pollfd *fd, int count);
// Does any wait for a frame? Is any being sent one?
bool rim_igtl_clients_wait(const rim_igtl_clients *c);
bool rim_igtl_clients_busy(const rim_igtl_clients *c);
// A frame for all that wait. Takes `bytes`, which free() must take.
void rim_igtl_clients_offer(rim_igtl_clients *c, uint8_t *bytes, size_t size,
                            uint64_t number);
void rim_igtl_clients_close(rim_igtl_clients *c);

#endif
