/*
 * test-snapshot_validate.c - what holds between the parts of a snapshot.
 *
 * Each case changes one thing, makes the checksums right again, and must be
 * found all the same.
 */
#include "common/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/name.h"
#include "common/snapshot_hash.h"
#include "tests/unit/snapform.h"

static struct snapshot_header *
header_of(const struct snapset *set)
{
	return (struct snapshot_header *)(void *)set->bytes;
}

static int
validate(const struct snapset *set)
{
	struct snapset sealed = *set;
	struct snapshot snap;
	int err;

	snapform_seal(&sealed);
	err = snapshot_init(set->bytes, set->size, &snap);
	return err ? err : snapshot_validate(&snap);
}

/* The record of a user, within the set. */
static uint8_t *
user_record(const struct snapset *set, const char *name)
{
	struct snapshot snap;
	struct snapshot_user user;

	assert_int_equal(snapshot_init(set->bytes, set->size, &snap), 0);
	assert_int_equal(snapshot_user_by_name(&snap, name, &user), 0);
	return set->bytes + ((const uint8_t *)user.gids - set->bytes) -
	    sizeof(struct snapshot_user_record);
}

static uint8_t *
text_in(const struct snapset *set, const char *text)
{
	return memmem(set->bytes, set->size, text, strlen(text));
}

static void
what_the_writer_makes_is_valid(void **state)
{
	struct snapset set = snapset_make(1);
	struct snapwrite_input none = {.organization = ""};
	struct snapset empty = snapset_of(&none);

	assert_int_equal(validate(&set), 0);
	assert_int_equal(validate(&empty), 0);
	snapset_done(&set);
	snapset_done(&empty);
}

static void
a_wrong_checksum_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	struct snapshot snap;

	set.bytes[set.size - 1] ^= 1;
	assert_int_equal(snapshot_init(set.bytes, set.size, &snap), 0);
	assert_int_equal(snapshot_validate(&snap), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

static void
t81_bad_strings_are_found(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		char byte;
	} changes[] = {
	    {"Ada L", 3, ':'},
	    {"Ada L", 3, '\n'},
	    {"Ada L", 3, '\0'},
	    {"/home/ada", 5, '\0'},
	    {"/home/ada", 6, '/'},
	    {"/home/ada", 0, 'x'},
	    {"org-admins", 3, ':'},
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct snapset set = snapset_make(1);
		uint8_t *text = text_in(&set, changes[i].text);

		assert_non_null(text);
		text[changes[i].at] = (uint8_t)changes[i].byte;
		assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
		snapset_done(&set);
	}
}

/* A name that the index does not lead to. */
static void
a_lost_name_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	uint8_t *name =
	    user_record(&set, "bob") + sizeof(struct snapshot_user_record) + 8;

	assert_memory_equal(name, "bob", 4);
	name[2] = 'c';
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

static void
a_lost_number_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	const uint32_t other = SNAPSET_UID + 77;

	memcpy(user_record(&set, "bob"), &other, sizeof(other));
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

static void
one_sided_memberships_are_found(void **state)
{
	struct snapset set = snapset_make(1);
	const uint32_t admins = SNAPSET_GID;
	uint8_t *gids =
	    user_record(&set, "bob") + sizeof(struct snapshot_user_record);

	memcpy(gids, &admins, sizeof(admins));
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

static void
a_gid_of_no_group_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	const uint32_t nothing = SNAPSET_GID + 50;
	uint8_t *gids =
	    user_record(&set, "grace") + sizeof(struct snapshot_user_record);

	memcpy(gids, &nothing, sizeof(nothing));
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

static void
a_strange_member_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	const uint32_t grace = 2;
	uint8_t *members = set.bytes + header_of(&set)->start.members.offset;

	memcpy(members, &grace, sizeof(grace));
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

/* Two index entries for one record would hide another. */
static void
a_stray_index_entry_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	struct snapshot_bucket *bucket = (void *)(set.bytes +
	    header_of(&set)->start.index[SNAPSHOT_USERS_BY_NAME].offset);

	bucket->ref[bucket->count] = bucket->ref[0];
	bucket->tag[bucket->count++] = 0;
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

static void
a_wrong_order_is_found(void **state)
{
	struct snapset set = snapset_make(1);
	uint32_t *refs =
	    (void *)(set.bytes + header_of(&set)->start.user_refs.offset);
	uint32_t first = refs[0];

	refs[0] = refs[1];
	refs[1] = first;
	assert_int_equal(validate(&set), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

/* More users than one stretch of a check that lets go of what it read. */
#define MANY 9000

static void
tell_numbered(void *context, size_t i, struct snapwrite_user *ret_user)
{
	char *name = context;

	(void)snprintf(name, NAME_USER_MAX + 1, "u%zu", i);
	*ret_user = (struct snapwrite_user){.name = name,
	    .gecos = "",
	    .home = "/home",
	    .shell = "/bin/sh",
	    .uid = 1879048192 + (uint32_t)i};
}

static const uint32_t *
tell_no_groups(void *context, size_t i, uint32_t *ret_count)
{
	(void)context;
	(void)i;
	*ret_count = 0;
	return NULL;
}

static int
validate_file(const char *path)
{
	SNAPSHOT_AUTO struct snapshot snap = {0};
	int err = snapshot_open(path, &snap);

	snap.passing = true;
	return err ? err : snapshot_validate(&snap);
}

static void
a_check_that_lets_go_finds_the_same(void **state)
{
	char name[NAME_USER_MAX + 1];
	const struct snapwrite_input input = {.user_count = MANY,
	    .user_at = tell_numbered,
	    .groups_at = tell_no_groups,
	    .organization = "",
	    .context = name};
	struct snapset set = snapset_of(&input);
	char *folder = snapset_new_folder();
	char *path = snapset_path(folder);

	snapset_publish(path, set.bytes, set.size);
	assert_int_equal(validate_file(path), 0);
	/* A record that is behind the last stretch. */
	*text_in(&set, "u8999") = 'U';
	snapform_seal(&set);
	snapset_publish(path, set.bytes, set.size);
	assert_int_equal(validate_file(path), ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
	free(path);
	snapset_remove_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_writer_makes_is_valid),
	    cmocka_unit_test(a_wrong_checksum_is_found),
	    cmocka_unit_test(t81_bad_strings_are_found),
	    cmocka_unit_test(a_lost_name_is_found),
	    cmocka_unit_test(a_lost_number_is_found),
	    cmocka_unit_test(one_sided_memberships_are_found),
	    cmocka_unit_test(a_gid_of_no_group_is_found),
	    cmocka_unit_test(a_strange_member_is_found),
	    cmocka_unit_test(a_stray_index_entry_is_found),
	    cmocka_unit_test(a_wrong_order_is_found),
	    cmocka_unit_test(a_check_that_lets_go_finds_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
