/*
 * test-roster.c - a base and its overlay are read as one list.
 */
#include "common/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/snapform.h"

/* A base of version 2 and what changed since: bob is gone, grace is now in
 * org-admins and org-members, and carol joined (org-members). */
struct fixture {
	char *folder;
	char *path;
	struct snapset base;
	struct snapset overlay;
	struct roster roster;
};

static struct snapset
make_overlay(const struct snapset *base, uint32_t number)
{
	static const uint32_t of_grace[] = {0, 1, 2};
	static const uint32_t of_carol[] = {1, 4};
	static const char *const hidden[] = {"bob", "grace", NULL};
	static const struct snapwrite_user users[] = {
	    {"grace", "Grace H", "/home/grace", "/bin/zsh", SNAPSET_UID + 2, 3,
		of_grace},
	    {"carol", "Carol", "/home/carol", "/bin/sh", SNAPSET_UID + 3, 2,
		of_carol},
	};
	struct snapwrite_input in = snapset_input();

	in.users = users;
	in.user_count = ARRAY_SIZE(users);
	return snapform_overlay(base, &in, hidden, number);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct snapset set = snapset_make(7);

	assert_non_null(f);
	f->folder = snapset_new_folder();
	f->path = snapset_path(f->folder);
	f->base = snapform_version(&set, SNAPSHOT_VERSION_2);
	f->overlay = make_overlay(&f->base, 1);
	snapset_publish(f->path, f->base.bytes, f->base.size);
	snapset_done(&set);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	roster_close(&f->roster);
	snapset_done(&f->base);
	snapset_done(&f->overlay);
	snapset_remove_folder(f->folder);
	free(f->path);
	free(f);
	return 0;
}

static const struct roster *
open_both(struct fixture *f)
{
	snapform_publish(f->path, &f->overlay);
	roster_close(&f->roster);
	assert_int_equal(roster_open(f->path, &f->roster), 0);
	assert_non_null(f->roster.overlay.bytes);
	return &f->roster;
}

static int
seek_name(const struct roster *roster, const char *name)
{
	struct snapshot_user user;

	return roster_user_by_name(roster, name, &user);
}

static int
seek_id(const struct roster *roster, uint32_t uid)
{
	struct snapshot_user user;

	return roster_user_by_id(roster, uid, &user);
}

static void
a_base_alone_is_read_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct roster *r = &f->roster;
	struct snapshot_group group;
	uint32_t count;

	assert_int_equal(roster_open(f->path, r), 0);
	assert_null(r->overlay.bytes);
	assert_int_equal(seek_name(r, "bob"), 0);
	assert_int_equal(seek_name(r, "carol"), ERR_NOT_FOUND);
	assert_int_equal(roster_group_by_name(r, "org-members", &group), 0);
	assert_int_equal(roster_count_members(r, &group, &count), 0);
	assert_int_equal(count, 2);
	assert_true(roster_proves_absent(r, "carol"));
	assert_false(roster_proves_absent(r, "bob"));
	assert_int_equal(roster_validate(r), 0);
}

static void
the_overlay_changes_who_is_found(void **state)
{
	const struct roster *r = open_both(*state);
	struct snapshot_user user;

	assert_int_equal(roster_validate(r), 0);
	assert_int_equal(roster_user_by_name(r, "grace", &user), 0);
	assert_string_equal(user.shell, "/bin/zsh");
	assert_int_equal(user.gid_count, 3);
	assert_int_equal(roster_user_by_id(r, SNAPSET_UID + 2, &user), 0);
	assert_string_equal(user.shell, "/bin/zsh");
	assert_int_equal(seek_name(r, "ada"), 0);
	assert_int_equal(seek_name(r, "bob"), ERR_NOT_FOUND);
	assert_int_equal(seek_id(r, SNAPSET_UID + 1), ERR_NOT_FOUND);
	assert_int_equal(seek_name(r, "carol"), 0);
	assert_int_equal(seek_id(r, SNAPSET_UID + 3), 0);
	assert_int_equal(seek_name(r, "dave"), ERR_NOT_FOUND);
}

