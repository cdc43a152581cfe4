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

	m.mail = m.name = m.username = m.shell = m.user = "";
	m.issuer = m.subject = "";
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
	m.user = "ada";
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
assign(struct members *members, size_t index, const char *user, uint32_t uid)
{
	assert_int_equal(members_assign(members, index, user, uid, 0), 0);
}

static void
t76_assigned_names_and_numbers_are_not_shared(void **state)
{
	struct member got;

	add(*state, "a", "", 1);
	add(*state, "b", "", 2);
	assert_int_equal(members_index(*state), 0);
	assert_false(members_get_user(*state, "", &got));
	assert_false(members_get_uid(*state, 0, &got));
	assign(*state, 0, "ada", 5000);
	assign(*state, 1, "ada", 5001);
	assert_int_equal(members_index(*state), ERR_EXISTS);
	assign(*state, 1, "bob", 5000);
	assert_int_equal(members_index(*state), ERR_EXISTS);
	assign(*state, 1, "bob", 5001);
	assert_int_equal(members_index(*state), 0);
	assert_true(members_get_uid(*state, 5001, &got));
	assert_string_equal(got.id, "b");
	assert_int_equal(
	    members_assign(*state, 0, "Root", 5, 0), ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    members_assign(*state, 2, "eve", 5, 0), ERR_INVALID_ARGUMENT);
}

static void
what_is_held_does_not_change(void **state)
{
	struct member m = plain("a");
	struct member seen;
	struct member now;
	const struct member_record *record = NULL;

	m.mail = "a@acme.example";
	assert_int_equal(members_add(*state, &m), 0);
	assign(*state, 0, "ada", 5000);
	members_hold(*state);
	record = members_record(*state, 0);
	assign(*state, 0, "eve", 5001);
	m.mail = "b@acme.example";
	m.user = "eve";
	m.uid = 5001;
	assert_int_equal(members_replace(*state, &m), 0);
	member_read(record, &seen);
	assert_string_equal(seen.user, "ada");
	assert_int_equal(seen.uid, 5000);
	assert_string_equal(seen.mail, "a@acme.example");
	assert_true(members_get_id(*state, "a", &now));
	assert_string_equal(now.user, "eve");
	assert_string_equal(now.mail, "b@acme.example");
	members_release(*state);
	assert_int_equal(members_count(*state), 1);
}

static void
a_held_list_outlives_its_owner(void **state)
{
	struct members *list = NULL;
	const struct member_record *record = NULL;
	struct member seen;

	(void)state;
	assert_int_equal(members_new(&list), 0);
	add(list, "a", "a@acme.example", 0);
	members_hold(list);
	record = members_record(list, 0);
	members_free(list);
	member_read(record, &seen);
	assert_string_equal(seen.mail, "a@acme.example");
	members_release(list);
}

static void
a_list_of_the_same_shares_until_one_changes(void **state)
{
	MEMBERS_AUTO struct members *after = NULL;
	struct member m = plain("a");
	struct member old;
	struct member now;

	add(*state, "a", "", 1);
	add(*state, "b", "", 2);
	assign(*state, 0, "ada", 5000);
	assert_int_equal(members_new(&after), 0);
	m.created_s = 1;
	assert_int_equal(members_add_shared(after, *state, &m), 0);
	assert_int_equal(members_add_shared(after, *state, &m), ERR_EXISTS);
	assert_ptr_equal(members_record(after, 0), members_record(*state, 0));
	assert_true(members_get(after, 0, &now));
	assert_string_equal(now.user, "ada");
	m = plain("b");
	m.created_s = 2;
	m.mail = "b@acme.example";
	assert_int_equal(members_add_shared(after, *state, &m), 0);
	assert_ptr_not_equal(
	    members_record(after, 1), members_record(*state, 1));
	m = plain("c");
	assert_int_equal(members_add_shared(after, NULL, &m), 0);
	assign(after, 1, "eve", 5001);
	assert_true(members_get_id(after, "a", &now));
	assert_string_equal(now.user, "eve");
	assert_true(members_get_id(*state, "a", &old));
	assert_string_equal(old.user, "ada");
}

static void
the_rest_of_a_list_is_taken_over(void **state)
{
	MEMBERS_AUTO struct members *after = NULL;
	struct member got;

	add(*state, "a", "old@acme.example", 0);
	add(*state, "b", "", 0);
	assert_int_equal(members_new(&after), 0);
	add(after, "a", "new@acme.example", 0);
	assert_int_equal(members_add_rest(after, *state), 0);
	assert_int_equal(members_count(after), 2);
	assert_true(members_get_id(after, "a", &got));
	assert_string_equal(got.mail, "new@acme.example");
	assert_true(members_get_id(after, "b", &got));
}

static void
t81_a_field_outside_its_grammar_keeps_the_member_out(void **state)
{
	struct member m = plain("a");

	m.mail = "root@";
	assert_int_equal(members_add(*state, &m), ERR_NAME_INVALID);
	assert_int_equal(members_replace(*state, &m), ERR_NAME_INVALID);
	assert_int_equal(
	    members_add_shared(*state, *state, &m), ERR_NAME_INVALID);
	assert_int_equal(members_count(*state), 0);
}

static void
two_lists_are_compared_by_id(void **state)
{
	MEMBERS_AUTO struct members *after = NULL;
	MEMBERS_AUTO struct members *same = NULL;
	struct members_difference d;
	struct member m = plain("d");

	add(*state, "a", "", 0);
	add(*state, "b", "", 0);
	add(*state, "d", "", 0);
	assert_int_equal(members_new(&after), 0);
	assert_int_equal(members_add_shared(after, *state, &m), 0);
	add(after, "b", "b@acme.example", 0);
	add(after, "c", "", 0);
	add(after, "e", "", 0);
	d = members_compare(*state, after);
	assert_int_equal(d.lost, 1);
	assert_int_equal(d.joined, 2);
	assert_int_equal(d.changed, 1);
	assert_int_equal(members_new(&same), 0);
	assert_int_equal(members_add_rest(same, after), 0);
	d = members_compare(after, same);
	assert_int_equal(d.lost + d.joined + d.changed, 0);
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
	    TEST(the_order_is_by_creation_then_id),
	    TEST(one_id_twice_is_refused_and_case_matters),
	    TEST(mails_are_counted_whatever_their_case),
	    TEST(replacing_moves_every_index),
	    TEST(t76_assigned_names_and_numbers_are_not_shared),
	    TEST(t81_a_field_outside_its_grammar_keeps_the_member_out),
	    TEST(two_lists_are_compared_by_id),
	    TEST(what_is_held_does_not_change),
	    TEST(a_held_list_outlives_its_owner),
	    TEST(a_list_of_the_same_shares_until_one_changes),
	    TEST(the_rest_of_a_list_is_taken_over),
	    TEST(a_hundred_thousand_are_all_found),
	    TEST(every_state_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
