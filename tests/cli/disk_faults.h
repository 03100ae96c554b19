// disk_faults.h: a disk that fills up, is pulled out, is slow or loses its power, for
// the files of this process that are written with write().
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_DISK_FAULTS_H
#define RIM_TESTS_DISK_FAULTS_H

#include <stdint.h>

// All zero: a good disk. One test each: nothing is put back.
typedef struct disk_faults {
    // Calls of write() of at least so many bytes are the recording's; 0: none are.
    int64_t from_bytes;
    int64_t fail_after; // bytes of the recording, 0: never
    int fail_with;      // errno, of write() and from then on of fdatasync()
    int slow_ms;        // each of those calls takes so much longer
} disk_faults;
extern disk_faults g_disk;

typedef struct disk_sync {
    int64_t at_ns;
    int64_t bytes; // of the file that is safe from then on
} disk_sync;
enum { DISK_SYNCS = 1024 };
// The calls of fdatasync() so far; at most DISK_SYNCS are kept.
int disk_syncs(disk_sync out[DISK_SYNCS]);

#endif
