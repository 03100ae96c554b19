// file_out.c: write(), and a thread that syncs.
// SPDX-License-Identifier: MIT
#include "media/file_out.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SYNC_NS (200 * RIM_NS_PER_MS)

struct rim_file_out {
    int fd;
    bool seekable;
    int64_t at, size, settled;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; // guards `stop`
    pthread_cond_t stopped;
    bool stop;
    atomic_bool dirty;
    atomic_int error; // -errno of the first failed sync
};

// Files without a disk behind them (pipes, /dev/full) cannot be synced.
static void sync_now(rim_file_out *f)
{
    if (!atomic_exchange(&f->dirty, false) || fdatasync(f->fd) == 0)
        return;
    int none = 0;
    if (errno != EINVAL && errno != EROFS && errno != ENOTSUP)
        (void)atomic_compare_exchange_strong(&f->error, &none, -errno);
}

static void *keep_synced(void *arg)
{
    rim_file_out *f = arg;
    pthread_mutex_lock(&f->lock);
    while (!f->stop) {
        const int64_t until_ns = rim_clock_now_ns() + SYNC_NS;
        const struct timespec t = {.tv_sec = (time_t)(until_ns / RIM_NS_PER_S),
                                   .tv_nsec = (long)(until_ns % RIM_NS_PER_S)};
        (void)pthread_cond_timedwait(&f->stopped, &f->lock, &t);
        pthread_mutex_unlock(&f->lock);
        sync_now(f);
        pthread_mutex_lock(&f->lock);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

static void start_thread(rim_file_out *f)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&f->stopped, &attr);
    pthread_condattr_destroy(&attr);
    f->threaded = pthread_create(&f->thread, NULL, keep_synced, f) == 0;
}

rim_err rim_file_out_open(rim_file_out **out, const char *path)
{
    *out = NULL;
    rim_file_out *f = calloc(1, sizeof *f);
    if (!f)
        return RIM_ERR_MEMORY;
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (f->fd < 0) {
        rim_log_error("%s: cannot be written: %s; free space or choose another place",
                      path, strerror(errno));
        free(f);
        return RIM_ERR_IO;
    }
    struct stat status;
    f->seekable = fstat(f->fd, &status) == 0 && S_ISREG(status.st_mode);
    start_thread(f);
    *out = f;
    return RIM_OK;
}

int rim_file_out_write(rim_file_out *f, const uint8_t *data, size_t bytes)
{
    const int error = f->error;
    if (error)
        return error;
    while (bytes > 0) {
        const ssize_t n = write(f->fd, data, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        bytes -= (size_t)n;
        f->at += n;
        if (f->at > f->size)
            f->size = f->at;
        f->dirty = true;
    }
    return 0;
}

int64_t rim_file_out_seek(rim_file_out *f, int64_t at)
{
    if (!f->seekable)
        return -ESPIPE;
    if (lseek(f->fd, (off_t)at, SEEK_SET) < 0)
        return -errno;
    f->at = at;
    return at;
}

bool rim_file_out_seekable(const rim_file_out *f)
{
    return f->seekable;
}

int64_t rim_file_out_size(const rim_file_out *f)
{
    return f->size;
}

void rim_file_out_settle(rim_file_out *f)
{
    f->settled = f->size;
}

void rim_file_out_trim(rim_file_out *f)
{
    if (f->seekable && f->settled < f->size && ftruncate(f->fd, (off_t)f->settled) == 0)
        f->size = f->settled;
}

int64_t rim_file_out_room(const rim_file_out *f)
{
    struct statvfs s;
    if (!f->seekable || fstatvfs(f->fd, &s) != 0)
        return -1;
    return (int64_t)s.f_bavail * (int64_t)s.f_frsize;
}

int rim_file_out_close(rim_file_out **p)
{
    rim_file_out *f = *p;
    if (!f)
        return 0;
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_cond_signal(&f->stopped);
    pthread_mutex_unlock(&f->lock);
    if (f->threaded)
        pthread_join(f->thread, NULL);
    sync_now(f);
    int code = f->error;
    if (close(f->fd) != 0 && !code)
        code = -errno;
    pthread_cond_destroy(&f->stopped);
    pthread_mutex_destroy(&f->lock);
    free(f);
    *p = NULL;
    return code;
}
