// err.h: the one error type of every module.
//
// RIM_OK is 0, failures are negative. The place that first meets an error logs
// the detail (file, device, option, and the mend); above that it is passed on in
// silence. Every function here may be called from any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_ERR_H
#define RIM_BASE_ERR_H

#if defined(__GNUC__)
#define RIM_NODISCARD          __attribute__((warn_unused_result))
#define RIM_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define RIM_NODISCARD
#define RIM_PRINTF(fmt, first)
#endif

typedef enum rim_err {
    RIM_OK = 0,
    RIM_END = 1,              // not a failure: the source has no more frames
    RIM_ERR_ARG = -1,         // the caller's mistake: out of the stated range
    RIM_ERR_MEMORY = -2,      // the system has no more memory
    RIM_ERR_IO = -3,          // reading or writing failed (disk full, permission)
    RIM_ERR_NOT_FOUND = -4,   // no such file, device or entry
    RIM_ERR_FORMAT = -5,      // understood, but not what it must be
    RIM_ERR_DAMAGED = -6,     // one frame could not be decoded; the next may
    RIM_ERR_UNSUPPORTED = -7, // valid, but this build or machine cannot do it
    RIM_ERR_TIMEOUT = -8,     // nothing came within the stated time
    RIM_ERR_GONE = -9,        // the device was unplugged
    RIM_ERR_BUSY = -10,       // another program holds it
} rim_err;

// A few words in English, never NULL, for any value.
const char *rim_err_str(rim_err err);

#endif
