/*
 * test-eligible.c - who may begin a sign-in, decided by what is in memory.
 */
#include "services/eligible.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/signinlab.h"

static int
check(const struct proto_signin *request, bool *ret_proven)
{
	struct member member = {.id = "nobody"};
	int r = eligible_check(&world.options, request, &member, ret_proven);

	/* Only who may begin is told. */
	assert_int_equal(strcmp(member.id, "nobody") == 0, r != 0);
	assert_int_equal(world.request_count, 0);
	return r;
}

static int
check_user(const char *user)
{
	const struct proto_signin request = lab_asking(user);
	bool proven = true;
	int r = check(&request, &proven);

	if (r == 0)
		assert_false(proven);
	return r;
}

static void
an_active_member_may_begin(void **state)
{
	assert_int_equal(check_user("ada"), 0);
	assert_int_equal(check_user("nosuch"), ERR_NOT_A_MEMBER);
	world.people[0].member.state = MEMBER_SUSPENDED;
	assert_int_equal(check_user("ada"), ERR_MEMBER_SUSPENDED);
	world.people[0].member.state = MEMBER_DEACTIVATED;
	assert_int_equal(check_user("ada"), ERR_MEMBER_DEACTIVATED);
	world.people[0].member.state = MEMBER_UNKNOWN;
	assert_int_equal(check_user("ada"), ERR_MEMBER_STATE_UNKNOWN);
}

static void
a_pending_member_begins_where_an_invitation_can_be_accepted(void **state)
{
	struct lab_person *ada = &world.people[0];
	struct proto_signin request = lab_asking("ada");
	bool proven = true;

	ada->member.state = MEMBER_PENDING;
	assert_int_equal(check_user("ada"), ERR_MEMBER_PENDING);
	(void)lab_add_service();
	assert_int_equal(check_user("ada"), ERR_MEMBER_PENDING);
	world.can[PROFILE_ACCEPT_INVITATION] = true;
	assert_int_equal(check_user("ada"), 0);
	/* Nothing else may stand in the way. */
	snprintf(request.roles, sizeof(request.roles), "OrganizationAdmin");
	assert_int_equal(check(&request, &proven), ERR_ROLE_NOT_HELD);
	world.age_ms = 43201000;
	assert_int_equal(check_user("ada"), ERR_DIRECTORY_STALE);
	world.age_ms = 0;
	ada->member.excluded = ERR_NAME_TAKEN;
	assert_int_equal(check_user("ada"), ERR_MEMBER_EXCLUDED);
	ada->member.excluded = 0;
	ada->member.role_count = 0;
	assert_int_equal(check_user("ada"), ERR_ROLE_NOT_ALLOWED);
	ada->member.role_count = 1;
	request = lab_asking("ada");
	snprintf(request.context.service, PROTO_SERVICE_SIZE, "cron");
	assert_int_equal(check(&request, &proven), ERR_SERVICE_NOT_LISTED);
	/* The other states never begin. */
	ada->member.state = MEMBER_SUSPENDED;
	assert_int_equal(check_user("ada"), ERR_MEMBER_SUSPENDED);
}

/* orgloginctl login: of oneself alone, which the caller's uid says. */
static void
a_member_signs_himself_in_without_a_listed_service(void **state)
{
	struct proto_signin request = lab_asking("ada");
	uint32_t uid = world.people[0].member.uid;
	bool proven = true;

	snprintf(request.context.service, PROTO_SERVICE_SIZE, "orgloginctl");
	request.max_age_s = 0;
	request.context.caller_uid = uid;
	assert_int_equal(check(&request, &proven), 0);
	assert_false(proven);
	request.context.caller_uid = uid + 1;
	assert_int_equal(check(&request, &proven), ERR_SERVICE_NOT_LISTED);
	request.context.caller_uid = 0;
	assert_int_equal(check(&request, &proven), ERR_SERVICE_NOT_LISTED);
	request.context.caller_uid = uid;
	snprintf(request.context.service, PROTO_SERVICE_SIZE, "cron");
	assert_int_equal(check(&request, &proven), ERR_SERVICE_NOT_LISTED);
}

/* A proof given while Active is none while Pending. */
static void
a_proof_counts_for_active_members_only(void **state)
{
	struct lab_person *ada = &world.people[0];
	struct proto_signin request = lab_asking("ada");
	bool proven = false;

	ada->proof_ms = world.clock.boot.ms;
	request.context.caller_uid = ada->member.uid;
	assert_int_equal(check(&request, &proven), 0);
	assert_true(proven);
	(void)lab_add_service();
	world.can[PROFILE_ACCEPT_INVITATION] = true;
	ada->member.state = MEMBER_PENDING;
	assert_int_equal(check(&request, &proven), 0);
	assert_false(proven);
	ada->member.state = MEMBER_ACTIVE;
	request.max_age_s = 0;
	assert_int_equal(check(&request, &proven), 0);
	assert_false(proven);
}

/* The list gives no role; whether the token does is known after it. */
static void
where_tokens_tell_roles_the_list_needs_none(void **state)
{
	static const char *const told[] = {"User", "OrganizationAdmin"};
	struct lab_person *ada = &world.people[0];
	struct proto_signin request = lab_asking("ada");
	bool proven = true;

	ada->member.role_count = 0;
	assert_int_equal(check_user("ada"), ERR_ROLE_NOT_ALLOWED);
	world.standing.lastroles = (const struct lastroles *)&world;
	assert_int_equal(check_user("ada"), 0);
	snprintf(request.roles, sizeof(request.roles), "OrganizationAdmin");
	assert_int_equal(check(&request, &proven), 0);
	world.age_ms = 43201000;
	assert_int_equal(check_user("ada"), ERR_DIRECTORY_STALE);
	world.age_ms = 0;
	ada->member.state = MEMBER_SUSPENDED;
	assert_int_equal(check_user("ada"), ERR_MEMBER_SUSPENDED);
	ada->member.state = MEMBER_ACTIVE;
	/* A recent proof is enough as long as the roles that it showed count.
	 */
	ada->told = (struct tokenroles){.roles = told, .role_count = 2};
	ada->told_ms = ada->proof_ms = world.clock.boot.ms;
	request.context.caller_uid = ada->member.uid;
	request.max_age_s = 3600;
	assert_int_equal(check(&request, &proven), 0);
	assert_true(proven);
	clock_fake_advance(&world.clock, 900001);
	assert_int_equal(check(&request, &proven), 0);
	assert_false(proven);
	request.roles[0] = '\0';
	assert_int_equal(check(&request, &proven), 0);
	assert_true(proven);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    LAB_TEST(an_active_member_may_begin),
	    LAB_TEST(
		a_pending_member_begins_where_an_invitation_can_be_accepted),
	    LAB_TEST(a_member_signs_himself_in_without_a_listed_service),
	    LAB_TEST(a_proof_counts_for_active_members_only),
	    LAB_TEST(where_tokens_tell_roles_the_list_needs_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