static void
private_groups_follow_their_users(void **state)
{
	const struct roster *r = open_both(*state);
	struct snapshot_group group;

	assert_int_equal(roster_group_by_name(r, "carol", &group), 0);
	assert_true(group.private_group);
	assert_int_equal(group.gid, SNAPSET_UID + 3);
	assert_int_equal(roster_group_by_id(r, SNAPSET_UID, &group), 0);
	assert_string_equal(group.name, "ada");
	assert_int_equal(roster_group_by_name(r, "bob", &group), ERR_NOT_FOUND);
	assert_int_equal(
	    roster_group_by_id(r, SNAPSET_UID + 1, &group), ERR_NOT_FOUND);
}

/* The names of a group's members, each with a blank behind. */
static void
check_members(
    const struct roster *r, const char *group_name, const char *expected)
{
	struct roster_members members = {0};
	struct snapshot_user user;
	char names[256] = "";
	size_t used = 0;
	uint32_t told = 0;
	uint32_t count;
	int err;

	assert_int_equal(
	    roster_group_by_name(r, group_name, &members.group), 0);
	assert_int_equal(roster_count_members(r, &members.group, &count), 0);
	while ((err = roster_member_next(r, &members, &user)) == 0) {
		used += (size_t)snprintf(
		    names + used, sizeof(names) - used, "%s ", user.name);
		told++;
	}
	assert_int_equal(err, ERR_NOT_FOUND);
	assert_int_equal(roster_member_next(r, &members, &user), ERR_NOT_FOUND);
	assert_string_equal(names, expected);
	assert_int_equal(told, count);
}

static void
groups_have_the_members_of_now(void **state)
{
	const struct roster *r = open_both(*state);

	check_members(r, "org-admins", "ada grace ");
	check_members(r, "org-members", "ada carol grace ");
	check_members(r, "everyone", "");
	check_members(r, "nobody-here", "");
	check_members(r, "adm", "ada carol ");
	check_members(r, "carol", "");
}

static void
t71_everybody_is_told_once_in_the_order_of_names(void **state)
{
	static const char *const names[] = {"ada", "carol", "grace"};
	const struct roster *r = open_both(*state);
	struct roster_place place = {0};
	struct snapshot_user user;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct roster_place sought;

		assert_int_equal(roster_user_next(r, &place, &user), 0);
		assert_string_equal(user.name, names[i]);
		assert_int_equal(roster_seek_user(r, names[i], &sought), 0);
		if (i + 1 == ARRAY_SIZE(names))
			break;
		assert_int_equal(roster_user_next(r, &sought, &user), 0);
		assert_string_equal(user.name, names[i + 1]);
	}
	assert_int_equal(roster_user_next(r, &place, &user), ERR_NOT_FOUND);
	assert_int_equal(roster_user_next(r, &place, &user), ERR_NOT_FOUND);
}

static void
groups_are_told_from_any_name_on(void **state)
{
	const struct roster *r = open_both(*state);
	struct roster_place place;
	struct snapshot_group group;

	assert_int_equal(roster_seek_group(r, "everyone", &place), 0);
	assert_int_equal(roster_group_next(r, &place, &group), 0);
	assert_string_equal(group.name, "nobody-here");
	assert_int_equal(roster_seek_group(r, "zzz", &place), 0);
	assert_int_equal(roster_group_next(r, &place, &group), ERR_NOT_FOUND);
}

/* A user may take the name or the number that another gave up. */
static void
names_and_numbers_of_hidden_users_are_free(void **state)
{
	struct fixture *f = *state;
	static const char *const hidden[] = {"bob", NULL};
	const struct snapwrite_user renamed = {
	    "robert", "", "/home/bob", "/bin/sh", SNAPSET_UID + 1, 0, NULL};
	struct snapwrite_input in = snapset_input();
	struct snapshot_user user;
	const struct roster *r;

	in.users = &renamed;
	in.user_count = 1;
	snapset_done(&f->overlay);
	f->overlay = snapform_overlay(&f->base, &in, hidden, 2);
	r = open_both(f);
	assert_int_equal(roster_validate(r), 0);
	assert_int_equal(seek_name(r, "bob"), ERR_NOT_FOUND);
	assert_int_equal(roster_user_by_id(r, SNAPSET_UID + 1, &user), 0);
	assert_string_equal(user.name, "robert");
}

