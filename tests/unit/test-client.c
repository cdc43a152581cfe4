/*
 * test-client.c - the client believes only the real daemon, waits no longer
 * than it was told, and closes after any fault.
 */
#include "common/client.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/fakedaemon.h"

#define LONG_MS 20000 /* far more than a sound run takes */
#define SHORT_MS 150  /* for what never comes */
#define DAEMON_UID 4242

static int
setup(void **state)
{
	static struct fakedaemon daemon;

	fakedaemon_listen(&daemon);
	*state = &daemon;
	return 0;
}

static int
teardown(void **state)
{
	fakedaemon_stop(*state);
	return 0;
}

static int
open_now(const struct fakedaemon *daemon, struct client *ret_client)
{
	return client_open(ret_client, daemon->path, DAEMON_UID, LONG_MS);
}

/* Opens, asks for the status, and returns the fault of receiving. */
static int
ask(struct fakedaemon *daemon, const struct fakedaemon_step *step,
    int timeout_ms, struct client_reply *ret_reply)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;
	int fault;

	fakedaemon_start(daemon, step, 1);
	assert_int_equal(open_now(daemon, &client), 0);
	assert_int_equal(client_send(&client, PROTO_STATUS, NULL, LONG_MS), 0);
	fault = client_receive(&client, ret_reply, timeout_ms);
	if (fault == 0)
		return 0;
	assert_int_equal(client.fd, -1);
	assert_int_equal(client_receive(&client, ret_reply, LONG_MS),
	    ERR_DAEMON_UNREACHABLE);
	assert_int_equal(client_send(&client, PROTO_STATUS, NULL, LONG_MS),
	    ERR_DAEMON_UNREACHABLE);
	return fault;
}

static void
a_request_gets_its_reply(void **state)
{
	struct proto_done done = {.reason = "ok", .text = "42 members"};
	struct fakedaemon_step step = {
	    .act = FAKEDAEMON_REPLY, .type = PROTO_DONE, .message = &done};
	struct client_reply reply;
	enum proto_type asked = PROTO_DONE;

	assert_int_equal(ask(*state, &step, LONG_MS, &reply), 0);
	assert_int_equal(reply.type, PROTO_DONE);
	assert_string_equal(reply.u.done.text, "42 members");
	assert_int_equal(
	    fakedaemon_saw(*state, NULL, NULL, 0), FAKEDAEMON_CONNECTED);
	assert_int_equal(
	    fakedaemon_saw(*state, &asked, NULL, 0), FAKEDAEMON_REQUEST);
	assert_int_equal(asked, PROTO_STATUS);
	assert_int_equal(
	    fakedaemon_saw(*state, NULL, NULL, 0), FAKEDAEMON_CLOSED);
}

static void
t50_an_impostor_is_told_by_its_uid(void **state)
{
	static const struct {
		uid_t uid;
		int fault;
	} peers[] = {{0, 0}, {DAEMON_UID, 0}, {1, ERR_DAEMON_UNTRUSTED},
	    {DAEMON_UID + 1, ERR_DAEMON_UNTRUSTED},
	    {65534, ERR_DAEMON_UNTRUSTED}};

	for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
		CLIENT_AUTO struct client client = CLIENT_NULL;

		fakedaemon_peer_uid = peers[i].uid;
		assert_int_equal(open_now(*state, &client), peers[i].fault);
		assert_true((client.fd >= 0) == (peers[i].fault == 0));
	}
}

static void
t50_a_loose_folder_is_not_connected_to(void **state)
{
	struct fakedaemon *daemon = *state;
	CLIENT_AUTO struct client client = CLIENT_NULL;
	static const mode_t loose[] = {0720, 0702, 0777, 01777};

	for (size_t i = 0; i < ARRAY_SIZE(loose); i++) {
		assert_int_equal(chmod(daemon->folder, loose[i]), 0);
		assert_int_equal(
		    open_now(daemon, &client), ERR_DAEMON_UNTRUSTED);
	}
	assert_int_equal(chmod(daemon->folder, 0755), 0);
	fakedaemon_folder_uid = 1000;
	assert_int_equal(open_now(daemon, &client), ERR_DAEMON_UNTRUSTED);
	assert_false(fakedaemon_was_called(daemon));
	fakedaemon_folder_uid = 0;
	assert_int_equal(open_now(daemon, &client), 0);
	assert_true(fakedaemon_was_called(daemon));
}

