// stop.c: notes the signal.
// SPDX-License-Identifier: MIT
#include "app/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t g_asked;

static void note(int number)
{
    (void)number;
    g_asked = 1;
}

void rim_stop_install(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool rim_stop_asked(void)
{
    return g_asked != 0;
}
