/*
 * test-exchange.c - what the PAM module hears: prompts, patience, verdicts, and
 * nothing of anybody else's sign-in; and what the administrator's command
 * hears.
 */
#include "front/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/fronthost.h"

#define HANDLE "0123456789abcdef0123456789abcdef"
#define OTHER "0123456789abcdef0123456789abcdee"

static int
begin(uid_t uid)
{
	const struct proto_signin request = {
	    .user = "ada",
	    .context = front_context(),
	    .roles = "User",
	    .max_age_s = 60,
	    .by_key = 1,
	};
	int fd = front_connect(uid);

	front_send(fd, PROTO_SIGNIN, &request);
	assert_int_equal(front()->signins > 0, 1);
	return fd;
}

static void
wait_with(int fd, const char *handle, uint32_t wait_ms)
{
	struct proto_wait request = {.wait_ms = wait_ms};

	snprintf(request.handle, sizeof(request.handle), "%s", handle);
	front_send(fd, PROTO_WAIT, &request);
}

static void
expect_prompt(int fd)
{
	struct client_reply reply;

	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_PROMPT);
	assert_string_equal(reply.u.prompt.text, "\nhello: ");
	assert_int_equal(reply.u.prompt.lifetime_s, 100);
}

static void
expect_pending(int fd)
{
	struct client_reply reply;

	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_PENDING);
}

static void
expect_end(int fd)
{
	struct client_reply reply;

	assert_false(front_read(fd, &reply));
	(void)close(fd);
}

static void
a_sign_in_goes_from_prompt_to_verdict(void **state)
{
	int fd = begin(0);

	assert_string_equal(front()->signin.user, "ada");
	assert_string_equal(front()->signin.roles, "User");
	assert_int_equal(front()->signin.max_age_s, 60);
	front_expect_silence(fd);
	front_show(HANDLE);
	expect_prompt(fd);
	wait_with(fd, HANDLE, 0);
	expect_pending(fd);
	wait_with(fd, HANDLE, 2500);
	front_expect_silence(fd);
	front_decide(ERR_OK);
	front_expect_verdict(fd, PROTO_ALLOW, ERR_OK);
	/* It was given, and is given once. */
	wait_with(fd, HANDLE, 0);
	expect_end(fd);
	assert_int_equal(front()->cancelled, 0);
}

static void
a_verdict_that_came_early_waits_for_its_question(void **state)
{
	int fd = begin(0);

	front_show(HANDLE);
	expect_prompt(fd);
	front_decide(ERR_WRONG_PERSON);
	front_expect_silence(fd);
	wait_with(fd, HANDLE, 0);
	front_expect_verdict(fd, PROTO_DENY, ERR_WRONG_PERSON);
	(void)close(fd);
}

static void
t17_a_prompt_alone_never_allows(void **state)
{
	int fd = begin(0);

	front_show(HANDLE);
	expect_prompt(fd);
	for (int i = 0; i < 5; i++) {
		wait_with(fd, HANDLE, 1);
		expect_pending(fd);
	}
	front_decide(ERR_GRANT_EXPIRED);
	wait_with(fd, HANDLE, 1);
	front_expect_verdict(fd, PROTO_DENY, ERR_GRANT_EXPIRED);
	(void)close(fd);
}

static void
t24_another_connections_handle_is_refused(void **state)
{
	int mine = begin(0);
	int theirs = -1;

	front_show(HANDLE);
	expect_prompt(mine);
	theirs = begin(0);
	front_show(OTHER);
	expect_prompt(theirs);
	wait_with(theirs, HANDLE, 0);
	expect_end(theirs);
	assert_int_equal(front()->cancelled, 2);
	/* Without a sign-in at all, and with no handle. */
	theirs = front_connect(0);
	wait_with(theirs, HANDLE, 0);
	expect_end(theirs);
	theirs = front_connect(0);
	wait_with(theirs, "", 0);
	expect_end(theirs);
	wait_with(mine, HANDLE, 0);
	expect_pending(mine);
	(void)close(mine);
}

static void
one_connection_has_one_sign_in(void **state)
{
	const struct proto_signin again = {
	    .user = "ada", .context = front_context(), .max_age_s = -1};
	int fd = begin(0);

	front_show(HANDLE);
	expect_prompt(fd);
	front_send(fd, PROTO_SIGNIN, &again);
	expect_end(fd);
	assert_int_equal(front()->signins, 1);
	assert_int_equal(front()->cancelled, 1);
	/* Nor before a verdict was fetched; afterwards it may begin anew. */
	fd = begin(0);
	front_decide(ERR_GRANT_DECLINED);
	front_expect_verdict(fd, PROTO_DENY, ERR_GRANT_DECLINED);
	front_send(fd, PROTO_SIGNIN, &again);
	front_show(HANDLE);
	expect_prompt(fd);
	front_decide(ERR_OK);
	front_send(fd, PROTO_SIGNIN, &again);
	expect_end(fd);
}

