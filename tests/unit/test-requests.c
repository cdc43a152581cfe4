/*
 * test-requests.c - who may ask what: every request by every kind of peer.
 */
#include "front/requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/fronthost.h"

#define HANDLE "0123456789abcdef0123456789abcdef"
#define DAEMON 990

enum answer { ALLOW, REFUSE, SERVE, END };

union any {
	struct proto_vault vault;
	struct proto_leaver leaver;
	struct proto_sync sync;
	struct proto_wait wait;
	struct proto_session session;
	struct proto_account account;
	struct proto_signin signin;
	struct proto_ids_import import;
	struct proto_token token;
	struct proto_invite invite;
};

/* A request about ada, whoever sends it. */
static union any
about_ada(enum proto_type type)
{
	union any m;

	memset(&m, 0, sizeof(m));
	if (type == PROTO_SIGNIN)
		m.signin.context = front_context();
	else if (type == PROTO_ACCOUNT)
		m.account.context = front_context();
	else if (type == PROTO_SESSION)
		m.session.context = front_context();
	if (type == PROTO_WAIT || type == PROTO_ANSWER)
		memcpy(m.wait.handle, HANDLE, sizeof(HANDLE));
	else if (type == PROTO_IDS_IMPORT)
		m.import.first = m.import.last = 1;
	else if (type == PROTO_INVITE)
		m.invite = (struct proto_invite){"x@acme.example", "User"};
	else if (type == PROTO_TOKEN)
		m.token.headers = 1;
	else if (type == PROTO_VAULT)
		m.vault.take = 1;
	else if (type != PROTO_SYNC && type != PROTO_LEAVER)
		memcpy(m.signin.user, "ada", 4);
	return m;
}

/* Brings what is played behind the front to an answer. */
static void
let_it_answer(enum proto_type type)
{
	if (type == PROTO_SIGNIN && front()->signins > 0)
		front_decide(ERR_OK);
	if (type == PROTO_SYNC && front()->syncs > 0)
		front()->sync_fn(front()->sync_arg, ERR_OK);
	if (front()->errands > 0)
		front()->wallet_fn(front()->wallet_arg,
		    &(struct wallet_token){.organization = "org_acme",
			.jwt = "jwt",
			.headers = "Authorization: Bearer jwt\n"});
	if (front()->asks > 0)
		front()->ask_fn(front()->ask_arg, &(struct idsvc_standing){0});
	if (front()->pin_works > 0)
		front()->pin_fn(front()->pin_arg, ERR_OK);
	front_turn();
}

static bool
about_oneself(enum proto_type type)
{
	return type == PROTO_TOKEN || type == PROTO_SWITCH_ORG ||
	    type == PROTO_INVITE || type == PROTO_RESEND ||
	    type == PROTO_TOTP_ENROLL || type == PROTO_TOTP_CONFIRM;
}

static enum answer
ask(enum proto_type type, uid_t uid)
{
	union any message = about_ada(type);
	struct client_reply reply;
	enum answer answer = SERVE;
	int fd = front_connect(uid);

	front_send(fd, type, proto_size(type) > 0 ? &message : NULL);
	let_it_answer(type);
	do {
		if (!front_read(fd, &reply)) {
			answer = END;
			break;
		}
	} while (reply.type == PROTO_MEMBER || reply.type == PROTO_IDS_ROW ||
	    reply.type == PROTO_IDS_LINES);
	if (answer == SERVE && reply.type == PROTO_VERDICT)
		answer =
		    reply.u.verdict.verdict == PROTO_ALLOW ? ALLOW : REFUSE;
	if (answer == REFUSE &&
	    strcmp(reply.u.verdict.reason, "proof-needed") == 0)
		answer = SERVE;
	else if (answer == REFUSE && about_oneself(type))
		assert_string_equal(reply.u.verdict.reason, "not-a-member");
	else if (answer == REFUSE)
		assert_string_equal(reply.u.verdict.reason, "peer-refused");
	(void)close(fd);
	front_turn();
	return answer;
}

