/*
 * test-session.c - frames in and out of one connection, over a real socket
 * pair and a loop whose clock is the test's.
 */
#include "front/session.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/proto_admin.h"

struct loop_poll {
	loop_poll_fn *fn;
	void *arg;
	int fd;
	int events;
};

struct loop_timer {
	loop_fn *fn;
	void *arg;
	int64_t at_ms;
};

enum manner { ANSWER, LATER, FAULT, STREAM };

static struct world {
	struct loop_poll *poll;
	struct loop_timer *timer;
	int64_t now_ms;
	struct session *session;
	int peer; /* the client's end */
	enum manner manner;
	int requests, closed, drained;
	enum proto_type type;
	size_t len;
	int stream_left;
} world;

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	world.timer = calloc(1, sizeof(*world.timer));
	assert_non_null(world.timer);
	*world.timer = (struct loop_timer){.fn = fn, .arg = arg, .at_ms = -1};
	*ret_timer = world.timer;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *timer, int64_t delay_ms)
{
	timer->at_ms = world.now_ms + (delay_ms > 0 ? delay_ms : 1);
}

void
loop_timer_free(struct loop_timer *timer)
{
	assert_ptr_equal(timer, world.timer);
	world.timer = NULL;
	free(timer);
}

int
loop_poll_new(struct loop *loop, int fd, loop_poll_fn *fn, void *arg,
    struct loop_poll **ret_poll)
{
	world.poll = calloc(1, sizeof(*world.poll));
	assert_non_null(world.poll);
	*world.poll = (struct loop_poll){.fn = fn, .arg = arg, .fd = fd};
	*ret_poll = world.poll;
	return ERR_OK;
}

void
loop_poll_set(struct loop_poll *poll, int events)
{
	poll->events = events;
}

void
loop_poll_free(struct loop_poll *poll)
{
	world.poll = NULL;
	free(poll);
}

/* Everything that is ready now. */
static void
turn(void)
{
	while (world.poll != NULL) {
		struct pollfd p = {.fd = world.poll->fd};
		int events = 0;

		if ((world.poll->events & LOOP_READ) != 0)
			p.events |= POLLIN;
		if ((world.poll->events & LOOP_WRITE) != 0)
			p.events |= POLLOUT;
		if (poll(&p, 1, 0) <= 0)
			return;
		if ((p.revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			events |= LOOP_READ;
		if ((p.revents & POLLOUT) != 0)
			events |= LOOP_WRITE;
		world.poll->fn(world.poll->arg, events);
	}
}

static void
pass_ms(int64_t ms)
{
	turn();
	world.now_ms += ms;
	if (world.timer != NULL && world.timer->at_ms >= 0 &&
	    world.timer->at_ms <= world.now_ms)
		world.timer->fn(world.timer->arg);
}

static int
done(bool last)
{
	return session_reply(world.session, PROTO_DONE,
	    &(struct proto_done){.reason = "ok"}, last);
}

/* Members until the session is full or all are out. */
static void
stream(void)
{
	const struct proto_member member = {.user = "ada", .id = "u-1"};

	while (world.stream_left > 0 && !session_is_full(world.session)) {
		world.stream_left--;
		assert_int_equal(
		    session_reply(world.session, PROTO_MEMBER, &member, false),
		    0);
	}
	if (world.stream_left == 0) {
		world.stream_left = -1;
		assert_int_equal(done(true), 0);
	}
}

static int
on_request(void *context, enum proto_type type, const uint8_t *body, size_t len)
{
	assert_ptr_equal(context, &world);
	world.requests++;
	world.type = type;
	world.len = len;
	switch (world.manner) {
	case ANSWER:
		return done(true);
	case LATER:
		return ERR_OK;
	case FAULT:
		return ERR_MALFORMED;
	case STREAM:
		stream();
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

static void
on_drained(void *context)
{
	world.drained++;
	if (world.manner == STREAM && world.stream_left >= 0)
		stream();
}

static void
on_closed(void *context)
{
	world.closed++;
}

static int
set_up(void **state)
{
	static const struct session_events events = {
	    .on_request = on_request,
	    .on_drained = on_drained,
	    .on_closed = on_closed,
	};
	int fds[2];
	int small = 4096;

	world = (struct world){0};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) != 0 ||
	    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)) !=
		0)
		return -1;
	world.peer = fds[1];
	return session_open(
	    NULL, fds[0], 1000, &events, &world, &world.session);
}

