// igtl_none.c: in place of igtl_pack.cpp where OpenIGTLink is not at hand.
// SPDX-License-Identifier: MIT
#include "exchange/igtl_pack.h"

bool rim_igtl_available(void)
{
    return false;
}

rim_err rim_igtl_pack(uint8_t **bytes, size_t *size, const rim_igtl_options *options,
                      int64_t utc_ns, const rim_frame *nir, const rim_frame *picture,
                      const rim_result *result)
{
    (void)options;
    (void)utc_ns;
    (void)nir;
    (void)picture;
    (void)result;
    *bytes = NULL;
    *size = 0;
    return RIM_ERR_UNSUPPORTED;
}
