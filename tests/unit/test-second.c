/*
 * test-second.c - who needs a second factor of this host, by policy, role, and
 * what is enrolled.
 */
#include "services/second.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static int
need_of(enum second_mode mode, const char *role, enum second_need *ret_need)
{
	struct second_policy policy = {
	    .mode = mode, .required_role_count = role != NULL};

	if (role != NULL)
		snprintf(
		    policy.required_roles[0], NAME_ROLE_MAX + 1, "%s", role);
	return second_need(
	    &policy, world.options.totp, &world.people[0].member, ret_need);
}

static void
expect(enum second_mode mode, const char *role, enum second_need wanted)
{
	enum second_need need = SECOND_NONE;

	assert_int_equal(need_of(mode, role, &need), 0);
	assert_int_equal(need, wanted);
}

static void
t94_policy_role_and_enrolment_decide(void **state)
{
	/* ada is a User. */
	expect(SECOND_OFF, "User", SECOND_NONE);
	expect(SECOND_OPTIONAL, NULL, SECOND_NONE);
	expect(SECOND_OPTIONAL, "OrganizationAdmin", SECOND_NONE);
	expect(SECOND_OPTIONAL, "User", SECOND_ENROL);
	expect(SECOND_REQUIRED, NULL, SECOND_ENROL);
	snprintf(world.code, sizeof(world.code), "123456");
	expect(SECOND_OFF, "User", SECOND_NONE);
	expect(SECOND_OPTIONAL, NULL, SECOND_CODE);
	expect(SECOND_OPTIONAL, "User", SECOND_CODE);
	expect(SECOND_REQUIRED, NULL, SECOND_CODE);
}

static void
t94_what_does_not_open_is_no_missing_secret(void **state)
{
	static const int faults[] = {ERR_VAULT_KEY, ERR_IO, ERR_NO_MEMORY};
	enum second_need need = SECOND_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		world.totp_state = faults[i];
		assert_int_equal(
		    need_of(SECOND_OPTIONAL, NULL, &need), faults[i]);
		assert_int_equal(
		    need_of(SECOND_REQUIRED, NULL, &need), faults[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(t94_policy_role_and_enrolment_decide),
	    LAB_TEST(t94_what_does_not_open_is_no_missing_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
