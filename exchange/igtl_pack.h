// igtl_pack.h: a frame as bytes of the protocol. What knows OpenIGTLink is
// igtl_pack.cpp alone. Inside exchange only.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_IGTL_PACK_H
#define RIM_EXCHANGE_IGTL_PACK_H

#include "exchange/igtl.h"

// All messages of a frame behind each other in *bytes, to be freed by the caller.
// utc_ns: of its time stamp. RIM_ERR_MEMORY; RIM_ERR_UNSUPPORTED: without the library.
rim_err rim_igtl_pack(uint8_t **bytes, size_t *size, const rim_igtl_options *options,
                      int64_t utc_ns, const rim_frame *nir, const rim_frame *picture,
                      const rim_result *result);

#endif
