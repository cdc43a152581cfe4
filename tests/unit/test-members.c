/*
 * test-members.c - the list keeps its order, finds its members by every key,
 * and takes in nothing outside the grammar.
 */
#include "rules/members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static const char *const no_list[] = {NULL};

static struct member
plain(const char *id)
{
	struct member m = {.id = id, .state = MEMBER_ACTIVE};

	m.mail = m.name = m.username = m.shell = m.issuer = m.subject = "";
	m.roles = m.scopes = no_list;
	return m;
}

static int
setup(void **state)
{
	return members_new((struct members **)state);
}

static int
teardown(void **state)
{
	members_free(*state);
	return 0;
}

static void
add(struct members *members, const char *id, const char *mail, int64_t created)
{
	struct member m = plain(id);

	m.mail = mail;
	m.created_s = created;
	assert_int_equal(members_add(members, &m), 0);
}

static void
a_member_is_copied_with_all_its_text(void **state)
{
	static const char *const roles[] = {"owner", "developer"};
	static const char *const scopes[] = {"write:agents"};
	char id[] = "u-1";
	struct member m = plain(id);
	const struct member *got = NULL;

	m.mail = "ada@acme.example";
	m.name = "Ada Łovelace";
	m.shell = "/bin/zsh";
	m.issuer = "https://i.example";
	m.subject = "s 1";
	m.roles = roles;
	m.role_count = 2;
	m.scopes = scopes;
	m.scope_count = 1;
	m.given_uid = 5;
	m.excluded = ERR_NAME_TAKEN;
	assert_int_equal(members_add(*state, &m), 0);
	id[0] = 'x';
	got = members_by_id(*state, "u-1");
	assert_non_null(got);
	assert_string_equal(got->name, "Ada Łovelace");
	assert_string_equal(got->subject, "s 1");
	assert_string_equal(got->shell, "/bin/zsh");
	assert_true(member_has_role(got, "developer"));
	assert_false(member_has_role(got, "Developer"));
	assert_false(member_has_role(got, "write:agents"));
	assert_true(member_has_scope(got, "write:agents"));
	assert_int_equal(got->given_uid, 5);
	assert_int_equal(got->excluded, ERR_NAME_TAKEN);
}

static void
the_order_is_by_creation_then_id(void **state)
{
	static const char *const want[] = {"c", "b", "d", "a"};

	add(*state, "a", "", 9);
	add(*state, "b", "", 5);
	add(*state, "c", "", 0);
	add(*state, "d", "", 5);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_string_equal(members_at(*state, i)->id, want[i]);
	assert_null(members_at(*state, ARRAY_SIZE(want)));
}

static void
one_id_twice_is_refused_and_case_matters(void **state)
{
	struct member m = plain("u-1");

	add(*state, "u-1", "", 0);
	assert_int_equal(members_add(*state, &m), ERR_EXISTS);
	add(*state, "U-1", "", 0);
	assert_int_equal(members_count(*state), 2);
}

static void
mails_are_counted_whatever_their_case(void **state)
{
	struct member *first = NULL;

	add(*state, "late", "ada@acme.example", 9);
	add(*state, "early", "Ada@Acme.Example", 3);
	add(*state, "later", "ADA@acme.example", 10);
	add(*state, "none", "", 1);
	assert_int_equal(
	    members_by_mail(*state, "aDa@acme.example", &first), 3);
	assert_string_equal(first->id, "early");
	first = NULL;
	assert_int_equal(members_by_mail(*state, "", &first), 0);
	assert_int_equal(members_by_mail(*state, "b@acme.example", &first), 0);
	assert_null(first);
}

static void
replacing_moves_every_index(void **state)
{
	struct member m = plain("u-1");
	struct member *first = NULL;

	add(*state, "u-1", "old@acme.example", 9);
	add(*state, "u-2", "new@acme.example", 10);
	m.mail = "new@acme.example";
	m.created_s = 11;
	memcpy(m.user, "ada", 4);
	m.uid = 5000;
	assert_int_equal(members_replace(*state, &m), 0);
	assert_int_equal(members_count(*state), 2);
	assert_int_equal(
	    members_by_mail(*state, "old@acme.example", &first), 0);
	assert_int_equal(
	    members_by_mail(*state, "new@acme.example", &first), 2);
	assert_string_equal(first->id, "u-2");
	assert_string_equal(members_at(*state, 1)->id, "u-1");
	assert_string_equal(members_by_user(*state, "ada")->id, "u-1");
	assert_string_equal(members_by_uid(*state, 5000)->id, "u-1");
	m = plain("u-3");
	assert_int_equal(members_replace(*state, &m), 0);
	assert_int_equal(members_count(*state), 3);
}

