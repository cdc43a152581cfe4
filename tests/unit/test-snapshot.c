/*
 * test-snapshot.c - lookups in good snapshots, and in every damaged one.
 */
#include "common/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/name.h"
#include "common/snapshot_hash.h"
#include "tests/unit/snapform.h"
#include "tests/unit/snapseal.h"

static struct snapshot
init(const struct snapset *set)
{
	struct snapshot snap;

	assert_int_equal(snapshot_init(set->bytes, set->size, &snap), 0);
	return snap;
}

static struct snapshot_header *
header_of(const struct snapset *set)
{
	return (struct snapshot_header *)(void *)set->bytes;
}

/* Makes the header's checksum right again after a change to it. */
static void
seal(const struct snapset *set)
{
	struct snapshot_header *h = header_of(set);

	h->header_checksum = snapshot_checksum(
	    h, offsetof(struct snapshot_header, header_checksum));
}

static void
finds_users_by_name_and_id(void **state)
{
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_user user;

	assert_int_equal(snapshot_user_by_name(&snap, "ada", &user), 0);
	assert_int_equal(user.uid, SNAPSET_UID);
	assert_string_equal(user.name, "ada");
	assert_string_equal(user.name + user.name_length + 1, "*");
	assert_string_equal(user.gecos, "Ada L");
	assert_string_equal(user.home, "/home/ada");
	assert_string_equal(user.shell, "/bin/bash");
	assert_int_equal(snapshot_user_by_id(&snap, SNAPSET_UID + 1, &user), 0);
	assert_string_equal(user.name, "bob");
	assert_string_equal(user.gecos, "");
	assert_int_equal(
	    snapshot_user_by_name(&snap, "ad", &user), ERR_NOT_FOUND);
	assert_int_equal(
	    snapshot_user_by_name(&snap, "Ada", &user), ERR_NOT_FOUND);
	assert_int_equal(
	    snapshot_user_by_name(&snap, "", &user), ERR_NOT_FOUND);
	assert_int_equal(snapshot_user_by_name(&snap,
			     "abcdefghijklmnopqrstuvwxyz0123456789", &user),
	    ERR_NOT_FOUND);
	assert_int_equal(snapshot_user_by_id(&snap, 0, &user), ERR_NOT_FOUND);
	assert_int_equal(
	    snapshot_user_by_id(&snap, SNAPSET_UID + 3, &user), ERR_NOT_FOUND);
	assert_int_equal(
	    snapshot_user_by_name(&snap, "org-admins", &user), ERR_NOT_FOUND);
	snapset_done(&set);
}

static void
gid_lists_hold_both_kinds(void **state)
{
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_user ada;

	assert_int_equal(snapshot_user_by_name(&snap, "ada", &ada), 0);
	assert_int_equal(ada.gid_count, 4);
	assert_int_equal(ada.local_gid_count, 1);
	assert_int_equal(snapshot_user_gid(&ada, 0), SNAPSET_GID);
	assert_int_equal(snapshot_user_gid(&ada, 2), SNAPSET_GID + 2);
	assert_int_equal(snapshot_user_gid(&ada, 3), 4);
	assert_int_equal(snapshot_user_gid(&ada, 4), 0);
	snapset_done(&set);
}

static void
finds_groups_and_their_members(void **state)
{
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_group group;
	struct snapshot_user user;

	assert_int_equal(
	    snapshot_group_by_name(&snap, "org-members", &group), 0);
	assert_int_equal(group.gid, SNAPSET_GID + 1);
	assert_int_equal(group.member_count, 2);
	assert_int_equal(snapshot_member(&snap, &group, 0, &user), 0);
	assert_string_equal(user.name, "ada");
	assert_int_equal(snapshot_member(&snap, &group, 1, &user), 0);
	assert_string_equal(user.name, "bob");
	assert_int_equal(
	    snapshot_member(&snap, &group, 2, &user), ERR_NOT_FOUND);
	assert_int_equal(
	    snapshot_group_by_id(&snap, SNAPSET_GID + 2, &group), 0);
	assert_true(group.unlisted);
	assert_int_equal(group.member_count, 0);
	assert_int_equal(snapshot_group_by_id(&snap, 4, &group), 0);
	assert_true(group.local);
	assert_int_equal(snapshot_group_by_id(&snap, 5, &group), ERR_NOT_FOUND);
	snapset_done(&set);
}

