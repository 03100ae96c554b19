// err.c: names of errors.
// SPDX-License-Identifier: MIT
#include "base/err.h"

const char *rim_err_str(rim_err err)
{
    switch (err) {
    case RIM_OK:
        return "done";
    case RIM_END:
        return "end of the recording";
    case RIM_ERR_ARG:
        return "argument out of range";
    case RIM_ERR_MEMORY:
        return "out of memory";
    case RIM_ERR_IO:
        return "read or write failed";
    case RIM_ERR_NOT_FOUND:
        return "not found";
    case RIM_ERR_FORMAT:
        return "wrong format";
    case RIM_ERR_DAMAGED:
        return "damaged frame";
    case RIM_ERR_UNSUPPORTED:
        return "not supported";
    case RIM_ERR_TIMEOUT:
        return "timed out";
    case RIM_ERR_GONE:
        return "device is gone";
    case RIM_ERR_BUSY:
        return "device is busy";
    }
    return "unknown error";
}
