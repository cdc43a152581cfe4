/*
 * test-snapshot_proof.c - what is proven rests on whole bytes, and only on
 * those it needs.
 */
#include "common/snapshot_proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/snapform.h"

#define USERS 2000
#define NAME_BYTES 12

static struct snapset
make_many(uint32_t version)
{
	struct snapwrite_user *users = calloc(USERS, sizeof(*users));
	char(*names)[NAME_BYTES] = calloc(USERS, sizeof(*names));
	struct snapwrite_input in = {
	    .users = users, .user_count = USERS, .organization = "Acme"};
	struct snapset set;
	struct snapset made;

	assert_true(users && names);
	for (uint32_t i = 0; i < USERS; i++) {
		(void)snprintf(names[i], NAME_BYTES, "user%u", i);
		users[i] = (struct snapwrite_user){names[i], "", "/home/user",
		    "/bin/sh", SNAPSET_UID + i, 0, NULL};
	}
	made = snapset_of(&in);
	set = snapform_version(&made, version);
	snapset_done(&made);
	free(users);
	free(names);
	return set;
}

static void
every_changed_byte_makes_it_not_whole(void **state)
{
	(void)state;
	for (uint32_t version = 1; version <= 2; version++) {
		struct snapset any = snapset_make(7);
		struct snapset set = snapform_version(&any, version);
		struct snapshot snap;

		assert_int_equal(snapshot_init(set.bytes, set.size, &snap), 0);
		assert_true(snapshot_is_whole(&snap));
		for (size_t i = sizeof(struct snapshot_header); i < set.size;
		     i++) {
			set.bytes[i] ^= 0x10;
			assert_false(snapshot_is_whole(&snap));
			set.bytes[i] ^= 0x10;
		}
		assert_true(snapshot_is_whole(&snap));
		snapset_done(&set);
		snapset_done(&any);
	}
}

static void
a_search_rests_on_few_bytes(void **state)
{
	static const char *const names[] = {"user7", "user1999", "eve", ""};
	struct snapset set = make_many(SNAPSHOT_VERSION_2);
	size_t broken[ARRAY_SIZE(names)] = {0};
	size_t changes = 0;
	struct snapshot snap;

	(void)state;
	assert_int_equal(snapshot_init(set.bytes, set.size, &snap), 0);
	for (size_t i = sizeof(struct snapshot_header); i < set.size;
	     i += SNAPSHOT_CHUNK / 2, changes++) {
		set.bytes[i] ^= 0x10;
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			broken[k] += !snapshot_search_is_whole(&snap, names[k]);
		assert_false(snapshot_is_whole(&snap));
		set.bytes[i] ^= 0x10;
	}
	assert_true(changes > 40);
	/* A bucket and a record, each in one or two chunks; the table. */
	for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
		assert_true(snapshot_search_is_whole(&snap, names[k]));
		assert_true(broken[k] <= 10);
	}
	assert_true(broken[0] >= 4);
	snapset_done(&set);
}

/* No changed byte, wherever it is, makes a user be not found and that be
 * proven. */
static void
t59_no_change_proves_a_wrong_answer(void **state)
{
	(void)state;
	for (uint32_t version = 1; version <= 2; version++) {
		struct snapset set = make_many(version);
		struct snapshot snap;

		assert_int_equal(snapshot_init(set.bytes, set.size, &snap), 0);
		for (size_t i = sizeof(struct snapshot_header); i < set.size;
		     i += version == 1 ? 1009 : 7) {
			struct snapshot_user user;
			int err;

			set.bytes[i] ^= 0x04;
			err = snapshot_user_by_name(&snap, "user77", &user);
			if (snapshot_search_is_whole(&snap, "user77")) {
				assert_int_equal(err, 0);
				assert_int_equal(user.uid, SNAPSET_UID + 77);
			}
			set.bytes[i] ^= 0x04;
		}
		snapset_done(&set);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_changed_byte_makes_it_not_whole),
	    cmocka_unit_test(a_search_rests_on_few_bytes),
	    cmocka_unit_test(t59_no_change_proves_a_wrong_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