static void
t46_a_slow_prompt_is_told_as_pending_and_fetched(void **state)
{
	int fd = begin(0);

	/* Held for a while, then told. */
	expect_pending(fd);
	wait_with(fd, "", 1);
	expect_pending(fd);
	wait_with(fd, "", 2500);
	front_show(HANDLE);
	expect_prompt(fd);
	/* From now on the handle is needed. */
	wait_with(fd, "", 0);
	expect_end(fd);
	assert_int_equal(front()->cancelled, 1);
}

static void
t46_a_prompt_that_nobody_asked_for_is_kept(void **state)
{
	const struct proto_signin again = {
	    .user = "ada", .context = front_context(), .max_age_s = -1};
	int fd = begin(0);

	expect_pending(fd);
	front_show(HANDLE);
	front_expect_silence(fd);
	wait_with(fd, "", 0);
	expect_prompt(fd);
	wait_with(fd, HANDLE, 0);
	expect_pending(fd);
	front_decide(ERR_GRANT_DECLINED);
	wait_with(fd, HANDLE, 0);
	front_expect_verdict(fd, PROTO_DENY, ERR_GRANT_DECLINED);
	/* The next sign-in of this connection knows nothing of that handle. */
	front_send(fd, PROTO_SIGNIN, &again);
	expect_pending(fd);
	wait_with(fd, "", 1);
	expect_pending(fd);
	/* A prompt that was kept goes with its connection, or is overtaken. */
	front_show(OTHER);
	front_decide(ERR_GRANT_EXPIRED);
	wait_with(fd, "", 0);
	front_expect_verdict(fd, PROTO_DENY, ERR_GRANT_EXPIRED);
	front_send(fd, PROTO_SIGNIN, &again);
	expect_pending(fd);
	front_show(OTHER);
	(void)close(fd);
}

static void
t22_a_client_that_leaves_cancels_its_sign_in(void **state)
{
	int fd = begin(0);

	(void)close(fd);
	front_turn();
	assert_int_equal(front()->cancelled, 1);
	fd = begin(0);
	front_show(HANDLE);
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->cancelled, 2);
	assert_int_equal(front()->gone, 2);
}

static int
ask_for(enum proto_ask kind, const char *handle)
{
	int fd = begin(0);

	front_ask(handle, kind);
	expect_prompt(fd);
	return fd;
}

static void
answer_with(int fd, const char *handle, const char *text)
{
	struct proto_answer answer = {.text = ""};

	snprintf(answer.handle, sizeof(answer.handle), "%s", handle);
	snprintf(answer.text, sizeof(answer.text), "%s", text);
	front_send(fd, PROTO_ANSWER, &answer);
}

static void
questions_are_answered_one_after_another(void **state)
{
	int fd = ask_for(PROTO_ASK_TEXT, HANDLE);

	answer_with(fd, HANDLE, "2");
	front_expect_silence(fd);
	assert_int_equal(front()->answers, 1);
	assert_string_equal(front()->answer, "2");
	front_ask(OTHER, PROTO_ASK_SECRET);
	expect_prompt(fd);
	answer_with(fd, OTHER, "correct horse");
	assert_string_equal(front()->answer, "correct horse");
	/* Held for a while, then told; the verdict comes to the WAIT. */
	expect_pending(fd);
	wait_with(fd, OTHER, 2500);
	front_expect_silence(fd);
	front_decide(ERR_OK);
	front_expect_verdict(fd, PROTO_ALLOW, ERR_OK);
	assert_int_equal(front()->answers, 2);
	(void)close(fd);
}

static void
t17_an_answer_alone_never_allows(void **state)
{
	int fd = ask_for(PROTO_ASK_SECRET, HANDLE);

	/* Nor does waiting instead of answering. */
	wait_with(fd, HANDLE, 1);
	expect_pending(fd);
	answer_with(fd, HANDLE, "correct horse");
	expect_pending(fd);
	wait_with(fd, HANDLE, 1);
	expect_pending(fd);
	front_decide(ERR_PASSWORD_WRONG);
	wait_with(fd, HANDLE, 1);
	front_expect_verdict(fd, PROTO_DENY, ERR_PASSWORD_WRONG);
	(void)close(fd);
}

/* Each in a connection of its own: it ends, the sign-in with it, and nothing
 * reaches what would judge an answer. */
static void
t24_answers_out_of_place_end_the_connection(void **state)
{
	int fd = ask_for(PROTO_ASK_SECRET, HANDLE);

	answer_with(fd, OTHER, "x");
	expect_end(fd);
	fd = ask_for(PROTO_ASK_SECRET, HANDLE);
	answer_with(fd, "", "x");
	expect_end(fd);
	/* Nothing was asked yet. */
	fd = begin(0);
	expect_pending(fd);
	answer_with(fd, "", "x");
	expect_end(fd);
	/* It was asked, but not told yet. */
	fd = begin(0);
	expect_pending(fd);
	front_ask(HANDLE, PROTO_ASK_SECRET);
	answer_with(fd, HANDLE, "x");
	expect_end(fd);
	/* An approval is not answered. */
	fd = begin(0);
	front_show(HANDLE);
	expect_prompt(fd);
	answer_with(fd, HANDLE, "x");
	expect_end(fd);
	/* No sign-in at all. */
	fd = front_connect(0);
	answer_with(fd, HANDLE, "x");
	expect_end(fd);
	assert_int_equal(front()->answers, 0);
	assert_int_equal(front()->cancelled, 5);
}