static void
t50_a_link_to_a_folder_is_no_folder(void **state)
{
	struct fakedaemon *daemon = *state;
	CLIENT_AUTO struct client client = CLIENT_NULL;
	char link_path[96] = "";
	char socket_path[128] = "";

	(void)snprintf(link_path, sizeof(link_path), "%s/link", daemon->folder);
	(void)snprintf(
	    socket_path, sizeof(socket_path), "%s/orglogin.sock", link_path);
	assert_int_equal(symlink(daemon->folder, link_path), 0);
	assert_int_equal(client_open(&client, socket_path, DAEMON_UID, LONG_MS),
	    ERR_DAEMON_UNTRUSTED);
	assert_int_equal(unlink(link_path), 0);
}

static void
t40_no_daemon_is_unreachable(void **state)
{
	struct fakedaemon *daemon = *state;
	CLIENT_AUTO struct client client = CLIENT_NULL;
	char path[300];

	assert_int_equal(unlink(daemon->path), 0);
	assert_int_equal(open_now(daemon, &client), ERR_DAEMON_UNREACHABLE);
	assert_int_equal(
	    client_open(&client, "/nonexistent/x", DAEMON_UID, LONG_MS),
	    ERR_DAEMON_UNREACHABLE);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(client_open(&client, path, DAEMON_UID, LONG_MS),
	    ERR_DAEMON_UNREACHABLE);
	assert_int_equal(client_open(&client, "x", DAEMON_UID, LONG_MS),
	    ERR_DAEMON_UNTRUSTED);
}

static void
t40_a_closed_listener_is_unreachable(void **state)
{
	struct fakedaemon *daemon = *state;
	CLIENT_AUTO struct client client = CLIENT_NULL;

	assert_int_equal(shutdown(daemon->listen_fd, SHUT_RDWR), 0);
	assert_int_equal(open_now(daemon, &client), ERR_DAEMON_UNREACHABLE);
}

static void
t40_a_full_backlog_times_out(void **state)
{
	struct fakedaemon *daemon = *state;
	struct client clients[32];
	size_t count = 0;
	int fault = 0;

	while (count < ARRAY_SIZE(clients) && fault == 0) {
		clients[count] = CLIENT_NULL;
		fault = client_open(
		    &clients[count++], daemon->path, DAEMON_UID, SHORT_MS);
	}
	assert_int_equal(fault, ERR_DAEMON_TIMEOUT);
	assert_true(count > 1);
	while (count > 0)
		client_close(&clients[--count]);
}

static void
t40_a_hung_daemon_times_out(void **state)
{
	struct fakedaemon_step step = {.act = FAKEDAEMON_HANG};
	struct client_reply reply;

	assert_int_equal(
	    ask(*state, &step, SHORT_MS, &reply), ERR_DAEMON_TIMEOUT);
}

/* The deadline is one for the reply, not one for each byte. */
static void
t40_a_dripping_daemon_times_out(void **state)
{
	struct fakedaemon_step step = {.act = FAKEDAEMON_DRIP};
	struct client_reply reply;

	assert_int_equal(
	    ask(*state, &step, SHORT_MS, &reply), ERR_DAEMON_TIMEOUT);
}

static void
t40_a_reply_cut_short_is_unreachable(void **state)
{
	struct proto_done done = {.reason = "ok", .text = "a text"};
	struct fakedaemon_step step = {
	    .act = FAKEDAEMON_CUT, .type = PROTO_DONE, .message = &done};
	struct client_reply reply;

	assert_int_equal(
	    ask(*state, &step, LONG_MS, &reply), ERR_DAEMON_UNREACHABLE);
}

/* Sends these bytes as the reply and leaves reply as it was. */
static void
expect_malformed(struct fakedaemon *daemon, const void *bytes, size_t len)
{
	struct fakedaemon_step step = {
	    .act = FAKEDAEMON_BYTES, .bytes = bytes, .len = len};
	struct client_reply reply;
	struct client_reply untouched;

	memset(&reply, 0x5a, sizeof(reply));
	memset(&untouched, 0x5a, sizeof(untouched));
	assert_int_equal(
	    ask(daemon, &step, LONG_MS, &reply), ERR_DAEMON_MALFORMED);
	assert_memory_equal(&reply, &untouched, sizeof(reply));
}

