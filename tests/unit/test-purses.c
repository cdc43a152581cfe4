/*
 * test-purses.c - a purse that is not on the disk is given to nobody, and not
 * lost.
 */
#include "services/purses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/walletlab.h"

struct fixture {
	struct purses *purses;
	struct walletlab_service service;
	struct walletlab lab;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	assert_non_null(f);
	walletlab_begin(&f->lab, &f->service);
	return purses_new(f->lab.vault, VAULT_TOKENS, &f->purses);
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	purses_free(f->purses);
	walletlab_end(&f->lab);
	free(f);
	return 0;
}

static void
run(struct walletlab *lab, const char *sql)
{
	struct db_stmt *stmt = NULL;

	assert_int_equal(db_prepare(lab->db, sql, &stmt), 0);
	assert_int_equal(db_run(stmt), 0);
}

static void
fill(struct purse *purse, const char *refresh)
{
	assert_int_equal(purse_set(&purse->active, "org"), 0);
	assert_int_equal(purse_set(&purse->base, "org"), 0);
	assert_int_equal(purse_set(&purse->refresh_token, refresh), 0);
}

static void
what_cannot_be_sealed_waits_in_memory(void **state)
{
	struct fixture *f = *state;
	struct purse purse PURSE_AUTO = {0};

	fill(&purse, "first");
	assert_int_equal(purses_save(f->purses, "u-1", &purse), 0);
	purse_done(&purse);
	run(&f->lab, "PRAGMA query_only = 1");
	fill(&purse, "second");
	assert_int_equal(purses_save(f->purses, "u-1", &purse), ERR_IO);
	assert_null(purse.refresh_token);
	assert_int_equal(purses_load(f->purses, "u-1", &purse), ERR_IO);
	assert_null(purse.refresh_token);
	run(&f->lab, "PRAGMA query_only = 0");
	assert_int_equal(purses_load(f->purses, "u-1", &purse), 0);
	assert_string_equal(purse.refresh_token, "second");
}

static void
what_is_forgotten_is_not_saved_later(void **state)
{
	struct fixture *f = *state;
	struct purse purse PURSE_AUTO = {0};

	run(&f->lab, "PRAGMA query_only = 1");
	fill(&purse, "first");
	assert_int_equal(purses_save(f->purses, "u-1", &purse), ERR_IO);
	run(&f->lab, "PRAGMA query_only = 0");
	assert_int_equal(purses_forget(f->purses, "u-1"), 0);
	assert_int_equal(purses_load(f->purses, "u-1", &purse), ERR_NO_TOKEN);
}

/* Sealed with the right key, and no purse of a version that is known. */
static void
other_bytes_are_as_good_as_none(void **state)
{
	struct fixture *f = *state;
	struct purse purse PURSE_AUTO = {0};

	assert_int_equal(vault_put(f->lab.vault, "u-1", "tokens", "\2x", 2), 0);
	assert_int_equal(purses_load(f->purses, "u-1", &purse), ERR_NO_TOKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		what_cannot_be_sealed_waits_in_memory, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_is_forgotten_is_not_saved_later, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		other_bytes_are_as_good_as_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
