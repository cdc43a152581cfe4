/*
 * test-answer_admin.c - what the administrator's command hears.
 */
#include "front/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/fronthost.h"

static void
read_reply(int fd, enum proto_type type, struct front_reply *reply)
{
	assert_true(front_read(fd, reply));
	assert_int_equal(reply->type, type);
}

static void
status_tells_what_is_known(void **state)
{
	struct front_reply reply;
	int fd = front_connect(65534);

	front()->more_members = 3;
	front_send(fd, PROTO_STATUS, NULL);
	read_reply(fd, PROTO_STATUS_REPLY, &reply);
	assert_string_equal(reply.u.status.organization, "Acme");
	assert_string_equal(reply.u.status.provider, "https://id.example");
	assert_string_equal(reply.u.status.provider_state, "unknown");
	assert_string_equal(reply.u.status.service, "");
	assert_string_equal(reply.u.status.service_state, "");
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
explain_tells_what_would_be_decided(void **state)
{
	struct proto_explain request = {.user = "ada", .role = "Owner"};
	struct front_reply reply;
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
	struct front_reply reply;

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
	struct front_reply reply;
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
sync_tells_its_progress_and_its_end(void **state)
{
	const struct proto_sync request = {.full = 1, .accept_shrink = 1};
	struct front_reply reply;
	int fd = front_connect(0);

	front_send(fd, PROTO_SYNC, &request);
	assert_true(front()->accept_shrink);
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
	    T(status_tells_what_is_known),
	    T(explain_tells_what_would_be_decided),
	    T(whoami_tells_the_peer_about_the_peer),
	    T(members_are_listed_in_full_and_made_as_they_are_taken),
	    T(sync_tells_its_progress_and_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
