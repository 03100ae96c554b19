// igtl_listen.c: an address, a socket, and what can be wrong with either.
// SPDX-License-Identifier: MIT
#include "exchange/igtl_listen.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static rim_err log_refusal(const char *address, int port, int error)
{
    char reason[128] = "unknown error";
    switch (error) {
    case EADDRINUSE:
        rim_log_error("--igtl %d: another program has this port of %s; end it or give "
                      "another port",
                      port, address);
        return RIM_ERR_BUSY;
    case EACCES:
        rim_log_error(
            "--igtl %d: ports below 1024 are for root; give another, as 18944", port);
        return RIM_ERR_ARG;
    case EADDRNOTAVAIL:
        rim_log_error("--igtl-bind %s: not an address of this machine; `ip address` "
                      "lists them",
                      address);
        return RIM_ERR_ARG;
    default:
        (void)strerror_r(error, reason, sizeof reason);
        rim_log_error("--igtl %d: cannot listen on %s: %s", port, address, reason);
        return RIM_ERR_IO;
    }
}

static int open_socket(const struct addrinfo *a)
{
    const int fd = socket(a->ai_family, SOCK_STREAM, 0);
    const int on = 1;
    if (fd < 0)
        return -1;
    // A port whose last connection is still dying can be had again at once.
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 4) == 0)
        return fd;
    const int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage s;
    socklen_t size = sizeof s;
    if (getsockname(fd, (struct sockaddr *)&s, &size) != 0)
        return 0;
    if (s.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&s)->sin6_port);
    return ntohs(((struct sockaddr_in *)&s)->sin_port);
}

rim_err rim_igtl_listen(int *fd, const char *bind_to, int *port)
{
    const char *address = bind_to ? bind_to : "127.0.0.1";
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *list = NULL;
    char service[16];
    (void)snprintf(service, sizeof service, "%d", *port);
    *fd = -1;
    const int failed = getaddrinfo(address, service, &hints, &list);
    if (failed) {
        rim_log_error("--igtl-bind %s: %s; give an address of this machine, as "
                      "127.0.0.1, or 0.0.0.0 for all",
                      address, gai_strerror(failed));
        return RIM_ERR_ARG;
    }
    errno = EADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a && *fd < 0; a = a->ai_next)
        *fd = open_socket(a);
    const int error = errno;
    freeaddrinfo(list);
    if (*fd < 0)
        return log_refusal(address, *port, error);
    *port = port_of(*fd);
    return RIM_OK;
}