/* Each pair breaks one thing that holds between the files. */
static void
a_pair_that_contradicts_itself_is_invalid(void **state)
{
	static const char *const nobody[] = {NULL};
	static const struct snapwrite_user users[] = {
	    {"bob", "", "/home/b", "/bin/sh", SNAPSET_UID + 9, 0, NULL},
	    {"eve", "", "/home/e", "/bin/sh", SNAPSET_UID + 1, 0, NULL},
	    {"org-x", "", "/home/e", "/bin/sh", SNAPSET_GID, 0, NULL},
	};
	struct fixture *f = *state;
	struct roster r = {0};

	assert_int_equal(
	    snapshot_init(f->base.bytes, f->base.size, &r.base), 0);
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		struct snapwrite_input in = {
		    .users = &users[i], .user_count = 1, .organization = ""};
		struct snapset bad = snapform_overlay(&f->base, &in, nobody, 1);

		assert_int_equal(
		    snapshot_init(bad.bytes, bad.size, &r.overlay), 0);
		assert_int_equal(snapshot_validate(&r.overlay), 0);
		assert_int_equal(roster_validate(&r), ERR_SNAPSHOT_INVALID);
		snapset_done(&bad);
	}
}

static void
an_absence_is_proven_only_by_whole_files(void **state)
{
	struct fixture *f = *state;
	const struct roster *r = open_both(f);
	const uint8_t *overlay = r->overlay.bytes;

	assert_true(roster_proves_absent(r, "bob"));
	assert_true(roster_proves_absent(r, "eve"));
	assert_false(roster_proves_absent(r, "carol"));
	assert_false(roster_proves_absent(r, "ada"));
	assert_true(roster_proves_absent(r, "Ada"));
	assert_true(roster_proves_absent(r, ""));
	/* The overlay that the mark tells of is not to be had. */
	f->roster.overlay.bytes = NULL;
	assert_false(roster_proves_absent(r, "eve"));
	f->roster.overlay.bytes = overlay;
	f->roster.overlay.number--;
	assert_false(roster_proves_absent(r, "eve"));
}

/* How many of the strangers are proven to be none; no member ever is. */
static int
count_proofs(const struct fixture *f)
{
	static const char *const members[] = {"ada", "carol", "grace"};
	static const char *const strangers[] = {"bob", "eve", "zoe"};
	struct roster r;
	int count = 0;

	if (snapshot_init(f->base.bytes, f->base.size, &r.base) ||
	    snapshot_init(f->overlay.bytes, f->overlay.size, &r.overlay) ||
	    !roster_belongs(&r.overlay, &r.base))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		assert_false(roster_proves_absent(&r, members[i]));
	for (size_t i = 0; i < ARRAY_SIZE(strangers); i++)
		count += roster_proves_absent(&r, strangers[i]);
	return count;
}

static void
t59_no_damage_proves_a_member_absent(void **state)
{
	struct fixture *f = *state;
	struct snapset *const sets[] = {&f->base, &f->overlay};
	const size_t marks = offsetof(struct snapshot_header, superseded);

	assert_int_equal(count_proofs(f), 3);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		for (size_t at = 0; at < sets[i]->size; at++) {
			bool is_mark =
			    at >= marks && at < sizeof(struct snapshot_header);

			sets[i]->bytes[at] ^= 0x21;
			/* So small that every byte bears on every proof. */
			if (is_mark && i == 1)
				assert_int_equal(count_proofs(f), 3);
			else if (!is_mark)
				assert_int_equal(count_proofs(f), 0);
			else
				(void)count_proofs(f);
			sets[i]->bytes[at] ^= 0x21;
		}
	assert_int_equal(count_proofs(f), 3);
}

