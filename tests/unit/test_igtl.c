// test_igtl.c: the OpenIGTLink server against the library's own client, over real
// sockets: what arrives, several clients, slow ones, ones that vanish, a busy port.
// SPDX-License-Identifier: MIT
#include "exchange/igtl.h"

#include "base/clock.h"
#include "igtl_client.h"
#include "scratch.h"

#include <arpa/inet.h>
#include <check.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIDTH = 160, HEIGHT = 120, PICTURE_WIDTH = 320, PICTURE_HEIGHT = 200 };

#define EPOCH_NS INT64_C(1700000000000000000)

static rim_igtl *server;
static rim_frame nir, picture;
static rim_result result;

static rim_igtl_options options(void)
{
    return (rim_igtl_options){
        .nir = {.width = WIDTH, .height = HEIGHT, .pitch_x = 0.05, .pitch_y = 0.05},
        .picture = {.width = PICTURE_WIDTH,
                    .height = PICTURE_HEIGHT,
                    .pitch_x = 0.025,
                    .pitch_y = 0.03,
                    .x = -0.0125,
                    .y = -0.01},
        .in_mm = true,
        .epoch_ns = EPOCH_NS};
}

static void start(const rim_igtl_options *o)
{
    ck_assert_int_eq(rim_igtl_create(&server, o), RIM_OK);
    ck_assert_int_gt(rim_igtl_port(server), 0);
}

static void set_up(void)
{
    logged_start();
    scratch_frame(&nir, RIM_FMT_GRAY16, WIDTH, HEIGHT, 12);
    scratch_frame(&picture, RIM_FMT_BGRX8, PICTURE_WIDTH, PICTURE_HEIGHT, 8);
    scratch_noise(&nir, 1);
    scratch_noise(&picture, 2);
    result = (rim_result){.lesion_count = 1};
    result.lesion[0] =
        (rim_lesion){.id = 4, .x = 100, .y = 40, .a = 20, .b = 5, .confidence = 0.6};
    result.surface = (rim_surface){.state = RIM_SURFACE_RESIDUAL, .residual_count = 1};
    result.surface.residual[0] =
        (rim_residual){.id = 2, .x = 10, .y = 20, .area_px = 314, .confidence = 1};
}

static void tear_down(void)
{
    rim_igtl_destroy(&server);
    rim_frame_uninit(&nir);
    rim_frame_uninit(&picture);
}

static void wait_for_clients(int count)
{
    const int64_t end_ns = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    while (rim_igtl_get_stats(server).clients != count) {
        ck_assert_msg(rim_clock_now_ns() < end_ns, "%d clients, not %d",
                      rim_igtl_get_stats(server).clients, count);
        rim_clock_sleep_until(rim_clock_now_ns() + 2 * RIM_NS_PER_MS);
    }
}

static igtl_client *join(int count)
{
    igtl_client *c = igtl_client_open(rim_igtl_port(server));
    ck_assert_ptr_nonnull(c);
    wait_for_clients(count);
    return c;
}

// The frame's number is in its first pixel and its time.
static void publish(int number)
{
    nir.seq = (uint64_t)number;
    nir.captured_ns = number * 40 * RIM_NS_PER_MS;
    rim_frame_row16(&nir, 0)[0] = (uint16_t)number;
    rim_igtl_publish(server, &nir, &picture, &result);
}

static igtl_seen *next(igtl_client *c, const char *type, const char *device)
{
    static igtl_seen seen;
    ck_assert_msg(igtl_client_read(c, &seen), "%s: nothing came", device);
    ck_assert_str_eq(seen.type, type);
    ck_assert_str_eq(seen.device, device);
    return &seen;
}

// All messages of one frame; its number.
static int next_frame(igtl_client *c)
{
    igtl_seen *s = next(c, "IMAGE", "RimlightNIR");
    uint16_t number;
    memcpy(&number, s->pixels, sizeof number);
    const uint64_t time_ns = s->time_ns;
    igtl_seen_free(s);
    s = next(c, "IMAGE", "RimlightOverlay");
    ck_assert_uint_eq(s->time_ns, time_ns);
    igtl_seen_free(s);
    ck_assert_uint_eq(next(c, "POINT", "RimlightLesions")->time_ns, time_ns);
    ck_assert_uint_eq(next(c, "POINT", "RimlightResiduals")->time_ns, time_ns);
    return number;
}

