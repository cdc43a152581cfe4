/*
 * test-rolewatch.c - what a token tells is shown when it begins, when it
 * changes and when its time is over, and not otherwise.
 */
#include "services/rolewatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define LIMIT_S 300
#define BOOT "11111111-1111-4111-8111-111111111111"
#define OTHER_BOOT "22222222-2222-4222-8222-222222222222"

static const char *const two[] = {"Admin", "User"};
static const char *const one[] = {"Admin"};

/* The one timer. */
struct loop_timer {
	loop_fn *fn;
	void *arg;
	int64_t delay_ms; /* -1: not running */
};

/* What the name service was told. */
struct directory {
	char touched[64]; /* since the last show, in order */
	char shown[64];
	int shows;
	int fault;
	bool later;
};

struct fixture {
	struct db *db;
	struct clock_fake clock;
	struct lastroles *roles;
	struct directory directory;
	struct rolewatch *watch;
	int seen;
};

static struct loop_timer timer;

int
loop_timer_new(
    struct loop *loop, loop_fn *fn, void *arg, struct loop_timer **ret_timer)
{
	timer = (struct loop_timer){.fn = fn, .arg = arg, .delay_ms = -1};
	*ret_timer = &timer;
	return ERR_OK;
}

void
loop_timer_start(struct loop_timer *t, int64_t delay_ms)
{
	t->delay_ms = delay_ms;
}

void
loop_timer_free(struct loop_timer *t)
{
}

void
directory_touch(struct directory *directory, const char *member_id)
{
	size_t used = strlen(directory->touched);

	(void)snprintf(directory->touched + used,
	    sizeof(directory->touched) - used, "%s ", member_id);
}

int
directory_show(struct directory *directory, directory_done_fn *fn, void *arg,
    uint64_t *ret_id)
{
	memcpy(directory->shown, directory->touched, sizeof(directory->shown));
	directory->touched[0] = '\0';
	directory->shows++;
	*ret_id = directory->later && fn != NULL ? 7 : 0;
	return directory->fault;
}

static void
open_watch(struct fixture *f, const char *boot_id)
{
	assert_int_equal(
	    lastroles_new(f->db, &f->clock.clock, boot_id, &f->roles), 0);
	assert_int_equal(
	    rolewatch_new(NULL, &f->directory, f->roles, LIMIT_S, &f->watch),
	    0);
}

static void
close_watch(struct fixture *f)
{
	rolewatch_free(f->watch);
	lastroles_free(f->roles);
	f->roles = NULL;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(db_open(":memory:", &f->db), 0);
	clock_fake_init(&f->clock, 1800000000, 5000);
	open_watch(f, BOOT);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	close_watch(f);
	db_close(f->db);
	free(f);
	return 0;
}

static void
on_seen(void *arg, int reason)
{
	((struct fixture *)arg)->seen++;
}

static int
record(struct fixture *f, const char *member, const char *const roles[],
    size_t count)
{
	const struct tokenroles told = {.roles = roles, .role_count = count};
	uint64_t id = 99;
	int r = rolewatch_record(f->watch, member, &told, on_seen, f, &id);

	assert_int_equal(id, f->directory.later ? 7 : 0);
	return r;
}

/* So much passes, and the timer fires. */
static void
look_after(struct fixture *f, int64_t ms)
{
	clock_fake_advance(&f->clock, ms);
	f->directory.shown[0] = '\0';
	timer.fn(timer.arg);
}

static void
only_what_is_new_is_shown(void **state)
{
	struct fixture *f = *state;

	/* Most providers tell no roles at all. */
	assert_int_equal(record(f, "u-1", NULL, 0), 0);
	assert_int_equal(f->directory.shows, 0);
	assert_int_equal(record(f, "u-1", two, 2), 0);
	assert_string_equal(f->directory.shown, "u-1 ");
	assert_int_equal(record(f, "u-1", two, 2), 0);
	assert_int_equal(f->directory.shows, 1);
	assert_int_equal(record(f, "u-1", one, 1), 0);
	assert_int_equal(f->directory.shows, 2);
	assert_int_equal(record(f, "u-1", NULL, 0), 0);
	assert_int_equal(f->directory.shows, 3);
	assert_int_equal(record(f, "u-1", NULL, 0), 0);
	assert_int_equal(f->directory.shows, 3);
	look_after(f, 1000);
	assert_int_equal(f->directory.shows, 3);
	f->directory.later = true;
	assert_int_equal(record(f, "u-1", one, 1), 0);
}