static void
an_overlay_of_another_base_is_not_looked_at(void **state)
{
	struct fixture *f = *state;
	struct snapset set = snapset_make(8);
	struct snapset other = snapform_version(&set, SNAPSHOT_VERSION_2);
	struct roster *r = &f->roster;

	snapform_publish(f->path, &f->overlay);
	snapset_publish(f->path, other.bytes, other.size);
	assert_int_equal(roster_open(f->path, r), 0);
	assert_null(r->overlay.bytes);
	assert_int_equal(seek_name(r, "bob"), 0);
	assert_true(roster_proves_absent(r, "carol"));
	snapset_done(&other);
	snapset_done(&set);
}

/* Puts a file in the place of an overlay, as it is. */
static void
place_overlay(const struct fixture *f, const struct snapset *set)
{
	char path[256];

	assert_int_equal(roster_overlay_path(f->path, path, sizeof(path)), 0);
	snapset_publish(path, set->bytes, set->size);
}

/* The same file, of a version to come. */
static struct snapset
make_version_3(const struct snapset *set)
{
	struct snapset newer = {malloc(set->size), set->size};
	struct snapshot_header *h = (void *)newer.bytes;

	assert_non_null(h);
	memcpy(h, set->bytes, set->size);
	h->start.version = 3;
	snapform_seal(&newer);
	return newer;
}

/* Every base with every file beside it: an overlay that does not belong is as
 * none, and a base that cannot be read is no base. */
static void
t120_every_base_with_every_overlay(void **state)
{
	enum { OWN = 2, ALIEN, OLD, NEWER, COUNT };
	struct fixture *f = *state;
	struct snapset set = snapset_make(8);
	struct snapset other = snapform_version(&set, SNAPSHOT_VERSION_2);
	struct snapset files[COUNT] = {
	    snapform_version(&f->base, SNAPSHOT_VERSION_1),
	    make_version_3(&f->base),
	    make_overlay(&f->base, 1),
	    make_overlay(&other, 1),
	    snapform_version(&f->base, SNAPSHOT_VERSION_1),
	    make_version_3(&f->overlay),
	};
	const struct {
		const struct snapset *base;
		int err;
	} bases[] = {
	    {&files[0], 0}, {&files[1], ERR_SNAPSHOT_VERSION}, {&f->base, 0}};

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		for (int k = OWN; k < COUNT; k++) {
			struct roster *r = &f->roster;
			bool used = i == 2 && k == OWN;

			snapset_publish(
			    f->path, bases[i].base->bytes, bases[i].base->size);
			place_overlay(f, &files[k]);
			assert_int_equal(roster_open(f->path, r), bases[i].err);
			if (bases[i].err)
				continue;
			assert_int_equal(r->overlay.bytes != NULL, used);
			assert_int_equal(seek_name(r, "ada"), 0);
			assert_int_equal(seek_name(r, "bob") == 0, !used);
			assert_int_equal(seek_name(r, "carol") == 0, used);
			assert_true(roster_proves_absent(r, "eve"));
			roster_close(r);
		}
	for (int i = 0; i < COUNT; i++)
		snapset_done(&files[i]);
	snapset_done(&other);
	snapset_done(&set);
}

/* All that the interface tells; it ends, and stays within the files. */
static void
use_all(const struct roster *r)
{
	static const char *const names[] = {
	    "ada", "bob", "carol", "org-admins"};
	struct roster_place place = {0};
	struct roster_members members = {0};
	struct snapshot_user user;
	size_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct snapshot_group group;
		uint32_t count = 0;

		if (roster_user_by_name(r, names[i], &user) == 0)
			sum += strlen(user.shell);
		if (roster_group_by_name(r, names[i], &group) == 0 &&
		    roster_count_members(r, &group, &count) == 0)
			sum += count;
		(void)!roster_user_by_id(r, SNAPSET_UID + (uint32_t)i, &user);
		(void)!roster_proves_absent(r, names[i]);
	}
	while (roster_user_next(r, &place, &user) == 0)
		sum += strlen(user.home);
	place = (struct roster_place){0};
	while (roster_group_next(r, &place, &members.group) == 0) {
		members.place = (struct roster_place){0};
		while (roster_member_next(r, &members, &user) == 0)
			sum += strlen(user.name);
	}
	(void)!roster_validate(r);
	assert_true(sum > 0);
}