static void
a_question_is_answered_once(void **state)
{
	int fd = ask_for(PROTO_ASK_TEXT, HANDLE);

	answer_with(fd, HANDLE, "1");
	expect_pending(fd);
	answer_with(fd, HANDLE, "2");
	expect_end(fd);
	assert_int_equal(front()->answers, 1);
	assert_string_equal(front()->answer, "1");
	/* The next question does not take the handle of the last. */
	fd = ask_for(PROTO_ASK_TEXT, HANDLE);
	answer_with(fd, HANDLE, "1");
	front_ask(OTHER, PROTO_ASK_TEXT);
	expect_prompt(fd);
	answer_with(fd, HANDLE, "2");
	expect_end(fd);
	assert_int_equal(front()->answers, 2);
	assert_int_equal(front()->cancelled, 2);
}

static void
t108_an_answer_that_comes_late_hears_the_verdict(void **state)
{
	int fd = ask_for(PROTO_ASK_SECRET, HANDLE);

	front_decide(ERR_GRANT_EXPIRED);
	front_expect_silence(fd);
	answer_with(fd, HANDLE, "correct horse");
	front_expect_verdict(fd, PROTO_DENY, ERR_GRANT_EXPIRED);
	assert_int_equal(front()->answers, 0);
	answer_with(fd, HANDLE, "correct horse");
	expect_end(fd);
}

/* Every body that is no answer: too long, a NUL inside, cut, not even there. */
static void
t53_what_is_no_answer_ends_the_connection(void **state)
{
	BUF_AUTO struct buf frame = {.limit = 4096};
	static const struct {
		uint32_t len;
		char fill;
	} texts[] = {
	    {PROTO_ANSWER_SIZE, 'x'}, {2000, 'x'}, {6, '\0'}, {1, '\0'}};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int fd = ask_for(PROTO_ASK_SECRET, HANDLE);

		buf_reset(&frame);
		buf_put_u32(&frame, 4 + 4 + 32 + 4 + texts[i].len);
		buf_put_u16(&frame, PROTO_VERSION);
		buf_put_u16(&frame, PROTO_ANSWER);
		buf_put_string(&frame, HANDLE);
		buf_put_u32(&frame, texts[i].len);
		for (uint32_t k = 0; k < texts[i].len; k++)
			buf_put_u8(&frame, (uint8_t)texts[i].fill);
		assert_int_equal(
		    write(fd, frame.bytes, frame.len), (ssize_t)frame.len);
		expect_end(fd);
	}
	assert_int_equal(front()->answers, 0);
}

static void
t22_a_client_that_leaves_at_a_question_is_forgotten(void **state)
{
	int fd = ask_for(PROTO_ASK_SECRET, HANDLE);

	(void)close(fd);
	front_turn();
	assert_int_equal(front()->cancelled, 1);
	fd = ask_for(PROTO_ASK_SECRET, HANDLE);
	answer_with(fd, HANDLE, "correct horse");
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->cancelled, 2);
	assert_int_equal(front()->gone, 2);
}

static void
an_answer_that_cannot_be_kept_ends_the_connection(void **state)
{
	int fd = ask_for(PROTO_ASK_SECRET, HANDLE);

	front()->answer_fault = ERR_NO_MEMORY;
	answer_with(fd, HANDLE, "x");
	expect_end(fd);
	assert_int_equal(front()->cancelled, 1);
}

static void
t55_only_root_speaks_for_another_caller(void **state)
{
	int fd = begin(0);

	assert_int_equal(front()->signin.context.caller_uid, 4242);
	assert_int_equal(front()->signin.by_key, 1);
	(void)close(fd);
	fd = begin(FRONT_ADA);
	assert_int_equal(front()->signin.context.caller_uid, FRONT_ADA);
	assert_int_equal(front()->signin.by_key, 0);
	(void)close(fd);
}

static void
t106_account_says_exactly_what_was_decided(void **state)
{
	const struct proto_account request = {
	    .user = "ada", .context = front_context(), .roles = "User\nOwner"};
	int fd = front_connect(0);

	for (int i = 0; i < ERR_INDEX_COUNT; i++) {
		front()->reason = -i;
		front_send(fd, PROTO_ACCOUNT, &request);
		front_expect_verdict(fd, i == 0 ? PROTO_ALLOW : PROTO_DENY, -i);
	}
	assert_string_equal(front()->roles, "User\nOwner");
	(void)close(fd);
}

