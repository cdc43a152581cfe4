/*
 * test-standing.c - what is allowed follows from the policy and from how
 * lately the directory was confirmed.
 */
#include "services/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/ids.h"
#include "services/locals.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static const char *const roles[] = {"User", "OrganizationAdmin"};

/* A directory of one member, confirmed age_ms ago, on a host with one user of
 * its own. */
struct directory {
	struct member ada;
	int64_t age_ms;
	bool set_back;
	int ids_state;
	bool locals_known;
};

struct fixture {
	struct directory directory;
	struct tokenroles told; /* by ada's last token */
	struct access_policy policy;
	struct standing standing;
};

struct members *
directory_members(struct directory *directory)
{
	return (struct members *)directory;
}

bool
members_get_user(
    struct members *members, const char *user, struct member *ret_member)
{
	struct directory *directory = (struct directory *)members;

	*ret_member = directory->ada;
	return strcmp(user, directory->ada.user) == 0;
}

struct ids *
directory_ids(struct directory *directory)
{
	return (struct ids *)directory;
}

int
ids_state(const struct ids *ids)
{
	return ((const struct directory *)ids)->ids_state;
}

const struct locals *
directory_locals(const struct directory *directory)
{
	return directory->locals_known ? (const struct locals *)directory
				       : NULL;
}

bool
locals_has_user(const struct locals *locals, const char *name)
{
	return strcmp(name, "erin") == 0;
}

int64_t
directory_age_ms(const struct directory *directory)
{
	return directory->age_ms;
}

bool
directory_set_back(const struct directory *directory)
{
	return directory->set_back;
}

struct tokenroles
lastroles_get(const struct lastroles *lastroles, const char *member_id)
{
	return *(const struct tokenroles *)lastroles;
}

static void
make(struct fixture *f)
{
	*f = (struct fixture){
	    .directory.ada =
		{
		    .id = "u-ada",
		    .roles = roles,
		    .role_count = ARRAY_SIZE(roles),
		    .state = MEMBER_ACTIVE,
		    .user = "ada",
		    .uid = 1879048200,
		},
	    .policy = {.allow_role_count = 1},
	};
	snprintf(f->policy.allow_roles[0], NAME_ROLE_MAX, "User");
	f->standing = (struct standing){
	    .directory = &f->directory,
	    .policy = &f->policy,
	    .refresh_s = 60,
	    .hard_age_s = 7 * 86400,
	    .login_offline_s = 12 * 3600,
	    .sudo_offline_s = 900,
	};
}

/* All is well now, and nothing a millisecond later. */
static void
expect_last_moment(struct fixture *f)
{
	assert_int_equal(standing_account(&f->standing, "ada", "User"), 0);
	f->directory.age_ms++;
	assert_int_equal(
	    standing_account(&f->standing, "ada", ""), ERR_DIRECTORY_STALE);
	assert_int_equal(standing_role(&f->standing, &f->directory.ada, "User"),
	    ERR_ROLE_STALE);
}

static void
a_fresh_member_may_do_what_the_roles_say(void **state)
{
	struct fixture f;

	make(&f);
	assert_int_equal(standing_account(&f.standing, "ada", ""), 0);
	assert_int_equal(
	    standing_account(&f.standing, "ada", "OrganizationAdmin"), 0);
	assert_int_equal(
	    standing_account(&f.standing, "ada", "Owner"), ERR_ROLE_NOT_HELD);
	/* A gate never stands in for the right to log in. */
	snprintf(f.policy.allow_roles[0], NAME_ROLE_MAX, "Owner");
	assert_int_equal(
	    standing_account(&f.standing, "ada", "OrganizationAdmin"),
	    ERR_ROLE_NOT_ALLOWED);
}

static void
a_stranger_is_not_a_member(void **state)
{
	struct fixture f;

	make(&f);
	assert_int_equal(
	    standing_account(&f.standing, "bob", ""), ERR_NOT_A_MEMBER);
	assert_int_equal(
	    standing_account(&f.standing, "Ada", "User"), ERR_NOT_A_MEMBER);
	assert_int_equal(
	    standing_account(&f.standing, "root", ""), ERR_NOT_A_MEMBER);
}

static void
t83_without_its_numbers_the_host_says_so(void **state)
{
	struct fixture f;

	make(&f);
	f.directory.ids_state = ERR_STATE_DAMAGED;
	assert_int_equal(
	    standing_account(&f.standing, "bob", ""), ERR_STATE_DAMAGED);
	assert_int_equal(
	    standing_account(&f.standing, "bob", "User"), ERR_STATE_DAMAGED);
	/* Whom the list still has is judged by it. */
	assert_int_equal(standing_account(&f.standing, "ada", ""), 0);
}

