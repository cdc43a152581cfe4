/*
 * test-directory.c - a list is stored, published, then known; nothing that goes
 * wrong takes anybody away.
 */
#include "services/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/roster.h"
#include "services/lastroles.h"
#include "tests/unit/dirlab.h"
#include "tests/unit/peek.h"

struct fixture {
	struct dirlab lab;
	struct clock_fake clock;
	struct loop *loop;
	struct db *db;
	struct directory *directory;
	struct directory_options options;
	int done; /* calls of on_done() */
	int reason;
};

static int
start(struct fixture *f)
{
	directory_free(f->directory);
	f->directory = NULL;
	db_close(f->db);
	f->db = NULL;
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	assert_int_equal(directory_new(f->loop, f->db, &f->clock.clock,
			     &f->options, &f->directory),
	    0);
	return directory_load(f->directory);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	dirlab_begin(&f->lab, &f->clock);
	f->options = dirlab_options(&f->lab);
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(start(f), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	directory_free(f->directory);
	db_close(f->db);
	loop_free(f->loop);
	dirlab_done(&f->lab);
	free(f);
	return 0;
}

/* count members u-0 .. with mails m0@x.example ...; the first is named ada. */
static struct members *
crowd(size_t count)
{
	MEMBERS_AUTO struct members *all = NULL;
	char id[32], mail[48];

	assert_int_equal(members_new(&all), 0);
	for (size_t i = 0; i < count; i++) {
		MEMBERS_AUTO struct members *one = NULL;
		const char *line = NULL;

		(void)snprintf(id, sizeof(id), "u-%zu", i);
		(void)snprintf(mail, sizeof(mail), "m%zu@x.example", i);
		line = dirlab_line(id, i == 0 ? "ada@x.example" : mail, "");
		one = dirlab_members(&line, 1);
		assert_int_equal(members_add(all, peek_at(one, 0)), 0);
	}
	return TAKE(all);
}

static void
on_done(void *arg, int reason)
{
	struct fixture *f = arg;

	f->done++;
	f->reason = reason;
}

/* Turns the loop until what is under way has ended. */
static int
finish(struct fixture *f)
{
	for (int i = 0; i < 100000 && f->done == 0; i++)
		loop_turn(f->loop, true);
	assert_int_equal(f->done, 1);
	return f->reason;
}

/* Until nothing is under way any more. */
static void
settle(struct fixture *f)
{
	for (int i = 0; i < 100000 && directory_busy(f->directory); i++)
		loop_turn(f->loop, true);
	assert_false(directory_busy(f->directory));
}

/* The time of what is seen, after that was seen. */
static int
confirm(struct fixture *f)
{
	int err = directory_confirm(f->directory);

	settle(f);
	return err;
}

static int
locals_changed(struct fixture *f)
{
	int err = directory_locals_changed(f->directory);

	settle(f);
	return err;
}

static int
update(struct fixture *f, const struct member *member)
{
	uint64_t id = 0;
	int err = 0;

	f->done = 0;
	err = directory_update(f->directory, member, on_done, f, &id);
	return id == 0 ? err : finish(f);
}

static int
replace_with(struct fixture *f, struct members *members, bool accept)
{
	int err = 0;

	f->done = 0;
	err = directory_replace(f->directory, members, accept, on_done, f);
	assert_int_equal(f->done, 0);
	return err == 0 ? finish(f) : err;
}

static int
replace(struct fixture *f, size_t count, bool accept)
{
	return replace_with(f, crowd(count), accept);
}

static const struct member *
by_user(struct fixture *f, const char *user)
{
	return peek_user(directory_members(f->directory), user);
}

static void
a_list_is_known_published_and_survives_a_restart(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	uint64_t generation = 0;

	assert_int_equal(directory_age_ms(f->directory), -1);
	assert_int_equal(directory_generation(f->directory), 0);
	assert_int_not_equal(access(f->lab.snapshot, F_OK), 0);
	assert_int_equal(replace(f, 5, false), 0);
	assert_int_equal(directory_published(f->directory), 5);
	assert_int_equal(dirlab_published(&f->lab), 5);
	uid = by_user(f, "ada")->uid;
	generation = directory_generation(f->directory);
	clock_fake_advance(&f->clock, 7000);
	assert_int_equal(start(f), 0);
	assert_int_equal(by_user(f, "ada")->uid, uid);
	assert_int_equal(directory_age_ms(f->directory), 7000);
	assert_int_equal(directory_published(f->directory), 5);
	/* The file stood already. */
	assert_int_equal(directory_generation(f->directory), generation);
}

static void
a_missing_or_foreign_snapshot_is_written_at_the_start(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(replace(f, 3, false), 0);
	assert_int_equal(unlink(f->lab.snapshot), 0);
	assert_int_equal(start(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
	dirlab_write(f->lab.snapshot, "something else");
	assert_int_equal(start(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
}

static void
t73_an_old_snapshot_put_back_is_written_anew(void **state)
{
	struct fixture *f = *state;
	char kept[160];

	assert_int_equal(replace(f, 3, false), 0);
	(void)snprintf(kept, sizeof(kept), "%s.kept", f->lab.snapshot);
	assert_int_equal(link(f->lab.snapshot, kept), 0);
	assert_int_equal(replace(f, 4, false), 0);
	assert_int_equal(rename(kept, f->lab.snapshot), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
	assert_int_equal(start(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 4);
}

static void
t110_a_large_loss_is_held_until_it_is_accepted(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(replace(f, 10, false), 0);
	assert_int_equal(replace(f, 7, false), ERR_DIRECTORY_SHRUNK);
	assert_int_equal(replace(f, 0, false), ERR_DIRECTORY_SHRUNK);
	assert_int_equal(dirlab_published(&f->lab), 10);
	assert_int_equal(members_count(directory_members(f->directory)), 10);
	assert_int_equal(replace(f, 8, false), 0);
	assert_int_equal(dirlab_published(&f->lab), 8);
	assert_int_equal(replace(f, 2, true), 0);
	assert_int_equal(dirlab_published(&f->lab), 2);
	/* One who leaves a small organisation is let go, the last is not. */
	assert_int_equal(replace(f, 1, false), 0);
	assert_int_equal(replace(f, 0, false), ERR_DIRECTORY_SHRUNK);
	assert_int_equal(dirlab_published(&f->lab), 1);
}

static void
t110_an_accepted_loss_is_the_callers_word_only(void **state)
{
	struct fixture *f = *state;

	f->options.max_shrink_percent = 100;
	assert_int_equal(start(f), 0);
	assert_int_equal(replace(f, 3, false), 0);
	assert_int_equal(replace(f, 0, false), ERR_DIRECTORY_SHRUNK);
	assert_int_equal(replace(f, 0, true), 0);
	assert_int_equal(dirlab_published(&f->lab), 0);
}

static void
a_confirmation_renews_the_age_and_seldom_the_file(void **state)
{
	struct fixture *f = *state;
	uint64_t generation = 0;

	assert_int_equal(replace(f, 3, false), 0);
	generation = directory_generation(f->directory);
	clock_fake_advance(&f->clock, 60000);
	assert_int_equal(directory_age_ms(f->directory), 60000);
	assert_int_equal(replace(f, 3, false), 0);
	assert_int_equal(directory_age_ms(f->directory), 0);
	assert_int_equal(directory_generation(f->directory), generation);
	clock_fake_advance(&f->clock, 60000);
	assert_int_equal(confirm(f), 0);
	assert_int_equal(directory_generation(f->directory), generation);
	clock_fake_advance(&f->clock, 300000);
	assert_int_equal(confirm(f), 0);
	assert_int_equal(directory_generation(f->directory), generation + 1);
}

static void
t32_t75_a_local_user_made_later_wins_at_the_next_beat(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(replace(f, 3, false), 0);
	dirlab_write(
	    f->lab.passwd, "root:x:0:0::/:/bin/sh\nada:x:1001:1001::/:/b\n");
	assert_int_equal(confirm(f), 0);
	assert_null(by_user(f, "ada"));
	assert_int_equal(dirlab_published(&f->lab), 2);
	assert_int_equal(
	    peek_id(directory_members(f->directory), "u-0")->excluded,
	    ERR_LOCAL_USER);
	dirlab_write(f->lab.passwd, "root:x:0:0::/:/bin/sh\n");
	assert_int_equal(confirm(f), 0);
	assert_non_null(by_user(f, "ada"));
	assert_int_equal(dirlab_published(&f->lab), 3);
}

static void
t32_t75_a_changed_passwd_takes_effect_without_a_beat(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	uint64_t generation = 0;

	assert_int_equal(locals_changed(f), 0);
	assert_int_equal(directory_generation(f->directory), 0);
	assert_int_equal(replace(f, 5, false), 0);
	uid = by_user(f, "ada")->uid;
	generation = directory_generation(f->directory);
	clock_fake_advance(&f->clock, 7000);
	assert_int_equal(locals_changed(f), 0);
	assert_int_equal(directory_generation(f->directory), generation);
	dirlab_write(f->lab.passwd, "ada:x:1001:1001::/home/ada:/bin/sh\n");
	assert_int_equal(locals_changed(f), 0);
	assert_null(by_user(f, "ada"));
	assert_int_equal(directory_published(f->directory), 4);
	/* Nobody but this host has spoken. */
	assert_int_equal(directory_age_ms(f->directory), 7000);
	dirlab_write(f->lab.passwd, "root:x:0:0::/:/bin/sh\n");
	assert_int_equal(locals_changed(f), 0);
	assert_int_equal(by_user(f, "ada")->uid, uid);
	assert_int_equal(directory_published(f->directory), 5);
}

static void
t32_local_files_that_cannot_be_read_change_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(replace(f, 3, false), 0);
	assert_int_equal(chmod(f->lab.passwd, 0666), 0);
	assert_int_equal(replace(f, 4, false), ERR_INSECURE_FILE);
	assert_int_equal(confirm(f), ERR_INSECURE_FILE);
	assert_int_equal(dirlab_published(&f->lab), 3);
	assert_int_equal(members_count(directory_members(f->directory)), 3);
}

static void
a_sign_in_changes_roles_at_once(void **state)
{
	struct fixture *f = *state;
	struct member now;
	uint64_t generation = 0;

	assert_int_equal(replace(f, 3, false), 0);
	clock_fake_advance(&f->clock, 30000);
	generation = directory_generation(f->directory);
	now = *by_user(f, "ada");
	assert_int_equal(update(f, &now), 0);
	assert_int_equal(directory_generation(f->directory), generation);
	now.role_count = 0;
	assert_int_equal(update(f, &now), 0);
	assert_int_equal(directory_generation(f->directory), generation + 1);
	assert_false(member_has_role(by_user(f, "ada"), "OrganizationAdmin"));
	/* One person's word is no complete answer. */
	assert_int_equal(directory_age_ms(f->directory), 30000);
	assert_int_equal(start(f), 0);
	assert_false(member_has_role(by_user(f, "ada"), "OrganizationAdmin"));
}

static void
what_was_committed_counts_where_the_file_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	struct member now;

	assert_int_equal(replace(f, 3, false), 0);
	f->options.snapshot_path = "/proc/none/members.snapshot";
	assert_int_equal(start(f), 0);
	now = *by_user(f, "ada");
	now.state = MEMBER_SUSPENDED;
	assert_int_not_equal(update(f, &now), 0);
	assert_int_equal(by_user(f, "ada")->state, MEMBER_SUSPENDED);
	assert_int_equal(directory_generation(f->directory), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
	/* Once it can, the next beat does. */
	f->options.snapshot_path = f->lab.snapshot;
	assert_int_equal(start(f), 0);
	assert_int_equal(by_user(f, "ada")->state, MEMBER_SUSPENDED);
	assert_int_not_equal(directory_generation(f->directory), 0);
}

static void
t83_damaged_state_knows_nobody_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct db_stmt *stmt = NULL;

	assert_int_equal(replace(f, 3, false), 0);
	assert_int_equal(db_prepare(f->db, "DELETE FROM ids", &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_equal(start(f), ERR_STATE_DAMAGED);
	assert_int_equal(members_count(directory_members(f->directory)), 0);
	assert_int_equal(replace(f, 3, true), ERR_STATE_DAMAGED);
	assert_int_equal(dirlab_published(&f->lab), 3);
}

static void
another_organisation_starts_from_nothing(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;

	assert_int_equal(replace(f, 3, false), 0);
	uid = by_user(f, "ada")->uid;
	f->options.organization_id = "org_side";
	assert_int_equal(start(f), 0);
	assert_int_equal(members_count(directory_members(f->directory)), 0);
	assert_int_equal(directory_age_ms(f->directory), -1);
	assert_int_equal(replace(f, 2, false), 0);
	assert_int_not_equal(by_user(f, "ada")->uid, uid);
	assert_int_equal(start(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 2);
	assert_int_equal(members_count(directory_members(f->directory)), 2);
}

static void
t27_t28_an_identity_is_bound_to_one_member(void **state)
{
	struct fixture *f = *state;
	const char *const lines[] = {dirlab_line("u-1", "ada@x.example",
					 ",\"identity\":{\"issuer\":\"https://"
					 "i\",\"subject\":\"s1\"}"),
	    dirlab_line("u-2", "bob@x.example", ""),
	    dirlab_line("u-3", "eve@x.example", "")};
	const char *issuer = NULL;
	const char *subject = NULL;

	assert_int_equal(replace_with(f, dirlab_members(lines, 3), false), 0);
	assert_true(directory_identity(
	    f->directory, by_user(f, "ada"), &issuer, &subject));
	assert_string_equal(subject, "s1");
	assert_false(directory_identity(
	    f->directory, by_user(f, "bob"), &issuer, &subject));
	/* What the source says of ada is nobody else's, and stays hers. */
	assert_int_equal(
	    directory_bind(f->directory, "u-2", "https://i", "s1"), ERR_EXISTS);
	assert_int_equal(
	    directory_bind(f->directory, "u-1", "https://i", "s9"), ERR_EXISTS);
	assert_int_equal(
	    directory_bind(f->directory, "u-1", "https://i", "s1"), 0);
	assert_int_equal(
	    directory_bind(f->directory, "u-2", "https://i", "s2"), 0);
	assert_int_equal(
	    directory_bind(f->directory, "u-3", "https://i", "s2"), ERR_EXISTS);
	assert_int_equal(start(f), 0);
	assert_true(directory_identity(
	    f->directory, by_user(f, "bob"), &issuer, &subject));
	assert_string_equal(subject, "s2");
}

static void
a_part_of_the_list_removes_nobody(void **state)
{
	struct fixture *f = *state;
	const char *const lines[] = {dirlab_line("u-1", "eve@x.example", ""),
	    dirlab_line("u-9", "new@x.example", "")};

	assert_int_equal(replace(f, 3, false), 0);
	f->done = 0;
	assert_int_equal(
	    directory_merge(f->directory, dirlab_members(lines, 2), on_done, f),
	    0);
	assert_int_equal(finish(f), 0);
	assert_int_equal(members_count(directory_members(f->directory)), 4);
	assert_int_equal(dirlab_published(&f->lab), 4);
	assert_non_null(by_user(f, "ada"));
	assert_non_null(by_user(f, "eve"));
	assert_non_null(by_user(f, "new"));
}

static void
one_list_at_a_time(void **state)
{
	struct fixture *f = *state;

	f->done = 0;
	assert_int_equal(
	    directory_replace(f->directory, crowd(3), false, on_done, f), 0);
	assert_int_equal(
	    directory_replace(f->directory, crowd(4), false, on_done, f),
	    ERR_EXISTS);
	assert_int_equal(finish(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
}

/* The groups that the name service sees for the user. */
static uint32_t
groups_seen(const struct fixture *f, const char *name)
{
	struct roster roster ROSTER_AUTO = {0};
	struct snapshot_user user;

	assert_int_equal(roster_open(f->lab.snapshot, &roster), 0);
	assert_int_equal(roster_user_by_name(&roster, name, &user), 0);
	return user.gid_count;
}

static void
begin_replace(struct fixture *f, size_t count)
{
	f->done = 0;
	assert_int_equal(
	    directory_replace(f->directory, crowd(count), true, on_done, f), 0);
}

static void
lose_roles(struct fixture *f)
{
	struct member now = *by_user(f, "ada");
	uint64_t id = 0;

	now.role_count = 0;
	assert_int_equal(
	    directory_update(f->directory, &now, on_done, f, &id), 0);
	assert_int_equal(id, 0);
}

/* At each turn of a list's way once: what a sign-in says is seen at once, and
 * also when the list stands. */
static void
a_sign_in_during_a_sync_counts_at_once_and_for_good(void **state)
{
	struct fixture *f = *state;
	uint32_t many = 0;
	int turns = 0;
	bool during = true;

	for (turns = 0; during; turns++) {
		assert_int_equal(replace(f, 3, true), 0);
		many = groups_seen(f, "ada");
		begin_replace(f, 4);
		for (int i = 0; i < turns && f->done == 0; i++)
			loop_turn(f->loop, true);
		during = f->done == 0;
		lose_roles(f);
		assert_true(groups_seen(f, "ada") < many);
		settle(f);
		assert_int_equal(f->done, 1);
		assert_int_equal(f->reason, 0);
		assert_int_equal(by_user(f, "ada")->role_count, 0);
		assert_true(groups_seen(f, "ada") < many);
		assert_int_equal(dirlab_published(&f->lab), 4);
		assert_int_equal(start(f), 0);
		assert_int_equal(by_user(f, "ada")->role_count, 0);
		assert_true(groups_seen(f, "ada") < many);
	}
	assert_true(turns > 4);
}

static void
members_are_answered_from_the_old_list_until_the_new_one_counts(void **state)
{
	struct fixture *f = *state;
	size_t seen[2] = {0};

	assert_int_equal(replace(f, 3, true), 0);
	begin_replace(f, 9);
	while (f->done == 0) {
		size_t count = members_count(directory_members(f->directory));

		assert_true(count == 3 || count == 9);
		assert_true(count == 9 || seen[1] == 0);
		seen[count == 9]++;
		assert_true(directory_busy(f->directory));
		loop_turn(f->loop, true);
	}
	assert_true(seen[0] > 2);
	assert_false(directory_busy(f->directory));
}

static void
t61_a_directory_can_be_freed_and_loaded_at_any_turn(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	bool over = false;

	assert_int_equal(replace(f, 3, true), 0);
	uid = by_user(f, "ada")->uid;
	for (int turns = 0; !over; turns++) {
		size_t count = 3 + (size_t)(turns % 2);

		begin_replace(f, count);
		for (int i = 0; i < turns && f->done == 0; i++)
			loop_turn(f->loop, true);
		over = f->done != 0;
		assert_int_equal(start(f), 0);
		assert_int_equal(by_user(f, "ada")->uid, uid);
		assert_in_range(dirlab_published(&f->lab), 3, 4);
	}
}

static void
t73_an_old_snapshot_put_back_is_noticed_at_the_beat(void **state)
{
	struct fixture *f = *state;
	char kept[160];

	assert_int_equal(replace(f, 3, true), 0);
	(void)snprintf(kept, sizeof(kept), "%s.kept", f->lab.snapshot);
	assert_int_equal(link(f->lab.snapshot, kept), 0);
	assert_int_equal(replace(f, 4, true), 0);
	assert_int_equal(rename(kept, f->lab.snapshot), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
	assert_int_equal(confirm(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 4);
	/* And one that is none at all. */
	dirlab_write(f->lab.snapshot, "something else");
	assert_int_equal(confirm(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 4);
	assert_int_equal(unlink(f->lab.snapshot), 0);
	assert_int_equal(replace(f, 4, true), 0);
	assert_int_equal(dirlab_published(&f->lab), 4);
}

static void
t73_a_lost_overlay_is_noticed_at_the_beat(void **state)
{
	struct fixture *f = *state;
	char overlay[160];
	uint32_t many = 0;

	assert_int_equal(replace(f, 3, true), 0);
	many = groups_seen(f, "ada");
	lose_roles(f);
	assert_int_equal(
	    roster_overlay_path(f->lab.snapshot, overlay, sizeof(overlay)), 0);
	assert_int_equal(unlink(overlay), 0);
	assert_int_equal(groups_seen(f, "ada"), many);
	assert_int_equal(confirm(f), 0);
	assert_true(groups_seen(f, "ada") < many);
}

static void
t61_a_half_written_list_is_not_published_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct db_stmt *stmt = NULL;

	assert_int_equal(replace(f, 4, true), 0);
	assert_int_equal(db_prepare(f->db,
			     "INSERT OR REPLACE INTO meta (key, value)"
			     " VALUES ('directory_half_written', '1')",
			     &stmt),
	    0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_equal(
	    db_prepare(
		f->db, "DELETE FROM directory WHERE member_id = 'u-3'", &stmt),
	    0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_equal(start(f), 0);
	/* Who is known is answered; the last good file stands. */
	assert_int_equal(members_count(directory_members(f->directory)), 3);
	assert_int_equal(dirlab_published(&f->lab), 4);
	assert_int_equal(directory_generation(f->directory), 0);
	/* Also from a list that is the same as that half. */
	assert_int_equal(replace(f, 3, true), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
	assert_int_equal(start(f), 0);
	assert_int_equal(dirlab_published(&f->lab), 3);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static bool
has_adm(const struct fixture *f)
{
	struct roster roster ROSTER_AUTO = {0};
	struct snapshot_user user;

	assert_int_equal(roster_open(f->lab.snapshot, &roster), 0);
	assert_int_equal(roster_user_by_name(&roster, "ada", &user), 0);
	for (uint32_t i = 0; i < user.gid_count; i++)
		if (snapshot_user_gid(&user, i) == 4)
			return true;
	return false;
}

/* What a token told is shown over the list, in the next list, and after a
 * restart, for as long as it counts. */
static void
what_a_token_told_is_shown(void **state)
{
	static const char *const told[] = {"OrganizationAdmin"};
	static const struct tokenroles token = {.roles = told, .role_count = 1};
	static const char *const line[] = {
	    "{\"id\":\"u-1\",\"email\":\"ada@x.example\",\"roles\":[],"
	    "\"state\":\"Active\"}"};
	struct fixture *f = *state;
	LASTROLES_AUTO struct lastroles *roles = NULL;
	DB_AUTO struct db *db = NULL;
	uint64_t id = 99;

	assert_int_equal(db_open(":memory:", &db), 0);
	assert_int_equal(lastroles_new(db, &f->clock.clock,
			     "11111111-1111-4111-8111-111111111111", &roles),
	    0);
	f->options.lastroles = roles;
	f->options.claimed_age_s = 60;
	assert_int_equal(start(f), 0);
	directory_touch(f->directory, "u-1");
	assert_int_equal(
	    directory_show(f->directory, NULL, NULL, &id), ERR_NOT_FOUND);
	assert_int_equal(directory_replace(f->directory,
			     dirlab_members(line, 1), false, on_done, f),
	    0);
	assert_int_equal(finish(f), 0);
	assert_false(has_adm(f));
	assert_int_equal(lastroles_record(roles, "u-1", &token), 0);
	directory_touch(f->directory, "u-1");
	assert_int_equal(directory_show(f->directory, on_done, f, &id), 0);
	assert_int_equal(id, 0);
	assert_true(has_adm(f));
	assert_int_equal(start(f), 0);
	assert_true(has_adm(f));
	clock_fake_advance(&f->clock, 60001);
	directory_touch(f->directory, "u-1");
	assert_int_equal(directory_show(f->directory, NULL, NULL, &id), 0);
	assert_false(has_adm(f));
	assert_int_equal(lastroles_record(roles, "u-1", &token), 0);
	assert_int_equal(start(f), 0);
	assert_true(has_adm(f));
	f->options.lastroles = NULL;
	assert_int_equal(start(f), 0);
	assert_false(has_adm(f));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_list_is_known_published_and_survives_a_restart),
	    TEST(a_missing_or_foreign_snapshot_is_written_at_the_start),
	    TEST(t73_an_old_snapshot_put_back_is_written_anew),
	    TEST(t110_a_large_loss_is_held_until_it_is_accepted),
	    TEST(t110_an_accepted_loss_is_the_callers_word_only),
	    TEST(a_confirmation_renews_the_age_and_seldom_the_file),
	    TEST(t32_t75_a_local_user_made_later_wins_at_the_next_beat),
	    TEST(t32_t75_a_changed_passwd_takes_effect_without_a_beat),
	    TEST(t32_local_files_that_cannot_be_read_change_nothing),
	    TEST(a_sign_in_changes_roles_at_once),
	    TEST(what_was_committed_counts_where_the_file_cannot_be_written),
	    TEST(t83_damaged_state_knows_nobody_and_changes_nothing),
	    TEST(another_organisation_starts_from_nothing),
	    TEST(a_part_of_the_list_removes_nobody),
	    TEST(one_list_at_a_time),
	    TEST(a_sign_in_during_a_sync_counts_at_once_and_for_good),
	    TEST(
		members_are_answered_from_the_old_list_until_the_new_one_counts),
	    TEST(t61_a_directory_can_be_freed_and_loaded_at_any_turn),
	    TEST(t73_an_old_snapshot_put_back_is_noticed_at_the_beat),
	    TEST(t73_a_lost_overlay_is_noticed_at_the_beat),
	    TEST(t61_a_half_written_list_is_not_published_at_the_start),
	    TEST(t27_t28_an_identity_is_bound_to_one_member),
	    TEST(what_a_token_told_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