static void
entries_come_in_the_order_of_names(void **state)
{
	static const char *const names[] = {"ada", "bob", "grace"};
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_user user;
	struct snapshot_group group;

	assert_int_equal(snap.user_count, 3);
	assert_int_equal(snap.group_count, 5);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(snapshot_user_at(&snap, i, &user), 0);
		assert_string_equal(user.name, names[i]);
	}
	assert_int_equal(snapshot_user_at(&snap, 3, &user), ERR_NOT_FOUND);
	assert_int_equal(snapshot_group_at(&snap, 0, &group), 0);
	assert_string_equal(group.name, "adm");
	assert_int_equal(snapshot_group_at(&snap, 5, &group), ERR_NOT_FOUND);
	snapset_done(&set);
}

static void
tells_age_and_mark(void **state)
{
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	const int64_t then = 1700000000;
	const struct {
		int64_t now;
		enum snapshot_age age;
	} table[] = {
	    {then, SNAPSHOT_AGE_FRESH},
	    {then + 3600, SNAPSHOT_AGE_FRESH},
	    {then + 3601, SNAPSHOT_AGE_SOFT},
	    {then + 604800, SNAPSHOT_AGE_SOFT},
	    {then + 604801, SNAPSHOT_AGE_HARD},
	    {INT64_MAX, SNAPSHOT_AGE_HARD},
	    {then - 1, SNAPSHOT_AGE_SOFT},
	    {INT64_MIN, SNAPSHOT_AGE_SOFT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		assert_int_equal(
		    snapshot_age(&snap, (struct wall_time){table[i].now}),
		    table[i].age);
	assert_string_equal(snapshot_organization(&snap), "Acme");
	assert_int_equal(snap.generation, 7);
	assert_false(snapshot_get_marks(&snap).superseded);
	header_of(&set)->superseded = 1;
	assert_true(snapshot_get_marks(&snap).superseded);
	snapset_done(&set);
}

static void
a_strange_header_is_refused(void **state)
{
	struct snapset set = snapset_make(7);
	struct snapshot_header *h = header_of(&set);
	struct snapshot_header good = *h;
	struct snapshot snap;

	h->start.version = 3;
	seal(&set);
	assert_int_equal(
	    snapshot_init(set.bytes, set.size, &snap), ERR_SNAPSHOT_VERSION);
	*h = good;
	h->start.size++;
	seal(&set);
	assert_int_equal(
	    snapshot_init(set.bytes, set.size, &snap), ERR_SNAPSHOT_INVALID);
	*h = good;
	h->start.users.offset = UINT64_MAX - 63;
	seal(&set);
	assert_int_equal(
	    snapshot_init(set.bytes, set.size, &snap), ERR_SNAPSHOT_INVALID);
	*h = good;
	h->start.users.length = UINT64_MAX - 3;
	seal(&set);
	assert_int_equal(
	    snapshot_init(set.bytes, set.size, &snap), ERR_SNAPSHOT_INVALID);
	*h = good;
	h->start.user_count++;
	seal(&set);
	assert_int_equal(
	    snapshot_init(set.bytes, set.size, &snap), ERR_SNAPSHOT_INVALID);
	*h = good;
	memset(h->start.organization, 'a', sizeof(h->start.organization));
	seal(&set);
	assert_int_equal(
	    snapshot_init(set.bytes, set.size, &snap), ERR_SNAPSHOT_INVALID);
	*h = good;
	assert_int_equal(snapshot_init(set.bytes, set.size, &snap), 0);
	assert_int_equal(snapshot_init(set.bytes + 4, set.size - 4, &snap),
	    ERR_SNAPSHOT_INVALID);
	snapset_done(&set);
}

/* Sums up what a view says, so that each byte of it is read. */
static size_t
touch_user(const struct snapshot_user *user)
{
	size_t sum = strlen(user->name) + strlen(user->gecos) +
	    strlen(user->home) + strlen(user->shell);

	assert_false(name_number_reserved(user->uid));
	for (size_t i = 0; i < user->text_length; i++)
		sum += (uint8_t)user->name[i];
	for (uint32_t i = 0; i < user->gid_count; i++)
		sum += snapshot_user_gid(user, i);
	return sum;
}

static size_t
touch_group(const struct snapshot *snap, const struct snapshot_group *group)
{
	size_t sum = strlen(group->name);

	assert_int_not_equal(group->gid, 0);
	assert_true(group->local || !name_number_reserved(group->gid));
	for (uint32_t i = 0; i < group->member_count; i++) {
		struct snapshot_user user;

		if (snapshot_member(snap, group, i, &user) == 0)
			sum += touch_user(&user);
	}
	return sum;
}

/* Every call of the reading interface, over bytes of any kind. */
static void
use_all(const struct snapshot *snap)
{
	static const char *const names[] = {"ada", "bob", "grace", "org-admins",
	    "everyone", "adm", "root", "x"};
	static const uint32_t ids[] = {0, 4, 1000, SNAPSET_UID, SNAPSET_UID + 1,
	    SNAPSET_GID, SNAPSET_GID + 2, UINT32_MAX};
	struct snapshot_user user;
	struct snapshot_group group;
	size_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (snapshot_user_by_name(snap, names[i], &user) == 0)
			sum += touch_user(&user);
		if (snapshot_user_by_id(snap, ids[i], &user) == 0)
			sum += touch_user(&user);
		if (snapshot_group_by_name(snap, names[i], &group) == 0)
			sum += touch_group(snap, &group);
		if (snapshot_group_by_id(snap, ids[i], &group) == 0)
			sum += touch_group(snap, &group);
	}
	for (uint32_t i = 0; i < snap->user_count; i++)
		if (snapshot_user_at(snap, i, &user) == 0)
			sum += touch_user(&user);
	for (uint32_t i = 0; i < snap->group_count; i++)
		if (snapshot_group_at(snap, i, &group) == 0)
			sum += touch_group(snap, &group);
	sum += strlen(snapshot_organization(snap));
	sum += snapshot_get_marks(snap).superseded;
	assert_true(sum > 0);
}

/* The three kinds of file that readers meet. */
enum form { FORM_1, FORM_2, FORM_OVERLAY, FORM_COUNT };

static struct snapset
make_form(int form)
{
	static const char *const hidden[] = {"bob", "grace", NULL};
	const struct snapwrite_input in = snapset_input();
	struct snapset set = snapset_make(7);
	struct snapset base = snapform_version(&set, SNAPSHOT_VERSION_2);
	struct snapset made = form == FORM_OVERLAY
	    ? snapform_overlay(&base, &in, hidden, 1)
	    : snapform_version(&set, form == FORM_1 ? 1 : 2);

	snapset_done(&base);
	snapset_done(&set);
	return made;
}

static void
t59_every_truncation_is_refused(void **state)
{
	(void)state;
	for (int form = 0; form < FORM_COUNT; form++) {
		struct snapset set = make_form(form);

		for (size_t size = 0; size < set.size; size++) {
			/* Exactly as long, for a sanitizer to see more. */
			uint8_t *cut = malloc(size ? size : 1);
			struct snapshot snap;

			assert_non_null(cut);
			memcpy(cut, set.bytes, size);
			assert_int_equal(snapshot_init(cut, size, &snap),
			    ERR_SNAPSHOT_INVALID);
			snapseal(cut, size);
			assert_int_equal(snapshot_init(cut, size, &snap),
			    ERR_SNAPSHOT_INVALID);
			free(cut);
		}
		snapset_done(&set);
	}
}

/* Whether a byte belongs to the marks, which nothing covers. */
static bool
is_mark(const struct snapset *set, size_t at)
{
	size_t end = header_of(set)->start.header_size;

	return at < end && at >= end - SNAPSHOT_MARKS_SIZE;
}

/*
 * A changed header is refused at once.  A changed byte behind it is refused by
 * the whole check, and harmless to a reader that does not make it.
 */
static void
t59_every_changed_byte_is_refused_or_harmless(void **state)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff, 0x7f, 0x20};

	(void)state;
	for (int form = 0; form < FORM_COUNT; form++) {
		struct snapset set = make_form(form);

		for (size_t i = 0; i < set.size * ARRAY_SIZE(flips); i++) {
			const size_t at = i / ARRAY_SIZE(flips);
			const bool mark = is_mark(&set, at);
			struct snapshot snap;
			int err;

			set.bytes[at] ^= flips[i % ARRAY_SIZE(flips)];
			err = snapshot_init(set.bytes, set.size, &snap);
			if (!err) {
				use_all(&snap);
				err = snapshot_validate(&snap);
			}
			assert_int_equal(err == 0, mark);
			set.bytes[at] ^= flips[i % ARRAY_SIZE(flips)];
		}
		snapset_done(&set);
	}
}