static void
a_session_is_noted(void **state)
{
	const struct proto_session request = {
	    .user = "ada", .context = front_context(), .opened = 1};
	struct client_reply reply;
	int fd = front_connect(0);

	front_send(fd, PROTO_SESSION, &request);
	assert_true(front_read(fd, &reply));
	assert_int_equal(reply.type, PROTO_DONE);
	assert_string_equal(reply.u.done.reason, "ok");
	front_expect_record(AUDIT_SESSION_OPENED, 0, "ada", "");
	front_send(fd, PROTO_SESSION,
	    &(struct proto_session){.user = "ada", .context = front_context()});
	assert_true(front_read(fd, &reply));
	front_expect_record(AUDIT_SESSION_CLOSED, 0, "ada", "");
	(void)close(fd);
}

/* Who asked is known from the socket; only root's processes name another. */
static void
t55_a_record_says_who_asked_about_whom(void **state)
{
	const struct proto_account request = {
	    .user = "ada", .context = front_context(), .roles = "User"};
	const struct audit_entry *last = NULL;
	char process[16];
	int fd = front_connect(0);

	front_send(fd, PROTO_ACCOUNT, &request);
	front_expect_verdict(fd, PROTO_ALLOW, 0);
	front_expect_record(AUDIT_ACCOUNT, 0, "ada", "");
	last = audit_get(front()->audit, 1);
	assert_string_equal(last->member_id, "u-ada");
	assert_int_equal(last->uid, FRONT_ADA);
	assert_int_equal(last->caller_uid, 4242);
	(void)snprintf(process, sizeof(process), "%d", getpid());
	assert_string_equal(last->request, process);
	assert_string_equal(last->service, "sshd");
	assert_string_equal(last->role, "User");
	(void)close(fd);
	fd = front_connect(FRONT_ADA);
	front_send(fd, PROTO_ACCOUNT, &request);
	front_expect_verdict(fd, PROTO_ALLOW, 0);
	last = audit_get(front()->audit, 2);
	assert_int_equal(last->caller_uid, FRONT_ADA);
	front_send(
	    fd, PROTO_EXPLAIN, &(const struct proto_explain){.user = "bob"});
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	front_expect_record(
	    AUDIT_REQUEST_REFUSED, ERR_PEER_REFUSED, "ada", "6");
	(void)close(fd);
}

static void
a_sign_in_is_recorded_when_it_is_decided(void **state)
{
	int fd = begin(0);

	front_decide(ERR_WRONG_PERSON);
	front_expect_verdict(fd, PROTO_DENY, ERR_WRONG_PERSON);
	front_expect_record(AUDIT_AUTH, ERR_WRONG_PERSON, "ada", "");
	assert_int_equal(audit_last(front()->audit), 1);
	assert_int_equal(audit_get(front()->audit, 1)->caller_uid, 4242);
	assert_string_equal(audit_get(front()->audit, 1)->factor, "pin");
	(void)close(fd);
}

/* Asks for records and expects these numbers, then the end. */
static void
expect_records(int fd, const char *user, uint32_t count, const char *numbers)
{
	struct proto_audit request = {.count = count};
	struct client_reply reply;
	char got[128] = "";
	size_t len = 0;

	(void)snprintf(request.user, sizeof(request.user), "%s", user);
	front_send(fd, PROTO_AUDIT, &request);
	for (;;) {
		assert_true(front_read(fd, &reply));
		if (reply.type != PROTO_AUDIT_ROW)
			break;
		len += (size_t)snprintf(got + len, sizeof(got) - len, " %u",
		    (unsigned int)reply.u.audit_row.number);
	}
	assert_int_equal(reply.type, PROTO_DONE);
	assert_string_equal(got, numbers);
}

static void
records_are_told_to_root_and_to_whom_they_are_about(void **state)
{
	struct proto_session session = {
	    .user = "ada", .context = front_context(), .opened = 1};
	struct client_reply reply;
	int fd = front_connect(0);

	expect_records(fd, "", 1000, "");
	for (int i = 0; i < 6; i++) {
		memcpy(session.user, i % 3 == 2 ? "bob" : "ada", 4);
		front_send(fd, PROTO_SESSION, &session);
		assert_true(front_read(fd, &reply));
	}
	expect_records(fd, "", 1000, " 1 2 3 4 5 6");
	expect_records(fd, "", 2, " 5 6");
	expect_records(fd, "", 0, "");
	expect_records(fd, "bob", 1000, " 3 6");
	expect_records(fd, "ada", 3, " 2 4 5");
	expect_records(fd, "carol", 1000, "");
	(void)close(fd);
	fd = front_connect(FRONT_ADA);
	expect_records(fd, "ada", 1, " 5");
	front_send(fd, PROTO_AUDIT, &(struct proto_audit){"bob", 5});
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	front_send(fd, PROTO_AUDIT, &(struct proto_audit){"", 5});
	front_expect_verdict(fd, PROTO_DENY, ERR_PEER_REFUSED);
	(void)close(fd);
}