static void
t76_assigned_names_and_numbers_are_not_shared(void **state)
{
	add(*state, "a", "", 1);
	add(*state, "b", "", 2);
	assert_int_equal(members_index(*state), 0);
	assert_null(members_by_user(*state, ""));
	assert_null(members_by_uid(*state, 0));
	memcpy(members_at(*state, 0)->user, "ada", 4);
	memcpy(members_at(*state, 1)->user, "ada", 4);
	assert_int_equal(members_index(*state), ERR_EXISTS);
	memcpy(members_at(*state, 1)->user, "bob", 4);
	members_at(*state, 0)->uid = members_at(*state, 1)->uid = 5000;
	assert_int_equal(members_index(*state), ERR_EXISTS);
	members_at(*state, 1)->uid = 5001;
	assert_int_equal(members_index(*state), 0);
	assert_string_equal(members_by_uid(*state, 5001)->id, "b");
}

static void
expect_invalid(struct members *members, const struct member *m)
{
	assert_int_equal(members_add(members, m), ERR_NAME_INVALID);
	assert_int_equal(members_replace(members, m), ERR_NAME_INVALID);
}

static void
t81_fields_outside_their_grammar_are_refused(void **state)
{
	static const char *const bad_roles[] = {"a,b"};
	static const char *const texts[] = {"a\nb", "a\x7f"};
	struct member m = plain("");

	expect_invalid(*state, &m);
	m = plain("a\nb");
	expect_invalid(*state, &m);
	m = plain("a");
	m.mail = "root@";
	expect_invalid(*state, &m);
	m = plain("a");
	m.name = "a:b";
	expect_invalid(*state, &m);
	m = plain("a");
	m.shell = "bin/sh";
	expect_invalid(*state, &m);
	m = plain("a");
	m.issuer = "https://i.example";
	expect_invalid(*state, &m);
	m = plain("a");
	m.roles = bad_roles;
	m.role_count = 1;
	expect_invalid(*state, &m);
	m.roles = no_list;
	m.role_count = MEMBERS_ROLES_MAX + 1;
	expect_invalid(*state, &m);
	m = plain("a");
	memcpy(m.user, "Root", 5);
	expect_invalid(*state, &m);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		m = plain("a");
		m.username = texts[i];
		expect_invalid(*state, &m);
	}
	assert_int_equal(members_count(*state), 0);
}

static void
the_lost_are_counted_by_id(void **state)
{
	struct members *after = NULL;

	assert_int_equal(members_new(&after), 0);
	add(*state, "a", "", 0);
	add(*state, "b", "", 0);
	add(after, "b", "", 0);
	add(after, "c", "", 0);
	assert_int_equal(members_lost(*state, after), 1);
	members_free(after);
}

static void
a_hundred_thousand_are_all_found(void **state)
{
	char id[16], mail[32];
	struct member *first = NULL;

	for (int i = 0; i < 100000; i++) {
		(void)snprintf(id, sizeof(id), "u%d", i);
		(void)snprintf(mail, sizeof(mail), "m%d@acme.example", i / 2);
		add(*state, id, mail, i);
		members_by_id(*state, id)->uid = 1000000 + (uint32_t)i;
	}
	assert_int_equal(members_index(*state), 0);
	assert_string_equal(members_at(*state, 77777)->id, "u77777");
	assert_string_equal(members_by_uid(*state, 1012345)->id, "u12345");
	assert_int_equal(
	    members_by_mail(*state, "M500@acme.example", &first), 2);
	assert_string_equal(first->id, "u1000");
}

static void
every_state_has_a_name(void **state)
{
	assert_string_equal(member_state_name(MEMBER_UNKNOWN), "Unknown");
	assert_string_equal(member_state_name(MEMBER_ACTIVE), "Active");
	assert_string_equal(member_state_name(MEMBER_PENDING), "Pending");
	assert_string_equal(
	    member_state_name(MEMBER_DEACTIVATED), "Deactivated");
	assert_string_equal(member_state_name(MEMBER_SUSPENDED), "Suspended");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_member_is_copied_with_all_its_text),
	    TEST(the_order_is_by_creation_then_id),
	    TEST(one_id_twice_is_refused_and_case_matters),
	    TEST(mails_are_counted_whatever_their_case),
	    TEST(replacing_moves_every_index),
	    TEST(t76_assigned_names_and_numbers_are_not_shared),
	    TEST(t81_fields_outside_their_grammar_are_refused),
	    TEST(the_lost_are_counted_by_id),
	    TEST(a_hundred_thousand_are_all_found),
	    TEST(every_state_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