static void expect_near(double value, double wanted)
{
    ck_assert_double_eq_tol(value, wanted, 1e-5 * fmax(1, fabs(wanted)));
}

// Where the message says that pixel (x, y) is, by OpenIGTLink's definition: the matrix'
// position is the image's centre.
static void expect_place(const igtl_seen *s, double x, double y, double r, double a)
{
    const double i = (x - (s->width - 1) / 2.0) * (double)s->spacing[0];
    const double j = (y - (s->height - 1) / 2.0) * (double)s->spacing[1];
    expect_near((double)s->matrix[0][0] * i + (double)s->matrix[0][1] * j +
                    (double)s->matrix[0][3],
                r);
    expect_near((double)s->matrix[1][0] * i + (double)s->matrix[1][1] * j +
                    (double)s->matrix[1][3],
                a);
}

START_TEST(a_frame_arrives_whole)
{
    const rim_igtl_options o = options();
    start(&o);
    igtl_client *c = join(1);
    publish(25);
    igtl_seen *s = next(c, "IMAGE", "RimlightNIR");
    // The protocol's fractions are 2^-32 s.
    ck_assert_int_le(llabs((int64_t)s->time_ns - (EPOCH_NS + RIM_NS_PER_S)), 1);
    ck_assert(s->is_uint16 && s->components == 1);
    ck_assert(s->width == WIDTH && s->height == HEIGHT);
    expect_near((double)s->spacing[0], 0.05);
    expect_near((double)s->spacing[1], 0.05);
    expect_place(s, 0, 0, 0, 0);
    expect_place(s, 100, 40, -5, -2);
    for (int y = 0; y < HEIGHT; y++)
        ck_assert_mem_eq(s->pixels + (size_t)y * WIDTH * 2, rim_frame_row16(&nir, y),
                         WIDTH * 2);
    igtl_seen_free(s);

    s = next(c, "IMAGE", "RimlightOverlay");
    ck_assert(!s->is_uint16 && s->components == 3);
    ck_assert(s->width == PICTURE_WIDTH && s->height == PICTURE_HEIGHT);
    expect_near((double)s->spacing[0], 0.025);
    expect_near((double)s->spacing[1], 0.03);
    expect_place(s, 0, 0, 0.0125, 0.01);
    for (int i = 0; i < PICTURE_WIDTH * PICTURE_HEIGHT; i++) {
        const uint8_t *from =
            rim_frame_row8(&picture, i / PICTURE_WIDTH) + 4 * (i % PICTURE_WIDTH);
        const uint8_t wanted[] = {from[2], from[1], from[0]};
        ck_assert_mem_eq(s->pixels + 3 * (size_t)i, wanted, 3);
    }
    igtl_seen_free(s);

    s = next(c, "POINT", "RimlightLesions");
    ck_assert_int_eq(s->points, 1);
    ck_assert_str_eq(s->point[0].name, "lesion 4");
    ck_assert_str_eq(s->point[0].owner, "RimlightNIR");
    expect_near((double)s->point[0].x, -5);
    expect_near((double)s->point[0].y, -2);
    expect_near((double)s->point[0].radius, 0.5); // sqrt(20 * 5) px
    ck_assert_int_eq(s->point[0].alpha, 153);
    s = next(c, "POINT", "RimlightResiduals");
    ck_assert_int_eq(s->points, 1);
    ck_assert_str_eq(s->point[0].name, "residual 2");
    expect_near((double)s->point[0].radius, 0.05 * sqrt(314 / 3.14159265358979));
    igtl_client_close(&c);
    rim_igtl_destroy(&server);
    logged_expect_quiet();
}
END_TEST

