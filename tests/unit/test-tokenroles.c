/*
 * test-tokenroles.c - a token adds roles for its time, and nothing else.
 */
#include "rules/tokenroles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/err.h"

#define LIMIT_S 900

static const char *const listed[] = {"User"};
static const char *const told[] = {
    "Admin", "User", "0a1b2c3d-0000-4000-8000-000000000001"};

static struct member
ada(void)
{
	return (struct member){
	    .id = "u-1",
	    .roles = listed,
	    .role_count = 1,
	    .state = MEMBER_ACTIVE,
	    .user = "ada",
	    .uid = 1879048200,
	};
}

static struct tokenroles
aged(int64_t age_ms)
{
	return (struct tokenroles){
	    .roles = told, .role_count = 3, .age_ms = age_ms};
}

static int
login(const struct member *member, const char *role, const struct tokenroles *t,
    int64_t limit_s)
{
	struct access_policy only = {.allow_role_count = 1};

	snprintf(only.allow_roles[0], sizeof(only.allow_roles[0]), "%s", role);
	return tokenroles_login(&only, member, t, limit_s);
}

/* What login, and the role, come to; both must say the same. */
static int
asked(const struct member *member, const char *role, const struct tokenroles *t)
{
	int allowed = login(member, role, t, LIMIT_S);
	int held = tokenroles_role(member, role, t, LIMIT_S);

	if (held == ERR_ROLE_NOT_HELD)
		assert_int_equal(allowed, ERR_ROLE_NOT_ALLOWED);
	else
		assert_int_equal(allowed, held);
	return held;
}

static void
roles_of_list_and_token_are_held(void **state)
{
	const struct member member = ada();
	const struct tokenroles token = aged(0);
	struct tokenroles_room room;
	struct member both = tokenroles_member(&member, &token, LIMIT_S, &room);

	assert_int_equal(asked(&member, "User", &token), 0);
	assert_int_equal(asked(&member, "Admin", &token), 0);
	assert_int_equal(asked(&member, told[2], &token), 0);
	assert_int_equal(asked(&member, "Owner", &token), ERR_ROLE_NOT_HELD);
	assert_int_equal(
	    tokenroles_role(&member, "Owner\nAdmin", &token, LIMIT_S), 0);
	assert_int_equal(both.role_count, 3);
	assert_string_equal(both.roles[0], "User");
	assert_string_equal(both.roles[1], "Admin");
	assert_string_equal(both.roles[2], told[2]);
	assert_string_equal(both.id, "u-1");
	assert_int_equal(member.role_count, 1);
}

static void
without_a_sign_in_the_list_decides(void **state)
{
	const struct member member = ada();
	struct tokenroles_room room;
	struct tokenroles token = aged(-1);

	assert_int_equal(asked(&member, "User", &token), 0);
	assert_int_equal(asked(&member, "Admin", &token), ERR_ROLE_NOT_HELD);
	assert_ptr_equal(
	    tokenroles_member(&member, &token, LIMIT_S, &room).roles, listed);
	token.reason = ERR_GROUPS_OVERAGE;
	assert_int_equal(asked(&member, "Admin", &token), ERR_ROLE_NOT_HELD);
	token = (struct tokenroles){.age_ms = -1};
	assert_int_equal(asked(&member, "Admin", &token), ERR_ROLE_NOT_HELD);
}

static void
t109_a_role_of_a_token_counts_for_its_time_only(void **state)
{
	static const int64_t over[] = {
	    LIMIT_S * 1000 + 1, LIMIT_S * 2000, INT64_MAX};
	const struct member member = ada();
	struct tokenroles_room room;
	struct tokenroles token = aged(LIMIT_S * 1000);

	assert_int_equal(tokenroles_left_ms(&token, LIMIT_S), 0);
	assert_int_equal(asked(&member, "Admin", &token), 0);
	for (size_t i = 0; i < ARRAY_SIZE(over); i++) {
		token = aged(over[i]);
		assert_true(tokenroles_left_ms(&token, LIMIT_S) < 0);
		assert_int_equal(
		    asked(&member, "Admin", &token), ERR_ROLE_STALE);
		/* What it never told is no matter of age. */
		assert_int_equal(
		    asked(&member, "Owner", &token), ERR_ROLE_NOT_HELD);
		/* And the list is not the token's to age. */
		assert_int_equal(asked(&member, "User", &token), 0);
		assert_int_equal(
		    tokenroles_member(&member, &token, LIMIT_S, &room)
			.role_count,
		    1);
	}
}

static void
a_role_asked_for_ends_before_the_groups(void **state)
{
	const struct member member = ada();
	const struct tokenroles token = aged(LIMIT_S * 1000 + 1);
	struct tokenroles_room room;

	assert_int_equal(
	    tokenroles_role(&member, "Admin", &token, LIMIT_S), ERR_ROLE_STALE);
	assert_int_equal(login(&member, "Admin", &token, 43200), 0);
	assert_int_equal(
	    tokenroles_member(&member, &token, 43200, &room).role_count, 3);
	assert_int_equal(
	    tokenroles_left_ms(&token, 43200), 43200000 - LIMIT_S * 1000 - 1);
}

