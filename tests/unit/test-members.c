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
one_id_twice_is_refused_and_case_matters(void **state)
{
	struct member m = plain("u-1");

	add(*state, "u-1", "", 0);
	assert_int_equal(members_add(*state, &m), ERR_EXISTS);
	add(*state, "U-1", "", 0);
	assert_int_equal(members_count(*state), 2);
}

static void
t11_only_a_mail_of_one_member_names_somebody(void **state)
{
	struct member m = plain("late");
	struct member only = plain("");

	add(*state, "early", "Ada@Acme.Example", 3);
	add(*state, "none", "", 1);
	assert_int_equal(
	    members_get_mail(*state, "aDa@acme.example", &only), 1);
	assert_string_equal(only.id, "early");
	assert_int_equal(members_get_mail(*state, "", &only), 0);
	assert_int_equal(members_get_mail(*state, "b@acme.example", &only), 0);
	add(*state, "late", "ADA@acme.example", 9);
	assert_int_equal(
	    members_get_mail(*state, "ada@acme.example", &only), 2);
	add(*state, "later", "ada@acme.example", 10);
	assert_int_equal(
	    members_get_mail(*state, "ada@acme.example", &only), 2);
	/* One goes, two are left. */
	m.mail = "late@acme.example";
	assert_int_equal(members_replace(*state, &m), 0);
	assert_int_equal(
	    members_get_mail(*state, "ada@acme.example", &only), 2);
	assert_int_equal(
	    members_get_mail(*state, "late@acme.example", &only), 1);
	assert_string_equal(only.id, "late");
}

static void
replacing_moves_every_index(void **state)
{
	struct member m = plain("u-1");
	struct member got;
	size_t index = 0;

	add(*state, "u-1", "old@acme.example", 9);
	add(*state, "u-2", "new@acme.example", 10);
	assert_int_equal(members_get_mail(*state, "old@acme.example", &got), 1);
	m.mail = "other@acme.example";
	m.user = "ada";
	m.uid = 5000;
	assert_int_equal(members_replace(*state, &m), 0);
	assert_int_equal(members_count(*state), 2);
	assert_int_equal(members_get_mail(*state, "old@acme.example", &got), 0);
	assert_int_equal(
	    members_get_mail(*state, "other@acme.example", &got), 1);
	assert_true(members_get(*state, 0, &got));
	assert_string_equal(got.id, "u-1");
	assert_true(members_get_user(*state, "ada", &got));
	assert_string_equal(got.id, "u-1");
	assert_true(members_get_uid(*state, 5000, &got));
	m.user = "eve";
	m.uid = 5001;
	assert_int_equal(members_replace(*state, &m), 0);
	assert_false(members_get_user(*state, "ada", &got));
	assert_false(members_get_uid(*state, 5000, &got));
	assert_true(members_get_user(*state, "eve", &got));
	m = plain("u-3");
	assert_int_equal(members_replace(*state, &m), 0);
	assert_int_equal(members_count(*state), 3);
	assert_false(members_get(*state, 3, &got));
	assert_true(members_find(*state, "u-2", &index));
	assert_int_equal(index, 1);
	assert_false(members_find(*state, "u-4", &index));
}

static void
assign(struct members *members, size_t index, const char *user, uint32_t uid)
{
	assert_int_equal(
	    members_assign(members, index, user, uid, false, 0), 0);
}

