/*
 * test-access.c - the policy allows what it names, byte for byte, and nothing
 * else.
 */
#include "rules/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static struct member
active(const char *const *roles, size_t count)
{
	return (struct member){
	    .id = "u-1",
	    .roles = roles,
	    .role_count = count,
	    .state = MEMBER_ACTIVE,
	    .user = "ada",
	    .uid = 1879048200,
	};
}

static struct access_policy
allowing(const char *role)
{
	struct access_policy policy = {.allow_role_count = 1};

	snprintf(
	    policy.allow_roles[0], sizeof(policy.allow_roles[0]), "%s", role);
	return policy;
}

static void
t101_a_role_that_only_looks_alike_is_not_held(void **state)
{
	static const char *const alike[] = {"organizationadmin",
	    "ORGANIZATIONADMIN", "OrganizationAdmin ", " OrganizationAdmin",
	    "OrganizationAdmins", "OrganizationAdmi", "Organization Admin",
	    "OrganizationAdmin\n", "OrganizationAdmin,User",
	    "OrganizationAdm\xc4\xb1n", "Other/OrganizationAdmin", ""};
	const struct access_policy policy = allowing("OrganizationAdmin");

	for (size_t i = 0; i < ARRAY_SIZE(alike); i++) {
		const char *const roles[] = {"User", alike[i]};
		struct member member = active(roles, 2);

		assert_int_equal(
		    access_login(&policy, &member), ERR_ROLE_NOT_ALLOWED);
		assert_int_equal(access_role(&member, "OrganizationAdmin"),
		    ERR_ROLE_NOT_HELD);
	}
	/* And the other way round: what is asked for only looks alike. */
	for (size_t i = 0; i < ARRAY_SIZE(alike); i++) {
		const char *const roles[] = {"OrganizationAdmin"};
		struct member member = active(roles, 1);

		if (strcmp(alike[i], "OrganizationAdmin\n") == 0)
			continue; /* a list of one role */
		assert_int_equal(
		    access_role(&member, alike[i]), ERR_ROLE_NOT_HELD);
	}
}

static void
t101_the_exact_role_is_held(void **state)
{
	const char *const roles[] = {"User", "OrganizationAdmin"};
	const struct access_policy policy = allowing("OrganizationAdmin");
	struct member member = active(roles, 2);
	char many[1024] = "";

	assert_int_equal(access_login(&policy, &member), ERR_OK);
	assert_int_equal(access_role(&member, "OrganizationAdmin"), ERR_OK);
	assert_int_equal(access_role(&member, "Owner\nUser"), ERR_OK);
	assert_int_equal(access_role(&member, "\n\nUser\n"), ERR_OK);
	/* One that is too long for a role hides none behind it. */
	memset(many, 'x', 700);
	snprintf(many + 700, sizeof(many) - 700, "\nUser");
	assert_int_equal(access_role(&member, many), ERR_OK);
	many[700] = '\0';
	assert_int_equal(access_role(&member, many), ERR_ROLE_NOT_HELD);
}

static void
only_active_members_get_anything(void **state)
{
	static const struct {
		enum member_state state;
		int reason;
	} states[] = {
	    {MEMBER_UNKNOWN, ERR_MEMBER_STATE_UNKNOWN},
	    {MEMBER_PENDING, ERR_MEMBER_PENDING},
	    {MEMBER_DEACTIVATED, ERR_MEMBER_DEACTIVATED},
	    {MEMBER_SUSPENDED, ERR_MEMBER_SUSPENDED},
	    {(enum member_state)77, ERR_MEMBER_STATE_UNKNOWN},
	};
	const char *const roles[] = {"User"};
	struct access_policy policy = allowing("User");
	const struct access_mapping *held[ACCESS_HELD_MAX];
	struct access_mapping *mapping = NULL;

	assert_int_equal(access_map(&policy, false, "User", &mapping), 0);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct member member = active(roles, 1);

		member.state = states[i].state;
		assert_int_equal(access_state(member.state), states[i].reason);
		assert_int_equal(
		    access_login(&policy, &member), states[i].reason);
		assert_int_equal(
		    access_role(&member, "User"), states[i].reason);
		assert_int_equal(access_held(&policy, &member, held), 0);
	}
	access_policy_done(&policy);
}

static void
an_empty_policy_denies_everybody(void **state)
{
	const struct access_policy none = {0};
	const char *const roles[] = {"", "User"};
	const struct access_mapping *held[ACCESS_HELD_MAX];
	struct member member = active(roles, 2);

	assert_int_equal(access_login(&none, &member), ERR_NOT_CONFIGURED);
	assert_int_equal(access_role(&member, ""), ERR_ROLE_NOT_HELD);
	assert_int_equal(access_held(&none, &member, held), 0);
}

