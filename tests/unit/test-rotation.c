/*
 * test-rotation.c - another key is given while the vault is in use: nothing is
 * lost, and the key before is given up only when nothing needs it.
 */
#include "services/rotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "common/err.h"

#define A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define C "eeee02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ROWS 300 /* more than some slices hold */

struct fixture {
	char folder[64];
	char key[80];
	struct loop *loop;
	struct db *db;
	struct vault *vault;
	struct rotation *rotation;
};

static void
give(const struct fixture *f, const char *text)
{
	assert_int_equal(files_replace(f->key, text, strlen(text), 0400), 0);
}

static void
start(struct fixture *f)
{
	const struct vaultkeys_options options = {.path = f->key};

	assert_int_equal(vault_new(f->db, &options, &f->vault), 0);
	assert_int_equal(rotation_new(f->loop, f->vault, &f->rotation), 0);
}

static void
stop(struct fixture *f)
{
	rotation_free(TAKE(f->rotation));
	vault_free(TAKE(f->vault));
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/test-turn.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->key, sizeof(f->key), "%s/vault.key", f->folder);
	assert_int_equal(loop_new(&f->loop), 0);
	assert_int_equal(db_open(":memory:", &f->db), 0);
	give(f, A "\n");
	start(f);
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	stop(f);
	db_close(f->db);
	loop_free(f->loop);
	(void)unlink(f->key);
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static void
put(struct fixture *f, unsigned int number, const char *kind)
{
	char member[16];

	(void)snprintf(member, sizeof(member), "u-%u", number);
	assert_int_equal(
	    vault_put(f->vault, member, kind, member, strlen(member)), 0);
}

static void
fill(struct fixture *f)
{
	for (unsigned int i = 0; i < ROWS; i++)
		put(f, i, i % 3 == 0 ? "totp" : "tokens");
}

static int
read_back(struct fixture *f, unsigned int number, const char *kind)
{
	struct buf out BUF_AUTO = {.limit = 64};
	char member[16];
	int r = ERR_OK;

	(void)snprintf(member, sizeof(member), "u-%u", number);
	r = vault_read(f->vault, member, kind, &out);
	if (r == 0)
		assert_string_equal(buf_text(&out), member);
	return r;
}

static void
all_open(struct fixture *f)
{
	for (unsigned int i = 0; i < ROWS; i++)
		assert_int_equal(
		    read_back(f, i, i % 3 == 0 ? "totp" : "tokens"), 0);
}

static struct rotation_view
run_through(struct fixture *f)
{
	while (rotation_view(f->rotation).running &&
	    rotation_view(f->rotation).fault == 0)
		loop_turn(f->loop, true);
	return rotation_view(f->rotation);
}

static int64_t
count(struct fixture *f, const char *sql)
{
	struct db_stmt *stmt = NULL;
	enum db_step step = DB_DONE;
	int64_t number = 0;

	assert_int_equal(db_prepare(f->db, sql, &stmt), 0);
	assert_int_equal(db_step(stmt, &step), 0);
	assert_int_equal(step, DB_ROW);
	number = db_integer(stmt, 0);
	db_reset(stmt);
	return number;
}

