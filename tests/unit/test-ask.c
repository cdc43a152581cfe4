/*
 * test-ask.c - what the daemon is told, and whom the module takes for it.
 */
#include "pam_module/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/pamhost.h"

static void
the_context_is_what_the_handle_says(void **state)
{
	struct pamhost *host = *state;
	struct proto_context context;
	char long_text[400];

	memset(&context, 0xff, sizeof(context));
	memset(long_text, 'l', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	host->pam.tty = long_text;
	host->pam.rhost = "192.0.2.7";
	ask_context(fakepam_handle(&host->pam), &context);
	assert_string_equal(context.service, "sshd");
	assert_string_equal(context.rhost, "192.0.2.7");
	assert_int_equal(strlen(context.tty), sizeof(context.tty) - 1);
	assert_int_equal(context.caller_uid, getuid());
	host->pam.service = host->pam.tty = host->pam.rhost = NULL;
	ask_context(fakepam_handle(&host->pam), &context);
	assert_string_equal(context.service, "");
	assert_string_equal(context.tty, "");
	assert_string_equal(context.rhost, "");
}

static void
a_key_counts_where_sshd_says_so(void **state)
{
	static const struct {
		const char *service;
		const char *methods;
		bool by_key;
	} cases[] = {
	    {"sshd", NULL, false},
	    {"sshd", "", false},
	    {"sshd", "publickey ssh-ed25519 AAAA\n", true},
	    {"sshd", "hostbased ssh-rsa AAAA\npublickey ssh-rsa AAAA", true},
	    {"sshd", "publickey", false},
	    {"sshd", "publickeys ssh-rsa AAAA", false},
	    {"sshd", "hostbased publickey AAAA\n", false},
	    {"sshd", "password\n", false},
	    {"sshd", "\n", false},
	    {"login", "publickey ssh-ed25519 AAAA\n", false},
	    {"sudo", "publickey ssh-ed25519 AAAA\n", false},
	};
	struct pamhost *host = *state;
	struct proto_context context;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		host->pam.service = cases[i].service;
		host->pam.methods = cases[i].methods;
		ask_context(fakepam_handle(&host->pam), &context);
		assert_int_equal(
		    ask_by_key(fakepam_handle(&host->pam), &context),
		    cases[i].by_key);
	}
}

static int
open_as(struct pamhost *host, uid_t uid)
{
	CLIENT_AUTO struct client client = CLIENT_NULL;

	fakedaemon_peer_uid = uid;
	return ask_open(&client, &host->places, &ASK_SIGNIN);
}

static void
t50_the_daemon_is_root_or_its_account(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(open_as(host, 0), 0);
	assert_int_equal(open_as(host, 4242), 0);
	assert_int_equal(open_as(host, 1000), ERR_DAEMON_UNTRUSTED);
	pamhost_write(host->passwd, "root:x:0:\n", 10);
	assert_int_equal(open_as(host, 0), 0);
	assert_int_equal(open_as(host, 4242), ERR_DAEMON_UNTRUSTED);
	assert_int_equal(unlink(host->passwd), 0);
	assert_int_equal(open_as(host, 0), 0);
	assert_int_equal(open_as(host, 4242), ERR_DAEMON_UNTRUSTED);
}

static void
t115_a_hung_daemon_costs_at_most_three_seconds(void **state)
{
	struct pamhost *host = *state;
	static const struct {
		struct ask_times times;
		int most_ms;
	} limits[] = {{ASK_SIGNIN, 3000}, {ASK_WAIT, 3000}, {ASK_ACCOUNT, 2000},
	    {ASK_SESSION, 500}};
	struct fakedaemon_step step = {.act = FAKEDAEMON_HANG};
	struct client_reply reply;
	CLIENT_AUTO struct client client = CLIENT_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		assert_true(limits[i].times.open_ms + limits[i].times.send_ms +
			limits[i].times.reply_ms <=
		    limits[i].most_ms);
	assert_true(ASK_WAIT_MS < ASK_WAIT.reply_ms);
	fakedaemon_peer_uid = 0;
	fakedaemon_start(&host->daemon, &step, 1);
	assert_int_equal(ask_open(&client, &host->places, &ASK_SESSION), 0);
	assert_int_equal(
	    ask_exchange(&client, PROTO_STATUS, NULL, &ASK_SESSION, &reply),
	    ERR_DAEMON_TIMEOUT);
}

static void
t49_a_reply_is_wiped(void **state)
{
	struct client_reply reply;
	struct client_reply empty;

	memset(&reply, 'h', sizeof(reply));
	memset(&empty, 0, sizeof(empty));
	ask_wipe(&reply);
	assert_memory_equal(&reply, &empty, sizeof(reply));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(the_context_is_what_the_handle_says),
	    PAMHOST_TEST(a_key_counts_where_sshd_says_so),
	    PAMHOST_TEST(t50_the_daemon_is_root_or_its_account),
	    PAMHOST_TEST(t115_a_hung_daemon_costs_at_most_three_seconds),
	    PAMHOST_TEST(t49_a_reply_is_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
