// test_serve.c: --igtl of the whole program, heard by OpenIGTLink's own client.
// SPDX-License-Identifier: MIT
#include "program.h"
#include "ring.h"
#include "tests/unit/igtl_client.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <check.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char folder[256];
static rim_run run;

static void set_up(void)
{
    char name[64];
    snprintf(name, sizeof name, "serve-%ld", (long)getpid());
    rim_fresh_folder(folder, sizeof folder, name);
}

static void tear_down(void)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command); // NOLINT: one thread, our own path
}

// A port that nobody has; *fd holds it where that is not NULL.
static int take_port(int *fd)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof a;
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(s, (struct sockaddr *)&a, sizeof a), 0);
    ck_assert_int_eq(listen(s, 1), 0);
    ck_assert_int_eq(getsockname(s, (struct sockaddr *)&a, &size), 0);
    if (fd)
        *fd = s;
    else
        close(s);
    return ntohs(a.sin_port);
}

// What a client saw until the program ended.
typedef struct listener {
    int port, images, pictures, points, most;
    bool rising, from_now;
    float spacing;
} listener;

static void *listen_to(void *arg)
{
    listener *l = arg;
    igtl_client *c = NULL;
    for (int i = 0; i < 1000 && !c; i++) {
        c = igtl_client_open(l->port);
        if (!c)
            rim_clock_sleep_until(rim_clock_now_ns() + 10 * RIM_NS_PER_MS);
    }
    uint64_t last_ns = 0;
    igtl_seen seen;
    l->rising = l->from_now = true;
    while (c && igtl_client_read(c, &seen)) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        const double age_s =
            (double)now.tv_sec - (double)(seen.time_ns / 1000000) / 1000.0;
        l->from_now = l->from_now && fabs(age_s) < 30;
        l->images += strcmp(seen.device, "RimlightNIR") == 0;
        l->pictures += strcmp(seen.device, "RimlightOverlay") == 0;
        if (strcmp(seen.device, "RimlightNIR") == 0) {
            l->rising = l->rising && seen.time_ns > last_ns;
            last_ns = seen.time_ns;
            l->spacing = seen.spacing[0];
        }
        if (strcmp(seen.device, "RimlightLesions") == 0) {
            l->points++;
            l->most = seen.points > l->most ? seen.points : l->most;
        }
        igtl_seen_free(&seen);
    }
    igtl_client_close(&c);
    return NULL;
}

static void expect_heard(const listener *l)
{
    ck_assert_int_gt(l->images, 2);
    ck_assert_int_eq(l->pictures, l->images);
    ck_assert_int_eq(l->points, l->images);
    ck_assert(l->rising && l->from_now);
    ck_assert_double_eq_tol((double)l->spacing, 0.1, 1e-6);
}

START_TEST(live)
{
    listener l = {.port = take_port(NULL)};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, listen_to, &l), 0);
    rim_run_program(&run,
                    "live --nir synth:size=160x120,fps=30 --headless --seconds 1 "
                    "--mm-per-px 0.1 --igtl %d --threads %d",
                    l.port, 2 * _i);
    pthread_join(thread, NULL);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    expect_heard(&l);
    ck_assert_msg(strstr(run.err, "--igtl: 1 clients"), "%s", run.err);
}
END_TEST

// As fast as the machine can: some frames are left out, lesions are seen.
START_TEST(replay)
{
    rim_ring_write(folder, 80);
    listener l = {.port = take_port(NULL)};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, listen_to, &l), 0);
    rim_run_program(&run, "replay %s --headless --mm-per-px 0.1 --igtl %d", folder,
                    l.port);
    pthread_join(thread, NULL);
    ck_assert_msg(run.status == 0 && run.errors == 0, "%d: %s", run.status, run.err);
    expect_heard(&l);
    ck_assert_int_ge(l.most, 1);
}
END_TEST

START_TEST(busy_port)
{
    int fd;
    char port[32];
    rim_ring_write(folder, 2);
    snprintf(port, sizeof port, "--igtl %d", take_port(&fd));
    rim_run_program(&run, "replay %s --headless %s", folder, port);
    rim_expect_error(&run, 1, port, "another program", NULL);
    close(fd);
    rim_run_program(&run, "replay %s --headless --igtl-bind 0.0.0.0", folder);
    rim_expect_error(&run, 2, "igtl-bind", "--igtl PORT", NULL);
    rim_run_program(&run, "replay %s --headless --igtl 70000", folder);
    rim_expect_error(&run, 2, "igtl", NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("serve");
    TCase *t = tcase_create("serve");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, live, 0, 2);
    tcase_add_test(t, replay);
    tcase_add_test(t, busy_port);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
