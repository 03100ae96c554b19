// igtl_listen.h: the port that a server listens on. Inside exchange only.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_IGTL_LISTEN_H
#define RIM_EXCHANGE_IGTL_LISTEN_H

#include "base/err.h"

// A socket that listens and does not block. bind: NULL is 127.0.0.1; *port 0: one that
// is free, which is then told. Errors as rim_igtl_create(), logged.
RIM_NODISCARD rim_err rim_igtl_listen(int *fd, const char *bind, int *port);

#endif