static void
t32_a_local_user_is_called_one(void **state)
{
	struct fixture f;

	make(&f);
	assert_int_equal(
	    standing_account(&f.standing, "erin", ""), ERR_NOT_A_MEMBER);
	f.directory.locals_known = true;
	assert_int_equal(
	    standing_account(&f.standing, "erin", ""), ERR_LOCAL_USER);
	assert_int_equal(
	    standing_account(&f.standing, "bob", ""), ERR_NOT_A_MEMBER);
	f.directory.ids_state = ERR_STATE_DAMAGED;
	assert_int_equal(standing_nobody(&f.standing, "erin"), ERR_LOCAL_USER);
}

static void
t102_an_old_role_gates_no_longer_and_login_lasts_longer(void **state)
{
	static const struct {
		int64_t age_ms;
		int login;
		int role;
	} steps[] = {
	    {0, 0, 0},
	    {150 * SECOND, 0, 0},
	    {15 * MINUTE, 0, 0},
	    {15 * MINUTE + 1, 0, ERR_ROLE_STALE},
	    {12 * HOUR, 0, ERR_ROLE_STALE},
	    {12 * HOUR + 1, ERR_DIRECTORY_STALE, ERR_ROLE_STALE},
	    {-1, ERR_DIRECTORY_STALE, ERR_ROLE_STALE},
	};
	struct fixture f;

	make(&f);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		f.directory.age_ms = steps[i].age_ms;
		assert_int_equal(standing_login(&f.standing, &f.directory.ada),
		    steps[i].login);
		assert_int_equal(
		    standing_role(&f.standing, &f.directory.ada, "User"),
		    steps[i].role);
		assert_int_equal(standing_account(&f.standing, "ada", "User"),
		    steps[i].login != 0 ? steps[i].login : steps[i].role);
	}
}

static void
t102_offline_0_allows_nothing_once_the_source_is_silent(void **state)
{
	struct fixture f;

	make(&f);
	f.standing.login_offline_s = f.standing.sudo_offline_s = 0;
	f.directory.age_ms = 150 * SECOND; /* two beats and a delay */
	expect_last_moment(&f);
}

static void
past_the_hard_age_nobody_is_let_in(void **state)
{
	struct fixture f;

	make(&f);
	f.standing.login_offline_s = f.standing.sudo_offline_s = 30 * 86400;
	f.directory.age_ms = f.standing.hard_age_s * 1000;
	expect_last_moment(&f);
}

static void
t102_a_local_factor_stands_in_for_so_long(void **state)
{
	struct fixture f;

	make(&f);
	assert_true(standing_reached(&f.standing));
	assert_int_equal(standing_offline(&f.standing), 0);
	f.directory.age_ms = 150 * SECOND;
	assert_true(standing_reached(&f.standing));
	f.directory.age_ms++;
	assert_false(standing_reached(&f.standing));
	f.directory.age_ms = 11 * HOUR;
	assert_int_equal(standing_offline(&f.standing), 0);
	assert_int_equal(standing_offline_left_s(&f.standing), 3600);
	f.directory.age_ms = 12 * HOUR + 1;
	assert_int_equal(standing_offline(&f.standing), ERR_OFFLINE_TOO_LONG);
	assert_int_equal(standing_offline_left_s(&f.standing), 0);
	f.directory.age_ms = -1;
	assert_false(standing_reached(&f.standing));
	assert_int_equal(standing_offline(&f.standing), ERR_OFFLINE_TOO_LONG);
	/* Never past the hard age, and 0 is never. */
	f.standing.login_offline_s = 30 * 86400;
	f.directory.age_ms = f.standing.hard_age_s * 1000 - MINUTE;
	assert_int_equal(standing_offline_left_s(&f.standing), 60);
	f.directory.age_ms = f.standing.hard_age_s * 1000 + 1;
	assert_int_equal(standing_offline(&f.standing), ERR_OFFLINE_TOO_LONG);
	f.standing.login_offline_s = 0;
	f.directory.age_ms = 0;
	assert_int_equal(standing_offline(&f.standing), ERR_OFFLINE_TOO_LONG);
}

static void
t109_an_age_by_a_clock_set_back_is_none(void **state)
{
	struct fixture f;

	make(&f);
	f.directory.set_back = true;
	/* The source itself was heard in this boot. */
	assert_int_equal(standing_account(&f.standing, "ada", "User"), 0);
	f.directory.age_ms = 151 * SECOND;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(standing_account(&f.standing, "ada", ""),
		    ERR_CLOCK_SET_BACK);
		assert_int_equal(
		    standing_role(&f.standing, &f.directory.ada, "User"),
		    ERR_CLOCK_SET_BACK);
		assert_int_equal(
		    standing_offline(&f.standing), ERR_CLOCK_SET_BACK);
		assert_int_equal(standing_offline_left_s(&f.standing), 0);
		/* Likewise where that made the age unknown. */
		f.directory.set_back = false;
		f.directory.age_ms = INT64_MAX;
	}
}