static void
a_later_token_without_the_role_takes_it_away(void **state)
{
	static const char *const fewer[] = {"Guest"};
	const struct member member = ada();
	struct tokenroles token = {.roles = fewer, .role_count = 1};

	assert_int_equal(asked(&member, "Admin", &token), ERR_ROLE_NOT_HELD);
	token = (struct tokenroles){.age_ms = 0};
	assert_int_equal(asked(&member, "Admin", &token), ERR_ROLE_NOT_HELD);
	assert_int_equal(asked(&member, "User", &token), 0);
}

static void
a_token_that_cannot_tell_refuses_where_it_was_needed(void **state)
{
	static const int reasons[] = {ERR_GROUPS_OVERAGE, ERR_TOKEN_CLAIM};
	const struct member member = ada();
	struct tokenroles_room room;

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		struct tokenroles token = aged(0);

		token.reason = reasons[i];
		assert_int_equal(asked(&member, "User", &token), 0);
		assert_int_equal(asked(&member, "Admin", &token), reasons[i]);
		assert_int_equal(
		    tokenroles_member(&member, &token, LIMIT_S, &room)
			.role_count,
		    1);
		assert_true(tokenroles_left_ms(&token, LIMIT_S) < 0);
	}
}

static void
t108_no_token_makes_up_for_a_state(void **state)
{
	static const enum member_state states[] = {MEMBER_UNKNOWN,
	    MEMBER_PENDING, MEMBER_DEACTIVATED, MEMBER_SUSPENDED};
	const struct access_policy nobody = {.allow_role_count = 0};
	struct tokenroles token = aged(0);
	struct member member = ada();

	for (int reason = 0; reason >= ERR_GROUPS_OVERAGE;
	     reason += ERR_GROUPS_OVERAGE) {
		token.reason = reason;
		for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
			member.state = states[i];
			assert_int_equal(asked(&member, "Admin", &token),
			    access_state(states[i]));
		}
		member = ada();
		assert_int_equal(
		    tokenroles_login(&nobody, &member, &token, LIMIT_S),
		    ERR_NOT_CONFIGURED);
		member.excluded = ERR_LOCAL_USER;
		assert_int_equal(
		    asked(&member, "Admin", &token), ERR_MEMBER_EXCLUDED);
	}
}

static void
t101_a_role_of_a_token_that_looks_alike_is_not_held(void **state)
{
	static const char *const alike[] = {
	    "admin", "ADMIN", "Admins", "Admi", "Admin/x", ""};
	const struct member member = ada();

	for (size_t i = 0; i < ARRAY_SIZE(alike); i++) {
		const struct tokenroles token = {
		    .roles = &alike[i], .role_count = 1};

		assert_int_equal(
		    asked(&member, "Admin", &token), ERR_ROLE_NOT_HELD);
	}
}

static void
as_many_as_there_may_be_of_both_are_held(void **state)
{
	static char names[MEMBERS_ROLES_MAX + MEMBERS_CLAIMED_MAX][8];
	const char *of_list[MEMBERS_ROLES_MAX];
	const char *of_token[MEMBERS_CLAIMED_MAX];
	struct tokenroles token = {
	    .roles = of_token, .role_count = MEMBERS_CLAIMED_MAX};
	struct member member = ada();
	struct tokenroles_room room;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "r%zu", i);
		if (i < MEMBERS_ROLES_MAX)
			of_list[i] = names[i];
		else
			of_token[i - MEMBERS_ROLES_MAX] = names[i];
	}
	member.roles = of_list;
	member.role_count = MEMBERS_ROLES_MAX;
	assert_int_equal(
	    tokenroles_member(&member, &token, LIMIT_S, &room).role_count,
	    MEMBERS_ROLES_MAX + MEMBERS_CLAIMED_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(asked(&member, names[i], &token), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(roles_of_list_and_token_are_held),
	    cmocka_unit_test(without_a_sign_in_the_list_decides),
	    cmocka_unit_test(t109_a_role_of_a_token_counts_for_its_time_only),
	    cmocka_unit_test(a_role_asked_for_ends_before_the_groups),
	    cmocka_unit_test(a_later_token_without_the_role_takes_it_away),
	    cmocka_unit_test(
		a_token_that_cannot_tell_refuses_where_it_was_needed),
	    cmocka_unit_test(t108_no_token_makes_up_for_a_state),
	    cmocka_unit_test(
		t101_a_role_of_a_token_that_looks_alike_is_not_held),
	    cmocka_unit_test(as_many_as_there_may_be_of_both_are_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
