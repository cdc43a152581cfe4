/*
 * test-roll.c - memory and database say the same, whatever fails and wherever
 * the process dies.
 */
#include "services/roll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

struct fixture {
	struct dirlab lab;
	struct clock_fake clock;
	struct db *db;
	struct roll roll;
};

static int
start(struct fixture *f)
{
	const struct directory_options options = dirlab_options(&f->lab);
	const struct ids_options ids = dirlab_ids_options(&f->lab);
	struct locals *locals = NULL;

	roll_close(&f->roll);
	f->roll = (struct roll){0};
	db_close(TAKE(f->db));
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	f->roll = (struct roll){.db = f->db,
	    .clock = &f->clock.clock,
	    .organization_id = "org_acme"};
	assert_int_equal(roll_open(&f->roll, &ids), 0);
	assert_int_equal(locals_read(&options.locals, &locals), 0);
	return roll_load(&f->roll, locals);
}

static int
setup(void **state)
{
	struct fixture *f = *state = calloc(1, sizeof(*f));

	assert_non_null(f);
	dirlab_begin(&f->lab, &f->clock);
	return start(f);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	roll_close(&f->roll);
	dirlab_close(&f->lab, f->db, NULL, NULL, NULL);
	free(f);
	return 0;
}

/* Members PREFIX-0 ... with mails of their own. */
static struct members *
crowd(const char *prefix, size_t count)
{
	MEMBERS_AUTO struct members *all = NULL;
	char id[32], mail[48];

	assert_int_equal(members_new(&all), 0);
	for (size_t i = 0; i < count; i++) {
		struct member member = dirlab_member(id, mail);

		(void)snprintf(id, sizeof(id), "%s-%zu", prefix, i);
		(void)snprintf(mail, sizeof(mail), "%s%zu@x.test", prefix, i);
		assert_int_equal(members_add(all, &member), 0);
	}
	return TAKE(all);
}

static struct reconcile *
reconcile(struct fixture *f, struct members *members)
{
	const struct directory_options paths = dirlab_options(&f->lab);
	const struct reconcile_options options = {.db = f->db,
	    .ids = f->roll.ids,
	    .current = f->roll.members,
	    .stored = f->roll.stored,
	    .accept_shrink = true};
	struct reconcile *reconcile = NULL;
	struct locals *locals = NULL;

	assert_int_equal(locals_read(&paths.locals, &locals), 0);
	assert_int_equal(
	    reconcile_new(&options, members, locals, &reconcile), 0);
	return reconcile;
}

/* At most so many slices; true: it took the place of the current list. */
static bool
replace(struct fixture *f, struct members *members, unsigned int slices)
{
	const struct confirmed confirmed = {.known = true};
	struct changes carried CHANGES_AUTO = {0};
	struct reconcile *r = reconcile(f, members);
	enum reconcile_state state = RECONCILE_GOES_ON;

	for (unsigned int i = 0; i < slices && state != RECONCILE_READY; i++)
		assert_int_equal(reconcile_step(r, &state), 0);
	if (state == RECONCILE_READY)
		assert_int_equal(
		    roll_take(&f->roll, r, &carried, &confirmed), 0);
	reconcile_free(r);
	return state == RECONCILE_READY;
}

static uint32_t
uid_of(struct fixture *f, const char *id)
{
	struct member member;

	return members_get_id(f->roll.members, id, &member) ? member.uid : 0;
}

static int
amend(struct fixture *f, const struct member *member, bool naming)
{
	const struct confirmed confirmed = {.known = true};
	struct changes changed CHANGES_AUTO = {0};

	return roll_amend(&f->roll,
	    &(struct roll_change){.members = member,
		.count = 1,
		.confirmed = &confirmed,
		.naming = naming},
	    &changed);
}

