/*
 * test-memberjson.c - a line is a member whole or not at all.
 */
#include "services/memberjson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/peek.h"

#define BASE "\"id\":\"u-17\",\"email\":\"ada@acme.example\""
#define REST "\"roles\":[],\"state\":\"Active\""

static int
read_line(struct members *members, const char *line)
{
	return memberjson_read(members, line, strlen(line));
}

static void
the_documented_line_is_read_and_written_back(void **state)
{
	static const char line[] =
	    "{\"id\":\"u-17\",\"email\":\"ada@acme.example\","
	    "\"name\":\"Ada \\\"L\\\"\",\"username\":\"ada\","
	    "\"roles\":[\"OrganizationAdmin\"],\"scopes\":[\"write:agents\"],"
	    "\"state\":\"Active\",\"identity\":{\"issuer\":\"https://i\","
	    "\"subject\":\"s\"},\"uid\":1879050000,\"shell\":\"/bin/zsh\","
	    "\"created\":\"2026-01-02T03:04:05Z\"}";
	MEMBERS_AUTO struct members *members = NULL;
	MEMBERS_AUTO struct members *again = NULL;
	struct buf out BUF_AUTO = {.limit = MEMBERJSON_LINE_MAX};
	const struct member *m = NULL;

	assert_int_equal(members_new(&members), 0);
	assert_int_equal(members_new(&again), 0);
	assert_int_equal(read_line(members, line), 0);
	m = peek_id(members, "u-17");
	assert_string_equal(m->name, "Ada \"L\"");
	assert_string_equal(m->username, "ada");
	assert_true(member_has_role(m, "OrganizationAdmin"));
	assert_true(member_has_scope(m, "write:agents"));
	assert_int_equal(m->state, MEMBER_ACTIVE);
	assert_string_equal(m->subject, "s");
	assert_int_equal(m->given_uid, 1879050000);
	assert_int_equal(m->created_s, 1767323045);
	memberjson_write(&out, m);
	assert_string_equal(buf_text(&out), line);
	assert_int_equal(read_line(again, buf_text(&out)), 0);
	assert_true(member_same(m, peek_id(again, "u-17")));
}

static void
every_state_comes_back_and_a_strange_one_lets_nobody_in(void **state)
{
	static const struct {
		const char *word;
		enum member_state state;
	} rows[] = {{"Active", MEMBER_ACTIVE}, {"Pending", MEMBER_PENDING},
	    {"Deactivated", MEMBER_DEACTIVATED},
	    {"Suspended", MEMBER_SUSPENDED}, {"Unknown", MEMBER_UNKNOWN},
	    {"active", MEMBER_UNKNOWN}, {"", MEMBER_UNKNOWN}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		MEMBERS_AUTO struct members *members = NULL;
		struct buf line BUF_AUTO = {.limit = 256};

		buf_put_format(&line,
		    "{" BASE ",\"roles\":[],\"state\":\"%s\"}", rows[i].word);
		assert_int_equal(members_new(&members), 0);
		assert_int_equal(read_line(members, buf_text(&line)), 0);
		assert_int_equal(peek_at(members, 0)->state, rows[i].state);
	}
}

static void
t74_t81_anything_else_is_refused_whole(void **state)
{
	static const char *const rows[] = {"", "[]", "null", "{}",
	    "{\"id\":\"u\",\"email\":\"a@b\",\"roles\":[]}",
	    "{\"id\":\"u\",\"email\":\"a@b\",\"state\":\"Active\"}",
	    "{\"id\":\"u\"," REST "}", "{\"email\":\"a@b\"," REST "}",
	    "{\"id\":1,\"email\":\"a@b\"," REST "}",
	    "{\"id\":\"\",\"email\":\"a@b\"," REST "}",
	    "{" BASE "," REST ",\"shel\":\"/bin/sh\"}",
	    "{" BASE "," REST ",\"shell\":\"bin/sh\"}",
	    "{" BASE "," REST ",\"shell\":null}",
	    "{" BASE "," REST ",\"uid\":0}", "{" BASE "," REST ",\"uid\":-1}",
	    "{" BASE "," REST ",\"uid\":0.9}",
	    "{" BASE "," REST ",\"uid\":4294967296}",
	    "{" BASE "," REST ",\"uid\":\"5\"}",
	    "{" BASE "," REST ",\"created\":\"today\"}",
	    "{" BASE "," REST ",\"identity\":{\"issuer\":\"i\"}}",
	    "{" BASE "," REST
	    ",\"identity\":{\"issuer\":\"i\",\"subject\":\"\"}}",
	    "{" BASE "," REST
	    ",\"identity\":{\"issuer\":\"i\",\"subject\":\"s\",\"x\":1}}",
	    "{" BASE "," REST ",\"identity\":[]}",
	    "{" BASE "," REST ",\"name\":\"a:b\"}",
	    "{" BASE "," REST ",\"name\":\"a\\nb\"}",
	    "{" BASE ",\"roles\":\"owner\",\"state\":\"Active\"}",
	    "{" BASE ",\"roles\":[\"a,b\"],\"state\":\"Active\"}",
	    "{" BASE ",\"roles\":[1],\"state\":\"Active\"}",
	    "{" BASE "," REST "} x", "{" BASE "," BASE "," REST "}"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		MEMBERS_AUTO struct members *members = NULL;

		assert_int_equal(members_new(&members), 0);
		assert_int_not_equal(read_line(members, rows[i]), 0);
		assert_int_equal(members_count(members), 0);
	}
}

static void
one_id_twice_is_told(void **state)
{
	MEMBERS_AUTO struct members *members = NULL;

	assert_int_equal(members_new(&members), 0);
	assert_int_equal(read_line(members, "{" BASE "," REST "}"), 0);
	assert_int_equal(read_line(members, "{" BASE "," REST "}"), ERR_EXISTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_documented_line_is_read_and_written_back),
	    cmocka_unit_test(
		every_state_comes_back_and_a_strange_one_lets_nobody_in),
	    cmocka_unit_test(t74_t81_anything_else_is_refused_whole),
	    cmocka_unit_test(one_id_twice_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
