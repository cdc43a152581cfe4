/*
 * test-lastroles.c - the last token's roles outlive the daemon, age with the
 * clock, and are no matter of the list.
 */
#include "services/lastroles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "services/memberstore.h"
#include "tests/unit/dirlab.h"

#define BOOT "11111111-1111-4111-8111-111111111111"
#define OTHER_BOOT "22222222-2222-4222-8222-222222222222"

struct fixture {
	struct db *db;
	struct clock_fake clock;
	struct lastroles *roles;
};

static void
open_all(struct fixture *f)
{
	assert_int_equal(db_open(":memory:", &f->db), 0);
	clock_fake_init(&f->clock, 1800000000, 5000);
	assert_int_equal(
	    lastroles_new(f->db, &f->clock.clock, BOOT, &f->roles), 0);
}

static void
close_all(struct fixture *f)
{
	lastroles_free(f->roles);
	db_close(f->db);
}

/* The daemon anew. */
static void
restart(struct fixture *f, const char *boot_id)
{
	lastroles_free(f->roles);
	f->roles = NULL;
	assert_int_equal(
	    lastroles_new(f->db, &f->clock.clock, boot_id, &f->roles), 0);
}

static int
record(struct fixture *f, const char *member, size_t count,
    const char *const roles[], int reason)
{
	const struct tokenroles told = {
	    .roles = roles, .role_count = count, .reason = reason};

	return lastroles_record(f->roles, member, &told);
}

static const char *const two[] = {"Admin", "a:b/c"};
static const char *const one[] = {"Guest"};

static void
expect_two(struct fixture *f, const char *member, int64_t age_ms)
{
	const struct tokenroles t = lastroles_get(f->roles, member);

	assert_int_equal(t.age_ms, age_ms);
	assert_int_equal(t.reason, 0);
	assert_int_equal(t.role_count, 2);
	assert_string_equal(t.roles[0], two[0]);
	assert_string_equal(t.roles[1], two[1]);
}

static void
a_later_token_replaces_all_of_the_one_before(void **state)
{
	struct tokenroles t;
	struct fixture f;

	open_all(&f);
	assert_true(lastroles_get(f.roles, "u-1").age_ms < 0);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	expect_two(&f, "u-1", 0);
	assert_true(lastroles_get(f.roles, "U-1").age_ms < 0);
	clock_fake_advance(&f.clock, 90500);
	expect_two(&f, "u-1", 90500);
	assert_int_equal(record(&f, "u-1", 1, one, 0), 0);
	for (int i = 0; i < 2; i++) {
		t = lastroles_get(f.roles, "u-1");
		assert_int_equal(t.age_ms, 0);
		assert_int_equal(t.role_count, 1);
		assert_string_equal(t.roles[0], "Guest");
		restart(&f, BOOT);
	}
	assert_int_equal(record(&f, "u-1", 0, NULL, 0), 0);
	for (int i = 0; i < 2; i++) {
		t = lastroles_get(f.roles, "u-1");
		assert_int_equal(t.age_ms, 0);
		assert_int_equal(t.role_count, 0);
		restart(&f, BOOT);
	}
	close_all(&f);
}

static void
what_a_token_could_not_tell_is_kept_with_its_reason(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	assert_int_equal(record(&f, "u-1", 2, two, ERR_GROUPS_OVERAGE), 0);
	for (int i = 0; i < 2; i++) {
		struct tokenroles t = lastroles_get(f.roles, "u-1");

		assert_int_equal(t.reason, ERR_GROUPS_OVERAGE);
		assert_int_equal(t.role_count, 0);
		restart(&f, BOOT);
	}
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	expect_two(&f, "u-1", 0);
	close_all(&f);
}

static void
t109_neither_a_reboot_nor_the_clock_makes_them_younger(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	clock_fake_advance(&f.clock, 60000);
	f.clock.wall.s -= 86400;
	expect_two(&f, "u-1", 60000);
	restart(&f, BOOT);
	expect_two(&f, "u-1", 60000);
	/* After a reboot the wall clock counts, unless it was set back. */
	restart(&f, OTHER_BOOT);
	expect_two(&f, "u-1", INT64_MAX);
	f.clock.wall.s = 1800000000 + 3600;
	expect_two(&f, "u-1", 3600000);
	f.clock.wall.s = 1800000000;
	f.clock.boot.ms = 7200000;
	expect_two(&f, "u-1", 7200000);
	close_all(&f);
}

/* The stored list becomes this one. */
static void
put_list(struct fixture *f, const struct member *member)
{
	MEMBERS_AUTO struct members *after = NULL;
	struct memberstore_run run;
	bool done = false;

	assert_int_equal(members_new(&after), 0);
	if (member != NULL)
		assert_int_equal(members_add(after, member), 0);
	assert_int_equal(memberstore_save_start(&run, f->db, NULL, after), 0);
	while (!done)
		assert_int_equal(memberstore_save_step(&run, 8, &done), 0);
}

static void
a_list_neither_removes_nor_prolongs_them(void **state)
{
	const struct member member = dirlab_member("u-1", "");
	struct fixture f;

	open_all(&f);
	put_list(&f, &member);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	clock_fake_advance(&f.clock, 1000);
	put_list(&f, &member);
	restart(&f, BOOT);
	expect_two(&f, "u-1", 1000);
	clock_fake_advance(&f.clock, 1000);
	put_list(&f, NULL);
	restart(&f, BOOT);
	expect_two(&f, "u-1", 2000);
	close_all(&f);
}