/* Nothing can be written to that table any more. */
static void
break_table(struct fixture *f, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(f->db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}
#define BREAK_META                                                         \
	"CREATE TEMP TRIGGER broken BEFORE INSERT ON meta WHEN NEW.key = " \
	"'generation' BEGIN SELECT RAISE(ABORT, 'broken'); END"

static void
a_crash_at_any_slice_loses_nobody_and_renumbers_nobody(void **state)
{
	struct fixture *f = *state;
	unsigned int slices = 0;
	uint32_t first = 0;
	uint32_t last = 0;
	bool done = false;

	assert_true(replace(f, crowd("a", 700), UINT32_MAX));
	first = uid_of(f, "a-0");
	last = uid_of(f, "a-699");
	assert_int_not_equal(first, 0);
	/* The second half of them leaves, others come. */
	for (slices = 1; !done; slices++) {
		MEMBERS_AUTO struct members *after = crowd("b", 300);
		struct members *before = crowd("a", 350);
		struct member member;

		for (size_t i = 0; members_get(before, i, &member); i++)
			assert_int_equal(members_add(after, &member), 0);
		members_free(before);
		done = replace(f, TAKE(after), slices);
		/* The process dies. */
		assert_int_equal(start(f), 0);
		assert_int_equal(uid_of(f, "a-0"), first);
		assert_true(done || f->roll.generation == 1);
		assert_true(
		    uid_of(f, "a-699") == last || uid_of(f, "a-699") == 0);
	}
	assert_true(slices > 4);
	assert_true(f->roll.stored);
	assert_int_equal(members_count(f->roll.members), 650);
	/* Who comes back has the old number. */
	assert_true(replace(f, crowd("a", 700), UINT32_MAX));
	assert_int_equal(uid_of(f, "a-0"), first);
	assert_int_equal(uid_of(f, "a-699"), last);
	assert_int_equal(start(f), 0);
	assert_int_equal(uid_of(f, "a-699"), last);
}

static void
a_half_written_list_says_so_until_the_next_one(void **state)
{
	struct fixture *f = *state;
	bool half = false;

	for (unsigned int slices = 1; !half; slices++) {
		/* Each commits with what a sign-in writes in between. */
		assert_false(replace(f, crowd("a", 3000), slices));
		assert_int_equal(db_begin(f->db), 0);
		assert_int_equal(db_commit(f->db), 0);
		assert_int_equal(start(f), 0);
		half = !f->roll.stored;
	}
	assert_true(members_count(f->roll.members) < 3000);
	assert_true(replace(f, crowd("a", 3000), UINT32_MAX));
	assert_int_equal(start(f), 0);
	assert_true(f->roll.stored);
	assert_int_equal(members_count(f->roll.members), 3000);
}

static void
one_member_changes_alone(void **state)
{
	struct fixture *f = *state;
	struct member now;
	uint32_t uid = 0;

	assert_true(replace(f, crowd("a", 5), UINT32_MAX));
	uid = uid_of(f, "a-1");
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	now.role_count = 0;
	assert_int_equal(amend(f, &now, false), 0);
	assert_int_equal(uid_of(f, "a-1"), uid);
	/* What could give somebody another name has to wait. */
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	now.mail = "other@x.test";
	assert_int_equal(amend(f, &now, false), ERR_EXISTS);
	assert_int_equal(amend(f, &now, true), 0);
	assert_true(members_get_user(f->roll.members, "other", &now));
	assert_int_equal(now.uid, uid);
	now.id = "new";
	now.mail = "new@x.test";
	assert_int_equal(amend(f, &now, true), 0);
	assert_int_equal(start(f), 0);
	assert_int_equal(members_count(f->roll.members), 6);
	assert_true(members_get_user(f->roll.members, "new", &now));
	assert_true(members_get_user(f->roll.members, "other", &now));
	assert_int_equal(now.uid, uid);
	assert_int_equal(now.role_count, 0);
}

static void
what_cannot_be_committed_did_not_happen(void **state)
{
	struct fixture *f = *state;
	struct member now;
	uint64_t generation = 0;

	assert_true(replace(f, crowd("a", 5), UINT32_MAX));
	generation = f->roll.generation;
	break_table(f, BREAK_META);
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	now.mail = "other@x.test";
	now.role_count = 0;
	assert_int_not_equal(amend(f, &now, true), 0);
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	assert_string_equal(now.mail, "a1@x.test");
	assert_string_equal(now.user, "a1");
	assert_int_equal(now.role_count, 1);
	now.id = "new";
	now.mail = "new@x.test";
	assert_int_not_equal(amend(f, &now, true), 0);
	assert_int_equal(members_count(f->roll.members), 5);
	assert_int_equal(f->roll.generation, generation);
	assert_true(f->roll.stored);
	assert_int_equal(start(f), 0);
	assert_int_equal(members_count(f->roll.members), 5);
	assert_true(members_get_user(f->roll.members, "a1", &now));
}

static void
who_changed_meanwhile_goes_into_the_new_list(void **state)
{
	struct fixture *f = *state;
	const struct confirmed confirmed = {.known = true};
	struct changes carried CHANGES_AUTO = {0};
	enum reconcile_state state_of = RECONCILE_GOES_ON;
	struct reconcile *r = NULL;
	struct member now;

	assert_true(replace(f, crowd("a", 5), UINT32_MAX));
	r = reconcile(f, crowd("a", 6));
	assert_int_equal(reconcile_step(r, &state_of), 0);
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	now.role_count = 0;
	assert_int_equal(amend(f, &now, false), 0);
	changes_add(&carried, "a-1");
	while (state_of != RECONCILE_READY)
		assert_int_equal(reconcile_step(r, &state_of), 0);
	assert_int_equal(roll_take(&f->roll, r, &carried, &confirmed), 0);
	reconcile_free(r);
	assert_int_equal(members_count(f->roll.members), 6);
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	assert_int_equal(now.role_count, 0);
	assert_int_equal(start(f), 0);
	assert_true(members_get_id(f->roll.members, "a-1", &now));
	assert_int_equal(now.role_count, 0);
}

static void
an_excluded_member_is_counted(void **state)
{
	struct fixture *f = *state;
	struct member now;

	assert_true(replace(f, crowd("a", 3), UINT32_MAX));
	assert_int_equal(f->roll.excluded, 0);
	assert_int_equal(roll_exclude(&f->roll, "a-1", ERR_LOCAL_USER), 0);
	assert_int_equal(f->roll.excluded, 1);
	assert_false(members_get_user(f->roll.members, "a1", &now));
	assert_true(members_get_id(f->roll.members, "a-2", &now));
	now.mail = "root@x.test";
	now.id = "r";
	assert_int_equal(amend(f, &now, true), 0);
	assert_int_equal(f->roll.excluded, 2);
	now.mail = "fine@x.test";
	assert_int_equal(amend(f, &now, true), 0);
	assert_int_equal(f->roll.excluded, 1);
	assert_int_equal(start(f), 0);
	assert_int_equal(f->roll.excluded, 0);
}

/* Unheard for an hour, which a restart does not forget. */
static void
t109_a_look_is_on_the_disk(void **state)
{
	struct fixture *f = *state;
	struct confirmed confirmed = {0};

	assert_int_equal(roll_look(&f->roll), 0);
	assert_int_equal(roll_age_ms(&f->roll), -1);
	confirmed = roll_now(&f->roll);
	assert_int_equal(roll_confirm(&f->roll, &confirmed, 7), 0);
	clock_fake_advance(&f->clock, 3600000);
	assert_int_equal(roll_look(&f->roll), 0);
	assert_int_equal(roll_age_ms(&f->roll), 3600000);
	assert_int_equal(f->roll.generation, 7);
	assert_int_equal(confirmed_load(f->db, &confirmed), 0);
	assert_int_equal(confirmed.age_ms, 3600000);
	assert_int_equal(confirmed.wall.s + 3600, confirmed.seen.s);
	/* A disk that fails is told, and nothing is looked at. */
	clock_fake_advance(&f->clock, 1000);
	assert_int_equal(db_begin(f->db), 0);
	assert_int_not_equal(roll_look(&f->roll), 0);
	db_rollback(f->db);
	assert_int_equal(f->roll.confirmed.age_ms, 3600000);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_crash_at_any_slice_loses_nobody_and_renumbers_nobody),
	    TEST(t109_a_look_is_on_the_disk),
	    TEST(a_half_written_list_says_so_until_the_next_one),
	    TEST(one_member_changes_alone),
	    TEST(what_cannot_be_committed_did_not_happen),
	    TEST(who_changed_meanwhile_goes_into_the_new_list),
	    TEST(an_excluded_member_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