static void
t109_groups_end_with_the_time_of_the_token(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(record(f, "u-1", two, 2), 0);
	look_after(f, 280000);
	assert_int_equal(timer.delay_ms, 20001);
	assert_int_equal(record(f, "u-2", one, 1), 0);
	assert_int_equal(f->directory.shows, 2);
	look_after(f, 20001);
	assert_string_equal(f->directory.shown, "u-1 ");
	assert_int_equal(f->directory.shows, 3);
	assert_true(timer.delay_ms > 0 && timer.delay_ms <= 60000);
	look_after(f, 60000);
	assert_int_equal(f->directory.shows, 3);
	/* A sign-in that tells the same gives them back. */
	assert_int_equal(record(f, "u-1", two, 2), 0);
	assert_int_equal(f->directory.shows, 4);
	look_after(f, 900000);
	assert_int_equal(f->directory.shows, 5);
}

/* The token's time is over, and the timer has not fired yet. */
static void
what_is_shown_still_ends_with_an_empty_token(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(record(f, "u-1", two, 2), 0);
	clock_fake_advance(&f->clock, 300001);
	assert_int_equal(record(f, "u-1", NULL, 0), 0);
	assert_int_equal(f->directory.shows, 2);
}

static void
t109_a_clock_set_back_ends_them_after_a_reboot(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(record(f, "u-1", two, 2), 0);
	close_watch(f);
	f->clock.boot.ms = 1000;
	open_watch(f, OTHER_BOOT);
	/* The first list shows them; nobody is told of it again. */
	look_after(f, 1000);
	assert_int_equal(f->directory.shows, 1);
	f->clock.wall.s -= 86400;
	look_after(f, 1000);
	assert_string_equal(f->directory.shown, "u-1 ");
	assert_int_equal(f->directory.shows, 2);
	f->clock.wall.s += 86400;
	look_after(f, 1000);
	assert_int_equal(f->directory.shows, 3);
}

static void
what_cannot_be_written_or_seen_is_a_fault(void **state)
{
	struct fixture *f = *state;
	struct db_stmt *stmt = NULL;

	f->directory.fault = ERR_IO;
	assert_int_equal(record(f, "u-1", two, 2), ERR_IO);
	f->directory.fault = 0;
	assert_int_equal(db_prepare(f->db, "PRAGMA query_only = 1", &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
	/* A withdrawn role is not shown, whatever became of the disk. */
	assert_int_not_equal(record(f, "u-1", one, 1), 0);
	assert_int_equal(f->directory.shows, 2);
	assert_int_equal(lastroles_get(f->roles, "u-1").role_count, 1);
	assert_int_not_equal(rolewatch_forget(f->watch, "u-1"), 0);
	assert_string_equal(f->directory.shown, "u-1 ");
	assert_true(lastroles_get(f->roles, "u-1").age_ms < 0);
}

static void
who_is_forgotten_has_told_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rolewatch_forget(f->watch, "u-1"), 0);
	assert_int_equal(f->directory.shows, 0);
	assert_int_equal(record(f, "u-1", two, 2), 0);
	assert_int_equal(rolewatch_forget(f->watch, "u-1"), 0);
	assert_int_equal(f->directory.shows, 2);
	assert_true(lastroles_get(f->roles, "u-1").age_ms < 0);
	look_after(f, 900000);
	assert_int_equal(f->directory.shows, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(only_what_is_new_is_shown),
	    T(t109_groups_end_with_the_time_of_the_token),
	    T(what_is_shown_still_ends_with_an_empty_token),
	    T(t109_a_clock_set_back_ends_them_after_a_reboot),
	    T(what_cannot_be_written_or_seen_is_a_fault),
	    T(who_is_forgotten_has_told_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
