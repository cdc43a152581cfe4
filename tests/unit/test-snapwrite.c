/*
 * test-snapwrite.c - the bytes: the same for the same set, valid, and small.
 */
#include "rules/snapwrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/snapshot.h"
#include "tests/unit/snapset.h"

static struct snapshot
valid_snapshot(const struct snapset *set)
{
	struct snapshot snap;

	assert_int_equal(snapshot_init(set->bytes, set->size, &snap), 0);
	assert_int_equal(snapshot_validate(&snap), 0);
	return snap;
}

static void
the_same_set_gives_the_same_bytes(void **state)
{
	struct snapwrite_input in = snapset_input();
	struct snapwrite_user turned[3];
	struct snapset one = snapset_of(&in);
	struct snapset two;

	for (size_t i = 0; i < 3; i++)
		turned[i] = in.users[2 - i];
	in.users = turned;
	two = snapset_of(&in);
	assert_int_equal(one.size, two.size);
	assert_memory_equal(one.bytes, two.bytes, one.size);
	snapset_done(&one);
	snapset_done(&two);
}

static void
memberships_are_counted_once(void **state)
{
	static const uint32_t twice[] = {1, 0, 1, 0};
	struct snapwrite_input in = snapset_input();
	struct snapwrite_user ada = in.users[1];
	struct snapset set;
	struct snapshot snap;
	struct snapshot_user user;

	ada.groups = twice;
	ada.group_count = 4;
	in.users = &ada;
	in.user_count = 1;
	set = snapset_of(&in);
	snap = valid_snapshot(&set);
	assert_int_equal(snapshot_user_by_name(&snap, "ada", &user), 0);
	assert_int_equal(user.gid_count, 2);
	snapset_done(&set);
}

/* T72: no mail, and a password field that no password fits. */
static void
t72_t81_a_harmful_gecos_is_left_out_not_its_owner(void **state)
{
	static const char *const bad[] = {
	    "Ada\nroot:x:0:0", "a:b", "Lovelace, Ada", "\x1b[2J", "\xff"};
	struct snapwrite_input in = snapset_input();
	struct snapwrite_user ada = in.users[1];

	in.users = &ada;
	in.user_count = 1;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct snapset set;
		struct snapshot snap;
		struct snapshot_user user;

		ada.gecos = bad[i];
		set = snapset_of(&in);
		snap = valid_snapshot(&set);
		assert_int_equal(snapshot_user_by_name(&snap, "ada", &user), 0);
		assert_string_equal(user.gecos, "");
		assert_string_equal(user.name + 4, "*");
		snapset_done(&set);
	}
}

static void
memberships_in_a_refused_group_are_dropped(void **state)
{
	static const struct snapwrite_group groups[] = {
	    {.name = "Bad Name", .gid = SNAPSET_GID},
	    {.name = "good", .gid = SNAPSET_GID + 1},
	};
	static const uint32_t both[] = {0, 1};
	struct snapwrite_input in = snapset_input();
	struct snapwrite_user ada = in.users[1];
	struct snapset set;
	struct snapshot snap;
	struct snapshot_user user;

	ada.groups = both;
	ada.group_count = 2;
	in.users = &ada;
	in.user_count = 1;
	in.groups = groups;
	in.group_count = 2;
	set = snapset_of(&in);
	snap = valid_snapshot(&set);
	assert_int_equal(snapshot_user_by_name(&snap, "ada", &user), 0);
	assert_int_equal(user.gid_count, 1);
	assert_int_equal(snapshot_user_gid(&user, 0), SNAPSET_GID + 1);
	snapset_done(&set);
}

static void
the_organization_is_cut_between_characters(void **state)
{
	struct snapwrite_input in = snapset_input();
	char name[200] = "";
	struct snapset set;
	struct snapshot snap;

	memset(name, 'a', 94);
	memcpy(name + 94, "\xc3\xa9\xc3\xa9", 4);
	in.organization = name;
	set = snapset_of(&in);
	snap = valid_snapshot(&set);
	assert_int_equal(strlen(snapshot_organization(&snap)), 94);
	snapset_done(&set);
}

/* Many members in many groups: valid, and within the size that is the goal. */
static void
a_large_set_is_valid_and_small(void **state)
{
	enum { USERS = 20000, GROUPS = 1000, EACH = 6 };
	struct snapwrite_user *users = calloc(USERS, sizeof(*users));
	struct snapwrite_group *groups = calloc(GROUPS, sizeof(*groups));
	uint32_t *indexes = calloc(USERS * EACH, sizeof(*indexes));
	char(*names)[16] = calloc(USERS + GROUPS, sizeof(*names));
	char(*homes)[24] = calloc(USERS, sizeof(*homes));
	struct snapwrite_input in = snapset_input();
	struct snapset set;
	struct snapshot snap;

	assert_true(users && groups && indexes && names && homes);
	for (uint32_t i = 0; i < USERS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "person%u", i);
		(void)snprintf(homes[i], sizeof(homes[i]), "/home/person%u", i);
		for (uint32_t k = 0; k < EACH; k++)
			indexes[i * EACH + k] = (i * 7 + k * 31) % GROUPS;
		users[i] =
		    (struct snapwrite_user){names[i], "Some Person", homes[i],
			"/bin/bash", 1900000000u + i, EACH, &indexes[i * EACH]};
	}
	for (uint32_t i = 0; i < GROUPS; i++) {
		(void)snprintf(names[USERS + i], sizeof(names[0]), "team%u", i);
		groups[i] = (struct snapwrite_group){
		    .name = names[USERS + i], .gid = 2000000000u + i};
	}
	in.users = users;
	in.user_count = USERS;
	in.groups = groups;
	in.group_count = GROUPS;
	set = snapset_of(&in);
	snap = valid_snapshot(&set);
	assert_int_equal(snap.user_count, USERS);
	assert_true(set.size / USERS < 160);
	snapset_done(&set);
	free(users);
	free(groups);
	free(indexes);
	free(names);
	free(homes);
}

static void
no_groups_and_no_users(void **state)
{
	struct snapwrite_input in = {.organization = ""};
	struct snapset set = snapset_of(&in);
	struct snapshot snap = valid_snapshot(&set);
	struct snapshot_user user;

	assert_int_equal(
	    snapshot_user_by_name(&snap, "ada", &user), ERR_NOT_FOUND);
	snapset_done(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_set_gives_the_same_bytes),
	    cmocka_unit_test(memberships_are_counted_once),
	    cmocka_unit_test(t72_t81_a_harmful_gecos_is_left_out_not_its_owner),
	    cmocka_unit_test(memberships_in_a_refused_group_are_dropped),
	    cmocka_unit_test(the_organization_is_cut_between_characters),
	    cmocka_unit_test(a_large_set_is_valid_and_small),
	    cmocka_unit_test(no_groups_and_no_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
