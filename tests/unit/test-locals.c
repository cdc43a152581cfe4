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

	assert_int_equal(locals_read(&lab->locals, &locals), 0);
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
	assert_int_equal(locals_read(&lab->locals, &locals), 0);
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
	struct locals_paths paths = lab->locals;
	struct locals *locals LOCALS_AUTO = NULL;

	paths.passwd = "/nowhere";
	assert_int_equal(locals_read(&paths, &locals), ERR_NOT_FOUND);
	paths = lab->locals;
	paths.group = "/nowhere";
	assert_int_equal(locals_read(&paths, &locals), ERR_NOT_FOUND);
	assert_int_equal(chmod(lab->passwd, 0666), 0);
	assert_int_equal(locals_read(&lab->locals, &locals), ERR_INSECURE_FILE);
	assert_int_equal(chmod(lab->passwd, 0644), 0);
	assert_int_equal(truncate(lab->passwd, 4096), 0);
	assert_int_equal(locals_read(&lab->locals, &locals), ERR_MALFORMED);
	assert_null(locals);
}

static void
t75_delegated_numbers_are_the_hosts(void **state)
{
	const struct dirlab *lab = *state;
	struct locals *locals LOCALS_AUTO = NULL;

	dirlab_write(lab->subuid,
	    "local:100000:65536\n# remark:1:1\nshort:200000\nneg:-5:3\n"
	    "none:300000:0\nedge:4294967290:100\nover:150000:100000\n");
	dirlab_write(lab->subgid, "1000:1879050000:1");
	assert_int_equal(locals_read(&lab->locals, &locals), 0);
	assert_false(locals_has_number(locals, 99999));
	assert_true(locals_has_number(locals, 100000));
	assert_true(locals_has_delegated(locals, 165535));
	assert_true(locals_has_delegated(locals, 249999));
	assert_false(locals_has_number(locals, 250000));
	assert_false(locals_has_number(locals, 300000));
	assert_false(locals_has_number(locals, 1879049999));
	assert_true(locals_has_number(locals, 1879050000));
	assert_false(locals_has_number(locals, 1879050001));
	assert_true(locals_has_delegated(locals, UINT32_MAX));
	assert_true(locals_has_number(locals, 1000));
	assert_false(locals_has_delegated(locals, 1000));
}

static void
a_change_is_seen(void **state)
{
	const struct dirlab *lab = *state;
	struct locals *a LOCALS_AUTO = NULL;
	struct locals *b LOCALS_AUTO = NULL;
	struct locals *c LOCALS_AUTO = NULL;
	struct locals *d LOCALS_AUTO = NULL;

	assert_int_equal(locals_read(&lab->locals, &a), 0);
	assert_int_equal(locals_read(&lab->locals, &b), 0);
	dirlab_write(lab->group, "root:x:0:\n");
	assert_int_equal(locals_read(&lab->locals, &c), 0);
	assert_true(locals_same(a, b));
	assert_false(locals_same(a, c));
	dirlab_write(lab->subgid, "local:100000:65536\n");
	assert_int_equal(locals_read(&lab->locals, &d), 0);
	assert_false(locals_same(c, d));
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
	    TEST(t75_delegated_numbers_are_the_hosts),
	    TEST(a_change_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