/* The same where the one who changed a byte made the checksums right. */
static void
t59_every_sealed_change_is_harmless(void **state)
{
	(void)state;
	for (int form = 0; form < FORM_COUNT; form++) {
		struct snapset set = make_form(form);
		struct snapset copy = {malloc(set.size), set.size};

		assert_non_null(copy.bytes);
		for (size_t i = 0; i < set.size * 8; i++) {
			struct snapshot snap;

			memcpy(copy.bytes, set.bytes, set.size);
			copy.bytes[i / 8] ^= (uint8_t)(1u << i % 8);
			snapform_seal(&copy);
			if (snapshot_init(copy.bytes, copy.size, &snap) == 0) {
				use_all(&snap);
				(void)!snapshot_validate(&snap);
			}
		}
		snapset_done(&copy);
		snapset_done(&set);
	}
}

/* T72: whatever stands there, nobody logs in without a password by it. */
static void
t72_a_password_is_a_star_or_the_record_is_refused(void **state)
{
	static const char passwords[] = {'\0', 'x', '!'};
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_user ada;
	struct snapshot_group admins;

	(void)state;
	assert_int_equal(snapshot_user_by_name(&snap, "ada", &ada), 0);
	assert_int_equal(
	    snapshot_group_by_name(&snap, "org-admins", &admins), 0);
	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
		struct snapshot_user user;
		struct snapshot_group group;

		set.bytes[(const uint8_t *)ada.name - set.bytes +
		    ada.name_length + 1] = (uint8_t)passwords[i];
		set.bytes[(const uint8_t *)admins.name - set.bytes +
		    admins.name_length + 1] = (uint8_t)passwords[i];
		assert_int_equal(snapshot_user_by_name(&snap, "ada", &user),
		    ERR_SNAPSHOT_INVALID);
		assert_int_equal(
		    snapshot_group_by_name(&snap, "org-admins", &group),
		    ERR_SNAPSHOT_INVALID);
	}
	snapset_done(&set);
}