static void
t103_a_suspended_member_is_told_so_at_any_age(void **state)
{
	struct fixture f;

	make(&f);
	f.directory.ada.state = MEMBER_SUSPENDED;
	assert_int_equal(
	    standing_account(&f.standing, "ada", ""), ERR_MEMBER_SUSPENDED);
	f.directory.age_ms = -1;
	assert_int_equal(
	    standing_account(&f.standing, "ada", "User"), ERR_MEMBER_SUSPENDED);
}

/* The list gives ada no role, her token two, age_ms ago. */
static void
make_told(struct fixture *f, int64_t age_ms)
{
	make(f);
	f->told = (struct tokenroles){
	    .roles = roles, .role_count = ARRAY_SIZE(roles), .age_ms = age_ms};
	f->directory.ada.role_count = 0;
	f->standing.lastroles = (const struct lastroles *)&f->told;
}

static int
may_begin(const struct fixture *f, const char *role)
{
	return standing_signin(&f->standing, &f->directory.ada, role);
}

static void
t102_a_role_of_a_token_ends_by_itself(void **state)
{
	static const struct {
		int64_t age_ms;
		int login;
		int role;
	} steps[] = {
	    {-1, ERR_ROLE_NOT_ALLOWED, ERR_ROLE_NOT_ALLOWED},
	    {0, 0, 0},
	    {15 * MINUTE, 0, 0},
	    {15 * MINUTE + 1, 0, ERR_ROLE_STALE},
	    {12 * HOUR, 0, ERR_ROLE_STALE},
	    {12 * HOUR + 1, ERR_ROLE_STALE, ERR_ROLE_STALE},
	    {INT64_MAX, ERR_ROLE_STALE, ERR_ROLE_STALE},
	};
	struct fixture f;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		make_told(&f, steps[i].age_ms);
		assert_int_equal(
		    standing_account(&f.standing, "ada", ""), steps[i].login);
		assert_int_equal(standing_account(&f.standing, "ada", roles[1]),
		    steps[i].role);
		assert_int_equal(may_begin(&f, ""), 0);
		assert_int_equal(may_begin(&f, roles[1]), 0);
	}
	/* With a service no token tells of roles. */
	make_told(&f, 0);
	f.standing.lastroles = NULL;
	assert_int_equal(
	    standing_account(&f.standing, "ada", ""), ERR_ROLE_NOT_ALLOWED);
	assert_int_equal(may_begin(&f, ""), ERR_ROLE_NOT_ALLOWED);
	f.directory.ada.role_count = 1;
	assert_int_equal(may_begin(&f, ""), 0);
	assert_int_equal(may_begin(&f, roles[1]), ERR_ROLE_NOT_HELD);
}

static void
t103_a_token_changes_no_state_and_confirms_no_list(void **state)
{
	struct fixture f;

	make_told(&f, 0);
	f.directory.age_ms = 12 * HOUR + 1;
	assert_int_equal(
	    standing_account(&f.standing, "ada", ""), ERR_DIRECTORY_STALE);
	assert_int_equal(may_begin(&f, ""), ERR_DIRECTORY_STALE);
	f.directory.age_ms = 15 * MINUTE + 1;
	assert_int_equal(
	    standing_account(&f.standing, "ada", roles[1]), ERR_ROLE_STALE);
	assert_int_equal(may_begin(&f, roles[1]), ERR_ROLE_STALE);
	f.directory.ada.state = MEMBER_SUSPENDED;
	assert_int_equal(
	    standing_account(&f.standing, "ada", ""), ERR_MEMBER_SUSPENDED);
	assert_int_equal(may_begin(&f, ""), ERR_MEMBER_SUSPENDED);
	f.directory.ada.state = MEMBER_ACTIVE;
	f.directory.ada.excluded = ERR_NAME_TAKEN;
	assert_int_equal(may_begin(&f, ""), ERR_MEMBER_EXCLUDED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_fresh_member_may_do_what_the_roles_say),
	    cmocka_unit_test(a_stranger_is_not_a_member),
	    cmocka_unit_test(t83_without_its_numbers_the_host_says_so),
	    cmocka_unit_test(t32_a_local_user_is_called_one),
	    cmocka_unit_test(
		t102_an_old_role_gates_no_longer_and_login_lasts_longer),
	    cmocka_unit_test(
		t102_offline_0_allows_nothing_once_the_source_is_silent),
	    cmocka_unit_test(past_the_hard_age_nobody_is_let_in),
	    cmocka_unit_test(t102_a_local_factor_stands_in_for_so_long),
	    cmocka_unit_test(t109_an_age_by_a_clock_set_back_is_none),
	    cmocka_unit_test(t102_a_role_of_a_token_ends_by_itself),
	    cmocka_unit_test(
		t103_a_token_changes_no_state_and_confirms_no_list),
	    cmocka_unit_test(t103_a_suspended_member_is_told_so_at_any_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
