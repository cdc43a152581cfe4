/*
 * test-idadmin.c - the way back from a map that is lost or damaged, in a
 * directory that has published.
 */
#include "services/idadmin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"
#include "common/err.h"
#include "tests/unit/dirlab.h"

struct fixture {
	struct idadmin admin;
	struct directory *directory;
	struct db *db;
	struct loop *loop;
	struct clock_fake clock;
	struct dirlab lab;
	int reason; /* of the last list; 1 while it is on its way */
};

static int
start(struct fixture *f)
{
	const struct directory_options options = dirlab_options(&f->lab);

	directory_free(TAKE(f->directory));
	db_close(TAKE(f->db));
	assert_int_equal(db_open(f->lab.db, &f->db), 0);
	assert_int_equal(directory_new(f->loop, f->db, &f->clock.clock,
			     &options, &f->directory),
	    0);
	f->admin = (struct idadmin){.db = f->db,
	    .clock = &f->clock.clock,
	    .directory = f->directory,
	    .options = {.organization_id = "org_acme",
		.range = {options.id_first, options.id_last}}};
	return directory_load(f->directory);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	clock_fake_init(&f->clock, DIRLAB_WALL_S, 5000);
	assert_int_equal(loop_new(&f->loop), 0);
	dirlab_init(&f->lab);
	return start(f);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	idadmin_drop(&f->admin);
	directory_free(f->directory);
	loop_free(f->loop);
	db_close(f->db);
	dirlab_done(&f->lab);
	free(f);
	return 0;
}

static void
on_replaced(void *arg, int reason)
{
	((struct fixture *)arg)->reason = reason;
}

/* Ada and Bob, taken over and published. */
static int
replace(struct fixture *f)
{
	int err = directory_replace(f->directory,
	    dirlab_members(DIRLAB_LINES(dirlab_line("u-1", "ada@x.example", ""),
		dirlab_line("u-2", "bob@x.example", ""))),
	    false, on_replaced, f);

	f->reason = 1;
	while (err == 0 && f->reason == 1)
		loop_turn(f->loop, true);
	return err == 0 ? f->reason : err;
}

static uint32_t
uid_of(struct fixture *f, const char *user)
{
	struct member member = {0};

	(void)!members_get_user(directory_members(f->directory), user, &member);
	return member.uid;
}

/* The map as lines, freed by the caller. */
static char *
write_out(struct fixture *f)
{
	struct buf text BUF_AUTO = {.limit = 8192};
	struct idread read = {0};
	struct idline line = {0};

	assert_int_equal(idadmin_read(&f->admin, &read), 0);
	idline_put_head(
	    &text, &(struct idline_head){"org_acme", read.count, true});
	while (idread_next(&read, &line) == 0)
		idline_put(&text, &line);
	assert_int_equal(buf_fault(&text), 0);
	return strndup((const char *)text.bytes, text.len);
}

static void
mend(struct fixture *f, const char *text)
{
	uint64_t added = 0;

	assert_int_equal(
	    idadmin_finish(&f->admin, &added), ERR_INVALID_ARGUMENT);
	assert_int_equal(idadmin_begin(&f->admin), 0);
	assert_int_equal(idadmin_begin(&f->admin), ERR_EXISTS);
	assert_int_equal(idadmin_take(&f->admin, text), 0);
	assert_int_equal(idadmin_finish(&f->admin, &added), 0);
	assert_int_equal(added, 4);
	idadmin_drop(&f->admin);
	assert_int_equal(idadmin_state(&f->admin), 0);
}

