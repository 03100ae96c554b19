// igtl.c: the server: one thread, a poll() over all sockets, frames in three slots.
//
// The publisher writes into a slot that is neither the newest nor being packed, and
// then makes it the newest: the lock is held to swap numbers, never to copy or to send.
// SPDX-License-Identifier: MIT
#include "exchange/igtl.h"

#include "base/clock.h"
#include "base/log.h"
#include "exchange/igtl_clients.h"
#include "exchange/igtl_listen.h"
#include "exchange/igtl_pack.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 3, NONE = -1 };

// How long the end waits for what is being sent.
#define FAREWELL_NS (500 * RIM_NS_PER_MS)

typedef struct slot {
    rim_frame nir, picture;
    rim_result result;
    uint64_t number; // of the publication, from 1
} slot;

struct rim_igtl {
    rim_igtl_options options;
    int port, listener;
    int wake[2]; // a byte in it: something is new
    pthread_t thread;
    bool running;
    atomic_int clients_now; // for the publisher's quick way out

    pthread_mutex_t lock;
    slot slot[SLOTS];
    int newest, packing; // slots, or NONE
    uint64_t published;
    bool stop;
    rim_igtl_stats stats; // as of the thread's last round

    rim_igtl_clients clients; // the thread's
};

static void wake(const rim_igtl *s)
{
    (void)!write(s->wake[1], "", 1); // a full pipe will wake it just as well
}

// ---- the publisher's side

void rim_igtl_publish(rim_igtl *s, const rim_frame *nir, const rim_frame *picture,
                      const rim_result *result)
{
    if (s->clients_now == 0)
        return;
    pthread_mutex_lock(&s->lock);
    int free_slot = 0;
    while (free_slot == s->newest || free_slot == s->packing)
        free_slot++;
    pthread_mutex_unlock(&s->lock);
    assert(free_slot < SLOTS);
    slot *to = &s->slot[free_slot];
    rim_frame_copy(&to->nir, nir);
    rim_frame_copy(&to->picture, picture);
    to->result = *result;
    pthread_mutex_lock(&s->lock);
    to->number = ++s->published;
    s->newest = free_slot;
    pthread_mutex_unlock(&s->lock);
    wake(s);
}

rim_igtl_stats rim_igtl_get_stats(rim_igtl *s)
{
    pthread_mutex_lock(&s->lock);
    rim_igtl_stats stats = s->stats;
    stats.published = s->published;
    pthread_mutex_unlock(&s->lock);
    return stats;
}

bool rim_igtl_is_heard(const rim_igtl *s)
{
    return s->clients_now > 0;
}

int rim_igtl_port(const rim_igtl *s)
{
    return s->port;
}

// ---- the thread's side

// The newest frame as bytes for those that wait for one.
static void pack_newest(rim_igtl *s)
{
    pthread_mutex_lock(&s->lock);
    s->packing = s->newest;
    s->newest = NONE;
    pthread_mutex_unlock(&s->lock);
    if (s->packing == NONE)
        return;
    const slot *from = &s->slot[s->packing];
    uint8_t *bytes = NULL;
    size_t size = 0;
    const int64_t utc_ns = s->options.epoch_ns + from->nir.captured_ns;
    const rim_err err = rim_igtl_pack(&bytes, &size, &s->options, utc_ns, &from->nir,
                                      &from->picture, &from->result);
    const uint64_t number = from->number;
    pthread_mutex_lock(&s->lock);
    s->packing = NONE;
    pthread_mutex_unlock(&s->lock);
    if (!err)
        rim_igtl_clients_offer(&s->clients, bytes, size, number);
}

// Passes the counts on; true when the thread is to end.
static bool account(rim_igtl *s)
{
    pthread_mutex_lock(&s->lock);
    s->stats = s->clients.stats;
    if (s->clients.stats.clients == 0)
        s->newest = NONE; // who comes next does not want what is old
    s->clients.published = s->published;
    const bool stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    s->clients_now = s->clients.stats.clients;
    return stop;
}

static void drain(int fd)
{
    char scrap[64];
    while (read(fd, scrap, sizeof scrap) > 0)
        ;
}

// One round: waits until a socket is ready, a frame has come, or a client's patience
// may be over.
static void round_of(rim_igtl *s, int wait_ms)
{
    struct pollfd fd[2 + RIM_IGTL_CLIENTS_MAX] = {
        {.fd = s->wake[0], .events = POLLIN}, {.fd = s->listener, .events = POLLIN}};
    const nfds_t count = 2 + (nfds_t)rim_igtl_clients_watch(&s->clients, fd + 2);
    if (poll(fd, count, wait_ms) < 0 && errno != EINTR)
        rim_clock_sleep_until(rim_clock_now_ns() + 10 * RIM_NS_PER_MS);
    drain(s->wake[0]);
    rim_igtl_clients_serve(&s->clients, fd + 2, (int)count - 2);
    if (rim_igtl_clients_wait(&s->clients))
        pack_newest(s);
}