static void
t76_assigned_names_and_numbers_are_not_shared(void **state)
{
	struct member m = plain("c");
	struct member got;

	add(*state, "a", "", 1);
	add(*state, "b", "", 2);
	assert_false(members_get_user(*state, "", &got));
	assert_false(members_get_uid(*state, 0, &got));
	assign(*state, 0, "ada", 5000);
	assert_int_equal(
	    members_assign(*state, 1, "ada", 5001, false, 0), ERR_EXISTS);
	assert_int_equal(
	    members_assign(*state, 1, "bob", 5000, false, 0), ERR_EXISTS);
	assign(*state, 1, "bob", 5001);
	m.user = "ada";
	assert_int_equal(members_add(*state, &m), ERR_EXISTS);
	m = plain("b");
	m.uid = 5000;
	assert_int_equal(members_replace(*state, &m), ERR_EXISTS);
	assert_true(members_get_uid(*state, 5001, &got));
	assert_string_equal(got.id, "b");
	assert_int_equal(members_assign(*state, 0, "Root", 5, false, 0),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(members_assign(*state, 2, "eve", 5, false, 0),
	    ERR_INVALID_ARGUMENT);
}

static void
t31_only_who_was_said_to_be_at_home_is(void **state)
{
	struct member got;

	add(*state, "a", "", 1);
	assign(*state, 0, "ada", 5000);
	assert_true(members_get(*state, 0, &got));
	assert_false(got.at_home);
	assert_int_equal(members_assign(*state, 0, "ada", 5000, true, 0), 0);
	assert_true(members_get(*state, 0, &got));
	assert_true(got.at_home);
	/* Also in a copy, and not under the next name. */
	members_hold(*state);
	assert_int_equal(members_assign(*state, 0, "bob", 5000, true, 0), 0);
	assert_true(members_get(*state, 0, &got));
	assert_true(got.at_home);
	members_release(*state);
	assign(*state, 0, "eve", 5000);
	assert_true(members_get(*state, 0, &got));
	assert_false(got.at_home);
	assert_int_equal(members_exclude(*state, "a", ERR_NAME_TAKEN), 0);
	assert_true(members_get(*state, 0, &got));
	assert_false(got.at_home);
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
	assign(after, 0, "eve", 5001);
	assert_true(members_get_id(after, "a", &now));
	assert_string_equal(now.user, "eve");
	assert_true(members_get_id(*state, "a", &old));
	assert_string_equal(old.user, "ada");
}

/* An unusual name has no room beside the record's other text. */
static void
a_name_longer_than_the_mail_is_kept(void **state)
{
	struct member got;

	add(*state, "a", "a@acme.example", 1);
	assign(*state, 0, "a-name-of-exactly-32-bytes-in-it", 5000);
	assert_true(
	    members_get_user(*state, "a-name-of-exactly-32-bytes-in-it", &got));
	assert_string_equal(got.mail, "a@acme.example");
	assign(*state, 0, "", 0);
	assert_false(members_get_uid(*state, 5000, &got));
}

static void
an_excluded_member_has_neither_name_nor_number(void **state)
{
	struct member got;

	add(*state, "a", "a@acme.example", 1);
	assign(*state, 0, "a", 5000);
	assert_int_equal(members_exclude(*state, "a", ERR_NAME_TAKEN), 0);
	assert_int_equal(members_exclude(*state, "b", ERR_NAME_TAKEN), 0);
	assert_true(members_get_id(*state, "a", &got));
	assert_int_equal(got.excluded, ERR_NAME_TAKEN);
	assert_string_equal(got.user, "");
	assert_int_equal(got.uid, 0);
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
a_hundred_thousand_are_all_found(void **state)
{
	char id[16], mail[32], user[16];
	struct member got;

	for (uint32_t i = 0; i < 100000; i++) {
		(void)snprintf(id, sizeof(id), "u%u", i);
		(void)snprintf(mail, sizeof(mail), "m%u@acme.example",
		    i < 1000 ? i : i / 2);
		add(*state, id, mail, i);
		(void)snprintf(user, sizeof(user), "n%u", i);
		assign(*state, i, user, 1000000 + i);
	}
	assert_true(members_get(*state, 77777, &got));
	assert_string_equal(got.id, "u77777");
	assert_true(members_get_uid(*state, 1012345, &got));
	assert_string_equal(got.id, "u12345");
	assert_true(members_get_user(*state, "n99999", &got));
	assert_string_equal(got.id, "u99999");
	assert_int_equal(
	    members_get_mail(*state, "M5000@acme.example", &got), 2);
	assert_int_equal(members_get_mail(*state, "M7@acme.example", &got), 1);
	assert_string_equal(got.id, "u7");
}

/* Nobody may make us slow by giving all people one mail. */
static void
t76_a_hundred_thousand_of_one_mail_are_no_burden(void **state)
{
	char id[16];
	struct member got;

	for (uint32_t i = 0; i < 100000; i++) {
		(void)snprintf(id, sizeof(id), "u%u", i);
		add(*state, id, "all@acme.example", i);
	}
	assert_int_equal(members_get_mail(*state, "all@acme.example", &got), 2);
}

static void
every_state_has_a_name(void **state)
{
	(void)state;
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
	    TEST(one_id_twice_is_refused_and_case_matters),
	    TEST(t11_only_a_mail_of_one_member_names_somebody),
	    TEST(replacing_moves_every_index),
	    TEST(t76_assigned_names_and_numbers_are_not_shared),
	    TEST(t31_only_who_was_said_to_be_at_home_is),
	    TEST(t81_a_field_outside_its_grammar_keeps_the_member_out),
	    TEST(what_is_held_does_not_change),
	    TEST(a_held_list_outlives_its_owner),
	    TEST(a_list_of_the_same_shares_until_one_changes),
	    TEST(a_name_longer_than_the_mail_is_kept),
	    TEST(an_excluded_member_has_neither_name_nor_number),
	    TEST(a_hundred_thousand_are_all_found),
	    TEST(t76_a_hundred_thousand_of_one_mail_are_no_burden),
	    TEST(every_state_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
