// igtl_clients.c: sockets that never block, and packets with a count of users.
// SPDX-License-Identifier: MIT
#include "exchange/igtl_clients.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct rim_igtl_packet {
    uint8_t *bytes;
    size_t size;
    uint64_t number; // of the frame
    int users;
};

static void leave(rim_igtl_packet **p)
{
    if (*p && --(*p)->users == 0) {
        free((*p)->bytes);
        free(*p);
    }
    *p = NULL;
}

static void let_go(rim_igtl_clients *c, int which, const char *why)
{
    rim_igtl_client *k = &c->client[which];
    rim_log_info("--igtl: %s: %s", k->name, why);
    (void)close(k->fd);
    c->stats.skipped += c->published - k->number + (k->packet != NULL);
    leave(&k->packet);
    *k = c->client[--c->stats.clients];
    if (c->stats.clients == 0)
        leave(&c->newest); // who comes next does not want what is old
}

static void name_peer(rim_igtl_client *k, const struct sockaddr *a, socklen_t size)
{
    char host[48] = "client", port[8] = "";
    (void)getnameinfo(a, size, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(k->name, sizeof k->name, "%s:%s", host, port);
}

void rim_igtl_clients_accept(rim_igtl_clients *c, int listener)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    int fd;
    while ((fd = accept(listener, (struct sockaddr *)&peer, &size)) >= 0) {
        const int on = 1;
        rim_igtl_client k = {
            .fd = fd, .number = c->published, .moved_ns = rim_clock_now_ns()};
        name_peer(&k, (struct sockaddr *)&peer, size);
        size = sizeof peer;
        if (c->stats.clients == RIM_IGTL_CLIENTS_MAX ||
            fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
            fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
            rim_log_warning("--igtl: %s: turned away, %d are connected", k.name,
                            c->stats.clients);
            (void)close(fd);
            continue;
        }
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        c->client[c->stats.clients++] = k;
        c->stats.connected++;
        rim_log_info("--igtl: %s: connected", k.name);
    }
}

int rim_igtl_clients_watch(const rim_igtl_clients *c, struct pollfd *fd)
{
    for (int i = 0; i < c->stats.clients; i++)
        fd[i] = (struct pollfd){
            .fd = c->client[i].fd,
            .events = (short)(c->client[i].packet ? POLLIN | POLLOUT : POLLIN)};
    return c->stats.clients;
}

// The newest frame, where it has not had it.
static void begin(rim_igtl_clients *c, rim_igtl_client *k)
{
    if (k->packet || !c->newest || k->number >= c->newest->number)
        return;
    c->stats.skipped += c->newest->number - k->number - 1;
    k->packet = c->newest;
    k->packet->users++;
    k->number = k->packet->number;
    k->sent = 0;
    k->moved_ns = rim_clock_now_ns();
}

// As much as it takes. NULL, or why it must go.
static const char *send_more(rim_igtl_clients *c, rim_igtl_client *k)
{
    const int64_t now_ns = rim_clock_now_ns();
    while (k->packet) {
        const ssize_t n = send(k->fd, k->packet->bytes + k->sent,
                               k->packet->size - k->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return now_ns - k->moved_ns < c->patience_ns ? NULL
                                                         : "takes nothing, let go";
        if (n < 0)
            return "has gone";
        k->moved_ns = now_ns;
        k->sent += (size_t)n;
        if (k->sent == k->packet->size) {
            leave(&k->packet);
            c->stats.sent++;
            begin(c, k);
        }
    }
    return NULL;
}

// What it says is of no use here, but its end is.
static const char *hear(const rim_igtl_client *k)
{
    char scrap[4096];
    for (int rounds = 0; rounds < 64; rounds++) {
        const ssize_t n = recv(k->fd, scrap, sizeof scrap, 0);
        if (n == 0)
            return "has left";
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
                       ? NULL
                       : "has gone";
    }
    return NULL;
}

void rim_igtl_clients_serve(rim_igtl_clients *c, const struct pollfd *fd, int count)
{
    // Backwards: who is let go is replaced by the last, which has been served.
    for (int i = count - 1; i >= 0; i--) {
        const char *why = fd[i].revents & POLLIN ? hear(&c->client[i]) : NULL;
        if (!why && fd[i].revents & (POLLERR | POLLHUP | POLLNVAL))
            why = "has gone";
        if (!why)
            why = send_more(c, &c->client[i]);
        if (why)
            let_go(c, i, why);
    }
}

bool rim_igtl_clients_wait(const rim_igtl_clients *c)
{
    for (int i = 0; i < c->stats.clients; i++)
        if (!c->client[i].packet)
            return true;
    return false;
}

bool rim_igtl_clients_busy(const rim_igtl_clients *c)
{
    for (int i = 0; i < c->stats.clients; i++)
        if (c->client[i].packet)
            return true;
    return false;
}

void rim_igtl_clients_offer(rim_igtl_clients *c, uint8_t *bytes, size_t size,
                            uint64_t number)
{
    rim_igtl_packet *p = malloc(sizeof *p);
    if (!p) {
        free(bytes);
        return;
    }
    *p = (rim_igtl_packet){.bytes = bytes, .size = size, .number = number, .users = 1};
    leave(&c->newest);
    c->newest = p;
    if (number > c->published)
        c->published = number;
    for (int i = c->stats.clients - 1; i >= 0; i--) {
        rim_igtl_client *k = &c->client[i];
        begin(c, k);
        const char *why = send_more(c, k);
        if (why)
            let_go(c, i, why);
    }
}

void rim_igtl_clients_close(rim_igtl_clients *c)
{
    while (c->stats.clients > 0)
        let_go(c, c->stats.clients - 1, "closed, the program ends");
}
