/*
 * test-ways.c - whoever is known at one provider is sent there; a password is
 * offered only where policy and profile have it.
 */
#include "services/ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static struct ways
ways_for(const char *user)
{
	struct ways_options options = {
	    .idps = world.idps,
	    .idp_count = world.options.idp_count,
	    .idsvc = world.options.idsvc,
	};
	struct member member;
	struct ways ways;

	assert_true(members_get_user(NULL, user, &member));
	ways_of(&options, &member, &ways);
	return ways;
}

static void
a_stored_identity_names_its_provider(void **state)
{
	struct ways ways;

	(void)lab_add_idp("google", "Google", "https://accounts.google.com");
	ways = ways_for("ada");
	assert_int_equal(ways.count, 1);
	assert_ptr_equal(ways.idps[0], world.idps[0]);
	snprintf(world.people[0].issuer, sizeof(world.people[0].issuer),
	    "https://accounts.google.com");
	ways = ways_for("ada");
	assert_int_equal(ways.count, 1);
	assert_ptr_equal(ways.idps[0], world.idps[1]);
	/* Byte for byte. */
	snprintf(world.people[0].issuer, sizeof(world.people[0].issuer),
	    "https://accounts.google.com/");
	assert_int_equal(ways_for("ada").count, 2);
}

static void
who_is_known_nowhere_may_choose(void **state)
{
	struct ways ways;

	world.people[0].subject[0] = '\0';
	assert_int_equal(ways_for("ada").count, 1);
	(void)lab_add_idp("google", "Google", "https://accounts.google.com");
	ways = ways_for("ada");
	assert_int_equal(ways.count, 2);
	assert_string_equal(ways.names[0], "corp");
	assert_string_equal(ways.titles[0], "Acme's sign-in");
	assert_string_equal(ways.names[1], "google");
	assert_ptr_equal(ways.idps[1], world.idps[1]);
}

static void
a_password_is_offered_by_policy_and_profile_only(void **state)
{
	struct ways ways;

	(void)lab_add_service();
	assert_int_equal(ways_for("ada").count, 1);
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	ways = ways_for("ada");
	assert_int_equal(ways.count, 2);
	assert_null(ways.idps[1]);
	assert_string_equal(ways.names[1], "password");
	assert_string_equal(ways.titles[1], "mail and password");
	world.options.idp_count = 0;
	ways = ways_for("ada");
	assert_int_equal(ways.count, 1);
	assert_null(ways.idps[0]);
	world.options.idsvc = NULL;
	assert_int_equal(ways_for("ada").count, 0);
}

static void
there_is_an_end_to_the_list(void **state)
{
	world.people[0].subject[0] = '\0';
	while (world.options.idp_count < LAB_IDPS_MAX)
		(void)lab_add_idp("x", "X", "https://x.example");
	(void)lab_add_service();
	world.can[PROFILE_PASSWORD_LOGIN] = true;
	assert_int_equal(ways_for("ada").count, QUESTIONS_CHOICES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(a_stored_identity_names_its_provider),
	    LAB_TEST(who_is_known_nowhere_may_choose),
	    LAB_TEST(a_password_is_offered_by_policy_and_profile_only),
	    LAB_TEST(there_is_an_end_to_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