static void
t74_reserved_ids_in_the_file_are_refused(void **state)
{
	static const uint32_t ids[] = {
	    0, 1, 999, 60001, 65534, 65535, 0x80000000, UINT32_MAX};
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_user ada;
	struct snapshot_group group;

	assert_int_equal(snapshot_user_by_name(&snap, "ada", &ada), 0);
	assert_int_equal(
	    snapshot_group_by_name(&snap, "org-admins", &group), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		uint8_t *uid =
		    set.bytes + ((const uint8_t *)ada.gids - 12 - set.bytes);
		uint8_t *gid =
		    set.bytes + ((const uint8_t *)group.name - 16 - set.bytes);
		uint8_t *listed =
		    set.bytes + ((const uint8_t *)ada.gids - set.bytes);
		struct snapshot_user other;
		struct snapshot_group other_group;

		memcpy(uid, &ids[i], 4);
		memcpy(gid, &ids[i], 4);
		memcpy(listed, &ids[i], 4);
		assert_int_equal(snapshot_user_by_name(&snap, "ada", &other),
		    ERR_SNAPSHOT_INVALID);
		assert_int_equal(
		    snapshot_group_by_name(&snap, "org-admins", &other_group),
		    ERR_SNAPSHOT_INVALID);
		assert_int_equal(snapshot_user_gid(&ada, 0), 0);
	}
	snapset_done(&set);
}