/* Who reads slowly gets them as they fit, and is not told of any twice. */
static void
a_thousand_records_do_not_wait_in_memory(void **state)
{
	struct proto_audit request = {.count = AUDIT_KEPT};
	struct client_reply reply;
	uint64_t next = 1;
	int fd = front_connect(0);

	for (int i = 0; i < AUDIT_KEPT; i++)
		audit_write(front()->audit,
		    &(struct audit_record){.kind = AUDIT_REVOKED,
			.user = "ada",
			.role = "a role that needs some room in the frame"});
	front_send(fd, PROTO_AUDIT, &request);
	for (;;) {
		assert_true(front_read(fd, &reply));
		if (reply.type == PROTO_DONE)
			break;
		assert_int_equal(reply.u.audit_row.number, next++);
		assert_string_equal(reply.u.audit_row.kind, "revoked");
	}
	assert_int_equal(next, AUDIT_KEPT + 1);
	(void)close(fd);
}

static void
read_reply(int fd, enum proto_type type, struct client_reply *reply)
{
	assert_true(front_read(fd, reply));
	assert_int_equal(reply->type, type);
}

static void
status_tells_each_of_several_providers(void **state)
{
	static const struct {
		int states[2];
		const char *worst;
		const char *told;
	} cases[] = {
	    {{ERR_NOT_FOUND, ERR_NOT_FOUND}, "unknown",
		"corp https://id.example (unknown), "
		"google https://accounts.google.com (unknown)"},
	    {{ERR_NOT_FOUND, 0}, "ok",
		"corp https://id.example (unknown), "
		"google https://accounts.google.com (ok)"},
	    {{0, ERR_PROVIDER_TLS}, "provider-tls",
		"corp https://id.example (ok), "
		"google https://accounts.google.com (provider-tls)"},
	    {{ERR_PROVIDER_TLS, 0}, "provider-tls",
		"corp https://id.example (provider-tls), "
		"google https://accounts.google.com (ok)"},
	};
	int fd = front_connect(0);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct client_reply reply;

		memcpy(front()->idp_states, cases[i].states,
		    sizeof(cases[i].states));
		front_send(fd, PROTO_STATUS, NULL);
		read_reply(fd, PROTO_STATUS_REPLY, &reply);
		assert_string_equal(reply.u.status.provider, cases[i].told);
		assert_string_equal(
		    reply.u.status.provider_state, cases[i].worst);
	}
	(void)close(fd);
}

static void
status_tells_what_is_known(void **state)
{
	struct client_reply reply;
	int fd = front_connect(65534);

	front()->more_members = 3;
	front_send(fd, PROTO_STATUS, NULL);
	read_reply(fd, PROTO_STATUS_REPLY, &reply);
	assert_string_equal(reply.u.status.organization, "Acme");
	assert_string_equal(reply.u.status.provider, "https://id.example");
	assert_string_equal(reply.u.status.provider_state, "unknown");
	assert_string_equal(reply.u.status.service, "");
	assert_string_equal(reply.u.status.service_state, "ok");
	assert_string_equal(
	    reply.u.status.directory_state, "service-unreachable");
	assert_int_equal(reply.u.status.members, 5);
	assert_int_equal(reply.u.status.published, 2);
	assert_int_equal(reply.u.status.excluded, 3);
	assert_int_equal(reply.u.status.generation, 7);
	assert_int_equal(reply.u.status.confirmed_s, 61);
	assert_int_equal(reply.u.status.next_sync_s, 12);
	assert_int_equal(reply.u.status.signins, 3);
	assert_int_equal(reply.u.status.started_s, 1800000000);
	(void)close(fd);
}

static void
explain_ada(int fd, struct client_reply *reply)
{
	const struct proto_explain request = {.user = "ada"};

	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, reply);
}