static void
an_excluded_member_is_denied(void **state)
{
	const char *const roles[] = {"User"};
	const struct access_policy policy = allowing("User");
	struct member excluded = active(roles, 1);
	struct member numberless = active(roles, 1);

	excluded.excluded = ERR_NAME_TAKEN;
	numberless.uid = 0;
	assert_int_equal(access_login(&policy, &excluded), ERR_MEMBER_EXCLUDED);
	assert_int_equal(access_role(&excluded, "User"), ERR_MEMBER_EXCLUDED);
	assert_int_equal(
	    access_login(&policy, &numberless), ERR_MEMBER_EXCLUDED);
	assert_int_equal(access_role(&numberless, "User"), ERR_MEMBER_EXCLUDED);
}

static struct access_mapping *
map(struct access_policy *policy, bool is_scope, const char *id)
{
	struct access_mapping *mapping = NULL;

	assert_int_equal(access_map(policy, is_scope, id, &mapping), 0);
	return mapping;
}

static void
roles_and_scopes_give_their_mappings_only(void **state)
{
	const char *const roles[] = {"User", "write:agents", "user"};
	const char *const scopes[] = {"write:flows", "Admin"};
	const struct access_mapping *held[ACCESS_HELD_MAX];
	struct access_policy policy = {0};
	struct member member = active(roles, 3);

	member.scopes = scopes;
	member.scope_count = 2;
	(void)map(&policy, false, "Admin");
	(void)map(&policy, true, "write:agents");
	(void)map(&policy, true, "write:flows");
	(void)map(&policy, false, "User");
	assert_int_equal(access_held(&policy, &member, held), 2);
	assert_ptr_equal(held[0], map(&policy, false, "User"));
	assert_ptr_equal(held[1], map(&policy, true, "write:flows"));
	assert_int_equal(held[0]->place, 3);
	access_policy_done(&policy);
}

static void
a_mapping_is_found_again_among_very_many(void **state)
{
	struct access_policy policy = {0};
	char id[32];

	for (int i = 0; i < ACCESS_MAPPINGS_MAX; i++) {
		(void)snprintf(id, sizeof(id), "role-%d", i);
		assert_int_equal(
		    map(&policy, i % 2 != 0, id)->place, (uint32_t)i);
	}
	assert_int_equal(
	    access_grant(map(&policy, true, "role-99999"), false, "last"), 0);
	assert_string_equal(
	    policy.mappings[ACCESS_MAPPINGS_MAX - 1]->groups[0], "last");
	{
		struct access_mapping *more = NULL;

		assert_int_equal(
		    access_map(&policy, false, "more", &more), ERR_TOO_LARGE);
		assert_null(more);
	}
	access_policy_done(&policy);
}

static void
a_mapping_grants_so_many_groups_and_takes_them_back(void **state)
{
	struct access_policy policy = {0};
	struct access_mapping *mapping = map(&policy, false, "User");

	for (int i = 0; i < ACCESS_LIST_MAX; i++)
		assert_int_equal(access_grant(mapping, false, "g"), 0);
	assert_int_equal(access_grant(mapping, false, "g"), ERR_TOO_LARGE);
	assert_int_equal(access_grant(mapping, true, "l"), 0);
	access_revoke(mapping, false);
	assert_int_equal(mapping->group_count, 0);
	assert_int_equal(mapping->local_group_count, 1);
	assert_int_equal(access_grant(mapping, false, "h"), 0);
	assert_string_equal(mapping->groups[0], "h");
	access_policy_done(&policy);
}

static void
t80_a_local_group_on_the_list_is_denied(void **state)
{
	struct access_policy policy = {.deny_local_group_count = 2};

	snprintf(policy.deny_local_groups[0], NAME_USER_MAX, "root");
	snprintf(policy.deny_local_groups[1], NAME_USER_MAX, "docker");
	assert_true(access_local_group_denied(&policy, "docker"));
	assert_false(access_local_group_denied(&policy, "adm"));
}

static void
done_leaves_a_policy_that_denies(void **state)
{
	const char *const roles[] = {"User"};
	const struct access_mapping *held[ACCESS_HELD_MAX];
	struct access_policy policy = allowing("User");
	struct member member = active(roles, 1);

	(void)map(&policy, false, "User");
	assert_int_equal(access_held(&policy, &member, held), 1);
	access_policy_done(&policy);
	assert_int_equal(access_login(&policy, &member), ERR_NOT_CONFIGURED);
	assert_int_equal(access_held(&policy, &member, held), 0);
	access_policy_done(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t101_a_role_that_only_looks_alike_is_not_held),
	    cmocka_unit_test(t101_the_exact_role_is_held),
	    cmocka_unit_test(only_active_members_get_anything),
	    cmocka_unit_test(an_empty_policy_denies_everybody),
	    cmocka_unit_test(an_excluded_member_is_denied),
	    cmocka_unit_test(roles_and_scopes_give_their_mappings_only),
	    cmocka_unit_test(a_mapping_is_found_again_among_very_many),
	    cmocka_unit_test(
		a_mapping_grants_so_many_groups_and_takes_them_back),
	    cmocka_unit_test(t80_a_local_group_on_the_list_is_denied),
	    cmocka_unit_test(done_leaves_a_policy_that_denies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