/* T78: gid 0 is refused even as a group of the host. */
static void
t78_gid_0_is_never_granted(void **state)
{
	struct snapset set = snapset_make(7);
	struct snapshot snap = init(&set);
	struct snapshot_user ada;

	assert_int_equal(snapshot_user_by_name(&snap, "ada", &ada), 0);
	memset(set.bytes + ((const uint8_t *)&ada.gids[3] - set.bytes), 0, 4);
	assert_int_equal(snapshot_user_gid(&ada, 3), 0);
	snapset_done(&set);
}

/* T59: an index whose every entry matches every search ends all the same. */
static void
t59_a_full_index_ends_the_search(void **state)
{
	enum { BUCKETS = 100000 };
	struct snapset set = snapset_make(7);
	struct snapshot_header *h = header_of(&set);
	const size_t end =
	    sizeof(*h) + BUCKETS * sizeof(struct snapshot_bucket);
	const size_t chunks =
	    (end - sizeof(*h) + SNAPSHOT_CHUNK - 1) / SNAPSHOT_CHUNK;
	size_t size = end + chunks * sizeof(uint64_t);
	struct snapset big = {calloc(1, size), size};
	uint8_t tag;
	struct snapshot snap;
	struct snapshot_user user;

	assert_non_null(big.bytes);
	memcpy(big.bytes, h, sizeof(*h));
	h = header_of(&big);
	h->start.size = size;
	h->chunks.offset = end;
	h->chunks.length = chunks * sizeof(uint64_t);
	h->hidden = (struct snapshot_section){.offset = end};
	for (int i = 0; i < SNAPSHOT_INDEX_COUNT; i++)
		h->start.index[i] = (struct snapshot_section){
		    384, BUCKETS * sizeof(struct snapshot_bucket)};
	h->start.users.length = h->start.groups.length =
	    h->start.members.length = 0;
	h->start.user_refs.length = h->start.group_refs.length = 0;
	h->start.user_count = h->start.group_count = 0;
	h->start.users.offset = h->start.groups.offset =
	    h->start.members.offset = 384;
	h->start.user_refs.offset = h->start.group_refs.offset = 384;
	seal(&big);
	/* Behind the entries lie bytes that look like the tag sought. */
	tag = (uint8_t)snapshot_hash_name(h->start.hash_seed, "ada", 3);
	for (size_t i = 0; i < BUCKETS; i++) {
		struct snapshot_bucket *bucket =
		    (struct snapshot_bucket *)(void *)(big.bytes + 384 +
			i * sizeof(*bucket));

		memset(bucket->tag, ~tag, sizeof(bucket->tag));
		bucket->count = 255;
		memset(bucket->padding, tag, sizeof(bucket->padding));
	}
	snap = init(&big);
	assert_int_equal(
	    snapshot_user_by_name(&snap, "ada", &user), ERR_NOT_FOUND);
	assert_int_not_equal(snapshot_user_by_id(&snap, SNAPSET_UID, &user), 0);
	snapset_done(&big);
	snapset_done(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_users_by_name_and_id),
	    cmocka_unit_test(gid_lists_hold_both_kinds),
	    cmocka_unit_test(finds_groups_and_their_members),
	    cmocka_unit_test(entries_come_in_the_order_of_names),
	    cmocka_unit_test(tells_age_and_mark),
	    cmocka_unit_test(a_strange_header_is_refused),
	    cmocka_unit_test(t59_every_truncation_is_refused),
	    cmocka_unit_test(t59_every_changed_byte_is_refused_or_harmless),
	    cmocka_unit_test(t59_every_sealed_change_is_harmless),
	    cmocka_unit_test(t72_a_password_is_a_star_or_the_record_is_refused),
	    cmocka_unit_test(t74_reserved_ids_in_the_file_are_refused),
	    cmocka_unit_test(t78_gid_0_is_never_granted),
	    cmocka_unit_test(t59_a_full_index_ends_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