static void
explain_tells_what_a_token_added(void **state)
{
	static const char *const told[] = {"Admin", "User"};
	struct front *f = front();
	struct access_mapping *mapping = NULL;
	struct client_reply reply;
	int fd = front_connect(0);

	assert_int_equal(access_map(&f->policy, false, "Admin", &mapping), 0);
	assert_int_equal(access_grant(mapping, false, "admins"), 0);
	f->told = (struct tokenroles){
	    .roles = told, .role_count = 2, .age_ms = 61500};
	/* With a service tokens tell nothing. */
	explain_ada(fd, &reply);
	assert_string_equal(reply.u.explain.claimed, "");
	assert_string_equal(reply.u.explain.claimed_reason, "");
	assert_int_equal(reply.u.explain.claimed_s, -1);
	assert_string_equal(reply.u.explain.groups, "all\nusers");
	f->standing.lastroles = (const struct lastroles *)f;
	f->standing.login_offline_s = 62;
	explain_ada(fd, &reply);
	assert_string_equal(reply.u.explain.claimed, "Admin\nUser");
	assert_string_equal(reply.u.explain.claimed_reason, "ok");
	assert_int_equal(reply.u.explain.claimed_s, 61);
	assert_string_equal(reply.u.explain.groups, "all\nusers\nadmins");
	assert_string_equal(
	    reply.u.explain.member.roles, "User\nOrganizationAdmin");
	f->standing.login_offline_s = 61;
	explain_ada(fd, &reply);
	assert_string_equal(reply.u.explain.claimed, "Admin\nUser");
	assert_string_equal(reply.u.explain.claimed_reason, "role-stale");
	assert_string_equal(reply.u.explain.groups, "all\nusers");
	f->told = (struct tokenroles){.reason = ERR_GROUPS_OVERAGE};
	explain_ada(fd, &reply);
	assert_string_equal(reply.u.explain.claimed_reason, "groups-overage");
	assert_int_equal(reply.u.explain.claimed_s, 0);
	f->told = (struct tokenroles){.age_ms = -1};
	explain_ada(fd, &reply);
	assert_string_equal(reply.u.explain.claimed_reason, "");
	assert_int_equal(reply.u.explain.claimed_s, -1);
	(void)close(fd);
}

static void
explain_tells_what_would_be_decided(void **state)
{
	struct proto_explain request = {.user = "ada", .role = "Owner"};
	struct client_reply reply;
	int fd = front_connect(0);

	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
	assert_string_equal(reply.u.explain.reason, "ok");
	assert_string_equal(reply.u.explain.member.id, "u-ada");
	assert_string_equal(
	    reply.u.explain.member.roles, "User\nOrganizationAdmin");
	assert_string_equal(reply.u.explain.member.excluded, "");
	assert_string_equal(reply.u.explain.groups, "all\nusers");
	assert_string_equal(reply.u.explain.local_groups, "adm");
	assert_string_equal(reply.u.explain.login, "ok");
	assert_string_equal(reply.u.explain.login_text, "");
	assert_string_equal(reply.u.explain.role, "role-not-held");
	assert_int_equal(reply.u.explain.proof_s, 5);
	assert_int_equal(reply.u.explain.confirmed_s, 61);
	/* Who may not log in passes no gate either. */
	front()->reason = ERR_DIRECTORY_STALE;
	memcpy(request.role, "User", 5);
	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
	assert_string_equal(reply.u.explain.login, "directory-stale");
	assert_string_equal(reply.u.explain.role, "directory-stale");
	memcpy(request.user, "nosuch", 7);
	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
	assert_string_equal(reply.u.explain.reason, "not-a-member");
	assert_string_equal(reply.u.explain.login, "not-a-member");
	assert_string_equal(reply.u.explain.member.id, "");
	front()->ids_damaged = true;
	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
	assert_string_equal(reply.u.explain.reason, "state-damaged");
	assert_string_equal(reply.u.explain.login, "state-damaged");
	(void)close(fd);
}

static void
whoami_tells_the_peer_about_the_peer(void **state)
{
	static const struct {
		uid_t uid;
		const char *id;
	} peers[] = {
	    {FRONT_ADA, "u-ada"}, {FRONT_BOB, "u-bob"}, {0, ""}, {65534, ""}};
	struct client_reply reply;

	for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
		int fd = front_connect(peers[i].uid);

		front_send(fd, PROTO_WHOAMI, NULL);
		read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
		assert_string_equal(reply.u.explain.member.id, peers[i].id);
		(void)close(fd);
	}
}

static void
members_are_listed_in_full_and_made_as_they_are_taken(void **state)
{
	struct client_reply reply;
	size_t listed = 0;
	int fd = front_connect(0);

	front()->more_members = 100000 - 2;
	front_send(fd, PROTO_MEMBERS, NULL);
	/* T53: a reader that waits has no more than its buffers filled. */
	front_turn();
	assert_true(front()->members_read < 20000);
	for (;;) {
		assert_true(front_read(fd, &reply));
		if (reply.type != PROTO_MEMBER)
			break;
		listed++;
		if (listed == 1)
			assert_string_equal(reply.u.member.user, "ada");
		if (listed == 3)
			assert_string_equal(
			    reply.u.member.excluded, "name-taken");
	}
	assert_int_equal(reply.type, PROTO_DONE);
	assert_int_equal(listed, 100000);
	/* The connection serves on. */
	front_send(fd, PROTO_STATUS, NULL);
	read_reply(fd, PROTO_STATUS_REPLY, &reply);
	(void)close(fd);
}