static void *run(void *arg)
{
    rim_igtl *s = arg;
    // The network has no deadline: --realtime is not for this thread.
    const struct sched_param p = {.sched_priority = 0};
    (void)pthread_setschedparam(pthread_self(), SCHED_OTHER, &p);
    while (!account(s)) {
        round_of(s, rim_igtl_clients_busy(&s->clients) ? 100 : 1000);
        rim_igtl_clients_accept(&s->clients, s->listener);
    }
    const int64_t end_ns = rim_clock_now_ns() + FAREWELL_NS;
    do
        round_of(s, 10);
    while (rim_igtl_clients_busy(&s->clients) && rim_clock_now_ns() < end_ns);
    rim_igtl_clients_close(&s->clients);
    (void)account(s);
    return NULL;
}

// ---- creation

static bool plane_fits(const rim_igtl_plane *p)
{
    return p->width > 0 && p->width <= RIM_FRAME_SIDE_MAX && p->height > 0 &&
           p->height <= RIM_FRAME_SIDE_MAX && p->pitch_x > 0 && p->pitch_y > 0;
}

static rim_err create_slots(rim_igtl *s)
{
    const rim_igtl_plane *nir = &s->options.nir, *picture = &s->options.picture;
    for (int i = 0; i < SLOTS; i++) {
        slot *t = &s->slot[i];
        t->nir = (rim_frame){.width = nir->width,
                             .height = nir->height,
                             .fmt = RIM_FMT_GRAY16,
                             .bits = 16};
        t->picture = (rim_frame){.width = picture->width,
                                 .height = picture->height,
                                 .fmt = RIM_FMT_BGRX8,
                                 .bits = 8};
        rim_err err = rim_frame_init(&t->nir);
        if (!err)
            err = rim_frame_init(&t->picture);
        if (err)
            return err;
    }
    return RIM_OK;
}

static rim_err create_wake(rim_igtl *s)
{
    if (pipe(s->wake) != 0)
        return RIM_ERR_IO;
    for (int i = 0; i < 2; i++)
        if (fcntl(s->wake[i], F_SETFL, O_NONBLOCK) != 0 ||
            fcntl(s->wake[i], F_SETFD, FD_CLOEXEC) != 0)
            return RIM_ERR_IO;
    return RIM_OK;
}

static rim_err create_parts(rim_igtl *s)
{
    rim_err err = create_slots(s);
    if (!err)
        err = create_wake(s);
    if (!err && pthread_create(&s->thread, NULL, run, s) != 0)
        err = RIM_ERR_MEMORY;
    s->running = !err;
    if (err)
        rim_log_error("--igtl: cannot be started: %s", rim_err_str(err));
    return err;
}

rim_err rim_igtl_create(rim_igtl **out, const rim_igtl_options *o)
{
    *out = NULL;
    if (!rim_igtl_available()) {
        rim_log_error("--igtl: this build is without OpenIGTLink; install "
                      "libopenigtlink-dev and build it again");
        return RIM_ERR_UNSUPPORTED;
    }
    if (!plane_fits(&o->nir) || !plane_fits(&o->picture))
        return RIM_ERR_ARG;
    rim_igtl *s = calloc(1, sizeof *s);
    if (!s)
        return RIM_ERR_MEMORY;
    pthread_mutex_init(&s->lock, NULL);
    s->options = *o;
    s->port = o->port;
    s->newest = s->packing = NONE;
    s->listener = s->wake[0] = s->wake[1] = -1;
    s->clients.patience_ns = o->patience_ns ? o->patience_ns : RIM_IGTL_PATIENCE_NS;
    rim_err err = rim_igtl_listen(&s->listener, o->bind, &s->port);
    if (!err)
        err = create_parts(s);
    if (err) {
        rim_igtl_destroy(&s);
        return err;
    }
    rim_log_info("--igtl: OpenIGTLink clients may connect to %s, port %d",
                 o->bind ? o->bind : "127.0.0.1 (this machine only)", s->port);
    *out = s;
    return RIM_OK;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

void rim_igtl_destroy(rim_igtl **ps)
{
    rim_igtl *s = *ps;
    *ps = NULL;
    if (!s)
        return;
    if (s->running) {
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_mutex_unlock(&s->lock);
        wake(s);
        pthread_join(s->thread, NULL);
        const rim_igtl_stats *n = &s->stats;
        rim_log_info("--igtl: %" PRIu64 " clients, %" PRIu64 " frames sent, %" PRIu64
                     " left out where a client was slower",
                     n->connected, n->sent, n->skipped);
    }
    close_fd(s->listener);
    close_fd(s->wake[0]);
    close_fd(s->wake[1]);
    for (int i = 0; i < SLOTS; i++) {
        rim_frame_uninit(&s->slot[i].nir);
        rim_frame_uninit(&s->slot[i].picture);
    }
    pthread_mutex_destroy(&s->lock);
    free(s);
}
