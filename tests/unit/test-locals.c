/*
 * test-locals.c - what looks like a local account is known as one.
 */
#include "services/locals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/dirlab.h"

static int
setup(void **state)
{
	*state = malloc(sizeof(struct dirlab));
	assert_non_null(*state);
	dirlab_init(*state);
	return 0;
}

static int
teardown(void **state)
{
	dirlab_done(*state);
	free(*state);
	return 0;
}

static void
names_and_numbers_of_both_files_are_known(void **state)
{
	const struct dirlab *lab = *state;
	struct locals *locals LOCALS_AUTO = NULL;
	uint32_t gid = 0;

	assert_int_equal(locals_read(lab->passwd, lab->group, &locals), 0);
	assert_true(locals_has_user(locals, "root"));
	assert_true(locals_has_user(locals, "local"));
	assert_false(locals_has_user(locals, "adm"));
	assert_false(locals_has_user(locals, "roo"));
	assert_true(locals_has_group(locals, "adm"));
	assert_false(locals_has_group(locals, "daemon"));
	assert_true(locals_has_number(locals, 0));
	assert_true(locals_has_number(locals, 1000));
	assert_true(locals_has_number(locals, 999));
	assert_false(locals_has_number(locals, 2));
	assert_int_equal(locals_gid(locals, "docker", &gid), 0);
	assert_int_equal(gid, 999);
	assert_int_equal(locals_gid(locals, "nobody", &gid), ERR_NOT_FOUND);
	assert_int_equal(gid, 999);
}

static void
t75_odd_lines_still_block_their_names(void **state)
{
	const struct dirlab *lab = *state;
	struct locals *locals LOCALS_AUTO = NULL;
	uint32_t gid = 5;

	dirlab_write(lab->passwd,
	    "# comment\n\nshort\nnonum:x:abc:1\nneg:x:-1:1\n"
	    "big:x:4294967296:1\ntwice:x:7:7\ntwice:x:8:8\nlast:x:9:9");
	dirlab_write(lab->group, "bad:x:y:\n");
	assert_int_equal(locals_read(lab->passwd, lab->group, &locals), 0);
	assert_true(locals_has_user(locals, "short"));
	assert_true(locals_has_user(locals, "nonum"));
	assert_true(locals_has_user(locals, "neg"));
	assert_true(locals_has_user(locals, "last"));
	assert_true(locals_has_number(locals, 7));
	assert_true(locals_has_number(locals, 8));
	assert_true(locals_has_number(locals, 9));
	assert_false(locals_has_number(locals, 0));
	assert_true(locals_has_group(locals, "bad"));
	assert_int_equal(locals_gid(locals, "bad", &gid), ERR_MALFORMED);
	assert_int_equal(gid, 5);
}

static void
what_cannot_be_read_whole_is_a_fault(void **state)
{
	const struct dirlab *lab = *state;
	struct locals *locals LOCALS_AUTO = NULL;

	assert_int_equal(
	    locals_read("/nowhere", lab->group, &locals), ERR_NOT_FOUND);
	assert_int_equal(
	    locals_read(lab->passwd, "/nowhere", &locals), ERR_NOT_FOUND);
	assert_int_equal(chmod(lab->passwd, 0666), 0);
	assert_int_equal(
	    locals_read(lab->passwd, lab->group, &locals), ERR_INSECURE_FILE);
	assert_int_equal(chmod(lab->passwd, 0644), 0);
	assert_int_equal(truncate(lab->passwd, 4096), 0);
	assert_int_equal(
	    locals_read(lab->passwd, lab->group, &locals), ERR_MALFORMED);
	assert_null(locals);
}

static void
a_change_is_seen(void **state)
{
	const struct dirlab *lab = *state;
	struct locals *a LOCALS_AUTO = NULL;
	struct locals *b LOCALS_AUTO = NULL;
	struct locals *c LOCALS_AUTO = NULL;

	assert_int_equal(locals_read(lab->passwd, lab->group, &a), 0);
	assert_int_equal(locals_read(lab->passwd, lab->group, &b), 0);
	dirlab_write(lab->group, "root:x:0:\n");
	assert_int_equal(locals_read(lab->passwd, lab->group, &c), 0);
	assert_true(locals_same(a, b));
	assert_false(locals_same(a, c));
	assert_false(locals_same(a, NULL));
	assert_false(locals_same(NULL, NULL));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(names_and_numbers_of_both_files_are_known),
	    TEST(t75_odd_lines_still_block_their_names),
	    TEST(what_cannot_be_read_whole_is_a_fault),
	    TEST(a_change_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
