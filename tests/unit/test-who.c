/*
 * test-who.c - local names win, and a failure is nobody's proof.
 */
#include "pam_module/who.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "tests/unit/pamhost.h"

static void
expect(struct pamhost *host, const char *name, enum who who, int reason)
{
	int got = 77;

	assert_int_equal(who_is(&host->places, name, &got), who);
	assert_int_equal(got, reason);
}

static void
everybody_is_one_of_four(void **state)
{
	expect(*state, "root", WHO_LOCAL, 0);
	expect(*state, "zed", WHO_LOCAL, 0);
	expect(*state, "ada", WHO_MEMBER, 0);
	expect(*state, "eve", WHO_STRANGER, ERR_NOT_A_MEMBER);
	expect(*state, "", WHO_STRANGER, ERR_NOT_A_MEMBER);
}

static void
t32_a_member_with_a_local_name_is_local(void **state)
{
	struct pamhost *host = *state;

	pamhost_write(host->passwd, "ada:x:1001:\n", 12);
	expect(host, "ada", WHO_LOCAL, 0);
	expect(host, "bob", WHO_MEMBER, 0);
}

static void
t112_local_users_need_no_snapshot(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(unlink(host->snapshot), 0);
	expect(host, "root", WHO_LOCAL, 0);
	expect(host, "ada", WHO_UNKNOWN, ERR_SNAPSHOT_MISSING);
	expect(host, "eve", WHO_UNKNOWN, ERR_SNAPSHOT_MISSING);
}

static void
t38_without_passwd_nobody_is_anybody(void **state)
{
	struct pamhost *host = *state;

	assert_int_equal(unlink(host->passwd), 0);
	expect(host, "root", WHO_UNKNOWN, ERR_IO);
	expect(host, "ada", WHO_UNKNOWN, ERR_IO);
	expect(host, "eve", WHO_UNKNOWN, ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PAMHOST_TEST(everybody_is_one_of_four),
	    PAMHOST_TEST(t32_a_member_with_a_local_name_is_local),
	    PAMHOST_TEST(t112_local_users_need_no_snapshot),
	    PAMHOST_TEST(t38_without_passwd_nobody_is_anybody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