// Lesions that are gone must go in the other program too: lists without a point.
START_TEST(nothing_found_and_no_pitch)
{
    rim_igtl_options o = options();
    o.in_mm = false;
    o.nir.pitch_x = o.nir.pitch_y = 1;
    result.lesion_count = result.surface.residual_count = 0;
    start(&o);
    igtl_client *c = join(1);
    publish(1);
    igtl_seen *s = next(c, "IMAGE", "RimlightNIR");
    expect_near((double)s->spacing[0], 1);
    igtl_seen_free(s);
    igtl_seen_free(next(c, "IMAGE", "RimlightOverlay"));
    ck_assert_int_eq(next(c, "POINT", "RimlightLesionsPx")->points, 0);
    ck_assert_int_eq(next(c, "POINT", "RimlightResidualsPx")->points, 0);
    igtl_client_close(&c);
}
END_TEST

START_TEST(two_clients_see_the_same)
{
    const rim_igtl_options o = options();
    start(&o);
    igtl_client *a = join(1), *b = join(2);
    for (int i = 1; i <= 20; i++) {
        publish(i);
        ck_assert_int_eq(next_frame(a), i);
        ck_assert_int_eq(next_frame(b), i);
    }
    const rim_igtl_stats n = rim_igtl_get_stats(server);
    ck_assert_uint_eq(n.published, 20);
    ck_assert_uint_eq(n.skipped, 0);
    igtl_client_close(&a);
    wait_for_clients(1);
    publish(21);
    ck_assert_int_eq(next_frame(b), 21);
    igtl_client_close(&b);
}
END_TEST

// One reads, one never does, one goes in the middle of a frame: the first gets every
// frame, publishing takes no longer than its copies, and what was left out is counted.
START_TEST(slow_and_vanished_clients_delay_nobody)
{
    rim_igtl_options o = options();
    o.patience_ns = RIM_NS_PER_S;
    start(&o);
    igtl_client *good = join(1), *deaf = join(2), *gone = join(3);
    int64_t longest_ns = 0;
    // Enough to fill what the kernel keeps for a socket, many times over.
    for (int i = 1; i <= 200; i++) {
        const int64_t from_ns = rim_clock_now_ns();
        publish(i);
        const int64_t took_ns = rim_clock_now_ns() - from_ns;
        longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
        ck_assert_int_eq(next_frame(good), i);
        if (i == 3)
            igtl_client_close(&gone);
    }
    ck_assert_int_lt(longest_ns, RIM_NS_PER_S / 2); // a busy machine, not a socket
    // The deaf one is let go by and by; the good one goes on.
    const int64_t end_ns = rim_clock_now_ns() + 10 * RIM_NS_PER_S;
    for (int i = 201; rim_igtl_get_stats(server).clients > 1; i++) {
        ck_assert_int_lt(rim_clock_now_ns(), end_ns);
        publish(i);
        ck_assert_int_eq(next_frame(good), i);
        rim_clock_sleep_until(rim_clock_now_ns() + 20 * RIM_NS_PER_MS);
    }
    const rim_igtl_stats n = rim_igtl_get_stats(server);
    ck_assert_uint_gt(n.skipped, 0);
    ck_assert_uint_eq(n.connected, 3);
    igtl_client_close(&deaf);
    igtl_client_close(&good);
}
END_TEST

// A client that was slow gets the newest frame next, not those that it missed.
START_TEST(newest_wins)
{
    rim_igtl_options o = options();
    o.patience_ns = 60 * RIM_NS_PER_S;
    start(&o);
    igtl_client *good = join(1), *slow = join(2);
    for (int i = 1; i <= 200; i++) {
        publish(i);
        ck_assert_int_eq(next_frame(good), i);
    }
    int last = 0, frames = 0, jump = 0;
    while (last < 200) {
        const int number = next_frame(slow);
        ck_assert_int_gt(number, last);
        jump = number - last > jump ? number - last : jump;
        last = number;
        frames++;
    }
    ck_assert_int_gt(jump, 10); // from what the kernel had kept to the newest
    ck_assert_int_lt(frames, 190);
    igtl_client_close(&good);
    igtl_client_close(&slow);
}
END_TEST

