/*
 * test-idcells.c - a packed row says what was put in, whatever was rewritten
 * around it.
 */
#include "services/idcells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

#define CELLS_AUTO CLEANUP(idcells_done)

static struct idrow
plain(const char *key, uint32_t number)
{
	return (struct idrow){.ours = true,
	    .live = true,
	    .number = number,
	    .created_s = 7,
	    .organization = "acme",
	    .key = key,
	    .name = "",
	    .home = ""};
}

static void
expect(const struct idcells *cells, size_t index, const struct idrow *want)
{
	struct idrow got;

	idcells_get(cells, index, &got);
	assert_int_equal(got.kind, want->kind);
	assert_int_equal(got.ours, want->ours);
	assert_int_equal(got.live, want->live);
	assert_int_equal(got.changed, want->changed);
	assert_int_equal(got.number, want->number);
	assert_int_equal(got.created_s, want->created_s);
	assert_string_equal(got.organization, want->organization);
	assert_string_equal(got.key, want->key);
	assert_string_equal(got.name, want->name);
	assert_string_equal(got.home, want->home);
}

static void
every_field_comes_back(void **state)
{
	static const char *const names[] = {"", "ada", "eve"};
	struct idcells cells CELLS_AUTO;
	struct idrow rows[96];

	(void)state;
	idcells_init(&cells, "acme");
	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i] = plain("u-1", 70000 + i);
		rows[i].name = names[i % 3];
		rows[i].home = i & 4 ? "ada" : "";
		rows[i].kind = i & 8 ? IDROW_GROUP : IDROW_USER;
		rows[i].live = (i & 16) != 0;
		rows[i].changed = (i & 32) != 0;
		rows[i].ours = i % 5 != 0;
		rows[i].organization = i % 5 != 0 ? "acme" : "side";
		rows[i].created_s = i == 0 ? UINT32_MAX : (int64_t)i;
		assert_int_equal(idcells_put(&cells, i, &rows[i]), 0);
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect(&cells, i, &rows[i]);
}

static void
rows_may_grow_and_shrink_from_their_own_text(void **state)
{
	struct idcells cells CELLS_AUTO;
	struct idrow first;
	struct idrow row;
	char key[16];

	(void)state;
	idcells_init(&cells, "acme");
	first = plain("u-0", 70000);
	assert_int_equal(idcells_put(&cells, 0, &first), 0);
	for (uint32_t i = 1; i < 20000; i++) {
		(void)snprintf(key, sizeof(key), "u-%u", i);
		row = plain(key, 70000 + i);
		assert_int_equal(idcells_put(&cells, i, &row), 0);
		idcells_get(&cells, i, &row);
		row.home = row.name = "a-long.user.name";
		assert_int_equal(idcells_put(&cells, i, &row), 0);
		idcells_get(&cells, i / 2, &row);
		row.name = i % 2 == 0 ? "x" : "another.longer.name";
		assert_int_equal(idcells_put(&cells, i / 2, &row), 0);
	}
	assert_int_equal(cells.count, 20000);
	idcells_get(&cells, 9999, &row);
	assert_string_equal(row.key, "u-9999");
	assert_string_equal(row.name, "another.longer.name");
	assert_string_equal(row.home, "a-long.user.name");
	idcells_get(&cells, 19999, &row);
	assert_string_equal(row.key, "u-19999");
	assert_string_equal(row.name, "a-long.user.name");
	idcells_get(&cells, 10001, &row);
	assert_int_equal(row.number, 80001);
}

static void
what_is_too_large_is_refused(void **state)
{
	struct idcells cells CELLS_AUTO;
	struct idrow row = plain("u-1", 70000);
	char *organization = calloc(1, 5000);

	(void)state;
	assert_non_null(organization);
	memset(organization, 'a', 4999);
	idcells_init(&cells, "acme");
	row.ours = false;
	row.organization = organization;
	assert_int_equal(idcells_put(&cells, 0, &row), ERR_TOO_LARGE);
	assert_int_equal(cells.count, 0);
	free(organization);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_comes_back),
	    cmocka_unit_test(rows_may_grow_and_shrink_from_their_own_text),
	    cmocka_unit_test(what_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