/* What was asked of the services behind the front. */
static int
works_begun(void)
{
	return front()->signins + front()->syncs + front()->imports +
	    front()->errands + front()->forgotten + front()->takes +
	    front()->pin_works + front()->pin_removed + front()->totp_offers +
	    front()->totp_removed + (int)front()->ids_read +
	    (int)front()->members_read;
}

static void
t52_every_request_by_every_peer(void **state)
{
	static const uid_t peers[] = {0, FRONT_ADA, FRONT_BOB, 65534, DAEMON};
	static const struct {
		enum proto_type type;
		enum answer answers[ARRAY_SIZE(peers)];
	} table[] = {
	    {PROTO_SIGNIN, {ALLOW, ALLOW, REFUSE, REFUSE, REFUSE}},
	    /* nobody without a handle of this very connection */
	    {PROTO_WAIT, {END, END, END, END, END}},
	    {PROTO_ACCOUNT, {ALLOW, ALLOW, REFUSE, REFUSE, REFUSE}},
	    {PROTO_SESSION, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_STATUS, {SERVE, SERVE, SERVE, SERVE, SERVE}},
	    {PROTO_EXPLAIN, {SERVE, SERVE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_MEMBERS, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_SYNC, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_WHOAMI, {SERVE, SERVE, SERVE, SERVE, SERVE}},
	    {PROTO_IDS_LIST, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_IDS_CHECK, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_IDS_EXPORT, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_IDS_IMPORT, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_ANSWER, {END, END, END, END, END}},
	    /* a token goes to its member, not even to root */
	    {PROTO_TOKEN, {REFUSE, SERVE, SERVE, REFUSE, REFUSE}},
	    {PROTO_SWITCH_ORG, {REFUSE, SERVE, SERVE, REFUSE, REFUSE}},
	    {PROTO_LOGOUT, {SERVE, SERVE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_INVITE, {REFUSE, SERVE, SERVE, REFUSE, REFUSE}},
	    {PROTO_RESEND, {REFUSE, SERVE, SERVE, REFUSE, REFUSE}},
	    {PROTO_VAULT, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_AUDIT, {SERVE, SERVE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_FACTORS, {SERVE, SERVE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_TOTP_ENROLL, {REFUSE, SERVE, SERVE, REFUSE, REFUSE}},
	    {PROTO_TOTP_CONFIRM, {REFUSE, SERVE, SERVE, REFUSE, REFUSE}},
	    {PROTO_TOTP_REMOVE, {SERVE, SERVE, REFUSE, REFUSE, REFUSE}},
	    /* nobody chooses another's, not even root */
	    {PROTO_PIN_SET, {REFUSE, SERVE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_PIN_REMOVE, {SERVE, SERVE, REFUSE, REFUSE, REFUSE}},
	    {PROTO_LEAVER, {SERVE, REFUSE, REFUSE, REFUSE, REFUSE}},
	};

	/* A request that is added must be added here. */
	assert_int_equal(ARRAY_SIZE(table), PROTO_LEAVER - PROTO_SIGNIN + 1);
	for (size_t t = 0; t < ARRAY_SIZE(table); t++) {
		for (size_t p = 0; p < ARRAY_SIZE(peers); p++) {
			assert_int_equal(front_tear_down(state), 0);
			assert_int_equal(front_set_up(state), 0);
			front()->service_can = true;
			assert_int_equal(
			    ask(table[t].type, peers[p]), table[t].answers[p]);
			assert_int_equal(front()->gone, 1);
			if (table[t].answers[p] == REFUSE)
				assert_int_equal(works_begun(), 0);
		}
	}
}

static void
t52_replies_and_strangers_are_no_requests(void **state)
{
	struct client_reply reply;

	for (unsigned int type = 0; type < 256; type++) {
		uint8_t frame[] = {
		    4, 0, 0, 0, PROTO_VERSION, 0, (uint8_t)type, 0};
		int fd = -1;

		if (type >= PROTO_SIGNIN && type <= PROTO_LEAVER)
			continue;
		/* The header counts what follows its first field. */
		fd = front_connect(0);
		assert_int_equal(send(fd, frame, sizeof(frame), MSG_NOSIGNAL),
		    sizeof(frame));
		if (type >= PROTO_PROMPT && type <= PROTO_PROGRESS &&
		    proto_size((enum proto_type)type) > 0)
			(void)shutdown(fd, SHUT_WR);
		assert_false(front_read(fd, &reply));
		(void)close(fd);
	}
}

static void
t52_an_excluded_name_belongs_to_nobody(void **state)
{
	struct proto_account request = {.context = front_context()};
	int fd = front_connect(1000);

	front_send(fd, PROTO_ACCOUNT, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	/* A refusal does not end the connection. */
	memcpy(request.user, "nosuch", 7);
	front_send(fd, PROTO_ACCOUNT, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	(void)close(fd);
}

static void
t83_without_its_numbers_the_host_says_so(void **state)
{
	struct proto_account request = {
	    .user = "ada", .context = front_context()};
	int fd = front_connect(65534);

	front()->ids_damaged = true;
	front_send(fd, PROTO_ACCOUNT, &request);
	front_expect_verdict(fd, PROTO_DENY, ERR_STATE_DAMAGED);
	/* What is root's alone is nobody else's in any state. */
	front_send(fd, PROTO_MEMBERS, NULL);
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	(void)close(fd);
}

static void
t53_bodies_that_do_not_fit_end_the_connection(void **state)
{
	struct proto_account request = {
	    .user = "ada", .context = front_context()};
	struct client_reply reply;
	struct buf frame BUF_AUTO = {0};

	buf_init(&frame, 8192);
	assert_int_equal(proto_encode(&frame, PROTO_ACCOUNT, &request), 0);
	/* Every shorter body, with a length that says so. */
	for (size_t len = PROTO_HEADER_BYTES; len < frame.len; len++) {
		int fd = front_connect(0);
		uint32_t told = (uint32_t)(len - 4);

		memcpy(frame.bytes, &told, sizeof(told));
		assert_int_equal(
		    send(fd, frame.bytes, len, MSG_NOSIGNAL), (ssize_t)len);
		assert_false(front_read(fd, &reply));
		(void)close(fd);
	}
	assert_string_equal(front()->roles, "");
}

static void
t53_a_thousand_connections_come_and_go(void **state)
{
	struct client_reply reply;
	int fd = -1;

	for (int i = 0; i < 1000; i++) {
		fd = front_connect(65534);
		if (i % 3 == 0)
			assert_int_equal(send(fd, "\xff", 1, MSG_NOSIGNAL), 1);
		front_turn();
		(void)close(fd);
	}
	front_turn();
	assert_int_equal(front()->gone, 1000);
	fd = front_connect(0);
	front_send(fd, PROTO_STATUS, NULL);
	assert_true(front_read(fd, &reply));
	(void)close(fd);
}

static void
freeing_ends_every_connection(void **state)
{
	struct proto_signin request = {
	    .user = "ada", .context = front_context(), .max_age_s = -1};
	struct client_reply reply;
	int first = front_connect(0);
	int second = front_connect(65534);

	front_send(first, PROTO_SIGNIN, &request);
	requests_free(front()->requests);
	front()->requests = NULL;
	assert_int_equal(front()->gone, 2);
	assert_int_equal(front()->cancelled, 1);
	assert_false(front_read(first, &reply));
	assert_false(front_read(second, &reply));
	(void)close(first);
	(void)close(second);
}

#define T(f) cmocka_unit_test_setup_teardown(f, front_set_up, front_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(t52_every_request_by_every_peer),
	    T(t52_replies_and_strangers_are_no_requests),
	    T(t52_an_excluded_name_belongs_to_nobody),
	    T(t83_without_its_numbers_the_host_says_so),
	    T(t53_bodies_that_do_not_fit_end_the_connection),
	    T(t53_a_thousand_connections_come_and_go),
	    T(freeing_ends_every_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