// What clients send does not matter, and the ninth is turned away.
START_TEST(strange_clients)
{
    const rim_igtl_options o = options();
    start(&o);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)rim_igtl_port(server)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd[RIM_IGTL_CLIENTS_MAX + 1];
    for (int i = 0; i <= RIM_IGTL_CLIENTS_MAX; i++) {
        fd[i] = socket(AF_INET, SOCK_STREAM, 0);
        ck_assert_int_eq(connect(fd[i], (struct sockaddr *)&to, sizeof to), 0);
    }
    wait_for_clients(RIM_IGTL_CLIENTS_MAX);
    char byte;
    ck_assert_int_eq(recv(fd[RIM_IGTL_CLIENTS_MAX], &byte, 1, 0), 0); // turned away
    for (int i = 1; i <= RIM_IGTL_CLIENTS_MAX; i++)
        close(fd[i]);
    wait_for_clients(1);
    static const char scrap[100000] = "GET / HTTP/1.1\r\n\r\n";
    ck_assert_int_eq(send(fd[0], scrap, sizeof scrap, 0), sizeof scrap);
    igtl_client *c = join(2);
    publish(5);
    ck_assert_int_eq(next_frame(c), 5);
    igtl_client_close(&c);
    close(fd[0]);
    wait_for_clients(0);
    publish(6); // to nobody
    ck_assert_uint_eq(rim_igtl_get_stats(server).published, 1);
}
END_TEST

// The end waits for what is being sent, but not for one that does not read.
START_TEST(an_end_in_good_time)
{
    const rim_igtl_options o = options();
    start(&o);
    igtl_client *reads = join(1), *deaf = join(2);
    for (int i = 1; i <= 100; i++) {
        publish(i);
        ck_assert_int_eq(next_frame(reads), i);
    }
    publish(101);
    const int64_t from_ns = rim_clock_now_ns();
    rim_igtl_destroy(&server);
    ck_assert_int_lt(rim_clock_now_ns() - from_ns, 3 * RIM_NS_PER_S);
    ck_assert_int_eq(next_frame(reads), 101);
    igtl_client_close(&reads);
    igtl_client_close(&deaf);
}
END_TEST

START_TEST(a_busy_port_and_wrong_addresses)
{
    rim_igtl_options o = options();
    start(&o);
    rim_igtl *second = NULL;
    char port[32];
    o.port = rim_igtl_port(server);
    ck_assert_int_eq(rim_igtl_create(&second, &o), RIM_ERR_BUSY);
    ck_assert_ptr_null(second);
    (void)snprintf(port, sizeof port, "--igtl %d: another program", o.port);
    logged_expect_error(port);
    logged_start();
    o.bind = "not an address";
    ck_assert_int_eq(rim_igtl_create(&second, &o), RIM_ERR_ARG);
    logged_expect_error("--igtl-bind not an address");
    logged_start();
    o.bind = "192.0.2.1"; // of nobody's machine (RFC 5737)
    ck_assert_int_eq(rim_igtl_create(&second, &o), RIM_ERR_ARG);
    logged_expect_error("--igtl-bind 192.0.2.1");
}
END_TEST

// Unless told otherwise only this machine gets in.
START_TEST(localhost_only)
{
    const rim_igtl_options o = options();
    start(&o);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)rim_igtl_port(server)),
                             .sin_addr = {htonl(0x7f000002)}}; // 127.0.0.2
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ne(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    close(fd);
    rim_igtl_destroy(&server);
    rim_igtl_options all = options();
    all.bind = "0.0.0.0";
    start(&all);
    to.sin_port = htons((uint16_t)rim_igtl_port(server));
    const int open_fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(open_fd, (struct sockaddr *)&to, sizeof to), 0);
    close(open_fd);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("igtl");
    TCase *t = tcase_create("igtl");
    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_frame_arrives_whole);
    tcase_add_test(t, nothing_found_and_no_pitch);
    tcase_add_test(t, two_clients_see_the_same);
    tcase_add_test(t, slow_and_vanished_clients_delay_nobody);
    tcase_add_test(t, newest_wins);
    tcase_add_test(t, strange_clients);
    tcase_add_test(t, an_end_in_good_time);
    tcase_add_test(t, a_busy_port_and_wrong_addresses);
    tcase_add_test(t, localhost_only);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    const int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
