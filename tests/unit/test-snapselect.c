/*
 * test-snapselect.c - who may stand in the snapshot, and why not.
 */
#include "rules/snapselect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UID 1879050000u

struct told {
	struct snapwrite_refusal refusals[32];
	size_t count;
};

static void
on_refused(void *context, const struct snapwrite_refusal *refusal)
{
	struct told *told = context;

	assert_true(told->count < ARRAY_SIZE(told->refusals));
	told->refusals[told->count++] = *refusal;
}

static struct snapwrite_user
user(const char *name, uint32_t uid)
{
	return (struct snapwrite_user){
	    .name = name,
	    .gecos = "",
	    .home = "/home/x",
	    .shell = "/bin/sh",
	    .uid = uid,
	};
}

/* Why a single entry is left out; 0 if it stands. */
static int
judge_user(const struct snapwrite_user *one)
{
	struct told told = {.count = 0};
	struct snapwrite_input in = {
	    .users = one,
	    .user_count = 1,
	    .organization = "",
	    .on_refused = on_refused,
	    .context = &told,
	};
	CLEANUP(snapselect_done) struct snapselect chosen = {0};

	assert_int_equal(snapselect(&in, &chosen), 0);
	assert_int_equal(chosen.user_count + told.count, 1);
	return told.count ? (int)told.refusals[0].reason : 0;
}

static int
judge_group(const struct snapwrite_group *one)
{
	struct told told = {.count = 0};
	struct snapwrite_input in = {
	    .groups = one,
	    .group_count = 1,
	    .organization = "",
	    .on_refused = on_refused,
	    .context = &told,
	};
	CLEANUP(snapselect_done) struct snapselect chosen = {0};

	assert_int_equal(snapselect(&in, &chosen), 0);
	assert_int_equal(chosen.group_count + told.count, 1);
	return told.count ? (int)told.refusals[0].reason : 0;
}

/* T74 and T78 for both kinds, at each edge of what is reserved. */
static void
t74_t78_only_free_numbers_stand(void **state)
{
	static const uint32_t bad[] = {0, 1, 999, 60001, 60577, 61184, 65519,
	    65534, 65535, 2147483648u, 4294967295u};
	static const uint32_t good[] = {
	    1000, 60000, 60578, 61183, 65520, 65533, 65536, 2147483647u};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct snapwrite_user u = user("ada", bad[i]);
		struct snapwrite_group g = {.name = "team", .gid = bad[i]};

		assert_int_equal(judge_user(&u), ERR_ID_OUT_OF_RANGE);
		assert_int_equal(judge_group(&g), ERR_ID_OUT_OF_RANGE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct snapwrite_user u = user("ada", good[i]);
		struct snapwrite_group g = {.name = "team", .gid = good[i]};

		assert_int_equal(judge_user(&u), 0);
		assert_int_equal(judge_group(&g), 0);
	}
}

static void
t78_a_host_group_of_gid_0_is_refused(void **state)
{
	struct snapwrite_group g = {.name = "adm", .gid = 0, .local = true};

	assert_int_equal(judge_group(&g), ERR_ID_OUT_OF_RANGE);
	g.gid = UINT32_MAX;
	assert_int_equal(judge_group(&g), ERR_ID_OUT_OF_RANGE);
	g.gid = 4;
	assert_int_equal(judge_group(&g), 0);
}

static void
t81_bad_fields_are_refused(void **state)
{
	static const char *const names[] = {
	    "", "-x", "42", "a:b", "a\nb", "..", "Ada", "a/b"};
	static const char *const paths[] = {
	    "", "/", "home", "/a:b", "/a\nb", "/a/../b"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct snapwrite_user u = user(names[i], UID);
		struct snapwrite_group g = {.name = names[i], .gid = UID};

		assert_int_equal(judge_user(&u), ERR_NAME_INVALID);
		assert_int_equal(judge_group(&g), ERR_NAME_INVALID);
	}
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct snapwrite_user u = user("ada", UID);

		u.home = paths[i];
		assert_int_equal(judge_user(&u), ERR_INVALID_ARGUMENT);
		u = user("ada", UID);
		u.shell = paths[i];
		assert_int_equal(judge_user(&u), ERR_INVALID_ARGUMENT);
	}
}

static void
of_two_equals_the_first_stands(void **state)
{
	const struct snapwrite_user users[] = {user("bob", UID),
	    user("ada", UID + 1), user("bob", UID + 2), user("eve", UID + 1)};
	struct told told = {.count = 0};
	struct snapwrite_input in = {
	    .users = users,
	    .user_count = 4,
	    .organization = "",
	    .on_refused = on_refused,
	    .context = &told,
	};
	CLEANUP(snapselect_done) struct snapselect chosen = {0};

	assert_int_equal(snapselect(&in, &chosen), 0);
	assert_int_equal(chosen.user_count, 2);
	assert_int_equal(chosen.users[0], 1);
	assert_int_equal(chosen.users[1], 0);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.refusals[0].index, 2);
	assert_int_equal(told.refusals[0].reason, ERR_NAME_TAKEN);
	assert_int_equal(told.refusals[1].index, 3);
	assert_int_equal(told.refusals[1].reason, ERR_ID_TAKEN);
}

/*
 * T80: a directory's group that is called like one of the host's is left out,
 * wherever it stands in the list; so is a member of that name, who would bring
 * a private group.
 */
static void
t80_groups_of_the_host_win(void **state)
{
	static const char *const names[] = {
	    "sudo", "docker", "lxd", "adm", "disk", "shadow", "kvm", "root"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct snapwrite_group groups[] = {
		    {.name = names[i], .gid = UID + 10},
		    {.name = names[i], .gid = 27, .local = true},
		};
		const struct snapwrite_user one = user(names[i], UID);
		struct told told = {.count = 0};
		struct snapwrite_input in = {
		    .users = &one,
		    .user_count = 1,
		    .groups = groups,
		    .group_count = 2,
		    .organization = "",
		    .on_refused = on_refused,
		    .context = &told,
		};
		CLEANUP(snapselect_done) struct snapselect chosen = {0};

		assert_int_equal(snapselect(&in, &chosen), 0);
		assert_int_equal(chosen.user_count, 0);
		assert_int_equal(chosen.group_count, 1);
		assert_int_equal(chosen.groups[0], 1);
		assert_int_equal(chosen.place_ranks[0], SNAPSELECT_NONE);
		assert_int_equal(told.count, 2);
		assert_int_equal(told.refusals[0].kind, SNAPWRITE_GROUP);
		assert_int_equal(told.refusals[0].reason, ERR_NAME_TAKEN);
		assert_int_equal(told.refusals[1].kind, SNAPWRITE_USER);
	}
}

static void
a_membership_in_no_group_is_an_error(void **state)
{
	static const uint32_t groups[] = {0};
	struct snapwrite_user one = user("ada", UID);
	struct snapwrite_input in = {
	    .users = &one, .user_count = 1, .organization = ""};
	struct snapselect chosen;

	one.groups = groups;
	one.group_count = 1;
	assert_int_equal(snapselect(&in, &chosen), ERR_INVALID_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(t74_t78_only_free_numbers_stand),
	    cmocka_unit_test(t78_a_host_group_of_gid_0_is_refused),
	    cmocka_unit_test(t81_bad_fields_are_refused),
	    cmocka_unit_test(of_two_equals_the_first_stands),
	    cmocka_unit_test(t80_groups_of_the_host_win),
	    cmocka_unit_test(a_membership_in_no_group_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
