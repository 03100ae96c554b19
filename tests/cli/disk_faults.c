// disk_faults.c: write() and fdatasync() of this program, in place of the library's.
// SPDX-License-Identifier: MIT
#define _GNU_SOURCE // syscall()

#include "tests/cli/disk_faults.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

disk_faults g_disk;

static _Atomic int64_t g_written;
static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static disk_sync g_sync[DISK_SYNCS]; // under g_lock
static int g_syncs;

static int has_failed(void)
{
    return g_disk.fail_after > 0 && g_written >= g_disk.fail_after;
}

ssize_t write(int fd, const void *data, size_t bytes)
{
    const int64_t n = (int64_t)bytes;
    if (g_disk.from_bytes == 0 || n < g_disk.from_bytes)
        return (ssize_t)syscall(SYS_write, fd, data, bytes);
    if (g_disk.slow_ms)
        rim_clock_sleep_until(rim_clock_now_ns() + g_disk.slow_ms * RIM_NS_PER_MS);
    if (has_failed()) {
        errno = g_disk.fail_with;
        return -1;
    }
    // What still fits is written, as a disk does.
    const int64_t room = g_disk.fail_after - g_written;
    if (g_disk.fail_after > 0 && room < n)
        bytes = (size_t)room;
    g_written += (int64_t)bytes;
    return (ssize_t)syscall(SYS_write, fd, data, bytes);
}

int fdatasync(int fd)
{
    struct stat status;
    if (has_failed()) {
        errno = g_disk.fail_with;
        return -1;
    }
    if (fstat(fd, &status) != 0) // its length now is what is safe afterwards
        return -1;
    const int failed = (int)syscall(SYS_fdatasync, fd);
    pthread_mutex_lock(&g_lock);
    if (!failed && g_syncs < DISK_SYNCS)
        g_sync[g_syncs++] = (disk_sync){rim_clock_now_ns(), status.st_size};
    pthread_mutex_unlock(&g_lock);
    return failed;
}

int disk_syncs(disk_sync out[DISK_SYNCS])
{
    pthread_mutex_lock(&g_lock);
    const int n = g_syncs;
    for (int i = 0; i < n; i++)
        out[i] = g_sync[i];
    pthread_mutex_unlock(&g_lock);
    return n;
}