static void
t59_every_sealed_change_of_either_is_harmless(void **state)
{
	struct fixture *f = *state;
	struct snapset *const sets[] = {&f->base, &f->overlay};
	struct roster r;

	for (size_t k = 0; k < ARRAY_SIZE(sets); k++) {
		struct snapset *set = sets[k];
		struct snapset copy = {malloc(set->size), set->size};

		assert_non_null(copy.bytes);
		memcpy(copy.bytes, set->bytes, set->size);
		for (size_t i = 0; i < set->size * 8; i++) {
			set->bytes[i / 8] ^= (uint8_t)(1u << i % 8);
			snapform_seal(set);
			if (snapshot_init(
				f->base.bytes, f->base.size, &r.base) == 0 &&
			    snapshot_init(f->overlay.bytes, f->overlay.size,
				&r.overlay) == 0)
				use_all(&r);
			memcpy(set->bytes, copy.bytes, set->size);
		}
		snapset_done(&copy);
	}
}

static void
an_overlay_is_no_base(void **state)
{
	struct fixture *f = *state;

	snapset_publish(f->path, f->overlay.bytes, f->overlay.size);
	assert_int_equal(
	    roster_open(f->path, &f->roster), ERR_SNAPSHOT_INVALID);
}

static void
t60_an_overlay_that_others_can_write_is_not_looked_at(void **state)
{
	struct fixture *f = *state;
	char path[256];

	(void)open_both(f);
	assert_int_equal(roster_overlay_path(f->path, path, sizeof(path)), 0);
	assert_int_equal(chmod(path, 0666), 0);
	roster_close(&f->roster);
	assert_int_equal(roster_open(f->path, &f->roster), 0);
	assert_null(f->roster.overlay.bytes);
	assert_false(roster_proves_absent(&f->roster, "eve"));
}

static void
the_overlay_lies_beside_its_base(void **state)
{
	char path[32];

	(void)state;
	assert_int_equal(
	    roster_overlay_path("/a/members.snapshot", path, sizeof(path)), 0);
	assert_string_equal(path, "/a/members.overlay");
	assert_int_equal(roster_overlay_path("list", path, sizeof(path)), 0);
	assert_string_equal(path, "list.overlay");
	assert_int_equal(roster_overlay_path("/a/members.snapshot", path, 18),
	    ERR_TOO_LARGE);
	assert_int_equal(
	    roster_overlay_path("/a/members.snapshot", path, 19), 0);
}

static void
its_age_is_that_of_the_base(void **state)
{
	const struct roster *r = open_both(*state);
	const int64_t made = 1700000000;

	assert_int_equal(
	    roster_age(r, (struct wall_time){made + 60}), SNAPSHOT_AGE_FRESH);
	assert_int_equal(roster_age(r, (struct wall_time){made + 604801}),
	    SNAPSHOT_AGE_HARD);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_base_alone_is_read_as_it_is),
	    TEST(the_overlay_changes_who_is_found),
	    TEST(private_groups_follow_their_users),
	    TEST(groups_have_the_members_of_now),
	    TEST(t71_everybody_is_told_once_in_the_order_of_names),
	    TEST(groups_are_told_from_any_name_on),
	    TEST(names_and_numbers_of_hidden_users_are_free),
	    TEST(a_pair_that_contradicts_itself_is_invalid),
	    TEST(an_absence_is_proven_only_by_whole_files),
	    TEST(t59_no_damage_proves_a_member_absent),
	    TEST(an_overlay_of_another_base_is_not_looked_at),
	    TEST(t120_every_base_with_every_overlay),
	    TEST(t59_every_sealed_change_of_either_is_harmless),
	    TEST(an_overlay_is_no_base),
	    TEST(t60_an_overlay_that_others_can_write_is_not_looked_at),
	    TEST(the_overlay_lies_beside_its_base),
	    TEST(its_age_is_that_of_the_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