static void
rows_findings_and_lines_are_told_as_they_are_taken(void **state)
{
	static const struct {
		enum proto_type request;
		enum proto_type reply;
		size_t replies; /* 0: some */
	} all[] = {{PROTO_IDS_LIST, PROTO_IDS_ROW, 100000},
	    {PROTO_IDS_CHECK, PROTO_IDS_FINDING, 100},
	    {PROTO_IDS_EXPORT, PROTO_IDS_LINES, 0}};
	struct client_reply reply;
	int fd = front_connect(0);

	front()->id_rows = 100000;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		size_t told = 0;

		front()->ids_read = 0;
		front_send(fd, all[i].request, NULL);
		assert_true(front()->ids_read < 20000);
		for (;;) {
			assert_true(front_read(fd, &reply));
			if (reply.type == all[i].reply)
				told++;
			else if (reply.type != PROTO_PROGRESS)
				break;
		}
		assert_int_equal(reply.type, PROTO_DONE);
		assert_string_equal(reply.u.done.reason, "ok");
		assert_true(all[i].replies == 0 || told == all[i].replies);
		assert_int_equal(front()->ids_read, 100000);
	}
	(void)close(fd);
}

/* The lines, and how the export ended. */
static void
read_export(int fd, char *out, size_t size, struct client_reply *ret_reply)
{
	size_t len = 0;

	front_send(fd, PROTO_IDS_EXPORT, NULL);
	for (;;) {
		assert_true(front_read(fd, ret_reply));
		if (ret_reply->type != PROTO_IDS_LINES)
			return;
		len += (size_t)snprintf(
		    out + len, size - len, "%s", ret_reply->u.ids_lines.lines);
	}
}

static void
t83_an_export_says_whether_the_map_is_whole(void **state)
{
	char text[4096] = "";
	struct client_reply reply;
	int fd = front_connect(0);

	front()->id_rows = 2;
	read_export(fd, text, sizeof(text), &reply);
	assert_string_equal(text,
	    "{\"orglogin_ids\":1,\"organization\":\"org_acme\",\"rows\":2,"
	    "\"whole\":true}\n"
	    "{\"kind\":\"user\",\"key\":\"u-17\",\"number\":1879050000,"
	    "\"name\":\"ada\",\"home\":\"ada\",\"state\":\"live\","
	    "\"created\":7}\n"
	    "{\"kind\":\"user\",\"organization\":\"else\",\"key\":\"u-17\","
	    "\"number\":1879050001,\"name\":\"ada\",\"home\":\"ada\","
	    "\"state\":\"live\",\"created\":7}\n");
	assert_string_equal(reply.u.done.reason, "ok");
	front()->ids_damaged = true;
	front()->id_rows = 0;
	read_export(fd, text, sizeof(text), &reply);
	assert_string_equal(text,
	    "{\"orglogin_ids\":1,\"organization\":\"org_acme\",\"rows\":0,"
	    "\"whole\":false}\n");
	assert_string_equal(reply.u.done.reason, "state-damaged");
	front_send(fd, PROTO_STATUS, NULL);
	read_reply(fd, PROTO_STATUS_REPLY, &reply);
	assert_string_equal(reply.u.status.problem, "damaged: mend it");
	(void)close(fd);
}

static void
import(int fd, bool first, bool last, const char *lines)
{
	struct proto_ids_import request = {.first = first, .last = last};

	snprintf(request.lines, sizeof(request.lines), "%s", lines);
	front_send(fd, PROTO_IDS_IMPORT, &request);
}

static void
expect_done(int fd, int reason, const char *text)
{
	struct client_reply reply;

	read_reply(fd, PROTO_DONE, &reply);
	assert_string_equal(reply.u.done.reason, err_name(reason));
	assert_string_equal(reply.u.done.text, text);
}

static void
a_map_comes_in_by_one_client_at_a_time(void **state)
{
	int fd = front_connect(0);
	int other = front_connect(0);

	import(fd, false, false, "x\n");
	expect_done(fd, ERR_INVALID_ARGUMENT, err_text(ERR_INVALID_ARGUMENT));
	import(fd, true, false, "a\n");
	expect_done(fd, 0, "");
	import(other, true, true, "z\n");
	expect_done(other, ERR_EXISTS, err_text(ERR_EXISTS));
	import(other, false, true, "z\n");
	expect_done(
	    other, ERR_INVALID_ARGUMENT, err_text(ERR_INVALID_ARGUMENT));
	import(fd, false, true, "b\n");
	expect_done(fd, 0, "42 rows were added.");
	assert_string_equal(front()->imported, "a\nb\n");
	assert_int_equal(front()->imports, 0);
	/* What is refused ends it, and so does who goes away. */
	front()->import_reason = ERR_MALFORMED;
	import(fd, true, false, "c\n");
	expect_done(fd, ERR_MALFORMED, "line 2: bad");
	assert_int_equal(front()->imports, 0);
	front()->import_reason = 0;
	import(fd, true, false, "d\n");
	expect_done(fd, 0, "");
	import(fd, true, false, "e\n");
	expect_done(fd, 0, "");
	assert_int_equal(front()->imports, 1);
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->imports, 0);
	(void)close(other);
}