static void
t40_nonsense_is_malformed(void **state)
{
	expect_malformed(*state, "HTTP/1.1 200 OK\r\n\r\n", 19);
}

static void
t53_a_giant_length_is_malformed_at_once(void **state)
{
	expect_malformed(*state, "\xff\xff\xff\xff\1\0\x42\0", 8);
}

static void
t53_a_request_is_no_reply(void **state)
{
	expect_malformed(*state, "\4\0\0\0\1\0\5\0", 8);
}

static void
t53_an_extra_byte_is_malformed(void **state)
{
	expect_malformed(*state, "\5\0\0\0\1\0\x41\0!", 9);
}

static void
an_empty_reply_is_a_reply(void **state)
{
	struct fakedaemon_step step = {
	    .act = FAKEDAEMON_REPLY, .type = PROTO_PENDING};
	struct client_reply reply;

	assert_int_equal(ask(*state, &step, LONG_MS, &reply), 0);
	assert_int_equal(reply.type, PROTO_PENDING);
}

/* A client without any daemon; the other end goes to ret_peer. */
static struct client
paired(int *ret_peer)
{
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	*ret_peer = ends[1];
	return (struct client){.fd = ends[0]};
}

static void
t48_writing_to_a_closed_peer_raises_no_signal(void **state)
{
	int peer = -1;
	CLIENT_AUTO struct client client = paired(&peer);

	(void)close(peer);
	assert_int_equal(client_send(&client, PROTO_STATUS, NULL, LONG_MS),
	    ERR_DAEMON_UNREACHABLE);
	assert_int_equal(client.fd, -1);
}

static void
t40_a_peer_that_never_reads_times_out(void **state)
{
	int peer = -1;
	CLIENT_AUTO struct client client = paired(&peer);
	int fault = 0;

	while (fault == 0)
		fault = client_send(&client, PROTO_STATUS, NULL, SHORT_MS);
	assert_int_equal(fault, ERR_DAEMON_TIMEOUT);
	(void)close(peer);
}

static void
on_alarm(int number)
{
}

static void
signals_of_the_program_do_not_disturb(void **state)
{
	struct proto_done done = {.reason = "ok", .text = "still here"};
	struct fakedaemon_step steps[40];
	struct sigaction action = {.sa_handler = on_alarm};
	struct sigaction before;
	struct itimerval often = {{0, 200}, {0, 200}};
	struct itimerval never = {{0, 0}, {0, 0}};
	CLIENT_AUTO struct client client = CLIENT_NULL;
	struct client_reply reply;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		steps[i] = (struct fakedaemon_step){.act = FAKEDAEMON_REPLY,
		    .type = PROTO_DONE,
		    .message = &done};
	fakedaemon_start(*state, steps, ARRAY_SIZE(steps));
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_int_equal(open_now(*state, &client), 0);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		assert_int_equal(
		    client_send(&client, PROTO_STATUS, NULL, LONG_MS), 0);
		assert_int_equal(client_receive(&client, &reply, LONG_MS), 0);
		assert_string_equal(reply.u.done.text, "still here");
	}
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_request_gets_its_reply),
	    TEST(t50_an_impostor_is_told_by_its_uid),
	    TEST(t50_a_loose_folder_is_not_connected_to),
	    TEST(t50_a_link_to_a_folder_is_no_folder),
	    TEST(t40_no_daemon_is_unreachable),
	    TEST(t40_a_closed_listener_is_unreachable),
	    TEST(t40_a_full_backlog_times_out),
	    TEST(t40_a_hung_daemon_times_out),
	    TEST(t40_a_dripping_daemon_times_out),
	    TEST(t40_a_reply_cut_short_is_unreachable),
	    TEST(t40_nonsense_is_malformed),
	    TEST(t53_a_giant_length_is_malformed_at_once),
	    TEST(t53_a_request_is_no_reply),
	    TEST(t53_an_extra_byte_is_malformed),
	    TEST(an_empty_reply_is_a_reply),
	    TEST(t48_writing_to_a_closed_peer_raises_no_signal),
	    TEST(t40_a_peer_that_never_reads_times_out),
	    TEST(signals_of_the_program_do_not_disturb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
