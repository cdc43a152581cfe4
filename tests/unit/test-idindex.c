/*
 * test-idindex.c - a row is found by what it holds now, and not by what it
 * held before.
 */
#include "services/idindex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define INDEX_AUTO CLEANUP(idindex_done)

static void
add(struct idindex *in, const char *key, uint32_t number, const char *home)
{
	const struct idrow row = {.ours = true,
	    .live = true,
	    .number = number,
	    .organization = "acme",
	    .key = key,
	    .name = home,
	    .home = home};

	assert_int_equal(idindex_add(in, &row), 0);
}

static void
rename_to(struct idindex *in, size_t index, const char *name)
{
	struct idrow row;

	idindex_get(in, index, &row);
	row.name = name;
	assert_int_equal(idindex_change(in, index, &row), 0);
}

static void
names_and_homes_are_found_apart(void **state)
{
	struct idindex in INDEX_AUTO;

	(void)state;
	idindex_init(&in, "acme");
	add(&in, "u-1", 70000, "ada");
	assert_int_equal(idindex_find_name(&in, "ada"), 0);
	assert_int_equal(idindex_find_home(&in, "ada"), 0);
	rename_to(&in, 0, "eve");
	assert_int_equal(idindex_find_name(&in, "ada"), IDINDEX_NONE);
	assert_int_equal(idindex_find_name(&in, "eve"), 0);
	assert_int_equal(idindex_find_home(&in, "ada"), 0);
	assert_int_equal(idindex_find_home(&in, "eve"), IDINDEX_NONE);
	rename_to(&in, 0, "");
	assert_int_equal(idindex_find_name(&in, "eve"), IDINDEX_NONE);
	rename_to(&in, 0, "ada");
	assert_int_equal(idindex_find_name(&in, "ada"), 0);
}

static void
a_row_of_another_organisation_keeps_number_and_home_only(void **state)
{
	struct idindex in INDEX_AUTO;
	const struct idrow other = {.live = true,
	    .number = 70000,
	    .organization = "side",
	    .key = "u-1",
	    .name = "ada",
	    .home = "ada"};

	(void)state;
	idindex_init(&in, "acme");
	assert_int_equal(idindex_add(&in, &other), 0);
	assert_int_equal(idindex_find_number(&in, 70000), 0);
	assert_int_equal(idindex_find_home(&in, "ada"), 0);
	assert_int_equal(idindex_find_name(&in, "ada"), IDINDEX_NONE);
	assert_int_equal(
	    idindex_find_key(&in, IDROW_USER, "u-1"), IDINDEX_NONE);
}

static void
many_rows_are_found_by_everything(void **state)
{
	struct idindex in INDEX_AUTO;
	char key[16], home[16];

	(void)state;
	idindex_init(&in, "acme");
	for (uint32_t i = 0; i < 30000; i++) {
		(void)snprintf(key, sizeof(key), "u-%u", i);
		(void)snprintf(home, sizeof(home), "h%u", i);
		add(&in, key, 70000 + i, home);
		(void)snprintf(home, sizeof(home), "n%u", i / 2);
		if (i % 2 == 0)
			rename_to(&in, i / 2, home);
	}
	assert_int_equal(idindex_count(&in), 30000);
	for (uint32_t i = 0; i < 30000; i++) {
		(void)snprintf(key, sizeof(key), "u-%u", i);
		(void)snprintf(home, sizeof(home), "h%u", i);
		assert_int_equal(idindex_find_key(&in, IDROW_USER, key), i);
		assert_int_equal(
		    idindex_find_key(&in, IDROW_GROUP, key), IDINDEX_NONE);
		assert_int_equal(idindex_find_number(&in, 70000 + i), i);
		assert_int_equal(idindex_find_home(&in, home), i);
		assert_int_equal(
		    idindex_find_name(&in, home), i < 15000 ? IDINDEX_NONE : i);
		(void)snprintf(home, sizeof(home), "n%u", i);
		assert_int_equal(
		    idindex_find_name(&in, home), i < 15000 ? i : IDINDEX_NONE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_and_homes_are_found_apart),
	    cmocka_unit_test(
		a_row_of_another_organisation_keeps_number_and_home_only),
	    cmocka_unit_test(many_rows_are_found_by_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