static void
a_withdrawn_role_goes_also_where_nothing_can_be_written(void **state)
{
	struct db_stmt *stmt = NULL;
	struct tokenroles t;
	struct fixture f;

	open_all(&f);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	assert_int_equal(db_prepare(f.db, "PRAGMA query_only = 1", &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
	assert_int_not_equal(record(&f, "u-1", 1, one, 0), 0);
	t = lastroles_get(f.roles, "u-1");
	assert_int_equal(t.role_count, 1);
	assert_string_equal(t.roles[0], "Guest");
	assert_int_not_equal(lastroles_forget(f.roles, "u-1"), 0);
	assert_true(lastroles_get(f.roles, "u-1").age_ms < 0);
	close_all(&f);
}

static void
what_is_no_role_is_not_taken(void **state)
{
	static const char *const wrong[] = {"", "a b", "a,b", "a\nb", "\n",
	    "x\x7f",
	    "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef0"};
	static char names[MEMBERS_CLAIMED_MAX + 1][8];
	const char *many[MEMBERS_CLAIMED_MAX + 1];
	const char *long_ones[MEMBERS_CLAIMED_MAX + 1];
	struct fixture f;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "r%zu", i);
		many[i] = names[i];
		long_ones[i] = wrong[6] + 1;
	}
	open_all(&f);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(
		    record(&f, "u-1", 1, &wrong[i], 0), ERR_INVALID_ARGUMENT);
	assert_int_equal(record(&f, "", 1, one, 0), ERR_INVALID_ARGUMENT);
	assert_int_equal(record(&f, "u-1", MEMBERS_CLAIMED_MAX + 1, many, 0),
	    ERR_INVALID_ARGUMENT);
	assert_int_equal(
	    record(&f, "u-1", MEMBERS_CLAIMED_MAX + 1, long_ones, 0),
	    ERR_INVALID_ARGUMENT);
	restart(&f, BOOT);
	expect_two(&f, "u-1", 0);
	assert_int_equal(record(&f, "u-1", MEMBERS_CLAIMED_MAX, many, 0), 0);
	restart(&f, BOOT);
	assert_int_equal(
	    lastroles_get(f.roles, "u-1").role_count, MEMBERS_CLAIMED_MAX);
	assert_string_equal(
	    lastroles_get(f.roles, "u-1").roles[MEMBERS_CLAIMED_MAX - 1],
	    "r255");
	close_all(&f);
}

static void
forgetting_takes_one_member_only(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	assert_int_equal(record(&f, "u-2", 2, two, 0), 0);
	assert_int_equal(lastroles_forget(f.roles, "u-1"), 0);
	assert_int_equal(lastroles_forget(f.roles, "u-3"), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(lastroles_get(f.roles, "u-1").age_ms < 0);
		assert_int_equal(lastroles_get(f.roles, "u-1").role_count, 0);
		expect_two(&f, "u-2", 0);
		restart(&f, BOOT);
	}
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	expect_two(&f, "u-1", 0);
	close_all(&f);
}

static void
t37_an_id_is_never_part_of_a_query(void **state)
{
	struct fixture f;

	open_all(&f);
	assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
	assert_int_equal(record(&f, "x'--", 1, one, 0), 0);
	assert_int_equal(lastroles_forget(f.roles, "x' OR 'a' = 'a"), 0);
	restart(&f, BOOT);
	expect_two(&f, "u-1", 0);
	assert_int_equal(lastroles_get(f.roles, "x'--").role_count, 1);
	close_all(&f);
}

static void
a_damaged_row_is_told(void **state)
{
	static const char *const damages[] = {
	    "UPDATE token_roles SET roles = 'a b'",
	    "UPDATE token_roles SET roles = char(10) || 'a'",
	    "UPDATE token_roles SET reason = 'no-such-reason'",
	    "UPDATE token_roles SET wall_s = -1",
	    "UPDATE token_roles SET boot_ms = -1",
	    "UPDATE token_roles SET boot_id = ''",
	    "UPDATE token_roles SET member_id = ''",
	};

	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		LASTROLES_AUTO struct lastroles *other = NULL;
		struct db_stmt *stmt = NULL;
		struct fixture f;

		open_all(&f);
		assert_int_equal(record(&f, "u-1", 2, two, 0), 0);
		assert_int_equal(db_prepare(f.db, damages[i], &stmt), 0);
		assert_int_equal(db_run(stmt), 0);
		if (lastroles_new(f.db, &f.clock.clock, BOOT, &other) !=
		    ERR_STATE_DAMAGED)
			fail_msg("%s", damages[i]);
		close_all(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_later_token_replaces_all_of_the_one_before),
	    cmocka_unit_test(
		what_a_token_could_not_tell_is_kept_with_its_reason),
	    cmocka_unit_test(
		t109_neither_a_reboot_nor_the_clock_makes_them_younger),
	    cmocka_unit_test(a_list_neither_removes_nor_prolongs_them),
	    cmocka_unit_test(
		a_withdrawn_role_goes_also_where_nothing_can_be_written),
	    cmocka_unit_test(what_is_no_role_is_not_taken),
	    cmocka_unit_test(forgetting_takes_one_member_only),
	    cmocka_unit_test(t37_an_id_is_never_part_of_a_query),
	    cmocka_unit_test(a_damaged_row_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
