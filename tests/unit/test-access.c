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
put_group(char (*groups)[NAME_USER_MAX + 1], size_t *count, const char *name)
{
	snprintf(groups[(*count)++], NAME_USER_MAX + 1, "%s", name);
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
	struct access_mapping mapping = {.id = "User"};

	put_group(mapping.groups, &mapping.group_count, "users-of-org");
	put_group(mapping.local_groups, &mapping.local_group_count, "adm");
	policy.mappings = &mapping;
	policy.mapping_count = 1;
	snprintf(policy.everyone, sizeof(policy.everyone), "all");
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct member member = active(roles, 1);

		member.state = states[i].state;
		assert_int_equal(access_state(member.state), states[i].reason);
		assert_int_equal(
		    access_login(&policy, &member), states[i].reason);
		assert_int_equal(
		    access_role(&member, "User"), states[i].reason);
		assert_false(access_in_group(&policy, &member, "all"));
		assert_false(access_in_group(&policy, &member, "users-of-org"));
		assert_false(access_in_local_group(&policy, &member, "adm"));
	}
}

static void
an_empty_policy_denies_everybody(void **state)
{
	const struct access_policy none = {0};
	const char *const roles[] = {"", "User"};
	struct member member = active(roles, 2);

	assert_int_equal(access_login(&none, &member), ERR_NOT_CONFIGURED);
	assert_int_equal(access_role(&member, ""), ERR_ROLE_NOT_HELD);
	assert_false(access_in_group(&none, &member, ""));
	assert_false(access_in_local_group(&none, &member, ""));
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

static void
roles_and_scopes_give_their_groups_only(void **state)
{
	const char *const roles[] = {"User", "write:agents"};
	const char *const scopes[] = {"write:flows", "Admin"};
	struct member member = active(roles, 2);
	struct access_mapping mappings[] = {
	    {.id = "User"},
	    {.id = "Admin"},
	    {.id = "write:flows", .is_scope = true},
	    {.id = "write:agents", .is_scope = true},
	};
	struct access_policy policy = {.mappings = mappings,
	    .mapping_count = ARRAY_SIZE(mappings),
	    .everyone = "org-members"};

	member.scopes = scopes;
	member.scope_count = 2;
	for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
		char name[NAME_USER_MAX + 1];

		snprintf(name, sizeof(name), "g%zu", i);
		put_group(mappings[i].groups, &mappings[i].group_count, name);
		snprintf(name, sizeof(name), "l%zu", i);
		put_group(mappings[i].local_groups,
		    &mappings[i].local_group_count, name);
	}
	assert_true(access_in_group(&policy, &member, "org-members"));
	assert_false(access_in_group(&policy, &member, "org-member"));
	assert_true(access_in_group(&policy, &member, "g0"));
	assert_false(access_in_group(&policy, &member, "g1"));
	assert_true(access_in_group(&policy, &member, "g2"));
	assert_false(access_in_group(&policy, &member, "g3"));
	assert_true(access_in_local_group(&policy, &member, "l0"));
	assert_false(access_in_local_group(&policy, &member, "l1"));
	assert_true(access_in_local_group(&policy, &member, "l2"));
	assert_false(access_in_local_group(&policy, &member, "l3"));
	/* The two kinds of groups are never taken for one another. */
	assert_false(access_in_group(&policy, &member, "l0"));
	assert_false(access_in_local_group(&policy, &member, "g0"));
	assert_false(access_in_local_group(&policy, &member, "org-members"));
}

static void
t80_a_denied_local_group_is_never_given(void **state)
{
	const char *const roles[] = {"User"};
	struct member member = active(roles, 1);
	struct access_mapping mapping = {.id = "User"};
	struct access_policy policy = {
	    .mappings = &mapping, .mapping_count = 1};

	put_group(mapping.local_groups, &mapping.local_group_count, "docker");
	put_group(mapping.local_groups, &mapping.local_group_count, "adm");
	put_group(
	    policy.deny_local_groups, &policy.deny_local_group_count, "root");
	put_group(
	    policy.deny_local_groups, &policy.deny_local_group_count, "docker");
	assert_true(access_local_group_denied(&policy, "docker"));
	assert_false(access_local_group_denied(&policy, "adm"));
	assert_false(access_in_local_group(&policy, &member, "docker"));
	assert_true(access_in_local_group(&policy, &member, "adm"));
}

static void
done_leaves_a_policy_that_denies(void **state)
{
	const char *const roles[] = {"User"};
	struct access_policy policy = allowing("User");
	struct member member = active(roles, 1);

	policy.mappings = calloc(1, sizeof(*policy.mappings));
	assert_non_null(policy.mappings);
	policy.mapping_count = 1;
	access_policy_done(&policy);
	assert_int_equal(access_login(&policy, &member), ERR_NOT_CONFIGURED);
	assert_null(policy.mappings);
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
	    cmocka_unit_test(roles_and_scopes_give_their_groups_only),
	    cmocka_unit_test(t80_a_denied_local_group_is_never_given),
	    cmocka_unit_test(done_leaves_a_policy_that_denies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