static int
tear_down(void **state)
{
	if (world.closed == 0)
		session_close(world.session);
	assert_int_equal(world.closed, 1);
	assert_null(world.poll);
	assert_null(world.timer);
	return close(world.peer);
}

static void
put(const void *bytes, size_t len)
{
	assert_int_equal(
	    send(world.peer, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	turn();
}

static void
put_status(void)
{
	struct buf frame BUF_AUTO = {0};

	buf_init(&frame, 64);
	assert_int_equal(proto_encode(&frame, PROTO_STATUS, NULL), 0);
	put(frame.bytes, frame.len);
}

/* Bytes that came to the client. */
static size_t
take(void)
{
	char bytes[65536];
	ssize_t n = recv(world.peer, bytes, sizeof(bytes), 0);

	return n > 0 ? (size_t)n : 0;
}

static void
expect_end(void)
{
	pass_ms(1);
	assert_int_equal(world.closed, 1);
}

static void
requests_are_answered_one_after_another(void **state)
{
	assert_int_equal(session_uid(world.session), 1000);
	for (int i = 1; i <= 3; i++) {
		put_status();
		assert_int_equal(world.requests, i);
		assert_int_equal(world.type, PROTO_STATUS);
		assert_int_equal(world.len, 0);
		assert_true(take() > PROTO_HEADER_BYTES);
		pass_ms(SESSION_IDLE_MS - 10);
		assert_int_equal(world.closed, 0);
	}
	pass_ms(10);
	assert_int_equal(world.closed, 1);
}

static void
a_frame_may_come_in_pieces(void **state)
{
	struct buf frame BUF_AUTO = {0};

	buf_init(&frame, 64);
	assert_int_equal(proto_encode(&frame, PROTO_STATUS, NULL), 0);
	for (size_t i = 0; i < frame.len; i++) {
		assert_int_equal(world.requests, 0);
		put(frame.bytes + i, 1);
	}
	assert_int_equal(world.requests, 1);
}

static void
t53_a_byte_now_and_then_gains_no_time(void **state)
{
	struct buf frame BUF_AUTO = {0};
	struct proto_explain request = {.user = "ada", .role = "User"};

	buf_init(&frame, 256);
	assert_int_equal(proto_encode(&frame, PROTO_EXPLAIN, &request), 0);
	for (size_t i = 0; world.closed == 0; i++) {
		assert_true(i < 6);
		put(frame.bytes + i, 1);
		pass_ms(1000);
	}
	assert_int_equal(world.requests, 0);
}

static void
t53_malformed_headers_end_the_connection(void **state)
{
	static const uint8_t bad[][PROTO_HEADER_BYTES] = {
	    {0xff, 0xff, 0xff, 0xff, PROTO_VERSION, 0, 5, 0},
	    {0, 0, 0, 0, PROTO_VERSION, 0, 5, 0},
	    {3, 0, 0, 0, PROTO_VERSION, 0, 5, 0},
	    {1, 64, 0, 0, PROTO_VERSION, 0, 5,
		0},                   /* a byte over PROTO_FRAME_MAX */
	    {4, 0, 0, 0, 1, 0, 5, 0}, /* another version */
	    {4, 0, 0, 0, 0, 0, 5, 0},
	    {4, 0, 0, 0, PROTO_VERSION, 0, 99, 0}, /* an unknown type */
	    {4, 0, 0, 0, PROTO_VERSION, 0, 0, 0},
	    {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T'},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put(bad[i], sizeof(bad[i]));
		expect_end();
		assert_int_equal(world.requests, 0);
		assert_int_equal(take(), 0);
		if (i + 1 < ARRAY_SIZE(bad)) {
			assert_int_equal(tear_down(state), 0);
			assert_int_equal(set_up(state), 0);
		}
	}
}

static void
t53_bytes_behind_a_frame_end_the_connection(void **state)
{
	struct buf frame BUF_AUTO = {0};

	buf_init(&frame, 64);
	assert_int_equal(proto_encode(&frame, PROTO_STATUS, NULL), 0);
	assert_int_equal(proto_encode(&frame, PROTO_STATUS, NULL), 0);
	put(frame.bytes, frame.len);
	expect_end();
	assert_int_equal(world.requests, 0);
}

static void
t53_bytes_during_a_request_end_the_connection(void **state)
{
	world.manner = LATER;
	put_status();
	assert_int_equal(world.requests, 1);
	put("x", 1);
	assert_int_equal(world.closed, 1);
	assert_int_equal(world.requests, 1);
}

static void
a_refused_request_ends_the_connection(void **state)
{
	world.manner = FAULT;
	put_status();
	expect_end();
	assert_int_equal(world.requests, 1);
}

static void
t22_a_client_that_leaves_is_noticed_at_once(void **state)
{
	world.manner = LATER;
	put_status();
	assert_int_equal(shutdown(world.peer, SHUT_RDWR), 0);
	turn();
	assert_int_equal(world.closed, 1);
}

static void
a_late_answer_waits_for_nobody(void **state)
{
	world.manner = LATER;
	pass_ms(SESSION_IDLE_MS - 10);
	put_status();
	pass_ms(SESSION_IDLE_MS - 10);
	assert_int_equal(world.closed, 0);
	assert_int_equal(done(true), 0);
	turn();
	assert_true(take() > 0);
	put_status();
	assert_int_equal(world.requests, 2);
}

static void
t53_a_reader_that_takes_nothing_is_left(void **state)
{
	world.manner = STREAM;
	world.stream_left = 100000;
	put_status();
	/* No more is made than a client has taken, but for one buffer. */
	assert_true(world.stream_left > 100000 - 3000);
	pass_ms(SESSION_FRAME_MS - 1);
	assert_int_equal(world.closed, 0);
	pass_ms(1);
	assert_int_equal(world.closed, 1);
}

static void
t53_a_reader_of_a_byte_a_second_is_left(void **state)
{
	char byte;

	world.manner = STREAM;
	world.stream_left = 100000;
	put_status();
	for (int i = 0; world.closed == 0; i++) {
		assert_true(i < 10);
		assert_int_equal(recv(world.peer, &byte, 1, 0), 1);
		pass_ms(1000);
	}
}

static void
a_long_list_reaches_a_reader_who_takes_it(void **state)
{
	size_t got = 0;

	world.manner = STREAM;
	world.stream_left = 100000;
	put_status();
	for (int i = 0; world.stream_left >= 0; i++) {
		assert_true(i < 1000000);
		got += take();
		turn();
		if (i % 50 == 0)
			pass_ms(1000);
	}
	while (world.poll->events != LOOP_READ) {
		got += take();
		turn();
	}
	got += take();
	assert_true(got > (size_t)100000 * 40);
	assert_int_equal(world.closed, 0);
	world.manner = ANSWER;
	put_status();
	assert_int_equal(world.requests, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(requests_are_answered_one_after_another),
	    T(a_frame_may_come_in_pieces),
	    T(t53_a_byte_now_and_then_gains_no_time),
	    T(t53_malformed_headers_end_the_connection),
	    T(t53_bytes_behind_a_frame_end_the_connection),
	    T(t53_bytes_during_a_request_end_the_connection),
	    T(a_refused_request_ends_the_connection),
	    T(t22_a_client_that_leaves_is_noticed_at_once),
	    T(a_late_answer_waits_for_nobody),
	    T(t53_a_reader_that_takes_nothing_is_left),
	    T(t53_a_reader_of_a_byte_a_second_is_left),
	    T(a_long_list_reaches_a_reader_who_takes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