static void
explain_finds_who_has_no_name(void **state)
{
	static const struct {
		uid_t peer;
		const char *asked;
		const char *id; /* "": nobody */
	} all[] = {{0, "u-2", "u-2"}, {0, "x@acme.example", "u-bob"},
	    {0, "ada", "u-ada"}, {0, "u-3", ""}};
	struct client_reply reply;

	front()->more_members = 1;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct proto_explain request = {0};
		int fd = front_connect(all[i].peer);

		snprintf(
		    request.user, sizeof(request.user), "%s", all[i].asked);
		front_send(fd, PROTO_EXPLAIN, &request);
		read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
		assert_string_equal(reply.u.explain.member.id, all[i].id);
		assert_string_equal(reply.u.explain.taken,
		    i == 0 ? "ada is the name of u-ada" : "");
		(void)close(fd);
	}
}

static void
t32_explain_tells_whom_a_local_user_displaced(void **state)
{
	struct proto_explain request = {.user = "root"};
	struct client_reply reply;
	int fd = front_connect(0);

	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
	assert_string_equal(reply.u.explain.reason, "local-user");
	assert_string_equal(reply.u.explain.login, "local-user");
	assert_string_equal(reply.u.explain.taken, "u-root would have it");
	memcpy(request.user, "eve", 4);
	front_send(fd, PROTO_EXPLAIN, &request);
	read_reply(fd, PROTO_EXPLAIN_REPLY, &reply);
	assert_string_equal(reply.u.explain.reason, "not-a-member");
	assert_string_equal(reply.u.explain.taken, "");
	(void)close(fd);
}

static void
sync_tells_its_progress_and_its_end(void **state)
{
	const struct proto_sync request = {.full = 1, .accept_shrink = 1};
	struct client_reply reply;
	int fd = front_connect(0);

	front_send(fd, PROTO_SYNC, &request);
	assert_int_equal(front()->sync_wants, SYNC_ACCEPT_SHRINK | SYNC_WHOLE);
	front_expect_silence(fd);
	front()->sync_progress(front()->sync_arg, 10, 40);
	read_reply(fd, PROTO_PROGRESS, &reply);
	assert_int_equal(reply.u.progress.done, 10);
	assert_int_equal(reply.u.progress.total, 40);
	front()->sync_fn(front()->sync_arg, ERR_DIRECTORY_SHRUNK);
	read_reply(fd, PROTO_DONE, &reply);
	assert_string_equal(reply.u.done.reason, "directory-shrunk");
	assert_string_equal(reply.u.done.text, err_text(ERR_DIRECTORY_SHRUNK));
	(void)close(fd);
	/* A sync that nobody waits for any more calls nobody. */
	fd = front_connect(0);
	front_send(fd, PROTO_SYNC, &request);
	(void)close(fd);
	front_turn();
	assert_int_equal(front()->sync_cancelled, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, front_set_up, front_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_sign_in_goes_from_prompt_to_verdict),
	    T(a_verdict_that_came_early_waits_for_its_question),
	    T(t17_a_prompt_alone_never_allows),
	    T(t24_another_connections_handle_is_refused),
	    T(one_connection_has_one_sign_in),
	    T(t46_a_slow_prompt_is_told_as_pending_and_fetched),
	    T(t46_a_prompt_that_nobody_asked_for_is_kept),
	    T(t22_a_client_that_leaves_cancels_its_sign_in),
	    T(questions_are_answered_one_after_another),
	    T(t17_an_answer_alone_never_allows),
	    T(t24_answers_out_of_place_end_the_connection),
	    T(a_question_is_answered_once),
	    T(t108_an_answer_that_comes_late_hears_the_verdict),
	    T(t53_what_is_no_answer_ends_the_connection),
	    T(t22_a_client_that_leaves_at_a_question_is_forgotten),
	    T(an_answer_that_cannot_be_kept_ends_the_connection),
	    T(t55_only_root_speaks_for_another_caller),
	    T(t106_account_says_exactly_what_was_decided),
	    T(a_session_is_noted),
	    T(t55_a_record_says_who_asked_about_whom),
	    T(a_sign_in_is_recorded_when_it_is_decided),
	    T(records_are_told_to_root_and_to_whom_they_are_about),
	    T(a_thousand_records_do_not_wait_in_memory),
	    cmocka_unit_test_setup_teardown(
		status_tells_each_of_several_providers, front_set_up_providers,
		front_tear_down),
	    T(status_tells_what_is_known),
	    T(explain_tells_what_would_be_decided),
	    T(explain_tells_what_a_token_added),
	    T(whoami_tells_the_peer_about_the_peer),
	    T(members_are_listed_in_full_and_made_as_they_are_taken),
	    T(rows_findings_and_lines_are_told_as_they_are_taken),
	    T(t83_an_export_says_whether_the_map_is_whole),
	    T(a_map_comes_in_by_one_client_at_a_time),
	    T(t32_explain_tells_whom_a_local_user_displaced),
	    T(explain_finds_who_has_no_name),
	    T(sync_tells_its_progress_and_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
