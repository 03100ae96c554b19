// stop.h: SIGINT and SIGTERM ask the running command to end properly.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_STOP_H
#define RIM_APP_STOP_H

#include <stdbool.h>

// From now on the first SIGINT or SIGTERM is only noted; a second one kills.
void rim_stop_install(void);
// Has one come? Any thread may ask.
bool rim_stop_asked(void);

#endif
