/*
 * test-rolebook.c - what was told role by role is asked member by member.
 */
#include "rules/rolebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
fill(struct rolebook *book, const char *role, const char *const *holders)
{
	assert_int_equal(rolebook_role(book, role), 0);
	for (; *holders != NULL; holders++)
		assert_int_equal(rolebook_holder(book, *holders), 0);
}

#define HOLDERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static size_t
count(const struct rolebook *book, const char *member, const char *role)
{
	struct rolebook_at at = {0};
	size_t found = 0;

	for (const char *r; (r = rolebook_next(book, member, &at)) != NULL;)
		found += role == NULL || strcmp(r, role) == 0;
	return found;
}

static void
each_member_finds_his_roles(void **state)
{
	struct rolebook *book ROLEBOOK_AUTO = NULL;

	assert_int_equal(rolebook_new(&book), 0);
	assert_int_equal(rolebook_holder(book, "ada"), ERR_INVALID_ARGUMENT);
	fill(book, "admins", HOLDERS("ada", "bob"));
	fill(book, "empty", HOLDERS(NULL));
	fill(book, "staff", HOLDERS("ada", "ada", "eve"));
	assert_int_equal(count(book, "ada", "admins"), 1);
	assert_int_equal(count(book, "ada", "staff"), 1);
	assert_int_equal(count(book, "ada", NULL), 2);
	assert_int_equal(count(book, "bob", NULL), 1);
	assert_int_equal(count(book, "eve", "staff"), 1);
	assert_int_equal(count(book, "Ada", NULL), 0);
	assert_int_equal(count(book, "", NULL), 0);
	assert_true(rolebook_tells(book, "empty"));
	assert_false(rolebook_tells(book, "Empty"));
	assert_int_equal(rolebook_roles(book), 3);
}

static void
a_role_is_told_once(void **state)
{
	struct rolebook *book ROLEBOOK_AUTO = NULL;

	assert_int_equal(rolebook_new(&book), 0);
	fill(book, "a", HOLDERS("ada"));
	fill(book, "b", HOLDERS("ada"));
	assert_int_equal(rolebook_role(book, "a"), ERR_EXISTS);
	/* The role that stands open is still b. */
	assert_int_equal(rolebook_holder(book, "bob"), 0);
	assert_int_equal(count(book, "bob", "b"), 1);
}

static void
many_roles_and_many_holders_stay_apart(void **state)
{
	struct rolebook *book ROLEBOOK_AUTO = NULL;
	char role[16];
	char member[16];

	assert_int_equal(rolebook_new(&book), 0);
	for (int r = 0; r < 300; r++) {
		snprintf(role, sizeof(role), "r%d", r);
		assert_int_equal(rolebook_role(book, role), 0);
		for (int m = r % 7; m < 400; m += 7) {
			snprintf(member, sizeof(member), "m%d", m);
			assert_int_equal(rolebook_holder(book, member), 0);
		}
	}
	assert_int_equal(count(book, "m3", NULL), 43);
	assert_int_equal(count(book, "m3", "r3"), 1);
	assert_int_equal(count(book, "m3", "r10"), 1);
	assert_int_equal(count(book, "m3", "r4"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_member_finds_his_roles),
	    cmocka_unit_test(a_role_is_told_once),
	    cmocka_unit_test(many_roles_and_many_holders_stay_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
