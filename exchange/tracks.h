// tracks.h: sightings of one id taken together. Inside exchange only.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_TRACKS_H
#define RIM_EXCHANGE_TRACKS_H

#include "exchange/case.h"

// Fills both lists of tracks. Sightings without an id (0) are left out of them.
// RIM_ERR_MEMORY, logged.
RIM_NODISCARD rim_err rim_case_follow(rim_case *c);

#endif