static void
t77_after_a_lost_database_nothing_is_given_until_the_map_is_back(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	char *text = NULL;

	assert_int_equal(replace(f), 0);
	dirlab_sql(f->db,
	    "UPDATE ids SET number = 1879999999"
	    " WHERE key = 'u-1'");
	text = write_out(f);
	uid = uid_of(f, "bob");
	directory_free(TAKE(f->directory));
	db_close(TAKE(f->db));
	assert_int_equal(unlink(f->lab.db), 0);
	assert_int_equal(start(f), ERR_STATE_DAMAGED);
	assert_int_equal(idadmin_state(&f->admin), ERR_STATE_DAMAGED);
	idadmin_tell(&f->admin);
	assert_int_equal(replace(f), ERR_STATE_DAMAGED);
	assert_int_equal(access(f->lab.snapshot, F_OK), 0);
	mend(f, text);
	assert_int_equal(replace(f), 0);
	assert_int_equal(uid_of(f, "ada"), 1879999999);
	assert_int_equal(uid_of(f, "bob"), uid);
	free(text);
}

static void
t83_after_a_damaged_map_the_stored_members_are_back_at_once(void **state)
{
	struct fixture *f = *state;
	uint32_t uid = 0;
	char *text = NULL;

	assert_int_equal(replace(f), 0);
	text = write_out(f);
	uid = uid_of(f, "ada");
	dirlab_sql(f->db,
	    "UPDATE ids SET number = number + 1"
	    " WHERE key = 'u-1'");
	assert_int_equal(start(f), ERR_STATE_DAMAGED);
	assert_int_equal(uid_of(f, "ada"), 0);
	mend(f, text);
	assert_int_equal(uid_of(f, "ada"), uid);
	assert_int_equal(start(f), 0);
	assert_int_equal(uid_of(f, "ada"), uid);
	free(text);
}

static void
t83_without_a_database_nothing_is_done_but_told(void **state)
{
	struct fixture *f = *state;
	struct idread read = {0};
	const struct directory_options options = dirlab_options(&f->lab);

	assert_string_equal(idadmin_trouble(&f->admin), "");
	directory_free(TAKE(f->directory));
	db_close(TAKE(f->db));
	assert_int_equal(db_open_stand_in(&f->db), 0);
	assert_int_equal(directory_new(f->loop, f->db, &f->clock.clock,
			     &options, &f->directory),
	    0);
	f->admin.db = NULL;
	f->admin.directory = f->directory;
	assert_int_equal(idadmin_state(&f->admin), ERR_STATE_DAMAGED);
	assert_non_null(strstr(idadmin_trouble(&f->admin), "the backup"));
	assert_int_equal(idadmin_read(&f->admin, &read), ERR_STATE_DAMAGED);
	assert_int_equal(idadmin_begin(&f->admin), ERR_STATE_DAMAGED);
	/* Nor does a list get in, now or at the next attempt. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(replace(f), ERR_STATE_DAMAGED);
	assert_int_not_equal(directory_confirm(f->directory), 0);
	assert_int_equal(access(f->lab.snapshot, F_OK), -1);
	f->admin.db = f->db;
	assert_non_null(
	    strstr(idadmin_trouble(&f->admin), "orgloginctl ids import FILE"));
}

static void
a_map_waits_for_a_list_that_is_on_its_way(void **state)
{
	struct fixture *f = *state;
	uint64_t added = 0;
	char *text = NULL;

	assert_int_equal(replace(f), 0);
	text = write_out(f);
	assert_int_equal(idadmin_begin(&f->admin), 0);
	assert_int_equal(idadmin_take(&f->admin, text), 0);
	f->reason = 1;
	assert_int_equal(directory_replace(f->directory,
			     dirlab_members(DIRLAB_LINES(
				 dirlab_line("u-1", "eve@x.example", ""))),
			     true, on_replaced, f),
	    0);
	assert_int_equal(idadmin_finish(&f->admin, &added), ERR_EXISTS);
	while (f->reason == 1)
		loop_turn(f->loop, true);
	assert_int_equal(idadmin_finish(&f->admin, &added), 0);
	assert_int_equal(added, 0);
	free(text);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(
		t77_after_a_lost_database_nothing_is_given_until_the_map_is_back),
	    TEST(t83_after_a_damaged_map_the_stored_members_are_back_at_once),
	    TEST(t83_without_a_database_nothing_is_done_but_told),
	    TEST(a_map_waits_for_a_list_that_is_on_its_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