static void
run(struct fixture *f, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(f->db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}

#define KEYS "SELECT count(DISTINCT key_id) FROM vault"

static void
every_row_is_sealed_anew_while_the_vault_is_used(void **state)
{
	struct fixture *f = *state;
	struct rotation_view before = rotation_view(f->rotation);
	struct rotation_view view = {0};

	fill(f);
	give(f, B "\n" A "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	view = rotation_view(f->rotation);
	assert_true(view.running);
	assert_string_not_equal(view.key, before.key);
	before = view;
	loop_turn(f->loop, true);
	/* Some are under the one key, some under the other. */
	assert_int_equal(count(f, KEYS), 2);
	all_open(f);
	put(f, 0, "totp");
	put(f, 299, "pin");
	assert_int_equal(vault_forget(f->vault, "u-298"), 0);
	view = run_through(f);
	assert_int_equal(view.fault, 0);
	assert_false(view.running);
	assert_int_equal(view.lost, 0);
	assert_in_range(view.resealed, ROWS - 2, ROWS);
	assert_int_equal(count(f, KEYS), 1);

	/* Nothing needs the key before. */
	give(f, B "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	view = run_through(f);
	assert_string_equal(view.key, before.key);
	assert_int_equal(view.resealed, 0);
	assert_int_equal(read_back(f, 298, "tokens"), ERR_NO_TOKEN);
	put(f, 298, "tokens");
	all_open(f);
	stop(f);
	start(f);
	all_open(f);
	assert_int_equal(read_back(f, 299, "pin"), 0);
}

static void
t89_an_interrupted_one_goes_on_at_the_next_start(void **state)
{
	struct fixture *f = *state;

	fill(f);
	give(f, B "\n" A "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	loop_turn(f->loop, true);
	stop(f);
	start(f);
	all_open(f);
	rotation_begin(f->rotation);
	assert_int_equal(run_through(f).lost, 0);
	assert_int_equal(count(f, KEYS), 1);
	give(f, B "\n");
	stop(f);
	start(f);
	all_open(f);
}

static void
a_key_that_would_lose_rows_is_not_taken(void **state)
{
	struct fixture *f = *state;

	fill(f);
	give(f, B "\n");
	assert_int_equal(rotation_take(f->rotation), ERR_VAULT_KEY);
	give(f, "no key\n");
	assert_int_equal(rotation_take(f->rotation), ERR_MALFORMED);
	assert_int_equal(unlink(f->key), 0);
	assert_int_equal(rotation_take(f->rotation), ERR_NOT_FOUND);
	assert_int_equal(rotation_view(f->rotation).state, 0);
	all_open(f);
	/* A third one, while rows are still under the first. */
	give(f, B "\n" A "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	loop_turn(f->loop, true);
	give(f, C "\n" B "\n");
	assert_int_equal(rotation_take(f->rotation), ERR_VAULT_KEY);
	assert_int_equal(run_through(f).lost, 0);
	assert_int_equal(rotation_take(f->rotation), 0);
	assert_int_equal(run_through(f).lost, 0);
	all_open(f);
}

static void
t88_a_lost_key_loses_what_it_sealed_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct rotation_view view = {0};

	fill(f);
	stop(f);
	assert_int_equal(unlink(f->key), 0);
	start(f);
	rotation_begin(f->rotation);
	view = rotation_view(f->rotation);
	assert_int_equal(view.state, ERR_NOT_FOUND);
	assert_false(view.running);
	assert_int_equal(read_back(f, 1, "tokens"), ERR_VAULT_KEY);
	/* The administrator gives another. */
	give(f, C "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	view = run_through(f);
	assert_int_equal(view.state, 0);
	assert_int_equal(view.resealed, 0);
	assert_int_equal(view.lost, ROWS);
	assert_int_equal(read_back(f, 1, "tokens"), ERR_NO_TOKEN);
	fill(f);
	all_open(f);
}

static void
t119_a_full_disk_keeps_both_keys(void **state)
{
	struct fixture *f = *state;
	struct rotation_view view = {0};

	fill(f);
	give(f, B "\n" A "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	loop_turn(f->loop, true);
	run(f, "PRAGMA query_only = ON");
	view = run_through(f);
	assert_int_not_equal(view.fault, 0);
	assert_true(view.running);
	all_open(f);
	run(f, "PRAGMA query_only = OFF");
	all_open(f);
	rotation_begin(f->rotation);
	view = run_through(f);
	assert_int_equal(view.fault, 0);
	assert_int_equal(view.lost, 0);
	all_open(f);
	assert_int_equal(count(f, KEYS), 1);
}

/* Who changed a row has not made it one of the new key. */
static void
t85_a_changed_row_stays_what_it_is(void **state)
{
	struct fixture *f = *state;
	struct rotation_view view = {0};

	fill(f);
	run(f,
	    "UPDATE vault SET sealed = (SELECT sealed FROM vault"
	    " WHERE member = 'u-2') WHERE member = 'u-1'");
	give(f, B "\n" A "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	view = run_through(f);
	assert_int_equal(view.fault, 0);
	assert_int_equal(view.lost, 1);
	assert_int_equal(view.resealed, ROWS - 1);
	assert_int_equal(read_back(f, 1, "tokens"), ERR_NO_TOKEN);
	assert_int_equal(read_back(f, 2, "tokens"), 0);
}

/* 2^32 sealings are the bound of one key, not of the host. */
static void
t86_a_new_key_counts_from_its_own_beginning(void **state)
{
	struct fixture *f = *state;

	put(f, 1, "tokens");
	run(f,
	    "UPDATE meta SET value = '4294967295'"
	    " WHERE key = 'vault_version'");
	assert_int_equal(
	    vault_put(f->vault, "u-2", "tokens", "x", 1), ERR_VAULT_KEY);
	give(f, B "\n" A "\n");
	assert_int_equal(rotation_take(f->rotation), 0);
	assert_int_equal(run_through(f).resealed, 1);
	assert_int_equal(read_back(f, 1, "tokens"), 0);
	put(f, 2, "tokens");
	assert_int_equal(read_back(f, 2, "tokens"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		every_row_is_sealed_anew_while_the_vault_is_used, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		t89_an_interrupted_one_goes_on_at_the_next_start, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		a_key_that_would_lose_rows_is_not_taken, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t88_a_lost_key_loses_what_it_sealed_and_nothing_else, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		t119_a_full_disk_keeps_both_keys, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t85_a_changed_row_stays_what_it_is, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		t86_a_new_key_counts_from_its_own_beginning, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
